package scenario_test

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/app"
)

// inPages starts two systems, each with a person who works on its pages in a browser.
func inPages(l look) func(t *testing.T) *world {
	return func(t *testing.T) *world {
		t.Helper()
		needBrowser(t)
		alder, birch := serveHere(t, "alder", "green"), serveHere(t, "birch", "amber")
		return &world{t: t, alder: newPerson(t, alder, l), birch: newPerson(t, birch, l), settle: func() {
			t.Helper()
			quietAll(t, map[string]*apiclient.Client{"alder": alder.Client, "birch": birch.Client})
		}}
	}
}

// host is a system that runs in this process, and its address.
type host struct {
	*apiclient.Client
	home string
}

// serveHere runs a system in this process, as refserver serve does.
func serveHere(t *testing.T, id, hue string) host {
	t.Helper()
	dir := t.TempDir()
	a, err := app.Open(t.Context(), app.Config{
		ID: id, Addr: "127.0.0.1:0", DB: filepath.Join(dir, "system.db"), Key: filepath.Join(dir, "system.key"), Hue: hue,
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	c := host{apiclient.New(a.Home()), a.Home()}
	t.Cleanup(func() {
		c.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", id, err)
		}
	})
	require.NoError(t, c.WaitReady(t.Context()))
	return c
}

// deep reports whether tests are to try what would take too long each time.
func deep() bool { return os.Getenv("MSPKIT_DEEP") != "" }
