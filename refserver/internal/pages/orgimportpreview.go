package pages

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"

	"github.com/mspkit/mspkit/internal/tabular"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// preview says what the columns of a file are and what its rows would do, errors first, and keeps with the file what it has read.
func (i *orgImport) preview(v *visit, f upload, blank orgoverlay.Blank) ([]ui.Part, error) {
	svc, actor := v.viewer()
	parts := []ui.Part{ui.P(ui.Text("File"), ui.Strong(f.name)), columnsTable(f)}
	versions := map[orgoverlay.OrgID]int64{}
	var first []orgoverlay.ImportedRow // of those that change something
	res, err := svc.Import(v.Context(), actor, bytes.NewReader(f.body), orgoverlay.ImportOptions{Blank: blank, DryRun: true, Report: func(r orgoverlay.ImportedRow) error {
		if r.Org != "" {
			versions[r.Org] = r.Version
		}
		if len(r.Changes) > 0 && len(first) < most {
			first = append(first, r)
		}
		return nil
	}})
	if err != nil {
		lines, ours := said(orgRefused(v, err))
		if !ours {
			return nil, err
		}
		return append(parts, ui.Receipt{Title: "The file does not fit like this", Bad: true, Lines: lines}), nil
	}
	if f.previewed.id == "" || f.previewed.blank != blank || !maps.Equal(f.previewed.versions, versions) { // else what stands in another window is as good
		f.previewed = previewed{rand.Text(), blank, versions}
		i.files.look(f.set, f.id, f.previewed)
	}
	would := ui.Preview{Title: "What the rows would do", Lines: resultLines(res)}
	if res.Failed > 0 {
		would.Parts = append(would.Parts, rowErrors("Rows that are left out", res.Errors), ui.P(ui.To("Download the rows that are left out as CSV", "/organizations/import/errors.csv?"+f.query())))
	}
	if len(res.Warnings) > 0 {
		would.Parts = append(would.Parts, rowErrors("Rows to think about", res.Warnings))
	}
	n := res.Created + res.Updated
	if n > 0 {
		table, err := v.changesTable(first, n)
		if err != nil {
			return nil, err
		}
		would.Parts = append(would.Parts, table)
	}
	if res.Rows > 0 {
		would.Parts = append(would.Parts, ui.P(ui.To("Download what each row would do as CSV", "/organizations/import/rows.csv?"+f.query())))
	}
	parts = append(parts, would)
	if n > 0 {
		parts = append(parts, ui.Form{ID: "apply", Action: "/organizations/import/apply", Submit: "Apply " + plural(n, "row"), Links: ui.Say(ui.To("Not now", "/organizations")),
			Hidden: []ui.Hidden{{Name: "file_id", Value: f.id}, {Name: "blank", Value: blank.String()}, {Name: "look", Value: f.previewed.id}}, Danger: blank == orgoverlay.BlankClear})
	}
	return parts, nil
}

// columnsTable shows which columns the file has.
func columnsTable(f upload) ui.Part {
	t := ui.Table{Caption: "Columns", Cols: ui.Cols("Column", "In the file", "What it does")}
	r, err := tabular.NewReader(bytes.NewReader(f.body), tabular.Options{})
	if err != nil {
		return ui.P()
	}
	header := r.Header()
	for _, c := range orgColumns {
		word := ui.Quiet("not there")
		if slices.Contains(header, c.name) {
			word = ui.Text("Yes")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Strong(c.name), word, ui.Text(c.about))})
	}
	return ui.Group{Summary: ui.Say(ui.Text("Which column is what")), Open: true, Parts: []ui.Part{t}}
}

// outcomeWords say what became of a row.
var outcomeWords = map[orgoverlay.Outcome]string{
	orgoverlay.OutcomeFailed: "left out", orgoverlay.OutcomeCreated: "written for the first time", orgoverlay.OutcomeUpdated: "changed", orgoverlay.OutcomeUnchanged: "the same as now",
}

// resultLines count what an import did, or would do.
func resultLines(r orgoverlay.ImportResult) []ui.Line {
	var out []ui.Line
	for _, n := range []struct {
		n    int
		what orgoverlay.Outcome
	}{{r.Failed, orgoverlay.OutcomeFailed}, {r.Created, orgoverlay.OutcomeCreated}, {r.Updated, orgoverlay.OutcomeUpdated}, {r.Unchanged, orgoverlay.OutcomeUnchanged}} {
		if n.n > 0 {
			out = append(out, ui.Say(ui.Text(plural(n.n, "row")+": "+outcomeWords[n.what]+".")))
		}
	}
	if len(out) == 0 {
		out = append(out, ui.Say(ui.Text("The file has no rows.")))
	}
	return out
}

func rowErrors(caption string, list []orgoverlay.RowError) ui.Table {
	t := ui.Table{Caption: caption, Cols: []ui.Col{{Name: "Line", Num: true}, {Name: "Column"}, {Name: "Why"}}}
	for _, e := range list[:min(len(list), most)] {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Count(e.Line), ui.Text(e.Column), ui.Text(e.Message))})
	}
	if len(list) > most {
		t.Caption += fmt.Sprintf(", the first %d of %d reasons", most, len(list))
	}
	return t
}
