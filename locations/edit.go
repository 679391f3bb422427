package locations

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// MaxEdits is the number of nodes that one call of Edit takes; a table goes through Load.
const MaxEdits = 1000

// Edit is a change of one node by hand: the fields that are named take their value from Node, the others stay. A node
// that is not there yet needs AllFields.
type Edit struct {
	Node   Node
	Fields Fields
}

// Put creates a node or replaces all of it.
func Put(n Node) Edit { return Edit{n, AllFields} }

// Rename gives a node another name.
func Rename(k Key, name string) Edit { return Edit{Node{Key: k, Name: name}, FieldName} }

// Move hangs a node under another parent; "" is the top.
func Move(k, parent Key) Edit { return Edit{Node{Key: k, Parent: parent}, FieldParent} }

// Deactivate makes a node not schedulable any more. Its history stays; it is never deleted.
func Deactivate(k Key) Edit { return Edit{Node{Key: k, Inactive: true}, FieldInactive} }

// Edit changes single nodes of a set by hand, all of them or none, and returns the head after. The expected revision is
// the one the caller looked at: another one is ErrConflict. A set that a project locks answers a LockedError, a node
// that is not there ErrNotFound, and a result that would be no tree Problems. In a copy the nodes are marked as edited,
// so that the owner's next push lists them. Only the touched nodes and those above them are read and written.
func (s *Service) Edit(ctx context.Context, actor Actor, set SetID, expect int64, edits ...Edit) (Head, error) {
	if len(edits) > MaxEdits {
		return Head{}, fail(ErrInvalid, "edit set %s: %d nodes, at most %d", set, len(edits), MaxEdits)
	}
	id, record := PushID(s.cfg.NewID()), Record{ID: s.cfg.NewID(), At: s.now(), Actor: actor.Name, Set: set, Action: "edit"}
	var head Head
	err := s.update(ctx, func(ctx context.Context, tx Tx) (err error) {
		if err = belongs(actor, tx.Account); err != nil {
			return err
		}
		if head, err = tx.Trees.Head(ctx, set); err != nil {
			return err
		}
		if head.Revision != expect {
			return fmt.Errorf("the set is at revision %d, not %d: %w", head.Revision, expect, ErrConflict)
		}
		if err = unlocked(ctx, tx.Shares, set); err != nil {
			return err
		}
		g, err := newGraft(ctx, tx.Trees, set, edits, s.cfg.Rules)
		if err != nil {
			return err
		}
		rows, root := g.rows(head.Source > 0)
		if len(rows) == 0 {
			return nil
		}
		head = Head{Set: set, Revision: head.Revision + 1, Root: root, Nodes: head.Nodes + g.created, Source: head.Source}
		if head.Nodes > s.cfg.MaxNodes {
			return fmt.Errorf("more than %d nodes: %w", s.cfg.MaxNodes, ErrInvalid)
		}
		if err = tx.Trees.Stage(ctx, id, rows); err != nil {
			return err
		}
		if err = tx.Trees.Switch(ctx, id, head, expect); err != nil {
			return err
		}
		record.Changes = g.changes
		return tx.History.Append(ctx, []Record{record})
	})
	if err != nil {
		return Head{}, fail(err, "edit set %s", set)
	}
	return head, nil
}

// graft is the part of a tree that an edit touches: the edited nodes, every node above them before and after, and the
// entries directly below all of these.
type graft struct {
	nodes   map[Key]Stored // as they will be
	before  map[Key]Stored // as they are
	edited  map[Key]bool
	kids    map[Key][]Entry // below a node of the graft or below the top, as it will be, by key
	created int
	changes []FieldChange
}

func newGraft(ctx context.Context, trees TreesView, set SetID, edits []Edit, rules Rules) (*graft, error) {
	g := &graft{nodes: map[Key]Stored{}, before: map[Key]Stored{}, edited: map[Key]bool{}, kids: map[Key][]Entry{}}
	keys := make([]Key, 0, len(edits))
	for _, e := range edits {
		keys = append(keys, e.Node.Key)
	}
	asked := map[Key]bool{}
	if err := g.read(ctx, trees, set, distinct(keys, asked)); err != nil {
		return nil, err
	}
	if err := g.apply(edits, rules); err != nil {
		return nil, err
	}
	for ask := distinct(g.parents(), asked); len(ask) > 0; ask = distinct(g.parents(), asked) {
		if err := g.read(ctx, trees, set, ask); err != nil {
			return nil, err
		}
	}
	above := make([]Key, 0, len(g.nodes)+1)
	above = append(above, "")
	for k := range g.nodes {
		above = append(above, k)
	}
	slices.Sort(above)
	entries, err := trees.Children(ctx, set, above)
	if err != nil {
		return nil, err
	}
	g.regroup(entries)
	return g, g.check()
}

