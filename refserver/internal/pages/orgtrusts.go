package pages

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// trusts serves whom the account trusts, and how our half of a trust changes: what would be gained and lost stands first, on a page of its own.
func (s *site) trusts() {
	s.get("/trusts", listTrusts)
	s.get("/trusts/change", showTrust)
	s.post("/trusts/change", doTrust, showTrust)
}

// trustAct is one thing that a side can do with its half of a trust.
type trustAct struct {
	state                 orgoverlay.TrustState
	choice, button, about string
}

var trustActs = []trustAct{
	{orgoverlay.TrustEstablished, "Establish it, resume it or begin it anew", "Establish our half of the trust", "The trust is in force as soon as both sides have established it. Agreements then open what they name."},
	{orgoverlay.TrustSuspended, "Suspend it for a while", "Suspend our half of the trust", "While it lasts, neither side sees the other's organizations. What each has written about them is kept, and comes back."},
	{orgoverlay.TrustEnded, "End it", "End our half of the trust", "Neither side sees the other's organizations any more. What each has written about them is kept until retention is over, then it can be purged for good."},
}

func listTrusts(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	list, err := svc.Trusts(v.Context(), actor)
	if err != nil {
		return ui.Page{}, err
	}
	t := ui.Table{Caption: "Trusts of " + string(svc.Account()), Cols: ui.Cols("With", "State of both sides", "Since", "Our half", "Since when ours", "Their half", "What it means"),
		Empty: ui.Empty{Text: "A trust is the first thing that two accounts need before an agreement lets them see each other's organizations. Ask another account for it; it then accepts. There is none yet."}}
	if actor.Administers() {
		t.Cols = append(t.Cols, ui.Col{Name: "What can be done"})
	}
	for _, one := range list {
		row := ui.Cells(ui.Text(string(one.Other)), ui.Pill(trustWords[one.State]), ui.When(one.Since), ui.Pill(halfWords[one.Ours]), ui.When(one.OursSince), theirHalf(one), ui.Text(trustMeaning(one)))
		if actor.Administers() {
			var acts ui.Line
			for _, to := range one.Acts() {
				acts = append(acts, ui.To(actWords(one, to), asking("/trusts/change", "with", string(one.Other), "state", to.String())))
			}
			row = append(row, acts)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: row})
	}
	page := ui.Page{Title: "Trusts", Crumbs: orgCrumbs(), Parts: []ui.Part{t}}
	if actor.Administers() {
		page.Parts = append(page.Parts, ui.Form{ID: "ask", Get: true, Action: "/trusts/change", Legend: "Ask another account for trust", Submit: "Look at what it would open", Minor: true,
			Hidden: []ui.Hidden{{Name: "state", Value: orgoverlay.TrustEstablished.String()}},
			Fields: []ui.Field{{Name: "with", Label: "ID of the other account", Required: true, Hint: "Such as gigatera. Nothing is changed yet."}},
		})
	}
	return page, nil
}

// actWords name what setting our half does.
func actWords(t orgoverlay.Trust, to orgoverlay.TrustState) string {
	switch {
	case to == orgoverlay.TrustSuspended:
		return "Suspend"
	case to == orgoverlay.TrustEnded && t.Ours == orgoverlay.TrustNone:
		return "Decline"
	case to == orgoverlay.TrustEnded:
		return "End"
	case t.Ours == orgoverlay.TrustSuspended:
		return "Resume"
	case t.Ours == orgoverlay.TrustEnded:
		return "Begin anew"
	}
	return "Accept"
}

// theirHalf says of the other half what we may know.
func theirHalf(t orgoverlay.Trust) ui.Span {
	if state, known := t.Theirs(); known {
		return ui.Pill(halfWords[state])
	}
	return ui.Quiet("theirs to know")
}

func trustMeaning(t orgoverlay.Trust) string {
	switch t.State {
	case orgoverlay.TrustEstablished:
		return "In force: active agreements open what they name."
	case orgoverlay.TrustSuspended:
		return "Nothing is seen by it until whoever suspended it resumes."
	case orgoverlay.TrustEnded:
		return "Nothing is seen by it."
	}
	if t.Ours == orgoverlay.TrustNone {
		return "They have asked, we have not accepted. Nothing is seen by it yet."
	}
	return "We have asked, they have not accepted. Nothing is seen by it yet."
}

