package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
)

// sqlText is a statement that is put together, with its arguments in their order.
type sqlText struct {
	strings.Builder
	args []any
}

func (t *sqlText) add(text string, args ...any) {
	t.WriteString(text)
	t.args = append(t.args, args...)
}

// Trust of an account with the owner of a row x of mspkit_sight is in force: with itself or, when that is a directory, with an account below
// it. A page looks its rows' owners up one by one, each condition taking the account once; what reads all rows finds out first which
// owners there are, and takes it twice. Conditions are single values, not EXISTS or joins: of such PostgreSQL thinks that it had better read all rows that may ever be asked for;
// or, where it does read all, that hardly any will be left, which it then completes one by one.
const (
	inForce = " a.account = ? AND a.state = 'established'" +
		" AND (SELECT b.state FROM mspkit_trust AS b WHERE b.account = a.other AND b.other = a.account) = 'established'"
	trusted      = "(SELECT 1 FROM mspkit_trust AS a WHERE a.other = x.owner AND" + inForce + " LIMIT 1) IS NOT NULL"
	trustedBelow = "(SELECT 1 FROM mspkit_tenant AS d CROSS JOIN mspkit_trust AS a" +
		" WHERE d.directory <> '' AND d.directory = x.owner AND a.other = d.account AND" + inForce + " LIMIT 1) IS NOT NULL"
	trustedAll = "(x.owner IN (SELECT a.other FROM mspkit_trust AS a WHERE" + inForce +
		" UNION SELECT d.directory FROM mspkit_trust AS a CROSS JOIN mspkit_tenant AS d" +
		" WHERE d.account = a.other AND d.directory <> '' AND" + inForce + ")) IS TRUE"
)

// active is the condition that an agreement behind a row x of mspkit_sight is active at a moment, which it takes four times.
const active = "x.from_at <= ? AND x.until_at > ? AND (x.reasons = 1 OR (SELECT 1 FROM mspkit_named AS n" +
	" WHERE n.viewer = x.viewer AND n.org = x.org AND n.owner = x.owner AND n.opens AND n.from_at <= ? AND n.until_at > ? LIMIT 1) IS NOT NULL)"

// listing is a query of Sight on its way to SQL.
type listing struct {
	s           *session
	q           orgoverlay.Query
	name        string // of the account
	directory   orgoverlay.Account
	directories bool // there are accounts below others
	ids         []orgoverlay.OrgID
	within      bool // only ids
	nothing     bool
	whole       bool // all that there are
}

func (r sight) listing(ctx context.Context, q orgoverlay.Query) (*listing, error) {
	l := &listing{s: r.s, q: q, directories: true, ids: q.Ids, within: len(q.Ids) > 0, whole: q.Limit == 0 && len(q.Ids) == 0}
	var directory, jit string
	columns, dest := "name, directory, EXISTS (SELECT 1 FROM mspkit_tenant AS d WHERE d.directory <> '')", []any{&l.name, &directory, &l.directories}
	if r.s.db.postgres {
		// For this transaction. What lists look up for each row seems so much, even where few rows are read, that the server would compile the
		// statement, which takes it a second.
		columns, dest = columns+", set_config('jit', 'off', true)", append(dest, &jit)
	}
	err := r.s.row(ctx, "read tenant", dest, "SELECT "+columns+" FROM mspkit_tenant WHERE account = ?", r.s.account)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	l.directory = orgoverlay.Account(directory)
	if l.directory == orgoverlay.Account(r.s.account) {
		l.directory = ""
	}
	if q.FinancialID == "" {
		return l, nil
	}
	held, err := claims(r).Claims(ctx, []string{q.FinancialID})
	if err != nil {
		return nil, err
	}
	holders := each(held, func(c orgoverlay.Claim) orgoverlay.OrgID { return c.Org })
	if l.within {
		holders = slices.DeleteFunc(holders, func(o orgoverlay.OrgID) bool { return !slices.Contains(q.Ids, o) })
	}
	l.ids, l.within, l.nothing = holders, true, len(holders) == 0
	return l, nil
}

func (l *listing) wants(k orgoverlay.Kind) bool {
	return len(l.q.Kinds) == 0 || slices.Contains(l.q.Kinds, k)
}

func (l *listing) wantsOwner(a orgoverlay.Account) bool { return l.q.Owner == "" || l.q.Owner == a }

// source is where organizations come from in a list: our own, those of our directory, those seen through agreements.
type source struct {
	tables  string
	where   func(*sqlText)
	owner   string // what its owner is called; of our own it is known
	columns string // kind, local fields, and the version that an edit expects
	key, id string // what it is ordered by
	local   string // the table with our fields
}

// sources returns those that the query reads.
func (l *listing) sources() []source {
	us := orgoverlay.Account(l.s.account)
	if l.nothing {
		return nil
	}
	var out []source
	internal, external := l.wants(orgoverlay.KindInternal), l.wants(orgoverlay.KindExternal)
	if (internal || external) && l.wantsOwner(us) {
		out = append(out, source{"mspkit_organization AS o", func(t *sqlText) {
			t.add("o.account = ? AND NOT o.deleted", us)
			switch {
			case !internal:
				t.add(" AND NOT o.internal")
			case !external:
				t.add(" AND o.internal")
			}
		}, "''", "CASE WHEN o.internal THEN 1 ELSE 2 END, o.local_fields, o.version", "o.sort_key", "o.id", "o"})
	}
	if external && l.directory != "" && l.wantsOwner(l.directory) {
		out = append(out, source{"mspkit_organization AS o", func(t *sqlText) {
			t.add("o.account = ? AND NOT o.deleted", l.directory)
		}, ownerName, "2, v.local_fields, coalesce(v.version, 0)", "o.sort_key", "o.id", "v"})
	}
	if l.wants(orgoverlay.KindTrusted) && l.q.Owner != us && (l.q.Owner == "" || l.q.Owner != l.directory) {
		index := ""
		if l.within && !l.s.db.postgres { // which knows by itself
			index = " INDEXED BY mspkit_sight_org"
		}
		out = append(out, source{"mspkit_sight AS x" + index + " CROSS JOIN mspkit_organization AS o", func(t *sqlText) {
			now := micros(l.q.Now)
			t.add("o.id = x.org AND x.viewer = ? AND x.owner <> ? AND "+active, us, l.directory, now, now, now, now)
			switch {
			case l.whole:
				t.add(" AND "+trustedAll, us, us)
			case l.directories:
				t.add(" AND ("+trusted+" OR "+trustedBelow+")", us, us)
			default:
				t.add(" AND "+trusted, us)
			}
			if l.q.Owner != "" {
				t.add(" AND x.owner = ?", l.q.Owner)
			}
		}, ownerName, "3, v.local_fields, coalesce(v.version, 0)", "x.sort_key", "x.org", "v"})
	}
	return out
}

