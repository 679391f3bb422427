package pages_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

func TestSignInsAndRolesAreShown(t *testing.T) {
	b := newBuilding(t)
	sam := b.hire("Sam <b>", "sam@alder.example", "alder", staff.Works)
	b.hire("Wil", "wil@wdc.example", "wdc", staff.Administers)
	b.signIn("sam@alder.example")
	b.browser().open("/sign-in").press("Sign in", "email", "sam@alder.example", "password", "a wrong one of these").is(http.StatusUnauthorized)
	d := b.signIn("ada@alder.example")
	d.open("/people/"+sam.ID).press("Save the roles", "roles", "auditor").is(http.StatusOK)
	all := d.open("/people").follow("Sign-ins and roles").is(http.StatusOK).says("What happened in alder, newest first", "Signed in", "Sign-in refused", "Joined", "Invited Ada Alder sam@alder.example Staff",
		"Roles changed Ada Alder Sam <b> Staff → Auditor", "127.0.0.1").lacks("Wil", "a wrong one")
	require.NotContains(t, all.HTML, "Sam <b>")
	rows := func(p page) int { return strings.Count(p.HTML, "<tr>") - 1 }
	require.Equal(t, 1, rows(d.open("/people/events?kind=sign_in_failed").says("Sign-in refused", "Sam <b>")))
	require.Equal(t, 5, rows(d.open("/people/events?person=SAM%40alder.example")), "invited, joined, signed in, refused, roles")
	require.Equal(t, 1, rows(d.open("/people/events?person=sam%40alder.example&kind=invited").says("Invited")))
	d.open("/people/events?person=wil%40wdc.example").is(http.StatusOK).says("Nothing is there of what you chose.")
	d.open("/people/" + sam.ID).follow("What happened to Sam <b>, and by them").is(http.StatusOK).says("Roles changed")
	b.signIn("wil@wdc.example").open("/people/events").is(http.StatusOK).says("Wil", "Account opened").lacks("Sam")
}

// Every kind has its word, and a long list goes on.
func TestEventsInPages(t *testing.T) {
	b := newBuilding(t)
	for range 51 {
		b.signIn("ada@alder.example").open("/").press("Sign out").is(http.StatusOK)
	}
	d := b.signIn("ada@alder.example")
	d.open("/people/events").is(http.StatusOK).says("Signed out").lacks("Joined Ada Alder").follow("More").says("First link made –", "Joined Ada Alder")
}
