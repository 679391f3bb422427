package locations_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
)

func TestEqualTreesCostOneExchange(t *testing.T) {
	t.Parallel()
	alder, _, line := synced(t)
	require.True(t, alder.compare(t).Diff.Empty())
	require.Equal(t, map[string]int{"look": 1}, line.calls)
}

func TestPlanIsStaleWhenEitherSideMoved(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]func(t *testing.T, alder, birch *system){
		"ours":   func(t *testing.T, alder, _ *system) { alder.edit(t, ours, locations.Rename("1002", "moved on")) },
		"theirs": func(t *testing.T, _, birch *system) { birch.edit(t, theirs, locations.Rename("1002", "moved on")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			alder, birch, _ := synced(t)
			birch.shares.change(func(s *locations.Share) { s.Locked = false })
			alder.edit(t, ours, locations.Rename("1001", "Pike"))
			plan := locations.PlanPush(alder.compare(t))
			move(t, alder, birch)
			before := birch.all(t, theirs)
			_, err := alder.Push(t.Context(), alder.actor, plan, locations.PushOptions{Overwrite: true})
			require.ErrorIs(t, err, locations.ErrStale)
			require.Equal(t, before, birch.all(t, theirs))
			_, err = alder.Push(t.Context(), alder.actor, locations.PlanPush(alder.compare(t)), locations.PushOptions{Overwrite: true})
			require.NoError(t, err, "a fresh plan goes through")
			require.True(t, alder.compare(t).Diff.Empty())
		})
	}
}

func TestOlderPushNeverFollowsANewer(t *testing.T) {
	t.Parallel()
	alder, birch, line := synced(t)
	alder.edit(t, ours, locations.Rename("1001", "Pike"))
	old := locations.PlanPush(alder.compare(t))
	require.NoError(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)))
	now := birch.head(t, theirs)
	commit := locations.PushCommit{Project: project, Push: "old", Source: old.Ours.Revision - 1, Expect: now.Revision, Root: now.Root}
	_, err := line.Commit(t.Context(), "", locations.Call{Key: "old"}, commit)
	require.ErrorIs(t, err, locations.ErrStale)
	require.Equal(t, now, birch.head(t, theirs))
}

func TestPushNeedsAnAcceptedProject(t *testing.T) {
	t.Parallel()
	alder, birch, _ := synced(t)
	alder.edit(t, ours, locations.Rename("1001", "Pike"))
	plan := locations.PlanPush(alder.compare(t))
	for _, side := range []*system{alder, birch} {
		side.shares.change(func(s *locations.Share) { s.Live, s.State = false, "inactive" })
		_, err := alder.Push(t.Context(), alder.actor, plan, locations.PushOptions{})
		require.ErrorIs(t, err, locations.ErrState)
		require.ErrorContains(t, err, "inactive")
		side.shares.change(func(s *locations.Share) { s.Live = true })
	}
	_, err := alder.Push(t.Context(), alder.actor, plan, locations.PushOptions{})
	require.NoError(t, err)
}

func TestOnlyTheOwnersPartnerReachesTheCopy(t *testing.T) {
	t.Parallel()
	alder, birch, _ := synced(t)
	in := birch.Inbound()
	for name, err := range map[string]error{
		"stranger looks":         second(in.Look(t.Context(), "cedar", project, nil)),
		"stranger reads":         second(in.Nodes(t.Context(), "cedar", project, nil)),
		"stranger stages":        in.Stage(t.Context(), "cedar", locations.Call{Key: "k"}, locations.PushPage{Project: project, Push: "p"}),
		"stranger commits":       second(in.Commit(t.Context(), "cedar", locations.Call{Key: "k"}, locations.PushCommit{Project: project, Push: "p"})),
		"alder, unknown project": second(in.Look(t.Context(), alderID, "P2", nil)),
	} {
		require.ErrorIs(t, err, locations.ErrNotFound, name)
	}
	out := alder.Inbound()
	require.ErrorIs(t, second(out.Look(t.Context(), birchID, project, nil)), locations.ErrForbidden)
	require.ErrorIs(t, second(out.Commit(t.Context(), birchID, locations.Call{Key: "k"}, locations.PushCommit{Project: project})), locations.ErrForbidden)
	_, err := birch.Compare(t.Context(), birch.actor, project)
	require.ErrorIs(t, err, locations.ErrUnsupported, "birch has no peer")
	_, err = in.Look(t.Context(), alderID, project, []locations.Key{""})
	require.NoError(t, err)
}

