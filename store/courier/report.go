package courier

import (
	"fmt"
	"time"

	"github.com/mspkit/mspkit/store"
)

// Report says what a call did.
type Report struct {
	Delivered int       // done
	Retried   int       // failed or interrupted, and waiting again
	Parked    int       // given up until somebody replays them
	Lost      int       // delivered, but the lease had run out: whoever has the message now settles it
	Failures  []Failure // of the retried and parked ones, in the order of their delivery
	More      bool      // the call ended (budget, Drain, context) before it was known that nothing is left
}

// Failure is a delivery that did not work.
type Failure struct {
	ID       int64
	Account  string
	Domain   string
	Stream   string
	Kind     string
	Attempts int                // until now, this one included
	State    store.MessageState // MessageWaiting or MessageParked
	NextAt   time.Time          // of the next attempt; zero when parked
	Err      error
}

// String gives the counts on one line.
func (r Report) String() string {
	return fmt.Sprintf("%d delivered, %d retried, %d parked, %d lost", r.Delivered, r.Retried, r.Parked, r.Lost)
}
