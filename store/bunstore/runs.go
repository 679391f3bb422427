package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
)

type runs struct{ s *session }

type runRow struct {
	bun.BaseModel `bun:"table:mspkit_run"`
	Account       string       `bun:",pk"`
	ID            collab.RunID `bun:",pk"`
	Project       collab.ProjectID
	Kind          string
	State         string
	Reason        string
	StartedBy     string
	StartedAt     int64
	EndedAt       int64
	Progress      string // the cursor: a word that PostgreSQL keeps for itself
	Pages         int64
	PageSize      int64
	Chosen        string
	Overwrite     bool
	Counts        string
	Version       int64
}

type storedCounts struct {
	Imported int64               `json:"imported,omitempty"`
	Updated  int64               `json:"updated,omitempty"`
	Already  int64               `json:"already,omitempty"`
	Held     []storedReasonCount `json:"held,omitempty"`
}

type storedReasonCount struct {
	Reason collab.Reason `json:"reason"`
	Count  int64         `json:"count"`
}

func (r *runRow) run() (collab.Run, error) {
	chosen, err := unpack[collab.ShopID](r.Chosen)
	if err != nil {
		return collab.Run{}, err
	}
	var c storedCounts
	if err := unpackOne(r.Counts, &c); err != nil {
		return collab.Run{}, err
	}
	return collab.Run{ID: r.ID, Project: r.Project, Kind: collab.ParseRunKind(r.Kind), State: collab.ParseRunState(r.State), Reason: r.Reason,
		By: r.StartedBy, StartedAt: fromMicros(r.StartedAt), EndedAt: fromMicros(r.EndedAt), Cursor: r.Progress, Pages: r.Pages,
		PageSize: int(r.PageSize), Chosen: chosen, Overwrite: r.Overwrite, Version: r.Version,
		Counts: collab.Counts{Imported: c.Imported, Updated: c.Updated, Already: c.Already,
			Held: each(c.Held, func(h storedReasonCount) collab.ReasonCount { return collab.ReasonCount(h) })}}, nil
}

type runItemRow struct {
	bun.BaseModel `bun:"table:mspkit_run_item"`
	Account       string        `bun:",pk"`
	Run           collab.RunID  `bun:",pk"`
	Remote        collab.ShopID `bun:",pk"`
	Place         collab.PlaceKey
	Status        collab.Status
	Reasons       string
}

func (r *runItemRow) item() (collab.RunItem, error) {
	reasons, err := unpack[collab.Reason](r.Reasons)
	return collab.RunItem{Run: r.Run, Remote: r.Remote, Place: r.Place, Status: r.Status, Reasons: reasons}, err
}

func (u runs) Run(ctx context.Context, id collab.RunID) (collab.Run, error) {
	return one(ctx, u.s, from[runRow](u.s).Where("id = ?", id), (*runRow).run, noSuch(collab.ErrNotFound, "run", string(id)))
}

func (u runs) List(ctx context.Context, project collab.ProjectID, before collab.RunID, limit int) ([]collab.Run, error) {
	q := from[runRow](u.s).Order("id DESC")
	if project != "" {
		q.Where("project = ?", project)
	}
	if before != "" {
		q.Where("id < ?", before)
	}
	return many(ctx, u.s, page(q, limit), (*runRow).run)
}

func (u runs) Items(ctx context.Context, run collab.RunID, after collab.ShopID, limit int) ([]collab.RunItem, error) {
	q := from[runItemRow](u.s).Where("run = ?", run).Where("remote > ?", after).Order("remote")
	return many(ctx, u.s, page(q, limit), (*runItemRow).item)
}

func (u runs) Put(ctx context.Context, r collab.Run) error {
	row := runRow{
		Account: u.s.account, ID: r.ID, Project: r.Project, Kind: r.Kind.String(), State: r.State.String(), Reason: r.Reason,
		StartedBy: r.By, StartedAt: micros(r.StartedAt), EndedAt: micros(r.EndedAt), Progress: r.Cursor, Pages: r.Pages,
		PageSize: int64(r.PageSize), Chosen: pack(r.Chosen), Overwrite: r.Overwrite, Version: r.Version + 1,
		Counts: packOne(storedCounts{Imported: r.Counts.Imported, Updated: r.Counts.Updated, Already: r.Counts.Already,
			Held: each(r.Counts.Held, func(h collab.ReasonCount) storedReasonCount { return storedReasonCount(h) })}),
	}
	if ok, err := put(ctx, u.s, &row, r.Version); !ok {
		return refuse(err, collab.ErrConflict, "run", string(r.ID))
	}
	return nil
}

func (u runs) PutItems(ctx context.Context, items []collab.RunItem) error {
	return replaceAll(ctx, u.s, items, func(it *collab.RunItem) runItemRow {
		return runItemRow{Account: u.s.account, Run: it.Run, Remote: it.Remote, Place: it.Place, Status: it.Status, Reasons: pack(it.Reasons)}
	}, func(it *collab.RunItem, err error) error {
		return refuse(err, collab.ErrConflict, "item of run", string(it.Run), string(it.Remote))
	})
}
