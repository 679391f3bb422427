package courier_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/courier"
	"github.com/mspkit/mspkit/store/memstore"
)

const account = "alder"

// office is a queue, and a record of what was delivered from it.
type office struct {
	t     *testing.T
	db    *memstore.DB
	mu    sync.Mutex
	calls []string                                         // keys, in the order of the deliveries
	at    []time.Duration                                  // when they began
	start time.Time                                        //
	do    func(ctx context.Context, m store.Message) error // nil: works
}

func newOffice(t *testing.T) *office {
	return &office{t: t, db: memstore.New(memstore.Config{}), start: time.Now()}
}

// post writes messages named stream/number, due now.
func (o *office) post(keys ...string) {
	o.t.Helper()
	err := o.db.For(account).Update(o.t.Context(), func(ctx context.Context, tx store.Tx) error {
		return enqueue(ctx, tx, keys...)
	})
	require.NoError(o.t, err)
}

func enqueue(ctx context.Context, tx store.Tx, keys ...string) error {
	var ms []collab.Message
	for _, k := range keys {
		stream, _, _ := strings.Cut(k, "/")
		ms = append(ms, collab.Message{Key: k, Stream: stream, Kind: "note", Payload: []byte(k), Due: time.Now().UTC()})
	}
	return tx.Collab.Outbox.Enqueue(ctx, ms)
}

func (o *office) deliver(ctx context.Context, acc string, m store.Message) error {
	o.mu.Lock()
	o.calls = append(o.calls, m.Key)
	o.at = append(o.at, time.Since(o.start))
	o.mu.Unlock()
	if acc != m.Account || acc != account {
		return fmt.Errorf("delivered for %q a message of %q", acc, m.Account)
	}
	if o.do == nil {
		return nil
	}
	return o.do(ctx, m)
}

func (o *office) courier(cfg courier.Config) *courier.Courier {
	return courier.New(o.db.Messages(), map[string]courier.Deliver{store.DomainCollab: o.deliver}, cfg)
}

// message returns the row with this key.
func (o *office) message(key string) store.Message {
	o.t.Helper()
	ms, err := o.db.Messages().List(o.t.Context(), store.MessageQuery{Account: account})
	require.NoError(o.t, err)
	for _, m := range ms {
		if m.Key == key {
			return m
		}
	}
	require.Fail(o.t, "no message "+key)
	return store.Message{}
}

// states lists key, state and attempts of every message.
func (o *office) states() []string {
	o.t.Helper()
	ms, err := o.db.Messages().List(o.t.Context(), store.MessageQuery{})
	require.NoError(o.t, err)
	var out []string
	for _, m := range ms {
		out = append(out, fmt.Sprintf("%s %s %d", m.Key, m.State, m.Attempts))
	}
	return out
}

func equal[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// counts strips what a test does not compare.
func counts(r courier.Report) courier.Report {
	r.Failures = nil
	return r
}

type stubborn struct{ error }

func (stubborn) Permanent() bool { return true }

type later struct {
	error
	after time.Duration
}

func (l later) RetryAfter() time.Duration { return l.after }

func TestStreamKeepsItsOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		failures := 2
		o.do = func(_ context.Context, m store.Message) error {
			if m.Key == "a/1" && failures > 0 {
				failures--
				return errors.New("not yet")
			}
			return nil
		}
		o.post("a/1", "b/1", "a/2", "b/2")
		c := o.courier(courier.Config{})
		for range 10 {
			_, err := c.Sweep(t.Context())
			require.NoError(t, err)
			time.Sleep(time.Second)
		}
		equal(t, "deliveries", []string{"a/1", "b/1", "b/2", "a/1", "a/1", "a/2"}, o.calls)
	})
}

func TestOneGoesOnInItsStreamAndLeavesOthers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var page int
	o.do = func(ctx context.Context, m store.Message) error {
		if page++; page > 4 {
			return nil
		}
		o.post(fmt.Sprintf("other/%d", page+1))
		return o.db.For(account).Update(ctx, func(ctx context.Context, tx store.Tx) error { // a page asks for the next
			return enqueue(ctx, tx, fmt.Sprintf("pages/%d", page+1))
		})
	}
	o.post("other/1", "pages/1")
	c := o.courier(courier.Config{})
	r, err := c.One(t.Context(), o.message("pages/1").ID)
	require.NoError(t, err)
	equal(t, "report", courier.Report{Delivered: 5}, r)
	equal(t, "deliveries", []string{"pages/1", "pages/2", "pages/3", "pages/4", "pages/5"}, o.calls)
	equal(t, "the other stream", []any{store.MessageWaiting, 0}, []any{o.message("other/1").State, o.message("other/1").Attempts})

	r, err = c.One(t.Context(), o.message("pages/1").ID)
	require.NoError(t, err)
	equal(t, "report of a message that is done", courier.Report{}, r)
	r, err = c.One(t.Context(), 4711)
	require.NoError(t, err)
	equal(t, "report of an unknown message", courier.Report{}, r)
}

func TestOneStopsBehindAFailure(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.do = func(context.Context, store.Message) error { return errors.New("down") }
	o.post("a/1", "a/2")
	r, err := o.courier(courier.Config{}).One(t.Context(), o.message("a/1").ID)
	require.NoError(t, err)
	equal(t, "report", courier.Report{Retried: 1}, counts(r))
	equal(t, "states", []string{"a/1 waiting 1", "a/2 waiting 0"}, o.states())
}

