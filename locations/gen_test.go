package locations

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"
)

// drawNodes makes a valid hierarchy of up to 25 nodes with keys from a small set, so that two draws overlap, and
// inactive nodes at every level.
func drawNodes(t *rapid.T, label string) []Node {
	keys := []Key{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y"}
	var nodes []Node
	for _, k := range keys {
		if !rapid.Bool().Draw(t, label+" has "+string(k)) {
			continue
		}
		nodes = append(nodes, Node{
			Key: k, Level: Level(rapid.IntRange(1, 4).Draw(t, label+" level "+string(k))),
			Name: rapid.SampledFrom([]string{"x", "y"}).Draw(t, label+" name"), Inactive: rapid.Bool().Draw(t, label+" inactive"),
		})
	}
	for i := range nodes {
		if nodes[i].Level == LocationLevel {
			nodes[i].Place.City = rapid.SampledFrom([]string{"", "here"}).Draw(t, label+" city")
		}
		var above []Key
		for _, n := range nodes {
			if n.Level > nodes[i].Level {
				above = append(above, n.Key)
			}
		}
		if len(above) > 0 && rapid.IntRange(0, 5).Draw(t, label+" top") > 0 {
			nodes[i].Parent = rapid.SampledFrom(above).Draw(t, label+" parent")
		}
	}
	return nodes
}

func drawTree(t *rapid.T, label string) *Tree {
	tree, err := Build(drawNodes(t, label), Rules{})
	if err != nil {
		t.Fatalf("a drawn tree must be valid: %v", err)
	}
	return tree
}

// drawNear makes a tree that is another one after a few changes.
func drawNear(t *rapid.T, from *Tree) *Tree {
	other := drawTree(t, "other")
	if rapid.Bool().Draw(t, "unrelated") {
		return other
	}
	var put []Node
	for _, n := range other.Nodes() {
		if rapid.IntRange(0, 4).Draw(t, "take "+string(n.Key)) > 0 {
			continue
		}
		if p, ok := from.Node(n.Parent); !ok || p.Level <= n.Level {
			n.Parent = ""
		}
		put = append(put, n)
	}
	for len(put) > 0 {
		tree, err := Apply(from, put, Rules{})
		if err == nil {
			return tree
		}
		put = put[1:]
	}
	return from
}

// grid makes an ordered hierarchy of about n nodes in five levels with realistic texts.
func grid(n int) []Node {
	var nodes []Node
	up := func(l Level, i int) Key { return Key(fmt.Sprintf("L%d-%07d", l, i)) }
	for l, size := Level(5), max(1, n/10000); l > LocationLevel; l, size = l-1, size*5 {
		for i := range size {
			node := Node{Key: up(l, i), Level: l, Name: fmt.Sprintf("Value %d of %s", i, l)}
			if l < 5 {
				node.Parent = up(l+1, i/5)
			}
			nodes = append(nodes, node)
		}
	}
	last := max(1, n/10000) * 125
	for i := len(nodes); i < n; i++ {
		nodes = append(nodes, Node{
			Key: Key(fmt.Sprintf("S%08d", i)), Level: LocationLevel, Parent: up(2, i%last), Name: fmt.Sprintf("Store number %d", i),
			Place: Place{
				Address1: fmt.Sprintf("%d Long Road", i), City: fmt.Sprintf("City %d", i%last), State: "OR", Country: "US",
				PostalCode: fmt.Sprint(10000 + i%90000), Phone: fmt.Sprintf("+1 555 %07d", i), Hours: "8-20", DaysOpen: "Mon-Sat",
			},
		})
	}
	slices.SortFunc(nodes, byKey)
	return nodes
}
