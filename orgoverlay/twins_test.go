package orgoverlay_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// stranger is an account that only one of two twins has.
const stranger orgoverlay.Account = "a9999"

// writers tries what changes something, on what is seen and on what is not.
var writers = map[string]func(*asker){
	"Edit": func(q *asker) {
		for _, o := range q.orgs {
			now, _ := q.service.Organization(q.w.ctx, q.actor, o)
			patches := []orgoverlay.Patch{{Remarks: orgoverlay.Set("ours"), Remove: q.files[:1]}, {Remarks: orgoverlay.Set("ours " + string(o))}}
			for _, word := range q.words {
				patches = append(patches, orgoverlay.Patch{FinancialID: orgoverlay.Set(word)})
			}
			for _, f := range q.fields {
				patches = append(patches, custom(f, `"`+secret("person", q.service.Account(), 0)+`"`), custom(f, `"`+secret("person", stranger, 0)+`"`))
			}
			for n, p := range patches {
				r, warnings, err := q.service.Edit(q.w.ctx, q.actor, o, p, now.Version)
				q.say("Edit", []any{o, n}, r, warnings, err)
				if err == nil {
					now = r
				}
			}
		}
	},
	"Attach": func(q *asker) {
		for _, o := range q.orgs {
			r, err := q.service.Attach(q.w.ctx, q.actor, o, orgoverlay.Upload{Name: "x.txt"}, strings.NewReader("content"))
			q.say("Attach", o, r, err)
		}
	},
	"Import": func(q *asker) {
		var table strings.Builder
		table.WriteString("ID,Organization Account,Name,Remarks,Financial ID\n")
		for _, o := range q.orgs {
			fmt.Fprintf(&table, "%s,,,imported,%s\n", o, q.words[0])
		}
		for _, a := range q.accounts {
			for _, name := range []string{"Data Center 0", "data center 0", "Widget 1", "hidden"} {
				fmt.Fprintf(&table, ",%s,%s,by name,\n", a, name)
			}
		}
		table.WriteString(",,Widget 1,without account,\n")
		looked := map[orgoverlay.OrgID]int64{}
		for _, o := range q.orgs {
			looked[o] = 1
		}
		var rows []orgoverlay.ImportedRow
		for _, o := range []orgoverlay.ImportOptions{{DryRun: true, Versions: looked}, {}} {
			o.Blank, o.Report = orgoverlay.BlankKeep, into(&rows)
			r, err := q.service.Import(q.w.ctx, q.actor, strings.NewReader(table.String()), o)
			q.say("Import", nil, r, err)
		}
		for _, row := range rows {
			q.say("Import", row.Line, row)
		}
	},
	"SaveTenant": func(q *asker) {
		t, _ := q.service.Tenant(q.w.ctx, q.actor)
		for _, o := range q.orgs {
			if !strings.Contains(string(o), string(q.service.Account())) {
				t.Organization = o
				r, err := q.service.SaveTenant(q.w.ctx, q.actor, t)
				q.say("SaveTenant", o, r, err)
			}
		}
	},
	"SaveOrganization": func(q *asker) {
		for _, o := range q.orgs {
			n := orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "child of " + string(o)}, Parent: o}
			r, err := q.service.SaveOrganization(q.w.ctx, q.actor, n)
			q.say("SaveOrganization", o, r, err)
			n = orgoverlay.Organization{Shared: orgoverlay.Shared{ID: o, Name: "taken over"}, Version: 1}
			r, err = q.service.SaveOrganization(q.w.ctx, q.actor, n)
			q.say("SaveOrganization", o, r, err)
		}
		for _, a := range q.accounts {
			n := orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "managed from " + string(a)}, Manager: orgoverlay.PersonID(secret("person", a, 0))}
			r, err := q.service.SaveOrganization(q.w.ctx, q.actor, n)
			q.say("SaveOrganization", a, r, err)
		}
	},
	"SetTrust": func(q *asker) {
		for _, a := range []orgoverlay.Account{stranger, "a8888", q.service.Account()} {
			for _, state := range []orgoverlay.TrustState{orgoverlay.TrustSuspended, orgoverlay.TrustEstablished, orgoverlay.TrustEnded} {
				r, err := q.service.SetTrust(q.w.ctx, q.actor, a, state)
				q.say("SetTrust", a, r, err)
			}
		}
	},
	"SaveService": func(q *asker) {
		for _, o := range q.orgs {
			r, err := q.service.SaveService(q.w.ctx, q.actor, orgoverlay.ServiceEntry{ID: orgoverlay.ServiceID("by " + o), Name: "n", Provider: o})
			q.say("SaveService", o, r, err)
		}
		for _, e := range q.services {
			if e.Account != q.service.Account() {
				r, err := q.service.SaveService(q.w.ctx, q.actor, e)
				q.say("SaveService", e.ID, r, err)
			}
		}
	},
	"SaveAgreement": func(q *asker) {
		for _, g := range q.agreements {
			r, err := q.service.SaveAgreement(q.w.ctx, q.actor, g)
			q.say("SaveAgreement", g.ID, r, err)
			g.ID, g.Version = "", 0
			r, err = q.service.SaveAgreement(q.w.ctx, q.actor, g)
			q.say("SaveAgreement", g.Customer, r, err)
		}
		for n, o := range q.orgs {
			g := orgoverlay.Agreement{Kind: orgoverlay.FLSA, With: q.accounts[n%len(q.accounts)], Provider: orgoverlay.Ref{Account: q.accounts[0], Org: o}, Start: "2026-01-01"}
			g.Customer = orgoverlay.Ref{Account: g.With, Org: o}
			r, err := q.service.SaveAgreement(q.w.ctx, q.actor, g)
			q.say("SaveAgreement", o, r, err)
		}
	},
	"SavePerson": func(q *asker) {
		for _, a := range q.accounts {
			r, err := q.service.SavePerson(q.w.ctx, q.actor, orgoverlay.Person{ID: orgoverlay.PersonID("of " + a), Name: "n", Version: 0})
			q.say("SavePerson", a, r, err)
		}
	},
	"SaveExtension": func(q *asker) {
		for _, a := range q.accounts {
			e := orgoverlay.Extension{ID: orgoverlay.ExtensionID(secret("extension", a, 0)), Number: 1, Name: "n", Version: 1}
			r, err := q.service.SaveExtension(q.w.ctx, q.actor, e)
			q.say("SaveExtension", a, r, err)
		}
	},
	"ActivateExtension": func(q *asker) {
		for _, a := range q.accounts {
			r, err := q.service.ActivateExtension(q.w.ctx, q.actor, orgoverlay.ExtensionID(secret("extension", a, 0)), 1, 2)
			q.say("ActivateExtension", a, r, err)
		}
	},
	"DisableExtension": func(q *asker) {
		for _, a := range q.accounts {
			r, err := q.service.DisableExtension(q.w.ctx, q.actor, orgoverlay.ExtensionID(secret("extension", a, 0)), 1, false, 2)
			q.say("DisableExtension", a, r, err)
		}
	},
	"DeleteOrganization": func(q *asker) {
		for _, o := range q.orgs {
			q.say("DeleteOrganization", o, q.service.DeleteOrganization(q.w.ctx, q.actor, o, 1))
		}
	},
	"Sweep": func(q *asker) { r, err := q.service.Sweep(q.w.ctx, q.actor); q.say("Sweep", nil, r, err) },
	"Purge": func(q *asker) {
		for _, o := range q.orgs[:len(q.orgs)/2] {
			q.say("Purge", o, q.service.Purge(q.w.ctx, q.actor, o, "asked"))
		}
	},
	"PurgeAccount": func(q *asker) {
		r, err := q.service.PurgeAccount(q.w.ctx, q.actor, "leaves")
		q.say("PurgeAccount", nil, r, err)
	},
}

