package tabular

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// table reads everything, a line of text for each row or error.
func table(in io.Reader, opts Options) []string {
	r, err := NewReader(in, opts)
	if err != nil {
		return []string{"! " + err.Error()}
	}
	out := []string{strings.Join(r.Header(), "|")}
	for row, err := range r.Rows() {
		if err != nil {
			out = append(out, "! "+err.Error())
			continue
		}
		out = append(out, fmt.Sprintf("%d %s", row.Line, strings.Join(row.Cells, "|")))
	}
	return out
}

func utf16Text(s string, bigEndian bool) string {
	var b strings.Builder
	for _, r := range s { // the plane that needs no pairs is enough here
		if bigEndian {
			b.WriteString(string([]byte{byte(r >> 8), byte(r)}))
		} else {
			b.WriteString(string([]byte{byte(r), byte(r >> 8)}))
		}
	}
	return b.String()
}

func TestReader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   string
		opts Options
		want []string
	}{
		{"commas", "id,name\n1,Eugene\n2,\"Salem, OR\"\n", Options{}, []string{"id|name", "2 1|Eugene", "3 2|Salem, OR"}},
		{"tabs are found in the header", "id\tname, city\n1\tEugene\n", Options{}, []string{"id|name, city", "2 1|Eugene"}},
		{"semicolons are found in the header", "id;name\n1;a,b,c\n", Options{}, []string{"id|name", "2 1|a,b,c"}},
		{"quoted delimiters in the header do not count", "\"a;b;c\",d\n1,2\n", Options{}, []string{"a;b;c|d", "2 1|2"}},
		{"a delimiter that is given is not sought", "a;b,c,d\n1;2\n", Options{Comma: ';'}, []string{"a|b,c,d", "2 1|2"}},
		{"the last line needs no end", "a,b\n1,2", Options{}, []string{"a|b", "2 1|2"}},
		{"text stays as it is", "a,b \n  x ,\u0085y\n", Options{}, []string{"a|b ", "2   x |\u0085y"}},
		{"UTF-8 with a mark", "\ufeffa,b\n1,\ufeff2\n", Options{}, []string{"a|b", "2 1|\ufeff2"}},
		{"UTF-16, little end first", "\xff\xfe" + utf16Text("a;b\r\né;€\r\n", false), Options{}, []string{"a|b", "2 é|€"}},
		{"UTF-16, big end first", "\xfe\xff" + utf16Text("a;b\né;€\n", true), Options{}, []string{"a|b", "2 é|€"}},
		{"UTF-16 with a pair", "\xff\xfea\x00\n\x00\x3d\xd8\x00\xde", Options{}, []string{"a", "2 😀"}},
		{"UTF-16 with half a pair", "\xff\xfea\x00\n\x00\x3d\xd8b\x00", Options{}, []string{"a", "! line 2: the text is not valid utf-16le"}},
		{"UTF-16 that ends with half a pair", "\xff\xfea\x00\n\x00\x3d\xd8", Options{}, []string{"a", "! line 2: the text is not valid utf-16le"}},
		{"UTF-16 of odd length", "\xff\xfea\x00\n\x00b\x00c", Options{}, []string{"a", "! line 2: the text is not valid utf-16le"}},
		{"UTF-16 keeps a replacement character", "\xff\xfea\x00\n\x00\xfd\xff", Options{}, []string{"a", "2 \ufffd"}},
		{"NUL in UTF-16", "\xff\xfea\x00\n\x00\x00\x00", Options{}, []string{"a", "! line 2: a NUL stands in the text"}},
		{"NUL", "a,b\n1,2\n3,\x00\n", Options{}, []string{"a|b", "2 1|2", "! line 3: a NUL stands in the text (UTF-16 without a byte order mark?)"}},
		{"not UTF-8", "a,b\r1,2\r\r3,\xe9\r", Options{}, []string{"a|b", "2 1|2", "! line 4: the text is not valid utf-8"}},
		{"UTF-8 that is cut off", "a\n\xc3", Options{}, []string{"a", "! line 2: the text is not valid utf-8"}},
		{"Windows-1252 where it is allowed", "a,b\n1,2\ncaf\xe9,\x80\n", Options{Windows1252: true}, []string{"a|b", "2 1|2", "3 café|€"}},
		{"UTF-8 where Windows-1252 is allowed", "a\ncafé\n", Options{Windows1252: true}, []string{"a", "2 café"}},
		{"UTF-8 that goes wrong later is not Windows-1252", "a\ncafé\n\xe9\n", Options{Windows1252: true}, []string{"a", "2 café", "! line 3: the text is not valid utf-8"}},
		{"a mark rules Windows-1252 out", "\ufeffa\n\xe9\n", Options{Windows1252: true}, []string{"a", "! line 2: the text is not valid utf-8"}},
		{"a byte that Windows-1252 lacks", "a\n\xe9\x81\n", Options{Windows1252: true}, []string{"a", "! line 2: the text is not valid windows-1252"}},
		{"NUL in Windows-1252", "a\n\xe9\n\x00\n", Options{Windows1252: true}, []string{"a", "2 é", "! line 3: a NUL stands in the text (UTF-16 without a byte order mark?)"}},
		{"CR alone ends lines", "a,b\r1,2\r\"3\",4\r", Options{}, []string{"a|b", "2 1|2", "3 3|4"}},
		{"CRLF", "a,b\r\n1,2\r\n\r\n3,4\r\n", Options{}, []string{"a|b", "2 1|2", "4 3|4"}},
		{"a row begins in the line of its first cell", "a,b\n\n\"1\n1\",\"2\n\n2\"\n3,4\n", Options{}, []string{"a|b", "3 1\n1|2\n\n2", "7 3|4"}},
		{"line ends within quotation marks stay", "a,b\r\n\"x\r\ny\",\"x\ny\rz\"\r\n1,2\r\n", Options{}, []string{"a|b", "2 x\r\ny|x\ny\rz", "6 1|2"}},
		{"lone CRs within quotation marks are lines", "a\r\"x\ry\r\rz\"\r1\r\"2\r\"\r3\r", Options{}, []string{"a", "2 x\ry\r\rz", "6 1", "7 2\r", "9 3"}},
		{"doubled quotation marks", "a\n\"x\"\"\ry\"\nz\n", Options{}, []string{"a", "2 x\"\ry", "4 z"}},
		{"too few cells refuse the row alone", "a,b\n1\n2,3\n", Options{}, []string{"a|b", "! line 2: 1 cells under a header of 2", "3 2|3"}},
		{"too many cells refuse the row alone", "a,b\n1,2,3\n2,3\n", Options{}, []string{"a|b", "! line 2: 3 cells under a header of 2", "3 2|3"}},
		{"a long cell refuses the row alone", "a,b\n1,12345\n2,1234\n", Options{MaxCell: 4}, []string{"a|b", "! line 2, column 2: the cell has 5 bytes, at most 4 are read", "3 2|1234"}},
		{"a long name in the header", "a,bcdef\n", Options{MaxCell: 4}, []string{"! line 1, column 2: the cell has 5 bytes, at most 4 are read"}},
		{"a bare quotation mark", "a,b\n1,2\n3,4\"5\n6,7\n", Options{}, []string{"a|b", "2 1|2", "! line 3, column 2: a quotation mark stands in a cell that does not begin with one"}},
		{"text after the quotation marks", "a,b\n\"1\"2,3\n", Options{}, []string{"a|b", "! line 2, column 1: the quotation marks around the cell do not end where the cell does"}},
		{"quotation marks without an end", "a,b\n1,2\n3,\"4\n5,6\n7,8\n", Options{}, []string{"a|b", "2 1|2", "! line 3, column 2: the quotation marks around the cell do not end where the cell does"}},
		{"a long record", "a,b\n\"1\n1\",2\n\n3,\"4\n5\n6\n7\"\n", Options{MaxRecord: 8}, []string{"a|b", "2 1\n1|2", "! line 5: the record is longer than 8 bytes"}},
		{"rows", "a\n1\n2\n3\n", Options{MaxRows: 2}, []string{"a", "2 1", "3 2", "! line 4: more than 2 rows"}},
		{"as many rows as are allowed", "a\n1\n2\n", Options{MaxRows: 2}, []string{"a", "2 1", "3 2"}},
		{"columns", "\na,b,c\n", Options{MaxCols: 2}, []string{"! line 2: 3 columns, at most 2 are read"}},
		{"bytes", "a\n1\n2\n", Options{MaxBytes: 5}, []string{"a", "2 1", "! line 3: the input is longer than allowed"}},
		{"as many bytes as are allowed", "a\n1\n2\n", Options{MaxBytes: 6}, []string{"a", "2 1", "3 2"}},
		{"nothing", "", Options{}, []string{"! line 1: the input holds no header"}},
		{"a mark and nothing", "\ufeff\r\n", Options{}, []string{"! line 1: the input holds no header"}},
		{"a name twice", "a,,b,,a\n", Options{}, []string{"! line 1, column 5: column 1 has the name \"a\" already"}},
		{"guards stay", "a\n'=1\n''\n", Options{}, []string{"a", "2 '=1", "3 ''"}},
		{"guards go when that is asked for", "'-a,b\n'=1,''\n's-Hertogenbosch,'\n", Options{Unguard: true}, []string{"-a|b", "2 =1|'", "3 's-Hertogenbosch|'"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, table(strings.NewReader(c.in), c.opts)); diff != "" {
				t.Errorf("read %q (-want +got):\n%s", c.in, diff)
			}
			for name, slow := range map[string]io.Reader{
				"byte by byte":  iotest.OneByteReader(strings.NewReader(c.in)),
				"EOF with data": iotest.DataErrReader(strings.NewReader(c.in)),
			} {
				if diff := cmp.Diff(c.want, table(slow, c.opts)); diff != "" {
					t.Errorf("read %q %s (-want +got):\n%s", c.in, name, diff)
				}
			}
		})
	}
}

