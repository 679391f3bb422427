package pages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// pushes serves pushes at work, and their receipts.
func (s *site) pushes() {
	s.get("/pushes/{id}", gated(showPushRun))
	s.get("/pushes/{id}/stop", gated(showPushRun))
	s.post("/pushes/{id}/stop", stopPush, gated(showPushRun))
	s.live("/pushes/{id}/live", lookAtPush)
}

// showPush says what a push would do, before a person starts it.
func (m *managing) showPush(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	c, err := m.compare(v, p.ID)
	if err != nil {
		return ui.Page{}, err
	}
	home, partner := address(p.ID)+"/locations", string(p.Partner)
	page := ui.Page{Title: "Push locations to " + partner, Crumbs: []ui.Span{ui.To("Projects", "/projects"), ui.To(p.SurveyName, address(p.ID)), ui.To("Manage locations", home)}}
	plan := locations.PlanPush(c)
	if plan.Empty() && c.Theirs.Source > 0 {
		page.Parts = []ui.Part{ui.P(ui.Pill("In sync"), ui.Text("There is nothing to push: "+partner+" has every location as it is here.")), ui.P(ui.To("Back to the locations", home))}
		return page, nil
	}
	pairs := v.pairs(p, nil)
	lines := []ui.Line{}
	for _, n := range []struct {
		n    int
		does string
	}{
		{plan.Created, "made at " + partner}, {plan.Updated, "updated there"}, {plan.Moved, "moved there"}, {plan.Deactivated, "made inactive there. Nothing is deleted; shops keep their location"},
	} {
		if n.n > 0 {
			lines = append(lines, ui.Say(ui.Text(entries(n.n)+" "+n.does+".")))
		}
	}
	if len(lines) == 0 {
		lines = append(lines, ui.Say(ui.Text(partner+" has the same locations. The push tells it that they are those of "+v.Self.System+".")))
	}
	preview := ui.Preview{Title: "What the push will do", Lines: append(lines, ui.Say(ui.Text("Afterwards "+partner+" has exactly the locations of "+v.Self.System+": all of it in one step, or nothing.")))}
	push := ui.Form{
		ID: "push", Action: home + "/push", Submit: "Push " + plural(len(plan.Put), "update") + " to " + partner, Links: ui.Say(ui.To("Not now", home)),
		Hidden: []ui.Hidden{{Name: "ours", Value: strconv.FormatInt(plan.Ours.Revision, 10)}, {Name: "theirs", Value: strconv.FormatInt(plan.Theirs.Revision, 10)}},
	}
	if closed := deactivated(c.Diff.Changes); len(closed) > 0 {
		preview.Parts = append(preview.Parts, ui.Group{Summary: ui.Say(ui.Text("What becomes inactive at " + partner)), Parts: pairs.some("Becomes inactive", closed)})
	}
	if len(plan.Overwrites) > 0 {
		push.Danger = true
		push.Body = append([]ui.Part{ui.P(ui.Strong(fmt.Sprintf("%s of %s will be lost:", plural(len(plan.Overwrites), "edit"), partner)))}, pairs.some("Edited at "+partner, plan.Overwrites)...)
		push.Body = append(push.Body, ui.Fieldset{Legend: "Edits of " + partner, Fields: []ui.Field{{
			Name: "overwrite", Label: "Overwrite what " + partner + " edited", Kind: "check", On: v.ticked("overwrite", false), Hint: "Without this the push is refused. Ask " + partner + " first, or make the same edits here.",
		}}})
	}
	page.Parts = []ui.Part{preview, push}
	return page, nil
}

// some is the first of these differences, as a table.
func (ps pairs) some(caption string, changes []locations.Change) []ui.Part {
	if n := len(changes); n > shown {
		return []ui.Part{ps.table(caption, changes[:shown]), ui.P(ui.Quiet(fmt.Sprintf("These are the first %d of %d.", shown, n)))}
	}
	return []ui.Part{ps.table(caption, changes)}
}

// deactivated are the differences that a push ends by making a node inactive over there.
func deactivated(changes []locations.Change) []locations.Change {
	var out []locations.Change
	for _, c := range changes {
		if c.Kind == locations.Extra || c.Closed || c.Kind != locations.Missing && c.Ours.Inactive && !c.Theirs.Inactive {
			out = append(out, c)
		}
	}
	return out
}

