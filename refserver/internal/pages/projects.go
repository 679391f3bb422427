package pages

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/internal/textnorm"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// projects serves the list of what is shared with partners.
func (s *site) projects() {
	s.get("/projects", gated(listProjects))
}

// listed is a project in the list, with what became of it here.
type listed struct {
	collab.Project
	last  collab.Run // the newest import; the zero Run: none yet
	shops int64      // of its survey, here
}

func listProjects(v *visit) (ui.Page, error) {
	state, search := cmp.Or(v.query("state"), "current"), v.query("q")
	filter := ui.Filter{Label: "Search projects", Fields: []ui.Field{
		{Name: "q", Label: "Client, survey, partner or project ID", Value: search},
		{Name: "state", Label: "Show", Kind: "select", Value: state, Options: []ui.Option{{Value: "current", Label: "Current"}, {Value: "inactive", Label: "Inactive"}, {Value: "all", Label: "All"}}},
	}}
	if search != "" || state != "current" {
		filter.Clear = "/projects"
	}
	page := ui.Page{Title: "Projects", Parts: []ui.Part{ui.Menu{Links: ui.Say(ui.To("New project", "/projects/new"), ui.To("Clients and surveys", "/clients"), ui.To("Imports", "/runs"))}, filter}}
	for _, party := range []collab.Party{collab.PartyPrimary, collab.PartySecondary} {
		place := "after_" + party.String()
		var next string
		found, err := view(v, func(ctx context.Context, sv store.View) (out []listed, err error) {
			ps, more, err := gather(v.query(place), func(after string, limit int) ([]collab.Project, error) {
				return sv.Collab.Projects.List(ctx, collab.ProjectQuery{Party: party, After: collab.ProjectID(after), Limit: limit})
			}, func(p collab.Project) string { return string(p.ID) }, func(p collab.Project) bool {
				return (state == "all" || p.State.Current() == (state == "current")) && matches(search, string(p.ID), p.ClientName, p.SurveyName, string(p.Partner))
			})
			if err != nil {
				return nil, err
			}
			next = more
			for _, p := range ps {
				l, err := withCounts(ctx, sv, p)
				if err != nil {
					return nil, err
				}
				out = append(out, l)
			}
			return out, nil
		})
		if err != nil {
			return ui.Page{}, err
		}
		title, table := projectTable(party, found, search != "" || state != "current")
		if next != "" {
			table.More = v.with(place, next)
		}
		page.Parts = append(page.Parts, ui.Section{Title: title, Parts: []ui.Part{table}})
	}
	return page, nil
}

// withCounts adds the newest import of a project and the number of its shops here.
func withCounts(ctx context.Context, sv store.View, p collab.Project) (listed, error) {
	out := listed{Project: p}
	if p.Survey == "" {
		return out, nil
	}
	counts, err := sv.Collab.Shops.CountByStatus(ctx, p.Survey)
	if err != nil {
		return out, err
	}
	for _, c := range counts {
		out.shops += c.Count
	}
	if p.Party == collab.PartyPrimary {
		runs, err := sv.Collab.Runs.List(ctx, p.ID, "", 1)
		if err != nil {
			return out, err
		}
		if len(runs) > 0 {
			out.last = runs[0]
		}
	}
	return out, nil
}

// projectTable lists the projects in which this system is one party, under a title.
func projectTable(party collab.Party, found []listed, filtered bool) (title string, t ui.Table) {
	title = "As Primary: our clients, carried out by partners"
	t = ui.Table{Caption: "As Primary, oldest first", Cols: ui.Cols("Client", "Survey", "Partner", "State", "Export status", "Shops here", "Last import"),
		Empty: ui.Empty{Text: "Here stand the surveys of your clients that a partner carries out for you.", Do: ui.To("Offer one to a partner.", "/projects/new")}}
	if party == collab.PartySecondary {
		title, t.Caption, t.Cols = "As Secondary: partners' clients, carried out by us", "As Secondary, oldest first", t.Cols[:6]
		t.Empty = ui.Empty{Text: "Here stand the projects that partners offer you. None has arrived."}
	}
	if filtered {
		t.Empty = ui.Empty{Text: "No project is like this.", Do: ui.To("Show all current ones.", "/projects")}
	}
	t.Cols[5].Num = true
	for _, p := range found {
		cells := ui.Cells(ui.Text(p.ClientName), ui.To(p.SurveyName, at("projects", string(p.ID))), ui.Text(string(p.Partner)),
			ui.Pill(p.Label()), ui.Text(gate(p.Terms.Gate)), ui.Count(p.shops))
		if party == collab.PartyPrimary {
			cells = append(cells, lastImport(p.last))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return title, t
}

// lastImport says when a run was and what it brought.
func lastImport(r collab.Run) ui.Line {
	if r.ID == "" {
		return nil
	}
	return ui.Say(ui.When(r.StartedAt), ui.To(brought(r), at("runs", string(r.ID))))
}

// brought says what an import has done: "4 imported, 1 updated, 3 held".
func brought(r collab.Run) string {
	c := r.Counts
	parts := []string{strconv.FormatInt(c.Imported, 10) + " imported"}
	for _, more := range []struct {
		n    int64
		what string
	}{{c.Updated, "updated"}, {c.Already, "here before"}, {c.Total() - c.Imported - c.Updated - c.Already, "held"}} {
		if more.n > 0 {
			parts = append(parts, strconv.FormatInt(more.n, 10)+" "+more.what)
		}
	}
	if r.State == collab.RunRunning {
		parts = append(parts, "going on")
	}
	return strings.Join(parts, ", ")
}

// gather reads a list page by page until it has what a table shows, and says after which one the next table begins; "" when
// nothing is left.
func gather[T any](after string, list func(after string, limit int) ([]T, error), id func(T) string, keep func(T) bool) (out []T, next string, err error) {
	const page = 500
	for {
		items, err := list(after, page)
		if err != nil {
			return nil, "", err
		}
		for _, it := range items {
			if after = id(it); !keep(it) {
				continue
			}
			if len(out) == most {
				return out, id(out[most-1]), nil
			}
			out = append(out, it)
		}
		if len(items) < page {
			return out, "", nil
		}
	}
}

// matches reports whether one of the texts holds what is searched, whatever its case and accents. An empty search matches.
func matches(search string, texts ...string) bool {
	search = textnorm.Plain(search)
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(textnorm.Plain(t), search) })
}

// gate says which shops may be imported.
func gate(g collab.Gate) string {
	out := string(g.Export) + " and above"
	if g.Exact {
		out = string(g.Export) + " exactly"
	}
	if len(g.Except) > 0 {
		out += ", except " + strings.Join(textOf(g.Except), ", ")
	}
	return out
}
