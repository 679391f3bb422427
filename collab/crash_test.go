package collab_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
	"github.com/mspkit/mspkit/store/storetest"
)

// exchanged is the end of an exchange, as far as two undisturbed ones have it in common.
type exchanged struct {
	Alder, Birch []collab.Shop
	Counts       [2]collab.Counts
	Links        []collab.Link
	Actions      [][]string // of each shop of alder's and of birch's, newest first
}

var alike = cmp.FilterPath(func(p cmp.Path) bool {
	switch p.Last().String() {
	case ".ID", ".SavedAt", ".Client", ".Survey", ".Shop", ".At", ".Project", ".Digest":
		return true
	}
	return false
}, cmp.Ignore())

// exchange imports, returns a shop and imports it again, trying again whatever is disturbed.
func (w *world) exchange(p collab.Project) exchanged {
	w.t.Helper()
	var out exchanged
	importing := func(i int) {
		var id collab.RunID
		w.insist(func() error {
			run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
			if running := new(collab.RunningError); errors.As(err, &running) {
				id = running.Run
				return nil
			}
			id = run.ID
			return err
		})
		w.settle()
		require.Equal(w.t, collab.RunDone, w.run(id).State, w.run(id).Reason)
		out.Counts[i] = w.run(id).Counts
	}
	importing(0)
	id := w.imported("501").ID
	w.insist(func() error { return w.try(w.Alder, id, answer("greeting", "no")) })
	w.insist(func() error {
		_, err := w.Alder.Collab.Return(w.ctx, w.Alder.Staff, []collab.ShopID{id}, collab.ReturnOptions{})
		if errors.Is(err, collab.ErrState) {
			return nil // it had been written after all
		}
		return err
	})
	w.settle()
	require.Equal(w.t, collab.ReturnDone, w.link("501").Return)
	w.insist(func() error { return w.try(w.Birch, "501", status(collab.StatusFinalized)) })
	importing(1)
	for _, remote := range []collab.ShopID{"501", "503", "505", "507"} {
		ours := w.imported(remote)
		out.Alder, out.Birch, out.Links = append(out.Alder, ours), append(out.Birch, w.shop(w.Birch, remote)), append(out.Links, w.link(remote))
		for _, entries := range [][]collab.Entry{w.history(w.Alder, ours.ID), w.history(w.Birch, remote)} {
			var actions []string
			for _, e := range entries {
				actions = append(actions, e.Action)
			}
			out.Actions = append(out.Actions, actions)
		}
	}
	return out
}

// try saves a change of a shop.
func (w *world) try(s *collabtest.Side, id collab.ShopID, change func(*collab.Shop)) error {
	sh := w.shop(s, id)
	change(&sh)
	_, err := s.Collab.SaveShop(w.ctx, s.Staff, sh)
	return err
}

// insist does what a person does when something fails: the same again.
func (w *world) insist(do func() error) {
	w.t.Helper()
	if do() != nil {
		require.NoError(w.t, do())
	}
}

// settle delivers until everything is through. What failed is tried again later, when its lease has run out too.
func (w *world) settle() {
	w.t.Helper()
	if w.Drain(w.ctx) == nil {
		return
	}
	q, later := w.Alder.DB.Messages(), time.Now().UTC().Add(24*time.Hour)
	ms, err := q.Lease(w.ctx, "later", later, later.Add(time.Hour), 100)
	require.NoError(w.t, err)
	for _, m := range ms {
		require.NoError(w.t, w.Alder.Collab.Deliver(w.ctx, collab.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload}))
		require.NoError(w.t, q.Settle(w.ctx, m.ID, m.Token, store.Settlement{State: store.MessageDone, At: later}))
	}
	w.drain()
}

func pagesOfThree(_ collab.SystemID, cfg *collab.Config) { cfg.PageSize = 3 }

// TestLostCallsChangeNothing loses each call of a whole exchange in turn, on its way there and on its way back, and wants the
// end that an undisturbed exchange has.
func TestLostCallsChangeNothing(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, lose int, onTheWayBack bool) (exchanged, int) {
		w := worldWith(t, collabtest.Options{Paired: true, Collab: pagesOfThree})
		p := w.withJobs()
		calls := 0
		drop := func(_, _ collab.SystemID, op string) error {
			if calls++; calls == lose {
				return fmt.Errorf("%s is lost: %w", op, collab.ErrPeer)
			}
			return nil
		}
		if w.Net.Before = drop; onTheWayBack {
			w.Net.Before, w.Net.After = nil, drop
		}
		return w.exchange(p), calls
	}
	want, calls := run(t, 0, false)
	require.Greater(t, calls, 10)
	for lose := 1; lose <= calls; lose++ {
		for _, back := range []bool{false, true} {
			t.Run(fmt.Sprintf("call %d back %v", lose, back), func(t *testing.T) {
				got, _ := run(t, lose, back)
				if d := cmp.Diff(want, got, alike); d != "" {
					t.Errorf("the end (-undisturbed +got):\n%s", d)
				}
			})
		}
	}
}

