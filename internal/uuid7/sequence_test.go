package uuid7

import (
	"sync"
	"testing"
)

func TestSequenceAscends(t *testing.T) {
	t.Parallel()
	var q Sequence
	last := ""
	for range 20_000 { // several times what one millisecond can count
		id := q.Next()
		if len(id) != 36 || id[14] != '7' || id <= last {
			t.Fatalf("%q follows %q", id, last)
		}
		last = id
	}
}

func TestSequenceIsUniqueAcrossGoroutines(t *testing.T) {
	t.Parallel()
	var q Sequence
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				id := q.Next()
				mu.Lock()
				if seen[id] {
					t.Errorf("%q twice", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}
