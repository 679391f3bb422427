package pages

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// showWhatIf tells who would gain and who would lose sight of what by a change of one of our agreements, trusts or services. What is asked
// stands in the address; nothing is changed.
func showWhatIf(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	if !actor.Administers() {
		return ui.Page{}, fmt.Errorf("what if: %w", orgoverlay.ErrForbidden)
	}
	page := ui.Page{Title: "What if", Crumbs: orgCrumbs(), Parts: []ui.Part{
		ui.P(ui.Text("Choose one change. You see who would come to see which organization, and who would see it no more. Nothing is changed by looking.")),
	}}
	suppose, about, err := v.supposition()
	var forecast orgoverlay.Forecast
	if err == nil && about != "" {
		forecast, err = svc.WhatIf(v.Context(), actor, suppose)
		err = orgRefused(v, err)
	}
	if err != nil {
		problems, ours := said(err)
		if !ours {
			return ui.Page{}, err
		}
		page.Parts = append(page.Parts, ui.Receipt{Title: "This cannot be supposed", Bad: true, Lines: problems})
	} else if about != "" {
		section := ui.Section{ID: "forecast", Title: about, Parts: forecastParts(svc.Account(), forecast)}
		if !suppose.At.IsZero() {
			section.Note = ui.Say(ui.Text("Now, compared with"), ui.When(suppose.At))
		}
		page.Parts = append(page.Parts, section)
		if suppose.Trust != orgoverlay.TrustNone {
			page.Parts = append(page.Parts, ui.Menu{Links: ui.Say(ui.To("Change our half of this trust", asking("/trusts/change", "with", string(suppose.Other), "state", suppose.Trust.String())))})
		}
	}
	forms, err := v.whatIfForms()
	page.Parts = append(page.Parts, forms...)
	return page, err
}

// agreementActs are the changes of an agreement that can be thought of.
var agreementActs = []ui.Option{
	{Label: "Stays as it is"}, {Value: "ends", Label: "Has its last day on"}, {Value: "endless", Label: "Has no end"}, {Value: "begins", Label: "Begins on"}, {Value: "prepared", Label: "Goes back to being prepared"},
	{Value: "ready", Label: "Is prepared no longer"},
}

// supposition reads what the address supposes, and says it. Without words nothing is supposed.
func (v *visit) supposition() (s orgoverlay.Supposition, about string, err error) {
	svc, actor := v.viewer()
	zone := time.UTC
	switch q := v.URL.Query(); {
	case q.Get("agreement") != "" && q.Has("act"):
		g, err := svc.Agreement(v.Context(), actor, orgoverlay.AgreementID(q.Get("agreement")))
		if err != nil {
			return s, "", err
		}
		if zone, err = time.LoadLocation(g.Zone); err != nil {
			zone = time.UTC
		}
		day := strings.TrimSpace(q.Get("date"))
		switch q.Get("act") {
		case "ends":
			g.Expiry, about = day, "has its last day on "+day
		case "begins":
			g.Start, about = day, "begins on "+day
		case "endless":
			g.Expiry, about = "", "has no end"
		case "prepared":
			g.Prepared, about = true, "goes back to being prepared"
		case "ready":
			g.Prepared, about = false, "is prepared no longer"
		default:
			about = "stays as it is"
		}
		s.Agreement, about = &g, "If agreement "+string(g.ID)+" "+about
	case q.Get("other") != "":
		s.Trust, s.Other = orgoverlay.ParseTrustState(q.Get("trust")), orgoverlay.Account(strings.TrimSpace(q.Get("other")))
		about = "If our half of the trust with " + string(s.Other) + " was " + s.Trust.String()
	case q.Get("service") != "" && q.Has("provider"):
		list, err := svc.Services(v.Context(), actor, "", maxServices)
		if err != nil {
			return s, "", err
		}
		for _, e := range list {
			if string(e.ID) == q.Get("service") {
				e.Provider = orgoverlay.OrgID(q.Get("provider"))
				s.Service, about = &e, "If the service "+e.Name+" had another provider"
			}
		}
		if s.Service == nil {
			return s, "", invalidField("service", "Choose one of the services.")
		}
	}
	if at := strings.TrimSpace(v.query("at")); at != "" && about != "" {
		if s.At, err = time.ParseInLocation(time.DateOnly, at, zone); err != nil {
			return s, "", invalidField("at", "Write the day to look at like 2026-12-31.")
		}
	}
	return s, about, nil
}

// maxServices is how many services and agreements a choice offers.
const maxServices = 500

