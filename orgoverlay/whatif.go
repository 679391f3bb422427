package orgoverlay

import (
	"context"
	"time"
)

// Supposition is one change that is thought of. One of Agreement, Trust and Service is given.
type Supposition struct {
	// Agreement is one of ours as it would be saved: a new one has no ID or one that is not there yet.
	Agreement *Agreement
	// Trust is the state that our half of the trust with Other would have. What we cannot know, the other half, is taken to agree.
	Trust TrustState
	Other Account
	// Service is one of ours with another provider.
	Service *ServiceEntry
	// At is the moment that is looked at; what is so now is compared with what would be so then. Default: now.
	At time.Time
}

// Glimpse is one organization that one account comes to see, or sees no more. The account is ours, or the organization is.
type Glimpse struct {
	Viewer Account
	Owner  Account
	Org    OrgID
	Name   string // empty of an organization that we do not see before or after
}

// Forecast is what a supposition would change, each ordered by viewer, owner and organization.
type Forecast struct{ Gains, Losses []Glimpse }

// WhatIf tells who would gain or lose sight of what, as far as we may know: others' organizations seen by us, and ours seen by others.
// Nothing is changed. It needs an actor who administers; a supposition that could not be saved is refused as saving it would be.
func (s *Service) WhatIf(ctx context.Context, a Actor, suppose Supposition) (Forecast, error) {
	return Forecast{}, ErrUnsupported
}
