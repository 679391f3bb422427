package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/pages"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// Config says which system to run, and where.
type Config struct {
	// ID names the system to itself and to its partners. Required.
	ID string
	// Name is what people at the partners see. Default: ID.
	Name string
	// Addr is where to listen: an address and a port, 0 for any free one. Other than a loopback address it takes an administrator and TLS. Required.
	Addr string
	// DB is the SQLite database file, created when absent, or the postgres:// address of a database that is this system's
	// alone. Required.
	DB string
	// Key is the file of the private signing key, created when absent and refused when others can read it. Required.
	Key string
	// URL is the address under which partners reach this system, and people where it is https. Default: http:// or https:// and the
	// address listened on.
	URL string
	// TLSCert and TLSKey are files of a certificate and its key, in PEM, to serve https with. Default: http is served, as it is to a
	// proxy that ends TLS.
	TLSCert, TLSKey string
	// Proxies are the address ranges whose X-Forwarded-For is believed. Default: none.
	Proxies []netip.Prefix
	// AllowPrivate opens address ranges that are not public, for partners; inside them plain http is allowed. Default: none.
	AllowPrivate []netip.Prefix
	// Accepted is collab.Config.Accepted. Default: nothing.
	Accepted func(ctx context.Context, tx collab.Tx, p collab.Project) error
	// AddrFlag is the flag that an address in use is blamed on. Default: -addr.
	AddrFlag string
	// Hue is the colour of the pages' bar, green or amber, so that two systems are told apart. Default: green.
	Hue string
	// Start makes what tells a newcomer what to click first, where their day begins. Default: nothing.
	Start func(staff.Who) []ui.Part
	// Logins, when set, tells as whom visitors sign in by a button, without a password. It is for demonstrations alone. Default: nothing.
	Logins func() []pages.Login
	// KeepEvents is how long it is kept who signed in and whose roles changed. Default: that of package staff.
	KeepEvents time.Duration
	// Retention is how long it is kept what an account has written about an organization that it does not see any more. Then it is purged for good, at most a
	// day later. Default: until somebody purges it.
	Retention time.Duration
	// Hash is what a password's hash costs. Default: that of package staff.
	Hash staff.Hash
	// Now tells the time to people's sessions, to the agreements between accounts and to what is done daily. Default: time.Now.
	Now func() time.Time
	// NewID mints ids that ascend as text, for people and organizations. Default: UUIDs of version 7.
	NewID func() string
	// Limits is how much callers may ask. Default: what nobody at a desk comes near.
	Limits *web.Limits
	// Ready is called once, when the engine runs and requests are answered. Default: nothing.
	Ready func()
	// Log hears of requests, deliveries and failures. Default: nothing is logged.
	Log *slog.Logger
}

// check refuses what cannot run and fills in the defaults, except for URL.
func (c *Config) check(ctx context.Context) error {
	if err := cmp.Or(checkID(c.ID), checkDatabase(c.DB)); err != nil {
		return err
	}
	for _, need := range []struct{ flag, value, what string }{{"-addr", c.Addr, "an address to listen on"}, {"-key", c.Key, "a key file"}} {
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
	if c.Now == nil {
		c.Now = time.Now
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
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("-tls-cert and -tls-key go together: give both, or neither")
	}
	if c.TLSCert != "" {
		if _, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey); err != nil {
			return fmt.Errorf("-tls-cert: %w", err)
		}
	}
	if c.Limits == nil {
		c.Limits = &web.Limits{}
	}
	return c.checkReach(ctx)
}

// https reports whether people reach the system by https.
func (c *Config) https() bool { return c.TLSCert != "" || strings.HasPrefix(c.URL, "https:") }

// checkReach refuses to be reachable from other machines before that is safe, with all that is missing.
func (c *Config) checkReach(ctx context.Context) error {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return fmt.Errorf("%s %q is not host:port, such as 127.0.0.1:8080", c.AddrFlag, c.Addr)
	}
	if loopback(host) {
		return nil
	}
	var missing []string
	if !c.https() {
		missing = append(missing, "TLS: give -tls-cert and -tls-key, or put a proxy that ends TLS before it and give its https address as -url")
	}
	if ip, err := netip.ParseAddr(host); c.URL == "" && (host == "" || err == nil && ip.IsUnspecified()) {
		missing = append(missing, "the address under which others reach it: give it as -url")
	}
	ok, err := administered(ctx, c.DB, c.ID)
	if _, other := errors.AsType[*staff.NotOurs](err); other {
		return err
	}
	if !ok {
		lacks := "an administrator: start it on 127.0.0.1 first and take the link that it prints, or ask \"refserver admin\" for one"
		if err != nil {
			lacks += fmt.Sprintf(" (looking for one: %v)", err)
		}
		missing = append(missing, lacks)
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%s %q is not a loopback address, and to be reached from other machines the system lacks %s", c.AddrFlag, c.Addr, strings.Join(missing, "; and "))
}

// loopback reports whether a host is this machine alone.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
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
