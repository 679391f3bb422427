package pages

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// orgEdits serves how the account edits what it keeps of an organization. A form holds beside each field what the field was when the page
// was opened, so that only what a person has touched is changed. When somebody else has touched the same field meanwhile, the page
// shows all three values and asks which is kept.
func (s *site) orgEdits() {
	s.get("/organizations/{id}/edit", showOrgEdit)
	s.post("/organizations/{id}/edit", doOrgEdit, showOrgEdit)
}

// What the names of hidden fields begin with: the value that a field had when the page was opened, what it had been before somebody else
// changed it, and the choice between the two that met.
const (
	wasField    = "was."
	beforeField = "before."
	choiceField = "choice."
)

// typedIn is what was typed into a field that was there, or else what it is now.
func (v *visit) typedIn(name, now string) string {
	if v.typed == nil || !v.typed.Has(name) {
		return now
	}
	return lines(v.typed.Get(name))
}

func showOrgEdit(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	r, err := v.organization()
	if err == nil && !actor.Edits() {
		err = fmt.Errorf("edit an organization: %w", orgoverlay.ErrForbidden)
	}
	if err == nil && !v.writable(r) {
		err = refuse(orgoverlay.ErrInvalid, "", "The organization is kept by "+owner(r.Shared)+", the directory of this account, and edited there.")
	}
	if err != nil {
		return ui.Page{}, err
	}
	fields := orgFields(r)
	known, err := v.namedSoFar(r)
	if err != nil {
		return ui.Page{}, err
	}
	for i := range fields {
		if c := fields[i].custom; c != nil && c.person && known != "" {
			fields[i].field.Hint = strings.TrimSpace(fields[i].field.Hint + " Named so far: " + known + ".")
		}
	}
	form := ui.Form{ID: "ours", Submit: "Save ours", Links: ui.Say(ui.To("Leave it as it is", orgAddress(r.ID)))}
	form.Hidden = []ui.Hidden{{Name: "version", Value: v.value("version", fmt.Sprint(r.Version))}}
	for _, f := range fields {
		was, typed := v.typedIn(wasField+f.path, f.text), v.typedIn(f.path, f.text)
		f.field.Value = typed
		form.Hidden = append(form.Hidden, ui.Hidden{Name: wasField + f.path, Value: was})
		if !v.typed.Has(beforeField + f.path) {
			form.Fields = append(form.Fields, f.field)
			continue
		}
		before := v.typed.Get(beforeField + f.path)
		form.Hidden = append(form.Hidden, ui.Hidden{Name: beforeField + f.path, Value: before})
		form.Body = append(form.Body, met(v, f, before, was, typed))
	}
	if lost := gone(v.typed, fields); len(lost) > 0 {
		form.Body = append(form.Body, ui.Preview{Title: "What you typed into fields that are not there any more", Parts: []ui.Part{ui.Facts{Items: lost}}})
	}
	return ui.Page{Title: "Edit what we keep of " + r.Name, Crumbs: orgCrumbs(r), Parts: []ui.Part{
		ui.P(ui.Text("Only " + string(svc.Account()) + " sees these fields. What " + owner(r.Shared) + " keeps of the organization is not changed by them.")), form,
	}}, nil
}

// gone are the custom fields into which something was typed, and which the account does not have any more.
func gone(typed url.Values, fields []orgField) (out []ui.Fact) {
	for _, path := range slices.Sorted(maps.Keys(typed)) {
		id, custom := strings.CutPrefix(path, "custom.")
		known := slices.ContainsFunc(fields, func(f orgField) bool { return f.path == path })
		if custom && !known && lines(typed.Get(path)) != lines(typed.Get(wasField+path)) {
			out = append(out, ui.Fact{Name: id, Value: ui.Say(ui.Text(typed.Get(path)))})
		}
	}
	return out
}

// met shows a field that two people have changed, and asks which value is kept.
func met(v *visit, f orgField, before, now, mine string) ui.Part {
	nows, mines := ui.Differ(now, mine)
	name := choiceField + f.path
	return ui.Preview{Title: f.field.Label + " was changed while you wrote", Parts: []ui.Part{
		ui.Facts{Items: []ui.Fact{
			{Name: "When you opened the page", Value: ui.Say(ui.Text(f.shown(before)))},
			{Name: "Saved by somebody else since", Value: ui.Say(ui.Marked(f.pieces(now, nows)))},
			{Name: "Yours", Value: ui.Say(ui.Marked(f.pieces(mine, mines)))},
		}},
		ui.Fieldset{Legend: "Which is kept", Fields: []ui.Field{{Name: name, Label: f.field.Label, Kind: "radio", Required: true, Value: v.value(name, ""), Options: []ui.Option{
			{Value: "mine", Label: "Mine, as it stands in the field below"}, {Value: "saved", Label: "What was saved since"},
		}}, f.field}},
	}}
}

