package pages

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// runs serves imports at work and their receipts.
func (s *site) runs() {
	s.get("/runs", gated(listRuns))
	s.get("/runs/{id}", gated(showRun))
	s.get("/runs/{id}/stop", gated(showStop))
	s.post("/runs/{id}/stop", doStop, showStop)
	s.live("/runs/{id}/live", lookAtRun)
	s.file("/runs/{id}/shops.csv", runFile)
}

func listRuns(v *visit) (ui.Page, error) {
	project := v.query("project")
	type listed struct {
		runs     []collab.Run
		projects []collab.Project
	}
	l, err := view(v, func(ctx context.Context, sv store.View) (l listed, err error) {
		if l.projects, err = sv.Collab.Projects.List(ctx, collab.ProjectQuery{Party: collab.PartyPrimary}); err != nil {
			return l, err
		}
		l.runs, err = sv.Collab.Runs.List(ctx, collab.ProjectID(project), collab.RunID(v.query("before")), most+1)
		return l, err
	})
	if err != nil {
		return ui.Page{}, err
	}
	names := map[collab.ProjectID]string{}
	options := []ui.Option{{Label: "All projects"}}
	for _, p := range l.projects {
		names[p.ID] = p.SurveyName + " with " + string(p.Partner)
		options = append(options, ui.Option{Value: string(p.ID), Label: p.ClientName + ": " + names[p.ID]})
	}
	t := ui.Table{Caption: "Imports, newest first", Cols: []ui.Col{
		{Name: "Started"}, {Name: "Project"}, {Name: "State"}, {Name: "What"}, {Name: "Imported", Num: true}, {Name: "Updated", Num: true}, {Name: "Held", Num: true}, {Name: "By"}, {Name: "Ended"},
	}, Empty: ui.Empty{Text: "Here stands every import with its receipt. An import begins on the page of a project.", Do: ui.To("Open the projects", "/projects")}}
	if len(l.runs) > most {
		l.runs = l.runs[:most]
		t.More = v.with("before", string(l.runs[most-1].ID))
	}
	for _, r := range l.runs {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.When(r.StartedAt), ui.To(cmp.Or(names[r.Project], string(r.Project)), "/runs/"+escape(string(r.ID))), ui.Pill(runWord(r.State)), ui.Text(runKind(r)),
			ui.Count(r.Counts.Imported), ui.Count(r.Counts.Updated), ui.Count(heldCount(r.Counts)), ui.Text(r.By), ui.When(r.EndedAt))})
	}
	filter := ui.Filter{Label: "Filter imports", Fields: []ui.Field{{Name: "project", Label: "Project", Kind: "select", Value: project, Options: options}}}
	if project != "" {
		filter.Clear = "/runs"
	}
	return ui.Page{Title: "Imports", Crumbs: []ui.Span{ui.To("Projects", "/projects")}, Parts: []ui.Part{filter, t}}, nil
}

func runKind(r collab.Run) string {
	if r.Kind == collab.RunReimport {
		return plural(len(r.Chosen), "chosen shop") + " again"
	}
	return "All that may come"
}

// ran is a run with a page of what it did and a page of what it left behind.
type ran struct {
	run     collab.Run
	project collab.Project
	events  []collab.Event
	items   []collab.RunItem
	shops   map[collab.ShopID]collab.Shop
	names   map[collab.PlaceKey]string
}

// readRun reads a run with so many events and items after given shops of the partner.
func readRun(ctx context.Context, sv store.View, id collab.RunID, came, left collab.ShopID, events, items int) (ran, error) {
	r := ran{shops: map[collab.ShopID]collab.Shop{}}
	var err error
	if r.run, err = sv.Collab.Runs.Run(ctx, id); err != nil {
		return r, fmt.Errorf("import %s: %w", id, err)
	}
	if r.project, err = sv.Collab.Projects.Project(ctx, r.run.Project); err != nil {
		return r, err
	}
	if r.events, err = sv.Collab.Ledger.Events(ctx, id, r.project.Partner, came, events); err != nil {
		return r, err
	}
	if r.items, err = sv.Collab.Runs.Items(ctx, id, left, items); err != nil {
		return r, err
	}
	shops, err := sv.Collab.Shops.ByID(ctx, each(r.events, func(e collab.Event) collab.ShopID { return e.Shop }))
	if err != nil {
		return r, err
	}
	var keys []collab.PlaceKey
	for _, sh := range shops {
		r.shops[sh.ID] = sh
		keys = append(keys, sh.Content.Place)
	}
	for _, it := range r.items {
		keys = append(keys, it.Place)
	}
	r.names, err = placeNames(ctx, sv, r.project.Client, keys)
	return r, err
}

