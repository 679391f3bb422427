package locations_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

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
	err = alder.Deliver(t.Context(), locations.PushMessage(project, start))
	require.ErrorIs(t, err, locations.ErrOverwrites)
	var permanent interface{ Permanent() bool }
	require.True(t, errors.As(err, &permanent) && permanent.Permanent(), "the courier puts it aside")
	require.ErrorIs(t, alder.Deliver(t.Context(), locations.Message{Kind: "other"}), locations.ErrInvalid)
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

func TestEditKeepsEveryPrintRight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		alder, _, _ := pair()
		_, err := alder.Load(t.Context(), alder.actor, ours, northwind(), locations.LoadOptions{})
		if err != nil {
			rt.Fatal(err)
		}
		keys := []locations.Key{"1001", "1003", "2001", "3001", "new", "/West", "/West/Portland", "/Midwest/Chicago", "/Midwest"}
		for range rapid.IntRange(1, 6).Draw(rt, "edits") {
			var edits []locations.Edit
			for range rapid.IntRange(1, 3).Draw(rt, "at once") {
				k := rapid.SampledFrom(keys).Draw(rt, "key")
				switch rapid.IntRange(0, 3).Draw(rt, "kind") {
				case 0:
					edits = append(edits, locations.Rename(k, rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "name")))
				case 1:
					edits = append(edits, locations.Move(k, rapid.SampledFrom(append(keys, "")).Draw(rt, "parent")))
				case 2:
					edits = append(edits, locations.Deactivate(k))
				case 3:
					edits = append(edits, locations.Put(locations.Node{
						Key: k, Level: locations.Level(rapid.IntRange(1, 4).Draw(rt, "level")), Parent: rapid.SampledFrom(append(keys, "")).Draw(rt, "parent"),
					}))
				}
			}
			before, _ := alder.Head(t.Context(), ours)
			head, err := alder.Edit(t.Context(), alder.actor, ours, before.Revision, edits...)
			if err != nil {
				head = before
			}
			tree, buildErr := locations.Build(bare(alder.all(t, ours)), locations.Rules{})
			if buildErr != nil {
				rt.Fatalf("an edit made a tree that is none: %v", buildErr)
			}
			if tree.Root() != head.Root || tree.Len() != head.Nodes {
				rt.Fatalf("after %v: head %+v, the nodes make root %s of %d", edits, head, tree.Root(), tree.Len())
			}
			if diff := cmp.Diff(tree.Rows(), alder.all(t, ours)); diff != "" {
				rt.Fatalf("rows (-rebuilt +stored):\n%s", diff)
			}
		}
	})
}

func TestEditIsRecordedFieldByFieldAndRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	alder, _, _ := pair()
	_, err := alder.Load(t.Context(), alder.actor, ours, northwind(), locations.LoadOptions{})
	require.NoError(t, err)
	head := alder.edit(t, ours, locations.Rename("3001", "Saint Paul"), locations.Deactivate("2002"))
	records, err := alder.History(t.Context(), ours, "", 10)
	require.NoError(t, err)
	require.Len(t, records, 2)
	want := []locations.FieldChange{
		{Key: "3001", Field: "name", Before: "St. Paul Main", After: "Saint Paul"},
		{Key: "2002", Field: "inactive", Before: "false", After: "true"},
	}
	require.Equal(t, "edit", records[0].Action)
	require.Equal(t, "ann", records[0].Actor)
	require.Equal(t, start.Truncate(time.Microsecond), records[0].At)
	if diff := cmp.Diff(want, records[0].Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	for name, refused := range map[string]struct {
		revision int64
		edit     locations.Edit
		want     error
	}{
		"an old revision":   {head.Revision - 1, locations.Rename("1001", "x"), locations.ErrConflict},
		"an unknown node":   {head.Revision, locations.Rename("4711", "x"), locations.ErrNotFound},
		"an unknown parent": {head.Revision, locations.Move("1001", "4711"), locations.ErrInvalid},
		"a store under one": {head.Revision, locations.Move("1001", "1002"), locations.ErrInvalid},
		"a circle":          {head.Revision, locations.Move("/West", "/West/Portland"), locations.ErrInvalid},
		"itself":            {head.Revision, locations.Move("/West", "/West"), locations.ErrInvalid},
		"text that is none": {head.Revision, locations.Rename("1001", "\xff"), locations.ErrInvalid},
		"an empty key":      {head.Revision, locations.Put(locations.Node{Level: 1}), locations.ErrInvalid},
		"a level too low":   {head.Revision, locations.Put(locations.Node{Key: "/West", Level: 2}), locations.ErrInvalid},
	} {
		before := alder.all(t, ours)
		_, err := alder.Edit(t.Context(), alder.actor, ours, refused.revision, locations.Rename("1002", "goes too"), refused.edit)
		require.ErrorIs(t, err, refused.want, name)
		require.Equal(t, before, alder.all(t, ours), name)
		require.Equal(t, head, alder.head(t, ours), name)
	}
	same, err := alder.Edit(t.Context(), alder.actor, ours, head.Revision, locations.Rename("3001", "Saint Paul"))
	require.NoError(t, err)
	require.Equal(t, head, same, "what changes nothing writes nothing")
}

