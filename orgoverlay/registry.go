package orgoverlay

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Tenant returns what the account says of itself.
func (s *Service) Tenant(ctx context.Context, a Actor) (Tenant, error) {
	var t Tenant
	if err := s.enter(a); err != nil {
		return t, err
	}
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		t, err = v.Registry.Tenant(ctx)
		return err
	})
	return t, err
}

// SaveTenant writes it; t.Version is the one that was read, 0 for the first. The directory is said the first time and stays, because
// it opens that account's organizations: whether an account lies below a directory is the host's to decide. The tied
// organization, which must be one of ours, makes itself and what lies below it internal.
func (s *Service) SaveTenant(ctx context.Context, a Actor, t Tenant) (Tenant, error) {
	if err := s.allow(a, a.Administers(), "save the account"); err != nil {
		return Tenant{}, err
	}
	now, given := s.now(), t
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		t = given
		got, err := tx.Registry.Tenant(ctx)
		was, err := present("account", string(s.account), t.Version, got, func(t Tenant) int64 { return t.Version }, err)
		if err != nil {
			return err
		}
		wrong := &Invalid{Op: "save the account"}
		if t.ID != s.account {
			wrong.add("id", "account", "is not the account that is acted in")
		}
		wrong.line("name", t.Name, true)
		wrong.line("directory", string(t.Directory), false)
		if t.Directory == s.account || was.Version > 0 && t.Directory != was.Directory {
			wrong.add("directory", "fixed", "cannot become another")
		}
		if t.Organization != was.Organization && t.Organization != "" {
			if err := ours(ctx, tx.View(), wrong, "organization", t.Organization); err != nil {
				return err
			}
		}
		if err := wrong.orNil(); err != nil {
			return err
		}
		var c changes
		c.note("name", was.Name, t.Name)
		c.note("directory", string(was.Directory), string(t.Directory))
		c.note("organization", string(was.Organization), string(t.Organization))
		if len(c) == 0 {
			return nil
		}
		if err := tx.Registry.PutTenant(ctx, t); err != nil {
			return fmt.Errorf("orgoverlay: save the account: %w", err)
		}
		t.Version++
		if t.Organization != was.Organization {
			if err := retie(ctx, tx, was.Organization, t.Organization); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, s.entry(now, a, "account", string(t.ID), "saved", "", c...), t.Version)
	})
	if err != nil {
		return Tenant{}, err
	}
	return t, nil
}

// note appends one line of history, with the version that was made.
func (s *Service) note(ctx context.Context, tx Tx, e Entry, version int64) error {
	e.Version = version
	return tx.History.Append(ctx, []Entry{e})
}

// ours objects to an organization that is not one of our own that are not deleted.
func ours(ctx context.Context, v View, wrong *Invalid, path string, org OrgID) error {
	o, err := ownOrg(ctx, v, org)
	if errors.Is(err, ErrNotFound) || err == nil && o.Deleted {
		wrong.add(path, "unknown", fmt.Sprintf("names %q, which is not an organization of this account", org))
		return nil
	}
	return err
}

// Trusts returns the trusts of the account, ordered by the other account. It needs an actor who sees internal fields.
func (s *Service) Trusts(ctx context.Context, a Actor) ([]Trust, error) {
	var trusts []Trust
	if err := s.allow(a, a.SeesInternal(), "read trusts"); err != nil {
		return nil, err
	}
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		trusts, err = v.Registry.Trusts(ctx)
		return err
	})
	return trusts, err
}

// SetTrust sets our half of the trust with another account: established (asked for, accepted, resumed, begun anew), suspended
// (of an established one) or ended; see Trust.Acts. It returns both halves together.
func (s *Service) SetTrust(ctx context.Context, a Actor, other Account, state TrustState) (Trust, error) {
	if err := s.allow(a, a.Administers(), "set a trust"); err != nil {
		return Trust{}, err
	}
	var trust Trust
	now := s.now()
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		half, err := ourHalf(ctx, tx.View(), other)
		if err != nil {
			return err
		}
		was := half.State
		if err := mayTrust(s.account, other, was, state); err != nil {
			return err
		}
		if was != state {
			half = TrustHalf{Account: s.account, Other: other, State: state, Since: now, Version: half.Version}
			if err := tx.Registry.PutHalf(ctx, half); err != nil {
				return fmt.Errorf("orgoverlay: set trust with %q: %w", other, err)
			}
			e := s.entry(now, a, "trust", string(other), state.String(), "", Change{Path: "state", Before: was.String(), After: state.String()})
			if err := s.note(ctx, tx, e, half.Version+1); err != nil {
				return err
			}
		}
		trusts, err := tx.Registry.Trusts(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(trusts, func(t Trust) bool { return t.Other == other })
		if i < 0 {
			return missing("trust with account", string(other))
		}
		trust = trusts[i]
		return nil
	})
	return trust, err
}

