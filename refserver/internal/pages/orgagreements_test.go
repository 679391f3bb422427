package pages_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

// agreement reads one that is registered in an account.
func (h *house) agreement(t *testing.T, account, id string) orgoverlay.Agreement {
	t.Helper()
	svc, a := h.as(account)
	g, err := svc.Agreement(t.Context(), a, orgoverlay.AgreementID(id))
	require.NoError(t, err)
	return g
}

func TestAgreementIsRegisteredAfterALookAtWhatItOpens(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	wdc.open("/services").says("There is no service yet.").follow("Enter the first one").press("Enter the service", "name", "Hosting", "provider", "wdc/"+string(h.orgs["wdc"]), "id", "hosting").
		is(http.StatusOK).says("Hosting is entered", "Widget Data Center")
	kinds := wdc.open("/agreements").follow("New agreement").says("gigatera (trust: established)", "wdc (within this account)")
	fill := kinds.press("Go on", "kind", "sla", "with", "gigatera").is(http.StatusOK).says("Service level agreement", "Hosting", "GigaTera", "Being prepared").lacks("Our organization that gives the support")
	wrong := fill.press("Look at what it would open", "service", "hosting", "customer", "gigatera/"+string(h.orgs["gigatera"]), "id", "OURS-1", "start", "2099-01-01", "expiry", "2098-01-01", "zone", "Nowhere/None").
		is(http.StatusUnprocessableEntity).says(`Time zone of its days: "Nowhere/None" is no time zone`).lacks("Register the agreement")
	_, values := wrong.formOf("Look at what it would open")
	require.Equal(t, []string{"OURS-1", "2099-01-01", "hosting"}, []string{values.Get("id"), values.Get("start"), values.Get("service")}, "what was typed is kept")
	wrong.press("Look at what it would open", "zone", "").is(http.StatusUnprocessableEntity).says("First day: expiry date 2098-01-01 is before the start date 2099-01-01")
	looked := wrong.press("Look at what it would open", "expiry", "", "zone", "Europe/Paris").is(http.StatusOK).
		says("State Scheduled", "Service Hosting", "Customer's organization GigaTera", "From 2099-01-01, no end (Europe/Paris)", "When it begins", "Nobody would come to see anything new.")
	_, err := h.of("wdc").Agreement(t.Context(), orgoverlay.Actor{On: "wdc", Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}, "OURS-1")
	require.ErrorIs(t, err, orgoverlay.ErrNotFound, "looking registers nothing")

	looked.press("Register the agreement").is(http.StatusOK).says("Agreement OURS-1 with gigatera is registered", "Scheduled").follow("What was written down").says("OURS-1", "start: (nothing) → 2099-01-01;")
	looked.press("Register the agreement").is(http.StatusOK).says("OURS-1 with gigatera is registered") // pressed twice
	fill.press("Look at what it would open", "service", "hosting", "customer", "gigatera/"+string(h.orgs["gigatera"]), "id", "OURS-1", "start", "2099-01-01").is(http.StatusConflict).says("ID of the agreement: Another agreement has this ID.")
	g := h.agreement(t, "wdc", "OURS-1")
	require.Equal(t, orgoverlay.Ref{Account: "gigatera", Org: h.orgs["gigatera"]}, g.Customer)
	require.EqualValues(t, 1, g.Version)
}

// The organization of a customer that is not seen yet is named by its ID, which stands on its own page.
func TestFirstLineSupportForACustomerThatIsNotSeenYet(t *testing.T) {
	h := newHouse(t)
	wdc, outsider := h.admin(t, "wdc"), h.admin(t, "outsider")
	id := string(h.orgs["outsider"])
	outsider.open(h.page("outsider")).says("ID, for agreements", id)
	fill := wdc.open("/agreements/new?kind=flsa&with=outsider").is(http.StatusOK).says("Our organization that gives the support", "ID of the customer's organization").lacks("Outsider", "Service level")
	form := []string{"provider", "wdc/" + string(h.orgs["wdc"]), "customer_id", id, "start", "2020-01-01"}
	fill.press("Look at what it would open", form...).is(http.StatusConflict).says("No trust is in force with outsider.")
	h.trusted(t, "wdc", "outsider")
	fill.press("Look at what it would open", append(form, "customer_id", "else")...).is(http.StatusUnprocessableEntity).says(`ID of the customer's organization: of a new agreement is the organization that is tied to account "outsider"`)
	fill.press("Look at what it would open", append(form, "customer_id", "")...).is(http.StatusUnprocessableEntity).says("This stands in the way", "ID of the customer's organization: Choose the organization, or write its ID.")
	looked := fill.press("Look at what it would open", form...).is(http.StatusOK).says("Would be seen: 2 organizations", "outsider We (wdc) Widget Data Center", "We (wdc) outsider one that we do not see now").lacks("Outsider")
	looked.press("Register the agreement").is(http.StatusOK).says("with outsider is registered", "Active", "outsider: Outsider")
	outsider.open("/organizations").says("Widget Data Center")
}

