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
}

// exportPage is how many organizations are read at a time.
const exportPage = 500

// Export writes a table of the trusted organizations that the account sees, and what it has laid over them, to w, ordered by name; it returns
// how many. It is UTF-8; a tab stands before a cell that a spreadsheet would take for a formula, and before one that begins with a tab. Custom
// Fields is a JSON array of {"id","value"} with the fields of the active extension that are set. Import reads it back.
//
// Pages are read one after the other, so that memory stays the same whatever the length and w may be slow; each is as things stand
// when it is read. It needs an actor who administers.
func (s *Service) Export(ctx context.Context, a Actor, w io.Writer, o ExportOptions) (int, error) {
	if err := s.allow(a, a.Administers(), "export"); err != nil {
		return 0, err
	}
	table := tabular.NewWriter(w, o.Comma)
	table.Mark = tabular.Tab
	n, begun := 0, false
	write := func(cells []string) error {
		if err := table.Write(cells); err != nil {
			return fmt.Errorf("orgoverlay: export: %w", err)
		}
		return nil
	}
	for after, more := (Cursor{}), true; more; {
		var list []Listed
		var extension Extension
		var lens Lens
		now := s.now()
		err := s.view(ctx, func(ctx context.Context, v View) error {
			d, err := s.sit(ctx, v, a, now)
			if err != nil {
				return err
			}
			extension, lens = d.extension, d.lens
			list, err = v.Sight.List(ctx, Query{Now: now, Kinds: []Kind{KindTrusted}, After: after, Limit: exportPage})
			if err != nil {
				return fmt.Errorf("orgoverlay: export: %w", err)
			}
			if more = len(list) == exportPage; more {
				last := list[len(list)-1]
				after = Cursor{SortKey(last.Name), last.ID}
			}
			list, err = changedSince(ctx, v, list, o.Since)
			return err
		})
		if err != nil {
			return n, err
		}
		if !begun && (len(list) > 0 || o.Since.IsZero()) {
			begun = true
			if err := write(columns); err != nil {
				return n, err
			}
		}
		for _, r := range list {
			name := ""
			if lens.extension != "" {
				name = extension.Name
			}
			cells := []string{string(r.ID), string(r.Account), r.Name, r.Local.Remarks, name, customCell(lens.custom(r.Local.Custom)), r.Local.FinancialID}
			if err := write(cells); err != nil {
				return n, err
			}
			n++
		}
	}
	if err := table.Flush(); err != nil {
		return n, fmt.Errorf("orgoverlay: export: %w", err)
	}
	return n, nil
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
		changed[o.Org] = slices.ContainsFunc(o.Stamps, func(s Stamp) bool { return !s.At.Before(since) })
	}
	return slices.DeleteFunc(list, func(o Listed) bool { return !changed[o.ID] }), err
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
