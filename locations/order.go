package locations

import (
	"cmp"
	"slices"
	"strings"
)

// spot is where a node stands, with the first bytes of its key.
type spot struct {
	head uint64
	at   int32
}

// sortByKey orders nodes by key, equal keys as they stood. Nodes are large and their keys lie elsewhere: what is sorted is spots, and
// each node then moves once.
func sortByKey(nodes []Node) {
	spots := make([]spot, len(nodes))
	for i := range nodes {
		spots[i] = spot{head(nodes[i].Key), int32(i)}
	}
	slices.SortFunc(spots, func(a, b spot) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		return cmp.Or(strings.Compare(string(nodes[a.at].Key), string(nodes[b.at].Key)), cmp.Compare(a.at, b.at))
	})
	for i := range spots {
		if int(spots[i].at) == i {
			continue
		}
		first, to := nodes[i], i
		for from := int(spots[i].at); from != i; from = int(spots[to].at) {
			nodes[to] = nodes[from]
			spots[to].at = int32(to)
			to = from
		}
		nodes[to] = first
		spots[to].at = int32(to)
	}
}

// head returns the first eight bytes of a key, ordered as the keys are.
func head(k Key) (h uint64) {
	for i := range min(len(k), 8) {
		h |= uint64(k[i]) << (56 - 8*i)
	}
	return h
}
