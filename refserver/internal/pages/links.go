package pages

import (
	"errors"

	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// links serves one-time links: to the first administrator, to who is invited, to who needs a new password. To look at one leaves it as it is.
func (s *site) links() {
	s.get("/links/{token}", showLink)
	s.post("/links/{token}", doLink, showLink)
}

func showLink(v *visit) (ui.Page, error) {
	link, err := v.Staff.Link(v.Context(), v.PathValue("token"))
	if err != nil {
		return ui.Page{}, err
	}
	until := ui.P(ui.Text("The link works once, until"), ui.When(link.Expires))
	form := ui.Form{ID: "link"}
	switch link.Kind {
	case staff.First:
		form.Submit = "Become the administrator"
		form.Fields = append([]ui.Field{
			{Name: "name", Label: "Your name", Value: v.value("name", ""), Required: true, Auto: "name"},
			{Name: "email", Label: "Your e-mail", Kind: "email", Value: v.value("email", ""), Required: true, Auto: "username", Hint: "You sign in with it."},
		}, passwordFields("Choose a password")...)
		return ui.Page{Title: "Set up " + v.Self.Name, Form: "link", Parts: []ui.Part{
			ui.P(ui.Text("Nobody administers this system yet. Whoever fills this in is its first administrator, and can invite others.")), until, form,
		}}, nil
	case staff.Reset:
		form.Submit = "Set the new password"
		form.Fields = passwordFields("Choose a new password")
		return ui.Page{Title: "A new password", Form: "link", Parts: []ui.Part{
			ui.P(ui.Text("For"), ui.Strong(link.Name), ui.Text("("+link.Email+"). Wherever you are signed in now, you are signed out then.")), until, form,
		}}, nil
	}
	page := ui.Page{Title: "Join " + link.Account, Form: "link", Parts: []ui.Part{
		ui.P(ui.Text("You are invited to"), ui.Strong(link.Account), ui.Text("as")), ui.Facts{Items: []ui.Fact{{Name: "E-mail", Value: ui.Say(ui.Text(link.Email))}, {Name: "Roles", Value: rolesLine(link.Roles)}}}, until,
	}}
	who, in := staff.Of(v.Context())
	mine := in && who.Person != "" && sameAddress(who.Email, link.Email)
	switch {
	case mine:
		form.Submit = "Accept the invitation"
	case link.Known:
		page.Parts = append(page.Parts, ui.P(ui.Text("You have a password here already. Sign in with it to accept.")))
		form.Submit = "Sign in and accept"
		form.Fields = []ui.Field{{Name: "password", Label: "Your password", Kind: "password", Required: true, Auto: "current-password"}}
	default:
		form.Submit = "Join " + link.Account
		form.Fields = append([]ui.Field{{Name: "name", Label: "Your name", Value: v.value("name", link.Name), Required: true, Auto: "name"}}, passwordFields("Choose a password")...)
	}
	if in && !mine {
		page.Parts = append(page.Parts, ui.P(ui.Text("In this browser"), ui.Strong(nameOf(who)), ui.Text("is signed in, who is signed out then.")))
	}
	page.Parts = append(page.Parts, form)
	return page, nil
}

func doLink(v *visit) (done, error) {
	token := v.PathValue("token")
	link, err := v.Staff.Link(v.Context(), token)
	if err != nil {
		return done{}, err
	}
	if link.Kind == staff.Invite {
		who, in := staff.Of(v.Context())
		switch {
		case in && who.Person != "" && sameAddress(who.Email, link.Email):
			if err := v.Staff.AcceptLink(v.Context(), token, who); err != nil {
				return done{}, err
			}
			return welcome(link), v.Staff.Switch(v.Context(), link.Account)
		case link.Known:
			p, err := v.Staff.SignIn(v.Context(), link.Email, v.PostFormValue("password"), web.IP(v.Context()))
			if err != nil {
				return done{}, asField("password", err)
			}
			if err := v.Staff.AcceptLink(v.Context(), token, staff.Who{Person: p.ID, Name: p.Name, Email: p.Email}); err != nil {
				return done{}, err
			}
			return welcome(link), v.Staff.Begin(v.Context(), p, link.Account)
		}
	}
	password, err := v.newPassword()
	if err != nil {
		return done{}, err
	}
	p, err := v.Staff.TakeLink(v.Context(), token, v.PostFormValue("name"), v.PostFormValue("email"), password)
	if err != nil {
		if errors.Is(err, staff.ErrConflict) { // somebody has the address by now: they sign in, as the page says when it is shown again
			err = &staff.Invalid{Fields: []staff.Field{{Field: "password", Rule: staff.RuleTaken, Message: "Somebody has chosen a password for this address meanwhile."}}}
		}
		return done{}, err
	}
	account := link.Account
	if link.Kind == staff.Reset {
		account = "" // where they begin as always
	}
	return welcome(link), v.Staff.Begin(v.Context(), p, account)
}

// welcome is where somebody begins who took a link.
func welcome(link staff.Link) done {
	title := "You have joined " + link.Account
	switch link.Kind {
	case staff.First:
		title = "You administer " + link.Account
	case staff.Reset:
		title = "Your password is changed"
	}
	to := "/"
	if link.Kind == staff.First {
		to = "/people"
	}
	return done{to: to, said: ui.Receipt{Title: title}}
}

// linkPage shows a link that was made, this once: it stands in no address, cookie or log.
func (v *visit) linkPage(title, back, token string, link staff.Link) done {
	return done{once: &ui.Page{Title: title, Crumbs: []ui.Span{ui.To("People", "/people")}, Said: &ui.Receipt{Title: "Made", Lines: []ui.Line{
		ui.Say(ui.Text("Give this link to "+link.Email+", in a way that nobody else reads:"), ui.Code(v.Door+"/links/"+token)),
		ui.Say(ui.Text("It is shown this once, and works once, until"), ui.When(link.Expires)),
	}}, Parts: []ui.Part{ui.P(ui.To("Back", back))}}}
}
