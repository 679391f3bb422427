package orgoverlay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

func testHistoryOfAnOverlay(t *testing.T) {
	t.Parallel()
	s := pair(t)
	giga := s.tied["gigatera"]
	s.edit("gigatera", giga, remarks("the owner's own"))
	s.edit("wdc", giga, remarks("first"))
	s.clock = s.clock.Add(time.Hour)
	guest := orgoverlay.Actor{ID: "c", Name: "consultant", Home: "outsider", On: "wdc", Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
	_, _, err := s.of("wdc").Edit(s.ctx, guest, giga, orgoverlay.Patch{Remarks: orgoverlay.Clear[string](), FinancialID: orgoverlay.Set("F")}, 1)
	require.NoError(t, err)
	log, err := s.of("wdc").History(s.ctx, person("wdc"), giga, "", 0)
	require.NoError(t, err)
	want := []orgoverlay.Entry{
		{At: s.clock, Actor: "consultant", Home: "outsider", Kind: "overlay", Subject: string(giga), Version: 2, Action: "edited",
			Changes: []orgoverlay.Change{{Path: "remarks", Before: "first"}, {Path: "financial_id", After: "F"}}},
		{At: s.clock.Add(-time.Hour), Actor: "somebody of wdc", Home: "wdc", Kind: "overlay", Subject: string(giga), Version: 1, Action: "edited",
			Changes: []orgoverlay.Change{{Path: "remarks", After: "first"}}},
	}
	for i := range log {
		log[i].ID = ""
	}
	require.Empty(t, cmp.Diff(want, log), "and nothing of the owner's")

	bulk, err := s.of("wdc").Log(s.ctx, person("wdc", orgoverlay.RoleAuditor), orgoverlay.HistoryQuery{Kind: "overlay"})
	require.NoError(t, err)
	require.Len(t, bulk, 2)
	for _, role := range []orgoverlay.Role{orgoverlay.RoleSpecialist, orgoverlay.RoleEndUser, orgoverlay.RoleServiceLevel} {
		_, err = s.of("wdc").Log(s.ctx, person("wdc", role), orgoverlay.HistoryQuery{})
		require.ErrorIs(t, err, orgoverlay.ErrForbidden)
	}
	page, err := s.of("wdc").History(s.ctx, person("wdc"), giga, bulk[0].ID, 1)
	require.NoError(t, err)
	require.Equal(t, bulk[1].ID, page[0].ID, "what is older")
	for _, limit := range []int{-1, orgoverlay.MaxPage + 1} {
		_, err = s.of("wdc").History(s.ctx, person("wdc"), giga, "", limit)
		require.ErrorIs(t, err, orgoverlay.ErrInvalid)
	}
	s.half("gigatera", "wdc", orgoverlay.TrustSuspended)
	_, unseen := s.of("wdc").History(s.ctx, admin("wdc"), giga, "", 0)
	_, nowhere := s.of("wdc").History(s.ctx, admin("wdc"), "nowhere", "", 0)
	require.ErrorIs(t, unseen, orgoverlay.ErrNotFound)
	require.Equal(t, `orgoverlay: organization "`+string(giga)+`": not found`, unseen.Error())
	require.Equal(t, `orgoverlay: organization "nowhere": not found`, nowhere.Error())
}

func testHistoryOfInternalFields(t *testing.T) {
	t.Parallel()
	s := pair(t)
	giga := s.tied["gigatera"]
	note, tier := field("note", `{"type":"string"}`), field("tier", `{"type":"string"}`)
	note.Internal = true
	one := s.activate("wdc", s.save("wdc", orgoverlay.Extension{Name: "one", Fields: []orgoverlay.ExtensionField{tier, note}}))
	for _, v := range []string{`"a"`, `"b"`, `"c"`} {
		s.edit("wdc", giga, custom("note", v))
	}
	s.edit("wdc", giga, orgoverlay.Patch{Remarks: orgoverlay.Set("r"), Custom: custom("note", `"d"`).Custom})
	s.edit("wdc", giga, custom("tier", `"gold"`))
	paths := func(limit int, roles ...orgoverlay.Role) (out []string) {
		log, err := s.of("wdc").History(s.ctx, person("wdc", roles...), giga, "", limit)
		require.NoError(t, err)
		for _, e := range log {
			for _, c := range e.Changes {
				out = append(out, c.Path)
			}
		}
		return out
	}
	all := []string{"custom.tier", "remarks", "custom.note", "custom.note", "custom.note", "custom.note"}
	for _, role := range []orgoverlay.Role{orgoverlay.RoleAdministrator, orgoverlay.RoleAuditor, orgoverlay.RoleSpecialist} {
		require.Equal(t, all, paths(0, role))
	}
	for _, role := range []orgoverlay.Role{orgoverlay.RoleEndUser, orgoverlay.RoleKeyContact, ""} {
		require.Equal(t, []string{"custom.tier", "remarks"}, paths(0, role))
		require.Equal(t, []string{"custom.tier", "remarks"}, paths(2, role), "a page is filled beyond what is left out")
		log, err := s.of("wdc").History(s.ctx, person("wdc", role), giga, "", 0)
		require.NoError(t, err)
		require.Len(t, log, 2, "an edit of internal fields alone leaves no line")
	}
	// A field that becomes internal hides what was written of it before, also once it is dropped again.
	tier.Internal = true
	s.activate("wdc", s.save("wdc", orgoverlay.Extension{ID: one.ID, Name: "two", Fields: []orgoverlay.ExtensionField{tier}}))
	s.activate("wdc", s.save("wdc", orgoverlay.Extension{ID: one.ID, Name: "three"}))
	require.Equal(t, []string{"remarks"}, paths(0, orgoverlay.RoleEndUser))
	require.Equal(t, all, paths(0, orgoverlay.RoleAuditor))
}

func (s *stage) sweep(a orgoverlay.Account) orgoverlay.Swept {
	s.t.Helper()
	out, err := s.of(a).Sweep(s.ctx, admin(a))
	require.NoError(s.t, err)
	return out
}

// everything is all that an account has in the store about overlays, as text.
func (s *stage) everything(a orgoverlay.Account) string {
	s.t.Helper()
	var all []any
	require.NoError(s.t, s.db.For(string(a)).View(s.ctx, func(ctx context.Context, v store.View) error {
		all = nil
		overlays, err := v.Orgoverlay.Overlays.List(ctx, "", 1000)
		require.NoError(s.t, err)
		entries, err := v.Orgoverlay.History.List(ctx, orgoverlay.HistoryQuery{})
		require.NoError(s.t, err)
		claims, err := v.Orgoverlay.Claims.Claims(ctx, []string{"CANARY-FIN"})
		require.NoError(s.t, err)
		found, err := v.Orgoverlay.Sight.List(ctx, orgoverlay.Query{Now: s.clock, Search: orgoverlay.SearchKey("CANARY")})
		require.NoError(s.t, err)
		all = append(all, overlays, entries, claims, found)
		return nil
	}))
	text, err := json.Marshal(all)
	require.NoError(s.t, err)
	return string(text)
}

func testDormantOverlaysComeBack(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga, globe := s.tied["gigatera"], s.tied["globalnet"]
	s.edit("wdc", giga, remarks("Escalate"))
	s.edit("wdc", globe, remarks("other"))
	before := s.record("wdc", giga)
	require.Equal(t, orgoverlay.Swept{Overlays: 2}, s.sweep("wdc"))
	g, err := s.of("gigatera").Agreement(s.ctx, admin("gigatera"), "G1")
	require.NoError(t, err)
	g.Expiry = "2026-06-30"
	g = s.agree("gigatera", g)
	s.clock = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, orgoverlay.Swept{Overlays: 2, Hidden: 1}, s.sweep("wdc"))
	require.Equal(t, orgoverlay.Swept{Overlays: 2}, s.sweep("wdc"), "once")
	g.Expiry = ""
	s.agree("gigatera", g)
	require.Equal(t, orgoverlay.Swept{Overlays: 2, Seen: 1}, s.sweep("wdc"))
	require.Equal(t, orgoverlay.Swept{Overlays: 2}, s.sweep("wdc"), "once, and retention begins anew with the next end of sight")
	before.Whys = s.record("wdc", giga).Whys
	require.Empty(t, cmp.Diff(before, s.record("wdc", giga)), "unchanged, at the same version")
	_, err = s.of("wdc").Sweep(s.ctx, person("wdc", orgoverlay.RoleAuditor))
	require.ErrorIs(t, err, orgoverlay.ErrForbidden)
}

