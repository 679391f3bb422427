package ui

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxSteps bounds the work of comparing two texts, in pairs of words. Longer texts are marked as a whole between what they
// begin and end with alike.
const maxSteps = 1 << 20

// Differ divides two texts into what they share, word by word, and what differs, for Marked. A difference that nobody could see,
// such as a blank at the end, stands in words in its place; everything else is as it was.
func Differ(a, b string) (as, bs []Piece) {
	x, y := tokens(a), tokens(b)
	keepX, keepY := make([]bool, len(x)), make([]bool, len(y))
	keep(x, y, keepX, keepY)
	as, bs = pieces(x, keepX), pieces(y, keepY)
	if a != b && norm.NFC.String(a) == norm.NFC.String(b) {
		alike := Piece{Text: " (looks the same, written with other characters)", Differs: true}
		as, bs = append(as, alike), append(bs, alike)
	}
	return as, bs
}

// tokens divides a text into words, runs of blanks, and single other characters.
func tokens(s string) []string {
	var out []string
	kind := func(r rune) int {
		switch {
		case unicode.IsSpace(r):
			return 1
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			return 2
		}
		return 0
	}
	from, was := 0, 0
	for i, r := range s {
		k := kind(r)
		if i > from && (k == 0 || k != was) {
			out, from = append(out, s[from:i]), i
		}
		was = k
	}
	if from < len(s) {
		out = append(out, s[from:])
	}
	return out
}

// keep ticks a longest common subsequence of x and y. It divides x in the middle and finds where y divides best, so that it needs
// no more memory than two rows.
func keep(x, y []string, keepX, keepY []bool) {
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		keepX[0], keepY[0] = true, true
		x, y, keepX, keepY = x[1:], y[1:], keepX[1:], keepY[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		keepX[len(x)-1], keepY[len(y)-1] = true, true
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	if len(x) == 0 || len(y) == 0 || len(x)*len(y) > maxSteps {
		return
	}
	if len(x) == 1 {
		for j := range y {
			if y[j] == x[0] {
				keepX[0], keepY[j] = true, true
				return
			}
		}
		return
	}
	mid := len(x) / 2
	before, after := shared(x[:mid], y, false), shared(x[mid:], y, true)
	at := 0
	for j := range before {
		if before[j]+after[len(y)-j] > before[at]+after[len(y)-at] {
			at = j
		}
	}
	keep(x[:mid], y[:at], keepX, keepY)
	keep(x[mid:], y[at:], keepX[mid:], keepY[at:])
}

// shared returns for each j how much x has in common with the first j of y, or with the last j of y, counted from behind.
func shared(x, y []string, behind bool) []int {
	row := make([]int, len(y)+1)
	for i := range x {
		diagonal := 0
		for j := range y {
			p, q := x[i], y[j]
			if behind {
				p, q = x[len(x)-1-i], y[len(y)-1-j]
			}
			above := row[j+1]
			if p == q {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row
}

// pieces joins tokens that are kept and tokens that are not, which are made visible.
func pieces(tokens []string, kept []bool) []Piece {
	var out []Piece
	for i, t := range tokens {
		first, last := i == 0, i == len(tokens)-1
		between := t == " " && !first && !last && !(kept[i-1] && kept[i+1]) // part of what is marked as a whole
		if !kept[i] && !between {
			t = visible(t, first, last)
		}
		if n := len(out); n > 0 && out[n-1].Differs == !kept[i] {
			out[n-1].Text += t
		} else {
			out = append(out, Piece{Text: t, Differs: !kept[i]})
		}
	}
	return out
}

// visible says in words what a token holds that cannot be seen.
func visible(token string, first, last bool) string {
	var out strings.Builder
	blanks := 0
	flush := func() {
		place := ""
		if first != last {
			place = map[bool]string{true: " at the start", false: " at the end"}[first]
		}
		switch {
		case blanks == 1:
			out.WriteString("(blank" + place + ")")
		case blanks > 1:
			fmt.Fprintf(&out, "(%d blanks%s)", blanks, place)
		}
		blanks = 0
	}
	for _, r := range token {
		if r == ' ' {
			blanks++
			continue
		}
		flush()
		switch {
		case r == '\t':
			out.WriteString("(tab)")
		case r == '\n' || r == '\r':
			out.WriteString("(line break)")
		case r == '\u00a0':
			out.WriteString("(no-break blank)")
		case !unicode.IsGraphic(r) || unicode.IsSpace(r):
			fmt.Fprintf(&out, "(invisible character %U)", r)
		default:
			out.WriteRune(r)
		}
	}
	flush()
	return out.String()
}
