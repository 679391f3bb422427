package bunstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/mspkit/mspkit/store"
)

// queue works across accounts: its sessions have none.
type queue struct{ db *DB }

// open is the condition of the partial indexes on messages that are neither done nor parked; an index serves where it is repeated word for word.
const open = "state IN ('waiting', 'leased')"

// head is the condition for the oldest open message of its stream.
const head = "m." + open + " AND NOT EXISTS (SELECT 1 FROM mspkit_message AS o WHERE o.account = m.account AND o.stream = m.stream AND o." + open + " AND o.id < m.id)"

// ready is the time from which an open message can be leased.
const ready = "CASE m.state WHEN 'leased' THEN m.leased_until ELSE m.next_at END"

// lease leases up to limit heads that are due and meet the condition, oldest first.
func (q queue) lease(ctx context.Context, holder string, now, until time.Time, limit int, condition string, args ...any) ([]store.Message, error) {
	var out []store.Message
	err := q.db.run(ctx, forStatement, "", func(ctx context.Context, s *session) error {
		var rows []messageRow
		query := "UPDATE mspkit_message SET state = 'leased', holder = ?, leased_until = ?, attempts = attempts + 1, token = token + 1 WHERE id "
		pick := "SELECT m.id FROM mspkit_message AS m WHERE " + head + " AND " + ready + " <= ? AND " + condition + " ORDER BY m.id LIMIT ?"
		if q.db.postgres { // what another is leasing is left to it; an array is filled once, a list perhaps for each row
			query += "= ANY (ARRAY(" + pick + " FOR UPDATE OF m SKIP LOCKED)) RETURNING *"
		} else {
			query += "IN (" + pick + ") RETURNING *"
		}
		args := append([]any{holder, micros(until), micros(now)}, append(args, limit)...)
		if err := s.tx.NewRaw(query, args...).Scan(ctx, &rows); err != nil {
			return s.fail("lease messages", err)
		}
		out = make([]store.Message, len(rows))
		for i := range rows {
			out[i], _ = rows[i].message() // it cannot fail
		}
		slices.SortFunc(out, func(a, b store.Message) int { return cmp.Compare(a.ID, b.ID) })
		return nil
	})
	return out, err
}

func (q queue) Lease(ctx context.Context, holder string, now, until time.Time, limit int) ([]store.Message, error) {
	if limit <= 0 {
		return nil, nil
	}
	return q.lease(ctx, holder, now, until, limit, "1 = 1")
}

func (q queue) LeaseOne(ctx context.Context, id int64, holder string, now, until time.Time) (store.Message, error) {
	leased, err := q.lease(ctx, holder, now, until, 1, "m.id = ?", id)
	if err != nil {
		return store.Message{}, err
	}
	if len(leased) == 0 {
		return store.Message{}, lost("lease", id)
	}
	return leased[0], nil
}

func lost(op string, id int64) error {
	return fmt.Errorf("bunstore: %s message %d: %w", op, id, store.ErrLeaseLost)
}

// update runs one UPDATE in a transaction of its own and returns how many messages it changed.
func (q queue) update(ctx context.Context, what, query string, args ...any) (int64, error) {
	var n int64
	err := q.db.run(ctx, forStatement, "", func(ctx context.Context, s *session) error {
		var err error
		n, err = s.exec(ctx, what, "UPDATE mspkit_message SET "+query, args...)
		return err
	})
	return n, err
}

func (q queue) Settle(ctx context.Context, id, token int64, t store.Settlement) error {
	set, at := "settled_at = ?", t.At
	switch t.State {
	case store.MessageDone, store.MessageParked:
	case store.MessageWaiting:
		set, at = "next_at = ?", t.NextAt
	default:
		return fmt.Errorf("bunstore: settle message %d as %q: want done, parked or waiting", id, t.State)
	}
	n, err := q.update(ctx, "settle message "+strconv.FormatInt(id, 10),
		"state = ?, reason = ?, holder = '', leased_until = ?, "+set+" WHERE id = ? AND token = ? AND state = 'leased'",
		t.State.String(), t.Reason, never, micros(at), id, token)
	if err == nil && n == 0 {
		err = lost("settle", id)
	}
	return err
}

func (q queue) Free(ctx context.Context, holder string, now time.Time) (int, error) {
	n, err := q.update(ctx, "free messages of "+holder,
		"state = 'waiting', next_at = ?, holder = '', leased_until = ?, attempts = attempts - 1 WHERE "+open+" AND state = 'leased' AND holder = ?",
		micros(now), never, holder)
	return int(n), err
}

func (q queue) Replay(ctx context.Context, account string, id int64, now time.Time) error {
	n, err := q.update(ctx, "replay message "+strconv.FormatInt(id, 10),
		"state = 'waiting', next_at = ?, attempts = 0, settled_at = ? WHERE account = ? AND id = ? AND state = 'parked'",
		micros(now), never, account, id)
	if err == nil && n == 0 {
		err = lost("replay", id)
	}
	return err
}

func (q queue) List(ctx context.Context, query store.MessageQuery) ([]store.Message, error) {
	var out []store.Message
	err := q.db.run(ctx, forView, "", func(ctx context.Context, s *session) error {
		sel := s.tx.NewSelect().Model((*messageRow)(nil)).Where("id > ?", query.After)
		if query.Before != 0 {
			sel.Where("id < ?", query.Before).Order("id DESC")
		} else {
			sel.Order("id")
		}
		if query.Account != "" {
			sel.Where("account = ?", query.Account)
		}
		if query.State != store.MessageNone {
			sel.Where("state = ?", query.State.String())
		}
		var err error
		out, err = many(ctx, s, limit(sel, query.Limit), (*messageRow).message)
		return err
	})
	return out, err
}

func (q queue) Next(ctx context.Context) (time.Time, error) {
	var next time.Time
	err := q.db.run(ctx, forView, "", func(ctx context.Context, s *session) error {
		var soonest sql.NullInt64
		if err := s.tx.QueryRowContext(ctx, "SELECT min("+ready+") FROM mspkit_message AS m WHERE "+head).Scan(&soonest); err != nil {
			return s.fail("next message", err)
		}
		if next = (time.Time{}); soonest.Valid {
			next = fromMicros(soonest.Int64)
		}
		return nil
	})
	return next, err
}
