package pages

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// loading serves how a client's list of stores goes in: choose a file, say which column is what, look at what it would do, apply.
// The file waits here between the steps; what its columns are stands in the address.
func (s *site) loading() {
	l := &loading{files: uploads{now: time.Now}}
	s.get("/locations/{set}/load", l.show)
	s.post("/locations/{set}/load", l.choose, l.show)
	s.get("/locations/{set}/load/apply", l.show)
	s.post("/locations/{set}/load/apply", l.apply, l.show)
}

type loading struct{ files uploads }

// maxLevels is how many levels above the store a person can name columns for.
const maxLevels = int(maxLevel - locations.LocationLevel)

func (l *loading) show(v *visit) (ui.Page, error) {
	set := locations.SetID(v.PathValue("set"))
	h, err := view(v, func(ctx context.Context, sv store.View) (hierarchy, error) { return readSet(ctx, sv, set) })
	if err != nil {
		return ui.Page{}, err
	}
	home := setAddress(set)
	page := ui.Page{Title: "Load locations of " + h.name, Crumbs: []ui.Span{ui.To("Locations", "/locations"), ui.To(h.name, home)}}
	if len(h.locks) > 0 {
		page.Parts = []ui.Part{ui.Paragraph{Line: h.standing()}}
		return page, nil
	}
	choose := ui.Form{ID: "choose", Action: home + "/load", Submit: "Read the file", Upload: true, Fields: []ui.Field{
		{Name: "file", Label: "File", Kind: "file", Required: true, Hint: fmt.Sprintf("CSV or TSV in UTF-8, with the names of the columns in its first line, up to %d MB. Nothing is written yet.", maxUpload>>20)},
	}}
	q := v.mapping()
	f, there := l.files.file(string(set), q.Get("file"))
	if !there {
		if q.Get("file") != "" && v.typed == nil {
			page.Problems = []ui.Problem{{Field: "file", Text: "The file that was chosen is not kept any more. Choose it again."}}
		}
		page.Parts = []ui.Part{ui.P(ui.Text("First choose the client's list of stores. Then you say which column is what, and see what it would do, before anything is written.")), choose}
		return page, nil
	}
	header, err := locations.ReadHeader(bytes.NewReader(f.body))
	if err != nil {
		return ui.Page{}, err
	}
	columns := mappingForm(home, f, header, q)
	page.Parts = []ui.Part{ui.P(ui.Text("File"), ui.Strong(f.name), ui.Text(fmt.Sprintf("with %s:", plural(len(header), "column"))))}
	if q.Get("id") == "" {
		page.Parts = append(page.Parts, ui.P(ui.Text("Say which column is the store ID, and what the others are. Then look at the preview.")), columns)
	} else {
		parts, good := v.previewLoad(set, f, q)
		page.Parts = append(page.Parts, parts...)
		page.Parts = append(page.Parts, ui.Group{Summary: ui.Say(ui.Text("Which column is what")), Open: !good, Parts: []ui.Part{columns}})
	}
	choose.ID, choose.Minor = "again", true
	page.Parts = append(page.Parts, ui.Group{Summary: ui.Say(ui.Text("Choose another file")), Parts: []ui.Part{choose}})
	return page, nil
}

// mapping is what the columns are, from the address, or from the form that was refused.
func (v *visit) mapping() url.Values {
	if v.typed == nil {
		return v.URL.Query()
	}
	q, _ := url.ParseQuery(v.typed.Get("columns"))
	return q
}

// asQuery writes a layout into an address, layoutOf reads it.
func asQuery(file string, l locations.Layout) url.Values {
	q := url.Values{"file": {file}, "id": {l.ID}, "attribute": l.Attributes}
	for f, title := range l.Fields {
		q.Set(f.String(), title)
	}
	for i, level := range l.Levels {
		q.Set(levelName(i), level.Name)
	}
	return q
}

func layoutOf(q url.Values) locations.Layout {
	l := locations.Layout{ID: q.Get("id"), Fields: map[locations.Fields]string{}, Attributes: q["attribute"]}
	for _, f := range texts {
		if title := q.Get(f.String()); title != "" {
			l.Fields[f] = title
		}
	}
	for i := range maxLevels {
		if title := q.Get(levelName(i)); title != "" {
			l.Levels = append(l.Levels, locations.LevelColumn{Name: title})
		}
	}
	return l
}

