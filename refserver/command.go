package main

import (
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/mspkit/mspkit/collab/collabhttp"
	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/demo"
)

// command is one command line.
type command struct {
	name           string
	args           []string
	env            func(string) string
	stdout, stderr io.Writer
}

// parse reads the command's flags, which fill declares. Every flag has a default, which the environment can replace.
func (c command) parse(fill func(*flag.FlagSet)) error {
	f := flag.NewFlagSet("refserver "+c.name, flag.ContinueOnError)
	f.SetOutput(c.stderr)
	fill(f)
	if err := f.Parse(c.args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("%s does not take %q", c.name, f.Arg(0))
	}
	return nil
}

// or returns the environment's value of a name, or else.
func (c command) or(name, otherwise string) string {
	if v := c.env(name); v != "" {
		return v
	}
	return otherwise
}

// log makes the logger: JSON lines on stderr from a level on.
func (c command) log(level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("-log %q is not debug, info, warn or error", level)
	}
	return slog.New(slog.NewJSONHandler(c.stderr, &slog.HandlerOptions{Level: l})), nil
}

func (c command) demo(ctx context.Context) error {
	var cfg demo.Config
	var level string
	if err := c.parse(func(f *flag.FlagSet) {
		f.StringVar(&cfg.AlderAddr, "alder-addr", "127.0.0.1:8081", "address of alder, the Primary")
		f.StringVar(&cfg.BirchAddr, "birch-addr", "127.0.0.1:8082", "address of birch, the Secondary")
		f.StringVar(&cfg.Data, "data", "", "folder that keeps databases and keys (default: nothing is kept)")
		f.StringVar(&level, "log", "error", "least level of the log lines on stderr: debug, info, warn, error")
	}); err != nil {
		return err
	}
	var err error
	if cfg.Log, err = c.log(level); err != nil {
		return err
	}
	d, err := demo.Open(ctx, cfg)
	if err != nil {
		return err
	}
	if err := d.Welcome(c.stdout); err != nil {
		return err
	}
	return d.Run(ctx)
}

func (c command) serve(ctx context.Context) error {
	var cfg app.Config
	var level, private, proxies, events, retention string
	if err := c.parse(func(f *flag.FlagSet) {
		f.StringVar(&cfg.Addr, "addr", c.or("MSPKIT_ADDR", "127.0.0.1:8080"), "address to listen on; beyond this machine with an administrator and TLS alone (MSPKIT_ADDR)")
		f.StringVar(&cfg.DB, "db", c.or("MSPKIT_DB", "mspkit.db"), "SQLite database file, or a postgres:// address (MSPKIT_DB)")
		f.StringVar(&cfg.ID, "id", c.env("MSPKIT_ID"), "name of this system, for itself and its partners; required (MSPKIT_ID)")
		f.StringVar(&cfg.Key, "key", c.or("MSPKIT_KEY", "mspkit.key"), "file of the signing key, made when absent (MSPKIT_KEY)")
		f.StringVar(&cfg.URL, "url", c.env("MSPKIT_URL"), "address under which partners reach this system, and people if it is https (MSPKIT_URL; default: http:// or https:// and -addr)")
		f.StringVar(&cfg.Name, "name", c.env("MSPKIT_NAME"), "what people at the partners see (MSPKIT_NAME; default: -id)")
		f.StringVar(&private, "allow-private", c.env("MSPKIT_ALLOW_PRIVATE"), "address ranges of partners that are not public, such as 127.0.0.0/8,::1/128; there plain http is allowed too (MSPKIT_ALLOW_PRIVATE)")
		f.StringVar(&cfg.TLSCert, "tls-cert", c.env("MSPKIT_TLS_CERT"), "file of a certificate in PEM, to serve https (MSPKIT_TLS_CERT)")
		f.StringVar(&cfg.TLSKey, "tls-key", c.env("MSPKIT_TLS_KEY"), "file of its key (MSPKIT_TLS_KEY)")
		f.StringVar(&proxies, "proxy", c.env("MSPKIT_PROXY"), "address ranges of proxies whose X-Forwarded-For is believed, such as 127.0.0.1/32 (MSPKIT_PROXY)")
		f.StringVar(&events, "keep-events", c.or("MSPKIT_KEEP_EVENTS", "400"), "days for which it is kept who signed in and whose roles changed (MSPKIT_KEEP_EVENTS)")
		f.StringVar(&retention, "retention", c.or("MSPKIT_RETENTION", "never"), "days after which it is purged for good what an account has written about an organization that it does not see any more, or never (MSPKIT_RETENTION)")
		f.StringVar(&level, "log", c.or("MSPKIT_LOG", "info"), "least level of the log lines on stderr: debug, info, warn, error (MSPKIT_LOG)")
	}); err != nil {
		return err
	}
	var err error
	if cfg.AllowPrivate, err = prefixes("-allow-private", private); err != nil {
		return err
	}
	if cfg.Proxies, err = prefixes("-proxy", proxies); err != nil {
		return err
	}
	if cfg.Log, err = c.log(level); err != nil {
		return err
	}
	if cfg.KeepEvents, err = inDays("-keep-events", events); err != nil {
		return err
	}
	if retention != "never" {
		if cfg.Retention, err = inDays("-retention", retention); err != nil {
			return fmt.Errorf("%w, nor never", err)
		}
	}
	var a *app.App
	var first string
	cfg.Ready = func() {
		at := a.Home()
		if a.Door() != at {
			at = a.Addr() + ", people come in at " + a.Door()
		}
		_, _ = fmt.Fprintf(c.stdout, "%s listens on %s, key %s, partners reach it at %s\n", a.ID(), at, a.Key.ID, a.URL())
		if first != "" {
			_, _ = fmt.Fprintf(c.stdout, "nobody administers it yet; whoever opens this link first does: %s\n", first)
		}
	}
	if a, err = app.Open(ctx, cfg); err != nil {
		return err
	}
	if first, err = a.FirstLink(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	return a.Run(ctx)
}

// admin makes a link for an operator who cannot sign in.
func (c command) admin(ctx context.Context) error {
	var db, id, email, base string
	if err := c.parse(func(f *flag.FlagSet) {
		f.StringVar(&db, "db", c.or("MSPKIT_DB", "mspkit.db"), "SQLite database file, or a postgres:// address (MSPKIT_DB)")
		f.StringVar(&id, "id", c.env("MSPKIT_ID"), "name of this system; required (MSPKIT_ID)")
		f.StringVar(&email, "email", "", "address of the person who gets a new password (default: the link is for the first administrator)")
		f.StringVar(&base, "url", c.or("MSPKIT_URL", "http://"+c.or("MSPKIT_ADDR", "127.0.0.1:8080")), "address under which people reach the system (MSPKIT_URL)")
	}); err != nil {
		return err
	}
	path, err := app.Admit(ctx, db, id, email)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, strings.TrimSuffix(base, "/")+path)
	return err
}

