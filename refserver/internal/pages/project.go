package pages

import (
	"context"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// oneProject serves one project: what was agreed, where it stands, and what can be done with it.
func (s *site) oneProject() {
	s.get("/projects/{id}", gated(showProject))
}

func showProject(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	names := v.sidesOf(p)
	page := ui.Page{Title: p.SurveyName + " for " + p.ClientName, Crumbs: []ui.Span{ui.To("Projects", "/projects")}}
	page.Parts = append(page.Parts, ui.P(ui.Pill(p.Label()), ui.Text(standing(names, p))))
	page.Parts = append(page.Parts, v.next(names, p)...)
	page.Parts = append(page.Parts, facts(names, p), ui.Section{ID: "settings", Title: "Settings", Parts: []ui.Part{agreed(names, p)}})
	if p.Party == collab.PartyPrimary && p.State == collab.StateAccepted {
		page.Parts = append(page.Parts, v.progress(p))
	}
	if p.Party == collab.PartyPrimary {
		runs, err := v.runsOf(p)
		if err != nil {
			return ui.Page{}, err
		}
		page.Parts = append(page.Parts, runs)
	}
	return page, nil
}

// standing says in a sentence where a project stands, for a person of this side.
func standing(names sides, p collab.Project) string {
	primary := p.Party == collab.PartyPrimary
	switch p.State {
	case collab.StateProposed:
		switch {
		case p.Asked != nil && primary:
			return names.secondary + " asks for changes. Change the offer, or withdraw it."
		case p.Asked != nil:
			return "You asked for changes; " + names.primary + " has not answered yet."
		case primary:
			return names.secondary + " has not answered yet. Nothing runs before it accepts."
		}
		return names.primary + " offers this project. Nothing runs before you accept."
	case collab.StateAccepted:
		if !p.Confirmed {
			return "You have accepted; " + names.primary + " has not heard of it yet."
		}
		if primary {
			return names.secondary + " carries out the shops. Import those that have reached the export status."
		}
		return "You carry out the shops; " + names.primary + " imports those that have reached the export status."
	case collab.StateDeclined:
		return names.secondary + " has declined: " + p.Reason
	case collab.StateWithdrawn:
		return strings.TrimSuffix(names.primary+" has withdrawn the offer: "+p.Reason, ": ")
	case collab.StateInactive:
		return "Imports, returns and updates are stopped: " + p.Reason
	}
	return ""
}

// next is what can be done with a project now: the main thing as a button, the rest as links.
func (v *visit) next(names sides, p collab.Project) []ui.Part {
	home := at("projects", string(p.ID))
	history := historyOf("project", string(p.ID))
	places, settings := ui.To("Manage locations", home+"/locations"), ui.To("Change settings", home+"/settings")
	lead := func(to, label string, links ...ui.Span) []ui.Part {
		return []ui.Part{ui.Form{Get: true, Action: home + to, Submit: label, Links: append(links, history)}}
	}
	switch {
	case p.Party == collab.PartySecondary && p.State == collab.StateProposed:
		return append([]ui.Part{asked(names, p)}, lead("/accept", "Review and accept", ui.To("Ask for changes", home+"/counter"), ui.To("Decline", home+"/decline"))...)
	case p.Party == collab.PartySecondary && p.State == collab.StateAccepted:
		return []ui.Part{ui.Menu{Links: ui.Say(ui.To("Shops of this survey", "/shops?survey="+string(p.Survey)), places, settings, history)}}
	case p.Party == collab.PartySecondary && p.State == collab.StateInactive:
		return []ui.Part{ui.Menu{Links: ui.Say(places, settings, history)}}
	case p.State == collab.StateProposed && p.Asked != nil:
		return []ui.Part{asked(names, p), ui.Form{
			ID: "take", Action: home + "/terms", Submit: "Take " + names.secondary + "'s settings", Hidden: append(hiddenTerms(p.Asked.Terms), versioned(p.Version)),
			Links: ui.Say(ui.To("Change the offer", home+"/terms"), ui.To("Withdraw", home+"/withdraw"), history),
		}}
	case p.State == collab.StateProposed:
		return []ui.Part{ui.Menu{Links: ui.Say(ui.To("Change the offer", home+"/terms"), ui.To("Withdraw", home+"/withdraw"), history)}}
	case p.State == collab.StateAccepted:
		return lead("/import", "Import shops", places, ui.To("Update the survey", home+"/survey"), settings, ui.To("Deactivate", home+"/deactivate"))
	case p.State == collab.StateInactive:
		return lead("/activate", "Activate again", places, settings)
	}
	return []ui.Part{ui.P(history)}
}

// facts are a project's names and ids on both systems.
func facts(names sides, p collab.Project) ui.Facts {
	client, survey, here := ui.To(p.ClientName, at("clients", string(p.Client))), ui.To(p.SurveyName, at("surveys", string(p.Survey))), names.of(p.Party)
	if p.Client == "" {
		client = ui.Text(p.ClientName)
	}
	if p.Survey == "" {
		survey = ui.Text(p.SurveyName)
	}
	sharing := "No"
	if p.Sharing {
		sharing = names.primary + " sees the number of shops by status"
	}
	return ui.Facts{Items: []ui.Fact{
		{Name: "Client", Value: ui.Say(client)}, {Name: "Survey", Value: ui.Say(survey)}, {Name: "Partner", Value: ui.Say(ui.To(string(p.Partner), at("partners", string(p.Partner))))},
		{Name: "We are", Value: ui.Say(ui.Text(map[collab.Party]string{collab.PartyPrimary: "the Primary", collab.PartySecondary: "the Secondary"}[p.Party]))},
		{Name: "Project ID, at both", Value: ui.Say(ui.Code(string(p.ID)))},
		{Name: "Client ID at " + here, Value: ui.Say(ui.Code(string(p.Client)))}, {Name: "Client ID at " + string(p.Partner), Value: ui.Say(ui.Code(string(p.TheirClient)))},
		{Name: "Survey ID at " + here, Value: ui.Say(ui.Code(string(p.Survey)))}, {Name: "Survey ID at " + string(p.Partner), Value: ui.Say(ui.Code(string(p.TheirSurvey)))},
		{Name: "Survey revision exchanged", Value: ui.Say(ui.Count(p.SurveyRev))},
		{Name: "Responsible at " + names.secondary, Value: ui.Say(ui.Text(p.Contact))}, {Name: "Progress shared", Value: ui.Say(ui.Text(sharing))},
		{Name: "Offered", Value: ui.Say(ui.When(p.CreatedAt))}, {Name: "Changed", Value: ui.Say(ui.When(p.ChangedAt))},
	}}
}

// fieldWords are the settings that can change after acceptance, as people know them.
var fieldWords = map[collab.Field]string{
	collab.FieldExport: "export status", collab.FieldExact: "exact match", collab.FieldExcept: "statuses that stay behind", collab.FieldLockLocations: "lock of locations",
	collab.FieldFeePayer: "who pays the fees", collab.FieldRules: "rules", collab.FieldContact: "person responsible", collab.FieldSharing: "shared progress",
}

// agreed are a project's settings, and which side changes what once it is accepted.
func agreed(names sides, p collab.Project) ui.Facts {
	out := names.facts(p.Terms)
	for _, party := range []collab.Party{collab.PartyPrimary, collab.PartySecondary} {
		var words []string
		for _, f := range collab.Editable(party) {
			words = append(words, fieldWords[f])
		}
		out.Items = append(out.Items, ui.Fact{Name: names.of(party) + " may change", Value: ui.Say(ui.Text(strings.Join(words, ", ")))})
	}
	return out
}

// progress shows the Secondary's shops by status, where it shares them. A partner that does not answer takes nothing else
// from the page.
func (v *visit) progress(p collab.Project) ui.Section {
	out := ui.Section{Title: "Shops at " + string(p.Partner)}
	if !p.Sharing {
		out.Parts = []ui.Part{ui.P(ui.Quiet(string(p.Partner) + " does not share how many shops stand in which status. It can, in its settings of this project."))}
		return out
	}
	ctx, cancel := context.WithTimeout(v.Context(), askWithin)
	defer cancel()
	counts, err := v.Collab.Progress(ctx, v.actor(), p.ID)
	if err != nil {
		reason := "It could not be asked."
		if _, problems := words(err); len(problems) > 0 {
			reason = problems[0].Text
		}
		out.Parts = []ui.Part{ui.P(ui.Quiet("The shops at " + string(p.Partner) + " cannot be counted now. " + reason))}
		return out
	}
	t := ui.Table{Caption: "By status, counted now", Cols: []ui.Col{{Name: "Status"}, {Name: "Shops", Num: true}}, Empty: ui.Empty{Text: string(p.Partner) + " has no shops of this survey yet."}}
	at := map[collab.Status]int64{}
	for _, c := range counts {
		at[c.Status] = c.Count
	}
	for _, st := range v.Collab.Ladder().Steps {
		if at[st.Status] > 0 {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(string(st.Status)), ui.Count(at[st.Status]))})
		}
	}
	out.Parts = []ui.Part{t}
	return out
}

// shownRuns is how many imports a project's page shows.
const shownRuns = 10

func (v *visit) runsOf(p collab.Project) (ui.Section, error) {
	runs, err := view(v, func(ctx context.Context, sv store.View) ([]collab.Run, error) {
		return sv.Collab.Runs.List(ctx, p.ID, "", shownRuns+1)
	})
	if err != nil {
		return ui.Section{}, err
	}
	t := ui.Table{Caption: "Newest first", Cols: ui.Cols("Started", "By", "What it did"), Empty: ui.Empty{Text: "Nothing was imported yet. Shops come here when they have reached the export status."}}
	if len(runs) > shownRuns {
		runs, t.More = runs[:shownRuns], "/runs?project="+string(p.ID)
	}
	for _, r := range runs {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.When(r.StartedAt), ui.Text(r.By), ui.To(brought(r), at("runs", string(r.ID))))})
	}
	return ui.Section{Title: "Imports", Parts: []ui.Part{t}}, nil
}
