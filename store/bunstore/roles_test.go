package bunstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// someShops makes shops with answers and scores, imported ones.
func someShops(n int) []collab.Shop {
	out := make([]collab.Shop, n)
	for i := range out {
		id := fmt.Sprintf("s%06d", i)
		out[i] = collab.Shop{
			ID: collab.ShopID(id), Client: "c1", Survey: "v1", Shopper: "*collabShopper", SavedBy: "import", SavedAt: noon,
			Content: collab.Content{
				Place: collab.PlaceKey(fmt.Sprintf("p%03d", i%100)), Status: collab.StatusCollaboration, Questions: "digest",
				Dates: collab.Dates{Start: noon, Due: noon.Add(time.Hour)},
				Answers: []collab.Answer{
					{Question: "q1", Value: "Yes"}, {Question: "q2", Value: "It's <good> & \"quoted\" ? öß", Comment: "why not"},
					{Question: "q3", Value: "a^b^c"}, {Question: "q4", Value: "The entrance was clean and well lit, the staff friendly."},
				},
				Score:    collab.Score{Earned: "8.5", Possible: "10", By: "birch", Sections: []collab.SectionScore{{Section: "a", Earned: "8.5", Possible: "10"}}},
				Comments: "fine", Origin: collab.Origin{System: "birch", ID: "b" + id},
			},
		}
	}
	return out
}

func TestRolesTogether(t *testing.T) { onEach(t, rolesTogether) }

func rolesTogether(t *testing.T, open opener) {
	db, _ := open(t, bunstore.Config{})
	ctx := context.Background()
	alder := db.For("alder")
	shops := someShops(1200)
	project := collab.Project{ID: "p1", Party: collab.PartyPrimary, Partner: "birch", Client: "c1", Survey: "v1", Target: collab.TargetNewClient,
		State: collab.StateProposed, Attention: collab.PartySecondary, Terms: collab.Terms{Gate: collab.Gate{Export: "Finalized", Except: []collab.Status{"Excluded"}}, FeePayer: collab.PartyPrimary},
		Asked: &collab.Ask{Terms: collab.Terms{Gate: collab.Gate{Export: "Reviewed"}}, Note: "earlier"}, CreatedAt: noon, ChangedAt: noon}
	require.NoError(t, alder.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		require.NoError(t, tx.Collab.Projects.Put(ctx, project))
		require.NoError(t, tx.Collab.Shops.Put(ctx, shops))
		require.NoError(t, tx.Locations.Trees.Stage(ctx, "push", []locations.Stored{
			{Node: locations.Node{Key: "k2", Parent: "k1", Level: 1, Name: "two", Place: locations.Place{City: "Ulm", Attributes: []locations.Attribute{{Name: "a", Value: "b"}}}}, Own: locations.Print{1}, Sub: locations.Print{2}, Edited: true},
			{Node: locations.Node{Key: "k1", Level: 2, Name: "one", Inactive: true}, Own: locations.Print{3}},
		}))
		return tx.Locations.Trees.Switch(ctx, "push", locations.Head{Set: "c1", Revision: 1, Root: locations.Print{9}, Nodes: 2}, 0)
	}))
	require.NoError(t, alder.View(ctx, func(ctx context.Context, v store.View) error {
		got, err := v.Collab.Projects.Project(ctx, "p1")
		require.NoError(t, err)
		want := project
		want.Version = 1
		require.Empty(t, cmp.Diff(want, got))

		ids := make([]collab.ShopID, len(shops))
		for i := range shops {
			ids[len(ids)-1-i] = shops[i].ID
			shops[i].Version = 1
		}
		back, err := v.Collab.Shops.ByID(ctx, ids)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(shops, back))

		counts, err := v.Collab.Shops.CountByStatus(ctx, "v1")
		require.NoError(t, err)
		require.Empty(t, cmp.Diff([]collab.StatusCount{{Status: collab.StatusCollaboration, Count: 1200}}, counts))
		origins, err := v.Collab.Shops.Origins(ctx, []collab.Origin{{System: "birch", ID: "bs000001"}, {System: "x", ID: "bs000001"}, {System: "birch", ID: "bs000000"}})
		require.NoError(t, err)
		require.Empty(t, cmp.Diff([]collab.OriginShop{{Origin: shops[0].Content.Origin, Shop: "s000000"}, {Origin: shops[1].Content.Origin, Shop: "s000001"}}, origins))

		nodes, err := v.Locations.Trees.List(ctx, "c1", "k1", 10)
		require.NoError(t, err)
		require.Len(t, nodes, 1)
		require.Equal(t, "Ulm", nodes[0].Place.City)
		children, err := v.Locations.Trees.Children(ctx, "c1", []locations.Key{"", "k1"})
		require.NoError(t, err)
		require.Empty(t, cmp.Diff([]locations.Entry{
			{Key: "k1", Level: 2, Own: locations.Print{3}, Inactive: true},
			{Key: "k2", Parent: "k1", Level: 1, Own: locations.Print{1}, Sub: locations.Print{2}, Edited: true},
		}, children))
		prints, err := v.Collab.Places.Prints(ctx, "c1", []collab.PlaceKey{"k2", "nowhere"})
		require.NoError(t, err)
		require.Len(t, prints, 1)
		return nil
	}))

	shops[3].Content.Comments = "saved again"
	require.NoError(t, alder.Update(ctx, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Shops.Put(ctx, shops[3:4]) }))
	for name, s := range map[string]collab.Shop{
		"stale":            shops[3],
		"there already":    {ID: "s000003"},
		"same origin":      {ID: "new", Content: collab.Content{Origin: shops[0].Content.Origin}},
		"not there":        {ID: "none", Version: 4},
		"to a used origin": {ID: "s000004", Version: 1, Content: collab.Content{Origin: shops[0].Content.Origin}},
	} {
		err := alder.Update(ctx, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Shops.Put(ctx, []collab.Shop{s}) })
		require.ErrorIs(t, err, collab.ErrConflict, name)
	}
	require.ErrorIs(t, db.For("birch").View(ctx, func(ctx context.Context, v store.View) error {
		_, err := v.Collab.Shops.Shop(ctx, "s000003")
		return err
	}), collab.ErrNotFound)
	require.ErrorIs(t, db.For("").View(ctx, nil), store.ErrNoAccount)
}

