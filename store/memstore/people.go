package memstore

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/orgoverlay"
)

type people struct{ scope }

var _ orgoverlay.People = people{}

var personShape = shape[orgoverlay.Person]{
	id:      func(p *orgoverlay.Person) key { return keyOf(p.ID) },
	version: func(p *orgoverlay.Person) *int64 { return &p.Version },
	clone:   plain[orgoverlay.Person],
}

func (r people) People(_ context.Context, ids []orgoverlay.PersonID) ([]orgoverlay.Person, error) {
	var out []orgoverlay.Person
	above := r.of(r.a.tenant.Directory)
	for _, id := range distinct(ids) {
		p := r.a.people.rows.get(keyOf(id))
		if p == nil {
			p = above.people.rows.get(keyOf(id))
		}
		if p != nil {
			out = append(out, *p)
		}
	}
	return out, nil
}

func (r people) PutPerson(_ context.Context, p orgoverlay.Person) error {
	if !r.a.people.put(personShape, p) {
		return fmt.Errorf("memstore: put person %s: %w", p.ID, orgoverlay.ErrConflict)
	}
	return nil
}
