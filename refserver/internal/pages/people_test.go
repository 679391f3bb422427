package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// linkIn is the path of a link that a page shows once.
func (b *building) linkIn(p page) string {
	b.t.Helper()
	path, ok := strings.CutPrefix(p.shown(), b.url)
	require.True(b.t, ok, p.shown())
	b.keeps(p.desk, strings.TrimPrefix(path, "/links/"))
	return path
}

// Somebody new is invited, looks at the link as often as they like, and joins with it once.
func TestInviteSomebodyNew(t *testing.T) {
	b := newBuilding(t)
	ada := b.signIn("ada@alder.example")
	people := ada.open("/people").is(http.StatusOK).says("People of alder, by e-mail", "Ada Alder", "ada@alder.example", "Operator Staff Administrator Specialist", "Active")
	wrong := people.press("Invite", "email", "no address", "name", "N").is(http.StatusUnprocessableEntity).says("E-mail:", "Roles:", "give at least one role")
	require.Contains(t, wrong.HTML, `value="no address"`)
	made := people.press("Invite", "email", "nils@alder.example", "name", `<i>Nils</i>`, "roles", "staff").is(http.StatusOK).says("It is shown this once, and works once, until")
	link := b.linkIn(made)
	invited := ada.open("/people").says("Who is invited and has not come yet", "nils@alder.example", "<i>Nils</i>", "Staff").lacks(link)
	require.NotContains(t, invited.HTML, "<i>Nils")

	nils := b.browser()
	for range 2 {
		nils.open(link).is(http.StatusOK).says("Join alder", "nils@alder.example", "Staff", "The link works once, until").lacks("Ada Alder")
	}
	at := nils.open(link)
	at.press("Join alder", "password", "seven quiet otters", "again", "other").is(http.StatusUnprocessableEntity).says("The two differ.")
	kept := at.press("Join alder", "name", "Nils N", "password", "short", "again", "short").is(http.StatusUnprocessableEntity).says("12")
	require.Contains(t, kept.HTML, `value="Nils N"`)
	require.NotContains(t, kept.HTML, `value="short"`)
	home := at.press("Join alder", "name", "Nils N", "password", good, "again", good).is(http.StatusOK).says("You have joined alder", "Nils N", "What waits for you")
	require.Equal(t, "/", home.Path)
	for _, d := range []*desk{nils, b.browser()} {
		d.open(link).is(http.StatusGone).says("This link is used up", "Whoever gave it to you can make another").lacks("nils@")
		d.post(link, url.Values{"password": {good}, "again": {good}}).is(http.StatusGone)
	}
	b.keeps(nils, strings.TrimPrefix(link, "/links/"))
	ada.open("/people").says("Nils N").lacks("Who is invited").follow("Nils N").says("Roles in alder", "Last seen")
}

// Somebody who has a password here accepts with it, signed in or not, and nobody else does.
func TestInviteSomebodyKnown(t *testing.T) {
	b := newBuilding(t)
	b.hire("Eve", "eve@wdc.example", "wdc", "end_user")
	b.hire("Sam", "sam@alder.example", "alder", staff.Works)
	ada := b.signIn("ada@alder.example")
	invite := func(role string) string {
		return b.linkIn(ada.open("/people").press("Invite", "email", "EVE@wdc.example", "roles", role).is(http.StatusOK))
	}
	link := invite("auditor")
	d := b.signIn("sam@alder.example")
	at := d.open(link).says("You have a password here already.", "is signed in, who is signed out then").lacks("Accept the invitation")
	at.press("Sign in and accept", "password", "wrong").is(http.StatusUnprocessableEntity).says("This is not your password.")
	d.open(link).press("Sign in and accept", "password", good).is(http.StatusOK).says("You have joined alder", "Eve", "in alder").lacks("Sam")

	link = invite("key_contact")
	eve := b.signIn("eve@wdc.example")
	eve.open(link).lacks("Your password").press("Accept the invitation").is(http.StatusOK).says("You have joined alder", "in alder")
	eve.open("/me").says("Auditor Key contact", "End user")
	eve.open(link).is(http.StatusGone)
}

