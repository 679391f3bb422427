package storetest

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// What the tables of unique keys, of puts of several and of lists hold of orgoverlay.

var orgUniqueRules = []uniqueRule{
	unique("names of organizations", "an account has one organization of a name that is not deleted",
		func(i int) orgoverlay.Organization { return org(fmt.Sprint(" o", i), "n") },
		func(ctx context.Context, tx store.Tx, o orgoverlay.Organization) error {
			o.ID = orgoverlay.OrgID(tx.Orgoverlay.Account) + o.ID // which no other account may have
			return tx.Orgoverlay.Orgs.Put(ctx, o)
		}, func(o *orgoverlay.Organization) { o.Deleted = true }).refusing(orgoverlay.ErrConflict),
	unique("active extensions", "a category has one active version", func(i int) orgoverlay.Extension {
		return orgoverlay.Extension{ID: orgoverlay.ExtensionID(fmt.Sprint("e", i)), Number: 1, Category: "c", State: orgoverlay.ExtensionActive}
	}, extensionKind.put, func(e *orgoverlay.Extension) { e.State = orgoverlay.ExtensionRetired }).refusing(orgoverlay.ErrConflict),
	{name: "claims", rule: "a financial ID is claimed once in a slot", conflict: orgoverlay.ErrConflict,
		taker: func(ctx context.Context, tx store.Tx, i int) error {
			return tx.Orgoverlay.Claims.Take(ctx, []orgoverlay.Claim{{Key: "k", Org: orgoverlay.OrgID(fmt.Sprint("o", i))}})
		}},
}

var orgManyPuts = []many{
	{name: "overlays", conflict: orgoverlay.ErrConflict,
		put: putMany(func(id string) orgoverlay.Overlay { return orgoverlay.Overlay{Org: orgoverlay.OrgID(id)} },
			func(ctx context.Context, tx store.Tx, vs []orgoverlay.Overlay) error {
				return tx.Orgoverlay.Overlays.Put(ctx, vs)
			}),
		ids: func(ctx context.Context, v store.View) ([]string, error) {
			return overlayIDs(v.Orgoverlay.Overlays.List(ctx, "", 100))
		}},
	{name: "claims", conflict: orgoverlay.ErrConflict,
		put: putMany(func(id string) orgoverlay.Claim { return orgoverlay.Claim{Key: id, Org: "o"} },
			func(ctx context.Context, tx store.Tx, vs []orgoverlay.Claim) error {
				return tx.Orgoverlay.Claims.Take(ctx, vs)
			}),
		ids: func(ctx context.Context, v store.View) ([]string, error) {
			return ids(func(c orgoverlay.Claim) string { return c.Key })(v.Orgoverlay.Claims.Claims(ctx, []string{"long39", "there", "c", "b", "a", "long00"}))
		}},
	{name: "orgoverlay history", conflict: orgoverlay.ErrConflict,
		put: putMany(func(id string) orgoverlay.Entry { return orgoverlay.Entry{ID: id} },
			func(ctx context.Context, tx store.Tx, vs []orgoverlay.Entry) error {
				return tx.Orgoverlay.History.Append(ctx, vs)
			}),
		ids: func(ctx context.Context, v store.View) ([]string, error) {
			return ascending(orgEntryIDs(v.Orgoverlay.History.List(ctx, orgoverlay.HistoryQuery{})))
		}},
}

var overlayIDs = ids(func(o orgoverlay.Overlay) orgoverlay.OrgID { return o.Org })

