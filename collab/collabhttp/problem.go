package collabhttp

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

// wireProblem is an error as RFC 9457 has it. Type is "urn:mspkit:" and the code; the other members say what programs need.
type wireProblem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail,omitzero"`
	System string       `json:"system,omitzero"`       // of module_off: whose
	Fields []wireField  `json:"fields,omitempty"`      // of invalid: every wrong field
	Lost   []wireChange `json:"lost,omitempty"`        // of overwrites: what would be lost
	Skew   float64      `json:"skew_seconds,omitzero"` // of clock_skew: the caller's clock less ours
	Keys   []string     `json:"keys,omitempty"`        // of overwrites of locations: which nodes
}

type wireField struct {
	Field   string `json:"field"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

const problemType = "urn:mspkit:"

// problems is the one table between errors and codes, the most telling first: an error that matches several gets the first.
var problems = []struct {
	code   string
	status int
	is     []error
}{
	{"clock_skew", http.StatusUnauthorized, []error{ErrSkew}},
	{"signature", http.StatusUnauthorized, []error{ErrSignature}},
	{"too_large", http.StatusRequestEntityTooLarge, []error{errTooLarge}},
	{"body", http.StatusBadRequest, []error{ErrBody}},
	{"partner", http.StatusForbidden, []error{collab.ErrPartner}},
	{"invitation", http.StatusForbidden, []error{collab.ErrInvitation}},
	{"module_off", http.StatusForbidden, []error{collab.ErrModuleOff}},
	{"protocol", http.StatusUpgradeRequired, []error{collab.ErrProtocol}},
	{"replayed", http.StatusConflict, []error{collab.ErrReplayed, locations.ErrReplayed}},
	{"key_reused", http.StatusUnprocessableEntity, []error{collab.ErrKeyReused, locations.ErrKeyReused}},
	{"invalid", http.StatusUnprocessableEntity, []error{collab.ErrInvalid, locations.ErrInvalid}},
	{"stale", http.StatusConflict, []error{collab.ErrStale, locations.ErrStale}},
	{"overwrites", http.StatusConflict, []error{collab.ErrOverwrites, locations.ErrOverwrites}},
	{"locked", http.StatusConflict, []error{locations.ErrLocked}},
	{"state", http.StatusConflict, []error{collab.ErrState, locations.ErrState}},
	{"not_shared", http.StatusForbidden, []error{collab.ErrNotShared}},
	{"party", http.StatusForbidden, []error{collab.ErrParty}},
	{"forbidden", http.StatusForbidden, []error{collab.ErrForbidden, locations.ErrForbidden}},
	{"not_found", http.StatusNotFound, []error{collab.ErrNotFound, locations.ErrNotFound}},
	{"conflict", http.StatusConflict, []error{collab.ErrConflict, locations.ErrConflict}},
	{"unsupported", http.StatusNotImplemented, []error{collab.ErrUnsupported, locations.ErrUnsupported}},
}

// errTooLarge lets the table match *TooLargeError, which matches ErrBody as well.
var errTooLarge = errors.New("too large")

// problemOf says an error in the words of the protocol. What the table does not know is an internal error, and says no more.
func problemOf(err error) wireProblem {
	var large *TooLargeError
	if errors.As(err, &large) {
		err = fmt.Errorf("%w: %w", errTooLarge, err)
	}
	for _, row := range problems {
		for _, sentinel := range row.is {
			if errors.Is(err, sentinel) {
				return detailed(wireProblem{Type: problemType + row.code, Title: sentinel.Error(), Status: row.status, Detail: err.Error()}, err)
			}
		}
	}
	return wireProblem{Type: problemType + "internal", Title: "internal error", Status: http.StatusInternalServerError}
}

// detailed adds what programs need of some errors.
func detailed(p wireProblem, err error) wireProblem {
	var (
		skew   *SkewError
		module *collab.ModuleError
		bad    *collab.Invalid
		rows   locations.Problems
		lost   *collab.OverwritesError
		places *locations.OverwritesError
	)
	switch {
	case errors.As(err, &skew):
		p.Skew = skew.Skew.Seconds()
	case errors.As(err, &module):
		p.System = string(module.System)
	case errors.As(err, &bad):
		p.Fields = mapSlice(bad.Fields, func(f collab.FieldError) wireField { return wireField(f) })
	case errors.As(err, &rows):
		p.Fields = mapSlice(rows, func(r locations.Problem) wireField {
			return wireField{Field: string(r.Key) + "." + r.Field, Rule: string(r.Rule), Message: r.Message}
		})
	case errors.As(err, &lost):
		p.Lost = mapSlice(lost.Lost, func(c collab.Change) wireChange { return wireChange(c) })
	case errors.As(err, &places):
		p.Keys = mapSlice(places.Changes, func(c locations.Change) string { return string(c.Key) })
	}
	return p
}

// RemoteError is a refusal by the other system. It matches the sentinel of its code, of both domains, and unwraps to
// the same typed error that the call would have met in one process, where the protocol carries it.
type RemoteError struct {
	System collab.SystemID
	Code   string
	Status int
	Detail string
	causes []error
}

func (e *RemoteError) Error() string {
	return fmt.Sprintf("%s answers %s: %s", e.System, e.Code, e.Detail)
}

// Unwrap returns the errors that it stands for.
func (e *RemoteError) Unwrap() []error { return e.causes }

// remoteError turns a problem back into an error. A code that we do not know matches collab.ErrPeer.
func remoteError(from collab.SystemID, p wireProblem) error {
	e := &RemoteError{System: from, Status: p.Status, Detail: p.Detail}
	if len(p.Type) > len(problemType) {
		e.Code = p.Type[len(problemType):]
	}
	for _, row := range problems {
		if row.code == e.Code {
			e.causes = append(e.causes, row.is...)
		}
	}
	switch e.Code {
	case "clock_skew":
		e.causes = append(e.causes, &SkewError{Skew: time.Duration(p.Skew * float64(time.Second))})
	case "module_off":
		e.causes = append(e.causes, &collab.ModuleError{System: collab.SystemID(p.System)})
	case "invalid":
		e.causes = append(e.causes, &collab.Invalid{Op: string(from), Fields: mapSlice(p.Fields, func(f wireField) collab.FieldError { return collab.FieldError(f) })})
	case "overwrites":
		if len(p.Lost) > 0 {
			e.causes = append(e.causes, &collab.OverwritesError{Op: string(from), Lost: mapSlice(p.Lost, func(c wireChange) collab.Change { return collab.Change(c) })})
		}
		if len(p.Keys) > 0 {
			e.causes = append(e.causes, &locations.OverwritesError{Changes: mapSlice(p.Keys, func(k string) locations.Change { return locations.Change{Key: locations.Key(k)} })})
		}
	}
	if len(e.causes) == 0 {
		e.causes = []error{collab.ErrPeer}
	}
	return e
}
