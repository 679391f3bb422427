package collab_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

func (w *world) reimports(id collab.ProjectID, o collab.ReimportOptions, shops ...collab.ShopID) collab.Run {
	w.t.Helper()
	run, err := w.Alder.Collab.Reimport(w.ctx, w.Alder.Staff, id, shops, o)
	require.NoError(w.t, err)
	w.drain()
	return w.run(run.ID)
}

func testReimportOfChosenShops(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.imports(p.ID)
	a, b, c := w.imported("501"), w.imported("503"), w.imported("505")
	w.save(w.Birch, "501", answer("narrative", "Rewritten at birch."))
	w.save(w.Birch, "503", status(collab.StatusReviewed))
	require.Equal(t, int64(4), w.imports(p.ID).Counts.Already, "nothing comes again by itself")
	w.save(w.Alder, c.ID, status(collab.StatusFinalized))

	chosen := []collab.ShopID{c.ID, b.ID, a.ID, a.ID}
	plan, err := w.Alder.Collab.PlanReimport(w.ctx, w.Alder.Staff, p.ID, chosen, false)
	require.NoError(t, err)
	want := collab.Counts{Updated: 1, Held: []collab.ReasonCount{{Reason: collab.ReasonBelowExport, Count: 1}, {Reason: collab.ReasonEditedHere, Count: 1}}}
	if d := cmp.Diff(want, plan.Counts); d != "" {
		t.Errorf("plan (-want +got):\n%s", d)
	}
	run := w.reimports(p.ID, collab.ReimportOptions{ImportOptions: collab.ImportOptions{PageSize: 2, Plan: &plan.Stamp}}, chosen...)
	require.Equal(t, collab.RunDone, run.State)
	require.Equal(t, int64(2), run.Pages)
	if d := cmp.Diff(want, run.Counts); d != "" {
		t.Errorf("counts (-want +got):\n%s", d)
	}
	got := w.imported("501")
	require.Equal(t, a.ID, got.ID)
	require.Equal(t, "Rewritten at birch.", answerOf(got, "narrative"))
	require.Equal(t, collab.StatusCollaboration, got.Content.Status)
	require.Equal(t, int64(1), w.link("501").Epoch, "a chosen re-import opens an epoch at the Primary")
	require.Equal(t, int64(0), w.shop(w.Birch, "501").Epoch)
	require.Equal(t, collab.StatusFinalized, w.shop(w.Alder, c.ID).Content.Status, "what was edited here stays")

	run = w.reimports(p.ID, collab.ReimportOptions{Overwrite: true}, c.ID)
	require.Equal(t, collab.Counts{Updated: 1}, run.Counts)
	require.Contains(t, w.history(w.Alder, c.ID)[0].Changes, collab.Change{Field: "status", Before: "Finalized", After: "Collaboration Shop"})
	require.Equal(t, int64(4), w.imports(p.ID).Counts.Already)

	w.save(w.Alder, a.ID, status(collab.StatusReviewed))
	w.returns(collab.ReturnOptions{}, a.ID)
	require.Equal(t, int64(2), w.shop(w.Birch, "501").Epoch, "a later return goes on from the Primary's epoch")
	require.Equal(t, collab.ReasonReturnedPending, w.held(w.reimports(p.ID, collab.ReimportOptions{}, a.ID).ID)["501"][1])
	w.save(w.Birch, "501", status(collab.StatusFinalized))
	require.Equal(t, int64(1), w.imports(p.ID).Counts.Updated)
}

func testReimportNeedsThisProjectsShops(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.imports(p.ID)
	own, err := w.Alder.Collab.CreateShops(w.ctx, w.Alder.Staff, []collab.Shop{{Survey: collabtest.DineIn, Content: collab.Content{Place: "1001", Status: collab.StatusOpen}}})
	require.NoError(t, err)
	_, err = w.Alder.Collab.Reimport(w.ctx, w.Alder.Staff, p.ID, []collab.ShopID{w.imported("501").ID, own[0].ID}, collab.ReimportOptions{})
	require.ErrorIs(t, err, collab.ErrNotCollab)
	_, err = w.Alder.Collab.Reimport(w.ctx, w.Alder.Staff, p.ID, nil, collab.ReimportOptions{})
	require.ErrorIs(t, err, collab.ErrInvalid)
	require.Equal(t, int64(1), w.reimports(p.ID, collab.ReimportOptions{}, w.imported("501").ID).Counts.Updated)
}
