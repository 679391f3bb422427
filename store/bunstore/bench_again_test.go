package bunstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// BenchmarkImportAgain imports shops that have all been imported before. Again is the whole use case as it runs, from the call that starts it to
// the settled message of its last page, with a partner in the same process whose headers are made beforehand, as all rows are: the partner is asked
// for 500 at a time, and how far the run came is written for many of these. Links is the part that takes the place of writing: a transaction
// that reads how the links of 500 stand. The other two insert all rows again, 500 shops to a transaction, and leave it to ON CONFLICT to refuse
// them: through kept prepared statements, and through Bun's bulk insert.
//
//	go test ./store/bunstore -run '^$' -bench ImportAgain -benchtime 5x
//	go test ./store/bunstore -run '^$' -bench ImportAgain -benchtime 1x -shops 100000
func BenchmarkImportAgain(b *testing.B) {
	whole, again, links, prepared, bulk := &way{name: "first"}, &way{name: "again"}, &way{name: "links"}, &way{name: "prepared"}, &way{name: "bun bulk"}
	db, _ := openFile(b, bunstore.Config{})
	im := newImporter(b, db)
	im.offered.total = *benchShops
	im.offered.made = im.offered.headers(0, *benchShops)
	_, preparedHost := openFile(b, bunstore.Config{})
	_, bulkHost := openFile(b, bunstore.Config{})
	var rows *benchRows
	ready := func(shops []collab.Shop) { rows = rowsFor(shops) }
	whole.page = func(ctx context.Context, _ []collab.Shop) error { return im.next(ctx) }
	done := 0
	var run collab.Run
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
	prepared.ready, bulk.ready = ready, ready
	prepared.page = func(ctx context.Context, _ []collab.Shop) error { return fillPrepared(ctx, preparedHost, rows) }
	bulk.page = func(ctx context.Context, _ []collab.Shop) error { return fillBulk(ctx, bulkHost, rows) }

	run = im.start(b)
	takeTurns(b, *benchShops, whole, prepared, bulk)
	im.requireDone(b, run.ID, collab.Counts{Imported: int64(*benchShops)})
	firstPrepared := prepared.took
	*prepared, *bulk = way{name: prepared.name, ready: ready, page: prepared.page}, way{name: bulk.name, ready: ready, page: bulk.page}
	for b.Loop() {
		done, im.offered.asked = 0, 0
		takeTurns(b, *benchShops, again, links, prepared, bulk)
		im.requireDone(b, run.ID, collab.Counts{Already: int64(*benchShops)})
		for _, h := range []*bun.DB{preparedHost, bulkHost} {
			requireRows(b, h, *benchShops, "shop", "link", "event", "history")
		}
	}
	require.Positive(b, again.took)
	report(b, again, links, prepared, bulk)
	b.ReportMetric(prepared.took.Seconds()/again.took.Seconds(), "x-conflict")
	b.ReportMetric(prepared.took.Seconds()/links.took.Seconds(), "links-x-conflict")
	b.ReportMetric(bulk.took.Seconds()/again.took.Seconds(), "x-bulk")
	b.ReportMetric(float64(again.allocs)/float64(*benchShops*b.N), "allocs/shop")
	b.ReportMetric(firstPrepared.Seconds()/whole.took.Seconds(), "first-x-prepared")
}
