package app

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/mspkit/mspkit/store/bunstore"
)

// Migrate brings the database, a file or a postgres:// address, up to date and writes the status of each step to w; with dryRun it changes nothing
// and writes the SQL that would run. The tables of the job engine and of logins are brought up to date with ours.
func Migrate(ctx context.Context, name string, dryRun bool, w io.Writer) (err error) {
	if name == "" {
		return errors.New("-db is missing: give a database file or a postgres:// address")
	}
	open := openDatabase
	if dryRun {
		open = inspectDatabase
	}
	db, err := open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	if dryRun {
		steps, err := bunstore.DryRun(ctx, db.write)
		if err != nil {
			return fmt.Errorf("database %s: %w", db.name, err)
		}
		for _, sql := range steps {
			if _, err := fmt.Fprintln(w, sql); err != nil {
				return err
			}
		}
	} else if err := db.migrate(ctx); err != nil {
		return fmt.Errorf("database %s: %w", db.name, err)
	}
	steps, err := bunstore.Status(ctx, db.write)
	if err != nil {
		return fmt.Errorf("database %s: %w", db.name, err)
	}
	for _, m := range steps {
		state := "to do"
		if m.Applied {
			state = "applied"
		}
		if _, err := fmt.Fprintf(w, "-- %04d %-20s %s\n", m.Version, m.Name, state); err != nil {
			return err
		}
	}
	return nil
}
