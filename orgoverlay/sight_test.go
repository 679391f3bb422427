package orgoverlay_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

func testBothSidesOfAnSLA(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera", "wna")
	s.shows("wdc", "without agreement")
	s.sla("gigatera", "wdc", "G1")
	s.shows("wdc", "the customer sees the provider", "gigatera")
	s.shows("gigatera", "the provider sees the customer", "wdc")
	s.sla("gigatera", "wna", "G9")
	s.shows("wdc", "two customers never see each other", "gigatera")
	s.shows("wna", "every customer sees the provider", "gigatera")
	s.shows("gigatera", "all customers", "wdc", "wna")
}

func testFirstLineSupport(t *testing.T) {
	t.Parallel()
	s := newStage(t, "virtual", "wdc", "group")
	s.account("member", "group")
	shared := s.org("group", "shared desk")
	s.flsa("virtual", "wdc", "F1")
	s.shows("virtual", "the customer of support given", "wdc")
	s.shows("wdc", "the provider of support received", "virtual")

	// The customer of support for a member may be registered in its directory.
	g := s.flsa("virtual", "member", "F2")
	s.trust("virtual", "group")
	g.Customer = orgoverlay.Ref{Account: "group", Org: shared}
	s.agree("virtual", g)
	s.shows("virtual", "a customer of the directory", "shared desk", "wdc")
	s.shows("member", "the directory's own is no trusted one", "virtual")
	if k := s.record("member", shared).Kind; k != orgoverlay.KindExternal {
		t.Errorf("the directory's organization is %v to those below it", k)
	}
	s.shows("group", "the directory itself takes no part")
}

// An account that gives support through an organization of its directory, or receives it for one, sees that organization as the directory's; once
// the host has moved the account away from there, as the third side of the agreement.
func testThirdSides(t *testing.T) {
	t.Parallel()
	s := newStage(t, "virtual", "wdc", "group")
	s.account("giver", "group")
	s.account("taker", "group")
	desk, branch := s.org("group", "desk"), s.org("group", "branch")
	s.flsa("giver", "wdc", "given", func(g *orgoverlay.Agreement) { g.Provider = orgoverlay.Ref{Account: "group", Org: desk} })
	g := s.flsa("virtual", "taker", "taken")
	g.Customer = orgoverlay.Ref{Account: "group", Org: branch}
	s.agree("virtual", g)
	sides := []struct {
		account   orgoverlay.Account
		org       orgoverlay.OrgID
		other     string
		name      string
		agreement orgoverlay.AgreementID
		in        orgoverlay.Account
	}{{"giver", desk, "wdc", "desk", "given", "giver"}, {"taker", branch, "virtual", "branch", "taken", "virtual"}}
	for _, side := range sides {
		s.shows(side.account, "below the directory", side.other)
		r := s.record(side.account, side.org)
		require.Equal(t, orgoverlay.KindExternal, r.Kind)
		require.Empty(t, r.Whys)
		require.NoError(t, s.db.For(string(side.account)).Update(s.ctx, func(ctx context.Context, tx store.Tx) error {
			tenant, err := tx.Orgoverlay.Registry.Tenant(ctx)
			require.NoError(t, err)
			tenant.Directory = ""
			return tx.Orgoverlay.Registry.PutTenant(ctx, tenant)
		}))
		s.shows(side.account, "moved, without trust of its own with the directory", side.other)
		s.trust(side.account, "group")
		want := []string{side.name, side.other}
		slices.Sort(want)
		s.shows(side.account, "the third side", want...)
		why := orgoverlay.Why{Agreement: side.agreement, Kind: orgoverlay.FLSA, Account: side.in, Direction: orgoverlay.AsThird}
		require.Empty(t, cmp.Diff([]orgoverlay.Why{why}, s.record(side.account, side.org).Whys))
	}
	s.shows("group", "the owner takes no part")
}

