package collab

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// Return takes a shop back from the Primary.
func (in inbound) Return(ctx context.Context, other SystemID, call Call, n ReturnNotice) (ReturnReply, error) {
	s := in.s
	if n.Check {
		return read(ctx, s, other, "return", func(ctx context.Context, v View) (ReturnReply, error) {
			t, err := s.takeBack(ctx, v, other, n)
			return ReturnReply{Done: len(t.lost) == 0, Rev: t.old.Version, Lost: t.lost}, err
		})
	}
	now := s.now()
	return receive(ctx, s, other, call, "return", func(ctx context.Context, tx Tx) (ReturnReply, error) {
		t, err := s.takeBack(ctx, tx.View(), other, n)
		if err != nil {
			return ReturnReply{}, err
		}
		if t.past {
			return ReturnReply{Done: true, Rev: t.old.Version}, nil
		}
		if len(t.lost) > 0 && !n.Overwrite {
			return ReturnReply{Rev: t.old.Version, Lost: t.lost}, nil
		}
		return s.putReturned(ctx, tx, t, n, now)
	})
}

// takingBack is a return as the Secondary sees it.
type takingBack struct {
	project Project
	old     Shop
	content Content  // what the shop would become
	past    bool     // the shop has this return already, or a later one
	lost    []Change // what was changed here since the Primary last saw the shop
}

func (s *Service) takeBack(ctx context.Context, v View, from SystemID, n ReturnNotice) (takingBack, error) {
	p, err := partnersProject(ctx, v.Projects, from, n.Project, PartySecondary)
	if err != nil {
		return takingBack{}, err
	}
	if err := p.need(StateAccepted); err != nil {
		return takingBack{}, err
	}
	found, err := ofProject(ctx, v.Shops, p, []ShopID{n.Shop})
	if err != nil {
		return takingBack{}, err
	}
	if len(found) == 0 {
		return takingBack{}, fmt.Errorf("shop %.64q of project %s: %w", n.Shop, p.ID, ErrNotFound)
	}
	t := takingBack{project: p, old: found[0]}
	if n.Epoch <= t.old.Epoch {
		t.past = true
		return t, nil
	}
	bad := &Invalid{Op: "return"}
	n.Content.check("content.", bad, s.cfg.Ladder)
	if n.Epoch > maxEpoch || n.Rev < 1 {
		bad.add("epoch", "range", "is out of range")
	}
	if msg := checkText(n.By, 1, MaxName); msg != "" {
		bad.add("by", "text", msg)
	}
	prints, err := v.Places.Prints(ctx, p.Client, []PlaceKey{n.Content.Place})
	if err != nil {
		return takingBack{}, err
	}
	if prints[n.Content.Place] == "" {
		bad.add("content.place", "unknown", fmt.Sprintf("location %.64q is not here", n.Content.Place))
	}
	if err := bad.orNil(); err != nil {
		return takingBack{}, err
	}
	t.content = s.overriding(p, t.old.Content, s.arrives(from, n.Content))
	t.lost, err = lostSince(ctx, v.History, t.old, n.Rev, t.content)
	return t, err
}

// overriding is a shop's content after a return: the Primary's, but for where the shop comes from, the question set that it was
// answered under, and a status that has a sense here and does not let it leave again unseen.
func (s *Service) overriding(p Project, old, back Content) Content {
	l := s.cfg.Ladder
	if back.Status == l.Imported {
		back.Status = l.Returned
	}
	if l.Passes(p.Terms.Gate, back.Status) {
		back.Status = l.Reopened
	}
	back.Origin, back.Questions = old.Origin, old.Questions
	return back
}

// putReturned writes a returned shop over ours; what it overwrites stays whole in history. It is held from import until
// somebody saves it here.
func (s *Service) putReturned(ctx context.Context, tx Tx, t takingBack, n ReturnNotice, now time.Time) (ReturnReply, error) {
	next, by := t.old.Clone(), n.By+" of "+string(t.project.Partner)
	next.Content, next.Epoch, next.Awaiting, next.SavedBy, next.SavedAt = t.content, n.Epoch, true, by, now
	changes := append(shopChanges(t.old.Content, t.content), versionChange(t.old.Version))
	if err := tx.Shops.Put(ctx, []Shop{next}); err != nil {
		return ReturnReply{}, err
	}
	err := tx.History.Append(ctx, []Entry{s.entry(now, by, shopSubject(next.ID), t.project.ID, "returned", "", changes...)})
	return ReturnReply{Done: true, Rev: t.old.Version + 1}, err
}

// lostSince lists what was changed in a shop after a version and would be lost to the content that comes. What history does not
// tell counts as changed.
func lostSince(ctx context.Context, v HistoryView, sh Shop, rev int64, next Content) ([]Change, error) {
	if rev >= sh.Version {
		return nil, nil
	}
	touched, whole, err := touchedSince(ctx, v, sh, rev)
	if err != nil {
		return nil, err
	}
	var lost []Change
	for _, c := range shopChanges(sh.Content, next) {
		if !whole || touched[c.Field] {
			lost = append(lost, c)
		}
	}
	return lost, nil
}

// touchedSince returns the fields that history says were changed after a version, and whether it tells the whole.
func touchedSince(ctx context.Context, v HistoryView, sh Shop, rev int64) (touched map[string]bool, whole bool, err error) {
	const page = 100
	touched = map[string]bool{}
	at, before := sh.Version, ""
	for at > rev {
		entries, err := v.List(ctx, HistoryQuery{Subject: shopSubject(sh.ID), Before: before, Limit: page})
		if err != nil {
			return nil, false, err
		}
		for _, e := range entries {
			if before = e.ID; e.made() != at || at <= rev {
				continue
			}
			for _, c := range e.Changes {
				touched[c.Field] = true
			}
			at--
		}
		if len(entries) < page {
			break
		}
	}
	return touched, at <= rev, nil
}

// made is the version of a shop that an entry made, or 0.
func (e Entry) made() int64 {
	for _, c := range e.Changes {
		if c.Field == "version" {
			n, _ := strconv.ParseInt(c.After, 10, 64) // what is no number made no version
			return n
		}
	}
	return 0
}
