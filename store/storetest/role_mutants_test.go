package storetest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// The roles below each have one fault; what they embed does the rest.
type (
	unversioned struct{ collab.Clients }
	strange     struct{ collab.Clients }
	poisoned    struct {
		collab.Clients
		by *error
	}
	collated    struct{ collab.Projects }
	idle        struct{ collab.Projects }
	forgetful   struct{ collab.Shops }
	inclusive   struct{ collab.Shops }
	partial     struct{ collab.Shops }
	doubling    struct{ collab.Ledger }
	guessing    struct{ collab.Ledger }
	unlimited   struct{ collab.Runs }
	local       struct{ collab.Runs }
	epochal     struct{ collab.Runs }
	naive       struct{ collab.Inbox }
	repeating   struct{ collab.Outbox }
	unordered   struct{ collab.Outbox }
	filtered    struct{ collab.History }
	heedless    struct{ locations.Trees }
	leaving     struct{ locations.Trees }
	upended     struct{ locations.Trees }
	crowded     struct{ locations.Pushes }
	mixed       struct{ locations.Pushes }
	curt        struct{ locations.Pushes }
	stalePlaces struct{ collab.Places }
	lockedOut   struct{ locations.Shares }
	sharing     struct {
		collab.Runs
		kept map[collab.RunID]collab.Run
	}
)

var roleMutants = []mutant{
	{"ignores versions", "clients/put again", roles(func(tx *store.Tx) { tx.Collab.Clients = unversioned{tx.Collab.Clients} })},
	{"answers with another sentinel", "clients/nothing there", roles(func(tx *store.Tx) { tx.Collab.Clients = strange{tx.Collab.Clients} })},
	{"goes no further after a conflict", "unique/clients of an origin", roles(func(tx *store.Tx) { tx.Collab.Clients = poisoned{tx.Collab.Clients, new(error)} })},
	{"orders as a language does", "lists/projects", roles(func(tx *store.Tx) { tx.Collab.Projects = collated{tx.Collab.Projects} })},
	{"says that a refused put went well", "unique/projects of a survey", roles(func(tx *store.Tx) { tx.Collab.Projects = idle{tx.Collab.Projects} })},
	{"forgets a nested field", "shops/round trip", roles(func(tx *store.Tx) { tx.Collab.Shops = forgetful{tx.Collab.Shops} })},
	{"begins a page with its key", "lists/shops", roles(func(tx *store.Tx) { tx.Collab.Shops = inclusive{tx.Collab.Shops} })},
	{"takes only part of a long list", "shops/many", roles(func(tx *store.Tx) { tx.Collab.Shops = partial{tx.Collab.Shops} })},
	{"appends an event twice", "unique/events at once", roles(func(tx *store.Tx) { tx.Collab.Ledger = doubling{tx.Collab.Ledger} })},
	{"knows all by the first", "links/standings", roles(func(tx *store.Tx) { tx.Collab.Ledger = guessing{tx.Collab.Ledger} })},
	{"ignores limits", "lists/runs", roles(func(tx *store.Tx) { tx.Collab.Runs = unlimited{tx.Collab.Runs} })},
	{"answers in local time", "runs/round trip", roles(func(tx *store.Tx) { tx.Collab.Runs = local{tx.Collab.Runs} })},
	{"reads an empty time as 1970", "runs/empty fields", roles(func(tx *store.Tx) { tx.Collab.Runs = epochal{tx.Collab.Runs} })},
	{"lets a nonce pass twice", "unique/nonces", roles(func(tx *store.Tx) { tx.Collab.Inbox = naive{tx.Collab.Inbox} })},
	{"enqueues a key again", "outbox/keys", roles(func(tx *store.Tx) { tx.Collab.Outbox = repeating{tx.Collab.Outbox} })},
	{"writes messages in another order", "outbox/order", roles(func(tx *store.Tx) { tx.Collab.Outbox = unordered{tx.Collab.Outbox} })},
	{"ignores half a query", "history/query", roles(func(tx *store.Tx) { tx.Collab.History = filtered{tx.Collab.History} })},
	{"switches from any revision", "trees/expect", roles(func(tx *store.Tx) { tx.Locations.Trees = heedless{tx.Locations.Trees} })},
	{"keeps what was switched over", "trees/stage", roles(func(tx *store.Tx) { tx.Locations.Trees = leaving{tx.Locations.Trees} })},
	{"orders children by key alone", "trees/children", roles(func(tx *store.Tx) { tx.Locations.Trees = upended{tx.Locations.Trees} })},
	{"lets two pushes run", "unique/running pushes", roles(func(tx *store.Tx) { tx.Locations.Pushes = crowded{tx.Locations.Pushes} })},
	{"lists the pushes of every project", "lists/push runs of a project", roles(func(tx *store.Tx) { tx.Locations.Pushes = mixed{tx.Locations.Pushes} })},
	{"forgets why a push ended", "push runs/round trip", roles(func(tx *store.Tx) { tx.Locations.Pushes = curt{tx.Locations.Pushes} })},
	{"knows no places", "places/prints", roles(func(tx *store.Tx) { tx.Collab.Places = stalePlaces{tx.Collab.Places} })},
	{"knows no locks", "shares/locks", roles(func(tx *store.Tx) { tx.Locations.Shares = lockedOut{tx.Locations.Shares} })},
	{"shares memory", "runs/copies", func(db store.DB) store.DB {
		kept := map[collab.RunID]collab.Run{}
		return roles(func(tx *store.Tx) { tx.Collab.Runs = sharing{tx.Collab.Runs, kept} })(db)
	}},
	{"settles with a stale token", "queue/fencing", queues(func(q store.Queue) store.Queue { return unfenced{q} })},
	{"leases before time", "queue/due", queues(func(q store.Queue) store.Queue { return hasty{q} })},
	{"leases after time", "queue/next", queues(func(q store.Queue) store.Queue { return late{q} })},
	{"parks by putting off", "queue/parked steps aside", queues(func(q store.Queue) store.Queue { return postponing{q} })},
	{"counts what is freed", "queue/free", queues(func(q store.Queue) store.Queue { return counting{q} })},
	{"replays another account's", "queue/replay", queues(func(q store.Queue) store.Queue { return generous{q} })},
	{"leases any message by id", "queue/lease one", queues(func(q store.Queue) store.Queue { return eager{q} })},
	{"lists the oldest before an id", "queue/list", queues(func(q store.Queue) store.Queue { return upright{q} })},
	{"shares payloads", "outbox/copies", func(db store.DB) store.DB {
		kept := map[int64][]byte{}
		return wrapped{DB: db, queue: func(q store.Queue) store.Queue { return sharingQueue{q, kept} }}
	}},
}

