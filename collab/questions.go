package collab

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"slices"
	"strings"
)

// QuestionSet returns the digest of which questions a survey asks: their ids, their kinds and the ids of their options,
// as SHA-256 in hexadecimal. Texts, points, sections and order do not count, so that a corrected spelling does not
// part shops from their survey.
func QuestionSet(c SurveyContent) string {
	var questions []Question
	for _, sec := range c.Sections {
		questions = append(questions, sec.Questions...)
	}
	slices.SortFunc(questions, func(a, b Question) int { return cmp.Compare(a.ID, b.ID) })
	d := newDigest("questions")
	d.count(len(questions))
	for _, q := range questions {
		ids := make([]string, len(q.Options))
		for i, o := range q.Options {
			ids[i] = o.ID
		}
		slices.Sort(ids)
		d.text(q.ID, q.Kind)
		d.count(len(ids))
		d.text(ids...)
	}
	return d.sum()
}

// Digest returns the SHA-256 of the whole content in hexadecimal. Equal digests are equal contents, order included.
func (c SurveyContent) Digest() string {
	d := newDigest("survey")
	d.text(c.Name, string(c.Distribution))
	d.count(len(c.Settings))
	for _, set := range c.Settings {
		d.text(set.Name, set.Value)
	}
	d.count(len(c.Sections))
	for _, sec := range c.Sections {
		d.text(sec.ID, sec.Name)
		d.count(len(sec.Questions))
		for _, q := range sec.Questions {
			d.text(q.ID, q.Kind, q.Text)
			d.flag(q.Required)
			d.count(len(q.Options))
			for _, o := range q.Options {
				d.text(o.ID, o.Text, o.Points)
			}
		}
	}
	d.count(len(c.Rules))
	for _, r := range c.Rules {
		d.text(r.Name, r.Script)
	}
	return d.sum()
}

// digest hashes values so that no two different sequences of them look alike: every text comes with its length, every
// list with its count.
type digest struct{ h hash.Hash }

// newDigest starts a digest; domain keeps digests of different things apart.
func newDigest(domain string) digest {
	d := digest{sha256.New()}
	d.text(domain)
	return d
}

func (d digest) count(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	_, _ = d.h.Write(b[:])
}

func (d digest) text(values ...string) {
	for _, v := range values {
		d.count(len(v))
		_, _ = strings.NewReader(v).WriteTo(d.h)
	}
}

func (d digest) flag(b bool) {
	if b {
		d.count(1)
	} else {
		d.count(0)
	}
}

func (d digest) sum() string { return hex.EncodeToString(d.h.Sum(nil)) }
