package bunstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"

	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

type sightRead func(ctx context.Context, v orgoverlay.View) error

func listOrgs(q orgoverlay.Query) sightRead {
	q.Now = noon
	return func(ctx context.Context, v orgoverlay.View) error {
		_, err := v.Sight.List(ctx, q)
		return err
	}
}

var someOrg = orgoverlay.Cursor{Name: "customer 0000010", Org: "o0000010"}

// What crosses accounts is read through indexes, and pages in their order, whether the database has looked at its tables or not.
func TestSightUsesIndexes(t *testing.T) {
	t.Parallel()
	log := &queryLog{}
	db, plain := openFile(t, bunstore.Config{})
	logged, err := bunstore.New(plain.WithQueryHook(log), bunstore.Config{})
	require.NoError(t, err)
	ctx := t.Context()
	plans := func(name string, read sightRead) string {
		log.take()
		require.NoError(t, logged.For("alder").View(ctx, func(ctx context.Context, v store.View) error { return read(ctx, v.Orgoverlay) }), name)
		plan := ""
		for _, query := range log.take() {
			rows, err := plain.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query)
			require.NoError(t, err, name)
			for rows.Next() {
				var id, parent, unused int
				var detail string
				require.NoError(t, rows.Scan(&id, &parent, &unused, &detail))
				plan += detail + "\n"
			}
			require.NoError(t, rows.Close())
		}
		return plan
	}
	scan := regexp.MustCompile(`SCAN (json_each VIRTUAL|x\n|d USING COVERING INDEX mspkit_tenant_directory)`) // what the query brings, and directories, of which there are none
	check := func(state string) {
		for name, c := range map[string]struct {
			read   sightRead
			want   []string
			sorted bool // by the index
		}{
			"page":     {listOrgs(orgoverlay.Query{Limit: 10}), []string{"o USING INDEX mspkit_organization_sorted (account=?)", "x USING PRIMARY KEY (viewer=?)"}, true},
			"next":     {listOrgs(orgoverlay.Query{Limit: 10, After: someOrg}), []string{"mspkit_organization_sorted (account=? AND (sort_key,id)>(?,?))", "x USING PRIMARY KEY (viewer=? AND (sort_key,org)>(?,?))"}, true},
			"trusted":  {listOrgs(orgoverlay.Query{Limit: 10, After: someOrg, Kinds: []orgoverlay.Kind{orgoverlay.KindTrusted}}), []string{"x USING PRIMARY KEY (viewer=? AND (sort_key,org)>(?,?))"}, true},
			"of owner": {listOrgs(orgoverlay.Query{Limit: 10, Owner: "c001", After: someOrg}), []string{"x USING PRIMARY KEY (viewer=? AND (sort_key,org)>(?,?))"}, true},
			"ids":      {listOrgs(orgoverlay.Query{Ids: []orgoverlay.OrgID{"o0000001"}}), []string{"(account=? AND id=?)", "x USING INDEX mspkit_sight_org (org=? AND viewer=?)"}, false},
			"count": {func(ctx context.Context, v orgoverlay.View) error {
				_, err := v.Sight.Count(ctx, orgoverlay.Query{Now: noon})
				return err
			}, []string{"SEARCH o USING INDEX mspkit_organization_", "x USING PRIMARY KEY (viewer=?)"}, false},
			"facts": {func(ctx context.Context, v orgoverlay.View) error {
				f, err := v.Sight.Facts(ctx, []orgoverlay.OrgID{"o0000001"})
				require.Len(t, f.Agreements, len(f.Orgs))
				return err
			}, []string{"o USING INDEX mspkit_organization_id (id=?)", "SEARCH n USING"}, false},
			"watchers": {func(ctx context.Context, v orgoverlay.View) error {
				_, err := v.Sight.Watchers(ctx, "o0000001")
				return err
			}, []string{"mspkit_named_org (org=? AND owner=?)"}, false},
			"between": {func(ctx context.Context, v orgoverlay.View) error {
				_, err := v.Sight.Between(ctx, "c001")
				return err
			}, []string{"mspkit_agreement_with (with_account=? AND account=?)"}, false},
			"elsewhere": {func(ctx context.Context, v orgoverlay.View) error {
				_, err := v.Sight.Elsewhere(ctx, orgoverlay.AgreementPlace{Account: "c001", ID: "a0000001"}, 10)
				return err
			}, []string{"mspkit_agreement_with (with_account=? AND (account,id)>(?,?))"}, true},
			"names": {func(ctx context.Context, v orgoverlay.View) error {
				_, err := v.Sight.Named(ctx, []orgoverlay.OrgName{{Account: "c001", Name: "Customer 0000001"}})
				return err
			}, []string{"mspkit_organization_name (account=? AND name=?)"}, false},
		} {
			plan := plans(name, c.read)
			for _, want := range c.want {
				require.Contains(t, plan, want, "%s %s", state, name)
			}
			require.NotContains(t, scan.ReplaceAllString(plan, ""), "SCAN ", "%s %s", state, name)
			if c.sorted {
				require.NotContains(t, plan, "TEMP B-TREE", "%s %s:\n%s", state, name, plan)
			}
		}
	}
	check("empty")
	fillSight(t, db, plain, 3000)
	check("filled")
	require.NoError(t, db.For("branch").Update(ctx, putBelow("c001")))
	check("with a directory")
}