func (r crowded) Put(ctx context.Context, run locations.PushRun) error {
	if err := r.Pushes.Put(ctx, run); !errors.Is(err, locations.ErrConflict) || run.Version > 0 {
		return err
	}
	run.Project += "!"
	return r.Pushes.Put(ctx, run)
}

func (r mixed) List(ctx context.Context, _ locations.ProjectID, before locations.RunID, limit int) ([]locations.PushRun, error) {
	return r.Pushes.List(ctx, "", before, limit)
}

func (r curt) Put(ctx context.Context, run locations.PushRun) error {
	run.Refusal, run.Reason = "", ""
	return r.Pushes.Put(ctx, run)
}

func (r unversioned) Put(ctx context.Context, c collab.Client) error {
	if old, err := r.Client(ctx, c.ID); err == nil {
		c.Version = old.Version
	}
	return r.Clients.Put(ctx, c)
}

func (r poisoned) Put(ctx context.Context, c collab.Client) error {
	if *r.by == nil {
		*r.by = r.Clients.Put(ctx, c)
	}
	return *r.by
}

func (r strange) Client(ctx context.Context, id collab.ClientID) (collab.Client, error) {
	c, err := r.Clients.Client(ctx, id)
	if err != nil {
		err = collab.ErrInvalid
	}
	return c, err
}

