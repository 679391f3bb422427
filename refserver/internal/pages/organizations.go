package pages

import (
	"slices"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// organizations serves the organizations that an account sees, its own and others', and what it keeps of them for itself.
func (s *site) organizations() {
	s.get("/organizations", listOrganizations)
	s.oneOrganization()
	s.orgEdits()
	s.orgFiles()
	s.orgRecords()
	s.orgHistory()
	s.get("/organizations/{id}/sees", showWhoSees)
	s.trusts()
	s.get("/agreements", listAgreements)
	s.agreementEdits()
	s.services()
	s.get("/organizations/what-if", showWhatIf)
	s.orgForms()
	s.orgPurges()
	s.orgImports()
	s.orgExports()
}

func listOrganizations(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	q := orgQuery(v)
	q.Whys = true
	list, err := svc.List(v.Context(), actor, q)
	if err != nil {
		return ui.Page{}, err
	}
	n, err := svc.Count(v.Context(), actor, q)
	if err != nil {
		return ui.Page{}, err
	}
	account := svc.Account()
	t := ui.Table{Caption: plural(n, "organization") + " by name", Cols: ui.Cols("Name", "Kind", "Home account", "Our financial ID", "Why we see it"), Empty: noOrganizations(v, actor)}
	for _, r := range list.Records {
		name := ui.Say(ui.To(r.Name, orgAddress(r.ID)))
		if r.Disabled {
			name = append(name, ui.Pill("Disabled"))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Line{name, {ui.Pill(kindWords[r.Kind])}, {ui.Text(owner(r.Shared))}, {ui.Text(r.Local.FinancialID)}, {whyInAWord(r, account)}}})
	}
	if list.Next != "" {
		t.More = v.with("after", list.Next)
	}
	page := ui.Page{Title: "All Organizations"}
	if who, _ := staff.Of(v.Context()); v.Start != nil && !v.works(who) && v.URL.RawQuery == "" {
		page.Parts = v.Start(who)
	}
	page.Parts = append(page.Parts, orgMenu(actor), orgFilter(v, q), t)
	return page, nil
}

// orgQuery is what the address selects.
func orgQuery(v *visit) orgoverlay.ListQuery {
	q := orgoverlay.ListQuery{
		Search: strings.TrimSpace(v.query("q")), Owner: orgoverlay.Account(strings.TrimSpace(v.query("account"))),
		FinancialID: strings.TrimSpace(v.query("financial_id")), After: v.query("after"), Limit: most,
	}
	for _, k := range v.URL.Query()["kind"] {
		q.Kinds = append(q.Kinds, orgoverlay.ParseKind(k))
	}
	switch v.query("enabled") {
	case "yes":
		q.Enabled = new(true)
	case "no":
		q.Enabled = new(false)
	}
	return q
}

func orgFilter(v *visit, q orgoverlay.ListQuery) ui.Filter {
	kinds := ui.Field{Name: "kind", Label: "Kind", Kind: "checks", Values: v.URL.Query()["kind"]}
	for _, k := range []orgoverlay.Kind{orgoverlay.KindInternal, orgoverlay.KindExternal, orgoverlay.KindTrusted} {
		kinds.Options = append(kinds.Options, ui.Option{Value: k.String(), Label: kindWords[k]})
	}
	f := ui.Filter{Label: "Search organizations", Fields: []ui.Field{
		{Name: "q", Label: "Name, contact, remarks, financial ID or custom field", Value: q.Search},
		{Name: "account", Label: "ID of the home account", Value: string(q.Owner)},
		{Name: "financial_id", Label: "Exactly this financial ID of ours", Value: q.FinancialID},
		{Name: "enabled", Label: "Enabled", Kind: "select", Value: v.query("enabled"), Options: []ui.Option{{Label: "All"}, {Value: "yes", Label: "Enabled"}, {Value: "no", Label: "Disabled"}}},
		kinds,
	}}
	if v.URL.RawQuery != "" {
		f.Clear = "/organizations"
	}
	return f
}

// noOrganizations teaches what the list is for.
func noOrganizations(v *visit, a orgoverlay.Actor) ui.Empty {
	if v.URL.RawQuery != "" {
		return ui.Empty{Text: "None of the organizations that this account sees is as you chose.", Do: ui.To("Show all", "/organizations")}
	}
	e := ui.Empty{Text: "Here stand this account's own organizations, and those of others that an active agreement lets it see. There is none yet."}
	if a.Administers() {
		e.Do = ui.To("Register the first one", "/organizations/new")
	}
	return e
}

// whyInAWord says why an organization is in the list: what it is to us, and by which kinds of agreement. The agreements stand on its page.
func whyInAWord(r orgoverlay.Record, account orgoverlay.Account) ui.Span {
	switch {
	case r.Account == account:
		return ui.Text("Our own")
	case r.Kind == orgoverlay.KindTrusted:
		return ui.To(whyWords(r.Whys), orgAddress(r.ID)+"#why")
	}
	return ui.Text("Of our directory")
}

// whyWords sum reasons up, as in "It provides to us (SLA), customer of ours (SLA, FLSA)".
func whyWords(whys []orgoverlay.Why) string {
	var parts []string
	for _, is := range []struct {
		direction orgoverlay.Direction
		words     string
	}{{orgoverlay.AsProvider, "it provides to us"}, {orgoverlay.AsCustomer, "customer of ours"}, {orgoverlay.AsThird, "other side of support"}} {
		var kinds []string
		for _, kind := range []orgoverlay.AgreementKind{orgoverlay.SLA, orgoverlay.FLSA} {
			if slices.ContainsFunc(whys, func(w orgoverlay.Why) bool { return w.Direction == is.direction && w.Kind == kind }) {
				kinds = append(kinds, strings.ToUpper(kind.String()))
			}
		}
		if kinds != nil {
			parts = append(parts, is.words+" ("+strings.Join(kinds, ", ")+")")
		}
	}
	text := strings.Join(parts, ", ")
	return strings.ToUpper(text[:min(1, len(text))]) + text[min(1, len(text)):]
}

// orgMenu leads to what else there is to do with organizations, as far as the roles allow it.
func orgMenu(a orgoverlay.Actor) ui.Menu {
	var links ui.Line
	add := func(may bool, text, href string) {
		if may {
			links = append(links, ui.To(text, href))
		}
	}
	add(a.Administers(), "New organization", "/organizations/new")
	add(a.Administers(), "Import", "/organizations/import")
	add(a.Administers(), "Export", "/organizations/export")
	add(a.SeesInternal(), "Agreements", "/agreements")
	add(a.SeesInternal(), "Services", "/services")
	add(a.SeesInternal(), "Trusts", "/trusts")
	add(a.Administers(), "What if", "/organizations/what-if")
	add(a.SeesInternal(), "Custom fields", "/extensions")
	add(a.Administers(), "Not seen any more", "/organizations/dormant")
	add(a.Audits(), "History of the account", "/organizations/history")
	return ui.Menu{Links: links}
}
