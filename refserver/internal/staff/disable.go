package staff

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
)

// Disable shuts a person out of every account, or lets them in again. Their sessions and the links that they made end at once, their
// tokens open nothing meanwhile. Operators can do so, and administrators of the account that the person belongs to as long as the person
// holds roles nowhere else and does not operate the system. The last administrator of an account and the system's last
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

// charge returns a person whom somebody may shut out, and may give a new password to, with all of the person's roles. An administrator who could
// do so to somebody with roles elsewhere would get hold of these.
func (d *Directory) charge(ctx context.Context, tx bun.IDB, by Who, person string) (power, personRow, []held, error) {
	none := personRow{}
	p, err := d.keeper(ctx, tx, by, by.Account)
	if err != nil {
		return p, none, nil, err
	}
	row, there, err := personIn(ctx, tx, by.Account, person)
	if err != nil {
		return p, none, nil, err
	}
	roles, err := all[held](ctx, tx, "SELECT account, person, role FROM mspkit_staff_role WHERE person = ? ORDER BY account, role", person)
	if err != nil {
		return p, none, nil, err
	}
	seen := row.Home == by.Account || len(on(roles, by.Account)) > 0
	above := func(r held) bool { return r.Account != by.Account || r.Role == Operates }
	switch {
	case !there || !p.over && !seen:
		return p, none, nil, ErrNotFound
	case !p.over && (row.Home != by.Account || slices.ContainsFunc(roles, above)):
		return p, none, nil, ErrForbidden
	case !seen: // an operator's own account tells nothing of them
		row, _, err = personIn(ctx, tx, row.Home, person)
	}
	return p, row, roles, err
}

// on returns the roles on one account.
func on(roles []held, account string) []string {
	var out []string
	for _, r := range roles {
		if r.Account == account {
			out = append(out, r.Role)
		}
	}
	return out
}
