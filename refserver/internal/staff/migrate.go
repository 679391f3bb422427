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

// Migrate brings the directory's tables up to date, in one transaction. It may be called by several processes at once, and does nothing
// where nothing is to do. A database that is further than this program is store.ErrNewer.
func Migrate(ctx context.Context, db *bun.DB) error {
	files, err := migrations.ReadDir("migrations") // sorted by name
	if err != nil {
		return fmt.Errorf("staff: migrations: %w", err)
	}
	err = transact(ctx, db, func(ctx context.Context, tx bun.Tx) error {
		if postgres(tx) { // one at a time, also while the table of migrations is being made
			if _, err := exec(ctx, tx, "SELECT pg_advisory_xact_lock(hashtext('mspkit_staff_migration'))"); err != nil {
				return err
			}
		}
		if _, err := exec(ctx, tx, createMigrations); err != nil {
			return err
		}
		done, err := all[int](ctx, tx, "SELECT version FROM mspkit_staff_migration ORDER BY version")
		if err != nil {
			return err
		}
		if last := len(done); last > 0 && done[last-1] > len(files) {
			return fmt.Errorf("the database has step %d, this program knows %d: %w", done[last-1], len(files), store.ErrNewer)
		}
		for i, f := range files {
			if slices.Contains(done, i+1) {
				continue
			}
			if err := apply(ctx, tx, i+1, f.Name()); err != nil {
				return fmt.Errorf("%s: %w", f.Name(), err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("staff: migrate: %w", err)
	}
	return nil
}

// apply runs one step.
func apply(ctx context.Context, tx bun.Tx, version int, file string) error {
	number, name, _ := strings.Cut(strings.TrimSuffix(file, ".sql"), "_")
	if n, err := strconv.Atoi(number); err != nil || n != version {
		return fmt.Errorf("want number %d", version)
	}
	text, err := migrations.ReadFile("migrations/" + file)
	if err != nil {
		return err
	}
	words := strings.NewReplacer("{text}", "TEXT")
	if postgres(tx) {
		words = strings.NewReplacer("{text}", `TEXT COLLATE "C"`)
	}
	for statement := range strings.SplitSeq(words.Replace(string(text)), ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := exec(ctx, tx, statement); err != nil {
			return err
		}
	}
	_, err = exec(ctx, tx, "INSERT INTO mspkit_staff_migration (version, name) VALUES (?, ?)", version, name)
	return err
}

func postgres(db bun.IDB) bool { return db.Dialect().Name() == dialect.PG }
