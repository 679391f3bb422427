package api

import (
	"context"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

type deleteOwn struct {
	ID string `path:"id"`
	Expected
}

type namedPeople struct {
	ID []string `query:"id" required:"true" maxItems:"500" doc:"ids, divided by commas"`
}

// ownOrganizations serves what an account says of itself: its name, its own organizations, its people.
func (a *api) ownOrganizations() {
	const area = "Own organizations"
	save := func(ctx context.Context, id string, body shapes.SaveOwnOrganization) (shapes.OwnOrganization, error) {
		svc, actor := a.Viewer(ctx)
		o, err := svc.SaveOrganization(ctx, actor, fromOwnOrganization(id, body))
		return toOwnOrganization(o), err
	}
	handle(a, route("getOwnOrganization", "GET own-organizations/{id}", area, "One of our own organizations, whole"), func(ctx context.Context, in *byID) (shapes.OwnOrganization, error) {
		svc, actor := a.Viewer(ctx)
		o, err := svc.Own(ctx, actor, orgoverlay.OrgID(in.ID))
		return toOwnOrganization(o), err
	})
	handle(a, route("makeOwnOrganization", "POST own-organizations", area, "Make an organization, which gets an id"), func(ctx context.Context, in *take[shapes.SaveOwnOrganization]) (shapes.OwnOrganization, error) {
		return save(ctx, "", in.Body)
	})
	handle(a, route("saveOwnOrganization", "PUT own-organizations/{id}", area, "Replace what one of our own organizations says"), func(ctx context.Context, in *takeByID[shapes.SaveOwnOrganization]) (shapes.OwnOrganization, error) {
		return save(ctx, in.ID, in.Body)
	})
	none(a, route("deleteOwnOrganization", "DELETE own-organizations/{id}", area, "Take one of our own organizations out of every list"), func(ctx context.Context, in *deleteOwn) error {
		expect, err := in.expected()
		if err != nil {
			return err
		}
		svc, actor := a.Viewer(ctx)
		return svc.DeleteOrganization(ctx, actor, orgoverlay.OrgID(in.ID), expect)
	})
	handle(a, route("getTenant", "GET tenant", area, "What the account says of itself"), func(ctx context.Context, _ *nothing) (shapes.Tenant, error) {
		svc, actor := a.Viewer(ctx)
		return tenant(svc.Tenant(ctx, actor))
	})
	handle(a, route("saveTenant", "PUT tenant", area, "Give the account another name, or tie another organization to it"), func(ctx context.Context, in *take[shapes.SaveTenant]) (shapes.Tenant, error) {
		svc, actor := a.Viewer(ctx)
		t, err := svc.Tenant(ctx, actor)
		if err != nil {
			return shapes.Tenant{}, err
		}
		t.Name, t.Organization, t.Version = in.Body.Name, orBlank[orgoverlay.OrgID](in.Body.Organization), in.Body.Version
		return tenant(svc.SaveTenant(ctx, actor, t))
	})
	handle(a, route("listNamedPeople", "GET people-of-the-account", area, "Those of these people whom the account knows"), func(ctx context.Context, in *namedPeople) (shapes.List[shapes.NamedPerson], error) {
		svc, actor := a.Viewer(ctx)
		people, err := svc.People(ctx, actor, each(in.ID, as[orgoverlay.PersonID]))
		return shapes.List[shapes.NamedPerson]{Items: each(people, toNamedPerson)}, err
	})
	handle(a, route("saveNamedPerson", "PUT people-of-the-account/{id}", area, "Enter somebody whom custom fields can name, or rename them"), func(ctx context.Context, in *takeByID[shapes.SaveNamedPerson]) (shapes.NamedPerson, error) {
		svc, actor := a.Viewer(ctx)
		p, err := svc.SavePerson(ctx, actor, orgoverlay.Person{ID: orgoverlay.PersonID(in.ID), Name: in.Body.Name, Version: in.Body.Version})
		return toNamedPerson(p), err
	})
}

func tenant(t orgoverlay.Tenant, err error) (shapes.Tenant, error) {
	return shapes.Tenant{ID: string(t.ID), Name: t.Name, Directory: orNull(t.Directory), Organization: orNull(t.Organization), Version: t.Version}, err
}

func toNamedPerson(p orgoverlay.Person) shapes.NamedPerson {
	return shapes.NamedPerson{ID: string(p.ID), Name: p.Name, Version: p.Version}
}
