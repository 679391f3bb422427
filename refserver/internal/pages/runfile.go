package pages

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/internal/tabular"
	"github.com/mspkit/mspkit/refserver/internal/web"
	"github.com/mspkit/mspkit/store"
)

// filePage is how many shops are read for a file at a time.
const filePage = 500

// file serves a CSV file while the module is on here. open says its name, next gives its rows page by page, the header first, until a page is
// empty. What fails on the first page is told on a page of its own.
func (s *site) file(path string, open func(*visit) (name string, next func() ([][]string, error), err error)) {
	s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Request: r, site: s}
		var name string
		var next func() ([][]string, error)
		var rows [][]string
		err := v.on()
		if err == nil {
			name, next, err = open(v)
		}
		if err == nil {
			rows, err = next()
		}
		if err != nil {
			s.fail(w, v, err)
			return
		}
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
		out := tabular.NewWriter(w, ',')
		for err == nil && len(rows) > 0 {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute))
			for i := 0; err == nil && i < len(rows); i++ {
				err = out.Write(rows[i])
			}
			if err == nil {
				rows, err = next()
			}
		}
		if err == nil {
			err = out.Flush()
		}
		if err != nil {
			s.Log.Log(r.Context(), web.Severity(r.Context()), "file", "request_id", web.RequestID(r.Context()), "path", r.URL.Path, "err", err)
			// The connection breaks, so that half a file is not taken for a whole one.
			_ = http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0))
		}
	})
}

// runFile is a run shop by shop: what came in, then what stayed behind.
func runFile(v *visit) (string, func() ([][]string, error), error) {
	id := collab.RunID(v.PathValue("id"))
	var came, left collab.ShopID
	begun, events, ended := false, filePage, false
	next := func() ([][]string, error) {
		if ended {
			return nil, nil
		}
		items := filePage - events
		r, err := view(v, func(ctx context.Context, sv store.View) (ran, error) {
			return readRun(ctx, sv, id, came, left, events, items)
		})
		if err != nil {
			return nil, err
		}
		var rows [][]string
		if !begun {
			begun = true
			rows = append(rows, []string{"shop at " + string(r.project.Partner), "shop here", "result", "location", "location name", "status", "reasons", "what to do", "at"})
		}
		for _, e := range r.events {
			sh := r.shops[e.Shop]
			came = e.Remote
			rows = append(rows, []string{string(e.Remote), string(e.Shop), e.Kind.String(), string(sh.Content.Place), r.names[sh.Content.Place], string(sh.Content.Status), "", "", e.At.UTC().Format(time.RFC3339)})
		}
		for _, it := range r.items {
			left = it.Remote
			rows = append(rows, []string{string(it.Remote), "", "held", string(it.Place), r.names[it.Place], string(it.Status), joined(it.Reasons, func(r collab.Reason) string { return string(r) }), joined(it.Reasons, collab.Reason.Help), ""})
		}
		ended = len(r.items) < items
		if len(r.events) < events {
			events = 0
		}
		return rows, nil
	}
	return "import-" + fileName(string(id)) + ".csv", next, nil
}

func joined(rs []collab.Reason, say func(collab.Reason) string) string {
	return strings.Join(each(rs, say), " ")
}

// fileName keeps of an id what may stand in any file's name.
func fileName(id string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_.", r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, id)
}
