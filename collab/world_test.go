package collab_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

// world is a Pair on two stores in memory, with Northwind at alder.
type world struct {
	*collabtest.Pair
	t   *testing.T
	ctx context.Context
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	return worldWith(t, collabtest.Options{Paired: true})
}

func memory() store.DB { return memstore.New(memstore.Config{}) }

// worldOf is a pair on two stores, with nothing in them.
func worldOf(t *testing.T, alder, birch store.DB, o collabtest.Options) *world {
	t.Helper()
	p, err := collabtest.NewPair(t.Context(), alder, birch, o)
	require.NoError(t, err)
	return &world{p, t, t.Context()}
}

func worldWith(t *testing.T, o collabtest.Options) *world {
	t.Helper()
	w := worldOf(t, memory(), memory(), o)
	require.NoError(t, collabtest.SeedNorthwind(w.ctx, w.Alder))
	return w
}

// proposal is alder's usual offer of Dine-In to birch.
func (w *world) proposal() collab.Proposal {
	terms := w.Alder.Collab.DefaultTerms()
	terms.Rules = true
	return collab.Proposal{Partner: collabtest.Birch, Client: collabtest.Northwind, Survey: collabtest.DineIn, Target: collab.TargetNewClient, Terms: terms}
}

func (w *world) propose(p collab.Proposal) collab.Project {
	w.t.Helper()
	out, err := w.Alder.Collab.Propose(w.ctx, w.Alder.Staff, p)
	require.NoError(w.t, err)
	w.drain()
	return out
}

func (w *world) drain() {
	w.t.Helper()
	require.NoError(w.t, w.Drain(w.ctx))
}

// accepted proposes Dine-In and accepts it.
func (w *world) accepted() collab.Project {
	w.t.Helper()
	p := w.propose(w.proposal())
	w.accept(p.ID)
	return w.project(w.Alder, p.ID)
}

func (w *world) accept(id collab.ProjectID) {
	w.t.Helper()
	_, err := w.Birch.Collab.Accept(w.ctx, w.Birch.Staff, id, collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
	require.NoError(w.t, err)
	w.drain()
}

func (w *world) project(s *collabtest.Side, id collab.ProjectID) collab.Project {
	w.t.Helper()
	var p collab.Project
	w.view(s, func(ctx context.Context, v collab.View) (err error) {
		p, err = v.Projects.Project(ctx, id)
		return err
	})
	return p
}

func (w *world) view(s *collabtest.Side, fn func(context.Context, collab.View) error) {
	w.t.Helper()
	require.NoError(w.t, store.Collab(s.DB.For(string(s.ID))).View(w.ctx, fn))
}

// projects counts a side's projects.
func (w *world) projects(s *collabtest.Side) int {
	w.t.Helper()
	var n int
	w.view(s, func(ctx context.Context, v collab.View) error {
		ps, err := v.Projects.List(ctx, collab.ProjectQuery{})
		n = len(ps)
		return err
	})
	return n
}

// refused proposes, wants the sentinel, and wants nothing written.
func (w *world) refused(p collab.Proposal, want error) error {
	w.t.Helper()
	before := w.projects(w.Alder)
	_, err := w.Alder.Collab.Propose(w.ctx, w.Alder.Staff, p)
	require.ErrorIs(w.t, err, want)
	require.Equal(w.t, before, w.projects(w.Alder), "a refused proposal writes nothing")
	return err
}
