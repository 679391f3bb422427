package pages

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// orgPurges serves how what the account keeps of an organization goes for good, and what it keeps of organizations that it does not see.
func (s *site) orgPurges() {
	s.get("/organizations/dormant", listDormant)
	s.get("/organizations/{id}/purge", showPurge)
	s.post("/organizations/{id}/purge", doPurge, showPurge)
}

// isPurge reports whether a path is that of a purge.
func isPurge(path string) bool {
	return strings.HasPrefix(path, "/organizations/") && strings.HasSuffix(path, "/purge")
}

// dormantWindows is how many pages of the service one page of the list looks through for its first row.
const dormantWindows = 10

// listDormant shows what is kept of organizations that the account does not see at present. It says whose they are, and no more.
func listDormant(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	t := ui.Table{Caption: "Kept of organizations that are not seen", Cols: ui.Cols("ID of the organization", "Home account", "Not seen since", "What can be done"),
		Empty: ui.Empty{Text: "When an organization is not seen any more, because the last agreement has ended or its owner took it away, what we keep of it stays here until it is purged. There is nothing of that kind."}}
	next := orgoverlay.OrgID(v.query("after"))
	for n := 0; n < dormantWindows; n++ {
		list, err := svc.Dormant(v.Context(), actor, next, most)
		if err != nil {
			return ui.Page{}, err
		}
		for _, d := range list.Overlays {
			since := ui.Quiet("Not noted yet")
			if !d.HiddenSince.IsZero() {
				since = ui.When(d.HiddenSince)
			}
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Code(string(d.Org)), ui.Text(string(d.Account)), since, ui.To("Look at it and purge it", orgAddress(d.Org, "purge")))})
		}
		if next = list.Next; next == "" || len(t.Rows) > 0 {
			break
		}
	}
	page := ui.Page{Title: "Not seen any more", Crumbs: orgCrumbs(), Parts: []ui.Part{
		ui.P(ui.Text("This is what "+string(v.account())+" keeps of organizations that it does not see at present. Nothing of it shows elsewhere. It comes back as it is when the organization is seen again. Their names are not known here."),
			ui.To("An export can take it along.", "/organizations/export")),
	}}
	switch {
	case len(t.Rows) > 0 && next != "":
		t.More = v.with("after", string(next))
	case next != "":
		t.Empty = ui.Empty{Text: "There is nothing of that kind among those that were looked through so far.", Do: ui.To("Look through the next ones", v.with("after", string(next)))}
	}
	page.Parts = append(page.Parts, t)
	return page, nil
}

// showPurge shows exactly what a purge takes away, before the button.
func showPurge(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	k, err := v.keptHere()
	if err != nil {
		return ui.Page{}, err
	}
	labels, err := v.customLabels()
	if err != nil {
		return ui.Page{}, err
	}
	page := ui.Page{Title: "Purge what we keep of an organization", Crumbs: append(orgCrumbs(), ui.To("Not seen any more", "/organizations/dormant"))}
	back := "/organizations/dormant"
	state := ui.Say(ui.Text("The organization is not seen at present. What is kept of it would come back as it is with the next agreement."))
	if r, err := svc.Organization(v.Context(), actor, k.org); err == nil {
		page.Title, page.Crumbs, back = "Purge what we keep of "+r.Name, orgCrumbs(r), orgAddress(k.org)
		state = ui.Say(ui.Text("The organization is seen, and stays so. Whoever works in "+string(svc.Account())+" loses what stands below."), ui.To("Change some of it instead.", orgAddress(k.org, "edit")))
	} else if !errors.Is(err, orgoverlay.ErrNotFound) {
		return ui.Page{}, err
	}
	t := ui.Table{Cols: ui.Cols("Field", "Value"), Empty: ui.Empty{Text: "No field has a value now. What they were stands in the history, and is lost."}}
	files := ui.Table{Caption: "Files that are lost", Cols: ui.Cols("File")}
	for _, path := range k.paths() {
		if strings.HasPrefix(path, "attachments.") {
			files.Rows = append(files.Rows, ui.Row{Cells: ui.Cells(ui.Text(k.now[path]))})
			continue
		}
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(keptWords(labels, path)), ui.Text(keptValue(path, k.now[path])))})
	}
	t.Caption = "Values that are lost: " + fmt.Sprint(len(t.Rows))
	page.Parts = []ui.Part{ui.Paragraph{Line: state}, t}
	if len(files.Rows) > 0 {
		page.Parts = append(page.Parts, files)
	}
	page.Parts = append(page.Parts,
		ui.P(ui.Text("The values in "+plural(k.lines, "line")+" of history go too. What stays is that it was changed, when and by whom, and that it was purged and why. Nobody can bring it back.")),
		ui.Form{ID: "purge", Action: orgAddress(k.org, "purge"), Danger: true, Submit: "Purge it for good", Links: ui.Say(ui.To("Keep it", back)),
			Hidden: []ui.Hidden{{Name: "newest", Value: k.newest.ID}},
			Fields: []ui.Field{{Name: "why", Label: "Why", Required: true, Value: v.value("why", ""), Hint: "It stays in the history. Write no value into it that is to be gone."}}})
	return page, nil
}

// doPurge purges what was looked at. When it has changed since it is looked at again.
func doPurge(v *visit) (done, error) {
	k, err := v.keptHere()
	if err != nil {
		return done{}, err
	}
	if k.newest.ID != v.PostForm.Get("newest") {
		return done{}, refuse(orgoverlay.ErrConflict, "", "Somebody has changed what is kept since you opened the page. Look at what would be lost now.")
	}
	svc, actor := v.viewer()
	if err := svc.Purge(v.Context(), actor, k.org, strings.TrimSpace(v.PostForm.Get("why"))); err != nil {
		return done{}, orgRefused(v, err)
	}
	if v.Purged != nil {
		v.Purged(v.Context())
	}
	to := "/organizations/dormant"
	if _, err := svc.Organization(v.Context(), actor, k.org); err == nil {
		to = orgAddress(k.org)
	}
	return done{to: to, said: ui.Receipt{Title: "What we kept of the organization is purged", Lines: []ui.Line{
		ui.Say(ui.Text("Lost: "+plural(len(k.now)-k.files(), "value")+" and "+plural(k.files(), "file")+"."), ui.To("What was written down", "/organizations/history?kind=retention")),
	}}}, nil
}
