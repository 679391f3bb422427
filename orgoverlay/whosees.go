package orgoverlay

import (
	"context"
	"errors"
	"time"
)

// Viewing is an account that sees an organization of ours now, and by which agreements. What that account has laid over it, or
// whether it has, is not told.
type Viewing struct {
	Account Account
	Name    string
	Whys    []Why // ordered by account and agreement; Direction is what our organization is to them
}

// WhoSees returns the accounts that see one of our own organizations now by agreements, ordered by account; where ours is a directory,
// the accounts below it see it besides. An organization that is not ours is ErrNotFound. It needs an actor who edits or
// sees internal fields.
func (s *Service) WhoSees(ctx context.Context, a Actor, org OrgID) ([]Viewing, error) {
	if err := s.allow(a, a.Edits() || a.SeesInternal(), "ask who sees an organization"); err != nil {
		return nil, err
	}
	var out []Viewing
	now := s.now()
	err := s.view(ctx, func(ctx context.Context, v View) error {
		w, err := watch(ctx, v, org)
		if errors.Is(err, ErrNotFound) || err == nil && w.org.Deleted {
			return missing("organization", string(org))
		}
		out = w.viewings(now)
		return err
	})
	return out, err
}

// watched is one of our organizations with those who may see it.
type watched struct {
	org      Organization
	watchers []Watcher // grouped by account
}

func watch(ctx context.Context, v View, org OrgID) (watched, error) {
	o, err := ownOrg(ctx, v, org)
	if err != nil {
		return watched{}, err
	}
	watchers, err := v.Sight.Watchers(ctx, org)
	return watched{o, watchers}, err
}

// viewings asks Visible with the eyes of each watcher.
func (w watched) viewings(now time.Time) []Viewing {
	var out []Viewing
	for begin := 0; begin < len(w.watchers); {
		first := w.watchers[begin]
		facts := Facts{Viewer: Tenant{ID: first.Account}, Orgs: []Seen{{Shared: w.org.Shared, Deleted: w.org.Deleted}},
			Trusts: []Trust{{Other: w.org.Account, State: first.Trust.State}}}
		if first.Below {
			facts.Trusts[0].State = TrustEstablished
		}
		for ; begin < len(w.watchers) && w.watchers[begin].Account == first.Account; begin++ {
			facts.Agreements = append(facts.Agreements, w.watchers[begin].Agreement)
		}
		for _, by := range Visible(facts, now) {
			out = append(out, Viewing{first.Account, first.Name, by.Whys})
		}
	}
	return out
}
