package pages

import (
	"context"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// shops serves the log of a system's own and imported shops.
func (s *site) shops() {
	s.get("/shops", listShops)
	s.get("/shops/status", listShops) // where a refused choice is shown again
	s.post("/shops/status", doSetStatus, listShops)
}

// log is a page of shops with what their rows tell.
type log struct {
	found, shops []collab.Shop // found: whose own id, or the partner's, is what was searched
	links        map[collab.ShopID]collab.Link
	surveys      []collab.Survey
	clients      map[collab.ClientID]string
	places       map[collab.ClientID]map[collab.PlaceKey]string
}

func listShops(v *visit) (ui.Page, error) {
	search := strings.TrimSpace(v.query("q"))
	q := collab.ShopQuery{Survey: collab.SurveyID(v.query("survey")), Client: collab.ClientID(v.query("client")), After: collab.ShopID(v.query("after")), Place: collab.PlaceKey(search), Limit: most + 1}
	for _, s := range v.URL.Query()["status"] {
		q.Statuses = append(q.Statuses, collab.Status(s))
	}
	l, err := view(v, func(ctx context.Context, sv store.View) (log, error) { return readLog(ctx, sv, search, q) })
	if err != nil {
		return ui.Page{}, err
	}
	t := ui.Table{Caption: "Shops by ID", Pick: "shop", PickLabel: "Choose", Cols: ui.Cols("Shop", "Partner's ID", "Location", "Survey", "Status", "Shopper", "Wave", "Due", "Shopped"), Empty: ui.Empty{
		Text: "Here stand all shops: those made here, and those that an import brought. None is there of what you chose.", Do: ui.To("Open the projects", "/projects"),
	}}
	if len(l.shops) > most {
		l.shops = l.shops[:most]
		t.More = v.with("after", string(l.shops[most-1].ID))
	}
	names := map[collab.SurveyID]string{}
	for _, s := range l.surveys {
		names[s.ID] = s.Content.Name
	}
	picked := v.typed["shop"]
	for _, sh := range slices.Concat(l.found, l.shops) {
		c := sh.Content
		cells := ui.Cells(shopLink(sh.ID), ui.Span{}, ui.Span{}, ui.To(names[sh.Survey], "/surveys/"+escape(string(sh.Survey))), ui.Span{}, ui.Text(sh.Shopper), ui.Text(sh.Wave), ui.When(c.Dates.Due), ui.When(c.Dates.Shopped))
		cells[1] = theirs(l.links[sh.ID])
		cells[2] = placeLine(sh.Client, c.Place, l.places[sh.Client])
		cells[4] = statusLine(sh, l.links[sh.ID])
		t.Rows = append(t.Rows, ui.Row{Cells: cells, Pick: string(sh.ID), Picked: slices.Contains(picked, string(sh.ID))})
	}
	page := ui.Page{Title: "Shops", Form: "chosen", Parts: []ui.Part{l.filter(v, search, q)}}
	if len(t.Rows) == 0 {
		page.Parts = append(page.Parts, t)
		return page, nil
	}
	action := "/shops/status"
	if v.URL.RawQuery != "" {
		action += "?" + v.URL.RawQuery
	}
	form := ui.Form{
		ID: "chosen", Action: action, Submit: "Set the status of the chosen shops",
		Body: []ui.Part{t, ui.Fieldset{Legend: "With the chosen shops", Fields: []ui.Field{
			{Name: "status", Label: "New status", Kind: "select", Value: v.value("status", ""), Options: statuses(v.Collab.Ladder(), "Choose a status")},
		}}},
	}
	if len(l.links) > 0 {
		form.Also = []ui.Button{{Text: "Return the chosen shops", To: "/return"}, {Text: "Import the chosen shops again", To: "/reimport"}}
	}
	page.Parts = append(page.Parts, form)
	return page, nil
}

// maxClients is how many clients a filter offers.
const maxClients = 500

func (l log) filter(v *visit, search string, q collab.ShopQuery) ui.Filter {
	clients, surveys := []ui.Option{{Label: "All clients"}}, []ui.Option{{Label: "All surveys"}}
	for id, name := range l.clients {
		clients = append(clients, ui.Option{Value: string(id), Label: name})
	}
	for _, s := range l.surveys {
		surveys = append(surveys, ui.Option{Value: string(s.ID), Label: l.clients[s.Client] + ": " + s.Content.Name})
	}
	for _, o := range [][]ui.Option{clients, surveys} {
		slices.SortStableFunc(o[1:], func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	}
	f := ui.Filter{Label: "Search shops", Fields: []ui.Field{
		{Name: "q", Label: "Shop, job or location ID", Value: search},
		{Name: "client", Label: "Client", Kind: "select", Value: string(q.Client), Options: clients},
		{Name: "survey", Label: "Survey", Kind: "select", Value: string(q.Survey), Options: surveys},
		{Name: "status", Label: "Status", Kind: "checks", Values: each(q.Statuses, func(s collab.Status) string { return string(s) }), Options: statuses(v.Collab.Ladder(), "")},
	}}
	if v.URL.RawQuery != "" {
		f.Clear = "/shops"
	}
	return f
}

// readLog finds shops: by their own id, the partner's and their location's when something is searched.
func readLog(ctx context.Context, sv store.View, search string, q collab.ShopQuery) (log, error) {
	l := log{links: map[collab.ShopID]collab.Link{}, clients: map[collab.ClientID]string{}, places: map[collab.ClientID]map[collab.PlaceKey]string{}}
	clients, err := sv.Collab.Clients.List(ctx, "", maxClients)
	if err != nil {
		return l, err
	}
	for _, c := range clients {
		l.clients[c.ID] = c.Name
	}
	if l.surveys, err = sv.Collab.Surveys.List(ctx, ""); err != nil {
		return l, err
	}
	if l.shops, err = sv.Collab.Shops.List(ctx, q); err != nil {
		return l, err
	}
	if search != "" {
		if l.found, err = named(ctx, sv, search); err != nil {
			return l, err
		}
		l.found = slices.DeleteFunc(l.found, func(sh collab.Shop) bool {
			return q.After != "" || q.Survey != "" && sh.Survey != q.Survey || q.Client != "" && sh.Client != q.Client || len(q.Statuses) > 0 && !slices.Contains(q.Statuses, sh.Content.Status) ||
				sh.Content.Place == q.Place // is in the list
		})
	}
	all := slices.Concat(l.found, l.shops)
	links, err := sv.Collab.Ledger.LinksOf(ctx, each(all, func(sh collab.Shop) collab.ShopID { return sh.ID }))
	if err != nil {
		return l, err
	}
	for _, k := range links {
		l.links[k.Shop] = k
	}
	keys := map[collab.ClientID][]collab.PlaceKey{}
	for _, sh := range all {
		keys[sh.Client] = append(keys[sh.Client], sh.Content.Place)
	}
	for client, ks := range keys {
		if l.places[client], err = placeNames(ctx, sv, client, ks); err != nil {
			return l, err
		}
	}
	return l, nil
}

// named finds shops that somebody calls by this id: we, a partner, or the system that first made it.
func named(ctx context.Context, sv store.View, id string) ([]collab.Shop, error) {
	ids := []collab.ShopID{collab.ShopID(id)}
	partners, err := sv.Collab.Partners.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range partners {
		links, err := sv.Collab.Ledger.Links(ctx, p.ID, []collab.ShopID{collab.ShopID(id)})
		if err != nil {
			return nil, err
		}
		origins, err := sv.Collab.Shops.Origins(ctx, []collab.Origin{{System: p.ID, ID: id}})
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			ids = append(ids, l.Shop)
		}
		for _, o := range origins {
			ids = append(ids, o.Shop)
		}
	}
	return sv.Collab.Shops.ByID(ctx, ids)
}

func doSetStatus(v *visit) (done, error) {
	ids := shopIDs(v.PostForm["shop"])
	if len(ids) == 0 {
		return done{}, &collab.Invalid{Op: "set status", Fields: []collab.FieldError{{Field: "shops", Rule: "count", Message: "Choose at least one shop in the list."}}}
	}
	shops, err := v.Collab.SetStatus(v.Context(), v.actor(), ids, collab.Status(v.PostFormValue("status")))
	if err != nil {
		return done{}, err
	}
	to := "/shops"
	if v.URL.RawQuery != "" {
		to += "?" + v.URL.RawQuery
	}
	lines := []ui.Line{}
	if len(shops) == 1 {
		lines = append(lines, ui.Say(ui.To("What was written down", asking("/history", "kind", "shop", "id", string(shops[0].ID)))))
	}
	return done{to: to, said: ui.Receipt{Title: "Status of " + plural(len(shops), "shop") + " is now " + v.PostFormValue("status"), Lines: lines}}, nil
}
