package rivercourier_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/mspkit/mspkit/store"
)

// sqlQueue is a small store.Queue over one SQLite table, so that rows and jobs really share transactions. Times are microseconds.
type sqlQueue struct{ db *sql.DB }

var _ store.Queue = sqlQueue{}

const schema = `CREATE TABLE message (
	id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, stream TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
	next_at INTEGER NOT NULL, reason TEXT NOT NULL DEFAULT '', holder TEXT NOT NULL DEFAULT '', token INTEGER NOT NULL DEFAULT 0,
	leased_until INTEGER NOT NULL DEFAULT 0);
	CREATE INDEX message_open ON message (stream, id) WHERE state IN ('waiting', 'leased')`

// heads selects what can be leased at a time, oldest first.
const heads = `SELECT id FROM message m WHERE max(next_at * (state = 'waiting'), leased_until * (state = 'leased')) <= ?
	AND id = (SELECT min(id) FROM message WHERE stream = m.stream AND state IN ('waiting', 'leased')) ORDER BY id`

const columns = `id, key, stream, state, attempts, next_at, reason, holder, token, leased_until`

// insert writes a message inside somebody's transaction and returns its id.
func insert(ctx context.Context, tx *sql.Tx, key, stream string, due time.Time) (int64, error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO message (key, stream, state, next_at) VALUES (?, ?, 'waiting', ?)`, key, stream, due.UnixMicro())
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

func (q sqlQueue) query(ctx context.Context, query string, params ...any) ([]store.Message, error) {
	rows, err := q.db.QueryContext(ctx, query, params...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []store.Message
	for rows.Next() {
		m := store.Message{Account: "alder", Domain: store.DomainCollab}
		var state string
		var next, until int64
		if err := rows.Scan(&m.ID, &m.Key, &m.Stream, &state, &m.Attempts, &next, &m.Reason, &m.Holder, &m.Token, &until); err != nil {
			return nil, err
		}
		m.State, m.NextAt, m.LeasedUntil = store.ParseMessageState(state), time.UnixMicro(next).UTC(), time.UnixMicro(until).UTC()
		out = append(out, m)
	}
	return out, rows.Err()
}

func (q sqlQueue) exec(ctx context.Context, query string, params ...any) (int, error) {
	res, err := q.db.ExecContext(ctx, query, params...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

const lease = `UPDATE message SET state = 'leased', attempts = attempts + 1, token = token + 1, holder = ?, leased_until = ? WHERE id IN (`

func (q sqlQueue) Lease(ctx context.Context, holder string, now, until time.Time, limit int) ([]store.Message, error) {
	return q.query(ctx, lease+heads+` LIMIT ?) RETURNING `+columns, holder, until.UnixMicro(), now.UnixMicro(), limit)
}

func (q sqlQueue) LeaseOne(ctx context.Context, id int64, holder string, now, until time.Time) (store.Message, error) {
	ms, err := q.query(ctx, lease+heads+`) AND id = ? RETURNING `+columns, holder, until.UnixMicro(), now.UnixMicro(), id)
	if err == nil && len(ms) == 0 {
		err = store.ErrLeaseLost
	}
	if err != nil {
		return store.Message{}, err
	}
	return ms[0], nil
}

func (q sqlQueue) Settle(ctx context.Context, id, token int64, s store.Settlement) error {
	n, err := q.exec(ctx, `UPDATE message SET state = ?, next_at = ?, reason = ?, holder = '', leased_until = 0
		WHERE id = ? AND token = ? AND state = 'leased'`, s.State.String(), s.NextAt.UnixMicro(), s.Reason, id, token)
	if err == nil && n == 0 {
		err = fmt.Errorf("settle %d: %w", id, store.ErrLeaseLost)
	}
	return err
}

func (q sqlQueue) Free(ctx context.Context, holder string, now time.Time) (int, error) {
	return q.exec(ctx, `UPDATE message SET state = 'waiting', attempts = attempts - 1, next_at = ?, leased_until = 0
		WHERE holder = ? AND state = 'leased'`, now.UnixMicro(), holder)
}

func (q sqlQueue) Replay(context.Context, string, int64, time.Time) error {
	return errors.ErrUnsupported
}

func (q sqlQueue) List(ctx context.Context, f store.MessageQuery) ([]store.Message, error) {
	limit := f.Limit
	if limit == 0 {
		limit = -1
	}
	return q.query(ctx, `SELECT `+columns+` FROM message WHERE id > ? AND (? = '' OR state = ?) ORDER BY id LIMIT ?`,
		f.After, f.State.String(), f.State.String(), limit)
}

func (q sqlQueue) Next(ctx context.Context) (time.Time, error) {
	var at sql.NullInt64
	err := q.db.QueryRowContext(ctx, `SELECT min(CASE state WHEN 'leased' THEN leased_until ELSE next_at END) FROM message m
		WHERE id = (SELECT min(id) FROM message WHERE stream = m.stream AND state IN ('waiting', 'leased'))`).Scan(&at)
	if err != nil || !at.Valid {
		return time.Time{}, err
	}
	return time.UnixMicro(at.Int64).UTC(), nil
}
