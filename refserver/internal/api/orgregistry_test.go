package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

func text(s string) *string { return &s }

func TestOwnOrganizationsAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, ctx, base := w.client("wdc", administrator), t.Context(), w.as("wdc", administrator)
	_, err := c.SaveNamedPerson(ctx, "7", shapes.SaveNamedPerson{Name: "Grace"})
	require.NoError(t, err)
	made, err := c.MakeOwnOrganization(ctx, shapes.SaveOwnOrganization{
		Name: "Widget Spain", Parent: text(w.tied["wdc"]), Manager: text("7"), Region: text("EU"), Picture: text("https://widget.example/es.png"),
		Contacts:  []shapes.Contact{{Kind: "email", Label: text("desk"), Value: "desk@widget.example"}},
		Addresses: []shapes.Address{{Street: text("Gran Via 1"), City: text("Madrid")}},
	})
	require.NoError(t, err)
	require.True(t, made.Internal)
	got, err := c.OwnOrganization(ctx, made.ID)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(made, got))

	cleared := good(t, base, "PUT own-organizations/"+made.ID, `{"name":"Widget Iberia","picture":null,"manager":null,"version":1}`)
	for _, blank := range []string{`"picture":null`, `"manager":null`, `"parent":null`, `"region":null`, `"contacts":[]`, `"version":2`, `"internal":false`} {
		require.Contains(t, cleared.body, blank, "what is null or left out becomes blank")
	}
	bad(t, base, 409, "conflict", "PUT own-organizations/"+made.ID, `{"name":"Widget Iberia","version":1}`)
	p := bad(t, base, 422, "invalid", "POST own-organizations", `{"name":" ","picture":"javascript:alert(1)","contacts":[{"kind":"fax","value":"1"}],"parent":"`+w.tied["gigatera"]+`"}`)
	var paths []string
	for _, f := range p.Fields {
		paths = append(paths, f.Field+" "+f.Rule)
	}
	require.Equal(t, []string{"name required", "picture address", "contacts[0].kind enum", "parent unknown"}, paths)
	bad(t, base, 422, "invalid", "POST own-organizations", `{"name":"X","remarks":"by an edit instead"}`)
	bad(t, base, 422, "invalid", "PUT own-organizations/chosen", `{"name":"X"}`)
	bad(t, base, 404, "not_found", "PUT own-organizations/"+w.tied["gigatera"], `{"name":"Mine","version":3}`)
	bad(t, base, 404, "not_found", "GET own-organizations/"+w.tied["gigatera"], "")

	bad(t, base, 428, "version", "DELETE own-organizations/"+made.ID, "")
	bad(t, base, 409, "conflict", "DELETE own-organizations/"+made.ID, "", "If-Match", `"1"`)
	bad(t, base, 409, "state", "DELETE own-organizations/"+w.tied["wdc"], "", "If-Match", "3")
	require.NoError(t, c.DeleteOwnOrganization(ctx, made.ID, 2))
	bad(t, base, 404, "not_found", "GET own-organizations/"+made.ID, "")
	bad(t, base, 404, "not_found", "DELETE own-organizations/"+w.tied["gigatera"]+"?version=4", "")
}

func TestTheAccountSaysItsNameAndNothingOfItsDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, ctx, base := w.client("wdc", administrator), t.Context(), w.as("wdc", administrator)
	was, err := c.Tenant(ctx)
	require.NoError(t, err)
	require.Equal(t, w.tied["wdc"], *was.Organization)
	is, err := c.SaveTenant(ctx, shapes.SaveTenant{Name: "WDC", Organization: was.Organization, Version: was.Version})
	require.NoError(t, err)
	require.Equal(t, "WDC", is.Name)
	bad(t, base, 422, "invalid", "PUT tenant", `{"name":"WDC","version":3,"directory":"gigatera"}`)
	bad(t, base, 409, "conflict", "PUT tenant", `{"name":"WDC"}`)
	bad(t, base, 422, "invalid", "PUT tenant", `{"name":"WDC","organization":"`+w.tied["gigatera"]+`","version":3}`)
	again := good(t, base, "PUT tenant", `{"name":"WDC","organization":null,"version":3}`)
	require.Contains(t, again.body, `"organization":null`)
	require.Contains(t, again.body, `"directory":null`)
}

func TestPeopleAreThoseOfTheAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	ours, theirs := w.client("wdc", administrator), w.client("gigatera", administrator)
	_, err := ours.SaveNamedPerson(ctx, "1", shapes.SaveNamedPerson{Name: "Ada"})
	require.NoError(t, err)
	_, err = theirs.SaveNamedPerson(ctx, "2", shapes.SaveNamedPerson{Name: "Bob"})
	require.NoError(t, err)
	got, err := ours.NamedPeople(ctx, "1", "2", "3")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]shapes.NamedPerson{{ID: "1", Name: "Ada", Version: 1}}, got.Items))
	base := w.as("wdc", administrator)
	bad(t, base, 409, "conflict", "PUT people-of-the-account/1", `{"name":"Ada","version":7}`)
	bad(t, base, 422, "invalid", "PUT people-of-the-account/1", `{"name":"","version":1}`)
	bad(t, base, 422, "invalid", "GET people-of-the-account", "")
}

func TestTrustsServicesAndAgreementsAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, base := t.Context(), w.as("gigatera", administrator)
	c := w.client("gigatera", administrator)
	asked, err := c.SetTrust(ctx, "outsider", "established")
	require.NoError(t, err)
	require.Nil(t, asked.State, "only one side has asked")
	trusts, err := c.Trusts(ctx)
	require.NoError(t, err)
	require.Len(t, trusts.Items, 2)
	require.Equal(t, "established", *trusts.Items[1].State)
	require.Equal(t, []string{"none", "suspended ended"}, []string{*trusts.Items[0].Theirs, strings.Join(trusts.Items[0].Acts, " ")})
	require.Equal(t, w.clock, *trusts.Items[0].OursSince)
	bad(t, base, 422, "invalid", "PUT trusts/wdc", `{"state":"broken"}`)
	bad(t, base, 422, "invalid", "PUT trusts/gigatera", `{"state":"established"}`)
	bad(t, base, 409, "state", "PUT trusts/globalnet", `{"state":"suspended"}`)

	_, err = c.SaveService(ctx, "backup", shapes.SaveService{Name: "Backup", Provider: w.tied["gigatera"]})
	require.NoError(t, err)
	var ids []string
	for s, err := range apiclient.All(func(next string) (shapes.List[shapes.Service], error) { return c.Services(ctx, next, 1) }) {
		require.NoError(t, err)
		ids = append(ids, s.ID)
	}
	require.Equal(t, []string{"backup", "service G1"}, ids)
	bad(t, base, 422, "invalid", "PUT services/other", `{"name":"Other","provider":"`+w.tied["wdc"]+`"}`)
	bad(t, base, 409, "conflict", "PUT services/backup", `{"name":"Backup","provider":"`+w.tied["gigatera"]+`","version":2}`)

	g, err := c.SaveAgreement(ctx, "G2", shapes.SaveAgreement{
		Kind: "sla", With: "wdc", Service: text("backup"), Customer: shapes.OrganizationRef{Account: "wdc", Organization: w.tied["wdc"]},
		Start: text("2026-01-01"), Expiry: text("2999-12-31"), Zone: text("Asia/Kolkata"),
	})
	require.NoError(t, err)
	require.Equal(t, "active", g.Status)
	require.Equal(t, time.Date(2025, 12, 31, 18, 30, 0, 0, time.UTC), *g.From)
	require.Equal(t, shapes.OrganizationRef{Account: "gigatera", Organization: w.tied["gigatera"]}, *g.Provider)
	got, err := c.Agreement(ctx, "G2")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(g, got))
	first, err := c.Agreements(ctx, "", 1)
	require.NoError(t, err)
	require.Equal(t, "G1", first.Items[0].ID)
	require.Equal(t, "G1", first.Next)
	p := bad(t, base, 422, "invalid", "PUT agreements/G3", `{"kind":"olla","with":"wdc","customer":{"account":"wdc","organization":"`+w.tied["wdc"]+`"},"start":"1 May","zone":"Mars/Base"}`)
	require.Len(t, p.Fields, 2)
	bad(t, base, 409, "state", "PUT agreements/G3", `{"kind":"sla","with":"globalnet","service":"backup","customer":{"account":"globalnet","organization":"`+w.tied["globalnet"]+`"},"start":"2026-01-01"}`)
	bad(t, base, 404, "not_found", "GET agreements/N1", "")
	prepared := good(t, base, "PUT agreements/F1", `{"kind":"flsa","with":"wdc","provider":{"account":"gigatera","organization":"`+w.tied["gigatera"]+
		`"},"customer":{"account":"wdc","organization":"`+w.tied["wdc"]+`"},"prepared":true,"service":null,"start":null}`)
	for _, blank := range []string{`"service":null`, `"start":null`, `"expiry":null`, `"from":null`, `"until":null`, `"status":"being_prepared"`} {
		require.Contains(t, prepared.body, blank)
	}
}

