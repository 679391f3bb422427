package storetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

func treeCases() []Case {
	return []Case{
		newCase("trees/head", "a set that nobody has written has revision 0; a switch sets the head whole", treeHead),
		newCase("trees/stage", "what is staged is seen by nobody until it is switched over, and gone afterwards", treeStage),
		newCase("trees/expect", "a switch from another revision is a conflict that changes nothing", treeExpect),
		newCase("trees/at once", "of switches from one revision at once, one goes through", treeRace),
		newCase("trees/entries", "entries are the nodes without their details, ordered by key", treeEntries),
		newCase("trees/children", "children are ordered by parent, then key, and follow a node that moves", treeChildren),
		newCase("trees/drop", "what is dropped is not switched over; dropping nothing is no error", treeDrop),
		newCase("trees/sets", "sets and pushes do not mix, nor do those of two accounts", treeSets),
		newCase("trees/many", "more nodes than a statement takes are staged, switched and found", treeMany),
	}
}

func head(revision int64) locations.Head {
	h := filled[locations.Head](100 * int(revision))
	h.Set, h.Revision = aSet, revision
	return h
}

func switchTo(push locations.PushID, revision, expect int64) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		return tx.Locations.Trees.Switch(ctx, push, head(revision), expect)
	}
}

func stage(push locations.PushID, nodes ...locations.Stored) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error { return tx.Locations.Trees.Stage(ctx, push, nodes) }
}

// tree expects a head and the keys of a set.
func (p *probe) tree(when, account string, set locations.SetID, h locations.Head, keys ...string) {
	p.read(when, account, func(ctx context.Context, v store.View) error {
		got, err := v.Locations.Trees.Head(ctx, set)
		p.ok(when+": head", err)
		p.equal(when+": head", got, h)
		list, err := nodeIDs(v.Locations.Trees.List(ctx, set, "", 100))
		p.equal(when+": nodes", list, keys)
		return err
	})
}

func (p *probe) staged(when, account string, push locations.PushID, keys ...string) {
	p.write(when, account, func(ctx context.Context, tx store.Tx) error {
		list, err := nodeIDs(tx.Locations.Trees.Staged(ctx, push, "", 100))
		p.equal(when+": staged", list, keys)
		return err
	})
}

func treeHead(p *probe) {
	p.tree("never written", alder, aSet, locations.Head{Set: aSet})
	p.write("switch with nothing staged", alder, switchTo(aPush, 3, 0))
	p.tree("written", alder, aSet, head(3))
	p.write("switch again", alder, switchTo(aPush, 7, 3))
	p.tree("written again", alder, aSet, head(7))
	p.tree("of another account", birch, aSet, locations.Head{Set: aSet})
	p.tree("another set", alder, "other", locations.Head{Set: "other"})
	stop := errors.New("stop")
	p.refused("switch that is rolled back", alder, stop, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(switchTo(aPush, 8, 7)(ctx, tx), stop)
	})
	p.tree("after a rollback", alder, aSet, head(7))
}

func treeStage(p *probe) {
	p.write("stage a page", alder, stage(aPush, node("a", ""), node("b", "a")))
	p.write("stage another, with a key of the first", alder, stage(aPush, node("c", "a"), node("b", "c")))
	p.tree("while staged", alder, aSet, locations.Head{Set: aSet})
	p.staged("while staged", alder, aPush, "a", "b", "c")
	p.write("switch", alder, switchTo(aPush, 1, 0))
	p.tree("switched", alder, aSet, head(1), "a", "b", "c")
	p.staged("switched", alder, aPush)
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		got, err := v.Locations.Trees.Nodes(ctx, aSet, []locations.Key{"b"})
		p.equal("the key that was staged twice", got, []locations.Stored{node("b", "c")})
		return err
	})
	p.write("stage and switch a second push", alder, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(stage("second", node("b", "a"), node("d", ""))(ctx, tx), switchTo("second", 2, 1)(ctx, tx))
	})
	p.tree("after the second push: what it did not name stays", alder, aSet, head(2), "a", "b", "c", "d")
}

