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

// surveys is a world with an accepted project of Dine-In.
type surveys struct {
	*world
	id collab.ProjectID
}

func newSurveys(t *testing.T, o collabtest.Options) *surveys {
	t.Helper()
	t.Parallel()
	o.Paired = true
	w := worldWith(t, o)
	return &surveys{w, w.accepted().ID}
}

// survey returns the project's survey as a side has it.
func (s *surveys) survey(side *collabtest.Side) collab.Survey {
	s.t.Helper()
	var out collab.Survey
	s.view(side, func(ctx context.Context, v collab.View) error {
		p, err := v.Projects.Project(ctx, s.id)
		if err != nil {
			return err
		}
		out, err = v.Surveys.Survey(ctx, p.Survey)
		return err
	})
	return out
}

// edit saves a change of the survey at a side.
func (s *surveys) edit(side *collabtest.Side, change func(c *collab.SurveyContent)) {
	s.t.Helper()
	sv := s.survey(side)
	change(&sv.Content)
	_, err := side.Collab.SaveSurvey(s.ctx, side.Staff, sv)
	require.NoError(s.t, err)
}

func (s *surveys) plan() collab.SurveyPlan {
	s.t.Helper()
	plan, err := s.Alder.Collab.PlanSurveyUpdate(s.ctx, s.Alder.Staff, s.id)
	require.NoError(s.t, err)
	return plan
}

func (s *surveys) update(plan collab.SurveyPlan, policy collab.SurveyPolicy) error {
	_, err := s.Alder.Collab.UpdateSurvey(s.ctx, s.Alder.Staff, plan, policy)
	return err
}

func (s *surveys) questionSets(side *collabtest.Side) []string {
	s.t.Helper()
	var out []string
	s.view(side, func(ctx context.Context, v collab.View) (err error) {
		out, err = v.Surveys.QuestionSets(ctx, s.id)
		return err
	})
	return out
}

// history returns what a side's history says of a subject's action, newest first.
func (s *surveys) history(side *collabtest.Side, subject collab.Subject, action string) []collab.Entry {
	s.t.Helper()
	var out []collab.Entry
	s.view(side, func(ctx context.Context, v collab.View) error {
		entries, err := v.History.List(ctx, collab.HistoryQuery{Subject: subject})
		for _, e := range entries {
			if e.Action == action {
				out = append(out, e)
			}
		}
		return err
	})
	return out
}

func pay(value string) func(*collab.SurveyContent) {
	return func(c *collab.SurveyContent) { c.Settings[0].Value = value }
}

// askMore adds question 21 and rewords another.
func askMore(c *collab.SurveyContent) {
	c.Sections[0].Questions[1].Text = "How many minutes did you wait?"
	c.Sections[1].Questions = append(c.Sections[1].Questions, collab.Question{ID: "21", Kind: "text", Text: "Who served you?"})
}

var lostPay = []collab.Change{{Field: "settings[pay]", Before: "15.00", After: "12.00"}}

func diverged(t *testing.T) *surveys {
	s := newSurveys(t, collabtest.Options{})
	s.edit(s.Birch, pay("15.00"))
	s.edit(s.Alder, askMore)
	return s
}

func testSurveyUpdateStopsBeforeItLosesTheirChanges(t *testing.T) {
	s := diverged(t)
	plan := s.plan()
	if plan.Added != 1 || plan.Changed != 1 || plan.Removed != 0 {
		t.Errorf("+%d ~%d -%d questions", plan.Added, plan.Changed, plan.Removed)
	}
	if d := cmp.Diff(lostPay, plan.Lost); d != "" {
		t.Errorf("lost (-want +got):\n%s", d)
	}
	before, sets := s.survey(s.Birch), s.questionSets(s.Alder)
	err := s.update(plan, collab.SurveyPolicy{})
	require.ErrorIs(t, err, collab.ErrOverwrites)
	var overwrites *collab.OverwritesError
	require.ErrorAs(t, err, &overwrites)
	if d := cmp.Diff(lostPay, overwrites.Lost); d != "" {
		t.Errorf("lost (-want +got):\n%s", d)
	}
	if d := cmp.Diff(before, s.survey(s.Birch)); d != "" {
		t.Errorf("a refused update changed birch's survey:\n%s", d)
	}
	if d := cmp.Diff(sets, s.questionSets(s.Alder)); d != "" {
		t.Errorf("a refused update changed what alder accepts:\n%s", d)
	}
}

