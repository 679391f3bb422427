package locations

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkDiff measures Compare on trees of which 0.1% of the nodes differ, beside a merge join over the same ordered nodes that is written
// out by hand: x-merge is the quotient where the prints of the trees were never made, so that both compare every field, and printed-x-merge
// where they were. It says what building a tree and making its prints cost too, and what Compare allocates a node when nothing differs.
//
//	go test ./locations -run '^$' -bench Diff -benchtime 5x
func BenchmarkDiff(b *testing.B) {
	for _, size := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			x, y := benchTrees(b, size)
			v, w := benchTrees(b, size)
			rows, others := benchNodes(size)
			made := timed(func() { v.prints() })
			w.prints()
			var mine, hand, printed time.Duration
			for b.Loop() {
				hand += timed(func() { sink = len(byHand(rows, others)) })
				n := sink
				mine += timed(func() { sink = len(Compare(x, y).Changes) })
				require.Equal(b, n, sink)
				printed += timed(func() { sink = len(Compare(v, w).Changes) })
				require.Equal(b, n, sink)
			}
			require.NotZero(b, sink)
			build := timed(func() { _, _ = Build(rows, Rules{}) })
			nodes := float64(b.N) * float64(size)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(mine)/nodes, "ns/node")
			b.ReportMetric(float64(build)/float64(size), "build-ns/node")
			b.ReportMetric(float64(made)/float64(size), "prints-ns/node")
			b.ReportMetric(float64(mine)/float64(hand), "x-merge")
			b.ReportMetric(float64(printed)/float64(hand), "printed-x-merge")
			equal := allocated(func() { Compare(x, x) }) + allocated(func() { Compare(v, v) })
			b.ReportMetric(float64(equal)/float64(size), "equal-B/node")
		})
	}
}

// BenchmarkDiffGrowth compares a large tree and small ones in turn: x-growth is what a node of the large one takes for one of a small one,
// compared byte for byte or by prints. merge-x-growth is that of a merge join by hand, which takes so long a node that memory hardly shows.
func BenchmarkDiffGrowth(b *testing.B) {
	const small, large = 10_000, 1_000_000
	x, y := benchTrees(b, small)
	p, q := benchTrees(b, large)
	for _, by := range []string{"fields", "prints"} {
		b.Run(by, func(b *testing.B) {
			if by == "prints" {
				for _, t := range []*Tree{x, y, p, q} {
					t.prints()
				}
			}
			var few, many, handFew, handMany time.Duration
			for b.Loop() {
				few += timed(func() {
					for range large / small {
						sink = len(Compare(x, y).Changes)
					}
				})
				many += timed(func() { sink = len(Compare(p, q).Changes) })
				handFew += timed(func() {
					for range large / small {
						sink = len(byHand(x.nodes, y.nodes))
					}
				})
				handMany += timed(func() { sink = len(byHand(p.nodes, q.nodes)) })
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(many)/float64(few), "x-growth")
			b.ReportMetric(float64(handMany)/float64(handFew), "merge-x-growth")
		})
	}
}

// BenchmarkDiffUnordered compares an ordered tree with nodes in random order, field by field: once ordered as Build does it and then merged,
// and once found by their keys in a table with open addressing. x-table is the quotient.
func BenchmarkDiffUnordered(b *testing.B) {
	for _, size := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			rows, shuffled := benchNodes(size)
			x, err := Build(rows, Rules{})
			require.NoError(b, err)
			rand.New(rand.NewPCG(1, 2)).Shuffle(size, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			var mine, table time.Duration
			for b.Loop() {
				mine += timed(func() {
					ordered := inOrder(shuffled)
					sink = len(diff(x.side(), side{nodes: ordered, quiet: x.quiet}).Changes)
				})
				n := sink
				table += timed(func() { sink = len(byTable(rows, shuffled)) })
				if n != sink || n == 0 {
					b.Fatalf("%d changes, by table %d", n, sink)
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(mine)/float64(b.N)/float64(size), "ns/node")
			b.ReportMetric(float64(mine)/float64(table), "x-table")
		})
	}
}

var sink int

func timed(fn func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start := clock()
	fn()
	return clock() - start
}