func treeExpect(p *probe) {
	p.write("stage", alder, stage(aPush, node("a", "")))
	p.refused("switch of a new set, expecting revision 1", alder, locations.ErrConflict, switchTo(aPush, 2, 1))
	p.tree("after a refused switch", alder, aSet, locations.Head{Set: aSet})
	p.staged("after a refused switch", alder, aPush, "a")
	p.write("switch", alder, switchTo(aPush, 1, 0))
	p.write("stage", alder, stage(aPush, node("b", "")))
	for _, expect := range []int64{0, 2} {
		p.write("switch expecting another revision, the error swallowed", alder, func(ctx context.Context, tx store.Tx) error {
			p.is("switch", switchTo(aPush, 9, expect)(ctx, tx), locations.ErrConflict)
			return nil
		})
		p.tree("after a refused switch", alder, aSet, head(1), "a")
		p.staged("after a refused switch", alder, aPush, "b")
	}
}

func treeRace(p *probe) {
	const racers = 4
	results := make(chan error, racers)
	for i := range racers {
		go func() {
			results <- p.db.For(alder).Update(p.ctx, func(ctx context.Context, tx store.Tx) error {
				push := locations.PushID(fmt.Sprint("push", i))
				return errors.Join(stage(push, node(fmt.Sprint(i), ""))(ctx, tx), switchTo(push, 1, 0)(ctx, tx))
			})
		}()
	}
	won := 0
	for range racers {
		if err := <-results; err == nil {
			won++
		} else {
			p.is("a loser", err, locations.ErrConflict)
		}
	}
	p.equal("winners", won, 1)
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		list, err := v.Locations.Trees.List(ctx, aSet, "", 100)
		p.equal("nodes", len(list), 1)
		return err
	})
}

func treeEntries(p *probe) {
	a, b := filled[locations.Stored](seedA), filled[locations.Stored](seedB)
	a.Key, b.Key, b.Edited, b.Inactive = "a", "B", false, false
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error { return putNodes(ctx, tx, aSet, a, b) })
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		got, err := v.Locations.Trees.Entries(ctx, aSet, []locations.Key{"a", "none", "B", "a"})
		p.ok("Entries", err)
		p.equal("Entries", got, []locations.Entry{b.Entry(), a.Entry()})
		got, err = v.Locations.Trees.Entries(ctx, aSet, nil)
		p.ok("Entries of none", err)
		p.equal("Entries of none", got, []locations.Entry(nil))
		got, err = v.Locations.Trees.Children(ctx, aSet, []locations.Key{a.Parent})
		p.ok("Children", err)
		p.equal("Children", got, []locations.Entry{a.Entry()})
		nodes, err := v.Locations.Trees.Nodes(ctx, aSet, []locations.Key{"a", "none", "B", "a"})
		p.equal("Nodes", nodes, []locations.Stored{b, a})
		return err
	})
	p.read("read another account", birch, func(ctx context.Context, v store.View) error {
		got, err := v.Locations.Trees.Entries(ctx, aSet, []locations.Key{"a"})
		p.ok("Entries of another account", err)
		p.equal("Entries of another account", got, []locations.Entry(nil))
		got, err = v.Locations.Trees.Children(ctx, aSet, []locations.Key{a.Parent})
		p.equal("Children of another account", got, []locations.Entry(nil))
		return err
	})
}

func (p *probe) children(when string, parents []locations.Key, want ...string) {
	p.read(when, alder, func(ctx context.Context, v store.View) error {
		got, err := ids(func(e locations.Entry) locations.Key { return e.Parent + ">" + e.Key })(v.Locations.Trees.Children(ctx, aSet, parents))
		p.equal(when, got, want)
		return err
	})
}

