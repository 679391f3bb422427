package app_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// People of alder, which hosts wdc too, by what they may do.
var (
	everything = staff.Who{Person: "ann", Name: "Ann", Home: "alder", Account: "alder", Roles: []string{staff.Works, staff.Operates, staff.Administers}, Fresh: true}
	worker     = staff.Who{Person: "sam", Name: "Sam", Home: "alder", Account: "alder", Roles: []string{staff.Works}, Fresh: true}
	operator   = staff.Who{Person: "olga", Name: "Olga", Home: "alder", Account: "alder", Roles: []string{staff.Operates}, Fresh: true}
	guest      = staff.Who{Person: "eve", Name: "Eve", Home: "wdc", Account: "wdc", Roles: []string{"end_user"}, Fresh: true}
	master     = staff.Who{Person: "mia", Name: "Mia", Home: "wdc", Account: "wdc", Roles: []string{staff.Works, staff.Operates, staff.Administers}, Fresh: true} // of another account
)

// verdict asks what guards a route as somebody, nil for nobody, and says what came of it: let in, sign in, forbidden or confirm. Strangers ask
// the route itself.
func verdict(t *testing.T, a *app.App, route string, who *staff.Who) string {
	t.Helper()
	method, path, ok := strings.Cut(route, " ")
	if !ok {
		method, path = http.MethodGet, route
	}
	path = regexp.MustCompile(`\{[^}]*\}`).ReplaceAllStringFunc(path, func(s string) string {
		return map[bool]string{true: "", false: "7"}[s == "{$}"]
	})
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	handler := a.Mux()
	if who != nil {
		r, handler = r.WithContext(staff.With(r.Context(), *who)), a.Guarded(route)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	body := w.Body.String()
	switch {
	case w.Code == http.StatusSeeOther && strings.HasPrefix(w.Header().Get("Location"), "/sign-in"):
		require.Equal(t, http.MethodGet, method, route)
		return "sign in"
	case w.Code == http.StatusUnauthorized && strings.Contains(body, "sign_in"):
		return "sign in"
	case w.Code == http.StatusForbidden && strings.Contains(body, `confirm`):
		return "confirm"
	case w.Code == http.StatusForbidden:
		require.Contains(t, body, "forbidden", route)
		return "forbidden"
	}
	if who != nil {
		require.Equal(t, http.StatusNoContent, w.Code, route)
	}
	return "let in"
}

// Every route is closed to strangers but those of this list, which needs a reason to grow: they serve who has no login yet, or
// partners' signatures.
func TestStrangersAreKeptOut(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	open := regexp.MustCompile(`^(/peer/v1/|GET /(healthz|readyz|static/\S+)|(GET|POST) /(sign-in|links/\{token\})|POST /sign-(in/\S+|out)|(GET|POST) /api/links/\{token\}|(POST|DELETE) /api/session)$`)
	seen := 0
	for _, route := range a.Routes() {
		got := verdict(t, a, route, nil)
		if open.MatchString(route) {
			seen++
			continue
		}
		require.Equal(t, "sign in", got, route)
	}
	require.Greater(t, seen, 4)
}

// Whoever holds everything and gave the password lately is let in everywhere.
func TestEverythingIsOpenToSomebody(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	for _, route := range a.Routes() {
		require.Equal(t, "let in", verdict(t, a, route, &everything), route)
	}
}

// What belongs to the system is closed to other accounts, whatever roles their people hold there, and what belongs to the
// operator to those who only work here.
func TestRolesOpenRoutes(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	hosted := regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE) /(api/)?(sign-in|sign-out|links|account|me|people|tokens|session|staff-events|organizations|trusts|agreements|services|extensions|tenant|own-organizations|people-of-the-account|financial-ids|log|purge|sweep|what-if|docs|openapi\.json|static|healthz|readyz)\b`)
	operators := regexp.MustCompile(`^(POST (/api)?/(partners|messages|accounts)\b|GET (/api)?/accounts\b|PUT /api/(partners|module)|POST /api/key)`)
	administrators := regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE) (/api)?/(people|tokens|staff-events)(/|$)`)
	for _, route := range a.Routes() {
		if hosted.MatchString(route) || !strings.Contains(route, " ") || route == "GET /{$}" {
			continue
		}
		for _, who := range []staff.Who{guest, master} {
			require.Equal(t, "forbidden", verdict(t, a, route, &who), "%s for %s", route, who.Name)
		}
		want := map[bool]string{true: "forbidden", false: "let in"}[operators.MatchString(route)]
		require.Equal(t, want, verdict(t, a, route, &worker), route)
		require.Equal(t, "let in", verdict(t, a, route, &operator), route)
	}
	for _, route := range a.Routes() {
		if administrators.MatchString(route) {
			for _, who := range []staff.Who{guest, worker, operator} {
				require.Equal(t, "forbidden", verdict(t, a, route, &who), "%s for %s", route, who.Name)
			}
		}
	}
}

// What is dangerous asks people for their password again; a program has none to give.
func TestDangerousActsAskForThePassword(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	stale, program := everything, everything
	stale.Fresh = false
	program.Fresh, program.Person, program.Token = false, "", "t1"
	var asked []string
	for _, route := range a.Routes() {
		if verdict(t, a, route, &stale) == "confirm" {
			asked = append(asked, route)
		}
		require.Equal(t, "let in", verdict(t, a, route, &program), route)
	}
	for _, route := range []string{"POST /partners/invite", "POST /partners/{id}/confirm", "POST /partners/{id}/revoke", "POST /api/key/announce", "PUT /api/partners/{id}", "POST /api/partners/join",
		"POST /trusts/change", "PUT /api/trusts/{account}", "POST /organizations/export", "GET /api/organizations/export", "POST /api/organizations/{id}/purge", "POST /api/purge",
		"PATCH /api/people/{id}", "POST /api/people/{id}/disable", "POST /api/people/{id}/reset", "POST /api/people/invitations", "POST /api/tokens", "POST /api/accounts", "POST /me/leave"} {
		require.Contains(t, asked, route)
	}
	require.NotContains(t, asked, "POST /projects/new")
	require.False(t, slices.ContainsFunc(asked, func(r string) bool { return strings.HasPrefix(r, "GET ") && !strings.Contains(r, "export") }), "%v", asked)
}

// A stranger who asks for a page is led back to it after signing in.
func TestTheWayToSignInLeadsBack(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	for path, want := range map[string]string{"/": "/sign-in", "/shops?status=Open": "/sign-in?next=%2Fshops%3Fstatus%3DOpen", "/nothing": "/sign-in?next=%2Fnothing"} {
		w := httptest.NewRecorder()
		a.Mux().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		require.Equal(t, want, w.Header().Get("Location"))
	}
}

func TestRoutesWithoutARowAreRefused(t *testing.T) {
	t.Parallel()
	require.NotPanics(t, func() { app.CoveredBy("GET /shops/{id}") })
	for _, pattern := range []string{"GET /nothing", "/api/nothing", "GET /shop/{id}", "GET /peer/v2/"} {
		require.Panics(t, func() { app.CoveredBy(pattern) }, pattern)
	}
}

// A row that covers nothing is a slip: what it was meant for is covered by a wider one, which may ask for less.
func TestEveryRowOfAccessCoversARoute(t *testing.T) {
	t.Parallel()
	require.Empty(t, app.Idle(serve(t, config(t)).Routes()))
}
