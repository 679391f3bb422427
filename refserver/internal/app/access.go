package app

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// need is what it takes to use a route.
type need int

const (
	open        need = iota + 1 // nothing: anybody may
	person                      // to be signed in, or a program with a token; what they may do in their account is for the services to say
	works                       // to work with projects, or to operate, in the system's own account
	operates                    // to operate the system, in its own account
	administers                 // to keep the people and tokens of the account that is acted in

	fresh need = 1 << 4 // beside these: people have given their password lately
)

// access says who may use which route: the row with the longest path that the route's lies on or below counts, one that names the method
// before one that does not; one that ends in a slash covers that route alone. A route without a row is not served.
var access = []struct {
	route string
	need  need
}{
	{"/", person}, // what is not there is told to nobody else
	{"/{$}", works},
	{"/peer/v1/", open}, // checks the partner's signature
	{"GET /healthz", open},
	{"GET /readyz", open},
	{"GET /static", open},
	{"GET /docs", person},
	{"GET /openapi.json", person},

	{"/sign-in", open},
	{"/sign-out", open}, // also when the session has ended meanwhile
	{"/links", open},
	{"/account", person},
	{"/me", person},
	{"/people", administers},
	{"POST /people", administers | fresh},
	{"/tokens", administers},
	{"POST /tokens", administers | fresh},
	{"/accounts", operates},
	{"POST /accounts", operates | fresh},

	{"/clients", works},
	{"/history", works},
	{"/locations", works},
	{"/messages", works},
	{"POST /messages", operates},
	{"/partners", works},
	{"POST /partners", operates | fresh},
	{"POST /partners/module", operates},
	{"/projects", works},
	{"/pushes", works},
	{"/reimport", works},
	{"/return", works},
	{"/runs", works},
	{"/shops", works},
	{"/surveys", works},

	{"/organizations", person},
	{"/trusts", person},
	{"POST /trusts", person | fresh},
	{"/agreements", person},
	{"/services", person},
	{"/extensions", person},

	{"/api/", person}, // what is not there
	{"/api/session", open},
	{"GET /api/session", person},
	{"POST /api/session/account", person},
	{"POST /api/session/confirm", person},
	{"/api/links", open},
	{"/api/accounts", operates},
	{"POST /api/accounts", operates | fresh},
	{"/api/people", administers},
	{"POST /api/people", administers | fresh},
	{"PATCH /api/people", administers | fresh},
	{"/api/tokens", administers},
	{"POST /api/tokens", administers | fresh},
	{"DELETE /api/tokens", administers},
	{"/api/staff-events", administers},

	{"/api/organizations", person},
	{"/api/trusts", person},
	{"PUT /api/trusts", person | fresh},
	{"POST /api/trusts", person | fresh},
	{"/api/agreements", person},
	{"/api/services", person},
	{"/api/extensions", person},
	{"/api/tenant", person},

	{"/api/clients", works},
	{"/api/history", works},
	{"/api/key", works},
	{"POST /api/key", operates | fresh},
	{"/api/messages", works},
	{"POST /api/messages", operates},
	{"/api/module", works},
	{"PUT /api/module", operates},
	{"/api/partners", works},
	{"PUT /api/partners", operates | fresh},
	{"POST /api/partners", operates | fresh},
	{"/api/projects", works},
	{"/api/pushes", works},
	{"/api/returns", works},
	{"/api/runs", works},
	{"/api/sets", works},
	{"/api/shops", works},
	{"/api/surveys", works},
}

// needOf finds what a pattern of the mux takes. It panics where no row says so: such a route is a mistake in the program.
func needOf(pattern string) need {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		method, path = "", pattern
	}
	best, found := -1, need(0)
	for _, row := range access {
		of, at, ok := strings.Cut(row.route, " ")
		if !ok {
			of, at = "", row.route
		}
		if of != "" && of != method || path != at && (strings.HasSuffix(at, "/") || !strings.HasPrefix(path, at+"/")) {
			continue
		}
		rank := 2 * len(at)
		if of != "" {
			rank++
		}
		if rank > best {
			best, found = rank, row.need
		}
	}
	if found == 0 {
		panic("app: no row of access covers " + pattern)
	}
	return found
}

// refuses says why somebody may not use a route that takes n, or nil. own is the system's own account.
func (n need) refuses(who staff.Who, known bool, own string) error {
	if n == open {
		return nil
	}
	if !known {
		return api.ErrSignIn
	}
	var ok bool
	switch n &^ fresh {
	case person:
		ok = true
	case works:
		ok = who.Account == own && who.Holds(staff.Works, staff.Operates)
	case operates:
		ok = who.Account == own && who.Holds(staff.Operates)
	case administers:
		ok = who.Holds(staff.Administers)
	}
	switch {
	case !ok:
		return staff.ErrForbidden
	case n&fresh != 0 && who.Person != "" && !who.Fresh: // a program has no password to give
		return api.ErrConfirm
	}
	return nil
}

// guard lets those through to a route who may use it.
func (a *App) guard(pattern string, next http.Handler) http.Handler {
	n := needOf(pattern)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, known := staff.Of(r.Context())
		if err := n.refuses(who, known, a.cfg.ID); err != nil {
			a.refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuse answers who was not let through: programs with a problem, people with a page, or the way to sign in.
func (a *App) refuse(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/openapi.json":
		web.Problem(w, api.ProblemOf(err))
	case errors.Is(err, api.ErrSignIn) && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		to := "/sign-in"
		if next := r.URL.RequestURI(); next != "/" {
			to += "?next=" + url.QueryEscape(next)
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	default:
		a.fail(w, r, err)
	}
}
