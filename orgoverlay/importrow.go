package orgoverlay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/internal/tabular"
)

// RowError is what is wrong with one row of an import, or what is said of one that was carried out. Rows of organizations that the account
// does not see, and of those that do not exist, have the same words.
type RowError struct {
	Line    int    // that the row begins in, from 1
	Column  string // its name; empty where the fault belongs to no column
	Rule    string // as of a FieldError
	Message string
	Err     error // the sentinel that it is a case of: ErrNotFound, ErrAmbiguous, ErrInvalid, ErrInUse, ErrConflict; nil of a warning
}

// importRow is one row as it was read.
type importRow struct {
	line      int
	org       OrgID
	name      OrgName // given with the ID it is only checked: the account; without, it finds the organization
	extension string
	patch     Patch
	clear     bool // the custom cell is blank and blank cells clear
	errors    []RowError
}

func (r *importRow) fail(column, rule, message string, err error) {
	r.errors = append(r.errors, RowError{r.line, column, rule, message, err})
}

// unseen is said of every row whose organization is not a trusted one that the account sees, for whatever reason.
func (r *importRow) unseen() { r.fail("", "not_found", "no such trusted organization", ErrNotFound) }

// stale is said of a row that would change what somebody has changed since it was looked at.
func (r *importRow) stale() {
	r.fail("", "stale", "what is kept of the organization has changed since it was looked at", ErrConflict)
}

// layout is which cell of a row has which column; -1 is none.
type layout struct{ id, account, name, remarks, extension, custom, financial int }

// readLayout finds the columns. One that is not known is refused rather than passed over.
func readLayout(table *tabular.Reader) (layout, error) {
	wrong := &Invalid{Op: "import"}
	for i, name := range table.Header() {
		if !slices.Contains(columns, name) {
			wrong.add(fmt.Sprintf("column %d", i+1), "unknown", fmt.Sprintf("%q is not a column of trusted organizations", name))
		}
	}
	at := func(name string) int {
		if i, ok := table.Column(name); ok {
			return i
		}
		return -1
	}
	l := layout{at(ColumnID), at(ColumnAccount), at(ColumnName), at(ColumnRemarks), at(ColumnExtension), at(ColumnCustom), at(ColumnFinancial)}
	if l.id < 0 && l.name < 0 {
		wrong.add(ColumnID, "required", "neither this column nor Name is there")
	}
	return l, wrong.orNil()
}

// read makes of the cells of one row what is to be done.
func (l layout) read(row tabular.Row, blank Blank) importRow {
	cell := func(i int) string {
		if i < 0 {
			return ""
		}
		return row.Cells[i]
	}
	r := importRow{line: row.Line, org: OrgID(cell(l.id)), name: OrgName{Account(cell(l.account)), cell(l.name)}, extension: cell(l.extension)}
	if r.org == "" {
		r.readName()
	}
	text := func(column string, i int, set func(Opt[string])) {
		switch {
		case i < 0:
		case row.Cells[i] != "":
			set(Set(row.Cells[i]))
		case blank == BlankClear:
			set(Clear[string]())
		case blank == BlankError:
			r.blank(column)
		}
	}
	text(ColumnRemarks, l.remarks, func(o Opt[string]) { r.patch.Remarks = o })
	text(ColumnFinancial, l.financial, func(o Opt[string]) { r.patch.FinancialID = o })
	switch {
	case l.custom < 0:
	case strings.TrimSpace(row.Cells[l.custom]) != "":
		r.readCustom(row.Cells[l.custom])
	case blank == BlankClear:
		r.clear = true
	case blank == BlankError:
		r.blank(ColumnCustom)
	}
	return r
}

func (r *importRow) blank(column string) { r.fail(column, "blank", "is blank", ErrInvalid) }

// readName takes the account from its column, or from the end of a name such as "GigaTera @gigatera".
func (r *importRow) readName() {
	if i := strings.LastIndex(r.name.Name, " @"); r.name.Account == "" && i > 0 {
		r.name = OrgName{Account(r.name.Name[i+2:]), r.name.Name[:i]}
	}
	switch {
	case r.name.Name == "":
		r.fail("", "required", "has neither an ID nor a name", ErrInvalid)
	case r.name.Account == "":
		r.fail(ColumnName, "ambiguous", "a name without its account says too little", ErrAmbiguous)
	}
}

// readCustom reads a JSON array of {"id","value"}; a value of null clears the field, and fields that are not listed stay.
func (r *importRow) readCustom(cell string) {
	var list []struct {
		ID    string          `json:"id"`
		Value json.RawMessage `json:"value"`
	}
	d := json.NewDecoder(bytes.NewReader([]byte(cell)))
	d.DisallowUnknownFields()
	err := d.Decode(&list)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = ErrInvalid
		}
	}
	if err != nil || list == nil {
		r.fail(ColumnCustom, "json", `is not a JSON array of {"id","value"}`, ErrInvalid)
		return
	}
	r.patch.Custom = map[string]Opt[[]byte]{}
	for _, f := range list {
		_, twice := r.patch.Custom[f.ID]
		switch {
		case f.ID == "" || f.Value == nil:
			r.fail(ColumnCustom, "json", "an entry lacks its id or its value", ErrInvalid)
		case twice:
			r.fail(ColumnCustom, "unique", fmt.Sprintf("%s: stands twice", f.ID), ErrInvalid)
		case string(f.Value) == "null":
			r.patch.Custom[f.ID] = Clear[[]byte]()
		default:
			r.patch.Custom[f.ID] = Set([]byte(f.Value))
		}
	}
}

// refused puts the refusal of an edit in the words of a row; what is no refusal is returned.
func (r *importRow) refused(err error) error {
	var wrong *Invalid
	var used *InUse
	switch {
	case errors.As(err, &wrong):
		for _, f := range wrong.Fields {
			switch id, custom := strings.CutPrefix(f.Path, "custom."); {
			case custom:
				r.fail(ColumnCustom, f.Rule, id+": "+f.Message, ErrInvalid)
			case f.Path == "financial_id":
				r.fail(ColumnFinancial, f.Rule, f.Message, ErrInvalid)
			default:
				r.fail(ColumnRemarks, f.Rule, f.Message, ErrInvalid)
			}
		}
	case errors.As(err, &used) && used.Retained:
		r.fail(ColumnFinancial, "in_use", "is already in use by a retained overlay", ErrInUse)
	case errors.As(err, &used):
		r.fail(ColumnFinancial, "in_use", fmt.Sprintf("is already in use by organization %s", used.Org), ErrInUse)
	default:
		return err
	}
	return nil
}
