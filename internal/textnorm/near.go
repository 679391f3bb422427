package textnorm

import (
	"strings"
	"unicode/utf8"
)

// step is one kind of difference that people make without meaning another name.
type step uint8

const (
	form step = 1 << iota
	letterCase
	accents
	abbreviation
	blanks
	punctuation

	everyStep = form | letterCase | accents | abbreviation | blanks | punctuation
)

// hints names the steps, in the order in which they are tried and told.
var hints = []struct {
	step step
	word string
}{
	{form, "Unicode form"},
	{letterCase, "letter case"},
	{accents, "accents"},
	{abbreviation, "abbreviation"},
	{blanks, "blanks"},
	{punctuation, "punctuation"},
}

// Near says whether two different names look like one: not equal byte for byte, yet with the same Fold. The hint tells in
// what they differ: "Unicode form", "letter case", "accents", "abbreviation", "blanks" or "punctuation"; where one word is
// not enough, the fewest that are, joined by ", ".
func Near(a, b string) (hint string, near bool) {
	if a == b || Fold(a) != Fold(b) {
		return "", false
	}
	needed := everyStep
	for i := len(hints) - 1; i >= 0; i-- { // the form last: it is the smallest difference, and others undo it too
		if without := needed &^ hints[i].step; fold(a, without) == fold(b, without) {
			needed = without
		}
	}
	var words []string
	for _, h := range hints {
		if needed&h.step != 0 {
			words = append(words, h.word)
		}
	}
	return strings.Join(words, ", "), true
}

// Fold returns the key under which near names meet: put names into a map by it, and every pair that is Near lies in one
// bucket. The key is for comparing only, never for showing or storing. Text that is not UTF-8 is its own key.
func Fold(s string) string { return fold(s, everyStep) }

// Plain returns a text without letter case and accents, for finding one text within another. Text that is not UTF-8 stays as it is.
func Plain(s string) string { return fold(s, form|letterCase|accents) }

func fold(s string, steps step) string {
	if !utf8.ValidString(s) {
		return s
	}
	if steps&form != 0 {
		s = composed(s)
	}
	if steps&letterCase != 0 {
		s = lower(s)
	}
	if steps&accents != 0 {
		s = unaccented(s)
	}
	if steps&abbreviation != 0 {
		s = abbreviated(s)
	}
	if steps&blanks != 0 {
		s = joined(s, isBlank)
	}
	if steps&punctuation != 0 {
		s = joined(s, isPunctuation)
	}
	return s
}
