package orgoverlay

import "context"

// Tenant returns what the account says of itself.
func (s *Service) Tenant(ctx context.Context, a Actor) (Tenant, error) {
	return Tenant{}, ErrUnsupported
}

// SaveTenant writes it; t.Version is the one that was read, 0 for the first. The directory is said the first time and stays, because it
// opens that account's organizations: whether an account lies below a directory is the host's to decide. The tied organization, which
// must be one of ours, makes itself and what lies below it internal.
func (s *Service) SaveTenant(ctx context.Context, a Actor, t Tenant) (Tenant, error) {
	return Tenant{}, ErrUnsupported
}

// Trusts returns the trusts of the account, ordered by the other account.
func (s *Service) Trusts(ctx context.Context, a Actor) ([]Trust, error) { return nil, ErrUnsupported }

// SetTrust sets our half of the trust with another account: established (asked for, accepted, resumed), suspended or ended. It returns
// both halves together.
func (s *Service) SetTrust(ctx context.Context, a Actor, other Account, state TrustState) (Trust, error) {
	return Trust{}, ErrUnsupported
}

// Services returns up to limit services of the account with an id greater than after, ordered by id.
func (s *Service) Services(ctx context.Context, a Actor, after ServiceID, limit int) ([]ServiceEntry, error) {
	return nil, ErrUnsupported
}

// SaveService writes a service; its Version is the one that was read, 0 for a new one, whose ID may be empty. The provider is one of our organizations.
func (s *Service) SaveService(ctx context.Context, a Actor, e ServiceEntry) (ServiceEntry, error) {
	return ServiceEntry{}, ErrUnsupported
}

// People returns those of these people who are of the account or of its directory, ordered by id.
func (s *Service) People(ctx context.Context, a Actor, ids []PersonID) ([]Person, error) {
	return nil, ErrUnsupported
}

// SavePerson writes one of the account's people; Version is the one that was read, 0 for a new one, whose ID may be empty.
func (s *Service) SavePerson(ctx context.Context, a Actor, p Person) (Person, error) {
	return Person{}, ErrUnsupported
}
