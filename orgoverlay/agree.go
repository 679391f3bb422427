package orgoverlay

import "context"

// Agreement returns one that is registered in the account.
func (s *Service) Agreement(ctx context.Context, a Actor, id AgreementID) (Agreement, error) {
	return Agreement{}, ErrUnsupported
}

// Agreements returns up to limit of those registered in the account with an id greater than after, ordered by id.
func (s *Service) Agreements(ctx context.Context, a Actor, after AgreementID, limit int) ([]Agreement, error) {
	return nil, ErrUnsupported
}

// SaveAgreement registers or changes an agreement in the account, whose side is the provider's; Version is the one that was read, 0 for a
// new one, whose ID may be empty. From and Until are made of the dates in its zone. A new one, or one with other parties, needs trust in force
// with the customer's side (ErrState); the customer of a new one is the organization tied to that account, later also
// another of that account or of its directory.
func (s *Service) SaveAgreement(ctx context.Context, a Actor, g Agreement) (Agreement, error) {
	return Agreement{}, ErrUnsupported
}
