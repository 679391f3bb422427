package locations

import "strings"

// Kind says in which way a node differs between the owner's tree and the other's.
type Kind int

// The kinds of change. When several hold, the first that applies is named: missing or extra, then level, then
// parent, then fields; Change.Fields always lists all differing fields.
const (
	Missing      Kind = iota + 1 // the owner has it, the other has not
	Extra                        // the other has it, the owner has not
	Changed                      // same parent and level, other fields differ
	Moved                        // the parent differs
	LevelChanged                 // the level differs
)

var kindNames = [...]string{"invalid", "missing", "extra", "changed", "moved", "level_changed"}

// String returns the stable name of the kind.
func (k Kind) String() string {
	if k < Missing || k > LevelChanged {
		return kindNames[0]
	}
	return kindNames[k]
}

// Change is one node that differs.
type Change struct {
	Key    Key
	Kind   Kind
	Fields Fields // all differing fields; none for missing and extra
	Ours   Node   // the owner's; zero for extra
	Theirs Node   // the other's; zero for missing
	// Closed says that the owner's node is inactive with nothing active below it, and the other's is not.
	Closed bool
	// Edited says that the other side changed its node by hand since the last push.
	Edited bool
}

// Counts is the number of changes by kind.
type Counts struct{ Missing, Extra, Changed, Moved, LevelChanged int }

// Diff lists what differs between two trees, ordered by key. Equality is exact, byte for byte.
type Diff struct{ Changes []Change }

// Empty reports whether nothing differs: the two sides are in sync.
func (d Diff) Empty() bool { return len(d.Changes) == 0 }

// Counts counts the changes by kind.
func (d Diff) Counts() Counts {
	var c Counts
	for _, ch := range d.Changes {
		switch ch.Kind {
		case Missing:
			c.Missing++
		case Extra:
			c.Extra++
		case Changed:
			c.Changed++
		case Moved:
			c.Moved++
		case LevelChanged:
			c.LevelChanged++
		}
	}
	return c
}

// Compare lists what differs between the owner's tree and another's copy. A node that is inactive with nothing
// active below it counts as equal to one that is absent, and to any other such node; the active flag is
// compared when both sides have the node and one of them uses it. The nodes are compared byte for byte; where the
// prints of both trees were made before, only those are whose prints differ, which takes a fraction of the time.
func Compare(owner, other *Tree) Diff { return diff(owner.side(), other.side()) }

// side is one half of a comparison: nodes ordered by key. It may be a whole tree or only the part of it that is
// known to differ.
type side struct {
	nodes  []Node
	quiet  []bool
	edited []bool  // nil where nothing was edited
	forms  []form  // nil of single rows
	parent []int32 // as in a Tree, with the own prints; nil where they are not there
	own    []Print
}

func (t *Tree) side() side {
	s := side{nodes: t.nodes, quiet: t.quiet, edited: t.edited, forms: t.forms}
	if p := t.made.Load(); p != nil {
		s.parent, s.own = t.parent, p.own
	}
	return s
}

// sparse makes a side of single rows ordered by key.
func sparse(rows []Stored) side {
	n := len(rows)
	s := side{nodes: make([]Node, n), quiet: make([]bool, n), edited: make([]bool, n)}
	for i, r := range rows {
		s.nodes[i], s.quiet[i], s.edited[i] = r.Node, r.Sub == (Print{}), r.Edited
	}
	return s
}

// alike reports by prints alone that two nodes are equal and stand under the same parent: the print of a node covers its key. False says
// nothing yet. Prints and parents stand close together, the nodes and their texts do not: a large tree is compared mostly without them.
func alike(a, b *side, i, j int) bool {
	if a.own[i] != b.own[j] {
		return false
	}
	p, q := a.parent[i], b.parent[j]
	return p == q && p < 0 || p >= 0 && q >= 0 && a.own[p] == b.own[q]
}

// diff is the one home of the rule: a merge join over both sides. It allocates only for changes.
func diff(a, b side) Diff {
	var d Diff
	printed := a.own != nil && b.own != nil
	formed := !printed && a.forms != nil && b.forms != nil
	i, j := 0, 0
	for i < len(a.nodes) && j < len(b.nodes) {
		if printed && alike(&a, &b, i, j) || formed && a.forms[i].text == b.forms[j].text {
			i++
			j++
			continue
		}
		x, y := &a.nodes[i], &b.nodes[j]
		if x.Key == y.Key {
			if f := differing(x, y); f != 0 {
				d.both(&a, &b, i, j, f)
			}
			i++
			j++
		} else if strings.Compare(string(x.Key), string(y.Key)) < 0 {
			d.missing(&a, i)
			i++
		} else {
			d.extra(&b, j)
			j++
		}
	}
	for ; i < len(a.nodes); i++ {
		d.missing(&a, i)
	}
	for ; j < len(b.nodes); j++ {
		d.extra(&b, j)
	}
	return d
}

func (d *Diff) both(a, b *side, i, j int, f Fields) {
	if a.quiet[i] && b.quiet[j] {
		return
	}
	x, y := &a.nodes[i], &b.nodes[j]
	c := Change{
		Key: x.Key, Kind: Changed, Fields: f, Ours: x.Clone(), Theirs: y.Clone(), Closed: a.quiet[i],
		Edited: b.edited != nil && b.edited[j],
	}
	switch {
	case f.Has(FieldLevel):
		c.Kind = LevelChanged
	case f.Has(FieldParent):
		c.Kind = Moved
	}
	d.Changes = append(d.Changes, c)
}

func (d *Diff) missing(a *side, i int) {
	if !a.quiet[i] {
		d.Changes = append(d.Changes, Change{Key: a.nodes[i].Key, Kind: Missing, Ours: a.nodes[i].Clone()})
	}
}

func (d *Diff) extra(b *side, j int) {
	if !b.quiet[j] {
		d.Changes = append(d.Changes, Change{
			Key: b.nodes[j].Key, Kind: Extra, Theirs: b.nodes[j].Clone(), Edited: b.edited != nil && b.edited[j],
		})
	}
}
