package locations

import (
	"context"
	"fmt"
	"time"

	"github.com/mspkit/mspkit/internal/uuid7"
)

// Config adjusts a Service. The zero value works.
type Config struct {
	// Peer reaches the partners. Default: none; Compare, Push and Deliver answer ErrUnsupported.
	Peer Peer
	// Rules are asked of every node that is loaded, edited or pushed to us. Default: a non-empty, unique key.
	Rules Rules
	// MaxNodes bounds a set, ours or a partner's. Default: 1,000,000.
	MaxNodes int
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// NewID mints ids of history records, pushes and staged changes; they must ascend as text, because history and pushes
	// are read in their order. Default: UUIDs that begin with the time.
	NewID func() string
}

// Service keeps the sets of one account and exchanges them with partners. It is safe for concurrent use.
type Service struct {
	store Store
	cfg   Config
}

// NewService returns a service over a store.
func NewService(store Store, cfg Config) *Service {
	if cfg.MaxNodes == 0 {
		cfg.MaxNodes = 1_000_000
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = new(uuid7.Sequence).Next
	}
	return &Service{store, cfg}
}

// pageSize is how many rows are read or staged at a time.
const pageSize = 1000

// now is asked once an operation.
func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }

func (s *Service) view(ctx context.Context, fn func(context.Context, View) error) error {
	return s.store.View(ctx, func(ctx context.Context, v View) error {
		if v.Trees == nil || v.Shares == nil {
			return ErrUnsupported
		}
		return fn(ctx, v)
	})
}

func (s *Service) update(ctx context.Context, fn func(context.Context, Tx) error) error {
	return s.store.Update(ctx, func(ctx context.Context, tx Tx) error {
		if tx.Trees == nil || tx.Shares == nil || tx.History == nil {
			return ErrUnsupported
		}
		return fn(ctx, tx)
	})
}

// belongs refuses an actor of another account.
func belongs(a Actor, account Account) error {
	if a.System != account {
		return fmt.Errorf("%s of system %q in the account %q: %w", a.Name, a.System, account, ErrForbidden)
	}
	return nil
}

// unlocked answers a LockedError when a project leaves the set to its owner's pushes.
func unlocked(ctx context.Context, shares Shares, set SetID) error {
	locks, err := shares.Locks(ctx, set)
	if err == nil && len(locks) > 0 {
		err = &LockedError{Set: set, Projects: locks}
	}
	return err
}

// fail puts the operation and its subject before an error.
func fail(err error, format string, args ...any) error {
	return fmt.Errorf("locations: "+format+": %w", append(args, err)...)
}

// Head returns the head of a set; its Revision is 0 where nobody has written the set yet.
func (s *Service) Head(ctx context.Context, set SetID) (head Head, err error) {
	err = s.view(ctx, func(ctx context.Context, v View) (err error) {
		head, err = v.Trees.Head(ctx, set)
		return err
	})
	if err != nil {
		return Head{}, fail(err, "head of set %s", set)
	}
	return head, nil
}

// List returns up to limit (1 to 1000) nodes of a set whose key is greater than after, ordered by key.
func (s *Service) List(ctx context.Context, set SetID, after Key, limit int) (rows []Stored, err error) {
	limit = min(max(limit, 1), pageSize)
	err = s.view(ctx, func(ctx context.Context, v View) (err error) {
		rows, err = v.Trees.List(ctx, set, after, limit)
		return err
	})
	if err != nil {
		return nil, fail(err, "list set %s", set)
	}
	return rows, nil
}

// Node returns one node, or ErrNotFound.
func (s *Service) Node(ctx context.Context, set SetID, key Key) (row Stored, err error) {
	err = s.view(ctx, func(ctx context.Context, v View) error {
		rows, err := v.Trees.Nodes(ctx, set, []Key{key})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return ErrNotFound
		}
		row = rows[0]
		return nil
	})
	if err != nil {
		return Stored{}, fail(err, "node %s of set %s", key, set)
	}
	return row, nil
}

// History returns up to limit (1 to 1000) records of a set, newest first, that are older than the record before;
// an empty before begins with the newest.
func (s *Service) History(ctx context.Context, set SetID, before string, limit int) (records []Record, err error) {
	limit = min(max(limit, 1), pageSize)
	err = s.view(ctx, func(ctx context.Context, v View) (err error) {
		if v.History == nil {
			return ErrUnsupported
		}
		records, err = v.History.List(ctx, set, before, limit)
		return err
	})
	if err != nil {
		return nil, fail(err, "history of set %s", set)
	}
	return records, nil
}
