package scenario_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// Of thirty accounts everybody is listed what a search through every agreement finds, today and the day after.
func TestManyAccountsSeeWhatTheyMust(t *testing.T) {
	t.Parallel()
	w := newRealm(t, 1, 30)
	others := 0
	for range 2 {
		for _, a := range w.accounts {
			p := w.admin(a)
			var got []string
			for o, err := range apiclient.All(func(next string) (shapes.List[shapes.Organization], error) {
				return p.Organizations(w.ctx, apiclient.OrganizationQuery{After: next, Limit: 2})
			}) {
				require.NoError(t, err)
				got = append(got, o.ID)
			}
			want := w.look(a)
			require.Equal(t, want, got, a)
			n, err := p.CountOrganizations(w.ctx, apiclient.OrganizationQuery{})
			require.NoError(t, err)
			require.EqualValues(t, len(want), n)
			others += len(want) - len(w.orgsOf(a))
		}
		w.at(w.clock.now().AddDate(0, 0, 2))
	}
	require.Greater(t, others, 30, "too little to be seen")
}

// linked reports whether an agreement that has not ended names an organization to an account, or the account could make one that does.
func (w *realm) linked(v string, o *orgoverlay.Organization) bool {
	a := string(o.Account)
	return w.trusts[[2]string{v, a}] && w.tied[a] == string(o.ID) || slices.ContainsFunc(w.agreements, func(g *orgoverlay.Agreement) bool { return w.opens(v, o, g) })
}

// conceal changes everything that an account may not see: what others keep for themselves and laid over its own organizations, what they do with each
// other and who works there, and organizations and accounts of which it knows nothing.
func (w *realm) conceal(from string) {
	w.t.Helper()
	if w.tied["a99"] == "" {
		w.settle("a99")
		p := w.as("a99", "auditor")
		delete(w.people, p.email) // who does not sign in again: that would make ids
	}
	for _, o := range w.orgs {
		a := string(o.Account)
		if a == from || o.Deleted {
			continue
		}
		o.Region, o.Source, o.SourceID = "hidden region", "hidden source", "hidden "+string(o.ID)
		linked := w.linked(from, o)
		if !linked {
			o.Name, o.Disabled, o.Picture = "hidden "+string(o.ID), !o.Disabled, "https://hidden.example/x.png"
		}
		w.save(o)
		if !linked && w.chance(30) && w.tied[a] != string(o.ID) {
			require.NoError(w.t, w.of(a).DeleteOrganization(w.ctx, w.boss(a), o.ID, o.Version))
			o.Deleted = true
		}
	}
	for _, a := range w.accounts {
		if a == from {
			continue
		}
		other := w.org(a, "")
		other.Name = w.canary("hidden", a)
		w.save(other)
		for _, id := range w.listed(a) {
			w.lay(a, id, orgoverlay.Patch{Remarks: orgoverlay.Set("hidden " + w.canary("remarks", a)), FinancialID: orgoverlay.Set(w.canary("financial", a))})
			if !slices.ContainsFunc(w.orgsOf(a), func(o *orgoverlay.Organization) bool { return string(o.ID) == id }) && w.chance(30) {
				require.NoError(w.t, w.of(a).Purge(w.ctx, w.boss(a), orgoverlay.OrgID(id), "hidden"))
			}
		}
		w.newForm(a)
		if b := pick(w.rng, w.accounts); b != from && b != a {
			w.agree(a, b)
			if w.chance(30) {
				w.turn(a, b, orgoverlay.TrustSuspended)
			}
		}
	}
}

// listed is what an account sees, which goes on living after its realm was made.
func (w *realm) listed(a string) (ids []string) {
	w.t.Helper()
	page, err := w.of(a).List(w.ctx, w.boss(a), orgoverlay.ListQuery{Limit: orgoverlay.MaxPage})
	require.NoError(w.t, err)
	return each(page.Records, func(r orgoverlay.Record) string { return string(r.ID) })
}

// askers are the people of an account who ask.
func (w *realm) askers(a string) []*colleague {
	out := []*colleague{w.admin(a), w.as(a, "end_user")}
	if deep() {
		out = append(out, w.as(a, serviceLevel, specialist), w.as(a, "auditor"))
	}
	return out
}

// about is some of everything that there is in a realm: what an account sees, what it does not, and what one of two twins has.
func (w *realm) about(self string) about {
	q := about{orgs: []string{"01-h-000004", "none"}, accounts: []string{self, "a99"}, files: []string{w.files[self], "none"}, words: []string{"V-100", "hidden"},
		agreements: []string{"none"}, services: []string{"none"}, people: []string{"none", canary("person", self, 0)}}
	own, seen, unseen, look := 0, 0, 0, w.look(self)
	for _, o := range w.orgs {
		n := &unseen
		switch {
		case string(o.Account) == self:
			n = &own
		case slices.Contains(look, string(o.ID)):
			n = &seen
		}
		if *n++; *n <= 2 {
			q.orgs = append(q.orgs, string(o.ID))
		}
	}
	mine, theirs := false, false
	for _, g := range w.agreements {
		is := string(g.Account) == self
		if is && !mine || !is && !theirs {
			q.agreements = append(q.agreements, string(g.ID))
			mine, theirs = mine || is, theirs || !is
		}
		if is && len(q.accounts) < 3 {
			q.accounts = append(q.accounts, string(g.With))
		}
	}
	for _, a := range w.accounts {
		if a != self && len(q.people) < 3 {
			q.people, q.services, q.files = append(q.people, canary("person", a, 0)), append(q.services, canary("service", a, 0)), append(q.files, w.files[a])
		}
	}
	return q
}

