package orgoverlay

import "context"

// Organization returns an organization as the account reads it, with every reason why it is seen. One that is not seen and one that
// does not exist are the same ErrNotFound.
func (s *Service) Organization(ctx context.Context, a Actor, org OrgID) (Record, error) {
	return Record{}, ErrUnsupported
}

// Explain says of every field of a record that the actor may see where its value comes from, in the order of Source.Path's comment.
func (s *Service) Explain(ctx context.Context, a Actor, org OrgID) ([]Source, error) {
	return nil, ErrUnsupported
}
