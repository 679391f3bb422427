package collab_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

const cedarID collab.SystemID = "cedar"

// cedar adds a third system, on birch's store, registered with both others.
func (w *world) cedar() *collabtest.Side {
	w.t.Helper()
	db := w.Birch.DB
	c := &collabtest.Side{
		ID: cedarID, DB: db,
		Staff: collab.Actor{Name: "sam@cedar", System: cedarID}, Admin: collab.Actor{Name: "olga@cedar", System: cedarID, Operator: true},
	}
	c.Collab = collab.NewService(cedarID, store.Collab(db.For(string(cedarID))), collab.Config{Peer: w.Net.Peer(cedarID)})
	c.Locations = locations.NewService(store.Locations(db.For(string(cedarID))), locations.Config{Peer: w.Net.Places(cedarID)})
	w.Net.Systems[cedarID] = c.System
	require.NoError(w.t, c.Collab.SetModule(w.ctx, c.Admin, true))
	for _, other := range []*collabtest.Side{w.Alder, w.Birch} {
		_, err := other.Collab.Register(w.ctx, other.Admin, collabtest.PartnerOf(cedarID))
		require.NoError(w.t, err)
		_, err = c.Collab.Register(w.ctx, c.Admin, collabtest.PartnerOf(other.ID))
		require.NoError(w.t, err)
	}
	return c
}

// offer lets one system propose a project to cedar, which accepts it; the project is given as both have it.
func (w *world) offer(from, cedar *collabtest.Side, pr collab.Proposal) (ours, theirs collab.Project) {
	w.t.Helper()
	pr.Partner = cedarID
	p, err := from.Collab.Propose(w.ctx, from.Staff, pr)
	require.NoError(w.t, err)
	w.drain()
	_, err = cedar.Collab.Accept(w.ctx, cedar.Staff, p.ID, collab.Acceptance{Email: "ops@cedar.example", Agreed: true}, 0)
	require.NoError(w.t, err)
	w.drain()
	return w.project(from, p.ID), w.project(cedar, p.ID)
}

// testTwoSecondaries has two Secondaries with jobs of the same ids at the same places.
func testTwoSecondaries(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	cedar := w.cedar()
	second, theirs := w.offer(w.Alder, cedar, w.proposal())
	_, err := cedar.Collab.CreateShops(w.ctx, cedar.Staff, collabtest.NorthwindShops(theirs.Client, theirs.Survey))
	require.NoError(t, err)
	require.Equal(t, int64(4), w.imports(p.ID).Counts.Imported)
	require.Equal(t, int64(4), w.imports(second.ID).Counts.Imported, "birch's 501 and cedar's 501 are two shops")
	require.Equal(t, int64(4), w.imports(p.ID).Counts.Already)
	require.Equal(t, int64(4), w.imports(second.ID).Counts.Already)
}

// testChain lets birch pass work on to cedar: what cedar did reaches alder once birch has finalized it, and never twice.
func testChain(t *testing.T) {
	w := newWorld(t)
	p := w.propose(w.proposal())
	w.accept(p.ID)
	birch := w.project(w.Birch, p.ID)
	cedar := w.cedar()
	ours, theirs := w.offer(w.Birch, cedar, collab.Proposal{
		Client: birch.Client, Survey: birch.Survey, Target: collab.TargetNewClient, Terms: w.Birch.Collab.DefaultTerms(),
	})
	_, err := cedar.Collab.CreateShops(w.ctx, cedar.Staff, collabtest.NorthwindShops(theirs.Client, theirs.Survey)[:1])
	require.NoError(t, err)
	bring := func() collab.Shop {
		_, err = w.Birch.Collab.Import(w.ctx, w.Birch.Staff, ours.ID, collab.ImportOptions{})
		require.NoError(t, err)
		w.drain()
		var at collab.Shop
		w.view(w.Birch, func(ctx context.Context, v collab.View) error {
			shops, err := v.Shops.List(ctx, collab.ShopQuery{Survey: birch.Survey})
			require.Len(t, shops, 1)
			at = shops[0]
			return err
		})
		return at
	}
	atBirch := bring()
	require.Equal(t, collab.Counts{Held: []collab.ReasonCount{{Reason: collab.ReasonBelowExport, Count: 1}}}, w.imports(p.ID).Counts)
	w.save(w.Birch, atBirch.ID, status(collab.StatusFinalized))
	require.Equal(t, collab.Counts{Imported: 1}, w.imports(p.ID).Counts)
	atAlder := w.imported(atBirch.ID)
	require.Equal(t, collab.Origin{System: cedarID, ID: "501"}, atAlder.Content.Origin)
	require.Equal(t, cedarID, atAlder.Content.Score.By)

	// Cedar also works for alder directly, on the same survey of its own: the shop is here already.
	direct, seen := w.offer(w.Alder, cedar, w.proposal())
	require.NotEqual(t, theirs.Survey, seen.Survey)
	page, err := cedar.Collab.Inbound().Shops(w.ctx, collabtest.Birch, collab.HeaderQuery{Project: theirs.ID})
	require.NoError(t, err)
	require.Len(t, page.Headers, 1)
	page, err = cedar.Collab.Inbound().Shops(w.ctx, collabtest.Alder, collab.HeaderQuery{Project: direct.ID})
	require.NoError(t, err)
	require.Empty(t, page.Headers, "alder's project reaches alder's survey alone")
	_, err = cedar.Collab.Inbound().Shops(w.ctx, collabtest.Alder, collab.HeaderQuery{Project: theirs.ID})
	require.ErrorIs(t, err, collab.ErrNotFound)

	// A return goes down the chain step by step; cedar's shop keeps its own shopper throughout.
	w.save(w.Alder, atAlder.ID, answer("greeting", "no"))
	w.returns(collab.ReturnOptions{}, atAlder.ID)
	back := w.shop(w.Birch, atBirch.ID)
	require.Equal(t, "no", answerOf(back, "greeting"))
	require.Equal(t, "*collabShopper", back.Shopper)
	_, err = w.Birch.Collab.Return(w.ctx, w.Birch.Staff, []collab.ShopID{atBirch.ID}, collab.ReturnOptions{})
	require.NoError(t, err)
	w.drain()
	atCedar := w.shop(cedar, "501")
	require.Equal(t, "no", answerOf(atCedar, "greeting"))
	require.Equal(t, "M. Ortiz", atCedar.Shopper)
	require.Equal(t, collab.Origin{}, atCedar.Content.Origin)
	w.save(cedar, "501", status(collab.StatusFinalized))
	again := bring()
	require.Equal(t, collab.StatusCollaboration, again.Content.Status)
	require.True(t, again.Awaiting, "birch has not saved it yet")
	w.save(w.Birch, again.ID, status(collab.StatusFinalized))
	require.Equal(t, collab.Counts{Updated: 1}, w.imports(p.ID).Counts)
	want := w.shop(w.Alder, atAlder.ID)
	require.Equal(t, int64(1), w.link(atBirch.ID).Epoch)
	if d := cmp.Diff(atAlder.Content.Origin, want.Content.Origin); d != "" {
		t.Error(d)
	}
}
