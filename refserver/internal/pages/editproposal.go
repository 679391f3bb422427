package pages

import (
	"context"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// editing serves how the Primary changes what it has offered: other settings, or the answer to a counter-offer.
func (s *site) editing() {
	s.get("/projects/{id}/terms", gated(showTerms))
	s.post("/projects/{id}/terms", patient(doTerms), showTerms)
}

func showTerms(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	rules := p.Terms.Rules
	if p.Party == collab.PartyPrimary {
		survey, err := view(v, func(ctx context.Context, sv store.View) (collab.Survey, error) {
			return sv.Collab.Surveys.Survey(ctx, p.Survey)
		})
		if err != nil {
			return ui.Page{}, err
		}
		rules = rules || len(survey.Content.Rules) > 0
	}
	names, home := v.sidesOf(p), at("projects", string(p.ID))
	page := ui.Page{Title: "Change the offer of " + p.SurveyName, Crumbs: crumbs(p)}
	begin, looked := p.Terms, v.query("look") != ""
	if v.typed == nil && looked {
		v.typed = v.URL.Query()
		begin = termsIn(v.typed)
		page.Parts = append(page.Parts, ui.Preview{
			Title: "What changes for " + string(p.Partner), Lines: warned(v.Collab.Warnings(begin)),
			Parts: []ui.Part{names.compared("Settings that change", "As offered", "New", p.Terms, begin), ui.Form{
				ID: "send", Action: home + "/terms", Submit: "Send the new settings to " + string(p.Partner), Hidden: append(hiddenTerms(begin), versioned(p.Version)),
			}},
		})
	}
	page.Parts = append(page.Parts, asked(names, p), ui.Form{
		ID: "settings", Get: true, Action: home + "/terms", Submit: "Preview", Minor: looked, Hidden: []ui.Hidden{{Name: "look", Value: "yes"}},
		Fields: v.termFields(names, begin, rules), Links: ui.Say(ui.To("Leave the offer as it is", home)),
	})
	return page, nil
}

func doTerms(v *visit) (done, error) {
	p, err := v.Collab.EditProposal(v.Context(), v.actor(), collab.ProjectID(v.PathValue("id")), termsIn(v.PostForm), v.version())
	return done{to: at("projects", string(p.ID)), said: ui.Receipt{Title: "The new settings are on their way to " + string(p.Partner), Lines: append([]ui.Line{
		ui.Say(ui.Text(string(p.Partner) + " is asked to accept them.")), ui.Say(historyOf("project", string(p.ID))),
	}, warned(v.Collab.Warnings(p.Terms))...)}}, err
}

// asked is the Secondary's counter-offer, where there is one.
func asked(names sides, p collab.Project) ui.Section {
	if p.Asked == nil {
		return ui.Section{}
	}
	out := ui.Section{Title: "What " + names.secondary + " asks for", Parts: []ui.Part{names.compared("Settings that should change", "As offered", "Asked for", p.Terms, p.Asked.Terms)}}
	if p.Asked.Note != "" {
		out.Parts = append(out.Parts, ui.Facts{Items: []ui.Fact{{Name: "Note from " + names.secondary, Value: ui.Say(ui.Text(p.Asked.Note))}}})
	}
	return out
}

// crumbs lead from a page of a project back to it.
func crumbs(p collab.Project) []ui.Span {
	return []ui.Span{ui.To("Projects", "/projects"), ui.To(p.SurveyName, at("projects", string(p.ID)))}
}
