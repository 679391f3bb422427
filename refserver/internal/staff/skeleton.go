package staff

import (
	"context"
	"errors"
	"net/http"

	"github.com/uptrace/bun"
)

var errSoon = errors.New("staff: not there yet")

// Migrate brings the directory's tables up to date.
func Migrate(ctx context.Context, db *bun.DB) error { return errSoon }

// People returns a page of those who hold roles on an account, by address; after is the address of the page before.
func (d *Directory) People(ctx context.Context, account, after string, limit int) ([]Person, error) {
	return nil, errSoon
}

// PersonByID returns somebody who holds roles on an account or belongs to it, with those roles; else ErrNotFound.
func (d *Directory) PersonByID(ctx context.Context, account, id string) (Person, error) {
	return Person{}, errSoon
}

// Memberships returns what a person holds, by account.
func (d *Directory) Memberships(ctx context.Context, person string) ([]Membership, error) {
	return nil, errSoon
}

// SetRoles replaces the roles of somebody on an account.
func (d *Directory) SetRoles(ctx context.Context, by Who, account, person string, roles []string, version int64) (Person, error) {
	return Person{}, errSoon
}

// Disable shuts somebody out, or lets them in again.
func (d *Directory) Disable(ctx context.Context, by Who, person string, disabled bool, version int64) (Person, error) {
	return Person{}, errSoon
}

// HasAdministrator reports whether somebody administers the system's own account.
func (d *Directory) HasAdministrator(ctx context.Context) (bool, error) { return false, errSoon }

// Accounts returns those that the system hosts, its own first.
func (d *Directory) Accounts(ctx context.Context) ([]Account, error) { return nil, errSoon }

// OpenAccount makes an account that by administers.
func (d *Directory) OpenAccount(ctx context.Context, by Who, id, name string) error { return errSoon }

// FirstLink makes the link for the first administrator.
func (d *Directory) FirstLink(ctx context.Context) (token string, err error) { return "", errSoon }

// Invite makes a link that gives roles.
func (d *Directory) Invite(ctx context.Context, by Who, in Invitation) (token string, link Link, err error) {
	return "", Link{}, errSoon
}

// Reset makes a link for a new password.
func (d *Directory) Reset(ctx context.Context, by Who, person string) (token string, link Link, err error) {
	return "", Link{}, errSoon
}

// Links returns the invitations to an account that are open.
func (d *Directory) Links(ctx context.Context, account string) ([]Link, error) { return nil, errSoon }

// Withdraw takes a link back.
func (d *Directory) Withdraw(ctx context.Context, by Who, id string) error { return errSoon }

// Link says what a link is for, and leaves it as it is.
func (d *Directory) Link(ctx context.Context, token string) (Link, error) { return Link{}, errSoon }

// TakeLink uses a link.
func (d *Directory) TakeLink(ctx context.Context, token, name, email, password string) (Person, error) {
	return Person{}, errSoon
}

// AcceptLink uses an invitation of somebody who is signed in.
func (d *Directory) AcceptLink(ctx context.Context, token string, who Who) error { return errSoon }

// SignIn checks a password.
func (d *Directory) SignIn(ctx context.Context, email, password, ip string) (Person, error) {
	return Person{}, errSoon
}

// ChangePassword replaces somebody's own password.
func (d *Directory) ChangePassword(ctx context.Context, who Who, old, replacement string) error {
	return errSoon
}

// Middleware puts who asks into the context of each request.
func (d *Directory) Middleware(next http.Handler) http.Handler { return next }

// Begin signs somebody in, in an account; empty: the one they belong to, else the first.
func (d *Directory) Begin(ctx context.Context, person Person, account string) error { return errSoon }

// End signs out.
func (d *Directory) End(ctx context.Context) error { return errSoon }

// Switch goes on in another account.
func (d *Directory) Switch(ctx context.Context, account string) error { return errSoon }

// Confirm makes who is signed in Fresh.
func (d *Directory) Confirm(ctx context.Context, password string) error { return errSoon }

// Stands reports whether who asks in ctx would still be let in, for streams that outlive their request's look-up.
func (d *Directory) Stands(ctx context.Context) (bool, error) { return false, errSoon }

// Sessions returns a person's sessions.
func (d *Directory) Sessions(ctx context.Context, person string) ([]Session, error) {
	return nil, errSoon
}

// EndSession ends one.
func (d *Directory) EndSession(ctx context.Context, by Who, id string) error { return errSoon }

// Issue makes a token on the account in which by acts.
func (d *Directory) Issue(ctx context.Context, by Who, in TokenInput) (secret string, token Token, err error) {
	return "", Token{}, errSoon
}

// Tokens returns those of an account.
func (d *Directory) Tokens(ctx context.Context, account string) ([]Token, error) { return nil, errSoon }

// Revoke ends a token.
func (d *Directory) Revoke(ctx context.Context, by Who, id string) error { return errSoon }

// Events returns a page of what happened on an account, the latest first; before is the id of the last on the page before.
func (d *Directory) Events(ctx context.Context, account, before string, limit int) ([]Event, error) {
	return nil, errSoon
}
