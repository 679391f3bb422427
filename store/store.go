package store

import (
	"context"
	"errors"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
)

// Sentinels of every DB; match them with errors.Is. What a record does wrong is said by its own domain's sentinels.
var (
	ErrNested    = errors.New("store: transaction begun inside a transaction of the same DB")
	ErrBusy      = errors.New("store: no transaction could begin in time")
	ErrFull      = errors.New("store: the disk is full")
	ErrNoAccount = errors.New("store: empty account")
	ErrNewer     = errors.New("store: the schema is newer than this program")
	ErrClosed    = errors.New("store: closed")
)

// Tx is one transaction over every domain, opened for one account.
type Tx struct {
	Collab     collab.Tx
	Locations  locations.Tx
	Orgoverlay orgoverlay.Tx
}

// View returns the same transaction, read-only by type.
func (tx Tx) View() View {
	return View{Collab: tx.Collab.View(), Locations: tx.Locations.View(), Orgoverlay: tx.Orgoverlay.View()}
}

// View is a transaction that can only read.
type View struct {
	Collab     collab.View
	Locations  locations.View
	Orgoverlay orgoverlay.View
}

// DB holds the data of every account.
type DB interface {
	// For returns the transactions of one account. Those of an empty account answer ErrNoAccount.
	For(account string) Scoped
	// Messages returns the queue of every account's messages, for a courier.
	Messages() Queue
}

// Scoped opens transactions for one account. Update commits when fn returns nil and rolls back when it returns an
// error or panics; fn may run more than once. A put that is refused as a conflict changes nothing, and fn may go on. The ctx that fn is given is marked: View or Update of the same DB with it
// is refused with ErrNested. Waiting to begin is bounded: ErrBusy.
type Scoped interface {
	View(ctx context.Context, fn func(context.Context, View) error) error
	Update(ctx context.Context, fn func(context.Context, Tx) error) error
}

// Collab narrows transactions to the collab domain.
func Collab(s Scoped) collab.Store { return collabStore{s} }

// Locations narrows transactions to the locations domain.
func Locations(s Scoped) locations.Store { return locationsStore{s} }

// Orgoverlay narrows transactions to the orgoverlay domain.
func Orgoverlay(s Scoped) orgoverlay.Store { return orgoverlayStore{s} }

// Join makes a Scoped of a transaction that somebody else owns: closures run once, inside it; retry, commit and
// rollback are the owner's. An error of the closure must make the owner roll back.
func Join(tx Tx) Scoped { return joined{tx} }

type collabStore struct{ s Scoped }

func (c collabStore) View(ctx context.Context, fn func(context.Context, collab.View) error) error {
	return c.s.View(ctx, func(ctx context.Context, v View) error { return fn(ctx, v.Collab) })
}

func (c collabStore) Update(ctx context.Context, fn func(context.Context, collab.Tx) error) error {
	return c.s.Update(ctx, func(ctx context.Context, tx Tx) error { return fn(ctx, tx.Collab) })
}

type locationsStore struct{ s Scoped }

func (l locationsStore) View(ctx context.Context, fn func(context.Context, locations.View) error) error {
	return l.s.View(ctx, func(ctx context.Context, v View) error { return fn(ctx, v.Locations) })
}

func (l locationsStore) Update(ctx context.Context, fn func(context.Context, locations.Tx) error) error {
	return l.s.Update(ctx, func(ctx context.Context, tx Tx) error { return fn(ctx, tx.Locations) })
}

type orgoverlayStore struct{ s Scoped }

func (o orgoverlayStore) View(ctx context.Context, fn func(context.Context, orgoverlay.View) error) error {
	return o.s.View(ctx, func(ctx context.Context, v View) error { return fn(ctx, v.Orgoverlay) })
}

func (o orgoverlayStore) Update(ctx context.Context, fn func(context.Context, orgoverlay.Tx) error) error {
	return o.s.Update(ctx, func(ctx context.Context, tx Tx) error { return fn(ctx, tx.Orgoverlay) })
}

type joined struct{ tx Tx }

func (j joined) View(ctx context.Context, fn func(context.Context, View) error) error {
	return fn(ctx, j.tx.View())
}

func (j joined) Update(ctx context.Context, fn func(context.Context, Tx) error) error {
	return fn(ctx, j.tx)
}
