package scenario_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
)

func TestA6Return(t *testing.T) { onEach(t, scenarioA6) }

// scenarioA6 covers C80 to C88, and C90 with A7's conflict.
func scenarioA6(w *world) {
	t := w.t
	p := w.shareWithJobs(dineInOffer())
	p77 := w.imports(p.ID).Events["501"]
	birchs := w.shop(w.birch, "501")
	w.save(w.alder, p77, func(s *shop) { s.Status = "Finalized" })
	w.refused("not_below", w.alder.Return(p77, false))
	unsaved := w.shop(w.alder, p77)
	unsaved.Status = "Reviewed"
	w.refused("not_below", w.alder.Return(p77, false))
	planned, err := w.alder.PlanReturn(p77)
	require.NoError(t, err)
	require.True(t, planned.Refused.says("not_below"), "the plan says the same")
	w.same(birchs, w.shop(w.birch, "501"), "a refused return changes nothing at birch")
	require.Equal(t, "none", w.shop(w.alder, p77).Link.Return)

	unsaved.Answers["greeting"], unsaved.Earned, unsaved.ReviewerComments = "no", "5", "Nobody greeted you on the recording."
	require.NoError(t, w.alder.Save(unsaved))
	planned, err = w.alder.PlanReturn(p77)
	require.NoError(t, err)
	w.same(returnPlan{Remote: "501"}, emptiedReturn(planned), "nothing stands against it, nothing would be lost")
	require.NoError(t, w.alder.Return(p77, false))
	w.settle()
	require.Equal(t, "returned", w.shop(w.alder, p77).Link.Return)
	back := w.shop(w.birch, "501")
	want := birchs
	want.Status, want.Answers, want.Earned, want.ScoredBy, want.ReviewerComments = "Reviewed", maps.Clone(birchs.Answers), "5", "alder", "Nobody greeted you on the recording."
	want.Answers["greeting"] = "no"
	want.Epoch, want.Awaiting, want.Version = 1, true, birchs.Version+1
	w.same(want, back, "birch's 501 has alder's answer, score and status")
	require.Equal(t, []string{"M. Ortiz", "Sept weekday"}, []string{back.Shopper, back.Wave}, "shopper and wave stay")
	w.refused("state", w.alder.Return(p77, false))
	r := w.imports(p.ID)
	w.same(counts{Already: 3, Held: map[string]int64{"below_export_status": 4, "returned_pending": 1}}, r.Counts, "not before birch has saved it")

	w.save(w.birch, "501", func(s *shop) {
		s.Status, s.Answers["narrative"] = "Finalized", "Nobody greeted us; otherwise friendly."
	})
	r = w.imports(p.ID)
	w.same(counts{Updated: 1, Already: 3, Held: held("below_export_status", 4)}, r.Counts, "counted as updated")
	w.same(map[string]string{"501": p77}, r.Events, "the same shop")
	again := w.shop(w.alder, p77)
	require.Equal(t, []string{"Collaboration Shop", "*collabShopper", "no", "Nobody greeted us; otherwise friendly."},
		[]string{again.Status, again.Shopper, again.Answers["greeting"], again.Answers["narrative"]})
	w.same(&link{Partner: "birch", Remote: "501", Project: p.ID, Return: "none", Epoch: 1}, again.Link, "its cross-reference")
	require.Len(t, w.shopsByOrigin(), 4)
	w.same([]string{"import", "save", "save", "return", "return_returned", "update"}, w.actions(w.alder, "shop", p77), "history at alder")
	w.same([]string{"create", "returned", "save"}, w.actions(w.birch, "shop", "501"), "history at birch")

	// A7: birch edits what alder is about to return.
	w.save(w.birch, "501", func(s *shop) { s.Answers["narrative"] = "The coffee was cold." })
	w.save(w.alder, p77, func(s *shop) { s.Status, s.Answers["narrative"] = "Reviewed", "Rewritten." })
	planned, err = w.alder.PlanReturn(p77)
	require.NoError(t, err)
	lost := []collab.Change{{Field: "answers[narrative]", Before: "The coffee was cold.", After: "Rewritten."}}
	w.same(lost, planned.Lost, "the preview names what would be lost")
	birchs = w.shop(w.birch, "501")
	require.NoError(t, w.alder.Return(p77, false))
	w.settle()
	require.Equal(t, "conflict", w.shop(w.alder, p77).Link.Return)
	w.same(birchs, w.shop(w.birch, "501"), "a conflict overwrites nothing")
	require.NoError(t, w.alder.Return(p77, true))
	w.settle()
	require.Equal(t, "Rewritten.", w.shop(w.birch, "501").Answers["narrative"])
	es, err := w.birch.History("shop", "501")
	require.NoError(t, err)
	require.Contains(t, es[len(es)-1].Changes, lost[0], "history keeps birch's words")
}
