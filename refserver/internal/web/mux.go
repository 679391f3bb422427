package web

import (
	"net/http"
	"slices"
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

// Patterns lists what is served, such as "GET /shops/{id}", ordered.
func (m *Mux) Patterns() []string { return slices.Sorted(slices.Values(m.patterns)) }
