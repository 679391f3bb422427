package memstore

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/orgoverlay"
)

// scope is where the roles of orgoverlay work: the rows of the account, and everybody's, of which only what crosses accounts is read.
type scope struct {
	s    *state
	a    *account
	name orgoverlay.Account
}

// of returns the rows of an account as this transaction sees them. They are for reading.
func (c scope) of(name orgoverlay.Account) *account {
	if name == c.name {
		return c.a
	}
	if a := c.s.accounts.get(keyOf(name)); a != nil {
		return a
	}
	return new(account)
}

type organizations struct{ scope }

var _ orgoverlay.Organizations = organizations{}

var organizationShape = shape[orgoverlay.Organization]{
	id:      func(o *orgoverlay.Organization) key { return keyOf(o.ID) },
	version: func(o *orgoverlay.Organization) *int64 { return &o.Version },
	clone:   orgoverlay.Organization.Clone,
	unique: func(o *orgoverlay.Organization) []key {
		if o.Deleted {
			return nil
		}
		return []key{keyOf(o.Name)}
	},
}

func (r organizations) Organization(_ context.Context, id orgoverlay.OrgID) (orgoverlay.Organization, error) {
	o, ok := r.a.organizations.get(organizationShape, keyOf(id))
	if !ok {
		return o, fmt.Errorf("memstore: organization %s: %w", id, orgoverlay.ErrNotFound)
	}
	o.AccountName = r.a.tenant.Name
	return o, nil
}

func (r organizations) Children(_ context.Context, parent orgoverlay.OrgID) ([]orgoverlay.Organization, error) {
	var out []orgoverlay.Organization
	for _, o := range r.a.organizations.rows.from(key{}) {
		if o.Parent == parent {
			c := o.Clone()
			c.AccountName = r.a.tenant.Name
			out = append(out, c)
		}
	}
	return out, nil
}

func (r organizations) Put(_ context.Context, o orgoverlay.Organization) error {
	o.Account, o.AccountName = r.name, ""
	owner := r.s.owners.get(keyOf(o.ID))
	if owner != nil && *owner != r.name || !r.a.organizations.put(organizationShape, o) {
		return fmt.Errorf("memstore: put organization %s: %w", o.ID, orgoverlay.ErrConflict)
	}
	r.s.owners.put(keyOf(o.ID), r.name)
	return nil
}
