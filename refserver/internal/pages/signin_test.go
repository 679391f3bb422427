package pages_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/pages"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

func TestSignInAndOut(t *testing.T) {
	b := newBuilding(t)
	d := b.browser()
	door := d.open("/sign-in").is(http.StatusOK).says("Sign in", "E-mail (needed)", "No password yet").lacks("Sign out", "demonstration")
	require.Contains(t, door.HTML, `autocomplete="username"`)
	require.Contains(t, door.HTML, `type="password" id="f-sign-in-password" name="password" value="" autocomplete="current-password"`)
	for _, c := range [][2]string{{"ada@alder.example", "wrong password"}, {"nobody@alder.example", good}, {"", ""}} {
		again := door.press("Sign in", "email", c[0], "password", c[1]).is(http.StatusUnauthorized).says("The address or the password is wrong.").lacks("Sign out")
		require.Contains(t, again.HTML, `value="`+c[0]+`"`, "the address is kept")
		require.NotContains(t, again.HTML, "wrong password", "the password is not")
	}
	home := door.press("Sign in", "email", " ADA@alder.example", "password", good).is(http.StatusOK).says("What waits for you", "Ada Alder", "in alder", "Sign out")
	require.Equal(t, "/", home.Path)
	out := home.press("Sign out").is(http.StatusOK).says("You are signed out")
	require.Equal(t, "/sign-in", out.Path)
	d.open("/sign-in").lacks("Ada Alder")
	b.keeps(d, good)
}

// Who signs in on the way to a page is led there, and to no other system.
func TestSignInLeadsBack(t *testing.T) {
	b := newBuilding(t)
	for next, want := range map[string]string{
		"/shops?q=7":             "/shops?q=7",
		"/people":                "/people",
		"":                       "/",
		"//evil.example":         "/",
		"///evil.example":        "/",
		`/\evil.example`:         "/",
		`\\evil.example`:         "/",
		"https://evil.example/":  "/",
		"evil.example":           "/",
		"javascript:alert(1)":    "/",
		"/\t/evil.example":       "/",
		"/ok\r\nSet-Cookie: a=b": "/",
	} {
		d := b.browser()
		p := d.open("/sign-in?next=" + url.QueryEscape(next)).is(http.StatusOK)
		_, values := p.formOf("Sign in")
		if want == "/" {
			require.Empty(t, values.Get("next"), next)
		}
		p.press("Sign in", "email", "ada@alder.example", "password", "wrong", "next", next).is(http.StatusUnauthorized).lacks("evil")
		stop := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		d.browser.CheckRedirect = stop
		r, err := d.browser.PostForm(d.url+"/sign-in", url.Values{"email": {"ada@alder.example"}, "password": {good}, "next": {next}})
		require.NoError(t, err)
		require.NoError(t, r.Body.Close())
		require.Equal(t, http.StatusSeeOther, r.StatusCode)
		require.Equal(t, want, r.Header.Get("Location"), next)
	}
}

func TestTooManyTries(t *testing.T) {
	b := newBuilding(t)
	d := b.browser()
	door := d.open("/sign-in")
	var last page
	for range 50 {
		if last = door.press("Sign in", "email", "ada@alder.example", "password", "wrong"); last.Status != http.StatusUnauthorized {
			break
		}
	}
	last.is(http.StatusTooManyRequests).says("There were too many tries from here. Wait for", "then try again.")
	require.Contains(t, last.HTML, `value="ada@alder.example"`)
	door.press("Sign in", "email", "ada@alder.example", "password", good).is(http.StatusTooManyRequests)
	b.clock.pass(time.Hour)
	door.press("Sign in", "email", "ada@alder.example", "password", good).is(http.StatusOK).says("Sign out")
}

