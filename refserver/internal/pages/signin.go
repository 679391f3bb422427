package pages

import (
	"net/url"
	"strings"
	"unicode"

	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// Login is somebody as whom a visitor of a demonstration signs in by a button.
type Login struct {
	Person  staff.Person
	Account string // that they begin in
	Does    string // what they may do, in words
}

// signing serves the way in and out.
func (s *site) signing() {
	s.get("/sign-in", showSignIn)
	s.post("/sign-in", doSignIn, showSignIn)
	s.post("/sign-out", doSignOut, showSignIn)
	if s.Logins != nil {
		s.post("/sign-in/as", doSignInAs, showSignIn)
	}
}

func showSignIn(v *visit) (ui.Page, error) {
	next := local(v.query("next"))
	if v.typed != nil {
		next = local(v.typed.Get("next"))
	}
	carry := append([]ui.Hidden{{Name: "next", Value: next}}, kept(v.typed)...)
	page := ui.Page{Title: "Sign in", Form: "sign-in"}
	if len(carry) > 1 {
		page.Parts = append(page.Parts, ui.P(ui.Text("You are not signed in, or not any more. What you filled in is not lost: once you have signed in, it can be sent.")), filledIn(carry[1:]))
	}
	if who, ok := staff.Of(v.Context()); ok {
		page.Parts = append(page.Parts, ui.P(ui.Text("You are signed in as"), ui.Strong(nameOf(who)+"."), ui.To("Go on", goTo(next)), ui.Text("or sign in as somebody else:")))
	}
	page.Parts = append(page.Parts, ui.Form{ID: "sign-in", Action: "/sign-in", Hidden: carry, Submit: "Sign in", Fields: []ui.Field{
		{Name: "email", Label: "E-mail", Kind: "email", Value: v.value("email", ""), Required: true, Auto: "username"},
		{Name: "password", Label: "Password", Kind: "password", Required: true, Auto: "current-password"},
	}}, ui.P(ui.Quiet("No password yet, or forgotten? An administrator of your account makes a link with which you choose one.")))
	if v.Logins != nil {
		section := ui.Section{ID: "as", Title: "This is a demonstration", Note: ui.Say(ui.Text("Look at it as somebody who is part of it:"))}
		for _, l := range v.Logins() {
			section.Parts = append(section.Parts, ui.Form{
				Action: "/sign-in/as", Hidden: append([]ui.Hidden{{Name: "person", Value: l.Person.ID}}, carry...), Submit: "Sign in as " + l.Person.Name, Minor: true,
				Links: ui.Say(ui.Text(l.Does)),
			})
		}
		page.Parts = append(page.Parts, section)
	}
	return page, nil
}

func doSignIn(v *visit) (done, error) {
	p, err := v.Staff.SignIn(v.Context(), v.PostFormValue("email"), v.PostFormValue("password"), web.IP(v.Context()))
	if err != nil {
		return done{}, err
	}
	return v.goOn(), v.Staff.Begin(v.Context(), p, "")
}

func doSignInAs(v *visit) (done, error) {
	for _, l := range v.Logins() {
		if l.Person.ID == v.PostFormValue("person") {
			return v.goOn(), v.Staff.Begin(v.Context(), l.Person, l.Account)
		}
	}
	return done{}, staff.ErrSignIn
}

func doSignOut(v *visit) (done, error) {
	return done{to: "/sign-in", said: ui.Receipt{Title: "You are signed out"}}, v.Staff.End(v.Context())
}

// goTo is where somebody goes on: an address of this system, else where the day begins.
func goTo(next string) string {
	if next = local(next); next == "" {
		return "/"
	}
	return next
}

// local returns an address that lies on this system, or "".
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") ||
		strings.Contains(address, `\`) || strings.ContainsFunc(address, unicode.IsControl) {
		return ""
	}
	return address
}
