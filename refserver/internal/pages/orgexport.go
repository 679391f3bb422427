package pages

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// orgExports serves what we keep of others' organizations as a file. It leaves by a form, not by a link: a file of all that is private
// is nothing that a page elsewhere should be able to ask for.
func (s *site) orgExports() {
	s.get("/organizations/export", showExport)
	s.mux.HandleFunc("POST /organizations/export", func(w http.ResponseWriter, r *http.Request) { s.sendExport(w, &visit{Request: r, site: s}) })
}

func showExport(v *visit) (ui.Page, error) {
	svc, actor := v.viewer()
	if !actor.Administers() {
		return ui.Page{}, fmt.Errorf("export: %w", orgoverlay.ErrForbidden)
	}
	return ui.Page{Title: "Export what we keep of others' organizations", Crumbs: orgCrumbs(), Parts: []ui.Part{
		ui.P(ui.Text("The file has a row for each organization that " + string(svc.Account()) + " sees by agreements: its ID, home account and name, and our remarks, financial ID and custom fields, those marked internal too. An import reads it back.")),
		ui.Form{ID: "export", Action: "/organizations/export", Submit: "Download the file", Links: ui.Say(ui.To("Not now", "/organizations")), Fields: []ui.Field{
			{Name: "kind", Label: "Between the cells", Kind: "select", Value: v.value("kind", ""), Options: []ui.Option{{Value: "csv", Label: "Commas (CSV)"}, {Value: "tsv", Label: "Tabs (TSV)"}}},
			{Name: "since", Label: "Only what we have changed since", Kind: "date", Value: v.value("since", ""), Hint: "Empty: everything."},
			{Name: "dormant", Label: "Also what we keep of organizations that are not seen any more", Kind: "check", On: v.ticked("dormant", false), Hint: "They stand at the end, by ID and home account without a name. An import leaves them out as not found."},
		}},
	}}, nil
}

func (s *site) sendExport(w http.ResponseWriter, v *visit) {
	svc, actor := v.viewer()
	err := read(w, v.Request)
	if err == nil && !actor.Administers() {
		err = fmt.Errorf("export: %w", orgoverlay.ErrForbidden)
	}
	o := orgoverlay.ExportOptions{Dormant: v.PostForm.Has("dormant")}
	if since := strings.TrimSpace(v.PostForm.Get("since")); err == nil && since != "" {
		if o.Since, err = time.Parse(time.DateOnly, since); err != nil {
			s.again(w, v, showExport, invalidField("since", "Write the day like 2026-12-31."))
			return
		}
	}
	if err != nil {
		s.fail(w, v, err)
		return
	}
	name, kind := "organizations-"+fileName(string(svc.Account())), "csv"
	if v.PostForm.Get("kind") == "tsv" {
		o.Comma, kind = '\t', "tsv"
	}
	out := &lateFile{w: w, name: name + "." + kind, kind: map[string]string{"csv": "text/csv", "tsv": "text/tab-separated-values"}[kind]}
	n, err := svc.Export(v.Context(), actor, out, o)
	switch {
	case err != nil && out.begun:
		s.broken(w, v, err)
	case err != nil:
		s.fail(w, v, err)
	case n == 0 && !out.begun:
		s.again(w, v, showExport, invalidField("since", "Nothing has been changed since that day, so there is no file."))
	}
}

// lateFile is an answer that becomes a file with its first bytes, so that what fails before them can still be told on a page.
type lateFile struct {
	w          http.ResponseWriter
	name, kind string
	begun      bool
}

func (f *lateFile) Write(b []byte) (int, error) {
	if !f.begun {
		f.begun = true
		f.w.Header().Set("Content-Type", f.kind+"; charset=utf-8")
		f.w.Header().Set("Content-Disposition", attached(f.name))
	}
	return patientWriter{f.w}.Write(b)
}

// again shows the page of a form that was refused.
func (s *site) again(w http.ResponseWriter, v *visit, page show, err error) {
	status, problems := words(err)
	v.typed = v.PostForm
	p, failed := page(v)
	if failed != nil {
		s.fail(w, v, failed)
		return
	}
	p.Status, p.Problems = status, append(p.Problems, problems...)
	s.write(w, v, p)
}
