package collab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

func shopSubject(id ShopID) Subject { return Subject{Kind: "shop", ID: string(id)} }

// CreateShops enters shops of our own, at most MaxPage at once, all or none. A shop without an id gets one; its client is
// its survey's, its question set the survey's present one unless it says another. Unknown surveys and bad content are
// ErrInvalid, an id that is taken ErrConflict.
func (s *Service) CreateShops(ctx context.Context, a Actor, shops []Shop) ([]Shop, error) {
	if err := s.allow(a); err != nil {
		return nil, err
	}
	if err := atMost("create shops", len(shops), MaxPage); err != nil {
		return nil, err
	}
	now := s.now()
	var out []Shop
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		out = make([]Shop, len(shops))
		entries := make([]Entry, len(shops))
		surveys := map[SurveyID]Survey{}
		bad := &Invalid{Op: "create shops"}
		for i, sh := range shops {
			prefix := fmt.Sprintf("shops[%d].", i)
			survey, known := surveys[sh.Survey]
			if !known {
				var err error
				if survey, err = tx.Surveys.Survey(ctx, sh.Survey); err != nil && !errors.Is(err, ErrNotFound) {
					return err
				}
				surveys[sh.Survey] = survey
			}
			if survey.ID == "" {
				bad.add(prefix+"survey", "unknown", "there is no such survey")
			}
			if sh.ID == "" {
				sh.ID = ShopID(s.cfg.NewID())
			}
			sh.Client, sh.Epoch, sh.Awaiting, sh.Version = survey.Client, 0, false, 0
			sh.Content = sh.Content.inStore()
			sh.Content.Origin, sh.Content.Score.By = Origin{}, ""
			if sh.Content.Questions == "" {
				sh.Content.Questions = QuestionSet(survey.Content)
			}
			sh.check(prefix, bad, s.cfg.Ladder)
			sh.SavedBy, sh.SavedAt = a.Name, now
			entries[i] = s.entry(now, a.Name, shopSubject(sh.ID), "", "create", "", Change{"digest", "", sh.Content.Digest()}, versionChange(0))
			out[i] = sh
		}
		if err := bad.orNil(); err != nil {
			return err
		}
		if err := tx.Shops.Put(ctx, out); err != nil {
			return err
		}
		for i := range out {
			out[i].Version++
		}
		return tx.History.Append(ctx, entries)
	})
	if err != nil {
		return nil, fmt.Errorf("collab: create shops: %w", err)
	}
	return out, nil
}

// SaveShop saves a shop as somebody left it in the Review View; shop.Version is the version that was opened, 0 for any,
// and another one stored is ErrConflict. What no person can change is taken from the stored shop: its client, survey, origin and
// epoch, the author of a score that stays, and on an imported shop also the shopper. Content.Questions may stay, or be
// empty for the survey's present question set. A shop that was returned to us is released for import by this. A save
// that changes nothing writes nothing.
func (s *Service) SaveShop(ctx context.Context, a Actor, shop Shop) (Shop, error) {
	if err := s.allow(a); err != nil {
		return Shop{}, err
	}
	now := s.now()
	var out Shop
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		old, err := tx.Shops.Shop(ctx, shop.ID)
		if err != nil {
			return err
		}
		if err := checkVersion(shop.Version, old.Version, "shop "+string(shop.ID)); err != nil {
			return err
		}
		links, err := tx.Ledger.LinksOf(ctx, []ShopID{shop.ID})
		if err != nil {
			return err
		}
		survey, err := tx.Surveys.Survey(ctx, old.Survey)
		if err != nil {
			return err
		}
		next := old.Clone()
		next.Shopper, next.Wave, next.Pay, next.Payable, next.Content = shop.Shopper, shop.Wave, shop.Pay, shop.Payable, shop.Content.inStore()
		bad := &Invalid{Op: "save shop"}
		next.keep(old, survey, len(links) > 0, bad)
		next.check("", bad, s.cfg.Ladder)
		if err := bad.orNil(); err != nil {
			return err
		}
		changes := savedChanges(old, next)
		if out = old; len(changes) == 0 && !old.Awaiting {
			return nil
		}
		next.Awaiting, next.SavedBy, next.SavedAt = false, a.Name, now
		out, err = s.putShop(ctx, tx, old, next, a.Name, "save", now, changes)
		return err
	})
	if err != nil {
		return Shop{}, fmt.Errorf("collab: save shop %s: %w", shop.ID, err)
	}
	return out, nil
}

// keep restores in a shop what no person changes, and notes what it tried against the rules.
func (sh *Shop) keep(old Shop, survey Survey, imported bool, bad *Invalid) {
	c := &sh.Content
	c.Origin = old.Content.Origin
	c.Score.By = ""
	if c.Score.Earned == old.Content.Score.Earned && c.Score.Possible == old.Content.Score.Possible && slices.Equal(c.Score.Sections, old.Content.Score.Sections) {
		c.Score.By = old.Content.Score.By
	}
	switch {
	case imported:
		c.Questions = old.Content.Questions
	case c.Questions == "":
		c.Questions = QuestionSet(survey.Content)
	case c.Questions != old.Content.Questions && c.Questions != QuestionSet(survey.Content):
		bad.add("questions", "unknown", "is not a question set of this shop's survey")
	}
	if imported {
		sh.Shopper = old.Shopper
		if sh.Payable {
			bad.add("payable", "imported", "an imported shop has no shopper to pay here")
		}
	}
}

