package pages

import (
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// orgHistory serves who changed what of an organization in this account, and of all that the account keeps.
func (s *site) orgHistory() {
	s.get("/organizations/{id}/history", showOrgHistory)
	s.get("/organizations/history", showAccountHistory)
}

// shownEntries is how many lines of history a page shows; one more tells whether there are others.
const shownEntries = orgoverlay.MaxPage - 1

func showOrgHistory(v *visit) (ui.Page, error) {
	r, err := v.organization()
	if err != nil {
		return ui.Page{}, err
	}
	svc, actor := v.viewer()
	entries, err := svc.History(v.Context(), actor, r.ID, v.query("before"), shownEntries+1)
	if err != nil {
		return ui.Page{}, err
	}
	t := entriesTable(v, entries, func(e orgoverlay.Entry, c orgoverlay.Change) string { return orgFieldWords(r, c.Path) })
	t.Empty = ui.Empty{Text: "Nobody in this account has changed anything of this organization yet. What others keep of it has a history of its own, which only they see."}
	return ui.Page{Title: "History of " + r.Name, Crumbs: orgCrumbs(r), Parts: []ui.Part{
		ui.P(ui.Quiet("What was changed in " + string(svc.Account()) + ".")), t,
	}}, nil
}

// entryKinds are what an account keeps history of.
var entryKinds = []ui.Option{
	{Label: "Everything"}, {Value: "overlay", Label: "What we keep of others' organizations"}, {Value: "organization", Label: "Our organizations"}, {Value: "agreement", Label: "Agreements"},
	{Value: "trust", Label: "Trusts"}, {Value: "service", Label: "Services"}, {Value: "extension", Label: "Custom fields"}, {Value: "person", Label: "People"},
	{Value: "import", Label: "Imports"}, {Value: "retention", Label: "Retention"}, {Value: "account", Label: "The account"},
}

func showAccountHistory(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	kind := v.query("kind")
	entries, err := svc.Log(v.Context(), actor, orgoverlay.HistoryQuery{Kind: kind, Before: v.query("before"), Limit: shownEntries + 1})
	if err != nil {
		return ui.Page{}, err
	}
	t := entriesTable(v, entries, func(_ orgoverlay.Entry, c orgoverlay.Change) string { return c.Path })
	t.Empty = ui.Empty{Text: "Here stands who changed what in this account, with every value before and after. Nothing is there of what you chose."}
	filter := ui.Filter{Label: "Filter history", Fields: []ui.Field{{Name: "kind", Label: "Of", Kind: "select", Value: kind, Options: entryKinds}}}
	if v.URL.RawQuery != "" {
		filter.Clear = "/organizations/history"
	}
	return ui.Page{Title: "History of " + string(svc.Account()), Crumbs: orgCrumbs(), Parts: []ui.Part{filter, t}}, nil
}

func entriesTable(v *visit, entries []orgoverlay.Entry, field func(orgoverlay.Entry, orgoverlay.Change) string) ui.Table {
	t := ui.Table{Caption: "Newest first", Cols: ui.Cols("When", "Who", "What", "About", "Before and after", "Why")}
	if len(entries) > shownEntries {
		entries = entries[:shownEntries]
		t.More = v.with("before", entries[shownEntries-1].ID)
	}
	for _, e := range entries {
		who := e.Actor
		if e.Home != "" {
			who += " (" + string(e.Home) + ")"
		}
		about := ui.Say(ui.Text(e.Kind), ui.Code(e.Subject))
		if e.Kind == "overlay" || e.Kind == "organization" {
			about = ui.Say(ui.Text(map[string]string{"overlay": "Ours on", "organization": "Our own"}[e.Kind]), ui.To("the organization", orgAddress(orgoverlay.OrgID(e.Subject))))
		}
		cells := ui.Cells(ui.When(e.At), ui.Text(who), ui.Text(strings.ReplaceAll(e.Action, "_", " ")), ui.Span{}, ui.Span{}, ui.Text(e.Why))
		cells[3], cells[4] = about, orgChanges(e, field)
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

// orgChanges are the values before and after of one line.
func orgChanges(e orgoverlay.Entry, field func(orgoverlay.Entry, orgoverlay.Change) string) ui.Line {
	var out ui.Line
	for i, c := range e.Changes {
		if i == shownChanges {
			return append(out, ui.Quiet("and "+plural(len(e.Changes)-i, "more change")))
		}
		before, after := c.Before, c.After
		if strings.HasPrefix(c.Path, "custom.") {
			before, after = customWords([]byte(before)), customWords([]byte(after))
		}
		out = append(out, ui.Strong(field(e, c)+":"), ui.Text(short(before)), ui.Text("→"), ui.Text(short(after)+";"))
	}
	return out
}
