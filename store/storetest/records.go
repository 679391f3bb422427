package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mspkit/mspkit/store"
)

// rule is what happens when a record is put whose key is there.
type rule int

const (
	versioned rule = iota // the version decides
	replaced              // the later one stays
	once                  // the later one is a conflict
)

// kind is one sort of record: how to put it, and every method that reads it back. The cases of a kind keep one record an
// account, so that each reading method answers with just that.
type kind[V any] struct {
	name     string
	key      []string // the fields that identify a record
	rule     rule
	put      func(context.Context, store.Tx, V) error
	gets     []reading[V] // answer notFound when the record is not there
	lists    []reading[V] // answer with nothing when the record is not there
	inUpdate bool         // the methods exist only in a writing transaction
	oneOwner bool         // a key that one account has is refused to every other
	// stored returns what comes back of a record in an account, where that is not all that was put.
	stored   func(v V, account string) V
	notFound error
	conflict error
}

// reading asks one method for a record. tx is set only for kinds that are read in an Update.
type reading[V any] struct {
	method string
	read   func(ctx context.Context, v store.View, tx store.Tx, like V) ([]V, error)
}

func one[V any](v V, err error) ([]V, error) { return []V{v}, err }

const (
	seedA = 1_000 // of the first record put under a key
	seedB = 5_000 // of the second
)

// first and second return two records of the same key that differ in everything else; their Version is 0.
func (k kind[V]) first() V { return k.at(filled[V](seedA), 0) }

func (k kind[V]) second() V {
	v := k.at(filled[V](seedB), 0)
	adopt(&v, k.first(), k.key)
	return v
}

// at returns v as that version of the record; a record that is written once has none, whatever it holds of another's.
func (k kind[V]) at(v V, version int64) V {
	if k.rule == once {
		return v
	}
	return withVersion(v, version)
}

// look opens the transaction in which the kind is read.
func (k kind[V]) look(p *probe, account string, fn func(context.Context, store.View, store.Tx)) {
	if k.inUpdate {
		p.write("read", account, func(ctx context.Context, tx store.Tx) error { fn(ctx, tx.View(), tx); return nil })
		return
	}
	p.read("read", account, func(ctx context.Context, v store.View) error { fn(ctx, v, store.Tx{}); return nil })
}

// expect asks every method of an account for the record.
func (k kind[V]) expect(p *probe, when, account string, want V) {
	k.look(p, account, func(ctx context.Context, v store.View, tx store.Tx) { k.expectIn(p, when, ctx, v, tx, want) })
}

func (k kind[V]) expectIn(p *probe, when string, ctx context.Context, v store.View, tx store.Tx, want V) {
	want = k.as(want, v)
	for _, r := range slices.Concat(k.gets, k.lists) {
		got, err := r.read(ctx, v, tx, k.first())
		if p.ok(when+": "+r.method, err) {
			p.equal(when+": "+r.method, got, []V{want})
		}
		scribble(got)
	}
}

// as is what a transaction answers of a record that was put in its account.
func (k kind[V]) as(v V, in store.View) V {
	if k.stored == nil {
		return v
	}
	return k.stored(v, string(in.Collab.Account))
}

// expectNone wants every method to know nothing of the record.
func (k kind[V]) expectNone(p *probe, when, account string) {
	k.look(p, account, func(ctx context.Context, v store.View, tx store.Tx) {
		for _, r := range k.gets {
			_, err := r.read(ctx, v, tx, k.first())
			p.is(when+": "+r.method, err, k.notFound)
		}
		for _, r := range k.lists {
			got, err := r.read(ctx, v, tx, k.first())
			if p.ok(when+": "+r.method, err) && len(got) != 0 {
				p.failf("%s: %s: got %v, want nothing", when, r.method, got)
			}
		}
	})
}

func (k kind[V]) store(p *probe, what, account string, v V) {
	p.write(what, account, func(ctx context.Context, tx store.Tx) error { return k.put(ctx, tx, v) })
}

func (k kind[V]) refuse(p *probe, what, account string, v V) {
	p.refused(what, account, k.conflict, func(ctx context.Context, tx store.Tx) error { return k.put(ctx, tx, v) })
}

func (k kind[V]) cases() []Case {
	return []Case{
		newCase(k.name+"/round trip", "every field of what is put comes back from every reading method, in the transaction and after it", k.roundTrip),
		newCase(k.name+"/empty fields", "fields that are empty come back empty", k.emptyFields),
		newCase(k.name+"/nothing there", "what was never put is not found, and lists leave it out",
			func(p *probe) { k.expectNone(p, "empty store", alder) }),
		newCase(k.name+"/copies", "nothing that goes in or comes out shares memory with the store", k.copies),
		newCase(k.name+"/accounts", "an account sees and changes its own records alone, whatever their keys", k.accounts),
		newCase(k.name+"/put again", "a second put under a key obeys the versions: insert, replace that version, else conflict", k.again),
		newCase(k.name+"/rollback", "an error or a panic of the closure undoes the put", k.rollback),
	}
}

