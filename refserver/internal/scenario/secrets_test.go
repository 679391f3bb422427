package scenario_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// browserlike is a client that keeps cookies and follows no redirects.
func browserlike(t *testing.T, transport *http.Transport) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// enter sends the form of the sign-in page, and returns the answer and the session's cookie, nil where there is none.
func enter(t *testing.T, c *http.Client, home, password string) (*http.Response, *http.Cookie) {
	t.Helper()
	resp, err := c.PostForm(home+"/sign-in", url.Values{"email": {operatorEmail}, "password": {password}})
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	for _, cookie := range resp.Cookies() {
		if strings.Contains(cookie.Name, "mspkit-") && cookie.Value != "" {
			return resp, cookie
		}
	}
	return resp, nil
}

// fetch asks for a page, and returns its status and text.
func fetch(t *testing.T, c *http.Client, address string) (int, string) {
	t.Helper()
	resp, err := c.Get(address)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

// Whoever reads the log at its fullest, or the database, finds nothing to come in by: no password, link, token or id of a session, whether
// good or wrong, used or not.
func TestSecretsAreNeitherLoggedNorKept(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	p := prepare(t, "alder", address{})
	p.args = append(p.args, "-log", "debug")
	p.start()
	_, first, _ := strings.Cut(p.link, "/links/")
	secrets := map[string]string{"the operator's password": operatorPassword, "the first link": first, "the operator's token": p.token}

	b := browserlike(t, &http.Transport{})
	secrets["a wrong password"] = "five kettles whistle at dusk"
	resp, cookie := enter(t, b, p.home, secrets["a wrong password"])
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
	require.Nil(t, cookie)
	resp, cookie = enter(t, b, p.home, operatorPassword)
	require.Equal(t, http.StatusSeeOther, resp.StatusCode)
	require.NotNil(t, cookie)
	secrets["the id of a session"] = cookie.Value
	status, text := fetch(t, b, p.home+"/me")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, operatorEmail)

	api := apiclient.New(p.home)
	t.Cleanup(api.Close)
	require.NoError(t, second(api.SignIn(ctx, shapes.SignIn{Email: operatorEmail, Password: operatorPassword})))
	require.NoError(t, second(api.ConfirmPassword(ctx, operatorPassword)))
	invited, err := api.InvitePerson(ctx, shapes.InvitePerson{Email: "second@desk.example", Name: "Second", Roles: []string{"staff"}})
	require.NoError(t, err)
	_, secrets["an invitation"], _ = strings.Cut(invited.URL, "/links/")
	secrets["a password that was chosen"] = "six lanterns over the quay"
	status, _ = fetch(t, browserlike(t, &http.Transport{}), invited.URL)
	require.Equal(t, http.StatusOK, status)
	joined, err := apiclient.Admit(ctx, invited.URL, shapes.TakeLink{Password: secrets["a password that was chosen"]})
	require.NoError(t, err)
	t.Cleanup(joined.Close)
	who, err := joined.Session(ctx)
	require.NoError(t, err)
	reset, err := api.ResetPerson(ctx, who.Person.ID)
	require.NoError(t, err)
	_, secrets["a link to a new password, not used"], _ = strings.Cut(reset.URL, "/links/")
	status, _ = fetch(t, browserlike(t, &http.Transport{}), p.home+"/links/"+first)
	require.Equal(t, http.StatusGone, status, "the first link is used up")
	secrets["a token of nobody"] = "mspkit_" + strings.Repeat("wrong", 9)[:43]
	require.True(t, apiclient.Is(second(api.As(secrets["a token of nobody"]).Session(ctx)), "sign_in"))
	paired, err := p.Client.Invite(ctx, "http://127.0.0.1:9")
	require.NoError(t, err)
	secrets["an invitation to a partner"] = paired.Token
	require.NoError(t, p.stop(patience))

	found := map[string]string{}
	for _, name := range []string{p.log, filepath.Join(filepath.Dir(p.log), "system.db")} {
		files, err := filepath.Glob(name + "*")
		require.NoError(t, err)
		for _, file := range files {
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			found[name] += string(content)
		}
		for what, secret := range secrets {
			require.Greater(t, len(secret), 20, what)
			require.NotContains(t, found[name], secret, "%s holds %s", filepath.Base(name), what)
			if raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(secret, "mspkit_")); err == nil {
				require.NotContains(t, found[name], string(raw), "%s holds the bytes of %s", filepath.Base(name), what)
			}
		}
	}
	// It is there that they would stand.
	for _, line := range []string{`"level":"DEBUG"`, `"path":"/links/..."`, `"path":"/api/links/..."`, `"path":"/sign-in"`, `"path":"/api/session/confirm"`} {
		require.Contains(t, found[p.log], line)
	}
	for _, value := range []string{operatorEmail, "second@desk.example", "$argon2id$v=19$", who.Person.ID} {
		require.Contains(t, found[filepath.Join(filepath.Dir(p.log), "system.db")], value)
	}
	require.WithinDuration(t, time.Now().AddDate(0, 0, 1), reset.ExpiresAt, time.Hour)
}
