package staff

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// NotOurs says that a database is another system's.
type NotOurs struct{ Owner, Asked string } // ids of systems

// Error names both.
func (e *NotOurs) Error() string {
	return fmt.Sprintf("it belongs to %q, not to %q", e.Owner, e.Asked)
}

// CheckOwner refuses a database of another system than account's with *NotOurs. It writes nothing, and needs no tables: a database is nobody's
// until it is claimed or somebody operates a system in it.
func CheckOwner(ctx context.Context, db *bun.DB, account string) error {
	return in("look whose database it is", checkOwner(ctx, db, account))
}

// Claim makes a database of which the tables are there account's for good. One of another system is *NotOurs.
func Claim(ctx context.Context, db *bun.DB, account string) error {
	return in("claim the database", transact(ctx, db, func(ctx context.Context, tx bun.Tx) error {
		if err := checkOwner(ctx, tx, account); err != nil {
			return err
		}
		n, err := exec(ctx, tx, "INSERT INTO mspkit_staff_system (one, account) VALUES (1, ?) ON CONFLICT (one) DO NOTHING", account)
		if err != nil || n > 0 {
			return err
		}
		return checkOwner(ctx, tx, account) // somebody may have been faster
	}))
}

func checkOwner(ctx context.Context, db bun.IDB, account string) error {
	owner, err := ownerOf(ctx, db)
	if err == nil && owner != "" && owner != account {
		err = &NotOurs{Owner: owner, Asked: account}
	}
	return err
}

// ownerOf returns whose database it is, or "". One from before that was kept is of the account that somebody has operated for longest: operators
// are found in a system's own account alone.
func ownerOf(ctx context.Context, db bun.IDB) (string, error) {
	for _, kept := range []struct{ table, query string }{
		{"mspkit_staff_system", "SELECT account FROM mspkit_staff_system"},
		{"mspkit_staff_role", "SELECT r.account FROM mspkit_staff_role r JOIN mspkit_staff_person p ON p.id = r.person WHERE r.role = '" + Operates + "' ORDER BY p.created, r.account LIMIT 1"},
	} {
		there, err := hasTable(ctx, db, kept.table)
		if err != nil {
			return "", err
		}
		if !there {
			continue
		}
		if owner, found, err := one[string](ctx, db, kept.query); found || err != nil {
			return owner, err
		}
	}
	return "", nil
}
