package locations

import "time"

// RunID names one push as long work. Ids ascend with time, as text.
type RunID string

// RunState is where a push run stands.
type RunState uint8

// The states of a push run.
const (
	RunNone    RunState = iota // invalid
	RunRunning                 // under way, or waiting for its next try; one a project at a time
	RunDone                    // the partner has our set
	RunStopped                 // ended by a person
	RunRefused                 // ended by a refusal that trying again does not mend
)

var runStateNames = [...]string{"", "running", "done", "stopped", "refused"}

// String returns the stable name of the state, "" for what is none.
func (s RunState) String() string {
	if int(s) >= len(runStateNames) {
		return ""
	}
	return runStateNames[s]
}

// ParseRunState reads what String wrote; an unknown name is RunNone.
func ParseRunState(name string) RunState {
	for s := RunRunning; int(s) < len(runStateNames); s++ {
		if runStateNames[s] == name {
			return s
		}
	}
	return RunNone
}

// PushStamp is what a person saw of both sides before a push: their revisions. 0 stands for any.
type PushStamp struct{ Ours, Theirs int64 }

// fits reports whether a plan is the one that was seen.
func (s PushStamp) fits(p Plan) bool {
	return (s.Ours == 0 || s.Ours == p.Ours.Revision) && (s.Theirs == 0 || s.Theirs == p.Theirs.Revision)
}

// PushRun is one push of a set for a project: its progress while it runs, its receipt afterwards.
type PushRun struct {
	ID        RunID
	Project   ProjectID
	Set       SetID
	By        string // who asked for it; "courier" where a message did
	State     RunState
	Seen      PushStamp
	Overwrite bool // the other side's hand edits may be undone
	// Commit is the plan under way, in the form that the partner is asked to switch over to: Total is the number of nodes that
	// go out, Source our revision that they bring. Zero while nothing is planned yet.
	Commit PushCommit
	Staged int // how many of the nodes are at the partner
	// What the plan does over there, by number of nodes; of a run that is done, what it did.
	Created, Updated, Moved, Deactivated int
	Revision                             int64     // of the partner's copy, after; 0 until it is done
	Refusal                              Refusal   // of a run that is refused: the kind of refusal
	Reason                               string    // why it ended, of a run that is stopped or refused, in a person's words
	LastError                            string    // of a run that is running: what its last try met; empty when that went well
	StartedAt, EndedAt                   time.Time // EndedAt is zero while it runs
	Version                              int64
}
