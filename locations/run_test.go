package locations_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// many is a set that is pushed in three pages.
func many() []locations.Node {
	nodes := []locations.Node{{Key: "/R", Level: 2, Name: "R"}}
	for i := range 2499 {
		nodes = append(nodes, locations.Node{Key: locations.Key(fmt.Sprintf("S%05d", i)), Parent: "/R", Level: 1, Name: fmt.Sprint(i)})
	}
	return nodes
}

// loaded is pair with three pages of nodes at alder and nothing at birch.
func loaded(t *testing.T) (alder, birch *system, line *wire) {
	t.Helper()
	alder, birch, line = pair()
	_, err := alder.Load(t.Context(), alder.actor, ours, many(), locations.LoadOptions{})
	require.NoError(t, err)
	return alder, birch, line
}

// changed is synced with one name that differs.
func changed(t *testing.T) (alder, birch *system, line *wire) {
	t.Helper()
	alder, birch, line = synced(t)
	birch.shares.change(func(s *locations.Share) { s.Locked = false })
	alder.edit(t, ours, locations.Rename("1001", "Pike"))
	return alder, birch, line
}

// begin starts a push and returns its message, as it waits in the queue.
func (s *system) begin(t *testing.T, seen locations.PushStamp, opts locations.PushOptions) (locations.PushRun, locations.Message) {
	t.Helper()
	run, err := s.StartPush(t.Context(), s.actor, project, seen, opts)
	require.NoError(t, err)
	ms, err := s.db.Messages().List(t.Context(), store.MessageQuery{Account: string(s.actor.System)})
	require.NoError(t, err)
	m := ms[len(ms)-1]
	return run, locations.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload, Due: m.NextAt}
}

func (s *system) run(t *testing.T, id locations.RunID) locations.PushRun {
	t.Helper()
	r, err := s.PushRun(t.Context(), id)
	require.NoError(t, err)
	return r
}

// actions lists the history of a set, oldest first.
func (s *system) actions(t *testing.T, set locations.SetID) (out []string) {
	t.Helper()
	records, err := s.History(t.Context(), set, "", 1000)
	require.NoError(t, err)
	for _, r := range records {
		out = append([]string{r.Actor + " " + r.Action}, out...)
	}
	return out
}

func TestAPushCanBeWatchedToItsReceipt(t *testing.T) {
	t.Parallel()
	alder, birch, line := loaded(t)
	run, m := alder.begin(t, locations.PushStamp{Ours: 1}, locations.PushOptions{})
	want := locations.PushRun{
		ID: run.ID, Project: project, Set: ours, By: "ann", State: locations.RunRunning, Seen: locations.PushStamp{Ours: 1}, Created: 2500,
		StartedAt: start.Truncate(1000), Version: 1,
	}
	plan := cmpopts.IgnoreFields(locations.PushRun{}, "Commit")
	require.Empty(t, cmp.Diff(want, run, plan))
	require.Empty(t, cmp.Diff(run, alder.run(t, run.ID)), "it is answered as it is kept")
	require.Equal(t, 2500, run.Commit.Total)
	require.Zero(t, birch.head(t, theirs).Revision, "starting touches nothing over there")

	var staged []int
	line.before = func(name string) {
		if name != "look" {
			staged = append(staged, alder.run(t, run.ID).Staged)
		}
	}
	require.NoError(t, alder.Deliver(t.Context(), m))
	require.Equal(t, []int{0, 1000, 2000, 2500}, staged)
	done := alder.run(t, run.ID)
	want.State, want.Staged, want.Revision, want.EndedAt, want.Version = locations.RunDone, 2500, 1, want.StartedAt, 5
	require.Empty(t, cmp.Diff(want, done, plan))
	require.Equal(t, alder.head(t, ours).Root, birch.head(t, theirs).Root)
	require.Equal(t, []string{"ann load", "ann start_push", "ann push"}, alder.actions(t, ours))

	line.before = nil
	clear(line.calls)
	require.NoError(t, alder.Deliver(t.Context(), m), "a message that comes again")
	require.Empty(t, line.calls)
	require.Equal(t, done, alder.run(t, run.ID))
	_, err := alder.PushRun(t.Context(), "none")
	require.ErrorIs(t, err, locations.ErrNotFound)
}

func TestPushesAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	alder, _, _ := synced(t)
	first, m := alder.begin(t, locations.PushStamp{}, locations.PushOptions{})
	require.NoError(t, alder.Deliver(t.Context(), m))
	second, _ := alder.begin(t, locations.PushStamp{}, locations.PushOptions{})
	ids := func(project locations.ProjectID, before locations.RunID, limit int) (out []locations.RunID) {
		runs, err := alder.Pushes(t.Context(), project, before, limit)
		require.NoError(t, err)
		for _, r := range runs {
			out = append(out, r.ID)
		}
		return out
	}
	all := ids("", "", 100)
	require.Len(t, all, 3, "the copy that synced made is a run as well")
	require.Equal(t, []locations.RunID{second.ID, first.ID}, all[:2])
	require.Equal(t, all, ids(project, "", 100))
	require.Equal(t, all[1:2], ids(project, second.ID, 1))
	require.Empty(t, ids("P2", "", 100))
}

func TestStartingAPushRefusesAtOnce(t *testing.T) {
	t.Parallel()
	now := locations.PushStamp{Ours: 2, Theirs: 1}
	for name, c := range map[string]struct {
		change  func(t *testing.T, alder, birch *system, line *wire)
		actor   locations.Actor
		project locations.ProjectID
		seen    locations.PushStamp
		want    error
	}{
		"our set moved":       {seen: locations.PushStamp{Ours: 1, Theirs: 1}, want: locations.ErrStale},
		"the copy moved":      {seen: locations.PushStamp{Ours: 2, Theirs: 7}, want: locations.ErrStale},
		"an unknown project":  {project: "P2", want: locations.ErrNotFound},
		"somebody from birch": {actor: locations.Actor{Name: "eve", System: birchID}, want: locations.ErrForbidden},
		"the set is theirs": {change: func(_ *testing.T, a, _ *system, _ *wire) {
			a.shares.change(func(s *locations.Share) { s.Owner = false })
		}, want: locations.ErrForbidden},
		"not accepted": {change: func(_ *testing.T, a, _ *system, _ *wire) {
			a.shares.change(func(s *locations.Share) { s.Live = false })
		}, want: locations.ErrState},
		"no set yet":          {change: func(_ *testing.T, a, _ *system, _ *wire) { a.shares.change(func(s *locations.Share) { s.Set = "" }) }, want: locations.ErrState},
		"the partner is away": {change: func(_ *testing.T, _, _ *system, line *wire) { line.fail = 1 }, want: errBroken},
		"edits over there":    {change: func(t *testing.T, _, b *system, _ *wire) { b.edit(t, theirs, locations.Rename("1002", "theirs")) }, want: locations.ErrOverwrites},
		"our set moves at once": {change: func(t *testing.T, a, _ *system, _ *wire) {
			a.store.before = func() {
				a.store.before = nil
				a.edit(t, ours, locations.Rename("1003", "moved on"))
			}
		}, want: locations.ErrStale},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			alder, birch, line := changed(t)
			if c.change != nil {
				c.change(t, alder, birch, line)
			}
			if c.actor == (locations.Actor{}) {
				c.actor = alder.actor
			}
			if c.project == "" {
				c.project = project
			}
			before := birch.all(t, theirs)
			_, err := alder.StartPush(t.Context(), c.actor, c.project, c.seen, locations.PushOptions{})
			require.ErrorIs(t, err, c.want)
			require.Equal(t, before, birch.all(t, theirs))
			runs, err := alder.Pushes(t.Context(), "", "", 10)
			require.NoError(t, err)
			require.Len(t, runs, 1, "no run is left behind")
			ms, err := alder.db.Messages().List(t.Context(), store.MessageQuery{Account: alderID})
			require.NoError(t, err)
			require.Empty(t, ms)
			require.NotContains(t, alder.actions(t, ours), "ann start_push")
		})
	}
	alder, birch, _ := changed(t)
	_, err := birch.StartPush(t.Context(), birch.actor, project, locations.PushStamp{}, locations.PushOptions{})
	require.ErrorIs(t, err, locations.ErrForbidden, "the Secondary pushes nothing")
	run, _ := alder.begin(t, now, locations.PushOptions{})
	_, err = alder.StartPush(t.Context(), alder.actor, project, now, locations.PushOptions{})
	var other *locations.RunningError
	require.ErrorAs(t, err, &other)
	require.Equal(t, run.ID, other.Run)
	require.ErrorIs(t, err, locations.ErrRunning)
	require.True(t, alder.compare(t).Diff.Counts() == locations.Counts{Changed: 1}, "nothing has gone out yet")
}

// refusing is a partner that answers every commit so.
type refusing struct {
	locations.Peer
	err error
}

func (r refusing) Commit(context.Context, locations.PartnerID, locations.Call, locations.PushCommit) (locations.PushReceipt, error) {
	return locations.PushReceipt{}, r.err
}

func answering(line *wire, birch *system, err error) {
	line.to = func(locations.PartnerID) locations.Peer { return refusing{birch.Inbound(), err} }
}

