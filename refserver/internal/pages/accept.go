package pages

import (
	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// accepting serves how the Secondary accepts a proposal.
func (s *site) accepting() {
	s.get("/projects/{id}/accept", gated(showAccept))
	s.post("/projects/{id}/accept", doAccept, showAccept)
}

func showAccept(v *visit) (ui.Page, error) {
	plan, err := v.Collab.PlanAccept(v.Context(), v.actor(), collab.ProjectID(v.PathValue("id")))
	if err != nil {
		return ui.Page{}, err
	}
	p, home := plan.Project, at("projects", string(plan.Project.ID))
	names := v.sidesOf(p)
	return ui.Page{
		Title: "Accept " + p.SurveyName, Crumbs: crumbs(p),
		Parts: []ui.Part{
			ui.Section{Title: "What " + names.primary + " offers", Parts: []ui.Part{ui.Facts{Items: append([]ui.Fact{
				{Name: "Client", Value: ui.Say(ui.Text(p.ClientName))}, {Name: "Survey", Value: ui.Say(ui.Text(p.SurveyName))},
			}, names.facts(p.Terms).Items...)}, asked(names, p)}},
			ui.Preview{Title: "What will be made here", Lines: made(names, plan), Parts: []ui.Part{ui.Group{
				Summary: ui.Say(ui.Text("Look at the survey")), Parts: questionTables(plan.Content, 0, "", ""),
			}}},
			ui.Form{
				ID: "accept", Action: home + "/accept", Hidden: []ui.Hidden{versioned(p.Version)}, Submit: "Accept the project",
				Fields: []ui.Field{
					{Name: "email", Label: "E-mail of the person responsible", Kind: "email", Value: v.value("email", ""), Required: true, Hint: names.primary + " sees it and writes there."},
					{Name: "agreed", Label: "We accept these settings", Kind: "check", On: v.ticked("agreed", false)},
				},
				Links: ui.Say(ui.To("Ask for changes", home+"/counter"), ui.To("Decline", home+"/decline")),
			},
		},
	}, nil
}

// made says what an acceptance makes here.
func made(names sides, plan collab.AcceptPlan) []ui.Line {
	p, c := plan.Project, plan.Content
	size := plural(len(c.Sections), "section") + ", " + plural(questionsOf(c), "question") + " and " + plural(len(c.Rules), "rule")
	out := []ui.Line{ui.Say(ui.Text("The client " + p.ClientName + ", new here.")), ui.Say(ui.Text("The survey " + c.Name + ", new here: " + size + "."))}
	if plan.Client.ID != "" {
		out[0] = ui.Say(ui.Text("No client: the survey goes to"), ui.To(plan.Client.Name, at("clients", string(plan.Client.ID))), ui.Text("which is here already."))
	}
	if plan.Survey.ID != "" {
		out[1] = ui.Say(ui.Text("No new survey:"), ui.To(plan.Survey.Content.Name, at("surveys", string(plan.Survey.ID))), ui.Text("is brought up to the offer: "+size+"."))
	}
	switch {
	case p.Terms.CopyLocations && p.Terms.LockLocations:
		out = append(out, ui.Say(ui.Text("The client's locations, as "+names.primary+" has them. Only "+names.primary+" can change them.")))
	case p.Terms.CopyLocations:
		out = append(out, ui.Say(ui.Text("The client's locations, as "+names.primary+" has them.")))
	default:
		out = append(out, ui.Say(ui.Text("No locations. Shops at locations that are not here are held.")))
	}
	return out
}

func doAccept(v *visit) (done, error) {
	p, err := v.Collab.Accept(v.Context(), v.actor(), collab.ProjectID(v.PathValue("id")), collab.Acceptance{Email: v.PostFormValue("email"), Agreed: v.PostForm.Has("agreed")}, v.version())
	return done{to: at("projects", string(p.ID)), said: ui.Receipt{Title: "Accepted", Lines: []ui.Line{
		ui.Say(ui.Text("The client"), ui.To(p.ClientName, at("clients", string(p.Client))), ui.Text("and the survey"), ui.To(p.SurveyName, at("surveys", string(p.Survey))), ui.Text("are here.")),
		ui.Say(ui.Text(string(p.Partner) + " is told now. The locations follow when it has heard.")), ui.Say(historyOf("project", string(p.ID))),
	}}}, err
}
