package pages

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// history serves who did what, when, and what it changed.
func (s *site) history() { s.get("/history", listHistory) }

// subjectKinds are what collaboration keeps history of; the locations of a client have a history of their own.
var subjectKinds = []ui.Option{{Value: "", Label: "Everything but locations"}, {Value: "project", Label: "Project"}, {Value: "shop", Label: "Shop"}, {Value: "survey", Label: "Survey"}, {Value: "client", Label: "Client"},
	{Value: "run", Label: "Import"}, {Value: "partner", Label: "Partner"}, {Value: "module", Label: "Module"}, {Value: "set", Label: "Locations of a client"}}

// happened is a line of either history.
type happened struct {
	id, actor, action, why, about, href string
	at                                  ui.Span
	changes                             ui.Line
}

func listHistory(v *visit) (ui.Page, error) {
	kind, id, project := v.query("kind"), strings.TrimSpace(v.query("id")), strings.TrimSpace(v.query("project"))
	page := ui.Page{Title: "History"}
	filter := ui.Filter{Label: "Filter history", Fields: []ui.Field{
		{Name: "kind", Label: "Of", Kind: "select", Value: kind, Options: subjectKinds}, {Name: "id", Label: "Its ID", Value: id}, {Name: "project", Label: "Project ID", Value: project},
	}}
	if kind != "" || id != "" || project != "" {
		filter.Clear = "/history"
	}
	table := ui.Table{Caption: "Newest first", Cols: ui.Cols("When", "Who", "What", "About", "Before and after", "Why"),
		Empty: ui.Empty{Text: "Here stands who did what, with every value before and after. Nothing is there of what you chose."}}
	page.Parts = []ui.Part{filter}
	if (kind == "") != (id == "") {
		page.Parts = append(page.Parts, ui.P(ui.Text("Give both: of what, and its ID. Until then everything but locations is shown.")))
		kind, id = "", ""
	}
	lines, err := readHistory(v, kind, id, project, v.query("before"))
	if err != nil {
		return ui.Page{}, err
	}
	if len(lines) > most {
		lines = lines[:most]
		table.More = v.with("before", lines[most-1].id)
	}
	for _, l := range lines {
		about := ui.Text(l.about)
		if l.href != "" {
			about = ui.To(l.about, l.href)
		}
		cells := ui.Cells(l.at, ui.Text(l.actor), ui.Text(strings.ReplaceAll(l.action, "_", " ")), about, ui.Span{}, ui.Text(l.why))
		cells[4] = l.changes
		table.Rows = append(table.Rows, ui.Row{Cells: cells})
	}
	page.Parts = append(page.Parts, table)
	return page, nil
}

// readHistory reads a page of what was done, and one line more to see whether there is another.
func readHistory(v *visit, kind, id, project, before string) ([]happened, error) {
	if kind == "set" {
		rs, err := v.Locations.History(v.Context(), locations.SetID(id), before, most+1)
		return each(rs, func(r locations.Record) happened {
			h := happened{id: r.ID, actor: r.Actor, action: r.Action, why: r.Note, about: "locations of " + string(r.Set), href: "/locations/" + escape(string(r.Set)), at: ui.When(r.At)}
			h.changes = changes(r.Changes, func(c locations.FieldChange) collab.Change {
				return collab.Change{Field: string(c.Key) + " " + c.Field, Before: c.Before, After: c.After}
			})
			return h
		}), err
	}
	return view(v, func(ctx context.Context, sv store.View) ([]happened, error) {
		es, err := sv.Collab.History.List(ctx, collab.HistoryQuery{Subject: collab.Subject{Kind: kind, ID: id}, Project: collab.ProjectID(project), Before: before, Limit: most + 1})
		return each(es, func(e collab.Entry) happened {
			h := happened{id: e.ID, actor: e.Actor, action: e.Action, why: e.Why, about: e.Subject.Kind + " " + e.Subject.ID, href: subjectPage(e.Subject), at: ui.When(e.At)}
			h.changes = changes(e.Changes, func(c collab.Change) collab.Change { return c })
			return h
		}), err
	})
}

// shownChanges is how many changes of one entry a page shows, shownText how much of a value.
const (
	shownChanges = 20
	shownText    = 200
)

// changes are values before and after.
func changes[C any](in []C, of func(C) collab.Change) ui.Line {
	var out ui.Line
	for i, one := range in {
		if i == shownChanges {
			return append(out, ui.Quiet("and "+plural(len(in)-i, "more change")))
		}
		c := of(one)
		out = append(out, ui.Strong(c.Field+":"), ui.Text(short(c.Before)), ui.Text("→"), ui.Text(short(c.After)+";"))
	}
	return out
}

// short cuts a long text.
func short(s string) string {
	if s == "" {
		return "(nothing)"
	}
	if _, err := hex.DecodeString(s); err == nil && len(s) == hex.EncodedLen(sha256.Size) { // its beginning tells digests apart
		return s[:12] + " …"
	}
	r := []rune(s)
	if len(r) > shownText {
		return string(r[:shownText]) + " …"
	}
	return s
}

// subjectPage is where a subject is shown, or "".
func subjectPage(s collab.Subject) string {
	switch s.Kind {
	case "project":
		return address(collab.ProjectID(s.ID))
	case "shop":
		return "/shops/" + escape(s.ID)
	case "run":
		return "/runs/" + escape(s.ID)
	case "survey":
		return "/surveys/" + escape(s.ID)
	case "client":
		return "/clients/" + escape(s.ID)
	case "partner", "module":
		return "/partners"
	}
	return ""
}