func TestErrorsSayWhetherReadingGoesOn(t *testing.T) {
	t.Parallel()
	r, err := NewReader(strings.NewReader("a,b\n1\n\"2\n"), Options{})
	require.NoError(t, err)
	var got []Error
	for row, err := range r.Rows() {
		var e *Error
		require.ErrorAs(t, err, &e)
		got = append(got, *e)
		if !e.Fatal() {
			require.Equal(t, Row{Line: 2, Cells: []string{"1"}}, row)
		}
	}
	require.Len(t, got, 2)
	require.Equal(t, ReasonCellCount, got[0].Reason)
	require.False(t, got[0].Fatal())
	require.Equal(t, ReasonQuote, got[1].Reason)
	require.True(t, got[1].Fatal())
	for range r.Rows() {
		t.Error("a row after the end")
	}
}

func TestTheReadersErrorComesThrough(t *testing.T) {
	t.Parallel()
	torn := errors.New("torn")
	r, err := NewReader(io.MultiReader(strings.NewReader("a\n1\n2"), iotest.ErrReader(torn)), Options{})
	require.NoError(t, err)
	var lines []int
	var last error
	for row, err := range r.Rows() {
		lines, last = append(lines, row.Line), err
	}
	require.Equal(t, []int{2, 0}, lines, "a row that was cut off is none")
	require.ErrorIs(t, last, torn)
	require.ErrorContains(t, last, "line 3: ")
	_, err = NewReader(iotest.ErrReader(torn), Options{})
	require.ErrorIs(t, err, torn)
	_, err = NewReader(silent{}, Options{})
	require.ErrorIs(t, err, io.ErrNoProgress)
	_, err = NewReader(strings.NewReader("a\n"), Options{Comma: '"'})
	require.ErrorContains(t, err, "delimiter")
}

