package staff

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/internal/uuid7"
)

// Config says whose directory it is, and how long things last.
type Config struct {
	// Account is the system's own. Required.
	Account string
	// Name is what people see of that account. Default: Account.
	Name string
	// Cookie names the session's cookie. Default: mspkit-<Account>.
	Cookie string
	// Secure keeps the cookie to https, and puts __Host- before its name. Default: false.
	Secure bool
	// Idle is how long a session lasts unused. Default: 30 minutes.
	Idle time.Duration
	// Absolute is how long a session lasts. Default: 12 hours.
	Absolute time.Duration
	// FreshFor is how long after the password was given somebody is Fresh. Default: 10 minutes.
	FreshFor time.Duration
	// KeepEvents is how long events are kept. Default: 400 days.
	KeepEvents time.Duration
	// Hash is what a password's hash costs. Default: 64 MiB, three passes, four lanes.
	Hash Hash
	// Now tells the time. Default: time.Now.
	Now func() time.Time
	// NewID mints ids that ascend as text. Default: UUIDs of version 7.
	NewID func() string
	// IP tells where a request comes from. Default: the host of its RemoteAddr.
	IP func(*http.Request) string
	// Failed answers a request whose session or token could not be looked up. Default: 500 in plain words.
	Failed func(http.ResponseWriter, *http.Request, error)
	// Refused answers a request whose token is none of ours, after the header WWW-Authenticate is set. Default: 401 with a problem
	// of code sign_in.
	Refused func(http.ResponseWriter, *http.Request)
}

// Hash is what a password's hash costs by argon2id.
type Hash struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// Directory keeps people, roles, links, sessions and tokens in a database. It is safe for concurrent use.
type Directory struct {
	write, read *bun.DB
	cfg         Config
	cookies     *scs.SessionManager
	dummy       string        // what an address that nobody has is checked against
	hashing     chan struct{} // holds as many as are at it
}

// New returns the directory that Migrate has made room for in a database: write is the pool for changes, read that for looking
// things up, which may be the same.
func New(write, read *bun.DB, cfg Config) (*Directory, error) {
	if write == nil || read == nil || cfg.Account == "" {
		return nil, errors.New("staff: want two pools and the system's own account")
	}
	d := &Directory{write: write, read: read, cfg: cfg.withDefaults(), hashing: make(chan struct{}, hashesAtOnce)}
	d.cookies = newCookies(d)
	var err error
	if d.dummy, err = d.hash(context.Background(), mint()); err != nil {
		return nil, in("make a hash", err)
	}
	return d, nil
}

func (c Config) withDefaults() Config {
	if c.Name == "" {
		c.Name = c.Account
	}
	if c.Cookie == "" {
		c.Cookie = "mspkit-" + c.Account
	}
	if c.Idle == 0 {
		c.Idle = 30 * time.Minute
	}
	if c.Absolute == 0 {
		c.Absolute = 12 * time.Hour
	}
	if c.FreshFor == 0 {
		c.FreshFor = 10 * time.Minute
	}
	if c.KeepEvents == 0 {
		c.KeepEvents = 400 * 24 * time.Hour
	}
	if c.Hash == (Hash{}) {
		c.Hash = Hash{Memory: 64 << 10, Passes: 3, Threads: 4}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.NewID == nil {
		c.NewID = new(uuid7.Sequence).Next
	}
	if c.IP == nil {
		c.IP = remote
	}
	if c.Failed == nil {
		c.Failed = failed
	}
	if c.Refused == nil {
		c.Refused = refused
	}
	return c
}

func failed(w http.ResponseWriter, _ *http.Request, _ error) {
	http.Error(w, "something went wrong here", http.StatusInternalServerError)
}

func refused(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(w, `{"type":"urn:mspkit:sign_in","title":"sign in first","status":401,"code":"sign_in"}`+"\n")
}
