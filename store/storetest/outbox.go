package storetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

func outboxCases() []Case {
	return []Case{
		newCase("outbox/fields", "an enqueued message waits in the queue with all that was given, due when it says", outboxFields),
		newCase("outbox/keys", "enqueueing a key that the account has changes nothing, whatever became of the message", outboxKeys),
		newCase("outbox/keys at once", "of messages of one key enqueued at once there is one, and nobody fails", outboxRace),
		newCase("outbox/rollback", "messages are part of their transaction", outboxRollback),
		newCase("outbox/order", "ids grow in the order of writing within an account", outboxOrder),
		newCase("outbox/copies", "payloads share no memory with the store", outboxCopies),
		newCase("queue/list", "a list selects by account, state and id, ordered by id, up to its limit", queueList),
	}
}

// message is due at day, in its own stream unless one is given.
func message(key string, stream ...string) collab.Message {
	m := collab.Message{Key: key, Stream: "stream of " + key, Kind: "kind", Payload: []byte("payload of " + key), Due: day}
	if len(stream) > 0 {
		m.Stream = stream[0]
	}
	return m
}

func (p *probe) enqueue(account string, messages ...collab.Message) {
	p.write("enqueue", account, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Outbox.Enqueue(ctx, messages) })
}

func (p *probe) messages(q store.MessageQuery) []store.Message {
	ms, err := p.db.Messages().List(p.ctx, q)
	p.ok("list messages", err)
	return ms
}

// message returns the message of a key, as it stands.
func (p *probe) message(account, key string) store.Message {
	for _, m := range p.messages(store.MessageQuery{Account: account}) {
		if m.Key == key {
			return m
		}
	}
	p.failf("there is no message %s of %s", key, account)
	return store.Message{}
}

var (
	messageKeys = ids(func(m store.Message) string { return m.Key })
	keysOf      = func(ms []store.Message) []string { keys, _ := messageKeys(ms, nil); return keys }
)

func outboxFields(p *probe) {
	c, l := filled[collab.Message](seedA), filled[locations.Message](seedB)
	p.write("enqueue", alder, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(tx.Collab.Outbox.Enqueue(ctx, []collab.Message{c}), tx.Locations.Outbox.Enqueue(ctx, []locations.Message{l}), tx.Collab.Outbox.Enqueue(ctx, nil))
	})
	got := p.messages(store.MessageQuery{})
	want := []store.Message{
		{Account: alder, Domain: store.DomainCollab, Key: c.Key, Stream: c.Stream, Kind: c.Kind, Payload: c.Payload, State: store.MessageWaiting, NextAt: c.Due, CreatedAt: c.Due},
		{Account: alder, Domain: store.DomainLocations, Key: l.Key, Stream: l.Stream, Kind: l.Kind, Payload: l.Payload, State: store.MessageWaiting, NextAt: l.Due, CreatedAt: l.Due},
	}
	for i := range got {
		if got[i].ID <= 0 {
			p.failf("message id %d is not positive", got[i].ID)
		}
		got[i].ID = 0
	}
	p.equal("messages", got, want)
}

func outboxKeys(p *probe) {
	p.enqueue(alder, message("a"), message("b"))
	before := p.messages(store.MessageQuery{})
	changed := collab.Message{Key: "a", Stream: "other", Kind: "other", Payload: []byte("other"), Due: at(5)}
	p.enqueue(alder, changed)
	p.write("enqueue from another domain", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Locations.Outbox.Enqueue(ctx, []locations.Message{locations.Message(changed)})
	})
	p.equal("messages after enqueueing the key again", p.messages(store.MessageQuery{}), before)
	p.enqueue(alder, message("c"), message("c"), changed, message("d"))
	p.equal("messages after enqueueing a key twice in a call", keysOf(p.messages(store.MessageQuery{})), []string{"a", "b", "c", "d"})
	p.enqueue(birch, changed)
	p.equal("the key in another account", p.message(birch, "a").Kind, "other")
	p.settled("a", store.MessageDone)
	p.settled("b", store.MessageParked)
	p.enqueue(alder, message("a"), message("b"))
	p.equal("a done message, enqueued again", p.message(alder, "a").State, store.MessageDone)
	p.equal("a parked message, enqueued again", p.message(alder, "b").State, store.MessageParked)
}

func outboxRace(p *probe) {
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			m := message("k", fmt.Sprint("stream", i))
			p.ok("enqueue at once", p.db.For(alder).Update(p.ctx, func(ctx context.Context, tx store.Tx) error {
				return tx.Collab.Outbox.Enqueue(ctx, []collab.Message{m})
			}))
		})
	}
	wg.Wait()
	p.equal("messages", keysOf(p.messages(store.MessageQuery{})), []string{"k"})
}

