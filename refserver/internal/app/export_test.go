package app

import "net/http"

// Ready answers /readyz without a server.
func (a *App) Ready(w http.ResponseWriter, r *http.Request) { a.ready(w, r) }
