package pages

import (
	"strconv"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// formStates say where a version of the custom fields stands.
var formStates = map[orgoverlay.ExtensionState]string{orgoverlay.ExtensionPrepared: "Being prepared", orgoverlay.ExtensionActive: "Active", orgoverlay.ExtensionRetired: "Earlier"}

// showForms shows the account's custom fields, version by version, and what a version would make of the values that are kept. They
// are changed on pages of their own.
func showForms(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	list, err := svc.Extensions(v.Context(), actor)
	if err != nil {
		return ui.Page{}, err
	}
	page := ui.Page{Title: "Custom fields", Crumbs: orgCrumbs(), Parts: []ui.Part{
		ui.P(ui.Text("These are the fields that this account has of its own on every organization. Other accounts neither see nor fill them. They change version by version: one is prepared, you look at what it would make of the values that are kept, and activate it.")),
	}}
	none := ui.Empty{Text: "This account has no custom fields yet."}
	if actor.Administers() {
		none.Do = ui.To("Prepare the first ones", "/extensions/new")
	}
	if len(list) == 0 {
		page.Parts = append(page.Parts, ui.Table{Empty: none})
	} else if actor.Administers() {
		page.Parts = append(page.Parts, ui.Menu{Links: formLinks(list)})
	}
	for _, e := range list {
		word := formStates[e.State]
		if e.Disabled {
			word += ", disabled"
		}
		number := formNumber(e)
		group := ui.Group{Summary: ui.Say(ui.Text(formName(e)), ui.Pill(word)), Open: e.State == orgoverlay.ExtensionActive, Parts: []ui.Part{
			ui.P(ui.Quiet("Since"), ui.When(e.At)), formTable(e),
		}}
		if actor.Administers() {
			group.Parts = append(group.Parts, ui.Menu{Links: formActs(e)})
		}
		if v.query("id") == string(e.ID) && v.query("number") == number {
			run, err := svc.DryRunExtension(v.Context(), actor, e)
			if err != nil {
				return ui.Page{}, err
			}
			group.Open = true
			group.Parts = append(group.Parts, dryRunPart(run))
		} else if actor.Administers() {
			group.Parts = append(group.Parts, ui.P(ui.To("What would it make of the values that are kept?", asking("/extensions", "id", string(e.ID), "number", number))))
		}
		page.Parts = append(page.Parts, group)
	}
	return page, nil
}

// formLinks lead to the next version of each of the account's custom fields.
func formLinks(list []orgoverlay.Extension) ui.Line {
	var out ui.Line
	for i, e := range list {
		if i+1 == len(list) || list[i+1].ID != e.ID {
			out = append(out, ui.To("Next version of "+e.Name, asking("/extensions/new", "id", string(e.ID))))
		}
	}
	return append(out, ui.To("New custom fields", "/extensions/new"))
}

// formActs lead to what can be done with a version.
func formActs(e orgoverlay.Extension) ui.Line {
	switch {
	case e.State == orgoverlay.ExtensionPrepared:
		return ui.Say(ui.To("Change it", formAddress(e, "change")), ui.To("Activate it", formAddress(e, "activate")))
	case e.State == orgoverlay.ExtensionRetired:
		return ui.Say(ui.To("Activate it again", formAddress(e, "activate")))
	case e.Disabled:
		return ui.Say(ui.To("Enable it", formAddress(e, "enable")))
	}
	return ui.Say(ui.To("Disable it", formAddress(e, "disable")))
}

func formTable(e orgoverlay.Extension) ui.Table {
	t := ui.Table{Caption: "Fields of version " + strconv.FormatInt(e.Number, 10), Cols: ui.Cols("Label", "ID", "Who sees it", "What it takes"), Empty: ui.Empty{Text: "This version has no fields."}}
	for _, f := range e.Fields {
		who, takes := "Everybody in the account", ui.Say(ui.Code(short(string(f.Schema))))
		if f.Internal {
			who = "Auditors, specialists and administrators"
		}
		if f.Person {
			takes = append(takes, ui.Text("the ID of a person of the account"))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Line{{ui.Text(f.Label)}, {ui.Code(f.ID)}, {ui.Text(who)}, takes}})
	}
	return t
}

func dryRunPart(run orgoverlay.DryRun) ui.Preview {
	p := ui.Preview{Title: "What it would make of the values that are kept", Lines: []ui.Line{
		ui.Say(ui.Text(plural(run.Values, "value") + " looked at. " + strconv.Itoa(run.Flagged) + " would be kept without fitting. None is lost.")),
	}}
	if len(run.Kept) == 0 {
		return p
	}
	t := ui.Table{Caption: "Would be kept without fitting", Cols: ui.Cols("Organization", "Field", "Why")}
	for _, k := range run.Kept[:min(len(run.Kept), most)] {
		org := ui.Quiet("one that is not seen at present")
		if !k.Retained {
			org = ui.To("Open it", orgAddress(k.Org))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(org, ui.Code(k.Path), ui.Text(k.Message))})
	}
	p.Parts = []ui.Part{t}
	return p
}
