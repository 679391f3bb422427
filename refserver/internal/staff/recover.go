package staff

import (
	"context"

	"github.com/uptrace/bun"
)

// Recover makes a link for a new password for the person of an address, as Reset does, for whoever holds the database itself. An address that
// nobody has, or somebody disabled, is ErrNotFound.
func (d *Directory) Recover(ctx context.Context, email string) (token string, err error) {
	made, err := decide(ctx, d, "recover", func(ctx context.Context, tx bun.Tx) (made, error) {
		to, there, err := one[personRow](ctx, tx, "SELECT "+personColumns+" FROM mspkit_staff_person p WHERE p.email_key = ?", fold(email))
		if err != nil {
			return made{}, err
		}
		if !there || to.Disabled {
			return made{}, ErrNotFound
		}
		row := linkRow{Kind: Reset, Account: to.Home, Email: to.Email, EmailKey: to.EmailKey, Name: to.Name, Home: to.Home}
		return d.putLink(ctx, tx, row, resetFor, Event{Kind: EventResetMade, On: to.ID, OnName: to.Name, Detail: "by who holds the database"})
	})
	return made.token, err
}
