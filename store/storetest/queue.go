package storetest

import (
	"sync"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
)

func queueCases() []Case {
	return []Case{
		newCase("queue/lease", "a lease counts the attempt, raises the token and names the holder and the end", leaseFields),
		newCase("queue/due", "a message is leased when it is due, and not before", leaseDue),
		newCase("queue/limit", "the oldest messages are leased first, up to the limit", leaseLimit),
		newCase("queue/streams", "of a stream only the oldest open message is leased; streams and accounts do not wait for each other", leaseStreams),
		newCase("queue/retry blocks its stream", "a message that waits for another try holds back those behind it", retryBlocks),
		newCase("queue/parked steps aside", "a parked message does not hold back those behind it", parkedStepsAside),
		newCase("queue/lease one", "one message is leased by id under the same rules, or the lease is lost", leaseOne),
		newCase("queue/at once", "of many who lease at once each message goes to one", leaseRace),
		newCase("queue/next", "Next is when the next message can be leased", queueNext),
	}
}

// lease takes messages at a time until a time, both in seconds from day.
func (p *probe) lease(holder string, now, until, limit int) []store.Message {
	ms, err := p.db.Messages().Lease(p.ctx, holder, at(now), at(until), limit)
	p.ok("lease", err)
	return ms
}

// settle ends the lease of a message that was leased.
func (p *probe) settle(m store.Message, s store.Settlement) {
	p.ok("settle "+m.Key, p.db.Messages().Settle(p.ctx, m.ID, m.Token, s))
}

// settled leases alder's message of a key and settles it.
func (p *probe) settled(key string, state store.MessageState) {
	m, err := p.db.Messages().LeaseOne(p.ctx, p.message(alder, key).ID, "settler", at(0), at(60))
	if p.ok("lease "+key, err) {
		p.settle(m, store.Settlement{State: state, Reason: "why", NextAt: at(30), At: at(1)})
	}
}

func leaseFields(p *probe) {
	p.enqueue(alder, message("a"))
	want := p.message(alder, "a")
	got := p.lease("holder", 1, 61, 10)
	want.State, want.Attempts, want.Holder, want.Token, want.LeasedUntil = store.MessageLeased, 1, "holder", 1, at(61)
	if len(got) == 1 {
		if got[0].Token <= 0 {
			p.failf("token %d is not positive", got[0].Token)
		}
		want.Token = got[0].Token
	}
	p.equal("leased", got, []store.Message{want})
	p.equal("as listed", p.message(alder, "a"), want)
	p.equal("leased by another while the lease runs", p.lease("other", 2, 62, 10), []store.Message(nil))
	p.equal("leased by its holder while the lease runs", p.lease("holder", 60, 120, 10), []store.Message(nil))
	again := p.lease("other", 61, 121, 10)
	if len(again) != 1 || again[0].Token <= want.Token {
		p.failf("leased when the lease has run out: %+v, want the message under a greater token than %d", again, want.Token)
		return
	}
	want.Attempts, want.Holder, want.Token, want.LeasedUntil = 2, "other", again[0].Token, at(121)
	p.equal("leased when the lease has run out", again[0], want)
}

func leaseDue(p *probe) {
	m := message("a")
	m.Due = at(10)
	p.enqueue(alder, m)
	p.equal("a microsecond early", keysOf(must(p.db.Messages().Lease(p.ctx, "h", at(10).Add(-time.Microsecond), at(60), 10))), []string(nil))
	p.equal("in time", keysOf(p.lease("h", 10, 60, 10)), []string{"a"})
}

// must drops an error that shows in the value.
func must(ms []store.Message, err error) []store.Message {
	if err != nil {
		return []store.Message{{Key: err.Error()}}
	}
	return ms
}

func leaseLimit(p *probe) {
	p.enqueue(alder, message("z"), message("y"))
	p.enqueue(birch, message("x"))
	p.enqueue(alder, message("w"), message("v"))
	p.equal("limit 0", keysOf(p.lease("h", 0, 60, 0)), []string(nil))
	p.equal("limit 3", keysOf(p.lease("h", 0, 60, 3)), []string{"z", "y", "x"})
	p.equal("the rest", keysOf(p.lease("h", 0, 60, 3)), []string{"w", "v"})
	p.equal("nothing left", keysOf(p.lease("h", 0, 60, 3)), []string(nil))
}

func leaseStreams(p *probe) {
	p.enqueue(alder, message("a1", "a"), message("a2", "a"), message("b1", "b"), message("a3", "a"), message("b2", "b"))
	p.enqueue(birch, message("c1", "a"))
	first := p.lease("h", 0, 60, 10)
	p.equal("first of each stream", keysOf(first), []string{"a1", "b1", "c1"})
	p.equal("while they are leased", keysOf(p.lease("h", 0, 60, 10)), []string(nil))
	for _, m := range first {
		if m.Key == "a1" {
			p.settle(m, store.Settlement{State: store.MessageDone, At: at(1)})
		}
	}
	p.equal("once the first of one is done", keysOf(p.lease("h", 1, 60, 10)), []string{"a2"})
	late := p.lease("h", 60, 120, 10)
	p.equal("once the leases have run out", keysOf(late), []string{"a2", "b1", "c1"})
}

