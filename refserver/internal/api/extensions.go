package api

import (
	"context"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

type oneExtension struct {
	ID     string `path:"id"`
	Number int64  `path:"number"`
	Body   shapes.Versioned
}

// extensions serves the forms of custom fields, version by version.
func (a *api) extensions() {
	const area = "UI extensions"
	handle(a, route("listExtensions", "GET extensions", area, "Every version of every extension, by id and number"), func(ctx context.Context, _ *nothing) (shapes.List[shapes.Extension], error) {
		svc, actor := a.Viewer(ctx)
		list, err := svc.Extensions(ctx, actor)
		return shapes.List[shapes.Extension]{Items: each(list, toExtension)}, err
	})
	handle(a, route("saveExtension", "PUT extensions/{id}", area, "Prepare a version: the next one (version 0), or what replaces one that is being prepared"), func(ctx context.Context, in *takeByID[shapes.SaveExtension]) (shapes.Extension, error) {
		svc, actor := a.Viewer(ctx)
		e, err := svc.SaveExtension(ctx, actor, fromExtension(in.ID, in.Body))
		return toExtension(e), err
	})
	handle(a, route("tryExtension", "POST extensions/dry-run", area, "What a version would make of the values that are kept; nothing is written"), func(ctx context.Context, in *take[shapes.SaveExtension]) (shapes.DryRun, error) {
		svc, actor := a.Viewer(ctx)
		d, err := svc.DryRunExtension(ctx, actor, fromExtension("", in.Body))
		return shapes.DryRun{Values: d.Values, Flagged: d.Flagged, Kept: each(d.Kept, func(k orgoverlay.Kept) shapes.Kept {
			return shapes.Kept{Organization: orNull(k.Org), Retained: k.Retained, Path: k.Path, Rule: k.Rule, Message: k.Message}
		})}, err
	})
	handle(a, route("activateExtension", "POST extensions/{id}/{number}/activate", area, "Make a version the active one"), func(ctx context.Context, in *oneExtension) (shapes.Extension, error) {
		svc, actor := a.Viewer(ctx)
		e, err := svc.ActivateExtension(ctx, actor, orgoverlay.ExtensionID(in.ID), in.Number, in.Body.Version)
		return toExtension(e), err
	})
	for word, disabled := range map[string]bool{"disable": true, "enable": false} {
		summary := map[bool]string{true: "Hide the fields of the active version; values are kept", false: "Show the fields of the active version again"}[disabled]
		handle(a, route(word+"Extension", "POST extensions/{id}/{number}/"+word, area, summary), func(ctx context.Context, in *oneExtension) (shapes.Extension, error) {
			svc, actor := a.Viewer(ctx)
			e, err := svc.DisableExtension(ctx, actor, orgoverlay.ExtensionID(in.ID), in.Number, disabled, in.Body.Version)
			return toExtension(e), err
		})
	}
}

func toExtension(e orgoverlay.Extension) shapes.Extension {
	return shapes.Extension{
		ID: string(e.ID), Number: e.Number, Name: e.Name, Category: e.Category, State: e.State.String(), Disabled: e.Disabled,
		Fields: each(e.Fields, toExtensionField), At: e.At, Version: e.Version,
	}
}

func toExtensionField(f orgoverlay.ExtensionField) shapes.ExtensionField {
	return shapes.ExtensionField{ID: f.ID, Label: f.Label, Schema: f.Schema, Internal: f.Internal, Person: f.Person}
}

func fromExtension(id string, e shapes.SaveExtension) orgoverlay.Extension {
	return orgoverlay.Extension{
		ID: orgoverlay.ExtensionID(id), Number: e.Number, Name: e.Name, Category: e.Category, Version: e.Version,
		Fields: each(e.Fields, func(f shapes.ExtensionField) orgoverlay.ExtensionField {
			return orgoverlay.ExtensionField{ID: f.ID, Label: f.Label, Schema: f.Schema, Internal: f.Internal, Person: f.Person}
		}),
	}
}
