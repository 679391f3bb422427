package orgoverlay

import "context"

// mark makes an organization and everything below it internal, or not. Below the tied one all stays internal. What is marked that way
// already has nothing below it to change.
func mark(ctx context.Context, tx Tx, o Organization, internal bool, tied OrgID) error {
	if o.Internal == internal {
		return nil
	}
	o.Internal = internal
	if err := tx.Orgs.Put(ctx, o); err != nil {
		return err
	}
	return markBelow(ctx, tx, o.ID, internal, tied)
}

func markBelow(ctx context.Context, tx Tx, parent OrgID, internal bool, tied OrgID) error {
	children, err := tx.Orgs.Children(ctx, parent)
	if err != nil {
		return err
	}
	for _, c := range children {
		if c.ID == tied {
			continue
		}
		if err := mark(ctx, tx, c, internal, tied); err != nil {
			return err
		}
	}
	return nil
}

// retie marks what another tied organization makes internal, and then what is internal no more.
func retie(ctx context.Context, tx Tx, was, tied OrgID) error {
	if tied != "" {
		o, err := tx.Orgs.Organization(ctx, tied)
		if err != nil {
			return err
		}
		if err := mark(ctx, tx, o, true, tied); err != nil {
			return err
		}
	}
	if was == "" {
		return nil
	}
	o, err := tx.Orgs.Organization(ctx, was)
	if err != nil {
		return err
	}
	below, err := liesInternal(ctx, tx, o, tied)
	if err != nil {
		return err
	}
	return mark(ctx, tx, o, below, tied)
}

// liesInternal says whether an organization is the tied one or lies below an internal one. It does not when its parent is not there.
func liesInternal(ctx context.Context, tx Tx, o Organization, tied OrgID) (bool, error) {
	if o.ID == tied || o.Parent == "" {
		return o.ID == tied, nil
	}
	parent, err := tx.Orgs.Organization(ctx, o.Parent)
	return parent.Internal, err
}

// isBelow reports whether an organization is another, or lies below it.
func isBelow(ctx context.Context, tx Tx, org, above OrgID) (bool, error) {
	for org != above {
		o, err := tx.Orgs.Organization(ctx, org)
		if err != nil || o.Parent == "" {
			return false, err
		}
		org = o.Parent
	}
	return true, nil
}
