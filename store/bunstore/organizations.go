package bunstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/orgoverlay"
)

type organizations struct{ s *session }

var _ orgoverlay.Organizations = organizations{}

type organizationRow struct {
	bun.BaseModel `bun:"table:mspkit_organization"`
	Account       string           `bun:",pk"`
	ID            orgoverlay.OrgID `bun:",pk"`
	Name          string
	Card          string
	Disabled      bool
	Revision      int64
	LocalFields   []byte
	Parent        orgoverlay.OrgID
	Manager       orgoverlay.PersonID
	Region        string
	Source        string
	SourceID      string
	Internal      bool
	Deleted       bool
	SortKey       string
	SharedSearch  string
	LocalSearch   string
	CustomSearch  string
	Version       int64
}

func (r *organizationRow) organization() (orgoverlay.Organization, error) {
	o := orgoverlay.Organization{
		Shared: orgoverlay.Shared{ID: r.ID, Account: orgoverlay.Account(r.Account), Name: r.Name, Disabled: r.Disabled, Revision: r.Revision},
		Parent: r.Parent, Manager: r.Manager, Region: r.Region, Source: r.Source, SourceID: r.SourceID,
		Internal: r.Internal, Deleted: r.Deleted, Version: r.Version,
	}
	err := unpackCard(r.Card, &o.Shared)
	if err == nil {
		o.Local, err = unpackLocal(string(r.LocalFields))
	}
	return o, err
}

func (r organizations) Organization(ctx context.Context, id orgoverlay.OrgID) (orgoverlay.Organization, error) {
	o, err := one(ctx, r.s, from[organizationRow](r.s).Where("id = ?", id), (*organizationRow).organization, noSuch(orgoverlay.ErrNotFound, "organization", string(id)))
	if err != nil {
		return o, err
	}
	tenant, err := r.s.tenant(ctx)
	o.AccountName = tenant.Name
	return o, err
}

func (r organizations) Children(ctx context.Context, parent orgoverlay.OrgID) ([]orgoverlay.Organization, error) {
	found, err := many(ctx, r.s, from[organizationRow](r.s).Where("parent = ?", parent).Order("id"), (*organizationRow).organization)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	tenant, err := r.s.tenant(ctx)
	for i := range found {
		found[i].AccountName = tenant.Name
	}
	return found, err
}

func (r organizations) Put(ctx context.Context, o orgoverlay.Organization) error {
	row := organizationRow{
		Account: r.s.account, ID: o.ID, Name: o.Name, Card: packCard(&o.Shared), Disabled: o.Disabled, Revision: o.Revision, LocalFields: packLocal(&o.Local),
		Parent: o.Parent, Manager: o.Manager, Region: o.Region, Source: o.Source, SourceID: o.SourceID, Internal: o.Internal, Deleted: o.Deleted,
		SortKey: orgoverlay.SortKey(o.Name), SharedSearch: searchable(o.Shared.SearchText()), LocalSearch: searchable(o.Local.SearchText()),
		CustomSearch: packSearch(o.Custom), Version: o.Version + 1,
	}
	placed := false // where lists have it
	if o.Version != 0 {
		var sortKey string
		var deleted bool
		err := r.s.row(ctx, "read the place of an organization", []any{&sortKey, &deleted},
			"SELECT sort_key, deleted FROM mspkit_organization WHERE account = ? AND id = ?", r.s.account, o.ID)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		placed = err == nil && sortKey == row.SortKey && deleted == o.Deleted
	}
	if ok, err := put(ctx, r.s, &row, o.Version); !ok {
		return refuse(err, orgoverlay.ErrConflict, "organization", string(o.ID))
	}
	if !placed {
		if err := r.s.rebuildSight(ctx, "{}org = ?", o.ID); err != nil {
			return err
		}
	}
	return r.s.attach(ctx, o.Version == 0, false, attachedTo{o.ID, o.Attachments})
}

// attachedTo is the attachments of an organization, or of the overlay on one.
type attachedTo struct {
	org         orgoverlay.OrgID
	attachments []orgoverlay.Attachment
}

type attachedRow struct {
	bun.BaseModel `bun:"table:mspkit_attached"`
	Account       string           `bun:",pk"`
	Org           orgoverlay.OrgID `bun:",pk"`
	Overlay       bool             `bun:",pk"`
	Content       string           `bun:",pk"`
}

// attach notes which contents records name now. Fresh ones named none before.
func (s *session) attach(ctx context.Context, fresh, overlay bool, records ...attachedTo) error {
	if !fresh {
		orgs := each(records, func(a attachedTo) orgoverlay.OrgID { return a.org })
		if _, err := s.exec(ctx, "forget contents", "DELETE FROM mspkit_attached WHERE account = ? AND overlay = ? AND "+s.anyOf("org"), s.account, overlay, listOf(s, orgs)); err != nil {
			return err
		}
	}
	for _, r := range records {
		for _, a := range r.attachments {
			if _, err := write(ctx, s, verbInsert, &attachedRow{Account: s.account, Org: r.org, Overlay: overlay, Content: a.SHA256}); err != nil {
				return err
			}
		}
	}
	return nil
}