func TestLoadCreatesUpdatesAndKeepsWhatItDoesNotName(t *testing.T) {
	t.Parallel()
	alder, birch, _ := pair()
	table := func(rows string) *strings.Reader { return strings.NewReader("ID,Name,Region\n" + rows) }
	layout := locations.Layout{ID: "ID", Fields: map[locations.Fields]string{locations.FieldName: "Name"}, Levels: []locations.LevelColumn{{Name: "Region"}}}
	res, err := alder.LoadTable(t.Context(), alder.actor, ours, table("1,Pike,West\n2,Loop,East\n2,Again,East\n"), layout, locations.LoadOptions{})
	require.NoError(t, err)
	require.Equal(t, 4, res.Created)
	require.Len(t, res.Refused, 1)
	require.Equal(t, 4, res.Refused[0].Line)

	second := "1,Pike Place,West\n3,Oak,West\n"
	preview, err := alder.LoadTable(t.Context(), alder.actor, ours, table(second), layout, locations.LoadOptions{Preview: true})
	require.NoError(t, err)
	require.EqualValues(t, 1, alder.head(t, ours).Revision)
	res, err = alder.LoadTable(t.Context(), alder.actor, ours, table(second), layout, locations.LoadOptions{})
	require.NoError(t, err)
	require.Equal(t, preview, res)
	require.Equal(t, [4]int{1, 1, 0, 1}, [4]int{res.Created, res.Updated, res.Deactivated, res.Unchanged})
	require.Equal(t, res.Head, alder.head(t, ours))
	two, err := alder.Node(t.Context(), ours, "2")
	require.NoError(t, err)
	require.False(t, two.Inactive, "absent nodes stay")

	res, err = alder.LoadTable(t.Context(), alder.actor, ours, table(second), layout, locations.LoadOptions{Deactivate: true})
	require.NoError(t, err)
	require.Equal(t, 2, res.Deactivated, "store 2 and its region")
	tree, err := locations.Build(bare(alder.all(t, ours)), locations.Rules{})
	require.NoError(t, err)
	if diff := cmp.Diff(tree.Rows(), alder.all(t, ours)); diff != "" {
		t.Errorf("rows (-rebuilt +stored):\n%s", diff)
	}
	records, err := alder.History(t.Context(), ours, "", 10)
	require.NoError(t, err)
	require.Len(t, records, 3)
	require.Contains(t, records[2].Note, "table sha256:")
	require.Contains(t, records[2].Note, "3 rows, 1 refused; 4 created, 0 updated")

	_, err = alder.Load(t.Context(), alder.actor, ours, []locations.Node{{Key: "1", Level: 1}, {Key: "1", Level: 1}}, locations.LoadOptions{})
	require.ErrorIs(t, err, locations.ErrInvalid)
	_, err = birch.Load(t.Context(), birch.actor, theirs, northwind(), locations.LoadOptions{})
	require.ErrorIs(t, err, locations.ErrLocked)
	_, err = alder.Load(t.Context(), birch.actor, ours, northwind(), locations.LoadOptions{})
	require.ErrorIs(t, err, locations.ErrForbidden)
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
