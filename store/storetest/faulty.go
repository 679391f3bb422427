package storetest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/mspkit/mspkit/store"
)

// ErrFault is what a FaultyDB answers at the chosen moment.
var ErrFault = errors.New("storetest: planned fault")

// Moment is when a FaultyDB fails.
type Moment uint8

// The moments.
const (
	Never        Moment = iota
	BeforeWrite         // a role's write is not done and fails
	AfterWrite          // a role's write is done and fails, so that its closure will roll it back
	BeforeCommit        // the closure succeeded; Update rolls back and fails
	AfterCommit         // Update commits and fails: its caller cannot know the outcome
)

// Plan says when a FaultyDB fails: at the N-th write (BeforeWrite, AfterWrite) or at the N-th Update that would commit
// (BeforeCommit, AfterCommit), counted from 1. A Queue method that writes is both a write and a commit.
type Plan struct {
	Moment Moment
	N      int
	// Down keeps the DB down after the fault, as for a process that died: whoever is to go on uses the DB beneath.
	// Default: the fault happens once.
	Down bool
}

// FaultyDB is a DB that fails as planned, and counts. It is safe for concurrent use.
type FaultyDB struct {
	db      store.DB
	plan    Plan
	mu      sync.Mutex
	writes  int
	commits int
	tripped bool
}

var _ store.DB = (*FaultyDB)(nil)

// Faulty wraps a DB, all of whose roles must be set. With the zero Plan it only counts.
func Faulty(db store.DB, plan Plan) *FaultyDB { return &FaultyDB{db: db, plan: plan} }

// Writes returns how many writes were begun so far.
func (f *FaultyDB) Writes() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.writes
}

// Commits returns how many Updates came to their commit so far.
func (f *FaultyDB) Commits() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.commits
}

// Tripped reports whether the planned fault has happened.
func (f *FaultyDB) Tripped() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tripped
}

// For returns the transactions of one account.
func (f *FaultyDB) For(account string) store.Scoped { return faultyScoped{f, f.db.For(account)} }

// Messages returns the queue.
func (f *FaultyDB) Messages() store.Queue { return faultyQueue{f, f.db.Messages()} }

// trip counts a step of the kind that the two moments belong to, and returns the moment at which it is to fail, or Never.
func (f *FaultyDB) trip(count *int, before, after Moment) Moment {
	f.mu.Lock()
	defer f.mu.Unlock()
	*count++
	if f.plan.Moment != before && f.plan.Moment != after || *count != f.plan.N {
		return Never
	}
	f.tripped = true
	return f.plan.Moment
}

// up answers ErrFault when the DB is down.
func (f *FaultyDB) up() error {
	if f.plan.Down && f.Tripped() {
		return ErrFault
	}
	return nil
}

// write does one write of a role.
func (f *FaultyDB) write(do func() error) error {
	if err := f.up(); err != nil {
		return err
	}
	moment := f.trip(&f.writes, BeforeWrite, AfterWrite)
	if moment == BeforeWrite {
		return ErrFault
	}
	if err := do(); err != nil {
		return err
	}
	if moment == AfterWrite {
		return ErrFault
	}
	return nil
}

type faultyScoped struct {
	f     *FaultyDB
	inner store.Scoped
}

func (s faultyScoped) View(ctx context.Context, fn func(context.Context, store.View) error) error {
	if err := s.f.up(); err != nil {
		return err
	}
	return s.inner.View(ctx, fn)
}

func (s faultyScoped) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	if err := s.f.up(); err != nil {
		return err
	}
	moment := Never
	err := s.inner.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		moment = Never // this may be another try
		if err := fn(ctx, s.f.roles(tx)); err != nil {
			return err
		}
		if err := s.f.up(); err != nil {
			return err // down, and the closure swallowed it
		}
		moment = s.f.trip(&s.f.commits, BeforeCommit, AfterCommit)
		if moment == BeforeCommit {
			return ErrFault
		}
		return nil
	})
	if err == nil && moment == AfterCommit {
		return ErrFault
	}
	return err
}

type faultyQueue struct {
	f *FaultyDB
	store.Queue
}

// do runs a method that is a write and a commit in one.
func (q faultyQueue) do(fn func() error) error {
	if err := q.f.up(); err != nil {
		return err
	}
	write, commit := q.f.trip(&q.f.writes, BeforeWrite, AfterWrite), q.f.trip(&q.f.commits, BeforeCommit, AfterCommit)
	if write != Never || commit == BeforeCommit {
		return ErrFault
	}
	if err := fn(); err != nil {
		return err
	}
	if commit == AfterCommit {
		return ErrFault
	}
	return nil
}

func (q faultyQueue) Lease(ctx context.Context, holder string, now, until time.Time, limit int) (ms []store.Message, err error) {
	err = q.do(func() error { ms, err = q.Queue.Lease(ctx, holder, now, until, limit); return err })
	return ms, err
}

func (q faultyQueue) LeaseOne(ctx context.Context, id int64, holder string, now, until time.Time) (m store.Message, err error) {
	err = q.do(func() error { m, err = q.Queue.LeaseOne(ctx, id, holder, now, until); return err })
	return m, err
}

func (q faultyQueue) List(ctx context.Context, query store.MessageQuery) ([]store.Message, error) {
	if err := q.f.up(); err != nil {
		return nil, err
	}
	return q.Queue.List(ctx, query)
}

func (q faultyQueue) Next(ctx context.Context) (time.Time, error) {
	if err := q.f.up(); err != nil {
		return time.Time{}, err
	}
	return q.Queue.Next(ctx)
}

func (q faultyQueue) Settle(ctx context.Context, id, token int64, s store.Settlement) error {
	return q.do(func() error { return q.Queue.Settle(ctx, id, token, s) })
}

func (q faultyQueue) Free(ctx context.Context, holder string, now time.Time) (n int, err error) {
	err = q.do(func() error { n, err = q.Queue.Free(ctx, holder, now); return err })
	return n, err
}

func (q faultyQueue) Replay(ctx context.Context, account string, id int64, now time.Time) error {
	return q.do(func() error { return q.Queue.Replay(ctx, account, id, now) })
}
