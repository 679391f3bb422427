package bunstore

import (
	"context"
	"reflect"

	"github.com/uptrace/bun/schema"
)

// argsAtOnce bounds the values of a statement that inserts several rows. On SQLite, where a statement for each row of an import spends half of
// its time on the way into the engine, this takes an eighth off; with some hundred values it is lost again, because the driver looks for
// each value among all of them.
const argsAtOnce = 64

// argsAtOncePostgres is that on PostgreSQL, where a round trip takes longer than most rows.
const argsAtOncePostgres = 2048

// putAll puts records in their order by the rule of put, new ones by COPY or several to a statement: all of them or, at the first conflict,
// none. Refused is then given the record, or the first of those in its statement, with the error of a statement that failed.
func putAll[D, R any](ctx context.Context, s *session, records []D, version func(*D) int64, rowOf func(*D) R, refused func(*D, error) error) error {
	if s.conn != nil && len(records) >= copyAtLeast && leadingNew(records, version) == len(records) {
		if copied, err := copyAll(ctx, s, records, rowOf); err != nil {
			return refused(&records[0], err)
		} else if copied {
			return nil
		}
	}
	put := func() error { return putEach(ctx, s, records, version, rowOf, refused) }
	if len(records) < 2 {
		return put()
	}
	return s.whole(ctx, put)
}

// putEach is putAll that leaves what it wrote before a conflict.
func putEach[D, R any](ctx context.Context, s *session, records []D, version func(*D) int64, rowOf func(*D) R, refused func(*D, error) error) error {
	var row R
	for len(records) > 0 {
		n := leadingNew(records, version)
		if n == 0 {
			row = rowOf(&records[0])
			if ok, err := put(ctx, s, &row, version(&records[0])); !ok {
				return refused(&records[0], err)
			}
			records = records[1:]
			continue
		}
		if at, err := insertAll(ctx, s, records[:n], rowOf); at < n {
			return refused(&records[at], err)
		}
		records = records[n:]
	}
	return nil
}

// replaceAll stores records, each in the place of the one with the same primary key. Where all are new they go by COPY.
func replaceAll[D, R any](ctx context.Context, s *session, records []D, rowOf func(*D) R, refused func(*D, error) error) error {
	if s.conn != nil && len(records) >= copyAtLeast {
		if copied, err := copyAll(ctx, s, records, rowOf); err != nil {
			return refused(&records[0], err)
		} else if copied {
			return nil
		}
	}
	var row R
	for i := range records {
		row = rowOf(&records[i])
		if ok, err := write(ctx, s, verbReplace, &row); !ok {
			return refused(&records[i], err)
		}
	}
	return nil
}

// leadingNew returns how many records at the front are new.
func leadingNew[D any](records []D, version func(*D) int64) int {
	for i := range records {
		if version(&records[i]) != 0 {
			return i
		}
	}
	return len(records)
}

// insertAll inserts new records, several to a statement. It returns their number, or else where the statement begins that met a conflict
// or failed.
func insertAll[D, R any](ctx context.Context, s *session, records []D, rowOf func(*D) R) (int, error) {
	if !s.db.postgres && len(records) >= alikeFrom {
		return insertAlike(ctx, s, records, rowOf)
	}
	table := s.db.write.Table(reflect.TypeFor[R]())
	args := argsAtOnce
	if s.db.postgres {
		args = argsAtOncePostgres
	}
	rows := make([]R, min(len(records), max(1, args/len(written(table)))))
	for at := 0; at < len(records); {
		n := len(rows)
		for left := len(records) - at; n > left; { // few lengths, so that there are few statements
			if n /= 2; !s.db.postgres {
				n = 1
			}
		}
		for i := range n {
			rows[i] = rowOf(&records[at+i])
		}
		var ok bool
		var err error
		if n > 1 {
			ok, err = insertMany(ctx, s, table, rows[:n])
		} else {
			ok, err = write(ctx, s, verbInsert, &rows[0])
		}
		if !ok {
			return at, err
		}
		at += n
	}
	return len(records), nil
}

// always0 is the version of what is written once.
func always0[D any](*D) int64 { return 0 }

// insertMany inserts the rows and reports whether it wrote all of them; false without an error is a unique key in the way of some.
func insertMany[R any](ctx context.Context, s *session, table *schema.Table, rows []R) (bool, error) {
	k, err := s.keep(ctx, verbInsert, table, len(rows))
	if err != nil {
		return false, err
	}
	k.args = k.args[:0]
	for i := range rows {
		k.args = bind(k.args, reflect.ValueOf(&rows[i]).Elem(), written(table))
	}
	res, err := k.exec(k.ctx, k.args...)
	if err != nil { // a unique key is none: see the statement
		return false, s.fail("write "+table.Name, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return false, s.fail("write "+table.Name, err)
	}
	return n == int64(len(rows)), nil
}
