// Package memstore keeps everything in memory: a store.DB for the tests of hosts, and of this module.
//
// The state is a set of immutable tables. A transaction works on its own copy of them; committing swaps the copy in, and
// rolling back forgets it. There is one writing transaction at a time; reading ones wait for nobody and see the last commit.
package memstore

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/mspkit/mspkit/store"
)

// Config of a DB. The zero Config works.
type Config struct {
	// BeginTimeout is how long a writing transaction waits for the one before it, then store.ErrBusy. Default: 10 seconds.
	BeginTimeout time.Duration
}

// DB holds the data of every account in memory. It is safe for concurrent use.
type DB struct {
	timeout time.Duration
	writer  chan struct{} // holds one token, which the writing transaction has
	last    atomic.Pointer[state]
}

var _ store.DB = (*DB)(nil)

// New returns an empty DB.
func New(cfg Config) *DB {
	if cfg.BeginTimeout <= 0 {
		cfg.BeginTimeout = 10 * time.Second
	}
	db := &DB{timeout: cfg.BeginTimeout, writer: make(chan struct{}, 1)}
	db.writer <- struct{}{}
	db.last.Store(&state{})
	return db
}

// For returns the transactions of one account.
func (db *DB) For(account string) store.Scoped { return scoped{db, account} }

// Messages returns the queue of every account's messages. Called with the ctx of a transaction it answers store.ErrNested.
func (db *DB) Messages() store.Queue { return queue{db} }

// mark is the ctx key under which a transaction of this DB is known.
type mark struct{ db *DB }

func (db *DB) begin(ctx context.Context) error {
	if ctx.Value(mark{db}) != nil {
		return fmt.Errorf("memstore: begin: %w", store.ErrNested)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memstore: begin: %w", err)
	}
	return nil
}

// read runs fn over the last commit.
func (db *DB) read(ctx context.Context, fn func(context.Context, *state) error) error {
	if err := db.begin(ctx); err != nil {
		return err
	}
	s := *db.last.Load()
	return fn(context.WithValue(ctx, mark{db}, true), &s)
}

// write runs fn over a copy of the last commit, which becomes the last commit if fn returns nil.
func (db *DB) write(ctx context.Context, fn func(context.Context, *state) error) error {
	if err := db.begin(ctx); err != nil {
		return err
	}
	wait := time.NewTimer(db.timeout)
	defer wait.Stop()
	select {
	case <-db.writer:
	case <-ctx.Done():
		return fmt.Errorf("memstore: begin: %w", ctx.Err())
	case <-wait.C:
		return fmt.Errorf("memstore: begin: waited %v: %w", db.timeout, store.ErrBusy)
	}
	defer func() { db.writer <- struct{}{} }()
	s := *db.last.Load()
	if err := fn(context.WithValue(ctx, mark{db}, true), &s); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memstore: commit: %w", err)
	}
	done := s // fn may have kept s
	db.last.Store(&done)
	return nil
}

type scoped struct {
	db      *DB
	account string
}

func (c scoped) View(ctx context.Context, fn func(context.Context, store.View) error) error {
	if c.account == "" {
		return fmt.Errorf("memstore: view: %w", store.ErrNoAccount)
	}
	return c.db.read(ctx, func(ctx context.Context, s *state) error {
		a := s.account(c.account)
		return fn(ctx, bind(s, &a, c.account).View())
	})
}

func (c scoped) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	if c.account == "" {
		return fmt.Errorf("memstore: update: %w", store.ErrNoAccount)
	}
	return c.db.write(ctx, func(ctx context.Context, s *state) error {
		a := s.account(c.account)
		if err := fn(ctx, bind(s, &a, c.account)); err != nil {
			return err
		}
		s.accounts.put(keyOf(c.account), a)
		return nil
	})
}
