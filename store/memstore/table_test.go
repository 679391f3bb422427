package memstore

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A table does what a sorted map does, and a copy of it stays as it was whatever happens to the other.
func TestTableIsAnImmutableSortedMap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		model, kept := map[string]int{}, map[string]int{}
		var tab, keptTab table[int]
		name := rapid.StringMatching(`[ab\x00é]{0,3}`)
		n := rapid.IntRange(0, 200).Draw(t, "steps")
		for i := range n {
			k := name.Draw(t, "key")
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				keptTab, kept = tab, maps.Clone(model)
			case 1, 2:
				delete(model, k)
				tab.remove(key{"x", k})
			default:
				model[k] = i
				tab.put(key{"x", k}, i)
			}
		}
		compare(t, tab, model, name.Draw(t, "bound"))
		compare(t, keptTab, kept, "")
	})
}

func compare(t *rapid.T, tab table[int], model map[string]int, bound string) {
	type pair struct {
		K string
		V int
	}
	var want, wantUp, wantDown, got, up, down []pair
	for _, k := range slices.Sorted(maps.Keys(model)) {
		p := pair{k, model[k]}
		want = append(want, p)
		if k >= bound {
			wantUp = append(wantUp, p)
		} else {
			wantDown = append(wantDown, p)
		}
		if v := tab.get(key{"x", k}); v == nil || *v != model[k] {
			t.Fatalf("get %q: %v", k, v)
		}
	}
	slices.Reverse(wantDown)
	for k, v := range tab.from(key{}) {
		got = append(got, pair{k[1], *v})
	}
	for k, v := range tab.from(key{"x", bound}) {
		up = append(up, pair{k[1], *v})
	}
	for k, v := range tab.before(key{"x", bound}) {
		down = append(down, pair{k[1], *v})
	}
	if d := cmp.Diff([][]pair{want, wantUp, wantDown}, [][]pair{got, up, down}); d != "" {
		t.Fatalf("walks (-want +got):\n%s", d)
	}
	if tab.get(key{"y"}) != nil {
		t.Fatal("a key that is not there was found")
	}
}

func TestNumbersSortAsText(t *testing.T) {
	t.Parallel()
	ns := []int64{-1 << 63, -2, -1, 0, 1, 255, 256, 1<<63 - 1}
	var texts []string
	for _, n := range ns {
		texts = append(texts, number(n))
	}
	if !slices.IsSorted(texts) {
		t.Fatalf("not sorted: %q", texts)
	}
}
