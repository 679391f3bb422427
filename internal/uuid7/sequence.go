package uuid7

import (
	"crypto/rand"
	"sync"
	"time"
)

// Sequence mints UUIDs that ascend as text, also within a millisecond and when the clock stands still or steps back: the
// 12 bits after the version count up, and borrow from the next millisecond when they run out. The zero Sequence is ready.
type Sequence struct {
	mu    sync.Mutex
	ms    int64
	count uint16
}

// Next returns the next UUID, of the present instant or just after the last one.
func (q *Sequence) Next() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	if ms := time.Now().UnixMilli(); ms > q.ms {
		q.ms, q.count = ms, 0
	} else if q.count++; q.count == 1<<12 {
		q.ms, q.count = q.ms+1, 0
	}
	s, err := New(time.UnixMilli(q.ms), counted{q.count})
	if err != nil {
		panic(err) // a machine whose clock stands before 1970
	}
	return s
}

// counted reads as random bits after two bytes of count.
type counted struct{ n uint16 }

func (c counted) Read(b []byte) (int, error) {
	n, err := rand.Read(b)
	b[0], b[1] = byte(c.n>>8), byte(c.n)
	return n, err
}
