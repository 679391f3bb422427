package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// session is one transaction of one account: what all roles share. It belongs to one goroutine.
type session struct {
	db       *DB
	tx       bun.Tx
	conn     *sql.Conn // of tx, where Config.Copy may use it
	account  string
	joined   bool // the host's transaction
	readOnly bool // a view: drivers' read-only transactions let writes through
	kept     map[keptKey]*kept
	enqueued []int64 // messages, when somebody wants to be told
	err      error   // the first failed statement: nothing may commit after it
}

func newSession(d *DB, tx bun.Tx, account string) *session {
	return &session{db: d, tx: tx, account: account, kept: map[keptKey]*kept{}}
}

// A kept statement is written once in a transaction.
type kept struct {
	ctx  context.Context // for its executions: see keep
	exec func(ctx context.Context, args ...any) (sql.Result, error)
	args []any
}

type keptKey struct {
	verb verb
	row  reflect.Type
	rows int // for so many at a time
}

type verb uint8

const (
	verbInsert  verb = iota // unless a unique key is there already
	verbReplace             // insert, or replace the row of the same primary key
	verbUpdate              // replace the row of the same primary key and a given version
)

// put writes a row by the rule for records: version 0 inserts, another replaces the row of that version. It reports
// false for a conflict. The row carries the next version.
func put[R any](ctx context.Context, s *session, row *R, version int64) (bool, error) {
	if version == 0 {
		return write(ctx, s, verbInsert, row)
	}
	return write(ctx, s, verbUpdate, row, version)
}

// write executes the verb for one row and reports whether it wrote the row. False without an error is a unique key in the way.
func write[R any](ctx context.Context, s *session, v verb, row *R, more ...any) (bool, error) {
	value := reflect.ValueOf(row).Elem()
	table := s.db.write.Table(value.Type())
	k, err := s.keep(ctx, v, table, 1)
	if err != nil {
		return false, err
	}
	k.args = k.args[:0]
	if v == verbUpdate {
		k.args = bind(k.args, value, table.DataFields)
		k.args = bind(k.args, value, table.PKs)
	} else {
		k.args = bind(k.args, value, written(table))
	}
	k.args = append(k.args, more...)
	res, err := k.exec(k.ctx, k.args...)
	if err != nil {
		if s.db.cfg.Classify(err) != FaultDuplicate {
			return false, s.fail("write "+table.Name, err)
		}
		if s.db.postgres { // which refuses the rest of the transaction
			s.fail("write "+table.Name, meanwhile{err})
		}
		return false, nil
	}
	n, err := res.RowsAffected()
	if err != nil {
		return false, s.fail("write "+table.Name, err)
	}
	return n > 0, nil
}

// keep returns the statement of a verb for some rows of a table, prepared at its first use.
func (s *session) keep(ctx context.Context, v verb, table *schema.Table, rows int) (*kept, error) {
	if err := s.writable(ctx); err != nil {
		return nil, fmt.Errorf("bunstore: write %s: %w", table.Name, err)
	}
	key := keptKey{v, table.Type, rows}
	if k := s.kept[key]; k != nil {
		if s.db.postgres {
			k.ctx = ctx
		}
		return k, nil
	}
	k, err := s.prepare(ctx, v, table, rows)
	if err != nil {
		return nil, err
	}
	s.kept[key] = k
	return k, nil
}

// prepare makes a statement to keep, which the transaction closes when it ends. An insert on PostgreSQL is left to the driver, which keeps what it
// has prepared for the connection's later transactions: that saves two round trips in each. An update is not, because its plan would be
// kept, too, and may be from a time when reading the whole table was quickest.
func (s *session) prepare(ctx context.Context, v verb, table *schema.Table, rows int) (*kept, error) {
	query := s.placeholders(s.statement(v, table, rows))
	if s.db.postgres && v != verbUpdate {
		return &kept{ctx: ctx, exec: func(ctx context.Context, args ...any) (sql.Result, error) {
			return s.tx.Tx.ExecContext(ctx, query, args...)
		}}, nil
	}
	stmt, err := s.tx.Tx.PrepareContext(ctx, query)
	if err != nil {
		return nil, s.fail("prepare for "+table.Name, err)
	}
	if !s.db.postgres {
		// A row takes SQLite microseconds, and its driver starts a goroutine for every execution whose ctx can be cancelled.
		// The transaction's own ctx still ends it.
		ctx = context.WithoutCancel(ctx)
	}
	return &kept{ctx: ctx, exec: stmt.ExecContext}, nil
}

