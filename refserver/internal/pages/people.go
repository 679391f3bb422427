package pages

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// people serves who works in the account that is acted in.
func (s *site) people() {
	s.get("/people", showPeople)
	s.post("/people/invite", doInvitePerson, showPeople)
	s.post("/people/withdraw", doTakeBack, showPeople)
	s.get("/people/{id}", showPerson)
	s.post("/people/{id}/roles", doRoles, showPerson)
	s.post("/people/{id}/leave", doLeave, showPerson)
	s.post("/people/{id}/disable", doDisable, showPerson)
	s.post("/people/{id}/enable", doEnable, showPerson)
	s.post("/people/{id}/reset", doReset, showPerson)
	s.post("/people/{id}/sessions/end", doEndTheirSession, showPerson)
	s.post("/people/{id}/sessions/others", doEndTheirSessions, showPerson)
}

func showPeople(v *visit) (ui.Page, error) {
	who, _ := staff.Of(v.Context())
	q, filter := v.peopleFilter(who)
	all, err := v.Staff.People(v.Context(), who.Account, q)
	if err != nil {
		return ui.Page{}, err
	}
	table := ui.Table{ID: "people", Caption: "People of " + who.Account + ", by e-mail", Cols: ui.Cols("Name", "E-mail", "Roles", "State", "Last seen"),
		Empty: ui.Empty{Text: "Whoever may act in this account stands here. Nobody is here of what you chose."}}
	if len(all) > most {
		all = all[:most]
		table.More = v.with("after", all[most-1].Email)
	}
	for _, p := range all {
		cells := ui.Cells(ui.To(p.Name, at("people", p.ID)), ui.Text(p.Email), ui.Text(""), ui.Pill(personState(p)), ui.When(p.Seen))
		cells[2] = rolesLine(p.Roles)
		table.Rows = append(table.Rows, ui.Row{Cells: cells})
	}
	page := ui.Page{Title: "People", Form: v.form("invite", "withdraw"), Parts: []ui.Part{ui.Menu{Links: ui.Say(ui.To("Sign-ins and roles", "/people/events"))}, filter, table}}
	open, err := v.Staff.Links(v.Context(), who.Account)
	if err != nil {
		return ui.Page{}, err
	}
	if len(open) > 0 {
		invited := ui.Table{Caption: "Who is invited and has not come yet", Cols: ui.Cols("E-mail", "Name", "Roles", "Until"), Pick: "link", PickLabel: "Choose invitation"}
		for _, l := range open {
			cells := ui.Cells(ui.Text(l.Email), ui.Text(l.Name), ui.Text(""), ui.When(l.Expires))
			cells[2] = rolesLine(l.Roles)
			invited.Rows = append(invited.Rows, ui.Row{Pick: l.ID, PickLabel: l.Email, Cells: cells})
		}
		page.Parts = append(page.Parts, ui.Section{ID: "invited", Title: "Invited", Parts: []ui.Part{
			ui.Form{ID: "withdraw", Action: "/people/withdraw", Body: []ui.Part{invited}, Submit: "Take the chosen invitations back", Minor: true},
		}})
	}
	form, err := v.invitation(who)
	if err != nil {
		return ui.Page{}, err
	}
	page.Parts = append(page.Parts, ui.Section{ID: "new", Title: "Invite somebody", Note: ui.Say(ui.Text("You get a link to hand over. Whoever has a password here signs in with it; others choose one.")), Parts: []ui.Part{form}})
	return page, nil
}

// peopleFilter is which people the address chooses, and what chooses them.
func (v *visit) peopleFilter(who staff.Who) (staff.PeopleQuery, ui.Filter) {
	q := staff.PeopleQuery{Query: v.search(), Role: v.query("role")}
	if state := v.query("state"); state == "active" || state == "disabled" {
		q.Disabled = new(state == "disabled")
	}
	roles := ui.Field{Name: "role", Label: "Role", Kind: "select", Value: q.Role, Options: []ui.Option{{Label: "All"}}}
	keep := v.rolesOf(who.Account)
	for _, r := range roleWords {
		if keep(r.role) {
			roles.Options = append(roles.Options, ui.Option{Value: r.role, Label: r.word})
		}
	}
	f := ui.Filter{Label: "Search people", Fields: []ui.Field{
		{Name: "q", Label: "Name or e-mail", Value: q.Search}, roles,
		{Name: "state", Label: "State", Kind: "select", Value: v.query("state"), Options: []ui.Option{{Label: "All"}, {Value: "active", Label: "Active"}, {Value: "disabled", Label: "Disabled"}}},
	}}
	if q.Search != "" || q.Role != "" || q.Disabled != nil {
		f.Clear = "/people"
	}
	return q, f
}

