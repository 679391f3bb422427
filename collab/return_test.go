package collab_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/store"
)

func (w *world) refusesReturn(want error, shops ...collab.ShopID) {
	w.t.Helper()
	_, err := w.Alder.Collab.Return(w.ctx, w.Alder.Staff, shops, collab.ReturnOptions{})
	require.ErrorIs(w.t, err, want)
	plan, err := w.Alder.Collab.PlanReturn(w.ctx, w.Alder.Staff, shops)
	require.NoError(w.t, err)
	require.ErrorIs(w.t, errors.Join(plan.Items[0].Refused, nil), want, "the plan says the same")
}

func testReturnAndImportAgain(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.imports(p.ID)
	p77 := w.imported("501").ID
	w.save(w.Alder, p77, status(collab.StatusFinalized))
	w.refusesReturn(collab.ErrNotBelow, p77)
	unsaved := w.shop(w.Alder, p77)
	unsaved.Content.Status = collab.StatusReviewed
	w.refusesReturn(collab.ErrNotBelow, p77)
	w.save(w.Alder, p77, func(sh *collab.Shop) {
		status(collab.StatusReviewed)(sh)
		answer("greeting", "no")(sh)
		sh.Content.Score.Earned, sh.Content.ReviewerComments = "5", "Nobody greeted you on the recording."
		sh.Wave = "alder's own"
	})
	before := w.shop(w.Birch, "501")
	w.returns(collab.ReturnOptions{}, p77)
	require.Equal(t, collab.ReturnDone, w.link("501").Return)
	back := w.shop(w.Birch, "501")
	want := before.Clone()
	want.Content.Status, want.Content.Answers[0].Value, want.Content.ReviewerComments = collab.StatusReviewed, "no", "Nobody greeted you on the recording."
	want.Content.Score.Earned, want.Content.Score.By = "5", collabtest.Alder
	want.Epoch, want.Awaiting, want.Version = 1, true, before.Version+1
	want.SavedBy, want.SavedAt = back.SavedBy, back.SavedAt
	if d := cmp.Diff(want, back); d != "" {
		t.Errorf("birch's shop after the return (-want +got):\n%s", d)
	}
	require.Equal(t, "M. Ortiz", back.Shopper)
	require.Equal(t, "Sept weekday", back.Wave)

	run := w.imports(p.ID)
	require.Equal(t, map[collab.Reason]int64{collab.ReasonReturnedPending: 1, collab.ReasonBelowExport: 4}, reasonCounts(run.Counts))
	w.refusesReturn(collab.ErrState, p77)
	w.save(w.Birch, "501", func(sh *collab.Shop) {
		status(collab.StatusFinalized)(sh)
		answer("narrative", "Nobody greeted us; otherwise friendly.")(sh)
	})
	run = w.imports(p.ID)
	require.Equal(t, collab.Counts{Updated: 1, Already: 3, Held: []collab.ReasonCount{{Reason: collab.ReasonBelowExport, Count: 4}}}, run.Counts)
	again := w.imported("501")
	require.Equal(t, p77, again.ID, "the same shop is brought up to date")
	require.Equal(t, collab.StatusCollaboration, again.Content.Status)
	require.Equal(t, "*collabShopper", again.Shopper)
	require.Equal(t, "alder's own", again.Wave)
	require.Equal(t, "Nobody greeted us; otherwise friendly.", answerOf(again, "narrative"))
	require.Empty(t, again.Content.Score.By, "the score is still alder's own")
	l := w.link("501")
	require.Equal(t, collab.ReturnNone, l.Return)
	require.Equal(t, int64(1), l.Epoch)
	w.view(w.Alder, func(ctx context.Context, v collab.View) error {
		events, err := v.Ledger.CountEvents(ctx, run.ID)
		require.Equal(t, map[collab.EventKind]int64{collab.EventUpdated: 1}, events)
		return err
	})
	w.returns(collab.ReturnOptions{}, p77)
	require.Equal(t, int64(2), w.shop(w.Birch, "501").Epoch, "it can go back once more")
}

func testReturnOfAFreshImport(t *testing.T) {
	w := newWorld(t)
	w.imports(w.withJobs().ID)
	w.returns(collab.ReturnOptions{}, w.imported("501").ID)
	require.Equal(t, collab.StatusReviewed, w.shop(w.Birch, "501").Content.Status, "Collaboration Shop has no sense over there")
}

