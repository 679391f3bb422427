package courier

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mspkit/mspkit/store"
)

// What an error can say about itself.
type (
	permanent interface {
		error
		Permanent() bool
	}
	retryAfter interface {
		error
		RetryAfter() time.Duration
	}
)

const (
	maxRetryAfter = time.Hour // so that a partner cannot put a message off for ever
	maxReason     = 500       // bytes
)

// carry delivers a leased message, settles it and writes what became of it into the report. It says whether the stream
// can go on. An error means that the settlement could not be written: the lease then runs out by itself.
func (c *Courier) carry(ctx context.Context, m store.Message, r *Report) (settled bool, err error) {
	failure := c.try(ctx, m)
	s := c.judge(ctx, m, failure)

	sctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleWithin)
	defer cancel()
	switch err := c.queue.Settle(sctx, m.ID, m.Token, s); {
	case errors.Is(err, store.ErrLeaseLost):
		r.Lost++
		return false, nil
	case err != nil:
		return false, fmt.Errorf("courier: settle message %d as %s: %w", m.ID, s.State, err)
	}
	switch {
	case failure == nil:
		r.Delivered++
		return true, nil
	case s.State == store.MessageParked:
		r.Parked++
	default:
		r.Retried++
	}
	r.Failures = append(r.Failures, Failure{
		ID: m.ID, Account: m.Account, Domain: m.Domain, Stream: m.Stream, Kind: m.Kind,
		Attempts: m.Attempts, State: s.State, NextAt: s.NextAt, Err: failure,
	})
	return s.State == store.MessageParked, nil
}

// try hands the message to its domain; a panic there becomes an error.
func (c *Courier) try(ctx context.Context, m store.Message) (err error) {
	deliver := c.deliver[m.Domain]
	if deliver == nil {
		return fmt.Errorf("courier: nobody delivers for domain %q", m.Domain)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("courier: panic in the delivery of %s: %v", m.Kind, p)
		}
	}()
	return deliver(ctx, m.Account, m)
}

// judge decides what becomes of a message after an attempt that ended with err.
func (c *Courier) judge(ctx context.Context, m store.Message, err error) store.Settlement {
	now := c.now()
	if err == nil {
		return store.Settlement{State: store.MessageDone, At: now}
	}
	s := store.Settlement{State: store.MessageWaiting, At: now, NextAt: now, Reason: reason(err)}
	p, ok := errors.AsType[permanent](err)
	switch {
	case ok && p.Permanent():
		s.State = store.MessageParked
	case errors.Is(ctx.Err(), context.Canceled): // interrupted, which is not the message's fault
		return s
	case m.Attempts >= c.cfg.MaxAttempts:
		s.State = store.MessageParked
	}
	if s.State == store.MessageParked {
		s.NextAt = time.Time{}
		return s
	}
	s.NextAt = now.Add(c.wait(m.Attempts, err)).Truncate(time.Microsecond)
	return s
}

// wait returns how long a message waits after its n-th failure.
func (c *Courier) wait(n int, err error) time.Duration {
	if e, ok := errors.AsType[retryAfter](err); ok {
		if d := e.RetryAfter(); d > 0 {
			return min(d, maxRetryAfter)
		}
	}
	d := c.cfg.Backoff
	for ; n > 1 && d < c.cfg.BackoffCap; n-- {
		d *= 2
	}
	d = min(d, c.cfg.BackoffCap)
	return d/2 + time.Duration(c.cfg.Rand()*float64(d/2))
}

// reason is what the row says about a failure: short, valid text without NUL, which some databases refuse.
func reason(err error) string {
	s := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", "\uFFFD"), "\uFFFD")
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "")
	}
	return s
}
