package locations

import "slices"

// Plan is a push that has been thought through and not carried out: what the other side would be given so
// that nothing differs any more. It holds for the two heads it was made from.
type Plan struct {
	Project      ProjectID
	Ours, Theirs Head
	// Put are the nodes that go out, ordered by key. Extra nodes are among them, as inactive: nothing that may
	// have shops is deleted.
	Put []Node
	// What the nodes do over there, by number.
	Created, Updated, Moved, Deactivated int
	// Overwrites are the changes that would undo a hand edit of the other side.
	Overwrites []Change
}

// PlanPush plans the push of everything that a comparison found.
func PlanPush(c Comparison) Plan {
	p := Plan{Project: c.Project, Ours: c.Ours, Theirs: c.Theirs}
	for _, ch := range c.Diff.Changes {
		n := ch.Ours
		switch {
		case ch.Kind == Extra:
			n = ch.Theirs
			n.Inactive = true
			p.Deactivated++
		case ch.Closed:
			// Our node may hang below others that the other side never had, so it is closed where it stands.
			n = n.with(ch.Theirs, FieldParent|FieldLevel)
			if n.Level != LocationLevel {
				n.Place = Place{}
			}
			p.Deactivated++
		case ch.Kind == Missing:
			p.Created++
		case n.Inactive && !ch.Theirs.Inactive: // with something active below it
			p.Deactivated++
		case ch.Kind == Changed:
			p.Updated++
		default:
			p.Moved++
		}
		if ch.Edited {
			p.Overwrites = append(p.Overwrites, ch)
		}
		p.Put = append(p.Put, n.Clone())
	}
	return p
}

// Empty reports whether the plan does nothing.
func (p Plan) Empty() bool { return len(p.Put) == 0 }

// Apply puts nodes into a tree, inserting or replacing by key, and returns the new tree. The rules are asked of
// the nodes that are put; the shape is checked as a whole, and Problems lists everything that is wrong. An
// inactive node that stays where it is although its parent has come to a level that is not above it any more
// goes to the top. The given tree is unchanged.
func Apply(t *Tree, put []Node, rules Rules) (*Tree, error) {
	put = slices.Clone(put)
	slices.SortStableFunc(put, byKey)
	var ps Problems
	for i, n := range put {
		ps = append(ps, rules.Check(n)...)
		if i > 0 && put[i-1].Key == n.Key {
			ps = append(ps, Problem{Key: n.Key, Field: "key", Rule: RuleIDDuplicate, Message: "the key is put more than once"})
		}
	}
	if len(ps) > 0 {
		return nil, ps
	}
	nodes := make([]Node, 0, len(t.nodes)+len(put))
	edited := make([]bool, 0, cap(nodes))
	stays := make([]bool, 0, cap(nodes))
	i := 0
	for _, n := range put {
		for ; i < len(t.nodes) && t.nodes[i].Key < n.Key; i++ {
			nodes, edited, stays = append(nodes, t.nodes[i]), append(edited, t.isEdited(i)), append(stays, true)
		}
		same := i < len(t.nodes) && t.nodes[i].Key == n.Key
		nodes, edited = append(nodes, n.Clone()), append(edited, false)
		stays = append(stays, same && t.nodes[i].Parent == n.Parent)
		if same {
			i++
		}
	}
	for ; i < len(t.nodes); i++ {
		nodes, edited, stays = append(nodes, t.nodes[i]), append(edited, t.isEdited(i)), append(stays, true)
	}
	loosen(nodes, stays)
	next, ps := build(nodes)
	if len(ps) > 0 {
		return nil, ps
	}
	next.edited = edited
	return next, nil
}

// loosen hangs inactive nodes that stayed under a parent that is no longer above them at the top.
func loosen(nodes []Node, stays []bool) {
	look := Tree{nodes: nodes}
	for i := range nodes {
		if n := &nodes[i]; n.Inactive && stays[i] && n.Parent != "" {
			if p := look.find(n.Parent); p >= 0 && nodes[p].Level <= n.Level {
				n.Parent = ""
			}
		}
	}
}
