package orgoverlay_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

func TestWhoSeesUs(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga := s.tied["gigatera"]
	s.flsa("gigatera", "wdc", "F1")
	s.sla("gigatera", "globalnet", "G3", func(g *orgoverlay.Agreement) { g.Start = "2026-06-02" })
	why := func(id orgoverlay.AgreementID, kind orgoverlay.AgreementKind) orgoverlay.Why {
		return orgoverlay.Why{Agreement: id, Kind: kind, Account: "gigatera", Direction: orgoverlay.AsProvider}
	}
	want := []orgoverlay.Viewing{
		{Account: "wdc", Name: "account wdc", Whys: []orgoverlay.Why{why("F1", orgoverlay.FLSA), why("G1", orgoverlay.SLA)}},
		{Account: "wna", Name: "account wna", Whys: []orgoverlay.Why{why("G2", orgoverlay.SLA)}},
	}
	ask := func() []orgoverlay.Viewing {
		t.Helper()
		got, err := s.of("gigatera").WhoSees(s.ctx, person("gigatera", orgoverlay.RoleSpecialist), giga)
		require.NoError(t, err)
		return got
	}
	if d := cmp.Diff(want, ask()); d != "" {
		t.Errorf("who sees us (-want +got):\n%s", d)
	}
	s.edit("wdc", giga, remarks("we think little of them"))
	if d := cmp.Diff(want, ask()); d != "" {
		t.Errorf("what others lay over us changes nothing (-want +got):\n%s", d)
	}
	s.half("wdc", "gigatera", orgoverlay.TrustSuspended)
	s.clock = s.clock.AddDate(0, 0, 1)
	want[0] = orgoverlay.Viewing{Account: "globalnet", Name: "account globalnet", Whys: []orgoverlay.Why{why("G3", orgoverlay.SLA)}}
	if d := cmp.Diff(want, ask()); d != "" {
		t.Errorf("a day later (-want +got):\n%s", d)
	}
	customer, err := s.of("wna").WhoSees(s.ctx, admin("wna"), s.tied["wna"])
	require.NoError(t, err)
	if len(customer) != 1 || customer[0].Account != "gigatera" || customer[0].Whys[0].Direction != orgoverlay.AsCustomer {
		t.Errorf("who sees a customer: %+v", customer)
	}
	_, err = s.of("gigatera").WhoSees(s.ctx, person("gigatera", orgoverlay.RoleEndUser), giga)
	require.ErrorIs(t, err, orgoverlay.ErrForbidden)
	_, err = s.of("wdc").WhoSees(s.ctx, admin("wdc"), giga)
	require.ErrorIs(t, err, orgoverlay.ErrNotFound)
}

// forecast asks what if, and then carries the change out: what accounts see then must be what was foretold.
func forecast(s *stage, a orgoverlay.Account, suppose orgoverlay.Supposition, do func(), want orgoverlay.Forecast) {
	s.t.Helper()
	seen := func() map[orgoverlay.Account][]string {
		out := map[orgoverlay.Account][]string{}
		for other := range s.tied {
			out[other] = s.sees(other)
		}
		return out
	}
	before := seen()
	got, err := s.of(a).WhatIf(s.ctx, admin(a), suppose)
	require.NoError(s.t, err)
	if d := cmp.Diff(want, got); d != "" {
		s.t.Errorf("forecast (-want +got):\n%s", d)
	}
	if d := cmp.Diff(before, seen()); d != "" {
		s.t.Errorf("asking changed something:\n%s", d)
	}
	if do == nil {
		return
	}
	do()
	changed := 0
	for other, names := range seen() {
		changed += len(names) - len(before[other])
	}
	if changed != len(got.Gains)-len(got.Losses) {
		s.t.Errorf("foretold %d gains and %d losses, in fact %d: %v became %v", len(got.Gains), len(got.Losses), changed, before, seen())
	}
}

func (s *stage) glimpse(viewer, owner orgoverlay.Account, name string) orgoverlay.Glimpse {
	return orgoverlay.Glimpse{Viewer: viewer, Owner: owner, Org: s.tied[owner], Name: name}
}

