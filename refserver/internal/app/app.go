// Package app runs one system: its database on SQLite or PostgreSQL, the services of the domains over it, the message engine, and one
// address that answers partners (/peer/v1/), programs (/api/) and people (/, /docs).
//
// Open makes everything ready and listens; Run serves until its context ends, then stops in order: no new
// requests, those at hand finish, the message engine stops, the databases close.
package app

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabhttp"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/orgoverlay/jsonschema"
	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/pages"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/bunstore/pgxcopy"
	"github.com/mspkit/mspkit/store/courier"
	"github.com/mspkit/mspkit/store/courier/rivercourier"
)

// App is one running system.
type App struct {
	Collab    *collab.Service
	Locations *locations.Service
	Actor     collab.Actor // the program itself, for what is done without anybody who asks for it
	Keeper    locations.Actor
	Key       collab.PartnerKey // our public signing key
	Staff     *staff.Directory  // who may sign in

	cfg      Config
	listener net.Listener
	lock     *os.File // nil where no lock is taken
	db       *database
	store    *bunstore.DB
	orgs     sync.Map // of orgoverlay.Service by account
	outbound *http.Client
	courier  *courier.Courier
	waker    *rivercourier.Waker
	mux      web.Mux
	fail     func(http.ResponseWriter, *http.Request, error) // answers a person on a page
	server   *http.Server
	running  atomic.Bool
	unpurged atomic.Bool // the log of the database holds what was purged
	retiring sync.Mutex
	retired  time.Time // when retire was last done wholly; guarded by retiring
	close    sync.Once
	closeErr error
}

// Operator is the name in history of what the program does by itself.
const Operator = "operator"

// Open takes the address, reads or makes the key, opens and migrates the database, and wires the system. Nothing is
// served before Run. Close undoes it.
func Open(ctx context.Context, cfg Config) (*App, error) {
	if err := cfg.check(ctx); err != nil {
		return nil, err
	}
	a := &App{cfg: cfg}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context) (err error) {
	cfg := &a.cfg
	if a.listener, err = listen(ctx, cfg.AddrFlag, cfg.Addr); err != nil {
		return err
	}
	if cfg.URL == "" {
		cfg.URL = a.Home()
	}
	key, err := collabhttp.LoadOrCreateKey(cfg.Key)
	if err != nil {
		return fmt.Errorf("-key: %w", err)
	}
	if !isPostgres(cfg.DB) {
		if a.lock, err = lockFile(cfg.DB); err != nil {
			return err
		}
	}
	if a.db, err = openDatabase(cfg.DB); err != nil {
		return err
	}
	if err := a.db.take(ctx, cfg.ID); err != nil {
		return err
	}
	if a.waker, err = rivercourier.New(a.db.driver, rivercourier.Config{Logger: cfg.Log}); err != nil {
		return err
	}
	if a.store, err = bunstore.New(a.db.write, bunstore.Config{Read: a.db.read, Copy: pgxcopy.Copy, OnMessages: a.waker.OnMessages}); err != nil {
		return err
	}
	if err := a.wire(key); err != nil {
		return err
	}
	return a.introduce(ctx)
}

