package orgoverlay_test

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/bunstore/pgxcopy"
)

var onPostgres = flag.Int("postgres", 1, "random worlds that are looked at on PostgreSQL; with -deep pairs of twins too")

var migrated = pgtest.Template{Fill: func(ctx context.Context, dsn string) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	return errors.Join(bunstore.Migrate(ctx, bun.NewDB(db, pgdialect.New())), db.Close())
}}

// newPostgres is a store in a database of its own, opened as the documentation of bunstore advises.
func newPostgres(t testing.TB) store.DB {
	t.Helper()
	pgtest.Need(t)
	db, err := sql.Open("pgx", migrated.Database(t)+"&default_query_exec_mode=exec")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	out, err := bunstore.New(bun.NewDB(db, pgdialect.New()), bunstore.Config{Copy: pgxcopy.Copy})
	require.NoError(t, err)
	return out
}

func TestSightOnPostgres(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	sightInWorlds(t, newPostgres, *onPostgres, 10)
}

func TestTwinsOnPostgres(t *testing.T) {
	t.Parallel()
	if !*deep {
		t.Skip("asked for by -deep")
	}
	for seed := range uint64(*onPostgres) {
		twins(t, seed+4, newPostgres)
	}
}