// twins are a realm made twice.
type twins struct {
	t          *testing.T
	one, other *realm
	self       string
	asked      int
}

// alike sends requests as an account's people in both, and lets no answer differ.
func (w *twins) alike(when string, requests []string) {
	w.t.Helper()
	a, b := w.one.askers(w.self), w.other.askers(w.self)
	for i := range a {
		for _, request := range requests {
			for next := request; next != ""; {
				var here, there answer
				var wait sync.WaitGroup
				wait.Go(func() { here = a[i].try(next) })
				there = b[i].try(next)
				wait.Wait()
				w.asked++
				if here.word() != there.word() {
					w.t.Fatalf("%s, %s finds a difference by %s:\n%s\n\n%s", when, a[i].email, next, here.word(), there.word())
				}
				next = following(request, here)
			}
		}
	}
}

var present = regexp.MustCompile(`organizations/([^/?]+)`)

// try is ask with the present version of the organization that the request names.
func (p *colleague) try(request string) answer {
	if strings.Contains(request, "%VERSION%") {
		version := "0"
		if r, err := p.Organization(p.cast.t.Context(), present.FindStringSubmatch(request)[1]); err == nil {
			version = strconv.FormatInt(r.Version, 10)
		}
		request = strings.ReplaceAll(request, "%VERSION%", version)
	}
	return p.ask(request)
}

// phase lets both mint ids anew, which come after all before.
func (w *twins) phase(n int) {
	w.one.mint(fmt.Sprintf("%02d-o", n))
	w.other.mint(fmt.Sprintf("%02d-o", n))
}

// Two systems that differ in nothing but what an account may not see: its people find no difference by anything that they read or try, over the API or
// on pages, while they edit and while agreements and trusts end. Half of the pairs are seen with the eyes of a customer, half with those of who is
// overlaid most. MSPKIT_DEEP=1 makes
// more pairs, and asks in more roles.
func TestTwinSystems(t *testing.T) {
	t.Parallel()
	pairs := uint64(2)
	if deep() {
		pairs = 40
	}
	for seed := range pairs {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			testTwins(t, seed)
		})
	}
}

func testTwins(t *testing.T, seed uint64) {
	w := &twins{t: t, one: newRealm(t, seed+1, 7), other: newRealm(t, seed+1, 7)}
	most := 0
	for _, a := range w.one.accounts {
		n := 0
		for _, b := range w.one.accounts {
			viewer, owner := a, b
			if seed%2 == 1 {
				viewer, owner = b, a
			}
			for _, id := range w.one.look(viewer) {
				if viewer != owner && slices.ContainsFunc(w.one.orgsOf(owner), func(o *orgoverlay.Organization) bool { return string(o.ID) == id }) {
					n++
				}
			}
		}
		if n > most {
			w.self, most = a, n
		}
	}
	require.NotZero(t, most, "nothing is seen")
	for _, r := range []*realm{w.one, w.other} {
		r.furnish()
		r.askers(w.self)
		for _, p := range r.askers(w.self) {
			p.ask("GET /me") // signs in
		}
	}
	q := w.one.about(w.self)
	w.alike("before", q.reads()[:40])
	w.other.mint("01-h")
	w.other.conceal(w.self)
	w.phase(2)
	w.alike("reading", q.reads())
	w.alike("writing", q.writes())
	w.alike("after writing", q.reads())
	w.one.at(w.one.clock.now().Add(30 * time.Hour))
	w.other.at(w.other.clock.now().Add(30 * time.Hour))
	w.phase(3)
	for _, r := range []*realm{w.one, w.other} { // and trust ends
		for _, g := range r.agreements[:len(w.one.agreements)] {
			partner := string(g.With)
			if partner == w.self {
				partner = string(g.Account)
			}
			if between := [2]string{partner, w.self}; (string(g.Account) == w.self || string(g.With) == w.self) && r.trusts[between] {
				_, err := r.of(partner).SetTrust(r.ctx, r.boss(partner), orgoverlay.Account(w.self), orgoverlay.TrustEnded)
				require.NoError(t, err)
				r.trusts[between], r.trusts[[2]string{w.self, partner}] = false, false
				break
			}
		}
	}
	w.other.mint("04-h")
	w.other.conceal(w.self)
	w.phase(5)
	w.alike("after ends", q.reads())
	w.alike("writing after ends", q.writes())
	w.alike("purging", []string{`POST /api/purge {"why":"leaves"}`})
	w.alike("at the end", q.reads()[:60])
	t.Logf("%s: %d requests to each", w.self, w.asked)
}
