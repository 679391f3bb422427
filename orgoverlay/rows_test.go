package orgoverlay_test

import (
	"maps"
	"slices"
	"testing"
)

// row is what is so in our own words, and the test by which we know.
type row struct {
	sentence string
	test     func(*testing.T)
}

// rows has every part of the package; doubled are the ids that stand in more than one.
var rows, doubled = func() (all map[string]row, doubled []string) {
	all = map[string]row{}
	for _, part := range []map[string]row{coreRows, extraRows, proofRows} {
		for id, r := range part {
			if _, there := all[id]; there {
				doubled = append(doubled, id)
			}
			all[id] = r
		}
	}
	return all, doubled
}()

// TestRows runs the test of every row.
func TestRows(t *testing.T) {
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		t.Run(id, func(t *testing.T) {
			t.Log(rows[id].sentence)
			rows[id].test(t)
		})
	}
}

// both proves a row by several tests.
func both(tests ...func(*testing.T)) func(*testing.T) {
	return func(t *testing.T) {
		for _, test := range tests {
			t.Run("", test)
		}
	}
}
