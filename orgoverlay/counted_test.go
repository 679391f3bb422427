package orgoverlay_test

import (
	"context"

	"github.com/mspkit/mspkit/orgoverlay"
)

// counting counts the calls that views make of any role. No role is embedded, so that a method that is not counted does not compile.
type counting struct {
	orgoverlay.Store
	calls *int
}

func (c counting) View(ctx context.Context, fn func(context.Context, orgoverlay.View) error) error {
	return c.Store.View(ctx, func(ctx context.Context, v orgoverlay.View) error {
		n := counter{c.calls}
		v.Registry, v.Orgs, v.Sight = countedRegistry{n, v.Registry}, countedOrgs{n, v.Orgs}, countedSight{n, v.Sight}
		v.Overlays, v.Claims, v.Extensions = countedOverlays{n, v.Overlays}, countedClaims{n, v.Claims}, countedExtensions{n, v.Extensions}
		v.Files, v.People, v.History = countedFiles{n, v.Files}, countedPeople{n, v.People}, countedHistory{n, v.History}
		return fn(ctx, v)
	})
}

type counter struct{ calls *int }

func (c counter) count() { *c.calls++ }

type countedRegistry struct {
	counter
	role orgoverlay.RegistryView
}

func (c countedRegistry) Tenant(ctx context.Context) (orgoverlay.Tenant, error) {
	c.count()
	return c.role.Tenant(ctx)
}

func (c countedRegistry) Half(ctx context.Context, other orgoverlay.Account) (orgoverlay.TrustHalf, error) {
	c.count()
	return c.role.Half(ctx, other)
}

func (c countedRegistry) Trusts(ctx context.Context) ([]orgoverlay.Trust, error) {
	c.count()
	return c.role.Trusts(ctx)
}

func (c countedRegistry) Service(ctx context.Context, id orgoverlay.ServiceID) (orgoverlay.ServiceEntry, error) {
	c.count()
	return c.role.Service(ctx, id)
}

func (c countedRegistry) Services(ctx context.Context, after orgoverlay.ServiceID, limit int) ([]orgoverlay.ServiceEntry, error) {
	c.count()
	return c.role.Services(ctx, after, limit)
}

func (c countedRegistry) Agreement(ctx context.Context, id orgoverlay.AgreementID) (orgoverlay.Agreement, error) {
	c.count()
	return c.role.Agreement(ctx, id)
}

func (c countedRegistry) Agreements(ctx context.Context, after orgoverlay.AgreementID, limit int) ([]orgoverlay.Agreement, error) {
	c.count()
	return c.role.Agreements(ctx, after, limit)
}

type countedOrgs struct {
	counter
	role orgoverlay.OrganizationsView
}

func (c countedOrgs) Organization(ctx context.Context, id orgoverlay.OrgID) (orgoverlay.Organization, error) {
	c.count()
	return c.role.Organization(ctx, id)
}

func (c countedOrgs) Children(ctx context.Context, parent orgoverlay.OrgID) ([]orgoverlay.Organization, error) {
	c.count()
	return c.role.Children(ctx, parent)
}

type countedSight struct {
	counter
	role orgoverlay.Sight
}

func (c countedSight) List(ctx context.Context, q orgoverlay.Query) ([]orgoverlay.Listed, error) {
	c.count()
	return c.role.List(ctx, q)
}

func (c countedSight) Count(ctx context.Context, q orgoverlay.Query) (int64, error) {
	c.count()
	return c.role.Count(ctx, q)
}

func (c countedSight) Facts(ctx context.Context, orgs []orgoverlay.OrgID) (orgoverlay.Facts, error) {
	c.count()
	return c.role.Facts(ctx, orgs)
}

func (c countedSight) Named(ctx context.Context, names []orgoverlay.OrgName) ([]orgoverlay.Named, error) {
	c.count()
	return c.role.Named(ctx, names)
}

func (c countedSight) Watchers(ctx context.Context, org orgoverlay.OrgID) ([]orgoverlay.Watcher, error) {
	c.count()
	return c.role.Watchers(ctx, org)
}

func (c countedSight) Partner(ctx context.Context, other orgoverlay.Account) (orgoverlay.Tenant, error) {
	c.count()
	return c.role.Partner(ctx, other)
}

func (c countedSight) Between(ctx context.Context, other orgoverlay.Account) ([]orgoverlay.Agreement, error) {
	c.count()
	return c.role.Between(ctx, other)
}

func (c countedSight) Elsewhere(ctx context.Context, after orgoverlay.AgreementPlace, limit int) ([]orgoverlay.Agreement, error) {
	c.count()
	return c.role.Elsewhere(ctx, after, limit)
}

type countedOverlays struct {
	counter
	role orgoverlay.OverlaysView
}

func (c countedOverlays) Overlay(ctx context.Context, org orgoverlay.OrgID) (orgoverlay.Overlay, error) {
	c.count()
	return c.role.Overlay(ctx, org)
}

func (c countedOverlays) ByOrg(ctx context.Context, orgs []orgoverlay.OrgID) ([]orgoverlay.Overlay, error) {
	c.count()
	return c.role.ByOrg(ctx, orgs)
}

func (c countedOverlays) List(ctx context.Context, after orgoverlay.OrgID, limit int) ([]orgoverlay.Overlay, error) {
	c.count()
	return c.role.List(ctx, after, limit)
}

type countedClaims struct {
	counter
	role orgoverlay.ClaimsView
}

func (c countedClaims) Claims(ctx context.Context, keys []string) ([]orgoverlay.Claim, error) {
	c.count()
	return c.role.Claims(ctx, keys)
}

type countedExtensions struct {
	counter
	role orgoverlay.ExtensionsView
}

func (c countedExtensions) Extension(ctx context.Context, id orgoverlay.ExtensionID, number int64) (orgoverlay.Extension, error) {
	c.count()
	return c.role.Extension(ctx, id, number)
}

func (c countedExtensions) Active(ctx context.Context, category string) (orgoverlay.Extension, error) {
	c.count()
	return c.role.Active(ctx, category)
}

func (c countedExtensions) List(ctx context.Context) ([]orgoverlay.Extension, error) {
	c.count()
	return c.role.List(ctx)
}

type countedFiles struct {
	counter
	role orgoverlay.FilesView
}

func (c countedFiles) Chunk(ctx context.Context, sha256 string, n int) ([]byte, error) {
	c.count()
	return c.role.Chunk(ctx, sha256, n)
}

func (c countedFiles) Used(ctx context.Context, sha256 string) (bool, error) {
	c.count()
	return c.role.Used(ctx, sha256)
}

type countedPeople struct {
	counter
	role orgoverlay.PeopleView
}

func (c countedPeople) People(ctx context.Context, ids []orgoverlay.PersonID) ([]orgoverlay.Person, error) {
	c.count()
	return c.role.People(ctx, ids)
}

type countedHistory struct {
	counter
	role orgoverlay.HistoryView
}

func (c countedHistory) List(ctx context.Context, q orgoverlay.HistoryQuery) ([]orgoverlay.Entry, error) {
	c.count()
	return c.role.List(ctx, q)
}
