package collab

import (
	"slices"
	"time"
)

// State is where a project stands. A proposed project reads Pending at the Primary and Requires Attention at the Secondary.
type State uint8

const (
	StateNone      State = iota // invalid
	StateProposed               // sent, not accepted yet
	StateAccepted               // shops may be imported
	StateDeclined               // by the Secondary, with a reason; final
	StateWithdrawn              // by the Primary before acceptance; final
	StateInactive               // switched off by the Primary, with a reason; can be accepted again
)

var stateNames = []string{"", "proposed", "accepted", "declined", "withdrawn", "inactive"}

func (s State) String() string { return nameOf(stateNames, int(s)) }

// ParseState reads what String wrote; an unknown name is StateNone.
func ParseState(s string) State { return State(indexOf(stateNames, s)) }

// Current reports whether the project belongs on the list of current projects; the others are inactive ones.
func (s State) Current() bool { return s == StateProposed || s == StateAccepted }

// Target says whether acceptance makes a client on the Secondary or adds a survey to one that is there.
type Target uint8

const (
	TargetNone      Target = iota // invalid
	TargetNewClient               // create new client-survey: the first project of a client with this Secondary
	TargetCopy                    // copy survey to the client that an accepted project of the pair made
)

var targetNames = []string{"", "new_client", "copy_survey"}

func (t Target) String() string { return nameOf(targetNames, int(t)) }

// ParseTarget reads what String wrote; an unknown name is TargetNone.
func ParseTarget(s string) Target { return Target(indexOf(targetNames, s)) }

// Terms are the settings of a project. The Primary keeps them.
type Terms struct {
	Gate
	CopyLocations bool  // push the client's locations when the project is accepted
	LockLocations bool  // the Secondary may not edit them
	FeePayer      Party // whose account the platform's fee goes to
	Rules         bool  // the survey's rules travel too
}

// Clone returns terms that share no memory with t.
func (t Terms) Clone() Terms {
	t.Except = slices.Clone(t.Except)
	return t
}

// Ask is what a Secondary wants changed before it accepts.
type Ask struct {
	Terms Terms // the terms that it would accept
	Note  string
}

// Project links one client and survey of the Primary with one Secondary. Each system keeps its own record
// under the shared id; Party says which side this record is.
type Project struct {
	ID      ProjectID
	Party   Party // which side we are
	Partner SystemID

	Client      ClientID // ours; at the Secondary empty until accepted
	Survey      SurveyID // ours; at the Secondary empty until accepted
	ClientName  string
	SurveyName  string
	TheirClient ClientID // the partner's ids
	TheirSurvey SurveyID
	Target      Target

	State  State
	Reason string // why it was declined, withdrawn or made inactive
	// Attention is who must act next: on a proposal the Secondary, after a counter-offer the Primary; otherwise none.
	Attention Party

	Terms    Terms
	TermsRev int64 // raised by every change of the Primary's half: terms, state, survey offer

	Contact   string // e-mail of the person responsible at the Secondary
	Sharing   bool   // the Primary may see counts by status before import
	Asked     *Ask   // the Secondary's counter-offer, until the Primary edits or withdraws
	AnswerRev int64  // raised by every change of the Secondary's half: answer, contact, sharing
	// Confirmed says that the other side knows of the acceptance. At the Secondary it is false between accepting
	// and the Primary's word; at the Primary it is true once accepted.
	Confirmed bool

	SurveyRev int64 // the revision of the Primary's survey that the systems exchanged last

	CreatedAt time.Time
	ChangedAt time.Time
	Version   int64
}

// Clone returns a project that shares no memory with p.
func (p Project) Clone() Project {
	p.Terms = p.Terms.Clone()
	if p.Asked != nil {
		a := Ask{Terms: p.Asked.Terms.Clone(), Note: p.Asked.Note}
		p.Asked = &a
	}
	return p
}

// Label says the state as the given system's people know it.
func (p Project) Label() string {
	switch p.State {
	case StateProposed:
		if p.Attention == p.Party {
			return "Requires Attention"
		}
		return "Pending"
	case StateAccepted:
		return "Accepted"
	case StateDeclined:
		return "Declined"
	case StateWithdrawn:
		return "Withdrawn"
	case StateInactive:
		return "Inactive"
	}
	return ""
}