// An agreement within the account needs no trust, and opens nothing that is not seen anyway.
func TestAgreementWithinTheAccount(t *testing.T) {
	h := newHouse(t)
	us := "wdc/" + string(h.orgs["wdc"])
	fill := h.admin(t, "wdc").open("/agreements/new?kind=flsa&with=wdc").is(http.StatusOK).lacks("ID of the customer's organization")
	fill.press("Look at what it would open").is(http.StatusUnprocessableEntity).says("Our organization that gives the support: Choose one.", "Customer's organization: Choose one.", "First day: Say which day is the first.")
	fill.press("Look at what it would open", "provider", us, "customer", us, "start", "2020-01-01").is(http.StatusOK).says("Nobody would come to see anything new.").
		press("Register the agreement").is(http.StatusOK).says("with wdc is registered", "Active")
}

func TestAgreementIsChangedOnTheVersionThatWasRead(t *testing.T) {
	h := newHouse(t)
	gigatera := h.admin(t, "gigatera")
	stale := gigatera.open("/agreements").follow("Change").says("Change agreement G1 with wdc")
	behind := stale.press("Look at what would change", "expiry", "2050-01-31")
	looked := stale.press("Look at what would change", "prepared", "yes").is(http.StatusOK).
		says("State Being prepared", "At once", "Would be seen no more: 2 organizations", "We (gigatera) wdc Widget Data Center", "Saved: Ready")
	require.False(t, h.agreement(t, "gigatera", "G1").Prepared)
	looked.press("Save the agreement").is(http.StatusOK).says("Agreement G1 with wdc is saved", "Being prepared").lacks("End</a>")
	gigatera.open(h.page("wdc")).is(http.StatusNotFound)

	for _, met := range []page{stale.press("Look at what would change", "expiry", "2050-01-31"), behind.press("Save the agreement")} {
		met.is(http.StatusConflict).says("Somebody has changed this agreement since you opened the page.", "Saved: Being prepared", "Saved: (nothing)")
		_, values := met.formOf("Save the agreement")
		require.Equal(t, "2050-01-31", values.Get("expiry"), "what was typed is kept")
	}
	met := behind.press("Save the agreement").is(http.StatusConflict)
	met.press("Save the agreement").is(http.StatusOK).says("Active", "2020-01-01 to the end of 2050-01-31")
	gigatera.open("/agreements").follow("Change").press("Look at what would change").says("Nobody would lose sight of anything.", "After its last day").press("Save the agreement").says("Nothing had changed")
	wrong := gigatera.open("/agreements").follow("Change").press("Look at what would change", "service", "none").is(http.StatusUnprocessableEntity).says(`Service: "none" is not a service of this account`)
	wrong.press("Look at what would change", "service", "lines", "start", "").is(http.StatusUnprocessableEntity).says("First day: Say which day is the first.")
	gigatera.open("/agreements/none/change").is(http.StatusNotFound)
}

func TestAgreementEndsAfterALookAtWhatIsLost(t *testing.T) {
	h := newHouse(t)
	gigatera := h.admin(t, "gigatera")
	ask := gigatera.open("/agreements").follow("End").says("End agreement G1 with wdc", "Active").lacks("End the agreement on")
	ask.press("Look at who loses sight of what").is(http.StatusUnprocessableEntity).says("Last day: Say which day is the last.")
	ask.press("Look at who loses sight of what", "date", "soon").is(http.StatusUnprocessableEntity).says(`Last day: expiry date "soon" is not a date`)
	ask.press("Look at who loses sight of what", "date", "2019-12-31").is(http.StatusUnprocessableEntity).says("Last day: expiry date 2019-12-31 is before the start date")
	later := ask.press("Look at who loses sight of what", "date", "2098-12-31").is(http.StatusOK).says("After 2098-12-31", "Would be seen no more: 2 organizations", "wdc We (gigatera) GigaTera")
	require.Contains(t, later.HTML, `datetime="2099-01-01T00:00:00Z"`)
	now := ask.press("Look at who loses sight of what", "date", "2020-12-31").is(http.StatusOK).says("Would be seen no more: 2 organizations", "is kept, and comes back")
	later.press("End the agreement on 2098-12-31").is(http.StatusOK).says("Agreement G1 with wdc ends on 2098-12-31", "Active", "What was written down")
	met := now.press("End the agreement on 2020-12-31").is(http.StatusConflict).says("Somebody has changed this agreement since you opened the page.", "2020-01-01 to the end of 2098-12-31")
	gigatera.open(h.page("wdc")).is(http.StatusOK)
	met.press("End the agreement on 2020-12-31").is(http.StatusOK).says("Expired")
	gigatera.open(h.page("wdc")).is(http.StatusNotFound)
	h.admin(t, "wdc").open(h.page("gigatera")).is(http.StatusNotFound)
	gigatera.open("/agreements/G1/end").is(http.StatusOK).says("so there is nothing to end").lacks("Look at who loses sight")
	gigatera.post("/agreements/G1/end", url.Values{"version": {"3"}}).is(http.StatusUnprocessableEntity).says("Say which day is the last.")
}

