package pages

import (
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// listAgreements shows the agreements that are registered in the account, and those that others have registered with it.
func listAgreements(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	here, err := svc.Agreements(v.Context(), actor, orgoverlay.AgreementID(v.query("after")), most+1)
	if err != nil {
		return ui.Page{}, err
	}
	elsewhere, err := svc.AgreementsElsewhere(v.Context(), actor, v.query("elsewhere"), most)
	if err != nil {
		return ui.Page{}, err
	}
	var orgs []orgoverlay.OrgID
	for _, list := range [][]orgoverlay.Agreement{here, elsewhere.Agreements} {
		for _, g := range list {
			orgs = append(orgs, g.Provider.Org, g.Customer.Org)
		}
	}
	names, err := svc.Names(v.Context(), actor, orgs)
	if err != nil {
		return ui.Page{}, err
	}
	ours := ui.Table{Caption: "Registered here, by ID", Cols: ui.Cols("Agreement", "Kind", "State", "Window", "Our side", "Customer's side"),
		Empty: ui.Empty{Text: "An active agreement lets two accounts see the organization that it names on the other side. It is registered by the provider, and needs a trust that is in force. There is none yet.", Do: ui.To("Look at the trusts", "/trusts")}}
	if actor.Administers() {
		ours.Cols = append(ours.Cols, ui.Col{Name: "What can be done"})
	}
	if len(here) > most {
		here = here[:most]
		ours.More = v.with("after", string(here[most-1].ID))
	}
	for _, g := range here {
		row := append(aboutAgreement(svc, g), ui.Line{sideSpan(g.Provider, names)}, ui.Line{ui.Text(string(g.With) + ":"), sideSpan(g.Customer, names)})
		if g.Kind == orgoverlay.SLA {
			row[4] = append(row[4], ui.Text("by the service"), ui.Code(string(g.Service)))
		}
		if actor.Administers() {
			row = append(row, agreementLinks(svc, g))
		}
		ours.Rows = append(ours.Rows, ui.Row{Cells: row})
	}
	theirs := ui.Table{Caption: "Registered at others, by account", Cols: ui.Cols("Agreement", "Kind", "State", "Window", "Their side", "Our side"),
		Empty: ui.Empty{Text: "No other account has registered an agreement with this one. What another account is still preparing does not stand here."}}
	if elsewhere.Next != "" {
		theirs.More = v.with("elsewhere", elsewhere.Next)
	}
	for _, g := range elsewhere.Agreements {
		row := append(aboutAgreement(svc, g), ui.Line{ui.Text(string(g.Account) + ":"), sideSpan(g.Provider, names)}, ui.Line{sideSpan(g.Customer, names)})
		theirs.Rows = append(theirs.Rows, ui.Row{Cells: row})
	}
	return ui.Page{Title: "Agreements", Crumbs: orgCrumbs(), Parts: []ui.Part{
		ui.P(ui.Quiet("An agreement is registered in the account whose side provides, and changed there alone.")), agreementMenu(actor), ours, theirs,
	}}, nil
}

// agreementMenu leads to what agreements are made of.
func agreementMenu(a orgoverlay.Actor) ui.Menu {
	var m ui.Menu
	if a.Administers() {
		m.Links = ui.Say(ui.To("New agreement", "/agreements/new"))
	}
	m.Links = append(m.Links, ui.To("Services", "/services"), ui.To("Trusts", "/trusts"))
	return m
}

// agreementLinks lead to what can be done with an agreement that is registered here.
func agreementLinks(svc *orgoverlay.Service, g orgoverlay.Agreement) ui.Line {
	out := ui.Say(ui.To("Change", at("agreements", string(g.ID), "change")))
	if svc.Status(g) == orgoverlay.StatusActive {
		out = append(out, ui.To("End", at("agreements", string(g.ID), "end")))
	}
	return append(out, ui.To("What if it changed", asking("/organizations/what-if", "agreement", string(g.ID))))
}

// aboutAgreement is what every agreement says.
func aboutAgreement(svc *orgoverlay.Service, g orgoverlay.Agreement) []ui.Line {
	return []ui.Line{{ui.Code(string(g.ID))}, {ui.Text(agreementWords[g.Kind])}, {ui.Pill(statusWords[svc.Status(g)])}, {ui.Text(windowWords(g))}}
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

// sideSpan leads to the organization on one side of an agreement, where it is seen.
func sideSpan(r orgoverlay.Ref, names map[orgoverlay.OrgID]string) ui.Span {
	if name := names[r.Org]; name != "" {
		return ui.To(name, orgAddress(r.Org))
	}
	return ui.Quiet("an organization that is not seen now")
}