func second[T any](_ T, err error) error { return err }

func TestLyingPushLeavesTheCopyUnchanged(t *testing.T) {
	t.Parallel()
	good := locations.Node{Key: "7001", Parent: "/West/Portland", Level: 1, Name: "new"}
	for name, lie := range map[string]func(*locations.PushPage, *locations.PushCommit){
		"a wrong root":          func(_ *locations.PushPage, c *locations.PushCommit) { c.Root[0]++ },
		"a wrong total":         func(_ *locations.PushPage, c *locations.PushCommit) { c.Total++ },
		"an unknown parent":     func(p *locations.PushPage, _ *locations.PushCommit) { p.Nodes[0].Parent = "nowhere" },
		"a level not below":     func(p *locations.PushPage, _ *locations.PushCommit) { p.Nodes[0].Level = 2 },
		"a node that is none":   func(p *locations.PushPage, _ *locations.PushCommit) { p.Nodes[0].Level = 0 },
		"text that is none":     func(p *locations.PushPage, _ *locations.PushCommit) { p.Nodes[0].Name = "\x00" },
		"a key twice in a page": func(p *locations.PushPage, _ *locations.PushCommit) { p.Nodes = append(p.Nodes, p.Nodes...) },
		"too large a page":      func(p *locations.PushPage, _ *locations.PushCommit) { p.Nodes = make([]locations.Node, 1001) },
		"another revision":      func(_ *locations.PushPage, c *locations.PushCommit) { c.Expect++ },
		"an endless name": func(p *locations.PushPage, _ *locations.PushCommit) {
			p.Push = locations.PushID(strings.Repeat("x", 300))
		},
		"nothing, this is true": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			alder, birch, line := synced(t)
			head := alder.edit(t, ours, locations.Put(good))
			before := birch.head(t, theirs)
			page := locations.PushPage{Project: project, Push: "p", Nodes: []locations.Node{good}}
			commit := locations.PushCommit{Project: project, Push: "p", Total: 1, Source: head.Revision, Expect: before.Revision, Root: head.Root}
			if lie != nil {
				lie(&page, &commit)
			}
			err := line.Stage(t.Context(), "", locations.Call{Key: "1"}, page)
			if err == nil {
				_, err = line.Commit(t.Context(), "", locations.Call{Key: "2"}, commit)
			}
			if lie == nil {
				require.NoError(t, err)
				require.Equal(t, head.Root, birch.head(t, theirs).Root)
				return
			}
			require.Error(t, err)
			require.True(t, errors.Is(err, locations.ErrInvalid) || errors.Is(err, locations.ErrStale), "%v", err)
			require.Equal(t, before, birch.head(t, theirs))
			_, err = birch.Node(t.Context(), theirs, "7001")
			require.ErrorIs(t, err, locations.ErrNotFound)
		})
	}
}

func TestRepeatedCommitGetsTheFirstReceipt(t *testing.T) {
	t.Parallel()
	alder, birch, line := synced(t)
	head := alder.edit(t, ours, locations.Rename("1001", "Pike"))
	node, err := alder.Node(t.Context(), ours, "1001")
	require.NoError(t, err)
	in := birch.Inbound()
	require.NoError(t, line.Stage(t.Context(), "", locations.Call{Key: "1"}, locations.PushPage{Project: project, Push: "p", Nodes: []locations.Node{node.Node}}))
	commit := locations.PushCommit{Project: project, Push: "p", Total: 1, Source: head.Revision, Expect: birch.head(t, theirs).Revision, Root: head.Root}
	call := locations.Call{Key: "2", Digest: "d", Nonce: "n1", Expires: start.Add(time.Hour)}
	first, err := in.Commit(t.Context(), alderID, call, commit)
	require.NoError(t, err)
	after := birch.head(t, theirs)

	_, err = in.Commit(t.Context(), alderID, call, commit)
	require.ErrorIs(t, err, locations.ErrReplayed, "the same nonce")
	call.Nonce = "n2"
	again, err := in.Commit(t.Context(), alderID, call, commit)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, after, birch.head(t, theirs))
	call.Nonce, call.Digest = "n3", "other payload"
	_, err = in.Commit(t.Context(), alderID, call, commit)
	require.ErrorIs(t, err, locations.ErrKeyReused)
	_, err = in.Commit(t.Context(), alderID, locations.Call{}, commit)
	require.ErrorIs(t, err, locations.ErrInvalid)
}

