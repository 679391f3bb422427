package bunstore

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
)

// sight reads what crosses accounts.
type sight struct{ s *session }

var _ orgoverlay.Sight = sight{}

// of puts a table's name before the columns of a condition, where it says {}.
func of(condition, table string) string { return strings.ReplaceAll(condition, "{}", table) }

// sharedColumns are the columns of what others may see of an organization o, beside its id, with what its owner is called.
func sharedColumns(owner string) string {
	return "o.account, " + owner + ", o.name, o.card, o.disabled, o.revision"
}

// joinOwner adds the owner's record, which calls it by ownerName.
const joinOwner, ownerName = " LEFT JOIN mspkit_tenant AS t ON t.account = o.account", "coalesce(t.name, '')"

// sharedRow is where a row with the id and these columns is read.
type sharedRow struct {
	id, account, accountName, name, card string
	disabled                             bool
	revision                             int64
}

func (r *sharedRow) shared() (orgoverlay.Shared, error) {
	s := orgoverlay.Shared{ID: orgoverlay.OrgID(r.id), Account: orgoverlay.Account(r.account), AccountName: r.accountName, Name: r.name,
		Disabled: r.disabled, Revision: r.revision}
	return s, unpackCard(r.card, &s)
}

func (r sight) Facts(ctx context.Context, orgs []orgoverlay.OrgID) (orgoverlay.Facts, error) {
	var f orgoverlay.Facts
	var err error
	if f.Viewer, err = r.s.tenant(ctx); err != nil || len(orgs) == 0 {
		return f, err
	}
	account := r.s.account
	query := "SELECT o.id, " + sharedColumns(ownerName) + ", o.account = ?, o.internal, o.deleted FROM mspkit_organization AS o" + joinOwner + " WHERE " + r.s.anyOf("o.id") +
		" AND (o.account = ? OR o.account = ? OR EXISTS (SELECT 1 FROM mspkit_named AS n WHERE n.viewer = ? AND n.org = o.id AND n.owner = o.account)) ORDER BY o.id"
	found, owners := map[orgoverlay.Ref]bool{}, map[orgoverlay.Account]bool{}
	var ids []orgoverlay.OrgID
	err = r.s.rows(ctx, "read organizations", query, []any{account, listOf(r.s, orgs), account, f.Viewer.Directory, account}, func(rows *sql.Rows) error {
		var row sharedRow
		var seen orgoverlay.Seen
		if err := rows.Scan(&row.id, &row.account, &row.accountName, &row.name, &row.card, &row.disabled, &row.revision,
			&seen.Own, &seen.Internal, &seen.Deleted); err != nil {
			return err
		}
		seen.Internal = seen.Internal && seen.Own
		var err error
		seen.Shared, err = row.shared()
		f.Orgs = append(f.Orgs, seen)
		found[orgoverlay.Ref{Account: seen.Account, Org: seen.ID}], owners[seen.Account] = true, true
		ids = append(ids, seen.ID)
		return err
	})
	if err != nil { // when nothing is found the rest is asked for all the same: it must not be told by the time it takes
		return f, err
	}
	f.Agreements, err = r.s.agreements(ctx, "(a.account, a.id) IN (SELECT n.account, n.agreement FROM mspkit_named AS n WHERE n.viewer = ? AND "+
		r.s.anyOf("n.org")+")"+byPlace, account, listOf(r.s, ids))
	if err != nil {
		return f, err
	}
	f.Agreements = slices.DeleteFunc(f.Agreements, func(a orgoverlay.Agreement) bool { return !found[a.Provider] && !found[a.Customer] })
	those := listOf(r.s, slices.Collect(maps.Keys(owners)))
	trusts, err := r.s.trusts(ctx, account, "("+r.s.anyOf("{other}")+" OR {other} IN (SELECT account FROM mspkit_tenant WHERE directory <> '' AND "+r.s.anyOf("directory")+"))", those, those)
	for _, t := range trusts {
		if t.directory != "" && owners[t.directory] {
			f.Below = append(f.Below, orgoverlay.Tenant{ID: t.Other, Directory: t.directory})
		}
		f.Trusts = append(f.Trusts, t.Trust)
	}
	return f, err
}

func (r sight) Named(ctx context.Context, names []orgoverlay.OrgName) ([]orgoverlay.Named, error) {
	asked, args := "SELECT json_extract(value, '$[0]') AS account, json_extract(value, '$[1]') AS name FROM json_each(?)", []any{nil}
	if r.s.db.postgres {
		asked = "SELECT * FROM unnest(?::text[], ?::text[]) AS pair (account, name)"
		args = []any{arrayOf(each(names, func(n orgoverlay.OrgName) orgoverlay.Account { return n.Account })),
			arrayOf(each(names, func(n orgoverlay.OrgName) string { return n.Name }))}
	} else {
		pairs := each(names, func(n orgoverlay.OrgName) string { return listOf(r.s, []string{string(n.Account), n.Name}) })
		args[0] = "[" + strings.Join(pairs, ",") + "]"
	}
	query := "SELECT DISTINCT o.account, o.name, o.id FROM (" + asked + ") AS asked JOIN mspkit_organization AS o ON o.account = asked.account AND o.name = asked.name" +
		" WHERE NOT o.deleted AND (o.account = ? OR EXISTS (SELECT 1 FROM mspkit_named AS n WHERE n.viewer = ? AND n.org = o.id AND n.owner = o.account))" +
		" ORDER BY o.account, o.name"
	var out []orgoverlay.Named
	err := r.s.rows(ctx, "look up names of organizations", query, append(args, r.s.account, r.s.account), func(rows *sql.Rows) error {
		var account, name, id string
		err := rows.Scan(&account, &name, &id)
		out = append(out, orgoverlay.Named{OrgName: orgoverlay.OrgName{Account: orgoverlay.Account(account), Name: name}, Org: orgoverlay.OrgID(id)})
		return err
	})
	return out, err
}

