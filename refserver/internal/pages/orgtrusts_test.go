package pages_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

func TestTrustIsChangedAfterALookAtWhatIsLost(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	wdc.open("/trusts").says("gigatera Established", "Established", "In force").lacks("Resume", "Begin anew", "Decline")
	wdc.open("/organizations/what-if?other=gigatera&trust=suspended").says("Would be seen no more: 2 organizations", "We (wdc) gigatera GigaTera", "gigatera We (wdc) Widget Data Center", "Nobody would come to see anything new.").
		follow("Change our half of this trust").says("Suspend our half of the trust").press("Suspend our half of the trust").is(http.StatusOK).says("Both sides together: Suspended")
	wdc.open(h.page("gigatera")).is(http.StatusNotFound)
	wdc.open("/trusts").press("Look at what it would open", "with", "gigatera").says("Would be seen: 2 organizations").press("Establish our half of the trust").says("Established")
	wdc.open(h.page("gigatera")).is(http.StatusOK)
	wdc.open("/trusts/change?with=stranger&state=suspended").is(http.StatusOK).says("It cannot be done", "Not given")
	wdc.open("/trusts/change?with=gigatera&state=established").says("It cannot be done", "Established").lacks("our half of the trust</button>", "resume it or begin it anew")
	wdc.open("/trusts/change?with=stranger").is(http.StatusOK).lacks("our half of the trust</button>")
}

func TestTrustsSayWhoseHalfIsWhat(t *testing.T) {
	h := newHouse(t)
	wdc, outsider := h.admin(t, "wdc"), h.admin(t, "outsider")
	outsider.open("/organizations/what-if").says("ID of the other account")
	outsider.open("/trusts/change?with=wdc&state=established").press("Establish our half of the trust").says("We have asked, they have not accepted.")
	outsider.open("/trusts").says("wdc Asked for", "Established", "Not given", "Suspend", "End")
	asked := wdc.open("/trusts").says("outsider Asked for", "They have asked, we have not accepted.", "Accept", "Decline")
	asked.follow("Decline").press("End our half of the trust").is(http.StatusOK).says("Ended")
	outsider.open("/trusts").says("wdc Ended", "Established", "Suspend").lacks("Begin anew")
	ended := wdc.open("/trusts").says("outsider Ended", "theirs to know", "Begin anew")
	ended.follow("Begin anew").says("Establish our half of the trust").lacks("End it", "Suspend it for a while")
	wdc.open("/organizations/what-if?other=stranger&trust=established").says("The other account", "stranger", "outsider", "globalnet").lacks("ID of the other account")
}

func TestWhatIfChangesNothing(t *testing.T) {
	h := newHouse(t)
	gigatera := h.admin(t, "gigatera")
	list := gigatera.open("/agreements").says("G1", "Service level agreement", "Active", "From 2020-01-01, no end (UTC)", "wdc: Widget Data Center", "No other account has registered an agreement with this one.")
	ask := list.follow("What if it changed").is(http.StatusOK)
	ends := gigatera.open("/organizations/what-if?agreement=G1&act=ends&date=2030-12-31&at=2031-01-01").says("If agreement G1 has its last day on 2030-12-31", "wdc We (gigatera) GigaTera", "We (gigatera) wdc Widget Data Center", "Would be seen no more: 2 organizations")
	require.Contains(t, ends.HTML, `datetime="2031-01-01T00:00:00Z"`)
	gigatera.open("/organizations/what-if?agreement=G1&act=ends&date=2030-12-31&at=2030-12-31").says("Nobody would lose sight of anything.")
	gigatera.open("/organizations/what-if?agreement=G1&act=ends&date=soon").says("This cannot be supposed")
	gigatera.open("/organizations/what-if?agreement=G1&act=&at=soon").says("Write the day to look at")
	gigatera.open("/organizations/what-if?agreement=none&act=ends").says("This cannot be supposed")
	gigatera.open("/organizations/what-if?service=lines&provider=none").says("This cannot be supposed")
	_, values := ask.formOf("Look at it")
	require.Equal(t, "G1", values.Get("agreement"))
	gigatera.open("/agreements").says("no end (UTC)")
	gigatera.open(h.page("wdc")).is(http.StatusOK)
}

func TestAgreementsOfOthersStandBesideOurs(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	wdc.open("/agreements").says("Registered at others", "G1", "gigatera: GigaTera", "N1", "globalnet: GlobalNet", "Widget Data Center").lacks("canary-service", "service of")
	h.deal(t, "wdc", "outsider", "ours")
	svc, a := h.as("gigatera")
	_, err := svc.SetTrust(t.Context(), a, "wdc", orgoverlay.TrustSuspended)
	require.NoError(t, err)
	wdc.open("/agreements").says("Registered here", "ours", "outsider: Outsider", "gigatera: an organization that is not seen now", "globalnet: GlobalNet")
}

func TestCustomFieldsAreShownVersionByVersion(t *testing.T) {
	h := newHouse(t)
	wdc := h.admin(t, "wdc")
	wdc.open(h.page("gigatera", "edit")).press("Save ours", "custom.tier", `"gold"`)
	wdc.open("/extensions").says("Provider facts, version 1", "Active", "Tier", "Auditors, specialists and administrators").follow("What would it make of the values that are kept?").says("1 value looked at. 0 would be kept without fitting.")
	h.admin(t, "gigatera").open("/extensions").says("This account has no custom fields yet.")
}
