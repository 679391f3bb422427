package orgoverlay

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/mspkit/mspkit/internal/tabular"
)

// Blank is what a blank cell of an import means for a field. There is no default.
type Blank uint8

const (
	BlankNone  Blank = iota // invalid: somebody has to choose
	BlankKeep               // the field stays as it is
	BlankClear              // the field is cleared; of Custom Fields, every field of the active extension
	BlankError              // the row is refused
)

var blankNames = []string{"", "keep", "clear", "error"}

func (b Blank) String() string { return nameOf(blankNames, b) }

// ParseBlank reads what String wrote; an unknown name is BlankNone.
func ParseBlank(s string) Blank { return parse[Blank](blankNames, s) }

// ImportOptions say how a table is read.
type ImportOptions struct {
	// Blank is what a blank cell means. It is required.
	Blank Blank
	// DryRun reports what the import would do and writes nothing.
	DryRun bool
	// Comma stands between cells. Default: whichever of comma, tab and semicolon stands most often in the header line.
	Comma rune
}

// ImportResult says what an import did, or would do.
type ImportResult struct {
	Rows                                int        // read
	Created, Updated, Unchanged, Failed int        // overlays; together as many as Rows
	Errors                              []RowError // of the failed rows, by line; a row can have several
	Warnings                            []RowError // about rows that were carried out
}

// importPage is how many rows one transaction carries out.
const importPage = 500

// Import reads a table of trusted organizations, in UTF-8 or UTF-16 with a byte order mark, CSV or TSV, and edits what the account has laid over
// them: Remarks, Financial ID and Custom Fields, each as Edit would. Columns that are not there leave their fields alone; others than
// Export's are refused. It can make no organization and change no shared field.
//
// A row is for the organization of its ID, which with an Organization Account must be of that account; or, without an ID, for that of its Name
// in its Organization Account. Whatever is wrong with a row is reported with its line, and the other rows are carried out. Each organization can
// stand in one row. UI Extension, where it is given, must be the name of the active extension.
//
// Rows are carried out in pages, in their order. An error that ends the reading is returned (ErrInvalid, with line and reason)
// together with what was done before. It needs an actor who administers.
func (s *Service) Import(ctx context.Context, a Actor, table io.Reader, o ImportOptions) (ImportResult, error) {
	var out ImportResult
	if err := s.allow(a, a.Administers(), "import"); err != nil {
		return out, err
	}
	if o.Blank.String() == "" {
		return out, &Invalid{Op: "import", Fields: []FieldError{{"blank", "required", "what a blank cell means must be chosen: keep, clear or error"}}}
	}
	digest := sha256.New()
	in, err := tabular.NewReader(io.TeeReader(table, digest), tabular.Options{Comma: o.Comma, Unguard: true, Mark: tabular.Tab,
		MaxCell: importCell, MaxRecord: 2 * importCell})
	if err != nil {
		return out, unreadable(err)
	}
	columns, err := readLayout(in)
	if err != nil {
		return out, err
	}
	im := &importer{s: s, actor: a, options: o, now: s.now(), lines: map[OrgID]int{}, released: map[OrgID]bool{}, taken: map[string][]Claim{}}
	stopped := im.run(ctx, in, columns)
	if im.result.Created+im.result.Updated > 0 && !o.DryRun {
		why := fmt.Sprintf("sha256:%x, %d rows: %d created, %d updated, %d unchanged, %d failed", digest.Sum(nil), im.result.Rows, im.result.Created,
			im.result.Updated, im.result.Unchanged, im.result.Failed)
		err := s.update(ctx, func(ctx context.Context, tx Tx) error {
			return tx.History.Append(ctx, []Entry{s.entry(im.now, a, "import", "trusted_organizations", "imported", why)})
		})
		stopped = errors.Join(stopped, err)
	}
	return im.result, stopped
}

// importCell is how many bytes a cell may have: room for many long custom values. The table as a whole is bounded too.
const importCell = 4 << 20

