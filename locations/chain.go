package locations

import (
	"context"
	"fmt"
	"slices"
)

// Chains returns, for each of these locations, the print of the location with its chain of level values. Two
// systems agree on a location when these prints are equal; every inactive location has the same one. An
// unknown key is absent from the result. The store is asked once for each level, however many keys there are.
func Chains(ctx context.Context, trees TreesView, set SetID, keys []Key) (map[Key]Print, error) {
	known := map[Key]Entry{}
	asked := map[Key]bool{}
	ask := distinct(keys, asked)
	for len(ask) > 0 {
		entries, err := trees.Entries(ctx, set, ask)
		if err != nil {
			return nil, fmt.Errorf("locations: chains of set %s: %w", set, err)
		}
		parents := make([]Key, 0, len(entries))
		for _, e := range entries {
			known[e.Key] = e
			parents = append(parents, e.Parent)
		}
		ask = distinct(parents, asked)
	}
	chains := make(map[Key]Print, len(keys))
	for _, k := range keys {
		if e, ok := known[k]; ok {
			chains[k] = chainOf(e, func(k Key) (Entry, bool) { e, ok := known[k]; return e, ok }, len(known))
		}
	}
	return chains, nil
}

// Chain returns the same print from a tree, and false for an unknown key.
func (t *Tree) Chain(k Key) (Print, bool) {
	i := t.find(k)
	if i < 0 {
		return Print{}, false
	}
	entry := func(k Key) (Entry, bool) {
		if i := t.find(k); i >= 0 {
			return Entry{Key: k, Parent: t.nodes[i].Parent, Own: t.prints().own[i], Inactive: t.nodes[i].Inactive}, true
		}
		return Entry{}, false
	}
	e, _ := entry(k)
	return chainOf(e, entry, len(t.nodes)), true
}

// chainOf walks up from an entry, at most the given number of steps.
func chainOf(e Entry, find func(Key) (Entry, bool), most int) Print {
	if e.Inactive {
		return inactiveChain
	}
	var own []Print
	for ok := true; ok && len(own) < most; e, ok = find(e.Parent) {
		own = append(own, e.Own)
	}
	return chainPrint(own)
}

// distinct returns the non-empty keys that were not asked for yet, ordered, and marks them.
func distinct(keys []Key, asked map[Key]bool) []Key {
	var out []Key
	for _, k := range keys {
		if k != "" && !asked[k] {
			asked[k] = true
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}
