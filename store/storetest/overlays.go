package storetest

import (
	"context"
	"fmt"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

func overlayCases() []Case {
	return []Case{
		newCase("organizations/ids", "an organization's id is given back by a rollback, and kept by a deleted one", orgIDs),
		newCase("organizations/names", "the owner's name is the tenant's of now", orgNames),
		newCase("trusts/halves", "a trust is there when either half is, and each side writes its own", trustHalves),
		newCase("agreements/providers", "the provider of an SLA is its service's of now, that of an FLSA its own", providers),
		newCase("overlays/hide", "since when an overlay is hidden is written beside it: no version, and no other overlay", overlayHide),
		newCase("overlays/delete", "a deleted overlay leaves nothing behind by which its values are found", overlayDelete),
		newCase("claims/slots", "a key may be claimed once in each slot; claims are given back by organization", claimSlots),
		newCase("extensions/active", "the active version of a category is found, disabled or not", extensionActive),
		newCase("files/chunks", "pieces of contents are kept as they came first, by account, and go together", fileChunks),
		newCase("files/used", "a content is used while an organization or an overlay of the account names it", filesUsed),
		newCase("people/directory", "people of the directory are read below it, and by nobody else", directoryPeople),
		newCase("orgoverlay history/query", "kind and subject select, alone and together", orgHistoryQuery),
		newCase("orgoverlay history/strip", "stripping takes the values out of one subject's changes and nothing else", orgHistoryStrip),
	}
}

// org is an organization of no account in particular.
func org(id, name string) orgoverlay.Organization {
	return orgoverlay.Organization{Shared: orgoverlay.Shared{ID: orgoverlay.OrgID(id), Name: name}}
}

func putOrg(o orgoverlay.Organization) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error { return tx.Orgoverlay.Orgs.Put(ctx, o) }
}

func orgIDs(p *probe) {
	stop := fmt.Errorf("stop")
	p.refused("put that is rolled back", alder, stop, func(ctx context.Context, tx store.Tx) error {
		p.ok("put", putOrg(org("o", "n"))(ctx, tx))
		return stop
	})
	p.write("the id in another account", birch, putOrg(org("o", "n")))
	gone := org("o", "n")
	gone.Version, gone.Deleted = 1, true
	p.write("delete", birch, putOrg(gone))
	p.refused("the id of a deleted one", alder, orgoverlay.ErrConflict, putOrg(org("o", "other")))
	p.write("meet the conflict and go on", alder, func(ctx context.Context, tx store.Tx) error {
		p.is("put", tx.Orgoverlay.Orgs.Put(ctx, org("o", "n")), orgoverlay.ErrConflict)
		return tx.Orgoverlay.Orgs.Put(ctx, org("p", "n"))
	})
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		got, err := ids(func(o orgoverlay.Organization) orgoverlay.OrgID { return o.ID })(v.Orgoverlay.Orgs.Children(ctx, ""))
		p.equal("after the conflict", got, []string{"p"})
		return err
	})
}

func orgNames(p *probe) {
	rename := func(name string, version int64) {
		p.write("name the tenant "+name, alder, func(ctx context.Context, tx store.Tx) error {
			return tx.Orgoverlay.Registry.PutTenant(ctx, orgoverlay.Tenant{Name: name, Version: version})
		})
		p.read("read", alder, func(ctx context.Context, v store.View) error {
			o, err := v.Orgoverlay.Orgs.Organization(ctx, "o")
			p.ok("Organization", err)
			p.equal("Organization", o.AccountName, name)
			below, err := ids(func(o orgoverlay.Organization) string { return o.AccountName })(v.Orgoverlay.Orgs.Children(ctx, ""))
			p.equal("Children", below, []string{name})
			return err
		})
	}
	o := org("o", "n")
	o.Account, o.AccountName = birch, "Birch"
	p.write("put", alder, putOrg(o))
	rename("Alder", 0)
	rename("Älder", 1)
}

