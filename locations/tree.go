package locations

import (
	"cmp"
	"slices"
	"strings"
)

// Tree is an immutable hierarchy with its fingerprints. Build makes one; the zero value is the empty tree.
type Tree struct {
	nodes  []Node  // ordered by key
	parent []int32 // index of the node above, or -1
	first  []int32 // children of node i are below[first[i]:first[i+1]]; the tops follow under index len(nodes)
	below  []int32
	own    []Print
	sub    []Print
	root   Print
	edited []bool // nil where nothing was edited
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
	if !slices.IsSortedFunc(nodes, byKey) {
		sortByKey(nodes)
	}
	t := &Tree{nodes: nodes}
	ps := t.link()
	if len(ps) > 0 {
		return nil, ps
	}
	t.order()
	t.prints()
	return t, nil
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

// order groups the children under their parents, by key.
func (t *Tree) order() {
	n := len(t.nodes)
	t.first = make([]int32, n+2)
	slot := func(i int) int32 {
		if p := t.parent[i]; p >= 0 {
			return p
		}
		return int32(n)
	}
	for i := range n {
		t.first[slot(i)+1]++
	}
	for i := range n + 1 {
		t.first[i+1] += t.first[i]
	}
	next := slices.Clone(t.first)
	t.below = make([]int32, n)
	for i := range n {
		s := slot(i)
		t.below[next[s]] = int32(i)
		next[s]++
	}
}

func (t *Tree) children(i int) []int32 { return t.below[t.first[i]:t.first[i+1]] }

// tops returns the nodes without a parent.
func (t *Tree) tops() []int32 {
	if len(t.nodes) == 0 {
		return nil
	}
	return t.children(len(t.nodes))
}

// prints computes every print, from the lowest nodes upward.
func (t *Tree) prints() {
	n := len(t.nodes)
	t.own, t.sub = make([]Print, n), make([]Print, n)
	down := make([]int32, 0, n) // parents before children
	down = append(down, t.tops()...)
	for i := 0; i < len(down); i++ {
		down = append(down, t.children(int(down[i]))...)
	}
	var buf []byte
	var s subPrinter
	for _, i := range slices.Backward(down) {
		t.own[i], buf = ownPrint(&t.nodes[i], buf)
		s.begin(t.own[i])
		for _, c := range t.children(int(i)) {
			s.add(t.sub[c])
		}
		t.sub[i] = s.end(t.nodes[i].Inactive)
	}
	s.beginRoot()
	for _, c := range t.tops() {
		s.add(t.sub[c])
	}
	t.root = s.endRoot()
}

// Len returns the number of nodes, inactive ones included.
func (t *Tree) Len() int { return len(t.nodes) }

// Root returns the print over all top nodes. Equal roots are equal trees: Diff finds nothing.
func (t *Tree) Root() Print { return t.root }

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
		return t.sub[i]
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
	return Stored{Node: t.nodes[i].Clone(), Own: t.own[i], Sub: t.sub[i], Edited: t.isEdited(i)}
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
