package pages

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// nodes serves single locations and level values: what they say, and how to change it.
func (s *site) nodes() {
	s.get("/locations/{set}/node", showNode)
	s.get("/locations/{set}/edit", showEdit)
	s.post("/locations/{set}/edit", doEdit, showEdit)
}

func underPath(set locations.SetID, key locations.Key) string {
	return setAddress(set) + "?under=" + url.QueryEscape(string(key))
}

// editPath is where a location, or a level value, is made below another.
func editPath(set locations.SetID, under locations.Key, location bool) string {
	q := url.Values{"under": {string(under)}, "new": {"level"}}
	if location {
		q.Set("new", "location")
	}
	return setAddress(set) + "/edit?" + q.Encode()
}

// texts are the text fields of a location, in the order of a form.
var texts = (locations.AllFields &^ (locations.FieldParent | locations.FieldLevel | locations.FieldInactive | locations.FieldAttributes)).Each()

// showNode shows a location or level value with the form that changes it.
func showNode(v *visit) (ui.Page, error) {
	set, key := locations.SetID(v.PathValue("set")), locations.Key(v.query("key"))
	if v.typed != nil {
		key = locations.Key(v.typed.Get("key"))
	}
	h, err := view(v, func(ctx context.Context, sv store.View) (hierarchy, error) { return readSet(ctx, sv, set) })
	if err != nil {
		return ui.Page{}, err
	}
	crumbs, n, err := v.chain(set, h.name, key)
	if err != nil {
		return ui.Page{}, err
	}
	facts := ui.Facts{Items: []ui.Fact{
		{Name: "ID", Value: ui.Say(ui.Code(string(n.Key)))}, {Name: "Level", Value: ui.Say(ui.Text(levelWord(n.Level)))}, {Name: "State", Value: stateOf(n)}, {Name: "Whose", Value: h.standing()},
	}}
	menu := ui.Line{historyOf("set", string(set))}
	if n.Level > locations.LocationLevel {
		menu = append(ui.Line{ui.To("What lies below "+n.Name, underPath(set, n.Key))}, menu...)
	}
	page := ui.Page{Title: n.Name, Crumbs: crumbs, Parts: []ui.Part{facts, ui.Menu{Links: menu}}}
	if len(h.locks) > 0 {
		for _, f := range texts {
			if n.Level == locations.LocationLevel && f != locations.FieldName {
				facts.Items = append(facts.Items, ui.Fact{Name: fieldLabels[f], Value: ui.Say(ui.Text(n.Value(f)))})
			}
		}
		for _, a := range n.Place.Attributes {
			facts.Items = append(facts.Items, ui.Fact{Name: a.Name, Value: ui.Say(ui.Text(a.Value))})
		}
		page.Parts[0] = facts
		return page, nil
	}
	hidden := func(doing string) []ui.Hidden {
		return []ui.Hidden{versioned(h.head.Revision), {Name: "key", Value: string(n.Key)}, {Name: "doing", Value: doing}}
	}
	edit := ui.Form{ID: "edit", Action: setAddress(set) + "/edit", Hidden: hidden("edit"), Fields: v.nodeFields(n.Node), Submit: "Save " + n.Name, Links: ui.Say(ui.To("Leave it as it is", underPath(set, n.Parent)))}
	if len(h.shared) > 0 {
		edit.Body = []ui.Part{ui.P(ui.Text("Shops at what you change are held until it is pushed to"), ui.Text(string(h.shared[0].Partner)+"."))}
	}
	page.Parts = append(page.Parts, ui.Section{Title: "Change it", Parts: []ui.Part{edit}})
	close, what := ui.Form{ID: "inactive", Action: setAddress(set) + "/edit", Hidden: hidden("inactive"), Submit: "Make " + n.Name + " inactive", Danger: true, Body: []ui.Part{
		ui.P(ui.Text("No new shops are planned at an inactive location. Shops that are there keep it, and its history stays. It can be made active again.")),
	}}, "Make it inactive"
	if n.Inactive {
		close, what = ui.Form{ID: "active", Action: setAddress(set) + "/edit", Hidden: hidden("active"), Submit: "Make " + n.Name + " active", Minor: true}, "Make it active again"
	}
	page.Parts = append(page.Parts, ui.Group{Summary: ui.Say(ui.Text(what)), Parts: []ui.Part{close}})
	return page, nil
}

