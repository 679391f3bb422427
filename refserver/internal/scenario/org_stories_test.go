package scenario_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// The stories that accounts live through with each other's organizations, told by their people over the API of one system: one after the other,
// each going on from where the last ended. On PostgreSQL there are the first three, and all with MSPKIT_DEEP=1, which makes
// the table of many rows five times as long, too. Those in which days pass are in
// TestOrganizationsOverTime.
func TestOrganizationStories(t *testing.T) {
	t.Parallel()
	onSystems(t, func(t *testing.T, c *cast, whole bool) {
		c.market()
		tell := func(name string, story func(*cast)) {
			t.Run(name, func(t *testing.T) {
				defer func(outer *testing.T) { c.t = outer }(c.t)
				c.t = t
				story(c)
			})
		}
		tell("providers appear", providersAppear)
		tell("a private overlay on both sides", overlaysOnBothSides)
		tell("roles", rolesDecide)
		if !whole {
			return
		}
		tell("siblings are strangers", siblingsAreStrangers)
		tell("another version of the extension", anotherVersion)
		tell("many rows", manyRows)
		tell("two who edit at once", twoEditAtOnce)
	})
}

// market opens the accounts of the stories. GigaTera keeps things for itself; it and GlobalNet serve Widget Data Center.
func (c *cast) market() {
	c.t.Helper()
	ctx := c.t.Context()
	for account, name := range map[string]string{"wdc": "Widget Data Center", "gigatera": "GigaTera", "globalnet": "GlobalNet", "wna": "Widget North America",
		"virtualsupport": "VirtualSupport, Ltd.", "outsider": "Outsider"} {
		c.open(account, name)
	}
	giga, org := c.admin("gigatera"), c.tied["gigatera"]
	require.NoError(c.t, second(giga.SaveNamedPerson(ctx, "m-1", shapes.SaveNamedPerson{Name: "Gina Manager"})))
	holding, err := giga.MakeOwnOrganization(ctx, shapes.SaveOwnOrganization{Name: "Tera Holding"})
	require.NoError(c.t, err)
	o, err := giga.OwnOrganization(ctx, org)
	require.NoError(c.t, err)
	require.NoError(c.t, second(giga.SaveOwnOrganization(ctx, org, shapes.SaveOwnOrganization{Name: o.Name, Contacts: o.Contacts, Manager: new("m-1"), Region: new("Region Nine"),
		Parent: &holding.ID, Version: o.Version})))
	giga.edit(org, map[string]any{"remarks": "margin 31%", "financial_id": "GT-ACC-9"})
	c.sla("gigatera", "wdc", "G1")
	c.sla("globalnet", "wdc", "N1")
}

// sla makes an SLA from January 2026 between the organizations of two accounts, and the trust for it.
func (c *cast) sla(provider, customer, id string) shapes.Agreement {
	c.t.Helper()
	c.trust(provider, customer)
	service := "service of " + id
	require.NoError(c.t, second(c.admin(provider).SaveService(c.t.Context(), service, shapes.SaveService{Name: "Service", Provider: c.tied[provider]})))
	return c.agree(provider, id, shapes.SaveAgreement{Kind: "sla", With: customer, Service: &service,
		Customer: shapes.OrganizationRef{Account: customer, Organization: c.tied[customer]}, Start: new("2026-01-01")})
}

func (c *cast) agree(provider, id string, g shapes.SaveAgreement) shapes.Agreement {
	c.t.Helper()
	out, err := c.admin(provider).SaveAgreement(c.t.Context(), id, g)
	require.NoError(c.t, err)
	return out
}

// expire gives an agreement a last day, "" for none.
func (c *cast) expire(provider, id, day string) {
	c.t.Helper()
	g, err := c.admin(provider).Agreement(c.t.Context(), id)
	require.NoError(c.t, err)
	in := shapes.SaveAgreement{Kind: g.Kind, With: g.With, Service: g.Service, Customer: g.Customer, Start: g.Start, Zone: &g.Zone, Version: g.Version}
	if g.Kind == "flsa" {
		in.Provider = g.Provider
	}
	if day != "" {
		in.Expiry = &day
	}
	c.agree(provider, id, in)
}

func (c *cast) trust(a, b string) {
	c.t.Helper()
	c.half(a, b, "established")
	c.half(b, a, "established")
}

