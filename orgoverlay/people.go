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
		out, err = knownPeople(ctx, v, ids)
		return err
	})
	return out, err
}

func knownPeople(ctx context.Context, v View, ids []PersonID) ([]Person, error) {
	if ids = askable(ids); len(ids) == 0 {
		return nil, nil
	}
	return v.People.People(ctx, ids)
}

// SavePerson writes one of the account's people; Version is the one that was read, 0 for a new one, whose ID may be empty
// or that of one of the directory's, whom it stands before. A save that changes nothing writes nothing.
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
		was, err := presentPerson(ctx, tx.View(), p)
		if err != nil {
			return err
		}
		var c changes
		if c.note("name", was.Name, p.Name); len(c) == 0 {
			return nil
		}
		if err := tx.People.PutPerson(ctx, p); err != nil {
			return fmt.Errorf("orgoverlay: save person %q: %w", p.ID, err)
		}
		p.Version++
		e := s.entry(now, a, "person", string(p.ID), "saved", "", c...)
		return s.note(ctx, tx, e, p.Version)
	})
	if err != nil {
		return Person{}, err
	}
	return p, nil
}

// presentPerson reads what a save of a person replaces. For a first one nothing is read: whom the account knows by the id may be the directory's, and
// one of its own the store refuses.
func presentPerson(ctx context.Context, v View, p Person) (Person, error) {
	if p.Version == 0 {
		return Person{}, nil
	}
	known, err := knownPeople(ctx, v, []PersonID{p.ID})
	if err == nil && len(known) == 0 {
		err = ErrNotFound
	}
	var got Person
	if len(known) > 0 {
		got = known[0]
	}
	return present("person", string(p.ID), p.Version, got, func(p Person) int64 { return p.Version }, err)
}