func (r collated) List(ctx context.Context, q collab.ProjectQuery) ([]collab.Project, error) {
	ps, err := r.Projects.List(ctx, q)
	slices.SortStableFunc(ps, func(a, b collab.Project) int {
		return strings.Compare(strings.ToLower(string(a.ID)), strings.ToLower(string(b.ID)))
	})
	return ps, err
}

func (r idle) Put(ctx context.Context, p collab.Project) error {
	if err := r.Projects.Put(ctx, p); !errors.Is(err, collab.ErrConflict) {
		return err
	}
	return nil
}

func (r forgetful) Put(ctx context.Context, shops []collab.Shop) error {
	shops = slices.Clone(shops)
	for i := range shops {
		shops[i].Content.Score.By = ""
	}
	return r.Shops.Put(ctx, shops)
}

func (r inclusive) List(ctx context.Context, q collab.ShopQuery) ([]collab.Shop, error) {
	found, err := r.Shops.ByID(ctx, []collab.ShopID{q.After})
	if err != nil {
		return nil, err
	}
	rest, err := r.Shops.List(ctx, q)
	return append(found, rest...), err
}

func (r partial) ByID(ctx context.Context, ids []collab.ShopID) ([]collab.Shop, error) {
	return r.Shops.ByID(ctx, ids[:min(len(ids), 500)])
}

func (r doubling) Append(ctx context.Context, events []collab.Event) error {
	if err := r.Ledger.Append(ctx, events); !errors.Is(err, collab.ErrConflict) {
		return err
	}
	return nil
}

func (r guessing) Standings(ctx context.Context, partner collab.SystemID, remote []collab.ShopID) ([]collab.Standing, error) {
	known, err := r.Ledger.Standings(ctx, partner, remote)
	for i := range known {
		known[i].Return = known[0].Return
	}
	return known, err
}

func (r unlimited) List(ctx context.Context, project collab.ProjectID, before collab.RunID, _ int) ([]collab.Run, error) {
	return r.Runs.List(ctx, project, before, 1000)
}

func (r local) Run(ctx context.Context, id collab.RunID) (collab.Run, error) {
	v, err := r.Runs.Run(ctx, id)
	v.StartedAt = v.StartedAt.In(time.FixedZone("", 3600))
	return v, err
}

func (r epochal) Run(ctx context.Context, id collab.RunID) (collab.Run, error) {
	v, err := r.Runs.Run(ctx, id)
	if v.EndedAt.IsZero() {
		v.EndedAt = time.Unix(0, 0).UTC()
	}
	return v, err
}

func (naive) UseNonce(context.Context, collab.SystemID, string, time.Time) error { return nil }

func (r repeating) Enqueue(ctx context.Context, ms []collab.Message) error {
	for _, m := range ms {
		again := m
		again.Key += " again"
		if err := r.Outbox.Enqueue(ctx, []collab.Message{m, again}); err != nil {
			return err
		}
	}
	return nil
}

func (r unordered) Enqueue(ctx context.Context, ms []collab.Message) error {
	ms = slices.Clone(ms)
	slices.Reverse(ms)
	return r.Outbox.Enqueue(ctx, ms)
}

func (r filtered) List(ctx context.Context, q collab.HistoryQuery) ([]collab.Entry, error) {
	if q.Project != "" {
		q.Subject = collab.Subject{}
	}
	return r.History.List(ctx, q)
}

func (r heedless) Switch(ctx context.Context, push locations.PushID, head locations.Head, _ int64) error {
	now, err := r.Head(ctx, head.Set)
	if err != nil {
		return err
	}
	return r.Trees.Switch(ctx, push, head, now.Revision)
}

func (r leaving) Switch(ctx context.Context, push locations.PushID, head locations.Head, expect int64) error {
	rows, err := r.Staged(ctx, push, "", 1000)
	if err != nil {
		return err
	}
	if err := r.Trees.Switch(ctx, push, head, expect); err != nil {
		return err
	}
	return r.Stage(ctx, push, rows)
}