func testOnlyActiveCounts(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera")
	g := s.sla("gigatera", "wdc", "G1", func(g *orgoverlay.Agreement) { g.Prepared = true })
	for _, c := range []struct {
		what, start, expiry string
		prepared, seen      bool
	}{
		{"prepared", "2026-01-01", "", true, false},
		{"scheduled", "2026-06-02", "", false, false},
		{"active", "2026-06-01", "2026-06-01", false, true},
		{"expired", "2026-01-01", "2026-05-31", false, false},
		{"active again", "2026-01-01", "2027-05-31", false, true},
	} {
		g.Start, g.Expiry, g.Prepared = c.start, c.expiry, c.prepared
		g = s.agree("gigatera", g)
		want := []string{}
		if c.seen {
			want = []string{"gigatera"}
		}
		s.shows("wdc", c.what, want...)
	}
}

func testDaysAreOfTheAgreementsZone(t *testing.T) {
	t.Parallel()
	s := newStage(t, "virtual", "wdc")
	g := s.flsa("virtual", "wdc", "F1", func(g *orgoverlay.Agreement) { g.Zone, g.Start, g.Expiry = "Asia/Kolkata", "2026-03-01", "2026-12-31" })
	mumbai, err := time.LoadLocation("Asia/Kolkata")
	require.NoError(t, err)
	at := func(what string, moment time.Time, names ...string) {
		t.Helper()
		s.clock = moment
		s.shows("wdc", what, names...)
	}
	begin, end := time.Date(2026, 3, 1, 0, 0, 0, 0, mumbai), time.Date(2027, 1, 1, 0, 0, 0, 0, mumbai)
	at("before its first day", begin.Add(-time.Second))
	at("at the beginning of it", begin, "virtual")
	at("to the end of its last day", end.Add(-time.Second), "virtual")
	at("and no longer", end)

	s.agree("virtual", s.draft("wdc", orgoverlay.Agreement{ID: "F2", Kind: orgoverlay.FLSA, Provider: g.Provider}),
		func(n *orgoverlay.Agreement) { n.Zone, n.Start = "Asia/Kolkata", "2027-01-02" })
	at("a day between two agreements", end.Add(time.Hour))
	at("the day after", end.Add(24*time.Hour), "virtual")
}

func testTrustIsNeededThroughout(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera")
	s.service("gigatera", "S")
	draft := s.draft("wdc", orgoverlay.Agreement{ID: "G1", Kind: orgoverlay.SLA, Service: "S"})
	_, err := s.of("gigatera").SaveAgreement(s.ctx, admin("gigatera"), draft)
	require.ErrorIs(t, err, orgoverlay.ErrState, "no trust")
	s.half("gigatera", "wdc", orgoverlay.TrustEstablished)
	_, err = s.of("gigatera").SaveAgreement(s.ctx, admin("gigatera"), draft)
	require.ErrorIs(t, err, orgoverlay.ErrState, "trust of one side")
	s.half("wdc", "gigatera", orgoverlay.TrustEstablished)
	g := s.agree("gigatera", draft)
	s.shows("wdc", "trust in force", "gigatera")

	s.half("wdc", "gigatera", orgoverlay.TrustSuspended)
	s.shows("wdc", "suspended")
	s.shows("gigatera", "suspended by the other")
	s.service("gigatera", "T")
	moved := g
	moved.Service = "T"
	_, err = s.of("gigatera").SaveAgreement(s.ctx, admin("gigatera"), moved)
	require.ErrorIs(t, err, orgoverlay.ErrState, "another service is another party")
	g.Expiry = "2030-12-31"
	g = s.agree("gigatera", g) // dates may change without trust
	s.half("wdc", "gigatera", orgoverlay.TrustEstablished)
	s.shows("wdc", "resumed", "gigatera")
	s.half("gigatera", "wdc", orgoverlay.TrustEnded)
	s.shows("wdc", "ended")
	if d := cmp.Diff("2030-12-31", g.Expiry); d != "" {
		t.Error(d)
	}
}

