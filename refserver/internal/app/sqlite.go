package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver named sqlite

	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/courier/rivercourier"
)

const errAddrInUse = syscall.EADDRINUSE

const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite"

// readers is how many connections views share.
const readers = 4

// database is one SQLite file with three pools: one connection that writes, some that read, and one for River.
type database struct {
	write, read *bun.DB
	river       *sql.DB
}

// openDatabase opens a file, which it creates readable by its owner alone.
func openDatabase(path string) (*database, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open database (-db): %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open database (-db): %w", err)
	}
	dsn := "file:" + strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path) + pragmas
	var pools [3]*sql.DB
	for i, size := range []int{1, readers, 1} {
		if pools[i], err = sql.Open("sqlite", dsn); err != nil {
			return nil, fmt.Errorf("open database %s: %w", path, err)
		}
		pools[i].SetMaxOpenConns(size)
		pools[i].SetMaxIdleConns(size)
	}
	dialect := sqlitedialect.New()
	return &database{write: bun.NewDB(pools[0], dialect), read: bun.NewDB(pools[1], dialect), river: pools[2]}, nil
}

// migrate brings our tables and River's up to date.
func (d *database) migrate(ctx context.Context) error {
	if err := bunstore.Migrate(ctx, d.write); err != nil {
		return err
	}
	return rivercourier.Migrate(ctx, riversqlite.New(d.river))
}

// close closes the pools, River's first.
func (d *database) close() error {
	return errors.Join(d.river.Close(), d.read.Close(), d.write.Close())
}
