package collab

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// SurveyPolicy says what becomes of what the Secondary changed.
type SurveyPolicy struct {
	// Overwrite lets our content replace what the Secondary changed. Without it UpdateSurvey stops with an
	// OverwritesError while the plan has Lost changes that Keep does not name.
	Overwrite bool
	// Keep lists paths of the plan, from Lost or Changes, at which the Secondary's value stays.
	Keep []string
}

// UpdateSurvey brings our survey to the Secondary as planned; of the plan only Project and Stamp count. ErrStale when
// anything has moved since the plan was made; OverwritesError when it would lose what the policy does not give up. Either
// way nothing has changed over there. It can be repeated after a failure of whatever kind: plan anew and update.
// What was kept is no agreement: the next plan lists it again.
func (s *Service) UpdateSurvey(ctx context.Context, a Actor, plan SurveyPlan, policy SurveyPolicy) (Project, error) {
	out, err := s.updateSurvey(ctx, a, plan, policy)
	if err != nil {
		return Project{}, fmt.Errorf("collab: update survey of project %s: %w", plan.Project, err)
	}
	return out, nil
}

func (s *Service) updateSurvey(ctx context.Context, a Actor, plan SurveyPlan, policy SurveyPolicy) (Project, error) {
	f, err := s.surveyFacts(ctx, a, plan.Project)
	if err != nil {
		return Project{}, err
	}
	if f.stamp() != plan.Stamp {
		return Project{}, ErrStale
	}
	_, lost := overwritten(f.base.Content, f.state.Content, f.ours)
	lost = slices.DeleteFunc(lost, func(c Change) bool { return slices.Contains(policy.Keep, c.Field) })
	if len(lost) > 0 && !policy.Overwrite {
		return Project{}, &OverwritesError{Op: "update survey", Lost: lost}
	}
	send, err := f.merged(policy.Keep, s.cfg.Ladder)
	if err != nil {
		return Project{}, err
	}
	rev, err := s.openExchange(ctx, a, f, send)
	if err != nil {
		return Project{}, err
	}
	peer, err := s.peer()
	if err != nil {
		return Project{}, err
	}
	n := SurveyNotice{Project: plan.Project, Rev: rev, Expect: f.state.Version, Content: send, By: a.Name}
	if err := peer.UpdateSurvey(ctx, f.project.Partner, Call{Key: n.key()}, n); err != nil {
		return Project{}, err
	}
	return s.closeExchange(ctx, a, f, send, rev)
}

// key names a notice by all that it says, so that only the same notice is taken for its repeat.
func (n SurveyNotice) key() string {
	d := newDigest("survey notice")
	d.text(string(n.Project), strconv.FormatInt(n.Rev, 10), strconv.FormatInt(n.Expect, 10), n.By, n.Content.Digest())
	return "survey/" + d.sum()
}

// merged is the content to send: ours, with theirs where it is kept, and without rules when those do not travel.
func (f surveyFacts) merged(keep []string, l Ladder) (SurveyContent, error) {
	send, err := merge(f.state.Content, f.ours, keep)
	if err != nil {
		return SurveyContent{}, err
	}
	bad := &Invalid{Op: "update survey"}
	send.check("", bad, l)
	if f.travel && len(send.Rules) == 0 && len(f.state.Content.Rules) > 0 {
		bad.add("keep", "no_rules", "no rule would be left, which means that the rules over there stay: keep at least one of theirs or send one of ours")
	}
	if !f.travel {
		send.Rules = nil
	}
	return send, bad.orNil()
}

// openExchange makes ready for the content to be over there, and returns the revision to send it under. The question set
// is stored before the partner has it, since shops may be answered under it, and imported, before we hear that it was taken;
// the base for comparing stays the old one until then. So a push that never arrives leaves nothing but a question set
// that no shop has.
func (s *Service) openExchange(ctx context.Context, a Actor, f surveyFacts, send SurveyContent) (int64, error) {
	now, questions := s.now(), QuestionSet(send)
	var rev int64
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		fresh, err := s.ourSurvey(ctx, tx.View(), f.project.ID)
		if err != nil {
			return err
		}
		if fresh.project.TermsRev != f.project.TermsRev || fresh.survey.Version != f.survey.Version || fresh.base.Rev != f.base.Rev {
			return ErrStale
		}
		survey := fresh.survey
		rev = survey.Revision
		switch {
		case fresh.base.Rev == rev && fresh.base.Questions == questions:
			return nil
		case fresh.base.Rev == rev:
			// Kept or overwritten questions make another set of the same content. It needs a revision of its own: the
			// shops answered under the first one must stay welcome.
			survey.Revision++
			rev = survey.Revision
			if err := tx.Surveys.Put(ctx, survey); err != nil {
				return err
			}
			raised := Change{"revision", strconv.FormatInt(rev-1, 10), strconv.FormatInt(rev, 10)}
			if err := tx.History.Append(ctx, []Entry{s.entry(now, a.Name, Subject{"survey", string(survey.ID)}, f.project.ID, "revise", "another question set is shared", raised)}); err != nil {
				return err
			}
		}
		return tx.Surveys.KeepExchange(ctx, Exchange{Project: f.project.ID, Rev: rev, Content: fresh.base.Content, Questions: questions, At: now})
	})
	return rev, err
}

// closeExchange records that the partner has the content. The new base is our content and not the merged one: were it the
// merged one, what was kept would look like something that they never changed, and the next update would replace it unasked.
func (s *Service) closeExchange(ctx context.Context, a Actor, f surveyFacts, send SurveyContent, rev int64) (Project, error) {
	now := s.now()
	base := f.ours.Clone()
	if !f.travel {
		base.Rules = nil
	}
	sent := send.Clone()
	if !f.travel {
		sent.Rules = f.state.Content.Rules
	}
	brought := contentChanges(f.state.Content, sent)
	var out Project
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		before, err := tx.Projects.Project(ctx, f.project.ID)
		if err != nil {
			return err
		}
		last, err := tx.Surveys.Exchanged(ctx, f.project.ID)
		if err != nil {
			return err
		}
		out = before
		if before.SurveyRev == rev && len(brought) == 0 && last.Content.Digest() == base.Digest() {
			return nil // recorded before
		}
		changes := brought
		if len(changes) == 0 { // an earlier try has brought it, and its reply was lost: this is all that we still know of it
			changes = contentChanges(last.Content, base)
		}
		if err := tx.Surveys.KeepExchange(ctx, Exchange{Project: f.project.ID, Rev: rev, Content: base, Questions: QuestionSet(send), At: now}); err != nil {
			return err
		}
		out, err = s.putSurveyRev(ctx, tx, before, max(rev, before.SurveyRev), f.survey.Content.Name, now)
		if err != nil {
			return err
		}
		return tx.History.Append(ctx, []Entry{s.entry(now, a.Name, projectSubject(out.ID), out.ID, "update_survey", "", append(projectChanges(before, out), changes...)...)})
	})
	return out, err
}

// putSurveyRev stores which revision the systems exchanged last.
func (s *Service) putSurveyRev(ctx context.Context, tx Tx, p Project, rev int64, name string, now time.Time) (Project, error) {
	p = p.Clone()
	p.SurveyRev, p.SurveyName, p.ChangedAt = rev, name, now
	if err := tx.Projects.Put(ctx, p); err != nil {
		return Project{}, err
	}
	p.Version++
	return p, nil
}