func levelName(i int) string { return "above" + strconv.Itoa(i+1) }

// mappingForm asks which column is what. It changes nothing: its answer goes into the address.
func mappingForm(home string, f upload, header []string, q url.Values) ui.Form {
	pick := func(name, label, none string) ui.Field {
		out := ui.Field{Name: name, Label: label, Kind: "select", Value: q.Get(name), Options: []ui.Option{{Label: none}}}
		for _, title := range header {
			out.Options = append(out.Options, ui.Option{Value: title, Label: title})
		}
		return out
	}
	store := ui.Fieldset{Legend: "The location", Fields: []ui.Field{pick("id", "Store ID", "Choose a column")}}
	store.Fields[0].Required = true
	for _, field := range texts {
		store.Fields = append(store.Fields, pick(field.String(), fieldLabels[field], "Not in this file"))
	}
	levels := ui.Fieldset{Legend: "The levels above it", Note: ui.Say(ui.Text("From the top down, such as region and then district. Leave out what the client does not have."))}
	for i := range maxLevels {
		levels.Fields = append(levels.Fields, pick(levelName(i), "Level column "+strconv.Itoa(i+1)+" from the top", "None"))
	}
	more := ui.Field{Name: "attribute", Label: "Columns to keep as further details", Kind: "checks", Values: q["attribute"]}
	for _, title := range header {
		more.Options = append(more.Options, ui.Option{Value: title, Label: title})
	}
	return ui.Form{
		ID: "columns", Get: true, Action: home + "/load", Hidden: []ui.Hidden{{Name: "file", Value: f.id}}, Submit: "Preview",
		Body: []ui.Part{store, levels, ui.Fieldset{Legend: "The rest", Fields: []ui.Field{more, {
			Name: "deactivate", Label: "Make inactive what the file does not name", Kind: "check", On: q.Get("deactivate") != "", Hint: "For a file that lists every location. Without this, what is not in the file stays as it is.",
		}}}},
	}
}

// previewLoad says what the file would do, and offers to do it.
func (v *visit) previewLoad(set locations.SetID, f upload, q url.Values) (parts []ui.Part, good bool) {
	before, err := v.Locations.Head(v.Context(), set)
	var res locations.LoadResult
	if err == nil {
		res, err = v.Locations.LoadTable(v.Context(), v.keeper(), set, bytes.NewReader(f.body), layoutOf(q), locations.LoadOptions{Deactivate: q.Get("deactivate") != "", Preview: true, Expect: before.Revision})
	}
	if err != nil {
		_, problems := words(err)
		lines := []ui.Line{}
		for _, p := range problems[:min(len(problems), most)] {
			lines = append(lines, ui.Say(ui.Text(p.Text)))
		}
		if len(lines) == 0 {
			lines = append(lines, ui.Say(ui.Text("It cannot be looked at now. Try again in a moment.")))
		}
		return []ui.Part{ui.Receipt{Title: "The file does not fit like this", Bad: true, Lines: lines}}, false
	}
	preview := ui.Preview{Title: "What the file would do", Lines: loadLines(res)}
	todo := res.Created + res.Updated + res.Deactivated
	preview.Parts = append(preview.Parts, rows("left out", res.Refused, true)...)
	preview.Parts = append(preview.Parts, rows("odd, and go in as they are", res.Warnings, false)...)
	if todo == 0 {
		return []ui.Part{preview}, true
	}
	apply := ui.Form{
		ID: "apply", Action: setAddress(set) + "/load/apply", Submit: "Load " + plural(todo, "change"), Danger: res.Deactivated > 0,
		Hidden: []ui.Hidden{{Name: "columns", Value: q.Encode()}, versioned(before.Revision)}, Links: ui.Say(ui.To("Not now", setAddress(set))),
	}
	if res.Deactivated > 0 {
		apply.Body = []ui.Part{ui.P(ui.Strong(entries(res.Deactivated) + " become inactive because the file does not name them."))}
	}
	return []ui.Part{preview, apply}, true
}

