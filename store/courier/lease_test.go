package courier_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/courier"
)

func TestExpiredLeaseIsTakenOverAndTheSlowHolderFencedOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.post("a/1")
		slow, quick := o.courier(courier.Config{Holder: "slow"}), o.courier(courier.Config{Holder: "quick"})
		o.do = func(_ context.Context, m store.Message) error {
			if m.Holder == "slow" {
				time.Sleep(90 * time.Second) // deaf to its context
				return errors.New("too late")
			}
			return nil
		}
		var late courier.Report
		go func() { late, _ = slow.Sweep(t.Context()) }()
		synctest.Wait()

		time.Sleep(59 * time.Second)
		r, err := quick.Sweep(t.Context())
		require.NoError(t, err)
		equal(t, "report while the lease holds", courier.Report{}, r)
		time.Sleep(2 * time.Second)
		r, err = quick.Sweep(t.Context())
		require.NoError(t, err)
		equal(t, "report after it", courier.Report{Delivered: 1}, r)

		time.Sleep(time.Minute)
		synctest.Wait()
		equal(t, "report of the slow one", courier.Report{Lost: 1, More: true}, late)
		m := o.message("a/1")
		equal(t, "message", []any{store.MessageDone, 2, int64(2), ""}, []any{m.State, m.Attempts, m.Token, m.Reason})
	})
}

func TestStartFreesWhatTheLastProcessHeld(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.post("a/1", "b/1")
	now := time.Now()
	for _, holder := range []string{"alder", "other"} { // both die
		ms, err := o.db.Messages().Lease(t.Context(), holder, now, now.Add(time.Hour), 1)
		require.NoError(t, err)
		require.Len(t, ms, 1)
	}
	r, err := o.courier(courier.Config{Holder: "alder"}).Start(t.Context())
	require.NoError(t, err)
	equal(t, "report", courier.Report{Delivered: 1}, r)
	equal(t, "states", []string{"a/1 done 1", "b/1 leased 1"}, o.states())
}

func TestInterruptedDeliveryIsDueAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.do = func(ctx context.Context, _ store.Message) error {
			<-ctx.Done()
			return ctx.Err()
		}
		o.post("a/1", "b/1")
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		r, err := o.courier(courier.Config{MaxAttempts: 1}).Sweep(ctx)
		require.ErrorIs(t, err, context.Canceled)
		equal(t, "report", courier.Report{Retried: 1, More: true}, counts(r))
		m := o.message("a/1")
		equal(t, "state", store.MessageWaiting, m.State)
		equal(t, "due", 5*time.Second, m.NextAt.Sub(o.start))
	})
}

func TestDeliveryThatTakesTooLongIsRetried(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.do = func(ctx context.Context, _ store.Message) error {
			<-ctx.Done()
			return ctx.Err()
		}
		o.post("a/1")
		r, err := o.courier(courier.Config{Rand: func() float64 { return 0 }}).Sweep(t.Context())
		require.NoError(t, err)
		require.Len(t, r.Failures, 1)
		equal(t, "next", 30*time.Second+500*time.Millisecond, r.Failures[0].NextAt.Sub(o.start))
		equal(t, "reason", "context deadline exceeded", o.message("a/1").Reason)
	})
}

func TestCallEndsWithItsBudget(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(*courier.Courier, context.Context) (courier.Report, error){
		"Sweep": (*courier.Courier).Sweep,
		"One":   func(c *courier.Courier, ctx context.Context) (courier.Report, error) { return c.One(ctx, 1) },
	} {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			o.do = func(context.Context, store.Message) error { time.Sleep(3 * time.Second); return nil }
			o.post("a/1", "a/2", "a/3", "a/4")
			r, err := call(o.courier(courier.Config{Budget: 7 * time.Second}), t.Context())
			require.NoError(t, err)
			equal(t, name, courier.Report{Delivered: 3, More: true}, r)
			equal(t, name, []string{"a/1 done 1", "a/2 done 1", "a/3 done 1", "a/4 waiting 0"}, o.states())
		})
	}
}

func TestDrainFinishesTheDeliveryAtHand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.do = func(context.Context, store.Message) error { time.Sleep(time.Second); return nil }
		o.post("a/1", "a/2")
		c := o.courier(courier.Config{})
		time.AfterFunc(time.Second/2, c.Drain)
		r, err := c.Sweep(t.Context())
		require.NoError(t, err)
		equal(t, "report", courier.Report{Delivered: 1, More: true}, r)
		r, err = c.Sweep(t.Context())
		require.NoError(t, err)
		equal(t, "report of a drained courier", courier.Report{More: true}, r)
		r, err = c.Start(t.Context())
		require.NoError(t, err)
		equal(t, "report after the next start", courier.Report{Delivered: 1}, r)
	})
}

func TestTwoCouriersNeverShareADelivery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		var keys []string
		for _, s := range []string{"a", "b", "c", "d"} {
			for _, n := range []string{"1", "2", "3", "4", "5"} {
				keys = append(keys, s+"/"+n)
			}
		}
		o.post(keys...)
		o.do = func(context.Context, store.Message) error { time.Sleep(time.Second); return nil }
		delivered := make(chan int)
		for _, holder := range []string{"x", "y", "z"} {
			c := o.courier(courier.Config{Holder: holder, Budget: time.Hour})
			go func() {
				r, err := c.Sweep(t.Context())
				if err != nil {
					t.Error(err)
				}
				delivered <- r.Delivered
			}()
		}
		equal(t, "delivered", 20, <-delivered+<-delivered+<-delivered)
		last := map[string]string{}
		for _, k := range o.calls {
			if k <= last[k[:1]] {
				t.Errorf("%s was delivered after %s", k, last[k[:1]])
			}
			last[k[:1]] = k
		}
	})
}

// brokenQueue fails at settling.
type brokenQueue struct{ store.Queue }

func (brokenQueue) Settle(context.Context, int64, int64, store.Settlement) error {
	return store.ErrFull
}

func TestSettlementThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.post("a/1")
		c := courier.New(brokenQueue{o.db.Messages()}, map[string]courier.Deliver{store.DomainCollab: o.deliver}, courier.Config{})
		r, err := c.Sweep(t.Context())
		require.ErrorIs(t, err, store.ErrFull)
		equal(t, "report", courier.Report{}, r)

		time.Sleep(61 * time.Second)
		r, err = o.courier(courier.Config{}).Sweep(t.Context())
		require.NoError(t, err)
		equal(t, "report once the lease has run out", courier.Report{Delivered: 1}, r)
		equal(t, "deliveries", []string{"a/1", "a/1"}, o.calls)
	})
}
