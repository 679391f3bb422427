package pages

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// managing serves what differs between the two sides' locations of a project, and what can be done about it.
func (s *site) managing() {
	m := &managing{}
	s.get("/projects/{id}/locations", gated(m.show))
	s.get("/projects/{id}/locations/push", gated(m.showPush))
	s.post("/projects/{id}/locations/push", patient(m.doPush), gated(m.showPush))
	s.get("/projects/{id}/locations/options", gated(m.options))
}

// managing remembers the comparisons that people page through. Whether one still holds is asked of both sides each time.
type managing struct {
	mu   sync.Mutex
	last []locations.Comparison // the newest last
}

// What is remembered: this many comparisons, and this many differences in all of them.
const (
	maxCompared = 8
	maxKept     = 20_000
)

// compare is the comparison of a project's locations as it is now.
func (m *managing) compare(v *visit, id collab.ProjectID) (locations.Comparison, error) {
	project := locations.ProjectID(id)
	of := func(c locations.Comparison) bool { return c.Project == project }
	m.mu.Lock()
	var last locations.Comparison
	if i := slices.IndexFunc(m.last, of); i >= 0 {
		last = m.last[i]
	}
	m.mu.Unlock()
	c, err := v.Locations.CompareSince(v.Context(), v.keeper(), project, last)
	if err != nil {
		return c, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = append(slices.DeleteFunc(m.last, of), c)
	kept := 0
	for i, c := range slices.Backward(m.last) {
		if kept += len(c.Diff.Changes); kept > maxKept || len(m.last)-i > maxCompared {
			m.last = slices.Delete(m.last, 0, i+1)
			break
		}
	}
	return c, nil
}

// shown is how many pairs of rows a page shows.
const shown = most / 2

// kinds are the ways in which a location differs, in the order of the page.
var kinds = []locations.Kind{locations.Missing, locations.Extra, locations.Changed, locations.Moved, locations.LevelChanged}

// kindWords says a way to differ.
func (s *site) kindWords(k locations.Kind, partner collab.SystemID) string {
	switch k {
	case locations.Missing:
		return "Only at " + s.Self.System
	case locations.Extra:
		return "Only at " + string(partner)
	case locations.Changed:
		return "Details differ"
	case locations.Moved:
		return "Under another level value"
	}
	return "On another level"
}

func (m *managing) show(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	home := "/projects/" + string(p.ID)
	page := ui.Page{Title: "Manage locations", Crumbs: []ui.Span{ui.To("Projects", "/projects"), ui.To(p.SurveyName, home)}}
	switch {
	case p.Party == collab.PartySecondary:
		page.Parts, err = copied(v, p)
		return page, err
	case p.State != collab.StateAccepted && p.State != collab.StateInactive:
		page.Parts = []ui.Part{ui.P(ui.Text(fmt.Sprintf("%s has no copy of these locations: the project is", p.Partner)), ui.Pill(p.Label())), ui.P(ui.To("Look at the locations here", setPath(p.Client)))}
		return page, nil
	}
	c, err := m.compare(v, p.ID)
	if err != nil {
		return ui.Page{}, err
	}
	pushes, err := pushesOf(v, p)
	if err != nil {
		return ui.Page{}, err
	}
	page.Parts = append(v.counted(p, c), v.differences(p, c)...)
	page.Parts = append(page.Parts, pushes)
	return page, nil
}

// counted says whether the sides agree, what to do where they do not, and how many differ in which way.
func (v *visit) counted(p collab.Project, c locations.Comparison) []ui.Part {
	here, home := v.URL.Path, "/projects/"+string(p.ID)
	facts := ui.Facts{Items: []ui.Fact{
		{Name: "Client", Value: ui.Say(ui.To(p.ClientName, setPath(p.Client)))},
		{Name: "Here, at " + v.Self.System, Value: ui.Say(ui.Text(fmt.Sprintf("%s, revision %d", entries(c.Ours.Nodes), c.Ours.Revision)))},
		{Name: "At " + string(p.Partner), Value: ui.Say(ui.Text(copyWords(v.Self.System, c.Theirs)))},
	}}
	if c.Diff.Empty() {
		return []ui.Part{facts, ui.P(ui.Pill("In sync"), ui.Text("Nothing differs: "+string(p.Partner)+" has every location as it is here."))}
	}
	n, line := c.Diff.Counts(), []ui.Line{}
	for i, count := range []int{n.Missing, n.Extra, n.Changed, n.Moved, n.LevelChanged} {
		if count > 0 {
			line = append(line, ui.Say(ui.To(v.kindWords(kinds[i], p.Partner), here+"?kind="+kinds[i].String()), ui.Count(count)))
		}
	}
	parts := []ui.Part{
		facts, ui.P(ui.Pill("Differs"), ui.Text(plural(len(c.Diff.Changes), "difference")+". Shops at these locations are held until the sides agree.")), ui.List{Lines: line},
	}
	if p.State == collab.StateAccepted {
		parts = append(parts, ui.Form{ID: "push", Get: true, Action: home + "/locations/push", Submit: "Push all updates to " + string(p.Partner), Links: ui.Say(ui.To("Other options", home+"/locations/options"))})
	}
	return parts
}

// copyWords says how a partner's copy stands.
func copyWords(owner string, h locations.Head) string {
	switch {
	case h.Revision == 0:
		return "nothing yet"
	case h.Source == 0:
		return fmt.Sprintf("%s, never pushed to", entries(h.Nodes))
	}
	return fmt.Sprintf("%s, from revision %d of %s", entries(h.Nodes), h.Source, owner)
}

// differences is the list of what differs, by kind, a page of it.
func (v *visit) differences(p collab.Project, c locations.Comparison) []ui.Part {
	if c.Diff.Empty() {
		return nil
	}
	changes := v.chosen(c.Diff.Changes)
	order := func(a, b locations.Change) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key))
	}
	slices.SortStableFunc(changes, order)
	counts := locations.Diff{Changes: changes}.Counts()
	total := map[locations.Kind]int{
		locations.Missing: counts.Missing, locations.Extra: counts.Extra, locations.Changed: counts.Changed, locations.Moved: counts.Moved, locations.LevelChanged: counts.LevelChanged,
	}
	if kind, key, ok := strings.Cut(v.query("after"), " "); ok {
		last := locations.Change{Kind: kindOf(kind), Key: locations.Key(key)}
		i, found := slices.BinarySearchFunc(changes, last, order)
		if found {
			i++
		}
		changes = changes[i:]
	}
	more := ""
	if len(changes) > shown {
		changes = changes[:shown]
		last := changes[shown-1]
		more = v.with("after", last.Kind.String()+" "+string(last.Key))
	}
	parts := []ui.Part{v.differenceFilter(p, c.Diff)}
	pairs := v.pairs(p, c.Diff.Hints())
	for _, k := range kinds {
		some := slices.DeleteFunc(slices.Clone(changes), func(ch locations.Change) bool { return ch.Kind != k })
		if len(some) == 0 {
			continue
		}
		title := v.kindWords(k, p.Partner)
		parts = append(parts, ui.Section{ID: k.String(), Title: fmt.Sprintf("%s (%d)", title, total[k]), Parts: []ui.Part{pairs.table(title, some)}})
	}
	if len(changes) == 0 {
		parts = append(parts, ui.Table{Empty: ui.Empty{Text: "No difference is like that.", Do: ui.To("Show all", v.URL.Path)}})
	}
	if more != "" {
		parts = append(parts, ui.P(ui.To("More", more)))
	}
	return parts
}

