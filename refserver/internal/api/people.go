package api

import (
	"context"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

type listMembers struct {
	Search   string `query:"search" doc:"text in names and addresses, whatever its case and accents"`
	Role     string `query:"role" doc:"only who holds it"`
	Disabled string `query:"disabled" enum:"true,false"`
	After    string `query:"after" doc:"the address of the last person of the page before"`
	Paged
}

type listDoors struct {
	Search string `query:"search" doc:"text in the name, whatever its case and accents"`
	After  string `query:"after"`
	Paged
}

type listStaffEvents struct {
	Kind   string `query:"kind" doc:"only events of this kind"`
	Person string `query:"person" doc:"only what this person or token did, or what happened to it: an id, or an address"`
	Before string `query:"before"`
	Paged
}

// people serves who may come in to the account that is acted in, with which roles, and what happened to them.
func (a *api) people() {
	handle(a, route("listMembers", "GET people", doors, "People with roles on the account, by address"), func(ctx context.Context, in *listMembers) (shapes.List[shapes.Person], error) {
		who, _ := staff.Of(ctx)
		q := staff.PeopleQuery{Query: staff.Query{Search: in.Search, After: in.After, Limit: in.Limit + 1}, Role: in.Role}
		if in.Disabled != "" {
			q.Disabled = new(in.Disabled == "true")
		}
		ps, err := a.Staff.People(ctx, who.Account, q)
		return page(ps, in.Limit, func(p staff.Person) string { return p.Email }, toMember), err
	})
	handle(a, route("getPerson", "GET people/{id}", doors, "One person"), func(ctx context.Context, in *byID) (shapes.Person, error) {
		who, _ := staff.Of(ctx)
		return onePerson(a.Staff.PersonByID(ctx, who.Account, in.ID))
	})
	handle(a, route("setRoles", "PATCH people/{id}", doors, "Replace a person's roles on the account; with none they leave it"), func(ctx context.Context, in *takeByID[shapes.ChangeRoles]) (shapes.Person, error) {
		who, _ := staff.Of(ctx)
		return onePerson(a.Staff.SetRoles(ctx, who, who.Account, in.ID, in.Body.Roles, in.Body.Version))
	})
	handle(a, route("disablePerson", "POST people/{id}/disable", doors, "Shut a person out at once, or let them in again"), func(ctx context.Context, in *takeByID[shapes.Disable]) (shapes.Person, error) {
		who, _ := staff.Of(ctx)
		return onePerson(a.Staff.Disable(ctx, who, in.ID, in.Body.Disabled, in.Body.Version))
	})
	handle(a, route("resetPerson", "POST people/{id}/reset", doors, "Make a one-time link to a new password"), func(ctx context.Context, in *byID) (shapes.PersonLink, error) {
		who, _ := staff.Of(ctx)
		return a.made(a.Staff.Reset(ctx, who, in.ID))
	})
	handle(a, route("listInvitations", "GET people/invitations", doors, "Invitations to the account that are open"), func(ctx context.Context, _ *nothing) (shapes.List[shapes.PersonLink], error) {
		who, _ := staff.Of(ctx)
		ls, err := a.Staff.Links(ctx, who.Account)
		return shapes.List[shapes.PersonLink]{Items: each(ls, toPersonLink)}, err
	})
	handle(a, route("invitePerson", "POST people/invitations", doors, "Make a one-time link that gives roles on the account"), func(ctx context.Context, in *take[shapes.InvitePerson]) (shapes.PersonLink, error) {
		who, _ := staff.Of(ctx)
		return a.made(a.Staff.Invite(ctx, who, staff.Invitation{Email: in.Body.Email, Name: in.Body.Name, Home: in.Body.Home, Account: who.Account, Roles: in.Body.Roles}))
	})
	handle(a, route("withdrawInvitation", "DELETE people/invitations/{id}", doors, "Take an invitation back"), func(ctx context.Context, in *byID) (nothing, error) {
		who, _ := staff.Of(ctx)
		return nothing{}, a.Staff.Withdraw(ctx, who, in.ID)
	})
	handle(a, route("listStaffEvents", "GET staff-events", doors, "What happened to the account's people, links and tokens, newest first"), func(ctx context.Context, in *listStaffEvents) (shapes.List[shapes.StaffEvent], error) {
		who, _ := staff.Of(ctx)
		es, err := a.Staff.Events(ctx, who.Account, staff.EventQuery{Kind: in.Kind, Person: in.Person, Before: in.Before, Limit: in.Limit + 1})
		return page(es, in.Limit, func(e staff.Event) string { return e.ID }, func(e staff.Event) shapes.StaffEvent {
			return shapes.StaffEvent{ID: e.ID, At: e.At, Kind: e.Kind, By: e.By, ByName: e.ByName, On: e.On, OnName: e.OnName, Detail: e.Detail, IP: e.IP}
		}), err
	})
	handle(a, route("listAccounts", "GET accounts", doors, "The accounts on this system, its own first"), func(ctx context.Context, in *listDoors) (shapes.List[shapes.HostedAccount], error) {
		as, err := a.Staff.FindAccounts(ctx, staff.Query{Search: in.Search, After: in.After, Limit: in.Limit + 1})
		return page(as, in.Limit, func(acc staff.Account) string { return acc.ID }, func(acc staff.Account) shapes.HostedAccount { return shapes.HostedAccount(acc) }), err
	})
	handle(a, route("openAccount", "POST accounts", doors, "Open an account, which the caller administers first"), func(ctx context.Context, in *take[shapes.OpenAccount]) (shapes.HostedAccount, error) {
		who, _ := staff.Of(ctx)
		return shapes.HostedAccount{ID: in.Body.ID, Name: in.Body.Name}, a.OpenAccount(ctx, who, in.Body.ID, in.Body.Name, in.Body.Directory)
	})
}

// OpenAccount opens an account on the system for an operator: for people, and for organizations. The directory account above it, if any,
// is one of the system's.
func (c Config) OpenAccount(ctx context.Context, by staff.Who, id, name, directory string) error {
	if directory != "" {
		hosted, err := c.Staff.Accounts(ctx)
		if err != nil {
			return err
		}
		if id == directory || !hosts(hosted, directory) {
			return &staff.Invalid{Fields: []staff.Field{{Field: "directory", Rule: staff.RuleUnknown, Message: "is not another account of this system"}}}
		}
	}
	if err := c.Staff.OpenAccount(ctx, by, id, name); err != nil {
		return err
	}
	account := orgoverlay.Account(id)
	admin := orgoverlay.Actor{ID: orgoverlay.PersonID(by.ID()), Name: nameOf(by), Home: orgoverlay.Account(by.Home), On: account, Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
	_, err := c.Orgs(id).SaveTenant(ctx, admin, orgoverlay.Tenant{ID: account, Name: name, Directory: orgoverlay.Account(directory)})
	return err
}

func hosts(accounts []staff.Account, id string) bool {
	for _, a := range accounts {
		if a.ID == id {
			return true
		}
	}
	return false
}

// made is a link that was made, with its secret.
func (a *api) made(token string, l staff.Link, err error) (shapes.PersonLink, error) {
	out := toPersonLink(l)
	if err == nil {
		out.URL = a.Door + "/links/" + token
	}
	return out, err
}

func onePerson(p staff.Person, err error) (shapes.Person, error) { return toMember(p), err }

func toMember(p staff.Person) shapes.Person {
	return shapes.Person{ID: p.ID, Email: p.Email, Name: p.Name, Home: p.Home, Roles: p.Roles, Disabled: p.Disabled, CreatedAt: p.CreatedAt, SeenAt: p.Seen, Version: p.Version}
}
