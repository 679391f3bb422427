package collab

import (
	"context"
	"time"
)

// Store opens transactions for one account. It owns begin, commit and rollback: a closure that returns nil
// commits, an error or a panic rolls back. Closures may run more than once and must not call out.
type Store interface {
	View(ctx context.Context, fn func(context.Context, View) error) error
	Update(ctx context.Context, fn func(context.Context, Tx) error) error
}

// Tx is a transaction: the account it is opened for, and roles that read and write that account's rows alone.
// A host can replace one role and keep the rest. A transaction with a role that is nil is refused with ErrUnsupported.
//
// For every role: what is not there is ErrNotFound; a put with Version 0 inserts and a duplicate is ErrConflict; a put
// with another Version replaces the record of exactly that version, else ErrConflict, and stores Version+1. Nothing
// that goes in or comes out shares memory with the store. Lists are ordered as their comments say. Times are UTC in
// microseconds; stores read no clock and mint no ids. "Up to limit" with a limit of 0 is nothing; only the Limit of a query
// struct means all when it is 0.
type Tx struct {
	Account  SystemID
	Partners Partners
	Clients  Clients
	Surveys  Surveys
	Projects Projects
	Shops    Shops
	Ledger   Ledger
	Runs     Runs
	Places   Places
	Inbox    Inbox
	Outbox   Outbox
	History  History
}

// View returns the same transaction, read-only by type.
func (tx Tx) View() View {
	return View{Account: tx.Account, Partners: tx.Partners, Clients: tx.Clients, Surveys: tx.Surveys, Projects: tx.Projects,
		Shops: tx.Shops, Ledger: tx.Ledger, Runs: tx.Runs, Places: tx.Places, History: tx.History}
}

// View is a transaction that can only read.
type View struct {
	Account  SystemID
	Partners PartnersView
	Clients  ClientsView
	Surveys  SurveysView
	Projects ProjectsView
	Shops    ShopsView
	Ledger   LedgerView
	Runs     RunsView
	Places   PlacesView
	History  HistoryView
}

// missing names the first role that is nil.
func (v View) missing() string {
	switch {
	case v.Partners == nil:
		return "Partners"
	case v.Clients == nil:
		return "Clients"
	case v.Surveys == nil:
		return "Surveys"
	case v.Projects == nil:
		return "Projects"
	case v.Shops == nil:
		return "Shops"
	case v.Ledger == nil:
		return "Ledger"
	case v.Runs == nil:
		return "Runs"
	case v.Places == nil:
		return "Places"
	case v.History == nil:
		return "History"
	}
	return ""
}

func (tx Tx) missing() string {
	switch {
	case tx.Inbox == nil:
		return "Inbox"
	case tx.Outbox == nil:
		return "Outbox"
	}
	// A nil role in an interface of the same kind stays nil in the View's narrower one.
	return tx.View().missing()
}

// PartnersView reads the module switch, the registered partners and invitations.
type PartnersView interface {
	// Module returns the switch; one that was never set is the zero Module.
	Module(ctx context.Context) (Module, error)
	Partner(ctx context.Context, id SystemID) (Partner, error)
	// PartnerByKey returns the partner that holds a key of that id, in whatever state.
	PartnerByKey(ctx context.Context, id KeyID) (Partner, error)
	// List returns all partners, ordered by id.
	List(ctx context.Context) ([]Partner, error)
	Invitation(ctx context.Context, tokenHash string) (Invitation, error)
}

// Partners reads and writes them.
type Partners interface {
	PartnersView
	PutModule(ctx context.Context, m Module) error
	// PutPartner answers ErrConflict when another partner holds a key of the same id.
	PutPartner(ctx context.Context, p Partner) error
	PutInvitation(ctx context.Context, i Invitation) error
}

// ClientsView reads clients.
type ClientsView interface {
	Client(ctx context.Context, id ClientID) (Client, error)
	ByOrigin(ctx context.Context, o Origin) (Client, error)
	// List returns up to limit clients with an id greater than after, ordered by id.
	List(ctx context.Context, after ClientID, limit int) ([]Client, error)
}

// Clients reads and writes clients.
type Clients interface {
	ClientsView
	// Put answers ErrConflict also for a second client of the same origin.
	Put(ctx context.Context, c Client) error
}