func trustHalves(p *probe) {
	put := func(account string, h orgoverlay.TrustHalf) {
		p.write("put", account, func(ctx context.Context, tx store.Tx) error { return tx.Orgoverlay.Registry.PutHalf(ctx, h) })
	}
	expect := func(when, account string, want ...orgoverlay.Trust) {
		p.read(when, account, func(ctx context.Context, v store.View) error {
			got, err := v.Orgoverlay.Registry.Trusts(ctx)
			p.equal(when+": trusts of "+account, got, want)
			return err
		})
	}
	none := func(other orgoverlay.Account, ours orgoverlay.TrustState, seconds int) orgoverlay.Trust {
		return orgoverlay.Trust{Other: other, Ours: ours, OursSince: at(seconds)}
	}
	unasked := func(other orgoverlay.Account) orgoverlay.Trust { return orgoverlay.Trust{Other: other} }
	expect("nothing", alder)
	put(alder, orgoverlay.TrustHalf{Account: cedar, Other: birch, State: orgoverlay.TrustEstablished, Since: at(1)})
	expect("one half", alder, none(birch, orgoverlay.TrustEstablished, 1))
	expect("one half", birch, unasked(alder))
	expect("one half", cedar)
	put(birch, orgoverlay.TrustHalf{Other: alder, State: orgoverlay.TrustEstablished, Since: at(2)})
	put(cedar, orgoverlay.TrustHalf{Other: alder, State: orgoverlay.TrustEnded, Since: at(3)})
	put("Ash", orgoverlay.TrustHalf{Other: alder})
	established := func(other orgoverlay.Account, seconds int) orgoverlay.Trust {
		return orgoverlay.Trust{Other: other, State: orgoverlay.TrustEstablished, Since: at(2), Ours: orgoverlay.TrustEstablished, OursSince: at(seconds)}
	}
	expect("both halves", alder, unasked("Ash"), established(birch, 1), orgoverlay.Trust{Other: cedar, State: orgoverlay.TrustEnded, Since: at(3)})
	expect("both halves", birch, established(alder, 2))
	put(birch, orgoverlay.TrustHalf{Other: alder, State: orgoverlay.TrustSuspended, Since: at(4), Version: 1})
	expect("suspended by one", birch, orgoverlay.Trust{Other: alder, State: orgoverlay.TrustSuspended, Since: at(4), Ours: orgoverlay.TrustSuspended, OursSince: at(4)})
	expect("suspended by the other", alder, unasked("Ash"), orgoverlay.Trust{Other: birch, State: orgoverlay.TrustSuspended, Since: at(4), Ours: orgoverlay.TrustEstablished, OursSince: at(1)},
		orgoverlay.Trust{Other: cedar, State: orgoverlay.TrustEnded, Since: at(3)})
	p.read("halves", alder, func(ctx context.Context, v store.View) error {
		h, err := v.Orgoverlay.Registry.Half(ctx, birch)
		p.equal("our half", h, orgoverlay.TrustHalf{Account: alder, Other: birch, State: orgoverlay.TrustEstablished, Since: at(1), Version: 1})
		_, other := v.Orgoverlay.Registry.Half(ctx, cedar)
		p.is("the half that is another's alone", other, orgoverlay.ErrNotFound)
		return err
	})
}

func providers(p *probe) {
	sla := orgoverlay.Agreement{ID: "sla", Kind: orgoverlay.SLA, With: birch, Service: "s", Provider: orgoverlay.Ref{Account: cedar, Org: "put"}}
	flsa := orgoverlay.Agreement{ID: "flsa", Kind: orgoverlay.FLSA, With: birch, Service: "s", Provider: orgoverlay.Ref{Account: cedar, Org: "own"}}
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
		p.ok("flsa", tx.Orgoverlay.Registry.PutAgreement(ctx, flsa))
		return tx.Orgoverlay.Registry.PutAgreement(ctx, sla)
	})
	p.write("the same service of another account", birch, func(ctx context.Context, tx store.Tx) error {
		return tx.Orgoverlay.Registry.PutService(ctx, orgoverlay.ServiceEntry{ID: "s", Provider: "birch's"})
	})
	expect := func(when string, want orgoverlay.Ref) {
		of := func(as []orgoverlay.Agreement) []orgoverlay.Ref {
			var out []orgoverlay.Ref
			for _, a := range as {
				out = append(out, a.Provider)
			}
			return out
		}
		both := []orgoverlay.Ref{flsa.Provider, want}
		for _, account := range []string{alder, birch} {
			p.read(when, account, func(ctx context.Context, v store.View) error {
				other := map[string]orgoverlay.Account{alder: birch, birch: alder}[account]
				got, err := v.Orgoverlay.Sight.Between(ctx, other)
				p.equal(when+": Between as "+account, of(got), both)
				return err
			})
		}
		p.read(when, alder, func(ctx context.Context, v store.View) error {
			got, err := v.Orgoverlay.Registry.Agreements(ctx, "", 10)
			p.ok("Agreements", err)
			p.equal(when+": Agreements", of(got), both)
			a, err := v.Orgoverlay.Registry.Agreement(ctx, "sla")
			p.equal(when+": Agreement", a.Provider, want)
			return err
		})
	}
	expect("no service", orgoverlay.Ref{})
	for i, org := range []orgoverlay.OrgID{"", "o", "other"} {
		p.write("put the service", alder, func(ctx context.Context, tx store.Tx) error {
			return tx.Orgoverlay.Registry.PutService(ctx, orgoverlay.ServiceEntry{ID: "s", Provider: org, Version: int64(i)})
		})
		want := orgoverlay.Ref{Account: alder, Org: org}
		if org == "" {
			want = orgoverlay.Ref{}
		}
		expect(fmt.Sprintf("provider %q", org), want)
	}
}

