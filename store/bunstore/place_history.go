package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/locations"
)

type placeHistory struct{ s *session }

type placeHistoryRow struct {
	bun.BaseModel `bun:"table:mspkit_place_history"`
	Account       string `bun:",pk"`
	ID            string `bun:",pk"`
	HappenedAt    int64
	Actor         string
	SetID         locations.SetID
	Project       locations.ProjectID
	Action        string
	Changes       string
	Note          string
}

type storedFieldChange struct {
	Key    locations.Key `json:"key"`
	Field  string        `json:"field"`
	Before string        `json:"before,omitempty"`
	After  string        `json:"after,omitempty"`
}

func (r *placeHistoryRow) record() (locations.Record, error) {
	changes, err := unpack[storedFieldChange](r.Changes)
	return locations.Record{ID: r.ID, At: fromMicros(r.HappenedAt), Actor: r.Actor, Set: r.SetID, Project: r.Project, Action: r.Action, Note: r.Note,
		Changes: each(changes, func(c storedFieldChange) locations.FieldChange { return locations.FieldChange(c) })}, err
}

func (h placeHistory) List(ctx context.Context, set locations.SetID, before string, limit int) ([]locations.Record, error) {
	q := from[placeHistoryRow](h.s).Where("set_id = ?", set).Order("id DESC")
	if before != "" {
		q.Where("id < ?", before)
	}
	return many(ctx, h.s, page(q, limit), (*placeHistoryRow).record)
}

func (h placeHistory) Append(ctx context.Context, records []locations.Record) error {
	return putAll(ctx, h.s, records, always0, func(r *locations.Record) placeHistoryRow {
		return placeHistoryRow{Account: h.s.account, ID: r.ID, HappenedAt: micros(r.At), Actor: r.Actor, SetID: r.Set, Project: r.Project, Action: r.Action,
			Note: r.Note, Changes: pack(each(r.Changes, func(c locations.FieldChange) storedFieldChange { return storedFieldChange(c) }))}
	}, func(r *locations.Record, err error) error {
		return refuse(err, locations.ErrConflict, "history record", r.ID)
	})
}
