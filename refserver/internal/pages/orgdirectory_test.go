package pages_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

// An organization of the account's directory is shown, and nothing is offered to be laid over it; what is sent all the same is refused with the
// reason.
func TestTheDirectorysOrganizationsAreNotWrittenOver(t *testing.T) {
	h := newHouse(t)
	svc, a := h.as("unit")
	tenant, err := svc.SaveTenant(t.Context(), a, orgoverlay.Tenant{ID: "unit", Name: "Unit", Directory: "wdc"})
	require.NoError(t, err)
	own, err := svc.SaveOrganization(t.Context(), a, orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "Unit"}})
	require.NoError(t, err)
	tenant.Organization, h.orgs["unit"] = own.ID, own.ID
	_, err = svc.SaveTenant(t.Context(), a, tenant)
	require.NoError(t, err)

	unit := h.admin(t, "unit")
	unit.open(h.page("unit")).is(http.StatusOK).says("Edit ours", "Attach the file")
	unit.open(h.page("wdc")).is(http.StatusOK).says("is our directory. What is to be kept of this organization is kept there.").
		lacks("Edit ours", "Attach the file", "Purge what we keep", "Nothing has been written here yet.")
	unit.open(h.page("wdc", "edit")).is(http.StatusUnprocessableEntity).says("the directory of this account, and edited there.").lacks("Save ours")
	unit.post(h.page("wdc", "edit"), url.Values{"remarks": {"ours"}, "was.remarks": {""}, "version": {"0"}}).is(http.StatusUnprocessableEntity).says("the directory of this account, and edited there.")
	unit.send(h.page("wdc", "files"), nil, "content", "a.txt", "text").is(http.StatusUnprocessableEntity).
		says("The organization is kept by account wdc, the directory of this one, and edited there.")
	unit.send("/organizations/import", url.Values{"blank": {"keep"}}, "file", "t.csv", "ID,Remarks\n"+string(h.orgs["wdc"])+",ours\n").says("1 row: left out.", "no such trusted organization").lacks("Apply")
	r, err := svc.Organization(t.Context(), a, h.orgs["wdc"])
	require.NoError(t, err)
	require.Zero(t, r.Version)
}
