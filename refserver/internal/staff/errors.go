package staff

import (
	"errors"
	"strings"
	"time"
)

// What a Directory refuses. *Invalid and *TooMany carry more than their words.
var (
	// ErrSignIn is every reason for which somebody is not let in, without a word of which.
	ErrSignIn = errors.New("the address or the password is wrong")
	// ErrLink is a link that was used, has run out, was replaced or never was.
	ErrLink = errors.New("the link was used, has run out or is not one of ours")
	// ErrForbidden is an act that the roles of who asks do not allow.
	ErrForbidden = errors.New("not allowed")
	// ErrNotFound is somebody or something that is not there for who asks.
	ErrNotFound = errors.New("not found")
	// ErrConflict is a change of what somebody else has changed by now.
	ErrConflict = errors.New("changed meanwhile")
)

// What is wrong with a Field.
const (
	RuleRequired = "required" // empty
	RuleShape    = "shape"    // not written as it must be
	RuleLength   = "length"   // too short or too long
	RuleCommon   = "common"   // a password that is guessed first
	RuleTaken    = "taken"    // in use by somebody else
	RuleUnknown  = "unknown"  // no such role or account
	RuleLast     = "last"     // it would leave an account without an administrator, or the system without an operator
	RuleOnly     = "only"     // the only account of somebody
	RuleFuture   = "future"   // not after now
)

// Field is one thing wrong with what was given.
type Field struct {
	Field   string // email, name, password, home, account, roles, expires, disabled
	Rule    string // one of the Rule constants
	Message string // a sentence for people
}

// Invalid lists everything wrong with what was given.
type Invalid struct{ Fields []Field }

// Error joins the fields' messages.
func (e *Invalid) Error() string {
	words := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		words[i] = f.Field + ": " + f.Message
	}
	return "invalid: " + strings.Join(words, "; ")
}

// add notes something wrong.
func (e *Invalid) add(field, rule, message string) {
	e.Fields = append(e.Fields, Field{field, rule, message})
}

// err is the list, where it is not empty.
func (e *Invalid) err() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// TooMany says that there were too many tries from one place.
type TooMany struct{ After time.Duration } // when the next is let through

// Error says when the next try is let through, in whole seconds.
func (e *TooMany) Error() string {
	return "too many tries: wait for " + e.After.Round(time.Second).String()
}
