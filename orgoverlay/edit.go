package orgoverlay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mspkit/mspkit/internal/textnorm"
)

// Warning is something about an edit that was carried out. Path is the field's.
type Warning struct{ Path, Message string }

// MaxCustom is how many bytes of JSON a custom value may have.
const MaxCustom = 64 << 10

// Edit changes the local fields of an organization that the account sees: its own record's, or its overlay's. expect is the Version
// of the Record that the edit was made on.
//
// It needs an actor who edits. An organization that is not seen is ErrNotFound, and one of the account's directory, over which nothing can be
// laid, is an *Invalid by the rule directory. Everything that is wrong with the patch is in one
// *Invalid, a financial ID that another record has is *InUse, and a record that has changed since is *Conflict, with the fields
// that both changed. A patch that changes nothing writes nothing. Custom fields without Config.Schemas are ErrUnsupported.
func (s *Service) Edit(ctx context.Context, a Actor, org OrgID, p Patch, expect int64) (Record, []Warning, error) {
	if err := s.allow(a, a.Edits(), "edit an organization"); err != nil {
		return Record{}, nil, err
	}
	var r Record
	var warnings []Warning
	now := s.now()
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		d, err := s.sit(ctx, tx.View(), a, now)
		if err != nil {
			return err
		}
		e := edit{org, p, max(expect, 0)}
		if err := d.load(ctx, []edit{e}); err != nil {
			return err
		}
		if warnings, err = d.apply(ctx, e); err != nil {
			return err
		}
		if err := d.write(ctx, tx); err != nil {
			return err
		}
		r, err = d.record(ctx, d.sheets[org])
		return err
	})
	if err != nil {
		return Record{}, nil, err
	}
	return r, warnings, nil
}

// apply decides one edit that is loaded, and changes its sheet; a refused one changes nothing.
func (d *desk) apply(ctx context.Context, e edit) ([]Warning, error) {
	o := d.sheets[e.org]
	if o == nil {
		return nil, missing("organization", string(e.org))
	}
	if err := o.writable("edit"); err != nil {
		return nil, err
	}
	local, c, err := d.patched(o, e.patch)
	if err != nil || len(c) == 0 {
		return nil, err
	}
	if e.expect != anyVersion && e.expect != o.version {
		return nil, d.conflict(ctx, o, e.expect, c)
	}
	var warnings []Warning
	if key := d.s.cfg.FinancialKey(local.FinancialID); key != d.s.cfg.FinancialKey(o.local.FinancialID) {
		if warnings, err = d.rekey(ctx, o, key); err != nil {
			return nil, err
		}
	}
	if len(o.changes) == 0 {
		d.written = append(d.written, e.org)
	}
	for _, change := range c {
		o.stamp(change.Path, Stamp{change.Path, o.version + 1, d.actor.Name, d.actor.Home, d.now})
	}
	for _, file := range o.local.Attachments {
		if slices.Contains(e.patch.Remove, file.ID) {
			o.removed = append(o.removed, file)
		}
	}
	o.local, o.changes = local, append(o.changes, c...)
	return warnings, nil
}

// stamp says who wrote a field of an overlay last. An own record has no stamps; its history tells.
func (o *sheet) stamp(path string, by Stamp) {
	if o.Own {
		return
	}
	i, found := findStamp(o.stamps, path)
	if found {
		o.stamps[i] = by
	} else {
		o.stamps = slices.Insert(o.stamps, i, by)
	}
}

// patched returns what a patch makes of the local fields, and what changes by it; or everything that is wrong with it.
func (d *desk) patched(o *sheet, p Patch) (Local, changes, error) {
	wrong := &Invalid{Op: fmt.Sprintf("edit organization %q", o.ID)}
	local := o.local
	var c changes
	if p.Remarks.Given() {
		local.Remarks = p.Remarks.Value()
		wrong.remarks(local.Remarks)
		c.note("remarks", o.local.Remarks, local.Remarks)
	}
	if p.FinancialID.Given() {
		local.FinancialID = p.FinancialID.Value()
		wrong.financialID(local.FinancialID)
		c.note("financial_id", o.local.FinancialID, local.FinancialID)
	}
	local.Custom = slices.Clone(o.local.Custom)
	for _, id := range slices.Sorted(maps.Keys(p.Custom)) {
		if !p.Custom[id].Given() {
			continue
		}
		if err := d.setCustom(wrong, &c, &local, id, p.Custom[id].Value()); err != nil {
			return Local{}, nil, err
		}
	}
	local.Attachments = slices.Clone(o.local.Attachments)
	for _, id := range p.Remove {
		path := "attachments." + string(id)
		i := slices.IndexFunc(local.Attachments, func(a Attachment) bool { return a.ID == id })
		if i < 0 {
			wrong.add(path, "unknown", "is no attachment of this organization")
			continue
		}
		c = append(c, Change{Path: path, Before: local.Attachments[i].Name})
		local.Attachments = slices.Delete(local.Attachments, i, i+1)
	}
	return local, c, wrong.orNil()
}

