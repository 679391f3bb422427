package orgoverlay_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mspkit/mspkit/orgoverlay"
)

// Whatever a table holds: every row is counted and told once, a failed one has a reason and a line, and the dry run foretells it all.
func FuzzImport(f *testing.F) {
	f.Add("ID,Remarks,Financial ID\nid-000004,a,b\n", uint8(1))
	f.Add("ID\tCustom Fields\nid-000004\t\"[{\"\"id\"\":\"\"any\"\",\"\"value\"\":[1]}]\"\n", uint8(2))
	f.Add("Organization Account,Name,Remarks,UI Extension\ngigatera,gigatera,\t=1,form\n,gigatera @gigatera,,\n", uint8(3))
	f.Add("ID,Remarks\nx\n\"", uint8(1))
	f.Fuzz(func(t *testing.T, table string, blank uint8) {
		s := pair(t)
		s.form("wdc", false, field("any", `true`))
		var dryRows, rows []orgoverlay.ImportedRow
		o := orgoverlay.ImportOptions{Blank: orgoverlay.Blank(blank % 4), DryRun: true, Report: into(&dryRows)}
		dry, dryErr := s.of("wdc").Import(s.ctx, admin("wdc"), strings.NewReader(table), o)
		o.DryRun, o.Report = false, into(&rows)
		out, err := s.of("wdc").Import(s.ctx, admin("wdc"), strings.NewReader(table), o)
		if d := cmp.Diff(dry, out, cmpopts.EquateErrors()); d != "" || (dryErr == nil) != (err == nil) {
			t.Errorf("foretold otherwise: %v, %v\n%s", dryErr, err, d)
		}
		if out.Created+out.Updated+out.Unchanged+out.Failed != out.Rows {
			t.Errorf("counts: %+v", out)
		}
		if d := cmp.Diff(dryRows, rows, cmpopts.EquateErrors()); d != "" {
			t.Errorf("rows were foretold otherwise:\n%s", d)
		}
		if d := cmp.Diff(out, sum(rows), cmpopts.EquateErrors()); d != "" {
			t.Errorf("the rows add up to something else:\n%s", d)
		}
		failed := map[int]bool{}
		for _, e := range out.Errors {
			if failed[e.Line] = true; e.Line < 2 || e.Err == nil || e.Message == "" {
				t.Errorf("%+v", e)
			}
		}
		if len(failed) != out.Failed {
			t.Errorf("%d failed, %d lines have errors", out.Failed, len(failed))
		}
		if s.record("wdc", s.tied["gigatera"]).Name != "gigatera" {
			t.Error("a shared field was changed")
		}
	})
}
