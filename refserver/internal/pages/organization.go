package pages

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// oneOrganization serves the page of one organization: what its owner keeps at the left, what we keep of it at the right.
func (s *site) oneOrganization() { s.get("/organizations/{id}", showOrganization) }

// orgID is the organization that the path names.
func (v *visit) orgID() orgoverlay.OrgID { return orgoverlay.OrgID(v.PathValue("id")) }

// organization reads the organization that the path names.
func (v *visit) organization() (orgoverlay.Record, error) {
	svc, actor := v.viewer()
	return svc.Organization(v.Context(), actor, v.orgID())
}

// orgCrumbs lead back to an organization, or to the list.
func orgCrumbs(records ...orgoverlay.Record) []ui.Span {
	out := []ui.Span{ui.To("All Organizations", "/organizations")}
	for _, r := range records {
		out = append(out, ui.To(r.Name, orgAddress(r.ID)))
	}
	return out
}

func showOrganization(v *visit) (ui.Page, error) {
	r, err := v.organization()
	if err != nil {
		return ui.Page{}, err
	}
	svc, actor := v.viewer()
	sources, err := svc.Explain(v.Context(), actor, r.ID)
	if err != nil {
		return ui.Page{}, err
	}
	people, err := orgPeople(v.Context(), svc, actor, r.Form.Fields)
	if err != nil {
		return ui.Page{}, err
	}
	own := r.Account == svc.Account()
	ours := ui.Section{ID: "ours", Title: "Ours", Parts: []ui.Part{ui.P(ui.Text(owner(r.Shared) + " is our directory. What is to be kept of this organization is kept there."))}}
	if v.writable(r) {
		ours = oursPart(r, people, own, string(svc.Account()))
		if actor.Edits() {
			ours.Parts = append(ours.Parts, ui.Form{ID: "edit", Get: true, Action: orgAddress(r.ID, "edit"), Submit: "Edit ours"})
		}
		ours.Parts = append(ours.Parts, filesParts(r, actor)...)
	}
	links := ui.Say(ui.To("History", orgAddress(r.ID, "history")))
	if own && (actor.Edits() || actor.SeesInternal()) {
		links = append(links, ui.To("Who sees us", orgAddress(r.ID, "sees")))
	}
	if own && actor.Administers() {
		links = append(links, ui.To("Edit what others may see", orgAddress(r.ID, "record")))
	}
	if !own && r.Version > 0 && actor.Administers() {
		links = append(links, ui.To("Purge what we keep", orgAddress(r.ID, "purge")))
	}
	return ui.Page{Title: r.Name, Crumbs: orgCrumbs(), Form: v.form("attach"), Parts: []ui.Part{
		ui.Menu{Links: links},
		ui.Columns{Left: []ui.Part{theirsPart(r, own)}, Right: []ui.Part{ours}},
		whySection(r, own),
		sourcesGroup(r, sources),
	}}, nil
}

// theirsPart is what the owner keeps, and whoever sees the organization sees.
func theirsPart(r orgoverlay.Record, own bool) ui.Section {
	s := ui.Section{ID: "theirs", Title: "Kept by " + owner(r.Shared), Note: ui.Say(ui.Text("What is changed there shows here at once."))}
	if own {
		s.Title, s.Note = "What others may see", ui.Say(ui.Text("Kept by us. Accounts that see this organization by an agreement see this side and no more."))
	}
	facts := []ui.Fact{{Name: "Name", Value: ui.Say(ui.Strong(r.Name))}, {Name: "Kind", Value: ui.Say(ui.Pill(kindWords[r.Kind]))}}
	if own {
		facts = append(facts, ui.Fact{Name: "ID, for agreements", Value: ui.Say(ui.Code(string(r.ID)))})
	}
	if r.Disabled {
		facts = append(facts, ui.Fact{Name: "State", Value: ui.Say(ui.Pill("Disabled"))})
	}
	switch {
	case ui.Shows(r.Picture):
		s.Parts = append(s.Parts, ui.Picture{Source: r.Picture, Alt: "Picture of " + r.Name})
	case r.Picture != "":
		facts = append(facts, ui.Fact{Name: "Picture, kept elsewhere", Value: ui.Say(pictureLink(r.Picture))})
	}
	for _, c := range r.Contacts {
		facts = append(facts, ui.Fact{Name: strings.TrimSpace(contactWords[c.Kind] + " " + c.Label), Value: ui.Say(ui.Outside(c.Value))})
	}
	for _, a := range r.Addresses {
		facts = append(facts, ui.Fact{Name: strings.TrimSpace("Address " + a.Label), Value: ui.Say(ui.Text(addressWords(a)))})
	}
	if len(r.Contacts)+len(r.Addresses) == 0 {
		facts = append(facts, ui.Fact{Name: "Contacts and addresses"})
	}
	s.Parts = append(s.Parts, ui.Facts{Items: facts})
	return s
}

