// Package pgtest gives tests databases on PostgreSQL. It is for _test.go files alone.
//
// The first test of a process that asks starts a throw-away cluster from the binaries on the machine ($PATH, else
// /usr/lib/postgresql/*/bin; version 15 or newer), as the user postgres when root runs the tests, on a Unix socket in a temporary folder,
// without fsync. When the process ends, however it ends, the cluster stops and the folder goes. MSPKIT_POSTGRES, the
// postgres:// address of a database whose user may create others, replaces the cluster. Where there is neither, tests
// are skipped, or fail when MSPKIT_REQUIRE_POSTGRES is not empty.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// errNone says that this machine has no PostgreSQL to test with.
var errNone = errors.New("no PostgreSQL here: install it, or set MSPKIT_POSTGRES to the postgres:// address of a database whose user may create others")

// given is the address of a server that is used instead of a cluster of our own.
var given = os.Getenv("MSPKIT_POSTGRES")

// server returns the address of a database to create others from.
var server = sync.OnceValues(func() (string, error) {
	if given != "" {
		return given, nil
	}
	return startCluster()
})

// Need skips the test where there is no PostgreSQL.
func Need(tb testing.TB) {
	tb.Helper()
	_, err := server()
	switch {
	case errors.Is(err, errNone) && os.Getenv("MSPKIT_REQUIRE_POSTGRES") == "":
		tb.Skip(err)
	case err != nil:
		tb.Fatalf("pgtest: %v", err)
	}
}

// Database creates an empty database, which is dropped when the test ends, and returns its postgres:// address.
func Database(tb testing.TB) string {
	tb.Helper()
	return create(tb, "template0")
}

// Template makes databases that all begin with the same content.
type Template struct {
	// Fill writes that content. It closes its connections before it returns.
	Fill func(ctx context.Context, dsn string) error

	once sync.Once
	name string
	err  error
}

// Database creates a filled database, which is dropped when the test ends, and returns its postgres:// address. In a
// cluster of our own it is copied from one that is filled once in a process.
func (t *Template) Database(tb testing.TB) string {
	tb.Helper()
	Need(tb)
	if given != "" { // nothing would drop the template
		dsn := create(tb, "template0")
		if err := t.Fill(tb.Context(), dsn); err != nil {
			tb.Fatalf("pgtest: fill: %v", err)
		}
		return dsn
	}
	t.once.Do(func() {
		t.name = newName()
		if t.err = run("CREATE DATABASE " + t.name + " TEMPLATE template0"); t.err == nil {
			t.err = t.Fill(context.Background(), address(t.name))
		}
	})
	if t.err != nil {
		tb.Fatalf("pgtest: fill the template: %v", t.err)
	}
	return create(tb, t.name)
}

func create(tb testing.TB, template string) string {
	tb.Helper()
	Need(tb)
	name := newName()
	// Copying the files is quicker than the default, which writes each page to the log.
	if err := run("CREATE DATABASE " + name + " TEMPLATE " + template + " STRATEGY FILE_COPY"); err != nil {
		tb.Fatalf("pgtest: %v", err)
	}
	tb.Cleanup(func() {
		if err := run("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			tb.Errorf("pgtest: %v", err)
		}
	})
	return address(name)
}

func newName() string { return "mspkit_test_" + strings.ToLower(rand.Text()) }

// address returns the server's address with another database.
func address(name string) string {
	dsn, _ := server()
	u, err := url.Parse(dsn)
	if err != nil { // run has connected to it before
		panic(err)
	}
	u.Path = "/" + name
	return u.String()
}

// run executes one statement on a connection of its own.
func run(statement string) error {
	dsn, err := server()
	if err != nil {
		return err
	}
	if _, err := url.Parse(dsn); err != nil {
		return fmt.Errorf("MSPKIT_POSTGRES: want postgres://...: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
