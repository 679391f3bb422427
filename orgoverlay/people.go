package orgoverlay

import (
	"context"
	"fmt"
)

// People returns those of these people who are of the account or of its directory, ordered by id.
func (s *Service) People(ctx context.Context, a Actor, ids []PersonID) ([]Person, error) {
	var out []Person
	if err := s.enter(a); err != nil {
		return nil, err
	}
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		out, err = v.People.People(ctx, ids)
		return err
	})
	return out, err
}

// SavePerson writes one of the account's people; Version is the one that was read, 0 for a new one, whose ID may be empty.
func (s *Service) SavePerson(ctx context.Context, a Actor, p Person) (Person, error) {
	if err := s.allow(a, a.Administers(), "save a person"); err != nil {
		return Person{}, err
	}
	now, given := s.now(), p
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		p = given
		if p.ID == "" && p.Version == 0 {
			p.ID = PersonID(s.cfg.NewID())
		}
		wrong := &Invalid{Op: "save a person"}
		wrong.line("id", string(p.ID), true)
		wrong.line("name", p.Name, true)
		if err := wrong.orNil(); err != nil {
			return err
		}
		if err := tx.People.PutPerson(ctx, p); err != nil {
			return fmt.Errorf("orgoverlay: save person %q: %w", p.ID, err)
		}
		p.Version++
		e := s.entry(now, a, "person", string(p.ID), "saved", "", Change{Path: "name", After: p.Name})
		return s.note(ctx, tx, e, p.Version)
	})
	if err != nil {
		return Person{}, err
	}
	return p, nil
}
