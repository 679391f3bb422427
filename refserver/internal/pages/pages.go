// Package pages serves the one page of the reference server: what goes on in the systems that it is given, their
// projects, their imports and the messages between them. It renews itself every few seconds and needs no script.
package pages

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/web"
	"github.com/mspkit/mspkit/store"
)

var (
	//go:embed style.css
	style []byte
	//go:embed overview.html
	overviewText string
	overview     = template.Must(template.New("overview").Funcs(template.FuncMap{"at": at, "iso": iso}).Parse(overviewText))
)

// most is how many rows a table shows.
const most = 100

// System is what the page shows of one system.
type System struct {
	ID, Name string
	Home     string // the address of its pages and API
	Store    store.Scoped
	Queue    store.Queue
}

// Style serves the style sheet of every page.
func Style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(style)
}

// shown is one system as it stands.
type shown struct {
	ID, Name, Home string
	ModuleOn       bool
	Partners       []collab.Partner
	Projects       []projectRow
	Runs           []collab.Run
	Messages       []store.Message
}

type projectRow struct {
	collab.Project
	Shops []collab.StatusCount // here, of the project's survey
}

// Overview serves the page for these systems. With ?still it does not renew itself.
func Overview(log *slog.Logger, systems ...System) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var all []shown
		for _, s := range systems {
			one, err := s.read(r.Context())
			if err != nil {
				log.ErrorContext(r.Context(), "overview", "request_id", web.RequestID(r.Context()), "of", s.ID, "err", err)
				web.Text(w, http.StatusInternalServerError, "The page cannot be made now. Request "+web.RequestID(r.Context()))
				return
			}
			all = append(all, one)
		}
		var page bytes.Buffer
		still := r.URL.Query().Has("still")
		if err := overview.Execute(&page, map[string]any{"Systems": all, "Now": time.Now().UTC(), "Most": most, "Still": still}); err != nil {
			log.ErrorContext(r.Context(), "overview", "request_id", web.RequestID(r.Context()), "err", err)
			web.Text(w, http.StatusInternalServerError, "The page cannot be made now. Request "+web.RequestID(r.Context()))
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if !still {
			w.Header().Set("Refresh", "3")
		}
		_, _ = page.WriteTo(w)
	})
}

// read takes everything that the page shows of a system from one view, but for the messages.
func (s System) read(ctx context.Context) (shown, error) {
	out := shown{ID: s.ID, Name: s.Name, Home: s.Home}
	err := s.Store.View(ctx, func(ctx context.Context, v store.View) error {
		c := v.Collab
		m, err := c.Partners.Module(ctx)
		if err != nil {
			return err
		}
		out.ModuleOn, out.Projects = m.On, nil
		if out.Partners, err = c.Partners.List(ctx); err != nil {
			return err
		}
		projects, err := c.Projects.List(ctx, collab.ProjectQuery{Limit: most})
		if err != nil {
			return err
		}
		for _, p := range projects {
			row := projectRow{Project: p}
			if p.Survey != "" {
				if row.Shops, err = c.Shops.CountByStatus(ctx, p.Survey); err != nil {
					return err
				}
			}
			out.Projects = append(out.Projects, row)
		}
		out.Runs, err = c.Runs.List(ctx, "", "", 10)
		return err
	})
	if err != nil {
		return shown{}, err
	}
	out.Messages, err = s.latest(ctx)
	return out, err
}

// latest returns what has not gone out, and after it the newest of the rest.
func (s System) latest(ctx context.Context) ([]store.Message, error) {
	var open, done []store.Message
	for _, state := range []store.MessageState{store.MessageParked, store.MessageLeased, store.MessageWaiting} {
		ms, err := s.Queue.List(ctx, store.MessageQuery{Account: s.ID, State: state, Limit: most})
		if err != nil {
			return nil, err
		}
		open = append(open, ms...)
	}
	for after := int64(0); ; {
		ms, err := s.Queue.List(ctx, store.MessageQuery{Account: s.ID, State: store.MessageDone, After: after, Limit: 500})
		if err != nil {
			return nil, err
		}
		done = append(done, ms...)
		if len(ms) < 500 {
			break
		}
		after = ms[len(ms)-1].ID
		done = done[max(0, len(done)-20):]
	}
	done = done[max(0, len(done)-20):]
	slices.Reverse(done)
	return append(open, done...), nil
}

func at(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("02 Jan 15:04:05")
}

func iso(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