func testSurveyUpdateKeepsTheirsPathByPath(t *testing.T) {
	s := diverged(t)
	require.NoError(t, s.update(s.plan(), collab.SurveyPolicy{Keep: []string{"settings[pay]"}}))
	want := s.survey(s.Alder).Content
	pay("15.00")(&want)
	if d := cmp.Diff(want, s.survey(s.Birch).Content); d != "" {
		t.Errorf("birch (-want +got):\n%s", d)
	}
	for _, side := range []*collabtest.Side{s.Alder, s.Birch} {
		require.Contains(t, s.questionSets(side), collab.QuestionSet(want), side.ID)
		require.EqualValues(t, 2, s.project(side, s.id).SurveyRev, side.ID)
	}

	// What was kept is asked about again, whether or not we touch it.
	plan := s.plan()
	if d := cmp.Diff(lostPay, plan.Lost); d != "" || len(plan.Changes) != 0 {
		t.Errorf("plan after keeping: %+v", plan)
	}
	s.edit(s.Alder, pay("13.00"))
	require.ErrorIs(t, s.update(s.plan(), collab.SurveyPolicy{}), collab.ErrOverwrites)
}

func testSurveyUpdateOverwritesOnRequestAndKeepsTheOldInHistory(t *testing.T) {
	s := diverged(t)
	s.edit(s.Birch, func(c *collab.SurveyContent) { c.Sections[0].Questions = c.Sections[0].Questions[:1] })
	s.edit(s.Birch, func(c *collab.SurveyContent) {
		c.Sections[0].Questions = append(c.Sections[0].Questions, collab.Question{ID: "own", Kind: "text", Text: "Birch's own"})
	})
	plan := s.plan()
	lost := []string{"settings[pay]", "questions[own]", "questions[wait]"}
	require.Len(t, plan.Lost, len(lost))
	for i, c := range plan.Lost {
		require.Equal(t, lost[i], c.Field)
	}
	before := s.survey(s.Birch)
	require.NoError(t, s.update(plan, collab.SurveyPolicy{Overwrite: true}))
	got := s.survey(s.Birch)
	if d := cmp.Diff(s.survey(s.Alder).Content, got.Content); d != "" {
		t.Errorf("birch (-want +got):\n%s", d)
	}
	require.Equal(t, before.Revision+1, got.Revision)

	entries := s.history(s.Birch, collab.Subject{Kind: "survey", ID: string(got.ID)}, "update")
	require.Len(t, entries, 1)
	require.Equal(t, "sam@alder at alder", entries[0].Actor)
	require.Contains(t, entries[0].Changes, collab.Change{Field: "settings[pay]", Before: "15.00", After: "12.00"})
	require.Contains(t, entries[0].Changes, collab.Change{Field: "questions[own]", Before: `{"Section":"arrival","ID":"own","Kind":"text","Text":"Birch's own","Required":false,"Options":null}`})
	ours := s.history(s.Alder, collab.Subject{Kind: "project", ID: string(s.id)}, "update_survey")
	require.Len(t, ours, 1)
	require.Equal(t, "sam@alder", ours[0].Actor)
	require.Contains(t, ours[0].Changes, collab.Change{Field: "survey_revision", Before: "1", After: "2"})

	if plan := s.plan(); len(plan.Changes)+len(plan.Lost) != 0 {
		t.Errorf("something differs after overwriting: %+v", plan)
	}
}

