package pages

import (
	"context"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// accepting serves how the Secondary answers a proposal.
func (s *site) accepting() {
	s.get("/projects/{id}/accept", gated(showAccept))
	s.post("/projects/{id}/accept", doAccept, showAccept)
	s.post("/projects/{id}/decline", doDecline, showAccept)
}

func showAccept(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	home := "/projects/" + string(p.ID)
	made, err := view(v, func(ctx context.Context, sv store.View) ([]ui.Line, error) {
		return []ui.Line{ui.Say(ui.Text("The survey " + p.SurveyName + ", with its questions"))}, nil // the client where it is not here yet, the locations ...
	})
	if err != nil {
		return ui.Page{}, err
	}
	accept := ui.Form{
		ID: "accept", Action: home + "/accept", Hidden: []ui.Hidden{versioned(p.Version)}, Submit: "Accept the project",
		Fields: []ui.Field{
			{Name: "email", Label: "E-mail of the person responsible", Kind: "email", Value: v.value("email", ""), Required: true, Hint: string(p.Partner) + " sees it and writes there."},
			{Name: "agreed", Label: "We accept these settings", Kind: "check", On: v.ticked("agreed", false)},
		},
	}
	decline := ui.Form{
		ID: "decline", Action: home + "/decline", Hidden: []ui.Hidden{versioned(p.Version)}, Submit: "Decline for good", Danger: true,
		Fields: []ui.Field{{Name: "reason", Label: "Why", Value: v.value("reason", ""), Hint: string(p.Partner) + " reads it."}},
	}
	return ui.Page{
		Title: "Accept " + p.SurveyName, Crumbs: []ui.Span{ui.To("Projects", "/projects"), ui.To(p.SurveyName, home)},
		Parts: []ui.Part{
			ui.Section{Title: "What " + string(p.Partner) + " offers", Parts: []ui.Part{ui.Facts{Items: []ui.Fact{
				{Name: "Client", Value: ui.Say(ui.Text(p.ClientName))},
				{Name: "Shops that leave", Value: ui.Say(ui.Text(gate(p.Terms.Gate)))},
			}}}},
			ui.Preview{Title: "What will be made here", Lines: made},
			accept, ui.Group{Summary: ui.Say(ui.Text("Decline")), Parts: []ui.Part{decline}},
		},
	}, nil
}

func doAccept(v *visit) (done, error) {
	p, err := v.Collab.Accept(v.Context(), v.Actor, collab.ProjectID(v.PathValue("id")), collab.Acceptance{Email: v.PostFormValue("email"), Agreed: v.PostForm.Has("agreed")}, v.version())
	return done{to: "/projects/" + string(p.ID), said: ui.Receipt{Title: "Accepted", Lines: []ui.Line{
		ui.Say(ui.Text(string(p.Partner) + " is told. The client and the survey are here now.")),
	}}}, err
}

func doDecline(v *visit) (done, error) {
	p, err := v.Collab.Decline(v.Context(), v.Actor, collab.ProjectID(v.PathValue("id")), v.PostFormValue("reason"), v.version())
	return done{to: "/projects/" + string(p.ID), said: ui.Receipt{Title: "Declined"}}, err
}
