package collab

import (
	"context"
	"fmt"
)

// releaseBytes is about how much text one answer with snapshots carries; the rest is asked for again.
const releaseBytes = 2 << 20

// Shops lists what the Primary may know of a project's shops before it imports them.
func (in inbound) Shops(ctx context.Context, other SystemID, q HeaderQuery) (HeaderPage, error) {
	return read(ctx, in.s, other, "shops", func(ctx context.Context, v View) (HeaderPage, error) {
		p, err := partnersProject(ctx, v.Projects, other, q.Project, PartySecondary)
		if err != nil {
			return HeaderPage{}, err
		}
		if q.Limit > MaxPage || len(q.Only) > MaxPage || q.Limit < 0 {
			return HeaderPage{}, &Invalid{Op: "shops", Fields: []FieldError{{"limit", "range", fmt.Sprintf("at most %d shops travel at once", MaxPage)}}}
		}
		shops, next, err := offered(ctx, v.Shops, p, q)
		if err != nil {
			return HeaderPage{}, err
		}
		headers, err := in.s.headers(ctx, v.Places, p, shops)
		return HeaderPage{Headers: headers, Next: next}, err
	})
}

// offered returns the shops of the project's survey that a query asks for, and where the next page begins.
func offered(ctx context.Context, v ShopsView, p Project, q HeaderQuery) (shops []Shop, next ShopID, err error) {
	switch {
	case p.Survey == "": // not accepted yet: there is no survey, and so no shop
		return nil, "", nil
	case len(q.Only) > 0:
		shops, err = ofProject(ctx, v, p, q.Only)
		return shops, "", err
	}
	limit := q.Limit
	if limit == 0 {
		limit = MaxPage
	}
	shops, err = v.List(ctx, ShopQuery{Survey: p.Survey, After: q.After, Limit: limit + 1})
	if len(shops) > limit {
		shops = shops[:limit]
		next = shops[limit-1].ID
	}
	return shops, next, err
}

// ofProject returns those of the shops that belong to the project's survey, ordered by id.
func ofProject(ctx context.Context, v ShopsView, p Project, ids []ShopID) ([]Shop, error) {
	if p.Survey == "" {
		return nil, nil
	}
	shops, err := v.ByID(ctx, ids)
	var out []Shop
	for _, sh := range shops {
		if sh.Survey == p.Survey {
			out = append(out, sh)
		}
	}
	return out, err
}

// headers describes shops to the Primary. The status of one that is held by its status stays ours unless progress is shared.
func (s *Service) headers(ctx context.Context, v PlacesView, p Project, shops []Shop) ([]Header, error) {
	if len(shops) == 0 {
		return nil, nil
	}
	prints, err := v.Prints(ctx, p.Client, placesOf(shops))
	if err != nil {
		return nil, err
	}
	out := make([]Header, len(shops))
	for i, sh := range shops {
		c := s.travels(sh.ID, sh.Content)
		h := Header{
			Shop: sh.ID, Epoch: sh.Epoch, Rev: sh.Version, Status: c.Status, Place: c.Place, Print: prints[c.Place], Questions: c.Questions,
			Origin: c.Origin, HasWave: sh.Wave != "", Held: s.withheld(p, sh),
		}
		if !s.cfg.Ladder.Passes(p.Terms.Gate, c.Status) && !p.Sharing {
			h.Status = ""
		}
		out[i] = h
	}
	return out, nil
}

// withheld says why the Secondary does not release a shop; no reason releases it. Nobody asks while the module is off.
func (s *Service) withheld(p Project, sh Shop) []Reason {
	var out []Reason
	switch p.State {
	case StateAccepted:
	case StateInactive:
		out = append(out, ReasonProjectInactive)
	default:
		out = append(out, ReasonProjectNotAccepted)
	}
	if !s.cfg.Ladder.Passes(p.Terms.Gate, sh.Content.Status) {
		out = append(out, ReasonBelowExport)
	}
	if sh.Awaiting {
		out = append(out, ReasonReturnedPending)
	}
	return out
}

func placesOf(shops []Shop) []PlaceKey {
	seen := map[PlaceKey]bool{}
	var out []PlaceKey
	for _, sh := range shops {
		if !seen[sh.Content.Place] {
			seen[sh.Content.Place] = true
			out = append(out, sh.Content.Place)
		}
	}
	return out
}

// Snapshots hands out the content of released shops. It stops early when the answer grows large: whoever misses
// shops after the last one asks again.
func (in inbound) Snapshots(ctx context.Context, other SystemID, project ProjectID, shops []ShopID) ([]Snapshot, error) {
	s := in.s
	return read(ctx, s, other, "snapshots", func(ctx context.Context, v View) ([]Snapshot, error) {
		p, err := partnersProject(ctx, v.Projects, other, project, PartySecondary)
		if err != nil {
			return nil, err
		}
		if len(shops) > MaxPage {
			return nil, &Invalid{Op: "snapshots", Fields: []FieldError{{"shops", "range", fmt.Sprintf("at most %d shops travel at once", MaxPage)}}}
		}
		found, err := ofProject(ctx, v.Shops, p, shops)
		if err != nil {
			return nil, err
		}
		var out []Snapshot
		bytes := 0
		for _, sh := range found {
			if len(s.withheld(p, sh)) > 0 {
				continue
			}
			if bytes += sh.Content.size(); bytes > releaseBytes && len(out) > 0 {
				break
			}
			out = append(out, Snapshot{Shop: sh.ID, Epoch: sh.Epoch, Rev: sh.Version, Content: s.travels(sh.ID, sh.Content)})
		}
		return out, nil
	})
}
