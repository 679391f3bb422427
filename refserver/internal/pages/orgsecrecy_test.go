package pages_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

func TestInvisibleIsAsIfItWasNotThere(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	at := func(id, below string) string { return "/organizations/" + id + below }
	outsider, never := string(h.orgs["outsider"]), "019c0000-0000-7000-8000-000000000000"
	for _, below := range []string{"", "/edit", "/history", "/sees", "/record", "/files", "/files/x", "/files/x/remove"} {
		seen, none := wdc.open(at(outsider, below)).is(http.StatusNotFound), wdc.open(at(never, below)).is(http.StatusNotFound)
		require.Equal(t, strings.ReplaceAll(none.HTML, never, "ID"), strings.ReplaceAll(seen.HTML, outsider, "ID"), below)
	}
	for _, below := range []string{"/edit", "/record", "/files/x/remove"} {
		seen, none := wdc.post(at(outsider, below), url.Values{"remarks": {"x"}}).is(http.StatusNotFound), wdc.post(at(never, below), url.Values{"remarks": {"x"}}).is(http.StatusNotFound)
		require.Equal(t, strings.ReplaceAll(none.HTML, never, "ID"), strings.ReplaceAll(seen.HTML, outsider, "ID"), below)
	}
	wdc.open(h.page("gigatera", "sees")).is(http.StatusNotFound)
	wdc.open(h.page("gigatera", "record")).is(http.StatusNotFound)
}

func TestRolesDecideWhatIsOffered(t *testing.T) {
	h := newHouse(t)
	h.admin(t, "wdc").open(h.page("gigatera", "edit")).press("Save ours", "remarks", "for all of us", "custom.credit_note", "hush")
	user := h.desk(t, "wdc", orgoverlay.RoleEndUser)
	user.open(h.page("gigatera")).is(http.StatusOK).says("for all of us").lacks("Edit ours", "Attach the file", "hush", "Credit note")
	user.open("/organizations").lacks("Import", "Export", "Trusts", "What if")
	user.open("/organizations?q=hush").says("None of the organizations")
	for _, path := range []string{h.page("gigatera", "edit"), h.page("wdc", "record"), h.page("wdc", "sees"), "/organizations/new", "/organizations/import", "/organizations/export", "/organizations/history", "/trusts",
		"/trusts/change?with=gigatera&state=ended", "/agreements", "/organizations/what-if", "/extensions"} {
		user.open(path).is(http.StatusForbidden)
	}
	for path, values := range map[string]url.Values{
		h.page("gigatera", "edit"): {"remarks": {"x"}, "version": {"1"}}, h.page("wdc", "record"): {"name": {"x"}, "version": {"2"}}, "/organizations/new": {"name": {"x"}}, "/organizations/export": {}, "/trusts/change": {"with": {"gigatera"}, "state": {"ended"}},
	} {
		user.post(path, values).is(http.StatusForbidden)
	}
	user.send("/organizations/import", url.Values{"blank": {"keep"}}, "file", "a.csv", "ID,Remarks\n").is(http.StatusForbidden)
	user.send(h.page("gigatera", "files"), nil, "content", "a.txt", "text").is(http.StatusForbidden)
	h.desk(t, "wdc", orgoverlay.RoleSpecialist).open(h.page("gigatera")).says("hush").lacks("Edit ours")
	h.desk(t, "wdc", orgoverlay.RoleSpecialist, orgoverlay.RoleServiceLevel).open(h.page("gigatera")).says("Edit ours")
}

// Whatever others write is text here: it runs nothing, loads nothing and leads nowhere that it does not say.
func TestHostileRecordsAreOnlyText(t *testing.T) {
	h := newHouse(t)
	svc, a := h.as("gigatera")
	o := h.record(t, "gigatera")
	o.Name, o.Picture = `<script>alert("name")</script>`, "https://tracker.example/pixel.png"
	o.Contacts = []orgoverlay.Contact{{Kind: "email", Label: `"><img src=x onerror=alert(1)>`, Value: "javascript:alert(1)"}, {Kind: "website", Value: "http://plain.example/"}, {Kind: "phone", Value: "tel:1?x"}}
	o.Addresses = []orgoverlay.Address{{Label: "<b>x</b>", Street: "{{.}}"}}
	_, err := svc.SaveOrganization(t.Context(), a, o)
	require.NoError(t, err)
	wdc := h.admin(t, "wdc")
	for _, path := range []string{"/organizations", h.page("gigatera"), h.page("gigatera", "edit"), h.page("gigatera", "history"), "/trusts/change?with=gigatera&state=ended"} {
		p := wdc.open(path).is(http.StatusOK).says(`<script>alert("name")</script>`)
		for _, no := range []string{"<script>alert", "<img", "onerror=alert(1)>\"", `href="javascript:`, `href="http://plain`, `href="tel:1`, "<b>x"} {
			require.NotContains(t, p.HTML, no, path)
		}
	}
	p := wdc.open(h.page("gigatera"))
	require.Contains(t, p.HTML, `<a href="https://tracker.example/pixel.png" rel="noopener noreferrer nofollow">`, "a picture of another host is a link")
}

// Every page of an account, and every file, is free of what another account keeps for itself.
func TestNoPageHoldsWhatAnotherAccountKeeps(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "remarks", "first")
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "remarks", "")
	mine := wdc.open(h.page("gigatera", "edit"))
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "remarks", "second")
	bodies := []page{mine.press("Save ours", "remarks", "third"), wdc.open("/organizations/export").press("Download the file")}
	for _, path := range []string{
		"/organizations", "/organizations?q=margin", "/organizations?q=GT-ACC-9", "/organizations?financial_id=GT-CUST-77", h.page("gigatera"), h.page("gigatera", "edit"), h.page("gigatera", "history"), h.page("wdc"), h.page("wdc", "sees"),
		h.page("wdc", "history"), h.page("wdc", "record"), "/organizations/history", "/trusts", "/trusts/change?with=gigatera&state=ended", "/agreements", "/organizations/what-if?other=gigatera&trust=ended", "/extensions", "/organizations/new",
	} {
		bodies = append(bodies, wdc.open(path))
	}
	for _, p := range bodies {
		body := html.UnescapeString(p.HTML)
		for _, secret := range gigateraSecrets {
			asked, err := url.QueryUnescape(p.Path)
			require.NoError(t, err)
			if !strings.Contains(asked, secret) && strings.Contains(body, secret) {
				t.Errorf("%s holds %q", p.Path, secret)
			}
		}
	}
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "financial_id", "GT-ACC-9").is(http.StatusOK).says("is saved") // taken by nobody here
	gigatera := h.admin(t, "gigatera")
	for _, path := range []string{h.page("gigatera"), h.page("gigatera", "history"), h.page("gigatera", "sees"), h.page("wdc"), "/organizations/history"} {
		gigatera.open(path).is(http.StatusOK).lacks("second", "Pat of wdc", "Provider facts", "Howard")
	}
}

func TestNobodySeesOrganizationsWithoutAnAccount(t *testing.T) {
	h := newHouse(t)
	nobody := h.desk(t, "")
	for _, path := range []string{"/organizations", h.page("gigatera"), "/trusts", "/organizations/export"} {
		nobody.open(path).is(http.StatusForbidden)
	}
	_, err := h.of("").List(context.Background(), orgoverlay.Actor{}, orgoverlay.ListQuery{})
	require.ErrorIs(t, err, orgoverlay.ErrAccount)
}
