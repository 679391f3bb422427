package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// Config says which system to run, and where.
type Config struct {
	// ID names the system to itself and to its partners. Required.
	ID string
	// Name is what people at the partners see. Default: ID.
	Name string
	// Addr is where to listen: a loopback address and a port, 0 for any free one. Required.
	Addr string
	// DB is the SQLite database file, created when absent, or the postgres:// address of a database that is this system's
	// alone. Required.
	DB string
	// Key is the file of the private signing key, created when absent and refused when others can read it. Required.
	Key string
	// URL is the address under which partners reach this system. Default: http:// and the address listened on.
	URL string
	// AllowPrivate opens address ranges that are not public, for partners; inside them plain http is allowed. Default: none.
	AllowPrivate []netip.Prefix
	// Accepted is collab.Config.Accepted. Default: nothing.
	Accepted func(ctx context.Context, tx collab.Tx, p collab.Project) error
	// AddrFlag is the flag that an address in use is blamed on. Default: -addr.
	AddrFlag string
	// Hue is the colour of the pages' bar, green or amber, so that two systems are told apart. Default: green.
	Hue string
	// Start makes what the Home page tells a newcomer. Default: nothing.
	Start func() []ui.Part
	// Ready is called once, when the engine runs and requests are answered. Default: nothing.
	Ready func()
	// Log hears of requests, deliveries and failures. Default: nothing is logged.
	Log *slog.Logger
}

// check refuses what cannot run and fills in the defaults, except for URL.
func (c *Config) check() error {
	for _, need := range []struct{ flag, value, what string }{
		{"-id", c.ID, "the name of this system"}, {"-addr", c.Addr, "an address to listen on"},
		{"-db", c.DB, "a database file or a postgres:// address"}, {"-key", c.Key, "a key file"},
	} {
		if need.value == "" {
			return fmt.Errorf("%s is missing: give %s", need.flag, need.what)
		}
	}
	if c.Name == "" {
		c.Name = c.ID
	}
	if c.Hue == "" {
		c.Hue = "green"
	}
	if c.AddrFlag == "" {
		c.AddrFlag = "-addr"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Log = c.Log.With("system", c.ID)
	if c.URL != "" {
		u, err := url.Parse(c.URL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return fmt.Errorf("-url %q is not an http or https address", c.URL)
		}
		if u.Path != "" && u.Path != "/" {
			return fmt.Errorf("-url %q has a path: partners sign the path that arrives here, so the system needs a host of its own", c.URL)
		}
	}
	return checkLoopback(c.AddrFlag, c.Addr)
}

// checkLoopback refuses to be reachable from other machines: there are no logins yet.
func checkLoopback(flag, addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%s %q is not host:port, such as 127.0.0.1:8080", flag, addr)
	}
	if ip, err := netip.ParseAddr(host); host == "localhost" || err == nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("%s %q is not a loopback address: there are no logins yet, so only 127.0.0.1, [::1] and localhost can be listened on; "+
		"to reach partners elsewhere put a TLS proxy that forwards /peer/ before it and give its address as -url", flag, addr)
}

// listen opens the address, and says which flag to change when somebody has it.
func listen(ctx context.Context, flag, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, errAddrInUse) {
		return nil, fmt.Errorf("address %s is in use: stop what listens there, or choose another with %s (port 0 takes a free one): %w", addr, flag, err)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s (%s): %w", addr, flag, err)
	}
	return l, nil
}
