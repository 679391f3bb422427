package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
)

const (
	wdc, gigatera, globalnet, virtualsupport orgoverlay.Account = "wdc", "gigatera", "globalnet", "virtualsupport"

	contact = "contact_person" // the custom field of wdc's form
)

// story is what the steps share.
type story struct {
	out      io.Writer
	clock    time.Time
	accounts map[orgoverlay.Account]*account
	support1 orgoverlay.Agreement // first-line support of wdc by VirtualSupport
}

// account is one that the story is told of.
type account struct {
	*orgoverlay.Service
	admin   orgoverlay.Actor // registers
	manager orgoverlay.Actor // lays fields over organizations
	org     orgoverlay.OrgID // the organization tied to it
}

// register makes the accounts, each with the organization that it is.
func (s *story) register(ctx context.Context) error {
	for _, it := range []struct {
		id          orgoverlay.Account
		name, phone string
	}{
		{wdc, "Widget Data Center", "+1 555 0113"},
		{gigatera, "GigaTera", "+1 555 0118"},
		{globalnet, "GlobalNet", "+1 555 0119"},
		{virtualsupport, "VirtualSupport, Ltd.", "+91 22 5550 0124"},
	} {
		a := s.accounts[it.id]
		tenant, err := a.SaveTenant(ctx, a.admin, orgoverlay.Tenant{ID: it.id, Name: it.name})
		if err != nil {
			return err
		}
		o, err := a.SaveOrganization(ctx, a.admin, orgoverlay.Organization{Shared: orgoverlay.Shared{Name: it.name,
			Picture: "https://" + string(it.id) + ".example/logo.png", Contacts: []orgoverlay.Contact{{Kind: "phone", Label: "desk", Value: it.phone}}}})
		if err != nil {
			return err
		}
		a.org, tenant.Organization = o.ID, o.ID
		if _, err := a.SaveTenant(ctx, a.admin, tenant); err != nil {
			return err
		}
	}
	if err := s.form(ctx); err != nil {
		return err
	}
	fmt.Fprintln(s.out, "GigaTera notes on its own record what concerns nobody else:")
	if err := s.edit(ctx, gigatera, gigatera, orgoverlay.Patch{Remarks: orgoverlay.Set("margin 31%"), FinancialID: orgoverlay.Set("GT-ACC-9")}); err != nil {
		return err
	}
	return s.open(ctx, gigatera, gigatera)
}

// form gives wdc a custom field that names one of its people.
func (s *story) form(ctx context.Context) error {
	a := s.accounts[wdc]
	for _, p := range []orgoverlay.Person{{ID: "196", Name: "Howard Tanner"}, {ID: "219", Name: "Ellen Brown"}} {
		if _, err := a.SavePerson(ctx, a.admin, p); err != nil {
			return err
		}
	}
	e, err := a.SaveExtension(ctx, a.admin, orgoverlay.Extension{ID: "suppliers", Name: "Suppliers", Fields: []orgoverlay.ExtensionField{
		{ID: contact, Label: "Contact person", Schema: []byte(`{"type":"integer"}`), Person: true}}})
	if err != nil {
		return err
	}
	_, err = a.ActivateExtension(ctx, a.admin, e.ID, e.Number, e.Version)
	return err
}

// trust is each side's own to establish, and opens nothing yet.
func (s *story) trust(ctx context.Context) error {
	for _, other := range []orgoverlay.Account{gigatera, globalnet, virtualsupport} {
		if _, err := s.accounts[wdc].SetTrust(ctx, s.accounts[wdc].admin, other, orgoverlay.TrustEstablished); err != nil {
			return err
		}
		if _, err := s.accounts[other].SetTrust(ctx, s.accounts[other].admin, wdc, orgoverlay.TrustEstablished); err != nil {
			return err
		}
	}
	fmt.Fprintln(s.out, "\nWidget Data Center trusts GigaTera, GlobalNet and VirtualSupport, and they trust it. That alone opens nothing:")
	return s.list(ctx, wdc)
}

// agree makes the two SLAs. What would come of one can be asked for first.
func (s *story) agree(ctx context.Context) error {
	for _, provider := range []orgoverlay.Account{gigatera, globalnet} {
		p := s.accounts[provider]
		service, err := p.SaveService(ctx, p.admin, orgoverlay.ServiceEntry{ID: "network", Name: "Network", Provider: p.org})
		if err != nil {
			return err
		}
		g := s.draft(orgoverlay.Agreement{ID: "SLA-1", Kind: orgoverlay.SLA, Service: service.ID})
		if provider == gigatera {
			forecast, err := p.WhatIf(ctx, p.admin, orgoverlay.Supposition{Agreement: &g})
			if err != nil {
				return err
			}
			fmt.Fprintln(s.out, "\nWhat if GigaTera made an SLA with Widget Data Center?")
			s.forecast(forecast)
		}
		if _, err := p.SaveAgreement(ctx, p.admin, g); err != nil {
			return err
		}
	}
	fmt.Fprintln(s.out, "\nGigaTera and GlobalNet each make one. Now both sides see each other:")
	for _, viewer := range []orgoverlay.Account{wdc, gigatera, globalnet} {
		if err := s.list(ctx, viewer); err != nil {
			return err
		}
	}
	return nil
}