// try writes as somebody of an account; the account is purged last.
func (w *world) try(a orgoverlay.Account, about asker) string {
	about.w, about.service, about.answers, about.actor = w, w.of(a), &strings.Builder{}, w.boss(a)
	for _, method := range slices.Sorted(maps.Keys(writers)) {
		if method != "PurgeAccount" {
			writers[method](&about)
		}
	}
	return about.answers.String()
}

// conceal changes everything that an account may not see: what others keep for themselves, what they laid over its own organizations, what
// they do with each other, and organizations and accounts of which it knows nothing.
func (w *world) conceal(from orgoverlay.Account) {
	w.t.Helper()
	w.mint = "hidden"
	defer func() { w.mint = "o" }()
	if w.tenants[stranger].Version == 0 {
		w.join(stranger)
		w.furnish(stranger)
	}
	for _, o := range w.orgs {
		a := o.Account
		if a == from || a == w.tenants[from].Directory || o.Deleted {
			continue
		}
		o.Region, o.Source, o.SourceID = "hidden region", "hidden source", "hidden "+string(o.ID)
		linked := w.everOpens(from, o.ID)
		if !linked {
			o.Name, o.Disabled, o.Picture = "hidden "+string(o.ID), !o.Disabled, "https://hidden.example/x.png"
		}
		w.saveOrg(a, o)
		if !linked && w.chance(30) && w.tenants[a].Organization != o.ID && !w.hasChildren(o.ID) {
			require.NoError(w.t, w.of(a).DeleteOrganization(w.ctx, w.boss(a), o.ID, w.own(o).Version))
			o.Deleted = true
		}
	}
	for _, a := range w.accounts {
		if a == from {
			continue
		}
		if a != w.tenants[from].Directory {
			other := w.org(a, "")
			other.Name = w.secret("hidden", a)
			w.saveOrg(a, other)
		}
		for _, e := range w.look(a) {
			if w.above(a, e) {
				continue
			}
			laid := map[bool]string{true: "laid"}[e.Kind == orgoverlay.KindTrusted]
			w.lay(a, e.ID, orgoverlay.Patch{Remarks: orgoverlay.Set("hidden " + w.secret(laid+"remarks", a)), FinancialID: orgoverlay.Set(w.secret(laid+"financial", a))}, "")
			if e.Kind == orgoverlay.KindTrusted && w.chance(30) {
				require.NoError(w.t, w.of(a).Purge(w.ctx, w.boss(a), e.ID, "hidden"))
			}
		}
		w.newForm(a)
		if a == w.tenants[from].Directory || w.tenants[a].Directory == from {
			continue
		}
		b := pick(w.rng, w.accounts)
		if b == from || b == a || w.tenants[b].Directory == from {
			continue
		}
		w.half(a, b, orgoverlay.TrustEstablished)
		w.half(b, a, orgoverlay.TrustEstablished)
		g := w.agree(a, b)
		if w.chance(30) {
			g.Prepared, g.Start = true, "2027-01-01"
			g.Expiry = ""
			w.saveAgreement(a, g)
			w.half(a, b, orgoverlay.TrustEnded)
		}
	}
}

