package collab_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

// termsOf is what alder would say of a project.
func (w *world) termsOf(id collab.ProjectID) collab.TermsNotice {
	p := w.project(w.Alder, id)
	return collab.TermsNotice{
		Project: id, Rev: p.TermsRev, State: p.State, Target: p.Target, Client: p.Client, Name: p.ClientName, Survey: p.Survey, Title: p.SurveyName,
		Terms: p.Terms, SurveyRev: p.SurveyRev, Heard: p.AnswerRev,
	}
}

// tell brings a notice to birch as if alder had sent it.
func (w *world) tell(key string, n collab.TermsNotice) error {
	return w.Birch.Collab.Inbound().Terms(w.ctx, collabtest.Alder, collab.Call{Key: key}, n)
}

func TestFixedFieldsStayAsTheyWereProposed(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	before := w.project(w.Birch, p.ID)
	for name, change := range map[string]func(*collab.TermsNotice){
		"client": func(n *collab.TermsNotice) { n.Client = "other" },
		"survey": func(n *collab.TermsNotice) { n.Survey = collab.SurveyID(collabtest.DriveThru) },
		"target": func(n *collab.TermsNotice) { n.Target = collab.TargetCopy },
	} {
		n := w.termsOf(p.ID)
		n.Rev++
		change(&n)
		require.ErrorIs(t, w.tell(name, n), collab.ErrInvalid, name)
	}
	require.Equal(t, before, w.project(w.Birch, p.ID))
	n := w.termsOf(p.ID)
	n.Rev++
	require.NoError(t, w.tell("the same", n))
	require.Equal(t, n.Rev, w.project(w.Birch, p.ID).TermsRev)
}

func TestNobodyReachesAnothersProject(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	w.cedar()
	n := w.termsOf(p.ID)
	n.Rev++
	err := w.Birch.Collab.Inbound().Terms(w.ctx, cedarID, collab.Call{Key: "k"}, n)
	require.ErrorIs(t, err, collab.ErrNotFound)
	_, err = w.Alder.Collab.Inbound().Answer(w.ctx, cedarID, collab.Call{Key: "k"}, collab.AnswerNotice{Project: p.ID, Rev: 9, Decision: collab.DecisionDecline, Reason: "no"})
	require.ErrorIs(t, err, collab.ErrNotFound)
	// Nor does the right partner in the wrong role.
	err = w.Alder.Collab.Inbound().Terms(w.ctx, collabtest.Birch, collab.Call{Key: "k"}, n)
	require.ErrorIs(t, err, collab.ErrNotFound)
	_, err = w.Birch.Collab.Inbound().Answer(w.ctx, collabtest.Alder, collab.Call{Key: "k"}, collab.AnswerNotice{Project: p.ID, Rev: 9, Decision: collab.DecisionDecline, Reason: "no"})
	require.ErrorIs(t, err, collab.ErrNotFound)
}

func TestTermsAreBounded(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	n := w.termsOf(p.ID)
	n.Rev++
	for range 1000 {
		n.Terms.Except = append(n.Terms.Except, collab.StatusHoldA)
	}
	require.ErrorIs(t, w.tell("many", n), collab.ErrInvalid)
	n.Terms.Except = []collab.Status{collab.Status(strings.Repeat("x", 1<<20))}
	err := w.tell("long", n)
	require.ErrorIs(t, err, collab.ErrInvalid)
	require.Less(t, len(err.Error()), 1000, "what a partner sends is not repeated at length")
}

// A withdrawal that overtakes its proposal stands when the proposal comes after all.
func TestWithdrawnBeforeItWasHeardOf(t *testing.T) {
	w := newWorld(t)
	p, err := w.Alder.Collab.Propose(w.ctx, w.Alder.Staff, w.proposal())
	require.NoError(t, err)
	late := w.termsOf(p.ID)
	late.Content = &collabtest.NorthwindSurveys()[0].Content
	_, err = w.Alder.Collab.Withdraw(w.ctx, w.Alder.Staff, p.ID, "no more", 0)
	require.NoError(t, err)
	w.drain()
	require.NoError(t, w.tell("late", late))
	require.Equal(t, collab.StateWithdrawn, w.project(w.Birch, p.ID).State)
	require.Equal(t, "no more", w.project(w.Birch, p.ID).Reason)
}

// Terms whose reply was lost say something else when they are sent again: the partner has answered, or the survey moved on. They
// are no repeat then, and not given up for being one.
func TestTermsSentAgainSayHowThingsStandNow(t *testing.T) {
	for name, meanwhile := range map[string]func(*world, collab.ProjectID){
		"the partner has answered": func(w *world, id collab.ProjectID) {
			_, err := w.Birch.Collab.UpdateSettings(w.ctx, w.Birch.Staff, id, collab.SettingsChange{Mask: []collab.Field{collab.FieldSharing}, Sharing: true}, 0)
			require.NoError(w.t, err)
			w.drain()
		},
		"the survey has moved on": func(w *world, id collab.ProjectID) {
			s := &surveys{w, id}
			s.edit(w.Alder, askMore)
			require.NoError(w.t, s.update(s.plan(), collab.SurveyPolicy{}))
		},
	} {
		t.Run(name, func(t *testing.T) { testTermsSentAgain(t, meanwhile) })
	}
}