// SurveysView reads surveys and what of them was exchanged.
type SurveysView interface {
	Survey(ctx context.Context, id SurveyID) (Survey, error)
	// List returns the surveys of a client, ordered by id; an empty client asks for all.
	List(ctx context.Context, client ClientID) ([]Survey, error)
	// Exchanged returns the exchange of a project with the highest Rev, or ErrNotFound.
	Exchanged(ctx context.Context, project ProjectID) (Exchange, error)
	// QuestionSets returns the digests of all exchanges of a project, ordered, each once.
	QuestionSets(ctx context.Context, project ProjectID) ([]string, error)
}

// Surveys reads and writes surveys.
type Surveys interface {
	SurveysView
	Put(ctx context.Context, s Survey) error
	// KeepExchange stores an exchange; one of the same project and Rev is replaced.
	KeepExchange(ctx context.Context, e Exchange) error
}

// ProjectQuery selects projects. Zero fields do not select.
type ProjectQuery struct {
	Party   Party
	Partner SystemID
	Client  ClientID // ours
	Survey  SurveyID // ours
	States  []State
	After   ProjectID // keyset: ids greater than this
	Limit   int       // at most this many; 0: all
}

// ProjectsView reads projects.
type ProjectsView interface {
	Project(ctx context.Context, id ProjectID) (Project, error)
	// List returns what the query selects, ordered by id.
	List(ctx context.Context, q ProjectQuery) ([]Project, error)
}

// Projects reads and writes projects.
type Projects interface {
	ProjectsView
	// Put answers ErrConflict also where a key forbids the project: at the Primary a second proposed or accepted project
	// of the same partner, client and survey, and a second proposed one of TargetNewClient for the same partner and client.
	Put(ctx context.Context, p Project) error
}

// ShopQuery selects shops. Zero fields do not select.
type ShopQuery struct {
	Survey   SurveyID
	Client   ClientID
	Statuses []Status
	Place    PlaceKey
	After    ShopID // keyset: ids greater than this
	Limit    int    // at most this many; 0: all
}

// ShopsView reads shops.
type ShopsView interface {
	Shop(ctx context.Context, id ShopID) (Shop, error)
	// List returns what the query selects, ordered by id.
	List(ctx context.Context, q ShopQuery) ([]Shop, error)
	// ByID returns the shops of these ids, ordered by id; unknown ids are left out.
	ByID(ctx context.Context, ids []ShopID) ([]Shop, error)
	// CountByStatus counts a survey's shops, ordered by status name; statuses without a shop are left out.
	CountByStatus(ctx context.Context, survey SurveyID) ([]StatusCount, error)
	// Origins returns which of these origins our imported shops have, ordered, with the shop that has it.
	Origins(ctx context.Context, origins []Origin) ([]OriginShop, error)
}

// OriginShop is an imported shop and where it was first made.
type OriginShop struct {
	Origin Origin
	Shop   ShopID
}

// Shops reads and writes shops, many at a time: each put follows the rule for records above, and the first
// that fails fails the call.
type Shops interface {
	ShopsView
	// Put answers ErrConflict also for a second shop of the same (set) origin.
	Put(ctx context.Context, shops []Shop) error
}

// LedgerView reads links and events.
type LedgerView interface {
	// Links returns the links of these remote shops of a partner, ordered by remote shop; unknown ones are left out.
	Links(ctx context.Context, partner SystemID, remote []ShopID) ([]Link, error)
	// Standings is Links with the little that an import asks of every shop, of which most have come before. It is asked for pages of shops that
	// follow each other, and should be quick at that.
	Standings(ctx context.Context, partner SystemID, remote []ShopID) ([]Standing, error)
	// LinksOf returns the links of these shops of ours, ordered by shop.
	LinksOf(ctx context.Context, shops []ShopID) ([]Link, error)
	// Events returns up to limit events of a run whose remote shop is greater than after, ordered by it.
	Events(ctx context.Context, run RunID, partner SystemID, after ShopID, limit int) ([]Event, error)
	// CountEvents counts the events of a run by kind.
	CountEvents(ctx context.Context, run RunID) (map[EventKind]int64, error)
}

