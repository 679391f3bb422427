package orgoverlay

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// carried is what became of one page.
type carried struct {
	ImportResult
	rows     []ImportedRow // where somebody is told
	lines    map[OrgID]int
	released []OrgID
	taken    []Claim
}

// page carries out some rows in one transaction, or in a dry run decides them.
func (im *importer) page(ctx context.Context, rows []importRow) error {
	if len(rows) == 0 {
		return nil
	}
	var done carried
	var err error
	if im.options.DryRun {
		err = im.s.view(ctx, func(ctx context.Context, v View) (err error) {
			_, done, err = im.decide(ctx, v, rows)
			return err
		})
	} else {
		err = im.s.update(ctx, func(ctx context.Context, tx Tx) error {
			var d *desk
			var err error
			if d, done, err = im.decide(ctx, tx.View(), rows); err != nil {
				return err
			}
			return d.write(ctx, tx)
		})
	}
	if err != nil {
		return fmt.Errorf("orgoverlay: import from line %d: %w", rows[0].line, err)
	}
	r := &im.result
	r.Rows, r.Created, r.Updated = r.Rows+len(rows), r.Created+done.Created, r.Updated+done.Updated
	r.Unchanged, r.Failed = r.Unchanged+done.Unchanged, r.Failed+done.Failed
	r.Errors, r.Warnings = append(r.Errors, done.Errors...), append(r.Warnings, done.Warnings...)
	maps.Copy(im.lines, done.lines)
	if im.options.DryRun {
		im.remember(done)
	}
	for _, row := range done.rows {
		if err := im.options.Report(row); err != nil {
			return fmt.Errorf("orgoverlay: import: report line %d: %w", row.Line, err)
		}
	}
	return nil
}

// remember keeps what a page of a dry run would have changed about financial IDs.
func (im *importer) remember(done carried) {
	for _, org := range done.released {
		im.released[org] = true
	}
	for _, c := range done.taken {
		im.taken[c.Key] = append(im.taken[c.Key], c)
	}
}

// decide applies some rows to a desk. Rows are copied: a transaction can run again.
func (im *importer) decide(ctx context.Context, v View, rows []importRow) (*desk, carried, error) {
	done := carried{lines: map[OrgID]int{}}
	d, err := im.s.sit(ctx, v, im.actor, im.now)
	if err != nil {
		return nil, done, err
	}
	rows = slices.Clone(rows)
	if err := im.load(ctx, d, rows); err != nil {
		return nil, done, err
	}
	if im.options.Report != nil {
		done.rows = make([]ImportedRow, 0, len(rows))
	}
	for i := range rows {
		r := &rows[i]
		r.errors = slices.Clone(r.errors)
		o := im.find(d, r, &done)
		warnings, err := im.apply(ctx, d, o, r)
		if err != nil {
			return nil, done, err
		}
		became := done.count(d, o, r, warnings)
		if im.options.Report != nil {
			done.rows = append(done.rows, told(o, r, became, warnings))
		}
	}
	return d, done, nil
}

// apply carries a row out on the desk, unless something is wrong with it; what the edit is refused for is added to that.
func (im *importer) apply(ctx context.Context, d *desk, o *sheet, r *importRow) ([]RowError, error) {
	if len(r.errors) > 0 {
		return nil, nil
	}
	im.fill(d, o, r)
	if version, looked := im.options.Versions[o.ID]; looked && version != o.version {
		if _, c, err := d.patched(o, r.patch); err == nil && len(c) > 0 {
			r.stale()
			return nil, nil
		}
	}
	list, err := d.apply(ctx, edit{r.org, r.patch, anyVersion})
	if err != nil {
		return nil, r.refused(err)
	}
	var warnings []RowError
	for _, w := range list {
		warnings = append(warnings, RowError{Line: r.line, Column: ColumnFinancial, Rule: "in_use", Message: w.Message})
	}
	return warnings, nil
}

