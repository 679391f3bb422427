package pages

import (
	"context"
	"errors"
	"fmt"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// sets serves the location hierarchies, one a client, as lists of what lies below what.
func (s *site) sets() {
	s.get("/locations", listSets)
	s.get("/locations/{set}", showSet)
}

// hierarchy is a set with what a person has to know of it.
type hierarchy struct {
	head   locations.Head
	name   string           // the client's
	origin collab.Origin    // of the client
	locks  []collab.Project // in which we are the Secondary and must not edit
	shared []collab.Project // in which we are the Primary and push
}

// readSet reads one set; a set that neither a client nor a node stands for is not found.
func readSet(ctx context.Context, sv store.View, set locations.SetID) (h hierarchy, err error) {
	if h.head, err = sv.Locations.Trees.Head(ctx, set); err != nil {
		return h, err
	}
	c, err := sv.Collab.Clients.Client(ctx, collab.ClientID(set))
	switch {
	case errors.Is(err, collab.ErrNotFound) && h.head.Revision > 0:
		h.name = string(set)
		return h, nil
	case err != nil:
		return h, err
	}
	return withProjects(ctx, sv, h, c)
}

func withProjects(ctx context.Context, sv store.View, h hierarchy, c collab.Client) (hierarchy, error) {
	h.name, h.origin = c.Name, c.Origin
	locks, err := sv.Locations.Shares.Locks(ctx, store.SetOf(c.ID))
	if err != nil {
		return h, err
	}
	for _, id := range locks {
		p, err := sv.Collab.Projects.Project(ctx, collab.ProjectID(id))
		if err != nil {
			return h, err
		}
		h.locks = append(h.locks, p)
	}
	h.shared, err = sv.Collab.Projects.List(ctx, collab.ProjectQuery{Party: collab.PartyPrimary, Client: c.ID, States: []collab.State{collab.StateAccepted}})
	return h, err
}

// standing says whose the set is, and who may change it.
func (h hierarchy) standing() ui.Line {
	switch {
	case len(h.locks) > 0:
		line := ui.Say(ui.Pill("Locked"), ui.Text(fmt.Sprintf("Kept by %s; only its pushes change it. Project", h.locks[0].Partner)))
		for _, p := range h.locks {
			line = append(line, ui.To(p.SurveyName, address(p.ID)))
		}
		return line
	case h.head.Source > 0:
		return ui.Say(ui.Pill("Copy"), ui.Text(fmt.Sprintf("of what %s keeps, revision %d. Not locked: edits here are differences to it.", h.origin.System, h.head.Source)))
	}
	return ui.Say(ui.Pill("Ours"))
}

func listSets(v *visit) (ui.Page, error) {
	search, next := v.query("q"), ""
	type row struct {
		collab.Client
		hierarchy
	}
	rows, err := view(v, func(ctx context.Context, sv store.View) (rows []row, err error) {
		found, more, err := gather(v.query("after"), func(after string, limit int) ([]collab.Client, error) {
			return sv.Collab.Clients.List(ctx, collab.ClientID(after), limit)
		}, func(c collab.Client) string { return string(c.ID) }, func(c collab.Client) bool { return matches(search, string(c.ID), c.Name) })
		next = more
		for _, c := range found {
			var h hierarchy
			if h.head, err = sv.Locations.Trees.Head(ctx, store.SetOf(c.ID)); err == nil {
				h, err = withProjects(ctx, sv, h, c)
			}
			if err != nil {
				return nil, err
			}
			rows = append(rows, row{c, h})
		}
		return rows, err
	})
	if err != nil {
		return ui.Page{}, err
	}
	t := ui.Table{Caption: "Locations by client", Cols: []ui.Col{{Name: "Client"}, {Name: "Whose"}, {Name: "Locations and levels", Num: true}, {Name: "Revision", Num: true}, {Name: "Shared in"}},
		Empty: ui.Empty{Text: "Each client has its locations, in levels. Make a client first, then load its list of stores.", Do: ui.To("Make a client.", "/clients/new")}}
	filter := ui.Filter{Label: "Search clients", Fields: []ui.Field{{Name: "q", Label: "Client name or ID", Value: search}}}
	if search != "" {
		filter.Clear, t.Empty = "/locations", ui.Empty{Text: "No client is like this.", Do: ui.To("Show all", "/locations")}
	}
	if next != "" {
		t.More = v.with("after", next)
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Line{
			{ui.To(r.Name, setPath(r.ID))}, r.standing(), {ui.Count(r.head.Nodes)}, {ui.Count(r.head.Revision)}, r.projects(),
		}})
	}
	return ui.Page{Title: "Locations", Parts: []ui.Part{filter, t}}, nil
}

