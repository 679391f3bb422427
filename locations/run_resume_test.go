package locations_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
)

func TestAPushWaitsForAPartnerThatIsAway(t *testing.T) {
	t.Parallel()
	alder, birch, line := changed(t)
	run, m := alder.begin(t, locations.PushStamp{Ours: 2, Theirs: 1}, locations.PushOptions{})
	line.fail = 1
	err := alder.Deliver(t.Context(), m)
	require.ErrorIs(t, err, errBroken)
	var permanent interface{ Permanent() bool }
	require.NotErrorAs(t, err, &permanent, "the courier tries again")
	waits := alder.run(t, run.ID)
	require.Equal(t, locations.RunRunning, waits.State)
	require.Contains(t, waits.LastError, errBroken.Error())

	canceled, cancel := context.WithCancel(t.Context())
	line.before = func(string) { cancel() }
	require.Error(t, alder.Deliver(canceled, m))
	require.Equal(t, waits, alder.run(t, run.ID), "being interrupted is no error to show")

	line.before = nil
	require.NoError(t, alder.Deliver(t.Context(), m))
	done := alder.run(t, run.ID)
	require.Equal(t, locations.RunDone, done.State)
	require.Empty(t, done.LastError)
	require.Equal(t, alder.head(t, ours).Root, birch.head(t, theirs).Root)
}

// What is staged is not staged again, and what is gone from the partner's stage is.
func TestAPushGoesOnWhereItStood(t *testing.T) {
	t.Parallel()
	stage := locations.PushID(locations.PathKey("in", alderID, string(project)))
	for name, c := range map[string]struct {
		between func(ctx context.Context, tx locations.Tx) error
		stages  int // calls of the second delivery
	}{
		"nothing happened":  {nil, 1},
		"the stage is gone": {func(ctx context.Context, tx locations.Tx) error { return tx.Trees.Drop(ctx, stage) }, 1 + 3},
		"a node of the stage is another": {func(ctx context.Context, tx locations.Tx) error {
			return tx.Trees.Stage(ctx, stage, []locations.Stored{{Node: locations.Node{Key: "S00001", Parent: "/R", Level: 1, Name: "another"}}})
		}, 1 + 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			alder, birch, line := loaded(t)
			run, m := alder.begin(t, locations.PushStamp{Ours: 1}, locations.PushOptions{})
			line.fail = 4 // look, stage, stage
			require.ErrorIs(t, alder.Deliver(t.Context(), m), errBroken)
			require.Equal(t, 2000, alder.run(t, run.ID).Staged)
			if c.between != nil {
				require.NoError(t, birch.store.Update(t.Context(), c.between))
			}
			clear(line.calls)
			require.NoError(t, alder.Deliver(t.Context(), m))
			require.Equal(t, c.stages, line.calls["stage"])
			done := alder.run(t, run.ID)
			require.Equal(t, []int{2500, 2500}, []int{done.Staged, done.Created})
			require.Equal(t, locations.RunDone, done.State)
			require.Equal(t, alder.head(t, ours).Root, birch.head(t, theirs).Root)
		})
	}
}

// The partner has switched over and its answer is lost: asked again it gives the same receipt, and the push is no stale plan.
func TestALostReceiptIsAskedForAgain(t *testing.T) {
	t.Parallel()
	alder, birch, line := changed(t)
	run, m := alder.begin(t, locations.PushStamp{Ours: 2, Theirs: 1}, locations.PushOptions{})
	lost := false
	line.to = func(locations.PartnerID) locations.Peer { return losing{birch.Inbound(), &lost} }
	require.ErrorIs(t, alder.Deliver(t.Context(), m), errBroken)
	require.EqualValues(t, 2, birch.head(t, theirs).Revision, "it has switched over")
	require.Equal(t, locations.RunRunning, alder.run(t, run.ID).State)
	clear(line.calls)
	require.NoError(t, alder.Deliver(t.Context(), m))
	require.Equal(t, map[string]int{"commit": 1}, line.calls)
	done := alder.run(t, run.ID)
	require.Equal(t, locations.RunDone, done.State)
	require.EqualValues(t, 2, done.Revision)
	require.EqualValues(t, 2, birch.head(t, theirs).Revision)
}

// losing loses its first receipt.
type losing struct {
	locations.Peer
	lost *bool
}

func (l losing) Commit(ctx context.Context, other locations.PartnerID, call locations.Call, c locations.PushCommit) (locations.PushReceipt, error) {
	r, err := l.Peer.Commit(ctx, other, call, c)
	if err == nil && !*l.lost {
		*l.lost = true
		return locations.PushReceipt{}, errBroken
	}
	return r, err
}

