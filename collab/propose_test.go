package collab_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

func testModuleOnBothSides(t *testing.T) {
	w := newWorld(t)
	for _, off := range []*collabtest.Side{w.Birch, w.Alder} {
		require.NoError(t, off.Collab.SetModule(w.ctx, off.Admin, false))
		err := w.refused(w.proposal(), collab.ErrModuleOff)
		var named *collab.ModuleError
		require.ErrorAs(t, err, &named)
		require.Equal(t, off.ID, named.System, "the error names the side that lacks it")
		require.NoError(t, off.Collab.SetModule(w.ctx, off.Admin, true))
	}
	w.propose(w.proposal())
}

func testOnlyRegisteredPartners(t *testing.T) {
	w := newWorld(t)
	p := w.proposal()
	p.Partner = "cedar"
	w.refused(p, collab.ErrPartner)
	_, err := w.Alder.Collab.Revoke(w.ctx, w.Alder.Admin, collabtest.Birch)
	require.NoError(t, err)
	w.refused(w.proposal(), collab.ErrPartner)
	_, err = w.Alder.Collab.Register(w.ctx, w.Alder.Staff, collabtest.PartnerOf(collabtest.Birch))
	require.ErrorIs(t, err, collab.ErrForbidden, "an operator registers partners")
	_, err = w.Alder.Collab.Register(w.ctx, w.Alder.Admin, collabtest.PartnerOf(collabtest.Birch))
	require.NoError(t, err)
	w.propose(w.proposal())
}

func testNoSelfCollaboration(t *testing.T) {
	w := newWorld(t)
	p := w.proposal()
	p.Partner = collabtest.Alder
	w.refused(p, collab.ErrInvalid)
}

func testPrimaryAndSecondaryAtOnce(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	// Birch is Secondary of Dine-In; it can be Primary of a client of its own.
	_, err := w.Birch.Collab.SaveClient(w.ctx, w.Birch.Staff, collab.Client{ID: "own", Name: "Own Client"})
	require.NoError(t, err)
	survey := collabtest.NorthwindSurveys()[1]
	survey.ID, survey.Client = "own-survey", "own"
	_, err = w.Birch.Collab.SaveSurvey(w.ctx, w.Birch.Staff, survey)
	require.NoError(t, err)
	back, err := w.Birch.Collab.Propose(w.ctx, w.Birch.Staff, collab.Proposal{Partner: collabtest.Alder, Client: "own", Survey: "own-survey", Target: collab.TargetNewClient, Terms: w.Birch.Collab.DefaultTerms()})
	require.NoError(t, err)
	w.drain()
	require.Equal(t, collab.PartySecondary, w.project(w.Alder, back.ID).Party)
	require.Equal(t, collab.PartyPrimary, w.project(w.Alder, p.ID).Party)
}

func testEveryReasonAtOnce(t *testing.T) {
	w := newWorld(t)
	_, err := w.Alder.Collab.Propose(w.ctx, w.Alder.Staff, collab.Proposal{Partner: collabtest.Birch, Client: "nobody", Survey: "none"})
	var bad *collab.Invalid
	require.ErrorAs(t, err, &bad)
	var fields []string
	for _, f := range bad.Fields {
		fields = append(fields, f.Field)
	}
	if diff := cmp.Diff([]string{"target", "client", "survey", "terms.export", "terms.fee_payer"}, fields); diff != "" {
		t.Error(diff)
	}
}

func testCopyNeedsAnAcceptedProject(t *testing.T) {
	w := newWorld(t)
	p := w.proposal()
	p.Target = collab.TargetCopy
	w.refused(p, collab.ErrState)
	w.accepted()
	p.Survey, p.Terms.Rules = collabtest.DriveThru, false
	second := w.propose(p)
	require.Equal(t, "Requires Attention", w.project(w.Birch, second.ID).Label())
	w.accept(second.ID)
	var clients []collab.Client
	w.view(w.Birch, func(ctx context.Context, v collab.View) (err error) {
		clients, err = v.Clients.List(ctx, "", 10)
		return err
	})
	require.Len(t, clients, 1, "there is no second Northwind")
}