func TestOneGoesOnBehindAParkedMessage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.do = func(_ context.Context, m store.Message) error {
		if m.Key == "a/1" {
			return fmt.Errorf("deliver: %w", stubborn{errors.New("refused")})
		}
		return nil
	}
	o.post("a/1", "a/2")
	r, err := o.courier(courier.Config{}).One(t.Context(), o.message("a/1").ID)
	require.NoError(t, err)
	equal(t, "report", courier.Report{Delivered: 1, Parked: 1}, counts(r))
	equal(t, "reason", "deliver: refused", o.message("a/1").Reason)
}

func TestBackoffDoublesUpToItsCap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.do = func(context.Context, store.Message) error { return errors.New("down") }
		o.post("a/1")
		c := o.courier(courier.Config{BackoffCap: 10 * time.Second, MaxAttempts: 7, Rand: func() float64 { return 0.5 }})
		sweepUntilIdle(t, c)
		equal(t, "times of the attempts", []time.Duration{
			0, 750 * time.Millisecond, 2250 * time.Millisecond, 5250 * time.Millisecond, 11250 * time.Millisecond,
			18750 * time.Millisecond, 26250 * time.Millisecond}, o.at)
		m := o.message("a/1")
		equal(t, "state", []any{store.MessageParked, 7, "down"}, []any{m.State, m.Attempts, m.Reason})
	})
}

// sweepUntilIdle sweeps whenever the next message is due, until none is left.
func sweepUntilIdle(t *testing.T, c *courier.Courier) {
	t.Helper()
	for {
		_, err := c.Sweep(t.Context())
		require.NoError(t, err)
		next, err := c.Next(t.Context())
		require.NoError(t, err)
		if next.IsZero() {
			return
		}
		time.Sleep(time.Until(next))
	}
}

func TestJitterStaysBetweenHalfAndAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.do = func(context.Context, store.Message) error { return errors.New("down") }
		var keys []string
		for i := range 50 {
			keys = append(keys, fmt.Sprintf("s%d/1", i))
		}
		o.post(keys...)
		r, err := o.courier(courier.Config{}).Sweep(t.Context())
		require.NoError(t, err)
		waits := map[time.Duration]bool{}
		for _, f := range r.Failures {
			d := f.NextAt.Sub(o.start)
			waits[d] = true
			if d < 500*time.Millisecond || d > time.Second {
				t.Errorf("message %d waits %v", f.ID, d)
			}
		}
		if len(waits) < 40 {
			t.Errorf("50 failures are retried at only %d different times", len(waits))
		}
	})
}

func TestErrorNamesTheTimeOfTheRetry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ named, want time.Duration }{
		{42 * time.Second, 42 * time.Second}, {1000 * time.Hour, time.Hour}, {0, 500 * time.Millisecond}, {-time.Hour, 500 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			o.do = func(context.Context, store.Message) error {
				return fmt.Errorf("deliver: %w", later{errors.New("busy"), c.named})
			}
			o.post("a/1")
			_, err := o.courier(courier.Config{Rand: func() float64 { return 0 }}).Sweep(t.Context())
			require.NoError(t, err)
			equal(t, c.named.String(), c.want, o.message("a/1").NextAt.Sub(o.start))
		})
	}
}

func TestParkedMessageIsReplayedByHand(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.do = func(context.Context, store.Message) error { return stubborn{errors.New("no such project")} }
	o.post("a/1")
	c := o.courier(courier.Config{})
	r, err := c.Sweep(t.Context())
	require.NoError(t, err)
	require.Len(t, r.Failures, 1)
	equal(t, "state", store.MessageParked, r.Failures[0].State)

	o.do = nil
	r, err = c.Sweep(t.Context())
	require.NoError(t, err)
	equal(t, "a parked message is left alone", courier.Report{}, r)
	require.NoError(t, o.db.Messages().Replay(t.Context(), account, o.message("a/1").ID, time.Now()))
	r, err = c.Sweep(t.Context())
	require.NoError(t, err)
	equal(t, "report", courier.Report{Delivered: 1}, r)
	equal(t, "states", []string{"a/1 done 1"}, o.states())
}

func TestPoisonDoesNotStopOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.do = func(_ context.Context, m store.Message) error {
			switch m.Key {
			case "bad/1":
				panic("poison\x00")
			case "bad/2":
				return errors.New(strings.Repeat("ü", 1000))
			}
			return nil
		}
		o.post("bad/1", "a/1", "bad/2", "a/2", "bad/3")
		sweepUntilIdle(t, o.courier(courier.Config{MaxAttempts: 3}))
		equal(t, "states", []string{"bad/1 parked 3", "a/1 done 1", "bad/2 parked 3", "a/2 done 1", "bad/3 done 1"}, o.states())
		equal(t, "reason of a panic", "courier: panic in the delivery of note: poison\uFFFD", o.message("bad/1").Reason)
		equal(t, "long reason", strings.Repeat("ü", 250), o.message("bad/2").Reason)
	})
}

func TestUnknownDomainIsRetriedWithAReason(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.post("a/1")
	r, err := courier.New(o.db.Messages(), nil, courier.Config{}).Sweep(t.Context())
	require.NoError(t, err)
	equal(t, "report", courier.Report{Retried: 1}, counts(r))
	equal(t, "reason", `courier: nobody delivers for domain "collab"`, o.message("a/1").Reason)
}
