package orgoverlay

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Extensions returns every version of the account's extensions, ordered by id and number. It needs an actor who sees internal fields.
func (s *Service) Extensions(ctx context.Context, a Actor) ([]Extension, error) {
	if err := s.allow(a, a.SeesInternal(), "read extensions"); err != nil {
		return nil, err
	}
	var out []Extension
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		out, err = v.Extensions.List(ctx)
		return err
	})
	return out, err
}

// SaveExtension writes a version of an extension that is being prepared. With Version 0 it is a new one: the next of its ID, or the first
// of an extension whose ID may be empty; else it replaces the version of that ID and Number, which must still be prepared (ErrState). The
// Category of an extension stays. Default of Category: organization. Number, State, Disabled and At are the service's.
func (s *Service) SaveExtension(ctx context.Context, a Actor, e Extension) (Extension, error) {
	if err := s.allow(a, a.Administers(), "save an extension"); err != nil {
		return Extension{}, err
	}
	now, given := s.now(), e.Clone()
	if given.Category == "" {
		given.Category = Category
	}
	if err := s.checkExtension(given); err != nil {
		return Extension{}, err
	}
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		e = given.Clone()
		was, err := s.presentExtension(ctx, tx, &e)
		if err != nil {
			return err
		}
		c := extensionChanges(was, e)
		if was.Version > 0 && len(c) == 0 {
			e = was
			return nil
		}
		return s.putExtension(ctx, tx, &e, s.entry(now, a, "extension", string(e.ID), "saved", "", c...))
	})
	if err != nil {
		return Extension{}, err
	}
	return e, nil
}

// presentExtension reads what a save replaces, and fills in what the service keeps.
func (s *Service) presentExtension(ctx context.Context, tx Tx, e *Extension) (Extension, error) {
	if e.ID == "" {
		if e.Version != 0 {
			return Extension{}, missing("extension", "")
		}
		e.ID = ExtensionID(s.cfg.NewID())
	}
	list, err := tx.Extensions.List(ctx)
	if err != nil {
		return Extension{}, err
	}
	var was Extension
	if e.Version == 0 {
		e.Number = 1
	}
	for _, o := range list {
		if o.ID != e.ID {
			continue
		}
		if o.Category != e.Category {
			return Extension{}, &Invalid{Op: "save an extension", Fields: []FieldError{{"category", "fixed", fmt.Sprintf("is %q, and stays", o.Category)}}}
		}
		if e.Version == 0 {
			e.Number = o.Number + 1
		} else if o.Number == e.Number {
			was = o
		}
	}
	switch {
	case e.Version != 0 && was.Version == 0:
		return Extension{}, missing("extension", extensionName(*e))
	case was.Version != e.Version:
		return Extension{}, stale("extension", extensionName(*e), was.Version)
	case was.Version > 0 && was.State != ExtensionPrepared:
		return Extension{}, fmt.Errorf("orgoverlay: save extension %q, which is %s: %w", extensionName(*e), was.State, ErrState)
	}
	e.State, e.Disabled, e.At = ExtensionPrepared, false, s.now()
	return was, nil
}

// ActivateExtension makes a version the active one of its category, whether it was being prepared or active before. The one that is
// active now, of this or another extension, is retired. expect is the Version that was read. Values that the new version does not
// take are kept, and flagged.
func (s *Service) ActivateExtension(ctx context.Context, a Actor, id ExtensionID, number, expect int64) (Extension, error) {
	return s.turn(ctx, a, id, number, expect, "activated", func(ctx context.Context, tx Tx, e *Extension, now time.Time) (bool, error) {
		if e.State == ExtensionActive {
			return false, nil
		}
		active, err := tx.Extensions.Active(ctx, e.Category)
		if err == nil {
			active.State, active.At = ExtensionRetired, now
			err = s.putExtension(ctx, tx, &active, s.entry(now, a, "extension", string(active.ID), "retired", ""))
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return false, err
		}
		e.State, e.At = ExtensionActive, now
		return true, nil
	})
}