func outboxRollback(p *probe) {
	stop := errors.New("stop")
	p.refused("closure that fails after enqueueing", alder, stop, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(tx.Collab.Outbox.Enqueue(ctx, []collab.Message{message("a")}), stop)
	})
	p.equal("messages after a rollback", len(p.messages(store.MessageQuery{})), 0)
	p.enqueue(alder, message("a"))
	p.equal("the key after its rollback", keysOf(p.messages(store.MessageQuery{})), []string{"a"})
}

func outboxOrder(p *probe) {
	p.enqueue(alder, message("z"), message("y"))
	p.enqueue(birch, message("foreign"))
	p.write("both domains", alder, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(
			tx.Locations.Outbox.Enqueue(ctx, []locations.Message{{Key: "x", Due: at(-9)}}),
			tx.Collab.Outbox.Enqueue(ctx, []collab.Message{message("w")}),
			tx.Locations.Outbox.Enqueue(ctx, []locations.Message{{Key: "v", Due: day}}))
	})
	p.enqueue(alder, message("a"))
	ms := p.messages(store.MessageQuery{Account: alder})
	p.equal("keys by id", keysOf(ms), []string{"z", "y", "x", "w", "v", "a"})
	for i := 1; i < len(ms); i++ {
		if ms[i].ID <= ms[i-1].ID {
			p.failf("id %d of %s does not follow id %d of %s", ms[i].ID, ms[i].Key, ms[i-1].ID, ms[i-1].Key)
		}
	}
}

func outboxCopies(p *probe) {
	m := message("a")
	p.write("enqueue", alder, func(ctx context.Context, tx store.Tx) error {
		err := tx.Collab.Outbox.Enqueue(ctx, []collab.Message{m})
		scribble(&m)
		return err
	})
	expect := func(when string) {
		ms := p.messages(store.MessageQuery{})
		for _, m := range ms {
			p.equal("payload "+when, string(m.Payload), "payload of a")
		}
		scribble(ms)
	}
	expect("after the caller changed what it enqueued")
	expect("after the caller changed what it listed")
	scribble(p.lease("h", 0, 60, 1))
	expect("after the caller changed what it leased")
	again, err := p.db.Messages().LeaseOne(p.ctx, p.message(alder, "a").ID, "h", at(60), at(120))
	p.ok("LeaseOne", err)
	scribble(&again)
	expect("after the caller changed what it leased alone")
}

func queueList(p *probe) {
	p.enqueue(alder, message("a"), message("b"), message("c"))
	p.enqueue(birch, message("d"))
	p.enqueue(alder, message("e"))
	p.settled("b", store.MessageDone)
	p.settled("c", store.MessageParked)
	a, d, e := p.message(alder, "a").ID, p.message(birch, "d").ID, p.message(alder, "e").ID
	p.equal("ids of two accounts", a < d, true)
	for _, c := range []struct {
		what string
		q    store.MessageQuery
		want []string
	}{
		{"all", store.MessageQuery{}, []string{"a", "b", "c", "d", "e"}},
		{"account", store.MessageQuery{Account: alder}, []string{"a", "b", "c", "e"}},
		{"unknown account", store.MessageQuery{Account: cedar}, nil},
		{"waiting", store.MessageQuery{State: store.MessageWaiting}, []string{"a", "d", "e"}},
		{"done", store.MessageQuery{State: store.MessageDone}, []string{"b"}},
		{"after", store.MessageQuery{After: a}, []string{"b", "c", "d", "e"}},
		{"limit", store.MessageQuery{Limit: 2}, []string{"a", "b"}},
		{"before", store.MessageQuery{Before: e}, []string{"d", "c", "b", "a"}},
		{"before, newest", store.MessageQuery{Before: math.MaxInt64, Limit: 2}, []string{"e", "d"}},
		{"before and after", store.MessageQuery{After: a, Before: e, Limit: 2}, []string{"d", "c"}},
		{"before, of an account in a state", store.MessageQuery{Account: alder, State: store.MessageWaiting, Before: math.MaxInt64}, []string{"e", "a"}},
		{"all together", store.MessageQuery{Account: alder, State: store.MessageWaiting, After: a, Limit: 1}, []string{"e"}},
	} {
		p.equal(c.what, keysOf(p.messages(c.q)), c.want)
	}
}
