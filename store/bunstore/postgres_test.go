package bunstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// Each of two transactions writes because of what it does not see of the other: one after another, the second would not write.
func TestWriteSkewIsRunAgain(t *testing.T) {
	t.Parallel()
	db, _ := openPostgres(t, bunstore.Config{})
	alder := db.For("alder")
	var runs [2]int
	met := make(chan struct{}, 2)
	var g errgroup.Group
	for i, id := range []collab.ClientID{"c1", "c2"} {
		g.Go(func() error {
			return alder.Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
				there, err := tx.Collab.Clients.List(ctx, "", 10)
				if err != nil || len(there) > 0 {
					return err
				}
				if runs[i]++; runs[i] == 1 { // both have read before either commits
					met <- struct{}{}
					for len(met) < 2 {
						time.Sleep(time.Millisecond)
					}
				}
				return tx.Collab.Clients.Put(ctx, collab.Client{ID: id})
			})
		})
	}
	require.NoError(t, g.Wait())
	require.Equal(t, [2]int{1, 1}, runs, "both have written, and one of them in vain")
	require.Equal(t, 1, countClients(t, alder))
}

// A key that another transaction takes between our look and our write: the closure runs again and meets a plain conflict.
func TestKeyTakenMeanwhile(t *testing.T) {
	t.Parallel()
	db, host := openPostgres(t, bunstore.Config{})
	alder := db.For("alder")
	ctx := t.Context()
	taken := collab.Origin{System: "birch", ID: "o"}
	require.NoError(t, alder.Update(ctx, putClient("mine")))
	take := func(id collab.ClientID, commit func(func() error) error) func() error {
		return func() error {
			tx, err := host.BeginTx(ctx, nil)
			require.NoError(t, err)
			bound, err := db.Bind(tx, "alder")
			require.NoError(t, err)
			require.NoError(t, bound.Collab.Clients.Put(ctx, collab.Client{ID: id, Origin: taken}))
			return commit(tx.Commit)
		}
	}
	soon := func(commit func() error) error { // once the other's write waits for this one
		for waiting := 0; waiting == 0; {
			if err := host.QueryRowContext(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting); err != nil {
				return err
			}
		}
		return commit()
	}

	var g errgroup.Group
	runs := 0
	require.ErrorIs(t, alder.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		c, err := tx.Collab.Clients.Client(ctx, "mine")
		require.NoError(t, err)
		if runs++; runs == 1 {
			begun := make(chan struct{})
			g.Go(take("theirs", func(commit func() error) error { close(begun); return soon(commit) }))
			<-begun
		}
		c.Origin = taken
		return tx.Collab.Clients.Put(ctx, c)
	}), collab.ErrConflict)
	require.NoError(t, g.Wait())
	require.Equal(t, 2, runs)

	// In a transaction of the host's, of whatever isolation, it is a conflict at once, and the end of the transaction.
	require.NoError(t, alder.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Clients.Put(ctx, collab.Client{ID: "theirs", Version: 1})
	}))
	begun := make(chan struct{})
	g.Go(take("others", func(commit func() error) error { close(begun); return soon(commit) }))
	<-begun
	tx, err := host.BeginTx(ctx, nil)
	require.NoError(t, err)
	bound, err := db.Bind(tx, "alder")
	require.NoError(t, err)
	require.ErrorIs(t, bound.Collab.Clients.Put(ctx, collab.Client{ID: "mine", Version: 1, Origin: taken}), collab.ErrConflict)
	require.Error(t, bound.Collab.Clients.Put(ctx, collab.Client{ID: "late"}))
	require.NoError(t, tx.Rollback())
	require.NoError(t, g.Wait())
	require.Equal(t, 3, countClients(t, alder))
}

// An outer ctx was captured, and the inner transaction wants a row of the outer one: it waits for as long as lock_timeout says.
func TestWaitForARowIsBounded(t *testing.T) {
	t.Parallel()
	pgtest.Need(t)
	db, err := bunstore.New(pgPool(t, "pgx", migrated.Database(t)+"&lock_timeout=100", 2), bunstore.Config{})
	require.NoError(t, err)
	alder := db.For("alder")
	outer := t.Context()
	require.NoError(t, alder.Update(outer, putClient("c1")))
	again := func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Clients.Put(ctx, collab.Client{ID: "c1", Version: 1})
	}
	runs := 0
	require.NoError(t, alder.Update(outer, func(ctx context.Context, tx store.Tx) error {
		require.NoError(t, again(ctx, tx))
		require.ErrorIs(t, alder.Update(outer, func(ctx context.Context, tx store.Tx) error { runs++; return again(ctx, tx) }), store.ErrBusy)
		return nil
	}))
	require.Equal(t, 1, runs)
}

// Whoever enqueues messages beside others is not run again for their sake, though each is told the ids of its own.
func TestMessagesBesideOthers(t *testing.T) {
	t.Parallel()
	const writers, rounds, messages = 4, 25, 250
	var mu sync.Mutex
	told := map[int64]bool{}
	var runs atomic.Int64
	db, host := openPostgres(t, bunstore.Config{Attempts: 100, OnMessages: func(_ context.Context, _ *sql.Tx, ids []int64) error {
		mu.Lock()
		defer mu.Unlock()
		require.IsIncreasing(t, ids)
		for _, id := range ids {
			told[id] = true
		}
		return nil
	}})
	enqueue := func(w, round, n int) error {
		return db.For("alder").Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
			runs.Add(1)
			ms := make([]collab.Message, n)
			for i := range ms {
				ms[i] = collab.Message{Key: fmt.Sprint(w, "/", round, "/", i/2), Stream: fmt.Sprint(w), Kind: "k", Due: noon} // each key twice
			}
			return tx.Collab.Outbox.Enqueue(ctx, ms)
		})
	}
	var g errgroup.Group
	for w := range writers {
		g.Go(func() error {
			for round := range rounds {
				if err := enqueue(w, round, 2); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, g.Wait())
	require.LessOrEqual(t, runs.Load(), int64(writers*rounds*21/20), "closures that were run")
	require.NoError(t, enqueue(0, 0, messages))
	count, err := host.NewSelect().Table("mspkit_message").Count(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, writers*rounds+messages/2-1, count)
	stored, err := db.Messages().List(t.Context(), store.MessageQuery{Account: "alder"})
	require.NoError(t, err)
	for _, m := range stored {
		require.True(t, told[m.ID], "message %d", m.ID)
	}
}
