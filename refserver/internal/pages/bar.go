package pages

import (
	"context"
	"net/http"

	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// works reports whether somebody works with projects, shops and locations, as which the system's own account alone is known.
func (s *site) works(who staff.Who) bool {
	return who.Account == s.Self.System && who.Holds(staff.Works, staff.Operates)
}

// areas are what the bar leads somebody to: no more than their roles in the account that they act in open.
func (s *site) areas(who staff.Who) (nav []ui.Span) {
	if s.works(who) {
		nav = append(nav, ui.To("Home", "/"), ui.To("Projects", "/projects"), ui.To("Shops", "/shops"), ui.To("Locations", "/locations"),
			ui.To("Partners", "/partners"), ui.To("Messages", "/messages"), ui.To("History", "/history"))
	}
	nav = append(nav, ui.To("Organizations", "/organizations"))
	if s.Staff != nil && who.Holds(staff.Administers) {
		nav = append(nav, ui.To("People", "/people"), ui.To("Tokens", "/tokens"))
	}
	if s.Staff != nil && s.operates(who) {
		nav = append(nav, ui.To("Accounts", "/accounts"))
	}
	return append(nav, ui.To("API", "/docs"))
}

// bar fills in what the bar says to who asks.
func (s *site) bar(ctx context.Context) (ui.Site, error) {
	look := s.look
	who, ok := staff.Of(ctx)
	if !ok {
		return look, nil
	}
	look.Nav = s.areas(who)
	look.Door = &ui.Door{Person: nameOf(who), Account: who.Account}
	if s.Staff == nil || who.Person == "" {
		return look, nil
	}
	holds, err := s.Staff.Memberships(ctx, who.Person)
	if len(holds) > 1 {
		for _, m := range holds {
			look.Door.Accounts = append(look.Door.Accounts, ui.Option{Value: m.Account, Label: accountWord(m.Account, m.Name)})
		}
	}
	return look, err
}

// start leads everybody to where their day begins: those who work with projects to Home, others to organizations.
func (s *site) start() {
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		if who, _ := staff.Of(r.Context()); !s.works(who) {
			http.Redirect(w, r, "/organizations", http.StatusSeeOther)
			return
		}
		s.page(w, r, showHome)
	})
}

// nameOf is how pages name somebody.
func nameOf(who staff.Who) string {
	if who.Name != "" {
		return who.Name
	}
	return who.Email
}

// accountWord names an account: by its name and its id, where these differ.
func accountWord(id, name string) string {
	if name == "" || name == id {
		return id
	}
	return name + " (" + id + ")"
}
