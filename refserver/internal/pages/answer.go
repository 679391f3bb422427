package pages

import (
	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// answering serves the other answers to a proposal: a refusal and a counter-offer.
func (s *site) answering() {
	s.get("/projects/{id}/decline", gated(showDecline))
	s.post("/projects/{id}/decline", doDecline, showDecline)
	s.get("/projects/{id}/counter", gated(showCounter))
	s.post("/projects/{id}/counter", doCounter, showCounter)
}

func showDecline(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	return v.decision(p, ui.Page{Title: "Decline " + p.SurveyName}, "decline", "Decline for good", true,
		"Declining is final. "+string(p.Partner)+" would have to offer a new project.",
		"Nothing is made here, and nothing that is here goes."), nil
}

// decision is a page with one form that asks for a reason, which can be needed; lines say what follows from it.
func (v *visit) decision(p collab.Project, page ui.Page, action, submit string, needed bool, lines ...string) ui.Page {
	said := []ui.Line{}
	for _, l := range lines {
		said = append(said, ui.Say(ui.Text(l)))
	}
	home := at("projects", string(p.ID))
	page.Crumbs = crumbs(p)
	page.Parts = []ui.Part{ui.Preview{Title: "What happens", Lines: said}, ui.Form{
		ID: action, Action: home + "/" + action, Hidden: []ui.Hidden{versioned(p.Version)}, Submit: submit, Danger: true,
		Fields: []ui.Field{{Name: "reason", Label: "Why", Kind: "area", Rows: 3, Value: v.value("reason", ""), Required: needed, Hint: string(p.Partner) + " reads it."}},
		Links:  ui.Say(ui.To("Back to the project", home)),
	}}
	return page
}

func doDecline(v *visit) (done, error) {
	p, err := v.Collab.Decline(v.Context(), v.actor(), collab.ProjectID(v.PathValue("id")), v.PostFormValue("reason"), v.version())
	return done{to: at("projects", string(p.ID)), said: ui.Receipt{Title: "Declined", Lines: []ui.Line{
		ui.Say(ui.Text(string(p.Partner) + " is told, with your reason.")), ui.Say(historyOf("project", string(p.ID))),
	}}}, err
}

func showCounter(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	names, home, begin := v.sidesOf(p), at("projects", string(p.ID)), p.Terms
	note := ""
	if p.Asked != nil {
		begin, note = p.Asked.Terms, p.Asked.Note
	}
	return ui.Page{Title: "Ask for changes to " + p.SurveyName, Crumbs: crumbs(p), Parts: []ui.Part{
		ui.Section{Title: "As offered", Parts: []ui.Part{names.facts(p.Terms)}},
		ui.Form{
			ID: "counter", Action: home + "/counter", Legend: "What you would accept", Hidden: []ui.Hidden{versioned(p.Version)}, Submit: "Ask " + names.primary + " for these changes",
			Fields: append(v.termFields(names, begin, true), ui.Field{
				Name: "note", Label: "Note", Kind: "area", Value: v.value("note", note), Hint: names.primary + " reads it beside the settings that you change.",
			}),
			Links: ui.Say(ui.To("Back to the project", home)),
		},
	}}, nil
}

func doCounter(v *visit) (done, error) {
	ask := collab.Ask{Terms: termsIn(v.PostForm), Note: v.PostFormValue("note")}
	p, err := v.Collab.Counter(v.Context(), v.actor(), collab.ProjectID(v.PathValue("id")), ask, v.version())
	return done{to: at("projects", string(p.ID)), said: ui.Receipt{Title: "You asked for changes", Lines: []ui.Line{
		ui.Say(ui.Text("The project stays open. " + string(p.Partner) + " changes its offer, or withdraws it.")), ui.Say(historyOf("project", string(p.ID))),
	}}}, err
}
