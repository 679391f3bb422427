package pages

import (
	"cmp"
	"errors"
	"slices"

	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// me serves what somebody keeps of themselves: sessions, password, accounts.
func (s *site) me() {
	s.get("/me", showMe)
	s.post("/me/sessions/others", doEndOthers, showMe)
	s.post("/me/sessions/end", doEndSession, showMe)
	s.post("/me/password", doPassword, showMe)
	s.post("/me/leave", doLeaveAccount, showMe)
	s.post("/me/confirm", doConfirmMe, showMe)
	s.post("/account", doSwitch, showMe)
}

func showMe(v *visit) (ui.Page, error) {
	who, known := staff.Of(v.Context())
	if !known {
		return ui.Page{}, api.ErrSignIn
	}
	if who.Person == "" {
		return ui.Page{}, staff.ErrForbidden // a program has neither sessions nor a password
	}
	sessions, err := v.Staff.Sessions(v.Context(), who.Person)
	if err != nil {
		return ui.Page{}, err
	}
	holds, err := v.Staff.Memberships(v.Context(), who.Person)
	if err != nil {
		return ui.Page{}, err
	}
	accounts := ui.Table{Caption: "What you may do, by account", Cols: ui.Cols("Account", "Your roles", "Where you act")}
	for _, m := range holds {
		row := ui.Row{Cells: ui.Cells(ui.Text(accountWord(m.Account, m.Name)), ui.Text(""), ui.Text(""))}
		if row.Cells[1] = rolesLine(m.Roles); m.Account == who.Account {
			row.Cells[2] = ui.Say(ui.Strong("You act in it now"))
		}
		accounts.Rows = append(accounts.Rows, row)
	}
	return ui.Page{Title: cmp.Or(who.Name, who.Email), Form: v.form("others", "password", "confirm", "account", "leave"), Parts: []ui.Part{
		ui.Facts{Items: []ui.Fact{
			{Name: "E-mail", Value: ui.Say(ui.Text(who.Email))}, {Name: "Belongs to", Value: ui.Say(ui.Text(who.Home))}, {Name: "Acts in", Value: ui.Say(ui.Text(who.Account))},
		}},
		ui.Section{ID: "accounts", Title: "My accounts", Parts: accountsParts(accounts, holds)},
		sessionsPart("/me", "My sessions", "Where you are signed in", sessions),
		ui.Section{ID: "password-part", Title: "My password", Parts: []ui.Part{ui.Form{ID: "password", Action: "/me/password", Submit: "Change my password", Fields: append([]ui.Field{
			{Name: "old", Label: "Your password until now", Kind: "password", Required: true, Auto: "current-password"},
		}, passwordFields("Your new password")...)}}},
		ui.Group{Summary: ui.Say(ui.Text("Confirm that it is you")), Open: v.form("confirm") != "", Parts: []ui.Part{ui.Form{
			ID: "confirm", Action: "/me/confirm", Submit: "Confirm", Minor: true,
			Fields: []ui.Field{{Name: confirmation, Label: "Your password", Kind: "password", Required: true, Auto: "current-password", Hint: "It is asked for before what matters to others, and holds for a few minutes."}},
		}}},
	}}, nil
}

// sessionsPart lists where the person of a page is signed in. Those that are chosen can be ended.
func sessionsPart(of, title, caption string, sessions []staff.Session) ui.Section {
	table := ui.Table{Caption: caption, Empty: ui.Empty{Text: "Nowhere."}, Cols: ui.Cols("Browser", "From", "Account", "Signed in", "Last used", "Ends"), Pick: "session", PickLabel: "Choose session"}
	for i, x := range sessions {
		name := ui.Line{ui.Text(cmp.Or(x.Agent, "A browser that does not say"))}
		row := ui.Row{Pick: x.ID}
		if x.Current {
			name, row.Pick = append(name, ui.Pill("This one")), ""
		}
		row.Cells = append([]ui.Line{name}, ui.Cells(ui.Code(x.IP), ui.Text(x.Account), ui.When(x.Started), ui.When(x.Seen), ui.When(sessions[i].Expires))...)
		table.Rows = append(table.Rows, row)
	}
	s := ui.Section{ID: "sessions", Title: title}
	others := slices.ContainsFunc(sessions, func(x staff.Session) bool { return !x.Current })
	if !others {
		table.Pick = ""
		s.Parts = []ui.Part{table}
		return s
	}
	s.Parts = []ui.Part{
		ui.Form{ID: "end", Action: of + "/sessions/end", Body: []ui.Part{table}, Submit: "End the chosen sessions", Minor: true},
		ui.Form{ID: "others", Action: of + "/sessions/others", Submit: "End all others", Minor: true},
	}
	return s
}

func doEndSession(v *visit) (done, error) { return v.endSessions("/me") }

func doEndTheirSession(v *visit) (done, error) { return v.endSessions(at("people", v.PathValue("id"))) }

// endSessions ends those that were chosen on somebody's page.
func (v *visit) endSessions(of string) (done, error) {
	who, _ := staff.Of(v.Context())
	chosen := v.PostForm["session"]
	if len(chosen) == 0 {
		return done{}, &staff.Invalid{Fields: []staff.Field{{Field: "session", Rule: staff.RuleRequired, Message: "Choose the sessions to end."}}}
	}
	for _, id := range chosen {
		if err := v.Staff.EndSession(v.Context(), who, id); err != nil {
			return done{}, err
		}
	}
	return done{to: of, said: ui.Receipt{Title: plural(len(chosen), "session") + " ended"}}, nil
}

func doEndOthers(v *visit) (done, error) {
	who, _ := staff.Of(v.Context())
	sessions, err := v.Staff.Sessions(v.Context(), who.Person)
	if err != nil {
		return done{}, err
	}
	ended := 0
	for _, x := range sessions {
		if x.Current {
			continue
		}
		if err := v.Staff.EndSession(v.Context(), who, x.ID); err != nil {
			return done{}, err
		}
		ended++
	}
	return done{to: "/me", said: ui.Receipt{Title: plural(ended, "session") + " ended"}}, nil
}

// passwordFields ask for a new password, twice.
func passwordFields(label string) []ui.Field {
	return []ui.Field{
		{Name: "password", Label: label, Kind: "password", Required: true, Auto: "new-password", Hint: "At least 12 characters. A few words in a row are easy to keep in mind and hard to guess."},
		{Name: "again", Label: "The same once more", Kind: "password", Required: true, Auto: "new-password"},
	}
}

// newPassword is what passwordFields were filled in with.
func (v *visit) newPassword() (string, error) {
	p := v.PostFormValue("password")
	if p != v.PostFormValue("again") {
		return "", &staff.Invalid{Fields: []staff.Field{{Field: "again", Rule: staff.RuleShape, Message: "The two differ. Give the same password twice."}}}
	}
	return p, nil
}

func doPassword(v *visit) (done, error) {
	who, _ := staff.Of(v.Context())
	p, err := v.newPassword()
	if err != nil {
		return done{}, err
	}
	if err := v.Staff.ChangePassword(v.Context(), who, v.PostFormValue("old"), p); err != nil {
		return done{}, asField("old", err)
	}
	return done{to: "/me", said: ui.Receipt{Title: "Your password is changed", Lines: []ui.Line{ui.Say(ui.Text("Your other sessions have ended. Tokens that you issued work on until they are revoked."))}}}, nil
}

// accountsParts shows accounts, and lets somebody leave one who has another.
func accountsParts(table ui.Table, holds []staff.Membership) []ui.Part {
	parts := []ui.Part{table}
	if len(holds) < 2 {
		return parts
	}
	which := ui.Field{Name: "account", Label: "Account to leave", Kind: "select", Required: true, Options: []ui.Option{{Label: "Choose"}}}
	for _, m := range holds {
		which.Options = append(which.Options, ui.Option{Value: m.Account, Label: accountWord(m.Account, m.Name)})
	}
	return append(parts, ui.Group{Summary: ui.Say(ui.Text("Leave an account")), Parts: []ui.Part{ui.Form{ID: "leave", Action: "/me/leave", Danger: true, Submit: "Leave this account", Fields: []ui.Field{which},
		Body: []ui.Part{ui.P(ui.Text("You lose all roles in it, your sessions in it end, and tokens that you issued there open nothing. To come back you need an invitation."))}}}})
}

func doLeaveAccount(v *visit) (done, error) {
	who, _ := staff.Of(v.Context())
	account := v.PostFormValue("account")
	if err := v.Staff.Leave(v.Context(), who, account); err != nil {
		return done{}, err
	}
	to := "/me"
	if account == who.Account {
		to = "/sign-in"
	}
	return done{to: to, said: ui.Receipt{Title: "You have left " + account}}, nil
}

func doSwitch(v *visit) (done, error) {
	err := v.Staff.Switch(v.Context(), v.PostFormValue("account"))
	if errors.Is(err, staff.ErrForbidden) || errors.Is(err, staff.ErrNotFound) {
		return done{}, refuse(err, "account", "You hold no roles there. An administrator of that account can invite you.")
	}
	return done{to: "/"}, err
}
