package main

import (
	"context"
	"fmt"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
)

// support begins and ends first-line support, whose days are those of Mumbai.
func (s *story) support(ctx context.Context) error {
	v := s.accounts[virtualsupport]
	g := s.draft(orgoverlay.Agreement{ID: "FLSA0001029", Kind: orgoverlay.FLSA, Provider: orgoverlay.Ref{Account: virtualsupport, Org: v.org}, Zone: "Asia/Kolkata"})
	g, err := v.SaveAgreement(ctx, v.admin, g)
	if err != nil {
		return err
	}
	if err := s.edit(ctx, wdc, virtualsupport, orgoverlay.Patch{Remarks: orgoverlay.Set("Calls first, tickets later")}); err != nil {
		return err
	}
	fmt.Fprintln(s.out, "\nVirtualSupport gives first-line support. Both sides see each other, and Widget Data Center notes something:")
	if err := s.list(ctx, virtualsupport); err != nil {
		return err
	}
	if err := s.open(ctx, wdc, virtualsupport); err != nil {
		return err
	}
	g.Expiry = "2026-12-31"
	if s.support1, err = v.SaveAgreement(ctx, v.admin, g); err != nil {
		return err
	}
	fmt.Fprintln(s.out, "\nIt is to end on 2026-12-31, in Mumbai:")
	zone, err := time.LoadLocation(g.Zone)
	if err != nil {
		return err
	}
	for _, s.clock = range []time.Time{time.Date(2026, 12, 31, 23, 59, 59, 0, zone), time.Date(2027, 1, 1, 0, 0, 0, 0, zone)} {
		fmt.Fprintf(s.out, "At %s\n", s.clock.Format(time.RFC3339))
		for _, viewer := range []orgoverlay.Account{wdc, virtualsupport} {
			if err := s.list(ctx, viewer); err != nil {
				return err
			}
		}
	}
	fmt.Fprint(s.out, "Widget Data Center opens the record that it saw a second ago: ")
	_, gone := s.accounts[wdc].Organization(ctx, s.accounts[wdc].manager, v.org)
	if err := s.refused(gone, orgoverlay.ErrNotFound); err != nil {
		return err
	}
	fmt.Fprint(s.out, "... and one that never was: ")
	_, never := s.accounts[wdc].Organization(ctx, s.accounts[wdc].manager, "id-999")
	return s.refused(never, orgoverlay.ErrNotFound)
}

// renew begins another agreement a day later, and what was laid over the organization is back.
func (s *story) renew(ctx context.Context) error {
	v := s.accounts[virtualsupport]
	g := s.draft(orgoverlay.Agreement{ID: "FLSA0001030", Kind: orgoverlay.FLSA, Provider: s.support1.Provider, Zone: s.support1.Zone})
	g.Start = "2027-01-02"
	if _, err := v.SaveAgreement(ctx, v.admin, g); err != nil {
		return err
	}
	fmt.Fprintln(s.out, "\nA renewal from 2027-01-02 leaves a gap of a day:")
	for range 2 {
		fmt.Fprintf(s.out, "At %s\n", s.clock.Format(time.RFC3339))
		if err := s.list(ctx, wdc); err != nil {
			return err
		}
		s.clock = s.clock.AddDate(0, 0, 1)
	}
	fmt.Fprintln(s.out, "What Widget Data Center had noted is back, unchanged:")
	return s.open(ctx, wdc, virtualsupport)
}