func testHalvesOfATrust(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera")
	day := s.clock
	none, established, suspended, ended := orgoverlay.TrustNone, orgoverlay.TrustEstablished, orgoverlay.TrustSuspended, orgoverlay.TrustEnded
	for n, c := range []struct {
		who                orgoverlay.Account
		to, both, us, them orgoverlay.TrustState // as wdc reads it
		known              bool
		acts               []orgoverlay.TrustState
	}{
		{"gigatera", established, none, none, established, true, []orgoverlay.TrustState{established, ended}},
		{"wdc", established, established, established, established, true, []orgoverlay.TrustState{suspended, ended}},
		{"gigatera", suspended, suspended, established, suspended, true, []orgoverlay.TrustState{suspended, ended}},
		{"wdc", suspended, suspended, suspended, none, false, []orgoverlay.TrustState{established, ended}},
		{"gigatera", ended, ended, suspended, ended, true, []orgoverlay.TrustState{established, ended}},
		{"wdc", ended, ended, ended, none, false, []orgoverlay.TrustState{established}},
		{"gigatera", established, ended, ended, none, false, []orgoverlay.TrustState{established}},
	} {
		s.clock = day.Add(time.Duration(n) * time.Hour)
		other := map[orgoverlay.Account]orgoverlay.Account{"wdc": "gigatera", "gigatera": "wdc"}[c.who]
		s.half(c.who, other, c.to)
		trusts, err := s.of("wdc").Trusts(s.ctx, admin("wdc"))
		require.NoError(t, err)
		require.Len(t, trusts, 1)
		got := trusts[0]
		them, known := got.Theirs()
		if got.State != c.both || got.Ours != c.us || them != c.them || known != c.known {
			t.Errorf("step %d: %v, ours %v, theirs %v %v", n, got.State, got.Ours, them, known)
		}
		if c.who == "wdc" && !got.OursSince.Equal(s.clock) {
			t.Errorf("step %d: ours since %s", n, got.OursSince)
		}
		if d := cmp.Diff(c.acts, got.Acts()); d != "" {
			t.Errorf("step %d: acts (-want +got):\n%s", n, d)
		}
		for _, to := range []orgoverlay.TrustState{established, suspended, ended} { // what it says can be done is what can be done
			_, err := s.of("wdc").WhatIf(s.ctx, admin("wdc"), orgoverlay.Supposition{Other: "gigatera", Trust: to})
			if can := to == got.Ours || slices.Contains(c.acts, to); can != (err == nil) {
				t.Errorf("step %d: to %v: %v", n, to, err)
			}
		}
	}
	end := s.clock
	s.clock = end.Add(time.Hour)
	alone, err := s.of("gigatera").SetTrust(s.ctx, admin("gigatera"), "wdc", suspended)
	require.NoError(t, err)
	before, err := s.of("wdc").Trusts(s.ctx, admin("wdc"))
	require.NoError(t, err)
	s.half("gigatera", "wdc", established)
	after, err := s.of("wdc").Trusts(s.ctx, admin("wdc"))
	require.NoError(t, err)
	if d := cmp.Diff(before, after); d != "" || alone.Ours != suspended {
		t.Errorf("what the other side does after our end is told: %s", d)
	}
}

// After our own end nothing is told of what the other half does, whichever ended first.
func TestTheOtherHalfIsTheirsToKnow(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera")
	s.trust("wdc", "gigatera")
	look := func() []orgoverlay.Trust {
		trusts, err := s.of("wdc").Trusts(s.ctx, admin("wdc"))
		require.NoError(t, err)
		return trusts
	}
	s.half("gigatera", "wdc", orgoverlay.TrustEnded)
	s.clock = s.clock.Add(time.Hour)
	s.half("wdc", "gigatera", orgoverlay.TrustEnded)
	before := look()
	s.clock = s.clock.Add(time.Hour)
	s.half("gigatera", "wdc", orgoverlay.TrustEstablished)
	if d := cmp.Diff(before, look()); d != "" {
		t.Errorf("they begin anew, and we are told (-before +after):\n%s", d)
	}
}

