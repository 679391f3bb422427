package pages

import (
	"context"
	"slices"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// lately is how far back Home tells of imports.
const lately = 24 * time.Hour

// recent is how many imports and pushes it looks back over.
const recent = 500

// today is what Home tells.
type today struct {
	on       bool
	partners int
	pending  []collab.Partner // wait for the comparison of fingerprints
	attend   []collab.Project // wait for our answer
	changed  []drift
	held     []heldShops
	ended    []collab.Run // newest first
	names    map[collab.ProjectID]string
}

// drift is a project whose copy of locations the last push left behind.
type drift struct {
	collab.Project
	pushed bool
}

type heldShops struct {
	collab.Project
	run collab.RunID
	collab.ReasonCount
}

// showHome is the page that a day begins with: what waits for somebody here, and what went on.
func showHome(v *visit) (ui.Page, error) {
	parked, err := v.Queue.List(v.Context(), store.MessageQuery{Account: v.Self.System, State: store.MessageParked, Limit: most + 1})
	if err != nil {
		return ui.Page{}, err
	}
	since := time.Now().Add(-lately)
	t, err := view(v, func(ctx context.Context, sv store.View) (today, error) { return readToday(ctx, sv, since) })
	if err != nil {
		return ui.Page{}, err
	}
	page := ui.Page{Title: "Home"}
	if v.Start != nil {
		who, _ := staff.Of(v.Context())
		page.Parts = v.Start(who)
	}
	switch {
	case !t.on:
		page.Parts = append(page.Parts, ui.P(ui.Text("Collaboration is switched off here."), ui.To("Switch it on under Partners.", "/partners")))
	case t.partners == 0:
		page.Parts = append(page.Parts, ui.P(ui.Text("No partner is registered yet."), ui.To("Invite or register one.", "/partners")))
	}
	page.Parts = append(page.Parts, ui.Section{Title: "What waits for you", Parts: []ui.Part{t.attention(parked)}}, ui.Section{Title: "The last 24 hours", Parts: []ui.Part{t.lately()}})
	return page, nil
}

// readToday reads what Home tells. Of projects whose last import or push lies further back than the recent ones it tells nothing of these.
func readToday(ctx context.Context, sv store.View, since time.Time) (today, error) {
	t := today{names: map[collab.ProjectID]string{}}
	m, err := sv.Collab.Partners.Module(ctx)
	if err != nil {
		return t, err
	}
	t.on = m.On
	partners, err := sv.Collab.Partners.List(ctx)
	if err != nil {
		return t, err
	}
	t.partners = len(partners)
	for _, p := range partners {
		if p.State == collab.PartnerPending {
			t.pending = append(t.pending, p)
		}
	}
	projects, err := sv.Collab.Projects.List(ctx, collab.ProjectQuery{})
	if err != nil {
		return t, err
	}
	runs, err := sv.Collab.Runs.List(ctx, "", "", recent)
	if err != nil {
		return t, err
	}
	pushes, err := sv.Locations.Pushes.List(ctx, "", "", recent)
	if err != nil {
		return t, err
	}
	lastRun, lastPush := map[collab.ProjectID]collab.Run{}, map[collab.ProjectID]locations.PushRun{}
	for _, r := range slices.Backward(runs) {
		lastRun[r.Project] = r
	}
	for _, r := range slices.Backward(pushes) {
		lastPush[collab.ProjectID(r.Project)] = r
	}
	heads := map[collab.ClientID]locations.Head{}
	for _, p := range projects {
		t.names[p.ID] = p.SurveyName + " with " + string(p.Partner)
		if p.Attention == p.Party && p.State.Current() {
			t.attend = append(t.attend, p)
		}
		if p.Party != collab.PartyPrimary || p.State != collab.StateAccepted {
			continue
		}
		for _, h := range lastRun[p.ID].Counts.Held {
			t.held = append(t.held, heldShops{Project: p, run: lastRun[p.ID].ID, ReasonCount: h})
		}
		head, ok := heads[p.Client]
		if !ok {
			if head, err = sv.Locations.Trees.Head(ctx, locations.SetID(p.Client)); err != nil {
				return t, err
			}
			heads[p.Client] = head
		}
		push, pushed := lastPush[p.ID]
		switch {
		case !pushed && len(pushes) == recent, push.State == locations.RunRunning:
		case !pushed && head.Revision > 0, pushed && (push.State != locations.RunDone || push.Commit.Source < head.Revision):
			t.changed = append(t.changed, drift{Project: p, pushed: pushed})
		}
	}
	for _, r := range runs[:min(len(runs), most)] {
		if r.StartedAt.After(since) {
			t.ended = append(t.ended, r)
		}
	}
	return t, nil
}

// attention is the list of what somebody here should do, the most pressing first.
func (t today) attention(parked []store.Message) ui.Table {
	out := ui.Table{Caption: "To do, the most pressing first", Cols: ui.Cols("What", "Where", "What to do"), Empty: ui.Empty{Text: "Nothing waits for you. Offers, differing locations, held shops and parked messages appear here."}}
	add := func(pill string, where ui.Span, what string) {
		out.Rows = append(out.Rows, ui.Row{Cells: ui.Cells(ui.Pill(pill), where, ui.Text(what))})
	}
	if n := len(parked); n > 0 {
		many := plural(n, "message")
		if n > most {
			many = "more than " + plural(most, "message")
		}
		add("Parked", ui.To("Messages", "/messages?state=parked"), many+" could not be delivered. See why, then try again.")
	}
	for _, p := range t.pending {
		add("Pending", ui.To(string(p.ID), at("partners", string(p.ID))), "Compare the fingerprints with somebody there, then trust it.")
	}
	for _, p := range t.attend {
		if p.Party == collab.PartySecondary {
			add(p.Label(), ui.To(t.names[p.ID], address(p.ID)+"/accept"), string(p.Partner)+" offers it. Accept it, decline it, or ask for changes.")
		} else {
			add(p.Label(), ui.To(t.names[p.ID], address(p.ID)), string(p.Partner)+" asks for other terms. Take them, change the offer, or withdraw it.")
		}
	}
	for _, d := range t.changed {
		what := "Locations changed here since the last push that arrived. See what differs, then push."
		if !d.pushed {
			what = "The locations were never pushed from here. See what differs, then push."
		}
		add("May differ", ui.To(t.names[d.ID], address(d.ID)+"/locations"), what)
	}
	for _, h := range t.held {
		add("Held", ui.To(t.names[h.ID], at("runs", string(h.run))), plural(h.Count, "shop")+" stayed behind in the last import: "+h.ReasonCount.Reason.Help())
	}
	if n := len(out.Rows); n > most {
		out.Rows = append(out.Rows[:most-1], ui.Row{Cells: ui.Cells(ui.Quiet("More"), ui.To("Projects", "/projects"), ui.Text("And "+plural(n-most+1, "more thing")+", once these are done."))})
	}
	return out
}

// lately is what was imported.
func (t today) lately() ui.Table {
	out := ui.Table{Caption: "Imports, newest first", Empty: ui.Empty{Text: "Nothing was imported in the last 24 hours."}, Cols: []ui.Col{
		{Name: "Project"}, {Name: "State"}, {Name: "Imported", Num: true}, {Name: "Updated", Num: true}, {Name: "Held", Num: true}, {Name: "Started"}, {Name: "By"},
	}}
	for _, r := range t.ended {
		var held int64
		for _, h := range r.Counts.Held {
			held += h.Count
		}
		out.Rows = append(out.Rows, ui.Row{Cells: ui.Cells(ui.To(t.names[r.Project], at("runs", string(r.ID))), ui.Pill(runWord(r.State)),
			ui.Count(r.Counts.Imported), ui.Count(r.Counts.Updated), ui.Count(held), ui.When(r.StartedAt), ui.Text(r.By))})
	}
	return out
}

// runWord says the state of a run.
func runWord(s collab.RunState) string {
	switch s {
	case collab.RunRunning:
		return "Running"
	case collab.RunDone:
		return "Done"
	}
	return "Stopped"
}

// address is the page of a project.
func address(id collab.ProjectID) string { return at("projects", string(id)) }
