package pages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

func TestOrganizationsAreListedWithWhyTheyAreSeen(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	wdc.open("/organizations").is(http.StatusOK).says("3 organizations by name", "GigaTera", "GlobalNet", "Widget Data Center", "Trusted", "Internal", "Our own", "It provides to us (SLA)", "Name, contact, remarks").lacks("Outsider")
	wdc.open("/organizations?kind=trusted").says("2 organizations", "Show all").lacks("Our own")
	wdc.open("/organizations?account=globalnet").says("1 organization by name", "GlobalNet").lacks("GigaTera (gigatera)")
	wdc.open("/organizations?q=gigatera.example").says("1 organization by name", "GigaTera")
	wdc.open("/organizations?q=margin").says("None of the organizations that this account sees is as you chose.")
	wdc.open("/organizations?enabled=no").says("None of the organizations")
	wdc.open("/organizations?after=nonsense").is(http.StatusUnprocessableEntity)
	h.admin(t, "outsider").open("/organizations?kind=trusted").says("None of the organizations")
	gigatera := h.admin(t, "gigatera")
	gigatera.open("/organizations").says("Widget Data Center", "Customer of ours (SLA)")
	h.deal(t, "wdc", "gigatera", "back")
	svc, a := h.as("gigatera")
	side := func(account string) orgoverlay.Ref {
		return orgoverlay.Ref{Account: orgoverlay.Account(account), Org: h.orgs[account]}
	}
	_, err := svc.SaveAgreement(t.Context(), a, orgoverlay.Agreement{Kind: orgoverlay.FLSA, With: "wdc", Provider: side("gigatera"), Customer: side("wdc"), Start: "2020-01-01"})
	require.NoError(t, err)
	gigatera.open("/organizations").says("It provides to us (SLA), customer of ours (SLA, FLSA)")
	wdc.open("/organizations").says("It provides to us (SLA, FLSA), customer of ours (SLA)", "Our own")
}

func TestMoreOrganizationsKeepTheirPlace(t *testing.T) {
	h := newHouse(t)
	svc, a := h.as("wdc")
	for i := range 120 {
		_, err := svc.SaveOrganization(t.Context(), a, orgoverlay.Organization{Shared: orgoverlay.Shared{Name: fmt.Sprintf("Branch %03d", i)}})
		require.NoError(t, err)
	}
	first := h.admin(t, "wdc").open("/organizations?q=branch").is(http.StatusOK).says("120 organizations by name", "Branch 099").lacks("Branch 100")
	first.follow("More").says("Branch 100", "Branch 119").lacks("Branch 099", "GigaTera")
}

func TestOneOrganizationShowsWhatIsWhose(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	p := wdc.open(h.page("gigatera")).is(http.StatusOK).says("Kept by GigaTera (gigatera)", "Only wdc sees this.", "1 Fibre Way, Austin, US", "E-mail desk", "Nothing has been written here yet.",
		"G1", "It provides to us.", "no end", "Nobody has set it", "The record of gigatera", "Edit ours").lacks("Who sees us", "Edit what others may see")
	for _, want := range []string{`<img class="picture" src="` + onePixel, `href="mailto:help@gigatera.example"`, `href="tel:&#43;15550100"`, `href="https://gigatera.example" rel="noopener noreferrer nofollow"`} {
		require.Contains(t, p.HTML, want)
	}
	require.Less(t, strings.Index(p.HTML, "Kept by GigaTera"), strings.Index(p.HTML, "Only wdc sees this"), "theirs stands first, and so above on a phone")
	wdc.open(h.page("wdc")).says("What others may see", "It is one of our own organizations.", "Who sees us", "Edit what others may see").
		follow("Who sees us").says("GigaTera (gigatera)", "GlobalNet (globalnet)", "They provide to us.", "2 accounts by agreements")
}

