package tabular

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mspkit/mspkit/internal/textnorm"
)

// Writer writes a table in UTF-8, its lines ended by LF, every cell under a guard, the header's too. A Reader with the same
// Comma and Mark and with Options.Unguard gives back what was written.
type Writer struct {
	// Mark is what guards. It is set before the first record. Default: Apostrophe.
	Mark   Mark
	buffer *bufio.Writer
	csv    *csv.Writer
	cells  []string
	begun  bool
}

// NewWriter returns a Writer with comma between the cells; 0 stands for a comma.
func NewWriter(out io.Writer, comma rune) *Writer {
	w := &Writer{Mark: Apostrophe, buffer: bufio.NewWriter(out)}
	w.csv = csv.NewWriter(w.buffer) // takes a buffer of this size as its own
	if comma != 0 {
		w.csv.Comma = comma
	}
	return w
}

// Write writes one record; the header is the first. It refuses a record of no cells, and cells that no Reader would take:
// those with a NUL or with bytes that are not UTF-8. Nothing of a refused record is written.
func (w *Writer) Write(cells []string) error {
	if len(cells) == 0 {
		return errors.New("tabular: write a record of no cells")
	}
	w.cells = w.cells[:0]
	for i, cell := range cells {
		if err := textnorm.ValidText(cell); err != nil {
			return fmt.Errorf("tabular: write column %d: %w", i+1, err)
		}
		w.cells = append(w.cells, w.Mark.Guard(cell))
	}
	if !w.begun && strings.HasPrefix(w.cells[0], byteOrderMark) {
		_, _ = w.buffer.WriteString(byteOrderMark) // else the cell's own would be taken for one; Flush tells an error
	}
	w.begun = true
	if len(w.cells) == 1 && w.cells[0] == "" {
		_, err := w.buffer.WriteString("\"\"\n") // an empty line is no record
		return err
	}
	return w.csv.Write(w.cells)
}

// Flush passes on what is buffered, and tells the first error of writing.
func (w *Writer) Flush() error { return w.buffer.Flush() }
