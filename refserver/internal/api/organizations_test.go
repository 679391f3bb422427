package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

func names(list shapes.List[shapes.Organization]) (out []string) {
	for _, o := range list.Items {
		out = append(out, o.Name+" "+o.Kind)
	}
	return out
}

func TestOrganizationsAreListedAndFiltered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, ctx := w.client("wdc", manager...), t.Context()
	disabled, enabled := false, true
	for _, q := range []struct {
		q    apiclient.OrganizationQuery
		want []string
	}{
		{apiclient.OrganizationQuery{}, []string{"GigaTera trusted", "GlobalNet trusted", "Widget Data Center internal"}},
		{apiclient.OrganizationQuery{Kinds: []string{"trusted"}}, []string{"GigaTera trusted", "GlobalNet trusted"}},
		{apiclient.OrganizationQuery{Kinds: []string{"internal", "external"}}, []string{"Widget Data Center internal"}},
		{apiclient.OrganizationQuery{Owner: "globalnet"}, []string{"GlobalNet trusted"}},
		{apiclient.OrganizationQuery{Search: "gigá"}, []string{"GigaTera trusted"}},
		{apiclient.OrganizationQuery{Search: "canary-gigatera"}, nil},
		{apiclient.OrganizationQuery{Enabled: &disabled}, nil},
		{apiclient.OrganizationQuery{Enabled: &enabled, Kinds: []string{"trusted"}}, []string{"GigaTera trusted", "GlobalNet trusted"}},
		{apiclient.OrganizationQuery{FinancialID: "nobody's"}, nil},
	} {
		list, err := c.Organizations(ctx, q.q)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(q.want, names(list)), "%+v", q.q)
		n, err := c.CountOrganizations(ctx, q.q)
		require.NoError(t, err)
		require.EqualValues(t, len(q.want), n, "%+v", q.q)
	}
	var paged []string
	for o, err := range apiclient.All(func(next string) (shapes.List[shapes.Organization], error) {
		return c.Organizations(ctx, apiclient.OrganizationQuery{After: next, Limit: 1})
	}) {
		require.NoError(t, err)
		paged = append(paged, o.Name)
	}
	require.Equal(t, []string{"GigaTera", "GlobalNet", "Widget Data Center"}, paged)

	base := w.as("wdc")
	bad(t, base, 422, "invalid", "GET organizations?kind=theirs", "")
	bad(t, base, 422, "invalid", "GET organizations?after=nowhere!", "")
	bad(t, base, 422, "invalid", "GET organizations?limit=101", "")
	bad(t, base, 422, "invalid", "GET organizations?enabled=perhaps", "")
	bad(t, base, 422, "invalid", "GET organizations?account=gigatera", "")
}

func TestOverlaysAreEditedByPatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.extension("wdc")
	c, ctx, gt := w.client("wdc", manager...), t.Context(), w.tied["gigatera"]
	done, err := c.EditOrganization(ctx, gt, 0, map[string]any{"remarks": "Escalate via J. Doe", "financial_id": "wdc-1234", "custom": map[string]any{"contact_person": 196, "tier": "gold"}})
	require.NoError(t, err)
	require.EqualValues(t, 1, done.Organization.Version)
	r, err := c.Organization(ctx, gt)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(done.Organization, r))
	require.Equal(t, "Escalate via J. Doe", *r.Remarks)
	require.Equal(t, "wdc-1234", *r.FinancialID)
	require.Equal(t, `196`, string(r.Custom["contact_person"]))
	require.Equal(t, `null`, string(r.Custom["credit_note"]), "a field that is not set is there")
	require.Equal(t, "G1", r.Whys[0].Agreement)
	require.Equal(t, "provider", r.Whys[0].Direction)

	found, err := c.FindFinancialID(ctx, " wdc-1234 ")
	require.NoError(t, err)
	require.Equal(t, gt, found.Items[0].ID)
	sources, err := c.Explain(ctx, gt)
	require.NoError(t, err)
	by := map[string]shapes.Source{}
	for _, s := range sources.Items {
		by[s.Path] = s
	}
	require.Equal(t, "overlay wdc Ann of wdc", fmt.Sprint(*by["remarks"].Layer, " ", *by["remarks"].Account, " ", *by["remarks"].By))
	require.Equal(t, "base gigatera", fmt.Sprint(*by["name"].Layer, " ", *by["name"].Account))
	require.Nil(t, by["name"].By, "who wrote the owner's record is the owner's")
	require.Nil(t, by["custom.credit_note"].Layer)

	base := w.as("wdc", manager...)
	cleared := good(t, base, "PATCH organizations/"+gt, `{"remarks":null,"custom":{"tier":null}}`, "If-Match", `"1"`, "Content-Type", "application/merge-patch+json")
	require.Equal(t, `"2"`, cleared.header.Get("ETag"))
	require.Contains(t, cleared.body, `"remarks":null`)
	require.Contains(t, cleared.body, `"financial_id":"wdc-1234"`, "what is left out stays")
	require.Equal(t, `"2"`, good(t, base, "GET organizations/"+gt, "").header.Get("ETag"))
	again := good(t, base, "PATCH organizations/"+gt, `{"remarks":null}`, "If-Match", `"2"`)
	require.Equal(t, `"2"`, again.header.Get("ETag"), "nothing changes, nothing is written")

	lines, err := c.OrganizationHistory(ctx, gt, "", 1)
	require.NoError(t, err)
	require.Equal(t, "edited", lines.Items[0].Action)
	require.Equal(t, "wdc", *lines.Items[0].Home)
	older, err := c.OrganizationHistory(ctx, gt, lines.Next, 1)
	require.NoError(t, err)
	require.EqualValues(t, 1, *older.Items[0].Version)
	require.Empty(t, older.Next, "the last page says so")

	theirs, err := w.client("gigatera", administrator).Organization(ctx, gt)
	require.NoError(t, err)
	require.Equal(t, "canary-gigatera", *theirs.Remarks, "the owner's own record is as it was")
	seen, err := w.client("gigatera", administrator).WhoSees(ctx, gt)
	require.NoError(t, err)
	require.Equal(t, "wdc", seen.Items[0].Account.ID)
	require.Equal(t, "G1", seen.Items[0].Whys[0].Agreement)
}

func TestEditsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.extension("wdc")
	base, gt := w.as("wdc", manager...), w.tied["gigatera"]
	path := "PATCH organizations/" + gt
	good(t, base, path, `{"remarks":"one","financial_id":"V-100"}`, "If-Match", "0")

	p := bad(t, base, 422, "invalid", path, `{"name":"Mine","remarks":"not applied","remarks":"twice","custom":[]}`, "If-Match", "1")
	require.Empty(t, cmp.Diff([]shapes.Field{
		{Field: "name", Rule: "unknown", Message: "cannot be edited here"}, {Field: "remarks", Rule: "duplicate", Message: "stands there twice"},
		{Field: "custom", Rule: "type", Message: "is not a JSON object"},
	}, p.Fields), "everything that is wrong, by its path")
	p = bad(t, base, 422, "invalid", path, `{"remarks":"not applied","custom":{"tier":"lead","risk":9,"contact_person":197}}`, "If-Match", "1")
	paths := ""
	for _, f := range p.Fields {
		paths += f.Field + ":" + f.Rule + " "
	}
	require.Equal(t, "custom.contact_person:person custom.risk:unknown custom.tier:enum ", paths)
	require.NotContains(t, p.Detail, "Tanner")
	bad(t, base, 422, "invalid", path, `not JSON`, "If-Match", "1")
	bad(t, base, 422, "invalid", path, ``, "If-Match", "1")
	bad(t, base, 422, "invalid", path, `{"financial_id":"`+strings.Repeat("x", 129)+`"}`, "If-Match", "1")
	bad(t, base, 422, "invalid", path, `{"remarks":"`+strings.Repeat("x", 64<<10+1)+`"}`, "If-Match", "1")
	bad(t, base, 413, "too_large", path, `{"remarks":"`+strings.Repeat("x", 8<<20)+`"}`, "If-Match", "1")
	bad(t, base, 415, "media_type", path, `remarks: one`, "If-Match", "1", "Content-Type", "application/yaml")
	bad(t, base, 428, "version", path, `{"remarks":"two"}`)
	bad(t, base, 422, "invalid", path, `{"remarks":"two"}`, "If-Match", "*")
	bad(t, base, 422, "invalid", path, `{"remarks":"two"}`, "If-Match", "-1")
	bad(t, base, 422, "invalid", path+"?version=2", `{"remarks":"two"}`, "If-Match", `"1"`)
	bad(t, base, 422, "invalid", path+"?version=one", `{"remarks":"two"}`)

	p = bad(t, base, 409, "conflict", path, `{"remarks":"two","financial_id":"V-100"}`, "If-Match", "0")
	require.EqualValues(t, 1, p.Version)
	require.Empty(t, cmp.Diff([]shapes.FieldConflict{{Path: "remarks", Now: "one", Mine: "two"}}, p.Conflicts))
	p = bad(t, base, 409, "conflict", path, `{"custom":{"tier":"gold"}}`, "If-Match", "0")
	require.Empty(t, p.Conflicts, "in other fields, so that it can be tried again")
	require.EqualValues(t, 1, p.Version)

	p = bad(t, base, 409, "in_use", "PATCH organizations/"+w.tied["globalnet"], `{"financial_id":"V-100"}`, "If-Match", "0")
	require.Equal(t, gt, p.Organization)
	require.False(t, p.Retained)
	_, err := w.of("wdc").SetTrust(t.Context(), admin("wdc"), "gigatera", orgoverlay.TrustSuspended)
	require.NoError(t, err)
	p = bad(t, base, 409, "in_use", "PATCH organizations/"+w.tied["globalnet"], `{"financial_id":"V-100"}`, "If-Match", "0")
	require.True(t, p.Retained)
	require.Empty(t, p.Organization, "what is not seen is not named")
	require.NotContains(t, p.Detail, gt)
	bad(t, base, 404, "not_found", path, `{"remarks":"two"}`, "If-Match", "1")
	bad(t, base, 404, "not_found", "GET financial-ids/V-100", "")
}

