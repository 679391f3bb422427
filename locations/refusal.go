package locations

import (
	"errors"
	"fmt"
	"strings"
)

// Refusal is why a push was refused, for programs. The text is stable.
type Refusal string

// The refusals that end a push run.
const (
	RefusalStale      Refusal = "stale"
	RefusalOverwrites Refusal = "overwrites"
	RefusalLocked     Refusal = "locked"
	RefusalState      Refusal = "state"
	RefusalForbidden  Refusal = "forbidden"
	RefusalNotFound   Refusal = "not_found"
	RefusalKeyReused  Refusal = "key_reused"
	RefusalInvalid    Refusal = "invalid"
)

// refusals says which errors end a push run, and what a person is told. ErrStale is not among them: a plan that goes stale
// is made again, unless a person saw another one.
var refusals = []struct {
	is   error
	kind Refusal
	help string
}{
	{errSeen, RefusalStale, "Something has changed since you looked. Compare again, then push again."},
	{ErrOverwrites, RefusalOverwrites, "The partner has edits of its own that the push would undo. Look at them, then push again and allow it."},
	{ErrLocked, RefusalLocked, "The partner's locations are locked."},
	{ErrState, RefusalState, "The project is not accepted."},
	{ErrForbidden, RefusalForbidden, "The set is not ours to push."},
	{ErrNotFound, RefusalNotFound, "The partner does not know this project."},
	{ErrKeyReused, RefusalKeyReused, "The partner has met this push before with another content. Push again."},
	{ErrInvalid, RefusalInvalid, "The partner's rules or ours do not let these locations through. Correct them, then push again."},
}

// errSeen is a stale plan that a person has to look at again.
var errSeen = fmt.Errorf("not the plan that was seen: %w", ErrStale)

// Help says the refusal to a person, and what to do; "" for an unknown one.
func (r Refusal) Help() string {
	for _, f := range refusals {
		if f.kind == r {
			return f.help
		}
	}
	return ""
}

// refusalOf tells what ends a push run from what may pass, which has no refusal.
func refusalOf(err error) Refusal {
	for _, f := range refusals {
		if errors.Is(err, f.is) {
			return f.kind
		}
	}
	return ""
}

// maxReason bounds the text that a run keeps of an error, in bytes.
const maxReason = 500

// told is an error as a run keeps it: short, valid text without NUL, which not every database takes.
func told(err error) string {
	s := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", "\uFFFD"), "\uFFFD")
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "")
	}
	return s
}
