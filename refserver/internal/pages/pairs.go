package pages

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// fieldLabels name the fields of a location as people know them.
var fieldLabels = map[locations.Fields]string{
	locations.FieldParent: "Under", locations.FieldLevel: "Level", locations.FieldName: "Name", locations.FieldInactive: "In use",
	locations.FieldAddress1: "Address", locations.FieldAddress2: "Address, second line", locations.FieldCity: "City", locations.FieldState: "State",
	locations.FieldCountry: "Country", locations.FieldPostalCode: "Postal code", locations.FieldPhone: "Phone", locations.FieldAreaCode: "Area code",
	locations.FieldEmail: "E-mail", locations.FieldHours: "Hours", locations.FieldDaysOpen: "Days open", locations.FieldGroup: "Group", locations.FieldAttributes: "Further details",
}

// always are the fields that every pair of rows shows, beside the ID.
const always = locations.FieldLevel | locations.FieldName | locations.FieldParent

// entries counts what stands in a set.
func entries(n int) string {
	if n == 1 {
		return "1 location or level value"
	}
	return strconv.Itoa(n) + " locations or level values"
}

// levelWord names a level.
func levelWord(l locations.Level) string {
	if l == locations.LocationLevel {
		return "Location"
	}
	return "Level " + l.String()
}

func levelOf(s string) locations.Level {
	n, _ := strconv.Atoi(s)
	return locations.Level(n)
}