// projects are links to where the set is compared and pushed.
func (h hierarchy) projects() ui.Line {
	var line ui.Line
	for _, p := range h.shared {
		line = append(line, ui.To(p.SurveyName+" with "+string(p.Partner), address(p.ID)+"/locations"))
	}
	return line
}

// showSet lists what lies directly below a node, or what a search finds.
func showSet(v *visit) (ui.Page, error) {
	set := locations.SetID(v.PathValue("set"))
	h, err := view(v, func(ctx context.Context, sv store.View) (hierarchy, error) { return readSet(ctx, sv, set) })
	if err != nil {
		return ui.Page{}, err
	}
	search, above, after := v.query("q"), locations.Key(v.query("under")), locations.Key(v.query("after"))
	home := setAddress(set)
	page := ui.Page{Title: "Locations of " + h.name, Crumbs: []ui.Span{ui.To("Locations", "/locations")}}
	menu, t := ui.Line{}, ui.Table{Caption: "At the top", Cols: ui.Cols("Name", "ID", "Level", "State"), Empty: ui.Empty{Text: "Here stand the client's locations, below regions, districts or whatever levels it has. Load its list of stores first.", Do: ui.To("Load a file.", home+"/load")}}
	var rows []locations.Stored
	switch {
	case search != "":
		rows, err = v.Locations.Search(v.Context(), set, search, after, most+1)
		t.Caption, t.Empty = "Found", ui.Empty{Text: "No location or level value is like this.", Do: ui.To("Show all", home)}
		t.Cols = append(t.Cols, ui.Col{Name: "Under"})
	case above != "":
		var up locations.Stored
		if page.Crumbs, up, err = v.chain(set, h.name, above); err != nil {
			return ui.Page{}, err
		}
		page.Title = up.Name
		menu = append(menu, ui.To("Details of "+up.Name, nodePath(set, above)))
		t.Caption, t.Empty = "Below "+up.Name, ui.Empty{Text: "Nothing lies below " + up.Name + "."}
		fallthrough
	default:
		rows, err = v.Locations.Children(v.Context(), set, above, after, most+1)
	}
	if err != nil {
		return ui.Page{}, err
	}
	if len(rows) > most {
		rows = rows[:most]
		t.More = v.with("after", string(rows[most-1].Key))
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, nodeRow(set, r, search != ""))
	}
	if len(h.locks) == 0 {
		menu = append(menu, ui.To("New location", editPath(set, above, true)), ui.To("New level value", editPath(set, above, false)), ui.To("Load a file", home+"/load"))
	}
	menu = append(menu, historyOf("set", string(set)))
	filter := ui.Filter{Label: "Search locations", Fields: []ui.Field{{Name: "q", Label: "ID or name", Value: search}}}
	if search != "" {
		filter.Clear = home
	}
	facts := ui.Facts{Items: []ui.Fact{{Name: "Whose", Value: h.standing()}, {Name: "Locations and levels", Value: ui.Say(ui.Count(h.head.Nodes))}, {Name: "Revision", Value: ui.Say(ui.Count(h.head.Revision))}}}
	if len(h.shared) > 0 {
		facts.Items = append(facts.Items, ui.Fact{Name: "Shared in", Value: h.projects()})
	}
	page.Parts = []ui.Part{facts, ui.Menu{Links: menu}, filter, t}
	return page, nil
}

// nodeRow is one node of a list: a level value leads to what is below it, a location to itself.
func nodeRow(set locations.SetID, r locations.Stored, found bool) ui.Row {
	to := nodePath(set, r.Key)
	if r.Level > locations.LocationLevel {
		to = underPath(set, r.Key)
	}
	row := ui.Row{Cells: []ui.Line{{ui.To(r.Name, to)}, {ui.Code(string(r.Key))}, {ui.Text(levelWord(r.Level))}, stateOf(r)}}
	if found {
		row.Cells = append(row.Cells, ui.Say(ui.Text(under(r.Parent))))
	}
	return row
}

// stateOf says whether a node is in use, and whether it was edited in a copy.
func stateOf(r locations.Stored) ui.Line {
	line := ui.Say(ui.Pill("Active"))
	if r.Inactive {
		line = ui.Say(ui.Pill("Inactive"))
	}
	if r.Edited {
		line = append(line, ui.Pill("Edited here"))
	}
	return line
}

// chain is the way back from a node, and the node.
func (v *visit) chain(set locations.SetID, client string, key locations.Key) ([]ui.Span, locations.Stored, error) {
	n, err := v.Locations.Node(v.Context(), set, key)
	if err != nil {
		return nil, n, err
	}
	path, err := v.Locations.Path(v.Context(), set, key)
	crumbs := []ui.Span{ui.To("Locations", "/locations"), ui.To(client, setAddress(set))}
	for _, up := range path {
		crumbs = append(crumbs, ui.To(up.Name, underPath(set, up.Key)))
	}
	return crumbs, n, err
}
