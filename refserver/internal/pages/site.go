// Package pages serves what a person does with one system in a browser. A page asks the same services as the API and puts
// what they say into parts of package ui; no rule lives here. Each file holds the pages of one area: the function that shows a
// page, and the functions that do what its forms ask for.
//
// Everything works by plain GET and POST. A GET changes nothing. A POST does one thing and redirects to a page that opens
// with its receipt; when it is refused, the page that holds the form is shown again with what was typed and every reason.
package pages

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// Config is what the pages speak for: what the API does, and how it looks.
type Config struct {
	api.Config
	// Logins, when set, tells as whom visitors sign in by a button, without a password. It is for demonstrations alone.
	Logins func() []Login
	// Hue is green (default) or amber: the colour of the system's bar.
	Hue string
	// Start, when set, makes what stands at the top of the page on which somebody's day begins: what a newcomer clicks first.
	Start func(staff.Who) []ui.Part
	// Patience is how long a page of collaboration may take: a partner that hangs is told of, not waited for. Default: 10 seconds.
	Patience time.Duration
	// Closing ends when the server stops: streams to browsers end with it.
	Closing context.Context
}

// most is how many rows a table shows before it offers more.
const most = 100

// maxForm is the greatest form without a file, maxUpload the greatest file, in bytes.
const (
	maxForm   = 1 << 20
	maxUpload = 32 << 20
)

type site struct {
	Config
	mux    *web.Mux
	look   ui.Site
	memory *ui.Memory
}

// Mount adds the pages to a mux, and returns what tells a person on a page why they get another than they asked for.
func Mount(mux *web.Mux, cfg Config) (fail func(http.ResponseWriter, *http.Request, error)) {
	s := &site{Config: cfg, mux: mux, memory: ui.NewMemory(cfg.Self.System)}
	s.memory.Secure = strings.HasPrefix(cfg.Door, "https:")
	s.look = ui.Site{Name: cfg.Self.Name, Hue: cfg.Hue}
	ui.Mount(mux)
	s.start()
	if s.Staff != nil {
		s.signing()
		s.links()
		s.me()
		s.people()
		s.events()
		s.tokens()
		s.accounts()
	}
	s.partners()
	s.messages()
	s.history()
	s.projects()
	s.proposing()
	s.editing()
	s.accepting()
	s.answering()
	s.oneProject()
	s.settings()
	s.states()
	s.surveyUpdates()
	s.clients()
	s.surveys()
	s.questions()
	s.imports()
	s.runs()
	s.returns()
	s.shops()
	s.oneShop()
	s.managing()
	s.pushes()
	s.sets()
	s.nodes()
	s.loading()
	s.organizations()
	fail = func(w http.ResponseWriter, r *http.Request, err error) {
		if errors.Is(err, api.ErrConfirm) {
			s.confirm(w, r)
			return
		}
		if errors.Is(err, api.ErrSignIn) && s.Staff != nil && s.signInWith(w, r) {
			return
		}
		s.fail(w, &visit{Request: r, site: s}, err)
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if allowed := mux.Allowed(r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			fail(w, r, errMethod)
			return
		}
		fail(w, r, errNoPage)
	})
	return fail
}

// show makes a page.
type show func(*visit) (ui.Page, error)

// done is what an action leads to: the address of the next page, and the receipt that it opens with.
type done struct {
	to   string
	said ui.Receipt
	once *ui.Page // shown at once instead: what holds a secret travels nowhere else
}

// get serves a page. The path is a pattern of http.ServeMux, without method.
func (s *site) get(path string, page show) {
	s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { s.page(w, r, page) })
}

// page answers with a page.
func (s *site) page(w http.ResponseWriter, r *http.Request, page show) {
	v := &visit{Request: r, site: s}
	p, err := page(v)
	if err != nil {
		s.fail(w, v, err)
		return
	}
	if p.Said == nil {
		p.Said = s.memory.Take(w, r)
	}
	s.write(w, v, p)
}

// post serves what a form asks for. A refusal is shown on the page that holds the form.
func (s *site) post(path string, do func(*visit) (done, error), again show) {
	s.mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Request: r, site: s}
		err := read(w, r)
		if r.MultipartForm != nil { // the server forgets only those of its own request, and this is a copy of it
			defer func() { _ = r.MultipartForm.RemoveAll() }()
		}
		if err != nil {
			s.fail(w, v, err)
			return
		}
		d, err := do(v)
		if err == nil && d.once != nil {
			s.write(w, v, *d.once)
			return
		}
		if err == nil {
			if d.said.Title != "" {
				s.memory.Keep(w, d.said)
			}
			http.Redirect(w, r, d.to, http.StatusSeeOther)
			return
		}
		status, problems := words(err)
		if problems == nil {
			s.fail(w, v, err)
			return
		}
		v.typed = r.PostForm
		p, failed := again(v)
		if failed != nil {
			if errors.Is(failed, collab.ErrPeer) || errors.Is(failed, context.DeadlineExceeded) {
				failed = err // that nobody answers now is not why
			}
			s.fail(w, v, failed)
			return
		}
		p.Status, p.Problems = status, append(p.Problems, problems...)
		waits(w, err)
		s.write(w, v, p)
	})
}

