package web

import (
	"cmp"
	"container/list"
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Class is a kind of route, of which each caller may use only so much.
type Class struct {
	Name   string
	Second float64 // requests in a second that can go on for ever
	Burst  int     // requests at once, after a pause
}

// The classes. Nobody at a desk comes near them, and a program that works through a list does not either.
var (
	Reading  = Class{"read", 200, 4000}
	Writing  = Class{"write", 100, 2000}
	Loading  = Class{"load", 2, 60}    // files
	Entering = Class{"enter", 0.5, 60} // passwords and links; wrong ones are counted more strictly where they are checked
	Peering  = Class{"peer", 400, 8000}
	// Everything is what one address may ask in all, before it is looked at who it is.
	Everything = Class{"all", 1000, 20000}
)

// Limits counts what callers ask, in memory. The zero value is ready; a nil one lets everything through.
type Limits struct {
	// Most is how many callers are remembered; beyond it those are forgotten first who have not asked for longest. Default: 20,000.
	Most int
	// AtOnce is how many requests of one account are worked on at the same time. Default: 256.
	AtOnce int
	// AtOnceEach is how many of these can be one person's or one program's, so that a single one does not keep all others waiting. Default: 64.
	AtOnceEach int
	// Scale multiplies what each class lets through. Default: 1.
	Scale float64
	// Now is the clock. Default: time.Now.
	Now func() time.Time

	mu      sync.Mutex
	order   list.List // of *bucket, the latest in front
	buckets map[caller]*list.Element
	working map[worker]int
}

// caller is who asks: an account at an address, for a kind of route.
type caller struct {
	account string
	from    netip.Prefix
	class   string
}

// worker is for whom something is worked on: for one of an account, or for all of it (empty).
type worker struct{ account, who string }

type bucket struct {
	caller
	*rate.Limiter
}

// Take counts a request of the account, "" for nobody's, that ctx belongs to. It returns 0, or how long the caller has to wait.
func (l *Limits) Take(ctx context.Context, account string, c Class) time.Duration {
	if l == nil {
		return 0
	}
	now := time.Now
	if l.Now != nil {
		now = l.Now
	}
	l.mu.Lock()
	b := l.bucket(caller{account, neighbours(ctx), c.Name}, c)
	l.mu.Unlock()
	at := now()
	r := b.ReserveN(at, 1)
	if wait := r.DelayFrom(at); wait > 0 {
		r.CancelAt(at)
		return wait
	}
	return 0
}

// bucket finds or makes a caller's.
func (l *Limits) bucket(who caller, c Class) *bucket {
	if e, ok := l.buckets[who]; ok {
		l.order.MoveToFront(e)
		return e.Value.(*bucket)
	}
	if l.buckets == nil {
		l.buckets = map[caller]*list.Element{}
	}
	scale, most := l.Scale, l.Most
	if scale == 0 {
		scale = 1
	}
	if most == 0 {
		most = 20_000
	}
	for len(l.buckets) >= most {
		last := l.order.Back()
		delete(l.buckets, l.order.Remove(last).(*bucket).caller)
	}
	b := &bucket{who, rate.NewLimiter(rate.Limit(c.Second*scale), max(1, int(float64(c.Burst)*scale)))}
	l.buckets[who] = l.order.PushFront(b)
	return b
}

// Begin counts a request of an account as being worked on, for a person or program of it; empty: for nobody who is known. Unless there are too many
// already it returns how to end that.
func (l *Limits) Begin(account, who string) (end func(), ok bool) {
	if l == nil {
		return func() {}, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	all, each := worker{account, ""}, worker{account, who}
	if l.working[all] >= cmp.Or(l.AtOnce, 256) || who != "" && l.working[each] >= cmp.Or(l.AtOnceEach, 64) {
		return nil, false
	}
	if l.working == nil {
		l.working = map[worker]int{}
	}
	count := func(by int) {
		for _, w := range slices.Compact([]worker{all, each}) {
			if l.working[w] += by; l.working[w] == 0 {
				delete(l.working, w)
			}
		}
	}
	count(1)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		count(-1)
	}, true
}

// Place names where a request came from as far as callers are told apart: an address, or of IPv6 the network.
func Place(ctx context.Context) string { return neighbours(ctx).String() }

// neighbours is the address that a request came from; of IPv6 the network, all of which one customer has.
func neighbours(ctx context.Context) netip.Prefix {
	ip, _ := ctx.Value(addressKey{}).(netip.Addr)
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	p, _ := ip.Prefix(bits) // none of no address
	return p
}
