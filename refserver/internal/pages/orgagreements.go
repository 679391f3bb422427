package pages

import (
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// listAgreements shows the agreements that are registered in the account. Those that others have registered stand with the organizations
// that they open.
func listAgreements(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	list, err := svc.Agreements(v.Context(), actor, orgoverlay.AgreementID(v.query("after")), most+1)
	if err != nil {
		return ui.Page{}, err
	}
	t := ui.Table{Caption: "By ID", Cols: ui.Cols("Agreement", "Kind", "State", "Window", "Our side", "Customer's side"),
		Empty: ui.Empty{Text: "An active agreement lets two accounts see the organization that it names on the other side. It is registered by the provider, and needs a trust that is in force. There is none yet.", Do: ui.To("Look at the trusts", "/trusts")}}
	if actor.Administers() {
		t.Cols = append(t.Cols, ui.Col{Name: "Look ahead"})
	}
	if len(list) > most {
		list = list[:most]
		t.More = v.with("after", string(list[most-1].ID))
	}
	for _, g := range list {
		row := []ui.Line{
			{ui.Code(string(g.ID))}, {ui.Text(agreementWords[g.Kind])}, {ui.Pill(statusWords[v.StatusOf(g)])}, {ui.Text(windowWords(g))},
			{sideSpan(g.Provider)}, {ui.Text(string(g.With) + ":"), sideSpan(g.Customer)},
		}
		if g.Kind == orgoverlay.SLA {
			row[4] = append(row[4], ui.Text("by the service"), ui.Code(string(g.Service)))
		}
		if actor.Administers() {
			row = append(row, ui.Say(ui.To("What if it changed", asking("/organizations/what-if", "agreement", string(g.ID)))))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: row})
	}
	return ui.Page{Title: "Agreements", Crumbs: orgCrumbs(), Parts: []ui.Part{
		ui.P(ui.Quiet("Registered in " + string(svc.Account()) + ", whose side provides. An agreement that another account has registered stands on the page of the organization that it opens.")), t,
	}}, nil
}

// windowWords say from which day to which an agreement runs.
func windowWords(g orgoverlay.Agreement) string {
	switch {
	case g.Start == "":
		return "No dates yet"
	case g.Expiry == "":
		return "From " + g.Start + ", no end (" + g.Zone + ")"
	}
	return g.Start + " to the end of " + g.Expiry + " (" + g.Zone + ")"
}

// sideSpan leads to the organization on one side of an agreement.
func sideSpan(r orgoverlay.Ref) ui.Span {
	return ui.To("organization of "+string(r.Account), orgAddress(r.Org))
}