func TestWhatIf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, ctx, base := w.client("gigatera", administrator), t.Context(), w.as("gigatera", administrator)
	f, err := c.WhatIf(ctx, shapes.Supposition{Trust: &shapes.SupposedTrust{Account: "wdc", State: "suspended"}})
	require.NoError(t, err)
	require.Empty(t, f.Gains)
	require.Empty(t, cmp.Diff([]shapes.Glimpse{
		{Viewer: "gigatera", Owner: "wdc", Organization: w.tied["wdc"], Name: text("Widget Data Center")},
		{Viewer: "wdc", Owner: "gigatera", Organization: w.tied["gigatera"], Name: text("GigaTera")},
	}, f.Losses))
	g, err := c.Agreement(ctx, "G1")
	require.NoError(t, err)
	later := time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)
	f, err = c.WhatIf(ctx, shapes.Supposition{At: &later, Agreement: &shapes.SupposedAgreement{ID: "G1", SaveAgreement: shapes.SaveAgreement{
		Kind: g.Kind, With: g.With, Service: g.Service, Customer: g.Customer, Start: g.Start, Expiry: text("2026-12-31"), Version: g.Version,
	}}})
	require.NoError(t, err)
	require.Len(t, f.Losses, 2)
	f, err = c.WhatIf(ctx, shapes.Supposition{Service: &shapes.SupposedService{ID: "service G1", SaveService: shapes.SaveService{Name: "Service", Provider: w.tied["gigatera"], Version: 1}}})
	require.NoError(t, err)
	require.Empty(t, f.Losses)
	bad(t, base, 422, "invalid", "POST what-if", `{}`)
	bad(t, base, 422, "invalid", "POST what-if", `{"trust":{"account":"wdc","state":"broken"}}`)
	bad(t, base, 409, "conflict", "POST what-if", `{"service":{"id":"service G1","name":"Service","provider":"`+w.tied["gigatera"]+`","version":5}}`)
	require.Equal(t, []string{"GigaTera trusted", "GlobalNet trusted", "Widget Data Center internal"}, names(must(w.client("wdc", "end_user").Organizations(ctx, apiclient.OrganizationQuery{}))), "nothing has changed")
}

func saved(name string) shapes.SaveOwnOrganization { return shapes.SaveOwnOrganization{Name: name} }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestExtensionsAreVersions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, ctx, base, gt := w.client("wdc", administrator), t.Context(), w.as("wdc", administrator), w.tied["gigatera"]
	fields := func(id, schema string) []shapes.ExtensionField {
		return []shapes.ExtensionField{{ID: id, Label: id, Schema: []byte(schema)}, {ID: "credit_note", Label: "Credit", Schema: []byte(`{"type":"string"}`), Internal: true}}
	}
	one, err := c.SaveExtension(ctx, "orgs", shapes.SaveExtension{Name: "Organizations", Fields: fields("tier", `{"enum":["gold"]}`)})
	require.NoError(t, err)
	require.Equal(t, "being_prepared", one.State)
	require.Equal(t, "organization", one.Category)
	one, err = c.ActivateExtension(ctx, "orgs", 1, one.Version)
	require.NoError(t, err)
	require.Equal(t, "active", one.State)
	_, err = c.EditOrganization(ctx, gt, 0, map[string]any{"custom": map[string]any{"tier": "gold", "credit_note": "canary"}})
	require.NoError(t, err)

	two := shapes.SaveExtension{Name: "Organizations", Fields: fields("risk", `{"type":"integer","maximum":5}`)}
	try, err := c.TryExtension(ctx, two)
	require.NoError(t, err)
	require.Equal(t, 2, try.Values)
	require.Empty(t, cmp.Diff([]shapes.Kept{{Organization: &gt, Path: "custom.tier", Rule: "unknown", Message: "is not a field of the active extension"}}, try.Kept))
	saved, err := c.SaveExtension(ctx, "orgs", two)
	require.NoError(t, err)
	require.EqualValues(t, 2, saved.Number)
	bad(t, base, 409, "conflict", "POST extensions/orgs/2/activate", `{"version":9}`)
	_, err = c.ActivateExtension(ctx, "orgs", 2, saved.Version)
	require.NoError(t, err)
	r, err := c.Organization(ctx, gt)
	require.NoError(t, err)
	require.NotContains(t, r.Custom, "tier", "a removed field is kept and not shown")
	require.Equal(t, "custom.tier", r.Form.Flagged[0].Field)

	staff, err := w.client("wdc", "end_user").Organization(ctx, gt)
	require.NoError(t, err)
	require.NotContains(t, staff.Custom, "credit_note", "an internal field")
	require.Len(t, staff.Form.Fields, 1)
	require.NotContains(t, good(t, w.as("wdc", "end_user"), "GET organizations/"+gt+"/history", "").body, "canary")

	list, err := c.Extensions(ctx)
	require.NoError(t, err)
	require.Equal(t, "retired", list.Items[0].State)
	off, err := c.DisableExtension(ctx, "orgs", 2, true, list.Items[1].Version)
	require.NoError(t, err)
	require.True(t, off.Disabled)
	require.Contains(t, good(t, base, "GET organizations/"+gt, "").body, `"form":null`)
	p := bad(t, base, 422, "invalid", "PATCH organizations/"+gt, `{"custom":{"risk":1}}`, "If-Match", "1")
	require.Equal(t, "disabled", p.Fields[0].Rule)
	on, err := c.DisableExtension(ctx, "orgs", 2, false, off.Version)
	require.NoError(t, err)
	require.False(t, on.Disabled)

	bad(t, base, 409, "state", "PUT extensions/orgs", `{"number":1,"name":"Organizations","version":3}`)
	bad(t, base, 404, "not_found", "POST extensions/orgs/7/activate", `{"version":1}`)
	bad(t, base, 409, "state", "POST extensions/orgs/1/disable", `{"version":3}`)
	p = bad(t, base, 422, "invalid", "PUT extensions/other", `{"name":"","fields":[{"id":"A","label":"A","schema":{"type":"text"}}]}`)
	require.Len(t, p.Fields, 3, p.Detail)
	bad(t, base, 422, "invalid", "POST extensions/dry-run", `{"name":"X","fields":[{"id":"a","label":"A"}]}`)
}