func testLowExportStatusWarns(t *testing.T) {
	w := newWorld(t)
	p := w.proposal()
	p.Terms.Export = collab.StatusCompleted
	check, err := w.Alder.Collab.CheckProposal(w.ctx, w.Alder.Staff, p)
	require.NoError(t, err)
	require.NoError(t, check.Refused)
	require.Len(t, check.Warnings, 1)
	require.Equal(t, "low_export_status", check.Warnings[0].Code)
	want := []collab.Status{collab.StatusCompleted, collab.StatusCollaboration, collab.StatusExcluded, collab.StatusHoldA, collab.StatusHoldB, collab.StatusReviewed}
	if diff := cmp.Diff(want, check.Warnings[0].Statuses); diff != "" {
		t.Error(diff)
	}
	require.Zero(t, w.projects(w.Alder), "a check writes nothing")
	p.Terms.Export = collab.StatusFinalized
	require.Empty(t, w.Alder.Collab.Warnings(p.Terms))
	p.Terms.CopyLocations = false
	require.Equal(t, "locations_not_copied", w.Alder.Collab.Warnings(p.Terms)[0].Code)
	p.Terms.Export = "Nearly Done"
	w.refused(p, collab.ErrInvalid)
}

func testRulesOnlyWhereThereAreSome(t *testing.T) {
	w := newWorld(t)
	w.accepted()
	p := w.proposal()
	p.Target, p.Survey = collab.TargetCopy, collabtest.DriveThru
	w.refused(p, collab.ErrInvalid)
	p.Terms.Rules = false
	w.propose(p)
}

func testRulesTravelOnlyWhenTicked(t *testing.T) {
	w := newWorld(t)
	p := w.proposal()
	p.Terms.Rules = false
	id := w.propose(p).ID
	w.accept(id)
	var survey collab.Survey
	w.view(w.Birch, func(ctx context.Context, v collab.View) (err error) {
		survey, err = v.Surveys.Survey(ctx, w.project(w.Birch, id).Survey)
		return err
	})
	require.Empty(t, survey.Content.Rules)
	require.Len(t, survey.Content.Sections, 2)
}

func testNothingRunsBeforeAcceptance(t *testing.T) {
	w := newWorld(t)
	p := w.propose(w.proposal())
	_, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
	require.ErrorIs(t, err, collab.ErrState)
	var state *collab.StateError
	require.ErrorAs(t, err, &state)
	require.Equal(t, collab.StateProposed, state.State)
	require.Empty(t, w.project(w.Birch, p.ID).Client, "nothing is made before acceptance")
}

func testOnePendingUntilTheFirstIsAccepted(t *testing.T) {
	w := newWorld(t)
	first := w.propose(w.proposal())
	second := w.proposal()
	second.Survey, second.Terms.Rules = collabtest.DriveThru, false
	err := w.refused(second, collab.ErrPending)
	require.ErrorContains(t, err, string(first.ID), "the error names the pending one")
	_, err = w.Alder.Collab.Withdraw(w.ctx, w.Alder.Staff, first.ID, "other survey first", 0)
	require.NoError(t, err)
	w.drain()
	require.Equal(t, collab.StateWithdrawn, w.project(w.Birch, first.ID).State)
	again := w.propose(second)
	_, err = w.Birch.Collab.Decline(w.ctx, w.Birch.Staff, again.ID, "no shoppers there", 0)
	require.NoError(t, err)
	w.drain()
	require.Equal(t, collab.StateDeclined, w.project(w.Alder, again.ID).State)
	w.accepted()
}

func testFurtherProjectsPickTheClient(t *testing.T) {
	w := newWorld(t)
	w.accepted()
	p := w.proposal()
	p.Target, p.Survey, p.Terms.Rules = collab.TargetCopy, collabtest.DriveThru, false
	a := w.propose(p)
	third := collabtest.NorthwindSurveys()[1]
	third.ID, third.Content.Name = "curbside", "Curbside"
	_, err := w.Alder.Collab.SaveSurvey(w.ctx, w.Alder.Staff, third)
	require.NoError(t, err)
	p.Survey = "curbside"
	b := w.propose(p) // while a is pending: allowed
	for _, id := range []collab.ProjectID{a.ID, b.ID} {
		require.Equal(t, "Requires Attention", w.project(w.Birch, id).Label())
	}
	w.accept(b.ID)
	require.Equal(t, "Accepted", w.project(w.Alder, b.ID).Label())
	require.Equal(t, "Pending", w.project(w.Alder, a.ID).Label(), "each is accepted on its own")
}

func testNoSecondLiveProject(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	again := w.proposal()
	again.Target = collab.TargetCopy
	w.refused(again, collab.ErrDuplicate)
	_, err := w.Alder.Collab.Deactivate(w.ctx, w.Alder.Staff, p.ID, "season is over", 0)
	require.NoError(t, err)
	w.drain()
	second := w.propose(again)
	_, err = w.Alder.Collab.Activate(w.ctx, w.Alder.Staff, p.ID, 0)
	require.ErrorIs(t, err, collab.ErrDuplicate)
	require.Equal(t, collab.StateInactive, w.project(w.Alder, p.ID).State)
	_, err = w.Alder.Collab.Withdraw(w.ctx, w.Alder.Staff, second.ID, "", 0)
	require.NoError(t, err)
	_, err = w.Alder.Collab.Activate(w.ctx, w.Alder.Staff, p.ID, 0)
	require.NoError(t, err)
}