// putBelow makes the account one below another.
func putBelow(directory orgoverlay.Account) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		return tx.Orgoverlay.Registry.PutTenant(ctx, orgoverlay.Tenant{Name: "Branch", Directory: directory})
	}
}

// However long a page is, it takes the same statements.
func TestPagesOfSightTakeAsManyStatements(t *testing.T) {
	t.Parallel()
	d := &countingDriver{Driver: &sqlite.Driver{}}
	name := "counting-" + t.Name()
	sql.Register(name, d)
	host := pool(t, name, filepath.Join(t.TempDir(), "test.db"), 1)
	require.NoError(t, bunstore.Migrate(t.Context(), host))
	db, err := bunstore.New(host, bunstore.Config{})
	require.NoError(t, err)
	fillSight(t, db, host, 2000)
	require.NoError(t, db.For("alder").Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
		return tx.Orgoverlay.Claims.Take(ctx, []orgoverlay.Claim{{Key: "wdc-1234", Org: "o0000000"}})
	}))
	for _, n := range []int{1, 100, 1500} {
		var ids []orgoverlay.OrgID
		for i := range n {
			ids = append(ids, orgoverlay.OrgID("o"+sevenDigits(i)))
		}
		for want, read := range map[int64]sightRead{
			2: listOrgs(orgoverlay.Query{Limit: n, Search: "cust"}),
			3: listOrgs(orgoverlay.Query{Limit: n, FinancialID: "wdc-1234", Ids: ids}),
			4: func(ctx context.Context, v orgoverlay.View) error {
				f, err := v.Sight.Facts(ctx, ids)
				require.Len(t, f.Agreements, n)
				require.Len(t, orgoverlay.Visible(f, noon), n)
				return err
			},
		} {
			d.take()
			require.NoError(t, db.For("alder").View(t.Context(), func(ctx context.Context, v store.View) error { return read(ctx, v.Orgoverlay) }))
			require.Empty(t, cmp.Diff(counts{Queries: want}, d.take()), "%d organizations", n)
		}
	}
}

