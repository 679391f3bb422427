package pages

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// clients serves the evaluated companies.
func (s *site) clients() {
	s.get("/clients", listClients)
	s.get("/clients/new", showNewClient)
	s.post("/clients/new", doNewClient, showNewClient)
	s.get("/clients/{id}", showClient)
	s.post("/clients/{id}", doRenameClient, showClient)
	s.get("/clients/{id}/survey", showNewSurvey)
	s.post("/clients/{id}/survey", doNewSurvey, showNewSurvey)
}

func listClients(v *visit) (ui.Page, error) {
	search, next := v.query("q"), ""
	found, err := view(v, func(ctx context.Context, sv store.View) (out []collab.Client, err error) {
		out, next, err = gather(v.query("after"), func(after string, limit int) ([]collab.Client, error) {
			return sv.Collab.Clients.List(ctx, collab.ClientID(after), limit)
		}, func(c collab.Client) string { return string(c.ID) }, func(c collab.Client) bool { return matches(search, string(c.ID), c.Name, string(c.Origin.System)) })
		return out, err
	})
	if err != nil {
		return ui.Page{}, err
	}
	filter := ui.Filter{Label: "Search clients", Fields: []ui.Field{{Name: "q", Label: "Name, client ID or partner", Value: search}}}
	t := ui.Table{Caption: "Clients by ID", Cols: ui.Cols("Client", "Client ID", "From"), Empty: ui.Empty{Text: "Here stand the companies whose locations are visited.", Do: ui.To("Make the first.", "/clients/new")}}
	if search != "" {
		filter.Clear, t.Empty = "/clients", ui.Empty{Text: "No client is like this."}
	}
	if next != "" {
		t.More = v.with("after", next)
	}
	for _, c := range found {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.To(c.Name, at("clients", string(c.ID))), ui.Code(string(c.ID)), from(c.Origin))})
	}
	return ui.Page{Title: "Clients", Crumbs: []ui.Span{ui.To("Projects", "/projects")}, Parts: []ui.Part{ui.Menu{Links: ui.Say(ui.To("New client", "/clients/new"))}, filter, t}}, nil
}

// from says where a record was first made.
func from(o collab.Origin) ui.Span {
	if o == (collab.Origin{}) {
		return ui.Text("Made here")
	}
	return ui.Text(string(o.System) + ", ID " + o.ID)
}

func showNewClient(v *visit) (ui.Page, error) {
	return ui.Page{Title: "New client", Crumbs: []ui.Span{ui.To("Projects", "/projects"), ui.To("Clients", "/clients")}, Parts: []ui.Part{ui.Form{
		ID: "client", Action: "/clients/new", Submit: "Make the client", Fields: []ui.Field{
			{Name: "name", Label: "Name", Value: v.value("name", ""), Required: true},
			{Name: "id", Label: "Client ID", Value: v.value("id", ""), Hint: "For example northwind. It stays for good; left empty, the system makes one."},
		},
	}}}, nil
}

func doNewClient(v *visit) (done, error) {
	id := strings.TrimSpace(v.PostFormValue("id"))
	c, err := v.Collab.SaveClient(v.Context(), v.actor(), collab.Client{ID: collab.ClientID(id), Name: v.PostFormValue("name")})
	return done{to: at("clients", string(c.ID)), said: ui.Receipt{Title: "Client made", Lines: []ui.Line{
		ui.Say(ui.Text("Next, make a survey, and load the locations under Locations.")), ui.Say(historyOf("client", string(c.ID))),
	}}}, taken(err, "save client")
}

// taken makes the refusal of a new record whose id is in use one that lands at the field.
func taken(err error, op string) error {
	if errors.Is(err, collab.ErrConflict) {
		return &collab.Invalid{Op: op, Fields: []collab.FieldError{{Field: "id", Rule: "taken", Message: "is in use already. Choose another."}}}
	}
	return err
}

// client is the client that the path names.
func (v *visit) client() (collab.Client, error) {
	return view(v, func(ctx context.Context, sv store.View) (collab.Client, error) {
		return sv.Collab.Clients.Client(ctx, collab.ClientID(v.PathValue("id")))
	})
}

func showClient(v *visit) (ui.Page, error) {
	c, err := v.client()
	if err != nil {
		return ui.Page{}, err
	}
	surveys, err := view(v, func(ctx context.Context, sv store.View) ([]collab.Survey, error) {
		return sv.Collab.Surveys.List(ctx, c.ID)
	})
	if err != nil {
		return ui.Page{}, err
	}
	home := at("clients", string(c.ID))
	t := ui.Table{Caption: "Ordered by ID", Cols: ui.Cols("Survey", "Survey ID", "Questions", "Revision", "From"), Empty: ui.Empty{Text: "A survey is what shoppers answer.", Do: ui.To("Make the first.", home+"/survey")}}
	t.Cols[2].Num, t.Cols[3].Num = true, true
	after := v.query("after")
	for _, s := range surveys {
		if string(s.ID) <= after {
			continue
		}
		if len(t.Rows) == most {
			t.More = v.with("after", t.Rows[most-1].Cells[1][0].Text)
			break
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.To(s.Content.Name, at("surveys", string(s.ID))), ui.Code(string(s.ID)), ui.Count(questionsOf(s.Content)), ui.Count(s.Revision), from(s.Origin))})
	}
	return ui.Page{Title: c.Name, Crumbs: []ui.Span{ui.To("Projects", "/projects"), ui.To("Clients", "/clients")}, Parts: []ui.Part{
		ui.Facts{Items: []ui.Fact{{Name: "Client ID", Value: ui.Say(ui.Code(string(c.ID)))}, {Name: "From", Value: ui.Say(from(c.Origin))}}},
		ui.Menu{Links: ui.Say(ui.To("New survey", home+"/survey"), ui.To("Locations", at("locations", string(c.ID))), ui.To("Offer a survey to a partner", "/projects/new?client="+url.QueryEscape(string(c.ID))), historyOf("client", string(c.ID)))},
		ui.Section{Title: "Surveys", Parts: []ui.Part{t}},
		ui.Group{Summary: ui.Say(ui.Text("Rename the client")), Open: v.typed != nil, Parts: []ui.Part{ui.Form{
			ID: "rename", Action: home, Submit: "Save the name", Minor: true, Hidden: []ui.Hidden{versioned(c.Version)},
			Fields: []ui.Field{{Name: "name", Label: "Name", Value: v.value("name", c.Name), Required: true, Hint: "Partners that have the client keep the name that they know."}},
		}}},
	}}, nil
}

func doRenameClient(v *visit) (done, error) {
	c, err := v.Collab.SaveClient(v.Context(), v.actor(), collab.Client{ID: collab.ClientID(v.PathValue("id")), Name: v.PostFormValue("name"), Version: v.version()})
	return done{to: at("clients", string(c.ID)), said: ui.Receipt{Title: "Name saved", Lines: []ui.Line{ui.Say(historyOf("client", string(c.ID)))}}}, err
}