func testCreateNewRefusedWhereTheClientIs(t *testing.T) {
	w := newWorld(t)
	w.accepted()
	p := w.proposal()
	p.Survey, p.Terms.Rules = collabtest.DriveThru, false
	err := w.refused(p, collab.ErrClientThere)
	require.ErrorContains(t, err, "Northwind Coffee")
	require.ErrorContains(t, err, "copy the survey")
}

func testDistributionMustLieAboveCollaboration(t *testing.T) {
	w := newWorld(t)
	survey := collabtest.NorthwindSurveys()[0]
	survey.ID, survey.Content.Distribution = "eager", collab.StatusCollaboration
	_, err := w.Alder.Collab.SaveSurvey(w.ctx, w.Alder.Staff, survey)
	require.NoError(t, err)
	p := w.proposal()
	p.Survey = "eager"
	w.refused(p, collab.ErrInvalid)
}

func testNobodyElseActs(t *testing.T) {
	w := newWorld(t)
	stranger := collab.Actor{Name: "eve", System: collabtest.Birch, Operator: true}
	_, err := w.Alder.Collab.Propose(w.ctx, stranger, w.proposal())
	require.ErrorIs(t, err, collab.ErrForbidden)
	require.ErrorIs(t, w.Alder.Collab.SetModule(w.ctx, w.Alder.Staff, false), collab.ErrForbidden, "staff do not switch the module")
	require.True(t, errors.Is(w.Alder.Collab.SetModule(w.ctx, stranger, false), collab.ErrForbidden))
	on, err := w.Alder.Collab.ModuleOn(w.ctx)
	require.NoError(t, err)
	require.True(t, on)
}

func testModuleOffHidesTheArea(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	look := func(a collab.Actor) error {
		return w.Birch.Collab.Read(w.ctx, a, func(ctx context.Context, v collab.View) error {
			_, err := v.Projects.Project(ctx, p.ID)
			return err
		})
	}
	require.NoError(t, look(w.Birch.Staff))
	require.ErrorIs(t, look(w.Alder.Staff), collab.ErrForbidden)
	require.NoError(t, w.Birch.Collab.SetModule(w.ctx, w.Birch.Admin, false))
	require.ErrorIs(t, look(w.Birch.Staff), collab.ErrModuleOff)
	_, err := w.Birch.Collab.UpdateSettings(w.ctx, w.Birch.Staff, p.ID, collab.SettingsChange{Mask: []collab.Field{collab.FieldSharing}, Sharing: true}, 0)
	require.ErrorIs(t, err, collab.ErrModuleOff)
	_, err = w.Birch.Collab.Inbound().Shops(w.ctx, collabtest.Alder, collab.HeaderQuery{Project: p.ID})
	require.ErrorIs(t, err, collab.ErrModuleOff)
	h, err := w.Birch.Collab.Inbound().Hello(w.ctx, collabtest.Alder, collab.Hello{Protocol: collab.Protocol})
	require.NoError(t, err, "the handshake still answers")
	require.False(t, h.ModuleOn, "and says so")
	on, err := w.Birch.Collab.ModuleOn(w.ctx)
	require.NoError(t, err)
	require.False(t, on, "the switch can be seen")
}

func TestPointsAndPageSizesAreNumbersInRange(t *testing.T) {
	w := newWorld(t)
	survey := collabtest.NorthwindSurveys()[1]
	survey.ID, survey.Content.Sections[0].Questions[0].Options[0].Points = "odd", "abc"
	_, err := w.Alder.Collab.SaveSurvey(w.ctx, w.Alder.Staff, survey)
	require.ErrorIs(t, err, collab.ErrInvalid)
	survey.Content.Sections[0].Questions[0].Options[0].Points = "-2.5"
	_, err = w.Alder.Collab.SaveSurvey(w.ctx, w.Alder.Staff, survey)
	require.NoError(t, err)
	p := w.accepted()
	for _, size := range []int{-1, collab.MaxPage + 1} {
		_, err = w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{PageSize: size})
		require.ErrorIs(t, err, collab.ErrInvalid)
	}
	run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
	require.NoError(t, err)
	require.Equal(t, collab.MaxPage, run.PageSize)
}
