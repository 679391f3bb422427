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
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// inPages starts two systems, each with a person who works on its pages in a browser.
func inPages(l look) func(t *testing.T) *world {
	return func(t *testing.T) *world {
		t.Helper()
		needBrowser(t)
		hosts := map[string]host{"alder": serveHere(t, "alder", "green"), "birch": serveHere(t, "birch", "amber")}
		alder, birch := newPerson(t, hosts["alder"], l), newPerson(t, hosts["birch"], l)
		w := &world{t: t, alder: alder, birch: birch}
		w.settle = func() {
			t.Helper()
			quietAll(t, map[string]*apiclient.Client{"alder": alder.c, "birch": birch.c})
		}
		w.swiftly = func(begin func()) {
			w.alder, w.birch = alder.served, birch.served
			defer func() { w.alder, w.birch = alder, birch }()
			begin()
		}
		return w
	}
}

// host is a system that runs in this process, asked with an operator's token, and its address.
type host struct {
	*apiclient.Client
	home string
	db   string // the file of its database
}

// serveHere runs a system in this process, as refserver serve does.
func serveHere(t *testing.T, id, hue string) host {
	t.Helper()
	c, link := serveNew(t, id, hue)
	c.Client = c.As(admit(t, link))
	return c
}

// serveNew runs a system that nobody administers yet, and returns the link to the first who does.
func serveNew(t *testing.T, id, hue string) (c host, link string) {
	t.Helper()
	dir := t.TempDir()
	a, err := app.Open(t.Context(), app.Config{
		ID: id, Addr: "127.0.0.1:0", DB: filepath.Join(dir, "system.db"), Key: filepath.Join(dir, "system.key"), Hue: hue,
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Hash: staff.Hash{Memory: 64, Passes: 1, Threads: 1},
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	link, err = a.FirstLink(t.Context())
	require.NoError(t, err)
	c = host{apiclient.New(a.Home()), a.Home(), filepath.Join(dir, "system.db")}
	t.Cleanup(func() {
		c.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", id, err)
		}
	})
	require.NoError(t, c.WaitReady(t.Context()))
	return c, link
}

// deep reports whether tests are to try what would take too long each time.
func deep() bool { return os.Getenv("MSPKIT_DEEP") != "" }
