package orgoverlay

import (
	"context"
	"fmt"
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
// extension, saved or not, as if it were active. Nothing is written.
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
		d.extension, d.lens = e, NewLens(e, true)
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
		kept := make([]keptBy, len(list))
		for i, o := range list {
			kept[i] = keptBy{o.ID, o.Local.Custom}
		}
		if err := d.try(ctx, out, kept); err != nil {
			return err
		}
		if len(list) < q.Limit {
			return nil
		}
		last := list[len(list)-1]
		q.After = Cursor{SortKey(last.Name), last.ID}
	}
}

func (d *desk) tryOverlays(ctx context.Context, out *DryRun) error {
	for after := OrgID(""); ; {
		page, _, seen, err := overlayPage(ctx, d.v, d.now, after, dryRunPage)
		if err != nil || len(page) == 0 {
			return err
		}
		kept := make([]keptBy, len(page))
		for i, o := range page {
			kept[i] = keptBy{o.Org, o.Custom}
			if !seen[o.Org] {
				kept[i].org = ""
			}
		}
		if err := d.try(ctx, out, kept); err != nil {
			return err
		}
		if len(page) < dryRunPage {
			return nil
		}
		after = page[len(page)-1].Org
	}
}

// keptBy is the values of one record, and its organization; none when it is retained.
type keptBy struct {
	org    OrgID
	values []CustomValue
}

// try checks the values of some records.
func (d *desk) try(ctx context.Context, out *DryRun, records []keptBy) error {
	var all []CustomValue
	for _, r := range records {
		all = append(all, r.values...)
	}
	if err := d.loadPeople(ctx, all); err != nil {
		return err
	}
	for _, r := range records {
		for _, value := range r.values {
			wrong, err := d.check(value)
			if err != nil {
				return err
			}
			out.Values++
			out.Flagged += min(len(wrong), 1)
			for _, w := range wrong[:min(len(wrong), MaxKept-len(out.Kept))] {
				out.Kept = append(out.Kept, Kept{Org: r.org, Retained: r.org == "", FieldError: w})
			}
		}
	}
	return nil
}
