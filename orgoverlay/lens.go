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
	for _, f := range l.fields {
		l.ids = append(l.ids, f.ID)
	}
	slices.Sort(l.ids)
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

// form appends the fields with their values to a slice that has room for them, and returns the form that they make.
func (l lens) form(values []CustomValue, room *[]FormField) Form {
	begin := len(*room)
	for _, f := range l.fields {
		field := FormField{ExtensionField: f}
		if i, found := findValue(values, f.ID); found {
			field.Value = values[i].Value
		}
		*room = append(*room, field)
	}
	return Form{Extension: l.extension, Number: l.number, Fields: (*room)[begin:len(*room):len(*room)]}
}

func findValue(values []CustomValue, id string) (int, bool) {
	return slices.BinarySearchFunc(values, id, func(v CustomValue, id string) int { return strings.Compare(v.ID, id) })
}

// records makes of a list what one person reads of it: the fields are passed through, and memory is taken once for all forms.
func (l lens) records(list []Listed) []Record {
	out := make([]Record, len(list))
	room := make([]FormField, 0, len(list)*len(l.fields))
	for i := range list {
		out[i] = l.record(&list[i], &room)
	}
	return out
}

// record resolves one organization: shared fields from its owner, local fields from the account that looks. There is nothing else
// that a blank could be filled from.
func (l lens) record(o *Listed, room *[]FormField) Record {
	r := Record{Shared: o.Shared, Kind: o.Kind, Local: o.Local, Version: o.Version}
	r.Form = l.form(o.Local.Custom, room)
	r.Local.Custom = l.custom(o.Local.Custom)
	return r
}