func retryBlocks(p *probe) {
	p.enqueue(alder, message("a1", "a"), message("a2", "a"))
	for _, m := range p.lease("h", 0, 60, 10) {
		p.settle(m, store.Settlement{State: store.MessageWaiting, NextAt: at(100), Reason: "peer is down", At: at(1)})
	}
	m := p.message(alder, "a1")
	p.equal("state", m.State, store.MessageWaiting)
	p.equal("reason", m.Reason, "peer is down")
	p.equal("attempts", m.Attempts, 1)
	p.equal("next try", m.NextAt, at(100))
	p.equal("settled", m.SettledAt, time.Time{})
	p.equal("before the next try", keysOf(p.lease("h", 99, 160, 10)), []string(nil))
	p.equal("at the next try", keysOf(p.lease("h", 100, 160, 10)), []string{"a1"})
	p.equal("attempts", p.message(alder, "a1").Attempts, 2)
}

func parkedStepsAside(p *probe) {
	p.enqueue(alder, message("a1", "a"), message("a2", "a"))
	p.settled("a1", store.MessageParked)
	p.equal("behind the parked one", keysOf(p.lease("h", 0, 60, 10)), []string{"a2"})
	p.equal("long after", keysOf(p.lease("h", 9999, 10000, 10)), []string{"a2"})
}

func leaseOne(p *probe) {
	later := message("later")
	later.Due = at(10)
	p.enqueue(alder, message("a1", "a"), message("a2", "a"), later, message("done"), message("parked"))
	p.settled("done", store.MessageDone)
	p.settled("parked", store.MessageParked)
	q := p.db.Messages()
	lost := func(what string, id int64, now int) {
		_, err := q.LeaseOne(p.ctx, id, "h", at(now), at(now+60))
		p.is(what, err, store.ErrLeaseLost)
	}
	all := p.messages(store.MessageQuery{})
	lost("unknown", all[len(all)-1].ID+1000, 0)
	lost("behind another", p.message(alder, "a2").ID, 0)
	lost("not due", p.message(alder, "later").ID, 9)
	lost("done", p.message(alder, "done").ID, 9)
	lost("parked", p.message(alder, "parked").ID, 9)
	p.equal("after what could not be leased", p.messages(store.MessageQuery{}), all)
	m, err := q.LeaseOne(p.ctx, p.message(alder, "a1").ID, "h", at(0), at(60))
	p.ok("lease", err)
	p.equal("leased", m, p.message(alder, "a1"))
	p.equal("state", m.State, store.MessageLeased)
	p.equal("attempts", m.Attempts, 1)
	lost("leased already", m.ID, 59)
	again, err := q.LeaseOne(p.ctx, m.ID, "other", at(60), at(120))
	p.ok("lease that has run out", err)
	p.equal("a greater token", again.Token > m.Token, true)
	p.equal("the others", keysOf(p.lease("h", 60, 120, 10)), []string{"later"})
}

func leaseRace(p *probe) {
	const messages, couriers = 40, 4
	for i := range messages {
		p.enqueue(alder, message(string(rune('A'+i))))
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	got := map[string]int{}
	for range couriers {
		wg.Go(func() {
			for {
				ms, err := p.db.Messages().Lease(p.ctx, "h", at(0), at(60), 3)
				if !p.ok("lease at once", err) || len(ms) == 0 {
					return
				}
				mu.Lock()
				for _, m := range ms {
					got[m.Key]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	p.equal("messages leased", len(got), messages)
	for k, n := range got {
		if n != 1 {
			p.failf("message %s was leased %d times", k, n)
		}
	}
}

func queueNext(p *probe) {
	next := func(when string, want time.Time) {
		got, err := p.db.Messages().Next(p.ctx)
		p.ok("Next", err)
		p.equal(when, got, want)
	}
	next("empty", time.Time{})
	a, a2, b := message("a", "a"), message("a2", "a"), message("b", "b")
	a.Due, a2.Due, b.Due = at(30), at(10), at(50)
	p.enqueue(alder, a, a2)
	p.enqueue(birch, b)
	next("the first of a stream, not an earlier one behind it", at(30))
	got := p.lease("h", 30, 40, 10)
	p.equal("leased at the time of Next", keysOf(got), []string{"a"})
	next("the end of a lease", at(40))
	for _, m := range got {
		p.settle(m, store.Settlement{State: store.MessageWaiting, NextAt: at(45), At: at(31)})
	}
	next("the next try", at(45))
	got = p.lease("h", 45, 60, 10)
	p.equal("leased at the time of Next", keysOf(got), []string{"a"})
	next("another stream", at(50))
	for _, m := range got {
		p.settle(m, store.Settlement{State: store.MessageParked, At: at(46)})
	}
	next("behind a parked one", at(10))
	for _, m := range p.lease("h", 50, 60, 10) {
		p.settle(m, store.Settlement{State: store.MessageDone, At: at(51)})
	}
	next("everything settled", time.Time{})
	var always collab.Message // due at the zero time
	always.Key, always.Stream = "always", "c"
	b.Key, b.Stream = "b2", "d"
	p.enqueue(alder, always, b)
	next("due at the zero time", time.Time{})
}
