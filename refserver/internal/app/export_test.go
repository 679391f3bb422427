package app

import (
	"context"
	"net/http"

	"github.com/uptrace/bun"
)

// Sweep lets go of what is old, as is done at start and every hour.
func (a *App) Sweep(ctx context.Context) { a.sweep(ctx) }

// Purged lets nothing of what was purged stay behind.
func (a *App) Purged(ctx context.Context) { a.purged(ctx) }

// Serve adds a route to those of a system, behind everything that stands before them.
func (a *App) Serve(pattern string, h http.HandlerFunc) { a.mux.HandleFunc(pattern, h) }

// Writer is the pool by which the database is changed.
func (a *App) Writer() *bun.DB { return a.db.write }

// Server is what Run serves with.
func (a *App) Server() *http.Server { return a.server }

// Fail answers a person on a page.
func (a *App) Fail(w http.ResponseWriter, r *http.Request, err error) { a.fail(w, r, err) }

// Ready answers /readyz without a server.
func (a *App) Ready(w http.ResponseWriter, r *http.Request) { a.ready(w, r) }

// Mux answers without what stands before it in a server: the one who asks is whom the request's context says.
func (a *App) Mux() http.Handler { return &a.mux }

// Handler answers as the server does, but for the network.
func (a *App) Handler() http.Handler { return a.server.Handler }

// Guarded is what stands before a route, with a handler behind it that answers 204.
func (a *App) Guarded(pattern string) http.Handler {
	return a.guard(pattern, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
}

// CoveredBy fails with a panic where no row of access covers a pattern.
func CoveredBy(pattern string) { needOf(pattern) }

// Idle lists the rows of access that count for none of these routes.
func Idle(routes []string) []string {
	counts := map[int]bool{}
	for _, pattern := range routes {
		counts[rowOf(pattern)] = true
	}
	var out []string
	for i, row := range access {
		if !counts[i] {
			out = append(out, row.route)
		}
	}
	return out
}
