package bunstore_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"golang.org/x/sync/errgroup"

	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		migrate(t, pool(t, "sqlite", filepath.Join(t.TempDir(), "test.db"), 1), "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		migrate(t, pgPool(t, "pgx", pgtest.Database(t), 2), "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
	})
}

func migrate(t *testing.T, db *bun.DB, catalogue string) {
	ctx := context.Background()
	tables := func() (names []string) {
		require.NoError(t, db.NewRaw(catalogue).Scan(ctx, &names))
		return names
	}

	sql, err := bunstore.DryRun(ctx, db)
	require.NoError(t, err)
	steps, err := bunstore.Status(ctx, db)
	require.NoError(t, err)
	require.Len(t, sql, len(steps))
	require.NotContains(t, strings.Join(sql, ""), "{", "a type word is left")
	require.Empty(t, tables(), "asking has written")

	require.NoError(t, bunstore.Migrate(ctx, db))
	require.NoError(t, bunstore.Migrate(ctx, db))
	require.Greater(t, len(tables()), 15)
	for _, name := range tables() {
		require.Regexp(t, "^mspkit_", name)
	}
	sql, err = bunstore.DryRun(ctx, db)
	require.NoError(t, err)
	require.Empty(t, sql)
	steps, err = bunstore.Status(ctx, db)
	require.NoError(t, err)
	for i, s := range steps {
		require.True(t, s.Applied)
		require.EqualValues(t, i+1, s.Version)
	}

	_, err = db.ExecContext(ctx, "INSERT INTO mspkit_migration (version, name) VALUES (?, 'later')", len(steps)+1)
	require.NoError(t, err)
	require.ErrorIs(t, bunstore.Migrate(ctx, db), store.ErrNewer)
	_, err = bunstore.Status(ctx, db)
	require.ErrorIs(t, err, store.ErrNewer)
}

func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	together := func(t *testing.T, open func() *bun.DB) {
		t.Parallel()
		var g errgroup.Group
		for range 4 {
			db := open()
			g.Go(func() error { return bunstore.Migrate(context.Background(), db) })
		}
		require.NoError(t, g.Wait())
		steps, err := bunstore.Status(context.Background(), open())
		require.NoError(t, err)
		for _, s := range steps {
			require.True(t, s.Applied)
		}
	}
	t.Run("SQLite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "test.db")
		together(t, func() *bun.DB { return pool(t, "sqlite", path, 1) })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := pgtest.Database(t)
		together(t, func() *bun.DB { return pgPool(t, "pgx", dsn, 1) })
	})
}