// The bar says who is signed in and where, and leads no further than the roles do. What somebody is called is text.
func TestBar(t *testing.T) {
	b := newBuilding(t)
	b.hire("Sam <b>Staff</b>", "sam@alder.example", "alder", staff.Works)
	b.hire("Eve", "eve@wdc.example", "wdc", "end_user")
	b.hire("Wil", "wil@wdc.example", "wdc", staff.Administers)
	collab := []string{"/", "/projects", "/shops", "/locations", "/partners", "/messages", "/history"}
	for email, want := range map[string][]string{
		"ada@alder.example": append(collab[:7:7], "/organizations", "/people", "/tokens", "/accounts", "/docs"),
		"sam@alder.example": append(collab[:7:7], "/organizations", "/docs"),
		"eve@wdc.example":   {"/organizations", "/docs"},
		"wil@wdc.example":   {"/organizations", "/people", "/tokens", "/docs"},
	} {
		me := b.signIn(email).open("/me").is(http.StatusOK)
		require.Empty(t, cmp.Diff(want, me.nav()), email)
		require.NotContains(t, me.HTML, "<b>Staff")
		if email != "ada@alder.example" {
			me.lacks("Switch account")
		}
	}
	require.Empty(t, b.browser().open("/sign-in").nav())
	require.Equal(t, "/organizations", b.signIn("eve@wdc.example").open("/").Path, "where the day begins without projects")

	ada := b.signIn("ada@alder.example")
	there := ada.open("/me").press("Switch account", "account", "wdc").is(http.StatusOK)
	require.Equal(t, "/organizations", there.Path)
	require.Empty(t, cmp.Diff([]string{"/organizations", "/people", "/tokens", "/docs"}, there.nav()))
	me := ada.open("/me").says("in wdc", "Widget Data Center (wdc)", "You act in it now")
	require.Contains(t, me.HTML, `<option value="wdc" selected>`)
	ada.post("/account", url.Values{"account": {"none"}}).is(http.StatusNotFound)
	ada.open("/me").says("in wdc")
}

func TestMySessions(t *testing.T) {
	b := newBuilding(t)
	first := b.signIn("ada@alder.example")
	b.clock.pass(time.Minute)
	second, third := b.signIn("ada@alder.example"), b.signIn("ada@alder.example")
	me := first.open("/me").says("Where you are signed in", "This one", "Go-http-client")
	require.Equal(t, 2, strings.Count(me.HTML, `type="checkbox" name="session"`), "not that of this page")
	me.press("End the chosen sessions").is(http.StatusUnprocessableEntity).says("Choose the sessions to end.")
	_, values := me.formOf("End the chosen sessions")
	require.Empty(t, values)
	sessions, err := b.staff.Sessions(t.Context(), b.ada.ID)
	require.NoError(t, err)
	require.Len(t, sessions, 3)
	first.post("/me/sessions/end", url.Values{"session": {sessions[0].ID}}).is(http.StatusOK).says("1 session ended")
	first.post("/me/sessions/end", url.Values{"session": {"none"}}).is(http.StatusNotFound)
	left := 0
	for _, d := range []*desk{second, third} {
		if d.open("/me").Status == http.StatusOK {
			left++
		}
	}
	require.Equal(t, 1, left)
	first.open("/me").press("End all others").says("1 session ended").lacks("End all others")
	for _, d := range []*desk{second, third} {
		d.open("/me").is(http.StatusUnauthorized).says("Sign in first")
	}
}

func TestMyPassword(t *testing.T) {
	b := newBuilding(t)
	d, other := b.signIn("ada@alder.example"), b.signIn("ada@alder.example")
	me := d.open("/me")
	const next = "nine green lanterns"
	me.press("Change my password", "old", good, "password", next, "again", "nine").is(http.StatusUnprocessableEntity).says("The two differ.")
	me.press("Change my password", "old", "wrong", "password", next, "again", next).is(http.StatusUnprocessableEntity).says("Your password until now: This is not your password.")
	me.press("Change my password", "old", good, "password", "short", "again", "short").is(http.StatusUnprocessableEntity).says("12")
	done := me.press("Change my password", "old", good, "password", next, "again", next).is(http.StatusOK).says("Your password is changed", "Tokens that you issued work on")
	require.NotContains(t, done.HTML, next)
	other.open("/me").is(http.StatusUnauthorized)
	b.browser().open("/sign-in").press("Sign in", "email", "ada@alder.example", "password", good).is(http.StatusUnauthorized)
	b.browser().open("/sign-in").press("Sign in", "email", "ada@alder.example", "password", next).is(http.StatusOK)
	b.keeps(d, next)
}

// Buttons to sign in as somebody are there where they are wanted, and their address nowhere else.
func TestSignInAsIsForDemonstrations(t *testing.T) {
	plain := newBuilding(t)
	plain.browser().post("/sign-in/as", url.Values{"person": {plain.ada.ID}}).is(http.StatusNotFound).lacks("Sign out")
}

