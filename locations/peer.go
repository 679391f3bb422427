package locations

import "context"

// Peer is the other system, as the Primary sees it. The same interface serves both ends: a client takes
// other as whom to ask, and Service.Inbound takes it as the authenticated system that asks.
type Peer interface {
	// Look returns the head of the partner's copy and the entries below the given parents ("" is the top).
	// Nothing is known of a parent that the copy does not have. At most MaxParents parents a call.
	Look(ctx context.Context, other PartnerID, project ProjectID, parents []Key) (Look, error)
	// Nodes returns the nodes of these keys in the copy, ordered by key. At most MaxNodes a call.
	Nodes(ctx context.Context, other PartnerID, project ProjectID, keys []Key) ([]Stored, error)
	// Stage hands over one page of a push.
	Stage(ctx context.Context, other PartnerID, call Call, page PushPage) error
	// Commit switches the partner's copy over to what was staged.
	Commit(ctx context.Context, other PartnerID, call Call, c PushCommit) (PushReceipt, error)
}

// Sizes of a call that every implementation keeps to.
const (
	MaxParents = 1000 // parents a Look may name
	MaxNodes   = 1000 // nodes that travel in one call

	MaxNodeText = 64 << 10 // bytes of text that a node may have, all its fields together
	MaxPageText = 1 << 20  // bytes of text that a push puts in one page, but for a page of a single node
)

// Look is an answer to Peer.Look: entries ordered by parent, then key.
type Look struct {
	Head    Head
	Entries []Entry
}

// PushPage is one page of nodes that will be put in the partner's copy. Repeating a page is harmless. A project has one place
// for pages: those of a push that was given up make the next commit stale once, and go with it.
type PushPage struct {
	Project ProjectID
	Push    PushID
	Nodes   []Node // at most MaxNodes, valid on their own, unique by key within the push
}

// PushCommit ends a push. Total must be the number of nodes staged, else the commit is stale.
type PushCommit struct {
	Project ProjectID
	Push    PushID
	Total   int
	Source  int64 // the sender's revision that the copy will stand for
	Expect  int64 // the copy's revision that the sender compared with; another one is ErrStale
	Root    Print // the root that the sender expects to result; another one is refused and nothing changes
	// Overwrite allows the push to replace nodes that were edited by hand over there. Without it such a push
	// is refused with an OverwritesError.
	Overwrite bool
}

// PushReceipt says what a push did over there.
type PushReceipt struct {
	Revision    int64 // of the copy, after
	Root        Print
	Created     int
	Updated     int
	Deactivated int
}
