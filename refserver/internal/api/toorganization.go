package api

import (
	"encoding/json"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// orNull is a text as answers hold it: what is blank is null.
func orNull[T ~string](text T) *string {
	if text == "" {
		return nil
	}
	s := string(text)
	return &s
}

// orBlank is the text of an input in which null and left out are blank.
func orBlank[T ~string](text *string) T {
	if text == nil {
		return ""
	}
	return T(*text)
}

// unlessZero is a value as answers hold it: the zero value is null.
func unlessZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func toOrganization(r orgoverlay.Record) shapes.Organization {
	custom := make(map[string]json.RawMessage, len(r.Form.Fields))
	for _, f := range r.Form.Fields {
		custom[f.ID] = f.Value
	}
	return shapes.Organization{
		ID: string(r.ID), Account: shapes.Owner{ID: string(r.Account), Name: orNull(r.AccountName)}, Kind: r.Kind.String(), Disabled: r.Disabled,
		Name: r.Name, Picture: orNull(r.Picture), Contacts: each(r.Contacts, toContact), Addresses: each(r.Addresses, toAddress), Revision: r.Revision,
		Remarks: orNull(r.Local.Remarks), FinancialID: orNull(r.Local.FinancialID), Custom: custom,
		Attachments: each(r.Local.Attachments, toAttachment), Version: r.Version, Whys: each(r.Whys, toWhy),
	}
}

func toOrganizationRecord(r orgoverlay.Record) shapes.OrganizationRecord {
	out := shapes.OrganizationRecord{Organization: toOrganization(r)}
	if r.Form.Extension != "" {
		out.Form = &shapes.Form{
			Extension: string(r.Form.Extension), Number: r.Form.Number, Flagged: each(r.Form.Flagged, toField),
			Fields: each(r.Form.Fields, func(f orgoverlay.FormField) shapes.ExtensionField { return toExtensionField(f.ExtensionField) }),
		}
	}
	return out
}

func toOwnOrganization(o orgoverlay.Organization) shapes.OwnOrganization {
	custom := make(map[string]json.RawMessage, len(o.Custom))
	for _, v := range o.Custom {
		custom[v.ID] = v.Value
	}
	return shapes.OwnOrganization{
		ID: string(o.ID), Name: o.Name, Picture: orNull(o.Picture), Contacts: each(o.Contacts, toContact), Addresses: each(o.Addresses, toAddress),
		Disabled: o.Disabled, Revision: o.Revision, Parent: orNull(o.Parent), Manager: orNull(o.Manager), Region: orNull(o.Region), Source: orNull(o.Source),
		SourceID: orNull(o.SourceID), Internal: o.Internal, Remarks: orNull(o.Remarks), FinancialID: orNull(o.FinancialID), Custom: custom,
		Attachments: each(o.Attachments, toAttachment), Version: o.Version,
	}
}

func fromOwnOrganization(id string, o shapes.SaveOwnOrganization) orgoverlay.Organization {
	return orgoverlay.Organization{
		Shared: orgoverlay.Shared{
			ID: orgoverlay.OrgID(id), Name: o.Name, Picture: orBlank[string](o.Picture), Disabled: o.Disabled,
			Contacts: each(o.Contacts, func(c shapes.Contact) orgoverlay.Contact {
				return orgoverlay.Contact{Kind: c.Kind, Label: orBlank[string](c.Label), Value: c.Value}
			}),
			Addresses: each(o.Addresses, func(a shapes.Address) orgoverlay.Address {
				return orgoverlay.Address{
					Label: orBlank[string](a.Label), Street: orBlank[string](a.Street), City: orBlank[string](a.City), State: orBlank[string](a.State),
					PostalCode: orBlank[string](a.PostalCode), Country: orBlank[string](a.Country),
				}
			}),
		},
		Parent: orBlank[orgoverlay.OrgID](o.Parent), Manager: orBlank[orgoverlay.PersonID](o.Manager), Region: orBlank[string](o.Region),
		Source: orBlank[string](o.Source), SourceID: orBlank[string](o.SourceID), Version: o.Version,
	}
}

func toContact(c orgoverlay.Contact) shapes.Contact {
	return shapes.Contact{Kind: c.Kind, Label: orNull(c.Label), Value: c.Value}
}

func toAddress(a orgoverlay.Address) shapes.Address {
	return shapes.Address{
		Label: orNull(a.Label), Street: orNull(a.Street), City: orNull(a.City), State: orNull(a.State), PostalCode: orNull(a.PostalCode), Country: orNull(a.Country),
	}
}

func toAttachment(f orgoverlay.Attachment) shapes.Attachment {
	return shapes.Attachment{ID: string(f.ID), Name: f.Name, Type: f.Type, Size: f.Size, SHA256: f.SHA256, Inline: f.Inline}
}

func toWhy(w orgoverlay.Why) shapes.Why {
	return shapes.Why{Agreement: string(w.Agreement), Kind: w.Kind.String(), Account: string(w.Account), Direction: w.Direction.String(), Until: timeOrNull(w.Until)}
}

func toSource(s orgoverlay.Source) shapes.Source {
	return shapes.Source{
		Path: s.Path, Layer: orNull(s.Layer.String()), Account: orNull(s.Account), By: orNull(s.By), ByHome: orNull(s.ByHome), At: timeOrNull(s.At),
		Version: unlessZero(s.Version),
	}
}

func toField(f orgoverlay.FieldError) shapes.Field {
	return shapes.Field{Field: f.Path, Rule: f.Rule, Message: f.Message}
}

func toLogEntry(e orgoverlay.Entry) shapes.LogEntry {
	return shapes.LogEntry{
		ID: e.ID, At: e.At, Actor: e.Actor, Home: orNull(e.Home), Kind: e.Kind, Subject: e.Subject, Version: unlessZero(e.Version), Action: e.Action,
		Why: orNull(e.Why), Changes: each(e.Changes, toLogChange),
	}
}

func toLogChange(c orgoverlay.Change) shapes.LogChange {
	return shapes.LogChange{Path: c.Path, Before: orNull(c.Before), After: orNull(c.After), Internal: c.Internal}
}

// logPage is a page of history. The service has no place for one line more than a page, so that after a full one it is asked again.
func logPage(before string, limit int, read func(before string, limit int) ([]orgoverlay.Entry, error)) (shapes.List[shapes.LogEntry], error) {
	lines, err := read(before, limit)
	out := shapes.List[shapes.LogEntry]{Items: each(lines, toLogEntry)}
	if err != nil || len(lines) < limit {
		return out, err
	}
	last := lines[limit-1].ID
	more, err := read(last, 1)
	if len(more) > 0 {
		out.Next = last
	}
	return out, err
}
