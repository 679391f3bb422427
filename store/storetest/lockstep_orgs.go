package storetest

import (
	"reflect"

	"github.com/mspkit/mspkit/orgoverlay"
)

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
		read("Sight", "Count", orgoverlay.Query{Now: at(second)})
	}
	read("Sight", "List", orgoverlay.Query{Now: at(2), Kinds: []orgoverlay.Kind{orgoverlay.KindTrusted}})
	read("Sight", "List", orgoverlay.Query{Now: at(2), Search: "x"})
	read("Sight", "List", orgoverlay.Query{Now: at(2), Search: "x", Fields: names})
	for _, account := range []orgoverlay.Account{accountOne, accountTwo} {
		read("Sight", "Partner", account)
		read("Sight", "Between", account)
		read("Registry", "Half", account)
	}
	read("Sight", "Elsewhere", orgoverlay.AgreementPlace{}, all)
	read("People", "People", []orgoverlay.PersonID{"a", "é", "B"})
	read("Overlays", "List", orgoverlay.OrgID(""), all)
	read("Claims", "Claims", allNames())
	read("Extensions", "List")
	read("History", "List", orgoverlay.HistoryQuery{})
	for _, id := range names {
		read("Orgs", "Children", orgoverlay.OrgID(id))
		read("Sight", "Watchers", orgoverlay.OrgID(id))
		read("Extensions", "Active", id)
		read("Files", "Used", id)
		for n := range 3 {
			read("Files", "Chunk", id, n)
		}
	}
	return out
}

// acquaint makes the two accounts trust each other and agree on services, mostly, so that they see something of each other.
func (g gen) acquaint() []step {
	var out []step
	for i, me := range []orgoverlay.Account{accountOne, accountTwo} {
		other := []orgoverlay.Account{accountTwo, accountOne}[i]
		s := step{kind: updateStep, account: i, end: commits}
		put := func(role, method string, arg any) {
			s.calls = append(s.calls, call{"Orgoverlay." + role, method, []any{arg}})
		}
		t := orgoverlay.Tenant{Name: string(me)}
		if g.IntN(3) == 0 {
			t.Directory = other
		}
		put("Registry", "PutTenant", t)
		put("Registry", "PutHalf", orgoverlay.TrustHalf{Other: other, State: pick(g, orgoverlay.TrustEstablished, orgoverlay.TrustEstablished, orgoverlay.TrustSuspended), Since: day})
		for n, id := range [][]string{names[:2], names[2:]}[i] {
			var o orgoverlay.Organization
			g.fill(reflect.ValueOf(&o).Elem(), "")
			o.ID, o.Name, o.Deleted, o.Version = orgoverlay.OrgID(id), pick(g, "A", "a", "b")+string(rune('2'-n)), g.IntN(6) == 0, 0
			put("Orgs", "Put", o)
		}
		for n := range 2 {
			theirs := orgoverlay.Ref{Account: other, Org: orgoverlay.OrgID(names[2-2*i])}
			begins := g.IntN(4) // after all moments that are asked for, or before
			a := orgoverlay.Agreement{ID: orgoverlay.AgreementID(names[n]), Kind: orgoverlay.SLA, With: other, Service: "a", Customer: theirs, From: at(begins), Prepared: begins == 3}
			if n > 0 {
				a.Kind, a.Provider = orgoverlay.FLSA, orgoverlay.Ref{Account: me, Org: orgoverlay.OrgID(names[2*i])}
			}
			put("Registry", "PutAgreement", a)
		}
		put("Registry", "PutService", orgoverlay.ServiceEntry{ID: "a", Provider: orgoverlay.OrgID(names[2*i])})
		out = append(out, s)
	}
	return out
}
