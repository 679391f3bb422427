package collabhttp

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

// wireProblem is an error as RFC 9457 has it. Type is "urn:mspkit:" and the code; the other members say what programs need.
type wireProblem struct {
	Type    string        `json:"type"`
	Title   string        `json:"title"`
	Status  int           `json:"status"`
	Detail  string        `json:"detail,omitzero"`
	Op      string        `json:"op,omitzero"`           // what was refused: of reasons, fields and lost
	Reasons []wireProblem `json:"reasons,omitempty"`     // every reason of a refusal that has several
	Skew    float64       `json:"skew_seconds,omitzero"` // of clock_skew: the caller's clock less ours
	System  string        `json:"system,omitzero"`       // of module_off: whose
	Fields  []wireField   `json:"fields,omitempty"`      // of invalid: every wrong field
	Rows    []wireRow     `json:"rows,omitempty"`        // of invalid, in locations: every broken rule
	State   *wireState    `json:"state,omitzero"`        // of state: which it is and which it needs
	Lost    []wireChange  `json:"lost,omitempty"`        // of overwrites: what would be lost
	Keys    []string      `json:"keys,omitempty"`        // of overwrites, in locations: whose edits would be lost
	Locked  *wireLocked   `json:"locked,omitzero"`       // of locked: what and by which projects
	Run     string        `json:"run,omitzero"`          // of running: which
}