func testSurveyUpdateKeepsEarlierQuestionSetsWelcome(t *testing.T) {
	s := newSurveys(t, collabtest.Options{})
	first := collab.QuestionSet(s.survey(s.Alder).Content)
	s.edit(s.Birch, func(c *collab.SurveyContent) {
		c.Sections[0].Questions = append(c.Sections[0].Questions, collab.Question{ID: "own", Kind: "text", Text: "Birch's own"})
	})
	// Alder's content is the same; with birch's question the set is another one, under a revision of its own.
	require.NoError(t, s.update(s.plan(), collab.SurveyPolicy{Keep: []string{"questions[own]"}}))
	second := collab.QuestionSet(s.survey(s.Birch).Content)
	require.ElementsMatch(t, []string{first, second}, s.questionSets(s.Alder))
	require.EqualValues(t, 2, s.survey(s.Alder).Revision)

	require.NoError(t, s.update(s.plan(), collab.SurveyPolicy{Overwrite: true}))
	require.ElementsMatch(t, []string{first, second}, s.questionSets(s.Alder))
	require.Equal(t, first, collab.QuestionSet(s.survey(s.Birch).Content))
}

// A failure on either side of the partner's commit is repaired by planning and updating again.
func TestSurveyUpdateRepeatsAfterAFailure(t *testing.T) {
	for _, tc := range []struct {
		name string
		fail func(n *collabtest.Network, f func(from, to collab.SystemID, op string) error)
		took bool
	}{
		{"the push never arrives", func(n *collabtest.Network, f func(from, to collab.SystemID, op string) error) { n.Before = f }, false},
		{"the answer is lost", func(n *collabtest.Network, f func(from, to collab.SystemID, op string) error) { n.After = f }, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := diverged(t)
			keep := collab.SurveyPolicy{Keep: []string{"settings[pay]"}}
			down := errors.New("down")
			before := s.survey(s.Birch)
			tc.fail(s.Net, func(_, _ collab.SystemID, op string) error {
				if op == "update_survey" {
					return down
				}
				return nil
			})
			require.ErrorIs(t, s.update(s.plan(), keep), down)
			s.Net.Before, s.Net.After = nil, nil
			require.EqualValues(t, 1, s.project(s.Alder, s.id).SurveyRev, "nothing is recorded as exchanged before the partner says so")
			require.Contains(t, s.questionSets(s.Alder), collab.QuestionSet(s.survey(s.Alder).Content), "a shop answered under it would be refused")
			require.Equal(t, tc.took, s.survey(s.Birch).Version > before.Version)

			after := s.survey(s.Birch)
			plan := s.plan()
			if d := cmp.Diff(lostPay, plan.Lost); d != "" {
				t.Errorf("a failed push made false conflicts (-want +got):\n%s", d)
			}
			require.Equal(t, tc.took, len(plan.Changes) == 0)
			require.NoError(t, s.update(plan, keep))
			require.EqualValues(t, 2, s.project(s.Alder, s.id).SurveyRev)
			require.EqualValues(t, 2, s.project(s.Birch, s.id).SurveyRev)
			if tc.took {
				require.Equal(t, after, s.survey(s.Birch), "the repeat has no second effect")
			}
			require.Len(t, s.history(s.Birch, collab.Subject{Kind: "survey", ID: string(after.ID)}, "update"), 1)

			// Once more: all is recorded, nothing is written.
			project := s.project(s.Alder, s.id)
			require.NoError(t, s.update(s.plan(), keep))
			require.Equal(t, project, s.project(s.Alder, s.id))
			require.Len(t, s.history(s.Alder, collab.Subject{Kind: "project", ID: string(s.id)}, "update_survey"), 1)
		})
	}
}

func TestSurveyUpdateRefusesAStalePlan(t *testing.T) {
	for name, move := range map[string]func(s *surveys){
		"our survey":   func(s *surveys) { s.edit(s.Alder, pay("13.00")) },
		"their survey": func(s *surveys) { s.edit(s.Birch, pay("16.00")) },
		"the terms": func(s *surveys) {
			_, err := s.Alder.Collab.UpdateSettings(s.ctx, s.Alder.Staff, s.id, collab.SettingsChange{Master: true, Mask: []collab.Field{collab.FieldExact}, Terms: collab.Terms{Gate: collab.Gate{Exact: true}}}, 0)
			require.NoError(s.t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := diverged(t)
			plan := s.plan()
			move(s)
			before := s.survey(s.Birch)
			require.ErrorIs(t, s.update(plan, collab.SurveyPolicy{Overwrite: true}), collab.ErrStale)
			require.Equal(t, before, s.survey(s.Birch))
			require.NoError(t, s.update(s.plan(), collab.SurveyPolicy{Overwrite: true}))
		})
	}
}