// writable returns why nothing more can be written, or nil. A ctx that has ended is noted as a statement that failed: the call that meets it
// may have written a part.
func (s *session) writable(ctx context.Context) error {
	if s.err == nil && ctx.Err() != nil {
		s.err = fmt.Errorf("bunstore: before a write: %w", context.Cause(ctx))
	}
	switch {
	case s.err != nil:
		return s.err
	case s.readOnly:
		return errors.New("a view does not write")
	}
	return nil
}

// statement writes the SQL of a verb, with question marks for the values. An update is for one row.
func (s *session) statement(v verb, t *schema.Table, rows int) string {
	if v == verbUpdate {
		update := fmt.Sprintf("UPDATE %s SET %s WHERE %s AND version = ?", t.SQLName, eachColumn(t.DataFields, "%s = ?", ", "), eachColumn(t.PKs, "%s = ?", " AND "))
		if s.db.postgres {
			update += unlessTaken(t)
		}
		return update
	}
	fields := written(t)
	row := "(?" + strings.Repeat(", ?", len(fields)-1) + ")"
	insert := fmt.Sprintf("INSERT INTO %s (%s) VALUES %s ON CONFLICT ", t.SQLName, eachColumn(fields, "%s", ", "), row+strings.Repeat(", "+row, rows-1))
	if v == verbInsert {
		insert += "DO NOTHING"
	} else {
		insert += fmt.Sprintf("(%s) DO UPDATE SET %s", eachColumn(t.PKs, "%s", ", "), eachColumn(t.DataFields, "%[1]s = excluded.%[1]s", ", "))
	}
	return insert
}

// written returns the columns of an insert: all but one that the database counts up.
func written(t *schema.Table) []*schema.Field {
	if len(t.PKs) == 1 && t.PKs[0].AutoIncrement {
		return t.DataFields
	}
	return t.Fields
}

func eachColumn(fields []*schema.Field, format, sep string) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = fmt.Sprintf(format, f.SQLName)
	}
	return strings.Join(parts, sep)
}

// bind appends the fields' values as drivers want them.
func bind(args []any, row reflect.Value, fields []*schema.Field) []any {
	for _, f := range fields {
		switch v := f.Value(row); v.Kind() {
		case reflect.String:
			args = append(args, v.String())
		case reflect.Int64:
			args = append(args, v.Int())
		case reflect.Bool:
			args = append(args, v.Bool())
		case reflect.Slice: // of bytes; never null
			b := v.Bytes()
			if b == nil {
				b = []byte{}
			}
			args = append(args, b)
		default:
			panic("bunstore: a row has a column of kind " + v.Kind().String())
		}
	}
	return args
}

