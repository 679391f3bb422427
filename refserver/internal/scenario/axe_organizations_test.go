package scenario_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// TestOrganizationsAreAccessible looks at every page about organizations, of an account that sees another's by an agreement.
func TestOrganizationsAreAccessible(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	needBrowser(t)
	ctx := t.Context()
	alder, wdc, gigatera := supplied(t)
	fields := []shapes.ExtensionField{
		{ID: "tier", Label: "Tier", Schema: json.RawMessage(`{"type":"string","enum":["gold","silver"]}`)},
		{ID: "seats", Label: "Seats", Schema: json.RawMessage(`{"type":"integer"}`), Internal: true},
		{ID: "renewed", Label: "Renewed", Schema: json.RawMessage(`{"type":"boolean"}`)},
	}
	ext, err := wdc.SaveExtension(ctx, "ours", shapes.SaveExtension{Name: "Suppliers", Fields: fields})
	require.NoError(t, err)
	require.NoError(t, second(wdc.ActivateExtension(ctx, "ours", ext.Number, ext.Version)))
	edited, err := wdc.EditOrganization(ctx, gigatera.org, 0, map[string]any{"remarks": "Ask for Vikram.", "financial_id": "GT-7", "custom": map[string]any{"tier": "gold", "seats": 40}})
	require.NoError(t, err)
	note, err := wdc.Attach(ctx, gigatera.org, "terms.txt", false, strings.NewReader("Thirty days.\n"))
	require.NoError(t, err)
	require.NoError(t, second(wdc.SaveExtension(ctx, "ours", shapes.SaveExtension{Name: "Suppliers", Fields: fields[1:]})))

	j := judged{map[string]string{}, map[string]string{}}
	defer j.report(t)
	b := signedIn(t, alder.home, desktop)
	look := func(paths ...string) {
		for _, path := range paths {
			b.goTo(path)
			j.judge(b, path)
		}
	}
	press := func(button, name string) {
		b.press(button)
		j.judge(b, name)
	}
	act := func(account string) {
		b.goTo("/me")
		b.fill("Account to act in", account)
		b.press("Switch account")
		require.Equal(t, "/organizations", b.path())
	}
	look("/organizations") // of an account that has none
	act("wdc")
	theirs, ours := "/organizations/"+gigatera.org, "/organizations/"+wdc.org
	look("/organizations", "/organizations?q=nothing+like+it", theirs, theirs+"/edit", theirs+"/history", theirs+"/files/"+note.ID+"/remove", theirs+"/purge", "/organizations/nobody",
		ours, ours+"/edit", ours+"/sees", ours+"/record", ours+"/history", "/organizations/new", "/organizations/import", "/organizations/export", "/organizations/history",
		"/organizations/what-if", "/organizations/what-if?other=gigatera&trust=suspended", "/trusts", "/trusts/change", "/trusts/change?with=gigatera&state=suspended", "/agreements",
		"/extensions", "/extensions?id=ours&number=2", "/extensions/new", "/extensions/new?id=ours", "/extensions/ours/1/change", "/extensions/ours/2/change", "/extensions/ours/2/activate",
		"/extensions/ours/1/disable", "/extensions/ours/1/enable", "/extensions/document")

	b.goTo("/organizations/new")
	press("Register the organization", "refused organization")
	b.goTo("/extensions/document")
	press("Fill in the fields", "refused document")
	b.goTo("/extensions/document")
	b.fill("Or paste it", `{"title":"Others","properties":{"grade":{"type":"colour"}}}`)
	press("Fill in the fields", "fields of a document")
	press("Prepare the version", "refused version")
	b.goTo(theirs + "/edit")
	b.fill("Financial ID", strings.Repeat("7", 1000))
	press("Save ours", "refused edit")
	b.goTo(theirs + "/edit")
	b.fill("Remarks", "Ask for Anita.")
	require.NoError(t, second(wdc.EditOrganization(ctx, gigatera.org, edited.Organization.Version+1, map[string]any{"remarks": "Ask for nobody.", "financial_id": "GT-8"})), "the file counts as a change")
	press("Save ours", "a field that two have changed")
	require.Equal(t, "conflict", b.refusal().(*no).Codes[0])
	press("Save ours", "a field that two have changed, without a choice")
	b.tick("Mine, as it stands in the field below", true)
	press("Save ours", "saved organization")
	require.Equal(t, theirs, b.path(), b.text("main"))
	press("Attach the file", "refused attachment")

	b.goTo("/organizations/import")
	press("Read the file", "refused import")
	file := filepath.Join(t.TempDir(), "suppliers.csv")
	require.NoError(t, os.WriteFile(file, []byte("ID,Remarks,Financial ID\n"+gigatera.org+",Ask for Meera.,GT-9\nnobody,Who is it?,\n"), 0o600))
	b.goTo("/organizations/import")
	b.fill("File", file)
	b.tick("Leave the field as it is", true)
	press("Read the file", "dry run of an import")
	press("Apply 1 row", "receipt of an import")
	require.Equal(t, "/organizations", b.path(), b.text("main"))

	b.goTo("/trusts/change?with=gigatera&state=suspended")
	alder.forget(t)
	press("Suspend our half of the trust", "confirm that it is you")
	b.fill("Your password", operatorPassword)
	press("Confirm and go on", "suspended trust")
	require.Equal(t, "/trusts", b.path(), b.text("main"))
	look("/organizations/dormant", theirs+"/purge")
	press("Purge it for good", "refused purge")
	b.fill("Why", "The contract is over.")
	press("Purge it for good", "purged")
	require.Equal(t, "/organizations/dormant", b.path(), b.text("main"))
	act("gigatera")
	look("/agreements/new", "/agreements/new?kind=flsa&with=wdc", "/agreements/gigatera-1/change", "/agreements/gigatera-1/end", "/services", "/services/new", "/services/gigatera-desk/change")
	b.goTo("/agreements/new?kind=sla&with=wdc")
	press("Look at what it would open", "refused agreement")
	b.goTo("/agreements/gigatera-1/change")
	b.fill("Last day", "2099-12-31")
	press("Look at what would change", "a changed agreement, to be looked at")
	press("Save the agreement", "saved agreement")
	require.Equal(t, "/agreements", b.path(), b.text("main"))
	b.goTo("/agreements/gigatera-1/end?look=yes&version=1&date=2099-11-30")
	j.judge(b, "the end of an agreement that has changed meanwhile")
	b.goTo("/services/gigatera-desk/change")
	press("Look at what would change", "a service, to be looked at")
	look("/agreements", "/organizations/what-if?agreement=gigatera-1&act=ends&date=2026-12-31", "/organizations/what-if?agreement=gigatera-1&act=ends&date=2025-01-01", "/organizations/"+gigatera.org+"/sees")
}
