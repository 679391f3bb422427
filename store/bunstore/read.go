package bunstore

import (
	"context"
	"database/sql"
	"fmt"
)

// anyOf is the condition that a column holds one of the texts that a list, its one argument, holds. However many, the statement is one.
func (s *session) anyOf(column string) string {
	if s.db.postgres {
		return column + " = ANY (?::text[])"
	}
	return column + " IN (SELECT value FROM json_each(?))"
}

// listOf writes texts for anyOf.
func listOf[ID ~string](s *session, ids []ID) string {
	if s.db.postgres {
		return arrayOf(ids)
	}
	b := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, string(id))
	}
	return string(append(b, ']'))
}

// row runs a query that finds at most one row; none is sql.ErrNoRows.
func (s *session) row(ctx context.Context, what string, dest []any, query string, args ...any) error {
	found := false
	err := s.rows(ctx, what, query, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(dest...)
	})
	if err == nil && !found {
		err = fmt.Errorf("bunstore: %s: %w", what, sql.ErrNoRows)
	}
	return err
}

// rows runs a query and gives each of its rows to scan.
func (s *session) rows(ctx context.Context, what, query string, args []any, scan func(*sql.Rows) error) (err error) {
	if s.err != nil {
		return s.err
	}
	rows, err := s.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return s.fail(what, err)
	}
	defer func() {
		if closing := rows.Close(); err == nil && closing != nil {
			err = s.fail(what, closing)
		}
	}()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return s.fail(what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return s.fail(what, err)
	}
	return nil
}