func testRetention(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga, globe := s.tied["gigatera"], s.tied["globalnet"]
	s.config.Retention = 30 * 24 * time.Hour
	s.edit("wdc", giga, remarks("kept for a while"))
	s.edit("wdc", globe, remarks("stays"))
	day := func(n int) { s.clock = s.clock.AddDate(0, 0, n) }

	s.half("gigatera", "wdc", orgoverlay.TrustSuspended)
	require.Equal(t, 1, s.sweep("wdc").Hidden)
	day(300)
	require.Equal(t, orgoverlay.Swept{Overlays: 2}, s.sweep("wdc"), "retention does not run while trust is suspended")
	s.half("gigatera", "wdc", orgoverlay.TrustEnded)
	day(29)
	require.Equal(t, orgoverlay.Swept{Overlays: 2}, s.sweep("wdc"), "it runs from the end of the trust")
	s.trust("wdc", "gigatera")
	require.Equal(t, orgoverlay.Swept{Overlays: 2, Seen: 1}, s.sweep("wdc"))
	require.Equal(t, "kept for a while", s.record("wdc", giga).Local.Remarks, "trust within retention restores")

	s.half("wdc", "gigatera", orgoverlay.TrustEnded)
	s.sweep("wdc")
	day(30)
	s.config.Retention = 0
	require.Equal(t, orgoverlay.Swept{Overlays: 2}, s.sweep("wdc"), "without retention they are kept")
	s.config.Retention = 30 * 24 * time.Hour
	require.Equal(t, orgoverlay.Swept{Overlays: 2, Purged: 1}, s.sweep("wdc"))
	require.Equal(t, orgoverlay.Swept{Overlays: 1}, s.sweep("wdc"))
	s.trust("wdc", "gigatera")
	require.Zero(t, s.record("wdc", giga).Version, "a purge is final")
}

