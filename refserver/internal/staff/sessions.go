package staff

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/uptrace/bun"
)

// Session is one browser in which somebody is signed in.
type Session struct {
	ID      string
	Account string
	Started time.Time // when they signed in
	Seen    time.Time // the last request, to a minute
	Expires time.Time // unless it is used before
	IP      string
	Agent   string // as the browser says, cut to 200 characters
	Current bool   // that of this request
}

// seenEvery is how seldom a session that is used is written.
const seenEvery = time.Minute

// sessionRow is a session as it is kept: by the hash of the id that the browser has.
type sessionRow struct {
	Hash, ID, Person, Account          string
	Started, Seen, Confirmed, Deadline int64
	IP, Agent                          string
}

const sessionColumns = "hash, id, person, account, started, seen, confirmed, deadline, ip, agent"

// opening is what begins a session: what is to be kept, the one that it replaces, what is recorded of it, and by which password.
type opening struct {
	Row      sessionRow
	Replaces string // a hash, or empty
	Kind     string
	Proof    string // of a Person, or empty
}

// The one value in a session of scs is an opening, which lies in columns of ours.
const valueKey = "opening"

// codec carries an opening between scs and sessions.
type codec struct{}

func (codec) Encode(_ time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(values[valueKey])
}

func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	var o opening
	if err := json.Unmarshal(b, &o); err != nil {
		return time.Time{}, nil, err
	}
	return at(o.Row.Deadline), map[string]any{valueKey: o}, nil
}

// sessions is the store of scs. It is told hashes, never ids. A session that is used is not written through it, so that one that was ended
// meanwhile does not come back.
type sessions struct{ d *Directory }

var _ scs.CtxStore = sessions{}

var errContext = errors.New("staff: sessions want a context")

func (sessions) Find(string) ([]byte, bool, error)      { return nil, false, errContext }
func (sessions) Commit(string, []byte, time.Time) error { return errContext }
func (sessions) Delete(string) error                    { return errContext }

// FindCtx returns a session that has not ended.
func (s sessions) FindCtx(ctx context.Context, hash string) ([]byte, bool, error) {
	row, there, err := s.d.session(ctx, hash)
	if err != nil || !there {
		return nil, false, err
	}
	b, err := json.Marshal(opening{Row: row})
	return b, err == nil, err
}

// session returns one that has neither run out nor been ended.
func (d *Directory) session(ctx context.Context, hash string) (sessionRow, bool, error) {
	row, there, err := one[sessionRow](ctx, d.read, "SELECT "+sessionColumns+" FROM mspkit_staff_session WHERE hash = ?", hash)
	now := d.now()
	return row, there && now < row.Deadline && now < row.Seen+d.cfg.Idle.Microseconds(), err
}

// CommitCtx begins a session in place of another. Somebody who may not act in its account is ErrNotFound, and so is one to replace that ended
// meanwhile, other than by signing in again. A password that was replaced since it was given is ErrSignIn.
func (s sessions) CommitCtx(ctx context.Context, hash string, b []byte, _ time.Time) error {
	var o opening
	if err := json.Unmarshal(b, &o); err != nil {
		return err
	}
	r := o.Row
	r.Hash = hash
	d := s.d
	return d.update(ctx, "begin a session", func(ctx context.Context, tx bun.Tx) error {
		ended, err := exec(ctx, tx, "DELETE FROM mspkit_staff_session WHERE hash = ?", o.Replaces)
		if err != nil {
			return err
		}
		person, _, in, err := enters(ctx, tx, r.Account, r.Person)
		if err != nil {
			return err
		}
		if !in || ended == 0 && o.Kind != EventSignedIn {
			return ErrNotFound
		}
		kept, _, err := one[string](ctx, tx, "SELECT password FROM mspkit_staff_person WHERE id = ?", r.Person)
		if err != nil {
			return err
		}
		if o.Proof != "" && o.Proof != digest(kept) {
			return ErrSignIn
		}
		now := d.now()
		if _, err := exec(ctx, tx, "DELETE FROM mspkit_staff_session WHERE deadline <= ? OR seen <= ?", now, now-d.cfg.Idle.Microseconds()); err != nil {
			return err
		}
		if _, err := exec(ctx, tx, "INSERT INTO mspkit_staff_session ("+sessionColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			r.Hash, r.ID, r.Person, r.Account, r.Started, r.Seen, r.Confirmed, r.Deadline, r.IP, r.Agent); err != nil {
			return err
		}
		if err := sawIn(ctx, tx, r.Account, r.Person, r.Seen); err != nil {
			return err
		}
		return d.note(ctx, tx, Event{Account: r.Account, Kind: o.Kind, By: person.ID, ByName: person.Name, IP: r.IP})
	})
}

// DeleteCtx ends a session.
func (s sessions) DeleteCtx(ctx context.Context, hash string) error {
	_, err := exec(ctx, s.d.write, "DELETE FROM mspkit_staff_session WHERE hash = ?", hash)
	return err
}