func TestTakeInvitationsBack(t *testing.T) {
	b := newBuilding(t)
	ada := b.signIn("ada@alder.example")
	link := b.linkIn(ada.open("/people").press("Invite", "email", "nils@alder.example", "roles", "staff"))
	list := ada.open("/people")
	list.press("Take the chosen invitations back").is(http.StatusUnprocessableEntity).says("Choose the invitations to take back.")
	links, err := b.staff.Links(t.Context(), "alder")
	require.NoError(t, err)
	list.press("Take the chosen invitations back", "link", links[0].ID).is(http.StatusOK).says("1 invitation taken back").lacks("nils@")
	b.browser().open(link).is(http.StatusGone)
	ada.post("/people/withdraw", url.Values{"link": {links[0].ID}}).is(http.StatusNotFound)
}

func TestLinksRunOut(t *testing.T) {
	b := newBuilding(t)
	ada := b.signIn("ada@alder.example")
	link := b.linkIn(ada.open("/people").press("Invite", "email", "nils@alder.example", "roles", "staff"))
	b.clock.pass(8 * 24 * time.Hour)
	b.browser().open(link).is(http.StatusGone)
	for _, path := range []string{"/links/none", "/links/" + strings.Repeat("a", 43)} {
		b.browser().open(path).is(http.StatusGone).lacks("none")
	}
}

func TestRolesAreChanged(t *testing.T) {
	b := newBuilding(t)
	sam := b.hire("Sam", "sam@alder.example", "alder", staff.Works)
	ada := b.signIn("ada@alder.example")
	at := ada.open("/people/"+sam.ID).is(http.StatusOK).says("Sam", "sam@alder.example", "works with projects, shops and locations")
	_, values := at.formOf("Save the roles")
	require.Empty(t, cmp.Diff([]string{"staff"}, values["roles"]))
	desk := b.signIn("sam@alder.example")
	at.press("Save the roles", "roles", "auditor").is(http.StatusOK).says("The roles of Sam are saved", "Auditor").lacks("Staff -")
	require.NotContains(t, desk.open("/").nav(), "/projects", "at once")
	at.press("Save the roles", "roles", "staff").is(http.StatusConflict).says("Somebody has changed this since you opened it.")
	now := ada.open("/people/" + sam.ID)
	now.press("Save the roles", "roles", "-").is(http.StatusUnprocessableEntity).says("Roles: Choose a role.")
	now.press("Save the roles", "roles", "emperor").is(http.StatusUnprocessableEntity).says("there is no role emperor")
	now.press("Take all roles in alder away").is(http.StatusOK).says("The roles of Sam are taken away")
	desk.open("/me").is(http.StatusUnauthorized)

	me := ada.open("/people/" + b.ada.ID)
	me.press("Take all roles in alder away").is(http.StatusUnprocessableEntity).says("alder would be left with nobody who is Administrator. Give somebody else the role first.")
	me.press("Save the roles", "roles", "operator").is(http.StatusUnprocessableEntity).says("Roles: alder would be left with nobody who is Administrator.")
	me.press("Disable Ada Alder").is(http.StatusUnprocessableEntity).says("alder would be left with nobody who is Administrator.", "Disable Ada Alder")
	ada.open("/people").is(http.StatusOK)
	ada.open("/people/none").is(http.StatusNotFound)
}

func TestDisableAndLetInAgain(t *testing.T) {
	b := newBuilding(t)
	sam := b.hire("Sam & <u>Co</u>", "sam@alder.example", "alder", staff.Works)
	ada, desk := b.signIn("ada@alder.example"), b.signIn("sam@alder.example")
	off := ada.open("/people/"+sam.ID).press("Disable Sam & <u>Co</u>").is(http.StatusOK).says("Sam & <u>Co</u> is disabled", "Disabled").lacks("Make a link")
	require.NotContains(t, off.HTML, "<u>Co")
	desk.open("/me").is(http.StatusUnauthorized)
	b.browser().open("/sign-in").press("Sign in", "email", "sam@alder.example", "password", good).is(http.StatusUnauthorized)
	off.press("Let Sam & <u>Co</u> in again").is(http.StatusOK).says("can sign in again", "Active")
	b.signIn("sam@alder.example")
}

