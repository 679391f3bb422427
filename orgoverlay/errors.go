package orgoverlay

import (
	"errors"
	"fmt"
	"strings"
)

// Sentinels; match them with errors.Is. What is invisible and what does not exist are one error, in the same words.
var (
	ErrNotFound    = errors.New("not found")
	ErrConflict    = errors.New("conflict: the record has changed")
	ErrInvalid     = errors.New("invalid")
	ErrForbidden   = errors.New("forbidden")      // the actor's roles on this account do not allow it
	ErrAccount     = errors.New("wrong account")  // no account, or another than the service's
	ErrInUse       = errors.New("already in use") // a financial ID that another record of the account has
	ErrAmbiguous   = errors.New("ambiguous name") // a name without its account
	ErrState       = errors.New("not possible in this state")
	ErrTooLarge    = errors.New("too large")
	ErrUnsupported = errors.New("not supported by this store")
)

// FieldError is what is wrong with one field. Path is that of a Patch: remarks, financial_id, custom.tier ... ; of other
// records the field's name.
type FieldError struct{ Path, Rule, Message string }

// Invalid lists every field that is wrong. It matches ErrInvalid.
type Invalid struct {
	Op     string
	Fields []FieldError
}

func (e *Invalid) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = strings.TrimPrefix(f.Path+": "+f.Message, ": ") // of the whole there is no path
	}
	return fmt.Sprintf("orgoverlay: %s: %v: %s", e.Op, ErrInvalid, strings.Join(parts, "; "))
}

// Is makes errors.Is(err, ErrInvalid) hold.
func (e *Invalid) Is(target error) bool { return target == ErrInvalid }

func (e *Invalid) add(path, rule, message string) {
	e.Fields = append(e.Fields, FieldError{path, rule, message})
}

func (e *Invalid) orNil() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// InUse says which record of the same account has a financial ID. It matches ErrInUse. Retained says that the record is an overlay
// on an organization that the account does not see at present; its organization is then not named.
type InUse struct {
	Key      string
	Org      OrgID
	Retained bool
}

func (e *InUse) Error() string {
	if e.Retained {
		return fmt.Sprintf("orgoverlay: financial ID %q is %v by a retained overlay", e.Key, ErrInUse)
	}
	return fmt.Sprintf("orgoverlay: financial ID %q is %v by organization %s", e.Key, ErrInUse, e.Org)
}

// Is makes errors.Is(err, ErrInUse) hold.
func (e *InUse) Is(target error) bool { return target == ErrInUse }

// Conflict says what stands between a patch and the overlay as it is now. It matches ErrConflict. Fields are those that both
// changed; when it is empty the patch can be tried again on the present version.
type Conflict struct {
	Org     OrgID
	Version int64 // the present one
	Fields  []FieldConflict
}

// FieldConflict is one field that both changed. Values are text; custom values are JSON. A hidden one is empty.
type FieldConflict struct{ Path, Seen, Now, Mine string }

func (e *Conflict) Error() string {
	if len(e.Fields) == 0 {
		return fmt.Sprintf("orgoverlay: organization %s: %v, now at version %d, in other fields", e.Org, ErrConflict, e.Version)
	}
	paths := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		paths[i] = f.Path
	}
	return fmt.Sprintf("orgoverlay: organization %s: %v, now at version %d, in %s", e.Org, ErrConflict, e.Version, strings.Join(paths, ", "))
}

// Is makes errors.Is(err, ErrConflict) hold.
func (e *Conflict) Is(target error) bool { return target == ErrConflict }
