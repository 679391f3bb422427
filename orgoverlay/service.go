package orgoverlay

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mspkit/mspkit/internal/textnorm"
	"github.com/mspkit/mspkit/internal/uuid7"
)

// Config adjusts a Service. The zero value works, without custom fields.
type Config struct {
	// Schemas compiles the schemas of custom fields. Default: none; extensions are refused with ErrUnsupported.
	Schemas Schemas
	// FinancialKey makes of a financial ID what it is compared by. Two IDs of one key are the same ID; an empty key is no
	// ID. Default: the ID without blanks around it.
	FinancialKey func(string) string
	// FinancialWarn lets a second record of the account have a financial ID, with a warning. Default: it is refused.
	FinancialWarn bool
	// Retention is how long an overlay on an organization that is not seen any more is kept before Sweep purges it. Default: until it is
	// purged by hand.
	Retention time.Duration
	// MaxAttachment is the greatest attachment in bytes. Each is stored in one transaction, which for 20 MiB takes some tenths of a second, and
	// for more longer. Default: 20 MiB.
	MaxAttachment int64
	// AttachmentTypes are the media types that attachments may have, by their content. Default: pictures, PDF, plain text and CSV.
	AttachmentTypes []string
	// Zone finds a time zone by its IANA name. Default: time.LoadLocation.
	Zone func(string) (*time.Location, error)
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// NewID mints ids; they must ascend as text, because history is read in their order. Default: UUIDs that begin with the time.
	NewID func() string
}

// Service reads organizations as one account sees them, and edits what the account lays over them. It is safe for use by several goroutines.
type Service struct {
	account Account
	store   Store
	cfg     Config
	schemas *compiled
}

// NewService makes the service of an account over a store that is opened for it.
func NewService(account Account, store Store, cfg Config) *Service {
	if cfg.FinancialKey == nil {
		cfg.FinancialKey = strings.TrimSpace
	}
	if cfg.MaxAttachment == 0 {
		cfg.MaxAttachment = 20 << 20
	}
	if cfg.AttachmentTypes == nil {
		cfg.AttachmentTypes = []string{"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "text/csv"}
	}
	if cfg.Zone == nil {
		cfg.Zone = time.LoadLocation
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.NewID == nil {
		cfg.NewID = new(uuid7.Sequence).Next
	}
	return &Service{account: account, store: store, cfg: cfg, schemas: new(compiled)}
}

// Account returns whose service it is.
func (s *Service) Account() Account { return s.account }

// With returns the same service over another store, such as a transaction of the host.
func (s *Service) With(store Store) *Service {
	other := *s
	other.store = store
	return &other
}

// SortKey is what lists are ordered by before the id: the name without case and accents.
func SortKey(name string) string { return textnorm.Plain(name) }

func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }

// enter refuses an actor who does not act in the service's account. There is no account that means every account.
func (s *Service) enter(a Actor) error {
	if s.account == "" || a.On != s.account {
		return fmt.Errorf("orgoverlay: actor acts in %q: %w", a.On, ErrAccount)
	}
	return nil
}

// allow is enter, and refuses an actor whose roles do not allow what op says, or who could not be told of in history.
func (s *Service) allow(a Actor, ok bool, op string) error {
	if err := s.enter(a); err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("orgoverlay: %s: %w", op, ErrForbidden)
	}
	wrong := &Invalid{Op: op}
	wrong.valid("actor.name", a.Name)
	wrong.valid("actor.home", string(a.Home))
	return wrong.orNil()
}

// view reads in a transaction that is opened for the service's account, with every role.
func (s *Service) view(ctx context.Context, fn func(context.Context, View) error) error {
	return s.store.View(ctx, func(ctx context.Context, v View) error {
		if err := v.check(s.account); err != nil {
			return err
		}
		return fn(ctx, v)
	})
}

// update is view for writing.
func (s *Service) update(ctx context.Context, fn func(context.Context, Tx) error) error {
	return s.store.Update(ctx, func(ctx context.Context, tx Tx) error {
		if err := tx.View().check(s.account); err != nil {
			return err
		}
		return fn(ctx, tx)
	})
}

// check refuses a transaction of another account, or with a role missing. A nil role in an interface of the same kind stays nil in
// the View's narrower one.
func (v View) check(account Account) error {
	if v.Account == "" || v.Account != account {
		return fmt.Errorf("orgoverlay: transaction of account %q: %w", v.Account, ErrAccount)
	}
	roles := []struct {
		name   string
		absent bool
	}{
		{"Registry", v.Registry == nil}, {"Orgs", v.Orgs == nil}, {"Sight", v.Sight == nil}, {"Overlays", v.Overlays == nil}, {"Claims", v.Claims == nil},
		{"Extensions", v.Extensions == nil}, {"Files", v.Files == nil}, {"People", v.People == nil}, {"History", v.History == nil},
	}
	if i := slices.IndexFunc(roles, func(r struct {
		name   string
		absent bool
	}) bool {
		return r.absent
	}); i >= 0 {
		return fmt.Errorf("orgoverlay: role %s: %w", roles[i].name, ErrUnsupported)
	}
	return nil
}

// entry makes a line of history.
func (s *Service) entry(now time.Time, a Actor, kind, subject, action, why string, changes ...Change) Entry {
	return Entry{ID: s.cfg.NewID(), At: now, Actor: a.Name, Home: a.Home, Kind: kind, Subject: subject, Action: action, Changes: changes, Why: why}
}