type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

func TestRowsGoOnWhereTheyWereLeft(t *testing.T) {
	t.Parallel()
	r, err := NewReader(strings.NewReader("id;name;\n1;a;\n2;b;\n3;c;\n"), Options{})
	require.NoError(t, err)
	name, ok := r.Column("name")
	require.True(t, ok)
	_, ok = r.Column("Name")
	require.False(t, ok, "names are compared byte for byte")
	_, ok = r.Column("")
	require.False(t, ok, "a column without a name is not found by it")
	var got []string
	for row, err := range r.Rows() {
		require.NoError(t, err)
		got = append(got, row.Cells[name])
		break
	}
	for row, err := range r.Rows() {
		require.NoError(t, err)
		got = append(got, row.Cells[name])
	}
	require.Equal(t, []string{"a", "b", "c"}, got)
	require.Equal(t, ';', r.Comma())
	require.Equal(t, UTF8, r.Charset())
}

// The text of a long input is cut into chunks at any place, within characters and within CRLF.
func TestChunksLeaveNoTrace(t *testing.T) {
	t.Parallel()
	line := "日本語,\"x\r\ny\",é\r\n"
	for shift := range 8 {
		in := strings.Repeat("h", shift+1) + ",b,c\r\n" + strings.Repeat(line, 5000)
		r, err := NewReader(strings.NewReader(in), Options{})
		require.NoError(t, err)
		n := 0
		for row, err := range r.Rows() {
			require.NoError(t, err)
			require.Equal(t, []string{"日本語", "x\r\ny", "é"}, row.Cells)
			require.Equal(t, 2+2*n, row.Line)
			n++
		}
		require.Equal(t, 5000, n)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("a,b\n1,\"2\r\n\"\n"), true)
	f.Add([]byte("\xff\xfea\x00\n\x00"), false)
	f.Add([]byte("a;b\r\"1\r\";2\r\xe9\r"), true)
	f.Fuzz(func(t *testing.T, in []byte, windows bool) {
		opts := Options{Windows1252: windows, MaxCell: 100, MaxRecord: 300, MaxRows: 50, MaxCols: 20}
		want := table(bytes.NewReader(in), opts)
		if diff := cmp.Diff(want, table(iotest.OneByteReader(bytes.NewReader(in)), opts)); diff != "" {
			t.Errorf("byte by byte it reads otherwise (-whole +bytes):\n%s", diff)
		}
		r, err := NewReader(bytes.NewReader(in), opts)
		if err != nil {
			return
		}
		lines := 1 + bytes.Count(in, []byte("\n")) + bytes.Count(in, []byte("\r"))
		before := 0
		for row, err := range r.Rows() {
			line := row.Line
			var e *Error
			if errors.As(err, &e) {
				line = e.Line
			} else if err != nil {
				t.Errorf("an error without a place: %v", err)
			}
			if line <= before && (e == nil || !e.Fatal()) || line < 1 || line > lines {
				t.Errorf("line %d after %d, of %d", line, before, lines)
			}
			before = line
		}
	})
}
