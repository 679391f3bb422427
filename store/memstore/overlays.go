package memstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
)

type overlays struct{ a *account }

var _ orgoverlay.Overlays = overlays{}

var overlayShape = shape[orgoverlay.Overlay]{
	id:      func(o *orgoverlay.Overlay) key { return keyOf(o.Org) },
	version: func(o *orgoverlay.Overlay) *int64 { return &o.Version },
	clone:   orgoverlay.Overlay.Clone,
}

func (r overlays) Overlay(_ context.Context, org orgoverlay.OrgID) (orgoverlay.Overlay, error) {
	o, ok := r.a.overlays.get(overlayShape, keyOf(org))
	if !ok {
		return o, fmt.Errorf("memstore: overlay on organization %s: %w", org, orgoverlay.ErrNotFound)
	}
	return o, nil
}

func (r overlays) ByOrg(_ context.Context, orgs []orgoverlay.OrgID) ([]orgoverlay.Overlay, error) {
	var out []orgoverlay.Overlay
	for _, id := range distinct(orgs) {
		if o, ok := r.a.overlays.get(overlayShape, keyOf(id)); ok {
			out = append(out, o)
		}
	}
	return out, nil
}

func (r overlays) List(_ context.Context, after orgoverlay.OrgID, limit int) ([]orgoverlay.Overlay, error) {
	var out []orgoverlay.Overlay
	for _, o := range r.a.overlays.rows.from(key{past(after)}) {
		if len(out) >= limit {
			break
		}
		out = append(out, o.Clone())
	}
	return out, nil
}

func (r overlays) Put(_ context.Context, overlays []orgoverlay.Overlay) error {
	before := r.a.overlays
	for _, o := range overlays {
		if !r.a.overlays.put(overlayShape, o) {
			r.a.overlays = before
			return fmt.Errorf("memstore: put overlay on organization %s: %w", o.Org, orgoverlay.ErrConflict)
		}
	}
	return nil
}

func (r overlays) Hide(_ context.Context, orgs []orgoverlay.OrgID, since time.Time) error {
	for _, id := range orgs {
		if o := r.a.overlays.rows.get(keyOf(id)); o != nil {
			hidden := *o
			hidden.HiddenSince = since
			r.a.overlays.rows.put(keyOf(id), hidden)
		}
	}
	return nil
}

func (r overlays) Delete(ctx context.Context, org orgoverlay.OrgID) error {
	if r.a.overlays.rows.get(keyOf(org)) == nil {
		return nil
	}
	r.a.overlays.rows.remove(keyOf(org))
	return claims(r).Release(ctx, []orgoverlay.OrgID{org})
}

type claims struct{ a *account }

var _ orgoverlay.Claims = claims{}

func (r claims) Claims(_ context.Context, keys []string) ([]orgoverlay.Claim, error) {
	var out []orgoverlay.Claim
	for _, financial := range distinct(keys) {
		for k, c := range r.a.claims.from(keyOf(financial)) {
			if k[0] != financial {
				break
			}
			out = append(out, *c)
		}
	}
	slices.SortFunc(out, func(a, b orgoverlay.Claim) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Org, b.Org), cmp.Compare(a.Slot, b.Slot))
	})
	return out, nil
}

func (r claims) Take(_ context.Context, claims []orgoverlay.Claim) error {
	before := r.a.claims
	for _, c := range claims {
		k := keyOf(c.Key, c.Slot)
		if r.a.claims.get(k) != nil {
			r.a.claims = before
			return fmt.Errorf("memstore: claim financial ID %q: %w", c.Key, orgoverlay.ErrConflict)
		}
		r.a.claims.put(k, c)
	}
	return nil
}

func (r claims) Release(_ context.Context, orgs []orgoverlay.OrgID) error {
	for k, c := range r.a.claims.from(key{}) { // of the table as it was
		if slices.Contains(orgs, c.Org) {
			r.a.claims.remove(k)
		}
	}
	return nil
}
