package pages

import (
	"strconv"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// formStates say where a version of the custom fields stands.
var formStates = map[orgoverlay.ExtensionState]string{orgoverlay.ExtensionPrepared: "Being prepared", orgoverlay.ExtensionActive: "Active", orgoverlay.ExtensionRetired: "Earlier"}

// showForms shows the account's custom fields, version by version, and what a version would make of the values that are kept. They
// are changed by programs.
func showForms(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	list, err := svc.Extensions(v.Context(), actor)
	if err != nil {
		return ui.Page{}, err
	}
	page := ui.Page{Title: "Custom fields", Crumbs: orgCrumbs(), Parts: []ui.Part{
		ui.P(ui.Text("These are the fields that this account has of its own on every organization. Other accounts neither see nor fill them. A new version is written through the API; here you see what it would make of the values that are kept.")),
	}}
	if len(list) == 0 {
		page.Parts = append(page.Parts, ui.Table{Empty: ui.Empty{Text: "This account has no custom fields yet.", Do: ui.To("Look at the API", "/docs")}})
	}
	for _, e := range list {
		word := formStates[e.State]
		if e.Disabled {
			word += ", disabled"
		}
		number := strconv.FormatInt(e.Number, 10)
		group := ui.Group{Summary: ui.Say(ui.Text(e.Name+", version "+number), ui.Pill(word)), Open: e.State == orgoverlay.ExtensionActive, Parts: []ui.Part{
			ui.P(ui.Quiet("Since"), ui.When(e.At)), formTable(e),
		}}
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