func TestOursIsEditedAndNothingElse(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	form := wdc.open(h.page("gigatera")).press("Edit ours").is(http.StatusOK).says("Only wdc sees these fields.")
	wrong := form.press("Save ours", "remarks", "Escalate via J. Doe\r\nthen <b>call</b>", "financial_id", "wdc-1234", "custom.contact_person", "7").is(http.StatusUnprocessableEntity).
		says(`Contact person: "7" is nobody whom this account knows`)
	_, values := wrong.formOf("Save ours")
	require.Equal(t, "Escalate via J. Doe\nthen <b>call</b>", values.Get("remarks"), "what was typed is kept")
	saved := wrong.press("Save ours", "custom.contact_person", "196", "custom.tier", `"gold"`, "custom.credit_note", "due").is(http.StatusOK).
		says("is saved", "Escalate via J. Doe then <b>call</b>", "wdc-1234", "Howard Tanner (196)", "gold", "due Internal", "Ours, wdc", "Pat of wdc (wdc)")
	saved.follow("What was written down").says("Financial ID: (nothing) → wdc-1234;", "Tier: (nothing) → gold;", "Pat of wdc (wdc)")
	saved.press("Edit ours").press("Save ours").says("Nothing had changed")
	wdc.open("/organizations?financial_id=wdc-1234").says("1 organization by name")

	taken := wdc.open(h.page("globalnet", "edit")).press("Save ours", "financial_id", "wdc-1234").is(http.StatusConflict).says("Financial ID: GigaTera has this ID already.")
	taken.press("Save ours", "financial_id", "wdc-5689").is(http.StatusOK)
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "remarks", "", "custom.tier", "").is(http.StatusOK).lacks("margin", "gold")

	before := h.record(t, "gigatera")
	wdc.post(h.page("gigatera", "edit"), url.Values{"version": {"1"}, "name": {"Hacked"}, "was.name": {"GigaTera"}}).says("Nothing had changed")
	require.Equal(t, before, h.record(t, "gigatera"), "the owner's record stays as it is")
}

func TestFieldsThatTwoPeopleChangeAreShownWithAllThreeValues(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "remarks", "first", "custom.tier", `"silver"`)
	mine, theirs := wdc.open(h.page("gigatera", "edit")), wdc.open(h.page("gigatera", "edit"))
	theirs.press("Save ours", "remarks", "theirs", "custom.credit_note", "new").is(http.StatusOK)
	met := mine.press("Save ours", "remarks", "mine", "financial_id", "F-1", "custom.tier", `"gold"`).is(http.StatusConflict).
		says("Remarks was changed while you wrote", "When you opened the page first", "Saved by somebody else since theirs", "Yours mine", "say which is kept").lacks("Tier was changed", "Financial ID was changed")
	_, values := met.formOf("Save ours")
	require.Equal(t, []string{"mine", "F-1", `"gold"`, "new"}, []string{values.Get("remarks"), values.Get("financial_id"), values.Get("custom.tier"), values.Get("custom.credit_note")}, "nothing typed is lost, and what was not touched is as it is now")
	require.False(t, values.Has("choice.remarks"), "neither is chosen for anybody")
	again := met.press("Save ours").is(http.StatusUnprocessableEntity).says("Say which of the two is kept.", "Yours mine", "Saved by somebody else since theirs")
	again.press("Save ours", "choice.remarks", "saved").is(http.StatusOK).says("theirs", "F-1", "gold", "new")

	mine = wdc.open(h.page("gigatera", "edit"))
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "remarks", "other")
	mine.press("Save ours", "remarks", "mine after all").press("Save ours", "choice.remarks", "mine").is(http.StatusOK).says("mine after all")
	mine.press("Save ours", "financial_id", "F-2").is(http.StatusOK).says("F-2", "mine after all") // another field than the others have changed
}

func TestFieldsThatGoWhileSomebodyWritesAreToldOf(t *testing.T) {
	h := newHouse(t)
	form := h.admin(t, "wdc").open(h.page("gigatera", "edit"))
	svc, a := h.as("wdc")
	list, err := svc.Extensions(t.Context(), a)
	require.NoError(t, err)
	_, err = svc.DisableExtension(t.Context(), a, list[0].ID, list[0].Number, true, list[0].Version)
	require.NoError(t, err)
	form.press("Save ours", "remarks", "kept").is(http.StatusOK).says("is saved")
	refused := form.press("Save ours", "financial_id", "F-9", "custom.credit_note", "long words").is(http.StatusUnprocessableEntity).says("The custom fields were changed while you wrote.", "credit_note long words")
	refused.press("Save ours").is(http.StatusOK).says("F-9", "kept").lacks("long words")
}

