package scenario_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
	_ "modernc.org/sqlite"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// Fields of the form in which Widget Data Center keeps what else it knows of its providers.
var (
	contactPerson = shapes.ExtensionField{ID: "contact_person", Label: "Contact", Schema: []byte(`{"type":"integer"}`), Person: true}
	tier          = shapes.ExtensionField{ID: "tier", Label: "Tier", Schema: []byte(`{"enum":["bronze","silver","gold"]}`)}
	creditNote    = shapes.ExtensionField{ID: "credit_note", Label: "Credit", Schema: []byte(`{"type":"string"}`), Internal: true}
	risk          = shapes.ExtensionField{ID: "risk", Label: "Risk", Schema: []byte(`{"type":"integer","minimum":1,"maximum":5}`)}
)

// form makes another version of an account's form the active one.
func (c *cast) form(account string, fields ...shapes.ExtensionField) shapes.Extension {
	c.t.Helper()
	e, err := c.admin(account).SaveExtension(c.t.Context(), "org-fields", shapes.SaveExtension{Name: "Organization fields", Fields: fields})
	require.NoError(c.t, err)
	e, err = c.admin(account).ActivateExtension(c.t.Context(), e.ID, e.Number, e.Version)
	require.NoError(c.t, err)
	return e
}

// spelled is a value as JSON.
func spelled(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

func anotherVersion(c *cast) {
	t, ctx, org, wdc := c.t, c.t.Context(), c.tied["gigatera"], c.admin("wdc")
	c.form("wdc", contactPerson, tier, creditNote)
	wdc.edit(org, map[string]any{"custom": map[string]any{"contact_person": 196, "tier": "gold", "credit_note": "pays late"}})
	c.form("gigatera", shapes.ExtensionField{ID: "theirs", Label: "Theirs", Schema: []byte(`{}`)})
	try := shapes.SaveExtension{Name: "Organization fields", Fields: []shapes.ExtensionField{contactPerson, creditNote, risk}}
	dry, err := wdc.TryExtension(ctx, try)
	require.NoError(t, err)
	require.Equal(t, "custom.tier", dry.Kept[0].Path)
	active := c.form("wdc", try.Fields...)
	r := wdc.record(org)
	require.NotContains(t, spelled(t, r.Custom), "gold", "kept and not shown")
	require.NotContains(t, spelled(t, r), "theirs")
	require.Equal(t, "custom.tier", r.Form.Flagged[0].Field)
	field := func(p *shapes.Problem) []string {
		return each(p.Fields, func(f shapes.Field) string { return f.Field })
	}
	require.Equal(t, []string{"custom.tier"}, field(wdc.refused("invalid", org, map[string]any{"custom": map[string]any{"tier": "gold"}})))
	require.Equal(t, []string{"custom.risk"}, field(wdc.refused("invalid", org, map[string]any{"custom": map[string]any{"risk": 9}})))

	shows := func(p *colleague, request string) bool {
		a := p.ask("GET " + request)
		require.Equal(t, http.StatusOK, a.status, request)
		return strings.Contains(a.body, "pays late")
	}
	for role, sees := range map[string]bool{specialist: true, "end_user": false} {
		p := c.as("wdc", role)
		for _, at := range []string{"/api/organizations/" + org, "/api/organizations/" + org + "/history", "/organizations/" + org, "/organizations/" + org + "/history"} {
			require.Equal(t, sees, shows(p, at), "%s %s", role, at)
		}
		require.Equal(t, sees, len(p.names(apiclient.OrganizationQuery{Search: "pays late"})) == 1, role)
		require.True(t, apiclient.Is(p.ExportOrganizations(ctx, apiclient.TableExport{}, new(bytes.Buffer)), "forbidden"), role)
	}
	require.True(t, shows(wdc, "/api/organizations/export"))

	active, err = wdc.DisableExtension(ctx, active.ID, active.Number, true, active.Version)
	require.NoError(t, err)
	r = wdc.edit(org, map[string]any{"remarks": "still edited"})
	require.Empty(t, r.Custom)
	require.Nil(t, r.Form)
	require.NoError(t, second(wdc.DisableExtension(ctx, active.ID, active.Number, false, active.Version)))
	require.JSONEq(t, `"pays late"`, string(wdc.record(org).Custom["credit_note"]))
	c.form("wdc", contactPerson, creditNote, tier)
	require.JSONEq(t, `"gold"`, string(wdc.record(org).Custom["tier"]), "back with its field")
}

// crowd makes a hundred accounts, mall-00 and on, with a hundredth of n organizations each, org-00001 and on, and an agreement of GigaTera with
// each organization. That is written to the database, as one by one it would take long.
func (c *cast) crowd(n int) {
	c.t.Helper()
	dialect, driver, dsn := bunDialect(c.db)
	db, err := sql.Open(driver, dsn)
	require.NoError(c.t, err)
	defer func() { require.NoError(c.t, db.Close()) }()
	db.SetMaxOpenConns(1)
	s, err := bunstore.New(bun.NewDB(db, dialect), bunstore.Config{})
	require.NoError(c.t, err)
	const giga = orgoverlay.Account("gigatera")
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	in := func(a orgoverlay.Account, fn func(context.Context, orgoverlay.Tx) error) {
		require.NoError(c.t, s.For(string(a)).Update(c.t.Context(), func(ctx context.Context, tx store.Tx) error { return fn(ctx, tx.Orgoverlay) }))
	}
	for m := range 100 {
		owner := orgoverlay.Account(mall(m))
		in(owner, func(ctx context.Context, tx orgoverlay.Tx) error {
			err := errors.Join(tx.Registry.PutTenant(ctx, orgoverlay.Tenant{ID: owner, Name: string(owner)}),
				tx.Registry.PutHalf(ctx, orgoverlay.TrustHalf{Account: owner, Other: giga, State: orgoverlay.TrustEstablished, Since: begin}))
			for i := m + 1; i <= n; i += 100 {
				err = errors.Join(err, tx.Orgs.Put(ctx, orgoverlay.Organization{Shared: orgoverlay.Shared{ID: shopID(i), Account: owner, Name: fmt.Sprintf("Shop %05d", i)}}))
			}
			return err
		})
		in(giga, func(ctx context.Context, tx orgoverlay.Tx) error {
			err := tx.Registry.PutHalf(ctx, orgoverlay.TrustHalf{Account: giga, Other: owner, State: orgoverlay.TrustEstablished, Since: begin})
			for i := m + 1; i <= n; i += 100 {
				err = errors.Join(err, tx.Registry.PutAgreement(ctx, orgoverlay.Agreement{ID: orgoverlay.AgreementID(shopID(i)), Kind: orgoverlay.SLA, Account: giga, With: owner,
					Service: "service of G1", Customer: orgoverlay.Ref{Account: owner, Org: shopID(i)}, Start: "2026-01-01", Zone: "UTC", From: begin}))
			}
			return err
		})
	}
}

// mall is the account of number m, and shopID the organization of number i; that is in the account (i-1)%100.
func mall(m int) string             { return fmt.Sprintf("mall-%02d", m) }
func shopID(i int) orgoverlay.OrgID { return orgoverlay.OrgID(fmt.Sprintf("org-%05d", i)) }

// bunDialect says how a database that -db names is opened.
func bunDialect(db string) (d schema.Dialect, driver, dsn string) {
	if strings.HasPrefix(db, "postgres") {
		return pgdialect.New(), "pgx", db + "&default_query_exec_mode=exec"
	}
	return sqlitedialect.New(), "sqlite", "file:" + db + "?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite"
}

func manyRows(c *cast) {
	t, ctx, giga := c.t, c.t.Context(), c.admin("gigatera")
	n := 2000
	if deep() {
		n = 10_000
	}
	c.crowd(n)
	var table strings.Builder
	table.WriteString("ID,Organization Account,Name,Remarks,Custom Fields,Financial ID\n")
	for i := 1; i <= n; i++ {
		id, account, name, custom, financial := string(shopID(i)), mall((i-1)%100), "", "", fmt.Sprintf("F-%d", i)
		switch {
		case i == 17:
			account = "nowhere"
		case i == 40:
			financial = "F-39"
		case i == 99:
			custom = "{bad"
		case i == 120:
			id, account = c.tied["outsider"], "outsider"
		case i%3 == 0:
			id, name = "", fmt.Sprintf("Shop %05d", i)
		}
		fmt.Fprintf(&table, "%s,%s,%s,remarks %d,%s,%s\n", id, account, name, i, custom, financial)
	}
	for _, dry := range []bool{true, false} {
		out, err := giga.ImportOrganizations(ctx, strings.NewReader(table.String()), apiclient.TableImport{Blank: "keep", DryRun: dry})
		require.NoError(t, err)
		require.Equal(t, []string{"18  not_found: no such trusted organization", "41 Financial ID in_use: is already in use by organization org-00039",
			`100 Custom Fields json: is not a JSON array of {"id","value"}`, "121  not_found: no such trusted organization"}, each(out.Errors, func(e shapes.RowProblem) string {
			column := ""
			if e.Column != nil {
				column = *e.Column
			}
			return fmt.Sprintf("%d %s %s: %s", e.Line, column, e.Rule, e.Message)
		}))
		require.Len(t, out.Outcomes, 1000)
		require.Equal(t, n-1000, out.More)
		out.Errors, out.Warnings, out.Outcomes, out.More = nil, nil, nil, 0
		require.Equal(t, shapes.TableImport{DryRun: dry, Rows: n, Created: n - 4, Failed: 4}, out)
	}
	require.Equal(t, fmt.Sprintf("remarks %d", n), *giga.record(fmt.Sprintf("org-%05d", n)).Remarks)
	for _, id := range []string{"org-00017", "org-00040", "org-00099", "org-00120"} {
		require.Zero(t, giga.record(id).Version)
	}
	giga.edit("org-00001", map[string]any{"remarks": `=HYPERLINK("https://x.example","y")`})
	var file bytes.Buffer
	require.NoError(t, giga.ExportOrganizations(ctx, apiclient.TableExport{}, &file))
	require.Equal(t, n+3, strings.Count(file.String(), "\n"), "beside the head, Widget Data Center and Widget North America")
	require.NotRegexp(t, `(?m)(^|,)"?=HYPERLINK`, file.String(), "a spreadsheet would run it")
	require.Contains(t, file.String(), "=HYPERLINK")
	for _, blank := range []string{"keep", "clear"} {
		again, err := giga.ImportOrganizations(ctx, bytes.NewReader(file.Bytes()), apiclient.TableImport{Blank: blank})
		require.NoError(t, err)
		require.Empty(t, again.Errors)
		require.Equal(t, []int{n + 2, n + 2, 0}, []int{again.Rows, again.Unchanged, again.Updated + again.Created})
	}
	require.Equal(t, `=HYPERLINK("https://x.example","y")`, *giga.record("org-00001").Remarks)
}

func twoEditAtOnce(c *cast) {
	t, ctx, org := c.t, c.t.Context(), c.tied["gigatera"]
	a, b := c.as("wdc", serviceLevel, specialist), c.as("wdc", serviceLevel, specialist, "auditor")
	seen := a.edit(org, map[string]any{"remarks": "first", "financial_id": "F-1"})
	after := a.edit(org, map[string]any{"remarks": "by a"})
	_, err := b.EditOrganization(ctx, org, seen.Version, map[string]any{"financial_id": "F-2"})
	require.True(t, apiclient.Is(err, "conflict"), "%v", err)
	require.Empty(t, problemIn(err).Conflicts, "they changed other fields")
	_, err = b.EditOrganization(ctx, org, seen.Version, map[string]any{"remarks": "by b", "financial_id": "F-2"})
	require.Empty(t, cmp.Diff([]shapes.FieldConflict{{Path: "remarks", Seen: "first", Now: "by a", Mine: "by b"}}, problemIn(err).Conflicts))
	require.Empty(t, cmp.Diff(after, b.record(org)), "nothing is lost")
	b.edit(org, map[string]any{"financial_id": "F-2"})
	r := a.record(org)
	require.Equal(t, "by a F-2", *r.Remarks+" "+*r.FinancialID)

	nobody := &colleague{Client: apiclient.New(c.home), cast: c, browser: browserlike(t, &http.Transport{})}
	t.Cleanup(nobody.Close)
	answer := nobody.ask("GET /api/organizations")
	require.Equal(t, http.StatusUnauthorized, answer.status, "without an account there is nothing")
	require.NotContains(t, answer.body, "items")
	answer = nobody.ask("POST /api/organizations/import?blank=keep ID,Remarks\n" + org + ",x\n")
	require.Equal(t, http.StatusUnauthorized, answer.status)
	require.Equal(t, r.Version, a.record(org).Version)
}
