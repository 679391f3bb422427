package storetest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
	"github.com/mspkit/mspkit/store/storetest"
)

var now = time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)

// twice makes two Updates of two writes each, and goes on after an error.
func twice(t *testing.T, db store.DB) (errs []error) {
	for i := range 2 {
		errs = append(errs, db.For("alder").Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
			if err := tx.Collab.Clients.Put(ctx, collab.Client{ID: collab.ClientID(fmt.Sprint(i))}); err != nil {
				return err
			}
			return tx.Collab.Outbox.Enqueue(ctx, []collab.Message{{Key: fmt.Sprint(i), Stream: fmt.Sprint(i), Due: now}})
		}))
	}
	return errs
}

func TestFaultHappensAtTheChosenMoment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		plan   storetest.Plan
		failed [2]bool
		stored []string // clients, and messages
	}{
		{"never", storetest.Plan{}, [2]bool{}, []string{"0", "1"}},
		{"before the first write", storetest.Plan{Moment: storetest.BeforeWrite, N: 1}, [2]bool{true, false}, []string{"1"}},
		{"after the last write", storetest.Plan{Moment: storetest.AfterWrite, N: 4}, [2]bool{false, true}, []string{"0"}},
		{"before the first commit", storetest.Plan{Moment: storetest.BeforeCommit, N: 1}, [2]bool{true, false}, []string{"1"}},
		{"after the first commit", storetest.Plan{Moment: storetest.AfterCommit, N: 1}, [2]bool{true, false}, []string{"0", "1"}},
		{"down after the second write", storetest.Plan{Moment: storetest.AfterWrite, N: 2, Down: true}, [2]bool{true, true}, nil},
		{"down after the first commit", storetest.Plan{Moment: storetest.AfterCommit, N: 1, Down: true}, [2]bool{true, true}, []string{"0"}},
		{"too late", storetest.Plan{Moment: storetest.BeforeWrite, N: 5}, [2]bool{}, []string{"0", "1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inner := memstore.New(memstore.Config{})
			db := storetest.Faulty(inner, c.plan)
			for i, err := range twice(t, db) {
				if c.failed[i] {
					require.ErrorIs(t, err, storetest.ErrFault)
				} else {
					require.NoError(t, err)
				}
			}
			require.Equal(t, c.failed != [2]bool{}, db.Tripped())
			var stored []string
			require.NoError(t, inner.For("alder").View(t.Context(), func(ctx context.Context, v store.View) error {
				cs, err := v.Collab.Clients.List(ctx, "", 10)
				for _, c := range cs {
					stored = append(stored, string(c.ID))
				}
				return err
			}))
			require.Equal(t, c.stored, stored)
			ms, err := inner.Messages().List(t.Context(), store.MessageQuery{})
			require.NoError(t, err)
			require.Len(t, ms, len(stored), "a message goes with its client")
			_, err = db.Messages().Next(t.Context())
			down := c.plan.Down && db.Tripped()
			require.Equal(t, down, err != nil)
			require.Equal(t, down, db.For("alder").View(t.Context(), func(context.Context, store.View) error { return nil }) != nil)
		})
	}
}

func TestFaultsOfTheQueue(t *testing.T) {
	t.Parallel()
	for moment, leased := range map[storetest.Moment]bool{storetest.BeforeWrite: false, storetest.BeforeCommit: false, storetest.AfterCommit: true} {
		inner := memstore.New(memstore.Config{})
		twice(t, inner)
		db := storetest.Faulty(inner, storetest.Plan{Moment: moment, N: 2})
		ms, err := db.Messages().Lease(t.Context(), "h", now, now.Add(time.Minute), 1)
		require.NoError(t, err)
		require.Len(t, ms, 1)
		_, err = db.Messages().LeaseOne(t.Context(), ms[0].ID+1, "h", now, now.Add(time.Minute))
		require.ErrorIs(t, err, storetest.ErrFault)
		held, err := inner.Messages().List(t.Context(), store.MessageQuery{State: store.MessageLeased, After: ms[0].ID})
		require.NoError(t, err)
		require.Equal(t, leased, len(held) == 1)
		require.NoError(t, db.Messages().Settle(t.Context(), ms[0].ID, ms[0].Token, store.Settlement{State: store.MessageParked}))
		require.NoError(t, db.Messages().Replay(t.Context(), "alder", ms[0].ID, now))
		n, err := db.Messages().Free(t.Context(), "h", now)
		require.NoError(t, err)
		require.Equal(t, len(held), n)
		require.Equal(t, 5, db.Writes())
		require.Equal(t, 5, db.Commits())
	}
}

// A faulty DB without a fault is a store like any other.
func TestFaultyKeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(testing.TB) store.DB {
		return storetest.Faulty(memstore.New(memstore.Config{}), storetest.Plan{})
	})
}