func (r sight) Watchers(ctx context.Context, org orgoverlay.OrgID) ([]orgoverlay.Watcher, error) {
	us := orgoverlay.Account(r.s.account)
	agreements, err := r.s.agreements(ctx, "(a.account, a.id) IN (SELECT n.account, n.agreement FROM mspkit_named AS n WHERE n.org = ? AND n.owner = ?)"+
		" AND EXISTS (SELECT 1 FROM mspkit_organization AS o WHERE o.account = ? AND o.id = ?)"+byPlace, org, us, us, org)
	if err != nil || len(agreements) == 0 {
		return nil, err
	}
	var out []orgoverlay.Watcher
	sides := map[orgoverlay.Account]bool{}
	for _, a := range agreements {
		for _, side := range slices.Compact([]orgoverlay.Account{a.Account, a.With}) {
			if side != us && side != "" {
				sides[side] = true
				out = append(out, orgoverlay.Watcher{Account: side, Agreement: a})
			}
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	accounts := slices.Sorted(maps.Keys(sides))
	names, err := r.names(ctx, accounts)
	if err != nil {
		return nil, err
	}
	trusts := map[orgoverlay.Account]orgoverlay.Trust{}
	ours, err := r.s.trusts(ctx, r.s.account, r.s.anyOf("{other}"), listOf(r.s, accounts))
	if err != nil {
		return nil, err
	}
	for _, t := range ours {
		trusts[t.Other] = t.Trust
	}
	below, err := r.trustedBelow(ctx, accounts)
	if err != nil {
		return nil, err
	}
	for i := range out {
		w := &out[i]
		w.Name, w.Trust, w.Below = names[w.Account], trusts[w.Account], below[w.Account]
		w.Trust.Other = w.Account
	}
	slices.SortStableFunc(out, func(a, b orgoverlay.Watcher) int { return cmp.Compare(a.Account, b.Account) })
	return out, nil
}

// names returns what accounts are called.
func (r sight) names(ctx context.Context, accounts []orgoverlay.Account) (map[orgoverlay.Account]string, error) {
	out := map[orgoverlay.Account]string{}
	err := r.s.rows(ctx, "read names of accounts", "SELECT account, name FROM mspkit_tenant WHERE "+r.s.anyOf("account"), []any{listOf(r.s, accounts)},
		func(rows *sql.Rows) error {
			var account, name string
			err := rows.Scan(&account, &name)
			out[orgoverlay.Account(account)] = name
			return err
		})
	return out, err
}

// trustedBelow returns those of the accounts that have trust in force with an account below us.
func (r sight) trustedBelow(ctx context.Context, accounts []orgoverlay.Account) (map[orgoverlay.Account]bool, error) {
	out := map[orgoverlay.Account]bool{}
	err := r.s.rows(ctx, "read trusts of accounts below", "SELECT DISTINCT a.other FROM mspkit_tenant AS t"+
		" JOIN mspkit_trust AS a ON a.account = t.account AND a.state = 'established'"+
		" JOIN mspkit_trust AS b ON b.account = a.other AND b.other = a.account AND b.state = 'established'"+
		" WHERE t.directory = ? AND t.directory <> '' AND "+r.s.anyOf("a.other"), []any{r.s.account, listOf(r.s, accounts)},
		func(rows *sql.Rows) error {
			var other string
			err := rows.Scan(&other)
			out[orgoverlay.Account(other)] = true
			return err
		})
	return out, err
}

func (r sight) Partner(ctx context.Context, other orgoverlay.Account) (orgoverlay.Tenant, error) {
	none := noSuch(orgoverlay.ErrNotFound, "partner", string(other))
	trusts, err := r.s.trusts(ctx, r.s.account, "{other} = ?", other)
	if err != nil {
		return orgoverlay.Tenant{}, err
	}
	if len(trusts) == 0 || trusts[0].State != orgoverlay.TrustEstablished {
		return orgoverlay.Tenant{}, none
	}
	q := r.s.tx.NewSelect().Model((*tenantRow)(nil)).Where("account = ?", other)
	t, err := one(ctx, r.s, q, (*tenantRow).tenant, none)
	t.Version = 0
	return t, err
}

func (r sight) Between(ctx context.Context, other orgoverlay.Account) ([]orgoverlay.Agreement, error) {
	us := r.s.account
	return r.s.agreements(ctx, "(a.account = ? AND a.with_account = ? OR a.account = ? AND a.with_account = ?)"+byPlace, us, other, other, us)
}

func (r sight) Elsewhere(ctx context.Context, after orgoverlay.AgreementPlace, limit int) ([]orgoverlay.Agreement, error) {
	us := r.s.account
	return r.s.agreements(ctx, "a.with_account = ? AND (a.account, a.id) > (?, ?) AND a.account <> ? AND NOT a.prepared"+byPlace+" LIMIT ?",
		us, after.Account, after.ID, us, max(limit, 0))
}
