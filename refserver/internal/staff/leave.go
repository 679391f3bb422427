package staff

import (
	"context"

	"github.com/uptrace/bun"
)

// Leave gives up all roles that a person holds on an account, which they do themselves; sessions in it end. The last administrator of an
// account and the system's last operator stay, and so does somebody who holds roles on no other account: both are an Invalid. An account on
// which they hold nothing is ErrNotFound, a token ErrForbidden.
func (d *Directory) Leave(ctx context.Context, who Who, account string) error {
	return d.update(ctx, "leave an account", func(ctx context.Context, tx bun.Tx) error {
		p, err := d.powerOf(ctx, tx, who)
		if err != nil {
			return err
		}
		if p.who.Person == "" {
			return ErrForbidden
		}
		row, _, err := personOf(ctx, tx, p.who.Person)
		if err != nil {
			return err
		}
		before, err := rolesOn(ctx, tx, account, row.ID)
		if err != nil {
			return err
		}
		if len(before) == 0 {
			return ErrNotFound
		}
		_, elsewhere, err := one[string](ctx, tx, "SELECT account FROM mspkit_staff_role WHERE person = ? AND account <> ? LIMIT 1", row.ID, account)
		if err != nil {
			return err
		}
		if !elsewhere {
			wrong := new(Invalid)
			wrong.add("account", RuleOnly, "this is your only account: without it you could not sign in")
			return wrong.err()
		}
		if err := putRoles(ctx, tx, account, &row, nil); err != nil {
			return err
		}
		if err := stripped(ctx, tx, row.ID, account, before, nil); err != nil {
			return err
		}
		if err := stillKept(ctx, tx, "account", account, before); err != nil {
			return err
		}
		return d.note(ctx, tx, Event{Account: account, Kind: EventRoles, By: row.ID, ByName: row.Name, On: row.ID, OnName: row.Name, Detail: join(before) + " -> "})
	})
}
