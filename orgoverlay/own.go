package orgoverlay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Own returns one of the account's own organizations whole, but for custom values that the actor may not see.
func (s *Service) Own(ctx context.Context, a Actor, org OrgID) (Organization, error) {
	var o Organization
	if err := s.enter(a); err != nil {
		return o, err
	}
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		lens, err := s.lens(ctx, v, a)
		if err != nil {
			return err
		}
		if o, err = ownOrg(ctx, v, org); errors.Is(err, ErrNotFound) || err == nil && o.Deleted {
			return missing("organization", string(org))
		}
		o.Custom = lens.custom(o.Custom)
		return err
	})
	if err != nil {
		return Organization{}, err
	}
	return o, nil
}

// SaveOrganization writes the shared and base fields of one of the account's own organizations; Version is the one that was read, 0
// for a new one, whose ID is given by Config.NewID. Its local fields are not written: they change by Edit. Internal, Revision
// and the account's name are kept by the service.
func (s *Service) SaveOrganization(ctx context.Context, a Actor, o Organization) (Organization, error) {
	if err := s.allow(a, a.Administers(), "save an organization"); err != nil {
		return Organization{}, err
	}
	now, given := s.now(), o.Clone()
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		o = given.Clone()
		tenant, err := tx.Registry.Tenant(ctx)
		if err != nil {
			return err
		}
		was, err := s.presentOrg(ctx, tx, &o)
		if err != nil {
			return err
		}
		o.Account, o.AccountName, o.Deleted = tenant.ID, tenant.Name, false
		o.Local, o.Internal, o.Revision = was.Local, was.Internal, was.Revision
		if err := checkOrganization(ctx, tx, o, was); err != nil {
			return err
		}
		c, shared := baseChanges(was, o)
		if len(c) == 0 {
			return nil
		}
		if shared {
			o.Revision++
		}
		if o.Internal, err = liesInternal(ctx, tx, o, tenant.Organization); err != nil {
			return err
		}
		if err := tx.Orgs.Put(ctx, o); err != nil {
			return fmt.Errorf("orgoverlay: save organization %q: %w", o.ID, err)
		}
		o.Version++
		if o.Internal != was.Internal && was.Version > 0 {
			if err := markBelow(ctx, tx, o.ID, o.Internal, tenant.Organization); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, s.entry(now, a, "organization", string(o.ID), "saved", "", c...), o.Version)
	})
	if err != nil {
		return Organization{}, err
	}
	return o, nil
}

// presentOrg reads what o replaces, and gives a new one its id. Ids are not the caller's to choose: those of all accounts are one
// space, and a refusal would tell which are taken.
func (s *Service) presentOrg(ctx context.Context, tx Tx, o *Organization) (Organization, error) {
	if o.Version == 0 {
		if o.ID != "" {
			return Organization{}, &Invalid{Op: "save an organization", Fields: []FieldError{{"id", "given", "is given by the service to a new organization"}}}
		}
		o.ID = OrgID(s.cfg.NewID())
		return Organization{}, nil
	}
	return livingOrg(ctx, tx, o.ID, o.Version)
}

// ownOrg reads an own organization, deleted or not.
func ownOrg(ctx context.Context, v View, org OrgID) (Organization, error) {
	if !nameable(org) {
		return Organization{}, ErrNotFound
	}
	return v.Orgs.Organization(ctx, org)
}

// livingOrg reads an own organization for a write that was made on a version of it. One that is deleted is not there.
func livingOrg(ctx context.Context, tx Tx, org OrgID, expect int64) (Organization, error) {
	o, err := ownOrg(ctx, tx.View(), org)
	if err == nil && o.Deleted {
		err = ErrNotFound
	}
	return present("organization", string(org), expect, o, func(o Organization) int64 { return o.Version }, err)
}

// baseChanges lists the fields that a save changes, and says whether others can see one of them.
func baseChanges(was, is Organization) (c changes, shared bool) {
	c.note("name", was.Name, is.Name)
	c.note("picture", was.Picture, is.Picture)
	c.note("contacts", contactsText(was.Contacts), contactsText(is.Contacts))
	c.note("addresses", addressesText(was.Addresses), addressesText(is.Addresses))
	c.note("disabled", strconv.FormatBool(was.Disabled), strconv.FormatBool(is.Disabled))
	n := len(c)
	c.note("parent", string(was.Parent), string(is.Parent))
	c.note("manager", string(was.Manager), string(is.Manager))
	c.note("region", was.Region, is.Region)
	c.note("source", was.Source, is.Source)
	c.note("source_id", was.SourceID, is.SourceID)
	return c, n > 0
}

// contactsText writes contacts for history, one a line.
func contactsText(contacts []Contact) string {
	var b strings.Builder
	for _, c := range contacts {
		fmt.Fprintf(&b, "%s, %s: %s\n", c.Kind, c.Label, c.Value)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// addressesText writes addresses for history, one a line.
func addressesText(addresses []Address) string {
	var b strings.Builder
	for _, a := range addresses {
		fmt.Fprintf(&b, "%s: %s; %s; %s; %s; %s\n", a.Label, a.Street, a.City, a.State, a.PostalCode, a.Country)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// DeleteOrganization takes an own organization out of every list, ours and others', and gives its financial ID back. One that is
// tied to the account, or that others lie below, is refused with ErrState. Whether others have laid anything over it makes no
// difference.
func (s *Service) DeleteOrganization(ctx context.Context, a Actor, org OrgID, expect int64) error {
	if err := s.allow(a, a.Administers(), "delete an organization"); err != nil {
		return err
	}
	now := s.now()
	return s.update(ctx, func(ctx context.Context, tx Tx) error {
		if expect == 0 {
			return missing("organization", string(org))
		}
		o, err := livingOrg(ctx, tx, org, expect)
		if err != nil {
			return err
		}
		tenant, err := tx.Registry.Tenant(ctx)
		if err != nil {
			return err
		}
		children, err := tx.Orgs.Children(ctx, org)
		if err != nil {
			return err
		}
		if tenant.Organization == org || slices.ContainsFunc(children, func(c Organization) bool { return !c.Deleted }) {
			return fmt.Errorf("orgoverlay: delete organization %q, which is tied to the account or has others below it: %w", org, ErrState)
		}
		o.Deleted = true
		if err := tx.Orgs.Put(ctx, o); err != nil {
			return fmt.Errorf("orgoverlay: delete organization %q: %w", org, err)
		}
		if err := tx.Claims.Release(ctx, []OrgID{org}); err != nil {
			return err
		}
		return s.note(ctx, tx, s.entry(now, a, "organization", string(org), "deleted", "", Change{Path: "name", Before: o.Name}), o.Version+1)
	})
}