func overlayHide(p *probe) {
	overlays := func(account string, want ...orgoverlay.Overlay) {
		p.read("read", account, func(ctx context.Context, v store.View) error {
			got, err := v.Orgoverlay.Overlays.List(ctx, "", 10)
			p.equal("overlays of "+account, got, want)
			return err
		})
	}
	a, b := withVersion(filled[orgoverlay.Overlay](seedA), 0), withVersion(filled[orgoverlay.Overlay](seedB), 0)
	a.Org, b.Org = "a", "b"
	for _, account := range []string{alder, birch} {
		p.write("put", account, func(ctx context.Context, tx store.Tx) error {
			return tx.Orgoverlay.Overlays.Put(ctx, []orgoverlay.Overlay{a, b})
		})
	}
	a.Version, b.Version = 1, 1
	before := a
	hide := func(since time.Time, orgs ...orgoverlay.OrgID) {
		p.write("hide", alder, func(ctx context.Context, tx store.Tx) error { return tx.Orgoverlay.Overlays.Hide(ctx, orgs, since) })
	}
	hide(at(5), "a", "unknown", "a")
	a.HiddenSince = at(5)
	overlays(alder, a, b)
	overlays(birch, before, b)
	hide(at(7))
	hide(time.Time{}, "b")
	b.HiddenSince = time.Time{}
	overlays(alder, a, b)
	p.write("put over the version that it still has", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Orgoverlay.Overlays.Put(ctx, []orgoverlay.Overlay{withVersion(before, 1)})
	})
	before.Version = 2
	overlays(alder, before, b)
}

func overlayDelete(p *probe) {
	const id orgoverlay.OrgID = "b1" // which alder and cedar see
	secret := orgoverlay.Overlay{Org: id, Owner: birch, Local: orgoverlay.Local{Remarks: "s3cret", FinancialID: "S-1",
		Custom:      []orgoverlay.CustomValue{{ID: "c", Value: []byte(`"s3cret"`)}},
		Attachments: []orgoverlay.Attachment{{ID: "a", Name: "s3cret", SHA256: "digest"}}}}
	small().put(p)
	other := secret
	other.Org = "kept"
	for _, account := range []string{alder, cedar} {
		p.write("put", account, func(ctx context.Context, tx store.Tx) error {
			p.ok("claim", tx.Orgoverlay.Claims.Take(ctx, []orgoverlay.Claim{{Key: "S-1", Org: id}, {Key: "S-1", Slot: "kept", Org: "kept"}}))
			return tx.Orgoverlay.Overlays.Put(ctx, []orgoverlay.Overlay{secret, other})
		})
	}
	found := func(when, account string, n int, claims ...orgoverlay.Claim) {
		p.read(when, account, func(ctx context.Context, v store.View) error {
			o := v.Orgoverlay
			for what, q := range map[string]orgoverlay.Query{"remarks": {Search: "s3cret"}, "financial ID": {FinancialID: "S-1"}, "custom": {Search: "s3cret", Fields: []string{"c"}}} {
				q.Now, q.Ids = day, []orgoverlay.OrgID{id}
				got, err := o.Sight.Count(ctx, q)
				p.ok(when+": Count", err)
				p.equal(when+": found by "+what, got, int64(n))
			}
			got, err := o.Claims.Claims(ctx, []string{"S-1"})
			p.ok(when+": Claims", err)
			p.equal(when+": claims of "+account, got, claims)
			list, err := o.Sight.List(ctx, orgoverlay.Query{Now: day, Ids: []orgoverlay.OrgID{id}})
			p.ok(when+": List", err)
			for _, l := range list {
				if n == 0 {
					p.equal(when+": local fields", l.Local, orgoverlay.Local{})
				}
			}
			_, err = o.Overlays.Overlay(ctx, id)
			if n == 0 {
				p.is(when+": Overlay", err, orgoverlay.ErrNotFound)
			} else {
				p.ok(when+": Overlay", err)
			}
			return nil
		})
	}
	kept := orgoverlay.Claim{Key: "S-1", Slot: "kept", Org: "kept"}
	gone := orgoverlay.Claim{Key: "S-1", Org: id}
	found("put", alder, 1, gone, kept)
	for range 2 { // what is not there any more is no error
		p.write("delete", alder, func(ctx context.Context, tx store.Tx) error { return tx.Orgoverlay.Overlays.Delete(ctx, id) })
		found("deleted", alder, 0, kept)
	}
	p.read("what others laid over it", cedar, func(ctx context.Context, v store.View) error {
		o, err := v.Orgoverlay.Overlays.Overlay(ctx, id)
		p.equal("cedar's overlay", o, withVersion(secret, 1))
		return err
	})
	p.write("put again, as new", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Orgoverlay.Overlays.Put(ctx, []orgoverlay.Overlay{{Org: id}})
	})
	p.read("put again", alder, func(ctx context.Context, v store.View) error {
		o, err := v.Orgoverlay.Overlays.Overlay(ctx, id)
		p.equal("alder's overlay", o, orgoverlay.Overlay{Org: id, Version: 1})
		return err
	})
}
