package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

type scoped struct {
	db      *DB
	account string
}

func (c scoped) View(ctx context.Context, fn func(context.Context, store.View) error) error {
	if c.account == "" {
		return fmt.Errorf("bunstore: view: %w", store.ErrNoAccount)
	}
	return c.db.run(ctx, forView, c.account, func(ctx context.Context, s *session) error { return fn(ctx, s.roles().View()) })
}

func (c scoped) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	if c.account == "" {
		return fmt.Errorf("bunstore: update: %w", store.ErrNoAccount)
	}
	return c.db.run(ctx, forUpdate, c.account, func(ctx context.Context, s *session) error { return fn(ctx, s.roles()) })
}

// Bind opens the roles of an account in a transaction that the host has begun, and commits or rolls back itself. An error
// of a role must make the host roll back; retrying is the host's, too. On SQLite the transaction must have begun immediate.
func (d *DB) Bind(tx bun.Tx, account string) (store.Tx, error) {
	if account == "" {
		return store.Tx{}, fmt.Errorf("bunstore: bind: %w", store.ErrNoAccount)
	}
	if tx.Tx == nil {
		return store.Tx{}, errors.New("bunstore: bind: no transaction")
	}
	s := newSession(d, tx, account)
	s.joined = true
	return s.roles(), nil
}

// nested marks the ctx of a closure with the DB whose transaction it runs in.
type nested struct{ db *DB }

// purpose is what a transaction is for.
type purpose uint8

const (
	forUpdate    purpose = iota // decides by all that it reads
	forView                     // only reads
	forStatement                // writes by one statement, which names all that it decides by
)

// run runs fn in a transaction, again when the database takes that back.
func (d *DB) run(ctx context.Context, p purpose, account string, fn func(context.Context, *session) error) error {
	if ctx.Value(nested{d}) != nil {
		return fmt.Errorf("bunstore: begin: %w", store.ErrNested)
	}
	for attempt := 1; ; attempt++ {
		err := d.once(ctx, p, account, fn)
		if err == nil || errors.Is(err, store.ErrBusy) {
			return err
		}
		switch d.classify(err) {
		case FaultBusy:
			return fmt.Errorf("%w: %w", store.ErrBusy, err)
		case FaultFull:
			return fmt.Errorf("%w: %w", store.ErrFull, err)
		case FaultRetry:
			if attempt >= d.cfg.Attempts {
				return fmt.Errorf("%w: after %d attempts: %w", store.ErrBusy, attempt, err)
			}
			if err := pause(ctx, attempt); err != nil {
				return fmt.Errorf("bunstore: run again: %w", err)
			}
		default:
			return err
		}
	}
}

func (d *DB) classify(err error) Fault {
	if errors.As(err, new(meanwhile)) {
		return FaultRetry
	}
	return d.cfg.Classify(err)
}

// once runs fn in one transaction and commits it. Whatever else ends it, a panic included, rolls back.
func (d *DB) once(ctx context.Context, p purpose, account string, fn func(context.Context, *session) error) error {
	tx, conn, cancel, err := d.begin(ctx, p)
	if err != nil {
		return err
	}
	defer cancel()
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	s := newSession(d, tx, account)
	s.conn = conn
	s.readOnly = p == forView
	ctx = context.WithValue(ctx, nested{d}, true)
	err = fn(ctx, s)
	if s.err != nil { // a statement failed: there is nothing whole to commit, whatever fn made of it
		return s.err
	}
	if err != nil {
		return err
	}
	if len(s.enqueued) > 0 {
		if err := d.cfg.OnMessages(ctx, tx.Tx, s.enqueued); err != nil {
			return fmt.Errorf("bunstore: tell of %d messages: %w", len(s.enqueued), err)
		}
	}
	if err := tx.Commit(); err != nil {
		if ended := context.Cause(ctx); ended != nil && errors.Is(err, sql.ErrTxDone) {
			err = ended // which has rolled back already
		}
		return fmt.Errorf("bunstore: commit: %w", err)
	}
	return nil
}

