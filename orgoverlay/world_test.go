package orgoverlay_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/orgoverlay/jsonschema"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

// world is accounts made at random: in a store, and as plain lists of what was saved. The same seed makes the same world, and what one
// account does moves no ids of another.
type world struct {
	t      testing.TB
	ctx    context.Context
	db     store.DB
	clock  time.Time
	config orgoverlay.Config
	rng    *rand.Rand
	ids    map[string]int
	tokens int
	mint   string // what minted ids begin with

	accounts   []orgoverlay.Account
	tenants    map[orgoverlay.Account]orgoverlay.Tenant
	orgs       []*orgoverlay.Organization
	halves     map[[2]orgoverlay.Account]orgoverlay.TrustState
	services   []*orgoverlay.ServiceEntry
	agreements []*orgoverlay.Agreement
}

var worldZones = []string{"UTC", "Asia/Kolkata", "Pacific/Auckland", "America/Los_Angeles", "Africa/Cairo"}

// newWorld makes a world of so many accounts. Agreements begin and end in the days around its clock.
func newWorld(t testing.TB, db store.DB, seed uint64, accounts int) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), db: db, clock: time.Date(2026, 4, 24, 12, 0, 0, 0, time.UTC), rng: rand.New(rand.NewPCG(seed, 0)),
		ids: map[string]int{}, mint: "o", tenants: map[orgoverlay.Account]orgoverlay.Tenant{}, halves: map[[2]orgoverlay.Account]orgoverlay.TrustState{}}
	w.config = orgoverlay.Config{Schemas: jsonschema.Schemas{}, Now: func() time.Time { return w.clock }}
	for n := range accounts {
		w.settle(n)
	}
	w.connect()
	w.disturb()
	return w
}

func newMemory(testing.TB) store.DB { return memstore.New(memstore.Config{}) }

// of is the service of an account.
func (w *world) of(a orgoverlay.Account) *orgoverlay.Service {
	c := w.config
	c.NewID = func() string {
		key := w.mint + "-" + string(a)
		w.ids[key]++
		return fmt.Sprintf("%s-%06d", key, w.ids[key])
	}
	return orgoverlay.NewService(a, store.Orgoverlay(w.db.For(string(a))), c)
}

