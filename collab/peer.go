package collab

import (
	"context"
	"time"
)

// Peer is the other system. The same interface serves both ends: a client takes other as whom to ask, and
// Service.Inbound takes it as the authenticated system that asks. Writes carry a Call and may be repeated.
type Peer interface {
	// Hello asks who the other system is, what it speaks and whether its module is on.
	Hello(ctx context.Context, other SystemID, h Hello) (Hello, error)
	// Terms brings the Primary's half of a project: a proposal, its edit or withdrawal, later settings and state.
	Terms(ctx context.Context, other SystemID, call Call, n TermsNotice) error
	// Answer brings the Secondary's half: acceptance, refusal, counter-offer, contact, data sharing.
	Answer(ctx context.Context, other SystemID, call Call, n AnswerNotice) (AnswerReply, error)
	// Shops lists the headers of a project's shops, ordered by shop id.
	Shops(ctx context.Context, other SystemID, q HeaderQuery) (HeaderPage, error)
	// Snapshots returns the content of released shops of a project, ordered by shop id; what is not released is left out.
	Snapshots(ctx context.Context, other SystemID, project ProjectID, shops []ShopID) ([]Snapshot, error)
	// Return overrides one shop at the Secondary with the Primary's content.
	Return(ctx context.Context, other SystemID, call Call, n ReturnNotice) (ReturnReply, error)
	// Survey returns the survey of a project as it stands over there.
	Survey(ctx context.Context, other SystemID, project ProjectID) (SurveyState, error)
	// UpdateSurvey replaces the survey over there.
	UpdateSurvey(ctx context.Context, other SystemID, call Call, n SurveyNotice) error
	// Progress counts the Secondary's shops by status, where it shares them; else ErrNotShared.
	Progress(ctx context.Context, other SystemID, project ProjectID) ([]StatusCount, error)
}

// Protocol is the version of the exchange that this package speaks.
const Protocol = 1

// MaxPage is how many shops may travel in one call.
const MaxPage = 500

// Hello introduces a system.
type Hello struct {
	System       SystemID
	Name         string
	Protocol     int
	Capabilities []Capability
	ModuleOn     bool
}

// Capability is something a system can do beyond the protocol version. An unknown critical one is refused.
type Capability struct {
	Name     string
	Critical bool
}

// TermsNotice is the Primary's half of a project, whole, so that a later one makes earlier ones needless.
type TermsNotice struct {
	Project ProjectID
	Rev     int64
	State   State // proposed, withdrawn, accepted or inactive
	Reason  string
	Target  Target
	Client  ClientID // the Primary's ids and names
	Name    string
	Survey  SurveyID
	Title   string
	Terms   Terms
	// SurveyRev and Content are the survey as offered. Content is nil once the project is accepted.
	SurveyRev int64
	Content   *SurveyContent
	// Heard is the Secondary's revision that the Primary has taken in.
	Heard int64
}

// Decision is what the Secondary says to a proposal.
type Decision uint8

const (
	DecisionNone Decision = iota // none yet, or no longer: only contact or sharing changed
	DecisionAccept
	DecisionDecline
	DecisionAsk // a counter-offer
)

var decisionNames = []string{"none", "accept", "decline", "ask"}

func (d Decision) String() string { return nameOf(decisionNames, int(d)) }

// AnswerNotice is the Secondary's half of a project, whole.
type AnswerNotice struct {
	Project  ProjectID
	Rev      int64
	TermsRev int64 // the terms that it answers
	Decision Decision
	Reason   string
	Contact  string
	Sharing  bool
	Asked    *Ask
	Client   ClientID // the Secondary's ids, once accepted
	Survey   SurveyID
}

// AnswerReply says whether the answer counted. An acceptance of terms that were edited or withdrawn meanwhile does
// not, and the current terms come with the reply.
type AnswerReply struct {
	Taken bool
	Terms *TermsNotice
}

// HeaderQuery asks for one page of shop headers.
type HeaderQuery struct {
	Project ProjectID
	After   ShopID
	Limit   int      // at most MaxPage
	Only    []ShopID // instead of a page: these shops, at most MaxPage
}

// HeaderPage is one page of headers; Next is where the following page begins, empty on the last.
type HeaderPage struct {
	Headers []Header
	Next    ShopID
}

// Header is what the Primary needs to know of a shop to decide on it. It has no content.
type Header struct {
	Shop      ShopID
	Epoch     int64
	Rev       int64
	Status    Status // empty on a shop held by its status when the Secondary does not share progress
	Place     PlaceKey
	Print     string // of the place and its levels over there; empty when it has none such
	Questions string // digest of the question set
	Origin    Origin
	HasWave   bool
	Held      []Reason // why the Secondary does not release it; empty when it does
}

// Snapshot is the released content of a shop.
type Snapshot struct {
	Shop    ShopID
	Epoch   int64
	Rev     int64
	Content Content
}

// ReturnNotice overrides one shop at the Secondary.
type ReturnNotice struct {
	Project   ProjectID
	Shop      ShopID // the Secondary's
	Epoch     int64  // the new epoch: greater than the shop's, else the return is an old one
	Rev       int64  // the Secondary's version that the Primary last saw
	Content   Content
	Overwrite bool // also when the shop has changed since Rev
	Check     bool // only say what would be lost; change nothing
	By        string
}

// ReturnReply says what became of a return, or of a check: what would.
type ReturnReply struct {
	Done bool
	Rev  int64 // the shop's version over there, after
	// Lost lists what the Secondary changed since, when that stopped the return: the fields with its value and ours.
	Lost []Change
}

// SurveyState is a survey as it stands at the Secondary.
type SurveyState struct {
	Survey  SurveyID
	Version int64
	Rev     int64 // the Primary's revision it was last set to
	Content SurveyContent
}

// SurveyNotice sets the survey at the Secondary.
type SurveyNotice struct {
	Project ProjectID
	Rev     int64 // the Primary's revision; a lower one than the last is dropped
	Expect  int64 // the Version over there that the plan was made on; another is ErrStale
	Content SurveyContent
	By      string
}

// PairRequest introduces us to the system that invited us.
type PairRequest struct {
	Token  Token
	System SystemID
	Name   string
	URL    string
	Key    PartnerKey
}

// PairReply introduces the inviting system.
type PairReply struct {
	System SystemID
	Name   string
	URL    string
	Key    PartnerKey
}

// Pairer makes and keeps the trust between two systems. Both ends implement it, as with Peer.
type Pairer interface {
	// Pair redeems an invitation at the system that answers at url.
	Pair(ctx context.Context, url string, r PairRequest) (PairReply, error)
	// Rotate announces our next key, signed with the present one; both are good until the given time.
	Rotate(ctx context.Context, other SystemID, call Call, next PartnerKey, oldUntil time.Time) error
}
