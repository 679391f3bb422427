package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func config(t *testing.T) app.Config {
	dir := t.TempDir()
	return app.Config{ID: "alder", Addr: "127.0.0.1:0", DB: filepath.Join(dir, "alder.db"), Key: filepath.Join(dir, "alder.key"), Hash: staff.Hash{Memory: 64, Passes: 1, Threads: 1}}
}

// configure makes the configuration of another system, on a database of its own.
type configure func(*testing.T) app.Config

func postgres(t *testing.T) app.Config {
	cfg := config(t)
	cfg.DB = pgtest.Database(t)
	return cfg
}

// onEach runs the test on each database.
func onEach(t *testing.T, test func(*testing.T, configure)) {
	t.Helper()
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) { t.Parallel(); test(t, config) })
	t.Run("PostgreSQL", func(t *testing.T) { t.Parallel(); pgtest.Need(t); test(t, postgres) })
}

// serve runs a system until the test ends.
func serve(t *testing.T, cfg app.Config) *app.App {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	a, err := app.Open(ctx, cfg)
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	c := apiclient.New(a.Home())
	defer c.Close()
	wait, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	require.NoError(t, c.WaitReady(wait))
	return a
}

// password is everybody's.
const password = "correct horse battery"

// allRoles are those of the first administrator.
var allRoles = []string{staff.Works, staff.Operates, staff.Administers, string(orgoverlay.RoleSpecialist)}

// person takes the first link of a system, and returns a client in whose session that person acts.
func person(t *testing.T, a *app.App) *apiclient.Client {
	t.Helper()
	link, err := a.FirstLink(t.Context())
	require.NoError(t, err)
	c, err := apiclient.Admit(t.Context(), link, shapes.TakeLink{Email: "ann@" + a.ID() + ".example", Name: "Ann Lee", Password: password})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// admit returns a program that may do everything in a system that nobody administers yet.
func admit(t *testing.T, a *app.App) (*apiclient.Client, site) {
	t.Helper()
	c := person(t, a)
	token, err := c.IssueToken(t.Context(), shapes.IssueToken{Name: "everything", Roles: allRoles})
	require.NoError(t, err)
	return c.As(token.Secret), site{a.Home(), token.Secret}
}

// site is a system as a program asks it, byte by byte.
type site struct{ home, token string }

// ask sends one request, without keeping the connection.
func (s site) ask(t *testing.T, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.home+path, strings.NewReader(body))
	require.NoError(t, err)
	req.Close = true
	if s.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(text)
}

func TestOnlyLoopbackIsListenedOn(t *testing.T) {
	t.Parallel()
	for addr, says := range map[string]string{
		":0": "not a loopback address", "0.0.0.0:0": "not a loopback address", "192.0.2.1:80": "not a loopback address", "example.org:80": "not a loopback address",
		"8080": "not host:port",
	} {
		cfg := config(t)
		cfg.Addr = addr
		_, err := app.Open(t.Context(), cfg)
		require.ErrorContains(t, err, says, addr)
		require.NoFileExists(t, cfg.DB, "nothing is made for a system that cannot run")
	}
	for _, addr := range []string{"127.0.0.1:0", "localhost:0"} {
		cfg := config(t)
		cfg.Addr = addr
		a, err := app.Open(t.Context(), cfg)
		require.NoError(t, err, addr)
		require.NoError(t, a.Close())
	}
}

func TestWhatIsMissingNamesItsFlag(t *testing.T) {
	t.Parallel()
	for flag, spoil := range map[string]func(*app.Config){
		"-id": func(c *app.Config) { c.ID = "" }, "-db": func(c *app.Config) { c.DB = "" }, "-key": func(c *app.Config) { c.Key = "" },
		"-addr": func(c *app.Config) { c.Addr = "" }, "-url": func(c *app.Config) { c.URL = "ftp://alder.example" },
		"has a path": func(c *app.Config) { c.URL = "https://alder.example/msp" },
	} {
		cfg := config(t)
		spoil(&cfg)
		_, err := app.Open(t.Context(), cfg)
		require.ErrorContains(t, err, flag)
	}
}

func TestAddressInUseNamesTheFlag(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	cfg := config(t)
	cfg.Addr, cfg.AddrFlag = a.Addr(), "-birch-addr"
	_, err := app.Open(t.Context(), cfg)
	require.ErrorContains(t, err, "in use")
	require.ErrorContains(t, err, "-birch-addr")
}

func TestKeyFileThatOthersCanReadIsRefused(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	a, err := app.Open(t.Context(), cfg)
	require.NoError(t, err)
	id := a.Key.ID
	require.NoError(t, a.Close())

	require.NoError(t, os.Chmod(cfg.Key, 0o644))
	_, err = app.Open(t.Context(), cfg)
	require.ErrorContains(t, err, "-key")
	require.ErrorContains(t, err, "chmod")

	require.NoError(t, os.Chmod(cfg.Key, 0o600))
	a, err = app.Open(t.Context(), cfg)
	require.NoError(t, err)
	require.Equal(t, id, a.Key.ID, "the key is kept")
	require.NoError(t, a.Close())
}

