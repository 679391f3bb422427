package tabular

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mspkit/mspkit/internal/textnorm"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ cell, guarded string }{
		{"", ""},
		{"Eugene", "Eugene"},
		{" =1", " =1"},
		{"=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"},
		{"+1 902 555", "'+1 902 555"},
		{"-5", "'-5"},
		{"@x", "'@x"},
		{"\tx", "'\tx"},
		{"\rx", "'\rx"},
		{"'=1", "''=1"},
		{"'", "''"},
		{"'s-Hertogenbosch", "''s-Hertogenbosch"},
	} {
		require.Equal(t, c.guarded, Guard(c.cell))
		require.Equal(t, c.cell, Unguard(c.guarded))
	}
	for _, foreign := range []string{"'s-Hertogenbosch", "'", "'1"} {
		require.Equal(t, foreign, Unguard(foreign), "an apostrophe that is no guard stays")
	}
}

func TestATabGuards(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ cell, guarded string }{
		{"=1", "\t=1"}, {"-5", "\t-5"}, {"\tx", "\t\tx"}, {"\t", "\t\t"}, {"\t=1", "\t\t=1"}, {"\r", "\t\r"}, {"'s-Hertogenbosch", "'s-Hertogenbosch"}, {"", ""},
	} {
		require.Equal(t, c.guarded, Tab.Guard(c.cell))
		require.Equal(t, c.cell, Tab.Unguard(c.guarded))
	}
	require.Equal(t, "\tx", Tab.Unguard("\tx"), "a tab that is no guard stays")
	for _, comma := range []rune{',', '\t'} {
		var out bytes.Buffer
		w := NewWriter(&out, comma)
		w.Mark = Tab
		want := []string{"=HYPERLINK(1)", "\tx", "'", "plain"}
		require.NoError(t, w.Write([]string{"a", "b", "c", "d"}))
		require.NoError(t, w.Write(want))
		require.NoError(t, w.Flush())
		require.Contains(t, out.String(), "\t=HYPERLINK")
		r, err := NewReader(&out, Options{Comma: comma, Unguard: true, Mark: Tab})
		require.NoError(t, err)
		for row, err := range r.Rows() {
			require.NoError(t, err)
			require.Equal(t, want, row.Cells)
		}
	}
}

// The law of the guard, over strings rich in what matters to it.
func TestAnyCellComesBackFromItsGuard(t *testing.T) {
	t.Parallel()
	cells := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.SampledFrom([]rune("'=+-@\t\r\n\x00a")), 0, 6, -1))
	rapid.Check(t, func(t *rapid.T) {
		cell := cells.Draw(t, "cell")
		mark := rapid.SampledFrom([]Mark{Apostrophe, Tab}).Draw(t, "mark")
		guarded := mark.Guard(cell)
		if got := mark.Unguard(guarded); got != cell {
			t.Fatalf("%q guarded is %q, and comes back as %q", cell, guarded, got)
		}
		if guarded != "" && Mark(guarded[0]) != mark && strings.ContainsRune("=+-@\t\r", rune(guarded[0])) {
			t.Fatalf("%q guarded is %q, still a formula", cell, guarded)
		}
	})
}

func TestWriterWritesWhatSpreadsheetsTakeForText(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := NewWriter(&out, 0)
	require.NoError(t, w.Write([]string{"name", "-sum"}))
	require.NoError(t, w.Write([]string{"=1+1", "a\r\n\"b\", c"}))
	require.Error(t, w.Write(nil), "a record of no cells")
	require.ErrorContains(t, w.Write([]string{"a", "\x00"}), "column 2")
	require.ErrorContains(t, w.Write([]string{"\xff", "a"}), "column 1")
	require.NoError(t, w.Flush())
	require.Equal(t, "name,'-sum\n'=1+1,\"a\r\n\"\"b\"\", c\"\n", out.String())
}

func TestWriterTellsAFullDisk(t *testing.T) {
	t.Parallel()
	w := NewWriter(full{}, '\t')
	require.NoError(t, w.Write([]string{"name"}), "nothing has left the buffer yet")
	require.ErrorIs(t, w.Flush(), errFull)
	require.ErrorIs(t, w.Write([]string{""}), errFull)
	require.ErrorIs(t, w.Write([]string{"x"}), errFull)
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// Whatever text is written is read again, in the same rows.
func FuzzRoundTrip(f *testing.F) {
	f.Add("a", "b\r\n", "\r", "'=", uint8(0))
	f.Add("\ufeff", "", "", "\n", uint8(1))
	f.Add("sep=;", "\"", ";", "\t", uint8(2))
	f.Add("a", "", "\ufeff", "x\r", uint8(128))
	f.Fuzz(func(t *testing.T, a, b, c, d string, kind uint8) {
		comma := []rune{',', '\t', ';', '|'}[kind%4]
		want := [][]string{{a, b + "2"}, {c, d}, {d, ""}}
		if kind >= 128 {
			want = [][]string{{a}, {b}, {""}, {c}, {d}}
		}
		valid := a+b+c+d != "" && textnorm.ValidText(a+"\n"+b+"\n"+c+"\n"+d) == nil
		var out bytes.Buffer
		w := NewWriter(&out, comma)
		for _, cells := range want {
			if err := w.Write(cells); valid && err != nil {
				t.Fatal(err)
			} else if err != nil {
				return
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		written := out.String()
		r, err := NewReader(&out, Options{Comma: comma, Unguard: true, MaxCell: 1 << 20, MaxRecord: 1 << 22})
		var fault *Error
		if errors.As(err, &fault) && fault.Reason == ReasonHeader && a == b+"2" {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", written, err)
		}
		got := [][]string{r.Header()}
		for row, err := range r.Rows() {
			if err != nil {
				t.Fatalf("%q: %v", written, err)
			}
			got = append(got, append([]string(nil), row.Cells...))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("written as %q (-want +got):\n%s", written, diff)
		}
	})
}
