package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/app"
)

// The accounts of the demonstration: the systems' own, and those that alder hosts.
const (
	alder, birch                       = "alder", "birch"
	wdc, gigatera, globalnet, outsider = "wdc", "gigatera", "globalnet", "outsider"
)

// contact is wdc's custom field for who of its people looks after an organization.
const contact = "contact_person"

// stage is the hosted accounts while they are furnished.
type stage struct {
	app  *app.App
	orgs map[string]orgoverlay.OrgID // the one that each account is
}

// furnished reports whether furnish has come to its end, at some start.
func furnished(ctx context.Context, a *app.App) (bool, error) {
	_, err := a.Orgs(globalnet).Agreement(ctx, keeper(globalnet), agreementOf(globalnet))
	if errors.Is(err, orgoverlay.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// furnish tells the story of Widget Data Center and its providers up to where people go on: GigaTera and GlobalNet serve it, each sees the other
// by that, and what one keeps of another only its own people see. What is there already stays as it is.
func furnish(ctx context.Context, a *app.App) error {
	s := stage{a, map[string]orgoverlay.OrgID{}}
	if err := s.register(ctx); err != nil {
		return fmt.Errorf("demo: register organizations: %w", err)
	}
	if err := s.form(ctx); err != nil {
		return fmt.Errorf("demo: custom fields: %w", err)
	}
	person := func(id string) map[string]orgoverlay.Opt[[]byte] {
		return map[string]orgoverlay.Opt[[]byte]{contact: orgoverlay.Set([]byte(id))}
	}
	for _, p := range []struct {
		id           string
		theirs, ours orgoverlay.Patch // what it keeps of wdc, and wdc of it
	}{
		{gigatera, orgoverlay.Patch{FinancialID: orgoverlay.Set("GT-CUST-77")},
			orgoverlay.Patch{Remarks: orgoverlay.Set("Escalate via J. Doe"), FinancialID: orgoverlay.Set("wdc-1234"), Custom: person("196")}},
		{globalnet, orgoverlay.Patch{}, orgoverlay.Patch{FinancialID: orgoverlay.Set("wdc-5689"), Custom: person("219")}},
	} {
		if err := errors.Join(s.serve(ctx, p.id), s.lay(ctx, wdc, p.id, p.ours), s.lay(ctx, p.id, wdc, p.theirs)); err != nil {
			return fmt.Errorf("demo: %s: %w", p.id, err)
		}
	}
	return nil
}

func agreementOf(provider string) orgoverlay.AgreementID {
	return orgoverlay.AgreementID("SLA-" + provider)
}

// keeper is who furnishes an account.
func keeper(account string) orgoverlay.Actor {
	return orgoverlay.Actor{ID: app.Operator, Name: app.Operator, Home: alder, On: orgoverlay.Account(account), Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
}

// register makes the organization that each account is, below a group that none but GigaTera itself knows of.
func (s stage) register(ctx context.Context) error {
	if _, err := s.app.Orgs(gigatera).SavePerson(ctx, keeper(gigatera), orgoverlay.Person{ID: "7", Name: "Gita Rao"}); there(err) != nil {
		return err
	}
	for _, it := range []struct {
		account, name, phone, street, city string
		own                                orgoverlay.Patch // what it keeps of itself
		group                              string
		manager                            orgoverlay.PersonID
	}{
		{wdc, "Widget Data Center", "+1 555 0113", "1200 Rack Road", "Omaha", orgoverlay.Patch{Remarks: orgoverlay.Set("Fiscal year ends in June.")}, "", ""},
		{gigatera, "GigaTera", "+1 555 0118", "4 Terabit Way", "Austin", orgoverlay.Patch{Remarks: orgoverlay.Set("margin 31%"), FinancialID: orgoverlay.Set("GT-ACC-9")}, "Tera Group", "7"},
		{globalnet, "GlobalNet", "+1 555 0119", "77 Backbone Street", "Denver", orgoverlay.Patch{}, "", ""},
	} {
		svc, a := s.app.Orgs(it.account), keeper(it.account)
		tenant, err := svc.Tenant(ctx, a)
		if err != nil {
			return err
		}
		if tenant.Organization == "" {
			o := orgoverlay.Organization{Manager: it.manager, Shared: orgoverlay.Shared{
				Name: it.name, Contacts: []orgoverlay.Contact{{Kind: "phone", Label: "desk", Value: it.phone}, {Kind: "email", Label: "support", Value: "support@" + it.account + ".example"}},
				Addresses: []orgoverlay.Address{{Label: "office", Street: it.street, City: it.city, Country: "US"}},
			}}
			if it.group != "" {
				group, err := svc.SaveOrganization(ctx, a, orgoverlay.Organization{Shared: orgoverlay.Shared{Name: it.group}})
				if err != nil {
					return err
				}
				o.Parent = group.ID
			}
			if o, err = svc.SaveOrganization(ctx, a, o); err != nil {
				return err
			}
			if _, _, err := svc.Edit(ctx, a, o.ID, it.own, o.Version); err != nil {
				return err
			}
			tenant.Organization = o.ID
			if tenant, err = svc.SaveTenant(ctx, a, tenant); err != nil {
				return err
			}
		}
		s.orgs[it.account] = tenant.Organization
	}
	return nil
}

// form gives wdc a custom field that names one of its people.
func (s stage) form(ctx context.Context) error {
	svc, a := s.app.Orgs(wdc), keeper(wdc)
	for _, p := range []orgoverlay.Person{{ID: "196", Name: "Howard Tanner"}, {ID: "219", Name: "Ellen Brown"}} {
		if _, err := svc.SavePerson(ctx, a, p); there(err) != nil {
			return err
		}
	}
	all, err := svc.Extensions(ctx, a)
	if err != nil || len(all) > 0 {
		return err
	}
	e, err := svc.SaveExtension(ctx, a, orgoverlay.Extension{ID: "suppliers", Name: "Suppliers", Fields: []orgoverlay.ExtensionField{
		{ID: contact, Label: "Contact person", Schema: []byte(`{"type":"integer"}`), Person: true},
		{ID: "credit_note", Label: "Credit note", Schema: []byte(`{"type":"string"}`), Internal: true},
	}})
	if err == nil {
		_, err = svc.ActivateExtension(ctx, a, e.ID, e.Number, e.Version)
	}
	return err
}

// serve lets wdc and a provider trust one another, which serves it under an agreement.
func (s stage) serve(ctx context.Context, provider string) error {
	if _, err := s.app.Orgs(wdc).SetTrust(ctx, keeper(wdc), orgoverlay.Account(provider), orgoverlay.TrustEstablished); err != nil {
		return err
	}
	svc, a := s.app.Orgs(provider), keeper(provider)
	if _, err := svc.SetTrust(ctx, a, wdc, orgoverlay.TrustEstablished); err != nil {
		return err
	}
	if _, err := svc.SaveService(ctx, a, orgoverlay.ServiceEntry{ID: "network", Name: "Network", Provider: s.orgs[provider]}); there(err) != nil {
		return err
	}
	_, err := svc.SaveAgreement(ctx, a, orgoverlay.Agreement{
		ID: agreementOf(provider), Kind: orgoverlay.SLA, Service: "network", With: wdc, Customer: orgoverlay.Ref{Account: wdc, Org: s.orgs[wdc]}, Start: "2026-01-01",
	})
	return there(err)
}

// lay lays private fields over another account's organization, where nobody has done so.
func (s stage) lay(ctx context.Context, viewer, of string, patch orgoverlay.Patch) error {
	svc, a := s.app.Orgs(viewer), keeper(viewer)
	r, err := svc.Organization(ctx, a, s.orgs[of])
	if err != nil || r.Version > 0 {
		return err
	}
	_, _, err = svc.Edit(ctx, a, s.orgs[of], patch, r.Version)
	return err
}
