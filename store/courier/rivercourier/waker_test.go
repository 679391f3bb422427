package rivercourier_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/courier"
	"github.com/mspkit/mspkit/store/courier/rivercourier"
)

const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite"

func open(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+pragmas)
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// system is a host: a database file with a pool for writing and one for River, and a courier whose deliveries it records.
type system struct {
	t       *testing.T
	file    string
	db      *sql.DB
	queue   sqlQueue
	waker   *rivercourier.Waker
	courier *courier.Courier

	mu    sync.Mutex
	calls []string
	do    func(ctx context.Context, m store.Message) error
}

func newSystem(t *testing.T, cfg rivercourier.Config) *system {
	t.Helper()
	known := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, known) }) // runs after the databases are closed
	s := &system{t: t, file: filepath.Join(t.TempDir(), "alder.db")}
	s.db = open(t, s.file)
	_, err := s.db.ExecContext(t.Context(), schema)
	require.NoError(t, err)
	driver := riversqlite.New(open(t, s.file))
	require.NoError(t, rivercourier.Migrate(t.Context(), driver))
	s.queue = sqlQueue{s.db}
	s.waker, err = rivercourier.New(driver, cfg)
	require.NoError(t, err)
	s.courier = courier.New(s.queue, map[string]courier.Deliver{store.DomainCollab: s.deliver}, courier.Config{Holder: "alder"})
	return s
}

func (s *system) start() {
	s.t.Helper()
	require.NoError(s.t, s.waker.Start(s.t.Context(), s.courier))
	s.t.Cleanup(s.stop)
}

func (s *system) stop() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	require.NoError(s.t, s.waker.Stop(ctx))
}

func (s *system) deliver(ctx context.Context, _ string, m store.Message) error {
	s.mu.Lock()
	s.calls = append(s.calls, m.Key)
	do := s.do
	s.mu.Unlock()
	if do == nil {
		return nil
	}
	return do(ctx, m)
}

func (s *system) delivered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