func TestWhatIfAnAgreementChanges(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera")
	s.trust("wdc", "gigatera")
	s.service("gigatera", "S")
	draft := s.draft("wdc", orgoverlay.Agreement{ID: "G", Kind: orgoverlay.SLA, Service: "S"})
	var g orgoverlay.Agreement
	gains := orgoverlay.Forecast{Gains: []orgoverlay.Glimpse{s.glimpse("gigatera", "wdc", ""), s.glimpse("wdc", "gigatera", "gigatera")}}
	forecast(s, "gigatera", orgoverlay.Supposition{Agreement: &draft}, func() { g = s.agree("gigatera", draft) }, gains)

	losses := orgoverlay.Forecast{Losses: []orgoverlay.Glimpse{s.glimpse("gigatera", "wdc", "wdc"), s.glimpse("wdc", "gigatera", "gigatera")}}
	ended := g
	ended.Expiry = "2026-06-30"
	forecast(s, "gigatera", orgoverlay.Supposition{Agreement: &ended}, nil, orgoverlay.Forecast{})
	forecast(s, "gigatera", orgoverlay.Supposition{Agreement: &ended, At: s.clock.Add(31 * 24 * time.Hour)}, nil, losses)
	ended.Expiry = "2026-05-31"
	forecast(s, "gigatera", orgoverlay.Supposition{Agreement: &ended}, func() { s.agree("gigatera", ended) }, losses)

	second := s.flsa("gigatera", "wdc", "F")
	third := second
	third.ID, third.Version = "F2", 0
	forecast(s, "gigatera", orgoverlay.Supposition{Agreement: &third}, func() { s.agree("gigatera", third) }, orgoverlay.Forecast{})
	second.Prepared = true
	forecast(s, "gigatera", orgoverlay.Supposition{Agreement: &second}, func() { s.agree("gigatera", second) }, orgoverlay.Forecast{})

	wrong := draft
	wrong.Version, wrong.Service = 2, "none"
	for _, suppose := range []orgoverlay.Supposition{{}, {Agreement: &wrong}, {Agreement: &draft, Trust: orgoverlay.TrustEnded, Other: "wdc"}} {
		_, err := s.of("gigatera").WhatIf(s.ctx, admin("gigatera"), suppose)
		require.Error(t, err)
	}
	_, err := s.of("gigatera").WhatIf(s.ctx, person("gigatera", orgoverlay.RoleSpecialist), orgoverlay.Supposition{Agreement: &draft})
	require.ErrorIs(t, err, orgoverlay.ErrForbidden)
}

func TestWhatIfTrustChanges(t *testing.T) {
	t.Parallel()
	s := triple(t)
	losses := orgoverlay.Forecast{Losses: []orgoverlay.Glimpse{s.glimpse("gigatera", "wdc", "wdc"), s.glimpse("wdc", "gigatera", "gigatera")}}
	gains := func(a orgoverlay.Account) orgoverlay.Forecast {
		f := orgoverlay.Forecast{Gains: []orgoverlay.Glimpse{s.glimpse("gigatera", "wdc", "wdc"), s.glimpse("wdc", "gigatera", "gigatera")}}
		for i := range f.Gains {
			if f.Gains[i].Viewer == a {
				f.Gains[i].Name = ""
				if a == "wdc" { // the agreement is registered with gigatera
					f.Gains[i].Org = ""
				}
			}
		}
		return f
	}
	set := func(a, other orgoverlay.Account, state orgoverlay.TrustState, want orgoverlay.Forecast) {
		t.Helper()
		forecast(s, a, orgoverlay.Supposition{Trust: state, Other: other}, func() { s.half(a, other, state) }, want)
	}
	set("wdc", "gigatera", orgoverlay.TrustSuspended, losses)
	set("wdc", "gigatera", orgoverlay.TrustEstablished, gains("wdc"))
	set("gigatera", "wdc", orgoverlay.TrustEnded, losses)
	set("wdc", "gigatera", orgoverlay.TrustEstablished, orgoverlay.Forecast{}) // the other half's doing
	set("gigatera", "wdc", orgoverlay.TrustEstablished, gains("gigatera"))
}

// What an account will come to see is told by id where it has registered the agreement itself, and nowhere else: what if tells no more than the lists
// of agreements.
func TestWhatIfTellsNoMoreThanAgreements(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera")
	july := s.clock.AddDate(0, 1, 0)
	scheduled := func(g *orgoverlay.Agreement) { g.Start = "2026-07-01" }
	s.sla("gigatera", "wdc", "theirs", scheduled)
	desk := s.org("wdc", "desk")
	flsa := func(g *orgoverlay.Agreement) { g.Provider.Org = desk }
	ask := func() orgoverlay.Forecast {
		t.Helper()
		f, err := s.of("wdc").WhatIf(s.ctx, admin("wdc"), orgoverlay.Supposition{Other: "gigatera", Trust: orgoverlay.TrustEstablished, At: july})
		require.NoError(t, err)
		return f
	}
	elsewhere := s.elsewhere("wdc")
	require.Len(t, elsewhere, 1)
	require.Equal(t, orgoverlay.Ref{}, elsewhere[0].Provider)
	want := orgoverlay.Forecast{Gains: []orgoverlay.Glimpse{s.glimpse("gigatera", "wdc", "wdc"), {Viewer: "wdc", Owner: "gigatera"}}}
	require.Empty(t, cmp.Diff(want, ask()), "as the list of agreements, which withholds the provider")

	s.flsa("wdc", "gigatera", "ours", scheduled, flsa)
	want.Gains = []orgoverlay.Glimpse{s.glimpse("gigatera", "wdc", "wdc"), {Viewer: "gigatera", Owner: "wdc", Org: desk, Name: "desk"}, s.glimpse("wdc", "gigatera", "")}
	require.Empty(t, cmp.Diff(want, ask()), "an agreement of ours names it")

	s.clock = july
	require.Equal(t, s.tied["gigatera"], s.elsewhere("wdc")[0].Provider.Org, "once it is seen it is told")
	require.Empty(t, cmp.Diff(orgoverlay.Forecast{}, ask()))
}