func TestServiceGetsAnotherProviderAfterALook(t *testing.T) {
	h := newHouse(t)
	gigatera := h.admin(t, "gigatera")
	gigatera.open("/organizations/new").press("Register the organization", "name", "GigaTera Lines").is(http.StatusOK)
	svc, a := h.as("gigatera")
	list, err := svc.List(t.Context(), a, orgoverlay.ListQuery{Search: "GigaTera Lines"})
	require.NoError(t, err)
	lines := "gigatera/" + string(list.Records[0].ID)
	form := gigatera.open("/services").says("canary-service of gigatera", "GigaTera").follow("Change")
	form.press("Look at what would change", "name", " ").is(http.StatusUnprocessableEntity).says("Name: is required")
	form.press("Look at what would change", "provider", "").is(http.StatusUnprocessableEntity).says("Our organization that provides it: Choose one.")
	looked := form.press("Look at what would change", "provider", lines).is(http.StatusOK).says("wdc We (gigatera) GigaTera Lines", "Would be seen no more: 1 organization", "Saved: GigaTera.")
	wdc := h.admin(t, "wdc")
	wdc.open("/organizations").lacks("GigaTera Lines")
	renamed := form.press("Look at what would change", "name", "Lines").says("Nobody would lose sight of anything.")
	looked.press("Save the service").is(http.StatusOK).says("canary-service of gigatera is saved", "GigaTera Lines")
	wdc.open("/organizations").says("GigaTera Lines")
	renamed.press("Save the service").is(http.StatusConflict).says("Somebody has changed this service since you opened the page.", "Saved: GigaTera Lines", "Saved: canary-service of gigatera").
		press("Look at what would change", "provider", lines).press("Save the service").is(http.StatusOK).says("Lines is saved")
	gigatera.open("/services").follow("Change").press("Look at what would change").press("Save the service").says("Nothing had changed")

	form = gigatera.open("/services/new")
	form.press("Enter the service").is(http.StatusUnprocessableEntity).says("Name: is required", "Our organization that provides it: Choose one.")
	form.press("Enter the service", "name", "Again", "provider", lines, "id", "lines").is(http.StatusConflict).says("ID of the service: Another service has this ID.")
	for range 2 {
		form.press("Enter the service", "name", "Again", "provider", lines).is(http.StatusOK).says("Again is entered")
	}
	services, err := svc.Services(t.Context(), a, "", 10)
	require.NoError(t, err)
	require.Len(t, services, 2, "a button that is pressed twice enters one service")
	gigatera.open("/services/none/change").is(http.StatusNotFound)
}

// Whoever may read agreements and services may not change them, and is not asked to.
func TestOnlyAdministratorsChangeAgreementsAndServices(t *testing.T) {
	h := newHouse(t)
	reader, user := h.desk(t, "gigatera", orgoverlay.RoleSpecialist, orgoverlay.RoleServiceLevel), h.desk(t, "gigatera", orgoverlay.RoleEndUser)
	reader.open("/agreements").is(http.StatusOK).lacks("New agreement", "Change", "End")
	reader.open("/services").is(http.StatusOK).says("canary-service of gigatera").lacks("New service", "Change")
	user.open("/services").is(http.StatusForbidden)
	before := h.agreement(t, "gigatera", "G1")
	for _, d := range []*desk{reader, user} {
		for _, path := range []string{"/agreements/new", "/agreements/G1/change", "/agreements/G1/end", "/services/new", "/services/lines/change"} {
			d.open(path).is(http.StatusForbidden)
			d.post(path, url.Values{"look": {"yes"}, "version": {"1"}, "date": {"2020-12-31"}, "name": {"x"}, "kind": {"sla"}, "with": {"wdc"}, "provider": {"gigatera/" + string(h.orgs["gigatera"])}}).is(http.StatusForbidden)
		}
	}
	require.Equal(t, before, h.agreement(t, "gigatera", "G1"))
	wdc := h.admin(t, "wdc")
	for _, path := range []string{"/agreements/G1/change", "/agreements/G1/end", "/services/lines/change"} {
		wdc.open(path).is(http.StatusNotFound)
	}
}
