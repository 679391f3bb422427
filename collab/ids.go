package collab

// Named identifiers: the compiler keeps them apart. All are opaque text; ids of shops, surveys and clients are
// local to one system, project ids are shared by both sides.
type (
	// SystemID names one MSP's installation: an account of ours, or a partner.
	SystemID     string
	ProjectID    string
	ClientID     string
	SurveyID     string
	ShopID       string
	RunID        string
	PlaceKey     string // the client's store ID, equal on both systems
	KeyID        string // of a partner's signing key
	InvitationID string
)

// Party is one of the two sides of a project.
type Party uint8

const (
	PartyNone      Party = iota // invalid
	PartyPrimary                // owns the client
	PartySecondary              // carries out the shops
)

var partyNames = []string{"", "primary", "secondary"}

func (p Party) String() string { return nameOf(partyNames, int(p)) }

// Other returns the opposite side.
func (p Party) Other() Party {
	switch p {
	case PartyPrimary:
		return PartySecondary
	case PartySecondary:
		return PartyPrimary
	}
	return PartyNone
}

// ParseParty reads what String wrote; an unknown name is PartyNone.
func ParseParty(s string) Party { return Party(indexOf(partyNames, s)) }

// Actor is who does something: a person or program of one system.
type Actor struct {
	Name     string
	System   SystemID
	Operator bool // may switch the module, register partners and change keys
}

// Origin says where a record was first made. The zero Origin is a record of our own.
type Origin struct {
	System SystemID
	ID     string
}

func nameOf(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return ""
	}
	return names[i]
}

func indexOf(names []string, s string) int {
	for i, n := range names {
		if i > 0 && n == s {
			return i
		}
	}
	return 0
}
