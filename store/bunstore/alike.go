package bunstore

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/uptrace/bun/schema"
)

// alikeFrom is how many new rows a call must have for insertAlike: it prepares a statement of its own for them.
const alikeFrom = 64

// insertAlike inserts many new records on SQLite as insertAll does. What is the same in all rows of an import's page (account, client, project, run,
// time and whatever is empty) is most of it, and stands in the statement, so that of the 65 values of a shop some 25 are left for the driver
// to bind one by one.
func insertAlike[D, R any](ctx context.Context, s *session, records []D, rowOf func(*D) R) (int, error) {
	rows := make([]R, len(records))
	for i := range records {
		rows[i] = rowOf(&records[i])
	}
	table := s.db.write.Table(reflect.TypeFor[R]())
	values, differ := valuesOf(reflect.ValueOf(rows), written(table))
	n := max(1, argsAtOnce/max(1, len(differ)))
	if err := s.writable(ctx); err != nil {
		return 0, fmt.Errorf("bunstore: write %s: %w", table.Name, err)
	}
	// Without OR FAIL the statement would keep each page of the database that it changes, to take itself back where a value is not allowed to
	// be null; none is.
	stmt, err := s.tx.Tx.PrepareContext(ctx, fmt.Sprintf("INSERT OR FAIL INTO %s (%s) VALUES (%s)%s ON CONFLICT DO NOTHING", table.SQLName,
		eachColumn(written(table), "%s", ", "), values, strings.Repeat(", ("+values+")", n-1)))
	if err != nil {
		return 0, s.fail("prepare for "+table.Name, err)
	}
	defer stmt.Close()
	args := make([]any, 0, n*len(differ))
	at := 0
	for ; at+n <= len(rows); at += n {
		args = args[:0]
		for i := range n {
			args = bind(args, reflect.ValueOf(&rows[at+i]).Elem(), differ)
		}
		res, err := stmt.ExecContext(context.WithoutCancel(ctx), args...) // as a kept statement
		if err != nil {
			return at, s.fail("write "+table.Name, err)
		}
		if wrote, err := res.RowsAffected(); err != nil {
			return at, s.fail("write "+table.Name, err)
		} else if wrote < int64(n) {
			return at, nil
		}
	}
	for ; at < len(rows); at++ {
		if ok, err := write(ctx, s, verbInsert, &rows[at]); !ok {
			return at, err
		}
	}
	return at, nil
}

// valuesOf writes what stands in VALUES for each of the rows, a slice, and returns the fields in which they differ: these are parameters.
func valuesOf(rows reflect.Value, fields []*schema.Field) (values string, differ []*schema.Field) {
	parts := make([]string, len(fields))
	for i, f := range fields {
		first := f.Value(rows.Index(0))
		text, same := literal(first)
		for k := 1; same && k < rows.Len(); k++ {
			same = f.Value(rows.Index(k)).Equal(first)
		}
		if !same {
			text = "?"
			differ = append(differ, f)
		}
		parts[i] = text
	}
	return strings.Join(parts, ", "), differ
}

// literal writes a value as SQLite reads it; false for what had better be a parameter.
func literal(v reflect.Value) (string, bool) {
	switch v.Kind() {
	case reflect.String:
		const long = 100
		t := v.String()
		return "'" + strings.ReplaceAll(t, "'", "''") + "'", len(t) <= long && !strings.Contains(t, "\x00")
	case reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), true
	case reflect.Bool:
		return strings.ToUpper(strconv.FormatBool(v.Bool())), true
	}
	return "", false
}
