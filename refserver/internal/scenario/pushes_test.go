package scenario_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// A push that is started over the API goes on by itself, and can be asked how it stands.
func TestAPushIsStartedAndWatched(t *testing.T) {
	t.Parallel()
	w, alder, _, p, _ := two(t)
	ctx := t.Context()
	set, err := alder.Set(ctx, northwind)
	require.NoError(t, err)
	_, err = alder.EditSet(ctx, northwind, shapes.Edit{Revision: set.Revision, Edits: []shapes.EditNode{{Node: shapes.Node{Key: "1001", Name: "Pike Market"}, Fields: []string{"name"}}}})
	require.NoError(t, err)
	plan, err := alder.PlanPush(ctx, p.ID)
	require.NoError(t, err)

	run, err := alder.StartPush(ctx, p.ID, shapes.Push{Ours: plan.Ours.Revision, Theirs: plan.Theirs.Revision})
	require.NoError(t, err)
	require.Equal(t, []any{"running", 1, 1}, []any{run.State, run.Nodes, run.Updated})
	waited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var done shapes.PushRun
	require.NoError(t, apiclient.Wait(waited, func() (bool, error) {
		done, err = alder.PushRun(ctx, run.ID)
		return done.State != "running", err
	}))
	require.Equal(t, []any{"done", 1, plan.Ours.Revision, plan.Theirs.Revision + 1, ""}, []any{done.State, done.Staged, done.Source, done.Revision, done.LastError})
	require.False(t, done.EndedAt.IsZero())
	c, err := alder.CompareLocations(ctx, p.ID, "", 0)
	require.NoError(t, err)
	require.True(t, c.InSync)

	list, err := alder.Pushes(ctx, p.ID, "", 1)
	require.NoError(t, err)
	require.Equal(t, []shapes.PushRun{done}, list.Items)
	require.Equal(t, run.ID, list.Next, "the copy after the acceptance comes next")
	first, err := alder.Pushes(ctx, p.ID, list.Next, 5)
	require.NoError(t, err)
	require.Equal(t, "courier", first.Items[0].By)
	require.True(t, apiclient.Is(second(alder.StopPush(ctx, run.ID, "too late")), "state"))
	w.settle()
}
