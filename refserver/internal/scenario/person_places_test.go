package scenario_test

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/locations"
)

// placeLabels are the fields of a location as pages call them.
var placeLabels = map[locations.Fields]string{
	locations.FieldName: "Name", locations.FieldParent: "Under", locations.FieldAddress1: "Address", locations.FieldCity: "City", locations.FieldState: "State",
	locations.FieldPostalCode: "Postal code", locations.FieldPhone: "Phone", locations.FieldGroup: "Group",
}

var newEntries = regexp.MustCompile(`^(\d+) .*: new\.$`)

// Load chooses the file, says which column is what, looks at the preview and applies it.
func (p *person) Load(set, table string) (int, error) {
	p.b.goTo("/locations/" + set)
	p.b.follow("Load a file")
	p.b.fill("File", p.file(table))
	p.b.press("Read the file")
	if p.b.has("summary", "Which column is what") {
		p.b.unfold("Which column is what")
	}
	p.b.fillIn("form#columns", "Store ID", northwindLayout.ID)
	for f, header := range northwindLayout.Fields {
		p.b.fillIn("form#columns", placeLabels[f], header)
	}
	for i, l := range northwindLayout.Levels {
		p.b.fillIn("form#columns", fmt.Sprintf("Level column %d from the top", i+1), l.Name)
	}
	p.b.press("Preview")
	n := 0
	for _, part := range p.b.sections(".preview") {
		for _, l := range part.Lines {
			if m := newEntries.FindStringSubmatch(l.Text); m != nil {
				n, _ = strconv.Atoi(m[1])
			}
		}
	}
	return n, p.asked("Load " + many(n, "change"))
}

// many writes a number with its noun, as pages do.
func many(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// EditPlaces edits one node after the other on its page, or makes it where it is new. A set that says that it is locked has no form.
func (p *person) EditPlaces(set string, edits ...locations.Edit) error {
	for _, e := range edits {
		if err := p.edit(set, e); err != nil {
			return err
		}
	}
	return nil
}

func (p *person) edit(set string, e locations.Edit) error {
	n := e.Node
	p.b.goTo("/locations/" + set + "/node?key=" + url.QueryEscape(string(n.Key)))
	if slices.Contains(p.b.pills(), "Locked") {
		if p.b.has("field", "Name") {
			p.b.t.Error("a locked location can be typed into")
		}
		return &no{Codes: []string{"locked"}, Detail: p.b.text("main")}
	}
	button := "Save " + p.b.text("h1")
	if no := p.b.refusal(); no != nil { // it is not there
		p.b.goTo("/locations/" + set + "?under=" + url.QueryEscape(string(n.Parent)))
		if n.Level > locations.LocationLevel {
			p.b.follow("New level value")
			p.b.fill("Level", n.Level.String())
			button = "Make the level value"
		} else {
			p.b.follow("New location")
			p.b.fill("ID", string(n.Key))
			button = "Make the location"
		}
	}
	for _, f := range e.Fields.Each() {
		label, value := placeLabels[f], n.Value(f)
		if f == locations.FieldParent {
			label, value = "ID of the level value above", string(n.Parent)
		}
		if label != "" && (e.Fields != locations.AllFields || value != "") {
			p.b.fill(label, value)
		}
	}
	return p.asked(button)
}

var (
	sameName  = regexp.MustCompile(`^Nearly the same name: (.*)\.$`)
	otherName = regexp.MustCompile(`^(?:The same name as|Nearly the same name \((.*)\) as) (\S+) at `)
)

// Compare reads Manage locations: the pairs of rows, what is marked in them, and the remarks beside them.
func (p *person) Compare(project string) (comparison, error) {
	p.b.goTo("/projects/" + project)
	if no := p.b.refusal(); no != nil {
		return comparison{}, no
	}
	p.b.follow("Manage locations")
	if no := p.b.refusal(); no != nil {
		return comparison{}, no
	}
	var out comparison
	if slices.Contains(p.b.pills(), "In sync") {
		return out, nil
	}
	counts := map[string]*int{"missing": &out.Counts.Missing, "extra": &out.Counts.Extra, "changed": &out.Counts.Changed, "moved": &out.Counts.Moved, "level_changed": &out.Counts.LevelChanged}
	for caption, g := range p.b.grids() {
		if counts[g.Section] == nil {
			continue
		}
		for i := 0; i+1 < len(g.Rows); i += 2 {
			ours, theirs := g.Rows[i], g.Rows[i+1]
			if ours.Tone != "ours" || theirs.Tone != "theirs" || ours.Cells[1].Text != theirs.Cells[1].Text {
				return out, fmt.Errorf("%s: rows %d and %d are no pair", caption, i, i+1)
			}
			key, remarks := ours.Cells[1].Text, g.at("Remarks")
			var fields []string
			for f, label := range placeLabels {
				if at := g.at(label); at >= 0 && (ours.Cells[at].Marked || theirs.Cells[at].Marked) {
					fields = append(fields, f.String())
				}
			}
			slices.Sort(fields)
			*counts[g.Section]++
			out.Changes = append(out.Changes, differs(key, g.Section, fields, len(theirs.Cells[remarks].Pills) > 0))
			if m := sameName.FindStringSubmatch(ours.Cells[remarks].Text); m != nil {
				out.Hints = append(out.Hints, key+" "+m[1])
			} else if m := otherName.FindStringSubmatch(ours.Cells[remarks].Text); m != nil {
				out.Hints = append(out.Hints, m[2]+" "+m[1])
			}
		}
	}
	slices.SortFunc(out.Changes, func(a, b string) int { return cmp.Compare(strings.Fields(a)[0], strings.Fields(b)[0]) })
	return out, nil
}

var pushedNodes = regexp.MustCompile(`^(\d+) .*\b(made inactive|made|updated|moved)\.$`)

// Push looks at the preview, pushes, and watches the page of the push until it has its receipt.
func (p *person) Push(project string, overwrite bool) (pushed, error) {
	p.b.goTo("/projects/" + project + "/locations")
	if no := p.b.refusal(); no != nil {
		return pushed{}, no
	}
	partner := strings.TrimPrefix(p.b.text("form#push button"), "Push all updates to ")
	p.b.press("Push all updates to " + partner)
	if overwrite {
		p.b.tick("Overwrite what "+partner+" edited", true)
	}
	p.b.press(p.b.text("form#push button"))
	if err := p.b.refusal(); err != nil {
		no := err.(*no)
		for caption, g := range p.b.grids() {
			if strings.HasPrefix(caption, "Edited at "+partner) {
				for i := 0; i < len(g.Rows); i += 2 {
					no.Lost = append(no.Lost, g.Rows[i].Cells[1].Text)
				}
			}
		}
		return pushed{}, no
	}
	var out pushed
	for _, l := range p.watch().Lines {
		if m := pushedNodes.FindStringSubmatch(l.Text); m != nil {
			n, _ := strconv.Atoi(m[1])
			*map[string]*int{"made": &out.Created, "updated": &out.Updated, "moved": &out.Updated, "made inactive": &out.Deactivated}[m[2]] += n
		}
	}
	return out, nil
}

// watch stays on the page of long work until it shows how it ended.
func (p *person) watch() said {
	p.b.t.Helper()
	return until(p.b, "the receipt", func() said {
		for _, r := range p.b.receipts() {
			if !strings.HasSuffix(r.Title, " has begun") {
				return r
			}
		}
		return said{}
	}, func(s said) bool { return s.Title != "" })
}
