package bunstore_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// What many new rows have in common is written into the statement: it must mean there what it means as a parameter.
func TestWhatManyRowsShareComesBack(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		db, _ := open(t, bunstore.Config{})
		alder, ctx := db.For("alder"), context.Background()
		texts := map[string]string{
			"empty": "", "quoted": `it's ''so'' "there"`, "like a parameter": "? ?1 $1 :a @b", "like an end": "'); --", "escaped": `\' \\ %s`, "long": strings.Repeat("'", 101),
			"not ASCII": "öß \u2028 \U0001F600", "on lines": "a\nb\r\n\t",
		}
		if strings.HasSuffix(t.Name(), "SQLite") { // PostgreSQL keeps none
			texts["with a NUL"] = "a\x00b"
		}
		for name, text := range texts {
			shops := someShops(100)
			ids := make([]collab.ShopID, len(shops))
			for i := range shops {
				s := &shops[i]
				s.ID, s.Content.Origin = collab.ShopID(name+" ")+s.ID, collab.Origin{}
				s.Wave, s.Content.Comments, s.Awaiting, s.Epoch = text, text, true, math.MinInt64
				ids[i] = s.ID
			}
			require.NoError(t, alder.Update(ctx, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Shops.Put(ctx, shops) }), name)
			require.NoError(t, alder.View(ctx, func(ctx context.Context, v store.View) error {
				got, err := v.Collab.Shops.ByID(ctx, ids)
				for i := range shops {
					shops[i].Version++
				}
				require.Empty(t, cmp.Diff(shops, got), name)
				return err
			}), name)
		}
	})
}

// A conflict in the middle of many is one all the same.
func TestOneOfManyIsThere(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		db, _ := open(t, bunstore.Config{})
		alder, ctx := db.For("alder"), context.Background()
		shops := someShops(100)
		put := func(shops []collab.Shop) error {
			return alder.Update(ctx, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Shops.Put(ctx, shops) })
		}
		for _, i := range []int{0, 50, 99} {
			require.NoError(t, put(shops[i:i+1]))
			err := put(shops)
			require.ErrorIs(t, err, collab.ErrConflict)
			require.NoError(t, alder.View(ctx, func(ctx context.Context, v store.View) error {
				got, err := v.Collab.Shops.List(ctx, collab.ShopQuery{})
				require.Len(t, got, 1)
				return err
			}), "what was refused is taken back with its transaction")
			db, _ = open(t, bunstore.Config{})
			alder = db.For("alder")
		}
	})
}
