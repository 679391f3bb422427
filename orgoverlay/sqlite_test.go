package orgoverlay_test

import (
	"database/sql"
	"flag"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite"

	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// newSQLite is a store in a file of its own, which need not outlive a loss of power.
func newSQLite(t testing.TB) store.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "world.db")
	pool := func(connections int) *bun.DB {
		db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite")
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		db.SetMaxOpenConns(connections)
		return bun.NewDB(db, sqlitedialect.New())
	}
	write := pool(1)
	require.NoError(t, bunstore.Migrate(t.Context(), write))
	db, err := bunstore.New(write, bunstore.Config{Read: pool(2)})
	require.NoError(t, err)
	return db
}

var deep = flag.Bool("deep", false, "let twins be told apart on SQLite too, which takes a minute")

func TestSightOnSQLite(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	sightInWorlds(t, newSQLite, 1, 20)
}

func TestTwinsOnSQLite(t *testing.T) {
	t.Parallel()
	if !*deep {
		t.Skip("asked for by -deep")
	}
	twins(t, 3, newSQLite)
}
