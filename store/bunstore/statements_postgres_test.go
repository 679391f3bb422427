package bunstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/bunstore/pgxcopy"
)

// spoken is what a PostgreSQL database is asked through one pool, in order, but for the begin and end of transactions.
type spoken struct {
	dsn  string
	mu   sync.Mutex
	text []string
}

func (s *spoken) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.text
	s.text = nil
	return text
}

func (s *spoken) say(query string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, query)
}

func (s *spoken) Driver() driver.Driver { return stdlib.GetDefaultDriver() }

func (s *spoken) Connect(context.Context) (driver.Conn, error) {
	c, err := s.Driver().Open(s.dsn)
	if err != nil {
		return nil, err
	}
	return &spokenConn{c.(*stdlib.Conn), s}, nil
}

type pgConn = stdlib.Conn // of another name, so that its method Conn shows

type spokenConn struct {
	*pgConn
	s *spoken
}

func (c *spokenConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.s.say("PREPARE " + query)
	return c.pgConn.PrepareContext(ctx, query)
}

func (c *spokenConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.s.say(query)
	return c.pgConn.QueryContext(ctx, query, args)
}

func (c *spokenConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.s.say(query)
	return c.pgConn.ExecContext(ctx, query, args)
}

// openSpoken opens a DB as openCopying does, and notes what it says.
func openSpoken(t *testing.T) (*bunstore.DB, *bun.DB, *spoken) {
	t.Helper()
	s := &spoken{dsn: migrated.Database(t) + "&default_query_exec_mode=exec"}
	host := bun.NewDB(sql.OpenDB(s), pgdialect.New())
	t.Cleanup(func() { _ = host.Close() })
	db, err := bunstore.New(host, bunstore.Config{Copy: func(ctx context.Context, conn *sql.Conn, query string, data io.Reader) error {
		s.say(query)
		return pgxcopy.Copy(ctx, conn, query, data)
	}})
	require.NoError(t, err)
	return db, host, s
}

// What a page of an import says to PostgreSQL does not depend on how many shops it has: the same statements, whose values alone differ.
func TestNoStatementPerRowOnPostgres(t *testing.T) {
	t.Parallel()
	pgtest.Need(t)
	db, _, said := openSpoken(t)
	verbs := func(shops []collab.Shop) []string {
		said.take()
		require.NoError(t, db.For("alder").Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
			if err := importPage(ctx, tx.Collab, shops); err != nil {
				return err
			}
			items, nodes := make([]collab.RunItem, len(shops)), make([]locations.Stored, len(shops))
			for i, s := range shops {
				items[i] = collab.RunItem{Run: "r1", Remote: s.ID, Reasons: []collab.Reason{collab.ReasonBelowExport}}
				nodes[i].Key = locations.Key(s.ID)
			}
			if err := tx.Collab.Runs.PutItems(ctx, items); err != nil {
				return err
			}
			return tx.Locations.Trees.Stage(ctx, "push", nodes)
		}))
		var verbs []string
		for _, text := range said.take() {
			words := strings.Fields(strings.TrimPrefix(text, "SAVEPOINT mspkit_copy; "))
			verbs = append(verbs, words[0]+" "+words[1])
		}
		return verbs
	}
	shops := someShops(600)
	few := verbs(shops[:100])
	require.Empty(t, cmp.Diff([]string{`SELECT found.*`, `SELECT found.*`, `COPY "mspkit_shop"`, `COPY "mspkit_link"`, `COPY "mspkit_event"`,
		`COPY "mspkit_history"`, `COPY "mspkit_run_item"`, `COPY "mspkit_staged"`}, few))
	require.Empty(t, cmp.Diff(few, verbs(shops[100:])), "five times the rows")
}

// The COPY of a transaction that has been rolled back behind its closure's back does not write on its own.
func TestCopyOutsideItsTransaction(t *testing.T) {
	t.Parallel()
	pgtest.Need(t)
	db, _ := openCopying(t, bunstore.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	require.Error(t, db.For("alder").Update(ctx, func(inner context.Context, tx store.Tx) error {
		cancel()
		for { // until the pool has rolled back
			if err := tx.Collab.Shops.Put(context.WithoutCancel(inner), someShops(20)); err != nil && !errors.Is(err, collab.ErrConflict) {
				return err
			}
		}
	}))
	require.NoError(t, db.For("alder").View(t.Context(), func(ctx context.Context, v store.View) error {
		there, err := v.Collab.Shops.List(ctx, collab.ShopQuery{})
		require.Empty(t, there)
		return err
	}))
}

// A host whose pool is of another driver is told so, and nothing is written.
func TestCopyOverAnotherDriver(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", "file:"+t.TempDir()+"/test.db")
	require.NoError(t, err)
	defer db.Close()
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()
	require.ErrorContains(t, pgxcopy.Copy(t.Context(), conn, "COPY x FROM STDIN", strings.NewReader("")), "pgxcopy: the connection is a *sqlite.conn")
}
