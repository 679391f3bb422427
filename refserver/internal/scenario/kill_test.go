package scenario_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// siege is an import that is interrupted again and again.
type siege struct {
	eligible, held, page, kills int
	delay                       time.Duration // of each request on its way to birch; a page takes two
}

// TestKilledImport kills alder with SIGKILL in the midst of an import, ten times at random moments. Each time the ledger holds
// whole pages and the import goes on by itself; in the end every eligible shop is there once, whole.
func TestKilledImport(t *testing.T) { // not parallel: what it measures needs the machine
	t.Run("SQLite", func(t *testing.T) { killedImport(t, func() string { return "" }) })
	t.Run("PostgreSQL", func(t *testing.T) {
		pgtest.Need(t)
		killedImport(t, func() string { return pgtest.Database(t) })
	})
}

func killedImport(t *testing.T, database func() string) {
	s := siege{eligible: 5000, held: 250, page: 50, kills: 10, delay: 60 * time.Millisecond}
	if testing.Short() {
		s = siege{eligible: 480, held: 20, page: 20, kills: 3, delay: 40 * time.Millisecond}
	} else {
		requests := time.Duration(2 * (s.eligible + s.held) / s.page)
		require.GreaterOrEqual(t, requests*s.delay, 10*time.Second, "undisturbed it would last at least this long")
	}
	w, alder, birch, project := s.prepare(t, database)
	began := time.Now()
	started, err := alder.Import(t.Context(), project.ID, shapes.Import{PageSize: s.page})
	require.NoError(t, err)

	amid := 0
	for k := range s.kills {
		// The import is divided into as many stretches and one more; somewhere in each but the last it is killed.
		target := int64(float64(s.eligible) * (float64(k) + rand.Float64()) / float64(s.kills+1))
		before := s.reach(t, alder, started.ID, max(1, target))
		time.Sleep(rand.N(400 * time.Millisecond)) // that is two pages and all that belongs to them
		alder.kill()
		alder.start()
		ready := time.Now()
		found := progress(t, alder, started.ID)
		require.GreaterOrEqual(t, found, before, "what was done before the kill is still done")
		if found > 0 && found < int64(s.eligible) {
			amid++
		}
		s.reach(t, alder, started.ID, min(found+1, int64(s.eligible)))
		took := time.Since(ready)
		require.Less(t, took, 5*time.Second, "the import goes on by itself")
		t.Logf("kill %d: %d before, %d after the restart, went on %s after ready", k+1, before, found, took.Round(time.Millisecond))
	}
	require.GreaterOrEqual(t, amid, s.kills*8/10, "restarts that found the ledger neither empty nor full")

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	end, err := alder.WaitRun(ctx, started.ID)
	require.NoError(t, err)
	t.Logf("%d kills, done after %s", s.kills, time.Since(began).Round(time.Millisecond))
	require.Equal(t, "done", end.State, end.Reason)
	w.settle()
	s.check(t, alder, birch, end)
}

// prepare starts both systems with a slow line from alder to birch, and gives birch its shops.
func (s siege) prepare(t *testing.T, database func() string) (w *world, alder, birch *process, p project) {
	listen := freeAddress(t)
	birch = prepare(t, "birch", address{listen: listen, public: slowLine(t, listen, s.delay), database: database()})
	alder = prepare(t, "alder", address{database: database()})
	alder.start()
	birch.start()
	w = processes(t, alder, birch)
	p = w.share(dineInOffer())
	at := w.project(w.birch, p.ID)
	passes := []collab.Status{collab.StatusFinalized, collab.StatusEmailed, collab.StatusClientFinalized, collab.StatusLocked}
	stays := []collab.Status{collab.StatusCompleted, collab.StatusHoldA, collab.StatusExcluded, collab.StatusReviewed, collab.StatusOpen}
	places := []collab.PlaceKey{"1001", "1002", "1003", "2001", "2002", "3001"}
	var shops []collab.Shop
	for i := range s.eligible + s.held {
		status := passes[i%len(passes)]
		if every := (s.eligible + s.held) / s.held; i%every == every-1 {
			status = stays[i/every%len(stays)]
		}
		told := fmt.Sprintf("Visit %d. ", i)
		shops = append(shops, collab.Shop{
			ID: collab.ShopID(fmt.Sprintf("job-%05d", i)), Survey: collab.SurveyID(at.Survey), Shopper: fmt.Sprintf("Shopper %d", i%97),
			Content: collab.Content{
				Place: places[i%len(places)], Status: status, Score: collab.Score{Earned: fmt.Sprint(i % 11), Possible: "10"}, Comments: told,
				Answers: []collab.Answer{{Question: "greeting", Value: "yes"}, {Question: "order", Value: "no"}, {Question: "narrative", Value: strings.Repeat(told, 1+i%40)}},
			},
		})
	}
	for len(shops) > 0 {
		n := min(len(shops), collab.MaxPage)
		require.NoError(t, w.birch.CreateShops(shops[:n]))
		shops = shops[n:]
	}
	return w, alder, birch, p
}