func TestAPushThatCannotSucceedEndsWithItsReason(t *testing.T) {
	t.Parallel()
	seen := locations.PushStamp{Ours: 2, Theirs: 1}
	for refusal, cases := range map[locations.Refusal]map[string]struct {
		seen   locations.PushStamp
		change func(t *testing.T, alder, birch *system, line *wire)
	}{
		locations.RefusalStale: {
			"ours": {seen, func(t *testing.T, a, _ *system, _ *wire) { a.edit(t, ours, locations.Rename("1002", "moved on")) }},
			"theirs": {seen, func(t *testing.T, _, b *system, _ *wire) {
				b.edit(t, theirs, locations.Put(locations.Node{Key: "closed", Level: 1, Inactive: true}))
			}},
		},
		locations.RefusalOverwrites: {
			"before": {change: func(t *testing.T, _, b *system, _ *wire) { b.edit(t, theirs, locations.Rename("1002", "theirs")) }},
			"during": {change: func(t *testing.T, _, b *system, line *wire) {
				line.before = func(name string) {
					if name == "commit" && b.head(t, theirs).Revision == 1 {
						b.edit(t, theirs, locations.Rename("1001", "theirs"))
					}
				}
			}},
		},
		locations.RefusalState: {
			"ours": {change: func(_ *testing.T, a, _ *system, _ *wire) {
				a.shares.change(func(s *locations.Share) { s.Live = false })
			}},
			"theirs": {change: func(_ *testing.T, _, b *system, _ *wire) {
				b.shares.change(func(s *locations.Share) { s.Live = false })
			}},
		},
		locations.RefusalForbidden: {
			"ours": {change: func(_ *testing.T, a, _ *system, _ *wire) {
				a.shares.change(func(s *locations.Share) { s.Owner = false })
			}},
			"theirs": {change: func(_ *testing.T, _, b *system, _ *wire) {
				b.shares.change(func(s *locations.Share) { s.Owner = true })
			}},
		},
		locations.RefusalNotFound: {
			"ours": {change: func(_ *testing.T, a, _ *system, _ *wire) {
				a.shares.change(func(s *locations.Share) { s.Project = "P2" })
			}},
			"theirs": {change: func(_ *testing.T, _, b *system, _ *wire) {
				b.shares.change(func(s *locations.Share) { s.Project = "P2" })
			}},
		},
		locations.RefusalLocked: {
			"theirs": {change: func(_ *testing.T, _, b *system, line *wire) { answering(line, b, &locations.LockedError{Set: theirs}) }},
		},
		locations.RefusalKeyReused: {
			"theirs": {change: func(_ *testing.T, _, b *system, line *wire) { answering(line, b, locations.ErrKeyReused) }},
		},
		locations.RefusalInvalid: {
			"theirs": {change: func(_ *testing.T, _, b *system, line *wire) {
				answering(line, b, locations.Problems{{Key: "1001", Field: "city", Rule: "required_missing:city", Message: "text with \x00 in it"}})
			}},
		},
	} {
		for name, c := range cases {
			t.Run(fmt.Sprint(refusal, " ", name), func(t *testing.T) {
				t.Parallel()
				alder, birch, line := changed(t)
				run, m := alder.begin(t, c.seen, locations.PushOptions{})
				c.change(t, alder, birch, line)
				require.NoError(t, alder.Deliver(t.Context(), m), "there is nothing to try again")
				end := alder.run(t, run.ID)
				require.Equal(t, locations.RunRefused, end.State)
				require.Equal(t, refusal, end.Refusal)
				require.Contains(t, end.Reason, refusal.Help()+" (")
				require.NotContains(t, end.Reason, "\x00")
				require.Empty(t, end.LastError)
				require.False(t, end.EndedAt.IsZero())
				require.NotEqual(t, alder.head(t, ours).Root, birch.head(t, theirs).Root)
				require.Equal(t, "ann refuse_push", alder.actions(t, ours)[len(alder.actions(t, ours))-1])
				clear(line.calls)
				require.NoError(t, alder.Deliver(t.Context(), m))
				require.Empty(t, line.calls)
				require.Equal(t, end, alder.run(t, run.ID))

				for _, s := range []*system{alder, birch} { // its twin, once the cause is gone
					s.shares.change(func(sh *locations.Share) { sh.Live, sh.Owner, sh.Project = true, s == alder, project })
				}
				line.to = func(locations.PartnerID) locations.Peer { return birch.Inbound() }
				again, m := alder.begin(t, locations.PushStamp{}, locations.PushOptions{Overwrite: true})
				require.NoError(t, alder.Deliver(t.Context(), m))
				require.Equal(t, locations.RunDone, alder.run(t, again.ID).State)
				require.True(t, alder.compare(t).Diff.Empty())
			})
		}
	}
	require.Empty(t, locations.Refusal("none").Help())
}
