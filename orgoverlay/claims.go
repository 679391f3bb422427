package orgoverlay

import "context"

// FindFinancial returns the records that the account has under a financial ID and sees now, own ones among them, ordered by name
// and id; more than one only with Config.FinancialWarn. None is ErrNotFound.
func (s *Service) FindFinancial(ctx context.Context, a Actor, id string) ([]Record, error) {
	return nil, ErrUnsupported
}
