package staff

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
)

// The roles that go with every account, and those of the system's own beside them.
var (
	accountRoles = []string{Administers, "auditor", "end_user", "key_contact", "service_level_manager", Specialist}
	systemRoles  = []string{Operates, Works}
)

// Specialist is the role, in any account, of who works with its organization records.
const Specialist = "specialist"

// RolesOf returns the roles that can be held on an account, sorted.
func (d *Directory) RolesOf(account string) []string {
	roles := slices.Clone(accountRoles)
	if account == d.cfg.Account {
		roles = append(roles, systemRoles...)
	}
	slices.Sort(roles)
	return roles
}

// roles checks roles to be held on an account and returns them sorted, each once.
func (d *Directory) roles(wrong *Invalid, account string, roles []string) []string {
	roles = slices.Clone(roles)
	slices.Sort(roles)
	roles = slices.Compact(roles)
	for _, r := range roles {
		if !slices.Contains(d.RolesOf(account), r) {
			wrong.add("roles", RuleUnknown, "there is no role "+cut(r, maxName)+" on "+cut(account, maxID))
		}
	}
	return roles
}

// power is what who asks may do at this moment, whatever was so when the request began.
type power struct {
	who   Who
	roles []string // held now, on the account that is acted in
	over  bool     // operates the system
	kept  []string // the accounts that an operator administers
}

// powerOf looks up again what somebody holds, in the transaction that decides.
func (d *Directory) powerOf(ctx context.Context, tx bun.IDB, by Who) (power, error) {
	var now Who
	var in bool
	var err error
	if by.Token != "" {
		_, now, in, err = d.program(ctx, tx, "id", by.Token)
		in = in && now.Account == by.Account
	} else {
		var row personRow
		row, now.Roles, in, err = enters(ctx, tx, by.Account, by.Person)
		now.Person, now.Name, now.Account = row.ID, row.Name, by.Account
	}
	if err != nil {
		return power{}, err
	}
	if !in {
		return power{}, ErrForbidden
	}
	p := power{who: now, roles: now.Roles, over: by.Account == d.cfg.Account && slices.Contains(now.Roles, Operates)}
	if p.over {
		p.kept, err = all[string](ctx, tx, "SELECT account FROM mspkit_staff_role WHERE person = ? AND role = ?", now.Person, Administers)
	}
	return p, err
}

// keeps reports whether they keep the people and tokens of an account: its administrators, who act in it; of the system's own its operators, too, and
// these from there whatever account they administer.
func (p power) keeps(account string) bool {
	if p.who.Account == account {
		return p.over || slices.Contains(p.roles, Administers)
	}
	return p.over && slices.Contains(p.kept, account)
}

// keeper is powerOf somebody who keeps an account; others are ErrForbidden.
func (d *Directory) keeper(ctx context.Context, tx bun.IDB, by Who, account string) (power, error) {
	p, err := d.powerOf(ctx, tx, by)
	if err == nil && !p.keeps(account) {
		err = ErrForbidden
	}
	return p, err
}

// SetRoles replaces the roles that a person holds on an account; none: they leave it. Who keeps the account can do so; operators alone give and take
// the role of an operator. A person without a role there is ErrNotFound: invite them. Taking the
// last administrator from an account, or its last operator from the system, is an Invalid; a version that is not the person's is ErrConflict.
func (d *Directory) SetRoles(ctx context.Context, by Who, account, person string, roles []string, version int64) (Person, error) {
	return decide(ctx, d, "set roles", func(ctx context.Context, tx bun.Tx) (Person, error) {
		p, err := d.keeper(ctx, tx, by, account)
		if err != nil {
			return Person{}, err
		}
		row, there, err := personIn(ctx, tx, account, person)
		if err != nil {
			return Person{}, err
		}
		before, err := rolesOn(ctx, tx, account, person)
		if err != nil {
			return Person{}, err
		}
		if !there || len(before) == 0 {
			return Person{}, ErrNotFound
		}
		wrong := new(Invalid)
		after := d.roles(wrong, account, roles)
		if err := wrong.err(); err != nil {
			return Person{}, err
		}
		if slices.Contains(before, Operates) != slices.Contains(after, Operates) && !p.over {
			return Person{}, ErrForbidden
		}
		if row.Version+row.Changes != version {
			return Person{}, ErrConflict
		}
		if slices.Equal(before, after) {
			return row.person(after), nil
		}
		if err := putRoles(ctx, tx, account, &row, after); err != nil {
			return Person{}, err
		}
		if err := stripped(ctx, tx, row.ID, account, before, after); err != nil {
			return Person{}, err
		}
		if err := d.note(ctx, tx, Event{Account: account, Kind: EventRoles, By: p.who.ID(), ByName: p.who.Name, On: row.ID, OnName: row.Name, Detail: join(before) + " -> " + join(after)}); err != nil {
			return Person{}, err
		}
		return row.person(after), stillKept(ctx, tx, "roles", account, before)
	})
}

