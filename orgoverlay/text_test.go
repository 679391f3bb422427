package orgoverlay_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

func TestExplainOwnFieldsByHistory(t *testing.T) {
	t.Parallel()
	s := pair(t)
	own := s.tied["wdc"]
	s.edit("wdc", own, remarks("ours"))
	sources, err := s.of("wdc").Explain(s.ctx, person("wdc"), own)
	require.NoError(t, err)
	byPath := map[string]orgoverlay.Source{}
	for _, source := range sources {
		byPath[source.Path] = source
	}
	name, text, unset := byPath["name"], byPath["remarks"], byPath["financial_id"]
	if name.By != "somebody of wdc" || name.Version != 1 || name.Layer != orgoverlay.LayerBase {
		t.Errorf("name: %+v", name)
	}
	if text.By != "somebody of wdc" || text.Version != 3 || text.Layer != orgoverlay.LayerBase || text.Account != "wdc" {
		t.Errorf("remarks: %+v", text)
	}
	if unset != (orgoverlay.Source{Path: "financial_id"}) {
		t.Errorf("what nobody has set: %+v", unset)
	}
	sources, err = s.of("wdc").Explain(s.ctx, person("wdc"), s.tied["gigatera"])
	require.NoError(t, err)
	if sources[0] != (orgoverlay.Source{Path: "name", Layer: orgoverlay.LayerBase, Account: "gigatera"}) {
		t.Errorf("another's name, without who wrote it: %+v", sources[0])
	}
}

func TestAgreementsThatCannotBe(t *testing.T) {
	t.Parallel()
	s := pair(t)
	s.service("gigatera", "S")
	for path, change := range map[string]func(*orgoverlay.Agreement){
		"kind":     func(g *orgoverlay.Agreement) { g.Kind = 0 },
		"service":  func(g *orgoverlay.Agreement) { g.Service = "none" },
		"zone":     func(g *orgoverlay.Agreement) { g.Zone = "Nowhere/City" },
		"start":    func(g *orgoverlay.Agreement) { g.Expiry = "2025-12-31" },
		"customer": func(g *orgoverlay.Agreement) { g.Customer.Account = "gigatera" },
		"provider": func(g *orgoverlay.Agreement) {
			g.Kind, g.Service, g.Provider = orgoverlay.FLSA, "", orgoverlay.Ref{Account: "wdc", Org: s.tied["wdc"]}
		},
	} {
		g := s.draft("wdc", orgoverlay.Agreement{ID: "N", Kind: orgoverlay.SLA, Service: "S"})
		change(&g)
		_, err := s.of("gigatera").SaveAgreement(s.ctx, admin("gigatera"), g)
		require.Equal(t, []string{path}, paths(t, err), path)
	}
	g, err := s.of("gigatera").Agreement(s.ctx, admin("gigatera"), "G1")
	require.NoError(t, err)
	s.account("wna", "")
	s.trust("gigatera", "wna")
	moved := g
	moved.With, moved.Customer = "wna", orgoverlay.Ref{Account: "wna", Org: s.org("wna", "wna desk")}
	_, err = s.of("gigatera").SaveAgreement(s.ctx, admin("gigatera"), moved)
	require.Equal(t, []string{"customer"}, paths(t, err), "another account's side begins with the organization that is tied to it")
	s.shows("gigatera", "it was not moved", "wdc")
	same, err := s.of("gigatera").SaveAgreement(s.ctx, admin("gigatera"), g)
	require.NoError(t, err)
	require.Equal(t, g, same, "saving what is there writes nothing")
	g.Version = 9
	_, err = s.of("gigatera").SaveAgreement(s.ctx, admin("gigatera"), g)
	require.ErrorIs(t, err, orgoverlay.ErrConflict)
	_, err = s.of("gigatera").SaveAgreement(s.ctx, person("gigatera", orgoverlay.RoleServiceLevel, orgoverlay.RoleSpecialist), g)
	require.ErrorIs(t, err, orgoverlay.ErrForbidden)
	_, err = s.of("wdc").Agreement(s.ctx, admin("wdc"), "G1")
	require.ErrorIs(t, err, orgoverlay.ErrNotFound, "it is registered elsewhere")

	unit := s.account("unit", "")
	tenant, err := s.of("unit").Tenant(s.ctx, admin("unit"))
	require.NoError(t, err)
	tenant.Directory = "gigatera"
	_, err = s.of("unit").SaveTenant(s.ctx, admin("unit"), tenant)
	require.Equal(t, []string{"directory"}, paths(t, err), "nobody puts itself below a directory")
	s.shows("unit", "nothing came of it")
	require.Equal(t, unit, s.tied["unit"])
}
