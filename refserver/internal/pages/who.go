package pages

import (
	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
)

// actor is who asks, as projects, shops and partners know them.
func (v *visit) actor() collab.Actor { return v.Actor(v.Context()) }

// keeper is who asks, as locations know them.
func (v *visit) keeper() locations.Actor { return v.Keeper(v.Context()) }

// viewer is who asks, as organizations know them, with the service of the account that they act in.
func (v *visit) viewer() (*orgoverlay.Service, orgoverlay.Actor) { return v.Viewer(v.Context()) }
