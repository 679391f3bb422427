package locations

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestNodesAreOrderedByKeyAndEqualKeysAsTheyStood(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		keys := rapid.SliceOf(rapid.OneOf(rapid.StringMatching(`(common|)[ab]{0,9}`), rapid.SampledFrom([]string{"a", "a\x00", "a\x00\x00", "\xff", "ß", "12345678", "123456789"}))).Draw(rt, "keys")
		var nodes []Node
		for i, k := range keys {
			nodes = append(nodes, Node{Key: Key(k), Level: Level(i)})
		}
		want := slices.Clone(nodes)
		slices.SortStableFunc(want, byKey)
		sortByKey(nodes)
		if diff := cmp.Diff(want, nodes); diff != "" {
			rt.Fatal(diff)
		}
	})
}
