package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
)

type history struct{ s *session }

type historyRow struct {
	bun.BaseModel `bun:"table:mspkit_history"`
	Account       string `bun:",pk"`
	ID            string `bun:",pk"`
	HappenedAt    int64
	Actor         string
	SubjectKind   string
	SubjectID     string
	Project       collab.ProjectID
	Action        string
	Changes       string
	Why           string
}

type storedChange struct {
	Field  string `json:"field"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

func (r *historyRow) entry() (collab.Entry, error) {
	changes, err := unpack[storedChange](r.Changes)
	return collab.Entry{ID: r.ID, At: fromMicros(r.HappenedAt), Actor: r.Actor, Subject: collab.Subject{Kind: r.SubjectKind, ID: r.SubjectID},
		Project: r.Project, Action: r.Action, Why: r.Why,
		Changes: each(changes, func(c storedChange) collab.Change { return collab.Change(c) })}, err
}

func (h history) List(ctx context.Context, query collab.HistoryQuery) ([]collab.Entry, error) {
	q := from[historyRow](h.s).Order("id DESC")
	if query.Subject != (collab.Subject{}) {
		q.Where("subject_kind = ?", query.Subject.Kind).Where("subject_id = ?", query.Subject.ID)
	}
	if query.Project != "" {
		q.Where("project <> ''").Where("project = ?", query.Project)
	}
	if query.Before != "" {
		q.Where("id < ?", query.Before)
	}
	return many(ctx, h.s, limit(q, query.Limit), (*historyRow).entry)
}

func (h history) Append(ctx context.Context, entries []collab.Entry) error {
	return putAll(ctx, h.s, entries, always0, func(e *collab.Entry) historyRow {
		return historyRow{Account: h.s.account, ID: e.ID, HappenedAt: micros(e.At), Actor: e.Actor, SubjectKind: e.Subject.Kind, SubjectID: e.Subject.ID,
			Project: e.Project, Action: e.Action, Why: e.Why, Changes: packChanges(e.Changes)}
	}, func(e *collab.Entry, err error) error { return refuse(err, collab.ErrConflict, "history entry", e.ID) })
}