// read takes nodes into the graft as they are.
func (g *graft) read(ctx context.Context, trees TreesView, set SetID, keys []Key) error {
	rows, err := trees.Nodes(ctx, set, keys)
	for _, r := range rows {
		g.nodes[r.Key], g.before[r.Key] = r, r
	}
	return err
}

// parents returns what the nodes of the graft hang under, before and after.
func (g *graft) parents() []Key {
	var out []Key
	for k, n := range g.nodes {
		out = append(out, n.Parent, g.before[k].Parent)
	}
	return out
}

// apply makes the edits and asks the rules of each edited node.
func (g *graft) apply(edits []Edit, rules Rules) error {
	var ps Problems
	for _, e := range edits {
		key := e.Node.Key
		old, known := g.before[key]
		if !known && !e.Fields.Has(AllFields) {
			return fmt.Errorf("node %s: %w", key, ErrNotFound)
		}
		if g.edited[key] {
			ps = append(ps, Problem{Key: key, Field: "key", Rule: RuleIDDuplicate, Message: "the key is edited more than once"})
			continue
		}
		g.edited[key] = true
		n := old.with(e.Node, e.Fields)
		n.Key = key
		ps = append(ps, rules.Check(n)...)
		if !known {
			g.created++
		}
		for _, f := range differing(&old.Node, &n).Each() {
			g.changes = append(g.changes, FieldChange{Key: key, Field: f.String(), Before: old.Value(f), After: n.Value(f)})
		}
		g.nodes[key] = Stored{Node: n, Own: OwnPrint(n), Edited: old.Edited}
	}
	if len(ps) > 0 {
		return ps
	}
	return nil
}

// regroup sorts entries under the parents that they will have.
func (g *graft) regroup(entries []Entry) {
	for _, e := range entries {
		if !g.edited[e.Key] {
			g.kids[e.Parent] = append(g.kids[e.Parent], e)
		}
	}
	for k := range g.edited {
		n := g.nodes[k]
		g.kids[n.Parent] = append(g.kids[n.Parent], n.Entry())
	}
	for _, kids := range g.kids {
		slices.SortFunc(kids, func(a, b Entry) int { return cmp.Compare(a.Key, b.Key) })
	}
}

// check looks at the shape around the edited nodes: levels fall strictly, so that no circle can arise.
func (g *graft) check() error {
	var ps Problems
	for k := range g.edited {
		n := g.nodes[k]
		up, ok := g.nodes[n.Parent]
		switch {
		case n.Parent == "":
		case !ok:
			ps = append(ps, Problem{Key: k, Field: "parent", Rule: RuleUnknownParent, Message: fmt.Sprintf("there is no node %q to be the parent", n.Parent)})
		case up.Level <= n.Level:
			ps = append(ps, Problem{Key: k, Field: "level", Rule: RuleLevelDepth, Message: fmt.Sprintf("level %d does not lie below its parent's level %d", n.Level, up.Level)})
		}
		for _, kid := range g.kids[k] {
			if kid.Level >= n.Level && !g.edited[kid.Key] {
				ps = append(ps, Problem{Key: k, Field: "level", Rule: RuleLevelDepth, Message: fmt.Sprintf("level %d does not lie above level %d of %s below it", n.Level, kid.Level, kid.Key)})
			}
		}
	}
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b Problem) int { return cmp.Compare(a.Key, b.Key) })
	return ps
}

// settle takes the marks of hand edits off the edited nodes.
func (g *graft) settle() {
	for k := range g.edited {
		n := g.nodes[k]
		n.Edited = false
		g.nodes[k] = n
	}
}

// rows computes the prints from the lowest level upward and returns what changed, with the new root.
func (g *graft) rows(copied bool) ([]Stored, Print) {
	if len(g.changes) == 0 && g.created == 0 {
		return nil, Print{}
	}
	order := make([]Key, 0, len(g.nodes))
	for k := range g.nodes {
		order = append(order, k)
	}
	slices.SortFunc(order, func(a, b Key) int { return cmp.Compare(g.nodes[a].Level, g.nodes[b].Level) })
	var s subPrinter
	add := func(kids []Entry) {
		for _, e := range kids {
			if n, ok := g.nodes[e.Key]; ok {
				e.Sub = n.Sub
			}
			s.add(e.Sub)
		}
	}
	var rows []Stored
	for _, k := range order {
		n := g.nodes[k]
		s.begin(n.Own)
		add(g.kids[k])
		n.Sub = s.end(n.Inactive)
		old, known := g.before[k]
		changed := !known || n.Own != old.Own || n.Parent != old.Parent
		n.Edited = n.Edited || copied && changed
		g.nodes[k] = n
		if changed || n.Sub != old.Sub || n.Edited != old.Edited {
			rows = append(rows, n)
		}
	}
	s.beginRoot()
	add(g.kids[""])
	slices.SortFunc(rows, func(a, b Stored) int { return cmp.Compare(a.Key, b.Key) })
	return rows, s.endRoot()
}
