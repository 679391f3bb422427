package orgoverlay

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mspkit/mspkit/internal/textnorm"
)

// changes collects what a write changes, in the order in which it is told.
type changes []Change

// note adds a field whose value becomes another.
func (c *changes) note(path, before, after string) {
	if before != after {
		*c = append(*c, Change{Path: path, Before: before, After: after})
	}
}

// stale is what a write on another version than the present one is answered with.
func stale(kind, id string, version int64) error {
	return fmt.Errorf("orgoverlay: %s %q is at version %d: %w", kind, id, version, ErrConflict)
}

// missing names only what was asked for, in the same words for what is not there and for what is not seen.
func missing(kind, id string) error {
	return fmt.Errorf("orgoverlay: %s %q: %w", kind, id, ErrNotFound)
}

// nameable reports whether there can be anything of an id: an empty one and what is no text name nothing, and no store is asked for them.
func nameable[T ~string](id T) bool { return len(askable([]T{id})) > 0 }

// present takes the present record for a write: the zero record for a first one. It refuses a version that is not the present one.
func present[T any](kind, id string, expect int64, got T, version func(T) int64, err error) (T, error) {
	var none T
	switch {
	case errors.Is(err, ErrNotFound) && expect == 0:
		return none, nil
	case errors.Is(err, ErrNotFound):
		return none, missing(kind, id)
	case err != nil:
		return none, err
	case version(got) != expect:
		return none, stale(kind, id, version(got))
	}
	return got, nil
}

// maxLine is how many characters a line of text may have where nothing else is said.
const maxLine = 256

// valid reports whether something is text at all, as all must be that a store is given or asked for, and objects to what is not.
func (e *Invalid) valid(path, text string) bool {
	err := textnorm.ValidText(text)
	if err != nil {
		e.add(path, "text", err.Error())
	}
	return err == nil
}

// checkAfter checks the id after which a page begins, which need not be that of anything.
func checkAfter(op, after string) error {
	wrong := &Invalid{Op: op}
	if textnorm.ValidText(after) != nil {
		wrong.add("after", "cursor", "is no place in a list")
	}
	return wrong.orNil()
}

// line checks one line of text.
func (e *Invalid) line(path, text string, required bool) {
	switch {
	case required && strings.TrimSpace(text) == "":
		e.add(path, "required", "is required")
	case !e.valid(path, text):
	case strings.ContainsAny(text, "\n\r"):
		e.add(path, "line", "is more than one line")
	case utf8.RuneCountInString(text) > maxLine:
		e.add(path, "length", fmt.Sprintf("is longer than %d characters", maxLine))
	}
}
