package storetest

import (
	"context"
	"errors"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

func transactionCases() []Case {
	return []Case{
		newCase("transactions/account", "a transaction says for which account it is open", transactionAccount),
		newCase("transactions/empty account", "transactions of an empty account are refused", emptyAccount),
		newCase("transactions/nested", "a transaction begun with the ctx of another of the same DB is refused at once", nested),
		newCase("transactions/error", "the closure's error comes out, of Update and of View", closureError),
		newCase("transactions/panic in a view", "a panic passes through View, and the store goes on", panicInView),
		newCase("transactions/across domains", "one transaction spans the domains and the messages: all of it or nothing", acrossDomains),
		newCase("transactions/snapshot", "a view sees one state from its first read on, whatever is committed beside it", snapshot),
		newCase("transactions/uncommitted", "what is not committed is seen by its own transaction alone", uncommitted),
		newCase("transactions/views do not write", "what is smuggled through a view is not committed", viewsDoNotWrite),
		newCase("transactions/canceled", "a canceled ctx begins nothing and commits nothing", canceled),
		newCase("transactions/one domain", "a transaction narrowed to one domain is the same transaction", oneDomain),
		newCase("module/switch", "the module switch is off and version 0 until set, and then follows the versions", moduleSwitch),
	}
}

func transactionAccount(p *probe) {
	p.write("update", birch, func(_ context.Context, tx store.Tx) error {
		p.equal("collab.Tx.Account", tx.Collab.Account, collab.SystemID(birch))
		p.equal("locations.Tx.Account", tx.Locations.Account, locations.Account(birch))
		return nil
	})
	p.read("view", birch, func(_ context.Context, v store.View) error {
		p.equal("collab.View.Account", v.Collab.Account, collab.SystemID(birch))
		p.equal("locations.View.Account", v.Locations.Account, locations.Account(birch))
		return nil
	})
}

func emptyAccount(p *probe) {
	s := p.db.For("")
	p.is("Update", s.Update(p.ctx, p.mustNotRun("Update of an empty account")), store.ErrNoAccount)
	p.is("View", s.View(p.ctx, p.mustNotView("View of an empty account")), store.ErrNoAccount)
}

func (p *probe) mustNotRun(what string) func(context.Context, store.Tx) error {
	return func(context.Context, store.Tx) error { p.failf("%s ran its closure", what); return nil }
}

func (p *probe) mustNotView(what string) func(context.Context, store.View) error {
	return func(context.Context, store.View) error { p.failf("%s ran its closure", what); return nil }
}

func nested(p *probe) {
	try := func(where string, ctx context.Context) {
		for _, account := range []string{alder, birch} {
			s := p.db.For(account)
			p.is(where+": Update of "+account, s.Update(ctx, p.mustNotRun("nested Update")), store.ErrNested)
			p.is(where+": View of "+account, s.View(ctx, p.mustNotView("nested View")), store.ErrNested)
		}
		_, err := p.db.Messages().Lease(context.WithoutCancel(ctx), "holder", day, at(60), 1)
		p.is(where+": Lease", err, store.ErrNested)
	}
	p.write("update", alder, func(ctx context.Context, _ store.Tx) error {
		try("in Update", ctx)
		return nil
	})
	p.read("view", alder, func(ctx context.Context, _ store.View) error {
		try("in View", ctx)
		return nil
	})
	p.write("after the refusals", alder, func(context.Context, store.Tx) error { return nil })
}

func closureError(p *probe) {
	stop := errors.New("stop")
	p.is("Update", p.db.For(alder).Update(p.ctx, func(context.Context, store.Tx) error { return stop }), stop)
	p.is("View", p.db.For(alder).View(p.ctx, func(context.Context, store.View) error { return stop }), stop)
}

func panicInView(p *probe) {
	func() {
		defer func() {
			if r := recover(); r != "stop" {
				p.failf("the panic of a view came out as %v", r)
			}
		}()
		p.ok("view", p.db.For(alder).View(p.ctx, func(context.Context, store.View) error { panic("stop") }))
	}()
	p.write("update after the panic", alder, func(context.Context, store.Tx) error { return nil })
	p.read("view after the panic", alder, func(context.Context, store.View) error { return nil })
}

// everywhere writes something in each domain and a message of each.
func everywhere(ctx context.Context, tx store.Tx) error {
	return errors.Join(
		tx.Collab.Clients.Put(ctx, collab.Client{ID: "c"}),
		putNodes(ctx, tx, "c", locations.Stored{Node: locations.Node{Key: "n", Level: 1}}),
		tx.Collab.Outbox.Enqueue(ctx, []collab.Message{{Key: "m1", Stream: "s1", Kind: "k", Due: day}}),
		tx.Locations.Outbox.Enqueue(ctx, []locations.Message{{Key: "m2", Stream: "s2", Kind: "k", Due: day}}))
}

// found counts what everywhere wrote.
func (p *probe) found() int {
	n := 0
	p.read("view", alder, func(ctx context.Context, v store.View) error {
		n = foundIn(ctx, p, v)
		return nil
	})
	ms, err := p.db.Messages().List(p.ctx, store.MessageQuery{Account: alder})
	p.ok("list messages", err)
	return n + len(ms)
}

func foundIn(ctx context.Context, p *probe, v store.View) int {
	cs, err := v.Collab.Clients.List(ctx, "", 10)
	p.ok("list clients", err)
	ns, err := v.Locations.Trees.List(ctx, "c", "", 10)
	p.ok("list nodes", err)
	return len(cs) + len(ns)
}

func acrossDomains(p *probe) {
	stop := errors.New("stop")
	p.refused("closure that fails at the end", alder, stop, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(everywhere(ctx, tx), stop)
	})
	p.equal("written after a rollback", p.found(), 0)
	p.write("closure that succeeds", alder, everywhere)
	p.equal("written after a commit", p.found(), 4)
}

