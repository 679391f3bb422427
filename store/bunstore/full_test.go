package bunstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// A full disk is met at every number of pages from none to plenty, so that it strikes tables, indexes and the commit.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	db, host := openFile(t, bunstore.Config{})
	alder := db.For("alder")
	ctx := context.Background()
	pragma := func(query string) (n int) {
		require.NoError(t, host.QueryRowContext(ctx, "PRAGMA "+query).Scan(&n))
		return n
	}
	shops := someShops(3000)
	stored := 0
	count := func() int {
		var n int
		require.NoError(t, alder.View(ctx, func(ctx context.Context, v store.View) error {
			found, err := v.Collab.Shops.List(ctx, collab.ShopQuery{})
			n = len(found)
			return err
		}))
		return n
	}
	refused := 0
	for room := range 30 {
		pragma(fmt.Sprintf("max_page_count = %d", pragma("page_count")+room))
		err := alder.Update(ctx, func(ctx context.Context, tx store.Tx) error {
			err := tx.Collab.Shops.Put(ctx, shops[stored:stored+100])
			if err != nil {
				// A closure that goes on regardless must not get its later rows in by themselves.
				require.Error(t, tx.Collab.Clients.Put(ctx, collab.Client{ID: "late"}))
				err = nil
			}
			return err
		})
		switch {
		case err == nil:
			stored += 100
		case errors.Is(err, store.ErrFull):
			refused++
		default:
			t.Fatal(err)
		}
		require.Equal(t, stored, count())
		require.Zero(t, countClients(t, alder))
	}
	require.Greater(t, refused, 5)

	pragma("max_page_count = 1000000")
	require.NoError(t, alder.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Shops.Put(ctx, shops[stored:stored+100])
	}))
	require.Equal(t, stored+100, count())
	var verdict string
	require.NoError(t, host.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&verdict))
	require.Equal(t, "ok", verdict)
}
