package orgoverlay

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// thought is a supposition that could be saved: which organizations it touches, and what it makes of a world that holds them.
type thought struct {
	orgs  []OrgID
	apply func(*world)
}

// supposed checks a supposition as saving it would.
func (s *Service) supposed(ctx context.Context, v View, suppose Supposition) (thought, error) {
	given := 0
	for _, is := range []bool{suppose.Agreement != nil, suppose.Trust != TrustNone, suppose.Service != nil} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return thought{}, &Invalid{Op: "ask what if", Fields: []FieldError{{"", "one", "exactly one of agreement, trust and service is supposed"}}}
	case suppose.Agreement != nil:
		return s.supposeAgreement(ctx, v, *suppose.Agreement)
	case suppose.Service != nil:
		return s.supposeService(ctx, v, *suppose.Service)
	}
	return s.supposeTrust(ctx, v, suppose.Other, suppose.Trust)
}

func (s *Service) supposeAgreement(ctx context.Context, v View, g Agreement) (thought, error) {
	if g.ID == "" && g.Version == 0 {
		g.ID = AgreementID(s.cfg.NewID())
	}
	was, err := presentAgreement(ctx, v, g)
	if err != nil {
		return thought{}, err
	}
	if g, err = s.settle(ctx, v, g, was); err != nil {
		return thought{}, err
	}
	orgs := []OrgID{g.Provider.Org, g.Customer.Org}
	if was.Version > 0 {
		orgs = append(orgs, was.Provider.Org, was.Customer.Org)
	}
	partner, err := v.Sight.Partner(ctx, g.With) // without trust in force nobody comes to see anything
	if err != nil && !errors.Is(err, ErrNotFound) {
		return thought{}, err
	}
	return thought{orgs, func(w *world) { w.agree(g, partner) }}, nil
}

// agree puts an agreement in the place of the one that it replaces.
func (w *world) agree(g Agreement, partner Tenant) {
	same := func(a Agreement) bool { return a.Account == g.Account && a.ID == g.ID }
	w.facts.Agreements = append(slices.DeleteFunc(w.facts.Agreements, same), g)
	if g.Customer.Account != w.account && !slices.ContainsFunc(w.facts.Orgs, func(o Seen) bool { return o.ID == g.Customer.Org }) {
		w.facts.Orgs = append(w.facts.Orgs, Seen{Shared: Shared{ID: g.Customer.Org, Account: g.Customer.Account}})
		slices.SortFunc(w.facts.Orgs, func(a, b Seen) int { return cmp.Compare(a.ID, b.ID) })
	}
	w.facts.Below = append(w.facts.Below, Tenant{ID: g.With, Directory: partner.Directory})
	below := slices.ContainsFunc(w.ours, func(o watched) bool {
		return slices.ContainsFunc(o.watchers, func(watcher Watcher) bool { return watcher.Account == g.With && watcher.Below })
	})
	for i := range w.ours {
		o := &w.ours[i]
		name := partner.Name
		o.watchers = slices.DeleteFunc(o.watchers, func(watcher Watcher) bool { return same(watcher.Agreement) })
		if ref := (Ref{w.account, o.org.ID}); g.With != w.account && (g.Provider == ref || g.Customer == ref) {
			o.add(Watcher{g.With, name, g, w.trust(g.With), below})
		}
	}
}

func (w *world) trust(other Account) Trust {
	for _, t := range w.facts.Trusts {
		if t.Other == other {
			return t
		}
	}
	return Trust{Other: other}
}

// add keeps the watchers of one account together.
func (o *watched) add(w Watcher) {
	i := slices.IndexFunc(o.watchers, func(other Watcher) bool { return other.Account == w.Account })
	o.watchers = slices.Insert(o.watchers, max(i, 0), w)
}

func (s *Service) supposeTrust(ctx context.Context, v View, other Account, state TrustState) (thought, error) {
	half, err := ourHalf(ctx, v, other)
	if err != nil {
		return thought{}, err
	}
	if err := mayTrust(s.account, other, half.State, state); err != nil {
		return thought{}, err
	}
	between, err := v.Sight.Between(ctx, other)
	if err != nil {
		return thought{}, err
	}
	var orgs []OrgID
	for _, g := range between {
		orgs = append(orgs, g.Provider.Org, g.Customer.Org)
	}
	if state == half.State { // whatever keeps the trust from being in force is the other half's
		return thought{orgs, func(*world) {}}, nil
	}
	return thought{orgs, func(w *world) { w.entrust(other, state) }}, nil
}

// entrust gives the trust with an account a state.
func (w *world) entrust(other Account, state TrustState) {
	w.facts.Trusts = slices.DeleteFunc(w.facts.Trusts, func(t Trust) bool { return t.Other == other })
	w.facts.Trusts = append(w.facts.Trusts, Trust{Other: other, State: state})
	for _, o := range w.ours {
		for i := range o.watchers {
			if o.watchers[i].Account == other {
				o.watchers[i].Trust.State = state
			}
		}
	}
}

func (s *Service) supposeService(ctx context.Context, v View, e ServiceEntry) (thought, error) {
	e.Account = s.account
	was, err := presentService(ctx, v, e)
	if err != nil {
		return thought{}, err
	}
	if err := s.checkService(ctx, v, e); err != nil {
		return thought{}, err
	}
	return thought{[]OrgID{was.Provider, e.Provider}, func(w *world) { w.provide(was, e) }}, nil
}

// provide moves those who see a service's provider to the new one.
func (w *world) provide(was, is ServiceEntry) {
	if was.Provider == is.Provider {
		return
	}
	var moved []Watcher
	for i := range w.ours {
		if o := &w.ours[i]; o.org.ID == was.Provider {
			o.watchers = slices.DeleteFunc(o.watchers, func(watcher Watcher) bool {
				by := watcher.Agreement
				if by.Kind != SLA || by.Account != w.account || by.Service != is.ID {
					return false
				}
				moved = append(moved, watcher)
				return true
			})
		}
	}
	for i := range w.ours {
		if o := &w.ours[i]; o.org.ID == is.Provider {
			for _, watcher := range moved {
				watcher.Agreement.Provider = Ref{w.account, is.Provider}
				o.add(watcher)
			}
		}
	}
}
