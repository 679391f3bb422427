package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// The test binary is the program itself when it is started with this variable.
const asProgram = "REFSERVER_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// commandLine runs a command line in this process.
func commandLine(t *testing.T, env map[string]string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = run(t.Context(), args, func(k string) string { return env[k] }, &out, &errs)
	return out.String(), errs.String(), err
}

func TestCommandLines(t *testing.T) {
	t.Parallel()
	_, _, err := commandLine(t, nil, "sevre")
	require.ErrorContains(t, err, `no command "sevre"`)
	_, _, err = commandLine(t, nil, "serve", "now")
	require.ErrorContains(t, err, `"now"`)
	_, stderr, err := commandLine(t, nil, "serve", "-h")
	require.ErrorIs(t, err, flag.ErrHelp)
	for _, name := range []string{"-addr", "-db", "-id", "-key", "-url", "-name", "-allow-private", "-tls-cert", "-tls-key", "-proxy", "-keep-events", "-retention", "MSPKIT_ADDR", "MSPKIT_RETENTION"} {
		require.Contains(t, stderr, name)
	}
	_, _, err = commandLine(t, nil, "serve", "-id", "alder", "-allow-private", "10.0.0.0/99")
	require.ErrorContains(t, err, "-allow-private")
	for _, days := range []string{"0", "-1", "soon", "1.5", "65536"} {
		for _, name := range []string{"-keep-events", "-retention"} {
			_, _, err = commandLine(t, nil, "serve", "-id", "alder", name, days)
			require.ErrorContains(t, err, name+" \""+days+"\" is not a number of days")
		}
	}
	_, _, err = commandLine(t, map[string]string{"MSPKIT_RETENTION": "30", "MSPKIT_ID": "alder", "MSPKIT_ADDR": "192.0.2.1:1"}, "serve")
	require.ErrorContains(t, err, "192.0.2.1:1", "the days are taken")
	_, _, err = commandLine(t, nil, "demo", "-log", "loud")
	require.ErrorContains(t, err, "-log")
	out, _, err := commandLine(t, nil, "help")
	require.NoError(t, err)
	require.Contains(t, out, "refserver serve")
	for _, id := range []string{"Bad Name!", "Alder", "alder-", "-alder", "al.der", "älder", strings.Repeat("a", 61)} {
		for _, name := range []string{"serve", "admin", "migrate"} {
			_, _, err = commandLine(t, nil, name, "-id="+id, "-db", filepath.Join(t.TempDir(), "a.db"))
			require.ErrorContains(t, err, "-id")
			require.Regexp(t, "a to z, 0 to 9 and hyphens between them|at most 60 characters", err.Error(), name)
		}
	}
	for _, name := range []string{"serve", "admin", "migrate"} {
		for _, db := range []string{"mysql://ann:geheim@db.example/mspkit", "sqlite://a.db"} {
			_, _, err = commandLine(t, nil, name, "-id", "alder", "-db", db)
			require.ErrorContains(t, err, "a file of SQLite, by its path, or a postgres:// address", name)
			require.NotContains(t, err.Error(), "geheim")
		}
	}
	out, _, err = commandLine(t, nil, "version")
	require.NoError(t, err)
	require.Contains(t, out, "refserver "+api.Version, "as /docs says it")
	_, _, err = commandLine(t, nil, "key", "-key", "")
	require.ErrorContains(t, err, "-key is missing")
	_, _, err = commandLine(t, nil, "migrate", "-db", "")
	require.ErrorContains(t, err, "-db is missing")
}

func TestEnvironmentGivesWayToFlags(t *testing.T) {
	t.Parallel()
	env := map[string]string{"MSPKIT_ADDR": "192.0.2.1:1", "MSPKIT_ID": "alder"}
	_, _, err := commandLine(t, env, "serve")
	require.ErrorContains(t, err, "192.0.2.1:1")
	_, _, err = commandLine(t, env, "serve", "-addr", "192.0.2.2:2")
	require.ErrorContains(t, err, "192.0.2.2:2")
	_, _, err = commandLine(t, map[string]string{"MSPKIT_ADDR": "127.0.0.1:0"}, "serve")
	require.ErrorContains(t, err, "-id")
}

func TestRangesOfPartners(t *testing.T) {
	t.Parallel()
	got, err := prefixes("-proxy", " 10.1.2.3/16, ::1/128 ,")
	require.NoError(t, err)
	want := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("::1/128")}
	require.Empty(t, cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })))
}

func TestKeyAndMigrateCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := filepath.Join(dir, "alder.key")
	first, _, err := commandLine(t, nil, "key", "-key", key)
	require.NoError(t, err)
	again, _, err := commandLine(t, nil, "key", "-key", key)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Contains(t, first, "fingerprint")
	out, _, err := commandLine(t, map[string]string{"MSPKIT_DB": filepath.Join(dir, "a.db")}, "migrate")
	require.NoError(t, err)
	require.Contains(t, out, "applied")
}

// program starts the program and returns the first line of its output that holds what, the one after it if more is asked for, and how to stop it.
func program(t *testing.T, env []string, what string, more bool, args ...string) (line, next string, stop func(os.Signal) error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), asProgram+"=1"), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), what) {
	}
	line = lines.Text()
	if more && lines.Scan() {
		next = lines.Text()
	}
	return line, next, func(s os.Signal) error {
		if err := cmd.Process.Signal(s); err != nil {
			return err
		}
		for lines.Scan() { // until it closes its output
		}
		return cmd.Wait()
	}
}

// administer takes the link at the end of a line that the program wrote, and returns a token for everything.
func administer(t *testing.T, line string) string {
	t.Helper()
	require.Contains(t, line, "nobody administers it yet")
	c, err := apiclient.Admit(t.Context(), line[strings.LastIndexByte(line, ' ')+1:], shapes.TakeLink{Email: "ann@alder.example", Name: "Ann Lee", Password: "correct horse battery"})
	require.NoError(t, err)
	defer c.Close()
	who, err := c.Session(t.Context())
	require.NoError(t, err)
	issued, err := c.IssueToken(t.Context(), shapes.IssueToken{Name: "everything", Roles: who.Roles})
	require.NoError(t, err)
	return issued.Secret
}

// heard leaves out the signals that whoever started the tests has set to be ignored, as nohup does; the program goes on ignoring them.
func heard(signals ...os.Signal) []os.Signal { return slices.DeleteFunc(signals, signal.Ignored) }

// Each of the signals ends the program with 0, and what it kept is there for the next start.
func TestSignalsEndTheProgramInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := []string{"serve", "-id", "alder", "-addr", "127.0.0.1:0", "-db", filepath.Join(dir, "a.db"), "-key", filepath.Join(dir, "a.key"), "-log", "warn"}
	var token string
	for i, sig := range heard(syscall.SIGTERM, os.Interrupt, syscall.SIGHUP) {
		line, next, stop := program(t, nil, "listens on", i == 0, args...)
		_, home, ok := strings.Cut(line, "listens on ")
		require.True(t, ok, line)
		home, _, _ = strings.Cut(home, ",")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if i == 0 {
			token = administer(t, next)
		}
		c := apiclient.New(home).As(token)
		require.NoError(t, c.WaitReady(ctx))
		m, err := c.Module(ctx)
		require.NoError(t, err)
		require.Equal(t, i > 0, m.On)
		_, err = c.SetModule(ctx, true)
		require.NoError(t, err)
		c.Close()
		require.NoError(t, stop(sig), "exit code 0 after %s", sig)
		cancel()
	}
}

func TestDemonstrationIsTheDefault(t *testing.T) {
	t.Parallel()
	for _, sig := range heard(os.Interrupt, syscall.SIGHUP) {
		demonstration(t, sig)
	}
}

func demonstration(t *testing.T, sig os.Signal) {
	t.Helper()
	temp := t.TempDir()
	line, _, stop := program(t, []string{"TMPDIR=" + temp}, "alder (Primary)", false, "-alder-addr", "127.0.0.1:0", "-birch-addr", "127.0.0.1:0")
	require.Contains(t, line, "http://127.0.0.1:")
	made, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Len(t, made, 1, "databases and keys")
	require.NoError(t, stop(sig))
	made, err = os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, made, "nothing is kept")
}

