package tabular

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Options bound and steer a Reader. The zero value works.
type Options struct {
	// Comma stands between cells. Default: whichever of comma, tab and semicolon stands most often in the header line.
	Comma rune
	// Windows1252 allows an input without a byte order mark to be taken for Windows-1252: at the first byte that is not
	// UTF-8, when only ASCII came before it. Default: such an input is refused.
	Windows1252 bool
	// Unguard takes off the mark that a Writer put before a cell. Default: cells stay as they are.
	Unguard bool
	// Mark is the mark that Unguard takes off. Default: Apostrophe.
	Mark Mark
	// MaxBytes is how long the input may be. Default: 64 MiB.
	MaxBytes int64
	// MaxRows is how many records may follow the header. Default: 1,000,000.
	MaxRows int
	// MaxCols is how many columns the header may have. Default: 1,000.
	MaxCols int
	// MaxCell is how many bytes of UTF-8 a cell may have. Default: 32 KiB.
	MaxCell int
	// MaxRecord is how many bytes of UTF-8 a record may have, with its delimiters, quotation marks and the empty lines
	// before it. Default: 512 KiB.
	MaxRecord int
}

func (o Options) withDefaults() Options {
	or := func(n *int, otherwise int) {
		if *n == 0 {
			*n = otherwise
		}
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 64 << 20
	}
	if o.Mark == 0 {
		o.Mark = Apostrophe
	}
	or(&o.MaxRows, 1_000_000)
	or(&o.MaxCols, 1_000)
	or(&o.MaxCell, 32<<10)
	or(&o.MaxRecord, 512<<10)
	return o
}

// Row is one record after the header.
type Row struct {
	Line  int      // the line it begins in, from 1
	Cells []string // as many as the header has; the slice is used again for the next row, the strings may be kept
}

// Reader reads a table, record by record. It is for one goroutine.
type Reader struct {
	opts   Options
	text   *decoder
	source *source
	csv    *csv.Reader
	header []string
	column map[string]int
	rows   int
	inner  int   // ends of lines so far that encoding/csv did not count
	after  int   // the line after the last record
	err    error // what ended the reading
}

// NewReader reads the header from in. Errors are an *Error, except for an Options.Comma that cannot be one.
func NewReader(in io.Reader, opts Options) (*Reader, error) {
	opts = opts.withDefaults()
	r := &Reader{opts: opts, after: 1, column: map[string]int{}}
	r.text = newDecoder(in, opts.MaxBytes, opts.Windows1252)
	r.source = newSource(r.text, int64(opts.MaxRecord)+chunkSize)
	buffer := bufio.NewReaderSize(r.source, chunkSize)
	if r.opts.Comma == 0 {
		head, _ := buffer.Peek(chunkSize) // an error comes again when the header is read
		r.opts.Comma = sniffComma(head)
	}
	r.csv = csv.NewReader(buffer) // takes a buffer of this size as its own
	r.csv.Comma = r.opts.Comma
	r.csv.FieldsPerRecord = -1
	r.csv.ReuseRecord = true

	line, cells, err := r.record()
	switch {
	case err == io.EOF:
		return nil, &Error{Line: 1, Reason: ReasonEmpty, Text: "the input holds no header"}
	case err != nil:
		return nil, err
	case len(cells) > opts.MaxCols:
		return nil, &Error{Line: line, Reason: ReasonColumnCount, Text: fmt.Sprintf("%d columns, at most %d are read", len(cells), opts.MaxCols)}
	}
	if err := r.checkCells(line, cells); err != nil {
		return nil, err
	}
	r.header = append(r.header, cells...)
	for i, name := range r.header {
		if first, twice := r.column[name]; twice && name != "" {
			return nil, &Error{Line: line, Column: i + 1, Reason: ReasonHeader, Text: fmt.Sprintf("column %d has the name %q already", first+1, name)}
		}
		r.column[name] = i
	}
	return r, nil
}

// Header returns the names of the columns, as they stand in the input.
func (r *Reader) Header() []string { return append([]string(nil), r.header...) }

// Column returns where in Row.Cells the column of exactly this name stands, from 0; false when there is none.
func (r *Reader) Column(name string) (int, bool) {
	i, ok := r.column[name]
	return i, ok && name != ""
}

