package pages

import (
	"context"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// settings serves what each side may change of an accepted project.
func (s *site) settings() {
	s.get("/projects/{id}/settings", gated(showSettings))
	s.post("/projects/{id}/settings", doSettings, showSettings)
}

func showSettings(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	names, home := v.sidesOf(p), at("projects", string(p.ID))
	page := ui.Page{Title: "Settings of " + p.SurveyName, Crumbs: crumbs(p)}
	form := ui.Form{ID: "settings", Action: home + "/settings", Hidden: []ui.Hidden{versioned(p.Version)}, Links: ui.Say(ui.To("Back to the project", home))}
	if p.Party == collab.PartySecondary {
		form.Submit = "Save contact and sharing"
		form.Fields = []ui.Field{
			{Name: "contact", Label: "E-mail of the person responsible", Kind: "email", Value: v.value("contact", p.Contact), Required: true, Hint: names.primary + " sees it and writes there."},
			{Name: "sharing", Label: "Share progress", Kind: "check", On: v.ticked("sharing", p.Sharing), Hint: names.primary + " sees how many shops stand in which status, before it imports them."},
		}
		page.Parts = []ui.Part{ui.Section{Title: "As they are", Parts: []ui.Part{agreed(names, p)}}, ui.Section{Title: "Yours to change", Parts: []ui.Part{form}}}
		return page, nil
	}
	survey, err := view(v, func(ctx context.Context, sv store.View) (collab.Survey, error) {
		return sv.Collab.Surveys.Survey(ctx, p.Survey)
	})
	if err != nil {
		return ui.Page{}, err
	}
	form.Submit = "Update"
	setting := func(f collab.Field, legend string, field ui.Field) {
		form.Body = append(form.Body, ui.Fieldset{Legend: legend, Fields: []ui.Field{
			{Name: "mask." + string(f), Label: "Change " + fieldWords[f], Kind: "check", On: v.ticked("mask."+string(f), false)}, field,
		}})
	}
	setting(collab.FieldExport, "Export status", v.exportField(p.Terms))
	setting(collab.FieldExact, "Exact match", v.exactField(p.Terms))
	setting(collab.FieldExcept, "Statuses that stay behind", v.exceptField(p.Terms))
	setting(collab.FieldLockLocations, "Locations", v.lockField(names, p.Terms))
	setting(collab.FieldFeePayer, "Fees", v.feeField(names, p.Terms))
	if p.Terms.Rules || len(survey.Content.Rules) > 0 {
		setting(collab.FieldRules, "Rules", v.rulesField(names, p.Terms))
	}
	form.Body = append(form.Body, ui.Fieldset{Legend: "All of it", Fields: []ui.Field{
		{Name: "master", Label: "Update Project Settings", Kind: "check", On: v.ticked("master", false), Hint: "Nothing changes without this box."},
	}})
	page.Parts = []ui.Part{
		ui.Section{Title: "As they are", Note: ui.Say(ui.Text("Client, survey and partner stay as they were offered.")), Parts: []ui.Part{agreed(names, p)}},
		ui.Section{Title: "Change them", Note: ui.Say(ui.Text("Tick each setting that is to change. What is not ticked stays as it is. A changed export status concerns only shops that are not imported yet.")), Parts: []ui.Part{form}},
	}
	return page, nil
}

func doSettings(v *visit) (done, error) {
	before, err := v.project()
	if err != nil {
		return done{}, err
	}
	change := collab.SettingsChange{Master: v.PostForm.Has("master"), Terms: termsIn(v.PostForm), Contact: v.PostFormValue("contact"), Sharing: v.PostForm.Has("sharing")}
	for _, f := range collab.Editable(before.Party) {
		if before.Party == collab.PartySecondary || v.PostForm.Has("mask."+string(f)) {
			change.Mask = append(change.Mask, f)
		}
	}
	p, err := v.Collab.UpdateSettings(v.Context(), v.actor(), before.ID, change, v.version())
	if err != nil {
		return done{}, err
	}
	names := v.sidesOf(p)
	lines := []ui.Line{}
	was := names.inWords(before.Terms)
	for i, is := range names.inWords(p.Terms) {
		if is != was[i] {
			lines = append(lines, ui.Say(ui.Text(is.name+": "+is.says+". Before: "+was[i].says+".")))
		}
	}
	if p.Party == collab.PartyPrimary {
		lines = append(lines, warned(v.Collab.Warnings(p.Terms))...)
	}
	said := ui.Receipt{Title: "Settings saved", Lines: append(lines, ui.Say(ui.Text(string(p.Partner)+" is told.")), ui.Say(historyOf("project", string(p.ID))))}
	if p.Version == before.Version {
		said = ui.Receipt{Title: "Nothing to change", Lines: []ui.Line{ui.Say(ui.Text("The settings were like this before."))}}
	}
	return done{to: at("projects", string(p.ID)), said: said}, nil
}
