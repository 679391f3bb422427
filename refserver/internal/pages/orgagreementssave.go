package pages

import (
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

// account is the account that is acted in.
func (v *visit) account() orgoverlay.Account {
	svc, _ := v.viewer()
	return svc.Account()
}

// agree registers an agreement. What a second press of the same button sends is the one that the first has registered.
func (s *onceSent) agree(v *visit) (done, error) {
	svc, actor := v.viewer()
	first := s.first(string(svc.Account()), v.PostForm)
	first.mu.Lock()
	defer first.mu.Unlock()
	v.typed = v.PostForm
	g := v.newAgreement()
	var err error
	if first.made == "" {
		g, err = svc.SaveAgreement(v.Context(), actor, g)
	} else {
		g, err = svc.Agreement(v.Context(), actor, orgoverlay.AgreementID(first.made))
	}
	if err != nil {
		return done{}, v.agreementRefused(v.newAgreement(), err)
	}
	first.made = string(g.ID)
	return done{to: "/agreements", said: v.agreementReceipt(g, "is registered")}, nil
}

// agreementReceipt says what became of an agreement.
func (v *visit) agreementReceipt(g orgoverlay.Agreement, done string) ui.Receipt {
	svc, _ := v.viewer()
	return ui.Receipt{Title: "Agreement " + string(g.ID) + " with " + string(g.With) + " " + done, Lines: []ui.Line{
		ui.Say(ui.Pill(statusWords[svc.Status(g)]), ui.Text(windowWords(g))),
		ui.Say(ui.To("What was written down", "/organizations/history?kind=agreement")),
	}}
}

func doAgreementChange(v *visit) (done, error) {
	was, err := v.agreement("change an agreement")
	if err != nil {
		return done{}, err
	}
	svc, actor := v.viewer()
	g := readAgreement(v.PostForm, was)
	g.Version = v.version()
	saved, err := svc.SaveAgreement(v.Context(), actor, g)
	if errors.Is(err, orgoverlay.ErrConflict) {
		return v.shownAgain(showAgreementChange)
	}
	if err != nil {
		return done{}, v.agreementRefused(g, err)
	}
	if saved.Version == was.Version {
		return done{to: "/agreements", said: ui.Receipt{Title: "Nothing had changed"}}, nil
	}
	return done{to: "/agreements", said: v.agreementReceipt(saved, "is saved")}, nil
}

// shownAgain shows the page of a form that was made from an earlier version; the page says so.
func (v *visit) shownAgain(page show) (done, error) {
	v.typed = v.PostForm
	p, err := page(v)
	if err != nil {
		return done{}, err
	}
	p.Status = http.StatusConflict
	return done{once: &p}, nil
}
