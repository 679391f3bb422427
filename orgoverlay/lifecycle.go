package orgoverlay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Swept counts what a sweep found and did.
type Swept struct {
	Overlays int // looked at
	Hidden   int // whose organization the account does not see any more since this sweep
	Seen     int // whose organization it sees again
	Purged   int // that were hidden for longer than Config.Retention
}

// sweepPage is how many overlays one transaction looks at.
const sweepPage = 200

// Sweep notes which overlays lie over organizations that the account does not see any more, and since when; and purges those of which
// Config.Retention is over. Retention runs from the sweep that found an overlay hidden, from the end of the trust where that ended later, and
// not while the trust is suspended. Hidden overlays stay as they are, and come back as they were. A host calls it from time
// to time, the more often the more exactly retention is kept. It needs an actor who administers.
func (s *Service) Sweep(ctx context.Context, a Actor) (Swept, error) {
	var out Swept
	if err := s.allow(a, a.Administers(), "sweep"); err != nil {
		return out, err
	}
	now := s.now()
	for after, more := OrgID(""), true; more; {
		var page swept
		err := s.view(ctx, func(ctx context.Context, v View) (err error) {
			page, err = s.sweepPage(ctx, v, now, after)
			return err
		})
		if err == nil && page.changes() {
			err = s.update(ctx, func(ctx context.Context, tx Tx) (err error) {
				if page, err = s.sweepPage(ctx, tx.View(), now, after); err != nil { // things may have moved
					return err
				}
				return s.sweep(ctx, tx, a, now, page)
			})
		}
		if err != nil {
			return out, err
		}
		out.Overlays += page.looked
		out.Hidden += len(page.hide)
		out.Seen += len(page.show)
		out.Purged += len(page.purge)
		after, more = page.last, page.looked == sweepPage
	}
	return out, nil
}

// swept is what is to be done about one page of overlays.
type swept struct {
	hide, show []OrgID
	purge      []Overlay
	looked     int
	last       OrgID
}

func (p swept) changes() bool { return len(p.hide)+len(p.show)+len(p.purge) > 0 }

func (s *Service) sweepPage(ctx context.Context, v View, now time.Time, after OrgID) (swept, error) {
	var out swept
	page, f, seen, err := overlayPage(ctx, v, now, after, sweepPage)
	if err != nil {
		return out, err
	}
	if s.cfg.Retention > 0 && len(page) > 0 { // also those that no agreement leads to any more
		if f.Trusts, err = v.Registry.Trusts(ctx); err != nil {
			return out, fmt.Errorf("orgoverlay: sweep: %w", err)
		}
	}
	for _, o := range page {
		switch {
		case seen[o.Org] && !o.HiddenSince.IsZero():
			out.show = append(out.show, o.Org)
		case seen[o.Org]:
		case o.HiddenSince.IsZero():
			out.hide = append(out.hide, o.Org)
		case s.over(o, f, now):
			out.purge = append(out.purge, o)
		}
		out.last = o.Org
	}
	out.looked = len(page)
	return out, nil
}

// over reports whether the retention of a hidden overlay is over. An owner with whom there never was trust is a directory: which accounts are below
// it is known only while an agreement names one of its organizations, so that without one every trust counts.
func (s *Service) over(o Overlay, f Facts, now time.Time) bool {
	since := o.HiddenSince
	if s.cfg.Retention == 0 || now.Before(since.Add(s.cfg.Retention)) {
		return false
	}
	with := func(t Trust) bool { return f.with(t, o.Owner) }
	unknown := !slices.ContainsFunc(f.Trusts, with)
	for _, t := range f.Trusts {
		if !unknown && !with(t) {
			continue
		}
		if t.State == TrustSuspended {
			return false
		}
		if t.State == TrustEnded && t.Since.After(since) {
			since = t.Since
		}
	}
	return !now.Before(since.Add(s.cfg.Retention))
}

func (s *Service) sweep(ctx context.Context, tx Tx, a Actor, now time.Time, p swept) error {
	if len(p.hide) > 0 {
		if err := tx.Overlays.Hide(ctx, p.hide, now); err != nil {
			return fmt.Errorf("orgoverlay: sweep: %w", err)
		}
	}
	if len(p.show) > 0 {
		if err := tx.Overlays.Hide(ctx, p.show, time.Time{}); err != nil {
			return fmt.Errorf("orgoverlay: sweep: %w", err)
		}
	}
	for _, o := range p.purge {
		why := fmt.Sprintf("not seen since %s, retention %s", o.HiddenSince.Format(time.RFC3339), s.cfg.Retention)
		if err := s.purge(ctx, tx, a, now, o, why); err != nil {
			return err
		}
	}
	return nil
}

