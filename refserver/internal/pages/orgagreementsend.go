package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// showAgreementEnd asks for the last day of an agreement and shows who sees no more what after it, before anything is done.
func showAgreementEnd(v *visit) (ui.Page, error) {
	was, err := v.agreement("end an agreement")
	if err != nil {
		return ui.Page{}, err
	}
	svc, actor := v.viewer()
	here := at("agreements", string(was.ID), "end")
	page := ui.Page{Title: "End agreement " + string(was.ID) + " with " + string(was.With), Crumbs: agreementCrumbs(), Form: "day"}
	day := ui.Form{ID: "day", Get: true, Action: here, Submit: "Look at who loses sight of what", Links: ui.Say(ui.To("Leave it as it is", "/agreements")),
		Hidden: []ui.Hidden{versioned(was.Version), {Name: lookField, Value: "yes"}},
		Fields: []ui.Field{{Name: "date", Label: "Last day", Kind: "date", Required: true, Value: v.given().Get("date"), Hint: "It is active until the end of this day in " + was.Zone + ". A day that is over ends it at once."}}}
	page.Parts = []ui.Part{ui.P(ui.Text("State:"), ui.Pill(statusWords[svc.Status(was)]), ui.Text(windowWords(was)+"."))}
	if status := svc.Status(was); status != orgoverlay.StatusActive {
		page.Parts = append(page.Parts, ui.P(ui.Text("It is not active, so there is nothing to end."), ui.To("Change it instead.", at("agreements", string(was.ID), "change"))))
		return page, nil
	}
	if !v.given().Has(lookField) {
		page.Parts = append(page.Parts, day)
		return page, nil
	}
	if v.outdated(was.Version) {
		page.Status, page.Problems = http.StatusConflict, []ui.Problem{{Code: "conflict", Text: "Somebody has changed this agreement since you opened the page. Look at what it says now, and what its end would do."}}
	}
	g := ended(was, v.given())
	suppose := orgoverlay.Supposition{Agreement: &g}
	if svc.Status(g) != orgoverlay.StatusExpired {
		suppose.At = g.Until
	}
	var forecast orgoverlay.Forecast
	if err = dayGiven(g); err == nil {
		forecast, err = svc.WhatIf(v.Context(), actor, suppose)
	}
	if err != nil {
		status, problems := words(endRefused(err))
		if problems == nil {
			return ui.Page{}, err
		}
		if v.typed == nil {
			page.Status, page.Problems = status, append(page.Problems, problems...)
		}
		page.Parts = append(page.Parts, day)
		return page, nil
	}
	day.Minor, day.Links = true, nil
	page.Parts = append(page.Parts, forecastSection(svc.Account(), "forecast", "After "+g.Expiry, suppose, forecast),
		ui.P(ui.Text("What each side has written about the other's organizations is kept, and comes back with the next agreement. It can be purged for good once it is not seen any more.")),
		ui.Form{ID: "end", Action: here, Danger: true, Submit: "End the agreement on " + g.Expiry, Links: ui.Say(ui.To("Leave it as it is", "/agreements")),
			Hidden: []ui.Hidden{versioned(was.Version), {Name: lookField, Value: "yes"}, {Name: "date", Value: g.Expiry}}},
		ui.Section{Title: "Another day", Parts: []ui.Part{day}})
	return page, nil
}

// ended is an agreement with the last day that a form holds.
func ended(g orgoverlay.Agreement, q url.Values) orgoverlay.Agreement {
	g.Expiry = strings.TrimSpace(q.Get("date"))
	return timed(g)
}

// dayGiven refuses an end without a day: it would be no end.
func dayGiven(g orgoverlay.Agreement) error {
	if g.Expiry == "" {
		return invalidField("date", "Say which day is the last.")
	}
	return nil
}

// endRefused tells at the day what is wrong with an end. Only the day is filled in.
func endRefused(err error) error {
	var wrong *orgoverlay.Invalid
	if !errors.As(err, &wrong) {
		return err
	}
	out := &refusal{error: err}
	for _, f := range wrong.Fields {
		out.problems = append(out.problems, ui.Problem{Code: f.Rule, Field: "date", Text: f.Message})
	}
	return out
}

func doAgreementEnd(v *visit) (done, error) {
	was, err := v.agreement("end an agreement")
	if err != nil {
		return done{}, err
	}
	svc, actor := v.viewer()
	g := ended(was, v.PostForm)
	g.Version = v.version()
	if err := dayGiven(g); err != nil {
		return done{}, err
	}
	g, err = svc.SaveAgreement(v.Context(), actor, g)
	if errors.Is(err, orgoverlay.ErrConflict) {
		return v.shownAgain(showAgreementEnd)
	}
	if err != nil {
		return done{}, endRefused(err)
	}
	return done{to: "/agreements", said: v.agreementReceipt(g, "ends on "+g.Expiry)}, nil
}