func snapshot(p *probe) {
	p.read("view", alder, func(ctx context.Context, v store.View) error {
		p.equal("before", foundIn(ctx, p, v), 0)
		p.write("update beside the view", alder, everywhere) // with the ctx of the case, which carries no mark
		p.equal("after a commit beside it", foundIn(ctx, p, v), 0)
		return nil
	})
	p.equal("in the next view", p.found(), 4)
}

func uncommitted(p *probe) {
	p.write("update", alder, func(ctx context.Context, tx store.Tx) error {
		if err := everywhere(ctx, tx); err != nil {
			return err
		}
		p.equal("in the transaction", foundIn(ctx, p, tx.View()), 2)
		p.equal("in a view and a queue beside it", p.found(), 0)
		return nil
	})
}

func viewsDoNotWrite(p *probe) {
	p.read("view", alder, func(ctx context.Context, v store.View) error {
		if w, ok := v.Collab.Clients.(collab.Clients); ok {
			_ = w.Put(ctx, collab.Client{ID: "smuggled"}) // may be refused or forgotten
		}
		return nil
	})
	p.equal("written through a view", p.found(), 0)
}

func canceled(p *probe) {
	ctx, cancel := context.WithCancel(p.ctx)
	p.is("Update canceled in the closure", p.db.For(alder).Update(ctx, func(ctx context.Context, tx store.Tx) error {
		err := everywhere(ctx, tx)
		cancel()
		return err
	}), context.Canceled)
	p.equal("written by a canceled closure", p.found(), 0)
	p.is("Update", p.db.For(alder).Update(ctx, p.mustNotRun("Update with a canceled ctx")), context.Canceled)
	p.is("View", p.db.For(alder).View(ctx, p.mustNotView("View with a canceled ctx")), context.Canceled)
}

func oneDomain(p *probe) {
	err := store.Collab(p.db.For(alder)).Update(p.ctx, func(ctx context.Context, tx collab.Tx) error {
		return tx.Clients.Put(ctx, collab.Client{ID: "c"})
	})
	p.ok("collab update", err)
	err = store.Locations(p.db.For(alder)).Update(p.ctx, func(ctx context.Context, tx locations.Tx) error {
		p.is("nested through another domain", store.Collab(p.db.For(alder)).View(ctx, func(context.Context, collab.View) error { return nil }), store.ErrNested)
		return tx.Outbox.Enqueue(ctx, []locations.Message{{Key: "m", Due: day}})
	})
	p.ok("locations update", err)
	p.equal("written", p.found(), 2)
}

func moduleSwitch(p *probe) {
	expect := func(when, account string, want collab.Module) {
		p.read("view", account, func(ctx context.Context, v store.View) error {
			m, err := v.Collab.Partners.Module(ctx)
			p.equal(when, m, want)
			return err
		})
	}
	put := func(m collab.Module) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.Collab.Partners.PutModule(ctx, m) }
	}
	expect("never set", alder, collab.Module{})
	p.refused("a version that was never there", alder, collab.ErrConflict, put(collab.Module{On: true, Version: 1}))
	p.write("on", alder, put(collab.Module{On: true}))
	expect("on", alder, collab.Module{On: true, Version: 1})
	expect("of another account", birch, collab.Module{})
	p.refused("set first again", alder, collab.ErrConflict, put(collab.Module{}))
	p.refused("stale", alder, collab.ErrConflict, put(collab.Module{Version: 2}))
	p.write("off", alder, put(collab.Module{Version: 1}))
	expect("off", alder, collab.Module{Version: 2})
	stop := errors.New("stop")
	p.refused("on and rolled back", alder, stop, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(put(collab.Module{On: true, Version: 2})(ctx, tx), stop)
	})
	expect("after a rollback", alder, collab.Module{Version: 2})
}
