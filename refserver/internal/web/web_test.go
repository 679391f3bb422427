package web_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/web"
)

// A handler that panics costs its request and nothing else; the log has the place.
func TestPanicsAreAnswered(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	s := web.Server(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("at the disco") }),
		web.Config{Log: slog.New(slog.NewJSONHandler(&log, nil)), Hosts: []string{"here.example"}})
	rec := httptest.NewRecorder()
	s.Handler.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://here.example/", nil))
	require.Equal(t, http.StatusInternalServerError, rec.Code)
	require.NotContains(t, rec.Body.String(), "disco")
	require.Contains(t, log.String(), "at the disco")
	require.Contains(t, log.String(), "web_test.go")
	require.Contains(t, log.String(), rec.Header().Get(web.IDHeader))
}

// A caller who hangs up while an answer is written is no fault of ours.
func TestWhoHangsUpIsNoError(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	ctx, hangUp := context.WithCancel(t.Context())
	s := web.Server(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		hangUp()
		panic("broken pipe")
	}), web.Config{Log: slog.New(slog.NewJSONHandler(&log, nil)), Hosts: []string{"here.example"}})
	s.Handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "http://here.example/", nil))
	require.Contains(t, log.String(), "broken pipe")
	require.NotContains(t, log.String(), `"ERROR"`)
}

// The signed protocol is answered under any host, everything else under ours alone.
func TestHosts(t *testing.T) {
	t.Parallel()
	s := web.Server(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { web.Text(w, http.StatusOK, "in") }),
		web.Config{Log: slog.New(slog.DiscardHandler), Hosts: []string{"here.example:1"}, Open: "/peer/"})
	for target, want := range map[string]int{
		"http://here.example:1/api/x": 200, "http://HERE.example:1/": 200, "http://there.example/peer/x": 200,
		"http://there.example/api/x": 421, "http://there.example/peer": 421, "http://here.example:2/": 421,
	} {
		rec := httptest.NewRecorder()
		s.Handler.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil))
		require.Equal(t, want, rec.Code, target)
	}
}
