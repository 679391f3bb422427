package staff

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"
)

// Account is one that the system hosts.
type Account struct {
	ID, Name string
}

// Accounts returns those that the system hosts: its own, then the others by id.
func (d *Directory) Accounts(ctx context.Context) ([]Account, error) {
	rows, err := all[Account](ctx, d.read, "SELECT id, name FROM mspkit_staff_account ORDER BY id")
	if err != nil {
		return nil, in("list accounts", err)
	}
	return append([]Account{{d.cfg.Account, d.cfg.Name}}, rows...), nil
}

// FindAccounts returns a page of those whose id or name holds what is searched: the system's own, then the others by id, which After is.
func (d *Directory) FindAccounts(ctx context.Context, q Query) ([]Account, error) {
	var out []Account
	limit := bounded(q.Limit)
	if key := nameKey(strings.TrimSpace(q.Search)); q.After == "" && (strings.Contains(d.cfg.Account, key) || strings.Contains(nameKey(d.cfg.Name), key)) {
		out = append(out, Account{d.cfg.Account, d.cfg.Name})
	}
	after := q.After
	if after == d.cfg.Account { // which stands before all others
		after = ""
	}
	rows, err := all[Account](ctx, d.read, "SELECT id, name FROM mspkit_staff_account WHERE id > ? AND (id"+like+"OR name_key"+like+") ORDER BY id LIMIT ?",
		after, q.inName(), q.inName(), limit-len(out))
	return append(out, rows...), in("find accounts", err)
}

// hosts reports whether the system has an account.
func (d *Directory) hosts(ctx context.Context, db bun.IDB, account string) (bool, error) {
	if account == d.cfg.Account {
		return true, nil
	}
	_, there, err := one[string](ctx, db, "SELECT id FROM mspkit_staff_account WHERE id = ?", account)
	return there, err
}

// OpenAccount makes an account, on which the operator who asks becomes administrator and specialist. An id that an
// account has is Invalid, a token ErrForbidden.
func (d *Directory) OpenAccount(ctx context.Context, by Who, id, name string) error {
	return d.update(ctx, "open an account", func(ctx context.Context, tx bun.Tx) error {
		p, err := d.powerOf(ctx, tx, by)
		if err != nil {
			return err
		}
		if !p.over || p.who.Person == "" {
			return ErrForbidden
		}
		wrong := new(Invalid)
		wrong.account(id)
		if id == d.cfg.Account {
			wrong.add("account", RuleTaken, "is taken")
		}
		name := wrong.name(name)
		if err := wrong.err(); err != nil {
			return err
		}
		n, err := exec(ctx, tx, "INSERT INTO mspkit_staff_account (id, name, name_key, opened) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING", id, name, nameKey(name), d.now())
		if err != nil {
			return err
		}
		if n == 0 {
			wrong.add("account", RuleTaken, "is taken")
			return wrong
		}
		row, _, err := personOf(ctx, tx, p.who.Person)
		if err != nil {
			return err
		}
		roles := []string{Administers, Specialist}
		slices.Sort(roles)
		if err := putRoles(ctx, tx, id, &row, roles); err != nil {
			return err
		}
		return d.note(ctx, tx, Event{Account: id, Kind: EventAccountOpened, By: row.ID, ByName: row.Name, On: id, OnName: name})
	})
}
