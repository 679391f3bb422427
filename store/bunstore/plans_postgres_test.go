package bunstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// Each of these is answered through its index, by conditions on the index and none on what it finds: in tables that the database has not looked at
// since they grew, and after it has. Nodes by key are the exception: before it has looked, the database takes the index by parents for as good.
func TestListsUseIndexesOnPostgres(t *testing.T) {
	t.Parallel()
	pgtest.Need(t)
	db, host, said := openSpoken(t)
	ctx := t.Context()
	shops := pageOfShops(0, 4000)
	for i := range shops {
		shops[i].Survey = collab.SurveyID(fmt.Sprint("v", i%40))
	}
	require.NoError(t, db.For("alder").Update(ctx, func(ctx context.Context, tx store.Tx) error {
		if err := writePage(ctx, tx.Collab, shops); err != nil {
			return err
		}
		nodes := make([]locations.Stored, len(shops))
		for i := range nodes {
			nodes[i].Key, nodes[i].Parent = locations.Key(shops[i].ID), locations.Key(fmt.Sprint(i/4))
		}
		if err := tx.Locations.Trees.Stage(ctx, "push", nodes); err != nil {
			return err
		}
		return tx.Locations.Trees.Switch(ctx, "push", locations.Head{Set: "c1", Revision: 1}, 0)
	}))
	ids, origins, keys, parents := make([]collab.ShopID, 500), make([]collab.Origin, 500), make([]locations.Key, 500), make([]locations.Key, 100)
	for i := range ids {
		s := &shops[7*i]
		ids[i], origins[i], keys[i], parents[i/5] = s.ID, s.Content.Origin, locations.Key(s.ID), locations.Key(fmt.Sprint(i/5))
	}
	remote := make([]collab.ShopID, len(ids))
	for i := range remote {
		remote[i] = collab.ShopID(origins[i].ID)
	}
	lists := []struct {
		index, condition string
		read             func(ctx context.Context, v store.View) error
	}{
		{"mspkit_shop_pkey", "(id = asked.id)", func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Shops.ByID(ctx, ids)
			return err
		}},
		{"mspkit_shop_origin", "(origin_id = asked.id)", func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Shops.Origins(ctx, origins)
			return err
		}},
		{"mspkit_link_pkey", "(remote = asked.id)", func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Ledger.Links(ctx, "birch", remote)
			return err
		}},
		{"mspkit_link_pkey", "(remote <= 'bs0000499'::text)", func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Ledger.Standings(ctx, "birch", []collab.ShopID{"bs0000000", "bs0000499"})
			return err
		}},
		{"mspkit_link_shop", "(shop = asked.id)", func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Ledger.LinksOf(ctx, ids)
			return err
		}},
		{"mspkit_node_pkey", "(key = asked.id)", func(ctx context.Context, v store.View) error {
			_, err := v.Locations.Trees.Nodes(ctx, "c1", keys)
			return err
		}},
		{"mspkit_node_parent", "(parent = asked.id)", func(ctx context.Context, v store.View) error {
			_, err := v.Locations.Trees.Children(ctx, "c1", parents)
			return err
		}},
		{"mspkit_shop_survey", "(id > 's0000100'::text)", func(ctx context.Context, v store.View) error {
			_, err := v.Collab.Shops.List(ctx, collab.ShopQuery{Survey: "v1", After: "s0000100", Limit: 50})
			return err
		}},
		{"mspkit_history_subject", "(subject_id = 's0000100'::text)", func(ctx context.Context, v store.View) error {
			_, err := v.Collab.History.List(ctx, collab.HistoryQuery{Subject: collab.Subject{Kind: "shop", ID: "s0000100"}, Limit: 5})
			return err
		}},
	}
	for _, state := range []string{"", "ANALYZE"} {
		if state != "" {
			_, err := host.ExecContext(ctx, state)
			require.NoError(t, err)
		}
		for _, c := range lists {
			said.take()
			require.NoError(t, db.For("alder").View(ctx, c.read))
			queries := said.take()
			require.NotEmpty(t, queries)
			var lines []string
			require.NoError(t, host.NewRaw("EXPLAIN "+strings.ReplaceAll(queries[0], "?", "\\?")).Scan(ctx, &lines))
			plan := strings.Join(lines, "\n")
			where := fmt.Sprintf("%s%s in:\n%s", state, c.condition, plan)
			if state != "" || c.index != "mspkit_node_pkey" {
				require.Contains(t, plan, c.index, where)
			}
			require.NotContains(t, plan, "Seq Scan", where)
			require.Regexp(t, `Index Cond: .*`+strings.NewReplacer("(", `\(`, ")", `\)`).Replace(c.condition), plan, where)
		}
	}
}
