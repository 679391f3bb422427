package memstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/mspkit/mspkit/collab"
)

type projects struct{ a *account }

var _ collab.Projects = projects{}

var projectShape = shape[collab.Project]{
	id:      func(p *collab.Project) key { return keyOf(p.ID) },
	version: func(p *collab.Project) *int64 { return &p.Version },
	clone:   collab.Project.Clone,
	unique: func(p *collab.Project) []key {
		if p.Party != collab.PartyPrimary {
			return nil
		}
		var ks []key
		if p.State == collab.StateProposed || p.State == collab.StateAccepted {
			ks = append(ks, key{"survey", string(p.Partner), string(p.Client), string(p.Survey)})
		}
		if p.State == collab.StateProposed && p.Target == collab.TargetNewClient {
			ks = append(ks, key{"pending", string(p.Partner), string(p.Client)})
		}
		return ks
	},
}

func (r projects) Project(_ context.Context, id collab.ProjectID) (collab.Project, error) {
	p, ok := r.a.projects.get(projectShape, keyOf(id))
	if !ok {
		return p, fmt.Errorf("memstore: project %s: %w", id, collab.ErrNotFound)
	}
	return p, nil
}

func (r projects) List(_ context.Context, q collab.ProjectQuery) ([]collab.Project, error) {
	var out []collab.Project
	for _, p := range r.a.projects.rows.from(key{past(q.After)}) {
		if q.Limit > 0 && len(out) >= q.Limit {
			break
		}
		if (q.Party == collab.PartyNone || p.Party == q.Party) &&
			(q.Partner == "" || p.Partner == q.Partner) &&
			(q.Client == "" || p.Client == q.Client) &&
			(q.Survey == "" || p.Survey == q.Survey) &&
			(len(q.States) == 0 || slices.Contains(q.States, p.State)) {
			out = append(out, p.Clone())
		}
	}
	return out, nil
}

func (r projects) Put(_ context.Context, p collab.Project) error {
	if !r.a.projects.put(projectShape, p) {
		return fmt.Errorf("memstore: put project %s: %w", p.ID, collab.ErrConflict)
	}
	return nil
}
