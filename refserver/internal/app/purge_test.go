package app_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

// What is purged through the API is gone from the file of the database and from its log, without anybody's doing.
func TestPurgeLeavesNothingInTheFiles(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	a := serve(t, cfg)
	_, program := admit(t, a)
	actor := func(account string) orgoverlay.Actor {
		return orgoverlay.Actor{ID: "p", Name: "Setup", Home: orgoverlay.Account(account), On: orgoverlay.Account(account), Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
	}
	ctx := t.Context()
	tied := map[string]orgoverlay.OrgID{}
	for _, account := range []string{"alder", "provider"} {
		svc, who := a.Orgs(account), actor(account)
		tenant, err := svc.Tenant(ctx, who)
		if errors.Is(err, orgoverlay.ErrNotFound) {
			tenant, err = svc.SaveTenant(ctx, who, orgoverlay.Tenant{ID: orgoverlay.Account(account), Name: account})
		}
		require.NoError(t, err)
		o, err := svc.SaveOrganization(ctx, who, orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "tied to " + account}})
		require.NoError(t, err)
		tenant.Organization, tied[account] = o.ID, o.ID
		_, err = svc.SaveTenant(ctx, who, tenant)
		require.NoError(t, err)
	}
	for _, half := range [][2]string{{"alder", "provider"}, {"provider", "alder"}} {
		_, err := a.Orgs(half[0]).SetTrust(ctx, actor(half[0]), orgoverlay.Account(half[1]), orgoverlay.TrustEstablished)
		require.NoError(t, err)
	}
	provider := a.Orgs("provider")
	e, err := provider.SaveService(ctx, actor("provider"), orgoverlay.ServiceEntry{Name: "Lines", Provider: tied["provider"]})
	require.NoError(t, err)
	_, err = provider.SaveAgreement(ctx, actor("provider"), orgoverlay.Agreement{Kind: orgoverlay.SLA, With: "alder", Service: e.ID,
		Customer: orgoverlay.Ref{Account: "alder", Org: tied["alder"]}, Start: "2020-01-01"})
	require.NoError(t, err)

	files := func() (all string) {
		for _, name := range []string{cfg.DB, cfg.DB + "-wal"} {
			data, err := os.ReadFile(name)
			if !errors.Is(err, fs.ErrNotExist) {
				require.NoError(t, err)
			}
			all += string(data)
		}
		return all
	}
	at := "/api/organizations/" + string(tied["provider"])
	ask := func(method, path, body string) {
		t.Helper()
		res, text := program.ask(t, method, path, body, "Content-Type", "application/json")
		require.Equal(t, http.StatusOK, res.StatusCode, text)
	}
	for _, purge := range []string{at + "/purge", "/api/purge"} {
		ask(http.MethodPatch, at+"?version=0", `{"remarks":"canary-remarks","financial_id":"canary-id"}`)
		ask(http.MethodPatch, at+"?version=1", `{"remarks":"Canary-later"}`)
		for _, word := range []string{"canary-remarks", "canary-id", "Canary-later"} {
			require.Contains(t, files(), word)
		}
		ask(http.MethodPost, purge, `{"why":"asked for"}`)
		for _, word := range []string{"canary-remarks", "canary-id", "Canary-later", "canary-later"} {
			require.False(t, strings.Contains(files(), word), "%s is left by %s", word, purge)
		}
	}
}
