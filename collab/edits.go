package collab

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// Edits is what was changed here in an imported shop since its last import: what a return brings to the partner and a re-import
// replaces. Changes are ordered by field; Before is the value as it was imported, After as it is saved.
type Edits struct {
	Shop    ShopID
	Changes []Change
}

// EditsSinceImport reads from history what was changed in imported shops of ours, at most MaxPage, since their last import, ordered by
// shop. Shops that were not imported, or not changed, are left out.
func (s *Service) EditsSinceImport(ctx context.Context, a Actor, shops []ShopID) ([]Edits, error) {
	if err := s.allow(a); err != nil {
		return nil, err
	}
	if err := atMost("edits", len(shops), MaxPage); err != nil {
		return nil, err
	}
	var out []Edits
	err := s.view(ctx, func(ctx context.Context, v View) error {
		links, err := v.Ledger.LinksOf(ctx, distinct(shops))
		if err != nil {
			return err
		}
		for _, l := range links {
			changes, err := editsOf(ctx, v.History, l.Shop)
			if err != nil {
				return err
			}
			if len(changes) > 0 {
				out = append(out, Edits{l.Shop, changes})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("collab: edits since import: %w", err)
	}
	return out, nil
}

// editsOf walks a shop's history back to its last import, and joins what each save changed.
func editsOf(ctx context.Context, v HistoryView, shop ShopID) ([]Change, error) {
	const page = 100
	edits := map[string]Change{}
	for before, more := "", true; more; {
		entries, err := v.List(ctx, HistoryQuery{Subject: shopSubject(shop), Before: before, Limit: page})
		if err != nil {
			return nil, err
		}
		more = len(entries) == page
		for _, e := range entries {
			before = e.ID
			if e.imports() {
				more = false
				break
			}
			if e.made() == 0 {
				continue
			}
			for _, c := range e.Changes {
				if last, seen := edits[c.Field]; seen {
					c.After = last.After
				}
				edits[c.Field] = c
			}
		}
	}
	delete(edits, "version")
	var out []Change
	for _, c := range edits {
		if c.Before != c.After {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Change) int { return cmp.Compare(a.Field, b.Field) })
	return out, nil
}

// imports reports whether the entry tells of an import, by the actions that an import writes.
func (e Entry) imports() bool {
	return e.Action == "import" || e.Action == "update" || e.Action == "reimport"
}
