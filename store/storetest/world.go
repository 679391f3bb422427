package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// world is what several accounts have stored of orgoverlay, and answers what Sight must answer by looking at all of it.
type world struct {
	tenants    []orgoverlay.Tenant
	halves     []orgoverlay.TrustHalf
	services   []orgoverlay.ServiceEntry
	agreements []orgoverlay.Agreement
	orgs       []orgoverlay.Organization
	overlays   map[orgoverlay.Account][]orgoverlay.Overlay
	claims     map[orgoverlay.Account][]orgoverlay.Claim
}

// put writes every record that is not stored yet, or was changed, an account after the other. A record with Version 0 is new; one
// that was changed has a Version that is negative.
func (w *world) put(p *probe) {
	for _, t := range w.tenants {
		p.write("put "+string(t.ID), string(t.ID), func(ctx context.Context, tx store.Tx) error { return w.putIn(ctx, tx.Orgoverlay) })
	}
	for _, v := range w.versions() {
		*v = max(*v, -*v+1)
	}
}

// versions are those of everything.
func (w *world) versions() (out []*int64) {
	for i := range w.tenants {
		out = append(out, &w.tenants[i].Version)
	}
	for i := range w.halves {
		out = append(out, &w.halves[i].Version)
	}
	for i := range w.services {
		out = append(out, &w.services[i].Version)
	}
	for i := range w.agreements {
		out = append(out, &w.agreements[i].Version)
	}
	for i := range w.orgs {
		out = append(out, &w.orgs[i].Version)
	}
	for _, os := range w.overlays {
		for i := range os {
			out = append(out, &os[i].Version)
		}
	}
	return out
}

func (w *world) putIn(ctx context.Context, tx orgoverlay.Tx) error {
	fresh := false
	for _, t := range w.tenants {
		if t.ID == tx.Account && t.Version <= 0 {
			fresh = t.Version == 0
			if err := tx.Registry.PutTenant(ctx, withVersion(t, -t.Version)); err != nil {
				return err
			}
		}
	}
	for _, h := range w.halves {
		if h.Account == tx.Account && h.Version <= 0 {
			if err := tx.Registry.PutHalf(ctx, withVersion(h, -h.Version)); err != nil {
				return err
			}
		}
	}
	for _, s := range w.services {
		if s.Account == tx.Account && s.Version <= 0 {
			if err := tx.Registry.PutService(ctx, withVersion(s, -s.Version)); err != nil {
				return err
			}
		}
	}
	for _, a := range w.agreements {
		if a.Account == tx.Account && a.Version <= 0 {
			if err := tx.Registry.PutAgreement(ctx, withVersion(a, -a.Version)); err != nil {
				return err
			}
		}
	}
	for _, o := range w.orgs {
		if o.Account == tx.Account && o.Version <= 0 {
			if err := tx.Orgs.Put(ctx, withVersion(o, -o.Version)); err != nil {
				return err
			}
		}
	}
	for _, o := range w.overlays[tx.Account] {
		if o.Version <= 0 {
			if err := tx.Overlays.Put(ctx, []orgoverlay.Overlay{withVersion(o, -o.Version)}); err != nil {
				return err
			}
		}
	}
	if fresh {
		return tx.Claims.Take(ctx, w.claims[tx.Account])
	}
	return nil
}

