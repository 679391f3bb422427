package rivercourier

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/courier"
)

// args of a job: the id of a message row.
type args struct {
	Message int64 `json:"message"`
}

func (args) Kind() string { return "mspkit_message" }

func (args) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queueName, MaxAttempts: jobAttempts}
}

type worker struct {
	river.WorkerDefaults[args]
	w *Waker
}

// Timeout leaves the courier the time that it allows itself, so that River never cuts a delivery short.
func (k *worker) Timeout(*river.Job[args]) time.Duration {
	return k.w.on.Load().Longest() + time.Second
}

// Work fails only when the queue does; a delivery that fails is settled, and its time to retry is in the row.
func (k *worker) Work(ctx context.Context, job *river.Job[args]) error {
	r, err := k.w.on.Load().One(ctx, job.Args.Message)
	k.w.log(ctx, r, err)
	select {
	case k.w.kick <- struct{}{}:
	default:
	}
	return err
}

// rest is the shortest time between two sweeps of a sweeper.
const rest = 250 * time.Millisecond

// sweeps sweeps at once, then whenever the next message is due, and every Config.SweepEvery in any case.
func (w *Waker) sweeps(ctx context.Context, quit <-chan struct{}) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var last time.Time
	for {
		select {
		case <-quit:
			return
		case <-w.kick:
		case <-timer.C:
			r, err := w.on.Load().Sweep(ctx)
			w.log(ctx, r, err)
			last = time.Now()
		}
		timer.Reset(time.Until(w.next(ctx, last)))
	}
}

// next returns when to sweep again after a sweep that ended at last.
func (w *Waker) next(ctx context.Context, last time.Time) time.Time {
	latest := last.Add(w.cfg.SweepEvery)
	due, err := w.on.Load().Next(ctx)
	if err != nil {
		w.log(ctx, courier.Report{}, err)
		return latest
	}
	if due.IsZero() || due.After(latest) {
		return latest
	}
	if earliest := last.Add(rest); due.Before(earliest) {
		return earliest
	}
	return due
}

func (w *Waker) log(ctx context.Context, r courier.Report, err error) {
	if err != nil && ctx.Err() == nil {
		w.cfg.Logger.WarnContext(ctx, "courier failed", "err", err)
	}
	for _, f := range r.Failures {
		level := slog.LevelInfo
		if f.State == store.MessageParked {
			level = slog.LevelWarn
		}
		w.cfg.Logger.Log(ctx, level, "message not delivered", "state", f.State.String(), "id", f.ID, "account", f.Account,
			"domain", f.Domain, "kind", f.Kind, "stream", f.Stream, "attempts", f.Attempts, "next", f.NextAt, "err", f.Err)
	}
	if r.Delivered > 0 || r.Lost > 0 {
		w.cfg.Logger.InfoContext(ctx, "messages delivered", "delivered", r.Delivered, "lost", r.Lost)
	}
}
