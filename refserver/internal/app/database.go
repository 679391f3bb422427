package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver named sqlite

	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/courier/rivercourier"
)

const errAddrInUse = syscall.EADDRINUSE

const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&_txlock=immediate&_time_format=sqlite"

// How many connections there are for views on SQLite, for everything but River on PostgreSQL, and for River there.
const (
	readers      = 4
	pgConns      = 10
	pgRiverConns = 4
)

// lockTimeout is how many milliseconds a transaction on PostgreSQL waits for a row, unless the address says otherwise.
const lockTimeout = "10000"

// database is one database with its pools.
type database struct {
	name        string // without a password
	write, read *bun.DB
	river       *sql.DB
	driver      riverdriver.Driver[*sql.Tx]
}

// openDatabase opens what -db names: a database on PostgreSQL where it is a postgres:// address, else a file of SQLite.
func openDatabase(name string) (*database, error) {
	if isPostgres(name) {
		return openPostgres(name)
	}
	return openFile(name)
}

func isPostgres(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// openFile opens an SQLite file, which it creates readable by its owner alone, with three pools: one connection that
// writes, some that read, and one for River.
func openFile(path string) (*database, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open database (-db): %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open database (-db): %w", err)
	}
	return openSQLite(path, pragmas)
}

// checkDatabase refuses a -db that names no database of a kind that is taken.
func checkDatabase(name string) error {
	if name == "" {
		return errors.New("-db is missing: give a database file or a postgres:// address")
	}
	if kind, _, other := strings.Cut(name, "://"); other && !isPostgres(name) { // the rest may hold a password
		return fmt.Errorf("-db %s://... is neither of the two kinds that are taken: a file of SQLite, by its path, or a postgres:// address", kind)
	}
	return nil
}

// checkID refuses an -id that no account can have: a system is the first of those that it hosts.
func checkID(id string) error {
	if id == "" {
		return errors.New("-id is missing: give the name of this system")
	}
	if wrong, ok := errors.AsType[*staff.Invalid](staff.CheckAccount(id)); ok {
		return fmt.Errorf("-id %q: %s", id, wrong.Fields[0].Message)
	}
	return nil
}

// inspectDatabase opens a database for looking at it. A file that is absent stays so: in its place is an empty database in memory.
func inspectDatabase(name string) (*database, error) {
	if isPostgres(name) {
		return openPostgres(name)
	}
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		name = ":memory:"
	}
	return openSQLite(name, "?mode=rw&_pragma=busy_timeout(5000)&_pragma=query_only(1)")
}

func openSQLite(path, options string) (*database, error) {
	dsn := "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path) + options
	var pools [3]*sql.DB
	var err error
	for i, size := range []int{1, readers, 1} {
		if pools[i], err = sql.Open("sqlite", dsn); err != nil {
			return nil, fmt.Errorf("open database %s: %w", path, err)
		}
		resize(pools[i], size)
	}
	dialect := sqlitedialect.New()
	return &database{name: path, write: bun.NewDB(pools[0], dialect), read: bun.NewDB(pools[1], dialect), river: pools[2], driver: riversqlite.New(pools[2])}, nil
}

// openPostgres opens a database on PostgreSQL, which is the system's own, with a pool for us and one for River.
func openPostgres(address string) (*database, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("open database (-db): not an address such as postgres://user:password@host/database") // err shows the password
	}
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("open database (-db): %w", err)
	}
	if cfg.RuntimeParams["lock_timeout"] == "" {
		cfg.RuntimeParams["lock_timeout"] = lockTimeout
	}
	river := stdlib.OpenDB(*cfg)
	if !u.Query().Has("default_query_exec_mode") { // Bun writes values into its queries, so that to keep them prepared is a round trip in vain
		cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	ours := stdlib.OpenDB(*cfg)
	resize(ours, pgConns)
	resize(river, pgRiverConns)
	db := bun.NewDB(ours, pgdialect.New())
	u.RawQuery = "" // which may hold a password, too
	return &database{name: u.Redacted(), write: db, read: db, river: river, driver: riverdatabasesql.New(river)}, nil
}

func resize(pool *sql.DB, size int) {
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
}

// take brings a database up to date that is the system's of an id, or nobody's: it is that system's from now on. That of another is left as it is.
func (d *database) take(ctx context.Context, id string) error {
	err := staff.CheckOwner(ctx, d.write, id)
	if err == nil {
		err = d.migrate(ctx)
	}
	if err == nil {
		err = staff.Claim(ctx, d.write, id)
	}
	return d.told(err)
}

// told says of which database an error tells, and what to do where it is another system's.
func (d *database) told(err error) error {
	if other, ok := errors.AsType[*staff.NotOurs](err); ok {
		return fmt.Errorf("database %s: %w: give that as -id, or another database as -db", d.name, other)
	}
	if err != nil {
		return fmt.Errorf("database %s: %w", d.name, err)
	}
	return nil
}

// migrate brings our tables, those of logins and River's up to date.
func (d *database) migrate(ctx context.Context) error {
	if err := bunstore.Migrate(ctx, d.write); err != nil {
		return err
	}
	if err := staff.Migrate(ctx, d.write); err != nil {
		return err
	}
	return rivercourier.Migrate(ctx, d.driver)
}

// empty writes what SQLite's log holds into the file and cuts the log off, so that nothing is left in it of what was purged. It is
// told when somebody reads and keeps it from that; then the next time does it.
func (d *database) empty(ctx context.Context) error {
	if d.write.Dialect().Name() != dialect.SQLite {
		return nil
	}
	var busy, pages, moved int
	if err := d.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return errors.New("somebody is reading")
	}
	return nil
}

// close closes the pools, River's first.
func (d *database) close() error {
	return errors.Join(d.river.Close(), d.read.Close(), d.write.Close())
}
