package orgoverlay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// lens is what one person may see of custom fields: the fields of the active extension, unless it is disabled, without the internal ones
// for people who may not see those.
type lens struct {
	extension ExtensionID
	number    int64
	fields    []ExtensionField // in the extension's order
	ids       []string         // of fields, ascending
	at        []int            // where in fields each of ids stands
	blank     []FormField      // fields without values
}

// lens reads the account's active extension for organizations with an actor's eyes.
func (s *Service) lens(ctx context.Context, v View, a Actor) (lens, error) {
	e, err := v.Extensions.Active(ctx, Category)
	if errors.Is(err, ErrNotFound) {
		return lens{}, nil
	}
	if err != nil {
		return lens{}, fmt.Errorf("orgoverlay: read the active extension: %w", err)
	}
	return look(e, a.SeesInternal()), nil
}

// look makes the lens of an active extension.
func look(e Extension, internal bool) lens {
	if e.Disabled {
		return lens{}
	}
	l := lens{extension: e.ID, number: e.Number, fields: e.Fields}
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

func (l lens) shows(id string) bool {
	_, found := slices.BinarySearch(l.ids, id)
	return found
}

// custom returns the values that the lens shows; when it shows all of them, the very slice.
func (l lens) custom(values []CustomValue) []CustomValue {
	hidden := func(v CustomValue) bool { return !l.shows(v.ID) }
	if !slices.ContainsFunc(values, hidden) {
		return values
	}
	return slices.DeleteFunc(slices.Clone(values), hidden)
}

// form appends the fields with their values to a slice that has room for them, and returns the form that they make; and whether there are
// values that do not show. Values and ids are both in order, so that one pass is enough.
func (l *lens) form(values []CustomValue, room *[]FormField) (form Form, hidden bool) {
	begin := len(*room)
	*room = append(*room, l.blank...)
	fields := (*room)[begin:len(*room):len(*room)]
	next := 0
	for i := range values {
		for next < len(l.ids) && l.ids[next] < values[i].ID {
			next++
		}
		if next < len(l.ids) && l.ids[next] == values[i].ID {
			fields[l.at[next]].Value = values[i].Value
		} else {
			hidden = true
		}
	}
	return Form{Extension: l.extension, Number: l.number, Fields: fields}, hidden
}

func findValue(values []CustomValue, id string) (int, bool) {
	return slices.BinarySearchFunc(values, id, func(v CustomValue, id string) int { return strings.Compare(v.ID, id) })
}

// records makes of a list what one person reads of it: the fields are passed through, and memory is taken once for all forms.
func (l *lens) records(list []Listed) []Record {
	out := make([]Record, len(list))
	room := make([]FormField, 0, len(list)*len(l.fields))
	for i := range list {
		l.record(&out[i], &list[i], &room)
	}
	return out
}

// record resolves one organization: shared fields from its owner, local fields from the account that looks. There is nothing else
// that a blank could be filled from.
func (l *lens) record(r *Record, o *Listed, room *[]FormField) {
	var hidden bool
	r.Shared, r.Kind, r.Local, r.Version = o.Shared, o.Kind, o.Local, o.Version
	if r.Form, hidden = l.form(o.Local.Custom, room); hidden {
		r.Local.Custom = l.custom(o.Local.Custom)
	}
}
