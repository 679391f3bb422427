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

// What is kept of organizations that are not seen is listed page by page, leaves with an export that asks for it, and is left out when it is
// imported again.
func TestDormantOverlaysAreListedAndLeaveWithTheExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, ctx, gt, gn := w.client("wdc", administrator), t.Context(), w.tied["gigatera"], w.tied["globalnet"]
	for _, org := range []string{gt, gn} {
		must(c.EditOrganization(ctx, org, 0, map[string]any{"remarks": "kept of " + org}))
	}
	require.Empty(t, must(c.Dormant(ctx, "", 0)).Items)
	for _, other := range []string{"gigatera", "globalnet"} {
		must(c.SetTrust(ctx, other, "suspended"))
		must(c.Sweep(ctx))
		w.clock = w.clock.Add(time.Hour)
	}
	var list []shapes.DormantOverlay
	for o, err := range apiclient.All(func(next string) (shapes.List[shapes.DormantOverlay], error) { return c.Dormant(ctx, next, 1) }) {
		require.NoError(t, err)
		list = append(list, o)
	}
	first, second := w.clock.Add(-2*time.Hour), w.clock.Add(-time.Hour)
	require.Empty(t, cmp.Diff([]shapes.DormantOverlay{
		{ID: gt, Account: "gigatera", HiddenSince: &first, Version: 1}, {ID: gn, Account: "globalnet", HiddenSince: &second, Version: 1},
	}, list))

	var plain, all strings.Builder
	require.NoError(t, c.ExportOrganizations(ctx, apiclient.TableExport{}, &plain))
	require.Equal(t, 1, strings.Count(plain.String(), "\n"), "the header: nothing is seen")
	require.NoError(t, c.ExportOrganizations(ctx, apiclient.TableExport{Dormant: true}, &all))
	require.Equal(t, plain.String()+gt+",gigatera,,kept of "+gt+",,,\n"+gn+",globalnet,,kept of "+gn+",,,\n", all.String())
	did := must(c.ImportOrganizations(ctx, strings.NewReader(all.String()), apiclient.TableImport{Blank: "clear"}))
	require.Equal(t, 2, did.Failed)
	for _, e := range did.Errors {
		require.Equal(t, "not_found no such trusted organization", *e.Code+" "+e.Message)
	}
	bad(t, w.as("wdc", administrator), 422, "invalid", "GET organizations/dormant?limit=101", "")
}

// An organization of the account's directory is seen, and refuses to be laid over.
func TestTheDirectorysOrganizationsAreEditedThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.of("unit").SaveTenant(t.Context(), admin("unit"), orgoverlay.Tenant{ID: "unit", Name: "Unit", Directory: "wdc"})
	require.NoError(t, err)
	base, wdc := w.as("unit", administrator), w.tied["wdc"]
	before := good(t, base, "GET organizations/"+wdc, "").body
	require.Contains(t, before, `"kind":"external"`)
	want := []shapes.Field{{Rule: "directory", Message: "is kept by account wdc, the directory of this one, and edited there"}}
	for _, r := range []string{"PATCH organizations/" + wdc + `?version=0 {"remarks":"ours"}`, "PATCH organizations/" + wdc + "?version=0 {}", "POST organizations/" + wdc + "/attachments?name=a.txt text"} {
		pattern, body := cut(r)
		require.Empty(t, cmp.Diff(want, bad(t, base, 422, "invalid", pattern, body).Fields), pattern)
	}
	require.Equal(t, before, good(t, base, "GET organizations/"+wdc, "").body)
}
