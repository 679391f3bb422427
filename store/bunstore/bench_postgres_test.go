package bunstore_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// BenchmarkImportPostgres is BenchmarkImport on PostgreSQL. The limit is pgx's binary COPY of the same rows, made before the clock runs, into the
// same tables with their indexes; the peer is Bun's bulk insert, which makes its rows of the shops while it runs, as the roles do.
//
//	go test ./store/bunstore -run '^$' -bench 'ImportPostgres$' -benchtime 5x
func BenchmarkImportPostgres(b *testing.B) {
	pgtest.Need(b)
	roles, values, copied, bulk := &way{name: "roles"}, &way{name: "no copy"}, &way{name: "copy"}, &way{name: "bun bulk"}
	var rows *benchRows
	copied.ready = func(shops []collab.Shop) { rows = rowsFor(shops) }
	for b.Loop() {
		db, host := openCopying(b, bunstore.Config{})
		plain, plainHost := openPostgres(b, bunstore.Config{})
		_, bulkHost := openPostgres(b, bunstore.Config{})
		dsn := migrated.Database(b)
		conn := connect(b, dsn)
		roles.page = func(ctx context.Context, shops []collab.Shop) error { return fillRoles(ctx, db, shops) }
		values.page = func(ctx context.Context, shops []collab.Shop) error { return fillRoles(ctx, plain, shops) }
		copied.page = func(ctx context.Context, _ []collab.Shop) error { return fillCopied(ctx, conn, rows) }
		bulk.page = func(ctx context.Context, shops []collab.Shop) error { return fillBulk(ctx, bulkHost, rowsFor(shops)) }
		takeTurns(b, *benchShops, roles, values, copied, bulk)
		for _, h := range []*bun.DB{host, plainHost, bulkHost, pgPool(b, "pgx", dsn, 1)} {
			requireRows(b, h, *benchShops, "shop", "link", "event", "history")
		}
	}
	report(b, roles, values, copied, bulk)
	b.ReportMetric(copied.took.Seconds()/roles.took.Seconds(), "x-copy")
	b.ReportMetric(bulk.took.Seconds()/roles.took.Seconds(), "x-bulk")
	b.ReportMetric(bulk.took.Seconds()/values.took.Seconds(), "no-copy-x-bulk")
}

// BenchmarkImportAgainPostgres is BenchmarkImportAgain on PostgreSQL, beside Bun's bulk insert, which ON CONFLICT refuses.
//
//	go test ./store/bunstore -run '^$' -bench ImportAgainPostgres -benchtime 5x
func BenchmarkImportAgainPostgres(b *testing.B) {
	pgtest.Need(b)
	first, again, links, bulk := &way{name: "first"}, &way{name: "again"}, &way{name: "links"}, &way{name: "bun bulk"}
	db, _ := openCopying(b, bunstore.Config{})
	im := newImporter(b, db)
	im.offered.total = *benchShops
	im.offered.made = im.offered.headers(0, *benchShops)
	_, bulkHost := openPostgres(b, bunstore.Config{})
	var rows *benchRows
	var run collab.Run
	done := 0
	first.page = func(ctx context.Context, _ []collab.Shop) error { return im.next(ctx) }
	again.page = func(ctx context.Context, shops []collab.Shop) error { // a message deals with several pages: then there is nothing to do for these
		if done == 0 {
			run = im.start(b)
		}
		if done += len(shops); done <= im.offered.asked {
			return nil
		}
		return im.next(ctx)
	}
	links.page = func(ctx context.Context, shops []collab.Shop) error {
		remote := make([]collab.ShopID, len(shops))
		for i := range shops {
			remote[i] = collab.ShopID("job" + string(shops[i].ID[1:]))
		}
		return db.For("alder").View(ctx, func(ctx context.Context, v store.View) error {
			found, err := v.Collab.Ledger.Standings(ctx, collabtest.Birch, remote)
			require.Len(b, found, len(shops))
			return err
		})
	}
	bulk.ready = func(shops []collab.Shop) { rows = rowsFor(shops) }
	bulk.page = func(ctx context.Context, _ []collab.Shop) error { return fillBulk(ctx, bulkHost, rows) }

	run = im.start(b)
	takeTurns(b, *benchShops, first, bulk)
	im.requireDone(b, run.ID, collab.Counts{Imported: int64(*benchShops)})
	*bulk = way{name: bulk.name, ready: bulk.ready, page: bulk.page}
	for b.Loop() {
		done, im.offered.asked = 0, 0
		takeTurns(b, *benchShops, again, links, bulk)
		im.requireDone(b, run.ID, collab.Counts{Already: int64(*benchShops)})
		requireRows(b, bulkHost, *benchShops, "shop", "link", "event", "history")
	}
	report(b, again, links, bulk)
	b.ReportMetric(bulk.took.Seconds()/again.took.Seconds(), "x-bulk")
	b.ReportMetric(bulk.took.Seconds()/links.took.Seconds(), "links-x-bulk")
}