type wireField struct {
	Field   string `json:"field"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

type wireRow struct {
	Line    int    `json:"line,omitzero"`
	Key     string `json:"key,omitzero"`
	Field   string `json:"field,omitzero"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

type wireState struct {
	Project string         `json:"project"`
	State   collab.State   `json:"state"`
	Need    []collab.State `json:"need"`
}

type wireLocked struct {
	Set      string   `json:"set"`
	Projects []string `json:"projects"`
}

const problemType = "urn:mspkit:"

// problems is the one table between errors and codes, the most telling first: an error that matches several gets the first.
var problems = []struct {
	code   string
	status int
	is     []error
}{
	{"clock_skew", http.StatusUnauthorized, []error{ErrSkew}},
	{"partner", http.StatusForbidden, []error{collab.ErrPartner, ErrUnknownKey}},
	{"signature", http.StatusUnauthorized, []error{ErrSignature}},
	{"too_large", http.StatusRequestEntityTooLarge, []error{errTooLarge}},
	{"body", http.StatusBadRequest, []error{ErrBody}},
	{"invitation", http.StatusForbidden, []error{collab.ErrInvitation}},
	{"module_off", http.StatusForbidden, []error{collab.ErrModuleOff}},
	{"protocol", http.StatusUpgradeRequired, []error{collab.ErrProtocol}},
	{"replayed", http.StatusConflict, []error{collab.ErrReplayed, locations.ErrReplayed}},
	{"key_reused", http.StatusUnprocessableEntity, []error{collab.ErrKeyReused, locations.ErrKeyReused}},
	{"invalid", http.StatusUnprocessableEntity, []error{collab.ErrInvalid, locations.ErrInvalid}},
	{"stale", http.StatusConflict, []error{collab.ErrStale, locations.ErrStale}},
	{"overwrites", http.StatusConflict, []error{collab.ErrOverwrites, locations.ErrOverwrites}},
	{"locked", http.StatusConflict, []error{locations.ErrLocked}},
	{"running", http.StatusConflict, []error{collab.ErrRunning, locations.ErrRunning}},
	{"duplicate", http.StatusConflict, []error{collab.ErrDuplicate}},
	{"pending", http.StatusConflict, []error{collab.ErrPending}},
	{"client_there", http.StatusConflict, []error{collab.ErrClientThere}},
	{"not_below", http.StatusConflict, []error{collab.ErrNotBelow}},
	{"not_collab", http.StatusConflict, []error{collab.ErrNotCollab}},
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

// maxDetail bounds the text of an error, either way, in bytes.
const maxDetail = 1000

// problemOf says an error in the words of the protocol. What the table does not know is an internal error, and says no more.
func problemOf(err error) wireProblem {
	var large *TooLargeError
	if errors.As(err, &large) {
		err = fmt.Errorf("%w: %w", errTooLarge, err)
	}
	for _, row := range problems {
		for _, sentinel := range row.is {
			if !errors.Is(err, sentinel) {
				continue
			}
			p := wireProblem{Type: problemType + row.code, Title: sentinel.Error(), Status: row.status}
			switch row.code {
			case "partner": // nobody learns how we stand with others,
				p.Title = collab.ErrPartner.Error()
			case "not_found": // nor what there is that is not theirs
			default:
				p.Detail = cut(err.Error())
			}
			return detailed(p, err)
		}
	}
	return wireProblem{Type: problemType + "internal", Title: "internal error", Status: http.StatusInternalServerError}
}

// detailed adds what programs need of some errors.
func detailed(p wireProblem, err error) wireProblem {
	var (
		refusal *collab.Refusal
		skew    *SkewError
		module  *collab.ModuleError
		state   *collab.StateError
		running *collab.RunningError
		bad     *collab.Invalid
		rows    locations.Problems
		lost    *collab.OverwritesError
		places  *locations.OverwritesError
		locked  *locations.LockedError
	)
	switch {
	case errors.As(err, &refusal):
		p.Op, p.Reasons = refusal.Op, mapSlice(refusal.Reasons, problemOf)
	case errors.As(err, &skew):
		p.Skew = skew.Skew.Seconds()
	case errors.As(err, &module):
		p.System = string(module.System)
	case errors.As(err, &state):
		p.State = &wireState{string(state.Project), state.State, state.Need}
	case errors.As(err, &running):
		p.Run = string(running.Run)
	case errors.As(err, &bad):
		p.Op, p.Fields = bad.Op, mapSlice(bad.Fields, func(f collab.FieldError) wireField { return wireField(f) })
	case errors.As(err, &rows):
		p.Rows = mapSlice(rows, func(r locations.Problem) wireRow {
			return wireRow{r.Line, string(r.Key), r.Field, string(r.Rule), r.Message}
		})
	case errors.As(err, &lost):
		p.Op, p.Lost = lost.Op, mapSlice(lost.Lost, func(c collab.Change) wireChange { return wireChange(c) })
	case errors.As(err, &places):
		p.Keys = mapSlice(places.Changes, func(c locations.Change) string { return string(c.Key) })
	case errors.As(err, &locked):
		p.Locked = &wireLocked{string(locked.Set), mapSlice(locked.Projects, text[locations.ProjectID])}
	}
	return p
}

// RemoteError is a refusal by the other system. It matches the sentinels of its code, of both domains, and unwraps to the
// same typed error that the call would have met in one process; of a locations.OverwritesError only the keys travel. A
// fault between the transports (clock_skew, signature, too_large, body, internal) matches collab.ErrPeer, and its own
// error of this package.
type RemoteError struct {
	System collab.SystemID // who answers
	Code   string          // as the package documentation lists them
	Status int             // of HTTP
	Detail string          // what the other system says of it, at most 1,000 bytes of printable text
	causes []error
}

func (e *RemoteError) Error() string {
	s := fmt.Sprintf("%s answers %s", e.System, e.Code)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

// Unwrap returns the errors that it stands for.
func (e *RemoteError) Unwrap() []error { return e.causes }

// remoteError turns a problem back into an error. A code that we do not know matches collab.ErrPeer.
func remoteError(from collab.SystemID, p wireProblem) error {
	code, ours := strings.CutPrefix(p.Type, problemType)
	e := &RemoteError{System: from, Code: cut(code), Status: p.Status, Detail: cut(p.Detail)}
	for _, row := range problems {
		if ours && row.code == code {
			e.causes = append(e.causes, row.is...)
		}
	}
	switch {
	case len(e.causes) == 0:
		e.causes = []error{collab.ErrPeer}
	case code == "clock_skew": // it measured our clock against its own
		e.causes = append(e.causes, &SkewError{Skew: -time.Duration(p.Skew * float64(time.Second)), Allowed: maxSkew}, collab.ErrPeer)
	case code == "too_large":
		e.causes = append(e.causes, &TooLargeError{Limit: MaxBody}, collab.ErrPeer)
	case code == "signature", code == "body":
		e.causes = append(e.causes, collab.ErrPeer)
	}
	if p.System != "" {
		e.causes = append(e.causes, &collab.ModuleError{System: collab.SystemID(p.System)})
	}
	if p.Run != "" {
		e.causes = append(e.causes, &collab.RunningError{Run: collab.RunID(p.Run)})
	}
	if s := p.State; s != nil {
		e.causes = append(e.causes, &collab.StateError{Project: collab.ProjectID(s.Project), State: s.State, Need: s.Need})
	}
	if len(p.Reasons) > 0 {
		e.causes = append(e.causes, &collab.Refusal{Op: p.Op, Reasons: mapSlice(p.Reasons, func(r wireProblem) error { return remoteError(from, r) })})
	}
	if len(p.Fields) > 0 {
		e.causes = append(e.causes, &collab.Invalid{Op: p.Op, Fields: mapSlice(p.Fields, func(f wireField) collab.FieldError { return collab.FieldError(f) })})
	}
	if len(p.Rows) > 0 {
		e.causes = append(e.causes, locations.Problems(mapSlice(p.Rows, func(r wireRow) locations.Problem {
			return locations.Problem{Line: r.Line, Key: locations.Key(r.Key), Field: r.Field, Rule: locations.Rule(r.Rule), Message: r.Message}
		})))
	}
	if len(p.Lost) > 0 {
		e.causes = append(e.causes, &collab.OverwritesError{Op: p.Op, Lost: mapSlice(p.Lost, func(c wireChange) collab.Change { return collab.Change(c) })})
	}
	if len(p.Keys) > 0 {
		e.causes = append(e.causes, &locations.OverwritesError{Changes: mapSlice(p.Keys, func(k string) locations.Change { return locations.Change{Key: locations.Key(k)} })})
	}
	if l := p.Locked; l != nil {
		e.causes = append(e.causes, &locations.LockedError{Set: locations.SetID(l.Set), Projects: mapSlice(l.Projects, as[locations.ProjectID])})
	}
	return e
}

// cut keeps text that comes from a partner, or goes to one, short and on one line.
func cut(s string) string {
	if len(s) > maxDetail {
		s = s[:maxDetail]
	}
	return strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}
