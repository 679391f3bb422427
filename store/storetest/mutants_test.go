package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
	"github.com/mspkit/mspkit/store/storetest"
)

// mutant is a store with one deliberate fault.
type mutant struct {
	fault string
	want  string // a case that must object
	make  func(inner store.DB) store.DB
}

func TestCheckObjectsToEveryMutant(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, c := range storetest.Cases() {
		require.False(t, known[c.Name], "two cases are named %s", c.Name)
		require.NotEmpty(t, c.Rule, c.Name)
		known[c.Name] = true
	}
	for _, m := range slices.Concat(transactionMutants, roleMutants, orgMutants) {
		t.Run(m.fault, func(t *testing.T) {
			t.Parallel()
			require.True(t, known[m.want], "there is no case %s", m.want)
			err := storetest.Check(t.Context(), func() (store.DB, error) {
				return m.make(memstore.New(memstore.Config{BeginTimeout: 50 * time.Millisecond})), nil
			})
			require.ErrorContains(t, err, "storetest: "+m.want+": rule:")
		})
	}
}

func TestCheckIsContentWithMemstore(t *testing.T) {
	t.Parallel()
	require.NoError(t, storetest.Check(t.Context(), func() (store.DB, error) { return memstore.New(memstore.Config{}), nil }))
	failed := errors.New("no disk")
	require.ErrorIs(t, storetest.Check(t.Context(), func() (store.DB, error) { return nil, failed }), failed)
}

// wrapped replaces parts of a DB; what is nil stays as it is.
type wrapped struct {
	store.DB
	account func(string) string
	queue   func(store.Queue) store.Queue
	update  func(s store.Scoped, ctx context.Context, fn func(context.Context, store.Tx) error) error
	view    func(s store.Scoped, ctx context.Context, fn func(context.Context, store.View) error) error
}

func (w wrapped) For(account string) store.Scoped {
	if w.account != nil {
		account = w.account(account)
	}
	return wrappedScoped{w.DB.For(account), w}
}

func (w wrapped) Messages() store.Queue {
	if w.queue != nil {
		return w.queue(w.DB.Messages())
	}
	return w.DB.Messages()
}

type wrappedScoped struct {
	store.Scoped
	w wrapped
}

func (s wrappedScoped) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	if s.w.update != nil {
		return s.w.update(s.Scoped, ctx, fn)
	}
	return s.Scoped.Update(ctx, fn)
}

func (s wrappedScoped) View(ctx context.Context, fn func(context.Context, store.View) error) error {
	if s.w.view != nil {
		return s.w.view(s.Scoped, ctx, fn)
	}
	return s.Scoped.View(ctx, fn)
}

// roles replaces roles in every transaction, also in those that only read. The inbox and outboxes are nil there.
func roles(mutate func(tx *store.Tx)) func(store.DB) store.DB {
	return func(inner store.DB) store.DB {
		return wrapped{DB: inner,
			update: func(s store.Scoped, ctx context.Context, fn func(context.Context, store.Tx) error) error {
				return s.Update(ctx, func(ctx context.Context, tx store.Tx) error { mutate(&tx); return fn(ctx, tx) })
			},
			view: func(s store.Scoped, ctx context.Context, fn func(context.Context, store.View) error) error {
				return s.View(ctx, func(ctx context.Context, v store.View) error {
					tx := writable(v)
					mutate(&tx)
					return fn(ctx, tx.View())
				})
			}}
	}
}

// queues replaces the queue.
func queues(mutate func(store.Queue) store.Queue) func(store.DB) store.DB {
	return func(inner store.DB) store.DB { return wrapped{DB: inner, queue: mutate} }
}

var errLost = errors.New("forgets why")