// check notes what no shop of ours may hold.
func (sh Shop) check(prefix string, bad *Invalid, l Ladder) {
	sh.Content.check(prefix, bad, l)
	if msg := checkID(string(sh.ID)); msg != "" {
		bad.add(prefix+"id", "text", msg)
	}
	for _, f := range []struct{ field, value string }{{"shopper", sh.Shopper}, {"wave", sh.Wave}} {
		if msg := checkText(f.value, 0, MaxName); msg != "" {
			bad.add(prefix+f.field, "text", msg)
		}
	}
	if !isDecimal(sh.Pay) {
		bad.add(prefix+"pay", "decimal", fmt.Sprintf("%.64q is not a decimal number", sh.Pay))
	}
}

// savedChanges lists what a person's save changes.
func savedChanges(a, b Shop) []Change {
	out := shopChanges(a.Content, b.Content)
	for _, c := range []Change{
		{"shopper", a.Shopper, b.Shopper}, {"wave", a.Wave, b.Wave}, {"pay", a.Pay, b.Pay}, {"payable", strconv.FormatBool(a.Payable), strconv.FormatBool(b.Payable)},
	} {
		if c.Before != c.After {
			out = append(out, c)
		}
	}
	return out
}

// SetStatus gives chosen shops, at most MaxPage at once, another status: all or none. It counts as saving them.
func (s *Service) SetStatus(ctx context.Context, a Actor, ids []ShopID, to Status) ([]Shop, error) {
	if err := s.allow(a); err != nil {
		return nil, err
	}
	if err := atMost("set status", len(ids), MaxPage); err != nil {
		return nil, err
	}
	if _, ok := s.cfg.Ladder.Rank(to); !ok {
		return nil, &Invalid{Op: "set status", Fields: []FieldError{{"status", "unknown_status", fmt.Sprintf("%.64q is no status", to)}}}
	}
	now := s.now()
	var out []Shop
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		found, err := findAll(ctx, tx.Shops, ids)
		if err != nil {
			return err
		}
		out = found
		var shops []Shop
		var entries []Entry
		for i := range out {
			old := out[i].Clone()
			if old.Content.Status == to && !old.Awaiting {
				continue
			}
			sh := &out[i]
			sh.Content.Status, sh.Awaiting, sh.SavedBy, sh.SavedAt = to, false, a.Name, now
			shops = append(shops, *sh)
			entries = append(entries, s.entry(now, a.Name, shopSubject(sh.ID), "", "set_status", "", append(shopChanges(old.Content, sh.Content), versionChange(old.Version))...))
			sh.Version++
		}
		if err := tx.Shops.Put(ctx, shops); err != nil {
			return err
		}
		return tx.History.Append(ctx, entries)
	})
	if err != nil {
		return nil, fmt.Errorf("collab: set status %s: %w", to, err)
	}
	return out, nil
}

// putShop writes a shop and its history entry, and returns it as stored.
func (s *Service) putShop(ctx context.Context, tx Tx, old, next Shop, by, action string, now time.Time, changes []Change) (Shop, error) {
	if err := tx.Shops.Put(ctx, []Shop{next}); err != nil {
		return Shop{}, err
	}
	next.Version++
	return next, tx.History.Append(ctx, []Entry{s.entry(now, by, shopSubject(next.ID), "", action, "", append(changes, versionChange(old.Version))...)})
}

// versionChange notes in a shop's history which version an entry made: conflicts are found by it.
func versionChange(before int64) Change {
	return Change{"version", strconv.FormatInt(before, 10), strconv.FormatInt(before+1, 10)}
}

// findAll returns the shops of these ids, each once, ordered by id; one that is not there is ErrNotFound.
func findAll(ctx context.Context, v ShopsView, ids []ShopID) ([]Shop, error) {
	ids = distinct(ids)
	shops, err := v.ByID(ctx, ids)
	if err != nil || len(shops) == len(ids) {
		return shops, err
	}
	for i, id := range ids {
		if i >= len(shops) || shops[i].ID != id {
			return nil, fmt.Errorf("shop %s: %w", id, ErrNotFound)
		}
	}
	return nil, fmt.Errorf("shops: %w", ErrNotFound)
}

// distinct returns the ids in order, each once.
func distinct[T ~string](ids []T) []T {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// atMost bounds what one call may take.
func atMost(op string, n, most int) error {
	if n == 0 || n > most {
		return &Invalid{Op: op, Fields: []FieldError{{"shops", "count", fmt.Sprintf("are %d; needed are 1 to %d", n, most)}}}
	}
	return nil
}
