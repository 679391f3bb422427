package textnorm

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestNearNamesSayInWhatTheyDiffer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, hint string }{
		{"Portland", "PORTLAND", "letter case"},
		{"Οδός", "ΟΔΌΣ", "letter case"},
		{"Portland", "Portland ", "blanks"},
		{"New  York", "New York", "blanks"},
		{"San Jose", "SanJose", "blanks"},
		{"Dubai", "Dubai\u200e", "blanks"},
		{"", "  ", "blanks"},
		{"Zürich", "Zurich", "accents"},
		{"Łódź", "Lodz", "accents"},
		{"Weißenburg", "Weissenburg", "accents"},
		{"Zu\u0308rich", "Z\u00fcrich", "Unicode form"},
		{"ＡＢＣ", "ABC", "Unicode form"},
		{"ha\u0304", "hā", "Unicode form"},
		{"Coeur d'Alene", "Coeur d’Alene", "punctuation"},
		{"Wal-Mart", "WalMart", "punctuation"},
		{"Unit 1-2", "Unit 1/2", "punctuation"},
		{"Main St", "Main Street", "abbreviation"},
		{"Main St.", "Main Street", "abbreviation"},
		{"Main Street", "Main ST", "abbreviation"},
		{"St. John", "Saint John", "abbreviation"},
		{"5th Ave", "5th Avenue", "abbreviation"},
		{"Mill Rd", "Mill Road", "abbreviation"},
		{"Town Center", "Town Centre", "abbreviation"},
		{"Smith & Sons", "Smith and Sons", "abbreviation"},
		{"MAIN  STREET", "main street", "letter case, blanks"},
		{"Saint-Étienne", "st etienne", "letter case, accents, abbreviation, blanks, punctuation"},
	} {
		hint, near := Near(c.a, c.b)
		require.True(t, near, "%q and %q", c.a, c.b)
		require.Equal(t, c.hint, hint, "%q and %q", c.a, c.b)
		back, _ := Near(c.b, c.a)
		require.Equal(t, hint, back, "the other way round: %q and %q", c.a, c.b)
	}
}

func TestNamesThatAreNotNear(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, why string }{
		{"Portland", "Portland", "equal byte for byte"},
		{"Portland", "Eugene", "different names"},
		{"Unit 12", "Unit 1 2", "the blank parts two numbers"},
		{"Unit 12", "Unit 1-2", "the hyphen parts two numbers"},
		{"Maine", "Main E", "a short word is none of the letters before it"},
		{"C", "C+", "a sign is no punctuation"},
		{"Joe's", "Joe South", "the s of a genitive is no South"},
		{"かき", "がき", "in Japanese the mark makes another letter"},
		{"и", "й", "in Russian the mark makes another letter"},
		{"?", "-", "nothing would be left to compare"},
		{"", "-", "a mark is not nothing"},
		{"a\xff", "A\xff", "not text"},
		{"\xff", "\xfe", "not text"},
	} {
		hint, near := Near(c.a, c.b)
		require.False(t, near, "%q and %q: %s", c.a, c.b, c.why)
		require.Empty(t, hint)
	}
}

func TestPlainForgetsCaseAndAccentsAlone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Zürich HB": "zurich hb", "ŁÓDŹ": "lodz", "St. Paul-Main": "st. paul-main", "Zu\u0308rich": "zurich", "\xff": "\xff", "": "",
	} {
		require.Equal(t, want, Plain(text))
	}
}

func TestNFCComposes(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Z\u00fcrich", NFC("Zu\u0308rich"))
	require.Equal(t, "ＡＢＣ", NFC("ＡＢＣ"), "wide letters are letters of their own")
}

func TestValidTextNamesTheByte(t *testing.T) {
	t.Parallel()
	for _, ok := range []string{"", "Zürich", "\ufffd", "\u0085", "tab\tand\nline"} {
		require.NoError(t, ValidText(ok), "%q", ok)
	}
	require.ErrorContains(t, ValidText("ab\x00c"), "NUL at byte 2")
	require.ErrorContains(t, ValidText("\ufffdab\xffc"), "UTF-8 at byte 5")
	require.ErrorContains(t, ValidText("\xed\xa0\x80"), "UTF-8 at byte 0")
}

// Two names are near exactly when they differ and share a key, whichever comes first, and a hint is always given.
func FuzzNear(f *testing.F) {
	f.Add("Main St.", "Main Street")
	f.Add("Zu\u0308rich", "Zürich")
	f.Add("1 -\u20092", "1\u00a02")
	f.Add("\xff", "&")
	f.Fuzz(func(t *testing.T, a, b string) {
		hint, near := Near(a, b)
		back, nearBack := Near(b, a)
		if near != nearBack || hint != back {
			t.Errorf("%q, %q: %v %q, the other way round %v %q", a, b, near, hint, nearBack, back)
		}
		if want := a != b && Fold(a) == Fold(b); near != want {
			t.Errorf("%q, %q: near is %v, their keys say %v", a, b, near, want)
		}
		if near != (hint != "") {
			t.Errorf("%q, %q: near is %v with hint %q", a, b, near, hint)
		}
		if utf8.ValidString(a) != utf8.ValidString(Fold(a)) {
			t.Errorf("the key of %q is %q", a, Fold(a))
		}
		if (ValidText(a) == nil) && !utf8.ValidString(a) {
			t.Errorf("%q passes for text", a)
		}
	})
}
