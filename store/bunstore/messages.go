package bunstore

import (
	"context"
	"reflect"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// What comes from a partner and what goes to one: both domains share these tables.

type nonceRow struct {
	bun.BaseModel `bun:"table:mspkit_nonce"`
	Account       string `bun:",pk"`
	Partner       string `bun:",pk"`
	Nonce         string `bun:",pk"`
	ExpiresAt     int64
}

type replyRow struct {
	bun.BaseModel `bun:"table:mspkit_reply"`
	Account       string `bun:",pk"`
	Partner       string `bun:",pk"`
	Key           string `bun:",pk"`
	Digest        string
	Body          []byte
	KeptAt        int64
}

func (r *replyRow) reply() (collab.Reply, error) {
	return collab.Reply{Key: r.Key, Digest: r.Digest, Body: r.Body, At: fromMicros(r.KeptAt)}, nil
}

type messageRow struct {
	bun.BaseModel `bun:"table:mspkit_message"`
	ID            int64 `bun:",pk,autoincrement"`
	Account       string
	Domain        string
	Key           string
	Stream        string
	Kind          string
	Payload       []byte
	State         string
	Attempts      int64
	NextAt        int64
	Reason        string
	Holder        string
	Token         int64
	LeasedUntil   int64
	CreatedAt     int64
	SettledAt     int64
}

func (r *messageRow) message() (store.Message, error) {
	return store.Message{ID: r.ID, Account: r.Account, Domain: r.Domain, Key: r.Key, Stream: r.Stream, Kind: r.Kind, Payload: r.Payload,
		State: store.ParseMessageState(r.State), Attempts: int(r.Attempts), NextAt: fromMicros(r.NextAt), Reason: r.Reason, Holder: r.Holder,
		Token: r.Token, LeasedUntil: fromMicros(r.LeasedUntil), CreatedAt: fromMicros(r.CreatedAt), SettledAt: fromMicros(r.SettledAt)}, nil
}

var never = micros(time.Time{})

// useNonce and the two below answer for both domains, whose errors and shapes differ.
func (s *session) useNonce(ctx context.Context, partner, nonce string, expires time.Time, replayed error) error {
	row := nonceRow{Account: s.account, Partner: partner, Nonce: nonce, ExpiresAt: micros(expires)}
	if ok, err := write(ctx, s, verbInsert, &row); !ok {
		return refuse(err, replayed, "nonce of partner", partner)
	}
	return nil
}

func (s *session) reply(ctx context.Context, partner, key string, none error) (collab.Reply, error) {
	q := from[replyRow](s).Where("partner = ?", partner).Where("key = ?", key)
	return one(ctx, s, q, (*replyRow).reply, noSuch(none, "reply", partner, key))
}

func (s *session) keepReply(ctx context.Context, partner string, r collab.Reply, conflict error) error {
	row := replyRow{Account: s.account, Partner: partner, Key: r.Key, Digest: r.Digest, Body: r.Body, KeptAt: micros(r.At)}
	if ok, err := write(ctx, s, verbInsert, &row); !ok {
		return refuse(err, conflict, "reply", partner, r.Key)
	}
	return nil
}

// enqueue stores messages whose key is new.
func (s *session) enqueue(ctx context.Context, domain string, messages []collab.Message) error {
	rows := each(messages, func(m collab.Message) messageRow {
		return messageRow{Account: s.account, Domain: domain, Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload,
			State: store.MessageWaiting.String(), NextAt: micros(m.Due), LeasedUntil: never, CreatedAt: micros(m.Due), SettledAt: never}
	})
	if s.db.cfg.OnMessages != nil {
		return s.enqueueAndTell(ctx, rows)
	}
	for i := range rows {
		if _, err := write(ctx, s, verbInsert, &rows[i]); err != nil {
			return refuse(err, nil, "message", rows[i].Key)
		}
	}
	return nil
}

// messagesAtOnce is how many rows enqueueAndTell gives to a statement.
const messagesAtOnce = 100

// enqueueAndTell stores messages and notes the ids of the new ones for Config.OnMessages, or calls it at once where the commit is the host's. The
// ids come from the statement that writes: to read them afterwards would set the transaction against all that write messages beside it.
func (s *session) enqueueAndTell(ctx context.Context, rows []messageRow) error {
	table := s.db.write.Table(reflect.TypeFor[messageRow]())
	var ids []int64
	for rows := range slices.Chunk(rows, messagesAtOnce) {
		if err := s.writable(ctx); err != nil {
			return refuse(err, nil, "message", rows[0].Key)
		}
		var args []any
		for i := range rows {
			args = bind(args, reflect.ValueOf(&rows[i]).Elem(), written(table))
		}
		var added []int64
		found, err := s.tx.Tx.QueryContext(ctx, s.placeholders(s.statement(verbInsert, table, len(rows))+" RETURNING id"), args...)
		if err == nil {
			err = s.db.write.ScanRows(ctx, found, &added)
		}
		if err != nil {
			return refuse(s.fail("write "+table.Name, err), nil, "message", rows[0].Key)
		}
		ids = append(ids, added...)
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	if s.joined {
		return s.db.cfg.OnMessages(ctx, s.tx.Tx, ids)
	}
	s.enqueued = append(s.enqueued, ids...)
	return nil
}

type inbox struct{ s *session }

func (b inbox) UseNonce(ctx context.Context, partner collab.SystemID, nonce string, expires time.Time) error {
	return b.s.useNonce(ctx, string(partner), nonce, expires, collab.ErrReplayed)
}

func (b inbox) Reply(ctx context.Context, partner collab.SystemID, key string) (collab.Reply, error) {
	return b.s.reply(ctx, string(partner), key, collab.ErrNotFound)
}

func (b inbox) Keep(ctx context.Context, partner collab.SystemID, r collab.Reply) error {
	return b.s.keepReply(ctx, string(partner), r, collab.ErrConflict)
}

type outbox struct{ s *session }

func (b outbox) Enqueue(ctx context.Context, messages []collab.Message) error {
	return b.s.enqueue(ctx, store.DomainCollab, messages)
}

type placeInbox struct{ s *session }

func (b placeInbox) UseNonce(ctx context.Context, partner locations.PartnerID, nonce string, expires time.Time) error {
	return b.s.useNonce(ctx, string(partner), nonce, expires, locations.ErrReplayed)
}

func (b placeInbox) Reply(ctx context.Context, partner locations.PartnerID, key string) (locations.Reply, error) {
	r, err := b.s.reply(ctx, string(partner), key, locations.ErrNotFound)
	return locations.Reply(r), err
}

func (b placeInbox) Keep(ctx context.Context, partner locations.PartnerID, r locations.Reply) error {
	return b.s.keepReply(ctx, string(partner), collab.Reply(r), locations.ErrConflict)
}

type placeOutbox struct{ s *session }

func (b placeOutbox) Enqueue(ctx context.Context, messages []locations.Message) error {
	return b.s.enqueue(ctx, store.DomainLocations, each(messages, func(m locations.Message) collab.Message { return collab.Message(m) }))
}

func (b inbox) Forget(ctx context.Context, expired, kept time.Time) (int, error) {
	nonces, err := b.s.exec(ctx, "forget nonces", "DELETE FROM mspkit_nonce WHERE account = ? AND expires_at < ?", b.s.account, micros(expired))
	if err != nil {
		return 0, err
	}
	replies, err := b.s.exec(ctx, "forget replies", "DELETE FROM mspkit_reply WHERE account = ? AND kept_at < ?", b.s.account, micros(kept))
	return int(nonces + replies), err
}
