package collab

import (
	"fmt"
	"strings"
	"unicode"
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

// checkID says what is wrong with an id that a person or a partner chose, or nothing. An empty one is for others to refuse. Ids stand in
// addresses, where a step of one or two dots means another place, and in lines of logs and headers.
func checkID(s string) string {
	switch {
	case s == "." || s == "..":
		return "must not be dots alone"
	case strings.ContainsFunc(s, unicode.IsControl):
		return "has a control character"
	}
	return checkText(s, 0, MaxName)
}

// maxTold bounds what is kept of an error, in bytes.
const maxTold = 1000

// told is what an error says as it is kept: short, valid text without NUL, whatever a partner has put in.
func told(err error) string {
	s := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", "\uFFFD"), "\uFFFD")
	if len(s) > maxTold {
		s = strings.ToValidUTF8(s[:maxTold], "")
	}
	return s
}