func TestOwnOrganizationsAreRegisteredAndEdited(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	refused := wdc.open("/organizations").follow("New organization").press("Register the organization", "name", " ", "contacts[1].kind", "website", "contacts[1].value", "gopher://x", "addresses[0].city", "Austin").
		is(http.StatusUnprocessableEntity).says("Name: is required", "Number or address: does not begin with https:// or http://")
	_, values := refused.formOf("Register the organization")
	require.Equal(t, []string{"website", "gopher://x", "Austin"}, []string{values.Get("contacts[0].kind"), values.Get("contacts[0].value"), values.Get("addresses[0].city")}, "rows close up, and nothing typed is lost")
	made := refused.press("Register the organization", "name", "Branch", "contacts[0].value", "https://branch.example", "parent", string(h.orgs["wdc"])).is(http.StatusOK).says("Branch is registered", "Internal", "Austin")
	edit := made.follow("Edit what others may see")
	stale := wdc.open(edit.Path)
	edit.press("Save what others may see", "contacts[0].value", "", "disabled", "yes").is(http.StatusOK).says("Branch is saved", "Disabled").lacks("branch.example")
	met := stale.press("Save what others may see", "name", "Branch 2").is(http.StatusConflict).says("Somebody has changed this organization since", "Saved: Branch", "Saved: (nothing)")
	met.press("Save what others may see", "contacts[0].value", "").is(http.StatusOK).says("Branch 2 is saved")
	gigatera := h.admin(t, "gigatera")
	gigatera.open("/organizations").lacks("Branch")
}

// A button that is pressed twice registers one organization; another form with the same words is refused.
func TestPressingTwiceRegistersOnce(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	form := wdc.open("/organizations/new")
	first := form.press("Register the organization", "name", "Annex").is(http.StatusOK).says("Annex is registered")
	require.Equal(t, first.Path, form.press("Register the organization", "name", "Annex").is(http.StatusOK).says("Annex is registered").Path)
	require.NotEqual(t, first.Path, form.press("Register the organization", "name", "Barn").is(http.StatusOK).Path)
	wdc.open("/organizations/new").press("Register the organization", "name", "Annex").is(http.StatusUnprocessableEntity).says("is the name of another organization")
	wdc.open("/organizations").says("5 organizations by name")
}

// What somebody may not do is refused at once: before a form is shown, and before a password is asked for.
func TestRolesComeBeforeQuestions(t *testing.T) {
	b := newBuilding(t)
	b.hire("Ina", "ina@wdc.example", "wdc", string(orgoverlay.RoleSpecialist))
	d := b.signIn("ina@wdc.example")
	d.open("/organizations/what-if").is(http.StatusForbidden).lacks("Choose one change")
	b.clock.pass(25 * time.Minute)
	for _, path := range []string{"/organizations/export", "/trusts/change"} {
		d.post(path, url.Values{"with": {"gigatera"}}).is(http.StatusForbidden).says("Ina in wdc").lacks("Your password")
	}
	b.hire("Wil", "wil@wdc.example", "wdc", staff.Administers)
	wil := b.signIn("wil@wdc.example")
	wil.post("/trusts/change", url.Values{"state": {"established"}}).is(http.StatusUnprocessableEntity).says("ID of the other account: Say with which account.")
	b.clock.pass(25 * time.Minute)
	wil.post("/organizations/export", url.Values{"kind": {"csv"}}).is(http.StatusForbidden).says("Your password", "Wil in wdc")
}

// Where a person is asked for by ID, the page says who is known by which.
func TestPeopleThatAreNamedElsewhereAreTold(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	wdc.open(h.page("gigatera", "edit")).says("The ID of a person of this account.").lacks("Named so far")
	wdc.open(h.page("globalnet", "edit")).press("Save ours", "custom.contact_person", "196").is(http.StatusOK)
	wdc.open(h.page("gigatera", "edit")).says("The ID of a person of this account. Named so far: 196 is Howard Tanner.")
	h.admin(t, "gigatera").open(h.page("wdc", "edit")).lacks("Howard Tanner")
}
