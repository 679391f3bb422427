package collab

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
	ErrForbidden   = errors.New("forbidden") // the wrong system or a role that the actor lacks
	ErrModuleOff   = errors.New("collaboration module is off")
	ErrPartner     = errors.New("partner is not registered") // unknown, pending or revoked
	ErrParty       = errors.New("wrong party")               // the other side's decision
	ErrState       = errors.New("not possible in this state")
	ErrDuplicate   = errors.New("duplicate project")
	ErrPending     = errors.New("a project of this client is pending")
	ErrClientThere = errors.New("the client exists at the partner")
	ErrStale       = errors.New("stale plan: something has changed since")
	ErrRunning     = errors.New("an import of this project is running")
	ErrOverwrites  = errors.New("would overwrite the other side's changes")
	ErrNotBelow    = errors.New("saved status is not below the distribution level")
	ErrNotCollab   = errors.New("shop does not come from a collaboration")
	ErrNotShared   = errors.New("the Secondary does not share its progress")
	ErrReplayed    = errors.New("request replayed")
	ErrKeyReused   = errors.New("idempotency key used before with another payload")
	ErrProtocol    = errors.New("protocol not spoken")           // version or critical capability
	ErrPeer        = errors.New("the partner does not answer")   // down, or answers what is no answer: worth another try
	ErrInvitation  = errors.New("invitation is used or expired") // or was never made
)

// FieldError is one field that is wrong. Rule is a stable word, Message a sentence.
type FieldError struct{ Field, Rule, Message string }

// Invalid lists every field that is wrong. It matches ErrInvalid.
type Invalid struct {
	Op     string
	Fields []FieldError
}

func (e *Invalid) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Field + ": " + f.Message
	}
	return "collab: " + e.Op + ": invalid: " + strings.Join(parts, "; ")
}

// Is makes errors.Is(err, ErrInvalid) hold.
func (e *Invalid) Is(target error) bool { return target == ErrInvalid }

// add notes a wrong field.
func (e *Invalid) add(field, rule, message string) {
	e.Fields = append(e.Fields, FieldError{field, rule, message})
}

// orNil returns e as an error if any field is wrong.
func (e *Invalid) orNil() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// Refusal is a decision against an action, with every reason. It matches each of its Reasons' sentinels.
type Refusal struct {
	Op      string
	Reasons []error
}

func (e *Refusal) Error() string {
	parts := make([]string, len(e.Reasons))
	for i, r := range e.Reasons {
		parts[i] = r.Error()
	}
	return "collab: " + e.Op + ": refused: " + strings.Join(parts, "; ")
}

// note takes err as a reason if it is the refusal that want stands for; anything else is not for a person to decide on, and returned.
func (e *Refusal) note(err, want error) error {
	if err == nil || !errors.Is(err, want) {
		return err
	}
	e.Reasons = append(e.Reasons, err)
	return nil
}

// Unwrap lets errors.Is and errors.As look at every reason.
func (e *Refusal) Unwrap() []error { return e.Reasons }

// StateError says in which state a project is and which state the action needs. It matches ErrState.
type StateError struct {
	Project ProjectID
	State   State
	Need    []State
}

func (e *StateError) Error() string {
	need := make([]string, len(e.Need))
	for i, s := range e.Need {
		need[i] = s.String()
	}
	return fmt.Sprintf("project %s is %s; needed is %s", e.Project, e.State, strings.Join(need, " or "))
}

// Is makes errors.Is(err, ErrState) hold.
func (e *StateError) Is(target error) bool { return target == ErrState }

// ModuleError names the system whose module is off. It matches ErrModuleOff.
type ModuleError struct{ System SystemID }

func (e *ModuleError) Error() string {
	return fmt.Sprintf("the collaboration module is off at %s", e.System)
}

// Is makes errors.Is(err, ErrModuleOff) hold.
func (e *ModuleError) Is(target error) bool { return target == ErrModuleOff }

// OverwritesError lists what of the other side's changes would be lost: Before is its value, After ours. It matches ErrOverwrites.
type OverwritesError struct {
	Op   string
	Lost []Change
}

func (e *OverwritesError) Error() string {
	fields := make([]string, len(e.Lost))
	for i, c := range e.Lost {
		fields[i] = c.Field
	}
	return fmt.Sprintf("collab: %s: would overwrite what the other side changed: %s", e.Op, strings.Join(fields, ", "))
}

// Is makes errors.Is(err, ErrOverwrites) hold.
func (e *OverwritesError) Is(target error) bool { return target == ErrOverwrites }

// RunningError names the run that is under way. It matches ErrRunning.
type RunningError struct{ Run RunID }

func (e *RunningError) Error() string { return fmt.Sprintf("import %s is running", e.Run) }

// Is makes errors.Is(err, ErrRunning) hold.
func (e *RunningError) Is(target error) bool { return target == ErrRunning }