// nodeFields are what a person can change of a node that is there.
func (v *visit) nodeFields(n locations.Node) []ui.Field {
	fields := []ui.Field{v.textField(n, locations.FieldName)}
	fields[0].Required = true
	fields = append(fields, ui.Field{Name: "parent", Label: "ID of the level value above", Value: v.value("parent", string(n.Parent)), Hint: "Empty: it stands at the top. Another ID moves it, with all that lies below."})
	if n.Level > locations.LocationLevel {
		return fields
	}
	for _, f := range texts {
		if f != locations.FieldName {
			fields = append(fields, v.textField(n, f))
		}
	}
	if writable(n) {
		fields = append(fields, ui.Field{Name: "attributes", Label: "Further details", Kind: "area", Value: v.value("attributes", n.Value(locations.FieldAttributes)), Hint: "One a line, such as Brand=Northwind."})
	}
	return fields
}

// textField is one text of a node. A text of several lines needs a field of several.
func (v *visit) textField(n locations.Node, f locations.Fields) ui.Field {
	out := ui.Field{Name: f.String(), Label: fieldLabels[f], Value: v.value(f.String(), n.Value(f))}
	if strings.ContainsAny(out.Value, "\r\n") {
		out.Kind = "area"
	}
	return out
}

// writable reports whether the further details can be written as lines.
func writable(n locations.Node) bool {
	return !slices.ContainsFunc(n.Place.Attributes, func(a locations.Attribute) bool {
		return strings.ContainsAny(a.Name, "=\r\n") || strings.ContainsAny(a.Value, "\r\n")
	})
}

// showEdit shows the form that makes a location or level value, or again the one that was refused.
func showEdit(v *visit) (ui.Page, error) {
	set := locations.SetID(v.PathValue("set"))
	if v.typed != nil && v.typed.Get("doing") != "new" {
		return showNode(v)
	}
	h, err := view(v, func(ctx context.Context, sv store.View) (hierarchy, error) { return readSet(ctx, sv, set) })
	if err != nil {
		return ui.Page{}, err
	}
	kind, above := v.value("new", v.query("new")), v.value("parent", v.query("under"))
	page := ui.Page{Title: "New location", Crumbs: []ui.Span{ui.To("Locations", "/locations"), ui.To(h.name, setAddress(set))}}
	if len(h.locks) > 0 {
		page.Parts = []ui.Part{ui.Paragraph{Line: h.standing()}}
		return page, nil
	}
	form := ui.Form{ID: "new", Action: setAddress(set) + "/edit", Submit: "Make the location", Hidden: []ui.Hidden{versioned(h.head.Revision), {Name: "doing", Value: "new"}, {Name: "new", Value: kind}}}
	form.Fields = []ui.Field{{Name: "key", Label: "ID", Value: v.value("key", ""), Required: true, Hint: "The client's own store ID. It cannot be changed later."}}
	n := locations.Node{Level: locations.LocationLevel, Parent: locations.Key(above)}
	if kind == "level" {
		page.Title, form.Submit = "New level value", "Make the level value"
		form.Fields[0].Required, form.Fields[0].Hint = false, "The client's own code. Empty: the ID is made of the names, from the top down."
		level := ui.Field{Name: "level", Label: "Level", Kind: "select", Value: v.value("level", "2"), Hint: "It must lie below the level of what it hangs under."}
		for l := locations.LocationLevel + 1; l <= maxLevel; l++ {
			level.Options = append(level.Options, ui.Option{Value: l.String(), Label: levelWord(l)})
		}
		form.Fields, n.Level = append(form.Fields, level), locations.LocationLevel+1
	}
	form.Fields = append(form.Fields, v.nodeFields(n)...)
	page.Parts = []ui.Part{form}
	return page, nil
}

// maxLevel is the highest level that people are offered.
const maxLevel locations.Level = 5

