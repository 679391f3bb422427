package bunstore_test

import (
	"context"
	"errors"
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

// Many new rows meet a key that is there, in whatever row: it is a conflict, nothing of the call is written, and what was written before and
// comes after stays.
func TestManyThatMeetAKey(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		db, _ := open(t, bunstore.Config{})
		ctx := context.Background()
		shops := someShops(120)
		put := func(shops []collab.Shop) func(context.Context, store.Tx) error {
			return func(ctx context.Context, tx store.Tx) error { return tx.Collab.Shops.Put(ctx, shops) }
		}
		require.NoError(t, db.For("alder").Update(ctx, put(shops[:1])))
		for _, c := range []struct {
			name  string
			clash func(s *collab.Shop)
		}{
			{"its id", func(s *collab.Shop) { s.ID = shops[0].ID }},
			{"its origin", func(s *collab.Shop) { s.Content.Origin = shops[0].Content.Origin }},
			{"the id of another in the call", func(s *collab.Shop) { s.ID = shops[20].ID }},
			{"the origin of another in the call", func(s *collab.Shop) { s.Content.Origin = shops[20].Content.Origin }},
		} {
			for _, at := range []int{0, 10, 99} {
				page := append([]collab.Shop(nil), shops[11:111]...)
				c.clash(&page[at])
				before, after := fmt.Sprint(c.name, at, "before"), fmt.Sprint(c.name, at, "after")
				require.NoError(t, db.For("alder").Update(ctx, func(ctx context.Context, tx store.Tx) error {
					require.NoError(t, tx.Collab.Clients.Put(ctx, collab.Client{ID: collab.ClientID(before)}))
					require.ErrorIs(t, tx.Collab.Shops.Put(ctx, page), collab.ErrConflict)
					return tx.Collab.Clients.Put(ctx, collab.Client{ID: collab.ClientID(after)})
				}))
				require.NoError(t, db.For("alder").View(ctx, func(ctx context.Context, v store.View) error {
					there, err := v.Collab.Shops.List(ctx, collab.ShopQuery{})
					require.Len(t, there, 1, "%s at %d", c.name, at)
					require.NoError(t, err)
					_, err = v.Collab.Clients.Client(ctx, collab.ClientID(before))
					require.NoError(t, err)
					_, err = v.Collab.Clients.Client(ctx, collab.ClientID(after))
					return err
				}))
			}
		}
		require.NoError(t, db.For("alder").Update(ctx, put(shops[1:])))
	})
}

// A ctx that ends in the middle of a call, whose error the closure does not mind: what the call wrote until then is not committed.
func TestACallWhoseCtxEndsLeavesNoPart(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		db, _ := open(t, bunstore.Config{})
		alder := db.For("alder")
		for _, n := range []int{5, 70} {
			for steps := range 8 {
				var put error
				err := alder.Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
					put = tx.Collab.Shops.Put(&ending{ctx, steps}, someShops(n))
					if put == nil {
						return errRollback
					}
					return nil
				})
				if put == nil {
					require.ErrorIs(t, err, errRollback)
					continue
				}
				require.ErrorIs(t, put, context.Canceled)
				require.ErrorIs(t, err, context.Canceled)
				require.NoError(t, alder.View(t.Context(), func(ctx context.Context, v store.View) error {
					there, err := v.Collab.Shops.List(ctx, collab.ShopQuery{})
					require.Empty(t, there, "%d shops, ended after %d steps", n, steps)
					return err
				}))
			}
		}
	})
}

var errRollback = errors.New("as a test wants it")

// ending is a ctx that ends after it was asked some times whether it has.
type ending struct {
	context.Context
	steps int
}

func (e *ending) Err() error {
	if e.steps--; e.steps < 0 {
		return context.Canceled
	}
	return nil
}
