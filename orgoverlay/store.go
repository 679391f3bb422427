package orgoverlay

import (
	"context"
	"time"
)

// Store opens transactions for one account. It owns begin, commit and rollback: a closure that returns nil commits, an error
// or a panic rolls back. Closures may run more than once and must not call out.
type Store interface {
	View(ctx context.Context, fn func(context.Context, View) error) error
	Update(ctx context.Context, fn func(context.Context, Tx) error) error
}

// Tx is a transaction: the account it is opened for, and roles. All but Sight read and write that account's rows alone; Sight
// reads of others what agreements open, through types that cannot hold the rest. A role that is nil is refused with ErrUnsupported.
//
// For every role: what is not there is ErrNotFound; a put with Version 0 inserts and a duplicate is ErrConflict; a put with
// another Version replaces the record of exactly that version, else ErrConflict, and stores Version+1. Nothing that goes in or
// comes out shares memory with the store. Lists are ordered as their comments say. Times are UTC in microseconds; stores read no
// clock and mint no ids. "Up to limit" with a limit of 0 is nothing; only the Limit of a query may be 0 for all. The account that a record says it is of (Tenant.ID, Account of a
// half, a service, an agreement, an organization) is the transaction's, whatever is put. To remove what is not there is no error.
type Tx struct {
	Account    Account
	Registry   Registry
	Orgs       Organizations
	Sight      Sight
	Overlays   Overlays
	Claims     Claims
	Extensions Extensions
	Files      Files
	People     People
	History    History
}

// View is a transaction that can only read.
type View struct {
	Account    Account
	Registry   RegistryView
	Orgs       OrganizationsView
	Sight      Sight
	Overlays   OverlaysView
	Claims     ClaimsView
	Extensions ExtensionsView
	Files      FilesView
	People     PeopleView
	History    HistoryView
}

// View returns the same transaction, read-only by type.
func (tx Tx) View() View {
	return View{Account: tx.Account, Registry: tx.Registry, Orgs: tx.Orgs, Sight: tx.Sight, Overlays: tx.Overlays, Claims: tx.Claims,
		Extensions: tx.Extensions, Files: tx.Files, People: tx.People, History: tx.History}
}

// RegistryView reads what the account registers: itself, its halves of trusts, its services and the agreements registered in it.
type RegistryView interface {
	// Tenant returns the account's own record.
	Tenant(ctx context.Context) (Tenant, error)
	// Half returns our half of the trust with another account.
	Half(ctx context.Context, other Account) (TrustHalf, error)
	// Trusts returns every trust in which either half is there, ordered by the other account.
	Trusts(ctx context.Context) ([]Trust, error)
	Service(ctx context.Context, id ServiceID) (ServiceEntry, error)
	// Services returns up to limit services with an id greater than after, ordered by id.
	Services(ctx context.Context, after ServiceID, limit int) ([]ServiceEntry, error)
	// Agreement returns one that is registered here, with the provider that it has now: of an SLA that of its service, none without one.
	Agreement(ctx context.Context, id AgreementID) (Agreement, error)
	// Agreements returns up to limit of those registered here with an id greater than after, ordered by id.
	Agreements(ctx context.Context, after AgreementID, limit int) ([]Agreement, error)
}

// Registry reads and writes it.
type Registry interface {
	RegistryView
	PutTenant(ctx context.Context, t Tenant) error
	PutHalf(ctx context.Context, h TrustHalf) error
	PutService(ctx context.Context, s ServiceEntry) error
	PutAgreement(ctx context.Context, a Agreement) error
}

// OrganizationsView reads the account's own organizations.
type OrganizationsView interface {
	Organization(ctx context.Context, id OrgID) (Organization, error)
	// Children returns the organizations directly below one, deleted ones too, ordered by id.
	Children(ctx context.Context, parent OrgID) ([]Organization, error)
}

// Organizations reads and writes them.
type Organizations interface {
	OrganizationsView
	// Put answers ErrConflict also for a second organization of the same name that is not deleted, and for an id that another account has.
	Put(ctx context.Context, o Organization) error
}

// Listed is an organization in a list: shared fields, what it is to the account, and the fields that the account keeps of it.
type Listed struct {
	Shared
	Kind    Kind
	Local   Local // our own record's, or our overlay's; of another's never the owner's
	Version int64 // what an edit expects: of our own record its version, of another's that of our overlay; 0 is none
}

