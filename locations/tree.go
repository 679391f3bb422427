package locations

import (
	"cmp"
	"slices"
	"strings"
	"sync/atomic"
)

// Tree is an immutable hierarchy. Build makes one; the zero value is the empty tree. The fingerprints are made when they are
// first asked for, and kept.
type Tree struct {
	nodes  []Node // ordered by key
	forms  []form
	parent []int32 // index of the node above, or -1
	quiet  []bool  // inactive with nothing active below
	edited []bool  // nil where nothing was edited
	made   atomic.Pointer[prints]
}

// Build orders the nodes and checks them: every node on its own against the rules, then the tree as a whole.
// Problems lists everything that is wrong. The nodes are copied.
func Build(nodes []Node, rules Rules) (*Tree, error) {
	var ps Problems
	for i := range nodes {
		ps = append(ps, rules.Check(nodes[i])...)
	}
	sorted := make([]Node, len(nodes))
	for i := range nodes {
		sorted[i] = nodes[i].Clone()
	}
	t, shape := build(sorted)
	if ps = append(ps, shape...); len(ps) > 0 {
		return nil, ps
	}
	return t, nil
}

// build takes over the nodes, which need not be ordered.
func build(nodes []Node) (*Tree, Problems) {
	t := &Tree{nodes: inOrder(nodes)}
	ps := t.link()
	if len(ps) > 0 {
		return nil, ps
	}
	t.hush()
	t.forms = forms(t.nodes)
	return t, nil
}

// hush finds the quiet nodes: an active node wakes itself and all above it.
func (t *Tree) hush() {
	t.quiet = make([]bool, len(t.nodes))
	for i := range t.quiet {
		t.quiet[i] = true
	}
	for i := range t.nodes {
		if t.nodes[i].Inactive {
			continue
		}
		for j := int32(i); j >= 0 && t.quiet[j]; j = t.parent[j] {
			t.quiet[j] = false
		}
	}
}

func byKey(a, b Node) int { return cmp.Compare(a.Key, b.Key) }

// find returns the index of a key, or -1.
func (t *Tree) find(k Key) int {
	i, ok := slices.BinarySearchFunc(t.nodes, k, func(n Node, k Key) int { return strings.Compare(string(n.Key), string(k)) })
	if !ok {
		return -1
	}
	return i
}

// Len returns the number of nodes, inactive ones included.
func (t *Tree) Len() int { return len(t.nodes) }

// Root returns the print over all top nodes. Equal roots are equal trees: Diff finds nothing.
func (t *Tree) Root() Print { return t.prints().root }

// Node returns the node of a key.
func (t *Tree) Node(k Key) (Node, bool) {
	i := t.find(k)
	if i < 0 {
		return Node{}, false
	}
	return t.nodes[i].Clone(), true
}

// Nodes returns all nodes ordered by key.
func (t *Tree) Nodes() []Node {
	out := make([]Node, len(t.nodes))
	for i := range t.nodes {
		out[i] = t.nodes[i].Clone()
	}
	return out
}

// Sub returns the print of a node and everything below it. It is zero for an unknown key and for a quiet
// node, one that is inactive with nothing active below it.
func (t *Tree) Sub(k Key) Print {
	if i := t.find(k); i >= 0 {
		return t.prints().sub[i]
	}
	return Print{}
}

// Rows returns the nodes as a store keeps them, ordered by key.
func (t *Tree) Rows() []Stored {
	out := make([]Stored, len(t.nodes))
	for i := range t.nodes {
		out[i] = t.row(i)
	}
	return out
}

func (t *Tree) row(i int) Stored {
	p := t.prints()
	return Stored{Node: t.nodes[i].Clone(), Own: p.own[i], Sub: p.sub[i], Edited: t.isEdited(i)}
}

func (t *Tree) isEdited(i int) bool { return t.edited != nil && t.edited[i] }

// fromRows builds a tree from what a store keeps and takes over the rows' memory.
func fromRows(rows []Stored) (*Tree, error) {
	nodes, edited := make([]Node, len(rows)), make([]bool, len(rows))
	for i, r := range rows {
		nodes[i], edited[i] = r.Node, r.Edited
	}
	t, ps := build(nodes)
	if len(ps) > 0 {
		return nil, ps
	}
	t.edited = edited
	return t, nil
}
