package orgoverlay

import (
	"context"
	"fmt"
	"time"
)

// MaxKept is how many values a DryRun lists; all are counted.
const MaxKept = 1000

// DryRun says what a version of an extension would make of the values that are kept.
type DryRun struct {
	Values  int    // looked at
	Flagged int    // that the version would not take, or has no field for
	Kept    []Kept // the first MaxKept of those, own organizations first, else ordered by organization
}

// Kept is one value that would be kept without being right. Path is custom.<id> and the place within the value.
type Kept struct {
	Org      OrgID // empty when Retained
	Retained bool  // it lies over an organization that the account does not see at present
	FieldError
}

// dryRunPage is how many records are read at a time.
const dryRunPage = 500

// DryRunExtension checks every custom value that the account keeps, over its own organizations and others', against the fields of an
// extension, saved or not, as if it were active. Nothing is written, and no value is told.
func (s *Service) DryRunExtension(ctx context.Context, a Actor, e Extension) (DryRun, error) {
	if err := s.allow(a, a.Administers(), "try an extension"); err != nil {
		return DryRun{}, err
	}
	if e.Category == "" {
		e.Category = Category
	}
	if err := s.checkExtension(e); err != nil {
		return DryRun{}, err
	}
	now := s.now()
	var out DryRun
	err := s.view(ctx, func(ctx context.Context, v View) error {
		out = DryRun{}
		if e.Category != Category {
			return nil // no value is of such an extension
		}
		d, err := s.sit(ctx, v, a, now)
		if err != nil {
			return err
		}
		d.extension, d.lens = e, look(e, true)
		if err := d.tryOwn(ctx, &out); err != nil {
			return err
		}
		return d.tryOverlays(ctx, &out)
	})
	return out, err
}

func (d *desk) tryOwn(ctx context.Context, out *DryRun) error {
	q := Query{Now: d.now, Owner: d.s.account, Limit: dryRunPage}
	for {
		list, err := d.v.Sight.List(ctx, q)
		if err != nil {
			return fmt.Errorf("orgoverlay: list organizations: %w", err)
		}
		for _, o := range list {
			if err := d.try(out, o.Local.Custom, o.ID); err != nil {
				return err
			}
		}
		if len(list) < q.Limit {
			return nil
		}
		last := list[len(list)-1]
		q.After = Cursor{SortKey(last.Name), last.ID}
	}
}

func (d *desk) tryOverlays(ctx context.Context, out *DryRun) error {
	return pagesOfOverlays(ctx, d.v, d.now, dryRunPage, func(page []Overlay, f Facts, seen map[OrgID]bool) error {
		for _, o := range page {
			org := o.Org
			if !seen[org] {
				org = ""
			}
			if err := d.try(out, o.Custom, org); err != nil {
				return err
			}
		}
		return nil
	})
}

// try checks the values of one record; one without a name is retained.
func (d *desk) try(out *DryRun, values []CustomValue, org OrgID) error {
	for _, value := range values {
		wrong, err := d.check(value)
		if err != nil {
			return err
		}
		out.Values++
		if len(wrong) == 0 {
			continue
		}
		out.Flagged++
		for _, w := range wrong {
			if len(out.Kept) < MaxKept {
				out.Kept = append(out.Kept, Kept{Org: org, Retained: org == "", FieldError: w})
			}
		}
	}
	return nil
}

// pagesOfOverlays hands every overlay to fn, page by page, with the facts about its organizations and which of them are seen.
func pagesOfOverlays(ctx context.Context, v View, now time.Time, size int, fn func([]Overlay, Facts, map[OrgID]bool) error) error {
	for after := OrgID(""); ; {
		page, f, seen, err := overlayPage(ctx, v, now, after, size)
		if err != nil || len(page) == 0 {
			return err
		}
		if err := fn(page, f, seen); err != nil {
			return err
		}
		if len(page) < size {
			return nil
		}
		after = page[len(page)-1].Org
	}
}
