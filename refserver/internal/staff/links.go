package staff

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"
)

// Kind says what a link is for.
type Kind string

// The kinds of links.
const (
	First  Kind = "first"  // to become the first administrator of the system
	Invite Kind = "invite" // to get roles on an account
	Reset  Kind = "reset"  // to choose a new password
)

// How long links are good.
const (
	firstFor  = 24 * time.Hour
	inviteFor = 7 * 24 * time.Hour
	resetFor  = 24 * time.Hour
)

// Invitation is what somebody is invited to.
type Invitation struct {
	Email   string
	Name    string // may be empty: they give it
	Home    string // the account that they belong to, if they are new; operators alone can name another than Account. Default: Account.
	Account string
	Roles   []string // at least one
}

// Link is what a one-time link is for.
type Link struct {
	ID      string
	Kind    Kind
	Account string   // the one of an invitation, else the person's or the system's own
	Email   string   // empty for First
	Name    string   // may be empty
	Roles   []string // of an invitation, sorted
	Known   bool     // the address is somebody's, so that an invitation wants them to sign in and accept; only the method Link tells
	Expires time.Time
}

// linkRow is a Link as it is kept: by the hash of its token. It goes when it is used.
type linkRow struct {
	Hash, ID                                    string
	Kind                                        Kind
	Account, Email, EmailKey, Name, Home, Roles string
	Maker                                       string
	Expires                                     int64
}

const linkColumns = "hash, id, kind, account, email, email_key, name, home, roles, maker, expires"

func (r linkRow) link(known bool) Link {
	return Link{ID: r.ID, Kind: r.Kind, Account: r.Account, Email: r.Email, Name: r.Name, Roles: split(r.Roles), Known: known, Expires: at(r.Expires)}
}

// FirstLink makes the link by which somebody becomes the first administrator of the system, for 24 hours, and returns its token. It replaces the
// one before. With an administrator there it is ErrConflict.
func (d *Directory) FirstLink(ctx context.Context) (token string, err error) {
	made, err := decide(ctx, d, "make the first link", func(ctx context.Context, tx bun.Tx) (made, error) {
		there, err := someone(ctx, tx, d.cfg.Account, Administers)
		if err != nil {
			return made{}, err
		}
		if there {
			return made{}, ErrConflict
		}
		return d.putLink(ctx, tx, linkRow{Kind: First, Account: d.cfg.Account, Home: d.cfg.Account}, firstFor, Event{Kind: EventFirstMade})
	})
	return made.token, err
}

// Invite makes a link that gives somebody roles on an account, for 7 days, and returns its token. It replaces an open one for the same address and
// account. Who keeps the account can invite; operators alone can make operators.
func (d *Directory) Invite(ctx context.Context, by Who, invitation Invitation) (token string, link Link, err error) {
	made, err := decide(ctx, d, "invite", func(ctx context.Context, tx bun.Tx) (made, error) {
		p, err := d.keeper(ctx, tx, by, invitation.Account)
		if err != nil {
			return made{}, err
		}
		row, err := d.invited(ctx, tx, p, invitation)
		if err != nil {
			return made{}, err
		}
		return d.putLink(ctx, tx, row, inviteFor, Event{Kind: EventInvited, By: p.who.ID(), ByName: p.who.Name, OnName: row.Email, Detail: row.Roles})
	})
	return made.token, made.link, err
}

// invited checks an invitation by somebody who keeps the account.
func (d *Directory) invited(ctx context.Context, tx bun.Tx, p power, v Invitation) (linkRow, error) {
	wrong := new(Invalid)
	row := linkRow{Kind: Invite, Account: v.Account, Email: wrong.email(v.Email), Home: v.Home, Maker: p.who.ID()}
	row.EmailKey = fold(row.Email)
	if v.Name != "" {
		row.Name = wrong.name(v.Name)
	}
	if row.Home == "" {
		row.Home = v.Account
	}
	if !p.over && row.Home != v.Account {
		return row, ErrForbidden
	}
	there, err := d.hosts(ctx, tx, row.Home)
	if err != nil {
		return row, err
	}
	if !there {
		wrong.add("home", RuleUnknown, "this system has no account "+cut(row.Home, maxID))
	}
	roles := d.roles(wrong, v.Account, v.Roles)
	if len(roles) == 0 {
		wrong.add("roles", RuleRequired, "give at least one role")
	}
	row.Roles = join(roles)
	if slices.Contains(roles, Operates) && !p.over {
		return row, ErrForbidden
	}
	return row, wrong.err()
}

