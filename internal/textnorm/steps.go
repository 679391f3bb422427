package textnorm

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// composed is NFC and more: wide and narrow letters, ligatures and the like become plain ones (NFKC).
func composed(s string) string { return norm.NFKC.String(s) }

// lower maps letters that differ in case alone to one: by way of the upper case, where ς and σ, ſ and s meet.
func lower(s string) string {
	return strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s)
}

// undecomposed holds the letters that people replace by plain ones and Unicode does not take apart.
var undecomposed = map[rune]string{
	'ß': "ss", 'ẞ': "SS", 'æ': "ae", 'Æ': "AE", 'œ': "oe", 'Œ': "OE", 'ø': "o", 'Ø': "O", 'ł': "l", 'Ł': "L",
	'đ': "d", 'Đ': "D", 'ð': "d", 'Ð': "D", 'ı': "i",
}

// unaccented takes the accents off Latin and Greek letters. In other scripts a mark makes another letter, and stays.
func unaccented(s string) string {
	var b strings.Builder
	var base rune
	for _, r := range norm.NFD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			base = r
		} else if unicode.In(base, unicode.Latin, unicode.Greek) {
			continue
		}
		if plain, ok := undecomposed[r]; ok {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// longForms maps the short words of addresses and firms to long ones: a short one could be taken for the end of the word
// before it once blanks are gone. St is both Street and Saint, so those two meet as well.
var longForms = map[string]string{
	"st": "street", "str": "street", "saint": "street",
	"av": "avenue", "ave": "avenue",
	"rd":   "road",
	"blvd": "boulevard",
	"dr":   "drive",
	"ln":   "lane",
	"sq":   "square",
	"pl":   "place",
	"hwy":  "highway",
	"pkwy": "parkway",
	"ctr":  "center", "centre": "center",
	"mt": "mount",
	"ft": "fort",
	"n":  "north", "s": "south", "e": "east", "w": "west",
	"co": "company", "corp": "corporation", "inc": "incorporated", "ltd": "limited",
}

// abbreviated writes the words of longForms, in whatever case, the one way: the short ones are written out and lose their
// full stop, the long ones lose their capitals. & becomes a word.
func abbreviated(s string) string {
	var b strings.Builder
	for s != "" {
		n := strings.IndexFunc(s, func(r rune) bool { return !isWordRune(r) })
		if n < 0 {
			n = len(s)
		}
		word, rest := s[:n], s[n:]
		if low := strings.ToLower(word); longForms[low] != "" {
			word, rest = longForms[low], strings.TrimPrefix(rest, ".")
		} else if isLong[low] {
			word = low
		}
		b.WriteString(word)
		switch {
		case word != "":
		case rest[0] == '&':
			b.WriteString("and")
			rest = rest[1:]
		default:
			_, size := utf8.DecodeRuneInString(rest)
			b.WriteString(rest[:size])
			rest = rest[size:]
		}
		s = rest
	}
	return b.String()
}

// isLong holds the words that longForms leads to.
var isLong = func() map[string]bool {
	long := make(map[string]bool, len(longForms))
	for _, word := range longForms {
		long[word] = true
	}
	return long
}()

func isWordRune(r rune) bool {
	// An apostrophe belongs to its word, so that the s of Joe's is no South.
	return unicode.In(r, unicode.L, unicode.M, unicode.N) || r == '\'' || r == '’'
}

func isBlank(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u200e', '\u200f', '\u2060', '\ufeff': // not seen, yet there
		return true
	}
	return unicode.IsSpace(r)
}

func isPunctuation(r rune) bool { return unicode.IsPunct(r) }

// joined drops the runes that sep names. Between two digits one blank takes their place, so that 1-2 is not 12. Text of
// such runes alone stays as it is, unless they are blanks, so that ? and - do not meet.
func joined(s string, sep func(rune) bool) string {
	var b strings.Builder
	var last rune // the last rune kept
	gap := false
	for _, r := range s {
		if sep(r) {
			gap = true
			continue
		}
		if gap && unicode.IsDigit(last) && unicode.IsDigit(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last, gap = r, false
	}
	if b.Len() == 0 && strings.ContainsFunc(s, func(r rune) bool { return !isBlank(r) }) {
		return s
	}
	return b.String()
}
