package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/locations"
)

type pushes struct{ s *session }

var _ locations.Pushes = pushes{}

type pushRunRow struct {
	bun.BaseModel `bun:"table:mspkit_push_run"`
	Account       string          `bun:",pk"`
	ID            locations.RunID `bun:",pk"`
	Project       locations.ProjectID
	SetID         locations.SetID
	StartedBy     string
	State         string
	SeenOurs      int64
	SeenTheirs    int64
	Overwrite     bool
	Plan          string
	Staged        int64
	Created       int64
	Updated       int64
	Moved         int64
	Deactivated   int64
	Revision      int64
	Refusal       locations.Refusal
	Reason        string
	LastError     string
	StartedAt     int64
	EndedAt       int64
	Version       int64
}

type storedCommit struct {
	Project   locations.ProjectID `json:"project,omitempty"`
	Push      locations.PushID    `json:"push,omitempty"`
	Total     int                 `json:"total,omitempty"`
	Source    int64               `json:"source,omitempty"`
	Expect    int64               `json:"expect,omitempty"`
	Root      string              `json:"root,omitempty"`
	Overwrite bool                `json:"overwrite,omitempty"`
}

func (r *pushRunRow) run() (locations.PushRun, error) {
	var c storedCommit
	if err := unpackOne(r.Plan, &c); err != nil {
		return locations.PushRun{}, err
	}
	root, err := locations.ParsePrint(c.Root)
	return locations.PushRun{
		ID: r.ID, Project: r.Project, Set: r.SetID, By: r.StartedBy, State: locations.ParseRunState(r.State),
		Seen: locations.PushStamp{Ours: r.SeenOurs, Theirs: r.SeenTheirs}, Overwrite: r.Overwrite,
		Commit: locations.PushCommit{Project: c.Project, Push: c.Push, Total: c.Total, Source: c.Source, Expect: c.Expect, Root: root, Overwrite: c.Overwrite},
		Staged: int(r.Staged), Created: int(r.Created), Updated: int(r.Updated), Moved: int(r.Moved), Deactivated: int(r.Deactivated),
		Revision: r.Revision, Refusal: r.Refusal, Reason: r.Reason, LastError: r.LastError,
		StartedAt: fromMicros(r.StartedAt), EndedAt: fromMicros(r.EndedAt), Version: r.Version,
	}, err
}

func (p pushes) Push(ctx context.Context, id locations.RunID) (locations.PushRun, error) {
	return one(ctx, p.s, from[pushRunRow](p.s).Where("id = ?", id), (*pushRunRow).run, noSuch(locations.ErrNotFound, "push run", string(id)))
}

func (p pushes) List(ctx context.Context, project locations.ProjectID, before locations.RunID, limit int) ([]locations.PushRun, error) {
	q := from[pushRunRow](p.s).Order("id DESC")
	if project != "" {
		q.Where("project = ?", project)
	}
	if before != "" {
		q.Where("id < ?", before)
	}
	return many(ctx, p.s, page(q, limit), (*pushRunRow).run)
}

func (p pushes) Put(ctx context.Context, r locations.PushRun) error {
	c := r.Commit
	row := pushRunRow{
		Account: p.s.account, ID: r.ID, Project: r.Project, SetID: r.Set, StartedBy: r.By, State: r.State.String(),
		SeenOurs: r.Seen.Ours, SeenTheirs: r.Seen.Theirs, Overwrite: r.Overwrite,
		Plan:   packOne(storedCommit{Project: c.Project, Push: c.Push, Total: c.Total, Source: c.Source, Expect: c.Expect, Root: c.Root.String(), Overwrite: c.Overwrite}),
		Staged: int64(r.Staged), Created: int64(r.Created), Updated: int64(r.Updated), Moved: int64(r.Moved), Deactivated: int64(r.Deactivated),
		Revision: r.Revision, Refusal: r.Refusal, Reason: r.Reason, LastError: r.LastError,
		StartedAt: micros(r.StartedAt), EndedAt: micros(r.EndedAt), Version: r.Version + 1,
	}
	if ok, err := put(ctx, p.s, &row, r.Version); !ok {
		return refuse(err, locations.ErrConflict, "push run", string(r.ID))
	}
	return nil
}