// told says of a row what Report is told.
func told(o *sheet, r *importRow, became Outcome, warnings []RowError) ImportedRow {
	out := ImportedRow{Line: r.line, Outcome: became, Errors: r.errors, Warnings: warnings}
	if o == nil {
		return out
	}
	out.Org, out.Version = o.ID, o.version
	if became != OutcomeFailed { // of one that failed they would be an earlier row's
		out.Changes = o.changes
	}
	return out
}

// load finds the organizations that are named without an ID, and lays everything that the rows need on the desk.
func (im *importer) load(ctx context.Context, d *desk, rows []importRow) error {
	var names []OrgName
	for _, r := range rows {
		if r.org == "" && r.name.Account != "" && r.name.Name != "" {
			names = append(names, r.name)
		}
	}
	byName := map[OrgName]OrgID{}
	if len(names) > 0 {
		named, err := d.v.Sight.Named(ctx, names)
		if err != nil {
			return fmt.Errorf("orgoverlay: find organizations by name: %w", err)
		}
		for _, n := range named {
			byName[n.OrgName] = n.Org
		}
	}
	var edits []edit
	for i := range rows {
		if r := &rows[i]; r.org == "" {
			r.org = byName[r.name]
		}
		if rows[i].org != "" {
			edits = append(edits, edit{org: rows[i].org, patch: rows[i].patch})
		}
	}
	if err := d.load(ctx, edits); err != nil {
		return err
	}
	for key, claims := range d.claims { // as the pages before would have left them
		claims = slices.DeleteFunc(claims, func(c Claim) bool { return im.released[c.Org] })
		d.claims[key] = append(claims, im.taken[key]...)
	}
	return nil
}

// find returns the sheet of the organization that a row is for, nil where there is none, and says what is wrong with the row before it is applied.
func (im *importer) find(d *desk, r *importRow, done *carried) *sheet {
	if len(r.errors) > 0 && r.org == "" {
		return nil
	}
	o := d.sheets[r.org]
	if o == nil || o.by.Kind != KindTrusted || r.name.Account != "" && o.Account != r.name.Account {
		r.unseen()
		return nil
	}
	first, twice := im.lines[r.org]
	if !twice {
		first, twice = done.lines[r.org]
	}
	if twice {
		r.fail("", "unique", fmt.Sprintf("the organization stands in line %d already", first), ErrInvalid)
		return o
	}
	done.lines[r.org] = r.line
	if r.extension != "" {
		switch e := d.extension; {
		case e.ID == "" || e.Name != r.extension:
			r.fail(ColumnExtension, "unknown", "is not the active extension", ErrInvalid)
		case e.Disabled:
			r.fail(ColumnExtension, "disabled", "is disabled", ErrInvalid)
		}
	}
	return o
}

// fill adds to a patch that clears custom fields which those are.
func (im *importer) fill(d *desk, o *sheet, r *importRow) {
	if !r.clear {
		return
	}
	r.patch.Custom = map[string]Opt[[]byte]{}
	for _, v := range d.lens.custom(o.local.Custom) {
		r.patch.Custom[v.ID] = Clear[[]byte]()
	}
}

// count adds what became of a row.
func (done *carried) count(d *desk, o *sheet, r *importRow, warnings []RowError) Outcome {
	done.Warnings = append(done.Warnings, warnings...)
	if len(r.errors) > 0 {
		done.Failed++
		done.Errors = append(done.Errors, r.errors...)
		return OutcomeFailed
	}
	if len(o.changes) == 0 {
		done.Unchanged++
		return OutcomeUnchanged
	}
	if o.rekeyed {
		done.released = append(done.released, o.ID)
		done.taken = append(done.taken, d.claim(o)...)
	}
	if o.version == 0 {
		done.Created++
		return OutcomeCreated
	}
	done.Updated++
	return OutcomeUpdated
}