// loadLines are the counts of a load.
func loadLines(r locations.LoadResult) []ui.Line {
	var out []ui.Line
	for _, n := range []struct {
		n    int
		what string
	}{{r.Created, "new"}, {r.Updated, "updated"}, {r.Deactivated, "made inactive"}, {r.Unchanged, "the same as now"}} {
		if n.n > 0 {
			out = append(out, ui.Say(ui.Text(entries(n.n)+": "+n.what+".")))
		}
	}
	if len(out) == 0 {
		out = append(out, ui.Say(ui.Text("Nothing: no row can go in.")))
	}
	return out
}

// rows are the first rows of the file that something is to be said of.
func rows(what string, ps locations.Problems, open bool) []ui.Part {
	if len(ps) == 0 {
		return nil
	}
	t := ui.Table{Caption: "By line of the file", Cols: []ui.Col{{Name: "Line", Num: true}, {Name: "ID"}, {Name: "Column"}, {Name: "Why"}}}
	lines := map[int]bool{}
	for _, p := range ps {
		lines[p.Line] = true
		if len(t.Rows) < most {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Count(p.Line), ui.Code(string(p.Key)), ui.Text(p.Field), ui.Text(p.Message))})
		}
	}
	parts := []ui.Part{t}
	if len(ps) > most {
		parts = append(parts, ui.P(ui.Quiet(fmt.Sprintf("These are the first %d of %d reasons.", most, len(ps)))))
	}
	return []ui.Part{ui.Group{Summary: ui.Say(ui.Text("Rows that are " + what + ": " + strconv.Itoa(len(lines)))), Open: open, Parts: parts}}
}

// choose keeps the file and leads on to its columns.
func (l *loading) choose(v *visit) (done, error) {
	no := func(text string) (done, error) {
		return done{}, locations.Problems{{Field: "file", Message: text}}
	}
	file, info, err := v.FormFile("file")
	if err != nil {
		return no("Choose a file first.")
	}
	defer func() { _ = file.Close() }()
	if info.Size > maxUpload {
		return no(fmt.Sprintf("It is larger than %d MB.", maxUpload>>20))
	}
	body, err := io.ReadAll(file)
	if err != nil {
		return done{}, err
	}
	header, err := locations.ReadHeader(bytes.NewReader(body))
	if err != nil {
		_, problems := words(err)
		if len(problems) == 0 {
			return done{}, err
		}
		return no("It cannot be read: " + problems[0].Text + ".")
	}
	q := asQuery(l.files.keep(v.PathValue("set"), info.Filename, body), locations.GuessLayout(header))
	said := ui.Receipt{Title: "The file is read", Lines: []ui.Line{ui.Say(ui.Text("Nothing is written yet. Check which column is what, and what it would do."))}}
	return done{to: setAddress(locations.SetID(v.PathValue("set"))) + "/load?" + q.Encode(), said: said}, nil
}

// apply loads the file as it was previewed.
func (l *loading) apply(v *visit) (done, error) {
	set := locations.SetID(v.PathValue("set"))
	q, err := url.ParseQuery(v.PostFormValue("columns"))
	f, there := l.files.file(string(set), q.Get("file"))
	if err != nil || !there {
		return done{}, locations.Problems{{Field: "file", Message: "The file that was chosen is not kept any more. Choose it again."}}
	}
	res, err := v.Locations.LoadTable(v.Context(), v.keeper(), set, bytes.NewReader(f.body), layoutOf(q), locations.LoadOptions{Deactivate: q.Get("deactivate") != "", Expect: v.version()})
	if err != nil {
		return done{}, err
	}
	l.files.drop(f.id)
	said := ui.Receipt{Title: f.name + " is loaded", Lines: loadLines(res)}
	if len(res.Refused) > 0 {
		lines := map[int]bool{}
		for _, p := range res.Refused {
			lines[p.Line] = true
		}
		said.Lines = append(said.Lines, ui.Say(ui.Text(plural(len(lines), "row")+" of the file did not go in. Correct them in the file and load it again.")))
	}
	said.Lines = append(said.Lines, ui.Say(historyOf("set", string(set))))
	return done{to: setAddress(set), said: said}, nil
}