// wire joins the domains to the store, to each other's messages and to the partners.
func (a *App) wire(key collabhttp.PrivateKey) error {
	cfg := a.cfg
	system := collab.SystemID(cfg.ID)
	public, err := url.Parse(cfg.URL)
	if err != nil {
		return fmt.Errorf("-url: %w", err)
	}
	scoped := a.store.For(cfg.ID)
	signer := &collabhttp.Signer{Key: key, Authority: collabhttp.Authority(public)}
	a.outbound = collabhttp.NewHTTPClient(collabhttp.DialPolicy{AllowPrivate: cfg.AllowPrivate})
	client := collabhttp.NewClient(collabhttp.ClientConfig{HTTP: a.outbound, Signer: signer, Partner: partnerOf(store.Collab(scoped))})

	a.Actor = collab.Actor{Name: Operator, System: system, Operator: true}
	a.Keeper = locations.Actor{Name: Operator, System: locations.Account(cfg.ID)}
	a.Key = collab.PartnerKey{ID: collab.KeyID(key.ID()), Public: key.Public()}
	a.Collab = collab.NewService(system, store.Collab(scoped), collab.Config{
		Name: cfg.Name, URL: cfg.URL, Key: a.Key, Peer: client, Pairer: client, Accepted: cfg.Accepted,
	})
	a.Locations = locations.NewService(store.Locations(scoped), locations.Config{Peer: client.Places()})
	a.courier = courier.New(a.store.Messages(), a.deliver(), courier.Config{Holder: key.ID()})

	if a.Staff, err = a.directory(); err != nil {
		return err
	}
	mux := &a.mux
	mux.Guard = a.guard
	mux.Handle(collabhttp.Prefix, collabhttp.NewHandler(collabhttp.HandlerConfig{
		Peer: a.Collab.Inbound(), Pairer: a.Collab.InboundPairer(), Places: a.Locations.Inbound(), Partner: a.Collab.PartnerByKey, Signer: signer,
	}))
	self := api.Self{System: cfg.ID, Name: cfg.Name, URL: cfg.URL, Key: a.Key, Fingerprint: collabhttp.Fingerprint(ed25519.PublicKey(a.Key.Public))}
	speaks := api.Config{
		Collab: a.Collab, Locations: a.Locations, Store: scoped, Queue: a.store.Messages(), Orgs: a.Orgs, Staff: a.Staff, Door: a.Door(), Self: self, Log: cfg.Log, Purged: a.purged,
	}
	if err := api.Mount(mux, speaks); err != nil {
		return err
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { web.Text(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", a.ready)
	closing, stop := context.WithCancel(context.Background())
	a.fail = pages.Mount(mux, pages.Config{Config: speaks, Hue: cfg.Hue, Start: cfg.Start, Logins: cfg.Logins, Closing: closing})
	a.server = web.Server(a.knowing(mux), web.Config{
		Log: cfg.Log, Hosts: hosts(a.listener.Addr(), public), Open: collabhttp.Prefix, Proxies: cfg.Proxies, HTTPS: cfg.https(), Limits: cfg.Limits,
		Foreign: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.fail(w, r, pages.ErrForeign) }),
	})
	a.server.RegisterOnShutdown(stop) // streams to browsers would never end by themselves
	return nil
}

// Orgs returns the service for the organizations of a hosted account.
func (a *App) Orgs(account string) *orgoverlay.Service {
	if s, ok := a.orgs.Load(account); ok {
		return s.(*orgoverlay.Service)
	}
	s, _ := a.orgs.LoadOrStore(account, orgoverlay.NewService(orgoverlay.Account(account), store.Orgoverlay(a.store.For(account)), orgoverlay.Config{Schemas: jsonschema.Schemas{}, Retention: a.cfg.Retention, Now: a.cfg.Now, NewID: a.cfg.NewID}))
	return s.(*orgoverlay.Service)
}

// deliver says by domain who carries a message out.
func (a *App) deliver() map[string]courier.Deliver {
	return map[string]courier.Deliver{
		store.DomainCollab: func(ctx context.Context, _ string, m store.Message) error {
			return a.Collab.Deliver(ctx, collab.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload, Due: m.NextAt})
		},
		store.DomainLocations: func(ctx context.Context, _ string, m store.Message) error {
			return a.Locations.Deliver(ctx, locations.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload, Due: m.NextAt})
		},
	}
}

// partnerOf looks partners up for the client.
func partnerOf(s collab.Store) func(context.Context, collab.SystemID) (collab.Partner, error) {
	return func(ctx context.Context, id collab.SystemID) (p collab.Partner, err error) {
		err = s.View(ctx, func(ctx context.Context, v collab.View) error {
			p, err = v.Partners.Partner(ctx, id)
			return err
		})
		return p, err
	}
}

// hosts lists the Host values under which people and programs may ask: the address listened on, in its spellings, and where the system
// is said to be, if that is by https or on this machine. Any other comes from a page that had a name of its own resolved to this address.
func hosts(addr net.Addr, public *url.URL) []string {
	out := []string{addr.String()}
	if public.Scheme == "https" || loopback(public.Hostname()) {
		out = append(out, public.Host, strings.TrimSuffix(public.Host, map[string]string{"https": ":443", "http": ":80"}[public.Scheme]))
	}
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return out
	}
	for _, h := range []string{"localhost", "127.0.0.1", "::1"} {
		out = append(out, net.JoinHostPort(h, port))
	}
	return out
}

// ID returns the system's id.
func (a *App) ID() string { return a.cfg.ID }

// Addr returns the address listened on.
func (a *App) Addr() string { return a.listener.Addr().String() }

// URL returns where partners reach the system.
func (a *App) URL() string { return a.cfg.URL }

// Home returns the address listened on as people write it.
func (a *App) Home() string {
	if a.cfg.TLSCert != "" {
		return "https://" + a.Addr()
	}
	return "http://" + a.Addr()
}

// Door returns where people come in: where the system is said to be, if that is by https, else Home.
func (a *App) Door() string {
	if strings.HasPrefix(a.cfg.URL, "https:") {
		return strings.TrimSuffix(a.cfg.URL, "/")
	}
	return a.Home()
}

// Routes lists what is served, such as "GET /shops/{id}".
func (a *App) Routes() []string { return a.mux.Patterns() }
