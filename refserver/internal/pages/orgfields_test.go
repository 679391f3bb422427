package pages_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

// forms are every version of the custom fields of an account.
func (h *house) forms(t *testing.T, account string) []orgoverlay.Extension {
	t.Helper()
	svc, a := h.as(account)
	list, err := svc.Extensions(t.Context(), a)
	require.NoError(t, err)
	return list
}

// The next version is prepared, looked at beside the values that are kept, changed and activated; the one before can come back.
func TestNextVersionOfCustomFieldsIsPreparedAndActivated(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "custom.tier", `"gold"`, "custom.credit_note", "due")
	form := wdc.open("/extensions").follow("Next version of Provider facts").is(http.StatusOK).says("Next version of Provider facts")
	_, values := form.formOf("Prepare the version")
	require.Empty(t, cmp.Diff([]string{"Provider facts", "contact_person", "Contact person", `{"type":"integer"}`, "person", "", "internal"},
		[]string{values.Get("name"), values.Get("fields[0].id"), values.Get("fields[0].label"), values.Get("fields[0].schema"), values.Get("fields[0].person"), values.Get("fields[0].internal"), values.Get("fields[1].internal")}), "it begins as the latest is")

	wrong := form.press("Prepare the version", "name", "", "fields[2].schema", `{"type":"colour"}`, "fields[3].label", "Seats", "fields[3].id", "Bad ID", "fields[3].schema", `{"type":"integer"}`).is(http.StatusUnprocessableEntity).
		says("Name of these fields: is required", "What it takes, as JSON Schema: jsonschema: the schema is none", "ID: an id is of lower-case letters, digits and _")
	_, values = wrong.formOf("Prepare the version")
	require.Equal(t, []string{"Bad ID", `{"type":"colour"}`}, []string{values.Get("fields[3].id"), values.Get("fields[2].schema")}, "what was typed is kept")
	require.Len(t, h.forms(t, "wdc"), 1)

	good := []string{"name", "Facts", "fields[1].label", "", "fields[1].id", "", "fields[1].schema", "", "fields[1].internal", "", "fields[2].schema", `{"enum":["silver"]}`, "fields[3].id", "seats"}
	ready := wrong.press("Prepare the version", good...).is(http.StatusOK).says("The version is being prepared", "Activate Facts, version 2", "Being prepared", "Seats", "2 values looked at. 2 would be kept without fitting.", "custom.tier", "Open it", "Provider facts, version 1 is active now.")
	require.Contains(t, ready.HTML, `class="contrast outline">Activate version 2`, "where values would not fit it is not the default")
	require.Equal(t, ready.Path, wrong.press("Prepare the version", good...).Path, "a button that is pressed twice prepares one version")
	require.Len(t, h.forms(t, "wdc"), 2)
	wdc.open(h.page("gigatera", "edit")).says("Credit note").lacks("Seats")

	change := ready.follow("Change it first").says("Change Facts, version 2")
	stale := wdc.open(change.Path)
	change.press("Save the version", "fields[1].schema", `{"enum":["silver","gold"]}`).is(http.StatusOK).says("The version is saved", "2 values looked at. 1 would be kept without fitting.")
	met := stale.press("Save the version", "name", "Supplier facts").is(http.StatusConflict).says("Somebody has changed this version since you opened the page.", "Saved: Facts", `Saved: {"enum":["silver","gold"]}`)
	ready.press("Activate version 2").is(http.StatusConflict).says("Somebody has changed this version since you opened the page. Look at what it says now.", "1 would be kept")
	met.press("Save the version", "fields[1].schema", `{"enum":["silver","gold"]}`).is(http.StatusOK).
		press("Activate version 2").is(http.StatusOK).says("Supplier facts, version 2 is active", "Supplier facts, version 2 Active", "Provider facts, version 1 Earlier").follow("What was written down").says("activated", "retired")
	wdc.open(h.page("gigatera", "edit")).says("Seats").lacks("Credit note")
	wdc.open("/extensions").follow("Activate it again").says("Activate Provider facts, version 1", "Supplier facts, version 2 is active now.").press("Activate version 1").is(http.StatusOK)
	wdc.open(h.page("gigatera", "edit")).says("Credit note")
	wdc.open(change.Path).says("Only a version that is being prepared is changed.").lacks("Save the version")
	wdc.post(change.Path, url.Values{"name": {"x"}, "version": {"4"}, "look": {"yes"}}).is(http.StatusConflict)
}

