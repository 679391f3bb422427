package storetest

import (
	"time"

	"github.com/mspkit/mspkit/store"
)

func leaseCases() []Case {
	return []Case{
		newCase("queue/settle", "settling ends the lease, once, and records when and why", settleFields),
		newCase("queue/settle as", "a lease ends with done, parked or waiting, and with no other state", settleAs),
		newCase("queue/fencing", "another token than the present one settles nothing", settleFenced),
		newCase("queue/free", "what a holder leases is freed without counting the attempt; its old tokens are void", freeHolder),
		newCase("queue/replay", "a parked message of the account waits anew, at its place in the stream; others cannot be replayed", replayParked),
	}
}

func settleFields(p *probe) {
	p.enqueue(alder, message("done"), message("parked"))
	for _, m := range p.lease("h", 0, 60, 10) {
		state := map[string]store.MessageState{"done": store.MessageDone, "parked": store.MessageParked}[m.Key]
		p.settle(m, store.Settlement{State: state, Reason: "why " + m.Key, At: at(7)})
		m.State, m.Reason, m.SettledAt, m.Holder, m.LeasedUntil = state, "why "+m.Key, at(7), "", time.Time{}
		p.equal(m.Key, p.message(alder, m.Key), m)
		for _, again := range []store.MessageState{store.MessageDone, store.MessageParked, store.MessageWaiting} {
			err := p.db.Messages().Settle(p.ctx, m.ID, m.Token, store.Settlement{State: again, Reason: "again", At: at(9)})
			p.is("settling "+m.Key+" again", err, store.ErrLeaseLost)
		}
		p.equal(m.Key+" after settling again", p.message(alder, m.Key), m)
	}
	p.equal("leased long after", keysOf(p.lease("h", 9999, 10000, 10)), []string(nil))
}

func settleAs(p *probe) {
	p.enqueue(alder, message("a"))
	for _, m := range p.lease("h", 0, 60, 1) {
		for _, state := range []store.MessageState{store.MessageNone, store.MessageLeased} {
			if p.db.Messages().Settle(p.ctx, m.ID, m.Token, store.Settlement{State: state, At: at(1)}) == nil {
				p.failf("a message was settled as %q", state)
			}
			p.equal("after it", p.message(alder, "a"), m)
		}
	}
}

func settleFenced(p *probe) {
	p.enqueue(alder, message("a"))
	q := p.db.Messages()
	waiting := p.message(alder, "a")
	done := store.Settlement{State: store.MessageDone, At: at(5)}
	p.is("settling what is not leased", q.Settle(p.ctx, waiting.ID, waiting.Token, done), store.ErrLeaseLost)
	p.is("settling an unknown message", q.Settle(p.ctx, waiting.ID+1000, 1, done), store.ErrLeaseLost)
	p.equal("still waiting", p.message(alder, "a"), waiting)
	first, second := p.lease("slow", 0, 10, 1), p.lease("quick", 10, 60, 1)
	if len(first) != 1 || len(second) != 1 {
		p.failf("leased %v, then %v", first, second)
		return
	}
	p.is("settling with the token before", q.Settle(p.ctx, first[0].ID, first[0].Token, done), store.ErrLeaseLost)
	p.is("settling with the token to come", q.Settle(p.ctx, first[0].ID, second[0].Token+1, done), store.ErrLeaseLost)
	p.equal("still leased", p.message(alder, "a"), second[0])
	p.settle(second[0], done)
	p.equal("settled", p.message(alder, "a").State, store.MessageDone)
}

func freeHolder(p *probe) {
	p.enqueue(alder, message("a"), message("b"))
	p.enqueue(birch, message("c"))
	p.enqueue(alder, message("d"))
	mine := p.lease("h", 0, 60, 3)
	p.equal("leased", keysOf(mine), []string{"a", "b", "c"})
	other := p.lease("other", 0, 60, 3)
	p.equal("leased by another", keysOf(other), []string{"d"})
	for _, m := range mine {
		if m.Key == "a" {
			p.settle(m, store.Settlement{State: store.MessageDone, At: at(1)})
		}
	}
	n, err := p.db.Messages().Free(p.ctx, "h", at(5))
	p.ok("free", err)
	p.equal("freed", n, 2)
	for _, m := range mine {
		if m.Key == "a" {
			continue
		}
		p.is("settling "+m.Key+" with the token before", p.db.Messages().Settle(p.ctx, m.ID, m.Token, store.Settlement{State: store.MessageDone, At: at(6)}), store.ErrLeaseLost)
		got := p.message(m.Account, m.Key)
		p.equal("token", got.Token >= m.Token, true)
		want := m
		want.State, want.Attempts, want.NextAt, want.Holder, want.LeasedUntil, want.Token = store.MessageWaiting, 0, at(5), "", time.Time{}, got.Token
		p.equal("freed "+m.Key, got, want)
	}
	p.equal("settled", p.message(alder, "a").State, store.MessageDone)
	p.equal("leased by another", []store.Message{p.message(alder, "d")}, other)
	for _, m := range p.lease("h", 5, 65, 10) {
		p.equal("attempts after freeing", m.Attempts, 1)
		for _, before := range mine {
			if before.ID == m.ID && m.Token <= before.Token {
				p.failf("message %s is leased under token %d after token %d", m.Key, m.Token, before.Token)
			}
		}
	}
	n, err = p.db.Messages().Free(p.ctx, "nobody", at(6))
	p.ok("free of nobody", err)
	p.equal("freed of nobody", n, 0)
}

func replayParked(p *probe) {
	p.enqueue(alder, message("a1", "a"), message("a2", "a"), message("waiting"), message("done"))
	p.settled("done", store.MessageDone)
	p.settled("a1", store.MessageParked)
	all := p.messages(store.MessageQuery{})
	q := p.db.Messages()
	parked := p.message(alder, "a1")
	p.is("another account", q.Replay(p.ctx, birch, parked.ID, at(20)), store.ErrLeaseLost)
	p.is("waiting", q.Replay(p.ctx, alder, p.message(alder, "waiting").ID, at(20)), store.ErrLeaseLost)
	p.is("done", q.Replay(p.ctx, alder, p.message(alder, "done").ID, at(20)), store.ErrLeaseLost)
	p.is("unknown", q.Replay(p.ctx, alder, parked.ID+1000, at(20)), store.ErrLeaseLost)
	p.equal("after what could not be replayed", p.messages(store.MessageQuery{}), all)
	p.ok("replay", q.Replay(p.ctx, alder, parked.ID, at(20)))
	p.is("replay of what waits already", q.Replay(p.ctx, alder, parked.ID, at(25)), store.ErrLeaseLost)
	got := p.message(alder, "a1")
	p.equal("state", got.State, store.MessageWaiting)
	p.equal("attempts", got.Attempts, 0)
	p.equal("next try", got.NextAt, at(20))
	p.equal("settled", got.SettledAt, time.Time{})
	p.equal("before it is due, nothing of its stream", keysOf(p.lease("h", 19, 60, 10)), []string{"waiting"})
	leased := p.lease("h", 20, 80, 10)
	p.equal("once it is due", keysOf(leased), []string{"a1"})
	for _, m := range leased {
		p.equal("attempts", m.Attempts, 1)
		p.equal("a greater token", m.Token > parked.Token, true)
	}
}
