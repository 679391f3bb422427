package bunstore_test

import (
	"context"
	"database/sql"
	"flag"
	"regexp"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

var benchOrgs = flag.Int("orgs", 100_000, "organizations that the benchmarks of lists have")

// fillSight makes a provider, alder, with an SLA for each of n organizations of a thousand customers, and overlays on every second one. A first
// record of each kind is put through the roles; the others are made of it by the database, and once more, in flat tables without
// anything about who sees them, for the join that the list is compared with.
func fillSight(tb testing.TB, db *bunstore.DB, host *bun.DB, n int) {
	tb.Helper()
	ctx := context.Background()
	put := func(account string, fn func(ctx context.Context, tx orgoverlay.Tx) error) {
		require.NoError(tb, db.For(account).Update(ctx, func(ctx context.Context, tx store.Tx) error { return fn(ctx, tx.Orgoverlay) }))
	}
	customer := orgoverlay.Ref{Account: "c000", Org: "o0000000"}
	put("c000", func(ctx context.Context, tx orgoverlay.Tx) error {
		o := orgoverlay.Organization{Shared: orgoverlay.Shared{ID: customer.Org, Name: "Customer 0000000", Picture: "https://pictures.example/customer.png", Revision: 300,
			Contacts: []orgoverlay.Contact{{Kind: "phone", Label: "Office", Value: "+49 30 1234567"}, {Kind: "email", Label: "Desk", Value: "desk@customer.example"},
				{Kind: "website", Label: "", Value: "https://customer.example"}},
			Addresses: []orgoverlay.Address{{Label: "Street", Street: "Main Street 1", City: "Springfield", State: "IL", PostalCode: "62701", Country: "US"}}}}
		if err := tx.Registry.PutTenant(ctx, orgoverlay.Tenant{Name: "Customers 000"}); err != nil {
			return err
		}
		if err := tx.Registry.PutHalf(ctx, orgoverlay.TrustHalf{Other: "alder", State: orgoverlay.TrustEstablished, Since: noon}); err != nil {
			return err
		}
		return tx.Orgs.Put(ctx, o)
	})
	put("alder", func(ctx context.Context, tx orgoverlay.Tx) error {
		if err := tx.Registry.PutTenant(ctx, orgoverlay.Tenant{Name: "Alder"}); err != nil {
			return err
		}
		if err := tx.Registry.PutHalf(ctx, orgoverlay.TrustHalf{Other: "c000", State: orgoverlay.TrustEstablished, Since: noon}); err != nil {
			return err
		}
		if err := tx.Registry.PutAgreement(ctx, orgoverlay.Agreement{ID: "a0000000", Kind: orgoverlay.SLA, With: "c000", Service: "s1", Customer: customer,
			Start: "2026-03-01", Zone: "UTC", From: noon.AddDate(0, 0, -3)}); err != nil {
			return err
		}
		return tx.Overlays.Put(ctx, []orgoverlay.Overlay{{Org: customer.Org, Owner: "c000", Local: orgoverlay.Local{Remarks: "Escalate via J. Doe, not before nine",
			FinancialID: "wdc-1234", Custom: []orgoverlay.CustomValue{{ID: "contact_person", Value: []byte(`"196"`)}, {ID: "tier", Value: []byte(`"gold"`)}}},
			Stamps: []orgoverlay.Stamp{{Path: "remarks", Version: 1, By: "jd", ByHome: "alder", At: noon}}}})
	})
	const account, id = "printf('c%03d', i % 1000)", "printf('o%07d', i)"
	const numbers = "(WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n) AS n"
	postgres := host.Dialect().Name() == dialect.PG
	run := func(query string, args ...any) {
		tb.Helper()
		if postgres {
			query = printed.ReplaceAllString(query, "('$1' || lpad(($3)::text, $2, '0'))")
		}
		_, err := host.ExecContext(ctx, query, args...)
		require.NoError(tb, err)
	}
	run("INSERT INTO mspkit_tenant SELECT printf('c%03d', i), printf('Customers %03d', i), '', '', 1 FROM "+numbers, 999)
	run("INSERT INTO mspkit_trust SELECT 'alder', t.account, h.state, h.since_at, 1 FROM mspkit_tenant AS t, mspkit_trust AS h WHERE t.account > 'c000' AND h.account = 'alder'")
	run("INSERT INTO mspkit_trust SELECT t.account, 'alder', h.state, h.since_at, 1 FROM mspkit_tenant AS t, mspkit_trust AS h WHERE t.account > 'c000' AND h.account = 'c000'")
	run("INSERT INTO mspkit_organization SELECT "+account+", "+id+", printf('Customer %07d', i), card, disabled, revision, local_fields, parent, manager, region, source, source_id,"+
		" internal, deleted, printf('customer %07d', i), replace(shared_search, '0000000', printf('%07d', i)), local_search, custom_search, version"+
		" FROM mspkit_organization, "+numbers+" WHERE id = 'o0000000'", n-1)
	run("INSERT INTO mspkit_agreement SELECT account, printf('a%07d', i), kind, "+account+", service, '', '', "+account+", "+id+", prepared, start_date, expiry_date, zone, from_at, until_at, 1"+
		" FROM mspkit_agreement, "+numbers+" WHERE id = 'a0000000'", n-1)
	run("INSERT INTO mspkit_named SELECT CASE viewer WHEN 'alder' THEN 'alder' ELSE "+account+" END, "+id+", "+account+", account, printf('a%07d', i), side, opens, from_at, until_at"+
		" FROM mspkit_named, "+numbers+" WHERE agreement = 'a0000000'", n-1)
	run("INSERT INTO mspkit_sight SELECT viewer, printf('customer %07d', i), "+id+", "+account+", from_at, until_at, 1"+
		" FROM mspkit_sight, "+numbers+" WHERE org = 'o0000000'", n-1)
	run("INSERT INTO mspkit_overlay SELECT account, "+id+", "+account+", local_fields, stamps, hidden_at, local_search, custom_search, 1"+
		" FROM mspkit_overlay, "+numbers+" WHERE org = 'o0000000' AND i % 2 = 0", n-1)

	text := "TEXT"
	if postgres { // ordered by bytes, as our own tables are
		text = `TEXT COLLATE "C"`
	}
	run("CREATE TABLE flat_org (id " + text + " PRIMARY KEY, account TEXT, account_name TEXT, name TEXT, picture TEXT, phone TEXT, email TEXT, website TEXT," +
		" street TEXT, city TEXT, postal_code TEXT, disabled BOOLEAN, revision BIGINT, sort_key " + text + ")")
	run("CREATE TABLE flat_overlay (account " + text + ", org " + text + ", remarks TEXT, financial_id TEXT, contact_person TEXT, tier TEXT, version BIGINT, PRIMARY KEY (account, org))")
	run("INSERT INTO flat_org SELECT o.id, o.account, t.name, o.name, 'https://pictures.example/customer.png', '+49 30 1234567', 'desk@customer.example', 'https://customer.example'," +
		" 'Main Street 1', 'Springfield', '62701', o.disabled, o.revision, o.sort_key FROM mspkit_organization AS o JOIN mspkit_tenant AS t ON t.account = o.account")
	run("CREATE INDEX flat_org_sorted ON flat_org (sort_key, id)")
	run("INSERT INTO flat_overlay SELECT account, org, 'Escalate via J. Doe, not before nine', 'wdc-1234', '\"196\"', '\"gold\"', version FROM mspkit_overlay")
	run("ANALYZE")
}

// printed is a text with a number in it, as SQLite makes it.
var printed = regexp.MustCompile(`printf\('(\w* ?)%0(\d)d', (i(?: % 1000)?)\)`)

// flatOrg is a row of the join.
type flatOrg struct {
	id, account, accountName, name, picture, phone, email, website, street, city, postalCode string
	disabled                                                                                 bool
	revision                                                                                 int64
	remarks, financialID, contactPerson, tier                                                string
	version                                                                                  int64
}

// flatList reads the flat tables as a program does that knows that it may see everything.
func flatList(ctx context.Context, tx *sql.Tx, after orgoverlay.Cursor, limit int) ([]flatOrg, error) {
	query := `SELECT o.id, o.account, o.account_name, o.name, o.picture, o.phone, o.email, o.website, o.street, o.city, o.postal_code, o.disabled, o.revision,
		coalesce(v.remarks, ''), coalesce(v.financial_id, ''), coalesce(v.contact_person, ''), coalesce(v.tier, ''), coalesce(v.version, 0)
		FROM flat_org AS o LEFT JOIN flat_overlay AS v ON v.account = $1 AND v.org = o.id WHERE (o.sort_key, o.id) > ($2, $3) ORDER BY o.sort_key, o.id LIMIT $4`
	rows, err := tx.QueryContext(ctx, query, "alder", after.Name, string(after.Org), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make([]flatOrg, 0, limit)
	for rows.Next() {
		var o flatOrg
		if err := rows.Scan(&o.id, &o.account, &o.accountName, &o.name, &o.picture, &o.phone, &o.email, &o.website, &o.street, &o.city, &o.postalCode, &o.disabled,
			&o.revision, &o.remarks, &o.financialID, &o.contactPerson, &o.tier, &o.version); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

// BenchmarkListOrganizations lists what an account sees, half of it with overlays: all at once, the first page of a hundred, and the last; through
// the role, and through a join of flat tables with nothing to check, which is the limit.
//
//	go test ./store/bunstore -run '^$' -bench 'ListOrganizations$' -benchtime 5x
func BenchmarkListOrganizations(b *testing.B) { listOrganizations(b, openFile) }

// BenchmarkListOrganizationsPostgres is BenchmarkListOrganizations on PostgreSQL.
//
//	go test ./store/bunstore -run '^$' -bench ListOrganizationsPostgres -benchtime 5x
func BenchmarkListOrganizationsPostgres(b *testing.B) {
	pgtest.Need(b)
	listOrganizations(b, openCopying)
}

func listOrganizations(b *testing.B, open opener) {
	db, host := open(b, bunstore.Config{})
	n := *benchOrgs
	fillSight(b, db, host, n)
	role := func(after orgoverlay.Cursor, limit, want int) func(context.Context) error {
		return func(ctx context.Context) error {
			return db.For("alder").View(ctx, func(ctx context.Context, v store.View) error {
				found, err := v.Orgoverlay.Sight.List(ctx, orgoverlay.Query{Now: noon, After: after, Limit: limit})
				require.Len(b, found, want)
				require.Equal(b, want/2, withOverlays(found))
				return err
			})
		}
	}
	join := func(after orgoverlay.Cursor, limit, want int) func(context.Context) error {
		return func(ctx context.Context) error {
			tx, err := host.DB.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
			require.NoError(b, err)
			defer func() { _ = tx.Rollback() }()
			found, err := flatList(ctx, tx, after, limit)
			require.Len(b, found, want)
			return err
		}
	}
	var first orgoverlay.Cursor
	last := orgoverlay.Cursor{Name: "customer " + sevenDigits(n-101), Org: orgoverlay.OrgID("o" + sevenDigits(n-101))}
	b.Run("all", func(b *testing.B) {
		times := inTurns(b, b.N, role(first, n, n), join(first, n, n))
		b.ReportMetric(times[0].took.Seconds()/times[1].took.Seconds(), "x-join")
		b.ReportMetric(float64(times[0].allocs)/float64(times[1].allocs), "x-allocs")
		b.ReportMetric(float64(times[0].allocs)/float64(n*b.N), "allocs/org")
	})
	b.Run("page", func(b *testing.B) {
		times := inTurns(b, 50*b.N, role(first, 100, 100), role(last, 100, 100), join(first, 100, 100), join(last, 100, 100))
		b.ReportMetric(times[1].took.Seconds()/times[0].took.Seconds(), "last-x-first")
		b.ReportMetric(times[0].took.Seconds()/times[2].took.Seconds(), "x-join")
		b.ReportMetric(times[1].took.Seconds()/times[3].took.Seconds(), "last-x-join")
		b.ReportMetric(float64(times[0].took.Microseconds()), "µs")
	})
	b.Run("whys", func(b *testing.B) { // what it costs that every record of a page says why it is seen
		facts := func(ctx context.Context) error {
			return db.For("alder").View(ctx, func(ctx context.Context, v store.View) error {
				f, err := v.Orgoverlay.Sight.Facts(ctx, hundred(n))
				require.Len(b, orgoverlay.Visible(f, noon), 100)
				return err
			})
		}
		times := inTurns(b, 50*b.N, role(last, 100, 100), facts)
		b.ReportMetric(times[1].took.Seconds()/times[0].took.Seconds(), "x-page")
		b.ReportMetric(float64(times[1].took.Microseconds()), "µs")
	})
}

// hundred are the last hundred of n organizations.
func hundred(n int) []orgoverlay.OrgID {
	out := make([]orgoverlay.OrgID, 100)
	for i := range out {
		out[i] = orgoverlay.OrgID("o" + sevenDigits(n-100+i))
	}
	return out
}

func withOverlays(found []orgoverlay.Listed) (n int) {
	for _, l := range found {
		if l.Version > 0 {
			n++
		}
	}
	return n
}

func sevenDigits(n int) string {
	text := []byte("0000000")
	for i := len(text) - 1; n > 0; i, n = i-1, n/10 {
		text[i] = byte('0' + n%10)
	}
	return string(text)
}

// spent is what something took: time in the median, allocations in all.
type spent struct {
	took   time.Duration
	allocs uint64
}

// inTurns runs each of some things a number of times, one after the other.
func inTurns(b *testing.B, rounds int, things ...func(context.Context) error) []spent {
	b.Helper()
	out, took := make([]spent, len(things)), make([][]time.Duration, len(things))
	var before, after runtime.MemStats
	for round := range rounds {
		for i := range things {
			i = (i + round) % len(things)
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			err := things[i](context.Background())
			took[i] = append(took[i], time.Since(start))
			runtime.ReadMemStats(&after)
			require.NoError(b, err)
			out[i].allocs += after.Mallocs - before.Mallocs
		}
	}
	for i := range out {
		slices.Sort(took[i])
		out[i].took = took[i][rounds/2]
	}
	b.ReportMetric(0, "ns/op")
	return out
}