func testSeveralReasonsOneRecord(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera")
	g1, g2 := s.sla("gigatera", "wdc", "G1"), s.sla("gigatera", "wdc", "G2")
	s.shows("wdc", "two agreements", "gigatera")
	want := []orgoverlay.Why{
		{Agreement: "G1", Kind: orgoverlay.SLA, Account: "gigatera", Direction: orgoverlay.AsProvider},
		{Agreement: "G2", Kind: orgoverlay.SLA, Account: "gigatera", Direction: orgoverlay.AsProvider},
	}
	if d := cmp.Diff(want, s.record("wdc", s.tied["gigatera"]).Whys); d != "" {
		t.Errorf("every reason (-want +got):\n%s", d)
	}
	g1.Expiry = "2026-01-31"
	s.agree("gigatera", g1)
	s.shows("wdc", "the first ended", "gigatera")
	g2.Expiry = "2026-01-31"
	s.agree("gigatera", g2)
	s.shows("wdc", "the last ended")
}

func testSightMovesAtOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera")
	g := s.sla("gigatera", "wdc", "G1")
	another, branch := s.org("gigatera", "gigatera two"), s.org("wdc", "wdc branch")
	_, err := s.of("gigatera").SaveService(s.ctx, admin("gigatera"), orgoverlay.ServiceEntry{ID: g.Service, Name: "S", Provider: another, Version: 1})
	require.NoError(t, err)
	s.shows("wdc", "another provider of the service", "gigatera two")
	g.Customer.Org = branch
	s.agree("gigatera", g)
	s.shows("gigatera", "another customer of the agreement", "wdc branch")
}

func testNothingBeyondTheAgreement(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a", "b", "c", "d")
	s.sla("b", "a", "AB")
	s.sla("c", "b", "BC")
	s.sla("d", "c", "CD")
	s.shows("a", "one step", "b")
	s.shows("b", "both neighbours", "a", "c")
	child, err := s.of("b").SaveOrganization(s.ctx, admin("b"), orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "b child"}, Parent: s.tied["b"]})
	require.NoError(t, err)
	s.shows("a", "the linked one alone, nobody below it", "b")
	_, err = s.of("a").Organization(s.ctx, admin("a"), child.ID)
	require.ErrorIs(t, err, orgoverlay.ErrNotFound)
}

