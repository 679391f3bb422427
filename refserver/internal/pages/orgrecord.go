package pages

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// orgRecords serves how an account keeps its own organizations: what others may see of them, and where they stand in the account.
func (s *site) orgRecords() {
	sent := &onceSent{}
	s.get("/organizations/new", showNewOrganization)
	s.post("/organizations/new", sent.register, showNewOrganization)
	s.get("/organizations/{id}/record", showRecord)
	s.post("/organizations/{id}/record", doSaveRecord, showRecord)
}

// spareRows are how many empty rows for contacts and addresses a form offers.
const spareRows = 2

var (
	contactParts = []string{"kind", "label", "value"}
	addressParts = []string{"label", "street", "city", "state", "postal_code", "country"}
)

func showNewOrganization(v *visit) (ui.Page, error) {
	_, actor := v.viewer()
	if !actor.Administers() {
		return ui.Page{}, fmt.Errorf("register an organization: %w", orgoverlay.ErrForbidden)
	}
	form, err := v.recordForm(orgoverlay.Organization{}, false)
	form.Hidden = append(form.Hidden, ui.Hidden{Name: "form", Value: v.value("form", rand.Text())})
	form.Submit, form.Links = "Register the organization", ui.Say(ui.To("Not now", "/organizations"))
	return ui.Page{Title: "New organization", Crumbs: orgCrumbs(), Parts: []ui.Part{
		ui.P(ui.Text("It is this account's own. Other accounts see it only when an agreement names it.")), form,
	}}, err
}

func showRecord(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	o, err := svc.Own(v.Context(), actor, v.orgID())
	if err == nil && !actor.Administers() {
		err = fmt.Errorf("save an organization: %w", orgoverlay.ErrForbidden)
	}
	if err != nil {
		return ui.Page{}, err
	}
	form, err := v.recordForm(o, true)
	form.Submit, form.Links = "Save what others may see", ui.Say(ui.To("Leave it as it is", orgAddress(o.ID)))
	return ui.Page{Title: "Edit " + o.Name, Crumbs: append(orgCrumbs(), ui.To(o.Name, orgAddress(o.ID))), Parts: []ui.Part{
		ui.P(ui.Text("Accounts that see this organization by an agreement see the first three parts as soon as they are saved.")), form,
	}}, err
}

// recordForm holds an organization of the account. What differs from what is saved is said at the field.
func (v *visit) recordForm(o orgoverlay.Organization, saved bool) (ui.Form, error) {
	text := func(name, label, now string) ui.Field {
		f := ui.Field{Name: name, Label: label, Value: v.typedIn(name, now)}
		if saved && f.Value != now {
			f.Hint = "Saved: " + cmp.Or(short(now), "(nothing)")
		}
		return f
	}
	form := ui.Form{ID: "record", Hidden: []ui.Hidden{{Name: "version", Value: v.value("version", fmt.Sprint(o.Version))}}}
	name, picture := text("name", "Name", o.Name), text("picture", "Address of a picture", o.Picture)
	name.Required = true
	picture.Hint = strings.TrimSpace(picture.Hint + " It begins with https:// or data:image/.")
	disabled := ui.Field{Name: "disabled", Label: "Disabled", Kind: "check", On: v.ticked("disabled", o.Disabled), Hint: "It stays in every list, marked as disabled."}
	form.Body = append(form.Body, ui.Fieldset{Legend: "The organization", Fields: []ui.Field{name, picture, disabled}})
	contacts := each(o.Contacts, func(c orgoverlay.Contact) []string { return []string{c.Kind, c.Label, c.Value} })
	addresses := each(o.Addresses, func(a orgoverlay.Address) []string {
		return []string{a.Label, a.Street, a.City, a.State, a.PostalCode, a.Country}
	})
	form.Body = append(form.Body, v.rowsPart("contacts", "Contacts", contactParts, contacts, text), v.rowsPart("addresses", "Addresses", addressParts, addresses, text))
	above, err := v.aboveField(o)
	form.Body = append(form.Body, ui.Fieldset{Legend: "Only for this account", Fields: []ui.Field{
		above, text("manager", "ID of the manager, a person of this account", string(o.Manager)), text("region", "Region", o.Region), text("source", "Source", o.Source), text("source_id", "ID at the source", o.SourceID),
	}})
	return form, err
}

// rowLabels name the parts of a contact and of an address.
var rowLabels = map[string]string{"kind": "Kind", "label": "Label", "value": "Number or address", "street": "Street", "city": "City", "state": "State", "postal_code": "Postal code", "country": "Country"}

// rowsPart are the rows of a list with room for more. A row that is left empty goes.
func (v *visit) rowsPart(list, legend string, parts []string, rows [][]string, text func(name, label, now string) ui.Field) ui.Group {
	g := ui.Group{Summary: ui.Say(ui.Text(legend)), Open: true}
	n := len(rows) + spareRows
	for v.typed.Has(rowName(list, n, parts[0])) {
		n++
	}
	for i := range n {
		set := ui.Fieldset{Legend: legend + " " + strconv.Itoa(i+1)}
		for j, part := range parts {
			now := ""
			if i < len(rows) {
				now = rows[i][j]
			}
			f := text(rowName(list, i, part), rowLabels[part], now)
			if part == "kind" {
				f.Kind, f.Hint, f.Options = "select", "", []ui.Option{{Value: "phone", Label: "Phone"}, {Value: "email", Label: "E-mail"}, {Value: "website", Label: "Website"}}
			}
			set.Fields = append(set.Fields, f)
		}
		g.Parts = append(g.Parts, set)
	}
	return g
}

