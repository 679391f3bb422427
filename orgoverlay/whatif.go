package orgoverlay

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Supposition is one change that is thought of. Exactly one of Agreement, Trust and Service is given.
type Supposition struct {
	// Agreement is one of ours as it would be saved. One that is saved already stays as it is, to be looked at on another day.
	Agreement *Agreement
	// Trust is the state that our half of the trust with Other would have. The other half, as far as we cannot know it, is taken to agree.
	Trust TrustState
	Other Account
	// Service is one of ours as it would be saved, with another provider.
	Service *ServiceEntry
	// At is the moment that is looked at: what is so now is compared with what would be so then. Default: now.
	At time.Time
}

// Glimpse is one organization that one account comes to see, or sees no more. The account is ours, or the organization is.
type Glimpse struct {
	Viewer Account
	Owner  Account
	Org    OrgID  // empty of another's organization that we do not see now, unless an agreement that we have registered names it
	Name   string // empty of another's organization that we do not see now
}

// Forecast is what a supposition would change, ordered by viewer, owner and organization.
type Forecast struct{ Gains, Losses []Glimpse }

// WhatIf tells who would gain or lose sight of what, as far as we may know: others' organizations seen by us, and ours seen by others.
// Nothing is changed. It needs an actor who administers; a supposition that could not be saved is refused as saving it would be.
func (s *Service) WhatIf(ctx context.Context, a Actor, suppose Supposition) (Forecast, error) {
	if err := s.allow(a, a.Administers(), "ask what if"); err != nil {
		return Forecast{}, err
	}
	now := s.now()
	at := suppose.At.UTC().Truncate(time.Microsecond)
	if suppose.At.IsZero() {
		at = now
	}
	var out Forecast
	err := s.view(ctx, func(ctx context.Context, v View) error {
		change, err := s.supposed(ctx, v, suppose)
		if err != nil {
			return err
		}
		w, err := s.world(ctx, v, now, change.orgs)
		if err != nil {
			return err
		}
		before := w.glimpses(now)
		change.apply(&w)
		out = w.compare(before, w.glimpses(at))
		return nil
	})
	return out, err
}

// world is the part of the facts that a supposition touches, from both sides.
type world struct {
	account Account
	facts   Facts     // of others' organizations, as we see them
	ours    []watched // our organizations, as others see them
}

// world reads it for some organizations, whosever they are. Those that we could not see by any agreement stay unknown, and that one
// is deleted which we would not see now anyway.
func (s *Service) world(ctx context.Context, v View, now time.Time, orgs []OrgID) (world, error) {
	w := world{account: s.account}
	var err error
	if w.facts, err = v.Sight.Facts(ctx, askable(orgs)); err != nil {
		return w, err
	}
	w.facts.undelete(now)
	for _, o := range w.facts.Orgs {
		if !o.Own {
			continue
		}
		one, err := watch(ctx, v, o.ID)
		if err != nil {
			return w, err
		}
		w.ours = append(w.ours, one)
	}
	w.facts.Trusts, err = v.Registry.Trusts(ctx)
	return w, err
}

// undelete brings back the deleted organizations of others that would not be seen at a moment if they were there: nobody tells us that
// they are gone.
func (f *Facts) undelete(now time.Time) {
	there := *f
	there.Orgs = slices.Clone(f.Orgs)
	for i := range there.Orgs {
		there.Orgs[i].Deleted = false
	}
	sightings := Visible(there, now)
	for i := range f.Orgs {
		o := &f.Orgs[i]
		if !o.Own && !slices.ContainsFunc(sightings, func(s Sighting) bool { return s.Org == o.ID }) {
			o.Deleted = false
		}
	}
}

// glimpses lists what is seen at a moment.
func (w world) glimpses(at time.Time) []Glimpse {
	var out []Glimpse
	for _, by := range Visible(w.facts, at) {
		if by.Kind != KindTrusted {
			continue
		}
		i := slices.IndexFunc(w.facts.Orgs, func(o Seen) bool { return o.ID == by.Org })
		out = append(out, Glimpse{w.account, w.facts.Orgs[i].Account, by.Org, w.facts.Orgs[i].Name})
	}
	for _, one := range w.ours {
		for _, by := range one.viewings(at) {
			out = append(out, Glimpse{by.Account, w.account, one.org.ID, one.org.Name})
		}
	}
	return out
}

// compare tells what is seen after and was not before, and the other way round. Of what the account itself comes to see no more is told than its
// lists of agreements tell before it sees it: no name, and the id where it has registered the agreement.
func (w world) compare(before, after []Glimpse) Forecast {
	f := Forecast{Gains: without(after, before), Losses: without(before, after)}
	for i := range f.Gains {
		g := &f.Gains[i]
		if g.Viewer != w.account {
			continue
		}
		g.Name = ""
		if org := (Ref{g.Owner, g.Org}); !slices.ContainsFunc(w.facts.Agreements, func(a Agreement) bool {
			return a.Account == w.account && (a.Provider == org || a.Customer == org)
		}) {
			g.Org = ""
		}
	}
	slices.SortFunc(f.Gains, byViewer)
	slices.SortFunc(f.Losses, byViewer)
	return f
}

func byViewer(a, b Glimpse) int {
	return cmp.Or(cmp.Compare(a.Viewer, b.Viewer), cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Org, b.Org))
}

// without returns what is in one list and not in the other.
func without(list, other []Glimpse) []Glimpse {
	var out []Glimpse
	for _, g := range list {
		if !slices.Contains(other, g) {
			out = append(out, g)
		}
	}
	return out
}