func showRun(v *visit) (ui.Page, error) {
	r, err := view(v, func(ctx context.Context, sv store.View) (ran, error) {
		return readRun(ctx, sv, collab.RunID(v.PathValue("id")), collab.ShopID(v.query("came")), collab.ShopID(v.query("left")), most+1, most+1)
	})
	if err != nil {
		return ui.Page{}, err
	}
	home := "/runs/" + escape(string(r.run.ID))
	facts := []ui.Fact{
		{Name: "State", Value: ui.Say(ui.Pill(runWord(r.run.State)))}, {Name: "Project", Value: ui.Say(ui.To(r.project.SurveyName+" with "+string(r.project.Partner), address(r.project.ID)))},
		{Name: "What", Value: ui.Say(ui.Text(runKind(r.run)))}, {Name: "Started", Value: ui.Say(ui.When(r.run.StartedAt), ui.Text("by "+r.run.By))}, {Name: "Ended", Value: ui.Say(ui.When(r.run.EndedAt))},
		{Name: "History", Value: ui.Say(ui.To("What was written down", asking("/history", "kind", "run", "id", string(r.run.ID))))},
	}
	page := ui.Page{Title: "Import of " + r.project.SurveyName, Crumbs: []ui.Span{ui.To("Projects", "/projects"), ui.To(r.project.SurveyName, address(r.project.ID)), ui.To("Imports", asking("/runs", "project", string(r.project.ID)))}}
	if r.run.State == collab.RunRunning {
		page.Watch = true
		progress := runProgress(r.run)
		progress.Live = home + "/live"
		page.Parts = []ui.Part{progress, ui.Facts{Items: facts}, ui.P(ui.To("Stop this import", home+"/stop"))}
		return page, nil
	}
	page.Parts = []ui.Part{runReceipt(r), ui.Facts{Items: facts}, ui.P(ui.To("Download all shops of this import as CSV", home+"/shops.csv"))}
	page.Parts = append(page.Parts, r.tables(v)...)
	return page, nil
}

// showStop asks why an import is to stop, on a page that does not renew itself meanwhile.
func showStop(v *visit) (ui.Page, error) {
	r, err := view(v, func(ctx context.Context, sv store.View) (ran, error) {
		return readRun(ctx, sv, collab.RunID(v.PathValue("id")), "", "", 0, 0)
	})
	if err != nil {
		return ui.Page{}, err
	}
	if r.run.State != collab.RunRunning {
		return showRun(v)
	}
	home := "/runs/" + escape(string(r.run.ID))
	return ui.Page{Title: "Stop the import of " + r.project.SurveyName, Crumbs: []ui.Span{ui.To("Projects", "/projects"), ui.To(r.project.SurveyName, address(r.project.ID)), ui.To("This import", home)}, Parts: []ui.Part{
		ui.P(ui.Text(runProgress(r.run).Now), ui.Text("What was imported stays. The next import takes the rest.")),
		ui.Form{ID: "stop", Action: home + "/stop", Danger: true, Submit: "Stop the import", Fields: []ui.Field{{Name: "reason", Label: "Why", Value: v.value("reason", ""), Required: true}}},
	}}, nil
}

