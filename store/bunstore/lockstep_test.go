package bunstore_test

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/bunstore/pgxcopy"
	"github.com/mspkit/mspkit/store/memstore"
	"github.com/mspkit/mspkit/store/storetest"
)

var (
	lockstepSeed      = flag.Uint64("seed", 1, "seed of the first sequence that the stores run in lockstep")
	lockstepSequences = flag.Int("sequences", 1000, "sequences that the stores run in lockstep")
)

// Whatever they are asked, memory, SQLite and PostgreSQL answer the same.
func TestLockstep(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		db, write := openFile(t, bunstore.Config{})
		_, err := write.Exec("PRAGMA synchronous = OFF") // this is not about what a crash leaves
		require.NoError(t, err)
		lockstep(t, "SQLite", db)
	})
	t.Run("PostgreSQL", func(t *testing.T) { // long lists by COPY, short ones without
		t.Parallel()
		pgtest.Need(t)
		db, _ := openPostgres(t, bunstore.Config{Copy: pgxcopy.Copy})
		lockstep(t, "PostgreSQL", db)
	})
}

func lockstep(t *testing.T, name string, db store.DB) {
	cfg := storetest.LockstepConfig{Seed: *lockstepSeed, Sequences: *lockstepSequences}
	if testing.Short() {
		cfg.Sequences = min(cfg.Sequences, 50)
	}
	memory := storetest.NamedDB{Name: "memory", DB: memstore.New(memstore.Config{})}
	tally, err := storetest.Lockstep(t.Context(), cfg, memory, storetest.NamedDB{Name: name, DB: db})
	t.Logf("%d sequences\n%s", cfg.Sequences, tally)
	require.NoError(t, err)
}
