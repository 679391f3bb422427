package app

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/store/bunstore"
)

// Migrate brings the database, a file or a postgres:// address, up to date and writes the status of each step to w; with dryRun it changes nothing
// and writes the SQL that would run. With the id of a system it refuses the database of another. The steps of logins come after the library's. The tables of the job engine are brought up to date with both, without a line.
func Migrate(ctx context.Context, name, id string, dryRun bool, w io.Writer) (err error) {
	if err := checkDatabase(name); err != nil {
		return err
	}
	if id != "" {
		if err := checkID(id); err != nil {
			return err
		}
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
	if id != "" {
		if err := staff.CheckOwner(ctx, db.read, id); err != nil {
			return db.told(err)
		}
	}
	if !dryRun {
		if err := db.told(db.migrate(ctx)); err != nil {
			return err
		}
	}
	steps, err := db.steps(ctx)
	if err != nil {
		return fmt.Errorf("database %s: %w", db.name, err)
	}
	for _, m := range steps {
		if dryRun && !m.applied {
			if _, err := fmt.Fprintln(w, m.sql); err != nil {
				return err
			}
		}
	}
	for _, m := range steps {
		state := "to do"
		if m.applied {
			state = "applied"
		}
		if _, err := fmt.Fprintf(w, "-- %-24s %s\n", m.name, state); err != nil {
			return err
		}
	}
	return nil
}

// step is one of the library's, or of logins.
type step struct {
	name, sql string
	applied   bool
}

// steps returns those of the library, then those of logins, as far as the database has them.
func (d *database) steps(ctx context.Context) ([]step, error) {
	ours, err := bunstore.Status(ctx, d.write)
	if err != nil {
		return nil, err
	}
	logins, err := staff.Status(ctx, d.write)
	if err != nil {
		return nil, err
	}
	var out []step
	for _, m := range ours {
		out = append(out, step{fmt.Sprintf("%04d %s", m.Version, m.Name), m.SQL, m.Applied})
	}
	for _, m := range logins {
		out = append(out, step{fmt.Sprintf("logins %04d %s", m.Version, m.Name), m.SQL, m.Applied})
	}
	return out, nil
}
