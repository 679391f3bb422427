package orgoverlay

import (
	"context"
	"fmt"
	"slices"
)

// History returns up to limit lines about one organization that the account sees, newest first, with an ID less than before (empty:
// from the newest): what the account did to its own record, or laid over another's, and never anything of the other's. Changes of internal
// fields are left out for people who may not see those, and so are lines that hold nothing else. limit is at most MaxPage; 0 is 20. A limit or a before that
// cannot be is ErrInvalid.
func (s *Service) History(ctx context.Context, a Actor, org OrgID, before string, limit int) ([]Entry, error) {
	if err := s.enter(a); err != nil {
		return nil, err
	}
	q, err := asked(HistoryQuery{Before: before, Limit: limit})
	if err != nil {
		return nil, err
	}
	now := s.now()
	var out []Entry
	err = s.view(ctx, func(ctx context.Context, v View) error {
		out = nil
		seen, err := sighted(ctx, v, now, []OrgID{org})
		if err != nil {
			return err
		}
		if len(seen) == 0 {
			return missing("organization", string(org))
		}
		q.Kind, q.Subject = "overlay", string(org)
		if seen[0].Own {
			q.Kind = "organization"
		}
		var hidden map[string]bool
		if !a.SeesInternal() {
			if hidden, err = internalPaths(ctx, v); err != nil {
				return err
			}
		}
		out, err = redacted(ctx, v.History, q, a.SeesInternal(), hidden)
		return err
	})
	return out, err
}

// redacted returns the lines that a query selects as a person may see them.
func redacted(ctx context.Context, h HistoryView, q HistoryQuery, all bool, hidden map[string]bool) ([]Entry, error) {
	var out []Entry
	for {
		page, err := h.List(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("orgoverlay: read history: %w", err)
		}
		for _, e := range page {
			if len(out) == q.Limit {
				return out, nil
			}
			had := len(e.Changes)
			if !all {
				e.Changes = slices.DeleteFunc(e.Changes, func(c Change) bool { return c.Internal || hidden[c.Path] })
			}
			if had == 0 || len(e.Changes) > 0 {
				out = append(out, e)
			}
		}
		if len(page) < q.Limit {
			return out, nil
		}
		q.Before = page[len(page)-1].ID
	}
}

// internalPaths returns the paths of every field that is internal in some version of an extension: one that has become internal hides
// what was written of it before.
func internalPaths(ctx context.Context, v View) (map[string]bool, error) {
	list, err := v.Extensions.List(ctx)
	paths := map[string]bool{}
	for _, e := range list {
		for _, f := range e.Fields {
			if f.Internal {
				paths["custom."+f.ID] = true
			}
		}
	}
	return paths, err
}

// Log returns lines of the account's whole history, newest first, with internal fields. It needs an actor who audits. A Limit of 0 is 20, the most is
// MaxPage. What cannot be asked is ErrInvalid.
func (s *Service) Log(ctx context.Context, a Actor, q HistoryQuery) ([]Entry, error) {
	if err := s.allow(a, a.Audits(), "read history in bulk"); err != nil {
		return nil, err
	}
	q, err := asked(q)
	if err != nil {
		return nil, err
	}
	var out []Entry
	err = s.view(ctx, func(ctx context.Context, v View) (err error) {
		out, err = v.History.List(ctx, q)
		return err
	})
	return out, err
}

// asked fills in the limit of a query that people make, and says what is wrong with it.
func asked(q HistoryQuery) (HistoryQuery, error) {
	wrong := &Invalid{Op: "read history"}
	if q.Limit == 0 {
		q.Limit = 20
	}
	if q.Limit < 0 || q.Limit > MaxPage {
		wrong.add("limit", "range", fmt.Sprintf("is not between 1 and %d", MaxPage))
	}
	wrong.valid("kind", q.Kind)
	wrong.valid("subject", q.Subject)
	wrong.valid("before", q.Before)
	return q, wrong.orNil()
}
