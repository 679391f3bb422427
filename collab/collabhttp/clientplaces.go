package collabhttp

import (
	"context"
	"net/http"
	"net/url"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

// Places returns the locations half of the client.
func (c *Client) Places() locations.Peer { return placesClient{c} }

type placesClient struct{ c *Client }

func placesPath(id locations.ProjectID, rest string) string {
	return projectPath(collab.ProjectID(id), "locations/"+rest)
}

func (p placesClient) Look(ctx context.Context, to locations.PartnerID, project locations.ProjectID, parents []locations.Key) (locations.Look, error) {
	r, err := do[wireLook](ctx, p.c, collab.SystemID(to), exchange{method: http.MethodPost, path: placesPath(project, "look"), body: wireLookQuery{mapSlice(parents, text[locations.Key])}})
	if err != nil {
		return locations.Look{}, err
	}
	look, err := r.domain()
	if err != nil {
		err = rubbish(collab.SystemID(to), err)
	}
	return look, err
}

func (p placesClient) Nodes(ctx context.Context, to locations.PartnerID, project locations.ProjectID, keys []locations.Key) ([]locations.Stored, error) {
	r, err := do[wireNodes](ctx, p.c, collab.SystemID(to), exchange{method: http.MethodPost, path: placesPath(project, "nodes"), body: wireKeys{mapSlice(keys, text[locations.Key])}})
	if err != nil {
		return nil, err
	}
	nodes, err := r.domain()
	if err != nil {
		err = rubbish(collab.SystemID(to), err)
	}
	return nodes, err
}

func (p placesClient) Stage(ctx context.Context, to locations.PartnerID, call locations.Call, page locations.PushPage) error {
	_, err := do[wireNothing](ctx, p.c, collab.SystemID(to), exchange{method: http.MethodPost, path: placesPath(page.Project, "pushes/"+url.PathEscape(string(page.Push))+"/pages"), key: call.Key,
		body: wirePage{mapSlice(page.Nodes, toNode)}})
	return err
}

func (p placesClient) Commit(ctx context.Context, to locations.PartnerID, call locations.Call, c locations.PushCommit) (locations.PushReceipt, error) {
	r, err := do[wireReceipt](ctx, p.c, collab.SystemID(to), exchange{method: http.MethodPut, path: placesPath(c.Project, "pushes/"+url.PathEscape(string(c.Push))), key: call.Key,
		body: wireCommit{c.Total, c.Source, c.Expect, c.Root.String(), c.Overwrite}})
	if err != nil {
		return locations.PushReceipt{}, err
	}
	root, err := locations.ParsePrint(r.Root)
	if err != nil {
		err = rubbish(collab.SystemID(to), err)
	}
	return locations.PushReceipt{Revision: r.Revision, Root: root, Created: r.Created, Updated: r.Updated, Deactivated: r.Deactivated}, err
}
