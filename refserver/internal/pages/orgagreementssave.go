package pages

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// agreementEdits serves how agreements are registered, changed and ended. What is filled in stands in the address until it is sent, so that
// who would see what can be looked at first.
func (s *site) agreementEdits() {
	sent := &onceSent{}
	s.get("/agreements/new", showNewAgreement)
	s.post("/agreements/new", sent.agree, showNewAgreement)
	s.get("/agreements/{id}/change", showAgreementChange)
	s.post("/agreements/{id}/change", doAgreementChange, showAgreementChange)
	s.get("/agreements/{id}/end", showAgreementEnd)
	s.post("/agreements/{id}/end", doAgreementEnd, showAgreementEnd)
}

func agreementCrumbs() []ui.Span { return append(orgCrumbs(), ui.To("Agreements", "/agreements")) }

// newAgreement is the agreement that a form holds.
func (v *visit) newAgreement() orgoverlay.Agreement {
	q := v.given()
	g := orgoverlay.Agreement{Kind: orgoverlay.ParseAgreementKind(q.Get("kind")), With: orgoverlay.Account(strings.TrimSpace(q.Get("with"))), Zone: "UTC"}
	if g = readAgreement(q, g); q.Has(lookField) {
		g.ID = orgoverlay.AgreementID(strings.TrimSpace(q.Get("id")))
	}
	return g
}

func showNewAgreement(v *visit) (ui.Page, error) {
	_, actor := v.viewer()
	if !actor.Administers() {
		return ui.Page{}, fmt.Errorf("register an agreement: %w", orgoverlay.ErrForbidden)
	}
	page := ui.Page{Title: "New agreement", Crumbs: agreementCrumbs(), Form: "fill"}
	g := v.newAgreement()
	if g.Kind == orgoverlay.AgreementNone || g.With == "" {
		choose, err := v.agreementSides(g)
		page.Form, page.Parts = "sides", []ui.Part{ui.P(ui.Text("An agreement is registered by the account whose side provides. It lets both sides see the organization that it names on the other.")), choose}
		return page, err
	}
	fields, err := v.agreementFields(g, orgoverlay.Agreement{})
	if err != nil {
		return ui.Page{}, err
	}
	fields = append([]ui.Field{{Name: "id", Label: "ID of the agreement", Value: v.given().Get("id"), Hint: "Such as SLA-2026-04. Both sides read it. Empty: one is made."}}, fields...)
	carry := []ui.Hidden{{Name: "kind", Value: g.Kind.String()}, {Name: "with", Value: string(g.With)}, {Name: lookField, Value: "yes"}}
	fill := ui.Form{ID: "fill", Get: true, Action: "/agreements/new", Hidden: carry, Fields: fields, Submit: "Look at what it would open", Links: ui.Say(ui.To("Not now", "/agreements"))}
	send := ui.Form{ID: "register", Action: "/agreements/new", Submit: "Register the agreement", Hidden: append(slices.Clone(carry), ui.Hidden{Name: "form", Value: v.given().Get("form")})}
	if send.Hidden[3].Value == "" {
		send.Hidden[3].Value = rand.Text()
	}
	page.Title = "New agreement with " + string(g.With) + ": " + agreementWords[g.Kind]
	return v.agreementPage(page, g, fill, send)
}

// agreementSides asks for what the rest of a new agreement depends on.
func (v *visit) agreementSides(g orgoverlay.Agreement) (ui.Form, error) {
	svc, actor := v.viewer()
	f := ui.Form{ID: "sides", Get: true, Action: "/agreements/new", Submit: "Go on", Links: ui.Say(ui.To("Not now", "/agreements")), Fields: []ui.Field{
		{Name: "kind", Label: "Kind", Kind: "radio", Required: true, Value: g.Kind.String(), Options: []ui.Option{
			{Value: orgoverlay.SLA.String(), Label: agreementWords[orgoverlay.SLA], Hint: "of a customer with one of our services"},
			{Value: orgoverlay.FLSA.String(), Label: agreementWords[orgoverlay.FLSA], Hint: "of a customer with one of our organizations, which answers first"},
		}},
		{Name: "with", Label: "Account of the customer's side", Kind: "select", Required: true, Value: string(g.With), Hint: "A trust that is in force comes first: see Trusts.", Options: []ui.Option{{Label: "Choose one"}}},
	}}
	trusts, err := svc.Trusts(v.Context(), actor)
	with := &f.Fields[1]
	for _, t := range trusts {
		with.Options = append(with.Options, ui.Option{Value: string(t.Other), Label: string(t.Other) + " (trust: " + strings.ToLower(trustWords[t.State]) + ")"})
	}
	with.Options = append(with.Options, ui.Option{Value: string(svc.Account()), Label: string(svc.Account()) + " (within this account)"})
	return f, err
}

func showAgreementChange(v *visit) (ui.Page, error) {
	was, err := v.agreement("change an agreement")
	if err != nil {
		return ui.Page{}, err
	}
	g := readAgreement(v.given(), was)
	fields, err := v.agreementFields(g, was)
	if err != nil {
		return ui.Page{}, err
	}
	here := at("agreements", string(was.ID), "change")
	carry := []ui.Hidden{versioned(was.Version), {Name: lookField, Value: "yes"}}
	fill := ui.Form{ID: "fill", Get: true, Action: here, Hidden: carry, Fields: fields, Submit: "Look at what would change", Links: ui.Say(ui.To("Leave it as it is", "/agreements"))}
	send := ui.Form{ID: "save", Action: here, Submit: "Save the agreement", Hidden: slices.Clone(carry)}
	page := ui.Page{Title: "Change agreement " + string(was.ID) + " with " + string(was.With), Crumbs: agreementCrumbs(), Form: "fill"}
	if v.outdated(was.Version) {
		page.Status, page.Problems = http.StatusConflict, []ui.Problem{outdated("agreement")}
	}
	return v.agreementPage(page, g, fill, send)
}

