package staff

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// Event is something that happened to the people, links, sessions and tokens of an account.
type Event struct {
	ID      string
	At      time.Time
	Account string
	Kind    string // one of the Event constants
	By      string // the id of the person or token; empty: nobody who is known
	ByName  string
	On      string // the id of the person, link or token that it happened to
	OnName  string
	Detail  string // roles, say
	IP      string
}

// What happens.
const (
	EventSignedIn        = "signed_in"
	EventSignInFailed    = "sign_in_failed"
	EventSignedOut       = "signed_out"
	EventSwitched        = "switched"
	EventConfirmed       = "confirmed"
	EventSessionEnded    = "session_ended"
	EventPasswordChanged = "password_changed"
	EventInvited         = "invited"
	EventWithdrawn       = "withdrawn"
	EventJoined          = "joined"
	EventResetMade       = "reset_made"
	EventResetTaken      = "reset_taken"
	EventFirstMade       = "first_made"
	EventRoles           = "roles"
	EventDisabled        = "disabled"
	EventEnabled         = "enabled"
	EventAccountOpened   = "account_opened"
	EventTokenIssued     = "token_issued"
	EventTokenRevoked    = "token_revoked"
)

// page is the most that a list returns at once.
const page = 500

// eventRow is an Event as it is kept.
type eventRow struct {
	ID                                                    string
	At                                                    int64
	Account, Kind, ByID, ByName, OnID, OnName, Detail, IP string
}

// note writes that something happened.
func (d *Directory) note(ctx context.Context, tx bun.Tx, e Event) error {
	if v, ok := visitOf(ctx); ok && e.IP == "" {
		e.IP = v.ip
	}
	_, err := exec(ctx, tx, `INSERT INTO mspkit_staff_event (id, at, account, kind, by_id, by_name, on_id, on_name, detail, ip)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, d.cfg.NewID(), d.now(), e.Account, e.Kind, e.By, e.ByName, e.On, e.OnName, e.Detail, e.IP)
	return err
}

// EventQuery is which events are wanted.
type EventQuery struct {
	Kind   string // empty: any
	Person string // who did it or to whom it happened: an address, or the id of a person or token; empty: anybody
	Before string // the id of the last on the page before; empty: the latest
	Limit  int    // the most that is returned. Default, and at most: 500.
}

// Events returns a page of what happened on an account, the latest first.
func (d *Directory) Events(ctx context.Context, account string, q EventQuery) ([]Event, error) {
	query := "SELECT id, at, account, kind, by_id, by_name, on_id, on_name, detail, ip FROM mspkit_staff_event WHERE account = ?"
	args := []any{account}
	if q.Kind != "" {
		query, args = query+" AND kind = ?", append(args, q.Kind)
	}
	if q.Person != "" {
		id := q.Person
		if strings.Contains(id, "@") {
			row, there, err := one[personRow](ctx, d.read, "SELECT "+personColumns+" FROM mspkit_staff_person p WHERE p.email_key = ?", fold(id))
			if err != nil {
				return nil, in("list events", err)
			}
			if there {
				id = row.ID
			}
		}
		// An invitation happens to an address.
		query, args = query+" AND (by_id = ? OR on_id = ? OR LOWER(on_name) = ?)", append(args, id, id, fold(q.Person))
	}
	if q.Before != "" {
		query, args = query+" AND id < ?", append(args, q.Before)
	}
	rows, err := all[eventRow](ctx, d.read, query+" ORDER BY id DESC LIMIT ?", append(args, bounded(q.Limit))...)
	if err != nil {
		return nil, in("list events", err)
	}
	out := make([]Event, len(rows))
	for i, r := range rows {
		out[i] = Event{ID: r.ID, At: at(r.At), Account: r.Account, Kind: r.Kind, By: r.ByID, ByName: r.ByName, On: r.OnID, OnName: r.OnName, Detail: r.Detail, IP: r.IP}
	}
	return out, nil
}

func bounded(limit int) int {
	if limit < 1 || limit > page {
		return page
	}
	return limit
}

// Lists of roles are kept as words.
func join(roles []string) string  { return strings.Join(roles, " ") }
func split(roles string) []string { return strings.Fields(roles) }
