package api

import (
	"cmp"
	"context"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

type byAccount[B any] struct {
	Account string `path:"account" doc:"the other account"`
	Body    B
}

type listByID struct {
	After string `query:"after"`
	Paged
}

type listElsewhere struct {
	After string `query:"after"`
	Brief
}

// agreements serves what opens organizations: trusts, services, agreements; and what a change of them would do.
func (a *api) agreements() {
	const area = "Trusts and agreements"
	handle(a, route("listTrusts", "GET trusts", area, "Trusts by the other account"), func(ctx context.Context, _ *nothing) (shapes.List[shapes.Trust], error) {
		svc, actor := a.Viewer(ctx)
		trusts, err := svc.Trusts(ctx, actor)
		return shapes.List[shapes.Trust]{Items: each(trusts, toTrust)}, err
	})
	handle(a, route("setTrust", "PUT trusts/{account}", area, "Set our half of the trust with another account"), func(ctx context.Context, in *byAccount[shapes.SetTrust]) (shapes.Trust, error) {
		svc, actor := a.Viewer(ctx)
		t, err := svc.SetTrust(ctx, actor, orgoverlay.Account(in.Account), orgoverlay.ParseTrustState(in.Body.State))
		return toTrust(t), err
	})
	handle(a, route("listServices", "GET services", area, "Services by id"), func(ctx context.Context, in *listByID) (shapes.List[shapes.Service], error) {
		svc, actor := a.Viewer(ctx)
		services, err := svc.Services(ctx, actor, orgoverlay.ServiceID(in.After), in.Limit+1)
		return page(services, in.Limit, func(e orgoverlay.ServiceEntry) string { return string(e.ID) }, toService), err
	})
	handle(a, route("saveService", "PUT services/{id}", area, "Make a service, or replace one"), func(ctx context.Context, in *takeByID[shapes.SaveService]) (shapes.Service, error) {
		svc, actor := a.Viewer(ctx)
		e, err := svc.SaveService(ctx, actor, fromService(in.ID, in.Body))
		return toService(e), err
	})
	handle(a, route("listAgreements", "GET agreements", area, "Agreements that are registered in the account, by id"), func(ctx context.Context, in *listByID) (shapes.List[shapes.Agreement], error) {
		svc, actor := a.Viewer(ctx)
		list, err := svc.Agreements(ctx, actor, orgoverlay.AgreementID(in.After), in.Limit+1)
		return page(list, in.Limit, func(g orgoverlay.Agreement) string { return string(g.ID) }, toAgreement(svc)), err
	})
	handle(a, route("listAgreementsElsewhere", "GET agreements-elsewhere", area, "Agreements that other accounts have registered with the asking account as the customer's side"), func(ctx context.Context, in *listElsewhere) (shapes.List[shapes.Agreement], error) {
		svc, actor := a.Viewer(ctx)
		p, err := svc.AgreementsElsewhere(ctx, actor, in.After, in.Limit)
		return shapes.List[shapes.Agreement]{Items: each(p.Agreements, toAgreement(svc)), Next: p.Next}, err
	})
	handle(a, route("getAgreement", "GET agreements/{id}", area, "One of them"), func(ctx context.Context, in *byID) (shapes.Agreement, error) {
		svc, actor := a.Viewer(ctx)
		g, err := svc.Agreement(ctx, actor, orgoverlay.AgreementID(in.ID))
		return toAgreement(svc)(g), err
	})
	handle(a, route("saveAgreement", "PUT agreements/{id}", area, "Register an agreement, or replace one"), func(ctx context.Context, in *takeByID[shapes.SaveAgreement]) (shapes.Agreement, error) {
		svc, actor := a.Viewer(ctx)
		g, err := svc.SaveAgreement(ctx, actor, fromAgreement(in.ID, in.Body))
		return toAgreement(svc)(g), err
	})
	handle(a, route("whatIf", "POST what-if", area, "Who would gain or lose sight of what; nothing is changed"), func(ctx context.Context, in *take[shapes.Supposition]) (shapes.Forecast, error) {
		suppose, err := fromSupposition(in.Body)
		if err != nil {
			return shapes.Forecast{}, err
		}
		svc, actor := a.Viewer(ctx)
		f, err := svc.WhatIf(ctx, actor, suppose)
		return shapes.Forecast{Gains: each(f.Gains, toGlimpse), Losses: each(f.Losses, toGlimpse)}, err
	})
}

func toTrust(t orgoverlay.Trust) shapes.Trust {
	out := shapes.Trust{
		Account: string(t.Other), State: orNull(t.State.String()), Since: timeOrNull(t.Since), Ours: orNull(t.Ours.String()), OursSince: timeOrNull(t.OursSince),
		Acts: each(t.Acts(), orgoverlay.TrustState.String),
	}
	if theirs, known := t.Theirs(); known {
		out.Theirs = new(cmp.Or(theirs.String(), "none"))
	}
	return out
}

func toService(e orgoverlay.ServiceEntry) shapes.Service {
	return shapes.Service{ID: string(e.ID), Name: e.Name, Provider: string(e.Provider), Version: e.Version}
}

func fromService(id string, s shapes.SaveService) orgoverlay.ServiceEntry {
	return orgoverlay.ServiceEntry{ID: orgoverlay.ServiceID(id), Name: s.Name, Provider: orgoverlay.OrgID(s.Provider), Version: s.Version}
}

func toRef(r orgoverlay.Ref) shapes.OrganizationRef {
	return shapes.OrganizationRef{Account: string(r.Account), Organization: string(r.Org)}
}

func fromRef(r shapes.OrganizationRef) orgoverlay.Ref {
	return orgoverlay.Ref{Account: orgoverlay.Account(r.Account), Org: orgoverlay.OrgID(r.Organization)}
}

// toAgreement translates agreements at the present of a service.
func toAgreement(svc *orgoverlay.Service) func(orgoverlay.Agreement) shapes.Agreement {
	return func(g orgoverlay.Agreement) shapes.Agreement { return agreementAs(g, svc.Status(g)) }
}

func agreementAs(g orgoverlay.Agreement, status orgoverlay.Status) shapes.Agreement {
	out := shapes.Agreement{
		ID: string(g.ID), Account: string(g.Account), Kind: g.Kind.String(), With: string(g.With), Service: orNull(g.Service), Customer: toRef(g.Customer), Prepared: g.Prepared,
		Start: orNull(g.Start), Expiry: orNull(g.Expiry), Zone: g.Zone, From: timeOrNull(g.From), Until: timeOrNull(g.Until),
		Status: status.String(), Version: g.Version,
	}
	if g.Provider != (orgoverlay.Ref{}) {
		provider := toRef(g.Provider)
		out.Provider = &provider
	}
	return out
}

func fromAgreement(id string, g shapes.SaveAgreement) orgoverlay.Agreement {
	out := orgoverlay.Agreement{
		ID: orgoverlay.AgreementID(id), Kind: orgoverlay.ParseAgreementKind(g.Kind), With: orgoverlay.Account(g.With),
		Service: orBlank[orgoverlay.ServiceID](g.Service), Customer: fromRef(g.Customer), Prepared: g.Prepared, Start: orBlank[string](g.Start),
		Expiry: orBlank[string](g.Expiry), Zone: orBlank[string](g.Zone), Version: g.Version,
	}
	if g.Provider != nil {
		out.Provider = fromRef(*g.Provider)
	}
	return out
}

func fromSupposition(s shapes.Supposition) (orgoverlay.Supposition, error) {
	var out orgoverlay.Supposition
	if s.At != nil {
		out.At = *s.At
	}
	if s.Agreement != nil {
		g := fromAgreement(s.Agreement.ID, s.Agreement.SaveAgreement)
		out.Agreement = &g
	}
	if s.Service != nil {
		e := fromService(s.Service.ID, s.Service.SaveService)
		out.Service = &e
	}
	if s.Trust != nil {
		out.Other, out.Trust = orgoverlay.Account(s.Trust.Account), orgoverlay.ParseTrustState(s.Trust.State)
		if out.Trust == orgoverlay.TrustNone {
			return out, unfit("trust.state", "is none of established, suspended, ended")
		}
	}
	return out, nil
}

func toGlimpse(g orgoverlay.Glimpse) shapes.Glimpse {
	return shapes.Glimpse{Viewer: string(g.Viewer), Owner: string(g.Owner), Organization: string(g.Org), Name: orNull(g.Name)}
}
