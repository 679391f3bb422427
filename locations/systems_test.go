package locations_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

// The project, the parties and the two sets of the tests.
const (
	project locations.ProjectID = "P1"
	alderID                     = "alder"
	birchID                     = "birch"
	ours    locations.SetID     = "northwind"
	theirs  locations.SetID     = "northwind at birch"
)

// shares is a host's own answer to the role: what this system's projects say, changeable at any time.
type shares struct {
	mu   sync.Mutex
	list []locations.Share
}

func (s *shares) Share(_ context.Context, id locations.ProjectID) (locations.Share, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sh := range s.list {
		if sh.Project == id {
			return sh, nil
		}
	}
	return locations.Share{}, locations.ErrNotFound
}

func (s *shares) Locks(_ context.Context, set locations.SetID) ([]locations.ProjectID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []locations.ProjectID
	for _, sh := range s.list {
		if sh.Set == set && sh.Live && sh.Locked && !sh.Owner {
			out = append(out, sh.Project)
		}
	}
	return out, nil
}

func (s *shares) change(fn func(*locations.Share)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.list {
		fn(&s.list[i])
	}
}

// hostStore is a store whose Shares role is the host's, and whose n-th Update from now fails when that is asked for.
type hostStore struct {
	locations.Store
	shares *shares
	mu     sync.Mutex
	fail   int    // counts down; the Update at which it reaches 0 fails
	after  bool   // fail after the commit, as when the answer of a database is lost
	before func() // runs ahead of each Update
}

var errBroken = errors.New("broken on purpose")

func (h *hostStore) View(ctx context.Context, fn func(context.Context, locations.View) error) error {
	return h.Store.View(ctx, func(ctx context.Context, v locations.View) error {
		v.Shares = h.shares
		return fn(ctx, v)
	})
}

func (h *hostStore) Update(ctx context.Context, fn func(context.Context, locations.Tx) error) error {
	h.mu.Lock()
	h.fail--
	broken := h.fail == 0
	h.mu.Unlock()
	if h.before != nil {
		h.before()
	}
	if broken && !h.after {
		return errBroken
	}
	err := h.Store.Update(ctx, func(ctx context.Context, tx locations.Tx) error {
		tx.Shares = h.shares
		return fn(ctx, tx)
	})
	if err == nil && broken {
		return errBroken
	}
	return err
}

// wire carries calls from one system to the other's inbound half, as a transport would: it fills digest and nonce.
type wire struct {
	self  locations.PartnerID
	to    func(other locations.PartnerID) locations.Peer
	mu    sync.Mutex
	calls map[string]int
	fail  int // counts down; the call at which it reaches 0 fails
	after bool
	nonce int
	// before runs ahead of each call.
	before func(name string)
}

func carry[T any](w *wire, name string, fn func() (T, error)) (T, error) {
	w.mu.Lock()
	w.calls[name]++
	w.fail--
	broken, after := w.fail == 0, w.after
	w.mu.Unlock()
	if w.before != nil {
		w.before(name)
	}
	var zero T
	if broken && !after {
		return zero, errBroken
	}
	v, err := fn()
	if err == nil && broken {
		return zero, errBroken
	}
	return v, err
}

func (w *wire) sign(call locations.Call, payload any) locations.Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nonce++
	call.Digest = fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%+v", payload)))
	call.Nonce = fmt.Sprintf("%s-%d", w.self, w.nonce)
	call.Expires = start.Add(time.Hour)
	return call
}

func (w *wire) Look(ctx context.Context, other locations.PartnerID, p locations.ProjectID, parents []locations.Key) (locations.Look, error) {
	return carry(w, "look", func() (locations.Look, error) { return w.to(other).Look(ctx, w.self, p, parents) })
}

func (w *wire) Nodes(ctx context.Context, other locations.PartnerID, p locations.ProjectID, keys []locations.Key) ([]locations.Stored, error) {
	return carry(w, "nodes", func() ([]locations.Stored, error) { return w.to(other).Nodes(ctx, w.self, p, keys) })
}

func (w *wire) Stage(ctx context.Context, other locations.PartnerID, call locations.Call, page locations.PushPage) error {
	_, err := carry(w, "stage", func() (struct{}, error) {
		return struct{}{}, w.to(other).Stage(ctx, w.self, w.sign(call, page), page)
	})
	return err
}

func (w *wire) Commit(ctx context.Context, other locations.PartnerID, call locations.Call, c locations.PushCommit) (locations.PushReceipt, error) {
	return carry(w, "commit", func() (locations.PushReceipt, error) { return w.to(other).Commit(ctx, w.self, w.sign(call, c), c) })
}