func TestRefusalUsesUpTheNonce(t *testing.T) {
	t.Parallel()
	_, birch, _ := synced(t)
	birch.shares.change(func(s *locations.Share) { s.Live = false })
	call := locations.Call{Key: "k", Nonce: "n", Expires: start.Add(time.Hour)}
	page := locations.PushPage{Project: project, Push: "p"}
	require.ErrorIs(t, birch.Inbound().Stage(t.Context(), alderID, call, page), locations.ErrState)
	birch.shares.change(func(s *locations.Share) { s.Live = true })
	require.ErrorIs(t, birch.Inbound().Stage(t.Context(), alderID, call, page), locations.ErrReplayed)
	call.Nonce = "fresh"
	require.NoError(t, birch.Inbound().Stage(t.Context(), alderID, call, page))
}

func TestFirstCopyOverwritesAndALaterOneLeavesEditsToAPerson(t *testing.T) {
	t.Parallel()
	alder, birch, _ := pair()
	birch.shares.change(func(s *locations.Share) { s.Locked = false })
	_, err := alder.Load(t.Context(), alder.actor, ours, northwind(), locations.LoadOptions{})
	require.NoError(t, err)
	birch.edit(t, theirs, locations.Put(locations.Node{Key: "1001", Level: 1, Name: "typed before"}))
	require.NoError(t, alder.RequestPush(t.Context(), alder.actor, project))
	require.NoError(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)))
	require.True(t, alder.compare(t).Diff.Empty())
	require.Equal(t, alder.head(t, ours).Revision, birch.head(t, theirs).Source)

	birch.edit(t, theirs, locations.Rename("1001", "typed later"))
	before := birch.head(t, theirs)
	require.NoError(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)), "there is nothing to try again")
	require.Equal(t, before, birch.head(t, theirs))
	runs, err := alder.Pushes(t.Context(), project, "", 10)
	require.NoError(t, err)
	require.Equal(t, []locations.RunState{locations.RunRefused, locations.RunDone}, []locations.RunState{runs[0].State, runs[1].State})
	require.Equal(t, locations.RefusalOverwrites, runs[0].Refusal)

	err = alder.Deliver(t.Context(), locations.Message{Kind: "other"})
	require.ErrorIs(t, err, locations.ErrInvalid)
	var permanent interface{ Permanent() bool }
	require.True(t, errors.As(err, &permanent) && permanent.Permanent(), "the courier puts it aside")
}

func TestPushSurvivesAFailureAtEveryStep(t *testing.T) {
	t.Parallel()
	wants := func(t *testing.T, break_ func(alder, birch *system, line *wire)) (failed bool) {
		alder, birch, line := synced(t)
		alder.edit(t, ours, locations.Rename("1001", "Pike"), locations.Move("3001", "/Midwest/Chicago"), locations.Deactivate("2002"))
		revision := birch.head(t, theirs).Revision
		break_(alder, birch, line)
		err := alder.Deliver(t.Context(), locations.PushMessage(project, start))
		alder.store.fail, birch.store.fail, line.fail = 0, 0, 0
		if root := birch.head(t, theirs).Root; birch.head(t, theirs).Revision == revision {
			require.NotEqual(t, alder.head(t, ours).Root, root)
		} else {
			require.Equal(t, alder.head(t, ours).Root, root, "never half a tree")
		}
		require.NoError(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)))
		require.True(t, alder.compare(t).Diff.Empty())
		require.Equal(t, revision+1, birch.head(t, theirs).Revision, "switched over once")
		built, buildErr := locations.Build(bare(birch.all(t, theirs)), locations.Rules{})
		require.NoError(t, buildErr)
		require.Equal(t, built.Root(), birch.head(t, theirs).Root)
		return err != nil
	}
	for _, after := range []bool{false, true} {
		for k := 1; ; k++ {
			if !wants(t, func(_, _ *system, line *wire) { line.fail, line.after = k, after }) {
				require.Greater(t, k, 4, "look, nodes, stage and commit were each broken")
				break
			}
		}
		for k := 1; ; k++ {
			if !wants(t, func(_, birch *system, _ *wire) { birch.store.fail, birch.store.after = k, after }) {
				require.Greater(t, k, 4, "staging, reading, preparing and switching were each broken")
				break
			}
		}
	}
}

