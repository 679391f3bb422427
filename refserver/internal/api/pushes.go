package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

type listPushes struct {
	Project string `query:"project" doc:"only this project's"`
	Before  string `query:"before"`
	Paged
}

type comparePlaces struct {
	ID    string `path:"id"`
	After string `query:"after"`
	Paged
}

// pushes serves how a client's locations get to the Secondary.
func (a *api) pushes() {
	const area = "Locations of a project"
	gated(a, route("compareLocations", "GET projects/{id}/locations", area, "What differs between our set and the partner's copy"), func(ctx context.Context, in *comparePlaces) (shapes.Comparison, error) {
		c, err := a.Locations.Compare(ctx, a.Keeper(ctx), locations.ProjectID(in.ID))
		if err != nil {
			return shapes.Comparison{}, err
		}
		changes := c.Diff.Changes
		from, found := slices.BinarySearchFunc(changes, in.After, func(ch locations.Change, key string) int { return strings.Compare(string(ch.Key), key) })
		if found {
			from++
		}
		list := page(changes[from:], in.Limit, func(ch locations.Change) string { return string(ch.Key) }, toDiff)
		return shapes.Comparison{
			Ours: toHead(c.Ours), Theirs: toHead(c.Theirs), InSync: c.Diff.Empty(), Counts: shapes.DiffCounts(c.Diff.Counts()), Changes: list.Items, Next: list.Next,
			Hints: each(c.Diff.Hints(), func(h locations.Hint) shapes.Hint {
				return shapes.Hint{Ours: string(h.Ours), Theirs: string(h.Theirs), Why: h.Why}
			}),
		}, nil
	})
	gated(a, route("planPush", "GET projects/{id}/locations/push", area, "What a push of all differences would do over there"), func(ctx context.Context, in *byID) (shapes.PushPlan, error) {
		p, err := a.pushPlan(ctx, in.ID)
		return shapes.PushPlan{
			Ours: toHead(p.Ours), Theirs: toHead(p.Theirs), Nodes: len(p.Put), Created: p.Created, Updated: p.Updated, Moved: p.Moved, Deactivated: p.Deactivated,
			Overwrites: each(p.Overwrites, toDiff),
		}, err
	})
	gated(a, route("pushLocations", "POST projects/{id}/locations/push", area, "Make the partner's copy equal to our set"), func(ctx context.Context, in *takeByID[shapes.Push]) (shapes.PushReceipt, error) {
		p, err := a.pushPlan(ctx, in.ID)
		if err != nil {
			return shapes.PushReceipt{}, err
		}
		// The plan is made again, and carried out when it would be the plan that the person saw.
		if moved(in.Body.Ours, p.Ours) || moved(in.Body.Theirs, p.Theirs) {
			return shapes.PushReceipt{}, fmt.Errorf("ours is at revision %d, theirs at %d: %w", p.Ours.Revision, p.Theirs.Revision, locations.ErrStale)
		}
		r, err := a.Locations.Push(ctx, a.Keeper(ctx), p, locations.PushOptions{Overwrite: in.Body.Overwrite})
		return shapes.PushReceipt{Revision: r.Revision, Root: r.Root.String(), Created: r.Created, Updated: r.Updated, Deactivated: r.Deactivated}, err
	})
	gated(a, route("startPush", "POST projects/{id}/pushes", area, "Begin to make the partner's copy equal to our set, as work to look at later"), func(ctx context.Context, in *takeByID[shapes.Push]) (shapes.PushRun, error) {
		seen := locations.PushStamp{Ours: in.Body.Ours, Theirs: in.Body.Theirs}
		return pushRun(a.Locations.StartPush(ctx, a.Keeper(ctx), locations.ProjectID(in.ID), seen, locations.PushOptions{Overwrite: in.Body.Overwrite}))
	})
	gated(a, route("listPushes", "GET pushes", area, "Pushes, newest first"), func(ctx context.Context, in *listPushes) (shapes.List[shapes.PushRun], error) {
		rs, err := a.Locations.Pushes(ctx, locations.ProjectID(in.Project), locations.RunID(in.Before), in.Limit+1)
		return page(rs, in.Limit, func(r locations.PushRun) string { return string(r.ID) }, toPushRun), err
	})
	gated(a, route("getPush", "GET pushes/{id}", area, "One push: how far it is, or how it ended"), func(ctx context.Context, in *byID) (shapes.PushRun, error) {
		return pushRun(a.Locations.PushRun(ctx, locations.RunID(in.ID)))
	})
	gated(a, route("stopPush", "POST pushes/{id}/stop", area, "End a running push where it stands"), func(ctx context.Context, in *takeByID[shapes.Reasoned]) (shapes.PushRun, error) {
		return pushRun(a.Locations.StopPush(ctx, a.Keeper(ctx), locations.RunID(in.ID), in.Body.Reason))
	})
}

func pushRun(r locations.PushRun, err error) (shapes.PushRun, error) { return toPushRun(r), err }

func toPushRun(r locations.PushRun) shapes.PushRun {
	return shapes.PushRun{
		ID: string(r.ID), Project: string(r.Project), Set: string(r.Set), By: r.By, State: r.State.String(), Seen: shapes.PushStamp(r.Seen), Overwrite: r.Overwrite,
		Nodes: r.Commit.Total, Staged: r.Staged, Created: r.Created, Updated: r.Updated, Moved: r.Moved, Deactivated: r.Deactivated,
		Source: r.Commit.Source, Revision: r.Revision, Refusal: string(r.Refusal), Reason: r.Reason, LastError: r.LastError,
		StartedAt: r.StartedAt, EndedAt: r.EndedAt, Version: r.Version,
	}
}

func moved(seen int64, h locations.Head) bool { return seen != 0 && seen != h.Revision }

func (a *api) pushPlan(ctx context.Context, project string) (locations.Plan, error) {
	c, err := a.Locations.Compare(ctx, a.Keeper(ctx), locations.ProjectID(project))
	return locations.PlanPush(c), err
}

func toDiff(c locations.Change) shapes.NodeDiff {
	d := shapes.NodeDiff{Key: string(c.Key), Kind: c.Kind.String(), Fields: c.Fields.Names(), Closed: c.Closed, Edited: c.Edited}
	if c.Ours.Key != "" {
		n := toNode(c.Ours)
		d.Ours = &n
	}
	if c.Theirs.Key != "" {
		n := toNode(c.Theirs)
		d.Theirs = &n
	}
	return d
}
