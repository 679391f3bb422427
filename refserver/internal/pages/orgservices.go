package pages

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// services serves what the account provides to customers, and which of its organizations those then see.
func (s *site) services() {
	sent := &onceSent{}
	s.get("/services", listServices)
	s.get("/services/new", showNewService)
	s.post("/services/new", sent.provide, showNewService)
	s.get("/services/{id}/change", showServiceChange)
	s.post("/services/{id}/change", doServiceChange, showServiceChange)
}

func serviceCrumbs() []ui.Span { return append(orgCrumbs(), ui.To("Services", "/services")) }

func listServices(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	list, err := svc.Services(v.Context(), actor, orgoverlay.ServiceID(v.query("after")), most+1)
	if err != nil {
		return ui.Page{}, err
	}
	names, err := svc.Names(v.Context(), actor, each(list, func(e orgoverlay.ServiceEntry) orgoverlay.OrgID { return e.Provider }))
	if err != nil {
		return ui.Page{}, err
	}
	t := ui.Table{Caption: "Services of " + string(v.account()) + ", by ID", Cols: ui.Cols("Service", "ID", "Provided by"),
		Empty: ui.Empty{Text: "A service level agreement is about a service, and lets its customer see the organization that provides it. There is no service yet."}}
	page := ui.Page{Title: "Services", Crumbs: orgCrumbs()}
	if actor.Administers() {
		t.Cols, t.Empty.Do = append(t.Cols, ui.Col{Name: "What can be done"}), ui.To("Enter the first one", "/services/new")
		page.Parts = append(page.Parts, ui.Menu{Links: ui.Say(ui.To("New service", "/services/new"), ui.To("Agreements", "/agreements"))})
	}
	if len(list) > most {
		list = list[:most]
		t.More = v.with("after", string(list[most-1].ID))
	}
	for _, e := range list {
		row := ui.Cells(ui.Strong(e.Name), ui.Code(string(e.ID)), sideSpan(orgoverlay.Ref{Org: e.Provider}, names))
		if actor.Administers() {
			row = append(row, ui.Say(ui.To("Change", at("services", string(e.ID), "change"))))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: row})
	}
	page.Parts = append(page.Parts, t)
	return page, nil
}

// readService fills in what a form holds of a service.
func readService(q url.Values, e orgoverlay.ServiceEntry) orgoverlay.ServiceEntry {
	if q.Has(lookField) {
		e.Name, e.Provider = strings.TrimSpace(q.Get("name")), readRef(q.Get("provider")).Org
	}
	return e
}

// serviceFields ask for what a service says. What differs from what is saved is said at the field.
func (v *visit) serviceFields(e, was orgoverlay.ServiceEntry) ([]ui.Field, error) {
	us := v.account()
	provider := orgoverlay.Ref{Account: us, Org: e.Provider}
	saved := orgoverlay.Ref{Account: us, Org: was.Provider}
	options, err := v.orgOptions([]orgoverlay.Ref{provider, saved}, us)
	fields := []ui.Field{
		{Name: "name", Label: "Name", Required: true, Value: e.Name},
		{Name: "provider", Label: "Our organization that provides it", Kind: "select", Required: true, Value: refText(provider), Options: options, Hint: "Customers with an agreement about the service see it."},
	}
	if was.Version > 0 && e.Name != was.Name {
		fields[0].Hint = "Saved: " + was.Name
	}
	if was.Version > 0 && e.Provider != was.Provider {
		fields[1].Hint = "Saved: " + optionLabel(options, refText(saved)) + ". " + fields[1].Hint
	}
	return fields, err
}

func showNewService(v *visit) (ui.Page, error) {
	_, actor := v.viewer()
	if !actor.Administers() {
		return ui.Page{}, fmt.Errorf("enter a service: %w", orgoverlay.ErrForbidden)
	}
	fields, err := v.serviceFields(readService(v.typed, orgoverlay.ServiceEntry{}), orgoverlay.ServiceEntry{})
	fields = append(fields, ui.Field{Name: "id", Label: "ID of the service", Value: v.typed.Get("id"), Hint: "Only this account reads it. Empty: one is made."})
	return ui.Page{Title: "New service", Crumbs: serviceCrumbs(), Parts: []ui.Part{
		ui.P(ui.Text("Nobody sees anything new by a service alone. An agreement about it lets the customer see the organization that provides it.")),
		ui.Form{ID: "service", Fields: fields, Hidden: []ui.Hidden{{Name: lookField, Value: "yes"}, {Name: "form", Value: v.value("form", rand.Text())}}, Submit: "Enter the service", Links: ui.Say(ui.To("Not now", "/services"))},
	}}, err
}