// trustTold are the account and the state that an address or a form names.
func (v *visit) trustTold() (other orgoverlay.Account, state string) {
	first := func(name string) string { return strings.TrimSpace(v.value(name, v.query(name))) }
	return orgoverlay.Account(first("with")), first("state")
}

func showTrust(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	other, state := v.trustTold()
	if !actor.Administers() {
		return ui.Page{}, fmt.Errorf("change a trust: %w", orgoverlay.ErrForbidden)
	}
	now, err := v.trustWith(other)
	if err != nil {
		return ui.Page{}, err
	}
	acts := now.Acts()
	page := ui.Page{Title: "Our half of the trust with " + string(other), Crumbs: append(orgCrumbs(), ui.To("Trusts", "/trusts"))}
	if other == "" {
		page.Title = "Our half of a trust"
	}
	choose := ui.Form{ID: "choose", Get: true, Action: "/trusts/change", Minor: true, Submit: "Look at what would change", Fields: []ui.Field{
		{Name: "with", Label: "ID of the other account", Value: string(other), Required: true},
		{Name: "state", Label: "What to do with our half", Kind: "radio", Value: state, Required: true},
	}}
	for _, a := range trustActs {
		if other != "" && !slices.Contains(acts, a.state) {
			continue
		}
		choose.Fields[1].Options = append(choose.Fields[1].Options, ui.Option{Value: a.state.String(), Label: a.choice})
	}
	for _, a := range trustActs {
		if a.state.String() != state || other == "" {
			continue
		}
		if !slices.Contains(acts, a.state) {
			page.Parts = append(page.Parts, ui.Receipt{Title: "It cannot be done", Bad: true, Lines: []ui.Line{ui.Say(ui.Text("Our half of this trust:"), ui.Pill(halfWords[now.Ours]))}})
			break
		}
		forecast, err := svc.WhatIf(v.Context(), actor, orgoverlay.Supposition{Trust: a.state, Other: other})
		if err != nil {
			problems, ours := said(orgRefused(v, err))
			if !ours {
				return ui.Page{}, err
			}
			page.Parts = append(page.Parts, ui.Receipt{Title: "It cannot be done", Bad: true, Lines: problems})
			break
		}
		page.Parts = append(page.Parts, ui.P(ui.Text(a.about)), ui.P(ui.Quiet("The other side's half is its own to say. What follows supposes that it agrees.")))
		page.Parts = append(page.Parts, forecastParts(svc.Account(), forecast)...)
		page.Parts = append(page.Parts, ui.Form{ID: "change", Action: "/trusts/change", Submit: a.button, Danger: a.state != orgoverlay.TrustEstablished,
			Hidden: []ui.Hidden{{Name: "with", Value: string(other)}, {Name: "state", Value: state}}, Links: ui.Say(ui.To("Leave it as it is", "/trusts"))})
	}
	page.Parts = append(page.Parts, ui.Section{Title: "Another choice", Parts: []ui.Part{choose}})
	return page, nil
}

// trustWith is the trust with an account, of which neither half may be there.
func (v *visit) trustWith(other orgoverlay.Account) (orgoverlay.Trust, error) {
	svc, actor := v.viewer()
	list, err := svc.Trusts(v.Context(), actor)
	for _, t := range list {
		if t.Other == other {
			return t, nil
		}
	}
	return orgoverlay.Trust{Other: other}, err
}

func doTrust(v *visit) (done, error) {
	svc, actor := v.viewer()
	other := orgoverlay.Account(strings.TrimSpace(v.PostForm.Get("with")))
	t, err := svc.SetTrust(v.Context(), actor, other, orgoverlay.ParseTrustState(v.PostForm.Get("state")))
	if err != nil {
		if other == "" {
			return done{}, invalidField("with", "Say with which account.")
		}
		return done{}, orgRefused(v, err)
	}
	return done{to: "/trusts", said: ui.Receipt{Title: "Our half of the trust with " + string(other) + " is changed", Lines: []ui.Line{
		ui.Say(ui.Text("Both sides together:"), ui.Pill(trustWords[t.State]), ui.Text(trustMeaning(t))),
		ui.Say(ui.To("What was written down", "/organizations/history?kind=trust")),
	}}}, nil
}
