package scenario_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// enterAt tabs to something and presses Enter, which leads to another page.
func (b *tab) enterAt(what string, is func(focused) bool) {
	b.t.Helper()
	b.tabTo(what, is)
	b.arrive("Enter on "+what, chromedp.KeyEvent(kb.Enter))
}

func named(name string) func(focused) bool { return func(f focused) bool { return f.Name == name } }

// Somebody signs in and writes down what their account keeps of another's organization, without a pointer; then without scripts, too.
func TestAnOverlayIsEditedByKeyboardAndWithoutScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	needBrowser(t)
	alder, wdc, gigatera := supplied(t)
	const email, password = "chandra@wdc.example", "nine herons in the reeds"
	join(t, wdc.Client, email, "Chandra", password, "service_level_manager", "specialist")
	page := "/organizations/" + gigatera.org

	b := newTab(t, alder.home, desktop)
	b.goTo("/organizations")
	require.Equal(t, "/sign-in?next=%2Forganizations", b.path())
	b.tabTo("the e-mail", named("email"))
	b.key(email)
	b.tabTo("the password", named("password"))
	b.key("nine herons in the weeds")
	b.arrive("Enter in the field", chromedp.KeyEvent(kb.Enter))
	require.Equal(t, "/sign-in", b.path())
	until(b, "the focus on the reasons", func() string { return ask[string](b, `() => document.activeElement.className`) }, func(class string) bool { return class == "problems" })
	b.tabTo("the password again", named("password"))
	b.key(password)
	b.enterAt("the button", func(f focused) bool { return f.Tag == "BUTTON" && f.Text == "Sign in" })
	require.Equal(t, "/organizations", b.path(), "on to what was asked for")
	b.enterAt("GigaTera", func(f focused) bool { return f.Href == page })
	b.enterAt("the button to edit", func(f focused) bool { return f.Tag == "BUTTON" && f.Text == "Edit ours" })
	b.tabTo("the remarks", named("remarks"))
	b.key("Renews in May.")
	b.tabTo("the financial ID", named("financial_id"))
	b.key("GT-7")
	b.enterAt("the button to save", func(f focused) bool { return f.Tag == "BUTTON" && f.Text == "Save ours" })
	require.Equal(t, page, b.path(), b.text("main"))
	require.Equal(t, "What we keep of GigaTera is saved", b.receipts()[0].Title)
	b.enterAt("the way out", func(f focused) bool { return f.Tag == "BUTTON" && f.Text == "Sign out" })
	require.Equal(t, "/sign-in", b.path())

	b = newTab(t, alder.home, phonePlain)
	b.signIn(email, password)
	b.goTo("/organizations")
	b.follow("GigaTera")
	require.Equal(t, "GT-7", b.facts()["Financial ID"].Text)
	b.press("Edit ours")
	b.fill("Remarks", "Renews in June.")
	b.press("Save ours")
	require.Equal(t, "What we keep of GigaTera is saved", b.receipts()[0].Title)
	require.True(t, strings.HasPrefix(b.text("h1"), "GigaTera"))

	kept, err := wdc.Organization(t.Context(), gigatera.org)
	require.NoError(t, err)
	require.Equal(t, []string{"Renews in June.", "GT-7"}, []string{*kept.Remarks, *kept.FinancialID})
	log, err := wdc.OrganizationHistory(t.Context(), gigatera.org, "", 10)
	require.NoError(t, err)
	require.Equal(t, []string{"Chandra", "Chandra"}, []string{log.Items[0].Actor, log.Items[1].Actor})
	theirs, err := gigatera.Organization(t.Context(), gigatera.org)
	require.NoError(t, err)
	require.Nil(t, theirs.Remarks, "its owner reads none of it")
}
