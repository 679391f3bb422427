package orgoverlay

import (
	"context"
	"fmt"
	"slices"
)

// AgreementPage is part of a list of agreements.
type AgreementPage struct {
	Agreements []Agreement
	Next       string // where the next page begins; empty after the last
}

// AgreementsElsewhere returns up to limit of the agreements that other accounts have registered with ours as the customer's side, ordered by account
// and id, from where the page before ended. One that is still being prepared is its provider's alone, and left out. The service is left
// out too, and the Version; and the provider, unless its organization is seen now. A limit that is not between 1 and MaxPage, or a
// place that cannot be, is ErrInvalid. It needs an actor who sees internal fields.
func (s *Service) AgreementsElsewhere(ctx context.Context, a Actor, after string, limit int) (AgreementPage, error) {
	if err := s.allow(a, a.SeesInternal(), "read agreements"); err != nil {
		return AgreementPage{}, err
	}
	wrong := &Invalid{Op: "list agreements"}
	if limit < 1 || limit > MaxPage {
		wrong.add("limit", "range", fmt.Sprintf("is not between 1 and %d", MaxPage))
	}
	var at Cursor
	if after != "" {
		var err error
		if at, err = readCursor(after); err != nil {
			wrong.add("after", "cursor", "is no place in a list")
		}
	}
	if err := wrong.orNil(); err != nil {
		return AgreementPage{}, err
	}
	now := s.now()
	var page AgreementPage
	err := s.view(ctx, func(ctx context.Context, v View) error {
		list, err := v.Sight.Elsewhere(ctx, AgreementPlace{Account(at.Name), AgreementID(at.Org)}, limit+1)
		if err != nil {
			return fmt.Errorf("orgoverlay: list agreements: %w", err)
		}
		page = AgreementPage{}
		if len(list) > limit {
			list = list[:limit]
			page.Next = cursorText(Cursor{string(list[limit-1].Account), OrgID(list[limit-1].ID)})
		}
		var providers []OrgID
		for _, g := range list {
			providers = append(providers, g.Provider.Org)
		}
		seen, err := sighted(ctx, v, now, providers)
		if err != nil {
			return err
		}
		for i := range list {
			g := &list[i]
			g.Service, g.Version = "", 0
			if !slices.ContainsFunc(seen, func(f found) bool { return f.ID == g.Provider.Org && f.Account == g.Provider.Account }) {
				g.Provider = Ref{}
			}
		}
		page.Agreements = list
		return nil
	})
	return page, err
}

// Status is where an agreement stands now.
func (s *Service) Status(g Agreement) Status { return g.StatusAt(s.now()) }

// Names returns the names of those of these organizations that the account sees now.
func (s *Service) Names(ctx context.Context, a Actor, orgs []OrgID) (map[OrgID]string, error) {
	if err := s.enter(a); err != nil {
		return nil, err
	}
	now := s.now()
	out := map[OrgID]string{}
	err := s.view(ctx, func(ctx context.Context, v View) error {
		seen, err := sighted(ctx, v, now, orgs)
		for _, f := range seen {
			out[f.ID] = f.Name
		}
		return err
	})
	return out, err
}