func (r upended) Children(ctx context.Context, set locations.SetID, parents []locations.Key) ([]locations.Entry, error) {
	es, err := r.Trees.Children(ctx, set, parents)
	slices.SortFunc(es, func(a, b locations.Entry) int { return strings.Compare(string(a.Key), string(b.Key)) })
	return es, err
}

func (stalePlaces) Prints(context.Context, collab.ClientID, []collab.PlaceKey) (map[collab.PlaceKey]string, error) {
	return nil, nil
}

func (lockedOut) Locks(context.Context, locations.SetID) ([]locations.ProjectID, error) {
	return nil, nil
}

func (r sharing) Run(ctx context.Context, id collab.RunID) (collab.Run, error) {
	v, err := r.Runs.Run(ctx, id)
	if old, ok := r.kept[id]; ok && old.Version == v.Version {
		return old, err
	}
	r.kept[id] = v
	return v, err
}

// The queues below each have one fault.
type (
	unfenced     struct{ store.Queue }
	hasty        struct{ store.Queue }
	late         struct{ store.Queue }
	postponing   struct{ store.Queue }
	counting     struct{ store.Queue }
	generous     struct{ store.Queue }
	eager        struct{ store.Queue }
	upright      struct{ store.Queue }
	sharingQueue struct {
		store.Queue
		kept map[int64][]byte
	}
)

// one returns the message of an id, or the zero one.
func one(ctx context.Context, q store.Queue, id int64) store.Message {
	ms, err := q.List(ctx, store.MessageQuery{After: id - 1, Limit: 1})
	if err != nil || len(ms) == 0 || ms[0].ID != id {
		return store.Message{}
	}
	return ms[0]
}

func (q unfenced) Settle(ctx context.Context, id, _ int64, s store.Settlement) error {
	return q.Queue.Settle(ctx, id, one(ctx, q.Queue, id).Token, s)
}

func (q hasty) Lease(ctx context.Context, holder string, now, until time.Time, limit int) ([]store.Message, error) {
	return q.Queue.Lease(ctx, holder, now.Add(time.Second), until, limit)
}

func (q late) Lease(ctx context.Context, holder string, now, until time.Time, limit int) ([]store.Message, error) {
	return q.Queue.Lease(ctx, holder, now.Add(-time.Microsecond), until, limit)
}

func (q postponing) Settle(ctx context.Context, id, token int64, s store.Settlement) error {
	if s.State == store.MessageParked {
		s.State, s.NextAt = store.MessageWaiting, s.At.AddDate(100, 0, 0)
	}
	return q.Queue.Settle(ctx, id, token, s)
}

func (q counting) Free(ctx context.Context, holder string, now time.Time) (int, error) {
	ms, err := q.List(ctx, store.MessageQuery{State: store.MessageLeased})
	n := 0
	for _, m := range ms {
		if m.Holder == holder {
			err = errors.Join(err, q.Settle(ctx, m.ID, m.Token, store.Settlement{State: store.MessageWaiting, NextAt: now}))
			n++
		}
	}
	return n, err
}

func (q generous) Replay(ctx context.Context, _ string, id int64, now time.Time) error {
	return q.Queue.Replay(ctx, one(ctx, q.Queue, id).Account, id, now)
}

func (q eager) LeaseOne(ctx context.Context, id int64, holder string, now, until time.Time) (store.Message, error) {
	m, err := q.Queue.LeaseOne(ctx, id, holder, now, until)
	if err != nil {
		return one(ctx, q.Queue, id), nil
	}
	return m, nil
}

func (q upright) List(ctx context.Context, query store.MessageQuery) ([]store.Message, error) {
	ms, err := q.Queue.List(ctx, query)
	if query.Before != 0 {
		slices.Reverse(ms)
	}
	return ms, err
}

func (q sharingQueue) List(ctx context.Context, query store.MessageQuery) ([]store.Message, error) {
	ms, err := q.Queue.List(ctx, query)
	for i, m := range ms {
		if p, ok := q.kept[m.ID]; ok {
			ms[i].Payload = p
		}
		q.kept[m.ID] = ms[i].Payload
	}
	return ms, err
}
