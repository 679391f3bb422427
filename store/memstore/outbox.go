package memstore

import (
	"bytes"
	"context"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// outbox writes the messages of one account.
type outbox struct {
	s       *state
	account string
}

// add writes a message unless the account has one of that key.
func (o outbox) add(domain, id, stream, kind string, payload []byte, due time.Time) {
	k := keyOf(o.account, id)
	if o.s.messageKeys.get(k) != nil {
		return
	}
	o.s.messageKeys.put(k, struct{}{})
	o.s.lastMessage++
	o.s.save(store.Message{ID: o.s.lastMessage, Account: o.account, Domain: domain, Key: id, Stream: stream, Kind: kind,
		Payload: bytes.Clone(payload), State: store.MessageWaiting, NextAt: due, CreatedAt: due})
}

// save writes a message back, and whether it is open.
func (s *state) save(m store.Message) {
	k := key{number(m.ID)}
	s.messages.put(k, m)
	if m.State == store.MessageWaiting || m.State == store.MessageLeased {
		s.open.put(k, struct{}{})
	} else {
		s.open.remove(k)
	}
}

type collabOutbox struct{ outbox }

var _ collab.Outbox = collabOutbox{}

func (o collabOutbox) Enqueue(_ context.Context, messages []collab.Message) error {
	for _, m := range messages {
		o.add(store.DomainCollab, m.Key, m.Stream, m.Kind, m.Payload, m.Due)
	}
	return nil
}

type locationsOutbox struct{ outbox }

var _ locations.Outbox = locationsOutbox{}

func (o locationsOutbox) Enqueue(_ context.Context, messages []locations.Message) error {
	for _, m := range messages {
		o.add(store.DomainLocations, m.Key, m.Stream, m.Kind, m.Payload, m.Due)
	}
	return nil
}