func TestSignInAs(t *testing.T) {
	var eve staff.Person
	b := newBuilding(t, func(b *building) {
		eve = b.hire("Eve <i>End</i>", "eve@wdc.example", "wdc", "end_user")
		b.cfg.Logins = func() []pages.Login {
			return []pages.Login{{Person: b.ada, Account: "wdc", Does: "keeps everything"}, {Person: eve, Account: "wdc", Does: "reads"}}
		}
	})
	d := b.browser()
	door := d.open("/sign-in?next=/people").says("This is a demonstration", "keeps everything", "Sign in as Eve <i>End</i>")
	require.NotContains(t, door.HTML, "<i>End")
	require.Equal(t, "/people", door.press("Sign in as Ada Alder").is(http.StatusOK).says("in wdc", "Sign out").Path)
	d.post("/sign-in/as", url.Values{"person": {"none"}}).is(http.StatusUnauthorized)
	// Fresh: what matters asks for no password that nobody has told.
	d.open("/people").press("Invite", "email", "new@wdc.example", "roles", "end_user").is(http.StatusOK).says("An invitation for new@wdc.example")
	_, err := b.staff.Disable(t.Context(), b.as(b.ada, "alder"), eve.ID, true, eve.Version)
	require.NoError(t, err)
	b.browser().open("/sign-in").press("Sign in as Eve <i>End</i>").lacks("Sign out")
}

// What matters asks for the password once more when it was given a while ago, and then does what was asked for with what was filled in.
func TestConfirmCarriesAFormThrough(t *testing.T) {
	b := newBuilding(t)
	d := b.signIn("ada@alder.example")
	people := d.open("/people")
	b.clock.pass(11 * time.Minute)
	fill := url.Values{"email": {"new@alder.example"}, "name": {`"N" <b>ew</b>`}, "home": {"alder"}, "roles": {"auditor", "key_contact"}}
	ask := d.post("/people/invite", fill).is(http.StatusForbidden).says("Confirm that it is you", "Your password (needed)")
	require.Equal(t, "/people/invite", ask.Path)
	markup, values := ask.formOf("Confirm and go on")
	require.Empty(t, cmp.Diff(url.Values{"email": fill["email"], "name": fill["name"], "home": fill["home"], "roles": fill["roles"], "confirm.password": {""}}, values))
	require.NotContains(t, markup, "<b>")
	links, err := b.staff.Links(t.Context(), "alder")
	require.NoError(t, err)
	require.Empty(t, links, "nothing is done before")
	wrong := ask.press("Confirm and go on", "confirm.password", "wrong password").is(http.StatusUnprocessableEntity).says("Your password: This is not your password.")
	require.NotContains(t, wrong.HTML, "wrong password")
	_, again := wrong.formOf("Confirm and go on")
	require.Empty(t, cmp.Diff(values, again), "what was filled in is kept")
	again.Set("confirm.password", good)
	made := d.post("/people/invite", again).is(http.StatusOK).says("An invitation for new@alder.example")
	require.Equal(t, "/people/invite", made.Path)
	b.keeps(d, good)
	links, err = b.staff.Links(t.Context(), "alder")
	require.NoError(t, err)
	require.Len(t, links, 1)
	require.Equal(t, []string{"auditor", "key_contact"}, links[0].Roles)
	people.press("Invite", "email", "third@alder.example", "roles", "auditor").is(http.StatusOK).says("An invitation for third@alder.example") // fresh again

	b.clock.pass(11 * time.Minute)
	again.Set("roles", "none")
	refused := d.post("/people/invite", again).is(http.StatusUnprocessableEntity).says("Invite somebody", "there is no role none")
	require.NotContains(t, refused.HTML, good, "the password is not carried to what was asked for")
}

// A form with a file, or what is no form, is not carried: the password is given first.
func TestConfirmWithoutForm(t *testing.T) {
	b := newBuilding(t)
	d := b.signIn("ada@alder.example")
	b.clock.pass(11 * time.Minute)
	for kind, body := range map[string]string{"text/plain": "x", "multipart/form-data; boundary=x": "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n"} {
		r, err := d.browser.Post(d.url+"/people/invite", kind, strings.NewReader(body))
		require.NoError(t, err)
		d.read(r).is(http.StatusForbidden).says("Give your password again before this is done.")
	}
	me := d.open("/me")
	me.press("Confirm", "confirm.password", "wrong").is(http.StatusUnprocessableEntity).says("This is not your password.")
	me.press("Confirm", "confirm.password", good).is(http.StatusOK).says("You are confirmed for a while")
	d.open("/people").press("Invite", "email", "new@alder.example", "roles", "auditor").is(http.StatusOK).says("An invitation")
	require.Equal(t, "/people", d.post("/me/confirm", url.Values{"confirm.password": {good}, "next": {"/people"}}).Path)
	require.Equal(t, "/me", d.post("/me/confirm", url.Values{"confirm.password": {good}, "next": {"//evil.example"}}).Path)
}