// read reads a form, with a file where it has one.
func read(w http.ResponseWriter, r *http.Request) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil:
	case kind == "multipart/form-data":
		r.Body = http.MaxBytesReader(w, r.Body, maxUpload+maxForm)
		err = r.ParseMultipartForm(maxForm)
	case kind == "application/x-www-form-urlencoded":
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		err = r.ParseForm()
	default: // it would be read as a form in which nothing is filled in
		err = errForm
	}
	if err != nil {
		return errors.Join(errForm, err)
	}
	for _, vs := range r.PostForm {
		for _, v := range vs {
			if !web.IsText(v) {
				return errForm
			}
		}
	}
	return nil
}

// fail answers with a page that says what went wrong.
func (s *site) fail(w http.ResponseWriter, v *visit, err error) {
	status, problems := words(err)
	back := ui.Say(ui.To("Back to Home", "/"))
	if id := v.PathValue("id"); strings.HasPrefix(v.URL.Path, "/projects/") && id != "" && status != http.StatusNotFound {
		back = append(ui.Say(ui.To("Open the project", address(collab.ProjectID(id)))), back...)
	}
	p := ui.Page{Title: "This page cannot be shown", Status: status, Problems: problems, Parts: []ui.Part{ui.Paragraph{Line: back}}}
	off, isOff := errors.AsType[*collab.ModuleError](err)
	switch {
	case isOff && off.System == v.Collab.System():
		p.Title = "Collaboration is off"
		p.Problems = []ui.Problem{{Code: problems[0].Code, Text: "Collaboration is switched off at " + string(off.System) + ". While it is off, no project is offered, accepted or imported."}}
		p.Parts = []ui.Part{ui.P(ui.To("Switch it on under Partners.", "/partners"))}
	case problems == nil:
		id := web.RequestID(v.Context())
		s.Log.Log(v.Context(), web.Severity(v.Context()), "page", "request_id", id, "path", web.Shown(v.URL.Path), "err", err)
		p.Problems = []ui.Problem{{Text: "Something went wrong here. Look whether what you asked for was done before you ask again. The operator finds it in the log as request " + id + "."}}
	case status == http.StatusNotFound:
		p.Title = "Not found"
	case status == http.StatusUnauthorized:
		p.Title, p.Parts = "Sign in first", []ui.Part{ui.P(ui.To("Sign in", "/sign-in"))}
	case errors.Is(err, staff.ErrLink):
		p.Title, p.Parts = "This link is used up", []ui.Part{ui.P(ui.Text("Whoever gave it to you can make another. If you have chosen a password already,"), ui.To("sign in.", "/sign-in"))}
	}
	waits(w, err)
	s.write(w, v, p)
}

// waits says in the header, too, when somebody who tried too often can try again.
func waits(w http.ResponseWriter, err error) {
	if e, ok := errors.AsType[*staff.TooMany](err); ok {
		maps.Copy(w.Header(), web.HeaderOf(web.TooMany(e.After)))
	}
}

func (s *site) write(w http.ResponseWriter, v *visit, p ui.Page) {
	look, err := s.bar(v.Context())
	if err == nil {
		err = look.Write(w, v.Request, p)
	}
	if err != nil {
		s.Log.Log(v.Context(), web.Severity(v.Context()), "page", "request_id", web.RequestID(v.Context()), "path", web.Shown(v.URL.Path), "err", err)
		web.Text(w, http.StatusInternalServerError, "The page cannot be made now. Request "+web.RequestID(v.Context()))
	}
}

// patience is the default of Config.Patience.
const patience = 10 * time.Second

// gated is a page that is absent while the module is off here, and that is given up after Config.Patience.
func gated(page show) show {
	return func(v *visit) (ui.Page, error) {
		if err := v.on(); err != nil {
			return ui.Page{}, err
		}
		ctx, cancel := context.WithTimeout(v.Context(), cmp.Or(v.Patience, patience))
		defer cancel()
		bounded := *v
		bounded.Request = v.WithContext(ctx)
		return page(&bounded)
	}
}

// patient is an action that asks the partner first. It is given up after thrice Config.Patience; nothing is decided then.
func patient(do func(*visit) (done, error)) func(*visit) (done, error) {
	return func(v *visit) (done, error) {
		ctx, cancel := context.WithTimeout(v.Context(), 3*cmp.Or(v.Patience, patience))
		defer cancel()
		bounded := *v
		bounded.Request = v.WithContext(ctx)
		return do(&bounded)
	}
}

// each translates a list.
func each[A, B any](in []A, to func(A) B) []B {
	out := make([]B, len(in))
	for i, v := range in {
		out[i] = to(v)
	}
	return out
}

// escape writes an id as one step of a path.
func escape(id string) string { return url.PathEscape(id) }
