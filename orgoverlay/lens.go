package orgoverlay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Lens is what one person may see of custom fields: the fields of the active extension, unless it is disabled, without the internal ones
// for people who may not see those. Through the zero Lens there are none. It is never changed, and safe for use by several goroutines.
type Lens struct {
	extension ExtensionID
	number    int64
	fields    []ExtensionField // in the extension's order
	ids       []string         // of fields, ascending
	at        []int            // where in fields each of ids stands
	blank     []FormField      // fields without values
}

// lens reads the account's active extension for organizations with an actor's eyes.
func (s *Service) lens(ctx context.Context, v View, a Actor) (Lens, error) {
	e, err := v.Extensions.Active(ctx, Category)
	if errors.Is(err, ErrNotFound) {
		return Lens{}, nil
	}
	if err != nil {
		return Lens{}, fmt.Errorf("orgoverlay: read the active extension: %w", err)
	}
	return NewLens(e, a.SeesInternal()), nil
}

// NewLens makes the lens of an account's active extension for a person who may see internal fields (Actor.SeesInternal), or may not. It shares
// memory with the extension.
func NewLens(e Extension, internal bool) Lens {
	if e.Disabled {
		return Lens{}
	}
	l := Lens{extension: e.ID, number: e.Number, fields: e.Fields}
	if !internal {
		l.fields = slices.DeleteFunc(slices.Clone(e.Fields), func(f ExtensionField) bool { return f.Internal })
	}
	for i, f := range l.fields {
		l.blank = append(l.blank, FormField{ExtensionField: f})
		l.at = append(l.at, i)
	}
	slices.SortFunc(l.at, func(a, b int) int { return strings.Compare(l.fields[a].ID, l.fields[b].ID) })
	for _, i := range l.at {
		l.ids = append(l.ids, l.fields[i].ID)
	}
	return l
}

func (l *Lens) shows(id string) bool {
	_, found := slices.BinarySearch(l.ids, id)
	return found
}

// custom returns the values that the lens shows; when it shows all of them, the very slice.
func (l *Lens) custom(values []CustomValue) []CustomValue {
	hidden := func(v CustomValue) bool { return !l.shows(v.ID) }
	if !slices.ContainsFunc(values, hidden) {
		return values
	}
	return slices.DeleteFunc(slices.Clone(values), hidden)
}

// Resolve writes into r what a person reads of an organization: the fields that its owner shares, the fields that the account keeps of it, and
// the form with their values. There is nothing else that a blank could be filled from: a Listed cannot hold what another owner keeps
// to itself. Whys and Form.Flagged are left empty.
//
// Resolve decides nothing about sight, reads no store, and merges nothing. It uses the room of r.Form.Fields again, so that a
// caller who keeps one Record takes no memory, but once for an organization with values that the lens does not show. The rest of r shares
// memory with o and with the lens, which stay as they are.
func (l *Lens) Resolve(r *Record, o *Listed) {
	fields := append(r.Form.Fields[:0], l.blank...)
	clear(fields[len(fields):cap(fields)]) // of another organization
	r.Shared, r.Kind, r.Whys, r.Local, r.Version = o.Shared, o.Kind, nil, o.Local, o.Version
	hidden, next := false, 0
	for i := range o.Local.Custom { // in the order of ids, as l.ids is: what is found lies behind what was found before
		v, at := &o.Local.Custom[i], next
		for at < len(l.ids) && l.ids[at] != v.ID {
			at++
		}
		if at == len(l.ids) {
			hidden = true
			continue
		}
		fields[l.at[at]].Value, next = v.Value, at+1
	}
	r.Form = Form{Extension: l.extension, Number: l.number, Fields: fields}
	if hidden {
		r.Local.Custom = l.custom(o.Local.Custom)
	}
}

// records makes of a list what one person reads of it; memory is taken once for all records, and once for all forms.
func (l *Lens) records(list []Listed) []Record {
	out := make([]Record, len(list))
	n := len(l.fields)
	room := make([]FormField, len(list)*n)
	for i := range list {
		out[i].Form.Fields = room[i*n : i*n : (i+1)*n]
		l.Resolve(&out[i], &list[i])
	}
	return out
}

func findValue(values []CustomValue, id string) (int, bool) {
	return slices.BinarySearchFunc(values, id, func(v CustomValue, id string) int { return strings.Compare(v.ID, id) })
}