// putRoles writes what a person holds on an account, and counts that as a change there. Links for a new password end: who made one had charge of the person
// as they were, and would get what they hold from now on.
func putRoles(ctx context.Context, tx bun.Tx, account string, row *personRow, roles []string) error {
	if _, err := exec(ctx, tx, `INSERT INTO mspkit_staff_change (account, person, changes) VALUES (?, ?, 1)
		ON CONFLICT (account, person) DO UPDATE SET changes = mspkit_staff_change.changes + 1`, account, row.ID); err != nil {
		return err
	}
	row.Changes++
	if _, err := exec(ctx, tx, "DELETE FROM mspkit_staff_role WHERE account = ? AND person = ?", account, row.ID); err != nil {
		return err
	}
	if err := dropResets(ctx, tx, *row); err != nil {
		return err
	}
	for _, r := range roles {
		if _, err := exec(ctx, tx, "INSERT INTO mspkit_staff_role (account, person, role) VALUES (?, ?, ?)", account, row.ID, r); err != nil {
			return err
		}
	}
	return nil
}

// stripped ends what goes with roles that somebody no longer holds: the sessions in an account that they left, and the links that they made.
func stripped(ctx context.Context, tx bun.Tx, person, account string, before, after []string) error {
	if len(after) == 0 {
		if _, err := exec(ctx, tx, "DELETE FROM mspkit_staff_session WHERE person = ? AND account = ?", person, account); err != nil {
			return err
		}
	}
	lost := func(role string) bool { return slices.Contains(before, role) && !slices.Contains(after, role) }
	switch {
	case lost(Operates):
		return dropLinks(ctx, tx, person, "")
	case lost(Administers):
		return dropLinks(ctx, tx, person, account)
	}
	return nil
}

// dropLinks takes back the links to an account, or to any (empty), that a person made or a token that they issued.
func dropLinks(ctx context.Context, tx bun.Tx, person, account string) error {
	_, err := exec(ctx, tx, `DELETE FROM mspkit_staff_link WHERE (account = ? OR ? = '')
		AND (maker = ? OR maker IN (SELECT id FROM mspkit_staff_token WHERE issuer = ?))`, account, account, person, person)
	return err
}

// dropResets takes back the links for a new password of a person.
func dropResets(ctx context.Context, tx bun.Tx, row personRow) error {
	_, err := exec(ctx, tx, "DELETE FROM mspkit_staff_link WHERE kind = ? AND email_key = ?", string(Reset), row.EmailKey)
	return err
}

// stillKept refuses a change that takes the last administrator from an account, or the system's last operator, where somebody held these roles before.
func stillKept(ctx context.Context, tx bun.Tx, field, account string, before []string) error {
	wrong := new(Invalid)
	for _, role := range []string{Administers, Operates} {
		if !slices.Contains(before, role) {
			continue
		}
		there, err := someone(ctx, tx, account, role)
		if err != nil {
			return err
		}
		if !there {
			wrong.add(field, RuleLast, account+" would be left with nobody who is "+role)
		}
	}
	return wrong.err()
}
