package storetest

import (
	"context"
	"slices"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

func orgRecordCases() []Case {
	return slices.Concat(tenantKind.cases(), halfKind.cases(), serviceKind.cases(), agreementKind.cases(), organizationKind.cases(), overlayKind.cases(),
		claimKind.cases(), extensionKind.cases(), personKind.cases(), orgEntryKind.cases())
}

var tenantKind = kind[orgoverlay.Tenant]{
	name: "tenants", notFound: orgoverlay.ErrNotFound, conflict: orgoverlay.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v orgoverlay.Tenant) error {
		return tx.Orgoverlay.Registry.PutTenant(ctx, v)
	},
	gets: []reading[orgoverlay.Tenant]{
		{"Tenant", func(ctx context.Context, v store.View, _ store.Tx, _ orgoverlay.Tenant) ([]orgoverlay.Tenant, error) {
			return one(v.Orgoverlay.Registry.Tenant(ctx))
		}},
	},
	stored: func(v orgoverlay.Tenant, account string) orgoverlay.Tenant {
		v.ID = orgoverlay.Account(account)
		return v
	},
}

var halfKind = kind[orgoverlay.TrustHalf]{
	name: "halves of trusts", key: []string{"Other"}, notFound: orgoverlay.ErrNotFound, conflict: orgoverlay.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v orgoverlay.TrustHalf) error {
		return tx.Orgoverlay.Registry.PutHalf(ctx, v)
	},
	gets: []reading[orgoverlay.TrustHalf]{
		{"Half", func(ctx context.Context, v store.View, _ store.Tx, h orgoverlay.TrustHalf) ([]orgoverlay.TrustHalf, error) {
			return one(v.Orgoverlay.Registry.Half(ctx, h.Other))
		}},
	},
	stored: func(v orgoverlay.TrustHalf, account string) orgoverlay.TrustHalf {
		v.Account = orgoverlay.Account(account)
		return v
	},
}

var serviceKind = kind[orgoverlay.ServiceEntry]{
	name: "services", key: []string{"ID"}, notFound: orgoverlay.ErrNotFound, conflict: orgoverlay.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v orgoverlay.ServiceEntry) error {
		return tx.Orgoverlay.Registry.PutService(ctx, v)
	},
	gets: []reading[orgoverlay.ServiceEntry]{
		{"Service", func(ctx context.Context, v store.View, _ store.Tx, s orgoverlay.ServiceEntry) ([]orgoverlay.ServiceEntry, error) {
			return one(v.Orgoverlay.Registry.Service(ctx, s.ID))
		}},
	},
	lists: []reading[orgoverlay.ServiceEntry]{
		{"Services", func(ctx context.Context, v store.View, _ store.Tx, _ orgoverlay.ServiceEntry) ([]orgoverlay.ServiceEntry, error) {
			return v.Orgoverlay.Registry.Services(ctx, "", 10)
		}},
	},
	stored: func(v orgoverlay.ServiceEntry, account string) orgoverlay.ServiceEntry {
		v.Account = orgoverlay.Account(account)
		return v
	},
}

var agreementKind = kind[orgoverlay.Agreement]{
	name: "agreements", key: []string{"ID"}, notFound: orgoverlay.ErrNotFound, conflict: orgoverlay.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v orgoverlay.Agreement) error {
		return tx.Orgoverlay.Registry.PutAgreement(ctx, v)
	},
	gets: []reading[orgoverlay.Agreement]{
		{"Agreement", func(ctx context.Context, v store.View, _ store.Tx, a orgoverlay.Agreement) ([]orgoverlay.Agreement, error) {
			return one(v.Orgoverlay.Registry.Agreement(ctx, a.ID))
		}},
	},
	lists: []reading[orgoverlay.Agreement]{
		{"Agreements", func(ctx context.Context, v store.View, _ store.Tx, _ orgoverlay.Agreement) ([]orgoverlay.Agreement, error) {
			return v.Orgoverlay.Registry.Agreements(ctx, "", 10)
		}},
	},
	stored: func(v orgoverlay.Agreement, account string) orgoverlay.Agreement {
		v.Account = orgoverlay.Account(account)
		if v.Kind == orgoverlay.SLA { // whose service is not there
			v.Provider = orgoverlay.Ref{}
		}
		return v
	},
}

var organizationKind = kind[orgoverlay.Organization]{
	name: "organizations", key: []string{"ID", "Parent"}, oneOwner: true, notFound: orgoverlay.ErrNotFound, conflict: orgoverlay.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v orgoverlay.Organization) error {
		return tx.Orgoverlay.Orgs.Put(ctx, v)
	},
	gets: []reading[orgoverlay.Organization]{
		{"Organization", func(ctx context.Context, v store.View, _ store.Tx, o orgoverlay.Organization) ([]orgoverlay.Organization, error) {
			return one(v.Orgoverlay.Orgs.Organization(ctx, o.ID))
		}},
	},
	lists: []reading[orgoverlay.Organization]{
		{"Children", func(ctx context.Context, v store.View, _ store.Tx, o orgoverlay.Organization) ([]orgoverlay.Organization, error) {
			return v.Orgoverlay.Orgs.Children(ctx, o.Parent)
		}},
	},
	stored: func(v orgoverlay.Organization, account string) orgoverlay.Organization {
		v.Account, v.AccountName = orgoverlay.Account(account), "" // no tenant is there to name it
		return v
	},
}