// Purge removes what the account has laid over one organization, whether it is seen or not, for good: values, attachments, financial ID, all by
// which it was found, and the values in its history. What stays is that it was changed when and by whom, and that it was purged and
// why. What is laid over it afterwards begins with version 1 again: an edit that was made on what is purged meets it as such if it has come to the same
// version. What a database keeps of bytes that are deleted is its store's to say; see bunstore. It needs an actor who administers. Without an overlay it is ErrNotFound.
func (s *Service) Purge(ctx context.Context, a Actor, org OrgID, why string) error {
	if err := s.allow(a, a.Administers(), "purge"); err != nil {
		return err
	}
	if err := checkWhy("purge", why); err != nil {
		return err
	}
	now := s.now()
	return s.update(ctx, func(ctx context.Context, tx Tx) error {
		if !nameable(org) {
			return missing("overlay", string(org))
		}
		o, err := tx.Overlays.Overlay(ctx, org)
		if errors.Is(err, ErrNotFound) {
			return missing("overlay", string(org))
		}
		if err != nil {
			return err
		}
		return s.purge(ctx, tx, a, now, o, why)
	})
}

// purgePage is how many overlays one transaction purges.
const purgePage = 50

// PurgeAccount purges every overlay of the account, when it leaves, and returns how many there were. Its own organizations stay, with
// their fields and attachments. When it stops early it can be called again. It needs an actor who administers.
func (s *Service) PurgeAccount(ctx context.Context, a Actor, why string) (int, error) {
	if err := s.allow(a, a.Administers(), "purge the account"); err != nil {
		return 0, err
	}
	if err := checkWhy("purge the account", why); err != nil {
		return 0, err
	}
	now, purged := s.now(), 0
	for {
		n := 0
		err := s.update(ctx, func(ctx context.Context, tx Tx) error {
			page, err := tx.Overlays.List(ctx, "", purgePage)
			if err != nil {
				return err
			}
			n = len(page)
			for _, o := range page {
				if err := s.purge(ctx, tx, a, now, o, why); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return purged, err
		}
		if purged += n; n < purgePage {
			return purged, nil
		}
	}
}

func checkWhy(op, why string) error {
	wrong := &Invalid{Op: op}
	wrong.line("why", why, true)
	return wrong.orNil()
}

// purge leaves no value of an overlay behind.
func (s *Service) purge(ctx context.Context, tx Tx, a Actor, now time.Time, o Overlay, why string) error {
	if err := tx.Overlays.Delete(ctx, o.Org); err != nil {
		return fmt.Errorf("orgoverlay: purge overlay on %q: %w", o.Org, err)
	}
	if err := tx.History.Strip(ctx, "overlay", string(o.Org)); err != nil {
		return fmt.Errorf("orgoverlay: purge history of overlay on %q: %w", o.Org, err)
	}
	if err := dropUnused(ctx, tx, o.Attachments); err != nil {
		return fmt.Errorf("orgoverlay: purge attachments to %q: %w", o.Org, err)
	}
	return tx.History.Append(ctx, []Entry{s.entry(now, a, "retention", string(o.Org), "purged", why)})
}

// overlayPage returns up to limit overlays with an organization greater than after, what is known of their organizations, and which
// of these are seen.
func overlayPage(ctx context.Context, v View, now time.Time, after OrgID, limit int) ([]Overlay, Facts, map[OrgID]bool, error) {
	page, err := v.Overlays.List(ctx, after, limit)
	if err != nil || len(page) == 0 {
		return nil, Facts{}, nil, err
	}
	orgs := make([]OrgID, len(page))
	for i, o := range page {
		orgs[i] = o.Org
	}
	f, err := v.Sight.Facts(ctx, orgs)
	if err != nil {
		return nil, Facts{}, nil, err
	}
	seen := map[OrgID]bool{}
	for _, s := range Visible(f, now) {
		seen[s.Org] = true
	}
	return page, f, seen, nil
}