// progress returns how many shops of a run the ledger has, and wants its report to say the same.
func progress(t *testing.T, alder *process, id string) int64 {
	t.Helper()
	r, err := alder.Run(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, r.Ledger.Imported, r.Counts.Imported, "at any moment report and ledger agree")
	return r.Ledger.Imported
}

// reach waits until the ledger has n shops of a run, and returns how many it has.
func (s siege) reach(t *testing.T, alder *process, id string, n int64) int64 {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if have := progress(t, alder, id); have >= n {
			return have
		}
	}
	t.Fatalf("the import does not reach %d shops", n)
	return 0
}

// check wants every eligible shop at alder once and as birch has it, and report and ledger to say so.
func (s siege) check(t *testing.T, alder, birch *process, end shapes.Run) {
	t.Helper()
	n := int64(s.eligible)
	require.Equal(t, shapes.LedgerCounts{Imported: n}, *end.Ledger)
	require.Equal(t, []int64{n, 0, 0}, []int64{end.Counts.Imported, end.Counts.Updated, end.Counts.Already})
	require.Len(t, end.Counts.Held, 1)
	require.Equal(t, []any{"below_export_status", int64(s.held)}, []any{end.Counts.Held[0].Reason, end.Counts.Held[0].Count})
	left := collect(t, func(next string) (shapes.List[shapes.RunItem], error) {
		return alder.RunItems(t.Context(), end.ID, next, every)
	})
	require.Len(t, left, s.held)

	ours := map[string]shapes.Shop{} // by birch's shop
	for _, sh := range collect(t, func(next string) (shapes.List[shapes.Shop], error) {
		return alder.Shops(t.Context(), apiclient.ShopQuery{After: next, Limit: every})
	}) {
		require.NotNil(t, sh.Content.Origin)
		require.NotContains(t, ours, sh.Content.Origin.ID, "a shop is there twice")
		ours[sh.Content.Origin.ID] = sh
	}
	events := map[string]string{} // our shop by birch's
	for _, e := range collect(t, func(next string) (shapes.List[shapes.Event], error) {
		return alder.RunEvents(t.Context(), end.ID, next, every)
	}) {
		require.NotContains(t, events, e.Remote, "an event is there twice")
		events[e.Remote] = e.Shop
	}
	ladder, eligible := collab.DefaultLadder(), 0
	for _, theirs := range collect(t, func(next string) (shapes.List[shapes.Shop], error) {
		return birch.Shops(t.Context(), apiclient.ShopQuery{After: next, Limit: every})
	}) {
		if ladder.Below(collab.Status(theirs.Content.Status), collab.StatusFinalized) {
			require.NotContains(t, ours, theirs.ID)
			continue
		}
		eligible++
		want := theirs.Content
		want.Status, want.Origin, want.Score.By = "Collaboration Shop", &shapes.Origin{System: "birch", ID: theirs.ID}, "birch"
		require.Equal(t, want, ours[theirs.ID].Content, "shop %s", theirs.ID)
		require.Equal(t, []any{"*collabShopper", int64(1)}, []any{ours[theirs.ID].Shopper, ours[theirs.ID].Version})
		require.Equal(t, ours[theirs.ID].ID, events[theirs.ID])
	}
	require.Equal(t, []int{s.eligible, s.eligible, s.eligible}, []int{eligible, len(ours), len(events)}, "eligible, imported, in the ledger")
}

// collect reads every page of a list.
func collect[T any](t *testing.T, get func(next string) (shapes.List[T], error)) []T {
	t.Helper()
	var out []T
	for item, err := range apiclient.All(get) {
		require.NoError(t, err)
		out = append(out, item)
	}
	return out
}

// slowLine passes requests on to an address, each after a delay, and returns where it takes them.
func slowLine(t *testing.T, to string, delay time.Duration) string {
	t.Helper()
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: to})
			r.Out.Host = r.In.Host // requests are signed for the host that they were sent to
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		ErrorLog:     log.New(io.Discard, "", 0),
	}
	server := &http.Server{ReadHeaderTimeout: patience, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(delay):
			proxy.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + l.Addr().String()
}
