package bunstore_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite"

	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/bunstore/pgxcopy"
)

const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite"

// pool opens connections to an SQLite file through the named driver.
func pool(t testing.TB, driver, path string, conns int) *bun.DB {
	t.Helper()
	db, err := sql.Open(driver, "file:"+path+pragmas)
	require.NoError(t, err)
	db.SetMaxOpenConns(conns)
	b := bun.NewDB(db, sqlitedialect.New())
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// openFile opens a migrated DB in a file of its own, and returns its writing pool too.
func openFile(t testing.TB, cfg bunstore.Config) (*bunstore.DB, *bun.DB) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	write := pool(t, "sqlite", path, 1)
	require.NoError(t, bunstore.Migrate(context.Background(), write))
	cfg.Read = pool(t, "sqlite", path, 4)
	db, err := bunstore.New(write, cfg)
	require.NoError(t, err)
	return db, write
}

// noon is a time that has microseconds.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 123456000, time.UTC)

// pgPool opens connections to a PostgreSQL database through the named driver.
func pgPool(t testing.TB, driver, dsn string, conns int) *bun.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	b := bun.NewDB(db, pgdialect.New())
	t.Cleanup(func() { _ = b.Close() })
	return b
}

var migrated = pgtest.Template{Fill: func(ctx context.Context, dsn string) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	return errors.Join(bunstore.Migrate(ctx, bun.NewDB(db, pgdialect.New())), db.Close())
}}

// openPostgres opens a migrated DB in a PostgreSQL database of its own, and returns its pool too.
func openPostgres(t testing.TB, cfg bunstore.Config) (*bunstore.DB, *bun.DB) {
	t.Helper()
	return openPostgresAt(t, migrated.Database(t), cfg)
}

// openCopying is openPostgres as the package documentation advises.
func openCopying(t testing.TB, cfg bunstore.Config) (*bunstore.DB, *bun.DB) {
	t.Helper()
	cfg.Copy = pgxcopy.Copy
	return openPostgresAt(t, migrated.Database(t)+"&default_query_exec_mode=exec", cfg)
}

func openPostgresAt(t testing.TB, dsn string, cfg bunstore.Config) (*bunstore.DB, *bun.DB) {
	t.Helper()
	host := pgPool(t, "pgx", dsn, 8)
	db, err := bunstore.New(host, cfg)
	require.NoError(t, err)
	return db, host
}

type opener func(testing.TB, bunstore.Config) (*bunstore.DB, *bun.DB)

// onEach runs the test on each database.
func onEach(t *testing.T, test func(*testing.T, opener)) {
	t.Helper()
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) { t.Parallel(); test(t, openFile) })
	t.Run("PostgreSQL", func(t *testing.T) { t.Parallel(); pgtest.Need(t); test(t, openPostgres) })
	t.Run("PostgreSQL by COPY", func(t *testing.T) { t.Parallel(); pgtest.Need(t); test(t, openCopying) })
}
