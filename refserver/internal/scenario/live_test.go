package scenario_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// moving reads how far the page says that work is; -1 when it shows no work.
func (b *tab) moving() int {
	b.t.Helper()
	n, err := strconv.Atoi(b.text("[data-done]"))
	if err != nil {
		return -1
	}
	return n
}

// An import of many shops is watched: its number moves without a reload where scripts run, and by itself every few seconds where not.
// The page can be left and opened again, and a restart of the system ends in the receipt as well: where the browser finds nobody for a while, and where
// a proxy tells it so.
func TestLongWorkIsWatched(t *testing.T) {
	if testing.Short() {
		t.Skip("imports a thousand shops over a slow line")
	}
	t.Parallel()
	needBrowser(t)
	s := siege{eligible: 1425, held: 75, page: 10, delay: 60 * time.Millisecond}
	w, alder, birch, p := s.prepare(t, func() string { return "" })
	started, err := alder.Import(t.Context(), p.ID, shapes.Import{PageSize: s.page})
	require.NoError(t, err)
	run := "/runs/" + started.ID
	with, without := signedIn(t, alder.home, desktop), signedIn(t, alder.home, phonePlain)
	refused := make(chan struct{}, 1)
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: strings.TrimPrefix(alder.home, "http://")})
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, _ error) {
			w.WriteHeader(http.StatusBadGateway)
			select {
			case refused <- struct{}{}:
			default:
			}
		},
		ErrorLog: log.New(io.Discard, "", 0),
	})
	t.Cleanup(proxy.Close)
	behind := signedIn(t, proxy.URL, desktop)

	with.goTo(run)
	ask[int](with, `() => window.opened = window.opened || 1`)
	first := with.moving()
	require.GreaterOrEqual(t, first, 0, with.text("main"))
	until(with, "a greater number", with.moving, func(n int) bool { return n > first })
	require.Equal(t, 1, ask[int](with, `() => window.opened || 0`), "the page was not loaded again")

	without.goTo(run)
	loads := func() string { return ask[string](without, `() => String(performance.timeOrigin)`) }
	first, origin := without.moving(), loads()
	require.GreaterOrEqual(t, first, 0, without.text("main"))
	until(without, "a greater number", without.moving, func(n int) bool { return n > first })
	require.NotEqual(t, origin, loads(), "without scripts the page renews itself")

	with.goTo("/projects")
	seen := progress(t, alder, started.ID)
	with.goTo(run)
	require.GreaterOrEqual(t, with.moving(), int(seen), "who comes back finds the work further on")

	behind.goTo(run)
	require.GreaterOrEqual(t, behind.moving(), int(seen))
	alder.kill()
	select {
	case <-refused:
	case <-time.After(patience):
		require.Fail(t, "the browser does not look for its stream")
	}
	alder.start()
	require.Less(t, progress(t, alder, started.ID), int64(s.eligible), "the system went down amid the import")
	watching := &person{b: with}
	receipt := watching.watch() // the page finds the system again by itself
	require.Equal(t, receipt, (&person{b: behind}).watch())
	without.goTo(run)
	require.Equal(t, receipt, (&person{b: without}).watch())
	end, err := alder.WaitRun(t.Context(), started.ID)
	require.NoError(t, err)
	require.Equal(t, counts{Imported: int64(s.eligible), Held: held("below_export_status", int64(s.held))}, countsIn(receipt.Lines))
	w.settle()
	s.check(t, alder, birch, end)
}