var overlayKind = kind[orgoverlay.Overlay]{
	name: "overlays", key: []string{"Org"}, notFound: orgoverlay.ErrNotFound, conflict: orgoverlay.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v orgoverlay.Overlay) error {
		return tx.Orgoverlay.Overlays.Put(ctx, []orgoverlay.Overlay{v})
	},
	gets: []reading[orgoverlay.Overlay]{
		{"Overlay", func(ctx context.Context, v store.View, _ store.Tx, o orgoverlay.Overlay) ([]orgoverlay.Overlay, error) {
			return one(v.Orgoverlay.Overlays.Overlay(ctx, o.Org))
		}},
	},
	lists: []reading[orgoverlay.Overlay]{
		{"ByOrg", func(ctx context.Context, v store.View, _ store.Tx, o orgoverlay.Overlay) ([]orgoverlay.Overlay, error) {
			return v.Orgoverlay.Overlays.ByOrg(ctx, []orgoverlay.OrgID{"unknown", o.Org, o.Org})
		}},
		{"List", func(ctx context.Context, v store.View, _ store.Tx, _ orgoverlay.Overlay) ([]orgoverlay.Overlay, error) {
			return v.Orgoverlay.Overlays.List(ctx, "", 10)
		}},
	},
}

var claimKind = kind[orgoverlay.Claim]{
	name: "claims", key: []string{"Key", "Slot"}, rule: once, notFound: orgoverlay.ErrNotFound, conflict: orgoverlay.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v orgoverlay.Claim) error {
		return tx.Orgoverlay.Claims.Take(ctx, []orgoverlay.Claim{v})
	},
	lists: []reading[orgoverlay.Claim]{
		{"Claims", func(ctx context.Context, v store.View, _ store.Tx, c orgoverlay.Claim) ([]orgoverlay.Claim, error) {
			return v.Orgoverlay.Claims.Claims(ctx, []string{"unknown", c.Key, c.Key})
		}},
	},
}

var extensionKind = kind[orgoverlay.Extension]{
	name: "extensions", key: []string{"ID", "Number"}, notFound: orgoverlay.ErrNotFound, conflict: orgoverlay.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v orgoverlay.Extension) error {
		return tx.Orgoverlay.Extensions.Put(ctx, v)
	},
	gets: []reading[orgoverlay.Extension]{
		{"Extension", func(ctx context.Context, v store.View, _ store.Tx, e orgoverlay.Extension) ([]orgoverlay.Extension, error) {
			return one(v.Orgoverlay.Extensions.Extension(ctx, e.ID, e.Number))
		}},
	},
	lists: []reading[orgoverlay.Extension]{
		{"List", func(ctx context.Context, v store.View, _ store.Tx, _ orgoverlay.Extension) ([]orgoverlay.Extension, error) {
			return v.Orgoverlay.Extensions.List(ctx)
		}},
	},
}

var personKind = kind[orgoverlay.Person]{
	name: "people", key: []string{"ID"}, notFound: orgoverlay.ErrNotFound, conflict: orgoverlay.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v orgoverlay.Person) error {
		return tx.Orgoverlay.People.PutPerson(ctx, v)
	},
	lists: []reading[orgoverlay.Person]{
		{"People", func(ctx context.Context, v store.View, _ store.Tx, p orgoverlay.Person) ([]orgoverlay.Person, error) {
			return v.Orgoverlay.People.People(ctx, []orgoverlay.PersonID{"unknown", p.ID, p.ID})
		}},
	},
}

var orgEntryKind = kind[orgoverlay.Entry]{
	name: "orgoverlay history", key: []string{"ID", "Kind", "Subject"}, rule: once, notFound: orgoverlay.ErrNotFound, conflict: orgoverlay.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v orgoverlay.Entry) error {
		return tx.Orgoverlay.History.Append(ctx, []orgoverlay.Entry{v})
	},
	lists: []reading[orgoverlay.Entry]{
		{"List of all", func(ctx context.Context, v store.View, _ store.Tx, _ orgoverlay.Entry) ([]orgoverlay.Entry, error) {
			return v.Orgoverlay.History.List(ctx, orgoverlay.HistoryQuery{})
		}},
		{"List of the subject", func(ctx context.Context, v store.View, _ store.Tx, e orgoverlay.Entry) ([]orgoverlay.Entry, error) {
			return v.Orgoverlay.History.List(ctx, orgoverlay.HistoryQuery{Kind: e.Kind, Subject: e.Subject})
		}},
	},
}