func testReturnedStatusThatWouldPassIsReopened(t *testing.T) {
	w := newWorld(t)
	pr := w.proposal()
	pr.Terms.Export = collab.StatusCompleted
	p := w.withJobsUnder(pr)
	w.imports(p.ID)
	id := w.imported("501").ID
	w.save(w.Alder, id, status(collab.StatusHoldA))
	w.returns(collab.ReturnOptions{}, id)
	require.Equal(t, collab.StatusIncomplete, w.shop(w.Birch, "501").Content.Status)
}

func testReturnConflict(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.imports(p.ID)
	id := w.imported("501").ID
	w.save(w.Alder, id, func(sh *collab.Shop) {
		status(collab.StatusReviewed)(sh)
		answer("greeting", "no")(sh)
	})
	w.save(w.Birch, "501", answer("narrative", "Friendly, quick, and the coffee was cold."))
	w.save(w.Birch, "501", func(sh *collab.Shop) { sh.Wave = "Oct weekday" })
	before := w.shop(w.Birch, "501")
	lost := []collab.Change{{Field: "answers[narrative]", Before: "Friendly, quick, and the coffee was cold.", After: "Friendly and quick."}}

	plan, err := w.Alder.Collab.PlanReturn(w.ctx, w.Alder.Staff, []collab.ShopID{id})
	require.NoError(t, err)
	if d := cmp.Diff(lost, plan.Items[0].Lost); d != "" {
		t.Errorf("what the plan would lose (-want +got):\n%s", d)
	}
	require.NoError(t, plan.Items[0].Refused)
	if d := cmp.Diff(before, w.shop(w.Birch, "501")); d != "" {
		t.Errorf("planning changed birch's shop:\n%s", d)
	}

	w.returns(collab.ReturnOptions{Plan: plan.Stamps()}, id)
	l := w.link("501")
	require.Equal(t, collab.ReturnConflict, l.Return)
	require.Contains(t, l.Detail, "answers[narrative]")
	if d := cmp.Diff(before, w.shop(w.Birch, "501")); d != "" {
		t.Errorf("a return in conflict changed birch's shop:\n%s", d)
	}
	if d := cmp.Diff(lost, w.history(w.Alder, id)[0].Changes[1:]); d != "" {
		t.Errorf("the conflict in alder's history (-want +got):\n%s", d)
	}
	_, err = w.Alder.Collab.Return(w.ctx, w.Alder.Staff, []collab.ShopID{id}, collab.ReturnOptions{Plan: plan.Stamps()})
	require.ErrorIs(t, err, collab.ErrStale, "the plan was made before the conflict")

	again, err := w.Alder.Collab.PlanReimport(w.ctx, w.Alder.Staff, p.ID, []collab.ShopID{id}, false)
	require.NoError(t, err)
	require.Equal(t, []collab.ReasonCount{{Reason: collab.ReasonEditedHere, Count: 1}}, again.Counts.Held, "what birch did not take is alder's alone, and nothing replaces it unasked")

	w.returns(collab.ReturnOptions{Overwrite: true}, id)
	require.Equal(t, collab.ReturnDone, w.link("501").Return)
	again, err = w.Alder.Collab.PlanReimport(w.ctx, w.Alder.Staff, p.ID, []collab.ShopID{id}, false)
	require.NoError(t, err)
	require.NotContains(t, again.Counts.Held, collab.ReasonCount{Reason: collab.ReasonEditedHere, Count: 1}, "birch has it now")
	after := w.shop(w.Birch, "501")
	require.Equal(t, "Friendly and quick.", answerOf(after, "narrative"))
	require.Equal(t, "Oct weekday", after.Wave)
	require.Contains(t, w.history(w.Birch, "501")[0].Changes, lost[0], "birch's text stays whole in its history")
	_, err = w.Birch.Collab.SaveShop(w.ctx, w.Birch.Staff, before)
	require.ErrorIs(t, err, collab.ErrConflict, "whoever had the shop open at birch hears of it")
}

// What the Secondary changed and the return does not touch is no conflict.
func testReturnWithoutLoss(t *testing.T) {
	w := newWorld(t)
	w.imports(w.withJobs().ID)
	id := w.imported("501").ID
	w.save(w.Alder, id, answer("narrative", "The same words."))
	w.save(w.Birch, "501", answer("narrative", "The same words."))
	w.save(w.Birch, "501", func(sh *collab.Shop) { sh.Pay = "14.00" })
	w.returns(collab.ReturnOptions{}, id)
	require.Equal(t, collab.ReturnDone, w.link("501").Return)
	require.Equal(t, "14.00", w.shop(w.Birch, "501").Pay)
}