// pictureLink names a picture that is not drawn here.
func pictureLink(address string) ui.Span {
	if strings.HasPrefix(address, "https://") {
		return ui.Outside(address)
	}
	return ui.Quiet("a picture that is not shown here")
}

var contactWords = map[string]string{"phone": "Phone", "email": "E-mail", "website": "Website"}

func addressWords(a orgoverlay.Address) string {
	var parts []string
	for _, p := range []string{a.Street, a.City, strings.TrimSpace(a.State + " " + a.PostalCode), a.Country} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

// oursPart is what the account keeps of the organization for itself.
func oursPart(r orgoverlay.Record, people map[orgoverlay.PersonID]string, own bool, account string) ui.Section {
	s := ui.Section{ID: "ours", Title: "Ours", Note: ui.Say(ui.Text("Only " + account + " sees this."))}
	facts := []ui.Fact{{Name: "Financial ID", Value: ui.Say(ui.Text(r.Local.FinancialID))}}
	for _, f := range r.Form.Fields {
		value := ui.Say(ui.Text(customWords(f.Value)))
		if f.Person {
			value = ui.Say(ui.Text(personWords(f.Value, people)))
		}
		if f.Internal {
			value = append(value, ui.Pill("Internal"))
		}
		facts = append(facts, ui.Fact{Name: f.Label, Value: value})
	}
	s.Parts = []ui.Part{ui.Facts{Items: facts}, ui.P(ui.Quiet("Remarks")), ui.Prose{Text: r.Local.Remarks}}
	if len(r.Form.Flagged) > 0 {
		lines := []ui.Line{}
		for _, f := range r.Form.Flagged {
			lines = append(lines, ui.Say(ui.Code(f.Path), ui.Text(f.Message)))
		}
		s.Parts = append(s.Parts, ui.Group{Summary: ui.Say(ui.Text("Kept from before, and not as the custom fields are now: "), ui.Count(len(lines))), Parts: []ui.Part{ui.List{Lines: lines}}})
	}
	if !own && r.Version == 0 {
		s.Parts = append(s.Parts, ui.P(ui.Quiet("Nothing has been written here yet.")))
	}
	return s
}

// whySection says why the account sees the organization.
func whySection(r orgoverlay.Record, own bool) ui.Section {
	s := ui.Section{ID: "why", Title: "Why we see it"}
	switch {
	case own:
		s.Parts = []ui.Part{ui.P(ui.Text("It is one of our own organizations."))}
	case r.Kind != orgoverlay.KindTrusted:
		s.Parts = []ui.Part{ui.P(ui.Text("It is registered in our directory, " + owner(r.Shared) + "."))}
	default:
		t := ui.Table{Caption: "Active agreements", Cols: ui.Cols("Agreement", "Kind", "Registered at", "What it is to us", "Ends")}
		for _, w := range r.Whys {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Code(string(w.Agreement)), ui.Text(agreementWords[w.Kind]), ui.Text(string(w.Account)), ui.Text(directionWords(w.Direction)), untilSpan(w.Until))})
		}
		s.Note = ui.Say(ui.Text("When the last of these ends, the organization leaves our list. What we keep of it stays ours, and comes back with the next agreement."))
		s.Parts = []ui.Part{t}
	}
	return s
}