// placeholders turns question marks into the dialect's.
func (s *session) placeholders(query string) string {
	if !s.db.postgres {
		return query
	}
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(query, "?") {
		if n > 0 {
			b.WriteString("$" + strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	return b.String()
}

// exec runs a statement that is not for one row, and returns how many rows it wrote.
func (s *session) exec(ctx context.Context, what, query string, args ...any) (int64, error) {
	if err := s.writable(ctx); err != nil {
		return 0, fmt.Errorf("bunstore: %s: %w", what, err)
	}
	res, err := s.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, s.fail(what, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, s.fail(what, err)
	}
	return n, nil
}

// fail notes that a statement failed: SQLite may have rolled back by itself, and what follows would commit on its own.
func (s *session) fail(what string, err error) error {
	err = fmt.Errorf("bunstore: %s: %w", what, err)
	if s.err == nil {
		s.err = err
	}
	return err
}

// from begins a query of the account's rows of a table.
func from[R any](s *session) *bun.SelectQuery {
	return s.tx.NewSelect().Model((*R)(nil)).Where("account = ?", s.account)
}

// many runs the query and converts its rows.
func many[R, D any](ctx context.Context, s *session, q *bun.SelectQuery, convert func(*R) (D, error)) ([]D, error) {
	var rows []R
	if err := s.scan(ctx, q, &rows); err != nil {
		return nil, err
	}
	out := make([]D, len(rows))
	for i := range rows {
		var err error
		if out[i], err = convert(&rows[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// scan runs the query into dest, a pointer to a slice.
func (s *session) scan(ctx context.Context, q *bun.SelectQuery, dest any) error {
	if s.err != nil {
		return s.err
	}
	if err := q.Scan(ctx, dest); err != nil {
		return s.fail("read "+q.GetTableName(), err)
	}
	return nil
}

// one runs the query, which a unique key answers; where there is no row the answer is none.
func one[R, D any](ctx context.Context, s *session, q *bun.SelectQuery, convert func(*R) (D, error), none error) (D, error) {
	var zero D
	found, err := many(ctx, s, q, convert)
	if err != nil {
		return zero, err
	}
	if len(found) == 0 {
		return zero, none
	}
	return found[0], nil
}

// noSuch names a record that is not there, by its domain's sentinel.
func noSuch(sentinel error, kind string, id ...string) error {
	return fmt.Errorf("bunstore: %s %s: %w", kind, strings.Join(id, "/"), sentinel)
}

// inLists runs a query for each chunk of the ids, sorted and each once: ordered by that id, the results are in order as a whole.
func inLists[ID ~string, D any](ids []ID, query func(chunk []ID) ([]D, error)) ([]D, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	var out []D
	for chunk := range slices.Chunk(slices.Compact(ids), chunkSize) {
		found, err := query(chunk)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// among asks a query for the rows of R in which the first column of the order is one of the ids. PostgreSQL looks each of them up in the
// index: a list of some hundred makes it read all that the account has, while it knows little of a table that has grown since it last looked.
func among[R any, ID ~string](s *session, q *bun.SelectQuery, ids []ID, order ...string) *bun.SelectQuery {
	column := bun.Ident(order[0])
	if !s.db.postgres {
		return q.Where("? IN (?)", column, bun.List(ids)).Order(order...)
	}
	q.Where("? = asked.id", column)
	return s.tx.NewSelect().Model((*R)(nil)).ModelTableExpr("unnest(?::text[]) AS asked (id), LATERAL (? OFFSET 0) AS found", arrayOf(ids), q).
		ColumnExpr("found.*").Order(order...)
}

// arrayOf writes ids as PostgreSQL writes an array.
func arrayOf[ID ~string](ids []ID) string {
	b := []byte{'{'}
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		for _, c := range []byte(id) {
			if c == '"' || c == '\\' {
				b = append(b, '\\')
			}
			b = append(b, c)
		}
		b = append(b, '"')
	}
	return string(append(b, '}'))
}

// chunkSize is how many ids one query asks for.
const chunkSize = 500

// limit applies the limit of a query struct, in which 0 does not limit.
func limit(q *bun.SelectQuery, n int) *bun.SelectQuery {
	if n > 0 {
		return q.Limit(int64(n))
	}
	return q
}

// page applies a limit that is an argument: no more than n, so that 0 is nothing.
func page(q *bun.SelectQuery, n int) *bun.SelectQuery {
	if n > 0 {
		return q.Limit(int64(n))
	}
	return q.Where("1 = 0")
}

// refuse says which record could not be put: for a failed statement, or else because of the sentinel.
func refuse(err, sentinel error, kind string, id ...string) error {
	if err == nil {
		err = sentinel
	}
	return fmt.Errorf("bunstore: put %s %s: %w", kind, strings.Join(id, "/"), err)
}
