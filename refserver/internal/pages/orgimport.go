package pages

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/mspkit/mspkit/internal/tabular"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// orgImports serves how a table of what we keep of others' organizations goes in: choose a file and say what a blank cell means, look at
// how much the rows would change and which are left out, apply. The file waits here between the steps.
func (s *site) orgImports() {
	i := &orgImport{files: uploads{now: time.Now}}
	s.get("/organizations/import", i.show)
	s.post("/organizations/import", i.choose, i.show)
	s.get("/organizations/import/apply", i.show)
	s.post("/organizations/import/apply", i.apply, i.show)
	s.mux.HandleFunc("GET /organizations/import/errors.csv", func(w http.ResponseWriter, r *http.Request) { i.faults(w, &visit{Request: r, site: s}) })
}

type orgImport struct{ files uploads }

// orgColumns are the columns that a table can have, and what each is for.
var orgColumns = []struct{ name, about string }{
	{orgoverlay.ColumnID, "which organization the row is for"},
	{orgoverlay.ColumnAccount, "its home account; with an ID it is checked"},
	{orgoverlay.ColumnName, "finds it together with its home account where there is no ID"},
	{orgoverlay.ColumnRemarks, "goes into our remarks"},
	{orgoverlay.ColumnFinancial, "goes into our financial ID"},
	{orgoverlay.ColumnExtension, "is checked: the name of our active custom fields"},
	{orgoverlay.ColumnCustom, `go into our custom fields: a JSON list of {"id","value"}`},
}

// blankOptions are what a blank cell can mean.
var blankOptions = []ui.Option{
	{Value: orgoverlay.BlankKeep.String(), Label: "Leave the field as it is"},
	{Value: orgoverlay.BlankClear.String(), Label: "Clear the field"},
	{Value: orgoverlay.BlankError.String(), Label: "Refuse the row"},
}

// told is what a step of an import names: the file, and what a blank cell means.
func (v *visit) told() (file string, blank orgoverlay.Blank) {
	q := v.URL.Query()
	if v.typed != nil {
		q = v.typed
	}
	return q.Get("file_id"), orgoverlay.ParseBlank(q.Get("blank"))
}

// shelf keeps the files of one account apart from those of others.
func shelf(svc *orgoverlay.Service) string { return "organizations of " + string(svc.Account()) }

func (i *orgImport) show(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	if !actor.Administers() {
		return ui.Page{}, fmt.Errorf("import: %w", orgoverlay.ErrForbidden)
	}
	page := ui.Page{Title: "Import what we keep of others' organizations", Crumbs: orgCrumbs(), Form: v.form("import")}
	if page.Form != "" {
		page.Form = "choose"
	}
	choose := ui.Form{ID: "choose", Action: "/organizations/import", Upload: true, Submit: "Read the file", Fields: []ui.Field{
		{Name: "file", Label: "File", Kind: "file", Required: true, Hint: fmt.Sprintf("CSV or TSV in UTF-8 or UTF-16, with the names of the columns in its first line, up to %d MB. Nothing is written yet.", maxUpload>>20)},
		{Name: "blank", Label: "What a blank cell means", Kind: "radio", Required: true, Value: v.value("blank", v.query("blank")), Options: blankOptions, Hint: "A column that is not in the file leaves its field alone."},
	}}
	id, blank := v.told()
	f, there := i.files.file(shelf(svc), id)
	if !there {
		if id != "" && v.typed == nil {
			page.Problems = []ui.Problem{{Field: "file", Text: "The file that was chosen is not kept any more. Choose it again."}}
		}
		page.Parts = []ui.Part{
			ui.P(ui.Text("An import fills in remarks, financial IDs and custom fields of organizations that others keep. It makes no organization and changes nothing that others see. First you see how many rows would change something, and which would be left out and why; not what each of them would change. An export taken before tells what stands there now."),
				ui.To("An export is a good file to begin with.", "/organizations/export")),
			choose,
		}
		return page, nil
	}
	preview, err := v.previewOrgs(f, blank)
	if err != nil {
		return ui.Page{}, err
	}
	choose.ID, choose.Minor = "again", true
	page.Parts = append(preview, ui.Group{Summary: ui.Say(ui.Text("Choose another file, or another meaning of blank cells")), Parts: []ui.Part{choose}})
	return page, nil
}