// boss administers an account. Who it is, is for the account alone to know.
func (w *world) boss(a orgoverlay.Account) orgoverlay.Actor {
	return orgoverlay.Actor{ID: "boss", Name: secret("actor", a, 0), Home: a, On: a, Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
}

// secret is a text that no account but this one may ever obtain.
func secret(what string, a orgoverlay.Account, n int) string {
	return fmt.Sprintf("secret-%s-%s-%d.", what, a, n)
}

func (w *world) secret(what string, a orgoverlay.Account) string {
	w.tokens++
	return secret(what, a, w.tokens)
}

func (w *world) chance(percent int) bool { return w.rng.IntN(100) < percent }

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

// settle makes one account: every tenth a directory, half of the others below one, each with a few organizations.
func (w *world) settle(n int) {
	id := orgoverlay.Account(fmt.Sprintf("a%04d", n))
	tenant := orgoverlay.Tenant{ID: id, Name: "Account " + string(id)}
	if n%10 != 0 && w.chance(50) {
		tenant.Directory = w.accounts[w.rng.IntN(n/10+1)*10]
	}
	tenant, err := w.of(id).SaveTenant(w.ctx, w.boss(id), tenant)
	require.NoError(w.t, err)
	w.accounts = append(w.accounts, id)
	tied := w.org(id, "")
	tenant.Organization = tied.ID
	tenant, err = w.of(id).SaveTenant(w.ctx, w.boss(id), tenant)
	require.NoError(w.t, err)
	w.tenants[id] = tenant
	parents := []orgoverlay.OrgID{"", tied.ID}
	for range w.rng.IntN(4) {
		parents = append(parents, w.org(id, pick(w.rng, parents)).ID)
	}
	for n := range 1 + w.rng.IntN(2) {
		e := &orgoverlay.ServiceEntry{ID: orgoverlay.ServiceID(secret("service", id, n)), Name: secret("servicename", id, n), Provider: pick(w.rng, w.orgsOf(id)).ID}
		w.services = append(w.services, e)
		w.saveService(id, e)
	}
}

// org makes an organization. Names repeat across accounts, but for their case.
func (w *world) org(a orgoverlay.Account, parent orgoverlay.OrgID) *orgoverlay.Organization {
	name := fmt.Sprintf("%s %d", pick(w.rng, []string{"Data Center", "data center", "Widget", "WIDGET", "Giga"}), len(w.orgsOf(a)))
	o := &orgoverlay.Organization{Shared: orgoverlay.Shared{Name: name, Contacts: []orgoverlay.Contact{{Kind: "phone", Label: "desk", Value: "+1 555 0100"}}},
		Parent: parent, Region: w.secret("region", a), Source: w.secret("source", a), SourceID: w.secret("sourceid", a)}
	w.orgs = append(w.orgs, o)
	w.saveOrg(a, o)
	return o
}

func (w *world) saveOrg(a orgoverlay.Account, o *orgoverlay.Organization) {
	w.t.Helper()
	if o.ID != "" {
		o.Version = w.own(o).Version
	}
	saved, err := w.of(a).SaveOrganization(w.ctx, w.boss(a), *o)
	require.NoError(w.t, err)
	*o = saved
}

// own reads an organization as its account has it now.
func (w *world) own(o *orgoverlay.Organization) orgoverlay.Organization {
	w.t.Helper()
	now, err := w.of(o.Account).Own(w.ctx, w.boss(o.Account), o.ID)
	require.NoError(w.t, err)
	return now
}

func (w *world) saveService(a orgoverlay.Account, e *orgoverlay.ServiceEntry) {
	w.t.Helper()
	saved, err := w.of(a).SaveService(w.ctx, w.boss(a), *e)
	require.NoError(w.t, err)
	*e = saved
}

// orgsOf lists the organizations of an account that are not deleted.
func (w *world) orgsOf(a orgoverlay.Account) []*orgoverlay.Organization {
	var out []*orgoverlay.Organization
	for _, o := range w.orgs {
		if o.Account == a && !o.Deleted {
			out = append(out, o)
		}
	}
	return out
}

func (w *world) half(a, b orgoverlay.Account, state orgoverlay.TrustState) {
	w.t.Helper()
	_, err := w.of(a).SetTrust(w.ctx, w.boss(a), b, state)
	require.NoError(w.t, err)
	w.halves[[2]orgoverlay.Account{a, b}] = state
}

// connect makes trusts and agreements: of each account with a few others, of the first one with many.
func (w *world) connect() {
	for n, a := range w.accounts {
		partners := 1 + w.rng.IntN(3)
		if n == 0 {
			partners = len(w.accounts) / 8
		}
		for range partners {
			b := pick(w.rng, w.accounts)
			if a == b {
				continue
			}
			w.half(a, b, orgoverlay.TrustEstablished)
			w.half(b, a, orgoverlay.TrustEstablished)
			for range 1 + w.rng.IntN(2) {
				w.agree(a, b)
			}
			if w.chance(30) {
				w.agree(b, a)
			}
		}
		if w.chance(10) {
			w.agree(a, a)
		}
	}
}

// agree makes an agreement of one account's side with another's, and gives it another customer now and then.
func (w *world) agree(a, with orgoverlay.Account) *orgoverlay.Agreement {
	w.t.Helper()
	var mine []*orgoverlay.ServiceEntry
	for _, e := range w.services {
		if e.Account == a {
			mine = append(mine, e)
		}
	}
	g := &orgoverlay.Agreement{ID: orgoverlay.AgreementID(fmt.Sprintf("agreement-%d", len(w.agreements))), Kind: orgoverlay.SLA, With: with,
		Customer: orgoverlay.Ref{Account: with, Org: w.tenants[with].Organization}, Zone: pick(w.rng, worldZones), Prepared: w.chance(10),
		Start: pick(w.rng, []string{"2026-01-01", "2026-04-01", "2026-04-23", "2026-04-24", "2026-04-25"})}
	g.Expiry = pick(w.rng, []string{"", "", "", "2026-04-25", "2026-04-26", "2026-12-31"})
	if g.Start < "2026-04-24" {
		g.Expiry = pick(w.rng, []string{"", "", "2026-04-23", "2026-04-24", "2026-04-25", "2026-12-31"})
	}
	if w.chance(40) {
		o := pick(w.rng, append(w.orgsOf(a), w.orgsOf(w.tenants[a].Directory)...))
		g.Kind, g.Provider = orgoverlay.FLSA, orgoverlay.Ref{Account: o.Account, Org: o.ID}
	} else {
		g.Service = pick(w.rng, mine).ID
	}
	w.agreements = append(w.agreements, g)
	w.saveAgreement(a, g)
	if w.chance(40) {
		o := pick(w.rng, append(w.orgsOf(with), w.orgsOf(w.tenants[with].Directory)...))
		g.Customer = orgoverlay.Ref{Account: o.Account, Org: o.ID}
		w.saveAgreement(a, g)
	}
	return g
}

func (w *world) saveAgreement(a orgoverlay.Account, g *orgoverlay.Agreement) {
	w.t.Helper()
	saved, err := w.of(a).SaveAgreement(w.ctx, w.boss(a), *g)
	require.NoError(w.t, err)
	*g = saved
}

// disturb changes what a world in use changes: providers, trusts, organizations that are disabled or go.
func (w *world) disturb() {
	for _, e := range w.services {
		if w.chance(15) {
			e.Provider = pick(w.rng, w.orgsOf(e.Account)).ID
			w.saveService(e.Account, e)
		}
	}
	for _, a := range w.accounts {
		for _, b := range w.accounts {
			if w.halves[[2]orgoverlay.Account{a, b}] == orgoverlay.TrustEstablished && w.chance(15) {
				w.half(a, b, pick(w.rng, []orgoverlay.TrustState{orgoverlay.TrustSuspended, orgoverlay.TrustEnded}))
			}
		}
	}
	for _, o := range w.orgs {
		if w.chance(10) {
			o.Disabled = true
			w.saveOrg(o.Account, o)
		}
		if w.chance(10) && w.tenants[o.Account].Organization != o.ID && !w.hasChildren(o.ID) {
			require.NoError(w.t, w.of(o.Account).DeleteOrganization(w.ctx, w.boss(o.Account), o.ID, w.own(o).Version))
			o.Deleted = true
		}
	}
}

func (w *world) hasChildren(id orgoverlay.OrgID) bool {
	for _, o := range w.orgs {
		if o.Parent == id && !o.Deleted {
			return true
		}
	}
	return false
}

// lowered is a name as lists are ordered by it; the names of a world have no accents.
func lowered(name string) string { return strings.ToLower(name) }