func (k kind[V]) roundTrip(p *probe) {
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
		if err := k.put(ctx, tx, k.first()); err != nil {
			return err
		}
		k.expectIn(p, "in the transaction", ctx, tx.View(), tx, k.at(k.first(), 1))
		return nil
	})
	k.expect(p, "after the commit", alder, k.at(k.first(), 1))
}

func (k kind[V]) emptyFields(p *probe) {
	v := k.at(sparse[V](seedA, k.key), 0)
	k.store(p, "put", alder, v)
	k.look(p, alder, func(ctx context.Context, view store.View, tx store.Tx) {
		for _, r := range slices.Concat(k.gets, k.lists) {
			got, err := r.read(ctx, view, tx, v)
			if p.ok(r.method, err) {
				p.equal(r.method, got, []V{k.as(k.at(v, 1), view)})
			}
		}
	})
}

func (k kind[V]) copies(p *probe) {
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
		v := k.first()
		err := k.put(ctx, tx, v)
		scribble(&v)
		k.expectIn(p, "after the caller changed what it put", ctx, tx.View(), tx, k.at(k.first(), 1))
		return err
	})
	k.expect(p, "after the caller changed what it was given", alder, k.at(k.first(), 1))
	k.expect(p, "after the caller changed what it was given again", alder, k.at(k.first(), 1))
}

func (k kind[V]) accounts(p *probe) {
	k.store(p, "put for alder", alder, k.first())
	k.expectNone(p, "birch, after alder's put", birch)
	if k.oneOwner {
		k.refuse(p, "put for birch under alder's key", birch, k.second())
		k.refuse(p, "put for birch over alder's version", birch, k.at(k.second(), 1))
		k.expectNone(p, "birch, after it was refused", birch)
		k.expect(p, "alder, after birch was refused", alder, k.at(k.first(), 1))
		return
	}
	k.store(p, "put for birch", birch, k.second())
	k.expect(p, "alder, after birch's put", alder, k.at(k.first(), 1))
	k.expect(p, "birch", birch, k.at(k.second(), 1))
	if k.rule == versioned {
		k.refuse(p, "put for cedar over alder's version", cedar, k.at(k.second(), 1))
		k.store(p, "put again for birch", birch, k.at(k.first(), 1))
		k.expect(p, "alder, after birch replaced its own", alder, k.at(k.first(), 1))
	}
	k.expectNone(p, "cedar", cedar)
}

func (k kind[V]) again(p *probe) {
	switch k.rule {
	case versioned:
		k.refuse(p, "put of a version that was never there", alder, k.at(k.first(), 1))
		k.expectNone(p, "after a refused put", alder)
		k.store(p, "insert", alder, k.first())
		for _, stale := range []int64{0, 2, 7, -1} {
			k.refuse(p, fmt.Sprintf("put of version %d over version 1", stale), alder, k.at(k.second(), stale))
			k.expect(p, "after a refused put", alder, k.at(k.first(), 1))
		}
		k.store(p, "put over version 1", alder, k.at(k.second(), 1))
		k.expect(p, "replaced", alder, k.at(k.second(), 2))
		k.refuse(p, "put over version 1 once more", alder, k.at(k.first(), 1))
		p.write("put over versions 2 and 3 in one transaction", alder, func(ctx context.Context, tx store.Tx) error {
			return errors.Join(k.put(ctx, tx, k.at(k.first(), 2)), k.put(ctx, tx, k.at(k.first(), 3)))
		})
		k.expect(p, "replaced twice", alder, k.at(k.first(), 4))
	case replaced:
		k.store(p, "put", alder, k.first())
		k.store(p, "put again", alder, k.second())
		k.expect(p, "replaced", alder, k.second())
	case once:
		k.store(p, "put", alder, k.first())
		k.refuse(p, "put again", alder, k.second())
		k.refuse(p, "put the very same again", alder, k.first())
		k.expect(p, "after a refused put", alder, k.first())
	}
}

func (k kind[V]) rollback(p *probe) {
	stop := errors.New("stop")
	p.refused("closure that fails after the put", alder, stop, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(k.put(ctx, tx, k.first()), stop)
	})
	k.expectNone(p, "after an error", alder)
	panicking(p, alder, func(ctx context.Context, tx store.Tx) error {
		p.ok("put", k.put(ctx, tx, k.first()))
		panic(stop)
	}, stop)
	k.expectNone(p, "after a panic", alder)
	k.store(p, "put", alder, k.first())
	if k.rule != once {
		p.refused("closure that fails after replacing", alder, stop, func(ctx context.Context, tx store.Tx) error {
			return errors.Join(k.put(ctx, tx, k.at(k.second(), 1)), stop)
		})
	}
	k.expect(p, "after another error", alder, k.at(k.first(), 1))
}

// panicking runs an Update that must panic with value.
func panicking(p *probe, account string, fn func(context.Context, store.Tx) error, value any) {
	defer func() {
		if r := recover(); r != value {
			p.failf("the panic of a closure came out as %v, want %v", r, value)
		}
	}()
	err := p.db.For(account).Update(p.ctx, fn)
	p.failf("a closure panicked and Update returned %v", err)
}
