// Package textnorm answers three questions about text that people typed: is it text at all (ValidText), what is its
// composed Unicode form (NFC), and are two names near each other though they differ (Near, and Fold to find such pairs
// among many).
//
// Nearness is for suggestions. What is equal is decided byte for byte, elsewhere.
package textnorm

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// NFC returns s in Unicode's composed form: é as one code point, not as e and an accent.
func NFC(s string) string { return norm.NFC.String(s) }

// ValidText says why s cannot be kept as text: it is not UTF-8, or it holds a NUL, which databases refuse. The error names
// the byte, counted from 0; nil means that s is text.
func ValidText(s string) error {
	if i := strings.IndexByte(s, 0); i >= 0 {
		return fmt.Errorf("text holds a NUL at byte %d", i)
	}
	if utf8.ValidString(s) {
		return nil
	}
	at := 0
	for i, r := range s {
		if _, size := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size == 1 {
			at = i
			break
		}
	}
	return fmt.Errorf("text is not valid UTF-8 at byte %d", at)
}
