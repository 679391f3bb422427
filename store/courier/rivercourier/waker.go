package rivercourier

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/mspkit/mspkit/store/courier"
)

const (
	queueName   = "mspkit"
	jobAttempts = 3 // for a database that fails for a moment; the sweep sees to the rest

	// hardStop is how long interrupted deliveries get to settle when a Stop has run out of time.
	hardStop = 15 * time.Second
)

// Config adjusts a Waker; its zero value works.
type Config struct {
	// Workers is how many River jobs, and how many sweeps, run at once. Default: 4.
	Workers int
	// Poll is how often River looks for new jobs. Default: 200 ms.
	Poll time.Duration
	// SweepEvery is the longest that a message which is due waits when its job was lost. Default: 10 s.
	SweepEvery time.Duration
	// Logger hears of deliveries and failures, and of River's troubles. Default: nothing is logged.
	Logger *slog.Logger
}

// Waker calls a courier when River has a job for it, and at intervals. Its methods can be called concurrently.
type Waker struct {
	cfg    Config
	client *river.Client[*sql.Tx]
	kick   chan struct{} // wakes one sweeper to look again when to sweep
	on     atomic.Pointer[courier.Courier]

	mu      sync.Mutex // over Start and Stop
	running *run
}

// run is what lives between Start and Stop.
type run struct {
	quit     chan struct{} // closed: no further sweep
	cancel   context.CancelFunc
	sweepers sync.WaitGroup
}

// Migrate brings River's tables up to date in the database of the driver.
func Migrate(ctx context.Context, driver riverdriver.Driver[*sql.Tx]) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("rivercourier: migrate: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("rivercourier: migrate: %w", err)
	}
	return nil
}

// New makes a Waker on the database of the driver, whose dialect the driver knows. It touches nothing yet.
func New(driver riverdriver.Driver[*sql.Tx], cfg Config) (*Waker, error) {
	cfg.Workers = cmp.Or(cfg.Workers, 4)
	cfg.Poll = cmp.Or(cfg.Poll, 200*time.Millisecond)
	cfg.SweepEvery = cmp.Or(cfg.SweepEvery, 10*time.Second)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	w := &Waker{cfg: cfg, kick: make(chan struct{}, 1)}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{w: w})
	client, err := river.NewClient(driver, &river.Config{
		Queues:            map[string]river.QueueConfig{queueName: {MaxWorkers: cfg.Workers}},
		Workers:           workers,
		FetchPollInterval: cfg.Poll,
		FetchCooldown:     min(cfg.Poll, river.FetchCooldownDefault),
		PollOnly:          true, // listening on SQLite is polling too, four times as often
		Logger:            cfg.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("rivercourier: new: %w", err)
	}
	w.client = client
	return w, nil
}

// OnMessages writes a job for each message id into the transaction that wrote the messages. It works before Start and
// after Stop too: the jobs are worked when a Waker runs again.
func (w *Waker) OnMessages(ctx context.Context, tx *sql.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(ids))
	for i, id := range ids {
		params[i].Args = args{Message: id}
	}
	if _, err := w.client.InsertManyFastTx(ctx, tx, params); err != nil {
		return fmt.Errorf("rivercourier: enqueue %d messages: %w", len(ids), err)
	}
	return nil
}

// Start frees the leases of the courier's holder name, sweeps at once and from then on wakes the courier, until Stop.
// ctx bounds the starting only. A Waker that runs already refuses.
func (w *Waker) Start(ctx context.Context, c *courier.Courier) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running != nil {
		return errors.New("rivercourier: start: it runs already")
	}
	if _, err := c.Free(ctx); err != nil { // before any worker of this process can hold a lease
		return fmt.Errorf("rivercourier: start: %w", err)
	}
	w.on.Store(c)
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if err := w.client.Start(work); err != nil {
		cancel()
		return fmt.Errorf("rivercourier: start River: %w", err)
	}
	r := &run{quit: make(chan struct{}), cancel: cancel}
	for range w.cfg.Workers {
		r.sweepers.Go(func() { w.sweeps(work, r.quit) })
	}
	w.running = r
	return nil
}

// Stop takes no further message and waits for the deliveries at hand. When ctx ends first they are interrupted: their
// messages wait again, due at once. nil says that nothing runs any more and the databases can be closed; an
// error, that a delivery did not even heed the interruption, and Stop can be called again. Without Start it does nothing.
func (w *Waker) Stop(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.running
	if r == nil {
		return nil
	}
	w.on.Load().Drain()
	select {
	case <-r.quit:
	default:
		close(r.quit)
	}
	if err := errors.Join(w.client.Stop(ctx), r.wait(ctx)); err != nil {
		r.cancel()
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), hardStop)
		defer cancel()
		if err := errors.Join(w.client.StopAndCancel(hard), r.wait(hard)); err != nil {
			return fmt.Errorf("rivercourier: stop: %w", err)
		}
	}
	r.cancel()
	w.running = nil
	return nil
}

// wait returns when the sweepers have.
func (r *run) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() { r.sweepers.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
