package orgoverlay_test

import (
	"database/sql"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// newSQLite is a store in a file of its own, which need not outlive a loss of power.
func newSQLite(t testing.TB) store.DB {
	t.Helper()
	db, _ := openSQLite(t, filepath.Join(t.TempDir(), "world.db"), "")
	return db
}

// openSQLite makes a store of a file, with more settings, and returns its writing pool too.
func openSQLite(t testing.TB, path, settings string) (store.DB, *bun.DB) {
	t.Helper()
	pool := func(connections int) *bun.DB {
		db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite"+settings)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, db.Close()) })
		db.SetMaxOpenConns(connections)
		return bun.NewDB(db, sqlitedialect.New())
	}
	write := pool(1)
	require.NoError(t, bunstore.Migrate(t.Context(), write))
	db, err := bunstore.New(write, bunstore.Config{Read: pool(2)})
	require.NoError(t, err)
	return db, write
}

var deep = flag.Bool("deep", false, "let twins be told apart on SQLite and PostgreSQL too, which takes minutes")

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

// With secure_delete, and once the log is emptied, the bytes of the files themselves hold nothing of what was purged.
func TestPurgeLeavesNothingInTheFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "purged.db")
	db, write := openSQLite(t, path, "&_pragma=secure_delete(1)")
	w := newWorld(t, db, 6, 6)
	w.furnishAll()
	w.clock = w.clock.AddDate(0, 0, 2)
	for _, a := range w.accounts { // what was overwritten goes as well
		for _, e := range w.look(a) {
			if e.Kind == orgoverlay.KindTrusted {
				w.lay(a, e.ID, remarks(w.secret("laidlater", a)), "")
			}
		}
	}
	files := func() (all []byte) {
		for _, name := range []string{path, path + "-wal"} {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			all = append(all, data...)
		}
		return all
	}
	checkpoint := func() {
		t.Helper()
		var busy, pages, done int
		require.NoError(t, write.QueryRowContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done))
		require.Zero(t, busy)
	}
	checkpoint()
	for _, what := range []string{"remarks", "later", "note", "tier", "financial"} {
		require.Regexp(t, `(?i)secret-laid`+what+`-a`, string(files()), "there before")
	}
	require.Contains(t, string(files()), "content of secret-laidfile-")
	for n, a := range w.accounts {
		if n == 0 { // one by one, the others at once
			for _, e := range w.look(a) {
				if e.Kind == orgoverlay.KindTrusted {
					require.NoError(t, w.of(a).Purge(w.ctx, w.boss(a), e.ID, "by hand"))
				}
			}
		}
		_, err := w.of(a).PurgeAccount(w.ctx, w.boss(a), "leaves")
		require.NoError(t, err)
	}
	require.Regexp(t, `(?i)secret-laid`, string(files()), "still in the log")
	checkpoint()
	if left := regexp.MustCompile(`(?is)[ -~]{0,80}secret-laid[ -~]{0,80}`).FindString(string(files())); left != "" {
		t.Errorf("the files still hold %q", left)
	}
	require.Regexp(t, `secret-remarks-a`, string(files()), "own records stay")
}