func allocated(fn func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fn()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// benchNodes makes two ordered lists that share no memory, with another name for 0.1% of the nodes, spread at random.
func benchNodes(size int) (ours, theirs []Node) {
	ours, theirs = apart(grid(size)), apart(grid(size))
	for _, i := range rand.New(rand.NewPCG(3, 4)).Perm(size)[:size/1000] {
		theirs[i].Name += " "
	}
	return ours, theirs
}

// benchTrees builds two such trees.
func benchTrees(b *testing.B, size int) (x, y *Tree) {
	b.Helper()
	ours, theirs := benchNodes(size)
	var err error
	x, err = Build(ours, Rules{})
	require.NoError(b, err)
	y, err = Build(theirs, Rules{})
	require.NoError(b, err)
	return x, y
}

// apart gives each text of the nodes memory of its own, as rows have that are read from a database or a table.
func apart(nodes []Node) []Node {
	for i := range nodes {
		n := &nodes[i]
		n.Key, n.Parent = Key(strings.Clone(string(n.Key))), Key(strings.Clone(string(n.Parent)))
		for f := range fieldNames {
			if p := n.text(1 << f); p != nil {
				*p = strings.Clone(*p)
			}
		}
	}
	return nodes
}

// byHand is the merge join that the package has to keep up with.
func byHand(a, b []Node) []Change {
	var out []Change
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		x, y := &a[i], &b[j]
		switch {
		case x.Key < y.Key:
			out = append(out, Change{Key: x.Key, Kind: Missing, Ours: *x})
			i++
		case x.Key > y.Key:
			out = append(out, Change{Key: y.Key, Kind: Extra, Theirs: *y})
			j++
		default:
			if !sameByHand(x, y) {
				out = append(out, Change{Key: x.Key, Kind: Changed, Fields: differing(x, y), Ours: *x, Theirs: *y})
			}
			i++
			j++
		}
	}
	for ; i < len(a); i++ {
		out = append(out, Change{Key: a[i].Key, Kind: Missing, Ours: a[i]})
	}
	for ; j < len(b); j++ {
		out = append(out, Change{Key: b[j].Key, Kind: Extra, Theirs: b[j]})
	}
	return out
}

func sameByHand(x, y *Node) bool {
	p, q := &x.Place, &y.Place
	return x.Parent == y.Parent && x.Level == y.Level && x.Name == y.Name && x.Inactive == y.Inactive &&
		p.Address1 == q.Address1 && p.Address2 == q.Address2 && p.City == q.City && p.State == q.State && p.Country == q.Country &&
		p.PostalCode == q.PostalCode && p.Phone == q.Phone && p.AreaCode == q.AreaCode && p.Email == q.Email &&
		p.Hours == q.Hours && p.DaysOpen == q.DaysOpen && p.Group == q.Group && slices.Equal(p.Attributes, q.Attributes)
}

// byTable is a join over a table with open addressing: the limit where one side is in no order. Its changes are in none either.
func byTable(a, b []Node) []Change {
	size := 4
	for size < 2*len(a) {
		size *= 2
	}
	slots := make([]int32, size) // index in a, and one; 0 is free
	seed := maphash.MakeSeed()
	at := func(k Key) int { return int(maphash.String(seed, string(k))) & (size - 1) }
	for i := range a {
		s := at(a[i].Key)
		for slots[s] != 0 {
			s = (s + 1) & (size - 1)
		}
		slots[s] = int32(i + 1)
	}
	seen := make([]bool, len(a))
	var out []Change
	for j := range b {
		y := &b[j]
		s := at(y.Key)
		for slots[s] != 0 && a[slots[s]-1].Key != y.Key {
			s = (s + 1) & (size - 1)
		}
		if slots[s] == 0 {
			out = append(out, Change{Key: y.Key, Kind: Extra, Theirs: *y})
			continue
		}
		i := slots[s] - 1
		seen[i] = true
		if f := differing(&a[i], y); f != 0 {
			out = append(out, Change{Key: y.Key, Kind: Changed, Fields: f, Ours: a[i], Theirs: *y})
		}
	}
	for i, s := range seen {
		if !s {
			out = append(out, Change{Key: a[i].Key, Kind: Missing, Ours: a[i]})
		}
	}
	return out
}
