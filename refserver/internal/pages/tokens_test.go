package pages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// ask gets a page as a program does that has a token.
func (b *building) ask(secret, path string) int {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.url+path, nil)
	require.NoError(b.t, err)
	r.Header.Set("Authorization", "Bearer "+secret)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(b.t, err)
	require.NoError(b.t, resp.Body.Close())
	return resp.StatusCode
}

// A token is shown once, opens what its roles do, and nothing once it is revoked.
func TestTokensAreIssuedAndRevoked(t *testing.T) {
	b := newBuilding(t)
	d := b.signIn("ada@alder.example")
	list := d.open("/tokens").is(http.StatusOK).says("A token lets a program ask the API as this account.", "as long as you hold them too")
	require.NotContains(t, list.HTML, `value="auditor"`, "only what the issuer holds")
	wrong := list.press("Issue the token", "name", "", "roles", "staff").is(http.StatusUnprocessableEntity).says("What it is for:")
	require.Contains(t, wrong.HTML, `value="staff" checked`)
	d.post("/tokens/issue", url.Values{"name": {"x"}, "roles": {"staff"}, "days": {"-1"}}).is(http.StatusUnprocessableEntity).says("Good for: Choose how long it is good for.")
	d.post("/tokens/issue", url.Values{"name": {"x"}, "roles": {"auditor"}, "days": {"30"}}).lacks("Bearer")
	made := list.press("Issue the token", "name", "<b>nightly</b>", "roles", "staff", "days", "30").is(http.StatusOK).says("It is shown this once", "Authorization: Bearer mspkit_")
	require.NotContains(t, made.HTML, "<b>nightly")
	secret := made.shown()
	require.True(t, strings.HasPrefix(secret, "mspkit_"), secret)
	b.keeps(d, secret)
	after := d.open("/tokens").says("<b>nightly</b>", "Staff", "Ada Alder")
	require.NotContains(t, after.HTML, secret)
	require.Equal(t, http.StatusOK, b.ask(secret, "/shops"))
	require.Equal(t, http.StatusForbidden, b.ask(secret, "/me"), "a program has no sessions")
	require.Contains(t, after.HTML, `aria-label="Choose token &lt;b&gt;nightly&lt;/b&gt;"`)
	after.press("Revoke the chosen tokens").is(http.StatusUnprocessableEntity).says("Choose the tokens to revoke.")
	tokens, err := b.staff.Tokens(t.Context(), "alder", staff.Query{})
	require.NoError(t, err)
	require.Len(t, tokens, 1)
	require.WithinDuration(t, time.Now().AddDate(0, 0, 30), tokens[0].Expires, time.Minute)
	after.press("Revoke the chosen tokens", "token", tokens[0].ID).is(http.StatusOK).says("1 token revoked")
	require.Equal(t, http.StatusUnauthorized, b.ask(secret, "/shops"))
	b.keeps(d, secret)

	forever := d.open("/tokens").press("Issue the token", "name", "backup", "roles", "staff", "days", "0").is(http.StatusOK)
	require.Equal(t, http.StatusOK, b.ask(forever.shown(), "/shops"))
	d.open("/tokens").says("It is revoked")
}

func TestTokensOfAnotherAccount(t *testing.T) {
	b := newBuilding(t)
	b.hire("Wil", "wil@wdc.example", "wdc", staff.Administers)
	b.signIn("ada@alder.example").open("/tokens").press("Issue the token", "name", "of alder", "roles", "staff").is(http.StatusOK)
	tokens, err := b.staff.Tokens(t.Context(), "alder", staff.Query{})
	require.NoError(t, err)
	d := b.signIn("wil@wdc.example")
	d.open("/tokens").says("It acts in wdc alone").lacks("of alder")
	d.post("/tokens/revoke", url.Values{"token": {tokens[0].ID}}).is(http.StatusNotFound).lacks("of alder")
}

func TestAccountsAreOpened(t *testing.T) {
	b := newBuilding(t)
	d := b.signIn("ada@alder.example")
	list := d.open("/accounts").is(http.StatusOK).says("alder", "The system's own", "wdc", "Widget Data Center")
	wrong := list.press("Open the account", "account", "Giga Tera!", "name", "GigaTera").is(http.StatusUnprocessableEntity).says("Short name:")
	require.Contains(t, wrong.HTML, `value="Giga Tera!"`)
	list.press("Open the account", "account", "wdc", "name", "Another").is(http.StatusUnprocessableEntity).says("Short name: is taken")
	list.press("Open the account", "account", "north", "name", "North", "directory", "none").is(http.StatusUnprocessableEntity).says("Directory above it: is not another account of this system")
	opened := list.press("Open the account", "account", "gigatera", "name", "Giga<br>Tera", "directory", "wdc").is(http.StatusOK).says("The account gigatera is open", "Giga<br>Tera")
	require.NotContains(t, opened.HTML, "Giga<br>")
	who := orgoverlay.Actor{ID: "1", Home: "gigatera", On: "gigatera", Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
	tenant, err := b.cfg.Orgs("gigatera").Tenant(t.Context(), who)
	require.NoError(t, err)
	require.Equal(t, "Giga<br>Tera", tenant.Name)
	require.EqualValues(t, "wdc", tenant.Directory)
	d.open("/me").press("Switch account", "account", "gigatera").says("in gigatera")
	d.open("/people").says("People of gigatera", "Ada Alder", "Administrator Specialist")
}
