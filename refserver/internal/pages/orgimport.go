package pages

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// orgImports serves how a table of what we keep of others' organizations goes in: choose a file and say what a blank cell means, look at
// what each row would change and which are left out, apply. The file waits here between the steps, with the versions that were looked at.
func (s *site) orgImports() {
	i := &orgImport{files: uploads{now: time.Now}}
	s.get("/organizations/import", i.show)
	s.post("/organizations/import", i.choose, i.show)
	s.get("/organizations/import/apply", i.show)
	s.post("/organizations/import/apply", i.apply, i.show)
	s.mux.HandleFunc("GET /organizations/import/errors.csv", func(w http.ResponseWriter, r *http.Request) { i.faults(w, &visit{Request: r, site: s}) })
	s.mux.HandleFunc("GET /organizations/import/rows.csv", func(w http.ResponseWriter, r *http.Request) { i.rows(w, &visit{Request: r, site: s}) })
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
			ui.P(ui.Text("An import fills in remarks, financial IDs and custom fields of organizations that others keep. It makes no organization and changes nothing that others see. First you see what each row would change, and which rows would be left out and why."),
				ui.To("An export is a good file to begin with.", "/organizations/export")),
			choose,
		}
		return page, nil
	}
	preview, err := i.preview(v, f, blank)
	if err != nil {
		return ui.Page{}, err
	}
	choose.ID, choose.Minor = "again", true
	page.Parts = append(preview, ui.Group{Summary: ui.Say(ui.Text("Choose another file, or another meaning of blank cells")), Parts: []ui.Part{choose}})
	return page, nil
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
	return done{to: "/organizations/import?" + q.Encode(), said: ui.Receipt{Title: "The file is read", Lines: []ui.Line{ui.Say(ui.Text("Nothing is written yet. Look at what each row would change, and which are left out."))}}}, nil
}

// apply carries the rows out that can be, as they were looked at. What somebody has changed since is left out, and named.
func (i *orgImport) apply(v *visit) (done, error) {
	svc, actor := v.viewer()
	f, there := i.files.file(shelf(svc), v.PostForm.Get("file_id"))
	if !there {
		return done{}, invalidField("file", "The file that was chosen is not kept any more. Choose it again.")
	}
	if f.previewed.id == "" || f.previewed.id != v.PostForm.Get("look") { // somebody has looked again, in another window
		return done{}, refuse(orgoverlay.ErrConflict, "", sentences["stale"])
	}
	var stale []orgoverlay.OrgID
	res, err := svc.Import(v.Context(), actor, bytes.NewReader(f.body), orgoverlay.ImportOptions{Blank: f.previewed.blank, Versions: f.previewed.versions, Report: func(r orgoverlay.ImportedRow) error {
		if slices.ContainsFunc(r.Errors, func(e orgoverlay.RowError) bool { return errors.Is(e.Err, orgoverlay.ErrConflict) }) {
			stale = append(stale, r.Org)
		}
		return nil
	}})
	wrote := res.Created+res.Updated > 0
	if err != nil && !wrote {
		return done{}, orgRefused(v, err)
	}
	q := f.query()
	if err != nil {
		v.Log.Log(v.Context(), web.Severity(v.Context()), "import", "request_id", web.RequestID(v.Context()), "path", v.URL.Path, "err", err)
		lines := append(resultLines(res), ui.Say(ui.Text("Then it ended. What was done stays. Below stands what is left of the file; look at it and apply it.")))
		return done{to: "/organizations/import?" + q, said: ui.Receipt{Title: f.name + " is imported in part", Bad: true, Lines: lines}}, nil
	}
	out := ui.Receipt{Title: f.name + " is imported", Lines: resultLines(res)}
	if !wrote {
		out.Title = "Nothing was changed by " + f.name
	}
	if len(stale) > 0 {
		out.Lines = append(out.Lines, ui.Say(ui.Text(v.staleWords(stale)), ui.To("Look at the file again.", "/organizations/import?"+q)))
	}
	if res.Failed > len(stale) {
		out.Lines = append(out.Lines, ui.Say(ui.Text("Correct the rows that were left out, and import them.")))
	}
	if res.Failed > 0 {
		out.Lines = append(out.Lines, ui.Say(ui.To("Download the rows that were left out as CSV", "/organizations/import/errors.csv?"+q)))
	}
	if actor.Audits() {
		out.Lines = append(out.Lines, ui.Say(ui.To("What was written down", "/organizations/history")))
	}
	return done{to: "/organizations", said: out}, nil
}

// shownStale is how many organizations a receipt names, and shownName how much of each name: it travels in a cookie.
const (
	shownStale = 5
	shownName  = 40
)

// staleWords name the organizations that somebody has changed since they were looked at.
func (v *visit) staleWords(orgs []orgoverlay.OrgID) string {
	text := plural(len(orgs), "row") + ": left out because somebody has changed what is kept since you looked"
	svc, actor := v.viewer()
	names, err := svc.Names(v.Context(), actor, orgs)
	if err != nil {
		return text + "." // the import is done, whatever hinders this
	}
	var parts []string
	for _, org := range orgs[:min(len(orgs), shownStale)] {
		name := []rune(cmp.Or(names[org], "one that is not seen any more"))
		if len(name) > shownName {
			name = append(name[:shownName:shownName], '…')
		}
		parts = append(parts, string(name))
	}
	if more := len(orgs) - len(parts); more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return text + ": " + strings.Join(parts, ", ") + "."
}

// query is how an address names the file and what a blank cell means.
func (f upload) query() string {
	return url.Values{"file_id": {f.id}, "blank": {f.previewed.blank.String()}}.Encode()
}
