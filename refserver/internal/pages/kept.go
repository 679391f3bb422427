package pages

import (
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// What a session that has ended does to a form that is sent after it: its fields go along with the sign-in, under names that begin with
// keptField, and can be sent once that is done. Nothing is sent by itself, since somebody else may have signed in.
const (
	keptField = "kept."
	keptBytes = 64 << 10 // bytes: whoever sends them is not known
)

// signInWith answers somebody who sent a form and is not signed in with the way in, and keeps what was filled in. It reports whether there was
// something to keep: no file, and no password.
func (s *site) signInWith(w http.ResponseWriter, r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || r.Method != http.MethodPost || kind != "application/x-www-form-urlencoded" {
		return false
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(web.FormTime)) // not every writer has one
	r.Body = http.MaxBytesReader(w, r.Body, keptBytes)
	if read(w, r) != nil || len(r.PostForm) == 0 {
		return false
	}
	v := &visit{Request: r, site: s, typed: url.Values{"next": {r.URL.RequestURI()}}}
	for name, values := range r.PostForm {
		if strings.Contains(name, "password") {
			return false
		}
		v.typed[keptField+name] = values
	}
	page, err := showSignIn(v)
	if err != nil {
		return false
	}
	page.Status = http.StatusUnauthorized
	s.write(w, v, page)
	return true
}

// kept is what was filled in before the sign-in, as it goes along.
func kept(typed url.Values) (out []ui.Hidden) {
	for _, name := range slices.Sorted(maps.Keys(typed)) {
		for _, value := range typed[name] {
			if strings.HasPrefix(name, keptField) {
				out = append(out, ui.Hidden{Name: name, Value: value})
			}
		}
	}
	return out
}

// filledIn shows what goes along, so that it can be copied.
func filledIn(carry []ui.Hidden) ui.Part {
	var facts ui.Facts
	for _, h := range carry {
		name := strings.TrimPrefix(h.Name, keptField)
		if h.Value == "" || name == "version" || strings.HasPrefix(name, wasField) || strings.HasPrefix(name, beforeField) {
			continue
		}
		facts.Items = append(facts.Items, ui.Fact{Name: name, Value: ui.Say(ui.Text(h.Value))})
	}
	return ui.Group{Summary: ui.Say(ui.Text("What you filled in")), Open: true, Parts: []ui.Part{facts}}
}

// goOn is where somebody goes who has just signed in: to what they asked for, or to what they filled in before, which they can send now.
func (v *visit) goOn() done {
	next, carry := goTo(v.PostFormValue("next")), kept(v.PostForm)
	if len(carry) == 0 {
		return done{to: next}
	}
	send := ui.Form{ID: "kept", Action: next, Submit: "Send what I filled in", Links: ui.Say(ui.To("Leave it", "/"))}
	for _, h := range carry {
		send.Hidden = append(send.Hidden, ui.Hidden{Name: strings.TrimPrefix(h.Name, keptField), Value: h.Value})
	}
	return done{once: &ui.Page{Title: "You are signed in", Parts: []ui.Part{
		ui.P(ui.Text("Nothing of this is done yet. Look whether it is still what you want, and send it.")), filledIn(carry), send,
	}}}
}