// People are where a proxy says that -proxy or its variable names; without one nobody is where they say.
func TestProxiesAreBelieved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env, args []string
		want      string
	}{
		"flag": {nil, []string{"-proxy", "10.0.0.0/8, 127.0.0.1/8"}, "198.51.100.7"}, "variable": {[]string{"MSPKIT_PROXY=127.0.0.0/8"}, nil, "198.51.100.7"}, "none": {nil, nil, "127.0.0.1"},
	} {
		dir := t.TempDir()
		args := append([]string{"serve", "-id", "alder", "-addr", "127.0.0.1:0", "-db", filepath.Join(dir, "a.db"), "-key", filepath.Join(dir, "a.key"), "-log", "warn"}, c.args...)
		_, next, stop := program(t, c.env, "listens on", true, args...)
		home, path, ok := strings.Cut(next[strings.LastIndexByte(next, ' ')+1:], "/links/")
		require.True(t, ok, next)
		ask := func(method, path, body, cookie string) *http.Response {
			r, err := http.NewRequestWithContext(t.Context(), method, home+path, strings.NewReader(body))
			require.NoError(t, err)
			r.Close = true
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("X-Forwarded-For", "203.0.113.9, 198.51.100.7")
			r.Header.Set("Cookie", cookie)
			answer, err := http.DefaultTransport.RoundTrip(r)
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, answer.StatusCode, path)
			return answer
		}
		in := ask(http.MethodPost, "/api/links/"+path, `{"email":"ann@alder.example","name":"Ann Lee","password":"correct horse battery"}`, "")
		require.NoError(t, in.Body.Close())
		me := ask(http.MethodGet, "/me", "", in.Header.Get("Set-Cookie"))
		text, err := io.ReadAll(me.Body)
		require.NoError(t, err)
		require.NoError(t, me.Body.Close())
		require.Contains(t, string(text), "<code>"+c.want+"</code>", name)
		require.NoError(t, stop(os.Interrupt))
	}
}

// Who has lost the way in gets another from the command line, while the system runs.
func TestAdminMakesLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := filepath.Join(dir, "a.db")
	env := map[string]string{"MSPKIT_DB": db, "MSPKIT_ID": "alder"}
	_, _, err := commandLine(t, env, "admin")
	require.ErrorContains(t, err, db)
	require.ErrorContains(t, err, "no such file")
	require.NoFileExists(t, db)
	_, _, err = commandLine(t, env, "migrate")
	require.NoError(t, err)
	first, _, err := commandLine(t, env, "admin", "-url", "https://alder.example/")
	require.NoError(t, err)
	require.Regexp(t, `^https://alder\.example/links/\S{20,}\n$`, first)
	_, _, err = commandLine(t, env, "admin", "-email", "ann@alder.example")
	require.ErrorContains(t, err, "nobody who may sign in has the address ann@alder.example")
	_, _, err = commandLine(t, nil, "admin", "-db", db)
	require.ErrorContains(t, err, "-id is missing")

	line, next, stop := program(t, nil, "listens on", true, "serve", "-id", "alder", "-addr", "127.0.0.1:0", "-db", db, "-key", filepath.Join(dir, "a.key"), "-log", "warn")
	_, home, _ := strings.Cut(line, "listens on ")
	home, _, _ = strings.Cut(home, ",")
	c := apiclient.New(home)
	defer c.Close()
	_, err = c.Link(t.Context(), strings.TrimSpace(first[strings.LastIndexByte(first, '/')+1:]))
	require.True(t, apiclient.Is(err, "link"), "the link that serve printed took its place: %v", err)
	administer(t, next)
	_, _, err = commandLine(t, env, "admin")
	require.ErrorContains(t, err, "-email")
	reset, _, err := commandLine(t, env, "admin", "-url", home, "-email", "Ann@alder.example")
	require.NoError(t, err)
	again, err := apiclient.Admit(t.Context(), strings.TrimSpace(reset), shapes.TakeLink{Password: "another horse battery"})
	require.NoError(t, err)
	defer again.Close()
	who, err := again.Session(t.Context())
	require.NoError(t, err)
	require.Equal(t, "Ann Lee", who.Name)
	_, err = c.SignIn(t.Context(), shapes.SignIn{Email: "ann@alder.example", Password: "correct horse battery"})
	require.True(t, apiclient.Is(err, "sign_in"), "the old password is gone: %v", err)
	require.NoError(t, stop(os.Interrupt))
}

func TestRefusalsEndTheProgramWithOne(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "serve", "-addr", "0.0.0.0:0", "-id", "alder")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	exit, ok := errors.AsType[*exec.ExitError](cmd.Run())
	require.True(t, ok)
	require.Equal(t, 1, exit.ExitCode())
	require.Contains(t, stderr.String(), "not a loopback address")
}