// small is a world in which alder and cedar see b1 of birch, and birch sees a1 of alder; nobody sees b2.
func small() *world {
	trust := func(a, b orgoverlay.Account) orgoverlay.TrustHalf {
		return orgoverlay.TrustHalf{Account: a, Other: b, State: orgoverlay.TrustEstablished, Since: day}
	}
	sla := func(id orgoverlay.AgreementID, with orgoverlay.Account, customer orgoverlay.OrgID) orgoverlay.Agreement {
		return orgoverlay.Agreement{ID: id, Kind: orgoverlay.SLA, Account: birch, With: with, Service: "s", Customer: orgoverlay.Ref{Account: with, Org: customer}, From: day}
	}
	own := func(account orgoverlay.Account, id, name string) orgoverlay.Organization {
		o := org(id, name)
		o.Account = account
		o.Remarks = "private to " + string(account)
		return o
	}
	return &world{
		tenants:    []orgoverlay.Tenant{{ID: alder, Name: "Alder", Organization: "a1"}, {ID: birch, Name: "Birch", Organization: "b1"}, {ID: cedar, Name: "Cedar"}},
		halves:     []orgoverlay.TrustHalf{trust(alder, birch), trust(birch, alder), trust(birch, cedar), trust(cedar, birch)},
		services:   []orgoverlay.ServiceEntry{{ID: "s", Account: birch, Name: "help", Provider: "b1"}},
		agreements: []orgoverlay.Agreement{sla("1", alder, "a1"), sla("2", cedar, "c1")},
		orgs:       []orgoverlay.Organization{own(alder, "a1", "Alder Ltd"), own(birch, "b1", "Birch Ltd"), own(birch, "b2", "Birch Rest"), own(cedar, "c1", "Cedar Ltd")},
	}
}

var (
	worldNames  = []string{"Acme", "acme", "Äcme", "Beta & Sons", "beta-sons", "Gamma", "Ünit", "unit 2", "z", "日"}
	worldValues = []string{`"gold"`, `5`, `{"k": ["Ünit", 7]}`, `null`}
)

// random makes a world of several accounts, two of them directories, whose records are all of few kinds, so that they meet.
func random(seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &world{overlays: map[orgoverlay.Account][]orgoverlay.Overlay{}, claims: map[orgoverlay.Account][]orgoverlay.Claim{}}
	accounts := []orgoverlay.Account{"dir1", "dir2", "E", "e", "f", "é"}
	for i, a := range accounts {
		t := orgoverlay.Tenant{ID: a, Name: "Tenant " + string(a)}
		if i > 1 && r.IntN(3) > 0 {
			t.Directory = accounts[r.IntN(2)]
		}
		w.tenants = append(w.tenants, t)
		for n := range 3 {
			o := org(fmt.Sprintf("%d%s", n, a), worldNames[(r.IntN(3)+3*n)%len(worldNames)])
			o.Account = a
			w.orgs = append(w.orgs, o)
		}
		for n := range 2 {
			w.services = append(w.services, orgoverlay.ServiceEntry{ID: orgoverlay.ServiceID(fmt.Sprint(n)), Account: a})
		}
		for n := range 3 {
			w.agreements = append(w.agreements, orgoverlay.Agreement{ID: orgoverlay.AgreementID(fmt.Sprint(n)), Account: a})
		}
		for _, b := range accounts {
			if a != b && r.IntN(5) > 0 {
				w.halves = append(w.halves, orgoverlay.TrustHalf{Account: a, Other: b})
			}
		}
	}
	for i := range w.halves {
		w.changeHalf(r, i)
	}
	for i := range w.services {
		w.changeService(r, i)
	}
	for i := range w.agreements {
		w.changeAgreement(r, i)
	}
	for i := range w.orgs {
		w.changeOrg(r, i)
	}
	for _, a := range accounts {
		for _, o := range w.orgs {
			if o.Account != a && r.IntN(2) == 0 {
				w.overlays[a] = append(w.overlays[a], orgoverlay.Overlay{Org: o.ID, Owner: o.Account, Local: w.local(r)})
			}
			if r.IntN(2) == 0 {
				w.claims[a] = append(w.claims[a], orgoverlay.Claim{Key: fmt.Sprint(r.IntN(2)), Slot: string(o.ID), Org: o.ID})
			}
		}
	}
	return w
}

func anyOf[V any](r *rand.Rand, of []V) V { return of[r.IntN(len(of))] }