// On PostgreSQL, too, pages come in the order of the index, in tables that it has not looked at since they grew as well as after.
func TestSightUsesIndexesOnPostgres(t *testing.T) {
	t.Parallel()
	pgtest.Need(t)
	db, host, said := openSpoken(t)
	ctx := t.Context()
	const customers, each = 4, 150
	put := func(account string, fn func(ctx context.Context, tx orgoverlay.Tx) error) {
		require.NoError(t, db.For(account).Update(ctx, func(ctx context.Context, tx store.Tx) error { return fn(ctx, tx.Orgoverlay) }))
	}
	id := func(c, i int) orgoverlay.OrgID { return orgoverlay.OrgID("o" + sevenDigits(i*customers+c)) }
	for c := range customers {
		account := fmt.Sprintf("c%03d", c)
		put(account, func(ctx context.Context, tx orgoverlay.Tx) error {
			for i := range each {
				o := orgoverlay.Organization{Shared: orgoverlay.Shared{ID: id(c, i), Name: "Customer " + strings.TrimPrefix(string(id(c, i)), "o")}}
				if err := tx.Orgs.Put(ctx, o); err != nil {
					return err
				}
			}
			return tx.Registry.PutHalf(ctx, orgoverlay.TrustHalf{Other: "alder", State: orgoverlay.TrustEstablished})
		})
		put("alder", func(ctx context.Context, tx orgoverlay.Tx) error {
			for i := range each {
				a := orgoverlay.Agreement{ID: orgoverlay.AgreementID(id(c, i)), Kind: orgoverlay.SLA, With: orgoverlay.Account(account),
					Customer: orgoverlay.Ref{Account: orgoverlay.Account(account), Org: id(c, i)}, From: noon}
				if err := tx.Registry.PutAgreement(ctx, a); err != nil {
					return err
				}
			}
			return tx.Registry.PutHalf(ctx, orgoverlay.TrustHalf{Other: orgoverlay.Account(account), State: orgoverlay.TrustEstablished})
		})
	}
	for _, state := range []string{"", "ANALYZE", "with a directory"} {
		switch state {
		case "ANALYZE":
			_, err := host.ExecContext(ctx, state)
			require.NoError(t, err)
		case "with a directory":
			require.NoError(t, db.For("branch").Update(ctx, putBelow("c001")))
		}
		said.take()
		require.NoError(t, db.For("alder").View(ctx, func(ctx context.Context, v store.View) error {
			found, err := v.Orgoverlay.Sight.List(ctx, orgoverlay.Query{Now: noon, After: someOrg, Limit: 10})
			require.Len(t, found, 10)
			require.Equal(t, orgoverlay.OrgID("o0000011"), found[0].ID)
			return err
		}))
		queries := said.take()
		require.Contains(t, queries[len(queries)-2], "set_config('jit', 'off', true)", "what looks dear is not compiled for the few rows that it reads")
		var lines []string
		require.NoError(t, host.NewRaw("EXPLAIN "+strings.ReplaceAll(queries[len(queries)-1], "?", "\\?")).Scan(ctx, &lines))
		plan := strings.Join(lines, "\n")
		require.Regexp(t, `(?s)mspkit_sight_pkey on mspkit_sight x.*\n *Index Cond: .*ROW\(sort_key, org\) > ROW`, plan, state)
		require.NotContains(t, plan, "Seq Scan on mspkit_organization", state)
		require.NotContains(t, plan, "Seq Scan on mspkit_sight", state)
		require.NotContains(t, plan, "hashed SubPlan", "%s: trusts and agreements are looked up for the rows of the page, not read for all that there may be", state)
	}
	for _, limit := range []int{1, 100, 500} { // the same two statements, of which none is prepared
		said.take()
		require.NoError(t, db.For("alder").View(ctx, func(ctx context.Context, v store.View) error {
			found, err := v.Orgoverlay.Sight.List(ctx, orgoverlay.Query{Now: noon, Limit: limit})
			require.Len(t, found, limit)
			return err
		}))
		asked := said.take()
		require.Len(t, asked, 2, "a page of %d", limit)
		for _, text := range asked {
			require.True(t, strings.HasPrefix(text, "SELECT ") || strings.HasPrefix(text, "(SELECT "), text)
		}
	}
}
