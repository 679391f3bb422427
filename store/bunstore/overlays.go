package bunstore

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/orgoverlay"
)

type overlays struct{ s *session }

var _ orgoverlay.Overlays = overlays{}

type overlayRow struct {
	bun.BaseModel `bun:"table:mspkit_overlay"`
	Account       string           `bun:",pk"`
	Org           orgoverlay.OrgID `bun:",pk"`
	Owner         orgoverlay.Account
	LocalFields   []byte
	Stamps        string
	HiddenAt      int64
	LocalSearch   string
	CustomSearch  string
	Version       int64
}

type storedStamp struct {
	Path    string             `json:"path"`
	Version int64              `json:"version"`
	By      string             `json:"by"`
	ByHome  orgoverlay.Account `json:"home"`
	At      int64              `json:"at"`
}

func (r *overlayRow) overlay() (orgoverlay.Overlay, error) {
	o := orgoverlay.Overlay{Org: r.Org, Owner: r.Owner, HiddenSince: fromMicros(r.HiddenAt), Version: r.Version}
	stamps, err := unpack[storedStamp](r.Stamps)
	if err != nil {
		return o, err
	}
	o.Stamps = each(stamps, func(s storedStamp) orgoverlay.Stamp {
		return orgoverlay.Stamp{Path: s.Path, Version: s.Version, By: s.By, ByHome: s.ByHome, At: fromMicros(s.At)}
	})
	o.Local, err = unpackLocal(string(r.LocalFields))
	return o, err
}

func (r overlays) Overlay(ctx context.Context, org orgoverlay.OrgID) (orgoverlay.Overlay, error) {
	return one(ctx, r.s, from[overlayRow](r.s).Where("org = ?", org), (*overlayRow).overlay, noSuch(orgoverlay.ErrNotFound, "overlay on organization", string(org)))
}

func (r overlays) ByOrg(ctx context.Context, orgs []orgoverlay.OrgID) ([]orgoverlay.Overlay, error) {
	return inLists(orgs, func(chunk []orgoverlay.OrgID) ([]orgoverlay.Overlay, error) {
		return many(ctx, r.s, among[overlayRow](r.s, from[overlayRow](r.s), chunk, "org"), (*overlayRow).overlay)
	})
}

func (r overlays) List(ctx context.Context, after orgoverlay.OrgID, limit int) ([]orgoverlay.Overlay, error) {
	return many(ctx, r.s, page(from[overlayRow](r.s).Where("org > ?", after).Order("org"), limit), (*overlayRow).overlay)
}

func (r overlays) Put(ctx context.Context, overlays []orgoverlay.Overlay) error {
	err := putAll(ctx, r.s, overlays, func(o *orgoverlay.Overlay) int64 { return o.Version }, func(o *orgoverlay.Overlay) overlayRow {
		return overlayRow{Account: r.s.account, Org: o.Org, Owner: o.Owner, LocalFields: packLocal(&o.Local), HiddenAt: micros(o.HiddenSince),
			Stamps: pack(each(o.Stamps, func(s orgoverlay.Stamp) storedStamp {
				return storedStamp{Path: s.Path, Version: s.Version, By: s.By, ByHome: s.ByHome, At: micros(s.At)}
			})),
			LocalSearch: searchable(o.Local.SearchText()), CustomSearch: packSearch(o.Custom), Version: o.Version + 1}
	}, func(o *orgoverlay.Overlay, err error) error {
		return refuse(err, orgoverlay.ErrConflict, "overlay on organization", string(o.Org))
	})
	if err != nil {
		return err
	}
	var attached []attachedTo
	fresh, last := true, map[orgoverlay.OrgID]bool{}
	for _, o := range slices.Backward(overlays) { // the last of an organization's is what there is now
		if fresh = fresh && o.Version == 0; !last[o.Org] {
			last[o.Org] = true
			attached = append(attached, attachedTo{o.Org, o.Attachments})
		}
	}
	return r.s.attach(ctx, fresh, true, attached...)
}

func (r overlays) Hide(ctx context.Context, orgs []orgoverlay.OrgID, since time.Time) error {
	_, err := r.s.exec(ctx, "hide overlays", "UPDATE mspkit_overlay SET hidden_at = ? WHERE account = ? AND "+r.s.anyOf("org"), micros(since), r.s.account, listOf(r.s, orgs))
	return err
}

func (r overlays) Delete(ctx context.Context, org orgoverlay.OrgID) error {
	n, err := r.s.exec(ctx, "delete overlay", "DELETE FROM mspkit_overlay WHERE account = ? AND org = ?", r.s.account, org)
	if err != nil || n == 0 {
		return err
	}
	if err := r.s.attach(ctx, false, true, attachedTo{org: org}); err != nil {
		return err
	}
	return claims(r).Release(ctx, []orgoverlay.OrgID{org})
}

type claims struct{ s *session }

var _ orgoverlay.Claims = claims{}

type claimRow struct {
	bun.BaseModel `bun:"table:mspkit_claim"`
	Account       string `bun:",pk"`
	Key           string `bun:",pk"`
	Slot          string `bun:",pk"`
	Org           orgoverlay.OrgID
}

func (r *claimRow) claim() (orgoverlay.Claim, error) {
	return orgoverlay.Claim{Key: r.Key, Slot: r.Slot, Org: r.Org}, nil
}

func (r claims) Claims(ctx context.Context, keys []string) ([]orgoverlay.Claim, error) {
	return inLists(keys, func(chunk []string) ([]orgoverlay.Claim, error) {
		return many(ctx, r.s, among[claimRow](r.s, from[claimRow](r.s), chunk, "key", "org", "slot"), (*claimRow).claim)
	})
}

func (r claims) Take(ctx context.Context, claims []orgoverlay.Claim) error {
	return putAll(ctx, r.s, claims, always0, func(c *orgoverlay.Claim) claimRow {
		return claimRow{Account: r.s.account, Key: c.Key, Slot: c.Slot, Org: c.Org}
	}, func(c *orgoverlay.Claim, err error) error {
		return refuse(err, orgoverlay.ErrConflict, "claim of financial ID", c.Key)
	})
}

func (r claims) Release(ctx context.Context, orgs []orgoverlay.OrgID) error {
	_, err := r.s.exec(ctx, "release financial IDs", "DELETE FROM mspkit_claim WHERE account = ? AND "+r.s.anyOf("org"), r.s.account, listOf(r.s, orgs))
	return err
}