// inDays reads the number of days of a flag.
func inDays(name, days string) (time.Duration, error) {
	n, err := strconv.ParseUint(days, 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%s %q is not a number of days", name, days)
	}
	return time.Duration(n) * 24 * time.Hour, nil
}

// prefixes reads the ranges of a flag, divided by commas.
func prefixes(name, list string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for s := range strings.SplitSeq(list, ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("%s %q is not a range such as 10.1.0.0/16", name, s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func (c command) migrate(ctx context.Context) error {
	var db, id string
	var dry bool
	if err := c.parse(func(f *flag.FlagSet) {
		f.StringVar(&db, "db", c.or("MSPKIT_DB", "mspkit.db"), "SQLite database file, or a postgres:// address (MSPKIT_DB)")
		f.StringVar(&id, "id", c.env("MSPKIT_ID"), "name of the system whose database it is; that of another is refused (MSPKIT_ID; default: any)")
		f.BoolVar(&dry, "dry-run", false, "write the SQL that would run, and change nothing")
	}); err != nil {
		return err
	}
	return app.Migrate(ctx, db, id, dry, c.stdout)
}

func (c command) key() error {
	var path string
	if err := c.parse(func(f *flag.FlagSet) {
		f.StringVar(&path, "key", c.or("MSPKIT_KEY", "mspkit.key"), "file of the signing key, made when absent (MSPKIT_KEY)")
	}); err != nil {
		return err
	}
	if path == "" {
		return errors.New("-key is missing: give a key file")
	}
	k, err := collabhttp.LoadOrCreateKey(path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "id          %s\nfingerprint %s\npublic      %s\n", k.ID(), collabhttp.Fingerprint(k.Public()), base64.StdEncoding.EncodeToString(k.Public()))
	return err
}

func (c command) version() error {
	version := api.Version
	if info, ok := debug.ReadBuildInfo(); ok {
		version += ", build " + info.Main.Version + ", " + info.GoVersion
	}
	_, err := fmt.Fprintln(c.stdout, "refserver", version)
	return err
}

func (c command) help() error {
	_, err := fmt.Fprint(c.stdout, `refserver runs mspkit as a server.

  refserver [demo]    two systems, alder and birch, in one process, with something to try
  refserver serve     one system, from flags and MSPKIT_ variables; flags win
  refserver admin     make a link for the first administrator, or for a new password of -email
  refserver migrate   bring a database up to date; -dry-run shows the SQL
  refserver key       show a key file's id, fingerprint and public key; makes the file when absent
  refserver version

"refserver COMMAND -h" lists the flags of a command.
`)
	return err
}