// DisableExtension hides the fields of an active version, or shows them again; values are kept. While it is disabled nobody
// can write them. expect is the Version that was read. A version that is not active is refused with ErrState.
func (s *Service) DisableExtension(ctx context.Context, a Actor, id ExtensionID, number int64, disabled bool, expect int64) (Extension, error) {
	action := map[bool]string{true: "disabled", false: "enabled"}[disabled]
	return s.turn(ctx, a, id, number, expect, action, func(_ context.Context, _ Tx, e *Extension, now time.Time) (bool, error) {
		if e.State != ExtensionActive {
			return false, fmt.Errorf("orgoverlay: extension %q is %s: %w", extensionName(*e), e.State, ErrState)
		}
		if e.Disabled == disabled {
			return false, nil
		}
		e.Disabled, e.At = disabled, now
		return true, nil
	})
}

// turn brings one version into another state; change says whether there is anything to write.
func (s *Service) turn(ctx context.Context, a Actor, id ExtensionID, number, expect int64, action string,
	change func(context.Context, Tx, *Extension, time.Time) (bool, error),
) (Extension, error) {
	if err := s.allow(a, a.Administers(), "change an extension"); err != nil {
		return Extension{}, err
	}
	now := s.now()
	var e Extension
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		name := extensionName(Extension{ID: id, Number: number})
		if !nameable(id) {
			return missing("extension", name)
		}
		got, err := tx.Extensions.Extension(ctx, id, number)
		if errors.Is(err, ErrNotFound) {
			return missing("extension", name)
		}
		if err != nil {
			return err
		}
		if got.Version != expect {
			return stale("extension", name, got.Version)
		}
		e = got
		write, err := change(ctx, tx, &e, now)
		if err != nil || !write {
			return err
		}
		return s.putExtension(ctx, tx, &e, s.entry(now, a, "extension", string(id), action, ""))
	})
	if err != nil {
		return Extension{}, err
	}
	return e, nil
}

// putExtension writes a version and its line of history.
func (s *Service) putExtension(ctx context.Context, tx Tx, e *Extension, line Entry) error {
	if err := tx.Extensions.Put(ctx, *e); err != nil {
		return fmt.Errorf("orgoverlay: save extension %q: %w", extensionName(*e), err)
	}
	e.Version++
	line.Changes = append([]Change{{Path: "number", After: strconv.FormatInt(e.Number, 10)}}, line.Changes...)
	return s.note(ctx, tx, line, e.Version)
}

var fieldID = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)

// checkExtension lists everything that is wrong with the form, and compiles every schema.
func (s *Service) checkExtension(e Extension) error {
	if s.cfg.Schemas == nil {
		return fmt.Errorf("orgoverlay: save an extension without Config.Schemas: %w", ErrUnsupported)
	}
	wrong := &Invalid{Op: "save an extension"}
	wrong.line("id", string(e.ID), false)
	wrong.line("name", e.Name, true)
	wrong.line("category", e.Category, true)
	named := map[string]bool{}
	for _, f := range e.Fields {
		path := "fields." + f.ID
		if !fieldID.MatchString(f.ID) {
			wrong.add(path, "id", "an id is of lower-case letters, digits and _, 64 at most")
		}
		if named[f.ID] {
			wrong.add(path, "unique", "the id stands twice")
		}
		named[f.ID] = true
		wrong.line(path+".label", f.Label, true)
		if !wrong.valid(path+".schema", string(f.Schema)) {
			continue
		}
		if _, err := s.schemas.compile(s.cfg.Schemas, f.Schema); err != nil {
			wrong.add(path+".schema", "schema", err.Error())
		}
	}
	return wrong.orNil()
}

func extensionName(e Extension) string { return fmt.Sprintf("%s/%d", e.ID, e.Number) }

func extensionChanges(was, is Extension) (c changes) {
	c.note("name", was.Name, is.Name)
	c.note("category", was.Category, is.Category)
	c.note("fields", fieldsText(was.Fields), fieldsText(is.Fields))
	return c
}

// fieldsText writes fields for history, one a line.
func fieldsText(fields []ExtensionField) string {
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(f.ID + " (" + f.Label + ")")
		if f.Internal {
			b.WriteString(", internal")
		}
		if f.Person {
			b.WriteString(", person")
		}
		fmt.Fprintf(&b, ": %s\n", f.Schema)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