// under says where a node hangs: a key made of names is written as the chain that it stands for.
func under(key locations.Key) string {
	text, made := strings.CutPrefix(string(key), "/")
	if !made {
		return text
	}
	names := strings.Split(text, "/")
	for i := range names {
		names[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(names[i])
	}
	return strings.Join(names, " › ")
}

// fieldValue is one field of a node as people read it.
func fieldValue(n locations.Node, f locations.Fields) string {
	switch f {
	case locations.FieldParent:
		return under(n.Parent)
	case locations.FieldLevel:
		return levelWord(n.Level)
	case locations.FieldInactive:
		if n.Inactive {
			return "no: inactive"
		}
		return "yes"
	}
	return n.Value(f)
}

// setPath is the address of the set of a client, nodePath that of one of its nodes.
func setPath(client collab.ClientID) string { return setAddress(store.SetOf(client)) }

func setAddress(set locations.SetID) string { return at("locations", string(set)) }

func nodePath(set locations.SetID, key locations.Key) string {
	return setAddress(set) + "/node?key=" + url.QueryEscape(string(key))
}

// pairs writes differences as pairs of rows: grey for the owner, yellow for the other side.
type pairs struct {
	set            locations.SetID
	owner, partner string
	ours, theirs   map[locations.Key][]locations.Hint // near-equal names, by key
}

func (v *visit) pairs(p collab.Project, hints []locations.Hint) pairs {
	out := pairs{store.SetOf(p.Client), v.Self.System, string(p.Partner), map[locations.Key][]locations.Hint{}, map[locations.Key][]locations.Hint{}}
	for _, h := range hints {
		out.ours[h.Ours] = append(out.ours[h.Ours], h)
		if h.Theirs != h.Ours {
			out.theirs[h.Theirs] = append(out.theirs[h.Theirs], h)
		}
	}
	return out
}

// table shows these differences with the fields in which any of them differs.
func (ps pairs) table(caption string, changes []locations.Change) ui.Table {
	fields := locations.Fields(0)
	for _, c := range changes {
		fields |= c.Fields
		for _, f := range []locations.Fields{locations.FieldAddress1, locations.FieldCity, locations.FieldState, locations.FieldCountry} {
			if (c.Kind == locations.Missing || c.Kind == locations.Extra) && c.Ours.Value(f)+c.Theirs.Value(f) != "" {
				fields |= f
			}
		}
	}
	show := append([]locations.Fields{locations.FieldLevel, locations.FieldName, locations.FieldParent}, (fields &^ always).Each()...)
	t := ui.Table{Caption: caption + ": a grey row for " + ps.owner + ", a yellow row for " + ps.partner, Cols: ui.Cols("At", "ID")}
	for _, f := range show {
		t.Cols = append(t.Cols, ui.Col{Name: fieldLabels[f]})
	}
	t.Cols = append(t.Cols, ui.Col{Name: "Remarks"})
	for _, c := range changes {
		ours, theirs := ui.Row{Tone: "ours"}, ui.Row{Tone: "theirs"}
		id := ui.Line{ui.To(string(c.Key), nodePath(ps.set, c.Key))}
		if c.Kind == locations.Extra {
			id = ui.Line{ui.Text(string(c.Key))}
		}
		ours.Cells = append(ours.Cells, ui.Line{ui.Text(ps.owner)}, id)
		theirs.Cells = append(theirs.Cells, ui.Line{ui.Text(ps.partner)}, ui.Line{ui.Text(string(c.Key))})
		for _, f := range show {
			a, b := cells(c, f)
			ours.Cells, theirs.Cells = append(ours.Cells, a), append(theirs.Cells, b)
		}
		a, b := ps.remarks(c)
		t.Rows = append(t.Rows, with(ours, a), with(theirs, b))
	}
	return t
}

func with(r ui.Row, cell ui.Line) ui.Row {
	if cell == nil {
		cell = ui.Say(ui.Text(""))
	}
	r.Cells = append(r.Cells, cell)
	return r
}

// cells are one field of both sides, with the words marked that differ.
func cells(c locations.Change, f locations.Fields) (ours, theirs ui.Line) {
	one := func(n locations.Node) ui.Line {
		switch {
		case n.Key != "":
			return ui.Say(ui.Text(fieldValue(n, f)))
		case f == locations.FieldName:
			return ui.Say(ui.Text("not there"))
		}
		return ui.Say(ui.Text(""))
	}
	if !c.Fields.Has(f) {
		return one(c.Ours), one(c.Theirs)
	}
	a, b := fieldValue(c.Ours, f), fieldValue(c.Theirs, f)
	if f == locations.FieldAttributes {
		a, b = unlike(c.Ours.Place.Attributes, c.Theirs.Place.Attributes), unlike(c.Theirs.Place.Attributes, c.Ours.Place.Attributes)
	}
	as, bs := ui.Differ(a, b)
	return ui.Say(ui.Marked(as)), ui.Say(ui.Marked(bs))
}

// unlike lists the details of one side that the other has not, or otherwise.
func unlike(a, b []locations.Attribute) string {
	var out []string
	for _, one := range a {
		if !slices.Contains(b, one) {
			out = append(out, one.Name+": "+one.Value)
		}
	}
	return strings.Join(out, "; ")
}

// remarks say what a person would want to know before pushing a pair.
func (ps pairs) remarks(c locations.Change) (ours, theirs ui.Line) {
	for _, h := range ps.ours[c.Key] {
		switch {
		case h.Theirs == h.Ours:
			ours = append(ours, ui.Text("Nearly the same name: "+h.Why+"."))
		default:
			ours = append(ours, ui.Text(alikeWords(h.Why)+" "+string(h.Theirs)+" at "+ps.partner+". Perhaps one place under two IDs."))
		}
	}
	for _, h := range ps.theirs[c.Key] {
		theirs = append(theirs, ui.Text(alikeWords(h.Why)+" "+string(h.Ours)+" at "+ps.owner+". Perhaps one place under two IDs."))
	}
	if c.Closed {
		ours = append(ours, ui.Text("Inactive here; a push makes it inactive at "+ps.partner+"."))
	}
	if c.Kind == locations.Extra {
		theirs = append(theirs, ui.Text("A push makes it inactive; it is never deleted."))
	}
	if c.Edited {
		theirs = append(theirs, ui.Pill("Edited at "+ps.partner))
	}
	return ours, theirs
}

func alikeWords(why string) string {
	if why == "" {
		return "The same name as"
	}
	return fmt.Sprintf("Nearly the same name (%s) as", why)
}
