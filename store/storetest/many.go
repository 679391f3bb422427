package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// many is a method that puts several records in one call: put puts them by id, new ones, and ids lists what is there.
type many struct {
	name     string
	put      func(ctx context.Context, tx store.Tx, ids ...string) error
	ids      func(ctx context.Context, v store.View) ([]string, error)
	conflict error
}

func manyCases() []Case {
	var out []Case
	for _, m := range slices.Concat(manyPuts, orgManyPuts) {
		out = append(out, newCase("many/"+m.name, "a put of several that is refused changes nothing, and its transaction goes on", m.check))
	}
	return out
}

func (m many) check(p *probe) {
	var long []string // more than goes into one statement
	for i := range 40 {
		long = append(long, fmt.Sprintf("long%02d", i))
	}
	p.write("put, and be refused", alder, func(ctx context.Context, tx store.Tx) error {
		if err := m.put(ctx, tx, "there"); err != nil {
			return err
		}
		p.is("the last is there", m.put(ctx, tx, "a", "b", "c", "there"), m.conflict)
		p.is("the first is there", m.put(ctx, tx, "there", "a", "b", "c"), m.conflict)
		p.is("one twice", m.put(ctx, tx, "a", "b", "c", "b"), m.conflict)
		p.is("the last of many is there", m.put(ctx, tx, append(long, "there")...), m.conflict)
		got, err := m.ids(ctx, tx.View())
		p.equal("in the transaction", got, []string{"there"})
		p.ok("put after it", m.put(ctx, tx, "b", "c"))
		return err
	})
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		got, err := m.ids(ctx, v)
		p.equal("after the commit", got, []string{"b", "c", "there"})
		return err
	})
}

// putMany makes the records of the ids and puts them together.
func putMany[V any](make func(id string) V, put func(context.Context, store.Tx, []V) error) func(context.Context, store.Tx, ...string) error {
	return func(ctx context.Context, tx store.Tx, ids ...string) error {
		var vs []V
		for _, id := range ids {
			vs = append(vs, make(id))
		}
		return put(ctx, tx, vs)
	}
}

var manyPuts = []many{
	{name: "shops", conflict: collab.ErrConflict,
		put: putMany(func(id string) collab.Shop { return collab.Shop{ID: collab.ShopID(id)} },
			func(ctx context.Context, tx store.Tx, vs []collab.Shop) error { return tx.Collab.Shops.Put(ctx, vs) }),
		ids: func(ctx context.Context, v store.View) ([]string, error) {
			return shopIDs(v.Collab.Shops.List(ctx, collab.ShopQuery{}))
		}},
	{name: "links", conflict: collab.ErrConflict,
		put: putMany(func(id string) collab.Link {
			return collab.Link{Partner: birch, Remote: collab.ShopID(id), Shop: collab.ShopID(id)}
		}, func(ctx context.Context, tx store.Tx, vs []collab.Link) error {
			return tx.Collab.Ledger.PutLinks(ctx, vs)
		}),
		ids: func(ctx context.Context, v store.View) ([]string, error) {
			return ids(func(l collab.Link) collab.ShopID { return l.Shop })(v.Collab.Ledger.LinksOf(ctx, []collab.ShopID{"a", "b", "c", "there", "long00", "long39"}))
		}},
	{name: "events", conflict: collab.ErrConflict,
		put: putMany(func(id string) collab.Event {
			return collab.Event{Partner: birch, Remote: collab.ShopID(id), Run: "r", Kind: collab.EventImported}
		}, func(ctx context.Context, tx store.Tx, vs []collab.Event) error {
			return tx.Collab.Ledger.Append(ctx, vs)
		}),
		ids: func(ctx context.Context, v store.View) ([]string, error) {
			return ids(func(e collab.Event) collab.ShopID { return e.Remote })(v.Collab.Ledger.Events(ctx, "r", birch, "", 100))
		}},
	{name: "history", conflict: collab.ErrConflict,
		put: putMany(func(id string) collab.Entry { return collab.Entry{ID: id} },
			func(ctx context.Context, tx store.Tx, vs []collab.Entry) error {
				return tx.Collab.History.Append(ctx, vs)
			}),
		ids: func(ctx context.Context, v store.View) ([]string, error) {
			return ascending(ids(func(e collab.Entry) string { return e.ID })(v.Collab.History.List(ctx, collab.HistoryQuery{})))
		}},
	{name: "locations history", conflict: locations.ErrConflict,
		put: putMany(func(id string) locations.Record { return locations.Record{ID: id, Set: aSet} },
			func(ctx context.Context, tx store.Tx, vs []locations.Record) error {
				return tx.Locations.History.Append(ctx, vs)
			}),
		ids: func(ctx context.Context, v store.View) ([]string, error) {
			return ascending(ids(func(r locations.Record) string { return r.ID })(v.Locations.History.List(ctx, aSet, "", 100)))
		}},
}

// ascending turns a list that is newest first.
func ascending(ids []string, err error) ([]string, error) {
	slices.Reverse(ids)
	return ids, err
}