// Reset makes a link by which a person chooses a new password, for 24 hours, and returns its token. It replaces the one before, and ends
// when the person's roles change. Whoever may Disable the person can make it; somebody disabled gets none, which is ErrConflict.
func (d *Directory) Reset(ctx context.Context, by Who, person string) (token string, link Link, err error) {
	made, err := decide(ctx, d, "make a link for a new password", func(ctx context.Context, tx bun.Tx) (made, error) {
		p, to, _, err := d.charge(ctx, tx, by, person)
		if err != nil {
			return made{}, err
		}
		if to.Disabled {
			return made{}, ErrConflict
		}
		row := linkRow{Kind: Reset, Account: to.Home, Email: to.Email, EmailKey: to.EmailKey, Name: to.Name, Home: to.Home, Maker: p.who.ID()}
		return d.putLink(ctx, tx, row, resetFor, Event{Kind: EventResetMade, By: p.who.ID(), ByName: p.who.Name, On: to.ID, OnName: to.Name})
	})
	return made.token, made.link, err
}

// made is a new link.
type made struct {
	token string
	link  Link
}

// putLink writes a link in place of one of the same kind for the same address and account, with an event, and drops those that have run out.
func (d *Directory) putLink(ctx context.Context, tx bun.Tx, r linkRow, good time.Duration, e Event) (made, error) {
	token := mint()
	r.Hash, r.ID, r.Expires = digest(token), d.cfg.NewID(), d.now()+good.Microseconds()
	if _, err := exec(ctx, tx, "DELETE FROM mspkit_staff_link WHERE expires <= ? OR kind = ? AND account = ? AND email_key = ?", d.now(), string(r.Kind), r.Account, r.EmailKey); err != nil {
		return made{}, err
	}
	if _, err := exec(ctx, tx, "INSERT INTO mspkit_staff_link ("+linkColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		r.Hash, r.ID, string(r.Kind), r.Account, r.Email, r.EmailKey, r.Name, r.Home, r.Roles, r.Maker, r.Expires); err != nil {
		return made{}, err
	}
	e.Account = r.Account
	if e.On == "" {
		e.On = r.ID
	}
	return made{token, r.link(false)}, d.note(ctx, tx, e)
}

// Links returns the invitations to an account that are open, by address.
func (d *Directory) Links(ctx context.Context, account string) ([]Link, error) {
	rows, err := all[linkRow](ctx, d.read, "SELECT "+linkColumns+" FROM mspkit_staff_link WHERE kind = ? AND account = ? AND expires > ? ORDER BY email_key", string(Invite), account, d.now())
	if err != nil {
		return nil, in("list links", err)
	}
	out := make([]Link, len(rows))
	for i, r := range rows {
		out[i] = r.link(false)
	}
	return out, nil
}

// Withdraw takes an open invitation back. Who keeps its account can do so; any other is ErrNotFound.
func (d *Directory) Withdraw(ctx context.Context, by Who, id string) error {
	return d.update(ctx, "withdraw an invitation", func(ctx context.Context, tx bun.Tx) error {
		p, err := d.keeper(ctx, tx, by, by.Account)
		if err != nil {
			return err
		}
		row, there, err := one[linkRow](ctx, tx, "SELECT "+linkColumns+" FROM mspkit_staff_link WHERE kind = ? AND id = ?", string(Invite), id)
		if err != nil {
			return err
		}
		if !there || !p.keeps(row.Account) {
			return ErrNotFound
		}
		if _, err := exec(ctx, tx, "DELETE FROM mspkit_staff_link WHERE hash = ?", row.Hash); err != nil {
			return err
		}
		return d.note(ctx, tx, Event{Account: row.Account, Kind: EventWithdrawn, By: p.who.ID(), ByName: p.who.Name, On: row.ID, OnName: row.Email})
	})
}

// Link says what a link is for, and leaves it as it is. One that is no longer good is ErrLink.
func (d *Directory) Link(ctx context.Context, token string) (Link, error) {
	row, err := d.open(ctx, d.read, token)
	if err != nil {
		return Link{}, in("look at a link", err)
	}
	known, err := taken(ctx, d.read, row.EmailKey)
	return row.link(known), in("look at a link", err)
}

// open returns a link that is good.
func (d *Directory) open(ctx context.Context, db bun.IDB, token string) (linkRow, error) {
	row, there, err := one[linkRow](ctx, db, "SELECT "+linkColumns+" FROM mspkit_staff_link WHERE hash = ? AND expires > ?", digest(token), d.now())
	if err == nil && !there {
		err = ErrLink
	}
	return row, err
}

// taken reports whether somebody has an address.
func taken(ctx context.Context, db bun.IDB, emailKey string) (bool, error) {
	_, there, err := one[string](ctx, db, "SELECT id FROM mspkit_staff_person WHERE email_key = ?", emailKey)
	return there, err
}
