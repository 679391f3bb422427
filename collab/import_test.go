package collab_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

func testImportWithMixedEligibility(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	below := []collab.Reason{collab.ReasonBelowExport, collab.ReasonWaveIgnored}
	wave := []collab.Reason{collab.ReasonWaveIgnored}
	plan, err := w.Alder.Collab.PlanImport(w.ctx, w.Alder.Staff, p.ID)
	require.NoError(t, err)
	want := map[collab.ShopID][]collab.Reason{"501": wave, "502": below, "503": wave, "504": below, "505": wave, "506": below, "507": wave, "508": below}
	if d := cmp.Diff(want, planned(plan)); d != "" {
		t.Errorf("plan (-want +got):\n%s", d)
	}
	counts := collab.Counts{Imported: 4, Held: []collab.ReasonCount{{Reason: collab.ReasonBelowExport, Count: 4}}}
	if d := cmp.Diff(counts, plan.Counts); d != "" {
		t.Errorf("planned counts (-want +got):\n%s", d)
	}
	require.Empty(t, w.link("501").Shop, "a plan changes nothing")

	run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{Plan: &plan.Stamp})
	require.NoError(t, err)
	w.drain()
	run = w.run(run.ID)
	require.Equal(t, collab.RunDone, run.State, run.Reason)
	if d := cmp.Diff(counts, run.Counts); d != "" {
		t.Errorf("counts (-want +got):\n%s", d)
	}
	if d := cmp.Diff(map[collab.ShopID][]collab.Reason{"502": below, "504": below, "506": below, "508": below}, w.held(run.ID)); d != "" {
		t.Errorf("left behind (-want +got):\n%s", d)
	}
	for _, remote := range []collab.ShopID{"501", "503", "505", "507"} {
		theirs, ours := w.shop(w.Birch, remote), w.imported(remote)
		require.Equal(t, collab.StatusCollaboration, ours.Content.Status)
		require.Equal(t, "*collabShopper", ours.Shopper)
		require.Empty(t, ours.Wave)
		require.Empty(t, ours.Pay)
		require.False(t, ours.Payable)
		require.Equal(t, collabtest.Northwind, ours.Client)
		require.Equal(t, collabtest.DineIn, ours.Survey)
		require.NotEqual(t, remote, ours.ID)
		content := theirs.Content
		content.Status, content.Origin, content.Score.By = collab.StatusCollaboration, collab.Origin{System: collabtest.Birch, ID: string(remote)}, collabtest.Birch
		if d := cmp.Diff(content, ours.Content); d != "" {
			t.Errorf("content of %s (-theirs +ours):\n%s", remote, d)
		}
	}
	again := w.imports(p.ID)
	counts = collab.Counts{Already: 4, Held: []collab.ReasonCount{{Reason: collab.ReasonBelowExport, Count: 4}}}
	if d := cmp.Diff(counts, again.Counts); d != "" {
		t.Errorf("counts of the second import (-want +got):\n%s", d)
	}
	w.view(w.Alder, func(ctx context.Context, v collab.View) error {
		events, err := v.Ledger.CountEvents(ctx, run.ID)
		require.Equal(t, map[collab.EventKind]int64{collab.EventImported: 4}, events, "the ledger and the count of the run agree")
		shops, err2 := v.Shops.List(ctx, collab.ShopQuery{})
		require.NoError(t, err2)
		require.Len(t, shops, 4)
		return err
	})
	for _, st := range w.statuses(p) {
		require.True(t, collab.DefaultLadder().Below(st, collab.StatusFinalized), "the client sees none before alder finalizes it")
	}
}

func (w *world) statuses(p collab.Project) []collab.Status {
	w.t.Helper()
	var out []collab.Status
	w.view(w.Alder, func(ctx context.Context, v collab.View) error {
		counts, err := v.Shops.CountByStatus(ctx, p.Survey)
		for _, c := range counts {
			out = append(out, c.Status)
		}
		return err
	})
	return out
}

func testLowExportStatusLetsMoreOut(t *testing.T) {
	t.Run("fresh", func(t *testing.T) {
		w := newWorld(t)
		pr := w.proposal()
		pr.Terms.Export = collab.StatusCompleted
		run := w.imports(w.withJobsUnder(pr).ID)
		require.Equal(t, collab.Counts{Imported: 8}, run.Counts)
	})
	t.Run("exact", func(t *testing.T) {
		w := newWorld(t)
		pr := w.proposal()
		pr.Terms.Export, pr.Terms.Exact = collab.StatusCompleted, true
		run := w.imports(w.withJobsUnder(pr).ID)
		require.Equal(t, int64(1), run.Counts.Imported)
		require.NotEmpty(t, w.link("502").Shop)
	})
	t.Run("lowered later", func(t *testing.T) {
		w := newWorld(t)
		p := w.withJobs()
		require.Equal(t, int64(4), w.imports(p.ID).Counts.Imported)
		_, err := w.Alder.Collab.UpdateSettings(w.ctx, w.Alder.Staff, p.ID, collab.SettingsChange{
			Master: true, Mask: []collab.Field{collab.FieldExport}, Terms: collab.Terms{Gate: collab.Gate{Export: collab.StatusCompleted}},
		}, 0)
		require.NoError(t, err)
		w.drain()
		run := w.imports(p.ID)
		require.Equal(t, collab.Counts{Imported: 4, Already: 4}, run.Counts)
		w.view(w.Alder, func(ctx context.Context, v collab.View) error {
			events, err := v.Ledger.Events(ctx, run.ID, collabtest.Birch, "", 10)
			for _, e := range events {
				require.Equal(t, p.TermsRev+1, e.TermsRev, "the ledger keeps the terms in force")
			}
			require.Len(t, events, 4)
			return err
		})
	})
}

