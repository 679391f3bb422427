package storetest

import "github.com/mspkit/mspkit/orgoverlay"

// orgContent reads all that an account holds of orgoverlay, and sees.
func orgContent() []call {
	var out []call
	read := func(role, method string, args ...any) { out = append(out, call{"Orgoverlay." + role, method, args}) }
	const all = 1000
	var orgs []orgoverlay.OrgID
	for _, id := range allNames() {
		orgs = append(orgs, orgoverlay.OrgID(id))
	}
	read("Registry", "Tenant")
	read("Registry", "Trusts")
	read("Registry", "Services", orgoverlay.ServiceID(""), all)
	read("Registry", "Agreements", orgoverlay.AgreementID(""), all)
	read("Orgs", "Children", orgoverlay.OrgID(""))
	read("Sight", "Facts", orgs)
	for second := range 3 {
		read("Sight", "List", orgoverlay.Query{Now: at(second)})
	}
	for _, account := range []orgoverlay.Account{accountOne, accountTwo} {
		read("Sight", "Partner", account)
		read("Sight", "Between", account)
		read("Registry", "Half", account)
	}
	read("Overlays", "List", orgoverlay.OrgID(""), all)
	read("Claims", "Claims", allNames())
	read("Extensions", "List")
	read("History", "List", orgoverlay.HistoryQuery{})
	for _, id := range names {
		read("Orgs", "Children", orgoverlay.OrgID(id))
		read("Sight", "Watchers", orgoverlay.OrgID(id))
		read("Extensions", "Active", id)
		read("Files", "Used", id)
		read("People", "People", []orgoverlay.PersonID{orgoverlay.PersonID(id)})
		for n := range 3 {
			read("Files", "Chunk", id, n)
		}
	}
	return out
}
