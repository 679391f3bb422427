package memstore

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/locations"
)

// rows are nodes by key.
type rows = table[locations.Stored]

// tree is one set: its nodes, and which nodes stand directly below which (parent, key).
type tree struct {
	head  locations.Head
	nodes rows
	below table[struct{}]
}

type trees struct{ a *account }

var _ locations.Trees = trees{}

func cloneNode(s locations.Stored) locations.Stored {
	s.Node = s.Node.Clone()
	return s
}

func (r trees) tree(set locations.SetID) tree {
	if t := r.a.trees.get(keyOf(set)); t != nil {
		return *t
	}
	return tree{head: locations.Head{Set: set}}
}

func (r trees) Head(_ context.Context, set locations.SetID) (locations.Head, error) {
	return r.tree(set).head, nil
}

func (r trees) Entries(_ context.Context, set locations.SetID, keys []locations.Key) ([]locations.Entry, error) {
	t := r.tree(set)
	var out []locations.Entry
	for _, k := range distinct(keys) {
		if n := t.nodes.get(keyOf(k)); n != nil {
			out = append(out, n.Entry())
		}
	}
	return out, nil
}

func (r trees) Children(_ context.Context, set locations.SetID, parents []locations.Key) ([]locations.Entry, error) {
	t := r.tree(set)
	var out []locations.Entry
	for _, p := range distinct(parents) {
		for k := range t.below.from(keyOf(p)) {
			if k[0] != string(p) {
				break
			}
			out = append(out, t.nodes.get(key{k[1]}).Entry())
		}
	}
	return out, nil
}

func (r trees) Nodes(_ context.Context, set locations.SetID, keys []locations.Key) ([]locations.Stored, error) {
	t := r.tree(set)
	var out []locations.Stored
	for _, k := range distinct(keys) {
		if n := t.nodes.get(keyOf(k)); n != nil {
			out = append(out, cloneNode(*n))
		}
	}
	return out, nil
}

func (r trees) List(_ context.Context, set locations.SetID, after locations.Key, limit int) ([]locations.Stored, error) {
	return page(r.tree(set).nodes, after, limit), nil
}

// page returns up to limit rows of keys greater than after.
func page(t rows, after locations.Key, limit int) []locations.Stored {
	var out []locations.Stored
	for _, n := range t.from(key{past(after)}) {
		if len(out) >= limit {
			break
		}
		out = append(out, cloneNode(*n))
	}
	return out
}

func (r trees) stagedRows(push locations.PushID) rows {
	if t := r.a.staged.get(keyOf(push)); t != nil {
		return *t
	}
	return rows{}
}

func (r trees) Stage(_ context.Context, push locations.PushID, nodes []locations.Stored) error {
	t := r.stagedRows(push)
	for _, n := range nodes {
		t.put(keyOf(n.Key), cloneNode(n))
	}
	r.a.staged.put(keyOf(push), t)
	return nil
}

func (r trees) Staged(_ context.Context, push locations.PushID, after locations.Key, limit int) ([]locations.Stored, error) {
	return page(r.stagedRows(push), after, limit), nil
}

func (r trees) Switch(_ context.Context, push locations.PushID, head locations.Head, expect int64) error {
	t := r.tree(head.Set)
	if t.head.Revision != expect {
		return fmt.Errorf("memstore: switch set %s from revision %d, it has %d: %w", head.Set, expect, t.head.Revision, locations.ErrConflict)
	}
	for k, n := range r.stagedRows(push).from(key{}) {
		if old := t.nodes.get(k); old != nil {
			t.below.remove(keyOf(old.Parent, string(old.Key)))
		}
		t.nodes.put(k, *n)
		t.below.put(keyOf(n.Parent, string(n.Key)), struct{}{})
	}
	t.head = head
	r.a.trees.put(keyOf(head.Set), t)
	r.a.staged.remove(keyOf(push))
	return nil
}

func (r trees) Drop(_ context.Context, push locations.PushID) error {
	r.a.staged.remove(keyOf(push))
	return nil
}
