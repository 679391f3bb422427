package collab

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mspkit/mspkit/internal/uuid7"
)

// Config adjusts a Service. The zero value works.
type Config struct {
	// Name is what partners see of us. Default: the system's id.
	Name string
	// URL is where our peer protocol answers. Needed for pairing alone. Default: empty.
	URL string
	// Key is our present public signing key. Needed for pairing alone. Default: none.
	Key PartnerKey
	// Peer reaches the partners. Default: none; what needs a partner answers ErrPeer.
	Peer Peer
	// Pairer reaches a system that is no partner yet. Default: none; pairing answers ErrPeer.
	Pairer Pairer
	// Ladder is the host's order of statuses. Default: DefaultLadder.
	Ladder Ladder
	// Placeholder is the shopper of imported shops. Default: "*collabShopper".
	Placeholder string
	// PageSize is how many shops an import takes at a time, at most MaxPage. Default: MaxPage.
	PageSize int
	// InvitationLife is how long an invitation can be used. Default: 24 hours.
	InvitationLife time.Duration
	// Accepted is called at the Secondary inside the transaction that accepts a project, with the project as it
	// is stored. An error undoes the acceptance. Default: nothing.
	Accepted func(ctx context.Context, tx Tx, p Project) error
	// Now tells the time. Default: time.Now.
	Now func() time.Time
	// NewID mints ids, ascending as text in the order of minting. Default: UUIDv7.
	NewID func() string
}

// Service carries out what people and partners decide, for one system. It is safe for concurrent use.
type Service struct {
	system SystemID
	store  Store
	cfg    Config
}

// NewService returns the service of one system over its store. It panics on an empty system or a broken Ladder,
// which are faults of the program.
func NewService(system SystemID, store Store, cfg Config) *Service {
	if system == "" || store == nil {
		panic("collab: NewService needs a system and a store")
	}
	if cfg.Name == "" {
		cfg.Name = string(system)
	}
	if len(cfg.Ladder.Steps) == 0 {
		cfg.Ladder = DefaultLadder()
	}
	if err := cfg.Ladder.check(); err != nil {
		panic(err)
	}
	if cfg.Placeholder == "" {
		cfg.Placeholder = "*collabShopper"
	}
	if cfg.PageSize <= 0 || cfg.PageSize > MaxPage {
		cfg.PageSize = MaxPage
	}
	if cfg.InvitationLife <= 0 {
		cfg.InvitationLife = 24 * time.Hour
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = new(uuid7.Sequence).Next
	}
	return &Service{system: system, store: store, cfg: cfg}
}

// System returns whose service it is.
func (s *Service) System() SystemID { return s.system }

// Ladder returns the ladder in force.
func (s *Service) Ladder() Ladder { return s.cfg.Ladder }

// now is read once an operation: UTC, in the microseconds that stores keep.
func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }

// With returns the same service on another store, such as one that joins the host's transaction.
func (s *Service) With(store Store) *Service {
	return &Service{system: s.system, store: store, cfg: s.cfg}
}

func (s *Service) view(ctx context.Context, fn func(context.Context, View) error) error {
	return s.store.View(ctx, func(ctx context.Context, v View) error {
		if v.Account != s.system {
			return fmt.Errorf("collab: transaction of %q used by %q: %w", v.Account, s.system, ErrForbidden)
		}
		if name := v.missing(); name != "" {
			return fmt.Errorf("collab: role %s: %w", name, ErrUnsupported)
		}
		return fn(ctx, v)
	})
}

func (s *Service) update(ctx context.Context, fn func(context.Context, Tx) error) error {
	return s.store.Update(ctx, func(ctx context.Context, tx Tx) error {
		if tx.Account != s.system {
			return fmt.Errorf("collab: transaction of %q used by %q: %w", tx.Account, s.system, ErrForbidden)
		}
		if name := tx.missing(); name != "" {
			return fmt.Errorf("collab: role %s: %w", name, ErrUnsupported)
		}
		return fn(ctx, tx)
	})
}

// Read shows a person of this system what is there, read-only and as of one moment. While the module is off it answers a
// ModuleError, to the operator as well: all that is left then is ModuleOn and SetModule.
func (s *Service) Read(ctx context.Context, a Actor, fn func(context.Context, View) error) error {
	if err := s.allow(a); err != nil {
		return err
	}
	return s.view(ctx, func(ctx context.Context, v View) error {
		if err := s.moduleOn(ctx, v.Partners); err != nil {
			return err
		}
		return fn(ctx, v)
	})
}

// allow refuses actors of other systems.
func (s *Service) allow(a Actor) error {
	if a.System != s.system || a.Name == "" {
		return fmt.Errorf("collab: actor %q of %q at %s: %w", a.Name, a.System, s.system, ErrForbidden)
	}
	return nil
}

func (s *Service) allowOperator(a Actor) error {
	if err := s.allow(a); err != nil {
		return err
	}
	if !a.Operator {
		return fmt.Errorf("collab: %s is not an operator: %w", a.Name, ErrForbidden)
	}
	return nil
}

// moduleOn answers a ModuleError when the module is off here.
func (s *Service) moduleOn(ctx context.Context, v PartnersView) error {
	m, err := v.Module(ctx)
	if err != nil {
		return err
	}
	if !m.On {
		return &ModuleError{System: s.system}
	}
	return nil
}

// active returns the partner if it may do business.
func active(ctx context.Context, v PartnersView, id SystemID) (Partner, error) {
	p, err := v.Partner(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return Partner{}, fmt.Errorf("%s: %w", id, ErrPartner)
	}
	if err != nil {
		return Partner{}, err
	}
	if p.State != PartnerActive {
		return Partner{}, fmt.Errorf("%s is %s: %w", id, p.State, ErrPartner)
	}
	return p, nil
}

// entry makes a history entry.
func (s *Service) entry(at time.Time, by string, sub Subject, project ProjectID, action, why string, changes ...Change) Entry {
	return Entry{ID: s.cfg.NewID(), At: at, Actor: by, Subject: sub, Project: project, Action: action, Changes: changes, Why: why}
}

func projectSubject(id ProjectID) Subject { return Subject{Kind: "project", ID: string(id)} }

// peer returns the Peer, or ErrPeer where there is none.
func (s *Service) peer() (Peer, error) {
	if s.cfg.Peer == nil {
		return nil, fmt.Errorf("collab: no Config.Peer: %w", ErrPeer)
	}
	return s.cfg.Peer, nil
}

// checkVersion compares the version that a person saw with the stored one; 0 does not compare.
func checkVersion(saw, is int64, what string) error {
	if saw != 0 && saw != is {
		return fmt.Errorf("collab: %s was version %d and is %d: %w", what, saw, is, ErrConflict)
	}
	return nil
}

func joinText[T ~string](list []T) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = string(v)
	}
	return strings.Join(parts, ", ")
}
