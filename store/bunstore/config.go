package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"github.com/mspkit/mspkit/store"
)

// Config tunes a DB. The zero Config works.
type Config struct {
	// Read is a second pool on the same database, for views. On SQLite it is what lets readers run beside the one
	// writing connection; open both as the package documentation says (WAL, busy_timeout, _txlock=immediate).
	// Default: the pool for writing.
	Read *bun.DB
	// BeginTimeout bounds the wait until a transaction begins; what takes longer is store.ErrBusy. Where another process holds an
	// SQLite file, the answer comes when the driver's busy_timeout next runs out. Default: 10 s.
	BeginTimeout time.Duration
	// Attempts is how often a closure is run when the database takes its transaction back for another's sake
	// (busy, serialization failure, deadlock) before store.ErrBusy is answered. Default: 10.
	Attempts int
	// Classify says what a driver's error means. Default: Classify, which knows drivers whose errors have a
	// method SQLState() string or Code() int, such as pgx and modernc.org/sqlite.
	Classify func(error) Fault
	// Copy lets calls that store many new records fill the tables of PostgreSQL by COPY, in the transactions that this DB begins: give it
	// pgxcopy.Copy where the writing pool's driver is pgx's. It runs on the connection a query with one COPY ... FROM STDIN in it, to which
	// it feeds data, and returns the database's error for Classify. On SQLite it is not called. Default: INSERT of several rows.
	Copy func(ctx context.Context, conn *sql.Conn, query string, data io.Reader) error
	// OnMessages is told, inside the transaction, which messages it has enqueued: once before the commit, and in a
	// transaction joined by Bind with each Enqueue. Its error rolls back. It may run again with the closure. Default: nobody is told.
	OnMessages func(ctx context.Context, tx *sql.Tx, ids []int64) error
}

// DB is a store.DB on SQLite or PostgreSQL. It is safe for use by several goroutines and holds nothing to close.
type DB struct {
	write, read *bun.DB
	cfg         Config
	postgres    bool
}

var _ store.DB = (*DB)(nil)

// New makes a DB of a database that the host has opened and goes on owning. It does not touch the database: see Migrate.
// On SQLite the pools need the settings that the package documentation shows in its section SQLite: WAL, busy_timeout,
// _txlock=immediate, one writing connection. New does not check them. A dialect other than SQLite's and PostgreSQL's is an error.
func New(write *bun.DB, cfg Config) (*DB, error) {
	if write == nil {
		return nil, errors.New("bunstore: new: no database")
	}
	if cfg.Read == nil {
		cfg.Read = write
	}
	if cfg.BeginTimeout <= 0 {
		cfg.BeginTimeout = 10 * time.Second
	}
	if cfg.Attempts <= 0 {
		cfg.Attempts = 10
	}
	if cfg.Classify == nil {
		cfg.Classify = Classify
	}
	d := &DB{write: write, read: cfg.Read, cfg: cfg}
	switch name := write.Dialect().Name(); name {
	case dialect.SQLite:
	case dialect.PG:
		d.postgres = true
	default:
		return nil, fmt.Errorf("bunstore: new: dialect %s: want SQLite or PostgreSQL", name)
	}
	if cfg.Read.Dialect().Name() != write.Dialect().Name() {
		return nil, errors.New("bunstore: new: the reading and the writing pool speak different dialects")
	}
	return d, nil
}

// For returns the transactions of one account.
func (d *DB) For(account string) store.Scoped { return scoped{d, account} }

// Messages returns the queue of every account's messages.
func (d *DB) Messages() store.Queue { return queue{d} }