// whatIfForms are the three kinds of change.
func (v *visit) whatIfForms() ([]ui.Part, error) {
	svc, actor := v.viewer()
	agreements, err := svc.Agreements(v.Context(), actor, "", maxServices)
	if err != nil {
		return nil, err
	}
	services, err := svc.Services(v.Context(), actor, "", maxServices)
	if err != nil {
		return nil, err
	}
	own, err := svc.List(v.Context(), actor, orgoverlay.ListQuery{Owner: svc.Account(), Limit: most})
	if err != nil {
		return nil, err
	}
	day := func() ui.Field {
		return ui.Field{Name: "at", Label: "Look at this day", Kind: "date", Value: v.query("at"), Hint: "At its beginning. Empty: now."}
	}
	choice := func(name, label string, options []ui.Option) ui.Field {
		return ui.Field{Name: name, Label: label, Kind: "select", Value: v.query(name), Options: options}
	}
	form := func(id, legend string, fields ...ui.Field) ui.Form {
		return ui.Form{ID: id, Get: true, Action: "/organizations/what-if", Legend: legend, Submit: "Look at it", Minor: true, Fields: append(fields, day())}
	}
	date := ui.Field{Name: "date", Label: "Day of the change", Kind: "date", Value: v.query("date"), Hint: "For a last day or a beginning."}
	var out []ui.Part
	if len(agreements) > 0 {
		ids := each(agreements, func(g orgoverlay.Agreement) ui.Option {
			return ui.Option{Value: string(g.ID), Label: string(g.ID) + " with " + string(g.With)}
		})
		out = append(out, form("agreement", "An agreement of ours", choice("agreement", "Agreement", ids), choice("act", "What of it", agreementActs), date))
	}
	partner, err := v.partnerField()
	if err != nil {
		return nil, err
	}
	states := each(trustActs, func(a trustAct) ui.Option { return ui.Option{Value: a.state.String(), Label: a.choice} })
	out = append(out, form("trust", "A trust of ours", partner, choice("trust", "What of it", states)))
	if len(services) > 0 {
		names := each(services, func(e orgoverlay.ServiceEntry) ui.Option { return ui.Option{Value: string(e.ID), Label: e.Name} })
		orgs := each(own.Records, func(r orgoverlay.Record) ui.Option { return ui.Option{Value: string(r.ID), Label: r.Name} })
		out = append(out, form("service", "The provider of a service of ours", choice("service", "Service", names), choice("provider", "New provider", orgs)))
	}
	return out, nil
}

// partnerField chooses one of the accounts with whom there is a trust; without any it takes an ID.
func (v *visit) partnerField() (ui.Field, error) {
	svc, actor := v.viewer()
	f := ui.Field{Name: "other", Label: "The other account", Kind: "select", Value: v.query("other")}
	trusts, err := svc.Trusts(v.Context(), actor)
	for _, t := range trusts {
		f.Options = append(f.Options, ui.Option{Value: string(t.Other), Label: string(t.Other)})
	}
	known := func(o ui.Option) bool { return o.Value == f.Value }
	switch {
	case len(trusts) == 0:
		f.Label, f.Kind = "ID of the other account", ""
	case f.Value != "" && !slices.ContainsFunc(f.Options, known):
		f.Options = append(f.Options, ui.Option{Value: f.Value, Label: f.Value})
	}
	return f, err
}

// forecastParts are what would be lost, and what would be gained.
func forecastParts(account orgoverlay.Account, f orgoverlay.Forecast) []ui.Part {
	table := func(caption, none string, list []orgoverlay.Glimpse) ui.Table {
		t := ui.Table{Caption: caption + ": " + plural(len(list), "organization"), Cols: ui.Cols("Who", "Whose organization", "Organization"), Empty: ui.Empty{Text: none}}
		for _, g := range list[:min(len(list), most)] {
			org := ui.Text(g.Name)
			if g.Name == "" {
				org = ui.Quiet("one that we do not see now")
			} else if g.Owner == account || caption == losses {
				org = ui.To(g.Name, orgAddress(g.Org))
			}
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(whoWords(account, g.Viewer)), ui.Text(whoWords(account, g.Owner)), org)})
		}
		return t
	}
	return []ui.Part{table(losses, "Nobody would lose sight of anything.", f.Losses), table("Would be seen", "Nobody would come to see anything new.", f.Gains)}
}

const losses = "Would be seen no more"

func whoWords(us, who orgoverlay.Account) string {
	if who == us {
		return "We (" + string(us) + ")"
	}
	return string(who)
}
