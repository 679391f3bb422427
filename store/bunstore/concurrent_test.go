package bunstore_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// openTwice opens one file as two processes would, each with pools of its own, whose driver waits so long for a writer.
func openTwice(t *testing.T, cfg bunstore.Config, busy time.Duration) [2]*bunstore.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	var dbs [2]*bunstore.DB
	for i := range dbs {
		write := pool(t, "sqlite", path, 1)
		require.NoError(t, bunstore.Migrate(context.Background(), write))
		_, err := write.ExecContext(context.Background(), "PRAGMA busy_timeout = ?", busy.Milliseconds())
		require.NoError(t, err)
		cfg.Read = pool(t, "sqlite", path, 2)
		db, err := bunstore.New(write, cfg)
		require.NoError(t, err)
		dbs[i] = db
	}
	return dbs
}

// onEachTwice runs the test on each database, opened as two processes would.
func onEachTwice(t *testing.T, test func(*testing.T, [2]*bunstore.DB)) {
	t.Helper()
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, openTwice(t, bunstore.Config{}, 5*time.Second))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		dsn := migrated.Database(t)
		var dbs [2]*bunstore.DB
		for i := range dbs {
			db, err := bunstore.New(pgPool(t, "pgx", dsn, 4), bunstore.Config{})
			require.NoError(t, err)
			dbs[i] = db
		}
		test(t, dbs)
	})
}

func TestTwoProcessesCount(t *testing.T) { onEachTwice(t, twoProcessesCount) }

func twoProcessesCount(t *testing.T, dbs [2]*bunstore.DB) {
	ctx := context.Background()
	require.NoError(t, dbs[0].For("alder").Update(ctx, putClient("c")))
	const writers, rounds = 4, 20
	var g errgroup.Group
	for w := range writers {
		alder := dbs[w%2].For("alder")
		g.Go(func() error {
			for i := range rounds {
				if err := alder.Update(ctx, func(ctx context.Context, tx store.Tx) error {
					c, err := tx.Collab.Clients.Client(ctx, "c")
					if err != nil {
						return err
					}
					return tx.Collab.Clients.Put(ctx, c)
				}); err != nil {
					return fmt.Errorf("writer %d, round %d: %w", w, i, err)
				}
			}
			return nil
		})
		g.Go(func() error {
			for range rounds {
				if err := alder.View(ctx, func(ctx context.Context, v store.View) error {
					_, err := v.Collab.Clients.Client(ctx, "c")
					return err
				}); err != nil {
					return fmt.Errorf("reader %d: %w", w, err)
				}
			}
			return nil
		})
	}
	require.NoError(t, g.Wait())
	require.NoError(t, dbs[1].For("alder").View(ctx, func(ctx context.Context, v store.View) error {
		c, err := v.Collab.Clients.Client(ctx, "c")
		require.EqualValues(t, 1+writers*rounds, c.Version)
		return err
	}))
}

// The other process holds the file: the driver gives up thrice before the time is over.
func TestWaitForAnotherProcessIsBounded(t *testing.T) {
	t.Parallel()
	dbs := openTwice(t, bunstore.Config{BeginTimeout: time.Second}, 300*time.Millisecond)
	require.NoError(t, dbs[0].For("alder").Update(context.Background(), func(context.Context, store.Tx) error {
		start := time.Now()
		require.ErrorIs(t, dbs[1].For("alder").Update(context.Background(), putClient("c")), store.ErrBusy)
		require.Greater(t, time.Since(start), 900*time.Millisecond)
		require.Less(t, time.Since(start), 4*time.Second)
		return nil
	}))
	require.NoError(t, dbs[1].For("alder").Update(context.Background(), putClient("c")))
}

func TestOneLeaseEach(t *testing.T) { onEachTwice(t, oneLeaseEach) }

func oneLeaseEach(t *testing.T, dbs [2]*bunstore.DB) {
	ctx := context.Background()
	const total = 40
	require.NoError(t, dbs[0].For("alder").Update(ctx, func(ctx context.Context, tx store.Tx) error {
		messages := make([]collab.Message, total)
		for i := range messages {
			messages[i] = collab.Message{Key: fmt.Sprint(i), Stream: fmt.Sprint("stream ", i), Due: noon}
		}
		return tx.Collab.Outbox.Enqueue(ctx, messages)
	}))
	leased := make(chan int64, 2*total)
	var g errgroup.Group
	for w := range 4 {
		g.Go(func() error {
			for {
				ms, err := dbs[w%2].Messages().Lease(ctx, fmt.Sprint(w), noon, noon.Add(time.Minute), 3)
				if err != nil || len(ms) == 0 {
					return err
				}
				for _, m := range ms {
					leased <- m.ID
				}
			}
		})
	}
	require.NoError(t, g.Wait())
	close(leased)
	seen := map[int64]bool{}
	for id := range leased {
		require.False(t, seen[id], "message %d was leased twice", id)
		seen[id] = true
	}
	require.Len(t, seen, total)
}
