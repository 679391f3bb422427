package orgoverlay

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// found is an organization that the account sees, and as what; not why.
type found struct {
	Shared
	Own bool
	by  Sighting
}

// sighted returns which of these organizations the account sees at a moment. It is asked as lists are, where the store looks up what is open at the
// moment: Facts would bring what an agreement names that opens nothing now, and take longer than for what is not there.
func sighted(ctx context.Context, v View, now time.Time, orgs []OrgID) ([]found, error) {
	if orgs = askable(orgs); len(orgs) == 0 {
		return nil, nil
	}
	list, err := v.Sight.List(ctx, Query{Now: now, Ids: orgs})
	if err != nil {
		return nil, fmt.Errorf("orgoverlay: look for organizations: %w", err)
	}
	out := make([]found, len(list))
	for i, l := range list {
		out[i] = found{l.Shared, l.Account == v.Account, Sighting{Org: l.ID, Kind: l.Kind}}
	}
	return out, nil
}

// Organization returns an organization as the account reads it, with every reason why it is seen. One that is not seen and one
// that does not exist are the same ErrNotFound.
func (s *Service) Organization(ctx context.Context, a Actor, org OrgID) (Record, error) {
	var r Record
	if err := s.enter(a); err != nil {
		return r, err
	}
	now := s.now()
	err := s.view(ctx, func(ctx context.Context, v View) error {
		d, sheet, err := s.open(ctx, v, a, now, org)
		if err != nil {
			return err
		}
		if sheet == nil {
			return missing("organization", string(org))
		}
		r, err = d.record(ctx, sheet)
		return err
	})
	if err != nil {
		return Record{}, err
	}
	return r, nil
}

// Explain says of every field of a record that the actor may see where its value comes from, in the order of Source.Path's comment.
// Who wrote the fields of another account's record is that account's own, and is not told.
func (s *Service) Explain(ctx context.Context, a Actor, org OrgID) ([]Source, error) {
	if err := s.enter(a); err != nil {
		return nil, err
	}
	now := s.now()
	var out []Source
	err := s.view(ctx, func(ctx context.Context, v View) error {
		d, sheet, err := s.open(ctx, v, a, now, org)
		if err != nil {
			return err
		}
		if sheet == nil {
			return missing("organization", string(org))
		}
		out = d.sources(sheet)
		if sheet.Own {
			return writers(ctx, v, org, out)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// sources explains a sheet by what is set and by the stamps of the overlay.
func (d *desk) sources(o *sheet) []Source {
	var out []Source
	base := func(path string) { out = append(out, Source{Path: path, Layer: LayerBase, Account: o.Account}) }
	for _, path := range []string{"name", "picture", "contacts", "addresses", "disabled"} {
		base(path)
	}
	local := func(path string, set bool) {
		i, stamped := findStamp(o.stamps, path)
		switch {
		case o.Own && set:
			base(path)
		case stamped:
			by := o.stamps[i]
			out = append(out, Source{path, LayerOverlay, d.s.account, by.By, by.ByHome, by.At, by.Version})
		default:
			out = append(out, Source{Path: path})
		}
	}
	local("remarks", o.local.Remarks != "")
	local("financial_id", o.local.FinancialID != "")
	for _, f := range d.lens.fields {
		_, set := findValue(o.local.Custom, f.ID)
		local("custom."+f.ID, set)
	}
	for _, file := range o.local.Attachments {
		local("attachments."+string(file.ID), true)
	}
	return out
}

func findStamp(stamps []Stamp, path string) (int, bool) {
	return slices.BinarySearchFunc(stamps, path, func(s Stamp, path string) int { return strings.Compare(s.Path, path) })
}

// writers fills in from history who wrote the fields of an own organization last.
func writers(ctx context.Context, v View, org OrgID, sources []Source) error {
	entries, err := v.History.List(ctx, HistoryQuery{Kind: "organization", Subject: string(org)})
	if err != nil {
		return err
	}
	for i, s := range sources {
		e := slices.IndexFunc(entries, func(e Entry) bool { return touches(e, s.Path) })
		if s.Layer == LayerNone || e < 0 {
			continue
		}
		by := entries[e]
		sources[i].By, sources[i].ByHome, sources[i].At, sources[i].Version = by.Actor, by.Home, by.At, by.Version
	}
	return nil
}

func touches(e Entry, path string) bool {
	return slices.ContainsFunc(e.Changes, func(c Change) bool { return c.Path == path })
}
