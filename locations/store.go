package locations

import (
	"context"
	"time"
)

// Store opens transactions for one account. It owns begin, commit and rollback: a closure that returns
// nil commits, an error or a panic rolls back. Closures may run more than once and must not call out.
type Store interface {
	View(ctx context.Context, fn func(context.Context, View) error) error
	Update(ctx context.Context, fn func(context.Context, Tx) error) error
}

// Tx is a transaction: the account it is opened for, and the roles that read and write that account's rows alone.
// A role that is nil answers ErrUnsupported through the Service.
type Tx struct {
	Account Account
	Trees   Trees
	Shares  Shares
	Inbox   Inbox
	Outbox  Outbox
	Pushes  Pushes
	History History
}

// View returns the same transaction, read-only by type.
func (tx Tx) View() View {
	return View{Account: tx.Account, Trees: tx.Trees, Shares: tx.Shares, Pushes: tx.Pushes, History: tx.History}
}

// View is a transaction that can only read.
type View struct {
	Account Account
	Trees   TreesView
	Shares  Shares
	Pushes  PushesView
	History HistoryView
}

// TreesView reads hierarchies. Whatever it returns shares no memory with the store.
type TreesView interface {
	// Head returns the set's head; for a set that nobody has written, a Head with Revision 0 and no error.
	Head(ctx context.Context, set SetID) (Head, error)
	// Entries returns the entries of these keys, ordered by key; unknown keys are left out.
	Entries(ctx context.Context, set SetID, keys []Key) ([]Entry, error)
	// Children returns the entries directly below these parents ("" asks for the top), ordered by parent, then key.
	Children(ctx context.Context, set SetID, parents []Key) ([]Entry, error)
	// Nodes returns the nodes of these keys, ordered by key; unknown keys are left out.
	Nodes(ctx context.Context, set SetID, keys []Key) ([]Stored, error)
	// List returns up to limit nodes whose key is greater than after, ordered by key.
	List(ctx context.Context, set SetID, after Key, limit int) ([]Stored, error)
}

// Trees reads and writes hierarchies. A change is staged in pages beside the tree, which nobody sees, and
// then switched over in one step, so that there is never half a tree.
type Trees interface {
	TreesView
	// Stage keeps rows for the push; a key staged before under the same push is replaced.
	Stage(ctx context.Context, push PushID, rows []Stored) error
	// Staged returns up to limit rows of the push whose key is greater than after, ordered by key.
	Staged(ctx context.Context, push PushID, after Key, limit int) ([]Stored, error)
	// Switch writes every staged row of the push over the set (insert or replace by key), sets the head, and
	// drops the staged rows. It answers ErrConflict, with nothing changed, when the set's revision is not expect.
	Switch(ctx context.Context, push PushID, head Head, expect int64) error
	// Drop forgets what is staged for the push; nothing staged is no error.
	Drop(ctx context.Context, push PushID) error
}

// Share is what a project says of the set it shares.
type Share struct {
	Project ProjectID
	Partner PartnerID
	Set     SetID // ours; empty while the project has no client here yet
	Owner   bool  // we are the Primary: the set is ours and pushes go out
	Live    bool  // the project is accepted: pushes may run
	Locked  bool  // the project's lock setting
	State   string
}

// Shares answers what the projects say about sets. Our stores answer it from the collab tables in the same
// transaction; a host with projects of its own replaces it.
type Shares interface {
	// Share returns the share of one project, or ErrNotFound.
	Share(ctx context.Context, project ProjectID) (Share, error)
	// Locks returns the live projects in which we are the Secondary and that lock this set, ordered.
	Locks(ctx context.Context, set SetID) ([]ProjectID, error)
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
	UseNonce(ctx context.Context, partner PartnerID, nonce string, expires time.Time) error
	// Reply returns the stored reply of a key, or ErrNotFound.
	Reply(ctx context.Context, partner PartnerID, key string) (Reply, error)
	// Keep stores a reply; a key that is there already is ErrConflict.
	Keep(ctx context.Context, partner PartnerID, r Reply) error
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

// PushesView reads push runs.
type PushesView interface {
	// Push returns one run, or ErrNotFound.
	Push(ctx context.Context, id RunID) (PushRun, error)
	// List returns up to limit runs of a project with an id less than before (empty: from the newest), newest id first.
	// An empty project asks for all.
	List(ctx context.Context, project ProjectID, before RunID, limit int) ([]PushRun, error)
}

// Pushes reads and writes push runs.
type Pushes interface {
	PushesView
	// Put inserts a run (Version 0) or replaces the one of that Version; else it answers ErrConflict. So it does for a second
	// running run of the same project.
	Put(ctx context.Context, r PushRun) error
}

// Actor is who does something, for which system.
type Actor struct {
	Name   string
	System Account
}

// Record is one history entry: who did what to which set, and what changed.
type Record struct {
	ID      string
	At      time.Time
	Actor   string
	Set     SetID
	Project ProjectID // empty for local changes
	Action  string    // load, edit, request_push, start_push, push, stop_push, refuse_push, pushed
	Changes []FieldChange
	Note    string
}

// FieldChange is one value before and after. Key is the node's.
type FieldChange struct {
	Key           Key
	Field         string
	Before, After string
}

// HistoryView reads history, newest first.
type HistoryView interface {
	// List returns up to limit records of the set older than the record before (empty: from the newest).
	List(ctx context.Context, set SetID, before string, limit int) ([]Record, error)
}

// History reads and appends.
type History interface {
	HistoryView
	Append(ctx context.Context, records []Record) error
}
