package api

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/store"
)

type listRuns struct {
	Project string `query:"project" doc:"only this project's"`
	Before  string `query:"before"`
	Paged
}

type ofRun struct {
	ID    string `path:"id"`
	After string `query:"after"`
	Paged
}

// imports serves how shops come from the Secondary: the plan, the start, the run.
func (a *api) imports() {
	const area = "Imports"
	gated(a, route("planImport", "GET projects/{id}/import", area, "What an import would do now, shop by shop"), func(ctx context.Context, in *byID) (shapes.ImportPlan, error) {
		return importPlan(a.Collab.PlanImport(ctx, a.Actor(ctx), collab.ProjectID(in.ID)))
	})
	gated(a, route("startImport", "POST projects/{id}/import", area, "Import every eligible shop"), func(ctx context.Context, in *takeByID[shapes.Import]) (shapes.Run, error) {
		return run(a.Collab.Import(ctx, a.Actor(ctx), collab.ProjectID(in.ID), importOptions(in.Body.PageSize, in.Body.Stamp)))
	})
	gated(a, route("planReimport", "POST projects/{id}/reimport/plan", area, "What a re-import of chosen shops would do"), func(ctx context.Context, in *takeByID[shapes.PlanReimport]) (shapes.ImportPlan, error) {
		return importPlan(a.Collab.PlanReimport(ctx, a.Actor(ctx), collab.ProjectID(in.ID), each(in.Body.Shops, as[collab.ShopID]), in.Body.Overwrite))
	})
	gated(a, route("startReimport", "POST projects/{id}/reimport", area, "Import chosen shops again"), func(ctx context.Context, in *takeByID[shapes.Reimport]) (shapes.Run, error) {
		o := collab.ReimportOptions{ImportOptions: importOptions(in.Body.PageSize, in.Body.Stamp), Overwrite: in.Body.Overwrite}
		return run(a.Collab.Reimport(ctx, a.Actor(ctx), collab.ProjectID(in.ID), each(in.Body.Shops, as[collab.ShopID]), o))
	})
	gated(a, route("listRuns", "GET runs", area, "Runs, newest first"), func(ctx context.Context, in *listRuns) (shapes.List[shapes.Run], error) {
		rs, err := view(ctx, a, func(ctx context.Context, v store.View) ([]collab.Run, error) {
			return v.Collab.Runs.List(ctx, collab.ProjectID(in.Project), collab.RunID(in.Before), in.Limit+1)
		})
		return page(rs, in.Limit, func(r collab.Run) string { return string(r.ID) }, toRun), err
	})
	gated(a, route("getRun", "GET runs/{id}", area, "One run, with what the ledger has of it"), func(ctx context.Context, in *byID) (shapes.Run, error) {
		return view(ctx, a, func(ctx context.Context, v store.View) (shapes.Run, error) {
			r, err := v.Collab.Runs.Run(ctx, collab.RunID(in.ID))
			if err != nil {
				return shapes.Run{}, fmt.Errorf("run %s: %w", in.ID, err)
			}
			counts, err := v.Collab.Ledger.CountEvents(ctx, r.ID)
			out := toRun(r)
			out.Ledger = &shapes.LedgerCounts{Imported: counts[collab.EventImported], Updated: counts[collab.EventUpdated], Reimported: counts[collab.EventReimported]}
			return out, err
		})
	})
	gated(a, route("stopRun", "POST runs/{id}/stop", area, "End a running import where it stands"), func(ctx context.Context, in *takeByID[shapes.Reasoned]) (shapes.Run, error) {
		return run(a.Collab.StopRun(ctx, a.Actor(ctx), collab.RunID(in.ID), in.Body.Reason))
	})
	gated(a, route("listRunItems", "GET runs/{id}/items", area, "Shops that a run left behind, with every reason"), func(ctx context.Context, in *ofRun) (shapes.List[shapes.RunItem], error) {
		items, err := view(ctx, a, func(ctx context.Context, v store.View) ([]collab.RunItem, error) {
			if _, err := v.Collab.Runs.Run(ctx, collab.RunID(in.ID)); err != nil {
				return nil, fmt.Errorf("run %s: %w", in.ID, err)
			}
			return v.Collab.Runs.Items(ctx, collab.RunID(in.ID), collab.ShopID(in.After), in.Limit+1)
		})
		return page(items, in.Limit, func(i collab.RunItem) string { return string(i.Remote) }, func(i collab.RunItem) shapes.RunItem {
			return shapes.RunItem{Remote: string(i.Remote), Place: string(i.Place), Status: string(i.Status), Reasons: each(i.Reasons, as[string])}
		}), err
	})
	gated(a, route("listRunEvents", "GET runs/{id}/events", area, "What the ledger has of a run, shop by shop"), func(ctx context.Context, in *ofRun) (shapes.List[shapes.Event], error) {
		events, err := view(ctx, a, func(ctx context.Context, v store.View) ([]collab.Event, error) {
			r, err := v.Collab.Runs.Run(ctx, collab.RunID(in.ID))
			if err != nil {
				return nil, fmt.Errorf("run %s: %w", in.ID, err)
			}
			p, err := v.Collab.Projects.Project(ctx, r.Project)
			if err != nil {
				return nil, err
			}
			return v.Collab.Ledger.Events(ctx, r.ID, p.Partner, collab.ShopID(in.After), in.Limit+1)
		})
		return page(events, in.Limit, func(e collab.Event) string { return string(e.Remote) }, func(e collab.Event) shapes.Event {
			return shapes.Event{Partner: string(e.Partner), Remote: string(e.Remote), Epoch: e.Epoch, Kind: e.Kind.String(), Shop: string(e.Shop), Project: string(e.Project), At: e.At}
		}), err
	})
}

func importOptions(size int, stamp *shapes.ImportStamp) collab.ImportOptions {
	return collab.ImportOptions{PageSize: size, Plan: (*collab.ImportStamp)(stamp)}
}

func run(r collab.Run, err error) (shapes.Run, error) { return toRun(r), err }

func toCounts(c collab.Counts) shapes.Counts {
	return shapes.Counts{Imported: c.Imported, Updated: c.Updated, Already: c.Already, Held: each(c.Held, func(r collab.ReasonCount) shapes.ReasonCount {
		return shapes.ReasonCount{Reason: string(r.Reason), Help: r.Reason.Help(), Count: r.Count}
	})}
}

func toRun(r collab.Run) shapes.Run {
	return shapes.Run{
		ID: string(r.ID), Project: string(r.Project), Kind: r.Kind.String(), State: r.State.String(), Reason: r.Reason, By: r.By, StartedAt: r.StartedAt, EndedAt: r.EndedAt,
		Cursor: r.Cursor, Pages: r.Pages, PageSize: r.PageSize, Chosen: len(r.Chosen), Counts: toCounts(r.Counts), Version: r.Version,
	}
}

func importPlan(p collab.ImportPlan, err error) (shapes.ImportPlan, error) {
	return shapes.ImportPlan{Stamp: shapes.ImportStamp(p.Stamp), Counts: toCounts(p.Counts), Items: each(p.Items, func(i collab.PlanItem) shapes.PlanItem {
		return shapes.PlanItem{Remote: string(i.Remote), Shop: string(i.Shop), Place: string(i.Place), Status: string(i.Status), Kind: i.Kind.String(), Reasons: each(i.Reasons, as[string])}
	})}, err
}
