package demo

import (
	"context"

	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// tours are what newcomers of the accounts that alder hosts click first, in four steps: the same agreement, seen from either side.
var tours = map[string]func(*Demo, staff.Who) []ui.Part{
	wdc: func(d *Demo, who staff.Who) []ui.Part {
		return tour("Start here: what Widget Data Center keeps of those who serve it",
			ui.Say(ui.To("Open GigaTera.", d.org(gigatera)), ui.Text("Its name and contacts are GigaTera's own. Beside them stands what Widget Data Center has written: the financial ID wdc-1234, a remark, a contact person.")),
			ui.Say(ui.Text("Look there why it is seen: GigaTera serves Widget Data Center under an agreement."), reads(who, "Look at the agreements", "/agreements"), ui.Text("that open it.")),
			writes(who, "Edit what is kept of GigaTera", d.org(gigatera)+"/edit", "Howard Tanner"),
			ui.Say(ui.To("Sign in as Gita Rao", "/sign-in?next=%2Forganizations"), ui.Text("of GigaTera: nothing of what you wrote is there.")),
		)
	},
	gigatera: func(d *Demo, who staff.Who) []ui.Part {
		return tour("Start here: the same agreement from GigaTera's side",
			ui.Say(ui.To("Open Widget Data Center,", d.org(wdc)), ui.Text("a customer. GigaTera calls it GT-CUST-77. What Widget Data Center has written about GigaTera is not to be found.")),
			ui.Say(ui.To("Open GigaTera itself.", d.org(gigatera)), ui.Text("Its remarks, the group above it and its own financial ID stay here. Others see its name, contacts and addresses.")),
			writes(who, "Edit what is kept of Widget Data Center", d.org(wdc)+"/edit", "Gita Rao"),
			ui.Say(ui.To("Sign in as Howard Tanner", "/sign-in?next=%2Forganizations"), ui.Text("of Widget Data Center: it reads nothing of that, and keeps its own.")),
		)
	},
}

func tour(title string, steps ...ui.Line) []ui.Part {
	return []ui.Part{ui.Preview{Title: title, Parts: []ui.Part{ui.List{Numbered: true, Lines: steps}}}}
}

// reads is a link for those who may read it.
func reads(who staff.Who, text, href string) ui.Span {
	if who.Holds(administrator, specialist) {
		return ui.To(text, href)
	}
	return ui.Text("There are agreements")
}

// writes is the step that changes something, for those who may; others are told who does.
func writes(who staff.Who, text, href, by string) ui.Line {
	if who.Holds(administrator) || who.Holds(serviceLevel) && who.Holds(specialist) {
		return ui.Say(ui.To(text+",", href), ui.Text("and save. It is written down who changed what."))
	}
	return ui.Say(ui.To("Sign in as "+by, "/sign-in?next=%2Forganizations"), ui.Text("to edit what is kept. You may read it."))
}

// org is the page of the organization that a hosted account is.
func (d *Demo) org(account string) string { return "/organizations/" + d.tied[account] }

// tied are the organizations that the hosted accounts are.
func tied(ctx context.Context, a *app.App) (map[string]string, error) {
	out := map[string]string{}
	for _, account := range []string{wdc, gigatera} {
		t, err := a.Orgs(account).Tenant(ctx, keeper(account))
		if err != nil {
			return nil, err
		}
		out[account] = string(t.Organization)
	}
	return out, nil
}
