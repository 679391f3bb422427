package scenario_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// realm is accounts made at random on one system: there, and as plain lists of what was saved. The same seed makes the same realm, to the id.
type realm struct {
	*cast
	ctx    context.Context
	app    *app.App
	clock  *clock
	rng    *rand.Rand
	tokens int

	ids struct {
		sync.Mutex
		begin string
		n     int
	}

	accounts   []string
	orgs       []*orgoverlay.Organization
	trusts     map[[2]string]bool // in force
	services   map[string]*orgoverlay.ServiceEntry
	agreements []*orgoverlay.Agreement
	files      map[string]string // the last attachment of each account
}

// newRealm makes accounts with a few organizations each, and trusts and agreements between some of them.
func newRealm(t *testing.T, seed uint64, accounts int) *realm {
	t.Helper()
	w := &realm{ctx: t.Context(), clock: &clock{at: time.Date(2026, 4, 24, 12, 0, 0, 0, time.UTC)}, rng: rand.New(rand.NewPCG(seed, 0)), trusts: map[[2]string]bool{},
		services: map[string]*orgoverlay.ServiceEntry{}, files: map[string]string{}}
	w.mint("00-o")
	w.app = running(t, app.Config{Now: w.clock.now, NewID: w.newID})
	w.cast = castAt(t, w.app.Home(), "", w.clock)
	for n := range accounts {
		w.settle(fmt.Sprintf("a%02d", n))
	}
	for _, a := range w.accounts {
		for range 1 + w.rng.IntN(3) {
			if b := pick(w.rng, w.accounts); a != b {
				w.agree(a, b)
			}
		}
	}
	for _, o := range w.orgs {
		if w.chance(10) {
			o.Disabled = true
			w.save(o)
		}
	}
	return w
}

// mint says how the ids begin that are made from here on.
func (w *realm) mint(begin string) {
	w.ids.Lock()
	defer w.ids.Unlock()
	w.ids.begin, w.ids.n = begin, 0
}

func (w *realm) newID() string {
	w.ids.Lock()
	defer w.ids.Unlock()
	w.ids.n++
	return fmt.Sprintf("%s-%06d", w.ids.begin, w.ids.n)
}

func (w *realm) of(a string) *orgoverlay.Service { return w.app.Orgs(a) }

