package staff

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"github.com/mspkit/mspkit/store"
)

// migrations are the schema's steps, 0001_start.sql and so on. The word {text} in them stands for text that is compared by bytes.
//
//go:embed migrations/*.sql
var migrations embed.FS

const createMigrations = "CREATE TABLE IF NOT EXISTS mspkit_staff_migration (version BIGINT PRIMARY KEY, name TEXT NOT NULL)"

// Migration is one step of the schema.
type Migration struct {
	Version int // 1, 2, ... without a gap
	Name    string
	SQL     string // in the dialect of the database
	Applied bool
}

// Status returns every step that this program knows, in order, and whether the database has it. It writes nothing. A database that is
// further than this program is store.ErrNewer.
func Status(ctx context.Context, db *bun.DB) ([]Migration, error) {
	there, err := hasTable(ctx, db, "mspkit_staff_migration")
	if err != nil {
		return nil, in("look for the table of migrations", err)
	}
	steps, err := stepsOf(ctx, db, there)
	return steps, in("read the schema's version", err)
}

// Migrate brings the directory's tables up to date, in one transaction. It may be called by several processes at once, and does nothing
// where nothing is to do. A database that is further than this program is store.ErrNewer.
func Migrate(ctx context.Context, db *bun.DB) error {
	return in("migrate", transact(ctx, db, func(ctx context.Context, tx bun.Tx) error {
		if postgres(tx) { // one at a time, also while the table of migrations is being made
			if _, err := exec(ctx, tx, "SELECT pg_advisory_xact_lock(hashtext('mspkit_staff_migration'))"); err != nil {
				return err
			}
		}
		if _, err := exec(ctx, tx, createMigrations); err != nil {
			return err
		}
		steps, err := stepsOf(ctx, tx, true)
		if err != nil {
			return err
		}
		for _, m := range steps {
			if m.Applied {
				continue
			}
			if err := apply(ctx, tx, m); err != nil {
				return fmt.Errorf("step %d (%s): %w", m.Version, m.Name, err)
			}
		}
		return nil
	}))
}

// stepsOf reads the embedded files in the database's dialect, and what the database has of them, where it has a table that says so.
func stepsOf(ctx context.Context, db bun.IDB, begun bool) ([]Migration, error) {
	files, err := migrations.ReadDir("migrations") // sorted by name
	if err != nil {
		return nil, err
	}
	var done []int
	if begun {
		if done, err = all[int](ctx, db, "SELECT version FROM mspkit_staff_migration ORDER BY version"); err != nil {
			return nil, err
		}
	}
	if last := len(done); last > 0 && done[last-1] > len(files) {
		return nil, fmt.Errorf("the database has step %d, this program knows %d: %w", done[last-1], len(files), store.ErrNewer)
	}
	words := strings.NewReplacer("{text}", "TEXT")
	if postgres(db) {
		words = strings.NewReplacer("{text}", `TEXT COLLATE "C"`)
	}
	out := make([]Migration, len(files))
	for i, f := range files {
		number, name, _ := strings.Cut(strings.TrimSuffix(f.Name(), ".sql"), "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("%s: want number %d", f.Name(), i+1)
		}
		text, err := migrations.ReadFile("migrations/" + f.Name())
		if err != nil {
			return nil, err
		}
		out[i] = Migration{Version: i + 1, Name: name, SQL: words.Replace(string(text)), Applied: slices.Contains(done, i+1)}
	}
	return out, nil
}

// apply runs one step.
func apply(ctx context.Context, tx bun.Tx, m Migration) error {
	for statement := range strings.SplitSeq(m.SQL, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := exec(ctx, tx, statement); err != nil {
			return err
		}
	}
	if m.Name == "names" {
		if err := fillNames(ctx, tx); err != nil {
			return err
		}
	}
	_, err := exec(ctx, tx, "INSERT INTO mspkit_staff_migration (version, name) VALUES (?, ?)", m.Version, m.Name)
	return err
}

// hasTable reports whether the database has a table.
func hasTable(ctx context.Context, db bun.IDB, name string) (bool, error) {
	query := "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
	if postgres(db) {
		query = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = ?"
	}
	n, _, err := one[int](ctx, db, query, name)
	return n > 0, err
}

func postgres(db bun.IDB) bool { return db.Dialect().Name() == dialect.PG }
