package locations

import (
	"cmp"
	"slices"
	"strings"
)

// spot is where a node stands, with eight bytes of its key.
type spot struct {
	head uint64
	at   int32
}

// inOrder returns the nodes ordered by key, equal keys as they stood: the slice itself where it is ordered, else another. Nodes are large and
// their keys lie elsewhere: what is sorted is spots, and each node then moves once.
func inOrder(nodes []Node) []Node {
	if slices.IsSortedFunc(nodes, byKey) {
		return nodes
	}
	spots := make([]spot, 2*len(nodes))
	spots, spare := spots[:len(nodes)], spots[len(nodes):]
	for i := range spots {
		spots[i].at = int32(i)
	}
	sortSpots(spots, spare, nodes, 0)
	out := make([]Node, len(nodes))
	for i, s := range spots {
		out[i] = nodes[s.at]
	}
	return out
}

// few is how many spots are sorted by comparing their keys.
const few = 48

// sortSpots orders spots whose keys agree up to a byte, by the eight that follow and then those with equal ones further on.
func sortSpots(spots, spare []spot, nodes []Node, from int) {
	longest := 0
	for i := range spots {
		k := nodes[spots[i].at].Key
		spots[i].head = head(k[min(from, len(k)):])
		longest = max(longest, len(k))
	}
	if len(spots) > few {
		radix(spots, spare)
	} else {
		slices.SortStableFunc(spots, func(a, b spot) int { return cmp.Compare(a.head, b.head) })
	}
	for i := 0; i < len(spots); {
		j := i + 1
		for j < len(spots) && spots[j].head == spots[i].head {
			j++
		}
		switch same := spots[i:j]; {
		case len(same) > few && longest > from+8:
			sortSpots(same, spare, nodes, from+8)
		case len(same) > 1:
			slices.SortStableFunc(same, func(a, b spot) int { return strings.Compare(string(nodes[a.at].Key), string(nodes[b.at].Key)) })
		}
		i = j
	}
}

// radix orders spots by head, a byte at a time from the last, equal ones as they stood.
func radix(spots, spare []spot) {
	var any, all uint64 = 0, ^uint64(0)
	for i := range spots {
		any |= spots[i].head
		all &= spots[i].head
	}
	from, to := spots, spare[:len(spots)]
	for shift := 0; shift < 64; shift += 8 {
		if (any^all)>>shift&0xff == 0 {
			continue // the same in every head
		}
		var next [257]int32
		for i := range from {
			next[from[i].head>>shift&0xff+1]++
		}
		for i := range 256 {
			next[i+1] += next[i]
		}
		for i := range from {
			b := from[i].head >> shift & 0xff
			to[next[b]] = from[i]
			next[b]++
		}
		from, to = to, from
	}
	copy(spots, from)
}

// head returns the first eight bytes of a key, ordered as the keys are.
func head(k Key) (h uint64) {
	for i := range min(len(k), 8) {
		h |= uint64(k[i]) << (56 - 8*i)
	}
	return h
}