func (w *world) local(r *rand.Rand) orgoverlay.Local {
	l := orgoverlay.Local{Remarks: anyOf(r, []string{"", "Ask É", "100%_\\"}), FinancialID: anyOf(r, []string{"", "F-1"})}
	if r.IntN(2) == 0 {
		l.Custom = []orgoverlay.CustomValue{{ID: "c", Value: []byte(anyOf(r, worldValues))}, {ID: "d", Value: []byte(anyOf(r, worldValues))}}
	}
	return l
}

func (w *world) changeHalf(r *rand.Rand, i int) {
	w.halves[i].State = anyOf(r, []orgoverlay.TrustState{orgoverlay.TrustEstablished, orgoverlay.TrustEstablished, orgoverlay.TrustEstablished,
		orgoverlay.TrustEstablished, orgoverlay.TrustEstablished, orgoverlay.TrustNone, orgoverlay.TrustSuspended, orgoverlay.TrustEnded})
	w.halves[i].Since = at(r.IntN(3))
}

func (w *world) changeService(r *rand.Rand, i int) {
	w.services[i].Provider = ""
	if o := anyOf(r, w.orgs); o.Account == w.services[i].Account || r.IntN(4) == 0 {
		w.services[i].Provider = o.ID // of another account it is nobody's
	}
}

func (w *world) changeAgreement(r *rand.Rand, i int) {
	a := &w.agreements[i]
	ref := func() orgoverlay.Ref {
		o := anyOf(r, w.orgs)
		if r.IntN(10) == 0 {
			return orgoverlay.Ref{Account: anyOf(r, w.tenants).ID, Org: o.ID} // often nobody's
		}
		return orgoverlay.Ref{Account: o.Account, Org: o.ID}
	}
	a.Kind, a.With, a.Customer = orgoverlay.SLA, anyOf(r, w.tenants).ID, ref()
	a.Service, a.Provider = orgoverlay.ServiceID(fmt.Sprint(r.IntN(3))), orgoverlay.Ref{}
	if r.IntN(2) == 0 {
		a.Kind, a.Service, a.Provider = orgoverlay.FLSA, "", ref()
	}
	a.Prepared, a.From = r.IntN(8) == 0, at(r.IntN(3))
	a.Until = a.From.AddDate(1, 0, 0)
	if r.IntN(2) == 0 {
		a.Until = at(2 + r.IntN(3))
	}
}

func (w *world) changeOrg(r *rand.Rand, i int) {
	o := &w.orgs[i]
	o.Disabled, o.Deleted, o.Internal = r.IntN(3) == 0, r.IntN(8) == 0, r.IntN(2) == 0
	o.Contacts = []orgoverlay.Contact{{Kind: "email", Label: "Désk", Value: anyOf(r, []string{"ask@é.example", "x"})}}
	o.Local = w.local(r)
	o.Revision++
}

// change changes a few records of a world that is stored.
func (w *world) change(r *rand.Rand) {
	for range 2 {
		i := r.IntN(len(w.halves))
		w.changeHalf(r, i)
		again(&w.halves[i].Version)
		i = r.IntN(len(w.services))
		w.changeService(r, i)
		again(&w.services[i].Version)
		i = r.IntN(len(w.agreements))
		w.changeAgreement(r, i)
		again(&w.agreements[i].Version)
		i = r.IntN(len(w.orgs))
		w.changeOrg(r, i)
		w.orgs[i].Name += "!"
		again(&w.orgs[i].Version)
		i = r.IntN(len(w.tenants))
		w.tenants[i].Name += "!"
		if i > 1 {
			w.tenants[i].Directory = anyOf(r, []orgoverlay.Account{"", "dir1", "dir2"})
		}
		again(&w.tenants[i].Version)
		if os := w.overlays[w.tenants[i].ID]; len(os) > 0 {
			o := &os[r.IntN(len(os))]
			o.Local = w.local(r)
			again(&o.Version)
		}
	}
}

// again marks a record as changed.
func again(version *int64) {
	if *version > 0 {
		*version = -*version
	}
}