// during runs something once, when a call of that name has been answered.
func (s *surveys) during(op string, do func()) {
	s.Net.After = func(_, _ collab.SystemID, called string) error {
		if called == op && do != nil {
			once := do
			do = nil
			once()
		}
		return nil
	}
}

func TestSurveyUpdateNoticesWhatMovesWhileItWorks(t *testing.T) {
	s := diverged(t)
	plan, before := s.plan(), s.survey(s.Birch)
	s.during("survey", func() { s.edit(s.Alder, pay("13.00")) })
	require.ErrorIs(t, s.update(plan, collab.SurveyPolicy{Overwrite: true}), collab.ErrStale)
	require.Equal(t, before, s.survey(s.Birch))

	plan = s.plan()
	s.during("survey", func() { s.edit(s.Birch, pay("16.00")) })
	require.ErrorIs(t, s.update(plan, collab.SurveyPolicy{Overwrite: true}), collab.ErrStale)
	require.Equal(t, before.Version+1, s.survey(s.Birch).Version, "only birch's own edit")
}

func TestSurveyUpdateMayBeOvertakenByALaterOne(t *testing.T) {
	s := diverged(t)
	all := collab.SurveyPolicy{Overwrite: true}
	plan := s.plan()
	s.during("update_survey", func() {
		s.edit(s.Alder, pay("13.00"))
		require.NoError(t, s.update(s.plan(), all))
	})
	require.NoError(t, s.update(plan, all))
	require.EqualValues(t, 3, s.project(s.Alder, s.id).SurveyRev)
	require.EqualValues(t, 3, s.project(s.Birch, s.id).SurveyRev)
	if plan := s.plan(); len(plan.Changes)+len(plan.Lost) != 0 {
		t.Errorf("the later update is not the base of what follows: %+v", plan)
	}
	require.Len(t, s.history(s.Alder, collab.Subject{Kind: "project", ID: string(s.id)}, "update_survey"), 2)
}

func testSurveyUpdateNeedsAnAcceptedProjectOfOurs(t *testing.T) {
	t.Parallel()
	w := worldWith(t, collabtest.Options{Paired: true})
	p := w.propose(w.proposal())
	plan := func(side *collabtest.Side, id collab.ProjectID) error {
		_, err := side.Collab.PlanSurveyUpdate(w.ctx, side.Staff, id)
		return err
	}
	quiet := func(_, _ collab.SystemID, op string) error { return errors.New(op + ": the partner need not be asked") }
	w.Net.Before = quiet
	require.ErrorIs(t, plan(w.Alder, p.ID), collab.ErrState, "not accepted yet")
	w.Net.Before = nil
	w.accept(p.ID)
	require.NoError(t, plan(w.Alder, p.ID))
	require.ErrorIs(t, plan(w.Birch, p.ID), collab.ErrParty)
	require.ErrorIs(t, plan(w.Alder, "nothing"), collab.ErrNotFound)
	_, err := w.Alder.Collab.PlanSurveyUpdate(w.ctx, w.Birch.Staff, p.ID)
	require.ErrorIs(t, err, collab.ErrForbidden)

	_, err = w.Alder.Collab.Deactivate(w.ctx, w.Alder.Staff, p.ID, "season is over", 0)
	require.NoError(t, err)
	w.drain()
	var state *collab.StateError
	w.Net.Before = quiet
	require.ErrorAs(t, plan(w.Alder, p.ID), &state)
	w.Net.Before = nil
	require.Equal(t, collab.StateInactive, state.State)
	_, err = w.Birch.Collab.Inbound().Survey(w.ctx, collabtest.Alder, p.ID)
	require.ErrorIs(t, err, collab.ErrState)
	_, err = w.Alder.Collab.Activate(w.ctx, w.Alder.Staff, p.ID, 0)
	require.NoError(t, err)
	w.drain()
	require.NoError(t, w.Birch.Collab.SetModule(w.ctx, w.Birch.Admin, false))
	require.ErrorIs(t, plan(w.Alder, p.ID), collab.ErrModuleOff)
}

