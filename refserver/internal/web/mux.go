package web

import (
	"net/http"
	"slices"
	"strings"
)

// Mux is a ServeMux that can say what it serves, so that a test can walk all of it.
type Mux struct {
	// Guard stands before every handler, and gets it with its pattern when it is added. Set it before that. Default: none.
	Guard func(pattern string, h http.Handler) http.Handler

	mux      http.ServeMux
	patterns []string
}

// Handle serves a pattern, as http.ServeMux does.
func (m *Mux) Handle(pattern string, h http.Handler) {
	if m.Guard != nil {
		h = m.Guard(pattern, h)
	}
	m.mux.Handle(pattern, h)
	m.patterns = append(m.patterns, pattern)
}

// HandleFunc serves a pattern, as http.ServeMux does.
func (m *Mux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, http.HandlerFunc(h))
}

func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.mux.ServeHTTP(w, r) }

// Allowed returns with which methods the path of a request is served by more than a pattern for all methods, ordered.
func (m *Mux) Allowed(r *http.Request) []string {
	var out []string
	for _, method := range []string{http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodPost, http.MethodPut} {
		as := *r
		as.Method = method
		if _, pattern := m.mux.Handler(&as); strings.Contains(pattern, " ") {
			out = append(out, method)
		}
	}
	return out
}

// Patterns lists what is served, such as "GET /shops/{id}", ordered.
func (m *Mux) Patterns() []string { return slices.Sorted(slices.Values(m.patterns)) }