// A second record with a financial ID is only warned of where the host wants that. Whatever stands in an ID, it can be looked up.
func TestWarningsOfAnEdit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config.FinancialWarn = true
	c := w.client("wdc", administrator)
	_, err := c.EditOrganization(t.Context(), w.tied["gigatera"], 0, map[string]any{"financial_id": "V-100"})
	require.NoError(t, err)
	done, err := c.EditOrganization(t.Context(), w.tied["globalnet"], 0, map[string]any{"financial_id": "V-100"})
	require.NoError(t, err)
	require.Len(t, done.Warnings, 1)
	require.Equal(t, "financial_id", done.Warnings[0].Field)
	found, err := c.FindFinancialID(t.Context(), "V-100")
	require.NoError(t, err)
	require.Len(t, found.Items, 2)

	odd := "A/B ?%2F#é+1"
	_, err = c.EditOrganization(t.Context(), w.tied["gigatera"], 1, map[string]any{"financial_id": odd})
	require.NoError(t, err)
	found, err = c.FindFinancialID(t.Context(), odd)
	require.NoError(t, err)
	require.Equal(t, odd, *found.Items[0].FinancialID)
}

// Custom values can hold what strict JSON refuses. It goes out as it is kept.
func TestOddCustomValuesAreAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	svc, ctx := w.of("wdc"), t.Context()
	e, err := svc.SaveExtension(ctx, admin("wdc"), orgoverlay.Extension{ID: "x", Name: "X", Fields: []orgoverlay.ExtensionField{{ID: "any", Label: "Any", Schema: []byte(`{}`)}}})
	require.NoError(t, err)
	_, err = svc.ActivateExtension(ctx, admin("wdc"), e.ID, e.Number, e.Version)
	require.NoError(t, err)
	base, gt := w.as("wdc", administrator), w.tied["gigatera"]
	for i, value := range []string{`1e400`, `{"a":1,"b":[null,1.50]}`, `"<b>\u00e9</b>"`} {
		a := good(t, base, "PATCH organizations/"+gt, `{"custom":{"any":`+value+`}}`, "If-Match", fmt.Sprint(i))
		require.Contains(t, a.body, `"any":`)
		good(t, base, "GET organizations", "")
	}
	for _, value := range []string{`"\ud800"`, `{"a":1,"a":2}`} { // and is not taken, by whichever way it comes
		bad(t, base, 422, "invalid", "PATCH organizations/"+gt, `{"custom":{"any":`+value+`}}`, "If-Match", "3")
		r, err := svc.Import(ctx, admin("wdc"), strings.NewReader("ID,Custom Fields\n"+gt+`,"[{""id"":""any"",""value"":`+strings.ReplaceAll(value, `"`, `""`)+`}]"`+"\n"),
			orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep})
		require.NoError(t, err)
		require.Len(t, r.Errors, 1)
	}
}
