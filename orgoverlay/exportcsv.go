package orgoverlay

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mspkit/mspkit/internal/tabular"
)

// The columns of a table of trusted organizations. Their names stay; their order need not.
const (
	ColumnID        = "ID"
	ColumnAccount   = "Organization Account"
	ColumnName      = "Name"
	ColumnRemarks   = "Remarks"
	ColumnExtension = "UI Extension"
	ColumnCustom    = "Custom Fields"
	ColumnFinancial = "Financial ID"
)

var columns = []string{ColumnID, ColumnAccount, ColumnName, ColumnRemarks, ColumnExtension, ColumnCustom, ColumnFinancial}

// ExportOptions say what Export writes.
type ExportOptions struct {
	// Comma stands between cells. Default: a comma; a tab makes a TSV.
	Comma rune
	// Since leaves out organizations of which the account has changed no local field at that moment or later; when none is left nothing is
	// written, not even a header. When the owner changed a shared field is not known here. Default: all.
	Since time.Time
	// Dormant adds, after all others and ordered by ID, what the account keeps of organizations that it does not see: their ID and Organization
	// Account, a blank Name, and the account's own fields. Import leaves such rows out as not found while the organization is not seen.
	// Default: they are left out.
	Dormant bool
}

// exportPage is how many organizations are read at a time.
const exportPage = 500

// Export writes a table of the trusted organizations that the account sees, and what it has laid over them, to w, ordered by name; it returns
// how many. It is UTF-8; a tab stands before a cell that a spreadsheet would take for a formula, and before one that begins with a tab. Custom
// Fields is a JSON array of {"id","value"} with the fields of the active extension that are set. Import reads it back.
//
// Pages are read one after the other, so that memory stays the same whatever the length and w may be slow; each is as things stand
// when it is read, so that an organization which comes into sight or leaves it meanwhile can be missed by both parts, or stand in both. It needs an
// actor who administers.
func (s *Service) Export(ctx context.Context, a Actor, w io.Writer, o ExportOptions) (int, error) {
	if err := s.allow(a, a.Administers(), "export"); err != nil {
		return 0, err
	}
	e := exported{s: s, actor: a, options: o, table: tabular.NewWriter(w, o.Comma)}
	e.table.Mark = tabular.Tab
	err := e.seen(ctx)
	if err == nil && o.Dormant {
		err = e.dormant(ctx)
	}
	if err != nil {
		return e.rows, err
	}
	if err := e.table.Flush(); err != nil {
		return e.rows, fmt.Errorf("orgoverlay: export: %w", err)
	}
	return e.rows, nil
}

// exported is a table that is being written.
type exported struct {
	s       *Service
	actor   Actor
	options ExportOptions
	table   *tabular.Writer
	begun   bool // the header is written
	rows    int
}

// page reads one page, and then writes it.
func (e *exported) page(ctx context.Context, read func(context.Context, View, time.Time) ([]Listed, error)) error {
	var d *desk
	var list []Listed
	now := e.s.now()
	err := e.s.view(ctx, func(ctx context.Context, v View) (err error) {
		if d, err = e.s.sit(ctx, v, e.actor, now); err != nil {
			return err
		}
		list, err = read(ctx, v, now)
		return err
	})
	if err != nil {
		return err
	}
	if !e.begun && (len(list) > 0 || e.options.Since.IsZero()) {
		e.begun = true
		if err := e.write(columns); err != nil {
			return err
		}
	}
	name := ""
	if d.lens.extension != "" {
		name = d.extension.Name
	}
	for _, r := range list {
		cells := []string{string(r.ID), string(r.Account), r.Name, r.Local.Remarks, name, customCell(d.lens.custom(r.Local.Custom)), r.Local.FinancialID}
		if err := e.write(cells); err != nil {
			return err
		}
		e.rows++
	}
	return nil
}

func (e *exported) write(cells []string) error {
	if err := e.table.Write(cells); err != nil {
		return fmt.Errorf("orgoverlay: export: %w", err)
	}
	return nil
}

// seen writes the trusted organizations that the account sees.
func (e *exported) seen(ctx context.Context) error {
	for after, more := (Cursor{}), true; more; {
		var next Cursor
		err := e.page(ctx, func(ctx context.Context, v View, now time.Time) ([]Listed, error) {
			list, err := v.Sight.List(ctx, Query{Now: now, Kinds: []Kind{KindTrusted}, After: after, Limit: exportPage})
			if err != nil {
				return nil, fmt.Errorf("orgoverlay: export: %w", err)
			}
			if more = len(list) == exportPage; more {
				last := list[len(list)-1]
				next = Cursor{SortKey(last.Name), last.ID}
			}
			return changedSince(ctx, v, list, e.options.Since)
		})
		if err != nil {
			return err
		}
		after = next
	}
	return nil
}

// dormant writes what is kept of organizations that are not seen.
func (e *exported) dormant(ctx context.Context) error {
	for after, more := OrgID(""), true; more; more = after != "" {
		var next OrgID
		err := e.page(ctx, func(ctx context.Context, v View, now time.Time) ([]Listed, error) {
			overlays, end, err := dormant(ctx, v, now, after)
			var list []Listed
			for _, o := range overlays {
				if e.options.Since.IsZero() || o.changedSince(e.options.Since) {
					list = append(list, Listed{Shared: Shared{ID: o.Org, Account: o.Owner}, Local: o.Local})
				}
			}
			next = end
			return list, err
		})
		if err != nil {
			return err
		}
		after = next
	}
	return nil
}

// changedSince leaves out what the account has not changed since a moment; the zero moment leaves out nothing.
func changedSince(ctx context.Context, v View, list []Listed, since time.Time) ([]Listed, error) {
	if since.IsZero() || len(list) == 0 {
		return list, nil
	}
	orgs := make([]OrgID, len(list))
	for i, o := range list {
		orgs[i] = o.ID
	}
	overlays, err := v.Overlays.ByOrg(ctx, orgs)
	changed := map[OrgID]bool{}
	for _, o := range overlays {
		changed[o.Org] = o.changedSince(since)
	}
	return slices.DeleteFunc(list, func(o Listed) bool { return !changed[o.ID] }), err
}

func (o *Overlay) changedSince(since time.Time) bool {
	return slices.ContainsFunc(o.Stamps, func(s Stamp) bool { return !s.At.Before(since) })
}

// customCell writes custom values as JSON; none is a blank cell.
func customCell(values []CustomValue) string {
	if len(values) == 0 {
		return ""
	}
	var b strings.Builder
	for i, v := range values {
		b.WriteString([]string{"[", ","}[min(i, 1)])
		b.WriteString(`{"id":` + strconv.Quote(v.ID) + `,"value":`)
		b.Write(v.Value)
		b.WriteByte('}')
	}
	b.WriteByte(']')
	return b.String()
}