// outdated reports whether a form that was filled in was made from another version than the present one.
func (v *visit) outdated(version int64) bool {
	q := v.given()
	return q.Has(lookField) && q.Get("version") != strconv.FormatInt(version, 10)
}

// outdated says so.
func outdated(what string) ui.Problem {
	return ui.Problem{Code: "conflict", Text: "Somebody has changed this " + what + " since you opened the page. What you typed stands below; where it differs from what is saved now, the field says so."}
}

// agreement reads the one that the path names, for somebody who may change it.
func (v *visit) agreement(op string) (orgoverlay.Agreement, error) {
	svc, actor := v.viewer()
	if !actor.Administers() {
		return orgoverlay.Agreement{}, fmt.Errorf("%s: %w", op, orgoverlay.ErrForbidden)
	}
	return svc.Agreement(v.Context(), actor, orgoverlay.AgreementID(v.PathValue("id")))
}

// agreementPage shows the form to fill in, and once it is filled in what it says and would do before it, with the form that sends it.
func (v *visit) agreementPage(page ui.Page, g orgoverlay.Agreement, fill, send ui.Form) (ui.Page, error) {
	if !v.given().Has(lookField) {
		page.Parts = append(page.Parts, fill)
		return page, nil
	}
	g = timed(g)
	parts, err := v.agreementForecasts(g)
	if err != nil {
		status, problems := words(v.agreementRefused(g, err))
		if problems == nil {
			return ui.Page{}, err
		}
		if v.typed == nil { // else they are told already
			page.Status, page.Problems = status, append(page.Problems, problems...)
		}
		page.Parts = append(page.Parts, fill)
		return page, nil
	}
	for _, f := range fill.Fields {
		if v.given().Has(f.Name) {
			send.Hidden = append(send.Hidden, ui.Hidden{Name: f.Name, Value: v.given().Get(f.Name)})
		}
	}
	send.Links, fill.Minor, fill.Links = fill.Links, true, nil
	page.Parts = append(page.Parts, v.agreementSays(g))
	page.Parts = append(append(page.Parts, parts...), send, ui.Section{Title: "Change what is filled in", Parts: []ui.Part{fill}})
	return page, nil
}

// agreementSays says an agreement in words.
func (v *visit) agreementSays(g orgoverlay.Agreement) ui.Preview {
	svc, _ := v.viewer()
	return ui.Preview{Title: "What it says", Parts: []ui.Part{ui.Facts{Items: []ui.Fact{
		{Name: "State", Value: ui.Say(ui.Pill(statusWords[svc.Status(g)]))}, {Name: "Kind", Value: ui.Say(ui.Text(agreementWords[g.Kind]))},
		{Name: "Days", Value: ui.Say(ui.Text(windowWords(g)))}, {Name: "Customer's side", Value: ui.Say(ui.Text(string(g.With)))},
	}}}}
}

// agreementForecasts tell who would come to see and see no more what: at once or when it begins, and after its last day.
func (v *visit) agreementForecasts(g orgoverlay.Agreement) ([]ui.Part, error) {
	svc, actor := v.viewer()
	status := svc.Status(g)
	suppose := orgoverlay.Supposition{Agreement: &g}
	title := "At once"
	if status == orgoverlay.StatusScheduled {
		title, suppose.At = "When it begins", g.From
	}
	first, err := svc.WhatIf(v.Context(), actor, suppose)
	if err != nil {
		return nil, err
	}
	parts := []ui.Part{forecastSection(svc.Account(), "first", title, suppose, first)}
	if g.Version > 0 && !g.Until.IsZero() && (status == orgoverlay.StatusActive || status == orgoverlay.StatusScheduled) {
		suppose.At = g.Until
		last, err := svc.WhatIf(v.Context(), actor, suppose)
		if err != nil {
			return nil, err
		}
		parts = append(parts, forecastSection(svc.Account(), "last", "After its last day", suppose, last))
	}
	return parts, nil
}

func forecastSection(us orgoverlay.Account, id, title string, s orgoverlay.Supposition, f orgoverlay.Forecast) ui.Section {
	out := ui.Section{ID: id, Title: title, Parts: forecastParts(us, f)}
	if !s.At.IsZero() {
		out.Note = ui.Say(ui.Text("Now, compared with"), ui.When(s.At))
	}
	return out
}

// agreementRefused tells what the service says of an agreement at the fields of the form.
func (v *visit) agreementRefused(g orgoverlay.Agreement, err error) error {
	var wrong *orgoverlay.Invalid
	switch {
	case errors.As(err, &wrong):
		out := &refusal{error: err}
		for _, f := range wrong.Fields {
			field := f.Path
			if field == "customer" || strings.HasPrefix(field, "customer.") {
				if field = "customer_id"; g.With == v.account() {
					field = "customer"
				}
			}
			out.problems = append(out.problems, ui.Problem{Code: f.Rule, Field: field, Text: cmp.Or(f.Message, f.Rule)})
		}
		return out
	case errors.Is(err, orgoverlay.ErrConflict) && g.Version == 0:
		return refuse(err, "id", "Another agreement has this ID.")
	case errors.Is(err, orgoverlay.ErrState):
		return &refusal{err, []ui.Problem{{Code: "state", Field: "with", Text: "No trust is in force with " + string(g.With) + ". Both sides establish it first, under Trusts."}}}
	}
	return err
}
