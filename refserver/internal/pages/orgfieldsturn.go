package pages

import (
	"errors"
	"net/http"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// changedForm says that a version has changed since its page was opened.
var changedForm = ui.Problem{Code: "conflict", Text: "Somebody has changed this version since you opened the page. Look at what it says now."}

// turnPage is the page on which a version is brought into another state: what it is now, its fields, and what was looked at before.
func (v *visit) turnPage(e orgoverlay.Extension, title string) ui.Page {
	word := formStates[e.State]
	if e.Disabled {
		word += ", disabled"
	}
	page := ui.Page{Title: title + " " + formName(e), Crumbs: formCrumbs(), Parts: []ui.Part{ui.P(ui.Pill(word), ui.Text("since"), ui.When(e.At)), formTable(e)}}
	if v.outdated(e.Version) {
		page.Status, page.Problems = http.StatusConflict, []ui.Problem{changedForm}
	}
	return page
}

func turnForm(e orgoverlay.Extension, word, submit string) ui.Form {
	return ui.Form{ID: word, Action: formAddress(e, word), Submit: submit, Hidden: []ui.Hidden{versioned(e.Version), {Name: lookField, Value: "yes"}}, Links: ui.Say(ui.To("Leave it as it is", "/extensions"))}
}

// showActivation shows which values a version would keep without taking them, before the button that makes it count.
func showActivation(v *visit) (ui.Page, error) {
	e, err := v.extension("activate custom fields")
	if err != nil {
		return ui.Page{}, err
	}
	page := v.turnPage(e, "Activate")
	if e.State == orgoverlay.ExtensionActive {
		page.Parts = append(page.Parts, ui.P(ui.Text("It is active already.")))
		return page, nil
	}
	svc, actor := v.viewer()
	run, err := svc.DryRunExtension(v.Context(), actor, e)
	if err != nil {
		return ui.Page{}, err
	}
	list, err := v.formsFor("activate custom fields")
	if err != nil {
		return ui.Page{}, err
	}
	page.Parts = append(page.Parts, dryRunPart(run))
	for _, o := range list {
		if o.State == orgoverlay.ExtensionActive && o.Category == e.Category {
			page.Parts = append(page.Parts, ui.P(ui.Text(formName(o)+" is active now. It is so no more then, and can be activated again.")))
		}
	}
	form := turnForm(e, "activate", "Activate version "+formNumber(e))
	form.Danger = run.Flagged > 0
	if e.State == orgoverlay.ExtensionPrepared {
		form.Links = append(ui.Say(ui.To("Change it first", formAddress(e, "change"))), form.Links...)
	}
	page.Parts = append(page.Parts, form)
	return page, nil
}

func doActivateForm(v *visit) (done, error) {
	e, err := v.extension("activate custom fields")
	if err != nil {
		return done{}, err
	}
	svc, actor := v.viewer()
	e, err = svc.ActivateExtension(v.Context(), actor, e.ID, e.Number, v.version())
	if errors.Is(err, orgoverlay.ErrConflict) {
		return v.shownAgain(showActivation)
	}
	if err != nil {
		return done{}, err
	}
	return done{to: "/extensions", said: formReceipt(formName(e) + " is active")}, nil
}

// formTurn hides the fields of the active version (true), or shows them again.
type formTurn bool

func (disable formTurn) show(v *visit) (ui.Page, error) {
	e, err := v.extension("disable or enable custom fields")
	if err != nil {
		return ui.Page{}, err
	}
	page := v.turnPage(e, map[formTurn]string{true: "Disable", false: "Enable"}[disable])
	switch {
	case e.State != orgoverlay.ExtensionActive:
		page.Parts = append(page.Parts, ui.P(ui.Text("It is not active, so it neither shows nor hides anything.")))
		return page, nil
	case e.Disabled == bool(disable):
		page.Parts = append(page.Parts, ui.P(ui.Text(map[formTurn]string{true: "It is disabled already.", false: "It is not disabled."}[disable])))
		return page, nil
	}
	svc, actor := v.viewer()
	run, err := svc.DryRunExtension(v.Context(), actor, e)
	if err != nil {
		return ui.Page{}, err
	}
	if disable {
		form := turnForm(e, "disable", "Disable these fields")
		form.Danger = true
		page.Parts = append(page.Parts, ui.P(ui.Text("Nobody in this account sees or fills these fields any more, on any organization. What stands in them ("+plural(run.Values, "value")+") is kept, and shows again when they are enabled.")), form)
		return page, nil
	}
	page.Parts = append(page.Parts, ui.P(ui.Text("The fields show again on every organization, with what stands in them ("+plural(run.Values, "value")+").")), turnForm(e, "enable", "Enable these fields"))
	return page, nil
}

func (disable formTurn) do(v *visit) (done, error) {
	e, err := v.extension("disable or enable custom fields")
	if err != nil {
		return done{}, err
	}
	svc, actor := v.viewer()
	e, err = svc.DisableExtension(v.Context(), actor, e.ID, e.Number, bool(disable), v.version())
	if errors.Is(err, orgoverlay.ErrConflict) {
		return v.shownAgain(disable.show)
	}
	if err != nil {
		return done{}, err
	}
	return done{to: "/extensions", said: formReceipt(formName(e) + map[formTurn]string{true: " is disabled", false: " is enabled"}[disable])}, nil
}
