package staff

import (
	"context"
	"time"

	"github.com/uptrace/bun"
)

// Person is somebody who may sign in.
type Person struct {
	ID        string
	Email     string // as it was given
	Name      string
	Home      string // the account that they belong to
	Disabled  bool
	Version   int64 // counts changes of the person, and of their roles on the account that was asked for
	CreatedAt time.Time
	Roles     []string  // on the account that was asked for, sorted; else empty
	Seen      time.Time // People and PersonByID: when they last acted in that account, to a minute; zero: never

	proof string // the digest of what is kept of the password that was given, where one was; see Begin
}

// Membership is what somebody holds on one account.
type Membership struct {
	Account string
	Name    string // the account's
	Roles   []string
}

// personRow is a Person as it is kept, without the password.
type personRow struct {
	ID, Email, EmailKey, Name, Home string
	Disabled                        bool
	Version, Created                int64
	Seen, Changes                   int64 // in an account, where a query tells it: when they acted there, and how often their roles there changed
}

const (
	personColumns = "p.id, p.email, p.email_key, p.name, p.home, p.disabled, p.version, p.created"
	// selectIn takes, twice, the account in which people are looked at. What changes in another is not to be told in it, not even by a number.
	selectIn = "SELECT " + personColumns + ", COALESCE(s.at, 0) AS seen, COALESCE(c.changes, 0) AS changes FROM mspkit_staff_person p" +
		" LEFT JOIN mspkit_staff_seen s ON s.account = ? AND s.person = p.id LEFT JOIN mspkit_staff_change c ON c.account = ? AND c.person = p.id"
)

func (r personRow) person(roles []string) Person {
	return Person{ID: r.ID, Email: r.Email, Name: r.Name, Home: r.Home, Disabled: r.Disabled, Version: r.Version + r.Changes, CreatedAt: at(r.Created), Roles: roles, Seen: at(r.Seen)}
}

// held is one role of a person.
type held struct{ Account, Person, Role string }

// PeopleQuery is which of an account's people are wanted.
type PeopleQuery struct {
	Query           // in names and addresses
	Role     string // held on the account; empty: any
	Disabled *bool  // nil: whether or not
}

// People returns a page of those who hold roles on an account, in the order of their addresses, which After is one of.
func (d *Directory) People(ctx context.Context, account string, q PeopleQuery) ([]Person, error) {
	query := selectIn + " WHERE p.email_key > ? AND (p.email_key" + like + "OR p.name_key" + like + ")"
	args := []any{account, account, fold(q.After), q.inAddress(), q.inName()}
	if q.Disabled != nil {
		query, args = query+" AND p.disabled = ?", append(args, *q.Disabled)
	}
	query += " AND EXISTS (SELECT 1 FROM mspkit_staff_role r WHERE r.account = ? AND r.person = p.id AND (r.role = ? OR ? = '')) ORDER BY p.email_key LIMIT ?"
	rows, err := all[personRow](ctx, d.read, query, append(args, account, q.Role, q.Role, bounded(q.Limit))...)
	if err != nil || len(rows) == 0 {
		return nil, in("list people", err)
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	roles, err := all[held](ctx, d.read, "SELECT account, person, role FROM mspkit_staff_role WHERE account = ? AND person IN (?) ORDER BY role", account, bun.List(ids))
	if err != nil {
		return nil, in("list people", err)
	}
	of := map[string][]string{}
	for _, r := range roles {
		of[r.Person] = append(of[r.Person], r.Role)
	}
	out := make([]Person, len(rows))
	for i, r := range rows {
		out[i] = r.person(of[r.ID])
	}
	return out, nil
}

// PersonByID returns somebody who holds roles on an account or belongs to it, with those roles. Everybody else is ErrNotFound.
func (d *Directory) PersonByID(ctx context.Context, account, id string) (Person, error) {
	p, err := known(ctx, d.read, account, id)
	return p, in("look up a person", err)
}

// known is PersonByID.
func known(ctx context.Context, db bun.IDB, account, id string) (Person, error) {
	row, there, err := personIn(ctx, db, account, id)
	if err != nil {
		return Person{}, err
	}
	roles, err := rolesOn(ctx, db, account, id)
	if err != nil {
		return Person{}, err
	}
	if !there || len(roles) == 0 && row.Home != account {
		return Person{}, ErrNotFound
	}
	return row.person(roles), nil
}

// Memberships returns what a person holds, by account. Somebody unknown holds nothing.
func (d *Directory) Memberships(ctx context.Context, person string) ([]Membership, error) {
	rows, err := all[struct{ Account, Name, Role string }](ctx, d.read, `SELECT r.account, COALESCE(a.name, ?) AS name, r.role
		FROM mspkit_staff_role r LEFT JOIN mspkit_staff_account a ON a.id = r.account WHERE r.person = ? ORDER BY r.account, r.role`, d.cfg.Name, person)
	if err != nil {
		return nil, in("list memberships", err)
	}
	var out []Membership
	for _, r := range rows {
		if n := len(out); n == 0 || out[n-1].Account != r.Account {
			out = append(out, Membership{Account: r.Account, Name: r.Name})
		}
		last := &out[len(out)-1]
		last.Roles = append(last.Roles, r.Role)
	}
	return out, nil
}

// HasAdministrator reports whether somebody who is not disabled administers the system's own account.
func (d *Directory) HasAdministrator(ctx context.Context) (bool, error) {
	there, err := someone(ctx, d.read, d.cfg.Account, Administers)
	return there, in("look for an administrator", err)
}

// someone reports whether anybody who is not disabled holds a role on an account.
func someone(ctx context.Context, db bun.IDB, account, role string) (bool, error) {
	_, there, err := one[string](ctx, db, `SELECT p.id FROM mspkit_staff_role r JOIN mspkit_staff_person p ON p.id = r.person
		WHERE r.account = ? AND r.role = ? AND NOT p.disabled LIMIT 1`, account, role)
	return there, err
}

func personOf(ctx context.Context, db bun.IDB, id string) (personRow, bool, error) {
	return one[personRow](ctx, db, "SELECT "+personColumns+" FROM mspkit_staff_person p WHERE p.id = ?", id)
}

// personIn is personOf with what can be told in an account.
func personIn(ctx context.Context, db bun.IDB, account, id string) (personRow, bool, error) {
	return one[personRow](ctx, db, selectIn+" WHERE p.id = ?", account, account, id)
}

// rolesOn returns what a person holds on an account, sorted.
func rolesOn(ctx context.Context, db bun.IDB, account, person string) ([]string, error) {
	return all[string](ctx, db, "SELECT role FROM mspkit_staff_role WHERE account = ? AND person = ? ORDER BY role", account, person)
}

// enters returns somebody who may act in an account: not disabled, and with a role there.
func enters(ctx context.Context, db bun.IDB, account, person string) (personRow, []string, bool, error) {
	row, there, err := personOf(ctx, db, person)
	if err != nil || !there || row.Disabled {
		return personRow{}, nil, false, err
	}
	roles, err := rolesOn(ctx, db, account, person)
	return row, roles, len(roles) > 0, err
}
