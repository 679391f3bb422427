package collabhttp

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

// world is two systems, each behind an HTTP server of its own on the loopback address.
type world struct {
	*collabtest.Pair
	t            *testing.T
	ctx          context.Context
	alder, birch *node
}

// node is one system with its side of the wire.
type node struct {
	*collabtest.Side
	db      store.DB
	url     string
	key     PrivateKey
	signer  *Signer
	client  *Client
	handler http.Handler
	ahead   atomic.Int64                         // how far its clock is ahead of the true time, in nanoseconds
	way     atomic.Pointer[func(on) (gone bool)] // what happens to requests on their way in; nil lets them through
}

// on is a request that has arrived, and how to have it carried out.
type on struct {
	w    http.ResponseWriter
	r    *http.Request
	next http.Handler
}

func (n *node) now() time.Time { return time.Now().Add(time.Duration(n.ahead.Load())) }

// between has fn meet every request to this system; what fn answers true for has gone no further.
func (n *node) between(fn func(on) (gone bool)) { n.way.Store(&fn) }

func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if fn := n.way.Load(); fn != nil && (*fn)(on{w, r, n.handler}) {
		return
	}
	n.handler.ServeHTTP(w, r)
}

func outbound() *http.Client {
	return NewHTTPClient(DialPolicy{AllowPrivate: loopback, Timeout: 10 * time.Second})
}

func newNode(t *testing.T, id collab.SystemID) *node {
	t.Helper()
	n := &node{db: memstore.New(memstore.Config{})}
	server := httptest.NewServer(n)
	t.Cleanup(server.Close)
	n.url = server.URL
	key, err := GenerateKey(nil)
	require.NoError(t, err)
	n.signsWith(t, key)
	return n
}

// signsWith makes key the one that the system signs with.
func (n *node) signsWith(t *testing.T, key PrivateKey) {
	u, err := url.Parse(n.url)
	require.NoError(t, err)
	n.key, n.signer = key, &Signer{Key: key, Authority: Authority(u), Now: n.now}
	n.client = NewClient(ClientConfig{HTTP: outbound(), Signer: n.signer, Wait: time.Millisecond, Now: n.now, Partner: func(ctx context.Context, id collab.SystemID) (p collab.Partner, err error) {
		err = store.Collab(n.db.For(string(n.ID))).View(ctx, func(ctx context.Context, v collab.View) error {
			p, err = v.Partners.Partner(ctx, id)
			return err
		})
		return p, err
	}})
	if n.Side != nil {
		n.handler = n.serving()
	}
}

func (n *node) serving() http.Handler {
	return NewHandler(HandlerConfig{Peer: n.Collab.Inbound(), Pairer: n.Collab.InboundPairer(), Places: n.Locations.Inbound(), Partner: n.Collab.PartnerByKey, Signer: n.signer, Now: n.now})
}

func (n *node) public() collab.PartnerKey {
	return collab.PartnerKey{ID: collab.KeyID(n.key.ID()), Public: n.key.Public()}
}

// strangers is two systems that know nothing of each other; their modules are on.
func strangers(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{t: t, ctx: t.Context(), alder: newNode(t, collabtest.Alder), birch: newNode(t, collabtest.Birch)}
	nodes := map[collab.SystemID]*node{collabtest.Alder: w.alder, collabtest.Birch: w.birch}
	var err error
	w.Pair, err = collabtest.NewPair(w.ctx, w.alder.db, w.birch.db, collabtest.Options{
		Collab: func(id collab.SystemID, cfg *collab.Config) {
			n := nodes[id]
			cfg.Peer, cfg.Pairer, cfg.URL, cfg.Key, cfg.Now, cfg.Name = n.client, n.client, n.url, n.public(), n.now, "System "+string(id)
		},
		Locations: func(id collab.SystemID, cfg *locations.Config) {
			cfg.Peer, cfg.Now = nodes[id].client.Places(), nodes[id].now
		},
	})
	require.NoError(t, err)
	w.alder.Side, w.birch.Side = w.Alder, w.Birch
	for _, n := range nodes {
		n.handler = n.serving()
		require.NoError(t, n.Collab.SetModule(w.ctx, n.Admin, true))
	}
	return w
}