// A second process on a database file would deliver the same messages. Migrating it is no such process.
func TestDatabaseFileInUseIsRefused(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	a, err := app.Open(t.Context(), cfg)
	require.NoError(t, err)
	_, err = app.Open(t.Context(), cfg)
	require.ErrorContains(t, err, cfg.DB)
	require.ErrorContains(t, err, "in use by another process")
	require.NoError(t, app.Migrate(t.Context(), cfg.DB, "", false, io.Discard))
	require.NoError(t, a.Close())
	a, err = app.Open(t.Context(), cfg)
	require.NoError(t, err, "the lock ends with its holder")
	require.NoError(t, a.Close())
}

func TestDatabaseIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	a, err := app.Open(t.Context(), cfg)
	require.NoError(t, err)
	defer func() { require.NoError(t, a.Close()) }()
	info, err := os.Stat(cfg.DB)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077, "%v", info.Mode())
}

// A stop lets the request at hand finish, refuses new ones, and leaves a database that opens again.
func TestStopIsOrderly(t *testing.T) { onEach(t, stopIsOrderly) }

func stopIsOrderly(t *testing.T, config configure) {
	cfg := config(t)
	ctx, cancel := context.WithCancel(t.Context())
	a, err := app.Open(ctx, cfg)
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	c, at := admit(t, a)
	require.NoError(t, c.WaitReady(ctx))

	body, send := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, a.Home()+"/api/clients/northwind", body)
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+at.token)
	req.Close = true
	status := make(chan int, 1)
	go func() {
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			status <- 0
			return
		}
		_ = resp.Body.Close()
		status <- resp.StatusCode
	}()
	_, err = send.Write([]byte(`{"name":`)) // the request is being read
	require.NoError(t, err)
	time.Sleep(50 * time.Millisecond)
	cancel()
	require.Eventually(t, func() bool {
		_, err := c.Module(t.Context())
		return err != nil
	}, 5*time.Second, 10*time.Millisecond, "no new requests")
	_, err = send.Write([]byte(`"Northwind Coffee"}`))
	require.NoError(t, err)
	require.NoError(t, send.Close())
	require.Equal(t, http.StatusOK, <-status)
	require.NoError(t, <-done)
	c.Close()

	again := serve(t, cfg)
	c = apiclient.New(again.Home()).As(at.token) // it is kept
	defer c.Close()
	got, err := c.Client(t.Context(), "northwind")
	require.NoError(t, err)
	require.Equal(t, "Northwind Coffee", got.Name)
}

func TestDocsShowEveryOperation(t *testing.T) {
	t.Parallel()
	_, at := admit(t, serve(t, config(t)))
	_, text := at.ask(t, http.MethodGet, "/openapi.json", "")
	var doc struct {
		OpenAPI string                                `json:"openapi"`
		Paths   map[string]map[string]json.RawMessage `json:"paths"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &doc))
	require.Regexp(t, `^3\.1\.`, doc.OpenAPI)
	require.NotContains(t, text, "ErrorModel", "errors have one shape")
	_, page := at.ask(t, http.MethodGet, "/docs", "")
	seen := 0
	for path, ops := range doc.Paths {
		for method, op := range ops {
			var o struct {
				ID string `json:"operationId"`
			}
			require.NoError(t, json.Unmarshal(op, &o))
			require.NotEmpty(t, o.ID, "%s %s", method, path)
			require.Contains(t, page, `id="`+o.ID+`"`)
			seen++
		}
	}
	require.Greater(t, seen, 50)
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	var log buffer
	cfg.Log = slog.New(slog.NewJSONHandler(&log, nil))
	_, at := admit(t, serve(t, cfg))
	resp, _ := at.ask(t, http.MethodGet, "/api/module", "", "X-Request-Id", "mine-1")
	require.Equal(t, "mine-1", resp.Header.Get("X-Request-Id"))
	require.Eventually(t, func() bool { return strings.Contains(log.String(), `"request_id":"mine-1"`) }, 5*time.Second, 10*time.Millisecond)
	for _, bad := range []string{"", strings.Repeat("x", 101), "a b", `a"b`} {
		resp, _ := at.ask(t, http.MethodGet, "/api/module", "", "X-Request-Id", bad)
		require.NotEmpty(t, resp.Header.Get("X-Request-Id"))
		require.NotEqual(t, bad, resp.Header.Get("X-Request-Id"))
	}
}

// buffer is written by a running system while the test reads it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// A token travels in bodies both ways; no log line and no error shows it.
func TestSecretsAreNotLogged(t *testing.T) { onEach(t, secretsAreNotLogged) }