// shown is a field's text as people read it.
func (f orgField) shown(text string) string {
	if f.custom == nil || f.custom.Type == "string" && len(f.custom.Enum) == 0 {
		return text
	}
	return customWords([]byte(text))
}

func (f orgField) pieces(text string, marked []ui.Piece) []ui.Piece {
	if shown := f.shown(text); shown != text {
		return []ui.Piece{{Text: shown, Differs: true}}
	}
	return marked
}

// edit carries a patch out on the version that it was made on. When others have changed other fields since, it goes through on theirs.
func (v *visit) edit(p orgoverlay.Patch, version int64) (orgoverlay.Record, []orgoverlay.Warning, error) {
	svc, actor := v.viewer()
	for range 3 {
		r, warnings, err := svc.Edit(v.Context(), actor, v.orgID(), p, version)
		conflict, met := errors.AsType[*orgoverlay.Conflict](err)
		if !met || len(conflict.Fields) > 0 {
			return r, warnings, err
		}
		version = conflict.Version
	}
	return svc.Edit(v.Context(), actor, v.orgID(), p, version)
}

func doOrgEdit(v *visit) (done, error) {
	r, err := v.organization()
	if err != nil {
		return done{}, err
	}
	var p orgoverlay.Patch
	fields := orgFields(r)
	open, touched := &refusal{error: orgoverlay.ErrInvalid}, false
	if lost := gone(v.PostForm, fields); len(lost) > 0 {
		open.problems = append(open.problems, ui.Problem{Code: "unknown", Text: "The custom fields were changed while you wrote. What you typed into those that are not there any more stands at the end. Save again without them."})
	}
	for _, f := range fields {
		typed := lines(v.PostForm.Get(f.path))
		if !v.PostForm.Has(f.path) || typed == lines(v.PostForm.Get(wasField+f.path)) {
			continue
		}
		if v.PostForm.Has(beforeField + f.path) {
			switch v.PostForm.Get(choiceField + f.path) {
			case "mine":
			case "saved":
				continue
			default:
				open.problems = append(open.problems, ui.Problem{Field: choiceField + f.path, Text: "Say which of the two is kept."})
			}
		}
		f.patch(&p, typed)
		touched = true
	}
	if len(open.problems) > 0 {
		return done{}, open
	}
	saved, warnings, err := v.edit(p, v.version())
	if conflict, ok := errors.AsType[*orgoverlay.Conflict](err); ok {
		return v.orgConflict(conflict)
	}
	if err != nil {
		return done{}, orgRefused(v, err)
	}
	said := ui.Receipt{Title: "What we keep of " + r.Name + " is saved"}
	if !touched {
		said.Title = "Nothing had changed"
	}
	for _, w := range warnings {
		said.Lines = append(said.Lines, ui.Say(ui.Strong("Think about this:"), ui.Text(orgFieldWords(saved, w.Path)+" "+w.Message+".")))
	}
	said.Lines = append(said.Lines, ui.Say(ui.To("What was written down", orgAddress(r.ID, "history"))))
	return done{to: orgAddress(r.ID), said: said}, nil
}

// orgConflict is the page that shows what two people have changed. What was typed stands in it as it was; fields that were not touched show
// what they are now.
func (v *visit) orgConflict(c *orgoverlay.Conflict) (done, error) {
	r, err := v.organization()
	if err != nil {
		return done{}, err
	}
	typed := maps.Clone(v.PostForm)
	typed.Set("version", fmt.Sprint(c.Version))
	var problems []ui.Problem
	for _, f := range orgFields(r) {
		i := slices.IndexFunc(c.Fields, func(one orgoverlay.FieldConflict) bool { return one.Path == f.path })
		untouched := lines(typed.Get(f.path)) == lines(typed.Get(wasField+f.path))
		settle(typed, f, untouched)
		if i < 0 {
			continue
		}
		typed.Set(wasField+f.path, lines(f.words(c.Fields[i].Now)))
		typed.Set(beforeField+f.path, lines(f.words(c.Fields[i].Seen)))
		problems = append(problems, ui.Problem{Code: "conflict", Field: choiceField + f.path, Text: "Somebody else has changed it since you opened this page. Look at both, and say which is kept."})
	}
	v.typed = typed
	page, err := showOrgEdit(v)
	if err != nil {
		return done{}, err
	}
	page.Status, page.Problems = http.StatusConflict, problems
	return done{once: &page}, nil
}

// settle brings what a form knows of a field up to date.
func settle(typed url.Values, f orgField, untouched bool) {
	if untouched {
		typed.Set(f.path, f.text)
	}
	typed.Set(wasField+f.path, f.text)
	typed.Del(beforeField + f.path)
	typed.Del(choiceField + f.path)
}