func TestNewPasswordByLink(t *testing.T) {
	b := newBuilding(t)
	sam := b.hire("Sam", "sam@alder.example", "alder", staff.Works)
	ada, desk := b.signIn("ada@alder.example"), b.signIn("sam@alder.example")
	link := b.linkIn(ada.open("/people/" + sam.ID).press("Make a link for a new password").is(http.StatusOK).says("A new password for Sam"))
	const next = "nine green lanterns"
	d := b.browser()
	at := d.open(link).says("A new password", "Sam", "sam@alder.example")
	desk.open("/me").is(http.StatusOK) // a look changes nothing
	at.press("Set the new password", "password", "sam@alder.example", "again", "sam@alder.example").is(http.StatusUnprocessableEntity)
	at.press("Set the new password", "password", next, "again", next).is(http.StatusOK).says("Your password is changed", "Sign out")
	desk.open("/me").is(http.StatusUnauthorized)
	d.open(link).is(http.StatusGone)
	b.keeps(d, next)
	b.browser().open("/sign-in").press("Sign in", "email", "sam@alder.example", "password", next).is(http.StatusOK)
}

// Administrators of a hosted account keep its people, and see no others.
func TestPeopleOfAHostedAccount(t *testing.T) {
	b := newBuilding(t)
	b.hire("Wil", "wil@wdc.example", "wdc", staff.Administers)
	sam := b.hire("Sam", "sam@alder.example", "alder", staff.Works)
	d := b.signIn("wil@wdc.example")
	list := d.open("/people").is(http.StatusOK).says("People of wdc", "Ada Alder").lacks("Sam", "Belongs to")
	require.NotContains(t, list.HTML, `value="operator"`)
	d.open("/people/" + sam.ID).is(http.StatusNotFound)
	for _, do := range []string{"roles", "leave", "disable", "enable", "reset"} {
		d.post("/people/"+sam.ID+"/"+do, url.Values{"roles": {"auditor"}, "version": {"1"}}).is(http.StatusNotFound).lacks("Sam")
	}
	d.post("/people/"+b.ada.ID+"/reset", url.Values{}).is(http.StatusForbidden)
	d.post("/people/invite", url.Values{"email": {"x@x.example"}, "roles": {"operator"}}).is(http.StatusForbidden)
	d.post("/people/invite", url.Values{"email": {"x@x.example"}, "home": {"alder"}, "roles": {"auditor"}}).is(http.StatusForbidden)
	b.linkIn(list.press("Invite", "email", "new@wdc.example", "roles", "auditor").is(http.StatusOK))
}

// The first administrator comes by a link of their own.
func TestFirstAdministrator(t *testing.T) {
	b := openBuilding(t, "cedar", nil)
	token, err := b.staff.FirstLink(t.Context())
	require.NoError(t, err)
	d := b.browser()
	at := d.open("/links/"+token).is(http.StatusOK).says("Set up", "Nobody administers this system yet.")
	kept := at.press("Become the administrator", "name", "Cy", "email", "none", "password", good, "again", good).is(http.StatusUnprocessableEntity).says("Your e-mail: this is not an e-mail address")
	require.Contains(t, kept.HTML, `value="Cy"`)
	people := at.press("Become the administrator", "name", "Cy", "email", "cy@cedar.example", "password", good, "again", good).is(http.StatusOK).says("You administer cedar", "cy@cedar.example")
	require.Equal(t, "/people", people.Path)
	b.keeps(d, token)
	d.open("/links/" + token).is(http.StatusGone)
}