func TestQueueOrder(t *testing.T) { onEach(t, queueOrder) }

func queueOrder(t *testing.T, open opener) {
	var told []int64
	db, _ := open(t, bunstore.Config{OnMessages: collectIDs(&told)})
	ctx := context.Background()
	q := db.Messages()
	next, err := q.Next(ctx)
	require.NoError(t, err)
	require.True(t, next.IsZero())
	message := func(key, stream string, due time.Time) collab.Message {
		return collab.Message{Key: key, Stream: stream, Kind: "k", Payload: []byte(key), Due: due}
	}
	enqueue := func(ms ...collab.Message) {
		require.NoError(t, db.For("alder").Update(ctx, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Outbox.Enqueue(ctx, ms) }))
	}
	enqueue(message("a1", "a", noon), message("a2", "a", noon), message("b1", "b", noon.Add(time.Hour)), message("a1", "z", noon))
	enqueue(message("a2", "a", noon))
	require.Equal(t, []int64{1, 2, 3}, told)
	next, err = q.Next(ctx)
	require.NoError(t, err)
	require.Equal(t, noon, next)

	lease := func(now time.Time) []int64 {
		ms, err := q.Lease(ctx, "me", now, now.Add(time.Minute), 10)
		require.NoError(t, err)
		var ids []int64
		for _, m := range ms {
			ids = append(ids, m.ID)
		}
		return ids
	}
	require.Equal(t, []int64{1}, lease(noon)) // a2 waits for a1, b1 is not due
	require.Empty(t, lease(noon))
	_, err = q.LeaseOne(ctx, 2, "me", noon, noon.Add(time.Minute))
	require.ErrorIs(t, err, store.ErrLeaseLost)
	require.ErrorIs(t, q.Settle(ctx, 1, 7, store.Settlement{State: store.MessageDone, At: noon}), store.ErrLeaseLost)
	require.Error(t, q.Settle(ctx, 1, 1, store.Settlement{State: store.MessageLeased, At: noon}))
	n, err := q.Free(ctx, "me", noon)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, []int64{1}, lease(noon))
	require.Equal(t, []int64{1}, lease(noon.Add(time.Minute))) // the lease has run out
	require.NoError(t, q.Settle(ctx, 1, 3, store.Settlement{State: store.MessageParked, Reason: "no", At: noon}))
	require.Equal(t, []int64{2, 3}, lease(noon.Add(time.Hour)))
	require.NoError(t, q.Settle(ctx, 2, 1, store.Settlement{State: store.MessageDone, At: noon}))
	require.NoError(t, q.Settle(ctx, 3, 1, store.Settlement{State: store.MessageWaiting, NextAt: noon.Add(2 * time.Hour), Reason: "down", At: noon}))
	require.ErrorIs(t, q.Replay(ctx, "birch", 1, noon), store.ErrLeaseLost)
	require.NoError(t, q.Replay(ctx, "alder", 1, noon.Add(3*time.Hour)))
	next, err = q.Next(ctx)
	require.NoError(t, err)
	require.Equal(t, noon.Add(2*time.Hour), next)

	all, err := q.List(ctx, store.MessageQuery{Account: "alder"})
	require.NoError(t, err)
	base := store.Message{Account: "alder", Domain: store.DomainCollab, Kind: "k", CreatedAt: noon}
	m1, m2, m3 := base, base, base
	m1.ID, m1.Key, m1.Stream, m1.Payload, m1.State, m1.NextAt, m1.Token, m1.Reason = 1, "a1", "a", []byte("a1"), store.MessageWaiting, noon.Add(3*time.Hour), 3, "no"
	m2.ID, m2.Key, m2.Stream, m2.Payload, m2.State, m2.NextAt, m2.Token, m2.Attempts, m2.SettledAt = 2, "a2", "a", []byte("a2"), store.MessageDone, noon, 1, 1, noon
	m3.ID, m3.Key, m3.Stream, m3.Payload, m3.State, m3.NextAt, m3.Token, m3.Attempts, m3.Reason, m3.CreatedAt = 3, "b1", "b", []byte("b1"), store.MessageWaiting, noon.Add(2*time.Hour), 1, 1, "down", noon.Add(time.Hour)
	require.Empty(t, cmp.Diff([]store.Message{m1, m2, m3}, all))
}
