package app_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/app"
)

// What is purged through the API is gone from the file of the database and from its log, without anybody's doing.
func TestPurgeLeavesNothingInTheFiles(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	a := serve(t, cfg)
	_, program := admit(t, a)
	org := agreed(t, a, "alder", "provider")

	files := func() string { return onDisk(t, cfg.DB) }
	at := "/api/organizations/" + string(org)
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

// A caller who hangs up meanwhile leaves nothing behind either, and what somebody's reading keeps there goes with the next sweep.
func TestWhatAPurgeLeavesGoesLater(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	a := serve(t, cfg)
	org, who := agreed(t, a, "alder", "provider"), administrator("alder")
	write := func(remark string) {
		_, _, err := a.Orgs("alder").Edit(t.Context(), who, org, orgoverlay.Patch{Remarks: orgoverlay.Set(remark)}, 0)
		require.NoError(t, err)
		require.Contains(t, onDisk(t, cfg.DB), remark)
		require.NoError(t, a.Orgs("alder").Purge(t.Context(), who, org, "asked for"))
	}
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	write("canary-of-one")
	a.Purged(gone)
	require.NotContains(t, onDisk(t, cfg.DB), "canary-of-one")

	reader, err := sql.Open("sqlite", "file:"+cfg.DB)
	require.NoError(t, err)
	defer func() { require.NoError(t, reader.Close()) }()
	tx, err := reader.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	var people int
	require.NoError(t, tx.QueryRowContext(t.Context(), "SELECT count(*) FROM mspkit_staff_person").Scan(&people))
	write("canary-of-two")
	a.Purged(t.Context())
	require.Contains(t, onDisk(t, cfg.DB), "canary-of-two", "somebody reads")
	require.NoError(t, tx.Rollback())
	a.Sweep(t.Context())
	require.NotContains(t, onDisk(t, cfg.DB), "canary-of-two")
}

// administrator is somebody who keeps an account's organizations.
func administrator(account string) orgoverlay.Actor {
	return orgoverlay.Actor{ID: "p", Name: "Setup", Home: orgoverlay.Account(account), On: orgoverlay.Account(account), Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
}

// agreed has one account see an organization of another, by an agreement, and returns that organization.
func agreed(t *testing.T, a *app.App, viewer, provider string) orgoverlay.OrgID {
	t.Helper()
	ctx, tied := t.Context(), map[string]orgoverlay.OrgID{}
	for _, account := range []string{viewer, provider} {
		svc, who := a.Orgs(account), administrator(account)
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
	for _, half := range [][2]string{{viewer, provider}, {provider, viewer}} {
		_, err := a.Orgs(half[0]).SetTrust(ctx, administrator(half[0]), orgoverlay.Account(half[1]), orgoverlay.TrustEstablished)
		require.NoError(t, err)
	}
	e, err := a.Orgs(provider).SaveService(ctx, administrator(provider), orgoverlay.ServiceEntry{Name: "Lines", Provider: tied[provider]})
	require.NoError(t, err)
	_, err = a.Orgs(provider).SaveAgreement(ctx, administrator(provider), orgoverlay.Agreement{Kind: orgoverlay.SLA, With: orgoverlay.Account(viewer), Service: e.ID,
		Customer: orgoverlay.Ref{Account: orgoverlay.Account(viewer), Org: tied[viewer]}, Start: "2020-01-01"})
	require.NoError(t, err)
	return tied[provider]
}

// onDisk is all that the files of an SQLite database hold.
func onDisk(t *testing.T, db string) (all string) {
	t.Helper()
	for _, name := range []string{db, db + "-wal"} {
		data, err := os.ReadFile(name)
		if !errors.Is(err, fs.ErrNotExist) {
			require.NoError(t, err)
		}
		all += string(data)
	}
	return all
}