func (c *cast) half(a, b, state string) {
	c.t.Helper()
	require.NoError(c.t, second(c.admin(a).SetTrust(c.t.Context(), b, state)))
}

func providersAppear(c *cast) {
	t, ctx, wdc := c.t, c.t.Context(), c.admin("wdc")
	require.Equal(t, []string{"GigaTera", "GlobalNet", "Widget Data Center"}, wdc.names(apiclient.OrganizationQuery{}))
	n, err := wdc.CountOrganizations(ctx, apiclient.OrganizationQuery{Kinds: []string{"trusted"}})
	require.NoError(t, err)
	require.EqualValues(t, 2, n)
	trusted, err := wdc.Organizations(ctx, apiclient.OrganizationQuery{Kinds: []string{"trusted"}})
	require.NoError(t, err)
	for i, account := range []string{"gigatera", "globalnet"} {
		want := shapes.Organization{ID: c.tied[account], Account: shapes.Owner{ID: account, Name: new("account " + account)}, Kind: "trusted", Name: []string{"GigaTera", "GlobalNet"}[i],
			Contacts: []shapes.Contact{{Kind: "phone", Label: new("desk"), Value: "+1 555 0199"}}, Revision: trusted.Items[i].Revision}
		require.Empty(t, cmp.Diff(want, trusted.Items[i], cmpopts.EquateEmpty(), exceptWhys), account)
	}
	about := about{orgs: []string{c.tied["gigatera"], c.tied["globalnet"], c.tied["wdc"]}, accounts: []string{"gigatera", "globalnet"}, words: []string{"GT", "marg"}, files: []string{"none"}}
	found := 0
	for _, p := range []*colleague{wdc, c.as("wdc", serviceLevel, specialist), c.as("wdc", "end_user")} {
		for request, a := range p.obtain(about) {
			for _, private := range []string{"31%", "GT-ACC-9", "m-1", "Gina", "Tera Holding", "Region Nine"} {
				require.NotContains(t, a.body, private, "%s %s", p.email, request)
			}
			if strings.Contains(a.body, "0199") {
				found++
			}
		}
	}
	require.Greater(t, found, 10, "what is shared is there")
	c.admin("gigatera").sees("in reverse", "Widget Data Center")
	c.admin("outsider").sees("somebody else")
}

func overlaysOnBothSides(c *cast) {
	t, ctx, wdc, giga := c.t, c.t.Context(), c.admin("wdc"), c.admin("gigatera")
	for _, id := range []string{"196", "219"} {
		require.NoError(t, second(wdc.SaveNamedPerson(ctx, id, shapes.SaveNamedPerson{Name: "person " + id})))
	}
	c.form("wdc", contactPerson)
	bases := func() string {
		return wdc.own(c.tied["wdc"]) + giga.own(c.tied["gigatera"]) + c.admin("globalnet").own(c.tied["globalnet"])
	}
	before := bases()
	slm, theirs := c.as("wdc", serviceLevel, specialist), c.as("gigatera", serviceLevel, specialist)
	slm.edit(c.tied["gigatera"], map[string]any{"remarks": "Escalate via J. Doe", "financial_id": "wdc-1234", "custom": map[string]any{"contact_person": 196}})
	slm.edit(c.tied["globalnet"], map[string]any{"financial_id": "wdc-5689", "custom": map[string]any{"contact_person": 219}})
	theirs.edit(c.tied["wdc"], map[string]any{"financial_id": "GT-CUST-77"})

	r := wdc.record(c.tied["gigatera"])
	require.Equal(t, "Escalate via J. Doe wdc-1234 196", *r.Remarks+" "+*r.FinancialID+" "+string(r.Custom["contact_person"]))
	r = wdc.record(c.tied["globalnet"])
	require.Equal(t, "wdc-5689 219", *r.FinancialID+" "+string(r.Custom["contact_person"]))
	require.Equal(t, "GT-CUST-77", *giga.record(c.tied["wdc"]).FinancialID)
	require.Equal(t, "margin 31%", *giga.record(c.tied["gigatera"]).Remarks)
	require.Nil(t, wdc.record(c.tied["wdc"]).FinancialID)
	require.Nil(t, c.admin("globalnet").record(c.tied["globalnet"]).FinancialID)
	require.Equal(t, before, bases(), "the owners' records stay as they were")
	slm.edit(c.tied["gigatera"], map[string]any{"remarks": nil})
	require.Nil(t, wdc.record(c.tied["gigatera"]).Remarks, "blank, and not what the owner keeps")
}

