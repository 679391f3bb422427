package scenario_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// The first administrator of every system.
const (
	operatorEmail    = "first@desk.example"
	operatorName     = "operator" // as history calls them, and the token that they issue
	operatorPassword = "four kettles whistle at dawn"
)

// admit takes the link to the first administrator, and returns a token with every role that they hold.
func admit(t *testing.T, link string) (token string) {
	t.Helper()
	c, err := apiclient.Admit(t.Context(), link, shapes.TakeLink{Email: operatorEmail, Name: operatorName, Password: operatorPassword})
	require.NoError(t, err)
	defer c.Close()
	who, err := c.Session(t.Context())
	require.NoError(t, err)
	issued, err := c.IssueToken(t.Context(), shapes.IssueToken{Name: operatorName, Roles: who.Roles})
	require.NoError(t, err)
	return issued.Secret
}

// signIn signs somebody in, on the page that stands before all others.
func (b *tab) signIn(email, password string) {
	b.t.Helper()
	b.goTo("/me")
	require.True(b.t, strings.HasPrefix(b.path(), "/sign-in?"), b.path())
	b.fill("E-mail", email)
	b.fill("Password", password)
	b.press("Sign in")
	require.Equal(b.t, "/me", b.path(), b.text("main"))
}

// signedIn is newTab for the first administrator.
func signedIn(t *testing.T, home string, l look) *tab {
	t.Helper()
	b := newTab(t, home, l)
	b.signIn(operatorEmail, operatorPassword)
	return b
}

// A browser keeps a session at each of two systems of one machine: to sign in or out at one leaves the other as it is.
func TestOneBrowserIsSignedInAtBothSystems(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	needBrowser(t)
	alder, birch := serveHere(t, "alder", "green"), serveHere(t, "birch", "amber")
	for _, l := range []look{desktop, phonePlain} {
		t.Run(l.name, func(t *testing.T) {
			b := signedIn(t, alder.home, l)
			at := func(home, path string) string {
				b.home = home
				b.goTo(path)
				return b.path()
			}
			b.home = birch.home
			b.signIn(operatorEmail, operatorPassword)
			require.Equal(t, "/me", at(alder.home, "/me"), "still signed in at alder")
			b.press("Sign out")
			require.Equal(t, "/sign-in", b.path())
			require.Equal(t, "/sign-in?next=%2Fme", at(alder.home, "/me"))
			require.Equal(t, "/me", at(birch.home, "/me"), "still signed in at birch")
		})
	}
}
