package memstore

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/mspkit/mspkit/store"
)

type queue struct{ db *DB }

var _ store.Queue = queue{}

// heads walks the oldest open message of every stream, oldest first.
func (s *state) heads() iter.Seq[store.Message] {
	return func(yield func(store.Message) bool) {
		seen := map[[2]string]bool{}
		for k := range s.open.from(key{}) {
			m := *s.messages.get(k)
			stream := [2]string{m.Account, m.Stream}
			if seen[stream] {
				continue
			}
			seen[stream] = true
			m.Payload = bytes.Clone(m.Payload)
			if !yield(m) {
				return
			}
		}
	}
}

// ready returns when an open message at the head of its stream can be leased.
func ready(m store.Message) time.Time {
	if m.State == store.MessageLeased {
		return m.LeasedUntil
	}
	return m.NextAt
}

func lost(op string, id int64) error {
	return fmt.Errorf("memstore: %s message %d: %w", op, id, store.ErrLeaseLost)
}

// lease takes up to limit heads that are ready and wanted.
func (q queue) lease(ctx context.Context, holder string, now, until time.Time, limit int, wanted func(store.Message) bool) ([]store.Message, error) {
	var out []store.Message
	err := q.db.write(ctx, func(_ context.Context, s *state) error {
		for m := range s.heads() { // walks the tables as they were: what is saved below does not disturb it
			if len(out) >= limit {
				break
			}
			if ready(m).After(now) || !wanted(m) {
				continue
			}
			m.State, m.Holder, m.LeasedUntil = store.MessageLeased, holder, until
			m.Attempts++
			m.Token++
			out = append(out, m)
			m.Payload = bytes.Clone(m.Payload)
			s.save(m)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (q queue) Lease(ctx context.Context, holder string, now, until time.Time, limit int) ([]store.Message, error) {
	return q.lease(ctx, holder, now, until, limit, func(store.Message) bool { return true })
}

func (q queue) LeaseOne(ctx context.Context, id int64, holder string, now, until time.Time) (store.Message, error) {
	ms, err := q.lease(ctx, holder, now, until, 1, func(m store.Message) bool { return m.ID == id })
	if err != nil {
		return store.Message{}, err
	}
	if len(ms) == 0 {
		return store.Message{}, lost("lease", id)
	}
	return ms[0], nil
}

func (q queue) Settle(ctx context.Context, id, token int64, t store.Settlement) error {
	if t.State != store.MessageDone && t.State != store.MessageParked && t.State != store.MessageWaiting {
		return fmt.Errorf("memstore: settle message %d as %q: want done, parked or waiting", id, t.State)
	}
	return q.db.write(ctx, func(_ context.Context, s *state) error {
		p := s.messages.get(key{number(id)})
		if p == nil || p.State != store.MessageLeased || p.Token != token {
			return lost("settle", id)
		}
		m := *p
		m.State, m.Reason = t.State, t.Reason
		m.Holder, m.LeasedUntil = "", time.Time{}
		if t.State == store.MessageWaiting {
			m.NextAt = t.NextAt
		} else {
			m.SettledAt = t.At
		}
		s.save(m)
		return nil
	})
}

func (q queue) Free(ctx context.Context, holder string, now time.Time) (int, error) {
	n := 0
	err := q.db.write(ctx, func(_ context.Context, s *state) error {
		for k := range s.open.from(key{}) {
			m := *s.messages.get(k)
			if m.State != store.MessageLeased || m.Holder != holder {
				continue
			}
			m.State, m.NextAt, m.Holder, m.LeasedUntil = store.MessageWaiting, now, "", time.Time{}
			m.Attempts--
			s.save(m)
			n++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func (q queue) Replay(ctx context.Context, account string, id int64, now time.Time) error {
	return q.db.write(ctx, func(_ context.Context, s *state) error {
		p := s.messages.get(key{number(id)})
		if p == nil || p.Account != account || p.State != store.MessageParked {
			return lost("replay", id)
		}
		m := *p
		m.State, m.NextAt, m.Attempts, m.SettledAt = store.MessageWaiting, now, 0, time.Time{}
		s.save(m)
		return nil
	})
}

func (q queue) List(ctx context.Context, query store.MessageQuery) ([]store.Message, error) {
	var out []store.Message
	err := q.db.read(ctx, func(_ context.Context, s *state) error {
		for _, m := range s.messages.from(key{past(number(query.After))}) {
			if query.Before != 0 && m.ID >= query.Before || query.Before == 0 && query.Limit > 0 && len(out) >= query.Limit {
				break
			}
			if (query.Account == "" || m.Account == query.Account) && (query.State == store.MessageNone || m.State == query.State) {
				c := *m
				c.Payload = bytes.Clone(c.Payload)
				out = append(out, c)
			}
		}
		if query.Before == 0 {
			return nil
		}
		if slices.Reverse(out); query.Limit > 0 {
			out = out[:min(query.Limit, len(out))]
		}
		return nil
	})
	return out, err
}

func (q queue) Next(ctx context.Context) (time.Time, error) {
	var next time.Time
	err := q.db.read(ctx, func(_ context.Context, s *state) error {
		first := true
		for m := range s.heads() {
			if at := ready(m); first || at.Before(next) { // which may be due at the zero time
				next, first = at, false
			}
		}
		return nil
	})
	return next, err
}
