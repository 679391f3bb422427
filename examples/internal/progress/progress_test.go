package progress

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNothingIsDrawnInAFileOrAPipe(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "out.txt")
	file, err := os.Create(path)
	require.NoError(t, err)
	r, w, err := os.Pipe()
	require.NoError(t, err)
	for _, f := range []*os.File{file, w} {
		l := On(f)
		l.every = time.Millisecond
		worked := false
		require.NoError(t, l.During(func() string { return "half" }, func() error {
			time.Sleep(20 * time.Millisecond)
			worked = true
			return nil
		}))
		require.True(t, worked)
		require.NoError(t, f.Close())
	}
	var piped bytes.Buffer
	_, err = piped.ReadFrom(r)
	require.NoError(t, err)
	require.Empty(t, piped.String())
	written, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Empty(t, written)
}

func TestACharacterDeviceIsDrawnOn(t *testing.T) {
	t.Parallel()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(t, err)
	defer null.Close()
	require.NotNil(t, On(null).terminal)
}

func TestTheLineIsRedrawnAndWiped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		l := Line{terminal: &out, every: time.Second}
		steps := []string{"half", "most"}
		fails := errors.New("fails")
		err := l.During(func() string {
			s := steps[0]
			steps = steps[1:]
			return s
		}, func() error {
			time.Sleep(2500 * time.Millisecond)
			return fails
		})
		require.ErrorIs(t, err, fails)
		require.Equal(t, "\r\x1b[Khalf\r\x1b[Kmost\r\x1b[K", out.String())
	})
}
