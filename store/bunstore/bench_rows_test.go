package bunstore_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
)

// benchShop and the three below are the rows as a program of its own would declare them, in the schema's order.
type benchShop struct {
	bun.BaseModel                                                 `bun:"table:mspkit_shop"`
	Account, ID, Client, Survey, Shopper, Wave, Pay               string
	Payable                                                       bool
	Place, Status, Questions                                      string
	StartAt, DueAt, SubmitDueAt, ShoppedAt, SubmittedAt, ReportAt int64
	Answers, Earned, Possible, ScoredBy, Sections, Comments       string
	ReviewerComments, OriginSystem, OriginID                      string
	Epoch                                                         int64
	Awaiting                                                      bool
	SavedBy                                                       string
	SavedAt, Version                                              int64
}

type benchLink struct {
	bun.BaseModel                           `bun:"table:mspkit_link"`
	Account, Partner, Remote, Shop, Project string
	Epoch, Rev                              int64
	Digest                                  string
	Saved                                   int64
	ReturnState, Detail                     string
	ChangedAt, Version                      int64
}

type benchEvent struct {
	bun.BaseModel            `bun:"table:mspkit_event"`
	Account, Partner, Remote string
	Epoch                    int64
	Kind, Shop, Project, Run string
	TermsRev                 int64
	Digest                   string
	HappenedAt               int64
}

type benchEntry struct {
	bun.BaseModel                                                `bun:"table:mspkit_history"`
	Account, ID                                                  string
	HappenedAt                                                   int64
	Actor, SubjectKind, SubjectID, Project, Action, Changes, Why string
}

// benchRows is what an import writes for some shops.
type benchRows struct {
	shops   []benchShop
	links   []benchLink
	events  []benchEvent
	entries []benchEntry
}

func rowsFor(shops []collab.Shop) *benchRows {
	r := &benchRows{make([]benchShop, len(shops)), make([]benchLink, len(shops)), make([]benchEvent, len(shops)), make([]benchEntry, len(shops))}
	for i := range shops {
		r.shops[i], r.links[i], r.events[i], r.entries[i] = rowsOf(&shops[i])
	}
	return r
}

func rowsOf(s *collab.Shop) (benchShop, benchLink, benchEvent, benchEntry) {
	text := func(v any) string {
		t, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return string(t)
	}
	c, us := &s.Content, time.Time.UnixMicro
	return benchShop{Account: "alder", ID: string(s.ID), Client: string(s.Client), Survey: string(s.Survey), Shopper: s.Shopper, Place: string(c.Place),
			Status: string(c.Status), Questions: c.Questions, StartAt: us(c.Dates.Start), DueAt: us(c.Dates.Due), SubmitDueAt: us(c.Dates.SubmitDue),
			ShoppedAt: us(c.Dates.Shopped), SubmittedAt: us(c.Dates.Submitted), ReportAt: us(c.Dates.Report), Answers: text(c.Answers),
			Earned: c.Score.Earned, Possible: c.Score.Possible, ScoredBy: string(c.Score.By), Sections: text(c.Score.Sections), Comments: c.Comments,
			OriginSystem: string(c.Origin.System), OriginID: c.Origin.ID, SavedBy: s.SavedBy, SavedAt: us(s.SavedAt), Version: 1},
		benchLink{Account: "alder", Partner: "birch", Remote: c.Origin.ID, Shop: string(s.ID), Project: "p1", Epoch: 1, Rev: 3, Digest: digest, Saved: 1,
			ReturnState: "none", ChangedAt: us(noon), Version: 1},
		benchEvent{Account: "alder", Partner: "birch", Remote: c.Origin.ID, Epoch: 1, Kind: "imported", Shop: string(s.ID), Project: "p1", Run: "r1",
			TermsRev: 2, Digest: digest, HappenedAt: us(noon)},
		benchEntry{Account: "alder", ID: "h" + string(s.ID), HappenedAt: us(noon), Actor: "import", SubjectKind: "shop", SubjectID: string(s.ID),
			Project: "p1", Action: "import", Changes: text([]collab.Change{{Field: "digest", After: digest}})}
}

// fillPrepared is what a program does that keeps its statements.
func fillPrepared(ctx context.Context, host *bun.DB, rows *benchRows) error {
	tx, err := host.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	prepare := func(table string, columns int) *sql.Stmt {
		query := fmt.Sprintf("INSERT INTO mspkit_%s VALUES (?%s) ON CONFLICT DO NOTHING", table, repeated(columns-1))
		stmt, prepareErr := tx.PrepareContext(ctx, query)
		if prepareErr != nil {
			err = prepareErr
		}
		return stmt
	}
	shop, link, event, entry := prepare("shop", 31), prepare("link", 13), prepare("event", 11), prepare("history", 10)
	if err != nil {
		return err
	}
	for i := range rows.shops {
		s, l, e, h := &rows.shops[i], &rows.links[i], &rows.events[i], &rows.entries[i]
		if _, err := shop.ExecContext(ctx, s.Account, s.ID, s.Client, s.Survey, s.Shopper, s.Wave, s.Pay, s.Payable, s.Place, s.Status, s.Questions,
			s.StartAt, s.DueAt, s.SubmitDueAt, s.ShoppedAt, s.SubmittedAt, s.ReportAt, s.Answers, s.Earned, s.Possible, s.ScoredBy, s.Sections,
			s.Comments, s.ReviewerComments, s.OriginSystem, s.OriginID, s.Epoch, s.Awaiting, s.SavedBy, s.SavedAt, s.Version); err != nil {
			return err
		}
		if _, err := link.ExecContext(ctx, l.Account, l.Partner, l.Remote, l.Shop, l.Project, l.Epoch, l.Rev, l.Digest, l.Saved, l.ReturnState, l.Detail,
			l.ChangedAt, l.Version); err != nil {
			return err
		}
		if _, err := event.ExecContext(ctx, e.Account, e.Partner, e.Remote, e.Epoch, e.Kind, e.Shop, e.Project, e.Run, e.TermsRev, e.Digest, e.HappenedAt); err != nil {
			return err
		}
		if _, err := entry.ExecContext(ctx, h.Account, h.ID, h.HappenedAt, h.Actor, h.SubjectKind, h.SubjectID, h.Project, h.Action, h.Changes, h.Why); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func repeated(n int) string {
	b := make([]byte, 0, 3*n)
	for range n {
		b = append(b, ", ?"...)
	}
	return string(b)
}

// fillBulk is what most programs do.
func fillBulk(ctx context.Context, host *bun.DB, rows *benchRows) error {
	return host.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		for _, rows := range []any{&rows.shops, &rows.links, &rows.events, &rows.entries} {
			if _, err := tx.NewInsert().Model(rows).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}