// Comma returns what stands between the cells.
func (r *Reader) Comma() rune { return r.opts.Comma }

// Charset returns what the input was taken for so far. Only from UTF8 to Windows1252 can it change while rows are read.
func (r *Reader) Charset() Charset { return r.text.charset }

// Rows yields the records after the header. An error is an *Error. When it is not Fatal, it refuses the row that comes
// with it, whose cells may then be of any number and size, and the next row follows. A second call goes on where the
// first was left.
func (r *Reader) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for r.err == nil {
			row, err := r.next()
			if err == io.EOF || !yield(row, err) {
				return
			}
		}
	}
}

func (r *Reader) next() (Row, error) {
	line, cells, err := r.record()
	if err != nil {
		return Row{}, err
	}
	if r.rows++; r.rows > r.opts.MaxRows {
		r.err = &Error{Line: line, Reason: ReasonRowCount, Text: fmt.Sprintf("more than %d rows", r.opts.MaxRows)}
		return Row{}, r.err
	}
	row := Row{Line: line, Cells: cells}
	if len(cells) != len(r.header) {
		return row, &Error{Line: line, Reason: ReasonCellCount, Text: fmt.Sprintf("%d cells under a header of %d", len(cells), len(r.header))}
	}
	return row, r.checkCells(line, cells)
}

// checkCells bounds the cells, and takes their guards off where that is asked for.
func (r *Reader) checkCells(line int, cells []string) error {
	for i, cell := range cells {
		if len(cell) > r.opts.MaxCell {
			return &Error{Line: line, Column: i + 1, Reason: ReasonCellSize, Text: fmt.Sprintf("the cell has %d bytes, at most %d are read", len(cell), r.opts.MaxCell)}
		}
		if r.opts.Unguard {
			cells[i] = r.opts.Mark.Unguard(cell)
		}
	}
	return nil
}

// record reads the next record and finds out the line it begins in. An error is kept: it ends the reading.
func (r *Reader) record() (line int, cells []string, err error) {
	from := r.csv.InputOffset()
	r.source.mark = from
	cells, err = r.csv.Read()
	r.inner += r.source.innerLines(from)
	if err != nil {
		r.err = r.fault(len(cells), err)
		return 0, nil, r.err
	}
	line, _ = r.csv.FieldPos(0)
	line += r.inner
	if r.csv.InputOffset()-from > int64(r.opts.MaxRecord) {
		r.err = &Error{Line: line, Reason: ReasonRecordSize, Text: fmt.Sprintf("the record is longer than %d bytes", r.opts.MaxRecord)}
		return 0, nil, r.err
	}
	last, _ := r.csv.FieldPos(len(cells) - 1)
	r.after = last + strings.Count(cells[len(cells)-1], "\n") + 1
	return line, cells, nil
}

// fault puts an error of encoding/csv or of the source in our words; cells is how many were read of the record.
func (r *Reader) fault(cells int, err error) error {
	var syntax *csv.ParseError
	if errors.As(err, &syntax) {
		text := "a quotation mark stands in a cell that does not begin with one"
		if errors.Is(err, csv.ErrQuote) {
			text = "the quotation marks around the cell do not end where the cell does"
		}
		return &Error{Line: syntax.StartLine + r.inner, Column: cells + 1, Reason: ReasonQuote, Text: text}
	}
	var own *Error
	switch {
	case err == io.EOF:
		return err
	case !errors.As(err, &own):
		return fmt.Errorf("tabular: read the header: %w", err) // the delimiter cannot be one
	case own.Reason == ReasonRecordSize:
		own.Line = r.after + r.inner
	}
	return own
}

// sniffComma chooses the delimiter by the first line of head that is not empty; without any, a comma.
func sniffComma(head []byte) rune {
	counts := map[byte]int{}
	quoted, begun := false, false
	for _, c := range head {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' && !quoted && begun {
			break
		}
		begun = begun || c != '\n' && c != '\r'
		if !quoted {
			counts[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte{';', '\t'} { // as often as the other: names hold commas sooner than semicolons, and no tabs
		if n := counts[c]; n > 0 && n >= counts[best] {
			best = c
		}
	}
	return rune(best)
}
