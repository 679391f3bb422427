package orgoverlay

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/mspkit/mspkit/internal/textnorm"
)

// ListQuery selects organizations that the account sees. Zero fields do not select.
type ListQuery struct {
	Kinds       []Kind
	Owner       Account
	Enabled     *bool
	FinancialID string // as people write it
	// Search is text that must stand, whatever its case and accents, in the name, the contacts, the remarks, the financial ID or a
	// custom value that the actor may see.
	Search string
	Whys   bool   // fill in why trusted records are seen, which takes one call more for the page, and of its time about twice as much again
	After  string // the Next of the page before
	Limit  int    // at most MaxPage. Default: 20
}

// MaxPage is how many records a page can have.
const MaxPage = 100

// Page is part of a list, ordered by the name without case and accents, then the id. Its records have no Form.Flagged, and Whys only where these
// are asked for.
type Page struct {
	Records []Record
	Next    string // where the next page begins; empty after the last
}

// List returns one page. A Limit, After, Search or Kind that cannot be is ErrInvalid.
func (s *Service) List(ctx context.Context, a Actor, q ListQuery) (Page, error) {
	if err := s.enter(a); err != nil {
		return Page{}, err
	}
	query, err := s.query(q)
	if err != nil {
		return Page{}, err
	}
	size := query.Limit
	query.Limit++ // one more tells whether there is a next page
	var page Page
	err = s.view(ctx, func(ctx context.Context, v View) error {
		page = Page{}
		lens, err := s.lens(ctx, v, a)
		if err != nil {
			return err
		}
		query.Fields = lens.ids
		list, err := v.Sight.List(ctx, query)
		if err != nil {
			return fmt.Errorf("orgoverlay: list organizations: %w", err)
		}
		if len(list) > size {
			last := list[size-1]
			page.Next = cursorText(Cursor{SortKey(last.Name), last.ID})
			list = list[:size]
		}
		page.Records = lens.records(list)
		if !q.Whys {
			return nil
		}
		return reasons(ctx, v, query.Now, page.Records)
	})
	return page, err
}

// reasons fills in why the trusted ones of some records are seen, by one call for all of them.
func reasons(ctx context.Context, v View, now time.Time, records []Record) error {
	var orgs []OrgID
	at := map[OrgID]int{}
	for i, r := range records {
		if r.Kind == KindTrusted {
			at[r.ID] = i
			orgs = append(orgs, r.ID)
		}
	}
	if len(orgs) == 0 {
		return nil
	}
	facts, err := v.Sight.Facts(ctx, askable(orgs))
	if err != nil {
		return fmt.Errorf("orgoverlay: read why organizations are seen: %w", err)
	}
	for _, by := range Visible(facts, now) {
		records[at[by.Org]].Whys = by.Whys
	}
	return nil
}

// Count returns how many organizations the query selects on all pages.
func (s *Service) Count(ctx context.Context, a Actor, q ListQuery) (int64, error) {
	if err := s.enter(a); err != nil {
		return 0, err
	}
	query, err := s.query(q)
	if err != nil {
		return 0, err
	}
	var n int64
	err = s.view(ctx, func(ctx context.Context, v View) error {
		lens, err := s.lens(ctx, v, a)
		if err != nil {
			return err
		}
		query.Fields = lens.ids
		n, err = v.Sight.Count(ctx, query)
		return err
	})
	return n, err
}

// query makes of what people ask what stores are asked.
func (s *Service) query(q ListQuery) (Query, error) {
	wrong := &Invalid{Op: "list organizations"}
	out := Query{Now: s.now(), Kinds: q.Kinds, Owner: q.Owner, Enabled: q.Enabled, Limit: q.Limit}
	if q.Limit == 0 {
		out.Limit = 20
	}
	if out.Limit < 0 || out.Limit > MaxPage {
		wrong.add("limit", "range", fmt.Sprintf("is not between 1 and %d", MaxPage))
	}
	for _, k := range q.Kinds {
		if k.String() == "" {
			wrong.add("kinds", "enum", "are not of internal, external, trusted")
		}
	}
	for _, f := range []struct{ path, text string }{{"owner", string(q.Owner)}, {"financial_id", q.FinancialID}, {"search", q.Search}} {
		if err := textnorm.ValidText(f.text); err != nil {
			wrong.add(f.path, "text", err.Error())
		}
	}
	out.FinancialID, out.Search = s.cfg.FinancialKey(q.FinancialID), SearchKey(strings.TrimSpace(q.Search))
	if q.After != "" {
		var err error
		if out.After, err = readCursor(q.After); err != nil {
			wrong.add("after", "cursor", "is no place in a list")
		}
	}
	return out, wrong.orNil()
}

// cursorText writes a place in a list so that it can stand in an address.
func cursorText(c Cursor) string {
	return base64.RawURLEncoding.EncodeToString([]byte(c.Name + "\x00" + string(c.Org)))
}

func readCursor(text string) (Cursor, error) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return Cursor{}, err
	}
	name, org, found := strings.Cut(string(data), "\x00")
	if !found || org == "" || textnorm.ValidText(name) != nil || textnorm.ValidText(org) != nil {
		return Cursor{}, ErrInvalid
	}
	return Cursor{name, OrgID(org)}, nil
}