// begin is the one place where transactions begin. Cancel ends what waits on the transaction's behalf. The connection is nil unless Config.Copy
// may use it.
func (d *DB) begin(ctx context.Context, p purpose) (bun.Tx, *sql.Conn, func(), error) {
	db, opts := d.write, &sql.TxOptions{ReadOnly: p == forView}
	if p == forView {
		db = d.read
	}
	if d.postgres { // SQLite knows no other isolation than serializable
		opts.Isolation = [...]sql.IsolationLevel{forUpdate: sql.LevelSerializable, forView: sql.LevelRepeatableRead, forStatement: sql.LevelReadCommitted}[p]
	}
	limited, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(d.cfg.BeginTimeout, func() { cancel(store.ErrBusy) })
	for attempt := 1; ; attempt++ {
		tx, conn, release, err := beginTx(limited, db, opts, d.postgres && d.cfg.Copy != nil && p == forUpdate)
		switch {
		case err == nil && timer.Stop():
			return tx, conn, func() { cancel(nil); release() }, nil
		case err == nil:
			_ = tx.Rollback()
			release()
			err = store.ErrBusy
		case d.cfg.Classify(err) == FaultRetry:
			if pause(limited, attempt) == nil {
				continue
			}
		}
		if errors.Is(context.Cause(limited), store.ErrBusy) {
			err = fmt.Errorf("%w: waited %s: %w", store.ErrBusy, d.cfg.BeginTimeout, err)
		}
		timer.Stop()
		cancel(nil)
		return bun.Tx{}, nil, nil, fmt.Errorf("bunstore: begin: %w", err)
	}
}

// beginTx begins a transaction, on a connection that it also returns when that is wanted. Release gives that back after the transaction's end.
func beginTx(ctx context.Context, db *bun.DB, opts *sql.TxOptions, wantConn bool) (tx bun.Tx, conn *sql.Conn, release func(), err error) {
	if !wantConn {
		tx, err = db.BeginTx(ctx, opts)
		return tx, nil, func() {}, err
	}
	c, err := db.Conn(ctx)
	if err != nil {
		return bun.Tx{}, nil, nil, err
	}
	release = func() { _ = c.Close() }
	if tx, err = c.BeginTx(ctx, opts); err != nil {
		release()
	}
	return tx, c.Conn, release, err
}

// pause waits before the next attempt: some milliseconds, then longer, never the same for two.
func pause(ctx context.Context, attempt int) error {
	longest := 5 * time.Millisecond << min(attempt, 6)
	timer := time.NewTimer(longest/2 + rand.N(longest/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// roles opens every domain's roles on the session.
func (s *session) roles() store.Tx {
	projects, trees, box := projects{s}, trees{s}, placeOutbox{s}
	return store.Tx{
		Collab: collab.Tx{
			Account:  collab.SystemID(s.account),
			Partners: partners{s},
			Clients:  clients{s},
			Surveys:  surveys{s},
			Projects: projects,
			Shops:    shops{s},
			Ledger:   ledger{s},
			Runs:     runs{s},
			Places:   store.Places(trees, box),
			Inbox:    inbox{s},
			Outbox:   outbox{s},
			History:  history{s},
		},
		Locations: locations.Tx{
			Account: locations.Account(s.account),
			Trees:   trees,
			Shares:  store.Shares(projects),
			Inbox:   placeInbox{s},
			Outbox:  box,
			Pushes:  pushes{s},
			History: placeHistory{s},
		},
		Orgoverlay: orgoverlay.Tx{
			Account:    orgoverlay.Account(s.account),
			Registry:   registry{s},
			Orgs:       organizations{s},
			Sight:      sight{s},
			Overlays:   overlays{s},
			Claims:     claims{s},
			Extensions: extensions{s},
			Files:      files{s},
			People:     people{s},
			History:    orgHistory{s},
		},
	}
}
