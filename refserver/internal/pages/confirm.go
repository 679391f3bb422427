package pages

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// confirmation is the field with the password that is asked for again. No other form has one of this name.
const confirmation = "confirm.password"

// confirm stands between somebody and what they ask for until they have given their password again: it shows a page that asks for it and
// carries along what was filled in. Once it is given what was asked for is done, at its own address. A form with a file is not carried: it is
// chosen again.
func (s *site) confirm(w http.ResponseWriter, r *http.Request) {
	v := &visit{Request: r, site: s}
	if _, actor := v.viewer(); !actor.Administers() && (r.URL.Path == "/organizations/export" || r.URL.Path == "/trusts/change" || isPurge(r.URL.Path)) {
		s.fail(w, v, fmt.Errorf("%s: %w", r.URL.Path, orgoverlay.ErrForbidden)) // no password would help
		return
	}
	if r.Method != http.MethodPost {
		s.write(w, v, confirmPage("/me/confirm", []ui.Hidden{{Name: "next", Value: local(r.URL.RequestURI())}}))
		return
	}
	err := read(w, r)
	if r.MultipartForm != nil {
		_ = r.MultipartForm.RemoveAll()
	}
	if err != nil || r.MultipartForm != nil {
		s.fail(w, v, api.ErrConfirm)
		return
	}
	page := confirmPage(r.URL.RequestURI(), carried(r))
	if r.PostForm.Has(confirmation) {
		err := s.Staff.Confirm(r.Context(), r.PostForm.Get(confirmation))
		if err == nil {
			who, _ := staff.Of(r.Context())
			who.Fresh = true
			r.PostForm.Del(confirmation)
			r.Form.Del(confirmation)
			s.mux.ServeHTTP(w, r.WithContext(staff.With(r.Context(), who)))
			return
		}
		status, problems := words(asField(confirmation, err))
		if problems == nil {
			s.fail(w, v, err)
			return
		}
		page.Status, page.Problems = status, problems
		waits(w, err)
	}
	s.write(w, v, page)
}

// carried is what was filled in.
func carried(r *http.Request) (out []ui.Hidden) {
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		for _, value := range r.PostForm[name] {
			if name != confirmation {
				out = append(out, ui.Hidden{Name: name, Value: value})
			}
		}
	}
	return out
}

func confirmPage(to string, carry []ui.Hidden) ui.Page {
	return ui.Page{Title: "Confirm that it is you", Status: http.StatusForbidden, Form: "confirm", Parts: []ui.Part{
		ui.P(ui.Text("What you ask for matters to others, and you gave your password a while ago. Give it once more; then it is done, with what you filled in.")),
		ui.Form{ID: "confirm", Action: to, Hidden: carry, Submit: "Confirm and go on", Links: ui.Say(ui.To("Cancel", "/")), Fields: []ui.Field{
			{Name: confirmation, Label: "Your password", Kind: "password", Required: true, Auto: "current-password"},
		}},
	}}
}

// asField says of a password that it is wrong, to somebody who is signed in, at the field in which it was given.
func asField(field string, err error) error {
	if !errors.Is(err, staff.ErrSignIn) {
		return err
	}
	return &staff.Invalid{Fields: []staff.Field{{Field: field, Rule: staff.RuleShape, Message: "This is not your password."}}}
}

// doConfirmMe takes the password for what cannot be carried along: a page, or a form with a file.
func doConfirmMe(v *visit) (done, error) {
	if err := v.Staff.Confirm(v.Context(), v.PostFormValue(confirmation)); err != nil {
		return done{}, asField(confirmation, err)
	}
	if next := local(v.PostFormValue("next")); next != "" {
		return done{to: next}, nil
	}
	return done{to: "/me", said: ui.Receipt{Title: "You are confirmed for a while", Lines: []ui.Line{ui.Say(ui.Text("Send now what asked for it."))}}}, nil
}
