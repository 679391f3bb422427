package scenario_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// fails starts the process, wants it to end by itself with 1, and returns what it says.
func (p *process) fails() string {
	p.t.Helper()
	p.launch()
	p.awaitEnd(patience)
	var exit *exec.ExitError
	require.ErrorAs(p.t, p.err, &exit)
	require.Equal(p.t, 1, exit.ExitCode())
	return p.logged()
}

func TestKeyFileThatOthersCanRead(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("files have no modes")
	}
	p := prepare(t, "alder", address{})
	p.start()
	require.NoError(t, p.stop(patience))
	key := p.args[slices.Index(p.args, "-key")+1]
	require.NoError(t, os.Chmod(key, 0o644))
	said := p.fails()
	require.Contains(t, said, "-key")
	require.Contains(t, said, key)
	require.NoError(t, os.Chmod(key, 0o600))
	p.start()
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	p := prepare(t, "alder", address{listen: taken.Addr().String()})
	said := p.fails()
	require.Contains(t, said, taken.Addr().String()+" is in use")
	require.Contains(t, said, "-addr")
	_, err = os.Stat(filepath.Join(filepath.Dir(p.log), "system.db"))
	require.True(t, errors.Is(err, os.ErrNotExist), "nothing was made: %v", err)
}

// TestCtrlCAmidAnImport stops a system that is at work: it ends with 0 within seconds, and goes on where it was.
func TestCtrlCAmidAnImport(t *testing.T) {
	t.Parallel()
	s := siege{eligible: 190, held: 10, page: 5, delay: 50 * time.Millisecond}
	w, alder, birch, p := s.prepare(t, func() string { return "" })
	started, err := alder.Import(t.Context(), p.ID, shapes.Import{PageSize: s.page})
	require.NoError(t, err)
	before := s.reach(t, alder, started.ID, 20)
	require.NoError(t, alder.stop(5*time.Second), "exit code 0")
	alder.start()
	found := progress(t, alder, started.ID)
	require.GreaterOrEqual(t, found, before)
	require.Less(t, found, int64(s.eligible))
	end, err := alder.WaitRun(t.Context(), started.ID)
	require.NoError(t, err)
	w.settle()
	s.check(t, alder, birch, end)
}