func testOnlyCollaborationShopsReturn(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.imports(p.ID)
	own, err := w.Alder.Collab.CreateShops(w.ctx, w.Alder.Staff, []collab.Shop{{
		Survey: collabtest.DineIn, Shopper: "R. Vance", Content: collab.Content{Place: "1001", Status: collab.StatusCollaboration},
	}})
	require.NoError(t, err)
	w.refusesReturn(collab.ErrNotCollab, own[0].ID)
	id := w.imported("501").ID
	w.save(w.Alder, id, status(collab.StatusLocked))
	_, err = w.Alder.Collab.Deactivate(w.ctx, w.Alder.Staff, p.ID, "over", 0)
	require.NoError(t, err)
	_, err = w.Alder.Collab.Return(w.ctx, w.Alder.Staff, []collab.ShopID{id, own[0].ID}, collab.ReturnOptions{})
	for _, want := range []error{collab.ErrNotBelow, collab.ErrState, collab.ErrNotCollab} {
		require.ErrorIs(t, err, want, "every reason is said at once")
	}
	require.Equal(t, collab.ReturnNone, w.link("501").Return)
}

func testReturnsSurviveLostReceipts(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.imports(p.ID)
	id := w.imported("501").ID
	lose := true
	w.Net.After = func(_, _ collab.SystemID, op string) error {
		if op == "return" && lose {
			lose = false
			return fmt.Errorf("line went dead: %w", collab.ErrPeer)
		}
		return nil
	}
	_, err := w.Alder.Collab.Return(w.ctx, w.Alder.Staff, []collab.ShopID{id}, collab.ReturnOptions{})
	require.NoError(t, err)
	require.Error(t, w.Drain(w.ctx))
	require.Equal(t, collab.ReturnSending, w.link("501").Return)
	require.Equal(t, int64(1), w.shop(w.Birch, "501").Epoch, "birch has it, alder does not know")
	held := w.imports(p.ID)
	require.Equal(t, int64(1), reasonCounts(held.Counts)[collab.ReasonReturnedPending])
	w.drainLater()
	require.Equal(t, collab.ReturnDone, w.link("501").Return)
	require.Equal(t, int64(2), w.shop(w.Birch, "501").Version, "the second delivery changed nothing")
}

// The receipt is lost, and the shop is back before it: the import closes the return, and the late receipt changes nothing.
func testImportOvertakesAReceipt(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.imports(p.ID)
	id := w.imported("501").ID
	w.Net.After = func(_, _ collab.SystemID, op string) error {
		if op == "return" {
			return fmt.Errorf("line went dead: %w", collab.ErrPeer)
		}
		return nil
	}
	_, err := w.Alder.Collab.Return(w.ctx, w.Alder.Staff, []collab.ShopID{id}, collab.ReturnOptions{})
	require.NoError(t, err)
	require.Error(t, w.Drain(w.ctx))
	w.save(w.Birch, "501", status(collab.StatusFinalized))
	run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
	require.NoError(t, err)
	_ = w.Drain(w.ctx)
	require.Equal(t, int64(1), w.run(run.ID).Counts.Updated)
	w.Net.After = nil
	w.drainLater()
	l := w.link("501")
	require.Equal(t, collab.ReturnNone, l.Return)
	require.Equal(t, int64(1), l.Epoch)
	require.Equal(t, int64(1), w.shop(w.Birch, "501").Epoch)
}

// drainLater delivers what of alder's waits for another try.
func (w *world) drainLater() {
	w.t.Helper()
	q, later := w.Alder.DB.Messages(), time.Now().UTC().Add(24*time.Hour)
	ms, err := q.Lease(w.ctx, "later", later, later.Add(time.Hour), 100)
	require.NoError(w.t, err)
	require.NotEmpty(w.t, ms)
	for _, m := range ms {
		require.NoError(w.t, w.Alder.Collab.Deliver(w.ctx, collab.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload}))
		require.NoError(w.t, q.Settle(w.ctx, m.ID, m.Token, store.Settlement{State: store.MessageDone, At: later}))
	}
}

