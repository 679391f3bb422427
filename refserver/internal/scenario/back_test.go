package scenario_test

import (
	"encoding/json"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// back is the browser's own way back.
func (b *tab) back() {
	b.t.Helper()
	b.arrive("go back", chromedp.NavigateBack())
}

// reload asks for the page once more.
func (b *tab) reload() {
	b.t.Helper()
	b.arrive("reload", chromedp.Reload())
}

// Who has saved a form, goes back to it and saves again does not undo what a colleague has written meanwhile: a browser that fills the form
// in with what stood in it would send old text beside the version of now, which nobody could tell from a decision.
func TestTheWayBackUndoesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	needBrowser(t)
	ctx := t.Context()
	alder, wdc, gigatera := supplied(t)
	ext, err := wdc.SaveExtension(ctx, "ours", shapes.SaveExtension{Name: "Suppliers", Fields: []shapes.ExtensionField{
		{ID: "tier", Label: "Tier", Schema: json.RawMessage(`{"type":"string","enum":["gold","silver","bronze"]}`)},
	}})
	require.NoError(t, err)
	require.NoError(t, second(wdc.ActivateExtension(ctx, "ours", ext.Number, ext.Version)))
	const email, password = "chandra@wdc.example", "nine herons in the reeds"
	join(t, wdc.Client, email, "Chandra", password, administrator, serviceLevel, specialist)
	join(t, wdc.Client, "devi@wdc.example", "Devi", password, specialist, "auditor")
	page := "/organizations/" + gigatera.org
	value := func(b *tab, field string) string { b.t.Helper(); return b.must("field", field, "").Value }
	ticked := func(b *tab, box string) bool { b.t.Helper(); return b.must("box", box, "#roles").On }
	colleague := func(patch map[string]any) {
		now, err := wdc.Organization(ctx, gigatera.org)
		require.NoError(t, err)
		require.NoError(t, second(wdc.EditOrganization(ctx, gigatera.org, now.Version, patch)))
	}

	for _, l := range []look{desktop, phonePlain} {
		t.Run(l.name, func(t *testing.T) {
			b := newTab(t, alder.home, l)
			b.signIn(email, password)
			b.goTo(page + "/edit")
			b.fill("Remarks", "Renews in May.")
			b.fill("Tier", "silver")
			b.press("Save ours")
			require.Equal(t, "What we keep of GigaTera is saved", b.receipts()[0].Title)
			colleague(map[string]any{"remarks": "Renews in June.", "custom": map[string]any{"tier": "bronze"}})
			b.back()
			require.Equal(t, page+"/edit", b.path())
			require.Equal(t, []string{"Renews in June.", `"bronze"`}, []string{value(b, "Remarks"), value(b, "Tier")})
			b.press("Save ours")
			require.Equal(t, "Nothing had changed", b.receipts()[0].Title)

			b.goTo(page + "/edit")
			b.fill("Remarks", "Renews in July.")
			b.fill("Tier", "gold")
			colleague(map[string]any{"remarks": "Renews in August.", "custom": map[string]any{"tier": "silver"}})
			b.reload()
			require.Equal(t, []string{"Renews in August.", `"silver"`}, []string{value(b, "Remarks"), value(b, "Tier")})

			devi := deviOf(t, wdc.Client)
			b.goTo("/people/" + devi.ID)
			b.tickIn("#roles", "Key contact", true)
			b.press("Save the roles")
			require.Nil(t, b.refusal())
			devi = deviOf(t, wdc.Client)
			require.Contains(t, devi.Roles, "key_contact")
			require.NoError(t, second(wdc.SetRoles(ctx, devi.ID, shapes.ChangeRoles{Roles: []string{specialist}, Version: devi.Version})))
			b.back()
			require.Equal(t, []bool{true, false, false}, []bool{ticked(b, "Specialist"), ticked(b, "Auditor"), ticked(b, "Key contact")}, "what was revoked stays revoked")
			b.press("Save the roles")
			require.Equal(t, []string{specialist}, deviOf(t, wdc.Client).Roles)
			devi = deviOf(t, wdc.Client)
			require.NoError(t, second(wdc.SetRoles(ctx, devi.ID, shapes.ChangeRoles{Roles: []string{specialist, "auditor"}, Version: devi.Version})))
		})
	}
}

// deviOf is Devi as the account's directory has her.
func deviOf(t *testing.T, c *apiclient.Client) shapes.Person {
	t.Helper()
	all, err := c.People(t.Context(), "", 100)
	require.NoError(t, err)
	for _, p := range all.Items {
		if p.Name == "Devi" {
			return p
		}
	}
	require.Fail(t, "Devi is not there")
	return shapes.Person{}
}
