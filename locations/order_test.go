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
		key := rapid.OneOf(rapid.StringMatching(`(common|as common as can be|)[ab]{0,9}`),
			rapid.SampledFrom([]string{"a", "a\x00", "a\x00\x00", "\xff", "ß", "12345678", "123456789"}))
		least := rapid.SampledFrom([]int{0, 4 * few}).Draw(rt, "least") // few are ordered in another way than many
		keys := rapid.SliceOfN(key, least, 8*few).Draw(rt, "keys")
		var nodes []Node
		for i, k := range keys {
			nodes = append(nodes, Node{Key: Key(k), Level: Level(i)})
		}
		want := slices.Clone(nodes)
		slices.SortStableFunc(want, byKey)
		if diff := cmp.Diff(want, inOrder(nodes)); diff != "" {
			rt.Fatal(diff)
		}
	})
}