// partners is two systems that are registered with each other, with Northwind at alder.
func partners(t *testing.T) *world {
	t.Helper()
	w := strangers(t)
	w.register(w.alder, w.birch)
	w.register(w.birch, w.alder)
	require.NoError(t, collabtest.SeedNorthwind(w.ctx, w.Alder))
	return w
}

// register enters other at n.
func (w *world) register(n, other *node) {
	w.t.Helper()
	_, err := n.Collab.Register(w.ctx, n.Admin, collab.Partner{ID: other.ID, Name: string(other.ID), URL: other.url, Keys: []collab.PartnerKey{other.public()}})
	require.NoError(w.t, err)
}

func (w *world) drain() {
	w.t.Helper()
	require.NoError(w.t, w.Drain(w.ctx))
}

// proposal is alder's usual offer of Dine-In to birch.
func (w *world) proposal() collab.Proposal {
	terms := w.Alder.Collab.DefaultTerms()
	terms.Rules, terms.CopyLocations = true, true
	return collab.Proposal{Partner: collabtest.Birch, Client: collabtest.Northwind, Survey: collabtest.DineIn, Target: collab.TargetNewClient, Terms: terms}
}

func (w *world) proposed() collab.ProjectID {
	w.t.Helper()
	p, err := w.Alder.Collab.Propose(w.ctx, w.Alder.Staff, w.proposal())
	require.NoError(w.t, err)
	w.drain()
	return p.ID
}

// accepted is a project that birch accepted, sharing its progress; birch has jobs 501 to 508.
func (w *world) accepted() collab.ProjectID {
	w.t.Helper()
	id := w.proposed()
	_, err := w.Birch.Collab.Accept(w.ctx, w.Birch.Staff, id, collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
	require.NoError(w.t, err)
	w.drain()
	p := w.project(w.birch, id)
	_, err = w.Birch.Collab.CreateShops(w.ctx, w.Birch.Staff, collabtest.NorthwindShops(p.Client, p.Survey))
	require.NoError(w.t, err)
	return id
}

func (w *world) view(n *node, fn func(context.Context, collab.View) error) {
	w.t.Helper()
	require.NoError(w.t, store.Collab(n.db.For(string(n.ID))).View(w.ctx, fn))
}

func (w *world) project(n *node, id collab.ProjectID) (p collab.Project) {
	w.t.Helper()
	w.view(n, func(ctx context.Context, v collab.View) (err error) {
		p, err = v.Projects.Project(ctx, id)
		return err
	})
	return p
}

// history counts all that a system's history says: a write that had an effect makes it longer.
func (w *world) history(n *node) (count int) {
	w.t.Helper()
	w.view(n, func(ctx context.Context, v collab.View) error {
		entries, err := v.History.List(ctx, collab.HistoryQuery{Limit: 1000})
		count = len(entries)
		return err
	})
	return count
}

// answered is what came back for a request made by hand.
type answered struct {
	status int
	body   []byte
	signed error // why the signature of the answer does not verify
}

// problem reads the code of the problem that was answered.
func (a answered) problem(t *testing.T) wireProblem {
	t.Helper()
	var p wireProblem
	require.NoError(t, decodeStrict(a.body, &p, bodyLimits), "%s", a.body)
	return p
}

// request makes a request to birch as alder would send it, signed after the edits.
func (w *world) request(method, path string, body []byte, edits ...func(*http.Request)) *http.Request {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.ctx, method, w.birch.url+Prefix+path, bytes.NewReader(body))
	require.NoError(w.t, err)
	if isWrite(method) {
		r.Header.Set("Content-Type", jsonType)
		r.Header.Set("Idempotency-Key", rand.Text())
	}
	for _, edit := range edits {
		edit(r)
	}
	require.NoError(w.t, w.alder.signer.SignRequest(r, body))
	return r
}

// send sends a request as it stands.
func (w *world) send(r *http.Request) answered {
	w.t.Helper()
	r.RequestURI = ""
	if r.GetBody != nil {
		r.Body, _ = r.GetBody()
	}
	resp, err := outbound().Do(r)
	require.NoError(w.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	_, signed := (&Verifier{Keys: func(context.Context, string) (ed25519.PublicKey, error) { return w.birch.key.Public(), nil }, Now: w.alder.now}).VerifyResponse(resp, body, r)
	return answered{resp.StatusCode, body, signed}
}