// provide enters a service. What a second press of the same button sends is the one that the first has entered.
func (s *onceSent) provide(v *visit) (done, error) {
	svc, actor := v.viewer()
	first := s.first(string(svc.Account()), v.PostForm)
	first.mu.Lock()
	defer first.mu.Unlock()
	e := readService(v.PostForm, orgoverlay.ServiceEntry{ID: orgoverlay.ServiceID(strings.TrimSpace(v.PostForm.Get("id")))})
	if first.made == "" {
		saved, err := svc.SaveService(v.Context(), actor, e)
		if errors.Is(err, orgoverlay.ErrConflict) {
			err = refuse(err, "id", "Another service has this ID.")
		}
		if err != nil {
			return done{}, serviceRefused(v, e, err)
		}
		first.made = string(saved.ID)
	}
	return done{to: "/services", said: serviceReceipt(e.Name + " is entered")}, nil
}

// serviceRefused tells what the service says of a service at the fields of the form.
func serviceRefused(v *visit, e orgoverlay.ServiceEntry, err error) error {
	err = orgRefused(v, err)
	if no, ok := errors.AsType[*refusal](err); ok && e.Provider == "" {
		for i, p := range no.problems {
			if p.Field == "provider" {
				no.problems[i].Text = unfilled[p.Field]
			}
		}
	}
	return err
}

func serviceReceipt(title string) ui.Receipt {
	return ui.Receipt{Title: title, Lines: []ui.Line{ui.Say(ui.To("What was written down", "/organizations/history?kind=service"))}}
}

// service reads the one that the path names, for somebody who may change it. There is no reading of one alone.
func (v *visit) service() (orgoverlay.ServiceEntry, error) {
	svc, actor := v.viewer()
	if !actor.Administers() {
		return orgoverlay.ServiceEntry{}, fmt.Errorf("change a service: %w", orgoverlay.ErrForbidden)
	}
	id := orgoverlay.ServiceID(v.PathValue("id"))
	for after, more := orgoverlay.ServiceID(""), true; more; {
		list, err := svc.Services(v.Context(), actor, after, maxServices)
		if err != nil {
			return orgoverlay.ServiceEntry{}, err
		}
		for _, e := range list {
			if after = e.ID; e.ID == id {
				return e, nil
			}
		}
		more = len(list) == maxServices
	}
	return orgoverlay.ServiceEntry{}, fmt.Errorf("service %q: %w", id, orgoverlay.ErrNotFound)
}

// showServiceChange holds a service, and once it is filled in shows who would see which organization instead, before the button.
func showServiceChange(v *visit) (ui.Page, error) {
	was, err := v.service()
	if err != nil {
		return ui.Page{}, err
	}
	e := readService(v.given(), was)
	fields, err := v.serviceFields(e, was)
	if err != nil {
		return ui.Page{}, err
	}
	here := at("services", string(was.ID), "change")
	carry := []ui.Hidden{versioned(was.Version), {Name: lookField, Value: "yes"}}
	page := ui.Page{Title: "Change the service " + was.Name, Crumbs: serviceCrumbs(), Form: "fill"}
	fill := ui.Form{ID: "fill", Get: true, Action: here, Hidden: carry, Fields: fields, Submit: "Look at what would change", Links: ui.Say(ui.To("Leave it as it is", "/services"))}
	if !v.given().Has(lookField) {
		page.Parts = []ui.Part{fill}
		return page, nil
	}
	if v.outdated(was.Version) {
		page.Status, page.Problems = http.StatusConflict, []ui.Problem{outdated("service")}
	}
	svc, actor := v.viewer()
	forecast, err := svc.WhatIf(v.Context(), actor, orgoverlay.Supposition{Service: &e})
	if err != nil {
		status, problems := words(serviceRefused(v, e, err))
		if problems == nil {
			return ui.Page{}, err
		}
		if v.typed == nil { // else they are told already
			page.Status, page.Problems = status, append(page.Problems, problems...)
		}
		page.Parts = []ui.Part{fill}
		return page, nil
	}
	send := ui.Form{ID: "save", Action: here, Submit: "Save the service", Links: fill.Links, Danger: len(forecast.Losses) > 0,
		Hidden: []ui.Hidden{carry[0], carry[1], {Name: "name", Value: e.Name}, {Name: "provider", Value: fields[1].Value}}}
	fill.Minor, fill.Links = true, nil
	page.Parts = append(page.Parts, forecastSection(svc.Account(), "forecast", "At once", orgoverlay.Supposition{}, forecast), send, ui.Section{Title: "Change what is filled in", Parts: []ui.Part{fill}})
	return page, nil
}

func doServiceChange(v *visit) (done, error) {
	was, err := v.service()
	if err != nil {
		return done{}, err
	}
	svc, actor := v.viewer()
	asked := readService(v.PostForm, was)
	asked.Version = v.version()
	e, err := svc.SaveService(v.Context(), actor, asked)
	switch {
	case errors.Is(err, orgoverlay.ErrConflict):
		return v.shownAgain(showServiceChange)
	case err != nil:
		return done{}, serviceRefused(v, asked, err)
	case e.Version == was.Version:
		return done{to: "/services", said: ui.Receipt{Title: "Nothing had changed"}}, nil
	}
	return done{to: "/services", said: serviceReceipt(e.Name + " is saved")}, nil
}