func testOwnAndDirectory(t *testing.T) {
	t.Parallel()
	s := newStage(t, "group")
	s.account("unit", "group")
	below, err := s.of("unit").SaveOrganization(s.ctx, admin("unit"), orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "below"}, Parent: s.tied["unit"]})
	require.NoError(t, err)
	outside := s.org("unit", "outside")
	kinds := map[string]orgoverlay.Kind{}
	page, err := s.of("unit").List(s.ctx, admin("unit"), orgoverlay.ListQuery{})
	require.NoError(t, err)
	for _, r := range page.Records {
		kinds[r.Name] = r.Kind
	}
	want := map[string]orgoverlay.Kind{"unit": orgoverlay.KindInternal, "below": orgoverlay.KindInternal, "outside": orgoverlay.KindExternal,
		"group": orgoverlay.KindExternal}
	if d := cmp.Diff(want, kinds); d != "" {
		t.Errorf("kinds (-want +got):\n%s", d)
	}
	r := s.edit("unit", outside, remarks("ours"))
	o, err := s.of("unit").Own(s.ctx, admin("unit"), outside)
	require.NoError(t, err)
	if o.Remarks != "ours" || o.Version != r.Version {
		t.Errorf("an own record is edited directly: %q at %d, record at %d", o.Remarks, o.Version, r.Version)
	}

	// Moved below the tied one, what lies below it moves along; and out again.
	deep, err := s.of("unit").SaveOrganization(s.ctx, admin("unit"), orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "deep"}, Parent: outside})
	require.NoError(t, err)
	move := func(to orgoverlay.OrgID) {
		t.Helper()
		o, err := s.of("unit").Own(s.ctx, admin("unit"), outside)
		require.NoError(t, err)
		o.Parent = to
		_, err = s.of("unit").SaveOrganization(s.ctx, admin("unit"), o)
		require.NoError(t, err)
	}
	move(below.ID)
	if k := s.record("unit", deep.ID).Kind; k != orgoverlay.KindInternal {
		t.Errorf("moved in: %v", k)
	}
	above, err := s.of("unit").Own(s.ctx, admin("unit"), below.ID)
	require.NoError(t, err)
	above.Parent = deep.ID
	_, err = s.of("unit").SaveOrganization(s.ctx, admin("unit"), above)
	require.Equal(t, []string{"parent"}, paths(t, err), "nothing lies below itself")
	move("")
	if k := s.record("unit", deep.ID).Kind; k != orgoverlay.KindExternal {
		t.Errorf("moved out: %v", k)
	}

	// Another tied organization.
	tenant, err := s.of("unit").Tenant(s.ctx, admin("unit"))
	require.NoError(t, err)
	tenant.Organization = outside
	_, err = s.of("unit").SaveTenant(s.ctx, admin("unit"), tenant)
	require.NoError(t, err)
	for org, want := range map[orgoverlay.OrgID]orgoverlay.Kind{outside: orgoverlay.KindInternal, deep.ID: orgoverlay.KindInternal,
		s.tied["unit"]: orgoverlay.KindExternal, below.ID: orgoverlay.KindExternal} {
		if k := s.record("unit", org).Kind; k != want {
			t.Errorf("after another one is tied, %s is %v, want %v", s.record("unit", org).Name, k, want)
		}
	}
}

func testDirectoryAsHome(t *testing.T) {
	t.Parallel()
	s := newStage(t, "gigatera", "group")
	s.account("unit", "group")
	shared := s.org("group", "group desk")
	s.trust("gigatera", "unit")
	s.service("gigatera", "S")
	g := s.draft("unit", orgoverlay.Agreement{ID: "G", Kind: orgoverlay.SLA, Service: "S"})
	g.Customer = orgoverlay.Ref{Account: "group", Org: shared}
	_, err := s.of("gigatera").SaveAgreement(s.ctx, admin("gigatera"), g)
	require.ErrorIs(t, err, orgoverlay.ErrInvalid, "a new agreement is with the tied organization")
	g.Customer = orgoverlay.Ref{Account: "unit", Org: s.tied["unit"]}
	g = s.agree("gigatera", g)
	g.Customer = orgoverlay.Ref{Account: "group", Org: shared}
	g = s.agree("gigatera", g)
	s.shows("gigatera", "an organization of the directory, by trust with the account below it", "group desk")
	g.Customer = orgoverlay.Ref{Account: "gigatera", Org: s.tied["gigatera"]}
	_, err = s.of("gigatera").SaveAgreement(s.ctx, admin("gigatera"), g)
	require.ErrorIs(t, err, orgoverlay.ErrInvalid, "the customer is of the account or its directory")
}

func testWithinOneAccount(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera")
	s.trust("wdc", "gigatera")
	branch := s.org("wdc", "branch")
	s.agree("wdc", orgoverlay.Agreement{ID: "F", Kind: orgoverlay.FLSA, With: "wdc", Provider: orgoverlay.Ref{Account: "wdc", Org: s.tied["wdc"]},
		Customer: orgoverlay.Ref{Account: "wdc", Org: branch}, Start: "2026-01-01"})
	s.shows("wdc", "within one account")
	s.shows("gigatera", "within another account")
}

