package pages

import (
	"cmp"
	"context"
	"slices"
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

func listProjects(v *visit) (ui.Page, error) {
	state, search := cmp.Or(v.query("state"), "current"), v.query("q")
	type listed struct {
		collab.Project
		last collab.Run
	}
	all, err := view(v, func(ctx context.Context, sv store.View) ([]listed, error) {
		ps, err := sv.Collab.Projects.List(ctx, collab.ProjectQuery{})
		if err != nil {
			return nil, err
		}
		var out []listed
		for _, p := range ps {
			if state != "all" && p.State.Current() != (state == "current") || !matches(search, string(p.ID), p.ClientName, p.SurveyName, string(p.Partner)) {
				continue
			}
			out = append(out, listed{Project: p})
		}
		return out, nil
	})
	if err != nil {
		return ui.Page{}, err
	}
	table := func(party collab.Party, title, empty string, do ui.Span) ui.Section {
		t := ui.Table{Caption: title, Cols: ui.Cols("Client", "Survey", "Partner", "State", "Export status", "Changed"), Empty: ui.Empty{Text: empty, Do: do}}
		for _, p := range all {
			if p.Party != party {
				continue
			}
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(p.ClientName), ui.To(p.SurveyName, "/projects/"+string(p.ID)), ui.Text(string(p.Partner)),
				ui.Pill(p.Label()), ui.Text(gate(p.Terms.Gate)), ui.When(p.ChangedAt))})
		}
		return ui.Section{Title: title, Parts: []ui.Part{t}}
	}
	filter := ui.Filter{Label: "Search projects", Fields: []ui.Field{
		{Name: "q", Label: "Client, survey, partner or project ID", Value: search},
		{Name: "state", Label: "Show", Kind: "select", Value: state, Options: []ui.Option{{Value: "current", Label: "Current"}, {Value: "inactive", Label: "Inactive"}, {Value: "all", Label: "All"}}},
	}}
	if search != "" || state != "current" {
		filter.Clear = "/projects"
	}
	return ui.Page{Title: "Projects", Parts: []ui.Part{
		ui.P(ui.To("New project", "/projects/new")), filter,
		table(collab.PartyPrimary, "As Primary: our clients, carried out by partners", "Here stand the surveys of your clients that a partner carries out for you.", ui.To("Offer one to a partner.", "/projects/new")),
		table(collab.PartySecondary, "As Secondary: partners' clients, carried out by us", "Here stand the projects that partners offer you. None has arrived.", ui.Span{}),
	}}, nil
}

// matches reports whether one of the texts holds what is searched, whatever its case and accents. An empty search matches.
func matches(search string, texts ...string) bool {
	search = textnorm.Fold(search)
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(textnorm.Fold(t), search) })
}

// gate says which shops may be imported.
func gate(g collab.Gate) string {
	out := string(g.Export) + " and above"
	if g.Exact {
		out = string(g.Export) + " exactly"
	}
	if len(g.Except) > 0 {
		names := make([]string, len(g.Except))
		for i, s := range g.Except {
			names[i] = string(s)
		}
		out += ", except " + strings.Join(names, ", ")
	}
	return out
}
