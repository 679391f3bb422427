package collab

import (
	"context"
	"fmt"
	"slices"
)

// Survey returns the survey of a project as it stands here. Rules are left out unless the terms let them travel.
func (in inbound) Survey(ctx context.Context, other SystemID, id ProjectID) (SurveyState, error) {
	return read(ctx, in.s, other, "survey", func(ctx context.Context, v View) (SurveyState, error) {
		p, survey, base, err := theirSurvey(ctx, v, other, id)
		if !p.Terms.Rules {
			survey.Content.Rules = nil
		}
		return SurveyState{Survey: survey.ID, Version: survey.Version, Rev: base.Rev, Content: survey.Content}, err
	})
}

// theirSurvey reads the copy of a partner's survey that a project of which we are the Secondary brought.
func theirSurvey(ctx context.Context, v View, from SystemID, id ProjectID) (Project, Survey, Exchange, error) {
	p, err := partnersProject(ctx, v.Projects, from, id, PartySecondary)
	if err != nil {
		return Project{}, Survey{}, Exchange{}, err
	}
	if err := p.need(StateAccepted); err != nil {
		return Project{}, Survey{}, Exchange{}, err
	}
	survey, err := v.Surveys.Survey(ctx, p.Survey)
	if err != nil {
		return Project{}, Survey{}, Exchange{}, err
	}
	base, err := v.Surveys.Exchanged(ctx, id)
	return p, survey, base, err
}

// UpdateSurvey takes in the Primary's survey. What it overwrites stays in history.
func (in inbound) UpdateSurvey(ctx context.Context, other SystemID, call Call, n SurveyNotice) error {
	s := in.s
	_, err := receive(ctx, s, other, call, "update survey", func(ctx context.Context, tx Tx) (struct{}, error) {
		return struct{}{}, s.takeSurvey(ctx, tx, other, n)
	})
	return err
}

func (s *Service) takeSurvey(ctx context.Context, tx Tx, from SystemID, n SurveyNotice) error {
	bad := &Invalid{Op: "update survey"}
	n.Content.check("content.", bad, s.cfg.Ladder)
	if msg := checkText(n.By, 1, MaxName); msg != "" {
		bad.add("by", "text", msg)
	}
	if err := bad.orNil(); err != nil {
		return err
	}
	p, stored, base, err := theirSurvey(ctx, tx.View(), from, n.Project)
	if err != nil {
		return err
	}
	content := n.Content.Clone()
	switch {
	case len(content.Rules) == 0:
		content.Rules = slices.Clone(stored.Content.Rules)
	case !p.Terms.Rules: // the terms that let them travel have not come yet
		return fmt.Errorf("rules come with the survey, and the terms here leave them at home: %w", ErrStale)
	}
	same := content.Digest() == stored.Content.Digest()
	switch {
	case same && n.Rev == base.Rev:
		return nil
	case n.Rev < base.Rev:
		return fmt.Errorf("revision %d is here and %d came: %w", base.Rev, n.Rev, ErrStale)
	case n.Expect != stored.Version:
		return fmt.Errorf("the survey here is version %d, not %d: %w", stored.Version, n.Expect, ErrStale)
	}
	now := s.now()
	changes := contentChanges(stored.Content, content)
	if !same {
		stored.Content = content
		stored.Revision++
		if err := tx.Surveys.Put(ctx, stored); err != nil {
			return err
		}
	}
	if err := tx.Surveys.KeepExchange(ctx, Exchange{Project: p.ID, Rev: n.Rev, Content: n.Content, Questions: QuestionSet(n.Content), At: now}); err != nil {
		return err
	}
	after, err := s.putSurveyRev(ctx, tx, p, n.Rev, n.Content.Name, now)
	if err != nil {
		return err
	}
	by := n.By + " at " + string(from)
	return tx.History.Append(ctx, []Entry{
		s.entry(now, by, projectSubject(p.ID), p.ID, "update_survey", "", projectChanges(p, after)...),
		s.entry(now, by, Subject{"survey", string(stored.ID)}, p.ID, "update", "", changes...),
	})
}
