package memstore

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/collab"
)

type clients struct{ a *account }

var _ collab.Clients = clients{}

var clientShape = shape[collab.Client]{
	id:      func(c *collab.Client) key { return keyOf(c.ID) },
	version: func(c *collab.Client) *int64 { return &c.Version },
	clone:   plain[collab.Client],
	unique:  func(c *collab.Client) []key { return originKeys(c.Origin) },
}

// originKeys is the unique key of an origin, if it is set.
func originKeys(o collab.Origin) []key {
	if o == (collab.Origin{}) {
		return nil
	}
	return []key{keyOf(o.System, o.ID)}
}

func (r clients) Client(_ context.Context, id collab.ClientID) (collab.Client, error) {
	c, ok := r.a.clients.get(clientShape, keyOf(id))
	if !ok {
		return c, fmt.Errorf("memstore: client %s: %w", id, collab.ErrNotFound)
	}
	return c, nil
}

func (r clients) ByOrigin(_ context.Context, o collab.Origin) (collab.Client, error) {
	c, ok := r.a.clients.by(clientShape, keyOf(o.System, o.ID))
	if !ok {
		return c, fmt.Errorf("memstore: client of origin %s %s: %w", o.System, o.ID, collab.ErrNotFound)
	}
	return c, nil
}

func (r clients) List(_ context.Context, after collab.ClientID, limit int) ([]collab.Client, error) {
	var out []collab.Client
	for _, c := range r.a.clients.rows.from(key{past(after)}) {
		if len(out) >= limit {
			break
		}
		out = append(out, *c)
	}
	return out, nil
}

func (r clients) Put(_ context.Context, c collab.Client) error {
	if !r.a.clients.put(clientShape, c) {
		return fmt.Errorf("memstore: put client %s: %w", c.ID, collab.ErrConflict)
	}
	return nil
}
