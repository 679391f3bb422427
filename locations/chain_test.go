package locations

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// treeView answers entries from a tree and counts how often it is asked.
type treeView struct {
	TreesView
	tree  *Tree
	asked int
}

func (v *treeView) Entries(_ context.Context, _ SetID, keys []Key) ([]Entry, error) {
	v.asked++
	var out []Entry
	for _, r := range v.tree.Rows() {
		if slices.Contains(keys, r.Key) {
			out = append(out, r.Entry())
		}
	}
	return out, nil
}

func TestChainsAskOncePerLevelAndAgreeWithTheTree(t *testing.T) {
	t.Parallel()
	nodes := []Node{
		{Key: "w", Level: 3, Name: "West"}, {Key: "p", Parent: "w", Level: 2, Name: "Portland"}, {Key: "s", Parent: "w", Level: 2, Name: "Seattle"},
		{Key: "1", Parent: "p", Level: 1}, {Key: "2", Parent: "p", Level: 1}, {Key: "3", Parent: "s", Level: 1},
		{Key: "4", Level: 1, Inactive: true}, {Key: "5", Parent: "s", Level: 1, Inactive: true, Name: "closed"},
	}
	chains := func(nodes []Node) map[Key]Print {
		tree, err := Build(nodes, Rules{})
		require.NoError(t, err)
		view := &treeView{tree: tree}
		got, err := Chains(t.Context(), view, "set", []Key{"1", "2", "3", "4", "5", "unknown", "1"})
		require.NoError(t, err)
		require.LessOrEqual(t, view.asked, 4, "depth 3 and one more")
		require.NotContains(t, got, Key("unknown"))
		for k, p := range got {
			want, ok := tree.Chain(k)
			require.True(t, ok)
			require.Equal(t, want, p, "%s", k)
		}
		return got
	}
	before := chains(nodes)
	require.Len(t, before, 5)
	require.Equal(t, before["4"], before["5"], "inactive locations are in step")
	nodes[1].Name = "Portland "
	after := chains(nodes)
	require.NotEqual(t, before["1"], after["1"], "a renamed level holds every location under it")
	require.NotEqual(t, before["2"], after["2"])
	require.Equal(t, before["3"], after["3"])
	nodes[5].Parent = "p"
	require.NotEqual(t, after["3"], chains(nodes)["3"], "a moved location is not in step")
}
