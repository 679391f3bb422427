package orgoverlay_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// dormant reads the whole list in pages of a size.
func (s *stage) dormant(a orgoverlay.Account, size int) []orgoverlay.Dormant {
	s.t.Helper()
	var out []orgoverlay.Dormant
	for after := orgoverlay.OrgID(""); ; {
		page, err := s.of(a).Dormant(s.ctx, admin(a), after, size)
		require.NoError(s.t, err)
		require.LessOrEqual(s.t, len(page.Overlays), size)
		out = append(out, page.Overlays...)
		if after = page.Next; after == "" {
			return out
		}
	}
}

func testNothingIsLaidOverTheDirectory(t *testing.T) {
	t.Parallel()
	s := newStage(t, "group", "gigatera")
	s.account("unit", "group")
	s.sla("gigatera", "unit", "G1")
	s.form("unit", false, field("tier", `{"type":"string"}`))
	group := s.tied["group"]
	before := s.everything("unit")
	attach := func(o orgoverlay.OrgID) error {
		_, err := s.of("unit").Attach(s.ctx, admin("unit"), o, orgoverlay.Upload{Name: "a.txt"}, strings.NewReader("text"))
		return err
	}
	edit := func(p orgoverlay.Patch, version int64) error {
		_, _, err := s.of("unit").Edit(s.ctx, admin("unit"), group, p, version)
		return err
	}
	want := []orgoverlay.FieldError{{Rule: "directory", Message: "is kept by account group, the directory of this one, and edited there"}}
	for what, err := range map[string]error{"remarks": edit(remarks("ours"), 0), "a financial ID": edit(financial("F"), 0), "a custom field": edit(custom("tier", `"a"`), 0),
		"nothing": edit(orgoverlay.Patch{}, 0), "what is wrong besides": edit(remarks("\x00"), 7), "a file": attach(group)} {
		var wrong *orgoverlay.Invalid
		require.ErrorAs(t, err, &wrong, what)
		require.Empty(t, cmp.Diff(want, wrong.Fields), what)
	}
	require.Equal(t, `orgoverlay: edit organization "`+string(group)+`": invalid: is kept by account group, the directory of this one, and edited there`, edit(remarks("ours"), 0).Error())
	require.Equal(t, []string{"2  not_found: no such trusted organization"}, says(s.loaded("unit", "ID,Remarks\n"+string(group)+",x\n", orgoverlay.BlankKeep)))
	require.Equal(t, before, s.everything("unit"))
	_, _, err := s.of("unit").Edit(s.ctx, person("unit"), group, remarks("ours"), 0)
	require.ErrorIs(t, err, orgoverlay.ErrForbidden, "who may not edit is told that first")

	for _, o := range []orgoverlay.OrgID{s.tied["unit"], s.tied["gigatera"]} {
		require.Equal(t, "ours", s.edit("unit", o, remarks("ours")).Local.Remarks)
		require.NoError(t, attach(o))
	}
	require.Equal(t, "theirs", s.edit("group", group, remarks("theirs")).Local.Remarks, "it is edited there")
	require.Empty(t, s.record("unit", group).Local.Remarks)
}

func testDormantOverlaysAreListedAndExported(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga, globe := s.tied["gigatera"], s.tied["globalnet"]
	note := field("note", `{"type":"string"}`)
	note.Internal = true
	s.form("wdc", false, field("tier", `{"type":"string"}`), note)
	s.edit("wdc", giga, orgoverlay.Patch{Remarks: orgoverlay.Set("=ours"), FinancialID: orgoverlay.Set("V-1"), Custom: custom("note", `"owes us"`).Custom})
	s.edit("wdc", globe, remarks("seen"))
	s.edit("wna", giga, remarks("of another"))
	s.edit("gigatera", giga, remarks("margin 31%"))
	all := orgoverlay.ExportOptions{Dormant: true}
	seen := s.export("wdc", orgoverlay.ExportOptions{})
	require.Empty(t, s.dormant("wdc", 1))
	require.Equal(t, seen, s.export("wdc", all), "what is seen stands there once")

	s.clock = s.clock.Add(time.Hour)
	s.half("gigatera", "wdc", orgoverlay.TrustSuspended)
	want := []orgoverlay.Dormant{{Org: giga, Account: "gigatera", Version: 1}}
	require.Empty(t, cmp.Diff(want, s.dormant("wdc", 1)), "before a sweep nobody knows since when")
	s.sweep("wdc")
	want[0].HiddenSince = s.clock
	require.Empty(t, cmp.Diff(want, s.dormant("wdc", 1)))
	require.Empty(t, s.dormant("gigatera", 1), "each account has its own")
	require.Empty(t, s.dormant("wna", 1))

	row := string(giga) + `,gigatera,,"` + "\t" + `=ours",form,"[{""id"":""note"",""value"":""owes us""}]",V-1` + "\n"
	other := header + string(globe) + ",globalnet,globalnet,seen,form,,\n"
	require.Equal(t, other, s.export("wdc", orgoverlay.ExportOptions{}))
	require.Equal(t, other+row, s.export("wdc", all))
	n, err := s.of("wdc").Export(s.ctx, admin("wdc"), io.Discard, all)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	all.Since = s.clock
	require.Empty(t, s.export("wdc", all), "neither was changed since")
	all.Since = s.clock.Add(-time.Hour)
	require.Equal(t, other+row, s.export("wdc", all))

	kept := s.everything("wdc")
	out := s.loaded("wdc", s.export("wdc", all), orgoverlay.BlankClear)
	require.Equal(t, []string{"3  not_found: no such trusted organization"}, says(out))
	require.Equal(t, 1, out.Unchanged)
	require.Equal(t, kept, s.everything("wdc"))

	for _, role := range []orgoverlay.Role{orgoverlay.RoleEndUser, orgoverlay.RoleAuditor, orgoverlay.RoleSpecialist, orgoverlay.RoleServiceLevel} {
		_, err := s.of("wdc").Dormant(s.ctx, person("wdc", role), "", 1)
		require.ErrorIs(t, err, orgoverlay.ErrForbidden)
	}
	_, err = s.of("wdc").Dormant(s.ctx, admin("wdc"), "\xff", 0)
	require.Equal(t, []string{"limit", "after"}, paths(t, err))
	_, err = s.of("wdc").Dormant(s.ctx, admin("wdc"), "", orgoverlay.MaxPage+1)
	require.Equal(t, []string{"limit"}, paths(t, err))

	s.half("gigatera", "wdc", orgoverlay.TrustEstablished)
	require.Empty(t, s.dormant("wdc", 1), "seen again")
	require.Equal(t, seen, s.export("wdc", orgoverlay.ExportOptions{Dormant: true}))
	s.half("gigatera", "wdc", orgoverlay.TrustEnded)
	require.NoError(t, s.of("wdc").Purge(s.ctx, admin("wdc"), giga, "over"))
	require.Empty(t, s.dormant("wdc", 1))
	require.Equal(t, other, s.export("wdc", orgoverlay.ExportOptions{Dormant: true}))
}