// ourHalf reads our half of the trust with another account; the zero half when there is none yet.
func ourHalf(ctx context.Context, v View, other Account) (TrustHalf, error) {
	if !nameable(other) {
		return TrustHalf{}, nil
	}
	half, err := v.Registry.Half(ctx, other)
	if errors.Is(err, ErrNotFound) {
		return TrustHalf{}, nil
	}
	return half, err
}

// mayTrust says whether one half of a trust may go from one state to another.
func mayTrust(account, other Account, from, to TrustState) error {
	wrong := &Invalid{Op: "set a trust"}
	wrong.line("other", string(other), true)
	if other == account {
		wrong.add("other", "self", "is the account itself")
	}
	if to != TrustEstablished && to != TrustSuspended && to != TrustEnded {
		wrong.add("state", "enum", "is none of established, suspended, ended")
	}
	if err := wrong.orNil(); err != nil {
		return err
	}
	if !leads(from, to) {
		return fmt.Errorf("orgoverlay: suspend a trust with %q that is not established: %w", other, ErrState)
	}
	return nil
}

// Services returns up to limit services of the account with an id greater than after, ordered by id; an after that is no text
// is ErrInvalid. It needs an actor who sees internal fields.
func (s *Service) Services(ctx context.Context, a Actor, after ServiceID, limit int) ([]ServiceEntry, error) {
	var out []ServiceEntry
	if err := s.allow(a, a.SeesInternal(), "read services"); err != nil {
		return nil, err
	}
	if err := checkAfter("list services", string(after)); err != nil {
		return nil, err
	}
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		out, err = v.Registry.Services(ctx, after, limit)
		return err
	})
	return out, err
}

// SaveService writes a service; its Version is the one that was read, 0 for a new one, whose ID may be empty. The provider is one
// of our organizations. With another provider, customers see that one from this moment.
func (s *Service) SaveService(ctx context.Context, a Actor, e ServiceEntry) (ServiceEntry, error) {
	if err := s.allow(a, a.Administers(), "save a service"); err != nil {
		return ServiceEntry{}, err
	}
	now, given := s.now(), e
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		e = given
		e.Account = s.account
		if e.ID == "" && e.Version == 0 {
			e.ID = ServiceID(s.cfg.NewID())
		}
		was, err := presentService(ctx, tx.View(), e)
		if err != nil {
			return err
		}
		if err := s.checkService(ctx, tx.View(), e); err != nil {
			return err
		}
		var c changes
		c.note("name", was.Name, e.Name)
		c.note("provider", string(was.Provider), string(e.Provider))
		if len(c) == 0 {
			return nil
		}
		if err := tx.Registry.PutService(ctx, e); err != nil {
			return fmt.Errorf("orgoverlay: save service %q: %w", e.ID, err)
		}
		e.Version++
		return s.note(ctx, tx, s.entry(now, a, "service", string(e.ID), "saved", "", c...), e.Version)
	})
	if err != nil {
		return ServiceEntry{}, err
	}
	return e, nil
}

// presentService reads what a save of a service replaces.
func presentService(ctx context.Context, v View, e ServiceEntry) (ServiceEntry, error) {
	if !nameable(e.ID) {
		return ServiceEntry{}, missing("service", string(e.ID))
	}
	got, err := v.Registry.Service(ctx, e.ID)
	return present("service", string(e.ID), e.Version, got, func(e ServiceEntry) int64 { return e.Version }, err)
}

func (s *Service) checkService(ctx context.Context, v View, e ServiceEntry) error {
	wrong := &Invalid{Op: "save a service"}
	wrong.line("id", string(e.ID), true)
	wrong.line("name", e.Name, true)
	if err := ours(ctx, v, wrong, "provider", e.Provider); err != nil {
		return err
	}
	return wrong.orNil()
}
