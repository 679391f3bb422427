package collabtest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// Names of the two systems of a Pair.
const (
	Alder collab.SystemID = "alder" // the Primary
	Birch collab.SystemID = "birch" // the Secondary
)

// Side is one system of a Pair.
type Side struct {
	System
	ID    collab.SystemID
	DB    store.DB
	Staff collab.Actor
	Admin collab.Actor // an operator
	Keys  locations.Actor
}

// Pair is two systems, each on its own store, joined by a Network. With Options.Paired they are registered with each
// other and their modules are on.
type Pair struct {
	Net          *Network
	Alder, Birch *Side
}

// Options adjust a Pair. The zero Options leave the two unpaired, as newly installed.
type Options struct {
	Collab    func(id collab.SystemID, cfg *collab.Config)    // may change each system's configuration
	Locations func(id collab.SystemID, cfg *locations.Config) // likewise
	Paired    bool                                            // register each with the other, modules on; false: nobody is registered, modules off
}

// NewPair joins two systems over the given stores, which may be one. Most tests want Options{Paired: true}.
func NewPair(ctx context.Context, alder, birch store.DB, o Options) (*Pair, error) {
	p := &Pair{Net: &Network{Systems: map[collab.SystemID]System{}}}
	p.Alder, p.Birch = p.side(Alder, alder, o), p.side(Birch, birch, o)
	if !o.Paired {
		return p, nil
	}
	return p, errors.Join(p.Alder.meet(ctx, Birch), p.Birch.meet(ctx, Alder))
}

// meet switches the module on and registers the other system.
func (s *Side) meet(ctx context.Context, other collab.SystemID) error {
	if err := s.Collab.SetModule(ctx, s.Admin, true); err != nil {
		return err
	}
	_, err := s.Collab.Register(ctx, s.Admin, PartnerOf(other))
	return err
}

// PartnerOf is a system of a Network as its partners register it.
func PartnerOf(id collab.SystemID) collab.Partner {
	key := make([]byte, 32)
	copy(key, id)
	return collab.Partner{ID: id, Name: "System " + string(id), URL: URL(id), Keys: []collab.PartnerKey{{ID: collab.KeyID("key-" + string(id)), Public: key}}}
}

func (p *Pair) side(id collab.SystemID, db store.DB, o Options) *Side {
	scoped := db.For(string(id))
	cc := collab.Config{Peer: p.Net.Peer(id), Pairer: p.Net.Peer(id), URL: URL(id), Key: PartnerOf(id).Keys[0]}
	lc := locations.Config{Peer: p.Net.Places(id)}
	if o.Collab != nil {
		o.Collab(id, &cc)
	}
	if o.Locations != nil {
		o.Locations(id, &lc)
	}
	s := &Side{
		ID: id, DB: db,
		Staff: collab.Actor{Name: "sam@" + string(id), System: id},
		Admin: collab.Actor{Name: "olga@" + string(id), System: id, Operator: true},
		Keys:  locations.Actor{Name: "sam@" + string(id), System: locations.Account(id)},
	}
	s.Collab = collab.NewService(id, store.Collab(scoped), cc)
	s.Locations = locations.NewService(store.Locations(scoped), lc)
	p.Net.Systems[id] = s.System
	return s
}

// Drain delivers the messages of both systems until none can be delivered, and returns what failed on the way. A message that
// fails stays waiting for the next Drain; one that cannot succeed is parked.
func (p *Pair) Drain(ctx context.Context) error {
	var failed []error
	queues := []store.Queue{p.Alder.DB.Messages()}
	if p.Birch.DB != p.Alder.DB {
		queues = append(queues, p.Birch.DB.Messages())
	}
	for again := true; again; {
		again = false
		for _, q := range queues {
			for {
				now := time.Now().UTC().Add(time.Hour)
				ms, err := q.Lease(ctx, "drain", now, now.Add(time.Hour), 1)
				if err != nil {
					return errors.Join(append(failed, err)...)
				}
				if len(ms) == 0 {
					break
				}
				again = true
				if err := p.deliver(ctx, q, ms[0], now); err != nil {
					failed = append(failed, err)
				}
			}
		}
	}
	return errors.Join(failed...)
}

func (p *Pair) deliver(ctx context.Context, q store.Queue, m store.Message, now time.Time) error {
	s := p.Net.Systems[collab.SystemID(m.Account)]
	var err error
	switch m.Domain {
	case store.DomainCollab:
		err = s.Collab.Deliver(ctx, collab.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload})
	case store.DomainLocations:
		err = s.Locations.Deliver(ctx, locations.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload})
	default:
		err = fmt.Errorf("collabtest: message %s of domain %q", m.Key, m.Domain)
	}
	end := store.Settlement{State: store.MessageDone, At: now}
	if err != nil {
		end = store.Settlement{State: store.MessageWaiting, NextAt: now.Add(time.Minute), Reason: err.Error(), At: now}
		var permanent interface{ Permanent() bool }
		if errors.As(err, &permanent) && permanent.Permanent() {
			end = store.Settlement{State: store.MessageParked, Reason: err.Error(), At: now}
		}
		err = fmt.Errorf("%s: deliver %s: %w", m.Account, m.Key, err)
	}
	return errors.Join(err, q.Settle(ctx, m.ID, m.Token, end))
}