// search is what the address searches for in a list, and one row more than a page shows.
func (v *visit) search() staff.Query {
	return staff.Query{Search: strings.TrimSpace(v.query("q")), After: v.query("after"), Limit: most + 1}
}

// searchBox is the search of a list that has no other filter.
func searchBox(q staff.Query, label, of, path string) ui.Filter {
	f := ui.Filter{Label: label, Fields: []ui.Field{{Name: "q", Label: of, Value: q.Search}}}
	if q.Search != "" {
		f.Clear = path
	}
	return f
}

// invitation is the form of one. Operators can invite people of other accounts, such as consultants.
func (v *visit) invitation(who staff.Who) (ui.Form, error) {
	form := ui.Form{ID: "invite", Action: "/people/invite", Submit: "Invite", Fields: []ui.Field{
		{Name: "email", Label: "E-mail", Kind: "email", Value: v.value("email", ""), Required: true},
		{Name: "name", Label: "Name", Value: v.value("name", ""), Hint: "They can write it otherwise."},
	}}
	if v.operates(who) {
		accounts, err := v.Staff.Accounts(v.Context())
		if err != nil {
			return ui.Form{}, err
		}
		home := ui.Field{Name: "home", Label: "Belongs to", Kind: "select", Value: v.value("home", who.Account)}
		for _, a := range accounts {
			home.Options = append(home.Options, ui.Option{Value: a.ID, Label: accountWord(a.ID, a.Name)})
		}
		form.Fields = append(form.Fields, home)
	}
	form.Fields = append(form.Fields, v.rolesField(nil, v.rolesOf(who.Account)))
	return form, nil
}

// operates reports whether somebody keeps the system.
func (s *site) operates(who staff.Who) bool {
	return who.Account == s.Self.System && who.Holds(staff.Operates)
}

func personState(p staff.Person) string {
	if p.Disabled {
		return "Disabled"
	}
	return "Active"
}

func showPerson(v *visit) (ui.Page, error) {
	who, _ := staff.Of(v.Context())
	p, err := v.Staff.PersonByID(v.Context(), who.Account, v.PathValue("id"))
	if err != nil {
		return ui.Page{}, err
	}
	home := at("people", p.ID)
	version := []ui.Hidden{versioned(p.Version)}
	page := ui.Page{Title: cmp.Or(p.Name, p.Email), Crumbs: []ui.Span{ui.To("People", "/people")}, Form: v.form("roles", "leave", "disable", "enable", "reset", "end", "others"), Parts: []ui.Part{ui.Facts{Items: []ui.Fact{
		{Name: "E-mail", Value: ui.Say(ui.Text(p.Email))}, {Name: "Belongs to", Value: ui.Say(ui.Text(p.Home))}, {Name: "Roles in " + who.Account, Value: rolesLine(p.Roles)},
		{Name: "State", Value: ui.Say(ui.Pill(personState(p)))}, {Name: "Since", Value: ui.Say(ui.When(p.CreatedAt))}, {Name: "Last seen in " + who.Account, Value: ui.Say(ui.When(p.Seen))},
	}}}}
	page.Parts = append(page.Parts, ui.P(ui.To("What happened to "+cmp.Or(p.Name, p.Email)+", and by them", "/people/events?person="+url.QueryEscape(p.Email))))
	if len(p.Roles) > 0 {
		page.Parts = append(page.Parts, ui.Form{ID: "roles", Legend: "Roles in " + who.Account, Action: home + "/roles", Hidden: version, Submit: "Save the roles",
			Fields: []ui.Field{v.rolesField(p.Roles, v.rolesOf(who.Account))}})
	}
	if !p.Disabled {
		page.Parts = append(page.Parts, ui.Form{ID: "reset", Legend: "Password forgotten", Action: home + "/reset", Submit: "Make a link for a new password", Minor: true,
			Body: []ui.Part{ui.P(ui.Text("The password until now works until the link is used."))}})
	}
	sessions, err := v.Staff.SessionsOf(v.Context(), who, p.ID)
	switch {
	case err == nil:
		page.Parts = append(page.Parts, sessionsPart(home, "Sessions", "Where "+p.Name+" is signed in", sessions))
	case !errors.Is(err, staff.ErrForbidden): // whose sessions are elsewhere, too
		return ui.Page{}, err
	}
	var shut []ui.Part
	if len(p.Roles) > 0 {
		shut = append(shut, ui.Form{ID: "leave", Action: home + "/leave", Hidden: version, Danger: true, Submit: "Take all roles in " + who.Account + " away",
			Body: []ui.Part{ui.P(ui.Text(p.Name + " can no longer act in " + who.Account + "; other accounts stay as they are."))}})
	}
	if p.Disabled {
		page.Parts = append(page.Parts, ui.Form{ID: "enable", Legend: "Disabled", Action: home + "/enable", Hidden: version, Submit: "Let " + p.Name + " in again"})
	} else {
		shut = append(shut, ui.Form{ID: "disable", Action: home + "/disable", Hidden: version, Danger: true, Submit: "Disable " + p.Name,
			Body: []ui.Part{ui.P(ui.Text(p.Name + " is signed out at once and cannot sign in any more, in any account. Tokens that " + p.Name + " issued open nothing meanwhile."))}})
	}
	if len(shut) > 0 {
		page.Parts = append(page.Parts, ui.Group{Summary: ui.Say(ui.Text("Shut out")), Open: v.typed != nil, Parts: shut})
	}
	return page, nil
}

