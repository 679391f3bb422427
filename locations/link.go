package locations

import "fmt"

// link finds every node's parent and checks the shape: keys stand once, parents exist, levels fall from
// parent to child, and nothing is above itself.
func (t *Tree) link() Problems {
	var ps Problems
	add := func(i int, field string, rule Rule, format string, args ...any) {
		ps = append(ps, Problem{Key: t.nodes[i].Key, Field: field, Rule: rule, Message: fmt.Sprintf(format, args...)})
	}
	t.parent = make([]int32, len(t.nodes))
	found := map[Key]int{} // there are far fewer parents than nodes
	for i := range t.nodes {
		n := &t.nodes[i]
		t.parent[i] = -1
		if i > 0 && t.nodes[i-1].Key == n.Key {
			add(i, "key", RuleIDDuplicate, "the key stands more than once")
		}
		if n.Parent == "" {
			continue
		}
		above, known := found[n.Parent]
		if !known {
			above = t.find(n.Parent)
			found[n.Parent] = above
		}
		if above < 0 {
			add(i, "parent", RuleUnknownParent, "there is no node %q to be the parent", n.Parent)
			continue
		}
		t.parent[i] = int32(above)
		if up := t.nodes[above].Level; up <= n.Level {
			add(i, "level", RuleLevelDepth, "level %d does not lie below its parent's level %d", n.Level, up)
		}
	}
	if len(ps) > 0 { // a circle has at least one step that does not fall
		for _, i := range t.circles() {
			add(i, "parent", RuleCycle, "the node is above itself")
		}
	}
	return ps
}

// circles returns the nodes that are their own ancestors, each once.
func (t *Tree) circles() []int {
	const walking, done = 1, 2
	state := make([]uint8, len(t.nodes))
	var out []int
	for start := range t.nodes {
		i := start
		for i >= 0 && state[i] == 0 {
			state[i] = walking
			i = int(t.parent[i])
		}
		if i >= 0 && state[i] == walking { // met this walk again: i lies on a circle
			for j := i; ; {
				out = append(out, j)
				if j = int(t.parent[j]); j == i {
					break
				}
			}
		}
		for i = start; i >= 0 && state[i] == walking; i = int(t.parent[i]) {
			state[i] = done
		}
	}
	return out
}