func bare(rows []locations.Stored) []locations.Node {
	var out []locations.Node
	for _, r := range rows {
		out = append(out, r.Node)
	}
	return out
}

func TestMissingRoleIsNotSupported(t *testing.T) {
	t.Parallel()
	s := locations.NewService(emptyStore{}, locations.Config{})
	_, err := s.Head(t.Context(), ours)
	require.ErrorIs(t, err, locations.ErrUnsupported)
	_, err = s.Edit(t.Context(), locations.Actor{}, ours, 0)
	require.ErrorIs(t, err, locations.ErrUnsupported)
	_, err = s.Compare(t.Context(), locations.Actor{}, project)
	require.ErrorIs(t, err, locations.ErrUnsupported)
}

type emptyStore struct{}

func (emptyStore) View(ctx context.Context, fn func(context.Context, locations.View) error) error {
	return fn(ctx, locations.View{})
}

func (emptyStore) Update(ctx context.Context, fn func(context.Context, locations.Tx) error) error {
	return fn(ctx, locations.Tx{})
}

// Many nodes: paging, several staged pages, and the walk through a wide tree.
func TestManyNodesArePushedInPages(t *testing.T) {
	t.Parallel()
	alder, birch, line := pair()
	nodes := []locations.Node{{Key: "/R", Level: 2, Name: "R"}}
	for i := range 3500 {
		nodes = append(nodes, locations.Node{Key: locations.Key(fmt.Sprintf("S%05d", i)), Parent: "/R", Level: 1, Name: fmt.Sprint(i)})
	}
	_, err := alder.Load(t.Context(), alder.actor, ours, nodes, locations.LoadOptions{})
	require.NoError(t, err)
	require.NoError(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)))
	require.Equal(t, map[string]int{"look": 1, "stage": 4, "commit": 1}, line.calls)
	require.Len(t, birch.all(t, theirs), len(nodes))
	clear(line.calls)
	alder.edit(t, ours, locations.Rename("S00007", "seven"))
	require.NoError(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)))
	require.Equal(t, map[string]int{"look": 2, "nodes": 1, "stage": 1, "commit": 1}, line.calls)
	require.Equal(t, alder.head(t, ours).Root, birch.head(t, theirs).Root)
}

func TestDeliveryBeginsAgainWhenTheCopyMovesUnderIt(t *testing.T) {
	t.Parallel()
	alder, birch, line := synced(t)
	alder.edit(t, ours, locations.Rename("1001", "Pike"))
	birch.shares.change(func(s *locations.Share) { s.Locked = false })
	moves := 1
	line.before = func(name string) {
		if name == "commit" && moves > 0 {
			moves--
			birch.edit(t, theirs, locations.Put(locations.Node{Key: "closed", Level: 1, Inactive: true, Name: fmt.Sprint(moves)}))
		}
	}
	require.NoError(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)))
	require.Equal(t, 2, line.calls["commit"])
	require.True(t, alder.compare(t).Diff.Empty())

	alder.edit(t, ours, locations.Rename("1001", "Pike Place"))
	moves = 100
	require.ErrorIs(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)), locations.ErrStale)
}

