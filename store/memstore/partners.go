package memstore

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/collab"
)

type partners struct{ a *account }

var _ collab.Partners = partners{}

var partnerShape = shape[collab.Partner]{
	id:      func(p *collab.Partner) key { return keyOf(p.ID) },
	version: func(p *collab.Partner) *int64 { return &p.Version },
	clone:   collab.Partner.Clone,
	unique: func(p *collab.Partner) []key {
		var ks []key
		for _, k := range p.Keys {
			ks = append(ks, keyOf(k.ID))
		}
		return ks
	},
}

var invitationShape = shape[collab.Invitation]{
	id:      func(i *collab.Invitation) key { return keyOf(i.ID) },
	version: func(i *collab.Invitation) *int64 { return &i.Version },
	clone:   plain[collab.Invitation],
	unique:  func(i *collab.Invitation) []key { return []key{keyOf(i.TokenHash)} },
}

func (r partners) Module(context.Context) (collab.Module, error) { return r.a.module, nil }

func (r partners) PutModule(_ context.Context, m collab.Module) error {
	if m.Version != r.a.module.Version {
		return fmt.Errorf("memstore: put module: %w", collab.ErrConflict)
	}
	m.Version++
	r.a.module = m
	return nil
}

func (r partners) Partner(_ context.Context, id collab.SystemID) (collab.Partner, error) {
	p, ok := r.a.partners.get(partnerShape, keyOf(id))
	if !ok {
		return p, fmt.Errorf("memstore: partner %s: %w", id, collab.ErrNotFound)
	}
	return p, nil
}

func (r partners) PartnerByKey(_ context.Context, id collab.KeyID) (collab.Partner, error) {
	p, ok := r.a.partners.by(partnerShape, keyOf(id))
	if !ok {
		return p, fmt.Errorf("memstore: partner with key %s: %w", id, collab.ErrNotFound)
	}
	return p, nil
}

func (r partners) List(context.Context) ([]collab.Partner, error) {
	var out []collab.Partner
	for _, p := range r.a.partners.rows.from(key{}) {
		out = append(out, p.Clone())
	}
	return out, nil
}

func (r partners) PutPartner(_ context.Context, p collab.Partner) error {
	if !r.a.partners.put(partnerShape, p) {
		return fmt.Errorf("memstore: put partner %s: %w", p.ID, collab.ErrConflict)
	}
	return nil
}

func (r partners) Invitation(_ context.Context, tokenHash string) (collab.Invitation, error) {
	i, ok := r.a.invitations.by(invitationShape, keyOf(tokenHash))
	if !ok {
		return i, fmt.Errorf("memstore: invitation: %w", collab.ErrNotFound)
	}
	return i, nil
}

func (r partners) PutInvitation(_ context.Context, i collab.Invitation) error {
	if !r.a.invitations.put(invitationShape, i) {
		return fmt.Errorf("memstore: put invitation %s: %w", i.ID, collab.ErrConflict)
	}
	return nil
}
