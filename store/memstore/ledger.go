package memstore

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/collab"
)

type ledger struct{ a *account }

var _ collab.Ledger = ledger{}

var linkShape = shape[collab.Link]{
	id:      func(l *collab.Link) key { return keyOf(l.Partner, string(l.Remote)) },
	version: func(l *collab.Link) *int64 { return &l.Version },
	clone:   plain[collab.Link],
	unique:  func(l *collab.Link) []key { return []key{keyOf(l.Shop)} },
}

func (r ledger) Links(_ context.Context, partner collab.SystemID, remote []collab.ShopID) ([]collab.Link, error) {
	var out []collab.Link
	for _, id := range distinct(remote) {
		if l, ok := r.a.links.get(linkShape, keyOf(partner, string(id))); ok {
			out = append(out, l)
		}
	}
	return out, nil
}

func (r ledger) Standings(_ context.Context, partner collab.SystemID, remote []collab.ShopID) ([]collab.Standing, error) {
	var out []collab.Standing
	for _, id := range distinct(remote) {
		if l := r.a.links.rows.get(keyOf(partner, string(id))); l != nil {
			out = append(out, collab.Standing{Remote: id, Return: l.Return})
		}
	}
	return out, nil
}

func (r ledger) LinksOf(_ context.Context, shops []collab.ShopID) ([]collab.Link, error) {
	var out []collab.Link
	for _, id := range distinct(shops) {
		if l, ok := r.a.links.by(linkShape, keyOf(id)); ok {
			out = append(out, l)
		}
	}
	return out, nil
}

func (r ledger) PutLinks(_ context.Context, links []collab.Link) error {
	before := r.a.links
	for _, l := range links {
		if !r.a.links.put(linkShape, l) {
			r.a.links = before
			return fmt.Errorf("memstore: put link of shop %s of %s: %w", l.Remote, l.Partner, collab.ErrConflict)
		}
	}
	return nil
}

func (r ledger) Events(_ context.Context, run collab.RunID, partner collab.SystemID, after collab.ShopID, limit int) ([]collab.Event, error) {
	var out []collab.Event
	for k, e := range r.a.events.from(keyOf(partner, past(after))) {
		if k[0] != string(partner) || len(out) >= limit {
			break
		}
		if e.Run == run {
			out = append(out, *e)
		}
	}
	return out, nil
}

func (r ledger) CountEvents(_ context.Context, run collab.RunID) (map[collab.EventKind]int64, error) {
	out := map[collab.EventKind]int64{}
	for _, e := range r.a.events.from(key{}) {
		if e.Run == run {
			out[e.Kind]++
		}
	}
	return out, nil
}

func (r ledger) Append(_ context.Context, events []collab.Event) error {
	before := r.a.events
	for _, e := range events {
		k := keyOf(e.Partner, string(e.Remote), number(e.Epoch))
		if r.a.events.get(k) != nil {
			r.a.events = before
			return fmt.Errorf("memstore: append event of shop %s of %s, epoch %d: %w", e.Remote, e.Partner, e.Epoch, collab.ErrConflict)
		}
		r.a.events.put(k, e)
	}
	return nil
}