var start = time.Date(2025, 9, 1, 8, 0, 0, 123456789, time.UTC)

// system is one of two that exchange a set.
type system struct {
	*locations.Service
	actor  locations.Actor
	shares *shares
	store  *hostStore
	db     *memstore.DB
}

func newSystem(account string, peer locations.Peer, rules locations.Rules, list ...locations.Share) *system {
	db := memstore.New(memstore.Config{})
	s := &system{
		actor: locations.Actor{Name: "ann", System: locations.Account(account)}, shares: &shares{list: list}, db: db,
	}
	s.store = &hostStore{Store: store.Locations(db.For(account)), shares: s.shares}
	s.Service = locations.NewService(s.store, locations.Config{Peer: peer, Rules: rules, Now: func() time.Time { return start }})
	return s
}

// pair makes alder, who owns the set, and birch, who has the copy.
func pair() (alder, birch *system, line *wire) {
	line = &wire{self: alderID, calls: map[string]int{}}
	alder = newSystem(alderID, line, locations.Rules{}, locations.Share{
		Project: project, Partner: birchID, Set: ours, Owner: true, Live: true, Locked: true, State: "accepted",
	})
	birch = newSystem(birchID, nil, locations.Rules{}, locations.Share{
		Project: project, Partner: alderID, Set: theirs, Live: true, Locked: true, State: "accepted",
	})
	line.to = func(locations.PartnerID) locations.Peer { return birch.Inbound() }
	return alder, birch, line
}

// northwind is the client of the acceptance scenarios: six stores in districts and regions.
func northwind() []locations.Node {
	level := func(l locations.Level, parent locations.Key, name string) locations.Node {
		return locations.Node{Key: parent + "/" + locations.Key(name), Parent: parent, Level: l, Name: name}
	}
	store := func(key, parent locations.Key, name string) locations.Node {
		return locations.Node{Key: key, Parent: parent, Level: 1, Name: name, Place: locations.Place{Address1: "1 " + name, Country: "US"}}
	}
	return []locations.Node{
		level(3, "", "West"), level(3, "", "Midwest"),
		level(2, "/West", "Seattle N"), level(2, "/West", "Portland"),
		level(2, "/Midwest", "Chicago"), level(2, "/Midwest", "Twin Cities"),
		store("1001", "/West/Seattle N", "Pike Place"), store("1002", "/West/Seattle N", "Capitol Hill"),
		store("1003", "/West/Portland", "Pearl St"), store("2001", "/Midwest/Chicago", "Lake Shore"),
		store("2002", "/Midwest/Chicago", "Wicker Park"), store("3001", "/Midwest/Twin Cities", "St. Paul Main"),
	}
}

// synced is pair with northwind loaded at alder and copied to birch.
func synced(t *testing.T) (alder, birch *system, line *wire) {
	t.Helper()
	alder, birch, line = pair()
	_, err := alder.Load(t.Context(), alder.actor, ours, northwind(), locations.LoadOptions{})
	require.NoError(t, err)
	require.NoError(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)))
	require.Equal(t, alder.head(t, ours).Root, birch.head(t, theirs).Root)
	clear(line.calls)
	return alder, birch, line
}

func (s *system) head(t *testing.T, set locations.SetID) locations.Head {
	t.Helper()
	h, err := s.Head(t.Context(), set)
	require.NoError(t, err)
	return h
}

func (s *system) all(t *testing.T, set locations.SetID) []locations.Stored {
	t.Helper()
	var out []locations.Stored
	for {
		var after locations.Key
		if len(out) > 0 {
			after = out[len(out)-1].Key
		}
		page, err := s.List(t.Context(), set, after, 1000)
		require.NoError(t, err)
		if len(page) == 0 {
			return out
		}
		out = append(out, page...)
	}
}

func (s *system) edit(t *testing.T, set locations.SetID, edits ...locations.Edit) locations.Head {
	t.Helper()
	h, err := s.Edit(t.Context(), s.actor, set, s.head(t, set).Revision, edits...)
	require.NoError(t, err)
	return h
}

func (s *system) compare(t *testing.T) locations.Comparison {
	t.Helper()
	c, err := s.Compare(t.Context(), s.actor, project)
	require.NoError(t, err)
	return c
}

// kinds lists a comparison as "key kind fields".
func kinds(c locations.Comparison) []string {
	var out []string
	for _, ch := range c.Diff.Changes {
		line := string(ch.Key) + " " + ch.Kind.String()
		if ch.Fields != 0 {
			line += " " + ch.Fields.String()
		}
		out = append(out, line)
	}
	return out
}