// Either end alone keeps hand edits from being overwritten, and a push that is over leaves nothing staged.
func TestBothEndsGuardHandEditsAndClearTheStage(t *testing.T) {
	t.Parallel()
	alder, birch, line := synced(t)
	birch.shares.change(func(s *locations.Share) { s.Locked = false })
	_, err := birch.Load(t.Context(), birch.actor, theirs, []locations.Node{{Key: "1001", Level: 1, Name: "loaded at birch"}}, locations.LoadOptions{})
	require.NoError(t, err)
	plan := locations.PlanPush(alder.compare(t))
	require.Len(t, plan.Overwrites, 1, "what a load changes in a copy is marked as well")
	_, err = alder.Push(t.Context(), alder.actor, plan, locations.PushOptions{})
	require.ErrorIs(t, err, locations.ErrOverwrites)
	require.Zero(t, line.calls["stage"], "the sender does not even begin")

	staged := func() (rows []locations.Stored) {
		id := locations.PushID(locations.PathKey("in", alderID, string(project)))
		require.NoError(t, birch.store.Update(t.Context(), func(ctx context.Context, tx locations.Tx) (err error) {
			rows, err = tx.Trees.Staged(ctx, id, "", 10)
			return err
		}))
		return rows
	}
	before := birch.head(t, theirs)
	commit := locations.PushCommit{
		Project: project, Push: "p", Total: 1, Source: plan.Ours.Revision, Expect: before.Revision, Root: plan.Ours.Root,
	}
	page := locations.PushPage{Project: project, Push: "p", Nodes: plan.Put}
	require.NoError(t, line.Stage(t.Context(), "", locations.Call{Key: "1"}, page))
	require.Len(t, staged(), 1)
	_, err = line.Commit(t.Context(), "", locations.Call{Key: "2"}, commit)
	var lost *locations.OverwritesError
	require.ErrorAs(t, err, &lost)
	require.Equal(t, locations.Key("1001"), lost.Changes[0].Key)
	require.Equal(t, before, birch.head(t, theirs))
	require.Empty(t, staged(), "a refused push is dropped")

	commit.Overwrite = true
	require.NoError(t, line.Stage(t.Context(), "", locations.Call{Key: "1"}, page))
	_, err = line.Commit(t.Context(), "", locations.Call{Key: "2"}, commit)
	require.NoError(t, err, "a refusal is no stored reply")
	require.Empty(t, staged(), "a push that is done is dropped")
	require.True(t, alder.compare(t).Diff.Empty())
}

func TestLockThatComesDuringALoadStopsIt(t *testing.T) {
	t.Parallel()
	_, birch, _ := synced(t)
	birch.shares.change(func(s *locations.Share) { s.Locked = false })
	before := birch.head(t, theirs)
	birch.store.before = func() { birch.shares.change(func(s *locations.Share) { s.Locked = true }) }
	_, err := birch.Load(t.Context(), birch.actor, theirs, []locations.Node{{Key: "L", Level: 1}}, locations.LoadOptions{})
	require.ErrorIs(t, err, locations.ErrLocked)
	require.Equal(t, before, birch.head(t, theirs))
}

// A push that was begun and never committed stands in nobody's way for long, and leaves nothing behind.
func TestAnAbandonedPushMakesWayForTheNext(t *testing.T) {
	t.Parallel()
	alder, birch, line := synced(t)
	abandoned := locations.PushPage{Project: project, Push: "abandoned", Nodes: []locations.Node{{Key: "9999", Level: 1, Name: "Never Opened"}}}
	require.NoError(t, line.Stage(t.Context(), "", locations.Call{Key: "1"}, abandoned))
	alder.edit(t, ours, locations.Rename("1001", "Pike Place Market"))
	require.NoError(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)))
	require.True(t, alder.compare(t).Diff.Empty())
	_, err := birch.Node(t.Context(), theirs, "9999")
	require.ErrorIs(t, err, locations.ErrNotFound)
}

func TestAPlanAndItsReceiptCountAlike(t *testing.T) {
	t.Parallel()
	alder, birch, _ := synced(t)
	alder.edit(t, ours, locations.Put(locations.Node{Key: "zz1", Level: 2, Name: "District"}), locations.Put(locations.Node{Key: "zz2", Parent: "zz1", Level: 1, Name: "Store"}))
	require.NoError(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)))
	alder.edit(t, ours, locations.Deactivate("zz1"), locations.Rename("1001", "Pike"))
	plan := locations.PlanPush(alder.compare(t))
	require.Equal(t, [3]int{0, 1, 1}, [3]int{plan.Created, plan.Updated, plan.Deactivated})
	receipt, err := alder.Push(t.Context(), alder.actor, plan, locations.PushOptions{})
	require.NoError(t, err)
	require.Equal(t, [3]int{0, 1, 1}, [3]int{receipt.Created, receipt.Updated, receipt.Deactivated})
	row, err := birch.Node(t.Context(), theirs, "zz1")
	require.NoError(t, err)
	require.True(t, row.Inactive)
}

func TestANodeHasOnlySoMuchText(t *testing.T) {
	t.Parallel()
	n := locations.Node{Key: "k", Level: 1, Name: strings.Repeat("n", locations.MaxNodeText-1)}
	require.Empty(t, locations.Rules{}.Check(n))
	n.Place.City = "x"
	ps := locations.Rules{}.Check(n)
	require.Len(t, ps, 1)
	require.Equal(t, locations.RuleTextTooLong, ps[0].Rule)
}
