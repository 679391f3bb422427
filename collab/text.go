package collab

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Sizes of text that a partner or a person may give, in bytes.
const (
	MaxName = 200
	MaxText = 64 << 10
)

// checkText says what is wrong with a text, or nothing: its length in bytes, its UTF-8, a NUL byte.
func checkText(s string, least, most int) string {
	switch {
	case len(s) < least:
		return "must not be empty"
	case len(s) > most:
		return fmt.Sprintf("has %d bytes; at most %d are allowed", len(s), most)
	case !utf8.ValidString(s):
		return "is not valid UTF-8"
	case strings.ContainsRune(s, 0):
		return "has a NUL byte"
	}
	return ""
}