func TestInboundSurveyRefusesWhatItMustNotTake(t *testing.T) {
	s := newSurveys(t, collabtest.Options{})
	s.edit(s.Alder, askMore)
	require.NoError(t, s.update(s.plan(), collab.SurveyPolicy{})) // revision 2
	at := s.survey(s.Birch)
	other := at.Content.Clone()
	pay("1.00")(&other)
	good := collab.SurveyNotice{Project: s.id, Rev: 3, Expect: at.Version, Content: other, By: "sam"}
	for _, tc := range []struct {
		name string
		from collab.SystemID
		edit func(n *collab.SurveyNotice)
		want error
	}{
		{"an older revision", collabtest.Alder, func(n *collab.SurveyNotice) { n.Rev = 1 }, collab.ErrStale},
		{"a version that is not here", collabtest.Alder, func(n *collab.SurveyNotice) { n.Expect-- }, collab.ErrStale},
		{"a project that is not there", collabtest.Alder, func(n *collab.SurveyNotice) { n.Project = "x" }, collab.ErrNotFound},
		{"content that breaks a rule", collabtest.Alder, func(n *collab.SurveyNotice) { n.Content.Name = "" }, collab.ErrInvalid},
		{"nobody's name", collabtest.Alder, func(n *collab.SurveyNotice) { n.By = "" }, collab.ErrInvalid},
		{"a stranger", "cedar", func(*collab.SurveyNotice) {}, collab.ErrPartner},
	} {
		n := good
		tc.edit(&n)
		err := s.Birch.Collab.Inbound().UpdateSurvey(s.ctx, tc.from, collab.Call{Key: tc.name, Digest: "d"}, n)
		require.ErrorIs(t, err, tc.want, tc.name)
		require.Equal(t, at, s.survey(s.Birch), tc.name)
	}
	require.NoError(t, s.Birch.Collab.Inbound().UpdateSurvey(s.ctx, collabtest.Alder, collab.Call{Key: "good", Digest: "d"}, good))
	require.Equal(t, other, s.survey(s.Birch).Content)

	// Birch is not the Secondary of what it proposed itself.
	_, err := s.Alder.Collab.Inbound().Survey(s.ctx, collabtest.Birch, s.id)
	require.ErrorIs(t, err, collab.ErrNotFound)
}

