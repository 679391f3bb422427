package apiclient

import (
	"context"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// PlanImport says what an import would do now.
func (c *Client) PlanImport(ctx context.Context, project string) (shapes.ImportPlan, error) {
	return call[shapes.ImportPlan](ctx, c, "GET", at("projects", project, "import"), nil)
}

// Import starts an import.
func (c *Client) Import(ctx context.Context, project string, o shapes.Import) (shapes.Run, error) {
	return call[shapes.Run](ctx, c, "POST", at("projects", project, "import"), o)
}

// PlanReimport says what a re-import would do.
func (c *Client) PlanReimport(ctx context.Context, project string, p shapes.PlanReimport) (shapes.ImportPlan, error) {
	return call[shapes.ImportPlan](ctx, c, "POST", at("projects", project, "reimport", "plan"), p)
}

// Reimport starts a re-import of chosen shops.
func (c *Client) Reimport(ctx context.Context, project string, r shapes.Reimport) (shapes.Run, error) {
	return call[shapes.Run](ctx, c, "POST", at("projects", project, "reimport"), r)
}

// Runs lists runs of a project, or of all with an empty one, newest first.
func (c *Client) Runs(ctx context.Context, project, before string, limit int) (shapes.List[shapes.Run], error) {
	return call[shapes.List[shapes.Run]](ctx, c, "GET", with("runs", "project", project, "before", before, "limit", number(limit)), nil)
}

// Run returns one run, with what the ledger has of it.
func (c *Client) Run(ctx context.Context, id string) (shapes.Run, error) {
	return call[shapes.Run](ctx, c, "GET", at("runs", id), nil)
}

// StopRun ends a running import where it stands.
func (c *Client) StopRun(ctx context.Context, id, reason string) (shapes.Run, error) {
	return call[shapes.Run](ctx, c, "POST", at("runs", id, "stop"), shapes.Reasoned{Reason: reason})
}

// RunItems lists the shops that a run left behind.
func (c *Client) RunItems(ctx context.Context, id, after string, limit int) (shapes.List[shapes.RunItem], error) {
	return call[shapes.List[shapes.RunItem]](ctx, c, "GET", with(at("runs", id, "items"), "after", after, "limit", number(limit)), nil)
}

// RunEvents lists what the ledger has of a run, by the partner's shop.
func (c *Client) RunEvents(ctx context.Context, id, after string, limit int) (shapes.List[shapes.Event], error) {
	return call[shapes.List[shapes.Event]](ctx, c, "GET", with(at("runs", id, "events"), "after", after, "limit", number(limit)), nil)
}

// PlanReturn says what a return of these shops would overwrite over there.
func (c *Client) PlanReturn(ctx context.Context, shops ...string) (shapes.ReturnPlan, error) {
	return call[shapes.ReturnPlan](ctx, c, "POST", "returns/plan", shapes.PlanReturn{Shops: shops})
}

// Return sends shops back, all or none.
func (c *Client) Return(ctx context.Context, r shapes.Return) (shapes.Links, error) {
	return call[shapes.Links](ctx, c, "POST", "returns", r)
}

// Set returns the head of a location set, whose id is the client's.
func (c *Client) Set(ctx context.Context, set string) (shapes.Head, error) {
	return call[shapes.Head](ctx, c, "GET", at("sets", set), nil)
}

// Nodes lists the nodes of a set by key.
func (c *Client) Nodes(ctx context.Context, set, after string, limit int) (shapes.List[shapes.Node], error) {
	return call[shapes.List[shapes.Node]](ctx, c, "GET", with(at("sets", set, "nodes"), "after", after, "limit", number(limit)), nil)
}

// Node returns one node.
func (c *Client) Node(ctx context.Context, set, key string) (shapes.Node, error) {
	return call[shapes.Node](ctx, c, "GET", with(at("sets", set, "node"), "key", key), nil)
}

// Load says how a table is loaded.
type Load struct {
	Layout              *shapes.Layout // nil: that of a store list
	Deactivate, Preview bool
}

// LoadTable loads a table in CSV or TSV into a set.
func (c *Client) LoadTable(ctx context.Context, set string, table []byte, l Load) (shapes.LoadResult, error) {
	var layout []byte
	if l.Layout != nil {
		var err error
		if layout, err = json.Marshal(l.Layout); err != nil {
			return shapes.LoadResult{}, err
		}
	}
	return call[shapes.LoadResult](ctx, c, "POST", with(at("sets", set, "load"), "layout", string(layout), "deactivate", truth(l.Deactivate), "preview", truth(l.Preview)), table)
}

// EditSet changes nodes by hand, all or none.
func (c *Client) EditSet(ctx context.Context, set string, e shapes.Edit) (shapes.Head, error) {
	return call[shapes.Head](ctx, c, "POST", at("sets", set, "edits"), e)
}

// SetHistory lists what was done to a set, newest first.
func (c *Client) SetHistory(ctx context.Context, set, before string, limit int) (shapes.List[shapes.Entry], error) {
	return call[shapes.List[shapes.Entry]](ctx, c, "GET", with(at("sets", set, "history"), "before", before, "limit", number(limit)), nil)
}

// CompareLocations returns one page of what differs between our set and the partner's copy.
func (c *Client) CompareLocations(ctx context.Context, project, after string, limit int) (shapes.Comparison, error) {
	return call[shapes.Comparison](ctx, c, "GET", with(at("projects", project, "locations"), "after", after, "limit", number(limit)), nil)
}

// PlanPush says what a push of all differences would do.
func (c *Client) PlanPush(ctx context.Context, project string) (shapes.PushPlan, error) {
	return call[shapes.PushPlan](ctx, c, "GET", at("projects", project, "locations", "push"), nil)
}

// PushLocations makes the partner's copy equal to our set.
func (c *Client) PushLocations(ctx context.Context, project string, p shapes.Push) (shapes.PushReceipt, error) {
	return call[shapes.PushReceipt](ctx, c, "POST", at("projects", project, "locations", "push"), p)
}

// StartPush begins to make the partner's copy equal to our set.
func (c *Client) StartPush(ctx context.Context, project string, p shapes.Push) (shapes.PushRun, error) {
	return call[shapes.PushRun](ctx, c, "POST", at("projects", project, "pushes"), p)
}

// Pushes lists pushes, newest first; an empty project asks for all.
func (c *Client) Pushes(ctx context.Context, project, before string, limit int) (shapes.List[shapes.PushRun], error) {
	return call[shapes.List[shapes.PushRun]](ctx, c, "GET", with("pushes", "project", project, "before", before, "limit", number(limit)), nil)
}

// PushRun returns one push.
func (c *Client) PushRun(ctx context.Context, id string) (shapes.PushRun, error) {
	return call[shapes.PushRun](ctx, c, "GET", at("pushes", id), nil)
}

// StopPush ends a running push where it stands.
func (c *Client) StopPush(ctx context.Context, id, reason string) (shapes.PushRun, error) {
	return call[shapes.PushRun](ctx, c, "POST", at("pushes", id, "stop"), shapes.Reasoned{Reason: reason})
}

// Messages lists messages to partners, oldest first; an empty state asks for all.
func (c *Client) Messages(ctx context.Context, state string, after int64, limit int) (shapes.List[shapes.Message], error) {
	return call[shapes.List[shapes.Message]](ctx, c, "GET", with("messages", "state", state, "after", number(int(after)), "limit", number(limit)), nil)
}

// Replay tries a parked message again.
func (c *Client) Replay(ctx context.Context, id int64) (shapes.Message, error) {
	return call[shapes.Message](ctx, c, "POST", at("messages", strconv.FormatInt(id, 10), "replay"), nil)
}

// HistoryQuery selects entries of history.
type HistoryQuery struct {
	SubjectKind, SubjectID, Project, Before string
	Limit                                   int
}

// History lists who did what, newest first.
func (c *Client) History(ctx context.Context, q HistoryQuery) (shapes.List[shapes.Entry], error) {
	return call[shapes.List[shapes.Entry]](ctx, c, "GET", with("history", "subject_kind", q.SubjectKind, "subject_id", q.SubjectID, "project", q.Project, "before", q.Before, "limit", number(q.Limit)), nil)
}
