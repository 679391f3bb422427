// Package mattntest runs the conformance suite on bunstore over github.com/mattn/go-sqlite3, in a module of its own so that
// nobody's go.mod lists that driver. It needs a C compiler.
//
//	cd store/bunstore/mattntest && go test ./...
package mattntest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/storetest"
)

const (
	common = "?_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1"
	writes = common + "&_txlock=immediate"
	reads  = common + "&_txlock=deferred&_query_only=1" // this driver begins every transaction alike
)

// classify reads the code where this driver keeps it.
func classify(err error) bunstore.Fault {
	var e sqlite3.Error
	if errors.As(err, &e) {
		return bunstore.ClassifySQLite(int(e.ExtendedCode))
	}
	return bunstore.FaultOther
}

func pool(tb testing.TB, path, options string, conns int) *bun.DB {
	tb.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+options)
	require.NoError(tb, err)
	db.SetMaxOpenConns(conns)
	b := bun.NewDB(db, sqlitedialect.New())
	tb.Cleanup(func() { _ = b.Close() })
	return b
}

func open(tb testing.TB) (*bunstore.DB, *bun.DB) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "test.db")
	write := pool(tb, path, writes, 1)
	require.NoError(tb, bunstore.Migrate(context.Background(), write))
	db, err := bunstore.New(write, bunstore.Config{Read: pool(tb, path, reads, 4), Classify: classify})
	require.NoError(tb, err)
	return db, write
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(tb testing.TB) store.DB {
		db, _ := open(tb)
		return db
	})
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	db, host := open(t)
	_, err := host.Exec("PRAGMA max_page_count = 1") // what is there already stays the least
	require.NoError(t, err)
	require.ErrorIs(t, db.For("alder").Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
		for i := range 1000 {
			if err := tx.Collab.Clients.Put(ctx, collab.Client{ID: collab.ClientID(fmt.Sprintf("c%03d", i)), Name: "Acme"}); err != nil {
				return err
			}
		}
		return nil
	}), store.ErrFull)
}
