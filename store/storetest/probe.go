package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mspkit/mspkit/store"
)

// Accounts that the cases use.
const (
	alder = "alder"
	birch = "birch"
	cedar = "cedar"
)

// probe is one run of a case: it collects what goes against the rule and goes on.
type probe struct {
	ctx  context.Context
	db   store.DB
	mu   sync.Mutex
	errs []error
}

func newCase(name, rule string, fn func(*probe)) Case {
	return Case{Name: name, Rule: rule, Run: func(ctx context.Context, db store.DB) (err error) {
		p := &probe{ctx: ctx, db: db}
		defer func() {
			if r := recover(); r != nil {
				p.failf("panic: %v", r)
			}
			err = errors.Join(p.errs...)
		}()
		fn(p)
		return nil
	}}
}

func (p *probe) failf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	const most = 5 // the rest follows from these
	if len(p.errs) < most {
		p.errs = append(p.errs, fmt.Errorf(format, args...))
	}
}

// ok notes an error that must not be, and reports whether there was none.
func (p *probe) ok(what string, err error) bool {
	if err != nil {
		p.failf("%s: %w", what, err)
	}
	return err == nil
}

// is notes an error that is not target.
func (p *probe) is(what string, err, target error) {
	if !errors.Is(err, target) {
		p.failf("%s: error is %v, want %v", what, err, target)
	}
}

// sameTime compares the instant and wants UTC.
var sameTime = cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.Location() == b.Location() })

// equal notes a difference. Nil and empty slices are the same.
func (p *probe) equal(what string, got, want any) {
	if reflect.DeepEqual(got, want) {
		return
	}
	if d := cmp.Diff(want, got, sameTime, cmpopts.EquateEmpty()); d != "" {
		p.failf("%s (-want +got):\n%s", what, d)
	}
}

// write runs an Update that must commit.
func (p *probe) write(what, account string, fn func(context.Context, store.Tx) error) {
	p.ok(what, p.db.For(account).Update(p.ctx, fn))
}

// refused runs an Update whose closure must meet target, which rolls it back.
func (p *probe) refused(what, account string, target error, fn func(context.Context, store.Tx) error) {
	p.is(what, p.db.For(account).Update(p.ctx, fn), target)
}

// read runs a View.
func (p *probe) read(what, account string, fn func(context.Context, store.View) error) {
	p.ok(what, p.db.For(account).View(p.ctx, fn))
}

// day is the time of most cases; at moves on from it.
var day = time.Date(2031, 5, 17, 9, 30, 15, 123456000, time.UTC)

func at(seconds int) time.Time { return day.Add(time.Duration(seconds) * time.Second) }
