package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/orgoverlay"
)

type orgHistory struct{ s *session }

var _ orgoverlay.History = orgHistory{}

type orgHistoryRow struct {
	bun.BaseModel  `bun:"table:mspkit_org_history"`
	Account        string `bun:",pk"`
	ID             string `bun:",pk"`
	HappenedAt     int64
	Actor          string
	Home           orgoverlay.Account
	Kind           string
	Subject        string
	SubjectVersion int64
	Action         string
	Changes        string
	Why            string
}

type storedOrgChange struct {
	Path     string `json:"path"`
	Before   string `json:"before,omitempty"`
	After    string `json:"after,omitempty"`
	Internal bool   `json:"internal,omitempty"`
}

func (r *orgHistoryRow) entry() (orgoverlay.Entry, error) {
	changes, err := unpack[storedOrgChange](r.Changes)
	return orgoverlay.Entry{ID: r.ID, At: fromMicros(r.HappenedAt), Actor: r.Actor, Home: r.Home, Kind: r.Kind, Subject: r.Subject,
		Version: r.SubjectVersion, Action: r.Action, Why: r.Why,
		Changes: each(changes, func(c storedOrgChange) orgoverlay.Change { return orgoverlay.Change(c) })}, err
}

func (h orgHistory) rowOf(e *orgoverlay.Entry) orgHistoryRow {
	return orgHistoryRow{Account: h.s.account, ID: e.ID, HappenedAt: micros(e.At), Actor: e.Actor, Home: e.Home, Kind: e.Kind, Subject: e.Subject,
		SubjectVersion: e.Version, Action: e.Action, Why: e.Why, Changes: packOrgChanges(e.Changes)}
}

func packOrgChanges(changes []orgoverlay.Change) string {
	return packList(changes, 120, func(b []byte, c *orgoverlay.Change) []byte {
		b = appendText(append(b, `{"path":`...), c.Path)
		b = appendUnlessEmpty(b, `,"before":`, c.Before)
		b = appendUnlessEmpty(b, `,"after":`, c.After)
		if c.Internal {
			b = append(b, `,"internal":true`...)
		}
		return b
	})
}

func (h orgHistory) List(ctx context.Context, query orgoverlay.HistoryQuery) ([]orgoverlay.Entry, error) {
	q := from[orgHistoryRow](h.s).Order("id DESC")
	if query.Subject != "" {
		q.Where("subject = ?", query.Subject)
	}
	if query.Kind != "" {
		q.Where("kind = ?", query.Kind)
	}
	if query.Before != "" {
		q.Where("id < ?", query.Before)
	}
	return many(ctx, h.s, limit(q, query.Limit), (*orgHistoryRow).entry)
}

func (h orgHistory) Append(ctx context.Context, entries []orgoverlay.Entry) error {
	return putAll(ctx, h.s, entries, always0, h.rowOf,
		func(e *orgoverlay.Entry, err error) error {
			return refuse(err, orgoverlay.ErrConflict, "history entry", e.ID)
		})
}

func (h orgHistory) Strip(ctx context.Context, kind, subject string) error {
	q := from[orgHistoryRow](h.s).Where("subject = ?", subject).Where("kind = ?", kind).Where("changes <> ''").Order("id")
	entries, err := many(ctx, h.s, q, (*orgHistoryRow).entry)
	if err != nil {
		return err
	}
	for i := range entries {
		for k := range entries[i].Changes {
			entries[i].Changes[k].Before, entries[i].Changes[k].After = "", ""
		}
		row := h.rowOf(&entries[i])
		if _, err := write(ctx, h.s, verbReplace, &row); err != nil {
			return err
		}
	}
	return nil
}