func testDisabledAndDeleted(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera")
	s.sla("gigatera", "wdc", "G")
	other := s.org("gigatera", "other desk")
	_, err := s.of("gigatera").SaveService(s.ctx, admin("gigatera"), orgoverlay.ServiceEntry{ID: "service of G", Name: "S", Provider: other, Version: 1})
	require.NoError(t, err)
	s.edit("wdc", other, remarks("kept"))
	o, err := s.of("gigatera").Own(s.ctx, admin("gigatera"), other)
	require.NoError(t, err)
	o.Disabled = true
	o, err = s.of("gigatera").SaveOrganization(s.ctx, admin("gigatera"), o)
	require.NoError(t, err)
	r := s.edit("wdc", other, remarks("kept still"))
	if !r.Disabled || r.Local.Remarks != "kept still" {
		t.Errorf("a disabled one is shown as such and edited: %+v", r)
	}
	no, yes := false, true
	if d := cmp.Diff([]string{"other desk"}, s.names("wdc", orgoverlay.ListQuery{Enabled: &no})); d != "" {
		t.Errorf("disabled ones (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"wdc"}, s.names("wdc", orgoverlay.ListQuery{Enabled: &yes})); d != "" {
		t.Errorf("enabled ones (-want +got):\n%s", d)
	}
	require.ErrorIs(t, s.of("gigatera").DeleteOrganization(s.ctx, admin("gigatera"), other, o.Version-1), orgoverlay.ErrConflict)
	child, err := s.of("gigatera").SaveOrganization(s.ctx, admin("gigatera"), orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "child"}, Parent: other})
	require.NoError(t, err)
	require.ErrorIs(t, s.of("gigatera").DeleteOrganization(s.ctx, admin("gigatera"), other, o.Version), orgoverlay.ErrState, "others lie below it")
	require.NoError(t, s.of("gigatera").DeleteOrganization(s.ctx, admin("gigatera"), child.ID, child.Version))
	require.NoError(t, s.of("gigatera").DeleteOrganization(s.ctx, admin("gigatera"), other, o.Version))
	s.shows("wdc", "deleted")
	_, err = s.of("wdc").Organization(s.ctx, admin("wdc"), other)
	require.ErrorIs(t, err, orgoverlay.ErrNotFound)
	require.ErrorIs(t, s.of("gigatera").DeleteOrganization(s.ctx, admin("gigatera"), other, o.Version+1), orgoverlay.ErrNotFound)
	require.ErrorIs(t, s.of("gigatera").DeleteOrganization(s.ctx, admin("gigatera"), s.tied["gigatera"], 2), orgoverlay.ErrState)
}

func testInvisibleIsNonexistent(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera")
	s.service("gigatera", "S")
	ask := func(org orgoverlay.OrgID) []string {
		var errs []string
		_, err := s.of("wdc").Organization(s.ctx, admin("wdc"), org)
		require.ErrorIs(t, err, orgoverlay.ErrNotFound)
		errs = append(errs, err.Error())
		_, err = s.of("wdc").Explain(s.ctx, admin("wdc"), org)
		errs = append(errs, err.Error())
		_, _, err = s.of("wdc").Edit(s.ctx, admin("wdc"), org, remarks("x"), 0)
		require.ErrorIs(t, err, orgoverlay.ErrNotFound)
		errs = append(errs, err.Error())
		_, err = s.of("wdc").WhoSees(s.ctx, admin("wdc"), org)
		return append(errs, err.Error())
	}
	hidden := s.tied["gigatera"]
	before := ask(hidden)
	s = newStage(t, "wdc") // where it does not exist
	if d := cmp.Diff(before, ask(hidden)); d != "" {
		t.Errorf("invisible and nonexistent (-invisible +nonexistent):\n%s", d)
	}
}