// runReceipt says how a run ended: how many, what not and why, what to do next.
func runReceipt(r ran) ui.Receipt {
	c := r.run.Counts
	out := ui.Receipt{Title: "The import is done", Lines: counted([]count{{c.Imported, "imported."}, {c.Updated, "updated."}, {c.Already, "came before, left alone."}})}
	if r.run.State == collab.RunStopped {
		out.Title, out.Bad = "The import was stopped", true
		out.Lines = append(out.Lines, ui.Say(ui.Text("Why: "+r.run.Reason)), ui.Say(ui.Text("What was imported stays."), ui.To("Import the rest", address(r.project.ID)+"/import")))
	} else if r.run.Reason != "" {
		out.Lines = append(out.Lines, ui.Say(ui.Text("Notable: "+r.run.Reason)))
	}
	for _, h := range c.Held {
		out.Lines = append(out.Lines, append(ui.Say(ui.Strong(plural(h.Count, "shop")), ui.Text("held:"), ui.Pill(reasonWord(h.Reason)), ui.Text(h.Reason.Help())), cureLine(r.project, h.Reason, nil)...))
	}
	return out
}

// tables list what came in and what stayed behind.
func (r ran) tables(v *visit) []ui.Part {
	var out []ui.Part
	came := ui.Table{Caption: "Shops that came in", Pick: "shop", PickLabel: "Choose", Cols: ui.Cols("Shop here", "Shop at "+string(r.project.Partner), "What", "Location", "Status now", "Saved"), Empty: ui.Empty{Text: "No shop came in."}}
	if len(r.events) > most {
		r.events = r.events[:most]
		came.More = v.with("came", string(r.events[most-1].Remote))
	}
	for _, e := range r.events {
		sh := r.shops[e.Shop]
		cells := ui.Cells(shopLink(e.Shop), ui.Code(string(e.Remote)), ui.Pill(eventWord(e.Kind)), ui.Span{}, ui.Pill(string(sh.Content.Status)), ui.When(sh.SavedAt))
		cells[3] = placeLine(r.project.Client, sh.Content.Place, r.names)
		came.Rows = append(came.Rows, ui.Row{Pick: string(e.Shop), Cells: cells})
	}
	if len(came.Rows) > 0 {
		out = append(out, ui.Section{Title: "Came in", Parts: []ui.Part{ui.Form{
			ID: "chosen", Action: address(r.project.ID) + "/reimport", Get: true, Minor: true, Body: []ui.Part{came}, Submit: "Import the chosen shops again",
		}}})
	}
	left := ui.Table{Caption: "Shops that stayed behind", Cols: ui.Cols("Shop at "+string(r.project.Partner), "Location", "Status there", "Why"), Empty: ui.Empty{Text: "No shop stayed behind."}}
	if len(r.items) > most {
		r.items = r.items[:most]
		left.More = v.with("left", string(r.items[most-1].Remote))
	}
	for _, it := range r.items {
		why := make(ui.Line, len(it.Reasons))
		for i, reason := range it.Reasons {
			why[i] = ui.Pill(reasonWord(reason))
		}
		left.Rows = append(left.Rows, ui.Row{Cells: []ui.Line{ui.Say(ui.Code(string(it.Remote))), placeLine(r.project.Client, it.Place, r.names), ui.Say(ui.Text(string(it.Status))), why}})
	}
	return append(out, ui.Section{Title: "Stayed behind", Parts: []ui.Part{left}})
}

func eventWord(k collab.EventKind) string {
	s := k.String()
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// runProgress is how far a run is. How many shops the partner has in all is not known until its last page has come.
func runProgress(r collab.Run) ui.Progress {
	c := r.Counts
	return ui.Progress{Label: "Shops looked at", Done: c.Total(), Of: int64(len(r.Chosen)), Now: fmt.Sprintf("Shops looked at so far. Of these %d imported, %d updated, %d came before, %d held.", c.Imported, c.Updated, c.Already, heldCount(c))}
}

func lookAtRun(v *visit) (ui.Progress, bool, error) {
	var r collab.Run
	err := v.Collab.Read(v.Context(), v.actor(), func(ctx context.Context, cv collab.View) (err error) {
		r, err = cv.Runs.Run(ctx, collab.RunID(v.PathValue("id")))
		return err
	})
	return runProgress(r), r.State != collab.RunRunning, err
}

func doStop(v *visit) (done, error) {
	r, err := v.Collab.StopRun(v.Context(), v.actor(), collab.RunID(v.PathValue("id")), v.PostFormValue("reason"))
	return done{to: "/runs/" + escape(string(r.ID)), said: ui.Receipt{Title: "Stopped"}}, err
}