func treeChildren(p *probe) {
	put := func(what string, nodes ...locations.Stored) {
		p.write(what, alder, func(ctx context.Context, tx store.Tx) error { return putNodes(ctx, tx, aSet, nodes...) })
	}
	put("put", node("a", "B"), node("Z", "B"), node("z", ""), node("B", ""), node("x", "b"), node("é", "B"), node("b", "z"))
	p.children("the top", []locations.Key{""}, ">B", ">z")
	p.children("of several parents", []locations.Key{"b", "none", "B", "", "b"}, ">B", ">z", "B>Z", "B>a", "B>é", "b>x")
	p.children("of a node without any", []locations.Key{"x"})
	p.children("of none", nil)
	put("move", node("a", "b"), node("z", "B"))
	p.children("after the move", []locations.Key{"", "B", "b"}, ">B", "B>Z", "B>z", "B>é", "b>a", "b>x")
}

func treeDrop(p *probe) {
	drop := func(push locations.PushID) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.Locations.Trees.Drop(ctx, push) }
	}
	p.write("stage", alder, stage(aPush, node("a", "")))
	p.write("stage another", alder, stage("other", node("b", "")))
	p.write("drop another account's", birch, drop(aPush))
	p.staged("after another account dropped", alder, aPush, "a")
	p.write("drop", alder, drop(aPush))
	p.write("drop nothing", alder, drop(aPush))
	p.staged("dropped", alder, aPush)
	p.staged("the other push", alder, "other", "b")
	p.write("switch", alder, switchTo(aPush, 1, 0))
	p.tree("after a switch of what was dropped", alder, aSet, head(1))
}

func treeSets(p *probe) {
	p.write("one set", alder, func(ctx context.Context, tx store.Tx) error {
		return putNodes(ctx, tx, aSet, node("a", ""), node("b", "a"))
	})
	p.write("another", alder, func(ctx context.Context, tx store.Tx) error { return putNodes(ctx, tx, "other", node("a", "x")) })
	p.write("the same set of another account", birch, func(ctx context.Context, tx store.Tx) error { return putNodes(ctx, tx, aSet, node("a", "y")) })
	p.tree("one set", alder, aSet, locations.Head{Set: aSet, Revision: 1}, "a", "b")
	p.tree("another", alder, "other", locations.Head{Set: "other", Revision: 1}, "a")
	p.tree("of another account", birch, aSet, locations.Head{Set: aSet, Revision: 1}, "a")
	p.children("the top of one set", []locations.Key{"", "x", "y"}, ">a")
	p.write("stage", alder, stage(aPush, node("c", "")))
	p.staged("the same push of another account", birch, aPush)
	p.write("switch the same push of another account", birch, switchTo(aPush, 2, 1))
	p.staged("after it", alder, aPush, "c")
}

func treeMany(p *probe) {
	const n = 2500
	var nodes []locations.Stored
	var keys, parents []locations.Key
	for i := range n {
		key, parent := fmt.Sprintf("%04d", i), fmt.Sprintf("%04d", i/2)
		if i == 0 {
			parent = ""
		}
		nodes, keys, parents = append(nodes, node(key, parent)), append(keys, locations.Key(key)), append(parents, locations.Key(parent))
	}
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error { return putNodes(ctx, tx, aSet, nodes...) })
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		entries, err := v.Locations.Trees.Entries(ctx, aSet, keys)
		p.ok("Entries", err)
		p.equal("Entries", len(entries), n)
		below, err := v.Locations.Trees.Children(ctx, aSet, parents)
		p.ok("Children", err)
		p.equal("Children", len(below), n)
		got, err := v.Locations.Trees.Nodes(ctx, aSet, keys)
		p.equal("Nodes", len(got), n)
		for i := 0; i < len(got) && i < n; i += 100 {
			p.equal("node", got[i], nodes[i])
		}
		return err
	})
}