func (m *managing) doPush(v *visit) (done, error) {
	run, err := v.Locations.StartPush(v.Context(), v.keeper(), locations.ProjectID(v.PathValue("id")),
		locations.PushStamp{Ours: v.number("ours"), Theirs: v.number("theirs")}, locations.PushOptions{Overwrite: v.PostForm.Has("overwrite")})
	if busy, ok := errors.AsType[*locations.RunningError](err); ok {
		return done{to: pushPath(busy.Run), said: ui.Receipt{Title: "A push is under way already", Bad: true, Lines: []ui.Line{ui.Say(ui.Text("Nothing was started. This is the push that runs."))}}}, nil
	}
	return done{to: pushPath(run.ID), said: ui.Receipt{Title: "The push has begun", Lines: []ui.Line{ui.Say(ui.Text("You can leave this page; the work goes on and this page keeps its receipt."))}}}, err
}

func pushPath(id locations.RunID) string { return "/pushes/" + escape(string(id)) }

// pushWord says the state of a push.
func pushWord(s locations.RunState) string {
	switch s {
	case locations.RunRunning:
		return "Running"
	case locations.RunDone:
		return "Done"
	case locations.RunStopped:
		return "Stopped"
	}
	return "Refused"
}

// pushesOf lists the last pushes of a project.
func pushesOf(v *visit, p collab.Project) (ui.Part, error) {
	const few = 10
	runs, err := v.Locations.Pushes(v.Context(), locations.ProjectID(p.ID), locations.RunID(v.query("before")), few+1)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "Pushes to " + string(p.Partner) + ", newest first", Cols: []ui.Col{{Name: "Started"}, {Name: "State"}, {Name: "By"}, {Name: "Made", Num: true}, {Name: "Updated", Num: true}, {Name: "Moved", Num: true}, {Name: "Inactive", Num: true}},
		Empty: ui.Empty{Text: "Here stands every push with its receipt. None was made yet."}}
	if len(runs) > few {
		runs = runs[:few]
		t.More = v.with("before", string(runs[few-1].ID))
	}
	for _, r := range runs {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Line{
			{ui.When(r.StartedAt), ui.To("Open", pushPath(r.ID))}, {ui.Pill(pushWord(r.State))}, {ui.Text(r.By)}, {ui.Count(r.Created)}, {ui.Count(r.Updated)}, {ui.Count(r.Moved)}, {ui.Count(r.Deactivated)},
		}})
	}
	return ui.Section{ID: "pushes", Title: "Pushes", Parts: []ui.Part{t}}, nil
}

func showPushRun(v *visit) (ui.Page, error) {
	run, err := v.Locations.PushRun(v.Context(), locations.RunID(v.PathValue("id")))
	if err != nil {
		return ui.Page{}, err
	}
	p, err := view(v, func(ctx context.Context, sv store.View) (collab.Project, error) {
		return sv.Collab.Projects.Project(ctx, collab.ProjectID(run.Project))
	})
	if err != nil {
		return ui.Page{}, err
	}
	home := address(p.ID) + "/locations"
	page := ui.Page{Title: "Push of locations to " + string(p.Partner), Crumbs: []ui.Span{ui.To("Projects", "/projects"), ui.To(p.SurveyName, address(p.ID)), ui.To("Manage locations", home)}}
	facts := ui.Facts{Items: []ui.Fact{
		{Name: "State", Value: ui.Say(ui.Pill(pushWord(run.State)))}, {Name: "Client", Value: ui.Say(ui.To(p.ClientName, setPath(p.Client)))},
		{Name: "Started", Value: ui.Say(ui.When(run.StartedAt), ui.Text("by "+run.By))}, {Name: "Ended", Value: ui.Say(ui.When(run.EndedAt))},
	}}
	if run.State != locations.RunRunning {
		page.Parts = []ui.Part{pushReceipt(run, p), facts}
		return page, nil
	}
	page.Watch = true
	now := pushProgress(run)
	now.Live = pushPath(run.ID) + "/live"
	page.Parts = []ui.Part{now}
	if run.LastError != "" {
		page.Parts = append(page.Parts, ui.P(ui.Text("The last try did not get through. It is tried again by itself; under Messages you see when. The partner or the line said: "+run.LastError)))
	}
	page.Parts = append(page.Parts, facts, ui.Group{Summary: ui.Say(ui.Text("Stop this push")), Open: v.typed != nil, Parts: []ui.Part{ui.Form{
		ID: "stop", Action: pushPath(run.ID) + "/stop", Submit: "Stop the push", Danger: true,
		Body:   []ui.Part{ui.P(ui.Text(string(p.Partner) + " keeps the locations that it has. What was sent is given up. You can push again at any time."))},
		Fields: []ui.Field{{Name: "why", Label: "Why", Value: v.value("why", ""), Required: true, Hint: "It is kept with the push."}},
	}}})
	return page, nil
}

