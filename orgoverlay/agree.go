package orgoverlay

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Agreement returns one that is registered in the account. It needs an actor who sees internal fields.
func (s *Service) Agreement(ctx context.Context, a Actor, id AgreementID) (Agreement, error) {
	var g Agreement
	if err := s.allow(a, a.SeesInternal(), "read agreements"); err != nil {
		return g, err
	}
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		if nameable(id) {
			g, err = v.Registry.Agreement(ctx, id)
		}
		if g.ID == "" && err == nil || errors.Is(err, ErrNotFound) {
			return missing("agreement", string(id))
		}
		return err
	})
	return g, err
}

// Agreements returns up to limit of those registered in the account with an id greater than after, ordered by id; an after that is
// no text is ErrInvalid. It needs an actor who sees internal fields.
func (s *Service) Agreements(ctx context.Context, a Actor, after AgreementID, limit int) ([]Agreement, error) {
	var out []Agreement
	if err := s.allow(a, a.SeesInternal(), "read agreements"); err != nil {
		return nil, err
	}
	if err := checkAfter("list agreements", string(after)); err != nil {
		return nil, err
	}
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		out, err = v.Registry.Agreements(ctx, after, limit)
		return err
	})
	return out, err
}

// SaveAgreement registers or changes an agreement in the account, whose side is the provider's; Version is the one that was read, 0
// for a new one, whose ID may be empty. From and Until are made of the dates in its zone. A new one, or one with other parties,
// needs trust in force with the customer's side (ErrState). The customer of a new one is the organization tied to that
// account, later also another of that account or of its directory. An agreement within the account needs no trust.
func (s *Service) SaveAgreement(ctx context.Context, a Actor, g Agreement) (Agreement, error) {
	if err := s.allow(a, a.Administers(), "save an agreement"); err != nil {
		return Agreement{}, err
	}
	now, given := s.now(), g
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		g = given
		if g.ID == "" && g.Version == 0 {
			g.ID = AgreementID(s.cfg.NewID())
		}
		was, err := presentAgreement(ctx, tx.View(), g)
		if err != nil {
			return err
		}
		if g, err = s.settle(ctx, tx.View(), g, was); err != nil {
			return err
		}
		c := agreementChanges(was, g)
		if len(c) == 0 {
			return nil
		}
		if err := tx.Registry.PutAgreement(ctx, g); err != nil {
			return fmt.Errorf("orgoverlay: save agreement %q: %w", g.ID, err)
		}
		g.Version++
		return s.note(ctx, tx, s.entry(now, a, "agreement", string(g.ID), "saved", "", c...), g.Version)
	})
	if err != nil {
		return Agreement{}, err
	}
	return g, nil
}

// presentAgreement reads what a save of an agreement replaces.
func presentAgreement(ctx context.Context, v View, g Agreement) (Agreement, error) {
	if !nameable(g.ID) {
		return Agreement{}, missing("agreement", string(g.ID))
	}
	got, err := v.Registry.Agreement(ctx, g.ID)
	return present("agreement", string(g.ID), g.Version, got, func(g Agreement) int64 { return g.Version }, err)
}

// settle checks an agreement that is to replace another and fills in what follows from it: account, provider, moments.
func (s *Service) settle(ctx context.Context, v View, g, was Agreement) (Agreement, error) {
	wrong := &Invalid{Op: "save an agreement"}
	g.Account = s.account
	wrong.line("id", string(g.ID), true)
	if was.Version > 0 && g.Kind != was.Kind {
		wrong.add("kind", "fixed", "cannot become another")
	}
	s.window(wrong, &g)
	if err := s.provider(ctx, v, wrong, &g); err != nil {
		return g, err
	}
	if err := s.customer(ctx, v, wrong, g, was); err != nil {
		return g, err
	}
	return g, wrong.orNil()
}

// window makes the moments of the dates. One that is being prepared may have none.
func (s *Service) window(wrong *Invalid, g *Agreement) {
	g.From, g.Until = time.Time{}, time.Time{}
	if g.Zone == "" {
		g.Zone = "UTC"
	}
	zone, err := s.cfg.Zone(g.Zone)
	if err != nil || g.Zone == "Local" {
		wrong.add("zone", "unknown", fmt.Sprintf("%q is no time zone such as Europe/Paris", g.Zone))
		return
	}
	if g.Prepared && g.Start == "" && g.Expiry == "" {
		return
	}
	if g.From, g.Until, err = Window(g.Start, g.Expiry, zone); err != nil {
		wrong.add("start", "dates", err.Error())
	}
}