func rolesDecide(c *cast) {
	t, ctx, org := c.t, c.t.Context(), c.tied["gigatera"]
	before := c.admin("wdc").record(org)
	for _, role := range []string{"end_user", specialist, "auditor", "key_contact"} {
		_, err := c.as("wdc", role).EditOrganization(ctx, org, before.Version, map[string]any{"remarks": "x"})
		require.True(t, apiclient.Is(err, "forbidden"), "%s: %v", role, err)
	}
	theirs := c.as("gigatera", serviceLevel, specialist)
	for _, err := range []error{second(theirs.ChooseAccount(ctx, "wdc")), second(theirs.SignIn(ctx, shapes.SignIn{Email: theirs.email, Password: peoplesPassword, Account: "wdc"}))} {
		require.True(t, apiclient.Is(err, "not_found") || apiclient.Is(err, "forbidden") || apiclient.Is(err, "sign_in"), "%v", err)
		require.NotContains(t, err.Error(), "GigaTera")
		require.NotContains(t, err.Error(), "Widget")
	}
	none, unseen := theirs.ask(`PATCH /api/organizations/none?version=0 {"remarks":"x"}`), theirs.ask("PATCH /api/organizations/"+c.tied["globalnet"]+`?version=0 {"remarks":"x"}`)
	require.Equal(t, http.StatusNotFound, unseen.status)
	require.Equal(t, strings.ReplaceAll(none.body, "none", c.tied["globalnet"]), unseen.body, "another account's provider is as nobody's")

	a := c.admin("wdc").ask("PATCH /api/organizations/" + org + `?version=0 {"remarks":"kept out","name":"Mine"}`)
	require.Equal(t, http.StatusUnprocessableEntity, a.status)
	require.Contains(t, a.body, `"field":"name"`)
	require.Empty(t, cmp.Diff(before, c.admin("wdc").record(org)), "nothing was written")

	c.guest("outsider", "wdc", administrator).edit(org, map[string]any{"remarks": "by a consultant"})
	history, err := c.as("wdc", "auditor").OrganizationHistory(ctx, org, "", 1)
	require.NoError(t, err)
	require.Equal(t, "outsider", *history.Items[0].Home)
	theirs.sees("still", "Widget Data Center")
}

func siblingsAreStrangers(c *cast) {
	t, ctx, org, wdc, wna := c.t, c.t.Context(), c.tied["gigatera"], c.admin("wdc"), c.admin("wna")
	c.sla("gigatera", "wna", "G9")
	wna.sees("not the other customer", "GigaTera")
	wdc.sees("not the other customer", "GigaTera", "GlobalNet")
	wna.edit(org, map[string]any{"financial_id": "V-100"})
	wdc.edit(org, map[string]any{"financial_id": "V-100"})
	taken := wdc.refused("in_use", c.tied["globalnet"], map[string]any{"financial_id": "V-100"})
	require.Contains(t, taken.Detail, org)
	require.NotContains(t, spelled(t, taken), "wna")
	theirs, err := wna.Attach(ctx, org, "x.txt", false, strings.NewReader("content"))
	require.NoError(t, err)
	ours, err := wdc.Attach(ctx, org, "y.txt", false, strings.NewReader("content"))
	require.NoError(t, err)
	require.Equal(t, theirs.SHA256, ours.SHA256)
	for _, below := range []string{"/api/organizations/" + org + "/attachments/", "/organizations/" + org + "/files/"} {
		unseen, none := wdc.ask("GET "+below+theirs.ID), wdc.ask("GET "+below+"none")
		require.Equal(t, http.StatusNotFound, unseen.status)
		require.Equal(t, none.body, strings.ReplaceAll(unseen.body, theirs.ID, "none"))
	}
	require.NoError(t, wdc.Download(ctx, org, ours.ID, io.Discard))
}

// problemIn is what the API refused with.
func problemIn(err error) *shapes.Problem {
	if e, ok := errors.AsType[*apiclient.Error](err); ok {
		return &e.Problem
	}
	return nil
}

// exceptWhys compares organizations without the agreements by which they are seen.
var exceptWhys = cmpopts.IgnoreFields(shapes.Organization{}, "Whys")