func doEdit(v *visit) (done, error) {
	set := locations.SetID(v.PathValue("set"))
	key := locations.Key(v.PostFormValue("key"))
	var edit locations.Edit
	var err error
	switch v.PostFormValue("doing") {
	case "new":
		edit, err = v.made(set)
	case "inactive":
		edit = locations.Deactivate(key)
	case "active":
		edit = locations.Edit{Node: locations.Node{Key: key}, Fields: locations.FieldInactive}
	default:
		edit, err = v.edited(set, key)
	}
	if err != nil {
		return done{}, err
	}
	head, err := v.Locations.Edit(v.Context(), v.keeper(), set, v.version(), edit)
	said := ui.Receipt{Title: "Saved", Lines: []ui.Line{ui.Say(historyOf("set", string(set)))}}
	if head.Revision == v.version() {
		said = ui.Receipt{Title: "Nothing was changed"}
	}
	return done{to: nodePath(set, edit.Node.Key), said: said}, err
}

// made is the node that a form describes.
func (v *visit) made(set locations.SetID) (locations.Edit, error) {
	n, _, err := v.typedNode(locations.Node{Key: locations.Key(v.PostFormValue("key")), Level: locations.LocationLevel})
	if err != nil || v.PostFormValue("new") != "level" {
		return locations.Put(n), v.absent(set, n, err)
	}
	n.Level = levelOf(v.PostFormValue("level"))
	if n.Key == "" {
		names := []string{n.Name}
		if n.Parent != "" {
			up, err := v.Locations.Node(v.Context(), set, n.Parent)
			if err != nil {
				return locations.Edit{}, unknownParent(n, err)
			}
			above, err := v.Locations.Path(v.Context(), set, n.Parent)
			if err != nil {
				return locations.Edit{}, err
			}
			names = []string{up.Name, n.Name}
			for _, a := range slices.Backward(above) {
				names = slices.Insert(names, 0, a.Name)
			}
		}
		n.Key = locations.PathKey(names...)
	}
	return locations.Put(n), v.absent(set, n, nil)
}

// absent refuses to make what is there: a form for something new does not replace.
func (v *visit) absent(set locations.SetID, n locations.Node, err error) error {
	if err != nil {
		return err
	}
	switch _, err := v.Locations.Node(v.Context(), set, n.Key); {
	case errors.Is(err, locations.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return locations.Problems{{Key: n.Key, Field: "key", Rule: locations.RuleIDDuplicate, Message: "There is something with this ID already."}}
}

func unknownParent(n locations.Node, err error) error {
	if errors.Is(err, locations.ErrNotFound) {
		return locations.Problems{{Key: n.Key, Field: "parent", Rule: locations.RuleUnknownParent, Message: "There is no level value with this ID."}}
	}
	return err
}

// edited is what a form changes of a node that is there: the fields that say something else now.
func (v *visit) edited(set locations.SetID, key locations.Key) (locations.Edit, error) {
	now, err := v.Locations.Node(v.Context(), set, key)
	if err != nil {
		return locations.Edit{}, err
	}
	n, fields, err := v.typedNode(now.Node)
	return locations.Edit{Node: n, Fields: fields}, err
}

// typedNode is a node with what a form says of it, and the fields in which that differs. Browsers write line breaks in their
// own way, which is no change.
func (v *visit) typedNode(n locations.Node) (locations.Node, locations.Fields, error) {
	var changed locations.Fields
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n")
	for _, f := range append(texts[:len(texts):len(texts)], locations.FieldParent, locations.FieldAttributes) {
		name := f.String()
		if !v.PostForm.Has(name) {
			continue
		}
		typed := lines.Replace(v.PostFormValue(name))
		if f == locations.FieldAttributes {
			typed = strings.TrimRight(typed, "\n")
		}
		if typed == lines.Replace(n.Value(f)) {
			continue
		}
		changed |= f
		switch f {
		case locations.FieldParent:
			n.Parent = locations.Key(typed)
		case locations.FieldAttributes:
			as, err := attributes(n.Key, typed)
			if err != nil {
				return n, 0, err
			}
			n.Place.Attributes = as
		default:
			n = n.WithText(f, typed)
		}
	}
	return n, changed, nil
}

// attributes reads further details, one a line.
func attributes(key locations.Key, text string) ([]locations.Attribute, error) {
	var out []locations.Attribute
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !ok {
			return nil, locations.Problems{{Key: key, Field: "attributes", Rule: locations.RuleAttribute, Message: "Each line needs a name, an equals sign and a value."}}
		}
		out = append(out, locations.Attribute{Name: name, Value: value})
	}
	slices.SortFunc(out, func(a, b locations.Attribute) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}
