package collab_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/store"
)

// withImported has so many shops imported.
func (w *world) withImported(n int) collab.Project {
	w.t.Helper()
	p := w.accepted()
	w.finalized(0, n)
	require.Equal(w.t, collab.Counts{Imported: int64(n)}, w.imports(p.ID).Counts)
	return p
}

// finalized makes finalized shops at birch, numbered from one to another.
func (w *world) finalized(from, to int) {
	w.t.Helper()
	birch := w.project(w.Birch, w.theProject())
	like := collabtest.NorthwindShops(birch.Client, birch.Survey)[0]
	var shops []collab.Shop
	for i := from; i < to; i++ {
		sh := like.Clone()
		sh.ID = collab.ShopID(fmt.Sprintf("job%03d", i))
		shops = append(shops, sh)
	}
	_, err := w.Birch.Collab.CreateShops(w.ctx, w.Birch.Staff, shops)
	require.NoError(w.t, err)
}

// onePage starts an import that takes one shop at a time.
func (w *world) onePage(id collab.ProjectID) collab.Run {
	w.t.Helper()
	run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, id, collab.ImportOptions{PageSize: 1})
	require.NoError(w.t, err)
	return run
}

// messages lists the pages at which a run was written.
func (w *world) messages(run collab.RunID) []string {
	w.t.Helper()
	ms, err := w.Alder.DB.Messages().List(w.ctx, store.MessageQuery{Account: string(collabtest.Alder)})
	require.NoError(w.t, err)
	var out []string
	for _, m := range ms {
		if page, ok := strings.CutPrefix(m.Key, "import/"+string(run)+"/"); ok {
			out = append(out, page)
		}
	}
	return out
}

func TestWhatCameBeforeIsPassedOver(t *testing.T) {
	w := newWorld(t)
	p := w.withImported(40)
	run := w.onePage(p.ID)
	w.drain()
	got := w.run(run.ID)
	require.Equal(t, collab.RunDone, got.State)
	require.Equal(t, collab.Counts{Already: 40}, got.Counts)
	require.Equal(t, int64(40), got.Pages)
	require.Equal(t, []string{"0", "16", "32"}, w.messages(run.ID), "it writes how far it came every 16 pages")

	w.finalized(40, 41)
	w.save(w.Birch, "job020", answer("greeting", "no")) // of no concern to an import
	w.save(w.Alder, w.imported("job010").ID, status(collab.StatusReviewed))
	w.returns(collab.ReturnOptions{}, w.imported("job010").ID)
	run = w.onePage(p.ID)
	w.drain()
	require.Equal(t, collab.Counts{Imported: 1, Already: 39, Held: []collab.ReasonCount{{Reason: collab.ReasonReturnedPending, Count: 1}}}, w.run(run.ID).Counts)
	require.Equal(t, []string{"0", "11", "27"}, w.messages(run.ID), "and where there is more to write")
	w.save(w.Birch, "job010", status(collab.StatusFinalized))
	run = w.onePage(p.ID)
	w.drain()
	require.Equal(t, collab.Counts{Updated: 1, Already: 40}, w.run(run.ID).Counts)
}

// A partner that fails on the way to the next page costs that page alone.
func TestWhatWasPassedOverIsKept(t *testing.T) {
	w := newWorld(t)
	p := w.withImported(10)
	run := w.onePage(p.ID)
	asked := 0
	w.Net.Before = func(_, _ collab.SystemID, op string) error {
		if asked++; asked == 4 || asked == 5 {
			return fmt.Errorf("%s is lost: %w", op, collab.ErrPeer)
		}
		return nil
	}
	w.deliverPage(run.ID, 0)
	require.Equal(t, int64(3), w.run(run.ID).Pages)
	require.Equal(t, collab.Counts{Already: 3}, w.run(run.ID).Counts)
	body := fmt.Appendf(nil, `{"run":%q,"page":3}`, run.ID)
	err := w.Alder.Collab.Deliver(w.ctx, collab.Message{Key: "again", Kind: collab.KindImportPage, Payload: body})
	require.ErrorIs(t, err, collab.ErrPeer, "the next page meets it again")
	w.deliverPage(run.ID, 0) // it was dealt with
	require.Equal(t, int64(3), w.run(run.ID).Pages)
	w.drain()
	require.Equal(t, collab.Counts{Already: 10}, w.run(run.ID).Counts)
}

// What cannot be right holds a shop even though it came before, as in a plan.
func TestFlawedHeadersOfWhatCameBefore(t *testing.T) {
	w := newWorld(t)
	p := w.withImported(3)
	bad := flawed{Peer: w.Net.Peer(collabtest.Alder), shop: "job001"}
	w.Alder.Collab = collab.NewService(collabtest.Alder, store.Collab(w.Alder.DB.For(string(collabtest.Alder))), collab.Config{Peer: bad})
	plan, err := w.Alder.Collab.PlanImport(w.ctx, w.Alder.Staff, p.ID)
	require.NoError(t, err)
	want := collab.Counts{Already: 2, Held: []collab.ReasonCount{{Reason: collab.ReasonUnreadable, Count: 1}}}
	require.Empty(t, cmp.Diff(want, plan.Counts))
	run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
	require.NoError(t, err)
	w.deliverPage(run.ID, 0)
	require.Empty(t, cmp.Diff(want, w.run(run.ID).Counts))
}

// flawed spoils the header of one shop.
type flawed struct {
	collab.Peer
	shop collab.ShopID
}

func (f flawed) Shops(ctx context.Context, to collab.SystemID, q collab.HeaderQuery) (collab.HeaderPage, error) {
	page, err := f.Peer.Shops(ctx, to, q)
	for i := range page.Headers {
		if page.Headers[i].Shop == f.shop {
			page.Headers[i].Rev = 0
		}
	}
	return page, err
}