// everOpens reports whether an agreement that has not ended names an organization to an account, or the account could make one that does: with
// the organization that is tied to one that it trusts.
func (w *world) everOpens(v orgoverlay.Account, o orgoverlay.OrgID) bool {
	for _, a := range w.accounts {
		if w.tenants[a].Organization == o && w.trusted(v, a) {
			return true
		}
	}
	for _, g := range w.agreements {
		ended := !g.Until.IsZero() && !w.clock.Before(g.Until)
		if !ended && opens(v, o, w.provided(*g)) != "" {
			return true
		}
	}
	return false
}

// twins makes the same world twice and changes in the second what an account may not see; the account must not find a difference.
func twins(t *testing.T, seed uint64, db func(testing.TB) store.DB) {
	t.Helper()
	one, other := newWorld(t, db(t), seed, 12), newWorld(t, db(t), seed, 12)
	one.furnishAll()
	other.furnishAll()
	about := one.about()
	about.accounts = append(about.accounts, stranger)
	self, most := one.accounts[0], 0 // who sees most of others
	for _, a := range one.accounts {
		if n := one.compare([]orgoverlay.Account{a}); n > most {
			self, most = a, n
		}
	}
	require.Greater(t, most, 1, "nothing of others is seen")
	alike := func(when string, ask func(*world) string) {
		t.Helper()
		a, b := strings.Split(ask(one), "\n"), strings.Split(ask(other), "\n")
		for n := range min(len(a), len(b)) {
			if a[n] != b[n] {
				t.Fatalf("seed %d, %s, %s finds a difference:\n%s\n%s", seed, when, self, a[n], b[n])
			}
		}
		require.Equal(t, len(a), len(b))
	}
	read := func(w *world) string { return w.obtain(self, about) }
	alike("before", read)
	other.conceal(self)
	alike("reading", read)
	alike("writing", func(w *world) string { return w.try(self, about) })
	alike("after writing", read)
	for _, w := range []*world{one, other} { // time goes on, and trust ends
		w.clock = w.clock.Add(30 * time.Hour)
		for _, a := range w.accounts[:6] {
			if a != self && w.halves[[2]orgoverlay.Account{a, self}] == orgoverlay.TrustEstablished {
				w.half(a, self, orgoverlay.TrustEnded)
				break
			}
		}
	}
	other.conceal(self)
	alike("after ends", read)
	alike("writing after ends", func(w *world) string { return w.try(self, about) })
	alike("purging", func(w *world) string {
		q := about
		q.w, q.service, q.answers, q.actor = w, w.of(self), &strings.Builder{}, w.boss(self)
		writers["PurgeAccount"](&q)
		return q.answers.String()
	})
	alike("at the end", read)
}

func testTwins(t *testing.T) {
	t.Parallel()
	for seed := range uint64(*twinWorlds) {
		twins(t, seed+1, newMemory)
	}
}
