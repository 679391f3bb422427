package collabhttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

// Places returns the locations half of the client.
func (c *Client) Places() locations.Peer { return placesClient{c} }

type placesClient struct{ c *Client }

func placesPath(id locations.ProjectID, rest string) string {
	return projectPath(collab.ProjectID(id), "locations/"+rest)
}

// Look asks in halves where one answer would be too large, so that only the children of one parent must fit in a body.
func (p placesClient) Look(ctx context.Context, to locations.PartnerID, project locations.ProjectID, parents []locations.Key) (locations.Look, error) {
	look, err := p.look(ctx, to, project, parents)
	if n := len(parents) / 2; n > 0 && tooLarge(err) {
		sorted := slices.Sorted(slices.Values(parents))
		first, err := p.Look(ctx, to, project, sorted[:n])
		if err != nil {
			return locations.Look{}, err
		}
		rest, err := p.Look(ctx, to, project, sorted[n:])
		if err == nil && rest.Head != first.Head {
			err = fmt.Errorf("collabhttp: look at project %s: the copy changed in between: %w", project, locations.ErrStale)
		}
		if err != nil {
			return locations.Look{}, err
		}
		return locations.Look{Head: first.Head, Entries: append(first.Entries, rest.Entries...)}, nil
	}
	return look, err
}

// tooLarge reports whether the partner says that its answer would not fit in a body.
func tooLarge(err error) bool {
	var remote *RemoteError
	return errors.As(err, &remote) && remote.Code == "too_large"
}

func (p placesClient) look(ctx context.Context, to locations.PartnerID, project locations.ProjectID, parents []locations.Key) (locations.Look, error) {
	r, err := do[wireLook](ctx, p.c, collab.SystemID(to), exchange{method: http.MethodPost, path: placesPath(project, "look"), body: wireLookQuery{mapSlice(parents, text[locations.Key])}})
	if err != nil {
		return locations.Look{}, err
	}
	return decoded(to, r.domain)
}

// decoded makes what a reply says, and of one that makes no sense an error.
func decoded[R any](from locations.PartnerID, domain func() (R, error)) (R, error) {
	r, err := domain()
	if err != nil {
		var none R
		return none, fmt.Errorf("collabhttp: %w", rubbish(collab.SystemID(from), newBodyError("", err.Error())))
	}
	return r, nil
}

// Nodes asks in halves where one answer would be too large.
func (p placesClient) Nodes(ctx context.Context, to locations.PartnerID, project locations.ProjectID, keys []locations.Key) ([]locations.Stored, error) {
	nodes, err := p.nodes(ctx, to, project, keys)
	if n := len(keys) / 2; n > 0 && tooLarge(err) {
		sorted := slices.Sorted(slices.Values(keys))
		first, err := p.Nodes(ctx, to, project, sorted[:n])
		if err != nil {
			return nil, err
		}
		rest, err := p.Nodes(ctx, to, project, sorted[n:])
		if err != nil {
			return nil, err
		}
		return append(first, rest...), nil
	}
	return nodes, err
}

func (p placesClient) nodes(ctx context.Context, to locations.PartnerID, project locations.ProjectID, keys []locations.Key) ([]locations.Stored, error) {
	r, err := do[wireNodes](ctx, p.c, collab.SystemID(to), exchange{method: http.MethodPost, path: placesPath(project, "nodes"), body: wireKeys{mapSlice(keys, text[locations.Key])}})
	if err != nil {
		return nil, err
	}
	return decoded(to, r.domain)
}

func (p placesClient) Stage(ctx context.Context, to locations.PartnerID, call locations.Call, page locations.PushPage) error {
	_, err := do[wireNothing](ctx, p.c, collab.SystemID(to), exchange{method: http.MethodPost, path: placesPath(page.Project, "pushes/"+segment(page.Push)+"/pages"), key: call.Key,
		body: wirePage{mapSlice(page.Nodes, toNode)}})
	return err
}

func (p placesClient) Commit(ctx context.Context, to locations.PartnerID, call locations.Call, c locations.PushCommit) (locations.PushReceipt, error) {
	r, err := do[wireReceipt](ctx, p.c, collab.SystemID(to), exchange{method: http.MethodPut, path: placesPath(c.Project, "pushes/"+segment(c.Push)), key: call.Key,
		body: wireCommit{c.Total, c.Source, c.Expect, c.Root.String(), c.Overwrite}})
	if err != nil {
		return locations.PushReceipt{}, err
	}
	return decoded(to, r.domain)
}