// send writes messages and their jobs in one transaction, which end may refuse.
func (s *system) send(end error, keys ...string) error {
	ctx := s.t.Context()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var ids []int64
	for _, k := range keys {
		id, err := insert(ctx, tx, k, "stream "+k, time.Now())
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if err := s.waker.OnMessages(ctx, tx, ids); err != nil {
		return err
	}
	if end != nil {
		return end
	}
	return tx.Commit()
}

// count runs a query that answers a number.
func (s *system) count(query string) int {
	s.t.Helper()
	var n int
	require.NoError(s.t, s.db.QueryRowContext(s.t.Context(), query).Scan(&n))
	return n
}

// states lists key, state and attempts.
func (s *system) states() []string {
	s.t.Helper()
	ms, err := s.queue.List(s.t.Context(), store.MessageQuery{})
	require.NoError(s.t, err)
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

func within(t *testing.T, d time.Duration, what string, ok func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	for !ok() {
		if time.Since(start) > d {
			require.Fail(t, what+": not within "+d.String())
		}
		time.Sleep(5 * time.Millisecond)
	}
	return time.Since(start)
}

// patience is what a busy machine is granted where nothing is said about time.
const patience = 15 * time.Second

const (
	jobs      = `SELECT count(*) FROM river_job`
	unsettled = `SELECT count(*) FROM message WHERE state <> 'done'`
)

// Leaks are looked for after each test, so these tests do not run side by side.

func TestRolledBackTransactionLeavesNeitherRowNorJob(t *testing.T) {
	s := newSystem(t, rivercourier.Config{})
	refused := errors.New("refused")
	require.ErrorIs(t, s.send(refused, "a", "b"), refused)
	equal(t, "jobs and rows", [2]int{0, 0}, [2]int{s.count(jobs), s.count(`SELECT count(*) FROM message`)})
	require.NoError(t, s.send(nil, "a", "b"))
	equal(t, "jobs and rows of a commit", [2]int{2, 2}, [2]int{s.count(jobs), s.count(`SELECT count(*) FROM message`)})
	equal(t, "what jobs carry", 2, s.count(`SELECT count(*) FROM river_job j JOIN message m
		ON json(j.args) = json_object('message', m.id) WHERE j.queue = 'mspkit' AND j.unique_key IS NULL`))
}

func TestCommitIsDeliveredWithinASecond(t *testing.T) {
	s := newSystem(t, rivercourier.Config{SweepEvery: time.Hour})
	s.start()
	var took []time.Duration
	for i := range 5 {
		require.NoError(t, s.send(nil, fmt.Sprint(i)))
		took = append(took, within(t, patience, "delivery", func() bool { return s.count(unsettled) == 0 }))
	}
	s.stop()
	if slices.Sort(took); took[2] > time.Second {
		t.Errorf("the deliveries took %v", took)
	}
	equal(t, "deliveries", []string{"0", "1", "2", "3", "4"}, s.calls)
}

func TestMessageWithoutAJobIsSwept(t *testing.T) {
	s := newSystem(t, rivercourier.Config{SweepEvery: 500 * time.Millisecond})
	require.NoError(t, s.send(nil, "before the start"))
	_, err := s.db.ExecContext(t.Context(), `DELETE FROM river_job`)
	require.NoError(t, err)
	s.start()
	within(t, patience, "sweep at the start", func() bool { return s.count(unsettled) == 0 })

	tx, err := s.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = insert(t.Context(), tx, "without a job", "a", time.Now())
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	within(t, patience, "sweep", func() bool { return s.count(unsettled) == 0 })
	equal(t, "jobs", 0, s.count(jobs))
}

func TestRetryAndLaterMessagesRunWhenTheyAreDue(t *testing.T) {
	s := newSystem(t, rivercourier.Config{SweepEvery: time.Hour})
	failures := 2
	s.do = func(_ context.Context, m store.Message) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if failures > 0 {
			failures--
			return errors.New("not yet")
		}
		return nil
	}
	s.start()
	require.NoError(t, s.send(nil, "a"))
	within(t, patience, "both retries", func() bool { return s.count(unsettled) == 0 }) // 1 s and 2 s at the most
	equal(t, "states", []string{"a done 3"}, s.states())

	tx, err := s.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	id, err := insert(t.Context(), tx, "later", "b", time.Now().Add(time.Second))
	require.NoError(t, err)
	require.NoError(t, s.waker.OnMessages(t.Context(), tx, []int64{id}))
	require.NoError(t, tx.Commit())
	if d := within(t, patience, "later message", func() bool { return s.count(unsettled) == 0 }); d < 900*time.Millisecond {
		t.Errorf("a message that is due in a second was delivered after %v", d)
	}
}

func TestStopFinishesTheDeliveryAtHandAndTakesNoOther(t *testing.T) {
	s := newSystem(t, rivercourier.Config{Workers: 1})
	begun := make(chan struct{}, 8)
	s.do = func(ctx context.Context, _ store.Message) error {
		begun <- struct{}{}
		select {
		case <-time.After(500 * time.Millisecond):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.start()
	require.NoError(t, s.send(nil, "a", "b", "c", "d"))
	<-begun
	s.stop()
	s.stop()
	if n := s.count(`SELECT count(*) FROM message WHERE state = 'leased'`); n != 0 {
		t.Errorf("%d messages are still leased", n)
	}
	done, left := s.count(`SELECT count(*) FROM message WHERE state = 'done'`), s.count(unsettled)
	if done == 0 || left == 0 || done != s.delivered() {
		t.Errorf("%d done, %d left, %d deliveries", done, left, s.delivered())
	}

	s.start()
	within(t, patience, "the rest after another start", func() bool { return s.count(unsettled) == 0 })
	equal(t, "states", []string{"a done 1", "b done 1", "c done 1", "d done 1"}, s.states())
}

func TestStopInterruptsWhatOutlastsIt(t *testing.T) {
	s := newSystem(t, rivercourier.Config{})
	begun := make(chan struct{}, 8)
	s.do = func(ctx context.Context, _ store.Message) error {
		begun <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	s.start()
	require.NoError(t, s.send(nil, "a", "b"))
	<-begun
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	require.NoError(t, s.waker.Stop(ctx))
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("stop took %v", d)
	}
	due, err := s.queue.Lease(t.Context(), "next", time.Now(), time.Now().Add(time.Minute), 9)
	require.NoError(t, err)
	equal(t, "messages that are due at once", 2, len(due))
}

func TestStartFreesLeasesOfAKilledProcess(t *testing.T) {
	s := newSystem(t, rivercourier.Config{SweepEvery: time.Hour})
	require.NoError(t, s.send(nil, "a"))
	_, err := s.queue.Lease(t.Context(), "alder", time.Now(), time.Now().Add(time.Hour), 1)
	require.NoError(t, err)
	_, err = s.db.ExecContext(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = datetime('now')`) // as kill -9 leaves it
	require.NoError(t, err)
	s.start()
	within(t, patience, "delivery", func() bool { return s.count(unsettled) == 0 })
	require.Error(t, s.waker.Start(t.Context(), s.courier), "a second start")
	require.NoError(t, s.send(nil, "b"))
	within(t, patience, "delivery of the next", func() bool { return s.count(unsettled) == 0 })
}

func TestLoggerHearsOfParkedMessages(t *testing.T) {
	var out lockedBuffer
	s := newSystem(t, rivercourier.Config{Logger: slog.New(slog.NewTextHandler(&out, nil))})
	s.do = func(context.Context, store.Message) error { return refusal{} }
	s.start()
	require.NoError(t, s.send(nil, "a"))
	within(t, patience, "parking", func() bool { return s.count(`SELECT count(*) FROM message WHERE state = 'parked'`) == 1 })
	s.stop()
	require.Regexp(t, `level=WARN msg="message not delivered" state=parked id=1 account=alder .*attempts=1 .*err="no such project"`, out.String())
}

type refusal struct{}

func (refusal) Error() string   { return "no such project" }
func (refusal) Permanent() bool { return true }

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestOtherPoolsWriteBesideRiver(t *testing.T) {
	s := newSystem(t, rivercourier.Config{})
	other := open(t, s.file)
	_, err := other.ExecContext(t.Context(), `CREATE TABLE host (n INTEGER)`)
	require.NoError(t, err)
	s.start()

	var writers sync.WaitGroup
	writers.Go(func() { // a host that writes all the time, sometimes for long
		for i := range 300 {
			tx, err := other.BeginTx(t.Context(), nil)
			if err == nil {
				_, err = tx.ExecContext(t.Context(), `INSERT INTO host VALUES (?)`, i)
			}
			if err == nil {
				if i%100 == 0 {
					time.Sleep(300 * time.Millisecond)
				}
				err = tx.Commit()
			}
			if err != nil {
				t.Errorf("host write %d: %v", i, err)
				return
			}
		}
	})
	writers.Go(func() {
		for i := range 100 {
			if err := s.send(nil, fmt.Sprint(i)); err != nil {
				t.Errorf("message %d: %v", i, err)
				return
			}
		}
	})
	writers.Wait()
	within(t, patience, "all deliveries", func() bool { return s.count(unsettled) == 0 })
	equal(t, "deliveries", 100, s.delivered())
}