// Retention stands still while trust is suspended, and begins at its end, also of an organization that no agreement names any more.
func TestRetentionOfWhatNoAgreementNames(t *testing.T) {
	t.Parallel()
	for _, state := range []orgoverlay.TrustState{orgoverlay.TrustSuspended, orgoverlay.TrustEnded} {
		s := pair(t)
		s.config.Retention = 30 * 24 * time.Hour
		s.edit("wdc", s.tied["gigatera"], remarks("kept"))
		other := orgoverlay.ServiceEntry{ID: "service of G1", Name: "S", Provider: s.org("gigatera", "desk"), Version: 1}
		_, err := s.of("gigatera").SaveService(s.ctx, admin("gigatera"), other)
		require.NoError(t, err)
		require.Equal(t, 1, s.sweep("wdc").Hidden)
		s.clock = s.clock.AddDate(0, 0, 29)
		s.half("gigatera", "wdc", state)
		s.clock = s.clock.AddDate(0, 0, 29)
		require.Equal(t, orgoverlay.Swept{Overlays: 1}, s.sweep("wdc"), state.String())
	}
}

// Of a directory's organization that no agreement names any more it is not known through whom it was seen: no trust that is suspended is passed over.
func TestRetentionOfADirectorysOrganizationThatNoAgreementNames(t *testing.T) {
	t.Parallel()
	s := newStage(t, "hq")
	s.account("gigatera", "hq")
	s.account("wdc", "")
	s.config.Retention = 30 * 24 * time.Hour
	s.sla("wdc", "gigatera", "G1")
	of := func(account orgoverlay.Account) {
		g, err := s.of("wdc").Agreement(s.ctx, admin("wdc"), "G1")
		require.NoError(t, err)
		g.Customer = orgoverlay.Ref{Account: account, Org: s.tied[account]}
		_, err = s.of("wdc").SaveAgreement(s.ctx, admin("wdc"), g)
		require.NoError(t, err)
	}
	of("hq")
	s.edit("wdc", s.tied["hq"], remarks("kept"))
	of("gigatera")
	require.Equal(t, 1, s.sweep("wdc").Hidden)
	s.clock = s.clock.AddDate(0, 0, 29)
	s.half("gigatera", "wdc", orgoverlay.TrustSuspended)
	s.clock = s.clock.AddDate(0, 0, 29)
	require.Equal(t, orgoverlay.Swept{Overlays: 1}, s.sweep("wdc"))
	s.half("gigatera", "wdc", orgoverlay.TrustEstablished)
	require.Equal(t, 1, s.sweep("wdc").Purged)
}

