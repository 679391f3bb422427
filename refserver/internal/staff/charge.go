package staff

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
)

// charge returns a person of whom somebody has charge, with all of the person's roles. It is the one place that decides on whom they may shut out, give a new
// password to, and see and end the sessions of; the rule is in the package's document. Whoever can do that gets hold of all that the person holds.
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
	beyond := slices.ContainsFunc(roles, func(r held) bool { return r.Account != row.Home || r.Role == Operates })
	switch {
	case !there || !seen && !p.over:
		return p, none, nil, ErrNotFound
	case p.over && (beyond || p.keeps(row.Home)), !beyond && p.keeps(row.Home):
	case !p.over:
		return p, none, nil, ErrForbidden
	default: // somebody of a hosted account, and of no other
		helped, err := otherAdministrator(ctx, tx, row)
		if err == nil && helped {
			err = ErrNotFound
		}
		if err != nil {
			return p, none, nil, err
		}
	}
	if !seen { // an operator's own account tells nothing of them
		row, _, err = personIn(ctx, tx, row.Home, person)
	}
	return p, row, roles, err
}

// otherAdministrator reports whether somebody else, who is not disabled, administers the account that a person belongs to.
func otherAdministrator(ctx context.Context, db bun.IDB, row personRow) (bool, error) {
	_, there, err := one[string](ctx, db, `SELECT p.id FROM mspkit_staff_role r JOIN mspkit_staff_person p ON p.id = r.person
		WHERE r.account = ? AND r.role = ? AND NOT p.disabled AND p.id <> ? LIMIT 1`, row.Home, Administers, row.ID)
	return there, err
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