// Why an organization is not seen leaves no trace in the list nor in the table.
func TestDormantOverlaysTellNothingOfTheReason(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*stage){
		"suspended there": func(s *stage) { s.half("gigatera", "wdc", orgoverlay.TrustSuspended) },
		"ended here":      func(s *stage) { s.half("wdc", "gigatera", orgoverlay.TrustEnded) },
		"expired": func(s *stage) {
			g, err := s.of("gigatera").Agreement(s.ctx, admin("gigatera"), "G1")
			require.NoError(s.t, err)
			g.Expiry = "2026-05-31"
			s.agree("gigatera", g)
		},
		"renamed, disabled and hidden": func(s *stage) {
			o, err := s.of("gigatera").Own(s.ctx, admin("gigatera"), s.tied["gigatera"])
			require.NoError(s.t, err)
			o.Name, o.Disabled = "Another Name", true
			_, err = s.of("gigatera").SaveOrganization(s.ctx, admin("gigatera"), o)
			require.NoError(s.t, err)
			s.half("gigatera", "wdc", orgoverlay.TrustEnded)
		},
	}
	answers := map[string]string{}
	for what, end := range ends {
		s := pair(t)
		s.edit("wdc", s.tied["gigatera"], remarks("ours"))
		s.clock = s.clock.Add(time.Hour)
		end(s)
		s.sweep("wdc")
		answers[what] = spell(s.dormant("wdc", 10)) + s.export("wdc", orgoverlay.ExportOptions{Dormant: true})
		require.Contains(t, answers[what], `,gigatera,,ours,,,`)
	}
	for what := range ends {
		require.Equal(t, answers["expired"], answers[what], what)
	}
}

// However many overlays there are and whichever of them are dormant, a page costs the same, and all pages together have each once.
func TestDormantPagesCostTheSame(t *testing.T) {
	t.Parallel()
	const n = 1_100
	s := manyLaid(t, n)
	calls := 0
	service := s.of("gigatera").With(counting{store.Orgoverlay(s.db.For("gigatera")), &calls})
	var found []orgoverlay.OrgID
	walk := func(size int) (pages int) {
		found = nil
		for after := orgoverlay.OrgID(""); ; {
			calls = 0
			page, err := service.Dormant(s.ctx, admin("gigatera"), after, size)
			require.NoError(t, err)
			require.LessOrEqual(t, calls, 2)
			for _, o := range page.Overlays {
				found = append(found, o.Org)
			}
			pages++
			if after = page.Next; after == "" {
				return pages
			}
		}
	}
	require.Equal(t, 3, walk(orgoverlay.MaxPage), "pages without any")
	require.Empty(t, found)

	for _, i := range []int{1, 2, 3, 700, n} {
		require.NoError(t, s.db.For("gigatera").Update(s.ctx, func(ctx context.Context, tx store.Tx) error {
			g, err := tx.Orgoverlay.Registry.Agreement(ctx, orgoverlay.AgreementID(fmt.Sprintf("org-%05d", i)))
			g.Prepared = true
			require.NoError(t, err)
			return tx.Orgoverlay.Registry.PutAgreement(ctx, g)
		}))
	}
	walk(2)
	require.Equal(t, []orgoverlay.OrgID{"org-00001", "org-00002", "org-00003", "org-00700", "org-01100"}, found)
	require.Equal(t, n+1, strings.Count(s.export("gigatera", orgoverlay.ExportOptions{Dormant: true}), "\n"), "together with those that are seen")
	s.half("mall", "gigatera", orgoverlay.TrustSuspended)
	walk(orgoverlay.MaxPage)
	require.Len(t, found, n)
	require.True(t, slices.IsSorted(found))
}