func testPurge(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga := s.tied["gigatera"]
	s.form("wdc", false, field("n", `{"type":"string"}`))
	fill := func(a orgoverlay.Account, org orgoverlay.OrgID) {
		s.edit(a, org, orgoverlay.Patch{Remarks: orgoverlay.Set("CANARY"), FinancialID: orgoverlay.Set("CANARY-FIN")})
		s.attach(a, org, "CANARY.txt", "CANARY content")
	}
	fill("wdc", giga)
	fill("wna", giga)
	s.edit("wdc", giga, custom("n", `"CANARY"`))
	theirs := s.everything("wna")
	require.Contains(t, s.everything("wdc"), "CANARY")
	s.half("wdc", "gigatera", orgoverlay.TrustEnded)

	wdc := s.of("wdc")
	require.ErrorIs(t, wdc.Purge(s.ctx, person("wdc", orgoverlay.RoleAuditor), giga, "x"), orgoverlay.ErrForbidden)
	require.ErrorIs(t, wdc.Purge(s.ctx, admin("wdc"), giga, " "), orgoverlay.ErrInvalid)
	require.ErrorIs(t, wdc.Purge(s.ctx, admin("wdc"), s.tied["globalnet"], "nothing is there"), orgoverlay.ErrNotFound)
	require.Contains(t, s.everything("wdc"), "CANARY", "what was refused purged nothing")
	require.NoError(t, wdc.Purge(s.ctx, admin("wdc"), giga, "customer left"))
	require.NotContains(t, s.everything("wdc"), "CANARY")
	require.False(t, s.stored("wdc", "CANARY content"))
	require.ErrorIs(t, wdc.Purge(s.ctx, admin("wdc"), giga, "again"), orgoverlay.ErrNotFound)
	require.Equal(t, theirs, s.everything("wna"), "another account's overlay is its own")
	require.True(t, s.stored("wna", "CANARY content"))

	log, err := wdc.Log(s.ctx, admin("wdc"), orgoverlay.HistoryQuery{Subject: string(giga)})
	require.NoError(t, err)
	require.Equal(t, "purged", log[0].Action)
	require.Equal(t, "customer left", log[0].Why)
	require.Len(t, log, 4, "who changed what when stays")
	s.edit("wdc", s.tied["globalnet"], financial("CANARY-FIN")) // free again
}

// What was purged is no conflict of what comes after.
func TestNothingConflictsWithWhatWasPurged(t *testing.T) {
	t.Parallel()
	s := pair(t)
	giga := s.tied["gigatera"]
	s.edit("wdc", giga, remarks("one"))
	require.NoError(t, s.of("wdc").Purge(s.ctx, admin("wdc"), giga, "purged"))
	s.edit("wdc", giga, financial("F"))
	var conflict *orgoverlay.Conflict
	_, _, err := s.of("wdc").Edit(s.ctx, admin("wdc"), giga, remarks("mine"), 0)
	require.ErrorAs(t, err, &conflict)
	require.Empty(t, conflict.Fields, "nobody has changed the remarks since")
}