func stopPush(v *visit) (done, error) {
	why := v.PostFormValue("why")
	if why == "" {
		return done{}, locations.Problems{{Field: "why", Message: "Say why, so that others understand it later."}}
	}
	run, err := v.Locations.StopPush(v.Context(), v.keeper(), locations.RunID(v.PathValue("id")), why)
	return done{to: pushPath(run.ID), said: ui.Receipt{Title: "The push is stopped"}}, err
}

// pushProgress says how far a push is.
func pushProgress(r locations.PushRun) ui.Progress {
	p := ui.Progress{Label: "Progress of the push", Done: int64(r.Staged), Of: int64(r.Commit.Total), Now: "Sending locations."}
	switch {
	case r.Commit.Push == "":
		p.Now = "Comparing both sides."
	case r.Staged == r.Commit.Total:
		p.Now = "Everything is there. The partner is switching over."
	}
	if r.LastError != "" {
		p.Now = "Waiting for the next try."
	}
	return p
}

func lookAtPush(v *visit) (ui.Progress, bool, error) {
	run, err := v.Locations.PushRun(v.Context(), locations.RunID(v.PathValue("id")))
	return pushProgress(run), err == nil && run.State != locations.RunRunning, err
}

// pushReceipt says what a push that has ended has done.
func pushReceipt(r locations.PushRun, p collab.Project) ui.Receipt {
	partner, home := string(p.Partner), address(p.ID)+"/locations"
	history := ui.Say(historyOf("set", string(r.Set)))
	if r.State != locations.RunDone {
		title := "The push was refused"
		if r.State == locations.RunStopped {
			title = "The push was stopped"
		}
		return ui.Receipt{Title: title, Bad: true, Lines: []ui.Line{
			ui.Say(ui.Text(partner + " has the locations that it had.")), ui.Say(ui.Text(cmp.Or(r.Refusal.Help(), r.Reason))),
			ui.Say(ui.To("See what differs now", home)), history,
		}}
	}
	out := ui.Receipt{Title: partner + " has the locations of revision " + strconv.FormatInt(r.Commit.Source, 10)}
	for _, n := range []struct {
		n    int
		what string
	}{{r.Created, "made"}, {r.Updated, "updated"}, {r.Moved, "moved"}, {r.Deactivated, "made inactive"}} {
		if n.n > 0 {
			out.Lines = append(out.Lines, ui.Say(ui.Text(entries(n.n)+" "+n.what+".")))
		}
	}
	if len(out.Lines) == 0 {
		out.Lines = append(out.Lines, ui.Say(ui.Text("Nothing differed.")))
	}
	out.Lines = append(out.Lines, ui.Say(ui.Text("Shops that were held because of their location can be imported now:"), ui.To("import", address(p.ID)+"/import")), history)
	return out
}

// options says what can be done about a difference, and what follows from it.
func (m *managing) options(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	home, names := address(p.ID)+"/locations", v.sidesOf(p)
	t := ui.Table{Caption: "What can be done where a location differs", Cols: ui.Cols("What", "What follows")}
	add := func(what ui.Span, follows string) {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(what, ui.Text(follows))})
	}
	locked := p.Terms.LockLocations
	switch {
	case p.Party == collab.PartyPrimary:
		add(ui.To("Push all updates to "+names.secondary, home+"/push"), names.secondary+" has exactly the locations of "+names.primary+" afterwards. What only it has becomes inactive. What it edited by hand is overwritten only where you allow it.")
		add(ui.To("Edit the location here", setPath(p.Client)), "Type what is right at "+names.secondary+" into the location here. Where both say the same, nothing differs any more.")
		add(ui.Text("Leave it as it is"), "Shops at the location are held until both sides say the same.")
		if !locked {
			add(ui.Text("Ask "+names.secondary+" to edit its copy"), "These locations are not locked, so "+names.secondary+" can type what is right.")
		}
	case locked:
		add(ui.Text("Ask "+names.primary+" to push"), "These locations are locked: only "+names.primary+" changes them.")
	default:
		add(ui.To("Edit the location here", setPath(p.Client)), names.primary+" sees the edit as a difference until it says the same there, and is asked before a push overwrites it.")
		add(ui.Text("Ask "+names.primary+" to push"), "What differs here is made equal, and what only "+names.secondary+" has becomes inactive.")
	}
	return ui.Page{
		Title: "Location options", Crumbs: []ui.Span{ui.To("Projects", "/projects"), ui.To(p.SurveyName, address(p.ID)), ui.To("Manage locations", home)}, Parts: []ui.Part{t},
	}, nil
}
