package orgoverlay

import "context"

// ListQuery selects organizations that the account sees. Zero fields do not select.
type ListQuery struct {
	Kinds       []Kind
	Owner       Account
	Enabled     *bool
	FinancialID string // as people write it
	// Search is text that must stand, whatever its case and accents, in the name, the contacts, the remarks, the financial ID or a custom
	// value that the actor may see.
	Search string
	After  string // the Next of the page before
	Limit  int    // at most 100. Default: 20
}

// Page is part of a list, ordered by the name without case and accents, then the id. Its records have no Whys and no Form.Flagged.
type Page struct {
	Records []Record
	Next    string // where the next page begins; empty after the last
}

// List returns one page. A Limit or an After that cannot be is ErrInvalid.
func (s *Service) List(ctx context.Context, a Actor, q ListQuery) (Page, error) {
	return Page{}, ErrUnsupported
}

// Count returns how many organizations the query selects on all pages.
func (s *Service) Count(ctx context.Context, a Actor, q ListQuery) (int64, error) {
	return 0, ErrUnsupported
}