// provider checks whose side is ours: of an SLA by its service, of an FLSA an organization of ours or of our directory.
func (s *Service) provider(ctx context.Context, v View, wrong *Invalid, g *Agreement) error {
	switch g.Kind {
	case SLA:
		var e ServiceEntry
		err := ErrNotFound
		if nameable(g.Service) {
			e, err = v.Registry.Service(ctx, g.Service)
		}
		if errors.Is(err, ErrNotFound) {
			wrong.add("service", "unknown", fmt.Sprintf("%q is not a service of this account", g.Service))
			return nil
		}
		g.Provider = Ref{s.account, e.Provider}
		return err
	case FLSA:
		if g.Service != "" {
			wrong.add("service", "kind", "is not of first-line support, which names its provider itself")
		}
		return reachable(ctx, v, wrong, "provider", g.Provider)
	}
	wrong.add("kind", "enum", "is none of sla, flsa")
	return nil
}

// reachable objects to an organization that is neither ours nor our directory's, or is deleted.
func reachable(ctx context.Context, v View, wrong *Invalid, path string, r Ref) error {
	facts, err := v.Sight.Facts(ctx, askable([]OrgID{r.Org}))
	if err != nil {
		return err
	}
	for _, o := range facts.Orgs {
		if o.ID == r.Org && o.Account == r.Account && !o.Deleted && (o.Own || o.Account == facts.Viewer.Directory) {
			return nil
		}
	}
	wrong.add(path, "unknown", fmt.Sprintf("names %q of account %q, which is not an organization of this account or its directory", r.Org, r.Account))
	return nil
}

// customer checks the other side.
func (s *Service) customer(ctx context.Context, v View, wrong *Invalid, g, was Agreement) error {
	known := len(wrong.Fields)
	wrong.line("with", string(g.With), true)
	wrong.line("customer.account", string(g.Customer.Account), true)
	wrong.line("customer.org", string(g.Customer.Org), true)
	if len(wrong.Fields) > known {
		return nil
	}
	if g.With == s.account {
		if g.Customer == was.Customer && was.Version > 0 {
			return nil
		}
		return reachable(ctx, v, wrong, "customer", g.Customer)
	}
	if was.Version > 0 && g.With == was.With && g.Customer == was.Customer && g.Service == was.Service && (g.Kind == SLA || g.Provider == was.Provider) {
		return nil
	}
	partner, err := v.Sight.Partner(ctx, g.With)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("orgoverlay: save an agreement with %q, with whom no trust is in force: %w", g.With, ErrState)
	}
	if err != nil {
		return err
	}
	tied := Ref{g.With, partner.Organization}
	switch {
	case g.With != was.With && g.Customer != tied:
		wrong.add("customer", "tied", fmt.Sprintf("of a new agreement is the organization that is tied to account %q", g.With))
	case g.Customer.Account != g.With && (partner.Directory == "" || g.Customer.Account != partner.Directory):
		wrong.add("customer", "account", fmt.Sprintf("is not of account %q or of its directory", g.With))
	}
	return nil
}

// agreementChanges lists what a save changes.
func agreementChanges(was, is Agreement) (c changes) {
	c.note("kind", was.Kind.String(), is.Kind.String())
	c.note("with", string(was.With), string(is.With))
	c.note("service", string(was.Service), string(is.Service))
	if is.Kind == FLSA { // an SLA's is the service's
		c.note("provider", was.Provider.String(), is.Provider.String())
	}
	c.note("customer", was.Customer.String(), is.Customer.String())
	c.note("prepared", fmt.Sprint(was.Prepared), fmt.Sprint(is.Prepared))
	c.note("start", was.Start, is.Start)
	c.note("expiry", was.Expiry, is.Expiry)
	c.note("zone", was.Zone, is.Zone)
	return c
}

// String names an organization with its account.
func (r Ref) String() string {
	if r == (Ref{}) {
		return ""
	}
	return string(r.Org) + " @" + string(r.Account)
}
