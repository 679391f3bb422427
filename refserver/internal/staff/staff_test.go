package staff_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver named sqlite

	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// What people sign in with, and where from.
const (
	password = "a long enough one"
	home     = "192.0.2.1"
	away     = "198.51.100.7"
)

// world is a system called alder with its directory, a clock that stands until it is moved, and a web server behind the middleware.
type world struct {
	*staff.Directory
	t           *testing.T
	write, read *bun.DB
	file        string // of SQLite; empty on PostgreSQL
	cfg         staff.Config
	clock       atomic.Int64
}

// onBoth runs a test in a world of its own on each database.
func onBoth(t *testing.T, test func(*testing.T, *world)) {
	t.Helper()
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "staff.db")
		dsn := "file:" + file + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate"
		open := func(conns int) *bun.DB {
			pool, err := sql.Open("sqlite", dsn)
			require.NoError(t, err)
			pool.SetMaxOpenConns(conns)
			t.Cleanup(func() { _ = pool.Close() })
			return bun.NewDB(pool, sqlitedialect.New())
		}
		w := newWorld(t, open(1), open(4))
		w.file = file
		test(t, w)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		cfg, err := pgx.ParseConfig(pgtest.Database(t))
		require.NoError(t, err)
		cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
		pool := stdlib.OpenDB(*cfg)
		t.Cleanup(func() { _ = pool.Close() })
		db := bun.NewDB(pool, pgdialect.New())
		test(t, newWorld(t, db, db))
	})
}

func newWorld(t *testing.T, write, read *bun.DB) *world {
	t.Helper()
	w := &world{t: t, write: write, read: read}
	w.clock.Store(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).UnixMicro())
	w.cfg = staff.Config{Account: "alder", Hash: staff.Hash{Memory: 64, Passes: 1, Threads: 1}, Now: func() time.Time { return time.UnixMicro(w.clock.Load()) }}
	require.NoError(t, staff.Migrate(t.Context(), write))
	w.reopen()
	return w
}

// reopen is what a restart is: nothing is left but the database.
func (w *world) reopen() {
	w.t.Helper()
	var err error
	w.Directory, err = staff.New(w.write, w.read, w.cfg)
	require.NoError(w.t, err)
}

func (w *world) pass(d time.Duration) { w.clock.Add(d.Microseconds()) }

// first makes the first administrator.
func (w *world) first() staff.Person {
	w.t.Helper()
	token, err := w.FirstLink(w.t.Context())
	require.NoError(w.t, err)
	p, err := w.TakeLink(w.t.Context(), token, "Ada First", "ada@alder.example", password)
	require.NoError(w.t, err)
	return p
}

// join makes somebody with roles on an account.
func (w *world) join(by staff.Who, account, email string, roles ...string) staff.Person {
	w.t.Helper()
	token, _, err := w.Invite(w.t.Context(), by, staff.Invitation{Email: email, Name: "Name of " + email, Account: account, Roles: roles})
	require.NoError(w.t, err)
	p, err := w.TakeLink(w.t.Context(), token, "", "", password)
	require.NoError(w.t, err)
	return p
}

// as is a person who acts in an account.
func (w *world) as(p staff.Person, account string) staff.Who {
	w.t.Helper()
	list, err := w.Memberships(w.t.Context(), p.ID)
	require.NoError(w.t, err)
	who := staff.Who{Person: p.ID, Name: p.Name, Email: p.Email, Home: p.Home, Account: account}
	for _, m := range list {
		if m.Account == account {
			who.Roles = m.Roles
		}
	}
	return who
}

// now is a person as they are by now.
func (w *world) now(p staff.Person, account string) staff.Person {
	w.t.Helper()
	p, err := w.PersonByID(w.t.Context(), account, p.ID)
	require.NoError(w.t, err)
	return p
}

// browser sends requests through the middleware and keeps the cookies.
type browser struct {
	w       *world
	cookies map[string]string
	header  http.Header
	from    string
}

func (w *world) browser() *browser {
	return &browser{w: w, cookies: map[string]string{}, header: http.Header{}, from: home}
}

// do has a request handled by fn, which is not called when the middleware refuses.
func (b *browser) do(fn func(w http.ResponseWriter, r *http.Request)) *httptest.ResponseRecorder {
	b.w.t.Helper()
	r := httptest.NewRequestWithContext(b.w.t.Context(), "GET", "/", nil)
	r.Header = b.header.Clone()
	r.Header.Set("User-Agent", "Test\tBrowser")
	r.RemoteAddr = b.from + ":4711"
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	out := httptest.NewRecorder()
	b.w.Middleware(http.HandlerFunc(fn)).ServeHTTP(out, r)
	for _, c := range out.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return out
}

// who asks, as far as the middleware knows.
func (b *browser) who() (who staff.Who, ok bool) {
	b.w.t.Helper()
	b.do(func(_ http.ResponseWriter, r *http.Request) { who, ok = staff.Of(r.Context()) })
	return who, ok
}

// try runs an act of a request and returns its error.
func (b *browser) try(act func(r *http.Request) error) (err error) {
	b.w.t.Helper()
	b.do(func(_ http.ResponseWriter, r *http.Request) { err = act(r) })
	return err
}

// signIn is what the page does.
func (b *browser) signIn(email, account string) {
	b.w.t.Helper()
	require.NoError(b.w.t, b.try(func(r *http.Request) error {
		p, err := b.w.SignIn(r.Context(), email, password, b.from)
		if err != nil {
			return err
		}
		return b.w.Begin(r.Context(), p, account)
	}))
}

// kinds are those of an account's events, the latest first.
func (w *world) kinds(account string) string {
	w.t.Helper()
	events, err := w.Events(w.t.Context(), account, staff.EventQuery{})
	require.NoError(w.t, err)
	var out []string
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return strings.Join(out, " ")
}

// rules are the fields and rules of an Invalid.
func rules(t *testing.T, err error) string {
	t.Helper()
	var wrong *staff.Invalid
	require.ErrorAs(t, err, &wrong)
	var out []string
	for _, f := range wrong.Fields {
		require.NotEmpty(t, f.Message)
		out = append(out, f.Field+" "+f.Rule)
	}
	return strings.Join(out, ", ")
}

// together runs acts at once and returns their errors.
func together(acts ...func() error) []error {
	errs := make([]error, len(acts))
	var g sync.WaitGroup
	for i, act := range acts {
		g.Go(func() { errs[i] = act() })
	}
	g.Wait()
	return errs
}

// dump is everything that the directory's tables hold.
func (w *world) dump() string {
	w.t.Helper()
	var out strings.Builder
	for _, table := range []string{"account", "person", "role", "link", "session", "seen", "token", "try", "event"} {
		var rows []map[string]any
		require.NoError(w.t, w.write.NewRaw("SELECT * FROM ?", bun.Ident("mspkit_staff_"+table)).Scan(w.t.Context(), &rows))
		for _, row := range rows {
			fmt.Fprintln(&out, table, row)
		}
	}
	return out.String()
}
