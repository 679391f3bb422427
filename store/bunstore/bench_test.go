package bunstore_test

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// benchShops is how many shops a round of the import's benchmarks takes.
var benchShops = flag.Int("shops", 5000, "shops in a round of the import's benchmarks")

// benchPage is how many shops go into one transaction.
const benchPage = collab.MaxPage

// way is one of several that do the same work and take turns at it, page by page, so that whatever else the machine does meanwhile
// hits all of them alike.
type way struct {
	name  string
	ready func(shops []collab.Shop) // before the clock runs; nil is nothing
	page  func(ctx context.Context, shops []collab.Shop) error

	took   time.Duration
	allocs uint64
}

// takeTurns lets every way do every page of n shops.
func takeTurns(b *testing.B, n int, ways ...*way) {
	b.Helper()
	var before, after runtime.MemStats
	for from := 0; from < n; from += benchPage {
		shops := pageOfShops(from, min(benchPage, n-from))
		for i := range ways {
			w := ways[(from/benchPage+i)%len(ways)]
			if w.ready != nil {
				w.ready(shops)
			}
			runtime.ReadMemStats(&before)
			start := time.Now()
			err := w.page(context.Background(), shops)
			w.took += time.Since(start)
			runtime.ReadMemStats(&after)
			require.NoError(b, err, w.name)
			w.allocs += after.Mallocs - before.Mallocs
		}
	}
}

// pageOfShops makes shops in the order of their ids, each with a kilobyte of answers and every column that an import
// fills, unlike in whatever shops differ in.
func pageOfShops(from, n int) []collab.Shop {
	shops := make([]collab.Shop, n)
	for i := range shops {
		id := fmt.Sprintf("s%07d", from+i)
		s := &shops[i]
		s.ID, s.Client, s.Survey, s.Shopper, s.SavedBy, s.SavedAt = collab.ShopID(id), "c1", "v1", "*collabShopper", "import", noon
		at := noon.Add(time.Duration(from+i) * time.Minute)
		earned := fmt.Sprintf("%d.5", (from+i)%40)
		s.Content = collab.Content{
			Place: collab.PlaceKey(fmt.Sprintf("p%05d", (from+i)%20_000)), Status: collab.StatusCollaboration, Questions: digest,
			Dates:    collab.Dates{Start: at, Due: at.Add(72 * time.Hour), SubmitDue: at.Add(96 * time.Hour), Shopped: at.Add(time.Hour), Submitted: at.Add(2 * time.Hour), Report: at.Add(3 * time.Hour)},
			Answers:  append(slices.Clone(kilobyte[:7]), collab.Answer{Question: "q07", Value: id + ": " + kilobyte[7].Value}),
			Score:    collab.Score{Earned: earned, Possible: fmt.Sprint(40 + i%3), By: "birch", Sections: []collab.SectionScore{{Section: "a", Earned: earned, Possible: "40"}}},
			Comments: "Parked across the street from " + id + ".", Origin: collab.Origin{System: "birch", ID: "b" + id},
		}
	}
	return shops
}

// kilobyte is answers that take about 1 KB as JSON.
var kilobyte = func() []collab.Answer {
	answers := make([]collab.Answer, 8)
	for i := range answers {
		answers[i] = collab.Answer{Question: fmt.Sprintf("q%02d", i), Value: "Yes"}
	}
	answers[3].Value = "It's <good> & \"quoted\" ? öß"
	answers[6].Comment = strings.Repeat("The entrance was clean and well lit. ", 5)
	answers[7].Value = strings.Repeat("The staff were friendly, and the order came at once. ", 10)
	return answers
}()

// BenchmarkImport writes the four rows of every imported shop (shop, link, event, history), 500 shops a transaction: through the roles; through
// kept prepared statements of the benchmark's own, which is the limit; and through Bun's bulk insert. All begin with the same shops
// and make the same rows of them. It prints how the roles compare with the other two.
//
//	go test ./store/bunstore -run '^$' -bench 'Import$' -benchtime 5x
//	go test ./store/bunstore -run '^$' -bench 'Import$' -benchtime 1x -shops 100000
func BenchmarkImport(b *testing.B) {
	roles, prepared, bulk := &way{name: "roles"}, &way{name: "prepared"}, &way{name: "bun bulk"}
	for b.Loop() {
		db, host := openFile(b, bunstore.Config{})
		_, preparedHost := openFile(b, bunstore.Config{})
		_, bulkHost := openFile(b, bunstore.Config{})
		roles.page = func(ctx context.Context, shops []collab.Shop) error { return fillRoles(ctx, db, shops) }
		prepared.page = func(ctx context.Context, shops []collab.Shop) error {
			return fillPrepared(ctx, preparedHost, rowsFor(shops))
		}
		bulk.page = func(ctx context.Context, shops []collab.Shop) error { return fillBulk(ctx, bulkHost, rowsFor(shops)) }
		takeTurns(b, *benchShops, roles, prepared, bulk)
		for _, h := range []*bun.DB{host, preparedHost, bulkHost} {
			requireRows(b, h, *benchShops, "shop", "link", "event", "history")
		}
	}
	report(b, roles, prepared, bulk)
	b.ReportMetric(prepared.took.Seconds()/roles.took.Seconds(), "x-prepared")
	b.ReportMetric(bulk.took.Seconds()/roles.took.Seconds(), "x-bulk")
	b.ReportMetric(float64(roles.allocs)/float64(prepared.allocs), "x-allocs")
}

// report says what each way took for a shop.
func report(b *testing.B, ways ...*way) {
	total := *benchShops * b.N
	for _, w := range ways {
		b.Logf("%-8s %8.0f shops/s %6.1f allocs a shop", w.name, float64(total)/w.took.Seconds(), float64(w.allocs)/float64(total))
	}
	b.ReportMetric(0, "ns/op")
}

func fillRoles(ctx context.Context, db *bunstore.DB, shops []collab.Shop) error {
	return db.For("alder").Update(ctx, func(ctx context.Context, tx store.Tx) error { return writePage(ctx, tx.Collab, shops) })
}

func requireRows(tb testing.TB, host *bun.DB, want int, tables ...string) {
	tb.Helper()
	for _, table := range tables {
		n, err := host.NewSelect().Table("mspkit_" + table).Count(context.Background())
		require.NoError(tb, err)
		require.EqualValues(tb, want, n, table)
	}
}
