package pages

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// orgForms serves the account's custom fields: how a version is written, what it would make of the values that are kept, and when it counts.
func (s *site) orgForms() {
	sent := &onceSent{}
	s.get("/extensions", showForms)
	s.get("/extensions/new", showNewForm)
	s.post("/extensions/new", sent.prepare, showNewForm)
	s.get("/extensions/document", showFormDocument)
	s.post("/extensions/document", readFormDocument, showFormDocument)
	s.get("/extensions/{id}/{number}/change", showFormChange)
	s.post("/extensions/{id}/{number}/change", doFormChange, showFormChange)
	s.get("/extensions/{id}/{number}/activate", showActivation)
	s.post("/extensions/{id}/{number}/activate", doActivateForm, showActivation)
	for word, disable := range map[string]bool{"disable": true, "enable": false} {
		turn := formTurn(disable)
		s.get("/extensions/{id}/{number}/"+word, turn.show)
		s.post("/extensions/{id}/{number}/"+word, turn.do, turn.show)
	}
}

func formCrumbs() []ui.Span { return append(orgCrumbs(), ui.To("Custom fields", "/extensions")) }

func formAddress(e orgoverlay.Extension, word string) string {
	return at("extensions", string(e.ID), formNumber(e), word)
}

func formNumber(e orgoverlay.Extension) string { return strconv.FormatInt(e.Number, 10) }

func formName(e orgoverlay.Extension) string { return e.Name + ", version " + formNumber(e) }

// formsFor reads every version, for somebody who may change them.
func (v *visit) formsFor(op string) ([]orgoverlay.Extension, error) {
	svc, actor := v.viewer()
	if !actor.Administers() {
		return nil, fmt.Errorf("%s: %w", op, orgoverlay.ErrForbidden)
	}
	return svc.Extensions(v.Context(), actor)
}

// extension is the version that the path names.
func (v *visit) extension(op string) (orgoverlay.Extension, error) {
	list, err := v.formsFor(op)
	for _, e := range list {
		if string(e.ID) == v.PathValue("id") && formNumber(e) == v.PathValue("number") {
			return e, nil
		}
	}
	return orgoverlay.Extension{}, cmp.Or(err, fmt.Errorf("orgoverlay: extension %q: %w", v.PathValue("id")+"/"+v.PathValue("number"), orgoverlay.ErrNotFound))
}

// fieldParts are what a form holds of each field.
var fieldParts = []string{"label", "id", "schema", "internal", "person"}

// readForm fills in what a form holds of a version.
func readForm(q url.Values, e orgoverlay.Extension) orgoverlay.Extension {
	e.Name = strings.TrimSpace(q.Get("name"))
	e.Fields = each(typedRows(q, "fields", fieldParts), func(r []string) orgoverlay.ExtensionField {
		return orgoverlay.ExtensionField{Label: r[0], ID: r[1], Schema: []byte(lines(r[2])), Internal: r[3] != "", Person: r[4] != ""}
	})
	return e
}

// versionForm holds a version. What differs from what is saved is said at the field, where something is.
func (v *visit) versionForm(e orgoverlay.Extension, saved bool) ui.Form {
	rows := each(e.Fields, func(f orgoverlay.ExtensionField) []string {
		return []string{f.Label, f.ID, string(f.Schema), map[bool]string{true: "internal"}[f.Internal], map[bool]string{true: "person"}[f.Person]}
	})
	field := func(name, _, now string) ui.Field {
		f := ui.Field{Name: name, Value: v.typedIn(name, lines(now))}
		switch name[strings.LastIndexByte(name, '.')+1:] {
		case "label":
			f.Label = "Label"
		case "id":
			f.Label = "ID"
		case "schema":
			f.Label, f.Kind, f.Rows = "What it takes, as JSON Schema", "area", 3
		case "internal":
			f.Label, f.Kind, f.Options = "Who sees it", "select", []ui.Option{{Label: "Everybody in the account"}, {Value: "internal", Label: "Auditors, specialists and administrators"}}
		case "person":
			f.Label, f.Kind, f.Options = "What its values are", "select", []ui.Option{{Label: "What the schema says"}, {Value: "person", Label: "IDs of people of the account"}}
		}
		if saved && f.Value != lines(now) {
			f.Hint = "Saved: " + cmp.Or(optionLabel(f.Options, now), short(now))
		}
		return f
	}
	name := ui.Field{Name: "name", Label: "Name of these fields", Required: true, Value: v.typedIn("name", e.Name), Hint: "Such as Supplier facts."}
	if saved && name.Value != e.Name {
		name.Hint = "Saved: " + e.Name
	}
	fields := v.rowsPart("fields", "Field", fieldParts, rows, field)
	fields.Summary = ui.Say(ui.Text("Fields"))
	return ui.Form{ID: "version", Links: ui.Say(ui.To("Not now", "/extensions")), Fields: []ui.Field{name}, Body: []ui.Part{
		ui.P(ui.Quiet("An ID is of lower-case letters, digits and _. A field that keeps its ID keeps its values. A field that is left empty goes; save to get room for more. A JSON Schema is such as"),
			ui.Code(`{"type":"string"}`), ui.Text(","), ui.Code(`{"type":"integer"}`), ui.Text(","), ui.Code(`{"type":"boolean"}`), ui.Quiet("or"), ui.Code(`{"enum":["gold","silver"]}`)),
		fields,
	}}
}

