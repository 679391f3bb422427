package staff

import (
	"context"

	"github.com/uptrace/bun"
)

// Disable shuts a person out of every account, or lets them in again. Their sessions and the links that they made end at once, their
// tokens open nothing meanwhile. It is for who has charge of the person, as the package's document says; a person whom they do not know is
// ErrNotFound, one whom they have no charge of ErrForbidden. The last administrator of an account and the system's last
// operator stay, which is an Invalid; a version that is not the person's, as it is in
// the account that is acted in, or for those who are not known there in the one that they belong to, is ErrConflict.
func (d *Directory) Disable(ctx context.Context, by Who, person string, disabled bool, version int64) (Person, error) {
	return decide(ctx, d, "disable a person", func(ctx context.Context, tx bun.Tx) (Person, error) {
		p, row, roles, err := d.charge(ctx, tx, by, person)
		if err != nil {
			return Person{}, err
		}
		if row.Version+row.Changes != version {
			return Person{}, ErrConflict
		}
		if row.Disabled != disabled {
			row.Disabled = disabled
			row.Version++
			if err := d.shut(ctx, tx, p, row, roles); err != nil {
				return Person{}, err
			}
		}
		return row.person(on(roles, by.Account)), nil
	})
}

// shut writes that somebody is disabled or no longer is.
func (d *Directory) shut(ctx context.Context, tx bun.Tx, p power, row personRow, roles []held) error {
	if _, err := exec(ctx, tx, "UPDATE mspkit_staff_person SET disabled = ?, version = ? WHERE id = ?", row.Disabled, row.Version, row.ID); err != nil {
		return err
	}
	kind := EventEnabled
	if row.Disabled {
		kind = EventDisabled
		if err := endSessions(ctx, tx, row.ID); err != nil {
			return err
		}
		if err := dropLinks(ctx, tx, row.ID, ""); err != nil {
			return err
		}
		if err := dropResets(ctx, tx, row); err != nil {
			return err
		}
		for _, r := range roles {
			if err := stillKept(ctx, tx, "disabled", r.Account, []string{r.Role}); err != nil {
				return err
			}
		}
	}
	return d.note(ctx, tx, Event{Account: row.Home, Kind: kind, By: p.who.ID(), ByName: p.who.Name, On: row.ID, OnName: row.Name})
}