var transactionMutants = []mutant{
	{"every account is one", "clients/accounts", func(db store.DB) store.DB {
		return wrapped{DB: db, account: func(string) string { return "alder" }}
	}},
	{"an empty account is one too", "transactions/empty account", func(db store.DB) store.DB {
		return wrapped{DB: db, account: func(a string) string { return "x" + a }}
	}},
	{"no rollback on an error", "shops/rollback", func(db store.DB) store.DB {
		return wrapped{DB: db, update: func(s store.Scoped, ctx context.Context, fn func(context.Context, store.Tx) error) (err error) {
			return errors.Join(s.Update(ctx, func(ctx context.Context, tx store.Tx) error { err = fn(ctx, tx); return nil }), err)
		}}
	}},
	{"no rollback on a panic", "shops/rollback", func(db store.DB) store.DB {
		return wrapped{DB: db, update: func(s store.Scoped, ctx context.Context, fn func(context.Context, store.Tx) error) error {
			var r any
			defer func() {
				if r != nil {
					panic(r)
				}
			}()
			return s.Update(ctx, func(ctx context.Context, tx store.Tx) error {
				defer func() { r = recover() }()
				return fn(ctx, tx)
			})
		}}
	}},
	{"a panic becomes an error", "transactions/panic in a view", func(db store.DB) store.DB {
		return wrapped{DB: db, view: func(s store.Scoped, ctx context.Context, fn func(context.Context, store.View) error) (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("%v", r)
				}
			}()
			return s.View(ctx, fn)
		}}
	}},
	{"nested transactions are not recognized", "transactions/nested", func(db store.DB) store.DB {
		return wrapped{DB: db, update: func(s store.Scoped, ctx context.Context, fn func(context.Context, store.Tx) error) error {
			return s.Update(ctx, func(_ context.Context, tx store.Tx) error { return fn(ctx, tx) })
		}}
	}},
	{"a canceled transaction commits", "transactions/canceled", func(db store.DB) store.DB {
		return wrapped{DB: db, update: func(s store.Scoped, ctx context.Context, fn func(context.Context, store.Tx) error) error {
			return s.Update(context.WithoutCancel(ctx), fn)
		}}
	}},
	{"the closure's error is replaced", "transactions/error", func(db store.DB) store.DB {
		return wrapped{DB: db, update: func(s store.Scoped, ctx context.Context, fn func(context.Context, store.Tx) error) error {
			if s.Update(ctx, fn) != nil {
				return errLost
			}
			return nil
		}}
	}},
	{"a view reads what is committed meanwhile", "transactions/snapshot", func(db store.DB) store.DB {
		return wrapped{DB: db, view: func(s store.Scoped, outer context.Context, fn func(context.Context, store.View) error) error {
			return s.View(outer, func(ctx context.Context, v store.View) error {
				v.Collab.Clients = liveClients{v.Collab.Clients, s, outer}
				return fn(ctx, v)
			})
		}}
	}},
	{"a view writes", "transactions/views do not write", func(db store.DB) store.DB {
		return wrapped{DB: db, view: func(s store.Scoped, outer context.Context, fn func(context.Context, store.View) error) error {
			return s.View(outer, func(ctx context.Context, v store.View) error {
				v.Collab.Clients = liveClients{v.Collab.Clients, s, outer}
				return fn(ctx, v)
			})
		}}
	}},
	{"messages outlive a rollback", "outbox/rollback", func(db store.DB) store.DB {
		return wrapped{DB: db, update: func(s store.Scoped, ctx context.Context, fn func(context.Context, store.Tx) error) error {
			var early []collab.Message
			err := s.Update(ctx, func(ctx context.Context, tx store.Tx) error {
				tx.Collab.Outbox = earlyOutbox{&early}
				return fn(ctx, tx)
			})
			return errors.Join(err, s.Update(ctx, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Outbox.Enqueue(ctx, early) }))
		}}
	}},
}

// liveClients reads and writes in transactions of its own.
type liveClients struct {
	collab.ClientsView
	s     store.Scoped
	outer context.Context
}

func (l liveClients) List(_ context.Context, after collab.ClientID, limit int) (cs []collab.Client, err error) {
	err = l.s.View(l.outer, func(ctx context.Context, v store.View) error {
		cs, err = v.Collab.Clients.List(ctx, after, limit)
		return err
	})
	return cs, err
}

func (l liveClients) Put(_ context.Context, c collab.Client) error {
	return l.s.Update(l.outer, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Clients.Put(ctx, c) })
}

type earlyOutbox struct{ early *[]collab.Message }

func (o earlyOutbox) Enqueue(_ context.Context, ms []collab.Message) error {
	*o.early = append(*o.early, ms...)
	return nil
}

// writable makes a transaction of a view: the roles of memstore are the same in both.
func writable(v store.View) store.Tx {
	var tx store.Tx
	c, l := &tx.Collab, &tx.Locations
	c.Account, l.Account = v.Collab.Account, v.Locations.Account
	take(&c.Partners, v.Collab.Partners)
	take(&c.Clients, v.Collab.Clients)
	take(&c.Surveys, v.Collab.Surveys)
	take(&c.Projects, v.Collab.Projects)
	take(&c.Shops, v.Collab.Shops)
	take(&c.Ledger, v.Collab.Ledger)
	take(&c.Runs, v.Collab.Runs)
	take(&c.Places, v.Collab.Places)
	take(&c.History, v.Collab.History)
	take(&l.Trees, v.Locations.Trees)
	take(&l.Pushes, v.Locations.Pushes)
	take(&l.History, v.Locations.History)
	l.Shares = v.Locations.Shares
	from, to := v.Orgoverlay, &tx.Orgoverlay
	to.Account, to.Sight = from.Account, from.Sight
	take(&to.Registry, from.Registry)
	take(&to.Orgs, from.Orgs)
	take(&to.Overlays, from.Overlays)
	take(&to.Claims, from.Claims)
	take(&to.Extensions, from.Extensions)
	take(&to.Files, from.Files)
	take(&to.People, from.People)
	take(&to.History, from.History)
	return tx
}

func take[W any](to *W, from any) { *to = from.(W) }
