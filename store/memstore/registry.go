package memstore

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/orgoverlay"
)

type registry struct{ scope }

var _ orgoverlay.Registry = registry{}

var (
	halfShape = shape[orgoverlay.TrustHalf]{
		id:      func(h *orgoverlay.TrustHalf) key { return keyOf(h.Other) },
		version: func(h *orgoverlay.TrustHalf) *int64 { return &h.Version },
		clone:   plain[orgoverlay.TrustHalf],
	}
	serviceShape = shape[orgoverlay.ServiceEntry]{
		id:      func(s *orgoverlay.ServiceEntry) key { return keyOf(s.ID) },
		version: func(s *orgoverlay.ServiceEntry) *int64 { return &s.Version },
		clone:   plain[orgoverlay.ServiceEntry],
	}
	agreementShape = shape[orgoverlay.Agreement]{
		id:      func(a *orgoverlay.Agreement) key { return keyOf(a.ID) },
		version: func(a *orgoverlay.Agreement) *int64 { return &a.Version },
		clone:   plain[orgoverlay.Agreement],
	}
)

func (r registry) Tenant(context.Context) (orgoverlay.Tenant, error) {
	if r.a.tenant.Version == 0 {
		return orgoverlay.Tenant{}, fmt.Errorf("memstore: tenant %s: %w", r.name, orgoverlay.ErrNotFound)
	}
	return r.a.tenant, nil
}

func (r registry) PutTenant(_ context.Context, t orgoverlay.Tenant) error {
	if t.Version != r.a.tenant.Version {
		return fmt.Errorf("memstore: put tenant %s: %w", r.name, orgoverlay.ErrConflict)
	}
	t.ID = r.name
	t.Version++
	r.a.tenant = t
	return nil
}

func (r registry) Half(_ context.Context, other orgoverlay.Account) (orgoverlay.TrustHalf, error) {
	h, ok := r.a.halves.get(halfShape, keyOf(other))
	if !ok {
		return h, fmt.Errorf("memstore: half of the trust with %s: %w", other, orgoverlay.ErrNotFound)
	}
	return h, nil
}

func (r registry) Trusts(context.Context) ([]orgoverlay.Trust, error) { return r.trusts(r.name), nil }

func (r registry) PutHalf(_ context.Context, h orgoverlay.TrustHalf) error {
	h.Account = r.name
	if !r.a.halves.put(halfShape, h) {
		return fmt.Errorf("memstore: put half of the trust with %s: %w", h.Other, orgoverlay.ErrConflict)
	}
	r.s.trusting.put(keyOf(h.Other, string(r.name)), struct{}{})
	return nil
}

func (r registry) Service(_ context.Context, id orgoverlay.ServiceID) (orgoverlay.ServiceEntry, error) {
	s, ok := r.a.services.get(serviceShape, keyOf(id))
	if !ok {
		return s, fmt.Errorf("memstore: service %s: %w", id, orgoverlay.ErrNotFound)
	}
	return s, nil
}

func (r registry) Services(_ context.Context, after orgoverlay.ServiceID, limit int) ([]orgoverlay.ServiceEntry, error) {
	var out []orgoverlay.ServiceEntry
	for _, s := range r.a.services.rows.from(key{past(after)}) {
		if len(out) >= limit {
			break
		}
		out = append(out, *s)
	}
	return out, nil
}

func (r registry) PutService(_ context.Context, s orgoverlay.ServiceEntry) error {
	s.Account = r.name
	if !r.a.services.put(serviceShape, s) {
		return fmt.Errorf("memstore: put service %s: %w", s.ID, orgoverlay.ErrConflict)
	}
	return nil
}

func (r registry) Agreement(_ context.Context, id orgoverlay.AgreementID) (orgoverlay.Agreement, error) {
	a, ok := r.a.agreements.get(agreementShape, keyOf(id))
	if !ok {
		return a, fmt.Errorf("memstore: agreement %s: %w", id, orgoverlay.ErrNotFound)
	}
	return provided(r.a, a), nil
}

func (r registry) Agreements(_ context.Context, after orgoverlay.AgreementID, limit int) ([]orgoverlay.Agreement, error) {
	var out []orgoverlay.Agreement
	for _, a := range r.a.agreements.rows.from(key{past(after)}) {
		if len(out) >= limit {
			break
		}
		out = append(out, provided(r.a, *a))
	}
	return out, nil
}

func (r registry) PutAgreement(_ context.Context, a orgoverlay.Agreement) error {
	a.Account = r.name
	if a.Kind == orgoverlay.SLA {
		a.Provider = orgoverlay.Ref{}
	}
	old := r.a.agreements.rows.get(keyOf(a.ID))
	if !r.a.agreements.put(agreementShape, a) {
		return fmt.Errorf("memstore: put agreement %s: %w", a.ID, orgoverlay.ErrConflict)
	}
	if old != nil {
		r.s.agreed.remove(keyOf(old.With, string(r.name), string(a.ID)))
	}
	r.s.agreed.put(keyOf(a.With, string(r.name), string(a.ID)), struct{}{})
	return nil
}

// provided fills in the provider of an SLA of an account.
func provided(of *account, a orgoverlay.Agreement) orgoverlay.Agreement {
	if s := of.services.rows.get(keyOf(a.Service)); a.Kind == orgoverlay.SLA && s != nil && s.Provider != "" {
		a.Provider = orgoverlay.Ref{Account: a.Account, Org: s.Provider}
	}
	return a
}
