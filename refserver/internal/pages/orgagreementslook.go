package pages

import (
	"cmp"
	"errors"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

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
	page.Parts = append(page.Parts, v.agreementSays(g, fill.Fields))
	page.Parts = append(append(page.Parts, parts...), send, ui.Section{Title: "Change what is filled in", Parts: []ui.Part{fill}})
	return page, nil
}

// agreementSays says an agreement in words, with what is chosen in the fields of its form.
func (v *visit) agreementSays(g orgoverlay.Agreement, fields []ui.Field) ui.Preview {
	svc, _ := v.viewer()
	facts := []ui.Fact{
		{Name: "State", Value: ui.Say(ui.Pill(statusWords[svc.Status(g)]))}, {Name: "Kind", Value: ui.Say(ui.Text(agreementWords[g.Kind]))},
		{Name: "Days", Value: ui.Say(ui.Text(windowWords(g)))}, {Name: "Customer's side", Value: ui.Say(ui.Text(string(g.With)))},
	}
	for _, f := range fields {
		if f.Kind == "select" {
			facts = append(facts, ui.Fact{Name: f.Label, Value: ui.Say(ui.Text(optionLabel(f.Options, f.Value)))})
		}
	}
	return ui.Preview{Title: "What it says", Parts: []ui.Part{ui.Facts{Items: facts}}}
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

// unfilled say what to do about fields in which nothing is.
var unfilled = map[string]string{
	"service": "Choose one.", "provider": "Choose one.", "customer": "Choose one.", "customer_id": "Choose the organization, or write its ID.", "start": "Say which day is the first.",
}

// leftOut reports whether an agreement lacks what a field is for.
func leftOut(field string, g orgoverlay.Agreement) bool {
	return map[string]bool{"service": g.Service == "", "provider": g.Provider.Org == "", "customer": g.Customer.Org == "", "customer_id": g.Customer.Org == "", "start": g.Start == ""}[field]
}

// agreementRefused tells what the service says of an agreement at the fields of the form.
func (v *visit) agreementRefused(g orgoverlay.Agreement, err error) error {
	var wrong *orgoverlay.Invalid
	switch {
	case errors.As(err, &wrong):
		out := &refusal{error: err}
		for _, f := range wrong.Fields {
			p := ui.Problem{Code: f.Rule, Field: f.Path, Text: cmp.Or(f.Message, f.Rule)}
			switch {
			case p.Field == "customer.account" && g.Customer.Org == "": // told of the organization already
				continue
			case strings.HasPrefix(p.Field, "customer") && g.With == v.account():
				p.Field = "customer"
			case strings.HasPrefix(p.Field, "customer"):
				p.Field = "customer_id"
			}
			if plain := unfilled[p.Field]; plain != "" && leftOut(p.Field, g) {
				p.Text = plain
			}
			out.problems = append(out.problems, p)
		}
		return out
	case errors.Is(err, orgoverlay.ErrConflict) && g.Version == 0:
		return refuse(err, "id", "Another agreement has this ID.")
	case errors.Is(err, orgoverlay.ErrState):
		return &refusal{err, []ui.Problem{{Code: "state", Field: "with", Text: "No trust is in force with " + string(g.With) + ". Both sides establish it first, under Trusts."}}}
	}
	return err
}