func testTermsSentAgain(t *testing.T, meanwhile func(*world, collab.ProjectID)) {
	w := newWorld(t)
	p := w.accepted()
	_, err := w.Alder.Collab.UpdateSettings(w.ctx, w.Alder.Staff, p.ID, collab.SettingsChange{Master: true, Mask: []collab.Field{collab.FieldRules}}, 0)
	require.NoError(t, err)
	lose := true
	w.Net.After = func(_, _ collab.SystemID, op string) error {
		if lose && op == "terms" {
			lose = false
			return fmt.Errorf("lost: %w", collab.ErrPeer)
		}
		return nil
	}
	require.ErrorIs(t, w.Drain(w.ctx), collab.ErrPeer)
	meanwhile(w, p.ID)
	w.settle() // and nothing is given up
	require.Equal(t, w.project(w.Alder, p.ID).TermsRev, w.project(w.Birch, p.ID).TermsRev)
	require.Equal(t, w.project(w.Alder, p.ID).SurveyRev, w.project(w.Birch, p.ID).SurveyRev)
}

// Terms that were on their way while the survey was updated do not take that back.
func TestLateTermsLeaveTheSurveyAlone(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	_, err := w.Alder.Collab.UpdateSettings(w.ctx, w.Alder.Staff, p.ID, collab.SettingsChange{Master: true, Mask: []collab.Field{collab.FieldRules}}, 0)
	require.NoError(t, err)
	late := w.termsOf(p.ID)
	s := &surveys{w, p.ID}
	s.edit(w.Alder, func(c *collab.SurveyContent) { c.Name = "Dine-In 2" })
	require.NoError(t, s.update(s.plan(), collab.SurveyPolicy{}))
	require.NoError(t, w.tell("late", late))
	at := w.project(w.Birch, p.ID)
	require.Equal(t, int64(2), at.SurveyRev)
	require.Equal(t, "Dine-In 2", at.SurveyName)
	require.Equal(t, late.Rev, at.TermsRev)
}

func TestDoingItTwiceIsDoingItOnce(t *testing.T) {
	w := newWorld(t)
	p := w.propose(w.proposal())
	ask := collab.Ask{Terms: p.Terms, Note: "call us"}
	once, err := w.Birch.Collab.Counter(w.ctx, w.Birch.Staff, p.ID, ask, 0)
	require.NoError(t, err)
	twice, err := w.Birch.Collab.Counter(w.ctx, w.Birch.Staff, p.ID, ask, 0)
	require.NoError(t, err)
	require.Equal(t, once, twice)
	other := ask
	other.Note = "call us today"
	third, err := w.Birch.Collab.Counter(w.ctx, w.Birch.Staff, p.ID, other, 0)
	require.NoError(t, err)
	require.Equal(t, once.AnswerRev+1, third.AnswerRev)
}

func TestProgressNeedsModuleAndPartner(t *testing.T) {
	w := newWorld(t)
	p := w.accepted()
	_, err := w.Birch.Collab.UpdateSettings(w.ctx, w.Birch.Staff, p.ID, collab.SettingsChange{Mask: []collab.Field{collab.FieldSharing}, Sharing: true}, 0)
	require.NoError(t, err)
	progress := func() error { _, err := w.Alder.Collab.Progress(w.ctx, w.Alder.Staff, p.ID); return err }
	require.NoError(t, progress())
	require.NoError(t, w.Alder.Collab.SetModule(w.ctx, w.Alder.Admin, false))
	require.ErrorIs(t, progress(), collab.ErrModuleOff)
	require.NoError(t, w.Alder.Collab.SetModule(w.ctx, w.Alder.Admin, true))
	_, err = w.Alder.Collab.Revoke(w.ctx, w.Alder.Admin, collabtest.Birch)
	require.NoError(t, err)
	require.ErrorIs(t, progress(), collab.ErrPartner)
	_, err = w.Birch.Collab.Progress(w.ctx, w.Birch.Staff, p.ID)
	require.ErrorIs(t, err, collab.ErrParty)
}

// impostor answers every greeting by another name.
type impostor struct{ collab.Peer }

func (i impostor) Hello(ctx context.Context, to collab.SystemID, h collab.Hello) (collab.Hello, error) {
	h, err := i.Peer.Hello(ctx, to, h)
	h.System = "mallory"
	return h, err
}

func TestProposalsGoToWhoAnswersByItsName(t *testing.T) {
	t.Parallel()
	w := worldWith(t, collabtest.Options{Paired: true, Collab: func(_ collab.SystemID, cfg *collab.Config) { cfg.Peer = impostor{cfg.Peer} }})
	w.refused(w.proposal(), collab.ErrPeer)
}

// A chosen re-import opened an epoch that birch does not know; a return on its way still counts as pending.
func TestReturnAfterAReimportIsPending(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.imports(p.ID)
	id := w.imported("501").ID
	require.Equal(t, collab.Counts{Updated: 1}, w.reimports(p.ID, collab.ReimportOptions{}, id).Counts)
	_, err := w.Alder.Collab.Return(w.ctx, w.Alder.Staff, []collab.ShopID{id}, collab.ReturnOptions{})
	require.NoError(t, err)
	plan, err := w.Alder.Collab.PlanImport(w.ctx, w.Alder.Staff, p.ID)
	require.NoError(t, err)
	require.Equal(t, int64(1), reasonCounts(plan.Counts)[collab.ReasonReturnedPending])
}