// boss furnishes an account. Who it is, is for the account alone to know.
func (w *realm) boss(a string) orgoverlay.Actor {
	return orgoverlay.Actor{ID: "boss", Name: canary("actor", a, 0), Home: orgoverlay.Account(a), On: orgoverlay.Account(a), Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
}

// canary is a text that no account but this one may ever obtain.
func canary(what, a string, n int) string { return fmt.Sprintf("canary-%s-%s-%d.", what, a, n) }

func (w *realm) canary(what, a string) string {
	w.tokens++
	return canary(what, a, w.tokens)
}

func (w *realm) chance(percent int) bool { return w.rng.IntN(100) < percent }

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

// settle opens an account with a tied organization, some others and a service.
func (w *realm) settle(a string) {
	w.t.Helper()
	require.NoError(w.t, second(w.first.ChooseAccount(w.ctx, "alder")))
	require.NoError(w.t, second(w.first.OpenAccount(w.ctx, shapes.OpenAccount{ID: a, Name: "Account " + a})))
	w.accounts = append(w.accounts, a)
	tied := w.org(a, "")
	tenant, err := w.of(a).Tenant(w.ctx, w.boss(a))
	require.NoError(w.t, err)
	tenant.Organization = tied.ID
	_, err = w.of(a).SaveTenant(w.ctx, w.boss(a), tenant)
	require.NoError(w.t, err)
	w.tied[a] = string(tied.ID)
	for range w.rng.IntN(3) {
		w.org(a, pick(w.rng, []orgoverlay.OrgID{"", tied.ID}))
	}
	w.services[a] = &orgoverlay.ServiceEntry{ID: orgoverlay.ServiceID(canary("service", a, 0)), Name: canary("servicename", a, 0), Provider: pick(w.rng, w.orgsOf(a)).ID}
	w.provide(a)
}

func (w *realm) provide(a string) {
	w.t.Helper()
	saved, err := w.of(a).SaveService(w.ctx, w.boss(a), *w.services[a])
	require.NoError(w.t, err)
	*w.services[a] = saved
}

// org makes an organization. Names repeat across accounts.
func (w *realm) org(a string, parent orgoverlay.OrgID) *orgoverlay.Organization {
	o := &orgoverlay.Organization{Shared: orgoverlay.Shared{Account: orgoverlay.Account(a), Name: fmt.Sprintf("%s %d", pick(w.rng, []string{"Data Center", "Widget", "Giga"}), len(w.orgsOf(a))),
		Contacts: []orgoverlay.Contact{{Kind: "phone", Label: "desk", Value: "+1 555 0100"}}},
		Parent: parent, Region: w.canary("region", a), Source: w.canary("source", a), SourceID: w.canary("sourceid", a)}
	w.orgs = append(w.orgs, o)
	w.save(o)
	return o
}

func (w *realm) save(o *orgoverlay.Organization) {
	w.t.Helper()
	a := string(o.Account)
	if o.ID != "" {
		now, err := w.of(a).Own(w.ctx, w.boss(a), o.ID)
		require.NoError(w.t, err)
		o.Version = now.Version
	}
	saved, err := w.of(a).SaveOrganization(w.ctx, w.boss(a), *o)
	require.NoError(w.t, err)
	*o = saved
}

func (w *realm) orgsOf(a string) (out []*orgoverlay.Organization) {
	for _, o := range w.orgs {
		if string(o.Account) == a && !o.Deleted {
			out = append(out, o)
		}
	}
	return out
}

func (w *realm) turn(a, b string, state orgoverlay.TrustState) {
	w.t.Helper()
	for _, side := range [][2]string{{a, b}, {b, a}} {
		_, err := w.of(side[0]).SetTrust(w.ctx, w.boss(side[0]), orgoverlay.Account(side[1]), state)
		require.NoError(w.t, err)
		w.trusts[side] = state == orgoverlay.TrustEstablished
	}
}

// agree makes trust and an agreement between two accounts, of any kind and window, and moves it to another customer now and then.
func (w *realm) agree(a, with string) *orgoverlay.Agreement {
	w.t.Helper()
	if !w.trusts[[2]string{a, with}] {
		w.turn(a, with, orgoverlay.TrustEstablished)
	}
	g := &orgoverlay.Agreement{ID: orgoverlay.AgreementID(fmt.Sprintf("agreement-%s-%d", w.ids.begin, len(w.agreements))), Kind: orgoverlay.SLA, Account: orgoverlay.Account(a),
		With: orgoverlay.Account(with), Service: w.services[a].ID, Customer: orgoverlay.Ref{Account: orgoverlay.Account(with), Org: orgoverlay.OrgID(w.tied[with])}, Zone: "UTC", Prepared: w.chance(10),
		Start: pick(w.rng, []string{"2026-01-01", "2026-04-01", "2026-04-24", "2026-04-25"}), Expiry: pick(w.rng, []string{"", "", "2026-04-25", "2026-12-31"})}
	if w.chance(40) {
		o := pick(w.rng, w.orgsOf(a))
		g.Kind, g.Service, g.Provider = orgoverlay.FLSA, "", orgoverlay.Ref{Account: o.Account, Org: o.ID}
	}
	w.agreements = append(w.agreements, g)
	w.sign(g)
	if w.chance(40) {
		g.Customer.Org = pick(w.rng, w.orgsOf(with)).ID
		w.sign(g)
	}
	return g
}

func (w *realm) sign(g *orgoverlay.Agreement) {
	w.t.Helper()
	saved, err := w.of(string(g.Account)).SaveAgreement(w.ctx, w.boss(string(g.Account)), *g)
	require.NoError(w.t, err)
	*g = saved
}

// opens says whether an agreement opens an organization to an account.
func (w *realm) opens(v string, o *orgoverlay.Organization, g *orgoverlay.Agreement) bool {
	provider := g.Provider.Org
	if g.Kind == orgoverlay.SLA {
		provider = w.services[string(g.Account)].Provider
	}
	return string(o.Account) != v && (string(g.Account) == v && g.Customer.Org == o.ID || string(g.With) == v && provider == o.ID)
}

// look lists what an account must see, by going over every organization and every agreement: its own, and what an active agreement opens while
// there is trust.
func (w *realm) look(v string) (ids []string) {
	today := w.clock.now().Format(time.DateOnly)
	var seen []*orgoverlay.Organization
	for _, o := range w.orgs {
		if o.Deleted {
			continue
		}
		if string(o.Account) == v || w.trusts[[2]string{v, string(o.Account)}] && slices.ContainsFunc(w.agreements, func(g *orgoverlay.Agreement) bool {
			return w.opens(v, o, g) && !g.Prepared && g.Start <= today && (g.Expiry == "" || today <= g.Expiry)
		}) {
			seen = append(seen, o)
		}
	}
	slices.SortFunc(seen, func(a, b *orgoverlay.Organization) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return each(seen, func(o *orgoverlay.Organization) string { return string(o.ID) })
}

// furnish puts a canary of every account wherever one fits; the financial ID V-100 everybody uses.
func (w *realm) furnish() {
	w.t.Helper()
	for _, a := range w.accounts {
		p := orgoverlay.Person{ID: orgoverlay.PersonID(canary("person", a, 0)), Name: canary("name", a, 0)}
		_, err := w.of(a).SavePerson(w.ctx, w.boss(a), p)
		require.NoError(w.t, err)
		w.newForm(a)
		for n, id := range w.look(a) {
			financial := w.canary("financial", a)
			if n == 1 {
				financial = "V-100"
			}
			w.lay(a, id, orgoverlay.Patch{Remarks: orgoverlay.Set(w.canary("remarks", a)), FinancialID: orgoverlay.Set(financial), Custom: map[string]orgoverlay.Opt[[]byte]{
				"canary_contact_" + a: orgoverlay.Set([]byte(`"` + p.ID + `"`)), "canary_note_" + a: orgoverlay.Set([]byte(`"` + w.canary("note", a) + `"`))}})
			file, err := w.of(a).Attach(w.ctx, w.boss(a), orgoverlay.OrgID(id), orgoverlay.Upload{Name: w.canary("file", a) + "txt"}, strings.NewReader(w.canary("content", a)))
			require.NoError(w.t, err)
			w.files[a] = string(file.ID)
		}
		for _, o := range w.orgsOf(a) {
			o.Manager = p.ID
			w.save(o)
		}
	}
}

func (w *realm) newForm(a string) {
	w.t.Helper()
	schema := []byte(fmt.Sprintf(`{"type":"string","title":%q}`, w.canary("schema", a)))
	e, err := w.of(a).SaveExtension(w.ctx, w.boss(a), orgoverlay.Extension{ID: orgoverlay.ExtensionID(canary("extension", a, 0)), Name: w.canary("form", a), Fields: []orgoverlay.ExtensionField{
		{ID: "canary_contact_" + a, Label: w.canary("label", a), Schema: schema, Person: true}, {ID: "canary_note_" + a, Label: "Note", Schema: schema, Internal: true}}})
	require.NoError(w.t, err)
	_, err = w.of(a).ActivateExtension(w.ctx, w.boss(a), e.ID, e.Number, e.Version)
	require.NoError(w.t, err)
}

func (w *realm) lay(a, org string, p orgoverlay.Patch) {
	w.t.Helper()
	now, err := w.of(a).Organization(w.ctx, w.boss(a), orgoverlay.OrgID(org))
	require.NoError(w.t, err)
	_, _, err = w.of(a).Edit(w.ctx, w.boss(a), orgoverlay.OrgID(org), p, now.Version)
	require.NoError(w.t, err)
}
