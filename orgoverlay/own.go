package orgoverlay

import "context"

// Own returns one of the account's own organizations whole, but for custom values that the actor may not see.
func (s *Service) Own(ctx context.Context, a Actor, org OrgID) (Organization, error) {
	return Organization{}, ErrUnsupported
}

// SaveOrganization writes the shared and base fields of one of the account's own organizations; Version is the one that was read, 0 for a
// new one, whose ID may be empty. Its local fields are not written: they change by Edit. Internal, Revision and the account's name are
// kept by the service.
func (s *Service) SaveOrganization(ctx context.Context, a Actor, o Organization) (Organization, error) {
	return Organization{}, ErrUnsupported
}

// DeleteOrganization takes an own organization out of every list, ours and others'. One that is tied to the account, that
// others lie below, or that a service of ours provides by is refused with ErrState. Whether others have laid anything over it makes no difference.
func (s *Service) DeleteOrganization(ctx context.Context, a Actor, org OrgID, expect int64) error {
	return ErrUnsupported
}
