package collab

import "time"

// Link ties a partner's shop to ours. It is unique by (partner, remote shop) and never deleted; by it, never
// by a status, a shop is known to come from a collaboration.
type Link struct {
	Partner SystemID
	Remote  ShopID // the partner's shop
	Shop    ShopID // ours
	Project ProjectID
	Epoch   int64  // of the last import; a return or a chosen re-import opens the next
	Rev     int64  // the partner's version of the shop at the last exchange
	Digest  string // of the content at the last exchange
	Saved   int64  // the version of our shop at the last exchange: a greater one was edited here
	Return  ReturnState
	Detail  string // why a return did not go through
	At      time.Time
	Version int64
}

// Standing is a remote shop that has a link, and where its return stands.
type Standing struct {
	Remote ShopID
	Return ReturnState
}

// ReturnState is where the return of a shop stands.
type ReturnState uint8

const (
	ReturnNone     ReturnState = iota // not returned, or imported again since
	ReturnSending                     // decided; the partner does not have it yet
	ReturnDone                        // the partner has it; the next import brings it back
	ReturnConflict                    // the partner changed the shop in between; nothing was overwritten
	ReturnRefused                     // the partner refused it; Detail says why
)

var returnNames = []string{"none", "sending", "returned", "conflict", "refused"}

func (r ReturnState) String() string { return nameOf(returnNames, int(r)) }

// returned reports whether the shop went back, or is on its way: what is not may come once only.
func (r ReturnState) returned() bool { return r == ReturnSending || r == ReturnDone }

// ParseReturnState reads what String wrote; an unknown name is ReturnNone.
func ParseReturnState(s string) ReturnState { return ReturnState(indexOf(returnNames, s)) }

// EventKind says what an import did with a shop.
type EventKind uint8

const (
	EventNone       EventKind = iota // invalid
	EventImported                    // a new shop
	EventUpdated                     // the same shop again after a return
	EventReimported                  // the same shop again because somebody chose to
)

var eventNames = []string{"", "imported", "updated", "reimported"}

func (k EventKind) String() string { return nameOf(eventNames, int(k)) }

// ParseEventKind reads what String wrote; an unknown name is EventNone.
func ParseEventKind(s string) EventKind { return EventKind(indexOf(eventNames, s)) }

// Event is one effect of an import, unique by (partner, remote shop, epoch) and never pruned: that is what
// makes the effect of an import happen once however often its messages arrive.
type Event struct {
	Partner  SystemID
	Remote   ShopID
	Epoch    int64
	Kind     EventKind
	Shop     ShopID
	Project  ProjectID
	Run      RunID
	TermsRev int64 // the terms in force
	Digest   string
	At       time.Time
}

// RunKind says what a run does.
type RunKind uint8

const (
	RunNone     RunKind = iota // invalid
	RunImport                  // every eligible shop
	RunReimport                // chosen shops again
)

var runKindNames = []string{"", "import", "reimport"}

func (k RunKind) String() string { return nameOf(runKindNames, int(k)) }

// ParseRunKind reads what String wrote; an unknown name is RunNone.
func ParseRunKind(s string) RunKind { return RunKind(indexOf(runKindNames, s)) }

// RunState is where a run stands.
type RunState uint8

const (
	RunStateNone RunState = iota // invalid
	RunRunning                   // one a project at a time
	RunDone
	RunStopped // it cannot go on; Reason says why. What it imported stays.
)

var runStateNames = []string{"", "running", "done", "stopped"}

func (s RunState) String() string { return nameOf(runStateNames, int(s)) }

// ParseRunState reads what String wrote; an unknown name is RunStateNone.
func ParseRunState(s string) RunState { return RunState(indexOf(runStateNames, s)) }

// Run is one import: its progress while it runs, its receipt afterwards.
type Run struct {
	ID        RunID
	Project   ProjectID
	Kind      RunKind
	State     RunState
	Reason    string
	By        string
	StartedAt time.Time
	EndedAt   time.Time
	Cursor    string // how far it came: the last of the partner's shops that is dealt with
	Pages     int64  // how many pages are dealt with
	PageSize  int
	Chosen    []ShopID // of a re-import: our shops
	Overwrite bool     // of a re-import: replace what was edited here
	Counts    Counts
	Version   int64
}

// Clone returns a run that shares no memory with r.
func (r Run) Clone() Run {
	r.Chosen = append([]ShopID(nil), r.Chosen...)
	r.Counts.Held = append([]ReasonCount(nil), r.Counts.Held...)
	return r
}

// Counts of a plan or a run. Every shop stands in exactly one of them.
type Counts struct {
	Imported int64
	Updated  int64
	Already  int64         // imported before
	Held     []ReasonCount // by the first reason, ordered by Reason
}

// ReasonCount is how many shops are held for a reason.
type ReasonCount struct {
	Reason Reason
	Count  int64
}

// RunItem is a shop that a run left behind, with every reason.
type RunItem struct {
	Run     RunID
	Remote  ShopID
	Place   PlaceKey
	Status  Status // as far as the partner shares it
	Reasons []Reason
}