func kindOf(name string) locations.Kind {
	i := slices.IndexFunc(kinds, func(k locations.Kind) bool { return k.String() == name })
	if i < 0 {
		return 0
	}
	return kinds[i]
}

// chosen are the differences that the filters let through.
func (v *visit) chosen(changes []locations.Change) []locations.Change {
	search, kind, level, country, state := v.query("q"), v.query("kind"), v.query("level"), v.query("country"), v.query("state")
	either := func(c locations.Change, wanted string, of func(locations.Node) string) bool {
		return wanted == "" || c.Ours.Key != "" && of(c.Ours) == wanted || c.Theirs.Key != "" && of(c.Theirs) == wanted
	}
	var out []locations.Change
	for _, c := range changes {
		if (kind == "" || c.Kind.String() == kind) &&
			either(c, level, func(n locations.Node) string { return n.Level.String() }) &&
			either(c, country, func(n locations.Node) string { return n.Place.Country }) &&
			either(c, state, func(n locations.Node) string { return n.Place.State }) &&
			(search == "" || matches(search, string(c.Key), c.Ours.Name, c.Theirs.Name)) {
			out = append(out, c)
		}
	}
	return out
}

func (v *visit) differenceFilter(p collab.Project, d locations.Diff) ui.Filter {
	kind := ui.Field{Name: "kind", Label: "Difference", Kind: "select", Value: v.query("kind"), Options: []ui.Option{{Label: "All"}}}
	for _, k := range kinds {
		kind.Options = append(kind.Options, ui.Option{Value: k.String(), Label: v.kindWords(k, p.Partner)})
	}
	// choices are the values that stand on either side of a difference.
	choices := func(name, label string, of func(locations.Node) string, word func(string) string) ui.Field {
		f := ui.Field{Name: name, Label: label, Kind: "select", Value: v.query(name), Options: []ui.Option{{Label: "All"}}}
		there := map[string]bool{}
		for _, c := range d.Changes {
			there[of(c.Ours)], there[of(c.Theirs)] = true, true
		}
		if f.Value != "" {
			there[f.Value] = true
		}
		delete(there, "")
		for _, value := range slices.Sorted(maps.Keys(there)) {
			f.Options = append(f.Options, ui.Option{Value: value, Label: word(value)})
		}
		return f
	}
	same := func(s string) string { return s }
	f := ui.Filter{Label: "Search differences", Fields: []ui.Field{
		{Name: "q", Label: "ID or name", Value: v.query("q")}, kind,
		choices("level", "Level", func(n locations.Node) string {
			if n.Key == "" {
				return ""
			}
			return n.Level.String()
		}, func(s string) string { return levelWord(levelOf(s)) }),
		choices("country", "Country", func(n locations.Node) string { return n.Place.Country }, same),
		choices("state", "State", func(n locations.Node) string { return n.Place.State }, same),
	}}
	for _, name := range []string{"q", "kind", "level", "country", "state"} {
		if v.query(name) != "" {
			f.Clear = v.URL.Path
		}
	}
	return f
}