func TestSurveyUpdateLeavesRulesAloneUnlessTheyTravel(t *testing.T) {
	s := newSurveys(t, collabtest.Options{})
	rules := func(on bool) {
		_, err := s.Alder.Collab.UpdateSettings(s.ctx, s.Alder.Staff, s.id, collab.SettingsChange{Master: true, Mask: []collab.Field{collab.FieldRules}, Terms: collab.Terms{Rules: on}}, 0)
		require.NoError(t, err)
	}
	rules(false)
	s.drain()
	own := []collab.Rule{{Name: "birch's", Script: "x()"}}
	s.edit(s.Birch, func(c *collab.SurveyContent) { c.Rules = own })
	s.edit(s.Alder, askMore)
	state, err := s.Birch.Collab.Inbound().Survey(s.ctx, collabtest.Alder, s.id)
	require.NoError(t, err)
	require.Empty(t, state.Content.Rules, "rules that do not travel are not shown")
	plan := s.plan()
	require.Empty(t, plan.Lost)
	require.Empty(t, plan.Lint)
	require.NoError(t, s.update(plan, collab.SurveyPolicy{Overwrite: true}))
	require.Equal(t, own, s.survey(s.Birch).Content.Rules)
	require.Len(t, s.survey(s.Birch).Content.Sections[1].Questions, 3)

	// Ticked here, and birch has not heard of it yet: it takes no rules.
	rules(true)
	require.ErrorIs(t, s.update(s.plan(), collab.SurveyPolicy{Overwrite: true}), collab.ErrStale)
	require.Equal(t, own, s.survey(s.Birch).Content.Rules)
	s.drain()
	require.ErrorIs(t, s.update(s.plan(), collab.SurveyPolicy{}), collab.ErrOverwrites, "birch's rule would go")
	require.NoError(t, s.update(s.plan(), collab.SurveyPolicy{Overwrite: true}))
	require.Equal(t, s.survey(s.Alder).Content.Rules, s.survey(s.Birch).Content.Rules)

	// To drop every rule cannot be said: the rules over there stay, and so a choice that comes to it is refused.
	s.edit(s.Birch, func(c *collab.SurveyContent) { c.Rules = own })
	err = s.update(s.plan(), collab.SurveyPolicy{Overwrite: true, Keep: []string{"rules[wait needs greeting]"}})
	require.ErrorIs(t, err, collab.ErrInvalid)
	require.Equal(t, own, s.survey(s.Birch).Content.Rules)
}

func TestSurveyWithoutRulesLeavesTheirsAndOwnsNone(t *testing.T) {
	s := newSurveys(t, collabtest.Options{})
	s.edit(s.Alder, func(c *collab.SurveyContent) { c.Rules = nil })
	own := []collab.Rule{{Name: "birch's", Script: "x()"}}
	s.edit(s.Birch, func(c *collab.SurveyContent) { c.Rules = own })
	require.NoError(t, s.update(s.plan(), collab.SurveyPolicy{Overwrite: true}))
	require.Equal(t, own, s.survey(s.Birch).Content.Rules)

	// The rule was never exchanged: the first of alder's must not sweep it away unasked.
	s.edit(s.Alder, func(c *collab.SurveyContent) { c.Rules = []collab.Rule{{Name: "alder's", Script: "y()"}} })
	plan := s.plan()
	if d := cmp.Diff([]collab.Change{{Field: "rules[birch's]", Before: "x()"}}, plan.Lost); d != "" {
		t.Errorf("lost (-want +got):\n%s", d)
	}
}

func testSurveyPlanLintsRulesThatTravel(t *testing.T) {
	s := newSurveys(t, collabtest.Options{})
	s.edit(s.Alder, func(c *collab.SurveyContent) {
		c.Rules = []collab.Rule{{Name: "r", Script: `waveIs(41); waveIs("Weekday"); locIDIs(1001); locIDIs("4711"); answer("greeting"); answer("gone")`}}
	})
	var got []string
	for _, w := range s.plan().Lint {
		got = append(got, w.Code+" "+w.Value)
	}
	if d := cmp.Diff([]string{"wave_by_id 41", "wave_by_name_unknown Weekday", "location_unknown 4711", "question_unknown gone"}, got); d != "" {
		t.Errorf("lint (-want +got):\n%s", d)
	}
}

// rubbish answers with a survey that no system can have.
type rubbish struct{ collab.Peer }

func (r rubbish) Survey(ctx context.Context, other collab.SystemID, id collab.ProjectID) (collab.SurveyState, error) {
	state, err := r.Peer.Survey(ctx, other, id)
	state.Content.Sections = append(state.Content.Sections, state.Content.Sections...)
	return state, err
}

func TestSurveyPlanDistrustsThePartner(t *testing.T) {
	s := newSurveys(t, collabtest.Options{Collab: func(_ collab.SystemID, cfg *collab.Config) { cfg.Peer = rubbish{cfg.Peer} }})
	_, err := s.Alder.Collab.PlanSurveyUpdate(s.ctx, s.Alder.Staff, s.id)
	require.ErrorIs(t, err, collab.ErrPeer)
	require.NotErrorIs(t, err, collab.ErrInvalid, "not the fault of who asks")
}
