package orgoverlay

import "context"

// Warning is something about an edit that was carried out. Path is the field's.
type Warning struct{ Path, Message string }

// Edit changes the local fields of an organization that the account sees: its own record's, or its overlay's. expect is the Version
// of the Record that the edit was made on.
//
// It needs an actor who edits. An organization that is not seen is ErrNotFound. Everything that is wrong with the patch is in one
// *Invalid, a financial ID that another record has is *InUse, and a record that has changed since is *Conflict, with the fields that
// both changed. A patch that changes nothing writes nothing.
func (s *Service) Edit(ctx context.Context, a Actor, org OrgID, p Patch, expect int64) (Record, []Warning, error) {
	return Record{}, nil, ErrUnsupported
}