// testLocationsHoldShops follows a renamed location through the import.
func testLocationsHoldShops(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.edit(locations.Rename("3001", "Saint Paul Main"))
	w.save(w.Birch, "506", status(collab.StatusFinalized))
	run := w.imports(p.ID)
	require.Equal(t, []collab.Reason{collab.ReasonLocationDiffers, collab.ReasonWaveIgnored}, w.held(run.ID)["506"])
	require.Equal(t, int64(4), run.Counts.Imported)
	require.NoError(t, w.Alder.Locations.RequestPush(w.ctx, w.Alder.Keys, locations.ProjectID(p.ID)))
	w.drain()
	require.Equal(t, int64(1), w.imports(p.ID).Counts.Imported, "pushed, the location is in step")
	require.NotEmpty(t, w.link("506").Shop)
}

func (w *world) edit(edits ...locations.Edit) {
	w.t.Helper()
	set := locations.SetID(collabtest.Northwind)
	head, err := w.Alder.Locations.Head(w.ctx, set)
	require.NoError(w.t, err)
	_, err = w.Alder.Locations.Edit(w.ctx, w.Alder.Keys, set, head.Revision, edits...)
	require.NoError(w.t, err)
}

func testMissingLocationHolds(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	birch := w.project(w.Birch, p.ID)
	own := collabtest.NorthwindShops(birch.Client, birch.Survey)[:1]
	own[0].ID, own[0].Content.Place = "601", "9999"
	_, err := w.Birch.Collab.CreateShops(w.ctx, w.Birch.Staff, own)
	require.NoError(t, err)
	run := w.imports(p.ID)
	require.Equal(t, []collab.Reason{collab.ReasonLocationMissing, collab.ReasonWaveIgnored}, w.held(run.ID)["601"])
}

func testOtherQuestionsHold(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	birch := w.project(w.Birch, p.ID)
	odd := collabtest.NorthwindShops(birch.Client, birch.Survey)[:1]
	odd[0].ID, odd[0].Content.Questions = "601", "another question set"
	_, err := w.Birch.Collab.CreateShops(w.ctx, w.Birch.Staff, odd)
	require.NoError(t, err)
	run := w.imports(p.ID)
	require.Equal(t, []collab.Reason{collab.ReasonSurveyMismatch, collab.ReasonWaveIgnored}, w.held(run.ID)["601"])
	require.Equal(t, int64(4), run.Counts.Imported)
	w.save(w.Birch, "601", func(sh *collab.Shop) { sh.Content.Questions = "" })
	require.Equal(t, int64(1), w.imports(p.ID).Counts.Imported, "answered again under the survey's own questions it comes in")
}

func testOnlyThePrimaryImports(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	_, err := w.Birch.Collab.Import(w.ctx, w.Birch.Staff, p.ID, collab.ImportOptions{})
	require.ErrorIs(t, err, collab.ErrParty)
	_, err = w.Birch.Collab.PlanImport(w.ctx, w.Birch.Staff, p.ID)
	require.ErrorIs(t, err, collab.ErrParty)
	_, err = w.Alder.Collab.Import(w.ctx, w.Birch.Staff, p.ID, collab.ImportOptions{})
	require.ErrorIs(t, err, collab.ErrForbidden)
	_, err = w.Alder.Collab.Import(w.ctx, w.Alder.Staff, "nothing", collab.ImportOptions{})
	require.ErrorIs(t, err, collab.ErrNotFound)
	_, err = w.Alder.Collab.Inbound().Shops(w.ctx, collabtest.Birch, collab.HeaderQuery{Project: p.ID})
	require.ErrorIs(t, err, collab.ErrNotFound, "a Secondary cannot pull from the Primary")
	require.Equal(t, int64(4), w.imports(p.ID).Counts.Imported)
}

func testStalePlansAndSecondRunsAreRefused(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	plan, err := w.Alder.Collab.PlanImport(w.ctx, w.Alder.Staff, p.ID)
	require.NoError(t, err)
	_, err = w.Alder.Collab.UpdateSettings(w.ctx, w.Alder.Staff, p.ID, collab.SettingsChange{
		Master: true, Mask: []collab.Field{collab.FieldExport}, Terms: collab.Terms{Gate: collab.Gate{Export: collab.StatusEmailed}},
	}, 0)
	require.NoError(t, err)
	_, err = w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{Plan: &plan.Stamp})
	require.ErrorIs(t, err, collab.ErrStale)
	first, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
	require.NoError(t, err)
	_, err = w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
	var running *collab.RunningError
	require.ErrorAs(t, err, &running)
	require.Equal(t, first.ID, running.Run)
	w.drain()
	require.Equal(t, collab.Counts{Imported: 3, Held: []collab.ReasonCount{{Reason: collab.ReasonBelowExport, Count: 5}}}, w.run(first.ID).Counts)
}

