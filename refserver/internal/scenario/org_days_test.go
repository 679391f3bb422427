package scenario_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// The stories in which days pass, on systems in this process that are told what time it is.
func TestOrganizationsOverTime(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]func(*cast){"first-line support in both directions": supportInBothDirections, "several reasons, and the end of trust": reasonsAndTheEndOfTrust} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := rehearsing(t, time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
			c.market()
			story(c)
		})
	}
}

// status is that of an agreement, as the API says it.
func (c *cast) status(provider, id string) string {
	c.t.Helper()
	g, err := c.admin(provider).Agreement(c.t.Context(), id)
	require.NoError(c.t, err)
	return g.Status
}

func supportInBothDirections(c *cast) {
	t, virtual := c.t, c.tied["virtualsupport"]
	wdc, support := c.admin("wdc"), c.admin("virtualsupport")
	c.trust("virtualsupport", "wdc")
	terms := shapes.SaveAgreement{Kind: "flsa", With: "wdc", Provider: &shapes.OrganizationRef{Account: "virtualsupport", Organization: virtual},
		Customer: shapes.OrganizationRef{Account: "wdc", Organization: c.tied["wdc"]}, Start: new("2026-01-01"), Zone: new("Asia/Kolkata")}
	c.agree("virtualsupport", "FLSA0001029", terms)
	support.sees("first-line support given", "Widget Data Center")
	wdc.sees("first-line support received", "GigaTera", "GlobalNet", "VirtualSupport, Ltd.")
	laid := wdc.edit(virtual, map[string]any{"remarks": "first line"})
	c.expire("virtualsupport", "FLSA0001029", "2026-12-31")

	mumbai, err := time.LoadLocation("Asia/Kolkata")
	require.NoError(t, err)
	c.at(time.Date(2026, 12, 31, 23, 59, 59, 0, mumbai))
	wdc.sees("the last second", "GigaTera", "GlobalNet", "VirtualSupport, Ltd.")
	support.sees("the last second", "Widget Data Center")
	require.Equal(t, "active", c.status("virtualsupport", "FLSA0001029"))
	c.at(c.clock.now().Add(time.Second))
	wdc.sees("one later", "GigaTera", "GlobalNet")
	support.sees("one later")
	require.Equal(t, "expired", c.status("virtualsupport", "FLSA0001029"))
	require.Contains(t, support.ask("GET /agreements").body, "Expired")

	terms.Start = new("2027-01-01")
	renewed := c.agree("virtualsupport", "FLSA0001030", terms)
	support.sees("no gap", "Widget Data Center")
	require.Empty(t, cmp.Diff(laid.Organization, wdc.record(virtual).Organization, exceptWhys))
	terms.Start, terms.Version = new("2027-01-02"), renewed.Version
	require.Equal(t, "scheduled_for_activation", c.agree("virtualsupport", "FLSA0001030", terms).Status)
	wdc.sees("a gap of a day", "GigaTera", "GlobalNet")
	_, err = wdc.Organization(t.Context(), virtual)
	require.True(t, apiclient.Is(err, "not_found"), "%v", err)
	c.at(c.clock.now().AddDate(0, 0, 1))
	require.Empty(t, cmp.Diff(laid.Organization, wdc.record(virtual).Organization, exceptWhys), "back as it was, of the same version")
}

func reasonsAndTheEndOfTrust(c *cast) {
	t, ctx, giga := c.t, c.t.Context(), c.tied["gigatera"]
	wdc := c.admin("wdc")
	c.sla("gigatera", "wdc", "G2")
	c.expire("gigatera", "G1", "2026-06-30")
	c.expire("gigatera", "G2", "2026-07-31")
	wdc.edit(giga, map[string]any{"remarks": "Escalate via J. Doe", "financial_id": "wdc-1234"})
	file, err := wdc.Attach(ctx, giga, "contract.txt", false, strings.NewReader("the contract"))
	require.NoError(t, err)
	laid := wdc.record(giga)
	require.Len(t, laid.Whys, 2)
	c.at(time.Date(2026, 7, 15, 0, 0, 0, 0, time.UTC))
	require.Equal(t, []string{"G2"}, each(wdc.record(giga).Whys, func(w shapes.Why) string { return w.Agreement }))

	exported := func() string {
		var b bytes.Buffer
		require.NoError(t, wdc.ExportOrganizations(ctx, apiclient.TableExport{}, &b))
		return b.String()
	}
	gone := func(what string) {
		t.Helper()
		require.NotContains(t, wdc.names(apiclient.OrganizationQuery{}), "GigaTera", what)
		require.Empty(t, wdc.names(apiclient.OrganizationQuery{Search: "Escalate"}), what)
		for _, request := range []string{"/api/financial-ids/wdc-1234", "/api/organizations/" + giga, "/api/organizations/" + giga + "/attachments/" + file.ID, "/organizations/" + giga} {
			require.Equal(t, 404, wdc.ask("GET "+request).status, "%s %s", what, request)
		}
		require.NotContains(t, exported(), "GigaTera", what)
		require.NotContains(t, wdc.ask("GET /organizations").body, "GigaTera", what)
	}
	back := func(what string) {
		t.Helper()
		require.Empty(t, cmp.Diff(laid.Organization, wdc.record(giga).Organization, exceptWhys), what)
		require.Contains(t, exported(), "GigaTera", what)
		var b bytes.Buffer
		require.NoError(t, wdc.Download(ctx, giga, file.ID, &b))
		require.Equal(t, "the contract", b.String())
	}
	c.at(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC))
	gone("both have ended")
	require.NoError(t, second(wdc.Sweep(ctx)))
	c.expire("gigatera", "G2", "")
	back("renewed")
	c.half("gigatera", "wdc", "suspended")
	gone("trust is suspended")
	c.half("gigatera", "wdc", "established")
	back("resumed")
	c.half("gigatera", "wdc", "ended")
	gone("trust has ended")
	c.at(c.clock.now().AddDate(10, 0, 0))
	swept, err := wdc.Sweep(ctx)
	require.NoError(t, err)
	require.Zero(t, swept.Purged, "this system keeps what is laid over others until it is purged by hand")
	require.NoError(t, wdc.Purge(ctx, giga, "the trust is over"))

	log, err := wdc.Log(ctx, "retention", "", "", 10)
	require.NoError(t, err)
	require.Len(t, log.Items, 1)
	require.Empty(t, log.Items[0].Changes)
	require.NotContains(t, wdc.ask("GET /api/log?limit=100").body, "Escalate", "history keeps no values either")
	c.half("gigatera", "wdc", "established")
	r := wdc.record(giga)
	require.Nil(t, r.Remarks)
	require.Nil(t, r.FinancialID)
	require.Empty(t, r.Attachments)
	require.Empty(t, wdc.names(apiclient.OrganizationQuery{Search: "Escalate"}))
	require.Equal(t, 404, wdc.ask("GET /api/organizations/"+giga+"/attachments/"+file.ID).status)
}
