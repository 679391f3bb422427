package locations

import (
	"errors"
	"fmt"
	"strings"
)

// Sentinels; match them with errors.Is.
var (
	ErrNotFound    = errors.New("not found")
	ErrConflict    = errors.New("conflict: the record has changed")
	ErrInvalid     = errors.New("invalid")
	ErrUnsupported = errors.New("not supported by this store")
	ErrLocked      = errors.New("locked") // the set is locked by a project: only its Primary changes it
	ErrStale       = errors.New("stale plan: a side has changed since the comparison")
	ErrOverwrites  = errors.New("would overwrite edits of the other side")
	ErrRunning     = errors.New("a push for this project is running")
	ErrState       = errors.New("not possible in this state of the project")
	ErrForbidden   = errors.New("forbidden") // the wrong party, or an account that is not the transaction's
	ErrReplayed    = errors.New("request replayed")
	ErrKeyReused   = errors.New("idempotency key used before with another payload")
)

// Rule names a rule that a row of input breaks. The text is stable and meant for programs.
type Rule string

// The rules. RequiredMissing is followed by a colon and the field (required_missing:phone).
const (
	RuleIDTooLong       Rule = "id_too_long"
	RuleIDDuplicate     Rule = "id_duplicate"
	RuleRequiredMissing Rule = "required_missing"
	RuleUnknownLevel    Rule = "unknown_level"
	RuleLevelDepth      Rule = "level_depth"
	RuleNonHierarchy    Rule = "non_hierarchy"
	RuleUnknownParent   Rule = "unknown_parent"
	RuleCycle           Rule = "cycle"
	RuleText            Rule = "text"     // not UTF-8, or a NUL byte
	RuleTextTooLong     Rule = "too_long" // more text than MaxNodeText
	RuleAttribute       Rule = "attribute"
	RuleUnreadable      Rule = "unreadable" // the row cannot be read at all
	RuleEmpty           Rule = "empty"      // warning: an empty city, address ...
	RuleControl         Rule = "control"    // warning: control characters
	RuleBlank           Rule = "blank"      // warning: leading or trailing blanks
	RuleNear            Rule = "near"       // warning: nearly equal to another name
)

// Problem is one broken rule: where, what, and what would be right. Line is the 1-based line of the
// input, 0 when there is none.
type Problem struct {
	Line    int
	Key     Key
	Field   string // as in the input's header, or the name of the Node field
	Rule    Rule
	Message string
}

func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", p.Line)
	}
	if p.Key != "" {
		fmt.Fprintf(&b, "%s: ", p.Key)
	}
	if p.Field != "" {
		fmt.Fprintf(&b, "%s: ", p.Field)
	}
	return b.String() + p.Message + " (" + string(p.Rule) + ")"
}

// Problems is an error that lists every reason at once. It matches ErrInvalid.
type Problems []Problem

func (ps Problems) Error() string {
	const most = 10
	parts := make([]string, 0, most+1)
	for i, p := range ps {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(ps)-most))
			break
		}
		parts = append(parts, p.String())
	}
	return "locations: invalid: " + strings.Join(parts, "; ")
}

// Is makes errors.Is(err, ErrInvalid) hold.
func (ps Problems) Is(target error) bool { return target == ErrInvalid }

// LockedError says which projects lock a set. It matches ErrLocked.
type LockedError struct {
	Set      SetID
	Projects []ProjectID // every project that locks the set; the strictest wins
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("locations: set %s is locked by its owner (project %s): only a push from there changes it", e.Set, joinIDs(e.Projects))
}

// Is makes errors.Is(err, ErrLocked) hold.
func (e *LockedError) Is(target error) bool { return target == ErrLocked }

// OverwritesError lists the other side's own edits that a push would undo. It matches ErrOverwrites.
type OverwritesError struct{ Changes []Change }

func (e *OverwritesError) Error() string {
	keys := make([]Key, 0, len(e.Changes))
	for _, c := range e.Changes {
		keys = append(keys, c.Key)
	}
	return fmt.Sprintf("locations: the push would overwrite %d edits of the other side (%s)", len(keys), joinIDs(keys))
}

// Is makes errors.Is(err, ErrOverwrites) hold.
func (e *OverwritesError) Is(target error) bool { return target == ErrOverwrites }

// RunningError names the push that is under way. It matches ErrRunning.
type RunningError struct{ Run RunID }

func (e *RunningError) Error() string { return fmt.Sprintf("locations: push %s is running", e.Run) }

// Is makes errors.Is(err, ErrRunning) hold.
func (e *RunningError) Is(target error) bool { return target == ErrRunning }

func joinIDs[T ~string](ids []T) string {
	const most = 5
	parts := make([]string, 0, most+1)
	for i, id := range ids {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(ids)-most))
			break
		}
		parts = append(parts, string(id))
	}
	return strings.Join(parts, ", ")
}
