package bunstore_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// Rows go several to a statement: whatever their number, and wherever one of them is there already, this shows in nothing.
func TestRowsOfOneCallAreWrittenWholeOrRefused(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		db, _ := open(t, bunstore.Config{})
		ctx := context.Background()
		for n := range 14 {
			account := fmt.Sprintf("account%02d", n)
			entries := make([]collab.Entry, n)
			for i := range entries {
				entries[i] = collab.Entry{ID: fmt.Sprintf("h%02d", 99-i), At: noon, Actor: "ann", Action: "x",
					Changes: []collab.Change{{Field: "answers[q1]", Before: "\"\\\x01 <&> öß \u2028", After: fmt.Sprint(i)}, {Field: "gone"}}}
			}
			put := func(es []collab.Entry) error {
				return db.For(account).Update(ctx, func(ctx context.Context, tx store.Tx) error { return tx.Collab.History.Append(ctx, es) })
			}
			list := func() (out []collab.Entry) {
				require.NoError(t, db.For(account).View(ctx, func(ctx context.Context, v store.View) (err error) {
					out, err = v.Collab.History.List(ctx, collab.HistoryQuery{Limit: 100})
					return err
				}))
				return out
			}
			require.NoError(t, put(entries))
			require.Empty(t, cmp.Diff(entries, append([]collab.Entry{}, list()...)))
			for i := range entries {
				again := make([]collab.Entry, n)
				for j := range again {
					again[j] = collab.Entry{ID: fmt.Sprintf("again%02d", j), At: noon}
				}
				again[i].ID = entries[i].ID
				require.ErrorIs(t, put(again), collab.ErrConflict, "%d rows, the one at %d is there", n, i)
				require.Len(t, list(), n)
			}
		}
	})
}

// New shops and changed ones may come in one call, in any order.
func TestNewAndChangedRecordsMayBeMixed(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		db, _ := open(t, bunstore.Config{})
		ctx := context.Background()
		shops := someShops(40)
		put := func(list []collab.Shop) error {
			return db.For("alder").Update(ctx, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Shops.Put(ctx, list) })
		}
		require.NoError(t, put(shops[10:23]))
		for i := range shops[10:23] {
			shops[10+i].Version, shops[10+i].Content.Comments = 1, "changed"
		}
		require.NoError(t, put(shops))
		for i := range shops {
			shops[i].Version++
		}
		require.NoError(t, db.For("alder").View(ctx, func(ctx context.Context, v store.View) error {
			got, err := v.Collab.Shops.List(ctx, collab.ShopQuery{Limit: 100})
			require.Empty(t, cmp.Diff(shops, got))
			return err
		}))
	})
}