// Whoever has no role for something is told no more than that, whatever they name.
func TestRolesAreThoseOfTheService(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gt, wdc := w.tied["gigatera"], w.tied["wdc"]
	edits := []string{"PATCH organizations/" + gt + `?version=0 {"remarks":"x"}`, "POST organizations/" + gt + "/attachments?name=a.txt text"}
	internal := []string{"GET trusts", "GET services", "GET agreements", "GET agreements/G1", "GET extensions", "GET organizations/" + wdc + "/who-sees"}
	administers := []string{
		`POST own-organizations {"name":"X"}`, "PUT own-organizations/" + wdc + ` {"name":"X","version":3}`, "DELETE own-organizations/" + wdc + "?version=3",
		`PUT tenant {"name":"X","version":2}`, `PUT people-of-the-account/1 {"name":"X"}`, `PUT trusts/gigatera {"state":"ended"}`,
		`PUT services/s {"name":"X"}`, `PUT agreements/a {"kind":"sla","with":"x","customer":{"account":"a","organization":"b"}}`, "POST what-if {}",
		`PUT extensions/e {"name":"X"}`, `POST extensions/dry-run {"name":"X"}`, `POST extensions/e/1/activate {"version":1}`, `POST extensions/e/1/disable {"version":1}`,
		`POST extensions/e/1/enable {"version":1}`, "GET organizations/export", "GET organizations/export?dormant=true", "GET organizations/dormant", "POST sweep", `POST purge {"why":"x"}`, "POST organizations/" + gt + `/purge {"why":"x"}`,
	}
	imports := "POST organizations/import?blank=keep ID\n"
	refused := func(who []string, requests ...string) {
		base := w.as("wdc", who...)
		for _, r := range requests {
			pattern, body := cut(r)
			kind := "application/json"
			if r == imports {
				kind = "text/csv"
			}
			p := bad(t, base, 403, "forbidden", pattern, body, "Content-Type", kind)
			require.NotContains(t, p.Detail, gt, "%s %v", pattern, who)
		}
	}
	for _, who := range [][]string{{"end_user"}, {"key_contact"}, {"service_level_manager"}, nil} {
		refused(who, edits...)
		refused(who, internal...)
		refused(who, administers...)
		refused(who, imports, "GET log")
	}
	refused([]string{"auditor"}, edits...)
	refused([]string{"auditor"}, administers...)
	refused([]string{"specialist"}, edits...)
	refused(manager, administers...)
	refused(manager, imports, "GET log")
	require.EqualValues(t, 0, must(w.of("wdc").Organization(t.Context(), admin("wdc"), orgoverlay.OrgID(gt))).Version, "nothing was written")

	// Who is in no account reaches none.
	nobody := w.as("")
	for _, r := range append(append(edits, internal...), "GET organizations", "GET organizations/"+gt, "GET tenant", "GET financial-ids/x", "GET people-of-the-account?id=1") {
		pattern, body := cut(r)
		bad(t, nobody, 403, "forbidden", pattern, body)
	}
}
