package collab

import (
	"fmt"
	"slices"
)

// Status names a step of a Ladder, such as "Finalized". The zero Status is invalid.
type Status string

// The statuses of DefaultLadder, lowest first.
const (
	StatusCreated         Status = "Created"
	StatusOpen            Status = "Open"
	StatusNew             Status = "New"
	StatusIncomplete      Status = "Incomplete"
	StatusCompleted       Status = "Completed"
	StatusCollaboration   Status = "Collaboration Shop"
	StatusExcluded        Status = "Excluded"
	StatusHoldA           Status = "Hold A"
	StatusHoldB           Status = "Hold B"
	StatusReviewed        Status = "Reviewed"
	StatusFinalized       Status = "Finalized"
	StatusEmailed         Status = "Emailed"
	StatusClientFinalized Status = "Client Finalized"
	StatusLocked          Status = "Locked"
)

// Step is one status with its rank; a higher rank is further on.
type Step struct {
	Status Status
	Rank   int
}

// Ladder is the order of a host's statuses and the roles that five of them play. Both systems of a project are
// expected to use the same names. The zero Ladder stands for DefaultLadder.
type Ladder struct {
	Steps       []Step // ascending by rank, names unique
	Imported    Status // what a shop becomes on import: Collaboration Shop
	Returned    Status // what a shop returned straight from Imported becomes over there: Reviewed
	Reopened    Status // what a returned shop becomes where its own status would pass the gate again: Incomplete
	Recommended Status // an export status below it is warned about: Finalized
}

// DefaultLadder is the status ladder of the field.
func DefaultLadder() Ladder {
	order := []Status{StatusCreated, StatusOpen, StatusNew, StatusIncomplete, StatusCompleted, StatusCollaboration, StatusExcluded,
		StatusHoldA, StatusHoldB, StatusReviewed, StatusFinalized, StatusEmailed, StatusClientFinalized, StatusLocked}
	steps := make([]Step, len(order))
	for i, s := range order {
		steps[i] = Step{Status: s, Rank: 10 * (i + 1)}
	}
	return Ladder{Steps: steps, Imported: StatusCollaboration, Returned: StatusReviewed, Reopened: StatusIncomplete, Recommended: StatusFinalized}
}

// Rank returns the rank of a status, and whether the ladder has it.
func (l Ladder) Rank(s Status) (int, bool) {
	for _, st := range l.Steps {
		if st.Status == s {
			return st.Rank, true
		}
	}
	return 0, false
}

// Below reports whether a stands below b. A status that the ladder does not have is below everything.
func (l Ladder) Below(a, b Status) bool {
	ra, _ := l.Rank(a)
	rb, _ := l.Rank(b)
	return ra < rb
}

// check reports what is wrong with a host's ladder.
func (l Ladder) check() error {
	seen := map[Status]bool{}
	last := 0
	for _, st := range l.Steps {
		if st.Status == "" || seen[st.Status] || st.Rank <= last {
			return fmt.Errorf("collab: ladder: step %q (rank %d): names must be unique and ranks ascend from 1: %w", st.Status, st.Rank, ErrInvalid)
		}
		seen[st.Status], last = true, st.Rank
	}
	for _, s := range []Status{l.Imported, l.Returned, l.Reopened, l.Recommended} {
		if !seen[s] {
			return fmt.Errorf("collab: ladder: role names %q, which is no step: %w", s, ErrInvalid)
		}
	}
	return nil
}

// Gate says which statuses let a shop leave the Secondary.
type Gate struct {
	Export Status   // the threshold
	Exact  bool     // only Export itself passes
	Except []Status // never pass, although they stand above the threshold
}

// Passes reports whether a shop in this status may leave.
func (l Ladder) Passes(g Gate, s Status) bool {
	rank, ok := l.Rank(s)
	if !ok || slices.Contains(g.Except, s) {
		return false
	}
	export, ok := l.Rank(g.Export)
	if !ok {
		return false
	}
	if g.Exact {
		return rank == export
	}
	return rank >= export
}

// Passing lists the statuses that pass the gate, lowest first.
func (l Ladder) Passing(g Gate) []Status {
	var out []Status
	for _, st := range l.Steps {
		if l.Passes(g, st.Status) {
			out = append(out, st.Status)
		}
	}
	return out
}
