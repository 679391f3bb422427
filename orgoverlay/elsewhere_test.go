package orgoverlay_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

// elsewhere reads all agreements that others have registered with an account, one to a page.
func (s *stage) elsewhere(a orgoverlay.Account) (out []orgoverlay.Agreement) {
	s.t.Helper()
	for after := ""; ; {
		page, err := s.of(a).AgreementsElsewhere(s.ctx, admin(a), after, 1)
		require.NoError(s.t, err)
		out = append(out, page.Agreements...)
		if after = page.Next; after == "" {
			return out
		}
	}
}

func testAgreementsElsewhere(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "gigatera", "virtual", "wna")
	g1 := s.sla("gigatera", "wdc", "G1")
	g2 := s.sla("gigatera", "wdc", "G2", func(g *orgoverlay.Agreement) { g.Start = "2026-07-01" })
	prepared := s.sla("gigatera", "wdc", "G3", func(g *orgoverlay.Agreement) { g.Prepared = true })
	f1 := s.flsa("virtual", "wdc", "F1", func(g *orgoverlay.Agreement) { g.Expiry = "2026-01-31" })
	s.sla("gigatera", "wna", "N1")
	s.sla("wdc", "gigatera", "back")
	told := func(g orgoverlay.Agreement) orgoverlay.Agreement {
		g.Service, g.Version = "", 0
		return g
	}
	ended := told(f1)
	ended.Provider = orgoverlay.Ref{} // not seen any more
	want := []orgoverlay.Agreement{told(g1), told(g2), ended}
	got := s.elsewhere("wdc")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("registered by others (-want +got):\n%s", d)
	}
	var status []orgoverlay.Status
	for _, g := range got {
		status = append(status, s.of("wdc").Status(g))
	}
	if d := cmp.Diff([]orgoverlay.Status{orgoverlay.StatusActive, orgoverlay.StatusScheduled, orgoverlay.StatusExpired}, status); d != "" {
		t.Errorf("by the service's clock (-want +got):\n%s", d)
	}
	prepared.Prepared = false
	s.agree("gigatera", prepared)
	if n := len(s.elsewhere("wdc")); n != 4 {
		t.Errorf("%d agreements once one is prepared no longer", n)
	}
	s.half("wdc", "gigatera", orgoverlay.TrustSuspended)
	for _, g := range s.elsewhere("wdc") {
		if g.Provider != (orgoverlay.Ref{}) {
			t.Errorf("a provider that is not seen is told of %s", g.ID)
		}
	}
	require.Empty(t, s.elsewhere("virtual"), "what is registered here stands in Agreements")
	orgs := []orgoverlay.OrgID{s.tied["wdc"], s.tied["gigatera"], s.tied["wna"], "none", ""}
	names, err := s.of("gigatera").Names(s.ctx, person("gigatera"), orgs)
	require.NoError(t, err)
	if d := cmp.Diff(map[orgoverlay.OrgID]string{s.tied["gigatera"]: "gigatera", s.tied["wna"]: "wna"}, names); d != "" {
		t.Errorf("names of what is seen (-want +got):\n%s", d)
	}
	_, err = s.of("wdc").AgreementsElsewhere(s.ctx, person("wdc", orgoverlay.RoleEndUser), "", 1)
	require.ErrorIs(t, err, orgoverlay.ErrForbidden)
	_, err = s.of("wdc").AgreementsElsewhere(s.ctx, admin("wdc"), "x", 101)
	if d := cmp.Diff([]string{"limit", "after"}, paths(t, err)); d != "" {
		t.Errorf("what cannot be (-want +got):\n%s", d)
	}
}
