package courier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/mspkit/mspkit/store"
)

// Deliver carries one message out for an account, outside any transaction. It can be called again for the same message
// and must then do no harm. ctx ends when the delivery has taken too long (Config.Timeout) or its caller gives up.
type Deliver func(ctx context.Context, account string, m store.Message) error

// Config adjusts a Courier; its zero value works.
type Config struct {
	// Holder is the name that leases are taken under. It must stay the same when a process starts again, and no two
	// processes on one database may share it: the key id serves well. Default: "courier".
	Holder string
	// Now tells the time. Default: time.Now.
	Now func() time.Time
	// Lease is how long a message is held for one delivery. Default: 60 s.
	Lease time.Duration
	// Timeout is how long one delivery may take; the rest of the lease is for settling it. Default: half of Lease.
	Timeout time.Duration
	// MaxAttempts is how often a message is tried before it is parked. Default: 12.
	MaxAttempts int
	// Backoff is the longest wait after the first failure; it doubles with each further one. Default: 1 s.
	Backoff time.Duration
	// BackoffCap is the longest wait after any failure. Default: 10 min.
	BackoffCap time.Duration
	// Budget is how long one call goes on taking further messages. Default: 20 s.
	Budget time.Duration
	// Rand returns numbers in [0, 1), which spread the retries over time; it is called concurrently. Default:
	// rand.Float64 of math/rand/v2.
	Rand func() float64
}

// settleWithin bounds a settlement, which goes on when the call's context has ended.
const settleWithin = 10 * time.Second

// successorPage is how many waiting messages One reads to find the next one of a stream.
const successorPage = 200

// Courier delivers the messages of a queue. Its methods can be called concurrently, also by several processes on one
// database; leases keep them apart.
type Courier struct {
	queue    store.Queue
	deliver  map[string]Deliver
	cfg      Config
	draining atomic.Bool
}

// New makes a Courier for a queue. deliver says by domain (store.DomainCollab, ...) who carries a message out; the map
// must not be changed afterwards.
func New(queue store.Queue, deliver map[string]Deliver, cfg Config) *Courier {
	cfg.Holder = cmp.Or(cfg.Holder, "courier")
	cfg.Lease = cmp.Or(cfg.Lease, time.Minute)
	cfg.Timeout = cmp.Or(cfg.Timeout, cfg.Lease/2)
	cfg.MaxAttempts = cmp.Or(cfg.MaxAttempts, 12)
	cfg.Backoff = cmp.Or(cfg.Backoff, time.Second)
	cfg.BackoffCap = cmp.Or(cfg.BackoffCap, 10*time.Minute)
	cfg.Budget = cmp.Or(cfg.Budget, 20*time.Second)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Float64
	}
	return &Courier{queue: queue, deliver: deliver, cfg: cfg}
}

// Free makes everything that is leased under this courier's holder name due at once, without counting the attempt, and
// says how many that were; it also ends a Drain. It belongs before the first delivery of a process and nowhere else.
func (c *Courier) Free(ctx context.Context) (int, error) {
	c.draining.Store(false)
	n, err := c.queue.Free(ctx, c.cfg.Holder, c.now())
	if err != nil {
		return 0, fmt.Errorf("courier: free the leases of %s: %w", c.cfg.Holder, err)
	}
	return n, nil
}

// Start does what is due when a process starts: Free, then Sweep.
func (c *Courier) Start(ctx context.Context) (Report, error) {
	if _, err := c.Free(ctx); err != nil {
		return Report{}, err
	}
	return c.Sweep(ctx)
}

// Sweep delivers what is due, oldest first, until nothing is or the budget is used up. Failed deliveries are in the
// Report; an error says that the queue failed or ctx ended, and comes with the report of what was done until then.
func (c *Courier) Sweep(ctx context.Context) (Report, error) {
	var r Report
	for start := c.cfg.Now(); c.goOn(ctx, start, &r); {
		now := c.now()
		ms, err := c.queue.Lease(ctx, c.cfg.Holder, now, now.Add(c.cfg.Lease), 1)
		if err != nil {
			return r, fmt.Errorf("courier: lease: %w", err)
		}
		if len(ms) == 0 {
			return r, nil
		}
		if _, err := c.carry(ctx, ms[0], &r); err != nil {
			return r, err
		}
	}
	return r, ctx.Err()
}

// One delivers the message with this id and then whatever is due behind it in the same stream, until the budget is used
// up, so that a chain of pages does not wait for the next sweep. A message that cannot be leased now (it is
// done, parked, not due, behind another one of its stream, or somebody else's) gives an empty Report. Errors are those of Sweep.
func (c *Courier) One(ctx context.Context, id int64) (Report, error) {
	var r Report
	for start := c.cfg.Now(); id != 0 && c.goOn(ctx, start, &r); {
		now := c.now()
		m, err := c.queue.LeaseOne(ctx, id, c.cfg.Holder, now, now.Add(c.cfg.Lease))
		if errors.Is(err, store.ErrLeaseLost) {
			return r, nil
		}
		if err != nil {
			return r, fmt.Errorf("courier: lease message %d: %w", id, err)
		}
		settled, err := c.carry(ctx, m, &r)
		if err != nil || !settled {
			return r, err
		}
		if id, err = c.successor(ctx, m, &r); err != nil {
			return r, err
		}
	}
	return r, ctx.Err()
}

// Next returns when the next message can be leased, which may have passed already; zero when nothing waits.
func (c *Courier) Next(ctx context.Context) (time.Time, error) {
	t, err := c.queue.Next(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("courier: next: %w", err)
	}
	return t, nil
}

// Drain makes calls under way return after the delivery at hand, and later ones deliver nothing, until Free or Start.
func (c *Courier) Drain() { c.draining.Store(true) }

// Longest returns the longest that a call takes when the queue answers in time: the budget, one delivery, its settlement.
func (c *Courier) Longest() time.Duration { return c.cfg.Budget + c.cfg.Timeout + settleWithin }

// goOn says whether a call that began at start may take a further message.
func (c *Courier) goOn(ctx context.Context, start time.Time, r *Report) bool {
	if ctx.Err() == nil && !c.draining.Load() && c.cfg.Now().Sub(start) < c.cfg.Budget {
		return true
	}
	r.More = true
	return false
}

// successor finds the message that now leads the stream of m, zero when there is none.
func (c *Courier) successor(ctx context.Context, m store.Message, r *Report) (int64, error) {
	q := store.MessageQuery{Account: m.Account, State: store.MessageWaiting, After: m.ID, Limit: successorPage}
	ms, err := c.queue.List(ctx, q)
	if err != nil {
		return 0, fmt.Errorf("courier: stream %s of %s: %w", m.Stream, m.Account, err)
	}
	for _, next := range ms {
		if next.Stream == m.Stream {
			return next.ID, nil
		}
	}
	r.More = len(ms) == successorPage // it may be further on: a sweep will find it
	return 0, nil
}

func (c *Courier) now() time.Time { return c.cfg.Now().UTC().Truncate(time.Microsecond) }