// Lists say what they search, and keep it in the address.
func TestPeopleTokensAndAccountsAreSearched(t *testing.T) {
	b := newBuilding(t)
	b.hire("José", "jn@alder.example", "alder", staff.Works)
	b.hire("Nils", "nils@alder.example", "alder", "auditor")
	d := b.signIn("ada@alder.example")
	d.open("/people").says("Name or e-mail", "José", "Nils")
	d.open("/people?q=jose").is(http.StatusOK).says("José").lacks("Nils")
	d.open("/people?q=NILS%40").says("Nils").lacks("José")
	d.open("/people?role=auditor").says("Nils").lacks("José")
	d.open("/people?state=disabled&q=nils").says("Nobody is here of what you chose.").lacks("José")
	d.open("/tokens").press("Issue the token", "name", "weekly export", "roles", "staff", "days", "30").is(http.StatusOK)
	d.open("/tokens?q=EXPORT").says("weekly export", "Name of the token or of who issued it")
	d.open("/tokens?q=ada+alder").says("weekly export")
	d.open("/tokens?q=import").says("search for another").lacks("weekly export")
	found := d.open("/accounts?q=widget").says("Short name or name", "Widget Data Center").lacks("The system's own")
	require.Contains(t, found.HTML, `<option value="alder"`, "a search takes nothing from the form below")
}

// A long list is shown page by page.
func TestPeopleInPages(t *testing.T) {
	b := newBuilding(t)
	for i := range 101 {
		b.hire("P", fmt.Sprintf("p%03d@alder.example", i), "alder", "end_user")
	}
	d := b.signIn("ada@alder.example")
	first := d.open("/people?q=alder&role=end_user").is(http.StatusOK).says("p000@", "p099@").lacks("p100@")
	require.Contains(t, first.HTML, "/people?after=p099%40alder.example&amp;q=alder&amp;role=end_user")
	d.open("/people?after=p099%40alder.example&q=alder&role=end_user").says("p100@").lacks("p099@")
}

// An administrator ends the sessions of who is theirs, and of nobody else.
func TestSessionsOfOthersAreEnded(t *testing.T) {
	b := newBuilding(t)
	sam := b.hire("Sam", "sam@alder.example", "alder", staff.Works)
	b.hire("Wil", "wil@wdc.example", "wdc", staff.Administers)
	ada, one, two, three := b.signIn("ada@alder.example"), b.signIn("sam@alder.example"), b.signIn("sam@alder.example"), b.signIn("sam@alder.example")
	at := ada.open("/people/"+sam.ID).is(http.StatusOK).says("Where Sam is signed in", "Go-http-client").lacks("This one")
	at.press("End the chosen sessions").is(http.StatusUnprocessableEntity).says("Choose the sessions to end.")
	sessions, err := b.staff.Sessions(t.Context(), sam.ID)
	require.NoError(t, err)
	require.Len(t, sessions, 3)
	at.press("End the chosen sessions", "session", sessions[0].ID).is(http.StatusOK).says("1 session ended", "Where Sam is signed in")
	left := 0
	for _, d := range []*desk{one, two, three} {
		if d.open("/me").Status == http.StatusOK {
			left++
		}
	}
	require.Equal(t, 2, left)
	wil := b.signIn("wil@wdc.example")
	wil.open("/people/"+b.ada.ID).is(http.StatusOK).lacks("Go-http-client", "signed in")
	wil.post("/people/"+b.ada.ID+"/sessions/others", url.Values{}).is(http.StatusForbidden)
	wil.post("/people/"+sam.ID+"/sessions/others", url.Values{}).is(http.StatusNotFound)
	ada.open("/people/"+sam.ID).press("End all others").is(http.StatusOK).says("2 sessions ended", "Nowhere.")
	for _, d := range []*desk{one, two, three} {
		d.open("/me").is(http.StatusUnauthorized)
	}
	ada.open("/people/" + b.ada.ID).says("This one").lacks("End all others")
	ada.open("/people/events?kind=session_ended&person=sam%40alder.example").says("Session ended Ada Alder Sam")
}