// from adds a source with the conditions that all have; what is listed needs more of it than what is counted.
func (l *listing) from(t *sqlText, src source, listed bool) {
	t.add(src.tables)
	if listed && src.owner == ownerName {
		t.add(joinOwner)
	}
	if src.local == "v" && (listed || l.q.Search != "") {
		t.add(" LEFT JOIN mspkit_overlay AS v ON v.account = ? AND v.org = o.id", l.s.account)
	}
	t.add(" WHERE ")
	src.where(t)
	l.restrict(t, src)
}

// restrict adds the conditions that the query sets.
func (l *listing) restrict(t *sqlText, src source) {
	if l.within {
		t.add(" AND "+l.s.anyOf(src.id), listOf(l.s, l.ids))
	}
	if l.q.Enabled != nil {
		t.add(" AND o.disabled = ?", !*l.q.Enabled)
	}
	if l.q.Search == "" {
		return
	}
	text, in := searchable(l.q.Search), "instr"
	each := "json_each(nullif(%.custom_search, ''))"
	if l.s.db.postgres {
		in, each = "strpos", "json_each_text(nullif(%.custom_search, '')::json)"
	}
	t.add(" AND ("+in+"(o.shared_search, ?) > 0 OR "+in+"("+src.local+".local_search, ?) > 0", text, text)
	if len(l.q.Fields) > 0 {
		fields := listOf(l.s, l.q.Fields)
		t.add(" OR EXISTS (SELECT 1 FROM "+strings.ReplaceAll(each, "%", src.local)+" AS c WHERE "+l.s.anyOf("c.key")+" AND "+in+"(c.value, ?) > 0)", fields, text)
	}
	t.add(")")
}

func (r sight) List(ctx context.Context, q orgoverlay.Query) ([]orgoverlay.Listed, error) {
	l, err := r.listing(ctx, q)
	if err != nil {
		return nil, err
	}
	sources := l.sources()
	if len(sources) == 0 {
		return nil, nil
	}
	var t sqlText
	for i, src := range sources {
		if i > 0 {
			t.add(" UNION ALL ")
		}
		open, order := "SELECT ", ""
		if r.s.db.postgres && len(sources) > 1 { // merges what is in order; SQLite does so by itself
			open, order = "(SELECT ", " ORDER BY sort_key, id)"
			if q.Limit > 0 {
				order = " ORDER BY sort_key, id LIMIT ?)"
			}
		}
		key := src.key
		if l.within { // few rows, to be found by their ids and not in the order of an index
			key += " || ''"
		}
		t.add(open + key + " AS sort_key, " + src.id + " AS id, " + sharedColumns(src.owner) + ", " + src.columns + " FROM ")
		l.from(&t, src, true)
		if q.After != (orgoverlay.Cursor{}) {
			t.add(" AND ("+src.key+", "+src.id+") > (?, ?)", q.After.Name, q.After.Org)
		}
		if order != "" {
			t.add(order)
			if q.Limit > 0 {
				t.args = append(t.args, q.Limit)
			}
		}
	}
	t.add(" ORDER BY sort_key, id")
	if q.Limit > 0 {
		t.add(" LIMIT ?", q.Limit)
	}
	out := make([]orgoverlay.Listed, 0, q.Limit)
	var row sharedRow
	var sortKey string
	var kind int64
	var local sql.RawBytes
	err = r.s.rows(ctx, "list organizations", t.String(), t.args, func(rows *sql.Rows) error {
		var o orgoverlay.Listed
		if err := rows.Scan(&sortKey, &row.id, &row.account, &row.accountName, &row.name, &row.card, &row.disabled, &row.revision,
			&kind, &local, &o.Version); err != nil {
			return err
		}
		o.Kind = orgoverlay.Kind(kind)
		var err error
		if o.Shared, err = row.shared(); err == nil {
			o.Local, err = unpackLocal(string(local))
		}
		if row.account == r.s.account {
			o.AccountName = l.name
		}
		out = append(out, o)
		return err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return out, nil
}

func (r sight) Count(ctx context.Context, q orgoverlay.Query) (int64, error) {
	q.After, q.Limit = orgoverlay.Cursor{}, 0
	l, err := r.listing(ctx, q)
	if err != nil {
		return 0, err
	}
	var t sqlText
	for i, src := range l.sources() {
		if i > 0 {
			t.add(" UNION ALL ")
		}
		t.add("SELECT count(*) FROM ")
		l.from(&t, src, false)
	}
	if t.Len() == 0 {
		return 0, nil
	}
	var sum int64
	err = r.s.rows(ctx, "count organizations", t.String(), t.args, func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		sum += n
		return err
	})
	return sum, err
}