func doInvitePerson(v *visit) (done, error) {
	who, _ := staff.Of(v.Context())
	token, link, err := v.Staff.Invite(v.Context(), who, staff.Invitation{
		Email: v.PostFormValue("email"), Name: v.PostFormValue("name"), Home: v.PostFormValue("home"), Account: who.Account, Roles: v.PostForm["roles"],
	})
	if err != nil {
		return done{}, err
	}
	return v.linkPage("An invitation for "+link.Email, "/people", token, link), nil
}

func doTakeBack(v *visit) (done, error) {
	who, _ := staff.Of(v.Context())
	chosen := v.PostForm["link"]
	if len(chosen) == 0 {
		return done{}, &staff.Invalid{Fields: []staff.Field{{Field: "link", Rule: staff.RuleRequired, Message: "Choose the invitations to take back."}}}
	}
	for _, id := range chosen {
		if err := v.Staff.Withdraw(v.Context(), who, id); err != nil {
			return done{}, err
		}
	}
	return done{to: "/people", said: ui.Receipt{Title: plural(len(chosen), "invitation") + " taken back"}}, nil
}

func doRoles(v *visit) (done, error) {
	roles := v.PostForm["roles"]
	if len(roles) == 0 {
		return done{}, &staff.Invalid{Fields: []staff.Field{{Field: "roles", Rule: staff.RuleRequired, Message: "Choose a role. To take all of them away see Shut out."}}}
	}
	return v.setRoles(roles, "saved")
}

func doLeave(v *visit) (done, error) { return v.setRoles(nil, "taken away") }

func (v *visit) setRoles(roles []string, did string) (done, error) {
	who, _ := staff.Of(v.Context())
	p, err := v.Staff.SetRoles(v.Context(), who, who.Account, v.PathValue("id"), roles, v.version())
	to := at("people", p.ID)
	if len(p.Roles) == 0 && p.Home != who.Account {
		to = "/people"
	}
	return done{to: to, said: ui.Receipt{Title: "The roles of " + p.Name + " are " + did}}, err
}

func doDisable(v *visit) (done, error) { return v.disable(true, " is disabled") }

func doEnable(v *visit) (done, error) { return v.disable(false, " can sign in again") }

func (v *visit) disable(disabled bool, did string) (done, error) {
	who, _ := staff.Of(v.Context())
	p, err := v.Staff.Disable(v.Context(), who, v.PathValue("id"), disabled, v.version())
	return done{to: at("people", p.ID), said: ui.Receipt{Title: p.Name + did}}, err
}

func doEndTheirSessions(v *visit) (done, error) {
	who, _ := staff.Of(v.Context())
	n, err := v.Staff.EndSessions(v.Context(), who, v.PathValue("id"))
	return done{to: at("people", v.PathValue("id")), said: ui.Receipt{Title: plural(n, "session") + " ended"}}, err
}

func doReset(v *visit) (done, error) {
	who, _ := staff.Of(v.Context())
	token, link, err := v.Staff.Reset(v.Context(), who, v.PathValue("id"))
	if err != nil {
		return done{}, err
	}
	return v.linkPage("A new password for "+cmp.Or(link.Name, link.Email), at("people", v.PathValue("id")), token, link), nil
}

// rolesOf keeps the roles that can be held on an account.
func (v *visit) rolesOf(account string) func(string) bool {
	roles := v.Staff.RolesOf(account)
	return func(role string) bool { return slices.Contains(roles, role) }
}

// sameAddress reports whether two spellings are of one e-mail address.
func sameAddress(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}