// seen notes that a session is used, once a minute. It decides nothing, and so waits for no other change; it changes nothing where the session
// ended meanwhile.
func (d *Directory) seen(ctx context.Context, row sessionRow) error {
	now := d.now()
	if now-row.Seen < seenEvery.Microseconds() {
		return nil
	}
	return transact(ctx, d.write, func(ctx context.Context, tx bun.Tx) error {
		n, err := exec(ctx, tx, "UPDATE mspkit_staff_session SET seen = ? WHERE hash = ? AND seen = ?", now, row.Hash, row.Seen)
		if err != nil || n == 0 {
			return err
		}
		return sawIn(ctx, tx, row.Account, row.Person, now)
	})
}

// sawIn keeps when somebody acted in an account, which outlives their session.
func sawIn(ctx context.Context, tx bun.Tx, account, person string, now int64) error {
	_, err := exec(ctx, tx, `INSERT INTO mspkit_staff_seen (account, person, at) VALUES (?, ?, ?)
		ON CONFLICT (account, person) DO UPDATE SET at = excluded.at WHERE mspkit_staff_seen.at < excluded.at`, account, person, now)
	return err
}

// endSessions ends all of a person's.
func endSessions(ctx context.Context, tx bun.Tx, person string) error {
	_, err := exec(ctx, tx, "DELETE FROM mspkit_staff_session WHERE person = ?", person)
	return err
}

// Sessions returns those of a person that have not ended, the latest begun first.
func (d *Directory) Sessions(ctx context.Context, person string) ([]Session, error) {
	now := d.now()
	rows, err := all[sessionRow](ctx, d.read, "SELECT "+sessionColumns+" FROM mspkit_staff_session WHERE person = ? AND deadline > ? AND seen > ? ORDER BY started DESC, id",
		person, now, now-d.cfg.Idle.Microseconds())
	if err != nil {
		return nil, in("list sessions", err)
	}
	v, _ := visitOf(ctx)
	out := make([]Session, len(rows))
	for i, r := range rows {
		expires := min(r.Deadline, r.Seen+d.cfg.Idle.Microseconds())
		out[i] = Session{ID: r.ID, Account: r.Account, Started: at(r.Started), Seen: at(r.Seen), Expires: at(expires), IP: r.IP, Agent: r.Agent, Current: r.Hash == v.session.Hash}
	}
	return out, nil
}

// SessionsOf is Sessions for somebody else, who may Disable the person; others are ErrForbidden or ErrNotFound.
func (d *Directory) SessionsOf(ctx context.Context, by Who, person string) ([]Session, error) {
	if _, _, _, err := d.charge(ctx, d.read, by, person); err != nil {
		return nil, in("list sessions", err)
	}
	return d.Sessions(ctx, person)
}

// EndSessions ends every session of a person whom one may Disable, but that of this request, and returns how many there were.
func (d *Directory) EndSessions(ctx context.Context, by Who, person string) (n int64, err error) {
	v, _ := visitOf(ctx)
	return decide(ctx, d, "end sessions", func(ctx context.Context, tx bun.Tx) (int64, error) {
		p, row, _, err := d.charge(ctx, tx, by, person)
		if err != nil {
			return 0, err
		}
		n, err := exec(ctx, tx, "DELETE FROM mspkit_staff_session WHERE person = ? AND hash <> ?", row.ID, v.session.Hash)
		if err != nil || n == 0 {
			return n, err
		}
		return n, d.note(ctx, tx, Event{Account: row.Home, Kind: EventSessionEnded, By: p.who.ID(), ByName: p.who.Name, On: row.ID, OnName: row.Name})
	})
}

// EndSession ends a session of one's own, or of somebody whom one may Disable. Any other is ErrNotFound.
func (d *Directory) EndSession(ctx context.Context, by Who, id string) error {
	return d.update(ctx, "end a session", func(ctx context.Context, tx bun.Tx) error {
		row, there, err := one[sessionRow](ctx, tx, "SELECT "+sessionColumns+" FROM mspkit_staff_session WHERE id = ?", id)
		if err != nil {
			return err
		}
		if !there {
			return ErrNotFound
		}
		if by.Person == "" || row.Person != by.Person {
			_, _, _, err := d.charge(ctx, tx, by, row.Person)
			if slices.ContainsFunc([]error{ErrForbidden, ErrNotFound}, func(no error) bool { return errors.Is(err, no) }) {
				err = ErrNotFound
			}
			if err != nil {
				return err
			}
		}
		if _, err := exec(ctx, tx, "DELETE FROM mspkit_staff_session WHERE hash = ?", row.Hash); err != nil {
			return err
		}
		whose, _, err := personOf(ctx, tx, row.Person)
		if err != nil {
			return err
		}
		return d.note(ctx, tx, Event{Account: row.Account, Kind: EventSessionEnded, By: by.ID(), ByName: by.Name, On: whose.ID, OnName: whose.Name})
	})
}
