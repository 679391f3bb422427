package api

import (
	"cmp"
	"context"
	"errors"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// Actor is who asks, as projects, shops and partners know them. Who is not signed in, or acts in another account than the system's own,
// or works neither with projects nor as operator there, acts for no system, which every service refuses.
func (c Config) Actor(ctx context.Context) collab.Actor {
	who, _ := staff.Of(ctx)
	if who.Account != c.Self.System || !who.Holds(staff.Works, staff.Operates) {
		return collab.Actor{}
	}
	return collab.Actor{Name: nameOf(who), System: collab.SystemID(c.Self.System), Operator: who.Holds(staff.Operates)}
}

// Keeper is who asks, as locations know them.
func (c Config) Keeper(ctx context.Context) locations.Actor {
	a := c.Actor(ctx)
	return locations.Actor{Name: a.Name, System: locations.Account(a.System)}
}

// Viewer is who asks, as organizations know them, with the service of the account that they act in. For who is not signed in it is a
// service of no account and an actor without roles, which it refuses.
func (c Config) Viewer(ctx context.Context) (*orgoverlay.Service, orgoverlay.Actor) {
	who, _ := staff.Of(ctx)
	actor := orgoverlay.Actor{ID: orgoverlay.PersonID(who.ID()), Name: nameOf(who), Home: orgoverlay.Account(who.Home), On: orgoverlay.Account(who.Account)}
	for _, r := range who.Roles {
		actor.Roles = append(actor.Roles, orgoverlay.Role(r))
	}
	return c.Orgs(who.Account), actor
}

// What stands between somebody and what they ask for.
var (
	ErrSignIn  = errors.New("not signed in")
	ErrConfirm = errors.New("the password is asked for again before this")
)

// nameOf is how history names somebody.
func nameOf(who staff.Who) string { return cmp.Or(who.Name, who.Email, who.ID()) }
