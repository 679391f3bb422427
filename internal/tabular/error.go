package tabular

import (
	"fmt"
	"strings"
)

// Reason is what is wrong with an input, as a code.
type Reason string

// The reasons. Those of the first group refuse a record, and reading can go on; those of the second end it.
const (
	ReasonCellCount Reason = "cell_count" // more or fewer cells than the header
	ReasonCellSize  Reason = "cell_size"  // a cell over Options.MaxCell

	ReasonEmpty       Reason = "empty"        // not even a header
	ReasonHeader      Reason = "header"       // a name stands twice in the header
	ReasonEncoding    Reason = "encoding"     // not valid in its character set
	ReasonNUL         Reason = "nul"          // a NUL
	ReasonQuote       Reason = "quote"        // a quotation mark in a cell without such marks around it, or after their end
	ReasonRecordSize  Reason = "record_size"  // a record over Options.MaxRecord
	ReasonColumnCount Reason = "column_count" // more columns than Options.MaxCols
	ReasonRowCount    Reason = "row_count"    // more rows than Options.MaxRows
	ReasonByteCount   Reason = "byte_count"   // more bytes than Options.MaxBytes
	ReasonRead        Reason = "read"         // the underlying reader failed
)

// Error says what is wrong with an input, and where.
type Error struct {
	Line   int    // the line, from 1, that the record begins in; for bytes that are no text, the line they stand in
	Column int    // the cell in its record, from 1; 0 where the fault belongs to no cell
	Reason Reason // what is wrong, as a code
	Text   string // the same in words, without the place
	Err    error  // of the underlying reader; else nil
}

// Error gives place and words: "line 3, column 2: ...".
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "line %d", e.Line)
	if e.Column > 0 {
		fmt.Fprintf(&b, ", column %d", e.Column)
	}
	b.WriteString(": " + e.Text)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the error of the underlying reader.
func (e *Error) Unwrap() error { return e.Err }

// Fatal reports whether reading ends with this error. Otherwise it refuses one record, and the next one follows.
func (e *Error) Fatal() bool { return e.Reason != ReasonCellCount && e.Reason != ReasonCellSize }