// Nothing of this opens by its address alone.
func TestDoorsAreNotOpenToStrangers(t *testing.T) {
	b := newBuilding(t)
	d := b.browser()
	for _, path := range []string{"/people/invite", "/tokens/issue", "/accounts/open", "/people/" + b.ada.ID + "/disable"} {
		d.post(path, url.Values{"email": {"x@x.example"}}).is(http.StatusForbidden)
		p := d.post(path, url.Values{"confirm.password": {good}})
		require.NotEqual(t, http.StatusOK, p.Status, fmt.Sprint(path, p.text()))
	}
}

// Whoever tried too often is told in the header, too, when to try again.
func TestTooManyTriesSayWhenToTryAgain(t *testing.T) {
	b := newBuilding(t)
	d := b.browser()
	send := func() *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/sign-in", strings.NewReader(url.Values{"email": {"ada@alder.example"}, "password": {"a wrong one of these"}}.Encode()))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp
	}
	for range 10 {
		resp := send()
		require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
		require.Empty(t, resp.Header.Get("Retry-After"))
	}
	resp := send()
	require.Equal(t, http.StatusTooManyRequests, resp.StatusCode)
	require.Equal(t, "90", resp.Header.Get("Retry-After"))
	d.open("/sign-in").press("Sign in", "email", "ada@alder.example", "password", good).is(http.StatusTooManyRequests).says("Wait for 2 minutes")
}

func TestLeaveAnAccount(t *testing.T) {
	b := newBuilding(t)
	d := b.signIn("ada@alder.example")
	me := d.open("/me").says("Leave this account")
	me.press("Leave this account", "account", "wdc").is(http.StatusUnprocessableEntity).says("wdc would be left with nobody who is Administrator. Give somebody else the role first.")
	b.hire("Wil", "wil@wdc.example", "wdc", staff.Administers)
	me.press("Leave this account", "account", "wdc").is(http.StatusOK).says("You have left wdc").lacks("Widget Data Center", "Leave this account")
	b.signIn("wil@wdc.example").open("/me").lacks("Leave this account")
}

// Whoever sends a form after their session has ended signs in and can then send it: nothing of it is lost, and nothing is sent by itself.
func TestWhatWasFilledInOutlivesASession(t *testing.T) {
	b := newBuilding(t)
	d := b.signIn("ada@alder.example")
	d.browser.Jar, _ = cookiejar.New(nil) // as if it had ended
	refused := d.post("/account", url.Values{"account": {"wdc"}, "note": {"a\nlong <b>text</b>"}, "version": {"4"}})
	refused.is(http.StatusUnauthorized).says("What you filled in is not lost", "long <b>text</b>").lacks("version 4")
	require.NotContains(t, refused.HTML, "<b>text")
	wrong := refused.press("Sign in", "email", "ada@alder.example", "password", "not this one").is(http.StatusUnauthorized).says("long <b>text</b>")
	in := wrong.press("Sign in", "email", "ada@alder.example", "password", good).is(http.StatusOK).says("You are signed in", "Nothing of this is done yet", "long <b>text</b>")
	_, sends := in.formOf("Send what I filled in")
	require.Equal(t, url.Values{"account": {"wdc"}, "note": {"a\nlong <b>text</b>"}, "version": {"4"}}, sends)
	d.open("/me").says("in alder")
	in.press("Send what I filled in").is(http.StatusOK).says("in wdc")

	d.browser.Jar, _ = cookiejar.New(nil)
	d.post("/account", url.Values{"account": {"wdc"}, "confirm.password": {"a secret one"}}).is(http.StatusUnauthorized).lacks("a secret one", "What you filled in")
	d.post("/account", url.Values{"account": {strings.Repeat("x", 70<<10)}}).lacks("What you filled in")
}

func TestAnAccountThatOneHasNotIsNoChoice(t *testing.T) {
	b := newBuilding(t)
	d := b.signIn("ada@alder.example")
	for _, account := range []string{"nowhere", ""} {
		d.post("/account", url.Values{"account": {account}}).says("You hold no roles there.")
	}
}
