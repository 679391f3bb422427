package orgoverlay

import "context"

// Viewing is an account that sees an organization of ours now, and by which agreements. What that account has laid over it, or whether
// it has, is not told.
type Viewing struct {
	Account Account
	Name    string
	Whys    []Why // ordered by account and agreement; Direction is what our organization is to them
}

// WhoSees returns the accounts that see one of our own organizations now, ordered by account. An organization that is not ours is
// ErrNotFound. It needs an actor who edits, audits or sees internal fields.
func (s *Service) WhoSees(ctx context.Context, a Actor, org OrgID) ([]Viewing, error) {
	return nil, ErrUnsupported
}
