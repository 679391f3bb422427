package bunstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// counts is what a driver was asked to do.
type counts struct{ Prepared, Queries, Execs int64 }

// countingDriver counts what goes through the connections of the driver beneath. Execs counts statements that were not prepared before.
type countingDriver struct {
	driver.Driver
	prepared, queries, execs atomic.Int64
	rows                     atomic.Int64 // executions of prepared statements: not among the counts
}

func (d *countingDriver) take() counts {
	return counts{d.prepared.Swap(0), d.queries.Swap(0), d.execs.Swap(0)}
}

func (d *countingDriver) Open(name string) (driver.Conn, error) {
	c, err := d.Driver.Open(name)
	if err != nil {
		return nil, err
	}
	return &countingConn{c, d}, nil
}

type countingConn struct {
	driver.Conn
	d *countingDriver
}

func (c *countingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.d.prepared.Add(1)
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return countingStmt{s, c.d}, nil
}

func (c *countingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.d.queries.Add(1)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (c *countingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.d.execs.Add(1)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c *countingConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, opts)
}

type countingStmt struct {
	driver.Stmt
	d *countingDriver
}

func (s countingStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.d.rows.Add(1)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s countingStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.d.queries.Add(1)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

// importPage does with n shops from the given one what an import does: look up what is there, then write shops, links, events, history and items.
func importPage(ctx context.Context, tx collab.Tx, shops []collab.Shop) error {
	remote := make([]collab.ShopID, len(shops))
	origins := make([]collab.Origin, len(shops))
	for i, s := range shops {
		remote[i], origins[i] = collab.ShopID(s.Content.Origin.ID), s.Content.Origin
	}
	if _, err := tx.Ledger.Links(ctx, "birch", remote); err != nil {
		return err
	}
	if _, err := tx.Shops.Origins(ctx, origins); err != nil {
		return err
	}
	return writePage(ctx, tx, shops)
}

// writePage is the writing half of importPage without the items.
func writePage(ctx context.Context, tx collab.Tx, shops []collab.Shop) error {
	links, events, entries := make([]collab.Link, len(shops)), make([]collab.Event, len(shops)), make([]collab.Entry, len(shops))
	for i, s := range shops {
		remote := collab.ShopID(s.Content.Origin.ID)
		links[i] = collab.Link{Partner: "birch", Remote: remote, Shop: s.ID, Project: "p1", Epoch: 1, Rev: 3, Digest: digest, Saved: 1, At: noon}
		events[i] = collab.Event{Partner: "birch", Remote: remote, Epoch: 1, Kind: collab.EventImported, Shop: s.ID, Project: "p1", Run: "r1", TermsRev: 2, Digest: digest, At: noon}
		entries[i] = collab.Entry{ID: "h" + string(s.ID), At: noon, Actor: "import", Subject: collab.Subject{Kind: "shop", ID: string(s.ID)}, Project: "p1",
			Action: "import", Changes: []collab.Change{{Field: "digest", After: digest}}}
	}
	if err := tx.Shops.Put(ctx, shops); err != nil {
		return err
	}
	if err := tx.Ledger.PutLinks(ctx, links); err != nil {
		return err
	}
	if err := tx.Ledger.Append(ctx, events); err != nil {
		return err
	}
	return tx.History.Append(ctx, entries)
}

const digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

func TestNoQueryAndNoPreparePerRow(t *testing.T) {
	t.Parallel()
	d := &countingDriver{Driver: &sqlite.Driver{}}
	name := "counting-" + t.Name()
	sql.Register(name, d)
	path := filepath.Join(t.TempDir(), "test.db")
	write := pool(t, name, path, 1)
	require.NoError(t, bunstore.Migrate(context.Background(), write))
	db, err := bunstore.New(write, bunstore.Config{})
	require.NoError(t, err)
	alder := db.For("alder")
	ctx := context.Background()

	shops := someShops(600)
	page := func(shops []collab.Shop) counts {
		d.take()
		require.NoError(t, alder.Update(ctx, func(ctx context.Context, tx store.Tx) error {
			if err := importPage(ctx, tx.Collab, shops); err != nil {
				return err
			}
			items, messages, nodes := make([]collab.RunItem, len(shops)), make([]collab.Message, len(shops)), make([]locations.Stored, len(shops))
			for i, s := range shops {
				items[i] = collab.RunItem{Run: "r1", Remote: s.ID, Reasons: []collab.Reason{collab.ReasonBelowExport}}
				messages[i] = collab.Message{Key: string(s.ID), Stream: "p1", Kind: "return", Due: noon}
				nodes[i].Key = locations.Key(s.ID)
			}
			if err := tx.Collab.Runs.PutItems(ctx, items); err != nil {
				return err
			}
			if err := tx.Locations.Trees.Stage(ctx, "push", nodes); err != nil {
				return err
			}
			for i := range shops {
				shops[i].Version = 1
			}
			if err := tx.Collab.Shops.Put(ctx, shops); err != nil { // again, over what is there
				return err
			}
			return tx.Collab.Outbox.Enqueue(ctx, messages)
		}))
		return d.take()
	}
	// Prepared are eleven inserts, of which four hold what the rows of a table have in common and four are for what those leave over, and one
	// update; queried are links and origins; and each of the five puts of many stands between the beginning and the end of a savepoint.
	want := counts{Prepared: 12, Queries: 2, Execs: 10}
	require.Empty(t, cmp.Diff(want, page(shops[:100])))
	require.Empty(t, cmp.Diff(want, page(shops[100:])), "five times the rows")

	for _, n := range []int{1, 500} {
		ids := make([]collab.ShopID, n)
		for i := range ids {
			ids[i] = collab.ShopID(fmt.Sprintf("s%06d", i))
		}
		d.take()
		require.NoError(t, alder.View(ctx, func(ctx context.Context, v store.View) error {
			found, err := v.Collab.Shops.ByID(ctx, ids)
			require.Len(t, found, n)
			return err
		}))
		require.Empty(t, cmp.Diff(counts{Queries: 1}, d.take()))
	}
}
