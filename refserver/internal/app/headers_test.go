package app_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/app"
)

// header is what every answer carries, whatever it says.
var header = map[string]string{
	"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
	"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
}

// policy is that of every answer, piece by piece.
var policy = []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"}

// served asks the server as it stands, middleware and all, for one route.
func served(t *testing.T, a *app.App, method, path, token string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://"+a.Addr()+path, strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	return w
}

// Every route answers with the headers that keep browsers from harm: to strangers, to somebody who is let in, and where there is
// nothing. An answer that nobody asked to be kept is not kept.
func TestHeadersOfEveryRoute(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	a := serve(t, cfg)
	_, at := admit(t, a)
	hole := regexp.MustCompile(`\{[^}]*\}`)
	routes := append(a.Routes(), "GET /nothing", "GET //twice//", "TRACE /", "DELETE /shops", "GET /api/nothing/%ff", "GET /?%zz")
	statuses := map[int]bool{}
	for _, route := range routes {
		method, path, ok := strings.Cut(route, " ")
		if !ok {
			method, path = http.MethodGet, route
		}
		path = hole.ReplaceAllStringFunc(path, func(s string) string { return map[bool]string{true: "", false: "7"}[s == "{$}"] })
		for _, token := range []string{"", at.token, "mspkit_none"} {
			if token == at.token && (method == http.MethodDelete || strings.HasSuffix(path, "/live")) {
				continue
			}
			w := served(t, a, method, path, token)
			statuses[w.Code] = true
			for name, want := range header {
				require.Equal(t, want, w.Header().Get(name), "%s of %s", name, route)
			}
			csp := strings.Split(w.Header().Get("Content-Security-Policy"), "; ")
			require.ElementsMatch(t, policy, csp, route)
			require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"), route)
			require.Empty(t, w.Header().Get("Strict-Transport-Security"), "%s: nobody comes by https", route)
			if !strings.HasPrefix(path, "/static/") || w.Code != http.StatusOK {
				require.Equal(t, "no-store", w.Header().Get("Cache-Control"), route)
			}
			require.NotEmpty(t, w.Header().Get("X-Request-Id"), route)
		}
	}
	for _, status := range []int{200, 303, 401, 404, 422} {
		require.True(t, statuses[status], "%d is among them: %v", status, statuses)
	}
}

// Where people come by https, browsers are told to keep to that, and cookies keep to it themselves.
func TestHeadersOverHTTPS(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.URL = "https://alder.example"
	a := serve(t, cfg)
	link, err := a.FirstLink(t.Context())
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(link, "https://alder.example/links/"), link)
	for _, path := range []string{"/sign-in", "/nothing", "/api/module", "/healthz"} {
		require.Equal(t, "max-age=31536000", served(t, a, http.MethodGet, path, "").Header().Get("Strict-Transport-Security"), path)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://alder.example/api"+strings.TrimPrefix(link, "https://alder.example"),
		strings.NewReader(`{"email":"ann@alder.example","name":"Ann Lee","password":"`+password+`"}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, "the host of -url is answered: %s", w.Body)
	cookies := w.Result().Cookies()
	require.Len(t, cookies, 1)
	require.True(t, strings.HasPrefix(cookies[0].Name, "__Host-"), cookies[0].Name)
	require.True(t, cookies[0].Secure && cookies[0].HttpOnly)
	require.Equal(t, http.SameSiteLaxMode, cookies[0].SameSite)
	require.Equal(t, "/", cookies[0].Path)
	require.Empty(t, cookies[0].Domain)
	require.Equal(t, http.StatusMisdirectedRequest, func() int {
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://birch.example/", nil))
		return w.Code
	}())
}
