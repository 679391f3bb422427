package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

func TestAnImportSaysWhatEachRowDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.extension("wdc")
	c, ctx, gt, gn := w.client("wdc", administrator), t.Context(), w.tied["gigatera"], w.tied["globalnet"]
	must(c.EditOrganization(ctx, gt, 0, map[string]any{"remarks": "before", "financial_id": "V-1"}))
	must(c.EditOrganization(ctx, gn, 0, map[string]any{"remarks": "same"}))
	table := "ID,Remarks,Custom Fields,Financial ID\n" +
		gt + `,after,"[{""id"":""credit_note"",""value"":""hush""}]",` + "\n" + gn + ",same,,\n" + w.tied["outsider"] + ",x,,\n"
	did := func(dry bool) shapes.TableImport {
		return must(c.ImportOrganizations(ctx, strings.NewReader(table), apiclient.TableImport{Blank: "clear", DryRun: dry}))
	}
	text := func(s string) *string { return &s }
	want := []shapes.RowOutcome{
		{Line: 2, Organization: &gt, Outcome: "updated", Version: 1, Errors: []shapes.RowProblem{}, Warnings: []shapes.RowProblem{}, Changes: []shapes.LogChange{
			{Path: "remarks", Before: text("before"), After: text("after")}, {Path: "financial_id", Before: text("V-1")}, {Path: "custom.credit_note", After: text(`"hush"`), Internal: true}}},
		{Line: 4, Outcome: "failed", Changes: []shapes.LogChange{}, Warnings: []shapes.RowProblem{},
			Errors: []shapes.RowProblem{{Line: 4, Code: text("not_found"), Rule: "not_found", Message: "no such trusted organization"}}},
	}
	for _, dry := range []bool{true, false} {
		out := did(dry)
		require.Empty(t, cmp.Diff(want, out.Outcomes), "a row that changes nothing is counted only")
		require.Equal(t, [3]int{1, 1, 0}, [3]int{out.Updated, out.Unchanged, out.More})
	}
	again := did(false)
	require.Equal(t, []int{4}, lines(again.Outcomes))
	require.Equal(t, 2, again.Unchanged)
}

func lines(rows []shapes.RowOutcome) []int {
	var out []int
	for _, r := range rows {
		out = append(out, r.Line)
	}
	return out
}

// An answer tells of so many rows and so many bytes, in the order of the rows, and says how many more there are.
func TestRowsOfAnImportAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, ctx, gt, gn := w.client("wdc", administrator), t.Context(), w.tied["gigatera"], w.tied["globalnet"]
	many := must(c.ImportOrganizations(ctx, strings.NewReader("ID,Remarks\n"+strings.Repeat("none,x\n", 1002)+gt+",x\n"), apiclient.TableImport{Blank: "keep"}))
	require.Equal(t, 1002, many.Failed)
	require.Equal(t, 1, many.Created)
	require.Len(t, many.Outcomes, 1000)
	require.Equal(t, 3, many.More)
	require.True(t, slices.IsSorted(lines(many.Outcomes)))

	e := orgoverlay.Extension{Name: "long"}
	for i := range 70 {
		e.Fields = append(e.Fields, orgoverlay.ExtensionField{ID: fmt.Sprint("f", i), Label: fmt.Sprint("F ", i), Schema: []byte(`{}`)})
	}
	e = must(w.of("wdc").SaveExtension(ctx, admin("wdc"), e))
	must(w.of("wdc").ActivateExtension(ctx, admin("wdc"), e.ID, e.Number, e.Version))
	row := func(org string, fields int) string {
		var values []string
		for i := range fields {
			values = append(values, fmt.Sprintf(`{""id"":""f%d"",""value"":""%s""}`, i, strings.Repeat("x", 60_000)))
		}
		return org + `,"[` + strings.Join(values, ",") + "]\"\n"
	}
	long := must(c.ImportOrganizations(ctx, strings.NewReader("ID,Custom Fields\n"+row(gt, 69)+row(gn, 2)+"none,\n"), apiclient.TableImport{Blank: "keep"}))
	require.Equal(t, []int{1, 1, 1}, []int{long.Created, long.Updated, long.Failed})
	require.Equal(t, []int{2}, lines(long.Outcomes))
	require.Equal(t, 2, long.More)
}