// showNewForm holds the next version of the custom fields that the address names, filled in as the latest is, or the first of new ones.
func showNewForm(v *visit) (ui.Page, error) {
	id := v.given().Get("id")
	latest, err := v.latestForm(id)
	return v.newFormPage(id, latest, latest), err
}

// latestForm is the latest version of custom fields, the zero one of those that are new.
func (v *visit) latestForm(id string) (latest orgoverlay.Extension, err error) {
	list, err := v.formsFor("prepare custom fields")
	for _, e := range list {
		if string(e.ID) == id {
			latest = e
		}
	}
	return latest, err
}

// newFormPage holds the version that follows the latest, filled in as the one that is shown.
func (v *visit) newFormPage(id string, latest, shown orgoverlay.Extension) ui.Page {
	page := ui.Page{Title: "New custom fields", Crumbs: formCrumbs()}
	form := v.versionForm(shown, false)
	form.Action, form.Submit = "/extensions/new", "Prepare the version"
	form.Hidden = []ui.Hidden{{Name: "form", Value: v.value("form", rand.Text())}}
	document := "/extensions/document"
	if latest.ID == "" {
		form.Fields = append(form.Fields, ui.Field{Name: "id", Label: "ID of these fields", Value: id, Hint: "For programs. Empty: one is made."})
	} else {
		page.Title = "Next version of " + latest.Name
		form.Hidden = append(form.Hidden, ui.Hidden{Name: "id", Value: id})
		document = asking(document, "id", id)
	}
	page.Parts = []ui.Part{
		ui.P(ui.Text("A version that is being prepared changes nothing yet: you look at what it would make of the values that are kept, and then activate it."), ui.To("Read the fields from a JSON Schema document.", document)),
		form,
	}
	return page
}

// prepare writes the next version. What a second press of the same button sends is the one that the first has written.
func (s *onceSent) prepare(v *visit) (done, error) {
	svc, actor := v.viewer()
	first := s.first(string(svc.Account()), v.PostForm)
	first.mu.Lock()
	defer first.mu.Unlock()
	if first.made == "" {
		e := readForm(v.PostForm, orgoverlay.Extension{ID: orgoverlay.ExtensionID(strings.TrimSpace(v.PostForm.Get("id")))})
		saved, err := svc.SaveExtension(v.Context(), actor, e)
		if err != nil {
			return done{}, formRefused(e, err)
		}
		first.made = formAddress(saved, "activate")
	}
	return done{to: first.made, said: formReceipt("The version is being prepared")}, nil
}

func formReceipt(title string) ui.Receipt {
	return ui.Receipt{Title: title, Lines: []ui.Line{ui.Say(ui.To("What was written down", "/organizations/history?kind=extension"))}}
}

// formRefused tells what the service says of a version at the rows of the form, which are in the order of its fields.
func formRefused(e orgoverlay.Extension, err error) error {
	var wrong *orgoverlay.Invalid
	if !errors.As(err, &wrong) {
		return err
	}
	out := &refusal{error: err}
	for _, f := range wrong.Fields {
		problem := ui.Problem{Code: f.Rule, Field: f.Path, Text: cmp.Or(f.Message, f.Rule)}
		if rest, ok := strings.CutPrefix(f.Path, "fields."); ok {
			for i, row := range slices.Backward(e.Fields) {
				if part, ok := strings.CutPrefix(rest, row.ID); ok && (part == "" || part == ".label" || part == ".schema") {
					problem.Field = rowName("fields", i, cmp.Or(strings.TrimPrefix(part, "."), "id"))
					break
				}
			}
		}
		out.problems = append(out.problems, problem)
	}
	return out
}

func showFormChange(v *visit) (ui.Page, error) {
	was, err := v.extension("change custom fields")
	if err != nil {
		return ui.Page{}, err
	}
	page := ui.Page{Title: "Change " + formName(was), Crumbs: formCrumbs()}
	if was.State != orgoverlay.ExtensionPrepared {
		page.Parts = []ui.Part{ui.P(ui.Pill(formStates[was.State]), ui.Text("Only a version that is being prepared is changed."), ui.To("Prepare the next version instead.", asking("/extensions/new", "id", string(was.ID))))}
		return page, nil
	}
	if v.outdated(was.Version) {
		page.Status, page.Problems = http.StatusConflict, []ui.Problem{outdated("version")}
	}
	form := v.versionForm(was, true)
	form.Hidden, form.Submit = []ui.Hidden{versioned(was.Version), {Name: lookField, Value: "yes"}}, "Save the version"
	page.Parts = []ui.Part{form}
	return page, nil
}

func doFormChange(v *visit) (done, error) {
	was, err := v.extension("change custom fields")
	if err != nil {
		return done{}, err
	}
	svc, actor := v.viewer()
	e := readForm(v.PostForm, was)
	e.Version = v.version()
	saved, err := svc.SaveExtension(v.Context(), actor, e)
	if errors.Is(err, orgoverlay.ErrConflict) {
		return v.shownAgain(showFormChange)
	}
	if err != nil {
		return done{}, formRefused(e, err)
	}
	said := formReceipt("The version is saved")
	if saved.Version == was.Version {
		said = ui.Receipt{Title: "Nothing had changed"}
	}
	return done{to: formAddress(saved, "activate"), said: said}, nil
}
