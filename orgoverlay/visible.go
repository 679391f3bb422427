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

// Visible says which of the organizations in the facts the viewer sees at a moment, and why, ordered by id.
//
// The viewer's own and its directory's records are always seen. Another's is seen while an active agreement that the viewer
// takes part in names it, and trust with its owner is in force (of an owner that is a directory: with an account below it).
// Of an SLA the customer's side sees the provider and the provider's side the customer; of an FLSA each side sees the
// provider and the customer, as far as they are another's. An agreement within one account opens nothing.
func Visible(f Facts, now time.Time) []Sighting {
	var out []Sighting
	for _, o := range f.Orgs {
		s := Sighting{Org: o.ID}
		switch {
		case o.Deleted:
			continue
		case o.Own && o.Internal:
			s.Kind = KindInternal
		case o.Own, o.Account == f.Viewer.Directory && o.Account != "":
			s.Kind = KindExternal
		case f.trusts(o.Account):
			for _, a := range f.Agreements {
				if d := f.Viewer.direction(a, o.Shared); d != DirectionNone && a.ActiveAt(now) {
					s.Whys = append(s.Whys, Why{Agreement: a.ID, Kind: a.Kind, Account: a.Account, Direction: d, Until: a.Until})
				}
			}
			if len(s.Whys) == 0 {
				continue
			}
			s.Kind = KindTrusted
		default:
			continue
		}
		slices.SortFunc(s.Whys, func(a, b Why) int {
			return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Agreement, b.Agreement), cmp.Compare(a.Direction, b.Direction))
		})
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Sighting) int { return cmp.Compare(a.Org, b.Org) })
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

// direction says how an agreement names an organization of another account to the viewer; none when it opens nothing.
func (viewer Tenant) direction(a Agreement, o Shared) Direction {
	here, there := a.Account == viewer.ID, a.With == viewer.ID
	provides, buys := a.Provider == Ref{o.Account, o.ID}, a.Customer == Ref{o.Account, o.ID}
	switch {
	case here == there || a.Provider.Account == a.Customer.Account: // of others, or within one account
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
