package pages_test

import (
	"bytes"
	"database/sql"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite"

	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/pages"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

// good is a password that everybody in these tests has.
const good = "seven quiet otters"

// building is alder with a directory of people on SQLite, whose doors a test goes through as people do. It also hosts wdc.
type building struct {
	t     *testing.T
	url   string
	staff *staff.Directory
	ada   staff.Person // operates alder, and opened wdc
	log   *safeBuffer
	clock *clock
	cfg   pages.Config
	pair  *collabtest.Pair
}

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// safeBuffer is what was logged.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// newBuilding is alder with Ada, who has opened wdc. change, if any, is done before anybody comes.
func newBuilding(t *testing.T, change ...func(*building)) *building {
	t.Helper()
	return openBuilding(t, "alder", func(b *building) {
		token, err := b.staff.FirstLink(t.Context())
		require.NoError(t, err)
		b.ada, err = b.staff.TakeLink(t.Context(), token, "Ada Alder", "ada@alder.example", good)
		require.NoError(t, err)
		require.NoError(t, b.staff.OpenAccount(t.Context(), b.as(b.ada, "alder"), "wdc", "Widget Data Center"))
		for _, c := range change {
			c(b)
		}
	})
}

// openBuilding is a system with nobody, until furnish makes people.
func openBuilding(t *testing.T, account string, furnish func(*building)) *building {
	t.Helper()
	t.Parallel()
	b := &building{t: t, log: &safeBuffer{}, clock: &clock{at: time.Now().UTC()}}
	pool, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "staff.db")+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_txlock=immediate")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	db := bun.NewDB(pool, sqlitedialect.New())
	require.NoError(t, staff.Migrate(t.Context(), db))
	b.staff, err = staff.New(db, db, staff.Config{Account: account, Now: b.clock.now, Hash: staff.Hash{Memory: 64, Passes: 1, Threads: 1}})
	require.NoError(t, err)
	side, err := collabtest.NewPair(t.Context(), memstore.New(memstore.Config{}), memstore.New(memstore.Config{}), collabtest.Options{Paired: true})
	require.NoError(t, err)
	b.pair = side
	alder := side.Alder
	logger := slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b.cfg = pages.Config{Closing: t.Context(), Config: api.Config{
		Collab: alder.Collab, Locations: alder.Locations, Store: alder.DB.For(account), Queue: alder.DB.Messages(), Staff: b.staff, Log: logger,
		Orgs: func(account string) *orgoverlay.Service {
			return orgoverlay.NewService(orgoverlay.Account(account), store.Orgoverlay(alder.DB.For(account)), orgoverlay.Config{})
		},
		Self: api.Self{System: account, Name: account, URL: collabtest.URL(alder.ID), Key: collabtest.PartnerOf(alder.ID).Keys[0]},
	}}
	server := httptest.NewUnstartedServer(nil)
	b.url = "http://" + server.Listener.Addr().String()
	b.cfg.Door = b.url
	if furnish != nil {
		furnish(b)
	}
	mux := &web.Mux{}
	var fail func(http.ResponseWriter, *http.Request, error)
	sensitive := regexp.MustCompile(`^POST /(people|tokens|accounts|organizations/export|organizations/\{id\}/purge|trusts)\b`)
	mux.Guard = func(pattern string, h http.Handler) http.Handler {
		if pattern == "POST /account" {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if _, known := staff.Of(r.Context()); !known {
					fail(w, r, api.ErrSignIn)
					return
				}
				h.ServeHTTP(w, r)
			})
		}
		if !sensitive.MatchString(pattern) {
			return h
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if who, _ := staff.Of(r.Context()); !who.Fresh {
				fail(w, r, api.ErrConfirm)
				return
			}
			h.ServeHTTP(w, r)
		})
	}
	fail = pages.Mount(mux, b.cfg)
	server.Config = web.Server(b.staff.Middleware(mux), web.Config{Log: logger, Hosts: []string{server.Listener.Addr().String()}})
	server.Start()
	t.Cleanup(server.Close)
	return b
}

// as is a person who asks in an account, with their roles there.
func (b *building) as(p staff.Person, account string) staff.Who {
	b.t.Helper()
	who := staff.Who{Person: p.ID, Name: p.Name, Email: p.Email, Home: p.Home, Account: account, Fresh: true}
	holds, err := b.staff.Memberships(b.t.Context(), p.ID)
	require.NoError(b.t, err)
	for _, m := range holds {
		if m.Account == account {
			who.Roles = m.Roles
		}
	}
	return who
}

// hire makes a person with roles on an account.
func (b *building) hire(name, email, account string, roles ...string) staff.Person {
	b.t.Helper()
	token, _, err := b.staff.Invite(b.t.Context(), b.as(b.ada, "alder"), staff.Invitation{Email: email, Name: name, Account: account, Roles: roles})
	require.NoError(b.t, err)
	p, err := b.staff.TakeLink(b.t.Context(), token, "", "", good)
	require.NoError(b.t, err)
	return p
}

// browser is a new one, in which nobody is signed in.
func (b *building) browser() *desk {
	b.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(b.t, err)
	return &desk{b.t, b.url, &http.Client{Jar: jar}}
}

// signIn opens a browser and signs somebody in.
func (b *building) signIn(email string) *desk {
	b.t.Helper()
	d := b.browser()
	d.open("/sign-in").press("Sign in", "email", email, "password", good).is(http.StatusOK).says("Sign out")
	return d
}

// keeps requires that a secret stands in no log, cookie or address.
func (b *building) keeps(d *desk, secret string) {
	b.t.Helper()
	require.NotEmpty(b.t, secret)
	require.NotContains(b.t, b.log.String(), secret, "in the log")
	at, err := url.Parse(d.url)
	require.NoError(b.t, err)
	for _, c := range d.browser.Jar.Cookies(at) {
		require.NotContains(b.t, c.Value, secret, "in cookie %s", c.Name)
	}
}

// shown finds what a page shows once: the text in the first code of its receipt.
func (p page) shown() string {
	p.t.Helper()
	m := regexp.MustCompile(`<section class="receipt".*?<code>([^<]*)</code>`).FindStringSubmatch(strings.ReplaceAll(p.HTML, "\n", " "))
	require.NotNil(p.t, m, p.text())
	return m[1]
}

// nav is what the bar leads to.
func (p page) nav() []string {
	p.t.Helper()
	_, rest, _ := strings.Cut(p.HTML, `<nav aria-label="Areas">`)
	rest, _, _ = strings.Cut(rest, "</nav>")
	var out []string
	for _, m := range regexp.MustCompile(`<a href="([^"]*)"`).FindAllStringSubmatch(rest, -1) {
		out = append(out, m[1])
	}
	return slices.Clip(out)
}
