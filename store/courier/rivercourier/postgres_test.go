package rivercourier_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"go.uber.org/goleak"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/courier"
	"github.com/mspkit/mspkit/store/courier/rivercourier"
)

// pgSystem is a host on PostgreSQL, with the real store, and a pool for River.
type pgSystem struct {
	t       *testing.T
	host    *sql.DB
	db      *bunstore.DB
	waker   *rivercourier.Waker
	courier *courier.Courier

	mu    sync.Mutex
	calls map[string]int
}

func newPgSystem(t *testing.T, cfg rivercourier.Config) *pgSystem {
	t.Helper()
	pgtest.Need(t)
	known := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, known) })
	dsn := pgtest.Database(t)
	open := func() *sql.DB {
		db, err := sql.Open("pgx", dsn)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		return db
	}
	s := &pgSystem{t: t, host: open(), calls: map[string]int{}}
	driver := riverdatabasesql.New(open())
	require.NoError(t, rivercourier.Migrate(t.Context(), driver))
	var err error
	s.waker, err = rivercourier.New(driver, cfg)
	require.NoError(t, err)
	b := bun.NewDB(s.host, pgdialect.New())
	require.NoError(t, bunstore.Migrate(t.Context(), b))
	s.db, err = bunstore.New(b, bunstore.Config{OnMessages: s.waker.OnMessages})
	require.NoError(t, err)
	s.courier = courier.New(s.db.Messages(), map[string]courier.Deliver{store.DomainCollab: func(_ context.Context, _ string, m store.Message) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.calls[m.Key]++
		return nil
	}}, courier.Config{Holder: "alder"})
	return s
}

func (s *pgSystem) start() {
	s.t.Helper()
	require.NoError(s.t, s.waker.Start(s.t.Context(), s.courier))
	s.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		require.NoError(s.t, s.waker.Stop(ctx))
	})
}

func (s *pgSystem) send(end error, keys ...string) error {
	return s.db.For("alder").Update(s.t.Context(), func(ctx context.Context, tx store.Tx) error {
		var ms []collab.Message
		for _, k := range keys {
			ms = append(ms, collab.Message{Key: k, Stream: "stream " + k, Kind: "k", Due: time.Now().UTC().Truncate(time.Microsecond)})
		}
		return errors.Join(tx.Collab.Outbox.Enqueue(ctx, ms), end)
	})
}

func (s *pgSystem) count(query string) (n int) {
	s.t.Helper()
	require.NoError(s.t, s.host.QueryRowContext(s.t.Context(), query).Scan(&n))
	return n
}

const pgUnsettled = `SELECT count(*) FROM mspkit_message WHERE state <> 'done'`

func TestPostgresRowAndJobShareTheTransaction(t *testing.T) {
	s := newPgSystem(t, rivercourier.Config{})
	refused := errors.New("refused")
	require.ErrorIs(t, s.send(refused, "a", "b"), refused)
	equal(t, "jobs and rows", [2]int{0, 0}, [2]int{s.count(jobs), s.count(`SELECT count(*) FROM mspkit_message`)})
	require.NoError(t, s.send(nil, "a", "b"))
	equal(t, "jobs of a commit, each with the id of its row", 2, s.count(`SELECT count(*) FROM river_job AS j JOIN mspkit_message AS m
		ON j.args = jsonb_build_object('message', m.id) WHERE j.queue = 'mspkit' AND j.unique_key IS NULL`))
}

func TestPostgresDelivers(t *testing.T) {
	s := newPgSystem(t, rivercourier.Config{SweepEvery: time.Hour})
	require.NoError(t, s.send(nil, "left by a killed process"))
	_, err := s.db.Messages().Lease(t.Context(), "alder", time.Now(), time.Now().Add(time.Hour), 1)
	require.NoError(t, err)
	_, err = s.host.ExecContext(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now()`)
	require.NoError(t, err)
	s.start()
	within(t, patience, "delivery of what was left", func() bool { return s.count(pgUnsettled) == 0 })

	took := within(t, patience, "delivery", func() func() bool {
		require.NoError(t, s.send(nil, "now"))
		return func() bool { return s.count(pgUnsettled) == 0 }
	}())
	if took > 5*time.Second { // the next sweep is an hour away
		t.Errorf("the delivery took %v", took)
	}

	const writers, each = 4, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := s.send(nil, fmt.Sprint(w, "/", i)); err != nil {
					t.Errorf("writer %d, message %d: %v", w, i, err)
					return
				}
			}
		})
	}
	wg.Wait()
	within(t, patience, "all deliveries", func() bool { return s.count(pgUnsettled) == 0 })
	s.mu.Lock()
	defer s.mu.Unlock()
	equal(t, "messages", 2+writers*each, len(s.calls))
	for key, n := range s.calls {
		equal(t, "deliveries of "+key, 1, n)
	}
}
