package bunstore_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// queryLog keeps the text of every query that Bun runs.
type queryLog struct {
	mu   sync.Mutex
	text []string
}

func (l *queryLog) BeforeQuery(ctx context.Context, _ *bun.QueryEvent) context.Context { return ctx }

func (l *queryLog) AfterQuery(_ context.Context, e *bun.QueryEvent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, e.Query)
}

func (l *queryLog) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text
	l.text = nil
	return text
}

// Every list that grows with the business must be answered through an index, in the order of that index.
func TestListsUseIndexes(t *testing.T) {
	t.Parallel()
	log := &queryLog{}
	_, plain := openFile(t, bunstore.Config{})
	host := plain.WithQueryHook(log)
	db, err := bunstore.New(host, bunstore.Config{})
	require.NoError(t, err)
	ctx := context.Background()
	view := func(fn func(context.Context, store.View) error) func() error {
		return func() error { return db.For("alder").View(ctx, fn) }
	}
	for name, c := range map[string]struct {
		want []string // in the plan, in this order
		run  func() error
	}{
		"shops of a survey": {[]string{"SEARCH", "mspkit_shop_survey (account=? AND survey=? AND id>?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Shops.List(ctx, collab.ShopQuery{Survey: "v1", After: "s1", Limit: 10, Statuses: []collab.Status{"Finalized", "Locked"}})
			return err
		})},
		"pushes of a project": {[]string{"SEARCH", "mspkit_push_run_project (account=? AND project=? AND id<?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Locations.Pushes.List(ctx, "p1", "r1", 10)
			return err
		})},
		"shops of a client": {[]string{"SEARCH", "mspkit_shop_client (account=? AND client=? AND id>?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Shops.List(ctx, collab.ShopQuery{Client: "c1", After: "s1", Limit: 10})
			return err
		})},
		"all shops": {[]string{"SEARCH", "(account=? AND id>?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Shops.List(ctx, collab.ShopQuery{After: "s1", Limit: 10})
			return err
		})},
		"counts": {[]string{"COVERING INDEX mspkit_shop_survey (account=? AND survey=?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Shops.CountByStatus(ctx, "v1")
			return err
		})},
		"origins": {[]string{"mspkit_shop_origin (account=? AND origin_system=? AND origin_id=?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Shops.Origins(ctx, []collab.Origin{{System: "b", ID: "1"}, {System: "b", ID: "2"}})
			return err
		})},
		"links by remote": {[]string{"(account=? AND partner=? AND remote=?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Ledger.Links(ctx, "birch", []collab.ShopID{"1", "2"})
			return err
		})},
		"stretch of links": {[]string{"(account=? AND partner=? AND remote>? AND remote<?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Ledger.Standings(ctx, "birch", []collab.ShopID{"1", "2"})
			return err
		})},
		"links by shop": {[]string{"mspkit_link_shop (account=? AND shop=?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Ledger.LinksOf(ctx, []collab.ShopID{"1", "2"})
			return err
		})},
		"events of a run": {[]string{"mspkit_event_run (account=? AND run=? AND partner=? AND remote>?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Ledger.Events(ctx, "r1", "birch", "5", 10)
			return err
		})},
		"history of a subject": {[]string{"mspkit_history_subject (account=? AND subject_kind=? AND subject_id=? AND id<?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Collab.History.List(ctx, collab.HistoryQuery{Subject: collab.Subject{Kind: "shop", ID: "1"}, Before: "x", Limit: 5})
			return err
		})},
		"history of a project": {[]string{"mspkit_history_project (account=? AND project=? AND id<?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Collab.History.List(ctx, collab.HistoryQuery{Project: "p1", Before: "x", Limit: 5})
			return err
		})},
		"nodes": {[]string{"(account=? AND set_id=? AND key>?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Locations.Trees.List(ctx, "c1", "k", 5)
			return err
		})},
		"children": {[]string{"mspkit_node_parent (account=? AND set_id=? AND parent=?)"}, view(func(ctx context.Context, v store.View) error {
			_, err := v.Locations.Trees.Children(ctx, "c1", []locations.Key{"a", "b"})
			return err
		})},
		"lease": {[]string{"SCAN m USING INDEX mspkit_message_open", "SEARCH o USING INDEX mspkit_message_stream (account=? AND stream=? AND id<?)"}, func() error {
			_, err := db.Messages().Lease(ctx, "me", noon, noon, 5)
			return err
		}},
		"next message": {[]string{"mspkit_message_", "SEARCH o USING INDEX mspkit_message_stream (account=? AND stream=? AND id<?)"}, func() error {
			_, err := db.Messages().Next(ctx)
			return err
		}},
		"parked messages": {[]string{"mspkit_message_list (account=? AND state=? AND id>?)"}, func() error {
			_, err := db.Messages().List(ctx, store.MessageQuery{Account: "alder", State: store.MessageParked, Limit: 5})
			return err
		}},
	} {
		log.take()
		require.NoError(t, c.run(), name)
		plan := ""
		for _, query := range log.take() {
			if !strings.HasPrefix(query, "SELECT") && !strings.HasPrefix(query, "UPDATE") {
				continue
			}
			rows, err := plain.QueryContext(ctx, "EXPLAIN QUERY PLAN "+query)
			require.NoError(t, err, name)
			for rows.Next() {
				var id, parent, unused int
				var detail string
				require.NoError(t, rows.Scan(&id, &parent, &unused, &detail))
				plan += detail + "\n"
			}
			require.NoError(t, rows.Close())
		}
		rest := plan
		for _, want := range c.want {
			_, after, ok := strings.Cut(rest, want)
			require.True(t, ok, "%s: want %q in:\n%s", name, want, plan)
			rest = after
		}
		if name != "counts" && name != "origins" { // these group or sort what is small
			require.NotContains(t, plan, "TEMP B-TREE", name)
		}
	}
}
