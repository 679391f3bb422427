package pages

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// maxDocument is the greatest JSON Schema document that is read, in bytes.
const maxDocument = 1 << 20

// showFormDocument takes a JSON Schema document from which the fields of a version are filled in. Nothing is written by reading it.
func showFormDocument(v *visit) (ui.Page, error) {
	if _, err := v.formsFor("read custom fields"); err != nil {
		return ui.Page{}, err
	}
	back := "/extensions/new"
	form := ui.Form{ID: "document", Action: "/extensions/document", Upload: true, Submit: "Fill in the fields", Fields: []ui.Field{
		{Name: "file", Label: "File", Kind: "file", Hint: "JSON, up to 1 MB."},
		{Name: "document", Label: "Or paste it", Kind: "area", Rows: 12, Value: lines(v.value("document", ""))},
	}}
	if id := v.given().Get("id"); id != "" {
		form.Hidden, back = []ui.Hidden{{Name: "id", Value: id}}, asking(back, "id", id)
	}
	form.Links = ui.Say(ui.To("Not now", back))
	return ui.Page{Title: "Read custom fields from a JSON Schema document", Crumbs: formCrumbs(), Parts: []ui.Part{
		ui.P(ui.Text("Each of the document's"), ui.Code("properties"), ui.Text("becomes a field. Its name becomes the ID, its"), ui.Code("title"), ui.Text("the label; with"), ui.Code(`"x-internal": true`),
			ui.Text("the field is internal, with"), ui.Code(`"x-person": true`), ui.Text("its values are IDs of people. What the document says of all fields together, such as which are required, is left out. Nothing is written yet.")),
		form,
	}}, nil
}

// readFormDocument shows the form of a new version with what the document says filled in.
func readFormDocument(v *visit) (done, error) {
	if _, err := v.formsFor("read custom fields"); err != nil {
		return done{}, err
	}
	text := []byte(v.PostForm.Get("document"))
	field := "document"
	if file, _, err := v.FormFile("file"); err == nil {
		defer func() { _ = file.Close() }()
		if text, err = io.ReadAll(io.LimitReader(file, maxDocument+1)); err != nil {
			return done{}, err
		}
		field = "file"
	}
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return done{}, invalidField(field, "Choose a file or paste the document first.")
	case len(text) > maxDocument:
		return done{}, invalidField(field, "It is larger than 1 MB.")
	}
	e, err := fromDocument(field, text)
	if err != nil {
		return done{}, err
	}
	id := v.PostForm.Get("id")
	latest, err := v.latestForm(id)
	if err != nil {
		return done{}, err
	}
	e.Name = cmp.Or(e.Name, latest.Name)
	page := v.newFormPage(id, latest, e)
	page.Said = &ui.Receipt{Title: plural(len(e.Fields), "field") + " filled in", Lines: []ui.Line{ui.Say(ui.Text("Nothing is written yet. Look through them, and prepare the version."))}}
	return done{once: &page}, nil
}

// fromDocument makes fields of the properties of a JSON Schema document, in their order. Whether each is a schema is for the service to say.
func fromDocument(field string, text []byte) (orgoverlay.Extension, error) {
	var document struct {
		Title      string          `json:"title"`
		Properties json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return orgoverlay.Extension{}, invalidField(field, fmt.Sprintf("It cannot be read as a JSON Schema document: %v.", err))
	}
	e := orgoverlay.Extension{Name: document.Title}
	d := json.NewDecoder(bytes.NewReader(document.Properties))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return e, invalidField(field, `It has no "properties", of which each would be a field.`)
	}
	for d.More() {
		name, _ := d.Token() // all of it was read before
		var schema json.RawMessage
		_ = d.Decode(&schema)
		id := fmt.Sprint(name)
		var says struct {
			Title    string `json:"title"`
			Internal bool   `json:"x-internal"`
			Person   bool   `json:"x-person"`
		}
		_ = json.Unmarshal(schema, &says) // true and false are schemas too
		e.Fields = append(e.Fields, orgoverlay.ExtensionField{ID: id, Label: cmp.Or(says.Title, id), Schema: []byte(strings.TrimSpace(string(schema))), Internal: says.Internal, Person: says.Person})
	}
	return e, nil
}
