package bunstore

import (
	"errors"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
)

// What lists read of every organization is kept as parts: texts one after another, each behind its length and a colon. To read them takes no
// memory but for the slices that hold them.

func appendParts(b []byte, texts ...string) []byte {
	for _, t := range texts {
		b = strconv.AppendInt(b, int64(len(t)), 10)
		b = append(append(b, ':'), t...)
	}
	return b
}

// parts reads what appendParts wrote. The first error stays.
type parts struct {
	rest   string
	broken bool
}

var errParts = errors.New("bunstore: a stored value is not made of parts")

func (p *parts) next() string {
	length, rest, ok := strings.Cut(p.rest, ":")
	n, err := strconv.Atoi(length)
	if !ok || err != nil || n < 0 || n > len(rest) {
		p.rest, p.broken = "", true
		return ""
	}
	p.rest = rest[n:]
	return rest[:n]
}

// count reads a number of things to come.
func (p *parts) count() int {
	n, err := strconv.Atoi(p.next())
	if err != nil || n < 0 || n > len(p.rest) {
		p.broken = true
		return 0
	}
	return n
}

func (p *parts) err() error {
	if p.broken || p.rest != "" {
		return errParts
	}
	return nil
}

// packCard writes the picture, contacts and addresses of an organization.
func packCard(s *orgoverlay.Shared) string {
	b := appendParts(make([]byte, 0, 256), s.Picture, strconv.Itoa(len(s.Contacts)))
	for _, c := range s.Contacts {
		b = appendParts(b, c.Kind, c.Label, c.Value)
	}
	b = appendParts(b, strconv.Itoa(len(s.Addresses)))
	for _, a := range s.Addresses {
		b = appendParts(b, a.Label, a.Street, a.City, a.State, a.PostalCode, a.Country)
	}
	return string(b)
}

func unpackCard(card string, s *orgoverlay.Shared) error {
	p := parts{rest: card}
	s.Picture = p.next()
	if n := p.count(); n > 0 {
		s.Contacts = make([]orgoverlay.Contact, n)
		for i := range s.Contacts {
			s.Contacts[i] = orgoverlay.Contact{Kind: p.next(), Label: p.next(), Value: p.next()}
		}
	}
	if n := p.count(); n > 0 {
		s.Addresses = make([]orgoverlay.Address, n)
		for i := range s.Addresses {
			s.Addresses[i] = orgoverlay.Address{Label: p.next(), Street: p.next(), City: p.next(), State: p.next(), PostalCode: p.next(), Country: p.next()}
		}
	}
	return p.err()
}

// packLocal writes the fields that an account keeps for itself.
func packLocal(l *orgoverlay.Local) []byte {
	b := appendParts(make([]byte, 0, 64+len(l.Remarks)), l.Remarks, l.FinancialID, strconv.Itoa(len(l.Custom)))
	for _, v := range l.Custom {
		b = appendParts(b, v.ID, string(v.Value))
	}
	b = appendParts(b, strconv.Itoa(len(l.Attachments)))
	for _, a := range l.Attachments {
		b = appendParts(b, string(a.ID), a.Name, a.Type, strconv.FormatInt(a.Size, 10), a.SHA256, strconv.FormatBool(a.Inline))
	}
	return b
}

// unpackLocal reads them; an overlay that is not there has none.
func unpackLocal(local string) (l orgoverlay.Local, err error) {
	if local == "" {
		return l, nil
	}
	p := parts{rest: local}
	l.Remarks, l.FinancialID = p.next(), p.next()
	if n := p.count(); n > 0 {
		l.Custom = make([]orgoverlay.CustomValue, n)
		for i := range l.Custom {
			l.Custom[i] = orgoverlay.CustomValue{ID: p.next(), Value: []byte(p.next())}
		}
	}
	if n := p.count(); n > 0 {
		l.Attachments = make([]orgoverlay.Attachment, n)
		for i := range l.Attachments {
			a := &l.Attachments[i]
			a.ID, a.Name, a.Type = orgoverlay.AttachmentID(p.next()), p.next(), p.next()
			a.Size, err = strconv.ParseInt(p.next(), 10, 64)
			a.SHA256, a.Inline = p.next(), p.next() == "true"
			p.broken = p.broken || err != nil
		}
	}
	return l, p.err()
}

// searchable makes a folded text fit to be a column of either database.
func searchable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, " "), "\x00", " ")
}

// packSearch writes the texts by which custom values are found: a JSON object with a member for each field.
func packSearch(custom []orgoverlay.CustomValue) string {
	if len(custom) == 0 {
		return ""
	}
	var b []byte
	for i, v := range custom {
		b = append(b, "{,"[min(i, 1)])
		b = appendText(append(appendText(b, searchable(v.ID)), ':'), searchable(v.SearchText()))
	}
	return string(append(b, '}'))
}
