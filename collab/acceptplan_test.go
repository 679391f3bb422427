package collab_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

func TestPlanAcceptSaysWhatIsMade(t *testing.T) {
	w := newWorld(t)
	p := w.propose(w.proposal())
	plan, err := w.Birch.Collab.PlanAccept(w.ctx, w.Birch.Staff, p.ID)
	require.NoError(t, err)
	want := collab.AcceptPlan{Project: w.project(w.Birch, p.ID), Content: collabtest.NorthwindSurveys()[0].Content}
	if diff := cmp.Diff(want, plan); diff != "" {
		t.Errorf("the first project brings client and survey:\n%s", diff)
	}
	_, err = w.Alder.Collab.PlanAccept(w.ctx, w.Alder.Staff, p.ID)
	require.ErrorIs(t, err, collab.ErrParty)
	w.accept(p.ID)
	_, err = w.Birch.Collab.PlanAccept(w.ctx, w.Birch.Staff, p.ID)
	require.ErrorIs(t, err, collab.ErrState)

	next := w.proposal()
	next.Survey, next.Target, next.Terms.Rules = collabtest.DriveThru, collab.TargetCopy, false
	second := w.propose(next)
	plan, err = w.Birch.Collab.PlanAccept(w.ctx, w.Birch.Staff, second.ID)
	require.NoError(t, err)
	require.Equal(t, w.project(w.Birch, p.ID).Client, plan.Client.ID, "the client of the first project is used")
	require.Empty(t, plan.Survey.ID)

	_, err = w.Birch.Collab.Accept(w.ctx, w.Birch.Staff, second.ID, collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
	require.NoError(t, err)
	_, err = w.Alder.Collab.Withdraw(w.ctx, w.Alder.Staff, second.ID, "", 0) // before the acceptance arrives: it does not count
	require.NoError(t, err)
	w.drain()
	third := w.propose(next)
	plan, err = w.Birch.Collab.PlanAccept(w.ctx, w.Birch.Staff, third.ID)
	require.NoError(t, err)
	require.Equal(t, collab.Origin{System: collabtest.Alder, ID: "drive-thru"}, plan.Survey.Origin, "the survey is here already and would be renewed")
}