// sourcesGroup says of every field where its value is from.
func sourcesGroup(r orgoverlay.Record, sources []orgoverlay.Source) ui.Group {
	t := ui.Table{Caption: "By field", Cols: ui.Cols("Field", "Whose value", "Written by", "When")}
	for _, s := range sources {
		by := s.By
		if by != "" && s.ByHome != "" {
			by += " (" + string(s.ByHome) + ")"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(orgFieldWords(r, s.Path)), ui.Text(layerWords(s)), ui.Text(by), ui.When(s.At))})
	}
	return ui.Group{Summary: ui.Say(ui.Text("Where each value is from")), Parts: []ui.Part{t}}
}

func layerWords(s orgoverlay.Source) string {
	switch s.Layer {
	case orgoverlay.LayerBase:
		return "The record of " + string(s.Account)
	case orgoverlay.LayerOverlay:
		return "Ours, " + string(s.Account)
	}
	return "Nobody has set it"
}

// orgFieldWords name the field of a path as the page does.
func orgFieldWords(r orgoverlay.Record, path string) string {
	if id, ok := strings.CutPrefix(path, "custom."); ok {
		for _, f := range r.Form.Fields {
			if f.ID == id {
				return f.Label
			}
		}
		return id
	}
	if id, ok := strings.CutPrefix(path, "attachments."); ok {
		for _, f := range r.Local.Attachments {
			if string(f.ID) == id {
				return "Attachment " + f.Name
			}
		}
		return "An attachment"
	}
	return map[string]string{
		"name": "Name", "picture": "Picture", "contacts": "Contacts", "addresses": "Addresses", "disabled": "Disabled", "remarks": "Remarks", "financial_id": "Financial ID",
		"parent": "Lies below", "manager": "Manager", "region": "Region", "source": "Source", "source_id": "ID at the source",
	}[path]
}

// orgPeople reads the names of everybody whom custom fields name.
func orgPeople(ctx context.Context, svc *orgoverlay.Service, a orgoverlay.Actor, fields []orgoverlay.FormField) (map[orgoverlay.PersonID]string, error) {
	var ids []orgoverlay.PersonID
	for _, f := range fields {
		if f.Person {
			ids = append(ids, personIDs(f.Value)...)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	people, err := svc.People(ctx, a, ids)
	out := map[orgoverlay.PersonID]string{}
	for _, p := range people {
		out[p.ID] = p.Name
	}
	return out, err
}

// personIDs are the ids in a value: a text, a number, or a list of them.
func personIDs(value []byte) []orgoverlay.PersonID {
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil {
		list = []json.RawMessage{value}
	}
	return each(list, func(one json.RawMessage) orgoverlay.PersonID { return orgoverlay.PersonID(customWords(one)) })
}

// namedSoFar writes who is named by the custom fields of the first organizations in the list, as far as this one has a field for people.
func (v *visit) namedSoFar(r orgoverlay.Record) (string, error) {
	if !slices.ContainsFunc(r.Form.Fields, func(f orgoverlay.FormField) bool { return f.Person }) {
		return "", nil
	}
	svc, actor := v.viewer()
	list, err := svc.List(v.Context(), actor, orgoverlay.ListQuery{Limit: most})
	if err != nil {
		return "", err
	}
	var fields []orgoverlay.FormField
	for _, one := range list.Records {
		fields = append(fields, one.Form.Fields...)
	}
	people, err := orgPeople(v.Context(), svc, actor, fields)
	var words []string
	for _, id := range slices.Sorted(maps.Keys(people)) {
		words = append(words, string(id)+" is "+people[id])
	}
	return strings.Join(words, ", "), err
}

func personWords(value []byte, people map[orgoverlay.PersonID]string) string {
	if len(value) == 0 {
		return ""
	}
	return strings.Join(each(personIDs(value), func(id orgoverlay.PersonID) string {
		if name := people[id]; name != "" {
			return name + " (" + string(id) + ")"
		}
		return string(id)
	}), ", ")
}
