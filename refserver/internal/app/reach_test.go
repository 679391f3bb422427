package app_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// Beyond this machine a system is reached once it has an administrator and TLS; the refusal says all that is missing.
func TestReachBeyondThisMachine(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	wide := cfg
	wide.Addr = "0.0.0.0:0"
	_, err := app.Open(t.Context(), wide)
	for _, lack := range []string{"TLS", "-tls-cert", "-url", "an administrator"} {
		require.ErrorContains(t, err, lack)
	}
	require.NoFileExists(t, cfg.DB)
	wide.URL = "https://alder.example"
	_, err = app.Open(t.Context(), wide)
	require.ErrorContains(t, err, "an administrator")
	require.NotContains(t, err.Error(), "TLS:")

	a, err := app.Open(t.Context(), cfg)
	require.NoError(t, err)
	_, token, err := firstAdministrator(t, a)
	require.NoError(t, err)
	require.NotEmpty(t, token)
	require.NoError(t, a.Close())
	plain := wide
	plain.URL = "http://alder.example"
	_, err = app.Open(t.Context(), plain)
	require.ErrorContains(t, err, "TLS")
	a, err = app.Open(t.Context(), wide)
	require.NoError(t, err)
	require.NoError(t, a.Close())
	half := cfg
	half.TLSCert = filepath.Join(t.TempDir(), "c.pem")
	_, err = app.Open(t.Context(), half)
	require.ErrorContains(t, err, "-tls-key")
}

// firstAdministrator makes one without a server.
func firstAdministrator(t *testing.T, a *app.App) (staff.Person, string, error) {
	t.Helper()
	token, err := a.Staff.FirstLink(t.Context())
	require.NoError(t, err)
	p, err := a.Staff.TakeLink(t.Context(), token, "Ann Lee", "ann@alder.example", password)
	return p, token, err
}

// People come in, act in one account after another, and are shut out, over the API.
func TestSessionsOfPeople(t *testing.T) { onEach(t, sessionsOfPeople) }

func sessionsOfPeople(t *testing.T, config configure) {
	a, ctx := serve(t, config(t)), t.Context()
	ann := person(t, a)
	opened, err := ann.OpenAccount(ctx, shapes.OpenAccount{ID: "wdc", Name: "Widget Data Center"})
	require.NoError(t, err)
	require.Equal(t, "wdc", opened.ID)
	for _, id := range []string{"wdc", "alder"} {
		_, err = ann.OpenAccount(ctx, shapes.OpenAccount{ID: id, Name: "Another"})
		require.ErrorContains(t, err, "account: is taken", id)
		require.True(t, apiclient.Is(err, "invalid"), "%s: %v", id, err)
	}
	who, err := ann.ChooseAccount(ctx, "wdc")
	require.NoError(t, err)
	require.Equal(t, "wdc", who.Account)
	require.Len(t, who.Accounts, 2)
	_, err = ann.Module(ctx)
	require.True(t, apiclient.Is(err, "forbidden"), "another account has no projects: %v", err)
	tenant, err := ann.Tenant(ctx)
	require.NoError(t, err)
	require.Equal(t, "Widget Data Center", tenant.Name)
	link, err := ann.InvitePerson(ctx, shapes.InvitePerson{Email: "eve@wdc.example", Name: "Eve", Roles: []string{"end_user"}})
	require.NoError(t, err)
	eve, err := apiclient.Admit(ctx, link.URL, shapes.TakeLink{Password: password})
	require.NoError(t, err)
	defer eve.Close()
	_, err = apiclient.Admit(ctx, link.URL, shapes.TakeLink{Password: password})
	require.True(t, apiclient.Is(err, "link"), "good once: %v", err)
	_, err = eve.People(ctx, "", 0)
	require.True(t, apiclient.Is(err, "forbidden"), "%v", err)
	people, err := ann.People(ctx, "", 0)
	require.NoError(t, err)
	require.Len(t, people.Items, 2)
	for _, p := range people.Items {
		if p.Name == "Eve" {
			_, err = ann.DisablePerson(ctx, p.ID, shapes.Disable{Disabled: true, Version: p.Version})
			require.NoError(t, err)
		}
	}
	_, err = eve.Session(ctx)
	require.True(t, apiclient.Is(err, "sign_in"), "shut out at once: %v", err)
	require.NoError(t, ann.SignOut(ctx))
	_, err = ann.Session(ctx)
	require.True(t, apiclient.Is(err, "sign_in"), "%v", err)
}

// Who asks too much waits, by class; others do not.
func TestCallersWait(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.Limits = &web.Limits{Scale: 0.01} // 40 looks, 20 writes, one password
	_, at := admitScaled(t, serve(t, cfg))
	var last *http.Response
	for range 60 {
		if last, _ = at.ask(t, http.MethodGet, "/api/module", ""); last.StatusCode == http.StatusTooManyRequests {
			break
		}
	}
	require.Equal(t, http.StatusTooManyRequests, last.StatusCode)
	require.NotEmpty(t, last.Header.Get("Retry-After"))
	w, _ := at.ask(t, http.MethodPut, "/api/module", `{"on":true}`, "Content-Type", "application/json")
	require.Equal(t, http.StatusOK, w.StatusCode, "another class")
}

// admitScaled is admit for a system with narrow limits.
func admitScaled(t *testing.T, a *app.App) (staff.Person, site) {
	t.Helper()
	p, _, err := firstAdministrator(t, a)
	require.NoError(t, err)
	secret, _, err := a.Staff.Issue(t.Context(), staff.Who{Person: p.ID, Account: a.ID()}, staff.TokenInput{Name: "everything", Roles: allRoles})
	require.NoError(t, err)
	return p, site{a.Home(), secret}
}
