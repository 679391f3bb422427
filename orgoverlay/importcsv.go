package orgoverlay

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
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
	// Versions are those of the overlays that somebody has looked at, 0 for none that was there, as Record.Version and ImportedRow.Version say. A
	// row that would change an overlay of another version is left out, by the rule stale and ErrConflict. Organizations that are not in
	// the map are not checked. Default: none is.
	Versions map[OrgID]int64
	// Report is told of every row, in their order, once the page that the row stands in is carried out for good. Its error ends the import and
	// is returned; that page and those before it stay done and counted. Default: nobody is told.
	Report func(ImportedRow) error
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
// Rows are carried out in pages, in their order, each page in a transaction of its own. An error that ends the reading is returned
// (ErrInvalid, with line and reason) together with what was done before. It needs an actor who administers.
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
