package collab_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

func testAcceptNeedsEmailAndTick(t *testing.T) {
	w := newWorld(t)
	p := w.propose(w.proposal())
	require.Equal(t, "Pending", w.project(w.Alder, p.ID).Label())
	require.Equal(t, "Requires Attention", w.project(w.Birch, p.ID).Label())
	for _, acc := range []collab.Acceptance{{}, {Email: "ops@birch.example"}, {Agreed: true}, {Email: "not an address", Agreed: true}, {Email: "Ops <ops@birch.example>", Agreed: true}} {
		_, err := w.Birch.Collab.Accept(w.ctx, w.Birch.Staff, p.ID, acc, 0)
		require.ErrorIs(t, err, collab.ErrInvalid, "%+v", acc)
	}
	_, err := w.Birch.Collab.Accept(w.ctx, w.Birch.Staff, p.ID, collab.Acceptance{}, 0)
	var bad *collab.Invalid
	require.ErrorAs(t, err, &bad)
	require.Len(t, bad.Fields, 2, "both are said at once")
	require.Equal(t, collab.StateProposed, w.project(w.Birch, p.ID).State)
	w.accept(p.ID)
}

func testAcceptanceMakesEverything(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	birch := w.project(w.Birch, p.ID)
	require.Equal(t, collab.StateAccepted, p.State)
	require.Equal(t, collab.StateAccepted, birch.State)
	require.True(t, birch.Confirmed)
	require.Equal(t, p.TheirClient, birch.Client)
	require.Equal(t, p.TheirSurvey, birch.Survey)
	w.view(w.Birch, func(ctx context.Context, v collab.View) error {
		c, err := v.Clients.Client(ctx, birch.Client)
		require.NoError(t, err)
		require.Equal(t, "Northwind Coffee", c.Name)
		require.Equal(t, collab.Origin{System: collabtest.Alder, ID: "northwind"}, c.Origin)
		s, err := v.Surveys.Survey(ctx, birch.Survey)
		require.NoError(t, err)
		if diff := cmp.Diff(collabtest.NorthwindSurveys()[0].Content, s.Content); diff != "" {
			t.Errorf("the survey with its rules differs:\n%s", diff)
		}
		return nil
	})
	rows, err := w.Birch.Locations.List(w.ctx, locations.SetID(birch.Client), "", 100)
	require.NoError(t, err)
	levels := map[locations.Level]int{}
	for _, r := range rows {
		levels[r.Level]++
		if r.Key == "2002" {
			require.Equal(t, "DT", r.Place.Group)
		}
	}
	require.Equal(t, map[locations.Level]int{1: 6, 2: 4, 3: 2}, levels)
	head, err := w.Birch.Locations.Head(w.ctx, locations.SetID(birch.Client))
	require.NoError(t, err)
	_, err = w.Birch.Locations.Edit(w.ctx, w.Birch.Keys, locations.SetID(birch.Client), head.Revision, locations.Rename("3001", "Saint Paul Main"))
	require.ErrorIs(t, err, locations.ErrLocked)
}

