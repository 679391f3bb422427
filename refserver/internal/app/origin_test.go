package app_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// problemIn reads a problem.
func problemIn(t *testing.T, resp *http.Response, text string) shapes.Problem {
	t.Helper()
	require.Equal(t, "application/problem+json", resp.Header.Get("Content-Type"), text)
	var p shapes.Problem
	require.NoError(t, json.Unmarshal([]byte(text), &p))
	require.Equal(t, resp.StatusCode, p.Status)
	return p
}

func TestPagesOfOtherSitesAreRefusedInWords(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	_, at := admit(t, a)
	for _, path := range []string{"/api/clients", "/sign-in"} {
		for _, header := range [][]string{{"Origin", "https://elsewhere.example"}, {"Sec-Fetch-Site", "cross-site"}} {
			resp, text := at.ask(t, http.MethodPost, path, "{}", header...)
			require.Equal(t, http.StatusForbidden, resp.StatusCode, path)
			require.Contains(t, text, "from a page of another site", path)
			if path == "/sign-in" {
				require.Contains(t, text, "<main", "with the frame of a page")
				continue
			}
			require.Equal(t, "cross_origin", problemIn(t, resp, text).Code)
		}
	}
}

// What is there for other methods says for which; to those who are let in alone.
func TestMethodsThatAPathHasNotAreToldFromPathsThatAreNotThere(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	_, at := admit(t, a)
	for _, c := range []struct{ method, path, allow string }{
		{http.MethodDelete, "/api/clients", "GET, HEAD"}, {http.MethodGet, "/api/session/account", "POST"}, {http.MethodDelete, "/people/invite", "POST"},
		{http.MethodGet, "/accounts/open", "POST"}, {http.MethodPut, "/shops", "GET, HEAD"},
	} {
		resp, text := at.ask(t, c.method, c.path, "")
		require.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode, "%s %s: %s", c.method, c.path, text)
		require.Contains(t, resp.Header.Get("Allow"), c.allow, c.path)
		resp, _ = site{home: a.Home()}.ask(t, c.method, c.path, "")
		require.Empty(t, resp.Header.Get("Allow"), c.path)
		require.NotEqual(t, http.StatusMethodNotAllowed, resp.StatusCode)
	}
	resp, text := at.ask(t, http.MethodGet, "/api/nothing", "")
	require.Equal(t, "no_such_path", problemIn(t, resp, text).Code)
	require.Equal(t, http.StatusNotFound, resp.StatusCode)
	resp, _ = at.ask(t, http.MethodGet, "/nothing", "")
	require.Equal(t, http.StatusNotFound, resp.StatusCode)
}