func unreadable(err error) error { return fmt.Errorf("orgoverlay: import: %w: %w", ErrInvalid, err) }

// importer carries the rows of one table out.
type importer struct {
	s       *Service
	actor   Actor
	options ImportOptions
	now     time.Time
	result  ImportResult
	lines   map[OrgID]int // of organizations that have stood in a row
	// What a dry run would have changed about financial IDs in the pages before: who gave one up, and who took which.
	released map[OrgID]bool
	taken    map[string][]Claim
}

// run reads all rows and carries them out page by page. Its error is what ended it.
func (im *importer) run(ctx context.Context, in *tabular.Reader, columns layout) error {
	var page []importRow
	var end error
	for row, err := range in.Rows() {
		var fault *tabular.Error
		if errors.As(err, &fault) && fault.Fatal() {
			end = unreadable(err)
			break
		}
		if err != nil {
			r := importRow{line: row.Line}
			r.fail("", string(fault.Reason), fault.Text, ErrInvalid)
			page = append(page, r)
		} else {
			page = append(page, columns.read(row, im.options.Blank))
		}
		if len(page) == importPage {
			if err := im.page(ctx, page); err != nil {
				return err
			}
			page = page[:0]
		}
	}
	return errors.Join(im.page(ctx, page), end)
}

// outcome is what became of one page.
type outcome struct {
	ImportResult
	lines    map[OrgID]int
	released []OrgID
	taken    []Claim
}

// page carries out some rows in one transaction, or in a dry run decides them.
func (im *importer) page(ctx context.Context, rows []importRow) error {
	if len(rows) == 0 {
		return nil
	}
	var done outcome
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
	return nil
}

// remember keeps what a page of a dry run would have changed about financial IDs.
func (im *importer) remember(done outcome) {
	for _, org := range done.released {
		im.released[org] = true
	}
	for _, c := range done.taken {
		im.taken[c.Key] = append(im.taken[c.Key], c)
	}
}

// decide applies some rows to a desk. Rows are copied: a transaction can run again.
func (im *importer) decide(ctx context.Context, v View, rows []importRow) (*desk, outcome, error) {
	done := outcome{lines: map[OrgID]int{}}
	d, err := im.s.sit(ctx, v, im.actor, im.now)
	if err != nil {
		return nil, done, err
	}
	rows = slices.Clone(rows)
	if err := im.load(ctx, d, rows); err != nil {
		return nil, done, err
	}
	for i := range rows {
		r := &rows[i]
		r.errors = slices.Clone(r.errors)
		o := im.find(d, r, &done)
		if o == nil || len(r.errors) > 0 {
			done.fail(r)
			continue
		}
		im.fill(d, o, r)
		warnings, err := d.apply(ctx, edit{r.org, r.patch, anyVersion})
		if err != nil {
			if err := r.refused(err); err != nil {
				return nil, done, err
			}
			done.fail(r)
			continue
		}
		for _, w := range warnings {
			done.Warnings = append(done.Warnings, RowError{Line: r.line, Column: ColumnFinancial, Rule: "in_use", Message: w.Message})
		}
		done.count(d, o)
	}
	return d, done, nil
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

// find returns the sheet that a row is for, and says what is wrong with the row before it is applied.
func (im *importer) find(d *desk, r *importRow, done *outcome) *sheet {
	o := d.sheets[r.org]
	if len(r.errors) > 0 && r.org == "" {
		return nil
	}
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
		return nil
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

func (done *outcome) fail(r *importRow) {
	done.Failed++
	done.Errors = append(done.Errors, r.errors...)
}

// count says what became of a row that was applied.
func (done *outcome) count(d *desk, o *sheet) {
	switch {
	case len(o.changes) == 0:
		done.Unchanged++
		return
	case o.version == 0:
		done.Created++
	default:
		done.Updated++
	}
	if o.rekeyed {
		done.released = append(done.released, o.ID)
		done.taken = append(done.taken, d.claim(o)...)
	}
}