// previewOrgs says what the columns of a file are and what its rows would do, errors first.
func (v *visit) previewOrgs(f upload, blank orgoverlay.Blank) ([]ui.Part, error) {
	svc, actor := v.viewer()
	parts := []ui.Part{ui.P(ui.Text("File"), ui.Strong(f.name)), columnsTable(f)}
	res, err := svc.Import(v.Context(), actor, bytes.NewReader(f.body), orgoverlay.ImportOptions{Blank: blank, DryRun: true})
	if err != nil {
		lines, ours := said(orgRefused(v, err))
		if !ours {
			return nil, err
		}
		return append(parts, ui.Receipt{Title: "The file does not fit like this", Bad: true, Lines: lines}), nil
	}
	q := url.Values{"file_id": {f.id}, "blank": {blank.String()}}.Encode()
	preview := ui.Preview{Title: "What the rows would do", Lines: resultLines(res)}
	if res.Failed > 0 {
		preview.Parts = append(preview.Parts, rowErrors("Rows that are left out", res.Errors), ui.P(ui.To("Download the rows that are left out as CSV", "/organizations/import/errors.csv?"+q)))
	}
	if len(res.Warnings) > 0 {
		preview.Parts = append(preview.Parts, rowErrors("Rows to think about", res.Warnings))
	}
	parts = append(parts, preview)
	if n := res.Created + res.Updated; n > 0 {
		parts = append(parts, ui.Form{ID: "apply", Action: "/organizations/import/apply", Submit: "Apply " + plural(n, "row"), Links: ui.Say(ui.To("Not now", "/organizations")),
			Hidden: []ui.Hidden{{Name: "file_id", Value: f.id}, {Name: "blank", Value: blank.String()}, {Name: "looked", Value: lookedAt(res)}}, Danger: blank == orgoverlay.BlankClear})
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

// resultLines count what an import did, or would do.
func resultLines(r orgoverlay.ImportResult) []ui.Line {
	var out []ui.Line
	for _, n := range []struct {
		n    int
		what string
	}{{r.Failed, "left out"}, {r.Created, "written for the first time"}, {r.Updated, "changed"}, {r.Unchanged, "the same as now"}} {
		if n.n > 0 {
			out = append(out, ui.Say(ui.Text(plural(n.n, "row")+": "+n.what+".")))
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

// choose keeps the file and leads on to what its rows would do.
func (i *orgImport) choose(v *visit) (done, error) {
	svc, actor := v.viewer()
	if !actor.Administers() {
		return done{}, fmt.Errorf("import: %w", orgoverlay.ErrForbidden)
	}
	no := &refusal{error: orgoverlay.ErrInvalid}
	blank := orgoverlay.ParseBlank(v.PostForm.Get("blank"))
	if blank == orgoverlay.BlankNone {
		no.problems = append(no.problems, ui.Problem{Field: "blank", Text: "Say what a blank cell means. There is no guess: it could clear what you have."})
	}
	file, info, err := v.FormFile("file")
	switch {
	case err != nil:
		no.problems = append(no.problems, ui.Problem{Field: "file", Text: "Choose a file first."})
	case info.Size > maxUpload:
		no.problems = append(no.problems, ui.Problem{Field: "file", Text: fmt.Sprintf("It is larger than %d MB.", maxUpload>>20)})
	}
	if err == nil {
		defer func() { _ = file.Close() }()
	}
	if len(no.problems) > 0 {
		return done{}, no
	}
	body, err := io.ReadAll(file)
	if err != nil {
		return done{}, err
	}
	q := url.Values{"file_id": {i.files.keep(shelf(svc), info.Filename, body)}, "blank": {blank.String()}}
	return done{to: "/organizations/import?" + q.Encode(), said: ui.Receipt{Title: "The file is read", Lines: []ui.Line{ui.Say(ui.Text("Nothing is written yet. Look at how many rows would change something, and which are left out."))}}}, nil
}

// lookedAt is what a preview has counted.
func lookedAt(r orgoverlay.ImportResult) string {
	return fmt.Sprint(r.Created, r.Updated, r.Unchanged, r.Failed)
}

// apply carries the rows out that can be, while they would still do what was looked at.
func (i *orgImport) apply(v *visit) (done, error) {
	svc, actor := v.viewer()
	f, there := i.files.file(shelf(svc), v.PostForm.Get("file_id"))
	if !there {
		return done{}, invalidField("file", "The file that was chosen is not kept any more. Choose it again.")
	}
	o := orgoverlay.ImportOptions{Blank: orgoverlay.ParseBlank(v.PostForm.Get("blank")), DryRun: true}
	res, err := svc.Import(v.Context(), actor, bytes.NewReader(f.body), o)
	if err == nil && lookedAt(res) != v.PostForm.Get("looked") {
		return done{}, refuse(orgoverlay.ErrConflict, "", sentences["stale"])
	}
	if err == nil {
		o.DryRun = false
		res, err = svc.Import(v.Context(), actor, bytes.NewReader(f.body), o)
	}
	if err != nil {
		return done{}, orgRefused(v, err)
	}
	out := ui.Receipt{Title: f.name + " is imported", Lines: resultLines(res)}
	if res.Failed > 0 {
		q := url.Values{"file_id": {f.id}, "blank": {v.PostForm.Get("blank")}}
		out.Lines = append(out.Lines, ui.Say(ui.Text("Correct the rows that were left out, and import them."), ui.To("Download them as CSV", "/organizations/import/errors.csv?"+q.Encode())))
	}
	if actor.Audits() {
		out.Lines = append(out.Lines, ui.Say(ui.To("What was written down", "/organizations/history")))
	}
	return done{to: "/organizations", said: out}, nil
}
