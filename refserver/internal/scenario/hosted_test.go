package scenario_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// hosted is an account on a system beside the system's own, asked by a program with its administrator's roles.
type hosted struct {
	*apiclient.Client
	id  string
	org string // its organization of its own name
}

// session is the first administrator of a system, signed in over the API.
func session(t *testing.T, home string) *apiclient.Client {
	t.Helper()
	c := apiclient.New(home)
	t.Cleanup(c.Close)
	require.NoError(t, second(c.SignIn(t.Context(), shapes.SignIn{Email: operatorEmail, Password: operatorPassword})))
	return c
}

// openHosted opens an account, which who asks administers then, and registers its organization.
func openHosted(t *testing.T, by *apiclient.Client, id, name string) hosted {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, second(by.OpenAccount(ctx, shapes.OpenAccount{ID: id, Name: name})))
	who, err := by.ChooseAccount(ctx, id)
	require.NoError(t, err)
	issued, err := by.IssueToken(ctx, shapes.IssueToken{Name: "set-up of " + id, Roles: who.Roles})
	require.NoError(t, err)
	require.NoError(t, second(by.ChooseAccount(ctx, who.Person.Home))) // where accounts are opened
	c := by.As(issued.Secret)
	city := "Mumbai"
	o, err := c.MakeOwnOrganization(ctx, shapes.SaveOwnOrganization{Name: name, Contacts: []shapes.Contact{{Kind: "phone", Value: "+1 555 0100"}}, Addresses: []shapes.Address{{City: &city}}})
	require.NoError(t, err)
	account, err := c.Tenant(ctx)
	require.NoError(t, err)
	require.NoError(t, second(c.SaveTenant(ctx, shapes.SaveTenant{Name: name, Organization: &o.ID, Version: account.Version})))
	return hosted{c, id, o.ID}
}

// supplied is a system that hosts wdc and gigatera, its supplier.
func supplied(t *testing.T) (at host, wdc, gigatera hosted) {
	t.Helper()
	at = serveHere(t, "alder", "green")
	by := session(t, at.home)
	wdc, gigatera = openHosted(t, by, "wdc", "Widget Data Center"), openHosted(t, by, "gigatera", "GigaTera")
	supplies(t, gigatera, wdc)
	return at, wdc, gigatera
}

// supplies makes an active agreement by which a provider serves a customer, and both see each other's organization.
func supplies(t *testing.T, provider, customer hosted) {
	t.Helper()
	ctx, start := t.Context(), "2026-01-01"
	require.NoError(t, second(provider.SetTrust(ctx, customer.id, "established")))
	require.NoError(t, second(customer.SetTrust(ctx, provider.id, "established")))
	service := provider.id + "-desk"
	require.NoError(t, second(provider.SaveService(ctx, service, shapes.SaveService{Name: "Service desk", Provider: provider.org})))
	g, err := provider.SaveAgreement(ctx, provider.id+"-1", shapes.SaveAgreement{
		Kind: "sla", With: customer.id, Service: &service, Customer: shapes.OrganizationRef{Account: customer.id, Organization: customer.org}, Start: &start,
	})
	require.NoError(t, err)
	require.Equal(t, "active", g.Status)
}

// join invites somebody to an account, who takes the link and chooses a password.
func join(t *testing.T, to *apiclient.Client, email, name, password string, roles ...string) {
	t.Helper()
	invited, err := to.InvitePerson(t.Context(), shapes.InvitePerson{Email: email, Name: name, Roles: roles})
	require.NoError(t, err)
	c, err := apiclient.Admit(t.Context(), invited.URL, shapes.TakeLink{Password: password})
	require.NoError(t, err)
	c.Close()
}