func testReturnRefusedOverThere(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.imports(p.ID)
	id := w.imported("501").ID
	w.save(w.Alder, id, func(sh *collab.Shop) { sh.Content.Place = "7777" })
	plan, err := w.Alder.Collab.PlanReturn(w.ctx, w.Alder.Staff, []collab.ShopID{id})
	require.NoError(t, err)
	require.ErrorIs(t, plan.Items[0].Refused, collab.ErrInvalid)
	before := w.shop(w.Birch, "501")
	w.returns(collab.ReturnOptions{}, id)
	l := w.link("501")
	require.Equal(t, collab.ReturnRefused, l.Return)
	require.Contains(t, l.Detail, "7777")
	if d := cmp.Diff(before, w.shop(w.Birch, "501")); d != "" {
		t.Error(d)
	}
	w.save(w.Alder, id, func(sh *collab.Shop) { sh.Content.Place = "1001" })
	w.returns(collab.ReturnOptions{}, id)
	require.Equal(t, collab.ReturnDone, w.link("501").Return, "put right, it goes")
}

func testEditedHereHoldsAnUpdate(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.imports(p.ID)
	id := w.imported("501").ID
	w.returns(collab.ReturnOptions{}, id)
	w.save(w.Birch, "501", func(sh *collab.Shop) {
		status(collab.StatusFinalized)(sh)
		answer("narrative", "Rewritten at birch.")(sh)
	})
	w.save(w.Alder, id, func(sh *collab.Shop) { sh.Content.ReviewerComments = "Written at alder meanwhile." })
	run := w.imports(p.ID)
	require.Equal(t, []collab.Reason{collab.ReasonEditedHere, collab.ReasonWaveIgnored}, w.held(run.ID)["501"])
	require.Equal(t, "Written at alder meanwhile.", w.shop(w.Alder, id).Content.ReviewerComments)
	again, err := w.Alder.Collab.Reimport(w.ctx, w.Alder.Staff, p.ID, []collab.ShopID{id}, collab.ReimportOptions{Overwrite: true})
	require.NoError(t, err)
	w.drain()
	require.Equal(t, collab.Counts{Updated: 1}, w.run(again.ID).Counts)
	require.Equal(t, "Rewritten at birch.", answerOf(w.shop(w.Alder, id), "narrative"))
	require.Contains(t, w.history(w.Alder, id)[0].Changes, collab.Change{Field: "reviewer_comments", Before: "Written at alder meanwhile."})
	require.Equal(t, int64(1), w.link("501").Epoch)
	require.Equal(t, int64(0), w.imports(p.ID).Counts.Updated)
}

// What a partner says of a return is kept as text that every database takes, however long and strange it is.
func TestWhatAPartnerSaysOfAReturnIsShortAndClean(t *testing.T) {
	t.Parallel()
	for name, said := range map[string]struct {
		reply collab.ReturnReply
		err   error
		want  collab.ReturnState
	}{
		"conflict": {collab.ReturnReply{Lost: []collab.Change{{Field: "a\x00b\xff" + strings.Repeat("ß", 100_000)}}}, nil, collab.ReturnConflict},
		"refusal":  {collab.ReturnReply{}, fmt.Errorf("a\x00b\xff%s: %w", strings.Repeat("ß", 100_000), collab.ErrState), collab.ReturnRefused},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.imports(w.withJobs().ID)
			w.Alder.Collab = collab.NewService(collabtest.Alder, store.Collab(w.Alder.DB.For(string(collabtest.Alder))),
				collab.Config{Peer: saying{w.Net.Peer(collabtest.Alder), said.reply, said.err}})
			_, err := w.Alder.Collab.Return(w.ctx, w.Alder.Staff, []collab.ShopID{w.imported("501").ID}, collab.ReturnOptions{})
			require.NoError(t, err)
			w.drainLater()
			l := w.link("501")
			require.Equal(t, said.want, l.Return)
			require.Contains(t, l.Detail, "a\uFFFDb\uFFFDß")
			require.Less(t, len(l.Detail), 1100)
			require.True(t, utf8.ValidString(l.Detail))
		})
	}
}

// saying answers every return alike.
type saying struct {
	collab.Peer
	reply collab.ReturnReply
	err   error
}

func (s saying) Return(context.Context, collab.SystemID, collab.Call, collab.ReturnNotice) (collab.ReturnReply, error) {
	return s.reply, s.err
}
