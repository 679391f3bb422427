package scenario_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// forget makes it a while since anybody gave a password to a system.
func (h host) forget(t *testing.T) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+h.db+"?_pragma=busy_timeout(5000)")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	_, err = db.ExecContext(t.Context(), "UPDATE mspkit_staff_session SET confirmed = 0")
	require.NoError(t, err)
}

// TestTheDoorsAreAccessible looks at every page by which people come in and are let in, as they open, refused, and with what they show once.
func TestTheDoorsAreAccessible(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	needBrowser(t)
	j := judged{map[string]string{}, map[string]string{}}
	defer j.report(t)
	look := func(b *tab, paths ...string) {
		for _, path := range paths {
			b.goTo(path)
			j.judge(b, path)
		}
	}
	press := func(b *tab, button, name string) {
		b.press(button)
		j.judge(b, name)
	}

	alder, link := serveNew(t, "alder", "green")
	b := newTab(t, alder.home, desktop)
	look(b, "/sign-in", link)
	press(b, "Become the administrator", "refused first link")
	alder.Client = alder.As(admit(t, link))
	look(b, link)
	b.goTo("/sign-in")
	b.fill("E-mail", operatorEmail)
	b.fill("Password", "not the right one")
	press(b, "Sign in", "refused sign-in")
	b.signIn(operatorEmail, operatorPassword)
	look(b, "/me", "/sign-in", "/people", "/tokens", "/accounts")
	press(b, "Open the account", "refused account")
	b.fill("Short name", "wdc")
	b.fill("Name", "Widget Data Center")
	press(b, "Open the account", "opened account, and two to choose from")

	b.goTo("/people")
	press(b, "Invite", "refused invitation")
	b.fill("E-mail", "chandra@wdc.example")
	b.fill("Name", "Chandra")
	b.tick("Specialist", true)
	press(b, "Invite", "an invitation, shown once")
	invitation := b.text(".receipt code")
	look(b, "/people", invitation)
	visitor := newTab(t, alder.home, desktop)
	look(visitor, invitation)
	visitor.fill("Choose a password", "nine herons")
	visitor.fill("The same once more", "ten herons")
	press(visitor, "Join alder", "refused joining")
	visitor.fill("Choose a password", "nine herons in the reeds")
	visitor.fill("The same once more", "nine herons in the reeds")
	press(visitor, "Join alder", "joined")
	look(visitor, invitation, "/me", "/people") // used up, as herself, and what she may not see

	all, err := alder.People(t.Context(), "", 10)
	require.NoError(t, err)
	chandra := "/people/" + all.Items[0].ID
	require.Equal(t, "chandra@wdc.example", all.Items[0].Email)
	look(b, "/people", chandra)
	b.press("Make a link for a new password")
	j.judge(b, "a link to a new password, shown once")
	look(visitor, b.text(".receipt code"))
	again, err := session(t, alder.home).InvitePerson(t.Context(), shapes.InvitePerson{Email: "chandra@wdc.example", Roles: []string{"staff"}})
	require.NoError(t, err)
	look(visitor, again.URL)                        // as the one who is meant
	look(newTab(t, alder.home, desktop), again.URL) // who has a password already

	b.goTo("/tokens")
	press(b, "Issue the token", "refused token")
	b.fill("What it is for", "nightly export")
	b.tick("Specialist", true)
	press(b, "Issue the token", "a token, shown once")
	look(b, "/tokens", "/me")
	press(b, "Change my password", "refused password")

	alder.forget(t)
	b.goTo("/people")
	b.fill("E-mail", "dora@wdc.example")
	b.tick("Auditor", true)
	press(b, "Invite", "confirm that it is you")
	require.Equal(t, "Confirm that it is you", b.text("h1"))
	b.fill("Your password", "not the right one")
	press(b, "Confirm and go on", "refused confirmation")
	b.fill("Your password", operatorPassword)
	press(b, "Confirm and go on", "an invitation after the confirmation")
	require.Contains(t, b.text("main"), "dora@wdc.example", "what was filled in has come along")
}
