package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

type comparePlaces struct {
	ID    string `path:"id"`
	After string `query:"after"`
	Paged
}

// pushes serves how a client's locations get to the Secondary.
func (a *api) pushes() {
	const area = "Locations of a project"
	gated(a, route("compareLocations", "GET projects/{id}/locations", area, "What differs between our set and the partner's copy"), func(ctx context.Context, in *comparePlaces) (shapes.Comparison, error) {
		c, err := a.Locations.Compare(ctx, a.Keeper, locations.ProjectID(in.ID))
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
		r, err := a.Locations.Push(ctx, a.Keeper, p, locations.PushOptions{Overwrite: in.Body.Overwrite})
		return shapes.PushReceipt{Revision: r.Revision, Root: r.Root.String(), Created: r.Created, Updated: r.Updated, Deactivated: r.Deactivated}, err
	})
}

func moved(seen int64, h locations.Head) bool { return seen != 0 && seen != h.Revision }

func (a *api) pushPlan(ctx context.Context, project string) (locations.Plan, error) {
	c, err := a.Locations.Compare(ctx, a.Keeper, locations.ProjectID(project))
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