func TestCustomFieldsAreReadFromADocument(t *testing.T) {
	h := newHouse(t)
	gigatera := h.admin(t, "gigatera")
	read := gigatera.open("/extensions").follow("Prepare the first ones").follow("Read the fields from a JSON Schema document.").is(http.StatusOK)
	refused := func(text, document string) {
		t.Helper()
		_, values := read.formOf("Fill in the fields")
		values.Set("document", document)
		p := gigatera.send("/extensions/document", values, "", "", "").is(http.StatusUnprocessableEntity).says("Or paste it: " + text)
		_, values = p.formOf("Fill in the fields")
		require.Equal(t, document, values.Get("document"), "what was pasted is kept")
	}
	refused("Choose a file or paste the document first.", "")
	refused("It cannot be read as a JSON Schema document", `{"properties":`)
	refused(`It has no "properties"`, `{"type":"object"}`)
	refused(`It has no "properties"`, `{"properties":[]}`)
	document := `{"title":"Supplier facts","type":"object","properties":{"zeal":{"type":"integer","title":"Zeal"},"account":{"type":"string","x-internal":true},"buyer":{"type":"string","x-person":true,"title":"<b>Buyer</b>"},"any":true}}`
	filled := gigatera.send("/extensions/document", nil, "file", "facts.json", document).is(http.StatusOK).says("4 fields filled in", "Nothing is written yet.")
	require.Empty(t, h.forms(t, "gigatera"))
	require.NotContains(t, filled.HTML, "<b>Buyer")
	filled.press("Prepare the version").is(http.StatusOK).says("Activate Supplier facts, version 1")
	want := []orgoverlay.ExtensionField{
		{ID: "zeal", Label: "Zeal", Schema: []byte(`{"type":"integer","title":"Zeal"}`)}, {ID: "account", Label: "account", Schema: []byte(`{"type":"string","x-internal":true}`), Internal: true},
		{ID: "buyer", Label: "<b>Buyer</b>", Schema: []byte(`{"type":"string","x-person":true,"title":"<b>Buyer</b>"}`), Person: true}, {ID: "any", Label: "any", Schema: []byte("true")},
	}
	list := h.forms(t, "gigatera")
	require.Empty(t, cmp.Diff(want, list[0].Fields), "in the order of the document")

	next := gigatera.open("/extensions").follow("Next version of Supplier facts").follow("Read the fields from a JSON Schema document.")
	_, values := next.formOf("Fill in the fields")
	values.Set("document", `{"properties":{"other":{"type":"string"}}}`)
	gigatera.send("/extensions/document", values, "", "", "").is(http.StatusOK).says("Next version of Supplier facts", "1 field filled in").lacks("Zeal").press("Prepare the version").says("Activate Supplier facts, version 2", "other")
	values.Set("document", `{"properties":{"other":{"$ref":"#/x"}}}`)
	gigatera.send("/extensions/document", values, "", "", "").press("Prepare the version").is(http.StatusUnprocessableEntity).says("jsonschema: $ref is not taken")
}

func TestCustomFieldsAreDisabledAndEnabled(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "custom.tier", `"gold"`)
	ask := wdc.open("/extensions").follow("Disable it").says("Disable Provider facts, version 1", "What stands in them (1 value) is kept")
	stale := wdc.open(ask.Path)
	ask.press("Disable these fields").is(http.StatusOK).says("Provider facts, version 1 is disabled", "Active, disabled")
	wdc.open(h.page("gigatera")).lacks("Tier")
	stale.press("Disable these fields").is(http.StatusConflict).says("Somebody has changed this version since you opened the page.", "It is disabled already.")
	wdc.open("/extensions").follow("Enable it").says("with what stands in them (1 value)").press("Enable these fields").is(http.StatusOK).says("Provider facts, version 1 is enabled")
	wdc.open(h.page("gigatera")).says("Tier gold")
	wdc.open("/extensions").follow("Next version of Provider facts").press("Prepare the version").follow("Change it first")
	id := string(h.forms(t, "wdc")[0].ID)
	for _, word := range []string{"disable", "enable"} {
		wdc.open("/extensions/" + id + "/2/" + word).is(http.StatusOK).says("It is not active, so it neither shows nor hides anything.")
		wdc.post("/extensions/"+id+"/2/"+word, url.Values{"version": {"1"}}).is(http.StatusConflict)
		wdc.open("/extensions/" + id + "/3/" + word).is(http.StatusNotFound)
	}
	wdc.open("/extensions/" + id + "/1/activate").says("It is active already.").lacks("Activate version 1</button>")
}

// Whoever may read custom fields may not change them, and another account has no part in them.
func TestOnlyAdministratorsChangeCustomFields(t *testing.T) {
	h := newHouse(t)
	before := h.forms(t, "wdc")
	at := "/extensions/" + string(before[0].ID) + "/1/"
	h.desk(t, "wdc", orgoverlay.RoleAuditor).open("/extensions").is(http.StatusOK).says("Provider facts").lacks("Next version", "Disable", "New custom fields")
	for _, d := range []*desk{h.desk(t, "wdc", orgoverlay.RoleAuditor), h.desk(t, "wdc", orgoverlay.RoleEndUser)} {
		for _, path := range []string{"/extensions/new", "/extensions/document", at + "change", at + "activate", at + "disable", at + "enable"} {
			d.open(path).is(http.StatusForbidden)
			d.post(path, url.Values{"version": {"2"}, "name": {"x"}, "look": {"yes"}, "document": {`{"properties":{}}`}}).is(http.StatusForbidden)
		}
	}
	gigatera := h.admin(t, "gigatera")
	for _, word := range []string{"change", "activate", "disable", "enable"} {
		gigatera.open(at + word).is(http.StatusNotFound)
		gigatera.post(at+word, url.Values{"version": {"2"}, "name": {"x"}, "look": {"yes"}}).is(http.StatusNotFound)
	}
	gigatera.open("/extensions/new?id="+string(before[0].ID)).is(http.StatusOK).lacks("Provider facts", "Tier")
	require.Empty(t, cmp.Diff(before, h.forms(t, "wdc")))
}
