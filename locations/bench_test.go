package locations

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkDiff measures Compare on ordered trees of which 0.1% of the nodes differ, beside a merge join written
// out by hand over the same nodes: the metric x-of-hand is the quotient.
func BenchmarkDiff(b *testing.B) {
	for _, size := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			ours, theirs := grid(size), grid(size)
			for i := 500; i < size; i += 1000 {
				theirs[i].Name += " "
			}
			x, err := Build(ours, Rules{})
			if err != nil {
				b.Fatal(err)
			}
			y, err := Build(theirs, Rules{})
			if err != nil {
				b.Fatal(err)
			}
			var mine, hand time.Duration
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				n := len(Compare(x, y).Changes)
				mine += time.Since(start)
				start = time.Now()
				m := len(byHand(x.nodes, y.nodes))
				hand += time.Since(start)
				if n != m || n == 0 {
					b.Fatalf("%d changes, by hand %d", n, m)
				}
			}
			b.ReportMetric(float64(mine.Nanoseconds())/float64(b.N)/float64(size), "ns/node")
			b.ReportMetric(float64(mine)/float64(hand), "x-of-hand")
		})
	}
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
			if f := differing(x, y); f != 0 {
				out = append(out, Change{Key: x.Key, Kind: Changed, Fields: f, Ours: *x, Theirs: *y})
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