func rowName(list string, i int, part string) string { return fmt.Sprintf("%s[%d].%s", list, i, part) }

// typedRows reads the rows that are not empty and closes up those between them, so that they stand in the form as they were sent on.
func typedRows(typed url.Values, list string, parts []string) [][]string {
	var out [][]string
	for i := 0; typed.Has(rowName(list, i, parts[0])); i++ {
		row := each(parts, func(part string) string { return strings.TrimSpace(typed.Get(rowName(list, i, part))) })
		kept := false
		for j, part := range parts {
			kept = kept || part != "kind" && row[j] != ""
			typed.Set(rowName(list, i, part), "")
		}
		if !kept {
			continue
		}
		for j, part := range parts {
			typed.Set(rowName(list, len(out), part), row[j])
		}
		out = append(out, row)
	}
	return out
}

// aboveField chooses the organization that this one lies below.
func (v *visit) aboveField(o orgoverlay.Organization) (ui.Field, error) {
	svc, actor := v.viewer()
	f := ui.Field{Name: "parent", Label: "Lies below", Kind: "select", Value: v.typedIn("parent", string(o.Parent)), Options: []ui.Option{{Label: "Nothing"}}}
	list, err := svc.List(v.Context(), actor, orgoverlay.ListQuery{Owner: svc.Account(), Limit: most})
	found := f.Value == ""
	for _, r := range list.Records {
		if r.ID != o.ID {
			f.Options = append(f.Options, ui.Option{Value: string(r.ID), Label: r.Name})
			found = found || string(r.ID) == f.Value
		}
	}
	if !found {
		f.Options = append(f.Options, ui.Option{Value: f.Value, Label: f.Value})
	}
	return f, err
}

// readRecord fills in what was typed.
func readRecord(typed url.Values, o orgoverlay.Organization) orgoverlay.Organization {
	line := func(name string) string { return strings.TrimSpace(typed.Get(name)) }
	o.Name, o.Picture, o.Disabled = line("name"), line("picture"), typed.Has("disabled")
	o.Contacts = each(typedRows(typed, "contacts", contactParts), func(r []string) orgoverlay.Contact { return orgoverlay.Contact{Kind: r[0], Label: r[1], Value: r[2]} })
	o.Addresses = each(typedRows(typed, "addresses", addressParts), func(r []string) orgoverlay.Address {
		return orgoverlay.Address{Label: r[0], Street: r[1], City: r[2], State: r[3], PostalCode: r[4], Country: r[5]}
	})
	o.Parent, o.Manager = orgoverlay.OrgID(line("parent")), orgoverlay.PersonID(line("manager"))
	o.Region, o.Source, o.SourceID = line("region"), line("source"), line("source_id")
	return o
}

// register makes an organization. What a second press of the same button sends is the one that the first has made.
func (s *onceSent) register(v *visit) (done, error) {
	svc, actor := v.viewer()
	first := s.first(string(svc.Account()), v.PostForm)
	first.mu.Lock()
	defer first.mu.Unlock()
	o := orgoverlay.Organization{}
	var err error
	if first.made != "" {
		o, err = svc.Own(v.Context(), actor, orgoverlay.OrgID(first.made))
	} else {
		o, err = svc.SaveOrganization(v.Context(), actor, readRecord(v.PostForm, o))
	}
	if err != nil {
		return done{}, orgRefused(v, err)
	}
	first.made = string(o.ID)
	return done{to: orgAddress(o.ID), said: ui.Receipt{Title: o.Name + " is registered"}}, nil
}

func doSaveRecord(v *visit) (done, error) {
	svc, actor := v.viewer()
	was, err := svc.Own(v.Context(), actor, v.orgID())
	if err != nil {
		return done{}, err
	}
	is := readRecord(v.PostForm, was)
	is.Version = v.version()
	o, err := svc.SaveOrganization(v.Context(), actor, is)
	if errors.Is(err, orgoverlay.ErrConflict) {
		v.typed = maps.Clone(v.PostForm)
		v.typed.Set("version", fmt.Sprint(was.Version))
		page, err := showRecord(v)
		if err != nil {
			return done{}, err
		}
		page.Status = http.StatusConflict
		page.Problems = []ui.Problem{{Code: "conflict", Text: "Somebody has changed this organization since you opened the page. What you typed stands below; where it differs from what is saved now, the field says so."}}
		return done{once: &page}, nil
	}
	if err != nil {
		return done{}, orgRefused(v, err)
	}
	said := ui.Receipt{Title: o.Name + " is saved", Lines: []ui.Line{ui.Say(ui.To("What was written down", orgAddress(o.ID, "history")))}}
	if o.Version == was.Version {
		said = ui.Receipt{Title: "Nothing had changed"}
	}
	return done{to: orgAddress(o.ID), said: said}, nil
}
