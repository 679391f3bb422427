package store

import (
	"context"
	"errors"
	"time"
)

// ErrLeaseLost says that the message is no longer leased under that token: somebody else has it, or it is settled.
var ErrLeaseLost = errors.New("store: the lease is lost")

// Domains whose messages a queue holds.
const (
	DomainCollab    = "collab"
	DomainLocations = "locations"
)

// MessageState is where a message stands.
type MessageState uint8

const (
	MessageNone    MessageState = iota // invalid
	MessageWaiting                     // due at NextAt
	MessageLeased                      // being delivered, until LeasedUntil
	MessageDone
	MessageParked // given up until somebody replays it; Reason says why
)

var messageStates = []string{"", "waiting", "leased", "done", "parked"}

func (s MessageState) String() string {
	if int(s) >= len(messageStates) {
		return ""
	}
	return messageStates[s]
}

// ParseMessageState reads what String wrote; an unknown name is MessageNone.
func ParseMessageState(s string) MessageState {
	for i, n := range messageStates {
		if i > 0 && n == s {
			return MessageState(i)
		}
	}
	return MessageNone
}

// Message is a row of the queue. ID grows in the order of writing within an account; Key is unique per account.
type Message struct {
	ID          int64
	Account     string
	Domain      string
	Key         string
	Stream      string
	Kind        string
	Payload     []byte
	State       MessageState
	Attempts    int
	NextAt      time.Time
	Reason      string // why the last attempt failed
	Holder      string // who leases it
	Token       int64  // grows with each lease; settling needs the present one
	LeasedUntil time.Time
	CreatedAt   time.Time // when it first was due
	SettledAt   time.Time // when it was done or parked
}

// Settlement ends a lease.
type Settlement struct {
	State  MessageState // MessageDone, MessageParked, or MessageWaiting for another try
	NextAt time.Time    // of another try
	Reason string
	At     time.Time
}

// MessageQuery selects messages. Zero fields do not select.
type MessageQuery struct {
	Account string
	State   MessageState
	After   int64 // keyset: ids greater than this
	Before  int64 // keyset: ids less than this, and the newest first; 0: the oldest first
	Limit   int
}

// Queue hands out the messages of every account: the one thing in a DB that crosses accounts. It reads no clock.
type Queue interface {
	// Lease takes up to limit messages that are due at now for holder until the given time, counts the attempt and
	// raises the token. Of a stream only the oldest message that is neither done nor parked can be leased, and only when it
	// is waiting and due, or its lease has run out. Oldest first.
	Lease(ctx context.Context, holder string, now, until time.Time, limit int) ([]Message, error)
	// LeaseOne is Lease for one message by id; it answers ErrLeaseLost when that message cannot be leased now.
	LeaseOne(ctx context.Context, id int64, holder string, now, until time.Time) (Message, error)
	// Settle ends the lease; another token than the present one is ErrLeaseLost, with nothing changed. A State that is none of a
	// Settlement's is an error, also with nothing changed.
	Settle(ctx context.Context, id, token int64, s Settlement) error
	// Free makes everything that holder leases waiting and due at now, without counting against it: what a process does when it starts.
	Free(ctx context.Context, holder string, now time.Time) (int, error)
	// Replay makes a parked message of an account waiting and due at now, attempts counted anew; another state is ErrLeaseLost.
	Replay(ctx context.Context, account string, id int64, now time.Time) error
	// List returns what the query selects, ordered by id; with Before the other way round.
	List(ctx context.Context, q MessageQuery) ([]Message, error)
	// Next returns when the next message can be leased; zero when nothing waits.
	Next(ctx context.Context) (time.Time, error)
}
