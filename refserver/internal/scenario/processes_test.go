package scenario_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
)

func TestMain(m *testing.M) {
	code := m.Run()
	closeBrowser()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

var built struct {
	once sync.Once
	dir  string
	err  error
}

// binary builds refserver the first time and returns where it is.
func binary(t *testing.T) string {
	t.Helper()
	name := "refserver"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "refserver-scenario-"); built.err != nil {
			return
		}
		out, err := exec.Command("go", "build", "-o", filepath.Join(built.dir, name), "github.com/mspkit/mspkit/refserver").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("go build: %w\n%s", err, out)
		}
	})
	require.NoError(t, built.err)
	return filepath.Join(built.dir, name)
}

// patience is how long a test waits for what goes on by itself.
const patience = 30 * time.Second

// process is one system: refserver serve with a database, a key and an address of its own, which it keeps over restarts.
type process struct {
	*apiclient.Client
	raw   *http.Client // for requests as they are
	t     *testing.T
	id    string
	home  string // its address, such as http://127.0.0.1:20001
	link  string // to its first administrator
	token string // of that one, since there is one
	args  []string
	env   []string
	log   string
	cmd   *exec.Cmd
	gone  chan struct{} // closed when it has ended
	err   error         // how it ended
}

// address says where a process listens, where partners reach it (default: there), and its database (default: an SQLite
// file of its own).
type address struct{ listen, public, database string }

// prepare makes a process ready to start. alder is told where everything is by flags, all others by the environment.
func prepare(t *testing.T, id string, at address) *process {
	t.Helper()
	dir := t.TempDir()
	if at.listen == "" {
		at.listen = freeAddress(t)
	}
	if at.database == "" {
		at.database = filepath.Join(dir, "system.db")
	}
	p := &process{Client: apiclient.New("http://" + at.listen), raw: &http.Client{Transport: &http.Transport{}, Timeout: patience}, t: t, id: id, home: "http://" + at.listen, log: filepath.Join(dir, "log")}
	options := []struct{ flag, variable, value string }{
		{"-id", "MSPKIT_ID", id}, {"-addr", "MSPKIT_ADDR", at.listen}, {"-db", "MSPKIT_DB", at.database},
		{"-key", "MSPKIT_KEY", filepath.Join(dir, "system.key")}, {"-allow-private", "MSPKIT_ALLOW_PRIVATE", "127.0.0.0/8"}, {"-url", "MSPKIT_URL", at.public},
		{"-log", "MSPKIT_LOG", "warn"},
	}
	p.args = []string{"serve"}
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "MSPKIT_") {
			p.env = append(p.env, e)
		}
	}
	for _, o := range options {
		if o.value != "" && id == "alder" {
			p.args = append(p.args, o.flag, o.value)
		} else if o.value != "" {
			p.env = append(p.env, o.variable+"="+o.value)
		}
	}
	t.Cleanup(p.cleanUp)
	return p
}

// freeAddress finds an address that stays free while nobody listens: below the ports that systems hand out by themselves.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 12000+rand.IntN(20000))
		if l, err := net.Listen("tcp", addr); err == nil {
			require.NoError(t, l.Close())
			return addr
		}
	}
	t.Fatal("no free address")
	return ""
}

// start starts the process and returns when it is ready. The first time it takes the link that it prints, and asks with a token from then on.
func (p *process) start() {
	p.t.Helper()
	out := bufio.NewReader(p.launch())
	line, err := out.ReadString('\n')
	require.NoError(p.t, err, "%s does not start:\n%s", p.id, p.logged())
	require.True(p.t, strings.HasPrefix(line, p.id+" listens on "+p.home+", key "), line)
	if p.token == "" {
		line, err = out.ReadString('\n')
		require.NoError(p.t, err)
		var ok bool
		p.link, ok = strings.CutPrefix(strings.TrimSpace(line), "nobody administers it yet; whoever opens this link first does: ")
		require.True(p.t, ok, line)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	p.ready()
	if p.token == "" {
		p.token = admit(p.t, p.link)
		p.Client = p.As(p.token)
	}
}

// launch starts the process and returns its standard output.
func (p *process) launch() io.Reader {
	p.t.Helper()
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(p.t, err)
	defer func() { require.NoError(p.t, log.Close()) }()
	read, write, err := os.Pipe()
	require.NoError(p.t, err)
	p.cmd, p.gone = exec.Command(binary(p.t), p.args...), make(chan struct{})
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = p.env, write, log
	require.NoError(p.t, p.cmd.Start())
	require.NoError(p.t, write.Close())
	go func() {
		p.err = p.cmd.Wait()
		close(p.gone)
	}()
	return read
}

// ready waits for /readyz.
func (p *process) ready() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	require.NoError(p.t, p.WaitReady(ctx), "%s is not ready:\n%s", p.id, p.logged())
}

// kill ends the process as kill -9 does, and waits until it is gone.
func (p *process) kill() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Kill())
	p.awaitEnd(patience)
}

// stop asks the process to end, as Ctrl-C does, and returns how it ended.
func (p *process) stop(within time.Duration) error {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(os.Interrupt))
	p.awaitEnd(within)
	return p.err
}

func (p *process) awaitEnd(within time.Duration) {
	p.t.Helper()
	select {
	case <-p.gone:
	case <-time.After(within):
		p.t.Fatalf("%s has not ended after %s:\n%s", p.id, within, p.logged())
	}
}

func (p *process) cleanUp() {
	p.Close()
	p.raw.CloseIdleConnections()
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Errorf("kill %s: %v", p.id, err)
	}
	<-p.gone
	if p.t.Failed() {
		p.t.Logf("log of %s:\n%s", p.id, p.logged())
	}
}

// logged returns the end of the process's log.
func (p *process) logged() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-8000):])
}

// quiet waits until no message of these systems is on its way to another.
func quiet(t *testing.T, ps ...*process) {
	t.Helper()
	systems := map[string]*apiclient.Client{}
	for _, p := range ps {
		systems[p.id] = p.Client
	}
	quietAll(t, systems)
}

func quietAll(t *testing.T, systems map[string]*apiclient.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var last string
	err := apiclient.Wait(ctx, func() (bool, error) {
		before := last
		last = ""
		done := true
		for _, id := range slices.Sorted(maps.Keys(systems)) {
			ms, err := systems[id].Messages(ctx, "", 0, 500)
			if err != nil {
				return false, err
			}
			for _, m := range ms.Items {
				done = done && m.State == "done"
				last += fmt.Sprintln(id, m.ID, m.Kind, m.State, m.Reason)
			}
		}
		// Twice the same with nothing on its way: there was a moment between at which all were quiet.
		return done && last == before, nil
	})
	require.NoError(t, err, "messages:\n%s", last)
}