func testPagesAddUp(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{PageSize: 3})
	require.NoError(t, err)
	w.drain()
	got := w.run(run.ID)
	require.Equal(t, collab.RunDone, got.State)
	require.Equal(t, int64(3), got.Pages)
	require.Equal(t, int64(4), got.Counts.Imported)
	require.Equal(t, int64(8), got.Counts.Total())
	// A page that arrives again, as after a lost receipt, changes nothing.
	w.deliverPage(run.ID, 1)
	if d := cmp.Diff(got, w.run(run.ID)); d != "" {
		t.Errorf("the run after a page arrived twice (-before +after):\n%s", d)
	}
}

func testImportStopsWithItsProject(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{PageSize: 3})
	require.NoError(t, err)
	w.deliverPage(run.ID, 0)
	_, err = w.Alder.Collab.Deactivate(w.ctx, w.Alder.Staff, p.ID, "season is over", 0)
	require.NoError(t, err)
	w.drain()
	got := w.run(run.ID)
	require.Equal(t, collab.RunStopped, got.State)
	require.Contains(t, got.Reason, "inactive")
	require.Equal(t, int64(2), got.Counts.Imported, "what came in before stays")
	plan, err := w.Alder.Collab.PlanImport(w.ctx, w.Alder.Staff, p.ID)
	require.NoError(t, err)
	require.Equal(t, collab.ReasonProjectInactive, planned(plan)["505"][0])
	_, err = w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
	require.ErrorIs(t, err, collab.ErrState)
	_, err = w.Alder.Collab.Activate(w.ctx, w.Alder.Staff, p.ID, 0)
	require.NoError(t, err)
	w.drain()
	require.Equal(t, int64(2), w.imports(p.ID).Counts.Imported)
}

func testModuleOffStopsAnImport(t *testing.T) {
	for name, side := range map[string]func(*world) *collabtest.Side{
		"ours":   func(w *world) *collabtest.Side { return w.Alder },
		"theirs": func(w *world) *collabtest.Side { return w.Birch },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.withJobs()
			run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
			require.NoError(t, err)
			off := side(w)
			require.NoError(t, off.Collab.SetModule(w.ctx, off.Admin, false))
			w.drain()
			require.Equal(t, collab.RunStopped, w.run(run.ID).State)
			require.Contains(t, w.run(run.ID).Reason, "module is off")
			_, err = w.Alder.Collab.PlanImport(w.ctx, w.Alder.Staff, p.ID)
			require.ErrorIs(t, err, collab.ErrModuleOff)
			require.NoError(t, off.Collab.SetModule(w.ctx, off.Admin, true))
			require.Equal(t, int64(4), w.imports(p.ID).Counts.Imported)
		})
	}
}

func testStatusStaysWithTheSecondary(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	page, err := w.Birch.Collab.Inbound().Shops(w.ctx, collabtest.Alder, collab.HeaderQuery{Project: p.ID, Limit: 2})
	require.NoError(t, err)
	require.Equal(t, collab.ShopID("502"), page.Next)
	require.Equal(t, collab.StatusFinalized, page.Headers[0].Status)
	require.Empty(t, page.Headers[1].Status)
	require.Equal(t, []collab.Reason{collab.ReasonBelowExport}, page.Headers[1].Held)
	snaps, err := w.Birch.Collab.Inbound().Snapshots(w.ctx, collabtest.Alder, p.ID, []collab.ShopID{"501", "502", "nothing"})
	require.NoError(t, err)
	require.Len(t, snaps, 1, "what is held is not handed out")
	_, err = w.Birch.Collab.UpdateSettings(w.ctx, w.Birch.Staff, p.ID, collab.SettingsChange{Mask: []collab.Field{collab.FieldSharing}, Sharing: true}, 0)
	require.NoError(t, err)
	page, err = w.Birch.Collab.Inbound().Shops(w.ctx, collabtest.Alder, collab.HeaderQuery{Project: p.ID, Only: []collab.ShopID{"502"}})
	require.NoError(t, err)
	require.Equal(t, collab.StatusCompleted, page.Headers[0].Status, "shared progress shows it")
}

// deliverPage hands a page of a run to alder as a courier would.
func (w *world) deliverPage(run collab.RunID, page int64) {
	w.t.Helper()
	body, err := json.Marshal(map[string]any{"run": run, "page": page})
	require.NoError(w.t, err)
	require.NoError(w.t, w.Alder.Collab.Deliver(w.ctx, collab.Message{Key: "again", Kind: collab.KindImportPage, Payload: body}))
}
