package scenario_test

import (
	"fmt"
	"slices"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

// system is what the people of one system can do and see. Refusals are errors of type *no, the same words whoever asks.
type system interface {
	// The operator.
	Module() (on bool, err error)
	Switch(on bool) error
	Card() (card, error)
	Register(card) error
	Invite(origin string) (token string, err error)
	Join(url, token string) (partner, error)
	Confirm(id, key string) (partner, error)
	Partners() ([]partner, error)

	// Clients, surveys and locations. A client's location set has the client's id.
	SaveClient(id, name string) error
	SaveSurvey(collab.Survey) error
	Clients() ([]client, error)
	Surveys(client string) ([]survey, error)
	Load(set, table string) (rows int, err error)
	Places(set string) (map[string]place, error)
	EditPlaces(set string, edits ...locations.Edit) error

	// Projects.
	Check(proposal) (check, error)
	Propose(proposal) (project, error)
	Withdraw(id, reason string) error
	Accept(id, email string, agreed bool) error
	Decline(id, reason string) error
	Settings(id string, s settings) error
	Projects() ([]project, error)
	Compare(project string) (comparison, error)
	Push(project string, overwrite bool) (pushed, error)

	// Shops.
	CreateShops([]collab.Shop) error
	Shop(id string) (shop, error)
	Shops() ([]shop, error)
	Save(shop) error

	// Imports and returns.
	PlanImport(project string) (plan, error)
	Import(project string, agreed plan) (run string, err error)
	Run(id string) (run, error)
	PlanReturn(shop string) (returnPlan, error)
	Return(shop string, overwrite bool) error

	// History of a subject, oldest first.
	History(kind, id string) ([]entry, error)
}

// card is what a system says of itself, for its partners to register.
type card struct {
	System, URL, KeyID string
	Key                []byte
}

type partner struct{ ID, URL, State, KeyID string }

type client struct{ ID, Name, Origin string } // an origin is written system/id

type survey struct {
	ID, Name, Origin string
	Questions        []string // their ids
	Rules            []string // their names
}

// place is a node of a location set; Parent and Level say where it hangs.
type place struct {
	Name, Parent, Group string
	Level               int
	Inactive, Edited    bool
}

// proposal is an offer with the usual terms but for what is said here.
type proposal struct {
	Partner, Client, Survey, Target string
	Export                          string // "": the recommended status
	Exact, Rules, Unlocked          bool
}

type check struct {
	Refused  *no
	Warnings []warning
}

type warning struct {
	Code     string
	Statuses []string
}

// settings changes an accepted project: what Mask names, when Master is ticked.
type settings struct {
	Master  bool
	Mask    []string
	Export  string
	Lock    bool
	Contact string
}

type project struct {
	ID, Partner, State, Label, ClientName, SurveyName, Client, Survey, Contact string
	Export, FeePayer                                                           string
	Copy, Lock, Rules                                                          bool
}

// comparison lists what differs, as "1003 moved parent"; a hand edit of the other side is marked with a star.
type comparison struct {
	Changes []string
	Hints   []string // such as "1003 blanks"
	Counts  locations.Counts
}

type pushed struct{ Created, Updated, Deactivated int }

// shop is what people see and fill in of a shop.
type shop struct {
	ID, Client, Survey, Place, Status, Shopper, Wave, Pay string
	Payable, Awaiting                                     bool
	Answers                                               map[string]string
	Earned, Possible, ScoredBy                            string
	Comments, ReviewerComments                            string
	Origin                                                string
	Epoch, Version                                        int64
	Link                                                  *link // where one shop is asked for
}

type link struct {
	Partner, Remote, Project, Return string
	Epoch                            int64
}

// counts are those of a plan or a run, and by reason of what is held.
type counts struct {
	Imported, Updated, Already int64
	Held                       map[string]int64
}

type plan struct {
	Terms, Survey int64 // the stamp
	Counts        counts
	Would         map[string]string   // by the partner's shop: imported, updated, or "" for staying behind
	Reasons       map[string][]string // by the partner's shop
}

// run is an import: its report, what the ledger has of it, and why shops stayed behind.
type run struct {
	State, Reason string
	Counts        counts
	Ledger        map[string]int64  // events by kind
	Events        map[string]string // our shop by the partner's
	Left          map[string][]string
}

type returnPlan struct {
	Remote  string
	Refused *no
	Lost    []collab.Change
}

type entry struct {
	Actor, Action, Why string
	Changes            []collab.Change
}

// no is a refusal: the code and the codes of every reason, what was said, and the data that belongs to it.
type no struct {
	Codes  []string
	Detail string
	System string // whose module is off
	Fields []string
	Lost   []string // fields or nodes that would be overwritten
}

func (n *no) Error() string { return fmt.Sprintf("%v: %s", n.Codes, n.Detail) }

// says reports whether a code is among the reasons.
func (n *no) says(code string) bool { return n != nil && slices.Contains(n.Codes, code) }

// each converts a list.
func each[A, B any](in []A, to func(A) B) []B {
	out := make([]B, 0, len(in))
	for _, v := range in {
		out = append(out, to(v))
	}
	return out
}

// origin writes where a record was first made.
func origin(system, id string) string {
	if system == "" {
		return ""
	}
	return system + "/" + id
}
