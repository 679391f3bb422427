package collabhttp

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

// contentDigest is the one Content-Digest value (RFC 9530) that the profile
// writes and accepts for body: SHA-256 alone, in its canonical spelling.
func contentDigest(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// checkDigest compares the Content-Digest field of h with body. Another
// algorithm, a second one beside it or another spelling is a mismatch too.
func checkDigest(h http.Header, body []byte) error {
	got, err := single(h, "content-digest")
	if err != nil {
		return err
	}
	if got != contentDigest(body) {
		return fmt.Errorf("%w: of %d bytes received", ErrDigest, len(body))
	}
	return nil
}

// single returns the value of a field that must stand in h exactly once, without
// blanks around it. It looks keys up in any case, for
// a header map can be written to past its canonical form.
func single(h http.Header, name string) (string, error) {
	var found []string
	for key, values := range h {
		if strings.EqualFold(key, name) {
			found = append(found, values...)
		}
	}
	switch {
	case len(found) == 0 || found[0] == "":
		return "", fmt.Errorf("%w: %s is missing", ErrField, name)
	case len(found) > 1:
		return "", fmt.Errorf("%w: %s stands %d times", ErrField, name, len(found))
	case strings.Trim(found[0], " \t") != found[0]:
		return "", fmt.Errorf("%w: %s has blanks around it", ErrField, name)
	}
	return found[0], nil
}

// unfolded is single for fields of one value: a comma there is what a proxy
// leaves behind when it joins two lines.
func unfolded(h http.Header, name string) (string, error) {
	v, err := single(h, name)
	if err == nil && strings.Contains(v, ",") {
		return "", fmt.Errorf("%w: %s holds a list", ErrField, name)
	}
	return v, err
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}
