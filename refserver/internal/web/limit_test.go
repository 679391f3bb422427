package web_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/web"
)

// from returns a context of a request that comes from an address.
func from(t *testing.T, address string) context.Context {
	t.Helper()
	var ctx context.Context
	s := web.Server(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { ctx = r.Context() }), web.Config{Log: slog.New(slog.DiscardHandler), Hosts: []string{"here.example"}})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://here.example/", nil)
	r.RemoteAddr = address
	s.Handler.ServeHTTP(httptest.NewRecorder(), r)
	return ctx
}

// A caller who has used up a class waits; other accounts, other addresses and other classes do not.
func TestCallersAreCounted(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	l := &web.Limits{Now: func() time.Time { return now }}
	class, here := web.Class{Name: "x", Second: 2, Burst: 3}, from(t, "192.0.2.1:1")
	for range 3 {
		require.Zero(t, l.Take(here, "wdc", class))
	}
	require.Equal(t, 500*time.Millisecond, l.Take(here, "wdc", class))
	require.Equal(t, 500*time.Millisecond, l.Take(here, "wdc", class), "a refusal costs nothing")
	require.Zero(t, l.Take(here, "gigatera", class))
	require.Zero(t, l.Take(here, "wdc", web.Class{Name: "y", Second: 2, Burst: 3}))
	require.Zero(t, l.Take(from(t, "192.0.2.2:1"), "wdc", class))
	now = now.Add(500 * time.Millisecond)
	require.Zero(t, l.Take(here, "wdc", class))
	require.NotZero(t, l.Take(here, "wdc", class))

	for i := range 3 {
		require.Zero(t, l.Take(from(t, fmt.Sprintf("[2001:db8::%x]:1", i+1)), "", class))
	}
	require.NotZero(t, l.Take(from(t, "[2001:db8::ffff]:1"), "", class), "one customer has all of a network")
	require.Zero(t, l.Take(from(t, "[2001:db8:0:1::1]:1"), "", class))
}

// However many callers there are, only so many are remembered: the latest.
func TestRememberedCallersAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	l := &web.Limits{Most: 10, Now: func() time.Time { return now }}
	class, here := web.Class{Name: "x", Second: 1, Burst: 1}, from(t, "192.0.2.1:1")
	require.Zero(t, l.Take(here, "last", class))
	for i := range 9 {
		require.Zero(t, l.Take(here, fmt.Sprint(i), class))
	}
	require.NotZero(t, l.Take(here, "last", class), "it is among the ten, and now the latest")
	for i := range 9 {
		require.Zero(t, l.Take(here, fmt.Sprint("new", i), class))
	}
	require.NotZero(t, l.Take(here, "last", class))
	require.Zero(t, l.Take(here, "0", class), "forgotten")
}

// So much is worked on for an account at once, and less for each of its people and programs; who is done makes room.
func TestWorkAtOnceIsBounded(t *testing.T) {
	t.Parallel()
	l := &web.Limits{AtOnce: 3, AtOnceEach: 2}
	begin := func(account, who string) func() {
		end, ok := l.Begin(account, who)
		require.Equal(t, ok, end != nil)
		return end
	}
	first, second := begin("wdc", "eve"), begin("wdc", "eve")
	require.NotNil(t, second)
	require.Nil(t, begin("wdc", "eve"), "one person has not all of the account")
	require.NotNil(t, begin("gigatera", "eve"), "in another account they are counted anew")
	mia := begin("wdc", "mia")
	require.NotNil(t, mia)
	require.Nil(t, begin("wdc", "zoe"), "the account has no more")
	first()
	require.NotNil(t, begin("wdc", "eve"))
	mia()
	require.Nil(t, begin("wdc", "eve"))
	require.NotNil(t, begin("wdc", "mia"))

	for range 3 {
		require.NotNil(t, begin("from 192.0.2.1", ""), "who is not known is counted together")
	}
	require.Nil(t, begin("from 192.0.2.1", ""))
}

// What one address asks in all is bounded before anything is done for it.
func TestOneAddressIsBounded(t *testing.T) {
	t.Parallel()
	worked := 0
	s := web.Server(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { worked++ }),
		web.Config{Log: slog.New(slog.DiscardHandler), Hosts: []string{"here.example"}, Limits: &web.Limits{Scale: 0.0001}})
	get := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.Handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://here.example/", nil))
		return w
	}
	for get().Code == http.StatusOK {
	}
	w := get()
	require.Equal(t, http.StatusTooManyRequests, w.Code)
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	require.NotEmpty(t, w.Header().Get("Retry-After"))
	require.NotEmpty(t, w.Header().Get("Content-Security-Policy"))
	require.Equal(t, 2, worked)
}

// The secret of a link stays out of the log, however its path is written.
func TestLinksAreNotLogged(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	s := web.Server(http.NotFoundHandler(), web.Config{Log: slog.New(slog.NewJSONHandler(&log, nil)), Hosts: []string{"here.example"}})
	for _, path := range []string{"/links/geheim", "/api/links/geheim", "//links//geheim", "/links/x/geheim", "/links/%67eheim"} {
		s.Handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://here.example"+path, nil))
	}
	require.NotContains(t, log.String(), "geheim")
	require.Equal(t, 5, strings.Count(log.String(), "/links/..."))
}