// Ledger reads and writes links and events.
type Ledger interface {
	LedgerView
	PutLinks(ctx context.Context, links []Link) error
	// Append stores events; one of the same partner, remote shop and epoch is ErrConflict.
	Append(ctx context.Context, events []Event) error
}

// RunsView reads runs.
type RunsView interface {
	Run(ctx context.Context, id RunID) (Run, error)
	// List returns up to limit runs of a project with an id less than before (empty: from the newest), newest id first. An empty project asks for all.
	List(ctx context.Context, project ProjectID, before RunID, limit int) ([]Run, error)
	// Items returns up to limit items of a run whose remote shop is greater than after, ordered by it.
	Items(ctx context.Context, run RunID, after ShopID, limit int) ([]RunItem, error)
}

// Runs reads and writes runs.
type Runs interface {
	RunsView
	// Put answers ErrConflict also for a second running run of the same project.
	Put(ctx context.Context, r Run) error
	// PutItems stores items; one of the same run and remote shop is replaced.
	PutItems(ctx context.Context, items []RunItem) error
}

// PlacesView answers for the client's locations in this transaction. Our stores answer from the locations tables.
type PlacesView interface {
	// Prints returns a fingerprint of each place and the level values above it; a place that is not there is
	// absent from the map. Equal prints on two systems are equal places.
	Prints(ctx context.Context, client ClientID, keys []PlaceKey) (map[PlaceKey]string, error)
}

// Places also asks for the locations to be copied to a project's partner.
type Places interface {
	PlacesView
	// RequestCopy asks, as part of this transaction, that the client's locations be pushed for the project.
	RequestCopy(ctx context.Context, project ProjectID, at time.Time) error
}

// Call identifies one write of a partner: sent with it, and used to answer a repeat with the first reply.
type Call struct {
	Key     string    // idempotency key, chosen by the sender; required
	Digest  string    // of the payload; filled by the receiving transport
	Nonce   string    // of the signature; filled by the receiving transport, empty where there is none
	Expires time.Time // until when the nonce must be remembered
}

// Reply is the stored answer to a Call.
type Reply struct {
	Key, Digest string
	Body        []byte
	At          time.Time
}

// Inbox makes a partner's writes repeatable.
type Inbox interface {
	// UseNonce remembers the nonce, or answers ErrReplayed when the partner has used it before.
	UseNonce(ctx context.Context, partner SystemID, nonce string, expires time.Time) error
	// Reply returns the stored reply of a key, or ErrNotFound.
	Reply(ctx context.Context, partner SystemID, key string) (Reply, error)
	// Keep stores a reply; a key that is there already is ErrConflict.
	Keep(ctx context.Context, partner SystemID, r Reply) error
	// Forget deletes nonces that expired before one time and replies kept before the other, of every partner and of
	// either domain, and says how many.
	Forget(ctx context.Context, expired, kept time.Time) (int, error)
}

// Message is work that must leave this process after the transaction: the courier hands it to Service.Deliver.
type Message struct {
	Key     string // unique per account: enqueueing it again changes nothing
	Stream  string // order is kept within a stream
	Kind    string
	Payload []byte
	Due     time.Time
}

// Outbox keeps messages. They are part of the transaction.
type Outbox interface {
	Enqueue(ctx context.Context, messages []Message) error
}

// Subject says what a history entry is about.
type Subject struct {
	Kind string // project, shop, survey, client, partner, module, run
	ID   string
}

// Entry is one line of history: who did what to what, what changed, and why.
type Entry struct {
	ID      string
	At      time.Time
	Actor   string
	Subject Subject
	Project ProjectID // the project it belongs to, if any
	Action  string
	Changes []Change
	Why     string
}

// Change is one value before and after. Field is a path such as terms.export or answers[q1].
type Change struct{ Field, Before, After string }

// HistoryQuery selects entries. Zero fields do not select.
type HistoryQuery struct {
	Subject Subject
	Project ProjectID
	Before  string // keyset: ids less than this
	Limit   int    // at most this many; 0: all
}

// HistoryView reads history.
type HistoryView interface {
	// List returns what the query selects, newest id first.
	List(ctx context.Context, q HistoryQuery) ([]Entry, error)
}

// History reads and appends.
type History interface {
	HistoryView
	// Append answers ErrConflict for an id that is there already.
	Append(ctx context.Context, entries []Entry) error
}