func TestAPushIsStopped(t *testing.T) {
	t.Parallel()
	alder, birch, line := loaded(t)
	run, m := alder.begin(t, locations.PushStamp{}, locations.PushOptions{})
	_, err := alder.StopPush(t.Context(), alder.actor, run.ID, "")
	require.ErrorIs(t, err, locations.ErrInvalid, "without a reason")
	_, err = alder.StopPush(t.Context(), locations.Actor{Name: "eve", System: birchID}, run.ID, "no")
	require.ErrorIs(t, err, locations.ErrForbidden)
	_, err = alder.StopPush(t.Context(), alder.actor, "none", "no")
	require.ErrorIs(t, err, locations.ErrNotFound)
	require.Equal(t, run, alder.run(t, run.ID))

	line.before = func(name string) {
		if name == "stage" && line.calls["stage"] == 2 {
			_, err := alder.StopPush(t.Context(), alder.actor, run.ID, "the wrong list")
			require.NoError(t, err)
		}
	}
	require.NoError(t, alder.Deliver(t.Context(), m))
	stopped := alder.run(t, run.ID)
	require.Equal(t, locations.RunStopped, stopped.State)
	require.Equal(t, "the wrong list", stopped.Reason)
	require.Equal(t, 1000, stopped.Staged)
	require.Zero(t, line.calls["commit"])
	require.Zero(t, birch.head(t, theirs).Revision, "nothing has been switched over")
	require.Equal(t, []string{"ann load", "ann start_push", "ann stop_push"}, alder.actions(t, ours))
	_, err = alder.StopPush(t.Context(), alder.actor, run.ID, "again")
	require.ErrorIs(t, err, locations.ErrState)

	line.before = nil
	alder.edit(t, ours, locations.Deactivate("S00001"))
	next, m := alder.begin(t, locations.PushStamp{}, locations.PushOptions{})
	require.NoError(t, alder.Deliver(t.Context(), m), "what the first left staged is in nobody's way")
	require.Equal(t, locations.RunDone, alder.run(t, next.ID).State)
	require.Equal(t, alder.head(t, ours).Root, birch.head(t, theirs).Root)
}

func TestAPushThatIsStoppedTooLateIsDone(t *testing.T) {
	t.Parallel()
	alder, birch, line := changed(t)
	run, m := alder.begin(t, locations.PushStamp{}, locations.PushOptions{})
	line.before = func(name string) {
		if name == "commit" {
			_, err := alder.StopPush(t.Context(), alder.actor, run.ID, "too late")
			require.NoError(t, err)
		}
	}
	require.NoError(t, alder.Deliver(t.Context(), m))
	require.Equal(t, locations.RunDone, alder.run(t, run.ID).State)
	require.Equal(t, alder.head(t, ours).Root, birch.head(t, theirs).Root)
}

// A message without a run, as an acceptance writes it, begins one, or carries on that of the project.
func TestACopyThatNobodyStartedIsARunToo(t *testing.T) {
	t.Parallel()
	alder, birch, line := pair()
	_, err := alder.Load(t.Context(), alder.actor, ours, northwind(), locations.LoadOptions{})
	require.NoError(t, err)
	copied := locations.PushMessage(project, start)
	line.fail = 2
	require.ErrorIs(t, alder.Deliver(t.Context(), copied), errBroken)
	runs, err := alder.Pushes(t.Context(), project, "", 10)
	require.NoError(t, err)
	require.Len(t, runs, 1)
	require.Equal(t, "courier", runs[0].By)
	require.NotEmpty(t, runs[0].LastError)

	require.NoError(t, alder.RequestPush(t.Context(), alder.actor, project), "a request comes after what is under way")
	require.NoError(t, alder.Deliver(t.Context(), copied))
	done := alder.run(t, runs[0].ID)
	require.Equal(t, locations.RunDone, done.State)
	require.Equal(t, len(northwind()), done.Created)
	require.Equal(t, ours, done.Set)
	require.Equal(t, alder.head(t, ours).Root, birch.head(t, theirs).Root)

	require.NoError(t, alder.Deliver(t.Context(), copied), "a second copy")
	runs, err = alder.Pushes(t.Context(), project, "", 10)
	require.NoError(t, err)
	require.Len(t, runs, 2)
	require.Equal(t, locations.RunDone, runs[0].State, "in sync is an end as well")
	require.Zero(t, runs[0].Created+runs[0].Updated+runs[0].Commit.Total)

	err = alder.Deliver(t.Context(), locations.PushMessage("P2", start))
	require.ErrorIs(t, err, locations.ErrNotFound)
	var permanent interface{ Permanent() bool }
	require.ErrorAs(t, err, &permanent)
}

func TestWhatARunKeepsOfAnErrorIsShortAndClean(t *testing.T) {
	t.Parallel()
	alder, birch, line := changed(t)
	run, m := alder.begin(t, locations.PushStamp{}, locations.PushOptions{})
	answering(line, birch, errorText(strings.Repeat("é\x00\xff", 1000)))
	require.Error(t, alder.Deliver(t.Context(), m))
	kept := alder.run(t, run.ID).LastError
	require.LessOrEqual(t, len(kept), 500)
	require.NotContains(t, kept, "\x00")
	require.True(t, strings.HasPrefix(kept, "é\uFFFD\uFFFDé"))
}

type errorText string

func (e errorText) Error() string { return string(e) }
