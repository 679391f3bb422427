package collab

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// The Primary's half of a project travels whole, as a TermsNotice with a revision: a later one makes earlier ones
// needless, a lower one than the last is dropped. So it may be repeated, delayed and overtaken.

type projectPayload struct {
	Project ProjectID `json:"project"`
}

// sendTerms writes the message that brings the Primary's half to the partner. It says only which project: what is sent is
// the project as it stands then.
func (s *Service) sendTerms(ctx context.Context, tx Tx, p Project, now time.Time) error {
	m, err := message(fmt.Sprintf("terms/%s/%d", p.ID, p.TermsRev), projectStream(p.ID), KindTerms, projectPayload{p.ID}, now)
	if err != nil {
		return err
	}
	return tx.Outbox.Enqueue(ctx, []Message{m})
}

// notice is the Primary's half of a project as it stands.
func notice(ctx context.Context, v SurveysView, p Project) (TermsNotice, error) {
	n := TermsNotice{
		Project: p.ID, Rev: p.TermsRev, State: p.State, Reason: p.Reason, Target: p.Target, Client: p.Client, Name: p.ClientName, Survey: p.Survey, Title: p.SurveyName,
		Terms: p.Terms, SurveyRev: p.SurveyRev, Heard: p.AnswerRev,
	}
	if p.State == StateProposed {
		offer, err := v.Exchanged(ctx, p.ID)
		if err != nil {
			return TermsNotice{}, err
		}
		n.Content = &offer.Content
	}
	return n, nil
}

func (s *Service) deliverTerms(ctx context.Context, m Message) error {
	var body projectPayload
	if err := unpack(m, &body); err != nil {
		return err
	}
	peer, err := s.peer()
	if err != nil {
		return err
	}
	var p Project
	var n TermsNotice
	if err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		if p, err = v.Projects.Project(ctx, body.Project); err != nil {
			return err
		}
		n, err = notice(ctx, v.Surveys, p)
		return err
	}); err != nil {
		return fmt.Errorf("collab: terms of project %s: %w", body.Project, err)
	}
	if p.State == StateDeclined { // the partner said so itself
		return nil
	}
	// What the same revision can say differently is part of the key, which stands for one payload.
	return peer.Terms(ctx, p.Partner, Call{Key: fmt.Sprintf("terms/%s/%d/%d/%d", p.ID, n.Rev, n.SurveyRev, n.Heard)}, n)
}

// Terms takes in the Primary's half of a project.
func (in inbound) Terms(ctx context.Context, other SystemID, call Call, n TermsNotice) error {
	s := in.s
	_, err := receive(ctx, s, other, call, "terms", func(ctx context.Context, tx Tx) (struct{}, error) {
		return struct{}{}, s.takeTerms(ctx, tx, other, n)
	})
	return err
}

func (s *Service) takeTerms(ctx context.Context, tx Tx, from SystemID, n TermsNotice) error {
	if err := s.checkNotice(n); err != nil {
		return err
	}
	now := s.now()
	before, err := tx.Projects.Project(ctx, n.Project)
	switch {
	case errors.Is(err, ErrNotFound) && (n.State == StateProposed || n.State == StateWithdrawn):
		// A proposal that was withdrawn before we heard of it is kept too: else a late copy of it would bring it back.
		before = Project{ID: n.Project, Party: PartySecondary, Partner: from, State: StateProposed, CreatedAt: now}
	case err != nil:
		return err
	case before.Partner != from || before.Party != PartySecondary:
		return fmt.Errorf("project %s: %w", n.Project, ErrNotFound)
	case n.Rev <= before.TermsRev:
		return nil
	case n.Client != before.TheirClient || n.Survey != before.TheirSurvey || n.Target != before.Target:
		return &Invalid{Op: "terms", Fields: []FieldError{{"project", "fixed", "client, survey and target stay as they were proposed"}}}
	}
	p, action, why := before.Clone(), "terms", n.Reason
	answered := p.State == StateDeclined || p.State == StateAccepted && !p.Confirmed // with a word of ours that can still come too late
	live := n.State == StateAccepted || n.State == StateInactive
	switch {
	case live && (p.State == StateAccepted || p.State == StateInactive):
		p.State, p.Confirmed = n.State, true
	case live || p.State != StateProposed && !answered:
		return fmt.Errorf("terms say %s: %w", n.State, &StateError{Project: p.ID, State: p.State, Need: []State{StateProposed}})
	case answered && n.Heard < p.AnswerRev:
		return nil // it has not heard our answer yet: that must reach it, and the reply decides
	default:
		// The client and survey that an acceptance made stay: the next one finds them.
		p.State, p.Attention, p.Asked, p.Confirmed = n.State, PartyNone, nil, false
		if p.State == StateProposed {
			p.Attention = PartySecondary
		}
	}
	if answered && !live {
		action, why = "answer_not_taken", "the Primary had changed the proposal before our answer arrived"
	}
	p.take(n)
	p.ChangedAt = now
	if err := tx.Projects.Put(ctx, p); err != nil {
		return err
	}
	if n.Content != nil {
		if err := tx.Surveys.KeepExchange(ctx, exchangeOf(p, *n.Content, now)); err != nil {
			return err
		}
	}
	return tx.History.Append(ctx, []Entry{s.entry(now, string(from), projectSubject(p.ID), p.ID, action, why, projectChanges(before, p)...)})
}

// take copies the Primary's half into the Secondary's record. Terms that were longer on their way than an update of the
// survey do not take that back.
func (p *Project) take(n TermsNotice) {
	p.ClientName, p.TheirClient, p.TheirSurvey, p.Target = n.Name, n.Client, n.Survey, n.Target
	p.Terms, p.TermsRev, p.Reason = n.Terms.Clone(), n.Rev, n.Reason
	if n.SurveyRev >= p.SurveyRev {
		p.SurveyName, p.SurveyRev = n.Title, n.SurveyRev
	}
}

// checkNotice refuses what no Primary may say.
func (s *Service) checkNotice(n TermsNotice) error {
	bad := &Invalid{Op: "terms"}
	for _, f := range []struct{ field, value string }{
		{"project", string(n.Project)}, {"client", string(n.Client)}, {"name", n.Name}, {"survey", string(n.Survey)}, {"title", n.Title},
	} {
		if msg := checkText(f.value, 1, MaxName); msg != "" {
			bad.add(f.field, "text", msg)
		}
	}
	if msg := checkText(n.Reason, 0, MaxText); msg != "" {
		bad.add("reason", "text", msg)
	}
	if n.Rev < 1 {
		bad.add("rev", "range", "needs to be 1 or more")
	}
	if n.Target != TargetNewClient && n.Target != TargetCopy {
		bad.add("target", "unknown", "is not known")
	}
	content := SurveyContent{Rules: []Rule{{}}}
	switch {
	case n.State == StateProposed && n.Content == nil:
		bad.add("content", "required", "a proposal brings its survey")
	case n.Content != nil:
		content = *n.Content
		content.check("content.", bad, s.cfg.Ladder)
	case n.State != StateProposed && n.State != StateWithdrawn && n.State != StateAccepted && n.State != StateInactive:
		bad.add("state", "unknown", "is not the Primary's to send")
	}
	terms := n.Terms
	terms.Rules = terms.Rules && n.Content != nil
	s.checkTerms(bad, terms, content)
	return bad.orNil()
}