// Query selects organizations that the account sees at Now. Zero fields do not select.
type Query struct {
	Now         time.Time
	Kinds       []Kind
	Owner       Account
	Enabled     *bool
	FinancialID string // its key, see Config.FinancialKey
	// Search is text as SearchKey writes it, which must stand in the shared fields (Shared.SearchText), in our remarks or financial ID
	// (Local.SearchText), or in our value of one of the custom fields in Fields (CustomValue.SearchText).
	Search string
	Fields []string // ids of the custom fields that Search reads: those that the person may see now
	Ids    []OrgID
	After  Cursor // keyset
	Limit  int    // at most this many; 0: all
}

// Cursor is a place in a list, which is ordered by the folded name, then the id.
type Cursor struct {
	Name string // folded, see SortKey
	Org  OrgID
}

// Facts are what Visible decides by, for some organizations and one account.
type Facts struct {
	Viewer     Tenant
	Orgs       []Seen      // ordered by id
	Agreements []Agreement // that name the account on either side and one of the organizations, ordered by account and id; providers filled in
	Trusts     []Trust     // of the account, with the owners of the organizations or with accounts below them, ordered by the other account
	Below      []Tenant    // accounts of those trusts that are below owners: their ID and Directory alone, ordered by id
}

// Seen is an organization among Facts. Own says that it is the account's; Internal, of an own one, that it lies below the tied organization.
type Seen struct {
	Shared
	Own, Internal, Deleted bool
}

// Sight reads what crosses accounts. What no agreement with this account names, of whatever status, is as if it were not there.
type Sight interface {
	// List returns the organizations that the query selects and the account sees at its Now: exactly those that Visible says
	// are seen, ordered by the folded name, then the id.
	List(ctx context.Context, q Query) ([]Listed, error)
	// Count counts them, whatever After and Limit.
	Count(ctx context.Context, q Query) (int64, error)
	// Facts returns what is known for a decision about these organizations: our own, those of our directory, and those
	// that an agreement of any status with us names.
	// The viewer has at least its ID. An agreement names an organization by its account and its id.
	Facts(ctx context.Context, orgs []OrgID) (Facts, error)
	// Named returns who has exactly these names: organizations, not deleted, which are ours, or which an agreement of any status with us
	// names; each once, ordered by account and name. Names that nobody has are left out.
	Named(ctx context.Context, names []OrgName) ([]Named, error)
	// Watchers returns, of one of our own organizations, every agreement of any status that names it with another account as the other
	// side, with that account's name, ordered by account, then by where the agreement is registered and its id; and the trusts with those
	// accounts that let them see it. Of an agreement between two other accounts each is one. Of an organization that is not ours: nothing.
	Watchers(ctx context.Context, org OrgID) ([]Watcher, error)
	// Partner returns what another account says of itself (ID, Name, Directory, Organization) while trust with it is in force, with
	// Version 0; else ErrNotFound.
	Partner(ctx context.Context, other Account) (Tenant, error)
	// Between returns every agreement of any status between us and another account, whichever of both it is registered in, ordered
	// by account and id; providers filled in.
	Between(ctx context.Context, other Account) ([]Agreement, error)
	// Elsewhere returns up to limit agreements that are registered in other accounts with us as the customer's side and are not being
	// prepared, which stand after a place, ordered by account and id; providers filled in.
	Elsewhere(ctx context.Context, after AgreementPlace, limit int) ([]Agreement, error)
}

// AgreementPlace names an agreement by where it is registered.
type AgreementPlace struct {
	Account Account
	ID      AgreementID
}

// OrgName is the name of an organization, which is unique among those of its account.
type OrgName struct {
	Account Account
	Name    string
}

// Named is an organization found by its name.
type Named struct {
	OrgName
	Org OrgID
}

// Watcher is an account that an agreement may let see an organization.
type Watcher struct {
	Account   Account
	Name      string
	Agreement Agreement
	Trust     Trust // ours with the account
	// Below says that we are a directory, and that trust is in force between the account and one below us, whatever ours is.
	Below bool
}

// OverlaysView reads what the account has laid over others' organizations.
type OverlaysView interface {
	Overlay(ctx context.Context, org OrgID) (Overlay, error)
	// ByOrg returns the overlays on these organizations, ordered by organization; without one they are left out.
	ByOrg(ctx context.Context, orgs []OrgID) ([]Overlay, error)
	// List returns up to limit overlays with an organization greater than after, ordered by it, seen or not.
	List(ctx context.Context, after OrgID, limit int) ([]Overlay, error)
}

