package pages

import (
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// showWhoSees tells the owner of an organization which accounts see it, and by what.
func showWhoSees(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	r, err := v.organization()
	if err != nil {
		return ui.Page{}, err
	}
	viewings, err := svc.WhoSees(v.Context(), actor, r.ID)
	if err != nil {
		return ui.Page{}, err
	}
	t := ui.Table{Caption: plural(len(viewings), "account") + " by agreements", Cols: ui.Cols("Account", "Agreement", "Kind", "Registered at", "What we are to them", "Ends"),
		Empty: ui.Empty{Text: "No other account sees this organization now. One sees it as soon as an agreement that names it is active, and trust is in force."}}
	for _, one := range viewings {
		name := owner(orgoverlay.Shared{Account: one.Account, AccountName: one.Name})
		for _, w := range one.Whys {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(name), ui.Code(string(w.Agreement)), ui.Text(agreementWords[w.Kind]), ui.Text(string(w.Account)), ui.Text(toThemWords(w.Direction)), untilSpan(w.Until))})
		}
	}
	page := ui.Page{Title: "Who sees " + r.Name, Crumbs: orgCrumbs(r), Parts: []ui.Part{
		ui.P(ui.Text("They see its name, picture, contacts and addresses, and whether it is disabled. What they keep of it for themselves is theirs, and nobody here learns of it.")), t,
	}}
	if actor.Administers() {
		page.Parts = append(page.Parts, ui.Menu{Links: ui.Say(ui.To("What if an agreement, a trust or a service changed?", "/organizations/what-if"))})
	}
	return page, nil
}

func toThemWords(d orgoverlay.Direction) string {
	switch d {
	case orgoverlay.AsProvider:
		return "We provide to them."
	case orgoverlay.AsCustomer:
		return "They provide to us."
	case orgoverlay.AsThird:
		return "We are the other organization of first-line support that they take part in."
	}
	return ""
}