// draft fills in that an agreement is with wdc, and since when.
func (s *story) draft(g orgoverlay.Agreement) orgoverlay.Agreement {
	g.With, g.Customer, g.Start = wdc, orgoverlay.Ref{Account: wdc, Org: s.accounts[wdc].org}, "2026-01-01"
	return g
}

// lay lays private fields over each other's records, in both directions.
func (s *story) lay(ctx context.Context) error {
	before, err := s.bases(ctx)
	if err != nil {
		return err
	}
	person := func(id string) map[string]orgoverlay.Opt[[]byte] {
		return map[string]orgoverlay.Opt[[]byte]{contact: orgoverlay.Set([]byte(id))}
	}
	for _, e := range []struct {
		viewer, of orgoverlay.Account
		patch      orgoverlay.Patch
	}{
		{wdc, gigatera, orgoverlay.Patch{Remarks: orgoverlay.Set("Escalate via J. Doe"), FinancialID: orgoverlay.Set("wdc-1234"), Custom: person("196")}},
		{wdc, globalnet, orgoverlay.Patch{FinancialID: orgoverlay.Set("wdc-5689"), Custom: person("219")}},
		{gigatera, wdc, orgoverlay.Patch{FinancialID: orgoverlay.Set("GT-CUST-77")}},
	} {
		if err := s.edit(ctx, e.viewer, e.of, e.patch); err != nil {
			return err
		}
	}
	fmt.Fprintln(s.out, "\nEach lays fields of its own over what it sees:")
	for _, pair := range [][2]orgoverlay.Account{{wdc, gigatera}, {wdc, globalnet}, {gigatera, wdc}} {
		if err := s.open(ctx, pair[0], pair[1]); err != nil {
			return err
		}
	}
	after, err := s.bases(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "The owners' own records are as they were: %v\n", reflect.DeepEqual(before, after))
	found, err := s.accounts[wdc].FindFinancial(ctx, s.accounts[wdc].manager, "wdc-1234")
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Widget Data Center finds wdc-1234: %s. GigaTera looks for it: ", found[0].Name)
	_, err = s.accounts[gigatera].FindFinancial(ctx, s.accounts[gigatera].manager, "wdc-1234")
	return s.refused(err, orgoverlay.ErrNotFound)
}

// bases reads what the owners keep of themselves.
func (s *story) bases(ctx context.Context) (out []orgoverlay.Organization, err error) {
	for _, id := range []orgoverlay.Account{wdc, gigatera, globalnet} {
		o, err := s.accounts[id].Own(ctx, s.accounts[id].admin, s.accounts[id].org)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// blank clears a field, and tries to change one that is not wdc's to change.
func (s *story) blank(ctx context.Context) error {
	fmt.Fprintln(s.out, "\nWidget Data Center clears its remarks on GigaTera. They are blank, not what GigaTera wrote:")
	patch, err := orgoverlay.ReadPatch([]byte(`{"remarks": null}`))
	if err != nil {
		return err
	}
	if err := s.edit(ctx, wdc, gigatera, patch); err != nil {
		return err
	}
	if err := s.open(ctx, wdc, gigatera); err != nil {
		return err
	}
	fmt.Fprint(s.out, "A patch with the name in it: ")
	_, err = orgoverlay.ReadPatch([]byte(`{"remarks": "kept out", "name": "Mine"}`))
	return s.refused(err, orgoverlay.ErrInvalid)
}

// explain says of each field where it comes from.
func (s *story) explain(ctx context.Context) error {
	a := s.accounts[wdc]
	sources, err := a.Explain(ctx, a.manager, s.accounts[gigatera].org)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, "\nWhere the fields of GigaTera come from that Widget Data Center reads:")
	for _, f := range sources {
		layer := f.Layer.String()
		if f.Layer == orgoverlay.LayerNone {
			layer = "nobody"
		}
		fmt.Fprintf(s.out, "  %-22s %-8s %s\n", f.Path, layer, written(f))
	}
	return nil
}

// whoSees is what the owner may know: who reads its record, and by which agreement.
func (s *story) whoSees(ctx context.Context) error {
	g := s.accounts[gigatera]
	viewings, err := g.WhoSees(ctx, g.manager, g.org)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, "\nWho sees GigaTera's record, as GigaTera is told:")
	for _, v := range viewings {
		fmt.Fprintf(s.out, "  %s: %s\n", v.Name, reasons(v.Whys))
	}
	return nil
}

// edit carries out a patch on what an account reads of another's organization, or of its own.
func (s *story) edit(ctx context.Context, viewer, of orgoverlay.Account, p orgoverlay.Patch) error {
	a, org := s.accounts[viewer], s.accounts[of].org
	r, err := a.Organization(ctx, a.manager, org)
	if err != nil {
		return err
	}
	_, _, err = a.Edit(ctx, a.manager, org, p, r.Version)
	return err
}

// refused prints an error that the story expects.
func (s *story) refused(err, want error) error {
	if !errors.Is(err, want) {
		return fmt.Errorf("want a refusal: %w, got %w", want, err)
	}
	fmt.Fprintln(s.out, err)
	return nil
}