// Overlays reads and writes them.
type Overlays interface {
	OverlaysView
	Put(ctx context.Context, overlays []Overlay) error
	// Hide writes the HiddenSince of overlays, and nothing else: their Version stays. Organizations without an overlay are passed over.
	Hide(ctx context.Context, orgs []OrgID, since time.Time) error
	// Delete removes an overlay and everything by which it was found, also its claims. The content of its attachments is Files'.
	Delete(ctx context.Context, org OrgID) error
}

// Claim says which of the account's records has a financial ID.
type Claim struct {
	Key  string // Config.FinancialKey of it
	Slot string // "" where financial IDs are unique; the organization's id where a second one is only warned of
	Org  OrgID
}

// ClaimsView looks financial IDs up.
type ClaimsView interface {
	// Claims returns who has one of these keys, ordered by key and organization.
	Claims(ctx context.Context, keys []string) ([]Claim, error)
}

// Claims takes and gives them back.
type Claims interface {
	ClaimsView
	// Take answers ErrConflict when the account has a claim of the same key and slot. It takes all or none.
	Take(ctx context.Context, claims []Claim) error
	// Release gives back what these organizations have claimed.
	Release(ctx context.Context, orgs []OrgID) error
}

// ExtensionsView reads versions of extensions.
type ExtensionsView interface {
	Extension(ctx context.Context, id ExtensionID, number int64) (Extension, error)
	// Active returns the active version for a category, disabled or not, or ErrNotFound.
	Active(ctx context.Context, category string) (Extension, error)
	// List returns all versions, ordered by id and number.
	List(ctx context.Context) ([]Extension, error)
}

// Extensions reads and writes them.
type Extensions interface {
	ExtensionsView
	// Put answers ErrConflict also for a second active version of a category, disabled or not.
	Put(ctx context.Context, e Extension) error
}

// FilesView reads the content of attachments, which is kept once for each account and digest.
type FilesView interface {
	// Chunk returns the nth piece of a content, from 0, or ErrNotFound.
	Chunk(ctx context.Context, sha256 string, n int) ([]byte, error)
	// Used reports whether one of the account's organizations or overlays names a content.
	Used(ctx context.Context, sha256 string) (bool, error)
}

// Files reads and writes it.
type Files interface {
	FilesView
	// PutChunk stores a piece; one that is there stays as it is.
	PutChunk(ctx context.Context, sha256 string, n int, data []byte) error
	// Delete removes a content.
	Delete(ctx context.Context, sha256 string) error
}

// Person is somebody whom custom fields can name.
type Person struct {
	ID      PersonID
	Name    string
	Version int64
}

// PeopleView reads the people of the account and of its directory.
type PeopleView interface {
	// People returns those of these ids, ordered by id; others are left out. Of an id that both have the account's own is returned.
	People(ctx context.Context, ids []PersonID) ([]Person, error)
}

// People reads them, and writes the account's own.
type People interface {
	PeopleView
	PutPerson(ctx context.Context, p Person) error
}

// Entry is one line of history: who did what, and what changed. Organizations, overlays and the registry have one history.
type Entry struct {
	ID      string // ascending with time
	At      time.Time
	Actor   string
	Home    Account // the account that the actor belongs to
	Kind    string  // overlay, organization, account, agreement, trust, service, person, extension, import, retention
	Subject string  // id of the record; of overlays and organizations the organization's
	Version int64   // of the record, that the change made; 0 where none was made
	Action  string
	Changes []Change
	Why     string
}

// Change is one value before and after. An internal one is shown only to people who may see internal fields.
type Change struct {
	Path, Before, After string
	Internal            bool
}

// HistoryQuery selects entries. Zero fields do not select.
type HistoryQuery struct {
	Kind, Subject string
	Before        string // keyset: ids less than this
	Limit         int    // at most this many; 0: all
}

// HistoryView reads history.
type HistoryView interface {
	// List returns what the query selects, newest id first.
	List(ctx context.Context, q HistoryQuery) ([]Entry, error)
}

// History reads, appends and purges.
type History interface {
	HistoryView
	// Append answers ErrConflict for an id that is there already.
	Append(ctx context.Context, entries []Entry) error
	// Strip takes the values out of every change of a subject's entries; paths, times and people stay.
	Strip(ctx context.Context, kind, subject string) error
}
