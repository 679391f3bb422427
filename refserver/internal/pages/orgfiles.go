package pages

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// orgFiles serves the attachments of an organization. They belong to the account that attached them, and leave as files to be kept, never
// as pages to be shown.
func (s *site) orgFiles() {
	s.post("/organizations/{id}/files", doAttach, showOrganization)
	s.get("/organizations/{id}/files", showOrganization) // where a refused file is told
	s.mux.HandleFunc("GET /organizations/{id}/files/{file}", s.sendFile)
	s.get("/organizations/{id}/files/{file}/remove", askDetach)
	s.post("/organizations/{id}/files/{file}/remove", doDetach, askDetach)
}

// filesParts are an organization's attachments, and where another goes in.
func filesParts(r orgoverlay.Record, a orgoverlay.Actor) []ui.Part {
	t := ui.Table{Caption: "Our attachments", Cols: []ui.Col{{Name: "File"}, {Name: "Type"}, {Name: "Bytes", Num: true}}, Empty: ui.Empty{Text: "No file is attached."}}
	if a.Edits() {
		t.Cols = append(t.Cols, ui.Col{Name: "Remove"})
	}
	for _, f := range r.Local.Attachments {
		row := ui.Cells(ui.To(f.Name, orgAddress(r.ID, "files", string(f.ID))), ui.Text(f.Type), ui.Count(f.Size))
		if a.Edits() {
			row = append(row, ui.Say(ui.To("Remove", orgAddress(r.ID, "files", string(f.ID), "remove"))))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: row})
	}
	parts := []ui.Part{ui.P(ui.Quiet("Attachments")), t}
	if a.Edits() {
		parts = append(parts, ui.Form{ID: "attach", Action: orgAddress(r.ID, "files"), Upload: true, Minor: true, Submit: "Attach the file", Fields: []ui.Field{
			{Name: "content", Label: "File", Kind: "file", Required: true, Hint: "A picture, PDF, plain text or CSV. Whoever works in this account can download it, nobody else."},
		}})
	}
	return parts
}

func doAttach(v *visit) (done, error) {
	svc, actor := v.viewer()
	file, info, err := v.FormFile("content")
	if err != nil {
		return done{}, invalidField("content", "Choose a file first.")
	}
	defer func() { _ = file.Close() }()
	a, err := svc.Attach(v.Context(), actor, v.orgID(), orgoverlay.Upload{Name: info.Filename}, file)
	if err != nil {
		return done{}, attachRefused(err)
	}
	return done{to: orgAddress(v.orgID()), said: ui.Receipt{Title: a.Name + " is attached", Lines: []ui.Line{
		ui.Say(ui.Text(fmt.Sprintf("%d bytes, %s. Only %s sees it.", a.Size, a.Type, svc.Account())), ui.To("What was written down", orgAddress(v.orgID(), "history"))),
	}}}, nil
}

// attachRefused tells at the field for the file what is wrong with it.
func attachRefused(err error) error {
	var wrong *orgoverlay.Invalid
	switch {
	case errors.As(err, &wrong):
		out := &refusal{error: err}
		for _, f := range wrong.Fields {
			said := ui.Problem{Code: f.Rule, Field: "content", Text: map[string]string{"name": "Its name ", "content": "It ", "": "The organization "}[f.Path] + f.Message + "."}
			if f.Path == "" {
				said.Field = ""
			}
			out.problems = append(out.problems, said)
		}
		return out
	case errors.Is(err, orgoverlay.ErrTooLarge):
		return refuse(err, "content", fmt.Sprintf("It is larger than is taken here, or the organization has %d attachments already.", orgoverlay.MaxAttachments))
	}
	return err
}

// sendFile lets a browser keep an attachment, which it is told not to show.
func (s *site) sendFile(w http.ResponseWriter, r *http.Request) {
	v := &visit{Request: r, site: s}
	svc, actor := v.viewer()
	id := orgoverlay.AttachmentID(v.PathValue("file"))
	f, err := svc.Attachment(v.Context(), actor, v.orgID(), id)
	if err != nil {
		s.fail(w, v, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Disposition", attached(f.Name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	if _, err := svc.Download(v.Context(), actor, v.orgID(), id, patientWriter{w}); err != nil {
		s.broken(w, v, err)
	}
}

// patientWriter gives each piece of a file time of its own.
type patientWriter struct{ w http.ResponseWriter }

func (p patientWriter) Write(b []byte) (int, error) {
	_ = http.NewResponseController(p.w).SetWriteDeadline(time.Now().Add(time.Minute))
	return p.w.Write(b)
}

var _ io.Writer = patientWriter{}

// broken ends a file that was begun: the connection breaks, so that half a file is not taken for a whole one.
func (s *site) broken(w http.ResponseWriter, v *visit, err error) {
	s.Log.Log(v.Context(), web.Severity(v.Context()), "file", "request_id", web.RequestID(v.Context()), "path", v.URL.Path, "err", err)
	_ = http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0))
}

// attached says that a file is to be kept under this name.
func attached(name string) string {
	if out := mime.FormatMediaType("attachment", map[string]string{"filename": name}); out != "" {
		return out
	}
	return "attachment"
}

// attachment reads the organization and the attachment that the path names.
func (v *visit) attachment() (orgoverlay.Record, orgoverlay.Attachment, error) {
	svc, actor := v.viewer()
	f, err := svc.Attachment(v.Context(), actor, v.orgID(), orgoverlay.AttachmentID(v.PathValue("file")))
	if err != nil {
		return orgoverlay.Record{}, f, err
	}
	r, err := v.organization()
	return r, f, err
}

func askDetach(v *visit) (ui.Page, error) {
	_, actor := v.viewer()
	r, f, err := v.attachment()
	if err == nil && !actor.Edits() {
		err = fmt.Errorf("remove an attachment: %w", orgoverlay.ErrForbidden)
	}
	if err != nil {
		return ui.Page{}, err
	}
	return ui.Page{Title: "Remove " + f.Name, Crumbs: orgCrumbs(r), Parts: []ui.Part{
		ui.P(ui.Text(fmt.Sprintf("The file %s (%d bytes) is removed for good. History keeps its name and who removed it.", f.Name, f.Size))),
		ui.Form{ID: "remove", Danger: true, Submit: "Remove the file", Hidden: []ui.Hidden{versioned(r.Version)}, Links: ui.Say(ui.To("Keep it", orgAddress(r.ID)))},
	}}, nil
}

func doDetach(v *visit) (done, error) {
	_, f, err := v.attachment()
	if err != nil {
		return done{}, err
	}
	if _, _, err := v.edit(orgoverlay.Patch{Remove: []orgoverlay.AttachmentID{f.ID}}, v.version()); err != nil {
		return done{}, err
	}
	return done{to: orgAddress(v.orgID()), said: ui.Receipt{Title: f.Name + " is removed", Lines: []ui.Line{ui.Say(ui.To("What was written down", orgAddress(v.orgID(), "history")))}}}, nil
}
