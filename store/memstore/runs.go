package memstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/mspkit/mspkit/collab"
)

type runs struct{ a *account }

var _ collab.Runs = runs{}

var runShape = shape[collab.Run]{
	id:      func(r *collab.Run) key { return keyOf(r.ID) },
	version: func(r *collab.Run) *int64 { return &r.Version },
	clone:   collab.Run.Clone,
	unique: func(r *collab.Run) []key {
		if r.State != collab.RunRunning {
			return nil
		}
		return []key{keyOf(r.Project)}
	},
}

func (r runs) Run(_ context.Context, id collab.RunID) (collab.Run, error) {
	v, ok := r.a.runs.get(runShape, keyOf(id))
	if !ok {
		return v, fmt.Errorf("memstore: run %s: %w", id, collab.ErrNotFound)
	}
	return v, nil
}

func (r runs) List(_ context.Context, project collab.ProjectID, before collab.RunID, limit int) ([]collab.Run, error) {
	var out []collab.Run
	for _, v := range r.a.runs.rows.before(keyOf(before)) {
		if len(out) >= limit {
			break
		}
		if project == "" || v.Project == project {
			out = append(out, v.Clone())
		}
	}
	return out, nil
}

func (r runs) Put(_ context.Context, v collab.Run) error {
	if !r.a.runs.put(runShape, v) {
		return fmt.Errorf("memstore: put run %s: %w", v.ID, collab.ErrConflict)
	}
	return nil
}

func (r runs) Items(_ context.Context, run collab.RunID, after collab.ShopID, limit int) ([]collab.RunItem, error) {
	var out []collab.RunItem
	for k, i := range r.a.items.from(keyOf(run, past(after))) {
		if k[0] != string(run) || len(out) >= limit {
			break
		}
		out = append(out, cloneItem(*i))
	}
	return out, nil
}

func (r runs) PutItems(_ context.Context, items []collab.RunItem) error {
	for _, i := range items {
		r.a.items.put(keyOf(i.Run, string(i.Remote)), cloneItem(i))
	}
	return nil
}

func cloneItem(i collab.RunItem) collab.RunItem {
	i.Reasons = slices.Clone(i.Reasons)
	return i
}
