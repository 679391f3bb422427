package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/web"
)

func TestAMuxTellsTheMethodsOfAPath(t *testing.T) {
	t.Parallel()
	var m web.Mux
	nothing := func(http.ResponseWriter, *http.Request) {}
	for _, pattern := range []string{"/", "GET /shops/{id}", "POST /shops/{id}", "DELETE /shops/new"} {
		m.HandleFunc(pattern, nothing)
	}
	for path, want := range map[string][]string{"/shops/7": {"GET", "HEAD", "POST"}, "/shops/new": {"DELETE", "GET", "HEAD", "POST"}, "/shops": nil, "/": nil} {
		require.Equal(t, want, m.Allowed(httptest.NewRequestWithContext(t.Context(), http.MethodPut, path, nil)), path)
	}
}