func testAcceptIsIdempotent(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	before := w.project(w.Birch, p.ID)
	w.accept(p.ID)
	if diff := cmp.Diff(before, w.project(w.Birch, p.ID)); diff != "" {
		t.Error(diff)
	}
	_, err := w.Alder.Collab.Deactivate(w.ctx, w.Alder.Staff, p.ID, "over", 0)
	require.NoError(t, err)
	w.drain()
	_, err = w.Birch.Collab.Accept(w.ctx, w.Birch.Staff, p.ID, collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
	require.ErrorIs(t, err, collab.ErrState)
	_, err = w.Alder.Collab.Accept(w.ctx, w.Alder.Staff, p.ID, collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
	require.ErrorIs(t, err, collab.ErrParty, "the Primary does not accept its own proposal")
}

func testCounterOfferMovesAttention(t *testing.T) {
	w := newWorld(t)
	p := w.propose(w.proposal())
	ask := p.Terms.Clone()
	ask.FeePayer = collab.PartySecondary
	_, err := w.Birch.Collab.Counter(w.ctx, w.Birch.Staff, p.ID, collab.Ask{Terms: p.Terms}, 0)
	require.ErrorIs(t, err, collab.ErrInvalid, "asking for nothing is no answer")
	_, err = w.Birch.Collab.Counter(w.ctx, w.Birch.Staff, p.ID, collab.Ask{Terms: ask, Note: "we pay, you review"}, 0)
	require.NoError(t, err)
	w.drain()
	atAlder := w.project(w.Alder, p.ID)
	require.Equal(t, collab.StateProposed, atAlder.State)
	require.Equal(t, "Requires Attention", atAlder.Label())
	require.Equal(t, collab.PartySecondary, atAlder.Asked.Terms.FeePayer)
	require.Equal(t, "Pending", w.project(w.Birch, p.ID).Label())
	_, err = w.Alder.Collab.EditProposal(w.ctx, w.Alder.Staff, p.ID, atAlder.Asked.Terms, atAlder.Version)
	require.NoError(t, err)
	w.drain()
	atBirch := w.project(w.Birch, p.ID)
	require.Equal(t, "Requires Attention", atBirch.Label())
	require.Equal(t, collab.PartySecondary, atBirch.Terms.FeePayer)
	require.Nil(t, atBirch.Asked)
	_, err = w.Birch.Collab.Decline(w.ctx, w.Birch.Staff, p.ID, "", 0)
	require.ErrorIs(t, err, collab.ErrInvalid, "declining needs a reason")
}

// An acceptance counts only for the terms that it saw, in whichever order the messages arrive.
func testAcceptanceOfOldTermsDoesNotCount(t *testing.T) {
	for _, withdrawn := range []bool{false, true} {
		w := worldWith(t, collabtest.Options{Paired: true})
		p := w.propose(w.proposal())
		var err error
		if withdrawn {
			_, err = w.Alder.Collab.Withdraw(w.ctx, w.Alder.Staff, p.ID, "changed our minds", 0)
		} else {
			terms := p.Terms.Clone()
			terms.Export = collab.StatusLocked
			_, err = w.Alder.Collab.EditProposal(w.ctx, w.Alder.Staff, p.ID, terms, 0)
		}
		require.NoError(t, err)
		_, err = w.Birch.Collab.Accept(w.ctx, w.Birch.Staff, p.ID, collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
		require.NoError(t, err)
		require.False(t, w.project(w.Birch, p.ID).Confirmed)
		w.drain()
		a, b := w.project(w.Alder, p.ID), w.project(w.Birch, p.ID)
		if withdrawn {
			require.Equal(t, collab.StateWithdrawn, a.State)
			require.Equal(t, collab.StateWithdrawn, b.State)
			continue
		}
		require.Equal(t, "Pending", a.Label())
		require.Equal(t, "Requires Attention", b.Label())
		require.Equal(t, collab.StatusLocked, b.Terms.Export)
		w.accept(p.ID)
		require.Equal(t, collab.StateAccepted, w.project(w.Alder, p.ID).State)
		require.Equal(t, w.project(w.Alder, p.ID).TheirClient, w.project(w.Birch, p.ID).Client)
	}
}

func testSettingsNeedMaskAndMaster(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	change := collab.SettingsChange{Mask: []collab.Field{collab.FieldExport}, Terms: collab.Terms{Gate: collab.Gate{Export: collab.StatusClientFinalized}, LockLocations: false}}
	_, err := w.Alder.Collab.UpdateSettings(w.ctx, w.Alder.Staff, p.ID, change, 0)
	require.ErrorIs(t, err, collab.ErrInvalid, "without the master flag nothing changes")
	if diff := cmp.Diff(p, w.project(w.Alder, p.ID)); diff != "" {
		t.Error(diff)
	}
	change.Master = true
	_, err = w.Alder.Collab.UpdateSettings(w.ctx, w.Alder.Staff, p.ID, change, 0)
	require.NoError(t, err)
	w.drain()
	want := p.Terms.Clone()
	want.Export = collab.StatusClientFinalized
	for _, s := range []*collabtest.Side{w.Alder, w.Birch} {
		if diff := cmp.Diff(want, w.project(s, p.ID).Terms); diff != "" {
			t.Errorf("at %s only the export status changes:\n%s", s.ID, diff)
		}
	}
	_, err = w.Alder.Collab.UpdateSettings(w.ctx, w.Alder.Staff, p.ID, change, p.Version)
	require.ErrorIs(t, err, collab.ErrConflict, "somebody changed it since version %d", p.Version)
}

func testSecondaryChangesContactAndSharing(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	_, err := w.Alder.Collab.Progress(w.ctx, w.Alder.Staff, p.ID)
	require.ErrorIs(t, err, collab.ErrNotShared)
	_, err = w.Birch.Collab.UpdateSettings(w.ctx, w.Birch.Staff, p.ID, collab.SettingsChange{Mask: []collab.Field{collab.FieldContact, collab.FieldSharing}, Contact: "new@birch.example", Sharing: true}, 0)
	require.NoError(t, err)
	w.drain()
	at := w.project(w.Alder, p.ID)
	require.Equal(t, "new@birch.example", at.Contact)
	require.True(t, at.Sharing)
	counts, err := w.Alder.Collab.Progress(w.ctx, w.Alder.Staff, p.ID)
	require.NoError(t, err)
	require.Empty(t, counts)
	_, err = w.Birch.Collab.UpdateSettings(w.ctx, w.Birch.Staff, p.ID, collab.SettingsChange{Master: true, Mask: []collab.Field{collab.FieldExport}, Terms: collab.Terms{Gate: collab.Gate{Export: collab.StatusNew}}}, 0)
	require.ErrorIs(t, err, collab.ErrParty)
	require.Equal(t, p.Terms.Export, w.project(w.Birch, p.ID).Terms.Export)
}

func testInactiveProjectsDoNothing(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	_, err := w.Alder.Collab.Deactivate(w.ctx, w.Alder.Staff, p.ID, " ", 0)
	require.ErrorIs(t, err, collab.ErrInvalid, "a reason is needed")
	_, err = w.Alder.Collab.Deactivate(w.ctx, w.Alder.Staff, p.ID, "season is over", 0)
	require.NoError(t, err)
	w.drain()
	require.Equal(t, "Inactive", w.project(w.Birch, p.ID).Label())
	_, err = w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
	require.ErrorIs(t, err, collab.ErrState)
	_, err = w.Birch.Collab.Deactivate(w.ctx, w.Birch.Staff, p.ID, "no", 0)
	require.ErrorIs(t, err, collab.ErrParty)
	_, err = w.Alder.Collab.Activate(w.ctx, w.Alder.Staff, p.ID, 0)
	require.NoError(t, err)
	w.drain()
	require.Equal(t, "Accepted", w.project(w.Birch, p.ID).Label())
	_, err = w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
	require.NoError(t, err)
}

func TestForgetKeepsWhatPartnersMayStillRepeat(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	w := worldWith(t, collabtest.Options{Paired: true, Collab: func(_ collab.SystemID, cfg *collab.Config) { cfg.Now = func() time.Time { return now } }})
	w.accepted()
	n, err := w.Birch.Collab.Forget(w.ctx)
	require.NoError(t, err)
	require.Zero(t, n)
	now = now.Add(collab.KeepReplies + time.Second)
	n, err = w.Birch.Collab.Forget(w.ctx)
	require.NoError(t, err)
	require.Equal(t, 2, n, "the replies to the proposal and to its confirmation")
}
