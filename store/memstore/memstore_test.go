package memstore_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

func TestWaitingToBeginIsBounded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ set, want time.Duration }{{0, 10 * time.Second}, {3 * time.Second, 3 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			outer := t.Context()
			s := memstore.New(memstore.Config{BeginTimeout: c.set}).For("alder")
			began := time.Now()
			err := s.Update(outer, func(context.Context, store.Tx) error {
				return s.Update(outer, func(context.Context, store.Tx) error { return nil }) // the captured ctx carries no mark
			})
			require.ErrorIs(t, err, store.ErrBusy)
			require.Equal(t, c.want, time.Since(began))
			require.NoError(t, s.Update(outer, func(context.Context, store.Tx) error { return nil }), "the store works again")
		})
	}
}

func TestWaitingToBeginEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New(memstore.Config{}).For("alder")
		err := s.Update(t.Context(), func(context.Context, store.Tx) error {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			return s.Update(ctx, func(context.Context, store.Tx) error { return nil })
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// A tx that a closure leaks has no effect once it is over.
func TestLeakedTxChangesNothing(t *testing.T) {
	t.Parallel()
	s := memstore.New(memstore.Config{}).For("alder")
	var leaked store.Tx
	require.NoError(t, s.Update(t.Context(), func(_ context.Context, tx store.Tx) error { leaked = tx; return nil }))
	require.NoError(t, leaked.Collab.Partners.PutModule(t.Context(), collab.Module{On: true}))
	require.NoError(t, leaked.Collab.Outbox.Enqueue(t.Context(), []collab.Message{{Key: "k"}}))
	require.NoError(t, s.View(t.Context(), func(ctx context.Context, v store.View) error {
		m, err := v.Collab.Partners.Module(ctx)
		require.False(t, m.On)
		return err
	}))
}

// BenchmarkPage is one page of an import into a store that holds 20,000 shops.
func BenchmarkPage(b *testing.B) {
	s := memstore.New(memstore.Config{}).For("alder")
	next := 0
	page := func(n int) {
		require.NoError(b, s.Update(b.Context(), func(ctx context.Context, tx store.Tx) error {
			shops, links := make([]collab.Shop, n), make([]collab.Link, n)
			for i := range n {
				id := collab.ShopID(fmt.Sprintf("shop-%08d", next))
				next++
				shops[i] = collab.Shop{ID: id, Content: collab.Content{Answers: make([]collab.Answer, 10)}}
				links[i] = collab.Link{Partner: "birch", Remote: id, Shop: id}
			}
			if err := tx.Collab.Shops.Put(ctx, shops); err != nil {
				return err
			}
			return tx.Collab.Ledger.PutLinks(ctx, links)
		}))
	}
	page(20_000)
	for b.Loop() {
		page(500)
	}
}

// BenchmarkSwitch stages and switches a tree of 30,000 nodes.
func BenchmarkSwitch(b *testing.B) {
	nodes := make([]locations.Stored, 30_000)
	for i := range nodes {
		nodes[i].Key, nodes[i].Parent = locations.Key(fmt.Sprint(i)), locations.Key(fmt.Sprint(i%100))
	}
	for b.Loop() {
		s := memstore.New(memstore.Config{}).For("alder")
		require.NoError(b, s.Update(b.Context(), func(ctx context.Context, tx store.Tx) error {
			if err := tx.Locations.Trees.Stage(ctx, "p", nodes); err != nil {
				return err
			}
			return tx.Locations.Trees.Switch(ctx, "p", locations.Head{Set: "c", Revision: 1}, 0)
		}))
	}
}