func TestWhatIfAServiceHasAnotherProvider(t *testing.T) {
	t.Parallel()
	s := triple(t)
	desk := s.org("gigatera", "desk")
	entry := orgoverlay.ServiceEntry{ID: "service of G1", Name: "service of G1", Provider: desk, Version: 1}
	want := orgoverlay.Forecast{Gains: []orgoverlay.Glimpse{{Viewer: "wdc", Owner: "gigatera", Org: desk, Name: "desk"}},
		Losses: []orgoverlay.Glimpse{s.glimpse("wdc", "gigatera", "gigatera")}}
	forecast(s, "gigatera", orgoverlay.Supposition{Service: &entry}, func() {
		_, err := s.of("gigatera").SaveService(s.ctx, admin("gigatera"), entry)
		require.NoError(t, err)
	}, want)
	s.shows("wdc", "then", "desk", "globalnet")
}

// Nobody learns by asking what if that an organization is gone which they would not see if it were there.
func TestWhatIfTellsOfNoDeletionThatIsNotSeen(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera")
	g := s.sla("gigatera", "wdc", "G", func(g *orgoverlay.Agreement) { g.Start = "2026-07-01" })
	branch := s.org("wdc", "branch")
	g.Customer.Org = branch
	g = s.agree("gigatera", g)
	ask := func(g orgoverlay.Agreement, at time.Time) orgoverlay.Forecast {
		t.Helper()
		f, err := s.of("gigatera").WhatIf(s.ctx, admin("gigatera"), orgoverlay.Supposition{Agreement: &g, At: at})
		require.NoError(t, err)
		return f
	}
	july := s.clock.AddDate(0, 1, 0)
	want := orgoverlay.Forecast{Gains: []orgoverlay.Glimpse{{Viewer: "gigatera", Owner: "wdc", Org: branch}, s.glimpse("wdc", "gigatera", "gigatera")}}
	require.Empty(t, cmp.Diff(want, ask(g, july)))
	require.NoError(t, s.of("wdc").DeleteOrganization(s.ctx, admin("wdc"), branch, 1))
	require.Empty(t, cmp.Diff(want, ask(g, july)), "as before")
	s.clock = july
	s.shows("gigatera", "it is gone, which can be seen now")
	prepared := g
	prepared.Prepared = true
	require.Empty(t, cmp.Diff(orgoverlay.Forecast{Losses: want.Gains[1:]}, ask(prepared, july)))
}

// An account sees a directory's organization by trust with the directory or with an account below it: by either, when the other ends.
func TestWhatIfOneOfTwoTrustsEnds(t *testing.T) {
	t.Parallel()
	s := newStage(t, "group", "wdc")
	s.account("south", "group")
	s.trust("south", "wdc")
	s.sla("group", "wdc", "G")
	s.shows("wdc", "by both trusts", "group")
	set := func(state orgoverlay.TrustState, want orgoverlay.Forecast) {
		t.Helper()
		forecast(s, "group", orgoverlay.Supposition{Trust: state, Other: "wdc"}, func() { s.half("group", "wdc", state) }, want)
	}
	set(orgoverlay.TrustSuspended, orgoverlay.Forecast{Losses: []orgoverlay.Glimpse{s.glimpse("group", "wdc", "wdc")}})
	s.shows("wdc", "by the trust below", "group")
	viewings, err := s.of("group").WhoSees(s.ctx, admin("group"), s.tied["group"])
	require.NoError(t, err)
	require.Len(t, viewings, 1)
	g, err := s.of("group").Agreement(s.ctx, admin("group"), "G")
	require.NoError(t, err)
	g.Expiry = "2026-12-31"
	forecast(s, "group", orgoverlay.Supposition{Agreement: &g}, func() { s.agree("group", g) }, orgoverlay.Forecast{})
	s.half("south", "wdc", orgoverlay.TrustSuspended)
	s.shows("wdc", "by neither")
	set(orgoverlay.TrustEstablished, orgoverlay.Forecast{Gains: []orgoverlay.Glimpse{s.glimpse("group", "wdc", ""), s.glimpse("wdc", "group", "group")}})
}
