package twosystems

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // the driver named sqlite

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabhttp"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/courier"
)

// System is one of the two.
type System struct {
	Collab    *collab.Service
	Locations *locations.Service
	Staff     collab.Actor    // acts in collab; an operator
	Keeper    locations.Actor // the same person, in locations

	url      string
	key      collab.PartnerKey
	pools    [2]*sql.DB // for writing and for reading
	server   *http.Server
	outbound *http.Client
	courier  *courier.Courier
	requests atomic.Int64
}

const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite"

func openSystem(ctx context.Context, id, dir string) (*System, error) {
	s := &System{
		Staff:  collab.Actor{Name: "sam of " + id, System: collab.SystemID(id), Operator: true},
		Keeper: locations.Actor{Name: "sam of " + id, System: locations.Account(id)},
	}
	if err := s.open(ctx, id, dir); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *System) open(ctx context.Context, id, dir string) error {
	db, err := s.openStore(ctx, filepath.Join(dir, id+".db"))
	if err != nil {
		return err
	}
	key, err := collabhttp.GenerateKey(nil)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.url = "http://" + listener.Addr().String()
	s.key = collab.PartnerKey{ID: collab.KeyID(key.ID()), Public: key.Public()}

	scoped := db.For(id)
	signer := &collabhttp.Signer{Key: key, Authority: collabhttp.Authority(&url.URL{Scheme: "http", Host: listener.Addr().String()})}
	s.outbound = collabhttp.NewHTTPClient(collabhttp.DialPolicy{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	client := collabhttp.NewClient(collabhttp.ClientConfig{HTTP: s.outbound, Signer: signer, Partner: s.partner})
	s.Collab = collab.NewService(collab.SystemID(id), store.Collab(scoped), collab.Config{URL: s.url, Key: s.key, Peer: client, Pairer: client})
	s.Locations = locations.NewService(store.Locations(scoped), locations.Config{Peer: client.Places()})
	s.courier = courier.New(db.Messages(), map[string]courier.Deliver{
		store.DomainCollab: func(ctx context.Context, _ string, m store.Message) error {
			return s.Collab.Deliver(ctx, collab.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload, Due: m.NextAt})
		},
		store.DomainLocations: func(ctx context.Context, _ string, m store.Message) error {
			return s.Locations.Deliver(ctx, locations.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload, Due: m.NextAt})
		},
	}, courier.Config{Holder: key.ID(), Lease: 10 * time.Minute})

	protocol := collabhttp.NewHandler(collabhttp.HandlerConfig{
		Peer: s.Collab.Inbound(), Pairer: s.Collab.InboundPairer(), Places: s.Locations.Inbound(), Partner: s.Collab.PartnerByKey, Signer: signer,
	})
	s.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		protocol.ServeHTTP(w, r)
	})}
	go func() { _ = s.server.Serve(listener) }() // returns when close closes the server
	return nil
}

// openStore opens a SQLite file: one connection that writes, and a few beside it that read.
func (s *System) openStore(ctx context.Context, path string) (*bunstore.DB, error) {
	var dbs [2]*bun.DB
	for i, connections := range []int{1, 4} {
		pool, err := sql.Open("sqlite", "file:"+path+pragmas)
		if err != nil {
			return nil, err
		}
		pool.SetMaxOpenConns(connections)
		s.pools[i], dbs[i] = pool, bun.NewDB(pool, sqlitedialect.New())
	}
	if err := bunstore.Migrate(ctx, dbs[0]); err != nil {
		return nil, err
	}
	return bunstore.New(dbs[0], bunstore.Config{Read: dbs[1]})
}

// Requests is how many requests of its partner the system has received until now.
func (s *System) Requests() int64 { return s.requests.Load() }

func (s *System) register(ctx context.Context, other *System) error {
	if err := s.Collab.SetModule(ctx, s.Staff, true); err != nil {
		return err
	}
	_, err := s.Collab.Register(ctx, s.Staff, collab.Partner{ID: other.Collab.System(), URL: other.url, Keys: []collab.PartnerKey{other.key}})
	return err
}

// partner looks up where a partner answers and with which keys.
func (s *System) partner(ctx context.Context, id collab.SystemID) (p collab.Partner, err error) {
	err = s.Collab.Read(ctx, s.Staff, func(ctx context.Context, v collab.View) error {
		p, err = v.Partners.Partner(ctx, id)
		return err
	})
	return p, err
}

func (s *System) close() error {
	var errs []error
	if s.server != nil {
		errs = append(errs, s.server.Close())
	}
	if s.outbound != nil {
		s.outbound.CloseIdleConnections()
	}
	for _, pool := range s.pools {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}
