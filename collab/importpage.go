package collab

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// fetch asks for the content of the shops that passed.
func (s *Service) fetch(ctx context.Context, p Project, js []judged) (map[ShopID]Snapshot, error) {
	var want []ShopID
	asked := map[ShopID]bool{}
	for _, j := range js {
		if j.kind != EventNone {
			want = append(want, j.header.Shop)
			asked[j.header.Shop] = true
		}
	}
	snaps := map[ShopID]Snapshot{}
	peer, err := s.peer()
	if err != nil {
		return nil, err
	}
	for len(want) > 0 {
		got, err := peer.Snapshots(ctx, p.Partner, p.ID, want)
		if err != nil {
			return nil, err
		}
		if len(got) == 0 {
			break
		}
		last := ShopID("")
		for _, sn := range got {
			if !asked[sn.Shop] || sn.Shop <= last {
				return nil, fmt.Errorf("snapshots of %s: shop %.64q was not asked for, or not here: %w", p.Partner, sn.Shop, ErrPeer)
			}
			last = sn.Shop
			snaps[sn.Shop] = sn
		}
		for len(want) > 0 && want[0] <= last { // a long answer comes in parts
			want = want[1:]
		}
	}
	return snaps, nil
}

// effects gathers what one page writes.
type effects struct {
	standard
	s       *Service
	run     *Run
	now     time.Time
	shops   []Shop
	links   []Link
	events  []Event
	entries []Entry
	items   []RunItem
	flaws   []string
}

// take adds what becomes of one shop.
func (e *effects) take(j judged, snaps map[ShopID]Snapshot) {
	snap, fetched := snaps[j.header.Shop]
	flaw := j.flaw
	switch {
	case j.kind == EventNone:
	case !fetched || snap.Epoch != j.header.Epoch || snap.Rev != j.header.Rev:
		j.verdict = heldFor(ReasonNotAvailable) // it changed over there in the meantime
	default:
		if flaw = e.flawOf(snap, j.header); flaw != "" {
			j.verdict = heldFor(ReasonUnreadable)
		}
	}
	e.run.Counts.note(j.verdict)
	if j.kind != EventNone {
		e.bring(j, snap)
		return
	}
	if flaw != "" {
		flaw = fmt.Sprintf("shop %s of %s: %s", j.header.Shop, e.project.Partner, flaw)
		e.flaws = append(e.flaws, flaw)
		e.entries = append(e.entries, e.s.entry(e.now, e.run.By, runSubject(e.run.ID), e.project.ID, string(ReasonUnreadable), flaw))
	}
	if standing(j.reasons) != ReasonAlreadyImported {
		it := j.item()
		e.items = append(e.items, RunItem{Run: e.run.ID, Remote: it.Remote, Place: it.Place, Status: it.Status, Reasons: it.Reasons})
	}
}

// flawOf says why a snapshot cannot be taken over, or nothing.
func (e *effects) flawOf(snap Snapshot, h Header) string {
	bad := &Invalid{}
	snap.Content.check("", bad, e.ladder)
	if c := snap.Content; c.Status != h.Status || c.Place != h.Place || c.Questions != h.Questions || c.Origin != h.Origin {
		bad.add("content", "header", "is not the content that the header announced")
	}
	parts := make([]string, len(bad.Fields))
	for i, f := range bad.Fields {
		parts[i] = f.Field + " " + f.Message
	}
	return strings.Join(parts, "; ")
}

// bring adds a shop that comes in: the shop itself, its link, event and history.
func (e *effects) bring(j judged, snap Snapshot) {
	p, digest := e.project, snap.Content.Digest()
	content := e.s.arrives(p.Partner, snap.Content)
	content.Status = e.ladder.Imported
	link := Link{Partner: p.Partner, Remote: snap.Shop, Shop: ShopID(e.s.cfg.NewID())}
	shop := Shop{ID: link.Shop, Client: p.Client, Survey: p.Survey}
	action := map[EventKind]string{EventImported: "import", EventUpdated: "update", EventReimported: "reimport"}[j.kind]
	changes := []Change{{"digest", "", digest}}
	if j.kind != EventImported {
		link, shop = *j.link, j.ours.Clone()
		changes = append(shopChanges(shop.Content, content), Change{"digest", link.Digest, digest})
	}
	changes = append(changes, Change{"link", "", string(p.Partner) + "/" + string(snap.Shop)}, versionChange(shop.Version))
	shop.Shopper, shop.Payable, shop.Content, shop.SavedBy, shop.SavedAt = e.s.cfg.Placeholder, false, content, e.run.By, e.now
	link.Project, link.Epoch, link.Rev, link.Digest, link.Saved, link.Return, link.Detail, link.At = p.ID, j.epoch, snap.Rev, digest, shop.Version+1, ReturnNone, "", e.now
	why := ""
	if j.header.HasWave {
		why = ReasonWaveIgnored.Help()
	}
	e.shops = append(e.shops, shop)
	e.links = append(e.links, link)
	e.events = append(e.events, Event{
		Partner: p.Partner, Remote: snap.Shop, Epoch: j.epoch, Kind: j.kind, Shop: shop.ID, Project: p.ID, Run: e.run.ID, TermsRev: p.TermsRev, Digest: digest, At: e.now,
	})
	e.entries = append(e.entries, e.s.entry(e.now, e.run.By, shopSubject(shop.ID), p.ID, action, why, changes...))
}

// write stores everything gathered, one call a role.
func (e *effects) write(ctx context.Context, tx Tx) error {
	if err := tx.Shops.Put(ctx, e.shops); err != nil {
		return err
	}
	if err := tx.Ledger.PutLinks(ctx, e.links); err != nil {
		return err
	}
	if err := tx.Ledger.Append(ctx, e.events); err != nil {
		return err
	}
	if err := tx.Runs.PutItems(ctx, e.items); err != nil {
		return err
	}
	return tx.History.Append(ctx, e.entries)
}
