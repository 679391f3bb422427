// Package peerbench compares locations.Compare with libraries that find differences in any Go values. They are no dependencies of the
// product, and so this is a module of its own.
package peerbench

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mspkit/mspkit/locations"
	"github.com/r3labs/diff/v3"
)

var deep = flag.Bool("deep", false, "compare 1,000,000 nodes too, which takes minutes and some gigabytes")

// BenchmarkPeers lets each find the 0.1% of nodes that differ between two sets, in turn: Compare in two trees, the others in two maps by key,
// all of them made before. The quotients say how often Compare fits into what each of the others takes: plain where it compares the nodes
// field by field, printed- where the prints of the trees are there, and built- where the making of both trees counts as Compare's time (the
// making of the maps never counts).
//
//	go test -run '^$' -bench Peers -benchtime 1x [-deep]
func BenchmarkPeers(b *testing.B) {
	sizes := []int{1000, 10_000, 100_000}
	if *deep {
		sizes = append(sizes, 1_000_000)
	}
	for _, size := range sizes {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			ours, theirs := nodes(size), nodes(size)
			for i := 500; i < size; i += 1000 {
				theirs[i].Name += " "
			}
			p, q := byKey(ours), byKey(theirs)
			want := size / 1000
			var build, mine, printed, r3, goCmp time.Duration
			for b.Loop() {
				var x, y *locations.Tree
				build += timed(func() { x, y = tree(b, ours), tree(b, theirs) })
				mine += compare(b, x, y, want)
				if x.Root() == y.Root() { // asked for to have the prints made
					b.Fatal("the roots are equal")
				}
				printed += compare(b, x, y, want)
				var found int
				r3 += timed(func() {
					changes, err := diff.Diff(p, q)
					if err != nil {
						b.Fatal(err)
					}
					found = len(changes)
				})
				require(b, found, want)
				goCmp += timed(func() { found = len(cmp.Diff(p, q)) })
				if found == 0 {
					b.Fatal("go-cmp finds no difference")
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(mine)/float64(b.N)/float64(size), "ns/node")
			for how, took := range map[string]time.Duration{"": mine, "printed-": printed, "built-": mine + build} {
				b.ReportMetric(float64(r3)/float64(took), how+"x-r3labs")
				b.ReportMetric(float64(goCmp)/float64(took), how+"x-go-cmp")
			}
		})
	}
}

// compare says what one of many comparisons takes: a single one of small trees is over too soon to be timed well.
func compare(b *testing.B, x, y *locations.Tree, want int) time.Duration {
	b.Helper()
	often := max(5, 2_000_000/x.Len())
	var found int
	took := timed(func() {
		for range often {
			found = len(locations.Compare(x, y).Changes)
		}
	})
	require(b, found, want)
	return took / time.Duration(often)
}

// timed says what fn takes of the processors, with the clearing up of the memory that it used.
func timed(fn func()) time.Duration {
	runtime.GC()
	start := clock()
	fn()
	return clock() - start
}

func require(b *testing.B, found, want int) {
	b.Helper()
	if found != want {
		b.Fatalf("%d changes, want %d", found, want)
	}
}

func tree(b *testing.B, list []locations.Node) *locations.Tree {
	b.Helper()
	t, err := locations.Build(list, locations.Rules{})
	if err != nil {
		b.Fatal(err)
	}
	return t
}

func byKey(list []locations.Node) map[locations.Key]locations.Node {
	m := make(map[locations.Key]locations.Node, len(list))
	for _, n := range list {
		m[n.Key] = n
	}
	return m
}

// nodes makes stores under districts of a hundred, ordered by key; no two texts share memory.
func nodes(n int) []locations.Node {
	list := make([]locations.Node, n)
	for i := range list {
		district := locations.Key(fmt.Sprintf("D%07d", i/100*100))
		if i%100 == 0 {
			list[i] = locations.Node{Key: district, Level: 2, Name: fmt.Sprintf("District %d", i/100)}
			continue
		}
		list[i] = locations.Node{
			Key: district + locations.Key(fmt.Sprintf("-%02d", i%100)), Parent: locations.Key(strings.Clone(string(district))), Level: locations.LocationLevel, Name: fmt.Sprintf("Store number %d", i),
			Place: locations.Place{
				Address1: fmt.Sprintf("%d Long Road", i), City: fmt.Sprintf("City %d", i/100), State: strings.Clone("OR"), Country: strings.Clone("US"),
				PostalCode: fmt.Sprint(10000 + i%90000), Phone: fmt.Sprintf("+1 555 %07d", i), Hours: strings.Clone("8-20"), DaysOpen: strings.Clone("Mon-Sat"),
			},
		}
	}
	return list
}