func secretsAreNotLogged(t *testing.T, config configure) {
	cfg := config(t)
	var log buffer
	cfg.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c, at := admit(t, serve(t, cfg))
	inv, err := c.Invite(t.Context(), "https://birch.example")
	require.NoError(t, err)
	require.NotEmpty(t, inv.Token)
	_, err = c.Join(t.Context(), shapes.Join{URL: "http://127.0.0.1:1", Token: inv.Token})
	require.True(t, apiclient.Is(err, "address") || apiclient.Is(err, "peer"), "a private address is not open: %v", err)
	require.NotContains(t, err.Error(), inv.Token)
	_, text := at.ask(t, http.MethodPost, "/api/partners/join", `{"url":3,"token":{"x":"`+inv.Token+`"}}`, "Content-Type", "application/json")
	require.Contains(t, text, `"code":"invalid"`)
	require.NotContains(t, text, inv.Token, "a refused body is not echoed")
	require.NotContains(t, log.String(), inv.Token)
	require.NotContains(t, log.String(), at.token)
	require.NotContains(t, log.String(), password)
	require.Contains(t, log.String(), "/api/links/...")
}

func TestBrowsersFromElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	_, at := admit(t, serve(t, config(t)))
	kind := []string{"Content-Type", "application/json"}
	put := func(header ...string) int {
		resp, _ := at.ask(t, http.MethodPut, "/api/module", `{"on":true}`, append(header, kind...)...)
		return resp.StatusCode
	}
	require.Equal(t, http.StatusForbidden, put("Sec-Fetch-Site", "cross-site"))
	require.Equal(t, http.StatusForbidden, put("Origin", "https://elsewhere.example"))
	require.Equal(t, http.StatusMisdirectedRequest, put("Host", "elsewhere.example"), "a name that was resolved to this machine")
	_, text := at.ask(t, http.MethodGet, "/api/module", "")
	require.JSONEq(t, `{"on":false}`, text, "nothing was changed")
	require.Equal(t, http.StatusOK, put("Sec-Fetch-Site", "same-origin"))
	require.Equal(t, http.StatusOK, put())
}

func TestReadyNeedsTheEngine(t *testing.T) { onEach(t, readyNeedsTheEngine) }

func readyNeedsTheEngine(t *testing.T, config configure) {
	cfg := config(t)
	a, err := app.Open(t.Context(), cfg)
	require.NoError(t, err)
	defer func() { require.NoError(t, a.Close()) }()
	rec := httptest.NewRecorder()
	a.Ready(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
	require.Equal(t, http.StatusServiceUnavailable, rec.Code)
}

func TestMigrateSaysWhatItDid(t *testing.T) { onEach(t, migrateSaysWhatItDid) }

func migrateSaysWhatItDid(t *testing.T, config configure) {
	db := config(t).DB
	var out bytes.Buffer
	require.NoError(t, app.Migrate(t.Context(), db, "", true, &out))
	require.Contains(t, out.String(), "CREATE TABLE")
	for _, made := range []string{"CREATE TABLE mspkit_project ", "CREATE TABLE mspkit_staff_person "} {
		require.Equal(t, 1, strings.Count(out.String(), made), made)
	}
	require.Regexp(t, `(?m)^-- 0001 start +to do$`, out.String())
	require.Regexp(t, `(?m)^-- logins 0001 start +to do$`, out.String())
	require.NotContains(t, out.String(), "applied")
	require.NoFileExists(t, db, "a dry run makes nothing")
	out.Reset()
	require.NoError(t, app.Migrate(t.Context(), db, "", false, &out))
	require.Regexp(t, `(?m)^-- 0001 start +applied$`, out.String())
	require.Regexp(t, `(?m)^-- logins 0001 start +applied$`, out.String())
	require.NotContains(t, out.String(), "to do")
	out.Reset()
	require.NoError(t, app.Migrate(t.Context(), db, "", true, &out))
	require.Contains(t, out.String(), "applied")
	require.NotContains(t, out.String(), "CREATE TABLE")
	require.ErrorContains(t, app.Migrate(t.Context(), "", "", true, &out), "-db is missing")
}

func TestPasswordOfTheDatabaseIsNotShown(t *testing.T) {
	t.Parallel()
	for _, db := range []string{
		"postgres://mspkit:geheim@127.0.0.1:1/mspkit", "postgres://127.0.0.1:1/mspkit?user=mspkit&password=geheim",
		"postgresql://mspkit:geheim@127.0.0.1:x/mspkit", "postgres://mspkit:geheim@127.0.0.1:1/mspkit?sslmode=strange", "postgres://mspkit:%zzgeheim@127.0.0.1/mspkit",
	} {
		cfg := config(t)
		cfg.DB = db
		_, err := app.Open(t.Context(), cfg)
		require.Error(t, err)
		require.NotContains(t, err.Error(), "geheim")
	}
}
