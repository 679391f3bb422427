package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
)

type clients struct{ s *session }

type clientRow struct {
	bun.BaseModel `bun:"table:mspkit_client"`
	Account       string          `bun:",pk"`
	ID            collab.ClientID `bun:",pk"`
	Name          string
	OriginSystem  collab.SystemID
	OriginID      string
	Version       int64
}

func (r *clientRow) client() (collab.Client, error) {
	return collab.Client{ID: r.ID, Name: r.Name, Origin: collab.Origin{System: r.OriginSystem, ID: r.OriginID}, Version: r.Version}, nil
}

func (c clients) Client(ctx context.Context, id collab.ClientID) (collab.Client, error) {
	return one(ctx, c.s, from[clientRow](c.s).Where("id = ?", id), (*clientRow).client, noSuch(collab.ErrNotFound, "client", string(id)))
}

func (c clients) ByOrigin(ctx context.Context, o collab.Origin) (collab.Client, error) {
	none := noSuch(collab.ErrNotFound, "client of origin", string(o.System), o.ID)
	if o == (collab.Origin{}) {
		return collab.Client{}, none
	}
	q := from[clientRow](c.s).Where(originSet).Where("origin_system = ?", o.System).Where("origin_id = ?", o.ID)
	return one(ctx, c.s, q, (*clientRow).client, none)
}

// originSet repeats the condition of the unique indexes on origins, so that SQLite uses them.
const originSet = "origin_system <> '' OR origin_id <> ''"

func (c clients) List(ctx context.Context, after collab.ClientID, limit int) ([]collab.Client, error) {
	return many(ctx, c.s, page(from[clientRow](c.s).Where("id > ?", after).Order("id"), limit), (*clientRow).client)
}

func (c clients) Put(ctx context.Context, cl collab.Client) error {
	row := clientRow{Account: c.s.account, ID: cl.ID, Name: cl.Name, OriginSystem: cl.Origin.System, OriginID: cl.Origin.ID, Version: cl.Version + 1}
	if ok, err := put(ctx, c.s, &row, cl.Version); !ok {
		return refuse(err, collab.ErrConflict, "client", string(cl.ID))
	}
	return nil
}
