package orgoverlay_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

// triple is an account that sees the organizations of two others.
func triple(t *testing.T) *stage {
	t.Helper()
	s := newStage(t, "wdc", "gigatera", "globalnet", "wna")
	s.sla("gigatera", "wdc", "G1")
	s.sla("globalnet", "wdc", "N1")
	s.sla("gigatera", "wna", "G2")
	return s
}

func testFinancialIDsAsWritten(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga := s.tied["gigatera"]
	if r := s.edit("wdc", giga, financial("  V-100 ")); r.Local.FinancialID != "  V-100 " {
		t.Errorf("kept as written: %q", r.Local.FinancialID)
	}
	s.refused("the same but for blanks around it", "wdc", s.tied["globalnet"], financial("V-100"), orgoverlay.ErrInUse)
	s.edit("wdc", s.tied["globalnet"], financial("v-100"))
	s.config.FinancialKey = func(id string) string { return strings.ToLower(strings.TrimSpace(id)) }
	s.refused("by another key", "wdc", s.tied["wdc"], financial("V-100"), orgoverlay.ErrInUse)
}

func testFinancialIDsAreUniqueWithinAnAccount(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga, globe, own := s.tied["gigatera"], s.tied["globalnet"], s.tied["wdc"]
	s.edit("wdc", giga, financial("V-100"))
	s.edit("wna", giga, financial("V-100"))               // another account, the same organization
	s.edit("gigatera", s.tied["wna"], financial("V-100")) // and another one
	s.edit("gigatera", giga, remarks("own"))

	var used *orgoverlay.InUse
	require.ErrorAs(t, s.refused("a second overlay", "wdc", globe, financial("V-100"), orgoverlay.ErrInUse), &used)
	if d := cmp.Diff(&orgoverlay.InUse{Key: "V-100", Org: giga}, used); d != "" {
		t.Errorf("it names our own record alone (-want +got):\n%s", d)
	}
	s.refused("an own organization", "wdc", own, financial("V-100"), orgoverlay.ErrInUse)
	s.edit("wdc", own, financial("OWN"))
	s.refused("that of an own organization", "wdc", globe, financial("OWN"), orgoverlay.ErrInUse)
	s.edit("wdc", giga, financial("V-101"))
	s.edit("wdc", globe, financial("V-100")) // given back
	s.edit("wdc", globe, financial(""))
	s.edit("wdc", own, financial("V-100")) // given back by clearing
	s.edit("wdc", own, financial("OWN"))
	s.edit("wdc", giga, financial("")) // unset ones never collide
	s.edit("wdc", giga, financial("  "))
	s.edit("wdc", globe, financial("  "))

	// Where a second one is only warned of.
	s.config.FinancialWarn = true
	s.edit("wdc", giga, financial("W"))
	_, warnings, err := s.of("wdc").Edit(s.ctx, admin("wdc"), globe, financial("W"), s.record("wdc", globe).Version)
	require.NoError(t, err)
	if len(warnings) != 1 || warnings[0].Path != "financial_id" || !strings.Contains(warnings[0].Message, string(giga)) {
		t.Errorf("warned: %+v", warnings)
	}
	both, err := s.of("wdc").FindFinancial(s.ctx, person("wdc"), "W")
	require.NoError(t, err)
	if len(both) != 2 {
		t.Errorf("found %d", len(both))
	}
	s.config.FinancialWarn = false
	s.refused("a third one, where they are unique again", "wdc", own, financial("W"), orgoverlay.ErrInUse)
}

func testFindByFinancialID(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga, globe := s.tied["gigatera"], s.tied["globalnet"]
	s.edit("gigatera", giga, financial("GT-ACC-9"))
	s.edit("wdc", giga, financial("wdc-1234"))
	find := func(id string) error {
		found, err := s.of("wdc").FindFinancial(s.ctx, person("wdc"), id)
		if err == nil && (len(found) != 1 || found[0].ID != giga) {
			t.Errorf("found by %q: %+v", id, found)
		}
		return err
	}
	require.NoError(t, find(" wdc-1234"))
	if d := cmp.Diff([]string{"gigatera"}, s.names("wdc", orgoverlay.ListQuery{FinancialID: "wdc-1234"})); d != "" {
		t.Errorf("as a filter (-want +got):\n%s", d)
	}
	require.ErrorIs(t, find("GT-ACC-9"), orgoverlay.ErrNotFound, "the owner's")
	require.ErrorIs(t, find("  "), orgoverlay.ErrNotFound)
	s.half("gigatera", "wdc", orgoverlay.TrustSuspended)
	require.ErrorIs(t, find("wdc-1234"), orgoverlay.ErrNotFound, "not seen any more")

	var used *orgoverlay.InUse
	require.ErrorAs(t, s.refused("reserved while it is kept", "wdc", globe, financial("wdc-1234"), orgoverlay.ErrInUse), &used)
	if !used.Retained || used.Org != "" || strings.Contains(used.Error(), string(giga)) {
		t.Errorf("by a retained overlay, without its organization: %v", used)
	}
	s.half("gigatera", "wdc", orgoverlay.TrustEstablished)
	require.NoError(t, find("wdc-1234"))

	desk := s.org("wdc", "desk")
	r := s.edit("wdc", desk, financial("D"))
	require.NoError(t, s.of("wdc").DeleteOrganization(s.ctx, admin("wdc"), desk, r.Version))
	s.edit("wdc", globe, financial("D")) // a deleted own record gives its own back
}
