package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
)

// list prints all organizations that an account sees.
func (s *story) list(ctx context.Context, viewer orgoverlay.Account) error {
	a := s.accounts[viewer]
	page, err := a.List(ctx, a.manager, orgoverlay.ListQuery{})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "  All organizations of %s\n", viewer)
	for _, r := range page.Records {
		fmt.Fprintf(s.out, "    %-8s %-14s %s\n", r.Kind, r.Account, r.Name)
	}
	return nil
}

// open prints one organization as an account reads it.
func (s *story) open(ctx context.Context, viewer, of orgoverlay.Account) error {
	a := s.accounts[viewer]
	r, err := a.Organization(ctx, a.manager, s.accounts[of].org)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "  %s, as %s reads it", r.Name, viewer)
	if len(r.Whys) > 0 {
		fmt.Fprintf(s.out, " (%s)", reasons(r.Whys))
	}
	fmt.Fprintf(s.out, "\n    %s keeps: picture %s", r.Account, r.Picture)
	for _, c := range r.Contacts {
		fmt.Fprintf(s.out, ", %s %s", c.Label, c.Value)
	}
	fmt.Fprintf(s.out, "\n    %s keeps: remarks %q, financial ID %q", viewer, r.Local.Remarks, r.Local.FinancialID)
	for _, f := range r.Form.Fields {
		value := string(f.Value)
		if f.Value == nil {
			value = "not set"
		}
		fmt.Fprintf(s.out, ", %s %s", strings.ToLower(f.Label), value)
	}
	fmt.Fprintln(s.out)
	return nil
}

// reasons names the agreements by which an organization is seen.
func reasons(whys []orgoverlay.Why) string {
	var parts []string
	for _, w := range whys {
		parts = append(parts, fmt.Sprintf("%s %s of %s, as the %s", w.Kind, w.Agreement, w.Account, w.Direction))
	}
	return strings.Join(parts, "; ")
}

// forecast prints who would come to see what.
func (s *story) forecast(f orgoverlay.Forecast) {
	for _, g := range f.Gains {
		name := g.Name
		if name == "" {
			name = "an organization whose name it would learn then"
		}
		fmt.Fprintf(s.out, "  %s would see of %s: %s\n", g.Viewer, g.Owner, name)
	}
	for _, g := range f.Losses {
		fmt.Fprintf(s.out, "  %s would see no more of %s: %s\n", g.Viewer, g.Owner, g.Name)
	}
}

// written says who wrote a field, as far as the account may know.
func written(f orgoverlay.Source) string {
	switch f.Layer {
	case orgoverlay.LayerBase:
		return string(f.Account)
	case orgoverlay.LayerOverlay:
		return fmt.Sprintf("%s: %s at %s, version %d", f.Account, f.By, f.At.Format("2006-01-02 15:04"), f.Version)
	}
	return ""
}
