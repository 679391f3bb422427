package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// tries is how often a transaction is begun before the database counts as busy.
const tries = 5

// update decides and writes in one transaction, one after another: SQLite has one writer, and PostgreSQL is made to by the row that
// each takes first. So nothing that fn reads changes before it commits. It may run again, and does no hashing.
func (d *Directory) update(ctx context.Context, what string, fn func(context.Context, bun.Tx) error) error {
	err := transact(ctx, d.write, func(ctx context.Context, tx bun.Tx) error {
		if postgres(tx) {
			if _, err := exec(ctx, tx, "SELECT one FROM mspkit_staff_lock FOR UPDATE"); err != nil {
				return err
			}
		}
		return fn(ctx, tx)
	})
	return in(what, err)
}

// decide is update with something to return, which is nothing where it fails.
func decide[T any](ctx context.Context, d *Directory, what string, fn func(context.Context, bun.Tx) (T, error)) (T, error) {
	var out, none T
	if err := d.update(ctx, what, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = fn(ctx, tx)
		return err
	}); err != nil {
		return none, err
	}
	return out, nil
}

// transact runs fn in a transaction, again where the database took it back for another's sake.
func transact(ctx context.Context, db *bun.DB, fn func(context.Context, bun.Tx) error) error {
	var options *sql.TxOptions
	if postgres(db) {
		options = &sql.TxOptions{Isolation: sql.LevelReadCommitted} // each statement sees what was there when the lock was had
	}
	for n := 1; ; n++ {
		err := db.RunInTx(ctx, options, fn)
		fault := bunstore.Classify(err)
		switch {
		case fault == bunstore.FaultRetry && n < tries && ctx.Err() == nil:
			time.Sleep(time.Duration(n) * 10 * time.Millisecond)
		case fault == bunstore.FaultRetry, fault == bunstore.FaultBusy:
			return fmt.Errorf("%w: %w", store.ErrBusy, err)
		case fault == bunstore.FaultFull:
			return fmt.Errorf("%w: %w", store.ErrFull, err)
		default:
			return err
		}
	}
}

// in names what failed.
func in(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("staff: %s: %w", what, err)
}

// exec runs a statement and returns how many rows it changed.
func exec(ctx context.Context, db bun.IDB, query string, args ...any) (int64, error) {
	res, err := db.NewRaw(query, sound(args)...).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// all returns every row of a query.
func all[T any](ctx context.Context, db bun.IDB, query string, args ...any) ([]T, error) {
	var rows []T
	if err := db.NewRaw(query, sound(args)...).Scan(ctx, &rows); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	return rows, nil
}

// one returns the row of a query, and whether there is one.
func one[T any](ctx context.Context, db bun.IDB, query string, args ...any) (T, bool, error) {
	rows, err := all[T](ctx, db, query, args...)
	if err != nil || len(rows) == 0 {
		var none T
		return none, false, err
	}
	return rows[0], true, nil
}

// sound replaces what no database takes as text, so that what people send is not found rather than an error.
func sound(args []any) []any {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
		}
	}
	return args
}

// now is the present in what the tables keep: microseconds.
func (d *Directory) now() int64 { return d.cfg.Now().UnixMicro() }

// at is the time that the tables keep; zero is none.
func at(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
