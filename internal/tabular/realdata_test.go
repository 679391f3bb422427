package tabular

import (
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// realData opens a file of the folder that MSPKIT_DATA names.
func realData(tb testing.TB, name string) *os.File {
	tb.Helper()
	dir := os.Getenv("MSPKIT_DATA")
	if dir == "" {
		tb.Skipf("MSPKIT_DATA does not name the folder that holds %s", name)
	}
	file, err := os.Open(filepath.Join(dir, name))
	if os.IsNotExist(err) {
		tb.Skipf("the real data is not here: %v (MSPKIT_DATA names its folder)", err)
	}
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = file.Close() })
	return file
}

func TestRealStoresAreReadAsTheyStand(t *testing.T) {
	t.Parallel()
	file := realData(t, "stores-world-2017.csv")
	r, err := NewReader(file, Options{})
	require.NoError(t, err)
	require.Len(t, r.Header(), 13)
	number, ok := r.Column("Store Number")
	require.True(t, ok)

	again, err := os.Open(file.Name())
	require.NoError(t, err)
	defer again.Close()
	plain := csv.NewReader(again)
	_, err = plain.Read()
	require.NoError(t, err)

	rows, last, controls, outer := 0, 0, 0, 0
	first := map[string]int{}
	var twice [][2]int
	for row, err := range r.Rows() {
		require.NoError(t, err)
		rows++
		last = row.Line
		want, err := plain.Read()
		require.NoError(t, err)
		line, _ := plain.FieldPos(0)
		require.Equal(t, line, row.Line, "one cell of this file spans two lines")
		require.Empty(t, cmp.Diff(want, row.Cells))
		all := strings.Join(row.Cells, "")
		if strings.ContainsFunc(all, func(r rune) bool { return r >= 0x80 && r < 0xa0 }) {
			controls++
		}
		for _, cell := range row.Cells {
			if strings.TrimSpace(cell) != cell {
				outer++
				break
			}
		}
		if line, seen := first[row.Cells[number]]; seen {
			twice = append(twice, [2]int{line, row.Line})
		} else {
			first[row.Cells[number]] = row.Line
		}
	}
	_, err = plain.Read()
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, 25_600, rows)
	require.Len(t, twice, 1, "one number stands twice: %v", twice)
	require.Equal(t, 25_602, last, "so the last record begins a line later than it would")
	require.Positive(t, controls, "C1 control characters are kept")
	require.Positive(t, outer, "leading and trailing blanks are kept")
}

// endless gives the same bytes for ever.
type endless string

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		n += copy(p[n:], e)
	}
	return n, nil
}

// A line without an end, a cell without an end, columns without an end and nothing but line ends are all refused after a
// bounded read, in bounded memory; a table without an end is read in the memory of one row.
func TestMemoryIsBounded(t *testing.T) { // not parallel: it measures
	for _, c := range []struct {
		name   string
		in     io.Reader
		line   int
		reason Reason
	}{
		{"one line", endless("a"), 1, ReasonRecordSize},
		{"one cell", io.MultiReader(strings.NewReader("a\n1\n\"2\r3\n\"\n\""), endless("line\n")), 6, ReasonRecordSize},
		{"all columns", endless(",,,,,,,"), 1, ReasonRecordSize},
		{"empty lines", endless("\n\r"), 1, ReasonRecordSize},
		{"many rows", io.MultiReader(strings.NewReader("a,b\n"), endless("1,2\n3,4\n")), 500_002, ReasonRowCount},
	} {
		opts := Options{MaxBytes: 1 << 40, MaxRows: 500_000}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		r, err := NewReader(c.in, opts)
		peak := uint64(0)
		if err == nil {
			n := 0
			for _, err = range r.Rows() {
				if n++; n%100_000 == 0 {
					runtime.GC()
					runtime.ReadMemStats(&after)
					peak = max(peak, after.HeapAlloc)
				}
			}
		}
		runtime.ReadMemStats(&after)
		peak = max(peak, after.HeapAlloc)
		var refused *Error
		require.ErrorAs(t, err, &refused, c.name)
		require.Equal(t, c.reason, refused.Reason, c.name)
		require.Equal(t, c.line, refused.Line, c.name)
		const bound = 64 << 20
		require.Less(t, peak, before.HeapAlloc+bound, "%s: %v", c.name, err)
		t.Logf("%s: %d KiB; %v", c.name, (int64(peak)-int64(before.HeapAlloc))>>10, err)
	}
}