// copied is what the Secondary sees: its copy, who keeps it, and what arrived.
func copied(v *visit, p collab.Project) ([]ui.Part, error) {
	set := store.SetOf(p.Client)
	if set == "" {
		return []ui.Part{ui.P(ui.Text("There are no locations here yet: the project is"), ui.Pill(p.Label()))}, nil
	}
	type stand struct {
		head  locations.Head
		locks []locations.ProjectID
	}
	st, err := view(v, func(ctx context.Context, sv store.View) (st stand, err error) {
		if st.head, err = sv.Locations.Trees.Head(ctx, set); err == nil {
			st.locks, err = sv.Locations.Shares.Locks(ctx, set)
		}
		return st, err
	})
	if err != nil {
		return nil, err
	}
	records, err := v.Locations.History(v.Context(), set, "", most)
	if err != nil {
		return nil, err
	}
	state := ui.Say(ui.Pill("Not locked"), ui.Text(fmt.Sprintf("They can be edited here by hand. %s sees each edit as a difference, and is asked before a push overwrites it.", p.Partner)))
	if len(st.locks) > 0 {
		state = ui.Say(ui.Pill("Locked"), ui.Text(fmt.Sprintf("Only %s changes these locations, by pushing. Here they are for reading.", p.Partner)))
	}
	arrived := ui.Table{Caption: "Pushes that arrived", Cols: ui.Cols("When", "By", "What"), Empty: ui.Empty{Text: fmt.Sprintf("Here stands what %s pushes. Nothing has arrived yet.", p.Partner)}}
	for _, r := range records {
		if r.Action == "pushed" {
			arrived.Rows = append(arrived.Rows, ui.Row{Cells: ui.Cells(ui.When(r.At), ui.Text(r.Actor), ui.Text(r.Note))})
		}
	}
	return []ui.Part{
		ui.Facts{Items: []ui.Fact{
			{Name: "Client", Value: ui.Say(ui.Text(p.ClientName))}, {Name: "Kept by", Value: ui.Say(ui.Text(string(p.Partner)))},
			{Name: "The copy here", Value: ui.Say(ui.Text(copyWords(string(p.Partner), st.head)))}, {Name: "Editing", Value: state},
		}},
		ui.P(ui.To("Look at the locations", setPath(p.Client))),
		ui.Section{Title: "What arrived", Parts: []ui.Part{arrived}},
	}, nil
}