func (e *Invalid) remarks(text string) {
	if err := textnorm.ValidText(text); err != nil {
		e.add("remarks", "text", err.Error())
	} else if len(text) > MaxRemarks {
		e.add("remarks", "length", fmt.Sprintf("are longer than %d bytes", MaxRemarks))
	}
}

func (e *Invalid) financialID(id string) {
	if err := textnorm.ValidText(id); err != nil {
		e.add("financial_id", "text", err.Error())
	} else if utf8.RuneCountInString(id) > MaxFinancialID {
		e.add("financial_id", "length", fmt.Sprintf("is longer than %d characters", MaxFinancialID))
	}
}

// setCustom sets or clears one custom value after checking it against the active extension.
func (d *desk) setCustom(wrong *Invalid, c *changes, local *Local, id string, value []byte) error {
	path, faults := "custom."+id, len(wrong.Fields)
	field, known := d.extension.Field(id)
	switch {
	case d.extension.Disabled:
		wrong.add(path, "disabled", "is a field of an extension that is disabled")
		return nil
	case !known || !d.lens.shows(id):
		wrong.add(path, "unknown", "is not a field of the active extension")
		return nil
	}
	value, problem := compactJSON(value)
	if problem != "" {
		wrong.add(path, "json", problem)
		return nil
	}
	i, has := findValue(local.Custom, id)
	var before []byte
	if has {
		before = local.Custom[i].Value
	}
	if bytes.Equal(before, value) { // what is kept stays, however odd
		return nil
	}
	if wrong.sound(path, value); len(wrong.Fields) > faults {
		return nil
	}
	*c = append(*c, Change{Path: path, Before: string(before), After: string(value), Internal: field.Internal})
	switch {
	case value == nil:
		local.Custom = slices.Delete(local.Custom, i, i+1)
		return nil
	case has:
		local.Custom[i].Value = value
	default:
		local.Custom = slices.Insert(local.Custom, i, CustomValue{id, value})
	}
	problems, err := d.check(CustomValue{id, value})
	wrong.Fields = append(wrong.Fields, problems...)
	return err
}

// compactJSON writes a value in the one way in which it is kept; null and nothing are nil.
func compactJSON(value []byte) (compact []byte, problem string) {
	value = bytes.TrimSpace(value)
	switch {
	case len(value) == 0 || string(value) == "null":
		return nil, ""
	case len(value) > MaxCustom:
		return nil, fmt.Sprintf("is longer than %d bytes", MaxCustom)
	case !json.Valid(value):
		return nil, "is not JSON"
	}
	for _, text := range []string{string(value), CustomValue{Value: value}.SearchText()} { // as it is written, and as it is meant
		if err := textnorm.ValidText(text); err != nil {
			return nil, err.Error()
		}
	}
	var b bytes.Buffer
	if err := json.Compact(&b, value); err != nil {
		return nil, "is not JSON"
	}
	return b.Bytes(), ""
}

// check returns everything that the active extension has against a value.
func (d *desk) check(v CustomValue) ([]FieldError, error) {
	path := "custom." + v.ID
	field, known := d.extension.Field(v.ID)
	if !known {
		return []FieldError{{path, "unknown", "is not a field of the active extension"}}, nil
	}
	if d.s.cfg.Schemas == nil {
		return nil, fmt.Errorf("orgoverlay: check custom field %q: %w", v.ID, ErrUnsupported)
	}
	schema, err := d.s.schemas.compile(d.s.cfg.Schemas, field.Schema)
	if err != nil {
		return nil, fmt.Errorf("orgoverlay: schema of custom field %q: %w", v.ID, err)
	}
	var out []FieldError
	for _, problem := range schema.Check(v.Value) {
		problem.Path = path + problem.Path
		out = append(out, problem)
	}
	if field.Person {
		out = append(out, d.checkPeople(path, v.Value)...)
	}
	return out, nil
}

// checkPeople objects to everybody who is not of the account or its directory, without a name.
func (d *desk) checkPeople(path string, value []byte) []FieldError {
	ids, ok := peopleIn(value)
	if !ok {
		return []FieldError{{path, "person", "is not the id of a person, nor a list of them"}}
	}
	var out []FieldError
	for _, id := range ids {
		if !d.people[id] {
			out = append(out, FieldError{path, "person", fmt.Sprintf("%q is nobody whom this account knows", id)})
		}
	}
	return out
}

// peopleIn reads the ids in a value: a text, a number, or a list of them.
func peopleIn(value []byte) ([]PersonID, bool) {
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil {
		list = []json.RawMessage{value}
	}
	var out []PersonID
	for _, one := range list {
		var text string
		var number json.Number
		if json.Unmarshal(one, &text) == nil {
			out = append(out, PersonID(text))
		} else if json.Unmarshal(one, &number) == nil && !strings.ContainsAny(string(number), ".eE") {
			out = append(out, PersonID(number))
		} else {
			return nil, false
		}
	}
	return out, true
}
