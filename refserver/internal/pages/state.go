package pages

import (
	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// states serves how the Primary takes a proposal back, and stops an accepted project and starts it again.
func (s *site) states() {
	s.get("/projects/{id}/withdraw", gated(showWithdraw))
	s.post("/projects/{id}/withdraw", doWithdraw, showWithdraw)
	s.get("/projects/{id}/deactivate", gated(showDeactivate))
	s.post("/projects/{id}/deactivate", doDeactivate, showDeactivate)
	s.get("/projects/{id}/activate", gated(showActivate))
	s.post("/projects/{id}/activate", doActivate, showActivate)
}

func showWithdraw(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	return v.decision(p, ui.Page{Title: "Withdraw " + p.SurveyName}, "withdraw", "Withdraw the offer", false,
		string(p.Partner)+" can no longer accept it. Withdrawing is final; you can offer the survey again.", "Nothing was made at "+string(p.Partner)+", so nothing goes there."), nil
}

func doWithdraw(v *visit) (done, error) {
	p, err := v.Collab.Withdraw(v.Context(), v.actor(), collab.ProjectID(v.PathValue("id")), v.PostFormValue("reason"), v.version())
	return told(p, "Withdrawn"), err
}

func showDeactivate(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	return v.decision(p, ui.Page{Title: "Deactivate " + p.SurveyName}, "deactivate", "Deactivate the project", true,
		"No shop is imported, returned or updated from then on, and "+string(p.Partner)+" hands out none.",
		"Shops that were imported stay here as they are. You can activate the project again."), nil
}

func doDeactivate(v *visit) (done, error) {
	p, err := v.Collab.Deactivate(v.Context(), v.actor(), collab.ProjectID(v.PathValue("id")), v.PostFormValue("reason"), v.version())
	return told(p, "Deactivated"), err
}

func showActivate(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	names, home := v.sidesOf(p), at("projects", string(p.ID))
	lines := []ui.Line{ui.Say(ui.Text("Shops can be imported, returned and updated again, under the settings below."))}
	if p.Reason != "" {
		lines = append(lines, ui.Say(ui.Text("It was stopped for this reason: "+p.Reason)))
	}
	return ui.Page{Title: "Activate " + p.SurveyName, Crumbs: crumbs(p), Parts: []ui.Part{
		ui.Preview{Title: "What happens", Lines: lines, Parts: []ui.Part{names.facts(p.Terms)}},
		ui.Form{ID: "activate", Action: home + "/activate", Hidden: []ui.Hidden{versioned(p.Version)}, Submit: "Activate the project", Links: ui.Say(ui.To("Back to the project", home))},
	}}, nil
}

func doActivate(v *visit) (done, error) {
	p, err := v.Collab.Activate(v.Context(), v.actor(), collab.ProjectID(v.PathValue("id")), v.version())
	return told(p, "Active again"), err
}

// told is the receipt of a decision that the partner only has to know.
func told(p collab.Project, title string) done {
	return done{to: at("projects", string(p.ID)), said: ui.Receipt{Title: title, Lines: []ui.Line{
		ui.Say(ui.Text(string(p.Partner) + " is told.")), ui.Say(historyOf("project", string(p.ID))),
	}}}
}
