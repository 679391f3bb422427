// Package pgxcopy lets bunstore fill tables by PostgreSQL's COPY, over pgx. It is apart from bunstore because that imports no driver.
//
//	db, err := bunstore.New(bun.NewDB(pool, pgdialect.New()), bunstore.Config{Copy: pgxcopy.Copy})
//
// The pool is one of database/sql with the driver of github.com/jackc/pgx/v5/stdlib, or with a driver around it whose connections have
// its method Conn() *pgx.Conn.
package pgxcopy

import (
	"context"
	"database/sql"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
)

// Copy runs a query with a COPY ... FROM STDIN in it on the connection, and feeds data to that. It is a bunstore.Config.Copy. An error of the
// database is one of pgx, with its SQLState; a connection that is not pgx's is an error, too.
func Copy(ctx context.Context, conn *sql.Conn, query string, data io.Reader) error {
	return conn.Raw(func(c any) error {
		ours, ok := c.(interface{ Conn() *pgx.Conn })
		if !ok {
			return fmt.Errorf("pgxcopy: the connection is a %T, which has none of pgx", c)
		}
		_, err := ours.Conn().PgConn().CopyFrom(ctx, data, query)
		return err
	})
}
