package storetest

import (
	"context"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
)

// orgRoles wraps every role of orgoverlay that writes.
func (f *FaultyDB) orgRoles(o orgoverlay.Tx) orgoverlay.Tx {
	o.Registry = faultyRegistry{o.Registry, f}
	o.Orgs = faultyOrgs{o.Orgs, f}
	o.Overlays = faultyOverlays{o.Overlays, f}
	o.Claims = faultyClaims{o.Claims, f}
	o.Extensions = faultyExtensions{o.Extensions, f}
	o.Files = faultyFiles{o.Files, f}
	o.People = faultyPeople{o.People, f}
	o.History = faultyOrgHistory{o.History, f}
	return o
}

type faultyRegistry struct {
	orgoverlay.Registry
	f *FaultyDB
}

func (r faultyRegistry) PutTenant(ctx context.Context, t orgoverlay.Tenant) error {
	return r.f.write(func() error { return r.Registry.PutTenant(ctx, t) })
}

func (r faultyRegistry) PutHalf(ctx context.Context, h orgoverlay.TrustHalf) error {
	return r.f.write(func() error { return r.Registry.PutHalf(ctx, h) })
}

func (r faultyRegistry) PutService(ctx context.Context, s orgoverlay.ServiceEntry) error {
	return r.f.write(func() error { return r.Registry.PutService(ctx, s) })
}

func (r faultyRegistry) PutAgreement(ctx context.Context, a orgoverlay.Agreement) error {
	return r.f.write(func() error { return r.Registry.PutAgreement(ctx, a) })
}

type faultyOrgs struct {
	orgoverlay.Organizations
	f *FaultyDB
}

func (r faultyOrgs) Put(ctx context.Context, o orgoverlay.Organization) error {
	return r.f.write(func() error { return r.Organizations.Put(ctx, o) })
}

type faultyOverlays struct {
	orgoverlay.Overlays
	f *FaultyDB
}

func (r faultyOverlays) Put(ctx context.Context, overlays []orgoverlay.Overlay) error {
	return r.f.write(func() error { return r.Overlays.Put(ctx, overlays) })
}

func (r faultyOverlays) Hide(ctx context.Context, orgs []orgoverlay.OrgID, since time.Time) error {
	return r.f.write(func() error { return r.Overlays.Hide(ctx, orgs, since) })
}

func (r faultyOverlays) Delete(ctx context.Context, org orgoverlay.OrgID) error {
	return r.f.write(func() error { return r.Overlays.Delete(ctx, org) })
}

// Two roles have a method of their own name, which a field of that name would hide.
type (
	claimsRole = orgoverlay.Claims
	peopleRole = orgoverlay.People
)

type faultyClaims struct {
	claimsRole
	f *FaultyDB
}

func (r faultyClaims) Take(ctx context.Context, claims []orgoverlay.Claim) error {
	return r.f.write(func() error { return r.claimsRole.Take(ctx, claims) })
}

func (r faultyClaims) Release(ctx context.Context, orgs []orgoverlay.OrgID) error {
	return r.f.write(func() error { return r.claimsRole.Release(ctx, orgs) })
}

type faultyExtensions struct {
	orgoverlay.Extensions
	f *FaultyDB
}

func (r faultyExtensions) Put(ctx context.Context, e orgoverlay.Extension) error {
	return r.f.write(func() error { return r.Extensions.Put(ctx, e) })
}

type faultyFiles struct {
	orgoverlay.Files
	f *FaultyDB
}

func (r faultyFiles) PutChunk(ctx context.Context, sha256 string, n int, data []byte) error {
	return r.f.write(func() error { return r.Files.PutChunk(ctx, sha256, n, data) })
}

func (r faultyFiles) Delete(ctx context.Context, sha256 string) error {
	return r.f.write(func() error { return r.Files.Delete(ctx, sha256) })
}

type faultyPeople struct {
	peopleRole
	f *FaultyDB
}

func (r faultyPeople) PutPerson(ctx context.Context, p orgoverlay.Person) error {
	return r.f.write(func() error { return r.peopleRole.PutPerson(ctx, p) })
}

type faultyOrgHistory struct {
	orgoverlay.History
	f *FaultyDB
}

func (r faultyOrgHistory) Append(ctx context.Context, entries []orgoverlay.Entry) error {
	return r.f.write(func() error { return r.History.Append(ctx, entries) })
}

func (r faultyOrgHistory) Strip(ctx context.Context, kind, subject string) error {
	return r.f.write(func() error { return r.History.Strip(ctx, kind, subject) })
}
