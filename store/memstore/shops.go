package memstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/collab"
)

type shops struct{ a *account }

var _ collab.Shops = shops{}

var shopShape = shape[collab.Shop]{
	id:      func(s *collab.Shop) key { return keyOf(s.ID) },
	version: func(s *collab.Shop) *int64 { return &s.Version },
	clone:   collab.Shop.Clone,
	unique:  func(s *collab.Shop) []key { return originKeys(s.Content.Origin) },
}

func (r shops) Shop(_ context.Context, id collab.ShopID) (collab.Shop, error) {
	s, ok := r.a.shops.get(shopShape, keyOf(id))
	if !ok {
		return s, fmt.Errorf("memstore: shop %s: %w", id, collab.ErrNotFound)
	}
	return s, nil
}

func (r shops) List(_ context.Context, q collab.ShopQuery) ([]collab.Shop, error) {
	var out []collab.Shop
	for _, s := range r.a.shops.rows.from(key{past(q.After)}) {
		if q.Limit > 0 && len(out) >= q.Limit {
			break
		}
		if (q.Survey == "" || s.Survey == q.Survey) &&
			(q.Client == "" || s.Client == q.Client) &&
			(q.Place == "" || s.Content.Place == q.Place) &&
			(len(q.Statuses) == 0 || slices.Contains(q.Statuses, s.Content.Status)) {
			out = append(out, s.Clone())
		}
	}
	return out, nil
}

func (r shops) ByID(_ context.Context, ids []collab.ShopID) ([]collab.Shop, error) {
	var out []collab.Shop
	for _, id := range distinct(ids) {
		if s, ok := r.a.shops.get(shopShape, keyOf(id)); ok {
			out = append(out, s)
		}
	}
	return out, nil
}

func (r shops) CountByStatus(_ context.Context, survey collab.SurveyID) ([]collab.StatusCount, error) {
	counts := map[collab.Status]int64{}
	for _, s := range r.a.shops.rows.from(key{}) {
		if s.Survey == survey {
			counts[s.Content.Status]++
		}
	}
	var out []collab.StatusCount
	for s, n := range counts {
		out = append(out, collab.StatusCount{Status: s, Count: n})
	}
	slices.SortFunc(out, func(a, b collab.StatusCount) int { return strings.Compare(string(a.Status), string(b.Status)) })
	return out, nil
}

func (r shops) Origins(_ context.Context, origins []collab.Origin) ([]collab.OriginShop, error) {
	var found table[collab.OriginShop]
	for _, o := range origins {
		k := keyOf(o.System, o.ID)
		if id := r.a.shops.taken.get(k); id != nil {
			found.put(k, collab.OriginShop{Origin: o, Shop: collab.ShopID(id[0])})
		}
	}
	var out []collab.OriginShop
	for _, o := range found.from(key{}) {
		out = append(out, *o)
	}
	return out, nil
}

func (r shops) Put(_ context.Context, shops []collab.Shop) error {
	before := r.a.shops
	for _, s := range shops {
		if !r.a.shops.put(shopShape, s) {
			r.a.shops = before
			return fmt.Errorf("memstore: put shop %s: %w", s.ID, collab.ErrConflict)
		}
	}
	return nil
}

// distinct returns the ids in order, each once.
func distinct[T ~string](ids []T) []T {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}