// connect opens a connection of pgx itself.
func connect(tb testing.TB, dsn string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(context.Background(), dsn)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// fillCopied is the quickest that the driver can do with rows that are known to be new.
func fillCopied(ctx context.Context, conn *pgx.Conn, rows *benchRows) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	fill := func(table string, columns []string, values func(i int) []any) {
		if err == nil {
			_, err = tx.CopyFrom(ctx, pgx.Identifier{"mspkit_" + table}, columns, pgx.CopyFromSlice(len(rows.shops), func(i int) ([]any, error) { return values(i), nil }))
		}
	}
	fill("shop", []string{"account", "id", "client", "survey", "shopper", "wave", "pay", "payable", "place", "status", "questions", "start_at", "due_at",
		"submit_due_at", "shopped_at", "submitted_at", "report_at", "answers", "earned", "possible", "scored_by", "sections", "comments", "reviewer_comments",
		"origin_system", "origin_id", "epoch", "awaiting", "saved_by", "saved_at", "version"}, func(i int) []any { return rows.shops[i].values() })
	fill("link", []string{"account", "partner", "remote", "shop", "project", "epoch", "rev", "digest", "saved", "return_state", "detail", "changed_at", "version"},
		func(i int) []any { return rows.links[i].values() })
	fill("event", []string{"account", "partner", "remote", "epoch", "kind", "shop", "project", "run", "terms_rev", "digest", "happened_at"},
		func(i int) []any { return rows.events[i].values() })
	fill("history", []string{"account", "id", "happened_at", "actor", "subject_kind", "subject_id", "project", "action", "changes", "why"},
		func(i int) []any { return rows.entries[i].values() })
	if err != nil {
		return err
	}
	return tx.Commit(ctx)
}

func (s *benchShop) values() []any {
	return []any{s.Account, s.ID, s.Client, s.Survey, s.Shopper, s.Wave, s.Pay, s.Payable, s.Place, s.Status, s.Questions,
		s.StartAt, s.DueAt, s.SubmitDueAt, s.ShoppedAt, s.SubmittedAt, s.ReportAt, s.Answers, s.Earned, s.Possible, s.ScoredBy, s.Sections,
		s.Comments, s.ReviewerComments, s.OriginSystem, s.OriginID, s.Epoch, s.Awaiting, s.SavedBy, s.SavedAt, s.Version}
}

func (l *benchLink) values() []any {
	return []any{l.Account, l.Partner, l.Remote, l.Shop, l.Project, l.Epoch, l.Rev, l.Digest, l.Saved, l.ReturnState, l.Detail, l.ChangedAt, l.Version}
}

func (e *benchEvent) values() []any {
	return []any{e.Account, e.Partner, e.Remote, e.Epoch, e.Kind, e.Shop, e.Project, e.Run, e.TermsRev, e.Digest, e.HappenedAt}
}

func (h *benchEntry) values() []any {
	return []any{h.Account, h.ID, h.HappenedAt, h.Actor, h.SubjectKind, h.SubjectID, h.Project, h.Action, h.Changes, h.Why}
}
