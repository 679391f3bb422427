package orgoverlay

import (
	"cmp"
	"slices"
	"time"
)

// Direction says on which side of an agreement an organization stands.
type Direction uint8

const (
	DirectionNone Direction = iota
	AsProvider              // it provides to the account that looks
	AsCustomer              // the account that looks provides to it
	AsThird                 // first-line support: it is the other organization of an agreement that the account takes part in
)

var directionNames = []string{"", "provider", "customer", "third"}

func (d Direction) String() string { return nameOf(directionNames, d) }

// Why is one reason for which an organization is seen.
type Why struct {
	Agreement AgreementID
	Kind      AgreementKind
	Account   Account // where the agreement is registered
	Direction Direction
	Until     time.Time // when it ends; zero is no end
}

// Sighting is what an account sees of one organization, and for which reasons. Own and directory records have none.
type Sighting struct {
	Org  OrgID
	Kind Kind
	Whys []Why // ordered by account and agreement
}

// Visible says which of the organizations in the facts, which are ordered by id, the viewer sees at a moment, and why, in the same order.
//
// The viewer's own and its directory's records are always seen. Another's is seen while an active agreement that the viewer
// takes part in names it, and trust with its owner is in force (of an owner that is a directory: with an account below it).
// Of an SLA the customer's side sees the provider and the provider's side the customer; of an FLSA each side sees the
// provider and the customer, as far as they are another's. An agreement within one account opens nothing.
func Visible(f Facts, now time.Time) []Sighting {
	whys := f.whys(now)
	var out []Sighting
	for i, o := range f.Orgs {
		s := Sighting{Org: o.ID}
		switch {
		case o.Deleted:
			continue
		case o.Own && o.Internal:
			s.Kind = KindInternal
		case o.Own, o.Account == f.Viewer.Directory && o.Account != "":
			s.Kind = KindExternal
		case len(whys[i]) > 0 && f.trusts(o.Account):
			s.Kind, s.Whys = KindTrusted, whys[i]
		default:
			continue
		}
		slices.SortFunc(s.Whys, func(a, b Why) int {
			return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Agreement, b.Agreement), cmp.Compare(a.Direction, b.Direction))
		})
		out = append(out, s)
	}
	return out
}

// whys returns for each of the organizations what the agreements that are active at a moment open of it. Each agreement is looked at once.
func (f Facts) whys(now time.Time) [][]Why {
	out := make([][]Why, len(f.Orgs))
	for i := range f.Agreements {
		a := &f.Agreements[i]
		if !a.ActiveAt(now) {
			continue
		}
		for _, ref := range [...]Ref{a.Provider, a.Customer} {
			at, found := slices.BinarySearchFunc(f.Orgs, ref.Org, func(o Seen, id OrgID) int { return cmp.Compare(o.ID, id) })
			if !found || f.Orgs[at].Account != ref.Account {
				continue
			}
			if d := a.Direction(f.Viewer.ID, ref); d != DirectionNone {
				out[at] = append(out[at], Why{Agreement: a.ID, Kind: a.Kind, Account: a.Account, Direction: d, Until: a.Until})
			}
		}
	}
	return out
}

// trusts reports whether trust with an owner is in force.
func (f Facts) trusts(owner Account) bool {
	return slices.ContainsFunc(f.Trusts, func(t Trust) bool { return t.State == TrustEstablished && f.with(t, owner) })
}

// with reports whether a trust is one with an owner of organizations, or with an account below it.
func (f Facts) with(t Trust, owner Account) bool {
	return t.Other == owner || slices.ContainsFunc(f.Below, func(b Tenant) bool { return b.ID == t.Other && b.Directory == owner })
}

// Direction says how an agreement names an organization of another account to a viewer; none when it opens nothing to that viewer,
// even while it is active and trust is in force.
func (a *Agreement) Direction(viewer Account, org Ref) Direction {
	here, there := a.Account == viewer, a.With == viewer
	provides, buys := a.Provider == org, a.Customer == org
	switch {
	case here == there || a.Provider.Account == a.Customer.Account || org.Account == viewer: // of others, or within one account
		return DirectionNone
	case there && provides:
		return AsProvider
	case here && buys:
		return AsCustomer
	case a.Kind == FLSA && (here && provides || there && buys):
		return AsThird
	}
	return DirectionNone
}
