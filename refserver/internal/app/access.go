package app

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mspkit/mspkit/collab/collabhttp"
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

	fresh  need = 1 << 4 // beside these: people have given their password lately
	upload need = 1 << 5 // beside these: the body may hold a file
	knocks need = 1 << 6 // beside these: the body holds a password, which costs much to check
)

// access says who may use which route: the row with the longest path that the route's lies on or below counts, one that names the method
// before one that does not; one that ends in a slash covers that route alone. A route without a row is not served.
var access = []struct {
	route string
	need  need
}{
	{"/", person},       // what is not there is told to nobody else
	{"/{$}", person},    // leads each to where their day begins
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
	{"POST /me/leave", person | fresh},
	{"POST /me/confirm", person | knocks},
	{"POST /me/password", person | knocks},
	{"/people", administers},
	{"POST /people", administers | fresh},
	{"/tokens", administers},
	{"POST /tokens", administers | fresh},
	{"/accounts", operates},
	{"POST /accounts", operates | fresh},

	{"/clients", works},
	{"/history", works},
	{"/locations", works},
	{"POST /locations/{set}/load", works | upload},
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
	{"POST /organizations/export", person | fresh},
	{"POST /organizations/import", person | upload},
	{"POST /organizations/{id}/files", person | upload},
	{"POST /organizations/{id}/purge", person | fresh},
	{"/trusts", person},
	{"POST /trusts", person | fresh},
	{"/agreements", person},
	{"/services", person},
	{"/extensions", person},
	{"POST /extensions/document", person | upload},

	{"/api/", person}, // what is not there
	{"/api/session", open},
	{"GET /api/session", person},
	{"POST /api/session/account", person},
	{"POST /api/session/confirm", person | knocks},
	{"/api/links", open},
	{"POST /api/links/{token}/accept", person},
	{"/api/accounts", operates},
	{"POST /api/accounts", operates | fresh},
	{"/api/people", administers},
	{"POST /api/people", administers | fresh},
	{"PATCH /api/people", administers | fresh},
	{"DELETE /api/people", administers},
	{"/api/tokens", administers},
	{"POST /api/tokens", administers | fresh},
	{"DELETE /api/tokens", administers},
	{"/api/staff-events", administers},

	{"/api/organizations", person},
	{"GET /api/organizations/export", person | fresh},
	{"POST /api/organizations/import", person | upload},
	{"POST /api/organizations/{id}/attachments", person | upload},
	{"POST /api/organizations/{id}/purge", person | fresh},
	{"/api/own-organizations", person},
	{"/api/people-of-the-account", person},
	{"/api/financial-ids", person},
	{"/api/log", person},
	{"POST /api/purge", person | fresh},
	{"POST /api/sweep", person},
	{"POST /api/what-if", person},
	{"/api/trusts", person},
	{"PUT /api/trusts", person | fresh},
	{"/api/agreements", person},
	{"/api/agreements-elsewhere", person},
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
	{"POST /api/sets/{set}/load", works | upload},
	{"/api/shops", works},
	{"/api/surveys", works},
}

// needOf finds what a pattern of the mux takes. It panics where no row says so: such a route is a mistake in the program.
func needOf(pattern string) need {
	row := rowOf(pattern)
	if row < 0 {
		panic("app: no row of access covers " + pattern)
	}
	return access[row].need
}

// rowOf finds the row that counts for a pattern of the mux, or -1.
func rowOf(pattern string) int {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		method, path = "", pattern
	}
	best, found := -1, -1
	for i, row := range access {
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
			best, found = rank, i
		}
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
	switch n &^ (fresh | upload | knocks) {
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

// guard lets those through to a route who may use it, as often as they may.
func (a *App) guard(pattern string, next http.Handler) http.Handler {
	n := needOf(pattern)
	class, body := classOf(pattern, n)
	within := map[int64]time.Duration{maxForm: web.FormTime, maxFile: web.FileTime}[body] // the API gives JSON a time of its own
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, known := staff.Of(r.Context())
		if wait := a.cfg.Limits.Take(r.Context(), who.Account, class); wait > 0 {
			a.refuse(w, r, &staff.TooMany{After: wait})
			return
		}
		if err := n.refuses(who, known, a.cfg.ID); err != nil {
			a.refuse(w, r, err)
			return
		}
		end, ok := a.cfg.Limits.Begin(cmp.Or(who.Account, "from "+web.Place(r.Context())), who.ID())
		if !ok {
			a.refuse(w, r, &staff.TooMany{After: time.Second})
			return
		}
		defer end()
		if body > 0 && r.ContentLength != 0 { // to run out of time without one would end the request; http.NoBody may come wrapped
			r.Body = http.MaxBytesReader(w, r.Body, body)
			web.FewParts(r)
			if within > 0 {
				_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(within)) // not every writer has one
			}
		}
		next.ServeHTTP(w, r)
	})
}

// The greatest bodies in bytes, by what a route takes.
const (
	maxForm = 1 << 20
	maxJSON = 8<<20 + 1  // one more than the API takes, which says more about it
	maxFile = 33<<20 + 1 // a table of 32 MiB or an attachment of 20, and the form around it
)

// classOf says how often a route can be asked, and how much it takes; 0 is for the route itself to say.
func classOf(pattern string, n need) (class web.Class, body int64) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		method, path = "", pattern
	}
	isAPI := strings.HasPrefix(path, "/api/")
	switch {
	case path == collabhttp.Prefix:
		return web.Peering, 0
	case n&upload != 0:
		return web.Loading, maxFile
	case method == http.MethodGet:
		return web.Reading, maxForm
	case n == open || n&knocks != 0:
		class = web.Entering
	default:
		class = web.Writing
	}
	if isAPI {
		return class, maxJSON
	}
	return class, maxForm
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