var orgPagedLists = []paged{
	{name: "services",
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Orgoverlay.Registry.PutService(ctx, orgoverlay.ServiceEntry{ID: orgoverlay.ServiceID(id)})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return ids(func(s orgoverlay.ServiceEntry) orgoverlay.ServiceID { return s.ID })(v.Orgoverlay.Registry.Services(ctx, orgoverlay.ServiceID(after), limit))
		}},
	{name: "agreements",
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Orgoverlay.Registry.PutAgreement(ctx, orgoverlay.Agreement{ID: orgoverlay.AgreementID(id), Kind: orgoverlay.FLSA, With: alder})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return ids(func(a orgoverlay.Agreement) orgoverlay.AgreementID { return a.ID })(v.Orgoverlay.Registry.Agreements(ctx, orgoverlay.AgreementID(after), limit))
		}},
	{name: "overlays",
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Orgoverlay.Overlays.Put(ctx, []orgoverlay.Overlay{{Org: orgoverlay.OrgID(id)}})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return overlayIDs(v.Orgoverlay.Overlays.List(ctx, orgoverlay.OrgID(after), limit))
		}},
	{name: "orgoverlay history", newestFirst: true, zeroIsAll: true,
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Orgoverlay.History.Append(ctx, []orgoverlay.Entry{{ID: id, Kind: "k", Subject: "s"}})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, before string, limit int) ([]string, error) {
			return orgEntryIDs(v.Orgoverlay.History.List(ctx, orgoverlay.HistoryQuery{Before: before, Limit: limit}))
		}},
	{name: "orgoverlay history of a subject", newestFirst: true, zeroIsAll: true,
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Orgoverlay.History.Append(ctx, []orgoverlay.Entry{{ID: id, Kind: "k", Subject: "s"}, {ID: id + "#", Kind: "k", Subject: "other"}, {ID: id + "+", Kind: "other", Subject: "s"}})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, before string, limit int) ([]string, error) {
			return orgEntryIDs(v.Orgoverlay.History.List(ctx, orgoverlay.HistoryQuery{Kind: "k", Subject: "s", Before: before, Limit: limit}))
		}},
}

// orgLists reads the lists that come in one piece.
func orgLists(p *probe) {
	var all []orgoverlay.OrgID
	var people []orgoverlay.PersonID
	p.write("insert in no order", alder, func(ctx context.Context, tx store.Tx) error {
		for i := range oddIDs {
			id := oddIDs[i*7%len(oddIDs)]
			all, people = append(all, orgoverlay.OrgID(id)), append(people, orgoverlay.PersonID(id))
			o := org(id, id)
			o.Parent = "p"
			for _, put := range []error{tx.Orgoverlay.Orgs.Put(ctx, o), tx.Orgoverlay.Orgs.Put(ctx, org(id+"#", id+"#")), tx.Orgoverlay.People.PutPerson(ctx, orgoverlay.Person{ID: orgoverlay.PersonID(id)}),
				tx.Orgoverlay.Overlays.Put(ctx, []orgoverlay.Overlay{{Org: orgoverlay.OrgID(id)}}), tx.Orgoverlay.Registry.PutHalf(ctx, orgoverlay.TrustHalf{Other: orgoverlay.Account(id)}),
				tx.Orgoverlay.Extensions.Put(ctx, orgoverlay.Extension{ID: orgoverlay.ExtensionID(id), Number: 1, State: orgoverlay.ExtensionPrepared})} {
				if put != nil {
					return put
				}
			}
		}
		return nil
	})
	p.sight("read", alder, func(ctx context.Context, v orgoverlay.View) {
		for what, list := range map[string]func() ([]string, error){
			"Children": func() ([]string, error) {
				return ids(func(o orgoverlay.Organization) orgoverlay.OrgID { return o.ID })(v.Orgs.Children(ctx, "p"))
			},
			"ByOrg": func() ([]string, error) { return overlayIDs(v.Overlays.ByOrg(ctx, append(all, all...))) },
			"People": func() ([]string, error) {
				return ids(func(p orgoverlay.Person) orgoverlay.PersonID { return p.ID })(v.People.People(ctx, append(people, people...)))
			},
			"Trusts": func() ([]string, error) {
				return ids(func(t orgoverlay.Trust) orgoverlay.Account { return t.Other })(v.Registry.Trusts(ctx))
			},
			"extensions": func() ([]string, error) {
				return ids(func(e orgoverlay.Extension) orgoverlay.ExtensionID { return e.ID })(v.Extensions.List(ctx))
			},
			"Facts": func() ([]string, error) {
				f, err := v.Sight.Facts(ctx, append(all, all...))
				return ids(func(o orgoverlay.Seen) orgoverlay.OrgID { return o.ID })(f.Orgs, err)
			},
		} {
			got, err := list()
			p.ok(what, err)
			p.equal(what, got, oddIDs)
		}
	})
}
