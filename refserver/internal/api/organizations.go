package api

import (
	"context"
	"io"
	"mime"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// Selection says which organizations of those that are seen are meant.
type Selection struct {
	Kind        []string `query:"kind" doc:"internal, external, trusted; one or more, divided by commas"`
	Owner       string   `query:"owner" doc:"the owner's account"`
	Enabled     string   `query:"enabled" enum:"true,false"`
	FinancialID string   `query:"financial_id"`
	Search      string   `query:"search" doc:"text in name, contacts, remarks, financial ID or custom values, whatever its case and accents"`
}

// Brief is a page of at most a hundred.
type Brief struct {
	Limit int `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type listOrganizations struct {
	Selection
	After string `query:"after"`
	Brief
}

type countOrganizations struct{ Selection }

type editOrganization struct {
	ID string `path:"id"`
	Expected
	Raw
}

type organizationHistory struct {
	ID     string `path:"id"`
	Before string `query:"before"`
	Brief
}

// versioned answers with a record and its version.
type versioned[R any] struct {
	ETag string `header:"ETag" doc:"the version, for If-Match"`
	Body R
}

// maxPatch is the greatest patch in bytes.
const maxPatch = 8 << 20

// organizations serves what an account sees of organizations, and what it lays over them.
func (a *api) organizations() {
	const area = "Organizations"
	handle(a, route("listOrganizations", "GET organizations", area, "All organizations that the account sees, by name, with why"), func(ctx context.Context, in *listOrganizations) (shapes.List[shapes.Organization], error) {
		q := in.query()
		q.After, q.Limit, q.Whys = in.After, in.Limit, true
		svc, actor := a.Viewer(ctx)
		page, err := svc.List(ctx, actor, q)
		return shapes.List[shapes.Organization]{Items: each(page.Records, toOrganization), Next: page.Next}, err
	})
	handle(a, route("countOrganizations", "GET organizations/count", area, "How many there are"), func(ctx context.Context, in *countOrganizations) (shapes.Count, error) {
		svc, actor := a.Viewer(ctx)
		n, err := svc.Count(ctx, actor, in.query())
		return shapes.Count{Count: n}, err
	})
	withVersion(a, route("getOrganization", "GET organizations/{id}", area, "One organization, with why it is seen"), func(ctx context.Context, in *byID) (shapes.OrganizationRecord, int64, error) {
		svc, actor := a.Viewer(ctx)
		r, err := svc.Organization(ctx, actor, orgoverlay.OrgID(in.ID))
		return toOrganizationRecord(r), r.Version, err
	})
	edit := route("editOrganization", "PATCH organizations/{id}", area, "Change what the account keeps of an organization: what is left out stays, null clears")
	withVersion(a, edit, a.editOrganization)
	patch := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[shapes.OrganizationPatch](), true, "")
	a.takes(edit, map[string]*huma.Schema{"application/merge-patch+json": patch, "application/json": patch})
	handle(a, route("explainOrganization", "GET organizations/{id}/explain", area, "Where the value of every field comes from"), func(ctx context.Context, in *byID) (shapes.List[shapes.Source], error) {
		svc, actor := a.Viewer(ctx)
		sources, err := svc.Explain(ctx, actor, orgoverlay.OrgID(in.ID))
		return shapes.List[shapes.Source]{Items: each(sources, toSource)}, err
	})
	handle(a, route("listOrganizationHistory", "GET organizations/{id}/history", area, "What the account did to an organization, newest first"), func(ctx context.Context, in *organizationHistory) (shapes.List[shapes.LogEntry], error) {
		svc, actor := a.Viewer(ctx)
		return logPage(in.Before, in.Limit, func(before string, limit int) ([]orgoverlay.Entry, error) {
			return svc.History(ctx, actor, orgoverlay.OrgID(in.ID), before, limit)
		})
	})
	handle(a, route("whoSeesOrganization", "GET organizations/{id}/who-sees", area, "Which accounts see one of our own organizations, and by which agreements"), func(ctx context.Context, in *byID) (shapes.List[shapes.Viewing], error) {
		svc, actor := a.Viewer(ctx)
		viewings, err := svc.WhoSees(ctx, actor, orgoverlay.OrgID(in.ID))
		return shapes.List[shapes.Viewing]{Items: each(viewings, func(v orgoverlay.Viewing) shapes.Viewing {
			return shapes.Viewing{Account: shapes.Owner{ID: string(v.Account), Name: orNull(v.Name)}, Whys: each(v.Whys, toWhy)}
		})}, err
	})
	handle(a, route("findFinancialID", "GET financial-ids/{id}", area, "The organizations that have a financial ID in the account"), func(ctx context.Context, in *byID) (shapes.List[shapes.Organization], error) {
		svc, actor := a.Viewer(ctx)
		records, err := svc.FindFinancial(ctx, actor, in.ID)
		return shapes.List[shapes.Organization]{Items: each(records, toOrganization)}, err
	})
}

// withVersion is handle for one record, whose version goes into a header too.
func withVersion[I, R any](a *api, op huma.Operation, fn func(context.Context, *I) (R, int64, error)) {
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*versioned[R], error) {
		out, version, err := fn(ctx, in)
		if err != nil {
			return nil, a.failure(ctx, err)
		}
		return &versioned[R]{`"` + strconv.FormatInt(version, 10) + `"`, out}, nil
	})
}

func (a *api) editOrganization(ctx context.Context, in *editOrganization) (out shapes.Edited, version int64, err error) {
	expect, err := in.expected()
	if err != nil {
		return out, 0, err
	}
	r := in.request(maxPatch)
	if kind := r.Header.Get("Content-Type"); kind != "" {
		if media, _, err := mime.ParseMediaType(kind); err != nil || media != "application/json" && media != "application/merge-patch+json" {
			return out, 0, errMedia
		}
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return out, 0, unread(err)
	}
	svc, actor := a.Viewer(ctx)
	patch, err := orgoverlay.ReadPatch(text)
	if err != nil {
		return out, 0, err
	}
	record, warnings, err := svc.Edit(ctx, actor, orgoverlay.OrgID(in.ID), patch, expect)
	return shapes.Edited{Organization: toOrganizationRecord(record), Warnings: each(warnings, func(w orgoverlay.Warning) shapes.Field {
		return shapes.Field{Field: w.Path, Message: w.Message}
	})}, record.Version, err
}

func (s Selection) query() orgoverlay.ListQuery {
	q := orgoverlay.ListQuery{Kinds: each(s.Kind, orgoverlay.ParseKind), Owner: orgoverlay.Account(s.Owner), FinancialID: s.FinancialID, Search: s.Search}
	if s.Enabled != "" {
		enabled := s.Enabled == "true"
		q.Enabled = &enabled
	}
	return q
}
