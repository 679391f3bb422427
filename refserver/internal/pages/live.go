package pages

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// How often a stream looks at the work that it tells of, and for how long one connection does so; the browser opens the next.
const (
	lookEvery   = 300 * time.Millisecond
	streamFor   = 4 * time.Minute
	writeWithin = 10 * time.Second
)

// working says how far long work is, and whether it has ended.
type working func(*visit) (p ui.Progress, ended bool, err error)

// live streams the progress of long work as server-sent events: "progress" whenever it has moved, "end" once. The work is one of projects: whoever
// no longer works with them, or is signed out meanwhile, is told no more.
func (s *site) live(path string, look working) {
	s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Request: r, site: s}
		p, ended, err := look(v)
		if err != nil {
			s.fail(w, v, err)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		if r.Method == http.MethodHead {
			return
		}
		out := http.NewResponseController(w)
		tick, limit := time.NewTicker(lookEvery), time.NewTimer(streamFor)
		defer tick.Stop()
		defer limit.Stop()
		for last := ""; ; {
			text, err := json.Marshal(map[string]any{"done": p.Done, "of": p.Of, "now": p.Now})
			if err != nil {
				return
			}
			event := ""
			if ended {
				event = "event: end\ndata: {}\n\n"
			} else if string(text) != last {
				last, event = string(text), fmt.Sprintf("event: progress\ndata: %s\n\n", text)
			}
			if event != "" {
				_ = out.SetWriteDeadline(time.Now().Add(writeWithin))
				if _, err := w.Write([]byte(event)); err != nil || out.Flush() != nil || ended {
					return
				}
			}
			select {
			case <-r.Context().Done():
				return
			case <-s.Closing.Done():
				return
			case <-limit.C:
				return
			case <-tick.C:
			}
			if !v.stands(r) {
				return
			}
			if p, ended, err = look(v); err != nil {
				return
			}
		}
	})
}

// stands reports whether who sent a request is still let in to work with projects, and has the visit act as them from now on.
func (v *visit) stands(r *http.Request) bool {
	if v.Staff == nil {
		return true
	}
	who, in, err := v.Staff.Stands(r.Context())
	v.Request = r.WithContext(staff.With(r.Context(), who))
	return err == nil && in && v.works(who)
}
