package apiclient

import (
	"context"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// OwnOrganization returns one of the account's own organizations, whole.
func (c *Client) OwnOrganization(ctx context.Context, id string) (shapes.OwnOrganization, error) {
	return call[shapes.OwnOrganization](ctx, c, "GET", at("own-organizations", id), nil)
}

// MakeOwnOrganization makes one, which gets an id.
func (c *Client) MakeOwnOrganization(ctx context.Context, o shapes.SaveOwnOrganization) (shapes.OwnOrganization, error) {
	return call[shapes.OwnOrganization](ctx, c, "POST", "own-organizations", o)
}

// SaveOwnOrganization replaces what one says.
func (c *Client) SaveOwnOrganization(ctx context.Context, id string, o shapes.SaveOwnOrganization) (shapes.OwnOrganization, error) {
	return call[shapes.OwnOrganization](ctx, c, "PUT", at("own-organizations", id), o)
}

// DeleteOwnOrganization takes one out of every list.
func (c *Client) DeleteOwnOrganization(ctx context.Context, id string, version int64) error {
	return c.do(ctx, "DELETE", "/api/"+with(at("own-organizations", id), "version", strconv.FormatInt(version, 10)), nil, nil)
}

// Tenant returns what the account says of itself.
func (c *Client) Tenant(ctx context.Context) (shapes.Tenant, error) {
	return call[shapes.Tenant](ctx, c, "GET", "tenant", nil)
}

// SaveTenant gives the account another name, or ties another organization to it.
func (c *Client) SaveTenant(ctx context.Context, t shapes.SaveTenant) (shapes.Tenant, error) {
	return call[shapes.Tenant](ctx, c, "PUT", "tenant", t)
}

// NamedPeople returns those of these people whom the account knows.
func (c *Client) NamedPeople(ctx context.Context, ids ...string) (shapes.List[shapes.NamedPerson], error) {
	return call[shapes.List[shapes.NamedPerson]](ctx, c, "GET", with("people-of-the-account", "id", strings.Join(ids, ",")), nil)
}

// SaveNamedPerson enters somebody whom custom fields can name, or renames them.
func (c *Client) SaveNamedPerson(ctx context.Context, id string, p shapes.SaveNamedPerson) (shapes.NamedPerson, error) {
	return call[shapes.NamedPerson](ctx, c, "PUT", at("people-of-the-account", id), p)
}

// Trusts lists trusts by the other account.
func (c *Client) Trusts(ctx context.Context) (shapes.List[shapes.Trust], error) {
	return call[shapes.List[shapes.Trust]](ctx, c, "GET", "trusts", nil)
}

// SetTrust sets our half of the trust with another account: established, suspended or ended.
func (c *Client) SetTrust(ctx context.Context, account, state string) (shapes.Trust, error) {
	return call[shapes.Trust](ctx, c, "PUT", at("trusts", account), shapes.SetTrust{State: state})
}

// Services lists services by id.
func (c *Client) Services(ctx context.Context, after string, limit int) (shapes.List[shapes.Service], error) {
	return call[shapes.List[shapes.Service]](ctx, c, "GET", with("services", "after", after, "limit", number(limit)), nil)
}

// SaveService makes a service, or replaces one.
func (c *Client) SaveService(ctx context.Context, id string, s shapes.SaveService) (shapes.Service, error) {
	return call[shapes.Service](ctx, c, "PUT", at("services", id), s)
}

// Agreements lists agreements that are registered in the account, by id.
func (c *Client) Agreements(ctx context.Context, after string, limit int) (shapes.List[shapes.Agreement], error) {
	return call[shapes.List[shapes.Agreement]](ctx, c, "GET", with("agreements", "after", after, "limit", number(limit)), nil)
}

// AgreementsElsewhere lists agreements that others have registered with the account.
func (c *Client) AgreementsElsewhere(ctx context.Context, after string, limit int) (shapes.List[shapes.Agreement], error) {
	return call[shapes.List[shapes.Agreement]](ctx, c, "GET", with("agreements-elsewhere", "after", after, "limit", number(limit)), nil)
}

// Agreement returns one that is registered in the account.
func (c *Client) Agreement(ctx context.Context, id string) (shapes.Agreement, error) {
	return call[shapes.Agreement](ctx, c, "GET", at("agreements", id), nil)
}

// SaveAgreement registers an agreement, or replaces one.
func (c *Client) SaveAgreement(ctx context.Context, id string, g shapes.SaveAgreement) (shapes.Agreement, error) {
	return call[shapes.Agreement](ctx, c, "PUT", at("agreements", id), g)
}

// WhatIf tells who would gain or lose sight of what.
func (c *Client) WhatIf(ctx context.Context, s shapes.Supposition) (shapes.Forecast, error) {
	return call[shapes.Forecast](ctx, c, "POST", "what-if", s)
}

// Extensions lists every version of every extension.
func (c *Client) Extensions(ctx context.Context) (shapes.List[shapes.Extension], error) {
	return call[shapes.List[shapes.Extension]](ctx, c, "GET", "extensions", nil)
}

// SaveExtension prepares a version of an extension.
func (c *Client) SaveExtension(ctx context.Context, id string, e shapes.SaveExtension) (shapes.Extension, error) {
	return call[shapes.Extension](ctx, c, "PUT", at("extensions", id), e)
}

// TryExtension says what a version would make of the values that are kept.
func (c *Client) TryExtension(ctx context.Context, e shapes.SaveExtension) (shapes.DryRun, error) {
	return call[shapes.DryRun](ctx, c, "POST", "extensions/dry-run", e)
}

// ActivateExtension makes a version the active one.
func (c *Client) ActivateExtension(ctx context.Context, id string, number, version int64) (shapes.Extension, error) {
	return c.turnExtension(ctx, id, number, version, "activate")
}

// DisableExtension hides the fields of the active version, or shows them again.
func (c *Client) DisableExtension(ctx context.Context, id string, number int64, disabled bool, version int64) (shapes.Extension, error) {
	return c.turnExtension(ctx, id, number, version, map[bool]string{true: "disable", false: "enable"}[disabled])
}

func (c *Client) turnExtension(ctx context.Context, id string, number, version int64, what string) (shapes.Extension, error) {
	return call[shapes.Extension](ctx, c, "POST", at("extensions", id, strconv.FormatInt(number, 10), what), shapes.Versioned{Version: version})
}
