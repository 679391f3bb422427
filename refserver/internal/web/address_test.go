package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/web"
)

// What a proxy says counts as far as it was written by proxies that are believed.
func TestWhereRequestsComeFrom(t *testing.T) {
	t.Parallel()
	var seen string
	s := web.Server(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = web.IP(r.Context()) }), web.Config{
		Log: slog.New(slog.DiscardHandler), Hosts: []string{"here.example"}, Proxies: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")},
	})
	for _, c := range []struct {
		from      string
		forwarded []string
		want      string
	}{
		{"192.0.2.1:5", nil, "192.0.2.1"},
		{"192.0.2.1:5", []string{"198.51.100.7"}, "192.0.2.1"}, // anybody can write that
		{"10.1.2.3:5", nil, "10.1.2.3"},
		{"10.1.2.3:5", []string{"198.51.100.7"}, "198.51.100.7"},
		{"10.1.2.3:5", []string{"203.0.113.9, 198.51.100.7"}, "198.51.100.7"}, // the first was written by who asks
		{"10.1.2.3:5", []string{"203.0.113.9", "198.51.100.7, 10.1.9.9"}, "198.51.100.7"},
		{"10.1.2.3:5", []string{"10.1.4.4, 10.1.9.9"}, "10.1.4.4"},
		{"10.1.2.3:5", []string{"198.51.100.7, what"}, "10.1.2.3"},
		{"10.1.2.3:5", []string{"198.51.100.7:4711"}, "198.51.100.7"},
		{"[fd00::1]:5", []string{"[2001:db8::5]:4711"}, "2001:db8::5"},
		{"[::ffff:10.1.2.3]:5", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
		{"@", []string{"198.51.100.7"}, ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://here.example/", nil)
		r.RemoteAddr = c.from
		r.Header["X-Forwarded-For"] = c.forwarded
		s.Handler.ServeHTTP(httptest.NewRecorder(), r)
		require.Equal(t, c.want, seen, "%+v", c)
	}
}