func testPurgeOfAnAccount(t *testing.T) {
	t.Parallel()
	s := triple(t)
	s.edit("wdc", s.tied["gigatera"], remarks("CANARY"))
	s.attach("wdc", s.tied["globalnet"], "x.txt", "CANARY content")
	s.edit("wdc", s.tied["wdc"], remarks("own"))
	s.edit("wna", s.tied["gigatera"], remarks("theirs"))
	_, err := s.of("wdc").PurgeAccount(s.ctx, person("wdc", orgoverlay.RoleServiceLevel, orgoverlay.RoleSpecialist), "x")
	require.ErrorIs(t, err, orgoverlay.ErrForbidden)
	for _, want := range []int{2, 0} {
		n, err := s.of("wdc").PurgeAccount(s.ctx, admin("wdc"), "the account leaves")
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	require.NotContains(t, s.everything("wdc"), "CANARY")
	require.False(t, s.stored("wdc", "CANARY content"))
	require.Equal(t, "own", s.record("wdc", s.tied["wdc"]).Local.Remarks)
	require.Equal(t, "theirs", s.record("wna", s.tied["gigatera"]).Local.Remarks)
}

// manyLaid is many, with remarks of gigatera over each organization.
func manyLaid(t *testing.T, n int) *stage {
	t.Helper()
	s := many(t, n)
	var table strings.Builder
	table.WriteString("ID,Remarks\n")
	for i := range n {
		fmt.Fprintf(&table, "org-%05d,laid\n", i+1)
	}
	_, err := s.of("gigatera").Import(s.ctx, admin("gigatera"), strings.NewReader(table.String()), orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep})
	require.NoError(t, err)
	return s
}

// What is done page by page is done to the last one.
func TestSweepExportAndPurgeReachEverything(t *testing.T) {
	t.Parallel()
	const n = 1_100
	s := manyLaid(t, n)
	s.clock = s.clock.Add(time.Hour)
	s.edit("gigatera", "org-00001", remarks("first"))
	s.edit("gigatera", "org-01100", remarks("last"))
	changed := s.export("gigatera", orgoverlay.ExportOptions{Since: s.clock})
	require.Equal(t, 3, strings.Count(changed, "\n"), "the header, and what was changed on the first page and on the last")
	require.Contains(t, changed, "org-01100")

	s.half("mall", "gigatera", orgoverlay.TrustSuspended)
	require.Equal(t, orgoverlay.Swept{Overlays: n, Hidden: n}, s.sweep("gigatera"))
	for _, want := range []int{n, 0} {
		purged, err := s.of("gigatera").PurgeAccount(s.ctx, admin("gigatera"), "leaves")
		require.NoError(t, err)
		require.Equal(t, want, purged)
	}
	require.NotContains(t, s.everything("gigatera"), "laid")
}

// After the owner is gone what was laid over its organization is still there to be purged, by id and account alone.
func testTheOwnerIsGone(t *testing.T) {
	t.Parallel()
	s := triple(t)
	org := s.org("gigatera", "Giga Branch")
	g, err := s.of("gigatera").Agreement(s.ctx, admin("gigatera"), "G1")
	require.NoError(t, err)
	e := orgoverlay.ServiceEntry{ID: g.Service, Name: "service", Provider: org, Version: 1}
	_, err = s.of("gigatera").SaveService(s.ctx, admin("gigatera"), e)
	require.NoError(t, err)
	s.edit("wdc", org, remarks("ours"))
	e.Provider, e.Version = s.tied["gigatera"], 2
	_, err = s.of("gigatera").SaveService(s.ctx, admin("gigatera"), e)
	require.NoError(t, err)
	require.NoError(t, s.of("gigatera").DeleteOrganization(s.ctx, admin("gigatera"), org, 1))
	require.Equal(t, orgoverlay.Swept{Overlays: 1, Hidden: 1}, s.sweep("wdc"))
	kept := s.everything("wdc")
	require.Contains(t, kept, "ours")
	require.Contains(t, kept, `"Owner":"gigatera"`)
	require.NotContains(t, kept, "Giga Branch")
	require.NoError(t, s.of("wdc").Purge(s.ctx, admin("wdc"), org, "gone"))
	require.NotContains(t, s.everything("wdc"), "ours")
}
