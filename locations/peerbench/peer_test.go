// Package peerbench compares locations.Compare with libraries that find differences in any Go values. They are no dependencies of the
// product, and so this is a module of its own.
package peerbench

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mspkit/mspkit/locations"
	"github.com/r3labs/diff/v3"
)

// BenchmarkPeers lets each find the 0.1% of nodes that differ between two sets, in turn: Compare in two trees, the others in two maps by key.
// The quotients say how often Compare fits into what each of them takes; those with-build count the making of both trees to Compare's time,
// as where their prints are not there yet.
//
//	go test -run '^$' -bench Peers -benchtime 1x
func BenchmarkPeers(b *testing.B) {
	for _, size := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			ours, theirs := nodes(size), nodes(size)
			for i := 500; i < size; i += 1000 {
				theirs[i].Name += " "
			}
			want := size / 1000
			var build, mine, r3, goCmp time.Duration
			for b.Loop() {
				var x, y *locations.Tree
				build += timed(func() { x, y = tree(b, ours), tree(b, theirs) })
				p, q := byKey(ours), byKey(theirs)
				var found int
				const often = 10 // one is over too soon to be timed well
				mine += timed(func() {
					for range often {
						found = len(locations.Compare(x, y).Changes)
					}
				}) / often
				require(b, found, want)
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
			b.ReportMetric(float64(r3)/float64(mine), "x-r3labs")
			b.ReportMetric(float64(goCmp)/float64(mine), "x-go-cmp")
			b.ReportMetric(float64(r3)/float64(mine+build), "r3labs-x-with-build")
			b.ReportMetric(float64(goCmp)/float64(mine+build), "go-cmp-x-with-build")
		})
	}
}

func timed(fn func()) time.Duration {
	start := time.Now()
	fn()
	return time.Since(start)
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

// nodes makes stores under districts of a hundred, ordered by key; no two calls share memory.
func nodes(n int) []locations.Node {
	list := make([]locations.Node, n)
	for i := range list {
		district := locations.Key(fmt.Sprintf("D%07d", i/100*100))
		if i%100 == 0 {
			list[i] = locations.Node{Key: district, Level: 2, Name: fmt.Sprintf("District %d", i/100)}
			continue
		}
		list[i] = locations.Node{
			Key: district + locations.Key(fmt.Sprintf("-%02d", i%100)), Parent: district, Level: locations.LocationLevel, Name: fmt.Sprintf("Store number %d", i),
			Place: locations.Place{
				Address1: fmt.Sprintf("%d Long Road", i), City: fmt.Sprintf("City %d", i/100), State: "OR", Country: "US",
				PostalCode: fmt.Sprint(10000 + i%90000), Phone: fmt.Sprintf("+1 555 %07d", i), Hours: "8-20", DaysOpen: "Mon-Sat",
			},
		}
	}
	return list
}
