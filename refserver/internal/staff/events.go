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

// Events returns a page of what happened on an account, the latest first; before is the id of the last on the page before, or
// empty. A limit outside 1 to 500 is 500.
func (d *Directory) Events(ctx context.Context, account, before string, limit int) ([]Event, error) {
	if before == "" {
		before = "~" // after every id
	}
	rows, err := all[eventRow](ctx, d.read, `SELECT id, at, account, kind, by_id, by_name, on_id, on_name, detail, ip FROM mspkit_staff_event
		WHERE account = ? AND id < ? ORDER BY id DESC LIMIT ?`, account, before, bounded(limit))
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