// TestFailedWritesChangeNothing lets either store fail at each write and each commit of a whole exchange in turn, a commit also
// with its outcome unknown, and wants the end that an undisturbed exchange has.
func TestFailedWritesChangeNothing(t *testing.T) {
	t.Parallel()
	type side struct{ writes, commits int }
	run := func(t *testing.T, plan [2]storetest.Plan) (end exchanged, before, after [2]side) {
		dbs := [2]*storetest.FaultyDB{storetest.Faulty(memstore.New(memstore.Config{}), plan[0]), storetest.Faulty(memstore.New(memstore.Config{}), plan[1])}
		w := &world{collabtest.NewPair(t, dbs[0], dbs[1], collabtest.Options{Paired: true, Collab: pagesOfThree}), t, t.Context()}
		require.NoError(t, collabtest.SeedNorthwind(w.ctx, w.Alder))
		p := w.withJobs()
		count := func() (out [2]side) {
			for i, db := range dbs {
				out[i] = side{db.Writes(), db.Commits()}
			}
			return out
		}
		before = count()
		end = w.exchange(p)
		for i, db := range dbs {
			require.Equal(t, plan[i].Moment != storetest.Never, db.Tripped(), "the planned fault happens")
		}
		return end, before, count()
	}
	want, before, after := run(t, [2]storetest.Plan{})
	for i, name := range []string{"alder", "birch"} {
		for moment, span := range map[storetest.Moment][2]int{
			storetest.BeforeWrite:  {before[i].writes, after[i].writes},
			storetest.AfterWrite:   {before[i].writes, after[i].writes},
			storetest.BeforeCommit: {before[i].commits, after[i].commits},
			storetest.AfterCommit:  {before[i].commits, after[i].commits},
		} {
			require.Greater(t, span[1], span[0])
			for n := span[0] + 1; n <= span[1]; n++ {
				t.Run(fmt.Sprintf("%s moment %d at %d", name, moment, n), func(t *testing.T) {
					t.Parallel()
					var plan [2]storetest.Plan
					plan[i] = storetest.Plan{Moment: moment, N: n}
					got, _, _ := run(t, plan)
					if d := cmp.Diff(want, got, alike); d != "" {
						t.Errorf("the end (-undisturbed +got):\n%s", d)
					}
				})
			}
		}
	}
}

// TestManyImportersAreOne starts imports of one project from many goroutines, and delivers their pages from many.
func TestManyImportersAreOne(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	const many = 16
	started := make(chan error, many)
	for range many {
		go func() {
			_, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{PageSize: 3})
			started <- err
		}()
	}
	ran := 0
	for range many {
		if err := <-started; err == nil {
			ran++
		} else {
			require.ErrorIs(t, err, collab.ErrRunning)
		}
	}
	require.Equal(t, 1, ran)
	var run collab.Run
	w.view(w.Alder, func(ctx context.Context, v collab.View) error {
		runs, err := v.Runs.List(ctx, p.ID, "", 10)
		require.Len(t, runs, 1)
		run = runs[0]
		return err
	})
	for page := range 3 {
		delivered := make(chan error, many)
		for range many {
			go func() {
				body := fmt.Appendf(nil, `{"run":%q,"page":%d}`, run.ID, page)
				delivered <- w.Alder.Collab.Deliver(w.ctx, collab.Message{Key: "again", Kind: collab.KindImportPage, Payload: body})
			}()
		}
		for range many {
			if err := <-delivered; err != nil {
				require.ErrorIs(t, err, collab.ErrConflict)
			}
		}
	}
	got := w.run(run.ID)
	require.Equal(t, collab.RunDone, got.State)
	require.Equal(t, collab.Counts{Imported: 4, Held: []collab.ReasonCount{{Reason: collab.ReasonBelowExport, Count: 4}}}, got.Counts)
}
