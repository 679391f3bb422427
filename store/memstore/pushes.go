package memstore

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/locations"
)

type pushes struct{ a *account }

var _ locations.Pushes = pushes{}

var pushShape = shape[locations.PushRun]{
	id:      func(r *locations.PushRun) key { return keyOf(r.ID) },
	version: func(r *locations.PushRun) *int64 { return &r.Version },
	clone:   plain[locations.PushRun],
	unique: func(r *locations.PushRun) []key {
		if r.State != locations.RunRunning {
			return nil
		}
		return []key{keyOf(r.Project)}
	},
}

func (p pushes) Push(_ context.Context, id locations.RunID) (locations.PushRun, error) {
	v, ok := p.a.pushes.get(pushShape, keyOf(id))
	if !ok {
		return v, fmt.Errorf("memstore: push run %s: %w", id, locations.ErrNotFound)
	}
	return v, nil
}

func (p pushes) List(_ context.Context, project locations.ProjectID, before locations.RunID, limit int) ([]locations.PushRun, error) {
	var out []locations.PushRun
	for _, v := range p.a.pushes.rows.before(keyOf(before)) {
		if len(out) >= limit {
			break
		}
		if project == "" || v.Project == project {
			out = append(out, *v)
		}
	}
	return out, nil
}

func (p pushes) Put(_ context.Context, v locations.PushRun) error {
	if !p.a.pushes.put(pushShape, v) {
		return fmt.Errorf("memstore: put push run %s: %w", v.ID, locations.ErrConflict)
	}
	return nil
}
