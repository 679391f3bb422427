package collab

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// SurveyPlan says what an update of a project's survey would do at the Secondary. Nothing is changed by making it.
type SurveyPlan struct {
	Project ProjectID
	Stamp   SurveyStamp
	// Changes is what we bring to where the Secondary changed nothing: Before is its value, After ours.
	Changes []Change
	// Lost is what the Secondary changed since the last exchange and our content would overwrite, told in the same way.
	Lost []Change
	// Added, Changed and Removed count the questions among Changes.
	Added, Changed, Removed int
	// Lint warns of references in the rules that may not carry over, when rules travel. Waves and groups of the
	// Secondary are not known here, so that every one is listed; Lint can be asked with better knowledge.
	Lint []LintWarning
}

// SurveyStamp is what a plan was made on. When one of it has moved, the plan is stale.
type SurveyStamp struct {
	Ours     int64 // version of our survey
	Theirs   int64 // version of the survey over there
	TermsRev int64
}

// PlanSurveyUpdate compares our survey with the Secondary's copy and with what was exchanged last. Only the Primary of an
// accepted project can ask.
func (s *Service) PlanSurveyUpdate(ctx context.Context, a Actor, id ProjectID) (SurveyPlan, error) {
	f, err := s.surveyFacts(ctx, a, id)
	if err != nil {
		return SurveyPlan{}, fmt.Errorf("collab: plan survey update of project %s: %w", id, err)
	}
	plan := SurveyPlan{Project: id, Stamp: f.stamp()}
	plan.Changes, plan.Lost = overwritten(f.base.Content, f.state.Content, f.ours)
	plan.countQuestions()
	if f.travel {
		plan.Lint = Lint(f.ours, Known{Places: f.places})
	}
	return plan, nil
}

func (p *SurveyPlan) countQuestions() {
	edited := map[string]bool{}
	for _, c := range p.Changes {
		id, rest, ok := strings.Cut(strings.TrimPrefix(c.Field, "questions["), "]")
		switch {
		case !ok || !strings.HasPrefix(c.Field, "questions["):
		case rest != "":
			edited[id] = true
		case c.Before == "":
			p.Added++
		default:
			p.Removed++
		}
	}
	p.Changed = len(edited)
}

// surveyFacts is what an update of a survey is decided on.
type surveyFacts struct {
	project Project
	survey  Survey
	base    Exchange
	state   SurveyState
	ours    SurveyContent // as the other side is to have it
	travel  bool          // the rules too
	places  []PlaceKey    // those that rules name and that are here
}

func (f surveyFacts) stamp() SurveyStamp {
	return SurveyStamp{Ours: f.survey.Version, Theirs: f.state.Version, TermsRev: f.project.TermsRev}
}

// surveyFacts reads both sides; the partner is asked between, not within, transactions.
func (s *Service) surveyFacts(ctx context.Context, a Actor, id ProjectID) (surveyFacts, error) {
	if err := s.allow(a); err != nil {
		return surveyFacts{}, err
	}
	peer, err := s.peer()
	if err != nil {
		return surveyFacts{}, err
	}
	var f surveyFacts
	if err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		f, err = s.ourSurvey(ctx, v, id)
		return err
	}); err != nil {
		return surveyFacts{}, err
	}
	if f.state, err = peer.Survey(ctx, f.project.Partner, id); err != nil {
		return surveyFacts{}, err
	}
	bad := &Invalid{Op: "survey of " + string(f.project.Partner)}
	f.state.Content.check("", bad, s.cfg.Ladder)
	if err := bad.orNil(); err != nil {
		return surveyFacts{}, fmt.Errorf("%v: %w", err, ErrPeer)
	}
	f.ours = f.survey.Content.Clone()
	if !f.travel {
		f.ours.Rules = slices.Clone(f.state.Content.Rules)
	}
	return f, nil
}

// ourSurvey reads our side, and refuses who cannot update it.
func (s *Service) ourSurvey(ctx context.Context, v View, id ProjectID) (surveyFacts, error) {
	p, err := s.asPrimary(ctx, v, id)
	if err != nil {
		return surveyFacts{}, err
	}
	if err := p.need(StateAccepted); err != nil {
		return surveyFacts{}, err
	}
	f := surveyFacts{project: p}
	if f.survey, err = v.Surveys.Survey(ctx, p.Survey); err != nil {
		return surveyFacts{}, err
	}
	if f.base, err = v.Surveys.Exchanged(ctx, id); err != nil {
		return surveyFacts{}, fmt.Errorf("survey as exchanged last: %w", err)
	}
	// A survey without rules brings none: what rules the other side has then stay its own.
	f.travel = p.Terms.Rules && len(f.survey.Content.Rules) > 0
	if !f.travel {
		return f, nil
	}
	prints, err := v.Places.Prints(ctx, p.Client, rulePlaces(f.survey.Content.Rules))
	if err != nil {
		return surveyFacts{}, err
	}
	for key := range prints {
		f.places = append(f.places, key)
	}
	return f, nil
}
