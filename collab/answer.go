package collab

import (
	"context"
	"fmt"
	"time"
)

// sendAnswer writes the message that brings the Secondary's half to the partner; like terms it travels whole.
func (s *Service) sendAnswer(ctx context.Context, tx Tx, p Project, now time.Time) error {
	m, err := message(fmt.Sprintf("answer/%s/%d", p.ID, p.AnswerRev), projectStream(p.ID), KindAnswer, projectPayload{p.ID}, now)
	if err != nil {
		return err
	}
	return tx.Outbox.Enqueue(ctx, []Message{m})
}

// answer is the Secondary's half of a project as it stands.
func (p Project) answer() AnswerNotice {
	n := AnswerNotice{Project: p.ID, Rev: p.AnswerRev, TermsRev: p.TermsRev, Contact: p.Contact, Sharing: p.Sharing, Client: p.Client, Survey: p.Survey}
	switch {
	case p.State == StateAccepted || p.State == StateInactive:
		n.Decision = DecisionAccept
	case p.State == StateDeclined:
		n.Decision, n.Reason = DecisionDecline, p.Reason
	case p.Asked != nil:
		n.Decision, n.Asked = DecisionAsk, p.Asked
	}
	return n
}

func (s *Service) deliverAnswer(ctx context.Context, m Message) error {
	var body projectPayload
	if err := unpack(m, &body); err != nil {
		return err
	}
	peer, err := s.peer()
	if err != nil {
		return err
	}
	var p Project
	if err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		p, err = v.Projects.Project(ctx, body.Project)
		return err
	}); err != nil {
		return fmt.Errorf("collab: answer to project %s: %w", body.Project, err)
	}
	n := p.answer()
	if n.Decision == DecisionNone {
		return nil // the terms changed before the answer left: there is nothing to say any more
	}
	reply, err := peer.Answer(ctx, p.Partner, Call{Key: fmt.Sprintf("answer/%s/%d/%d", p.ID, n.Rev, n.TermsRev)}, n)
	if err != nil || reply.Taken {
		return err
	}
	if reply.Terms == nil || reply.Terms.Project != p.ID {
		return fmt.Errorf("collab: answer to project %s: not taken, and no terms came with it: %w", p.ID, ErrPeer)
	}
	// The Primary changed the project before our answer arrived: what it says now stands.
	return s.update(ctx, func(ctx context.Context, tx Tx) error { return s.takeTerms(ctx, tx, p.Partner, *reply.Terms) })
}

// Answer takes in the Secondary's half of a project.
func (in inbound) Answer(ctx context.Context, other SystemID, call Call, n AnswerNotice) (AnswerReply, error) {
	s := in.s
	return receive(ctx, s, other, call, "answer", func(ctx context.Context, tx Tx) (AnswerReply, error) {
		return s.takeAnswer(ctx, tx, other, n)
	})
}

func (s *Service) takeAnswer(ctx context.Context, tx Tx, from SystemID, n AnswerNotice) (AnswerReply, error) {
	if err := s.checkAnswer(n); err != nil {
		return AnswerReply{}, err
	}
	before, err := partnersProject(ctx, tx.Projects, from, n.Project, PartyPrimary)
	if err != nil {
		return AnswerReply{}, err
	}
	if n.Rev <= before.AnswerRev {
		return AnswerReply{Taken: true}, nil
	}
	now, p := s.now(), before.Clone()
	p.AnswerRev = n.Rev
	open := p.State == StateProposed
	settled := p.State == StateAccepted || p.State == StateInactive
	switch {
	case settled && n.Decision == DecisionAccept:
		p.Contact, p.Sharing = n.Contact, n.Sharing
	case settled || p.State == StateDeclined:
		return AnswerReply{}, &StateError{Project: p.ID, State: p.State, Need: []State{StateProposed}}
	case !open || n.TermsRev != p.TermsRev: // edited or withdrawn meanwhile
		current, err := notice(ctx, tx.Surveys, p)
		if err != nil {
			return AnswerReply{}, err
		}
		return AnswerReply{Terms: &current}, s.keepAnswer(ctx, tx, before, p, n, "answer_not_taken", now)
	case n.Decision == DecisionAccept:
		p.State, p.Attention, p.Asked, p.Confirmed = StateAccepted, PartyNone, nil, true
		p.TheirClient, p.TheirSurvey, p.Contact, p.Sharing = n.Client, n.Survey, n.Contact, n.Sharing
		p.TermsRev++ // the state is ours to tell: so the Secondary learns that its word has come
		if p.Terms.CopyLocations {
			if err := tx.Places.RequestCopy(ctx, p.ID, now); err != nil {
				return AnswerReply{}, err
			}
		}
		if err := s.sendTerms(ctx, tx, p, now); err != nil {
			return AnswerReply{}, err
		}
	case n.Decision == DecisionDecline:
		p.State, p.Reason, p.Attention, p.Asked = StateDeclined, n.Reason, PartyNone, nil
	case n.Decision == DecisionAsk:
		p.Asked, p.Attention = n.Asked, PartyPrimary
	}
	return AnswerReply{Taken: true}, s.keepAnswer(ctx, tx, before, p, n, "answer", now)
}

func (s *Service) keepAnswer(ctx context.Context, tx Tx, before, p Project, n AnswerNotice, action string, now time.Time) error {
	p.ChangedAt = now
	if err := tx.Projects.Put(ctx, p); err != nil {
		return err
	}
	changes := append([]Change{{Field: "decision", After: n.Decision.String()}}, projectChanges(before, p)...)
	return tx.History.Append(ctx, []Entry{s.entry(now, string(p.Partner), projectSubject(p.ID), p.ID, action, n.Reason, changes...)})
}

// checkAnswer refuses what no Secondary may say.
func (s *Service) checkAnswer(n AnswerNotice) error {
	bad := &Invalid{Op: "answer"}
	if n.Rev < 1 {
		bad.add("rev", "range", "needs to be 1 or more")
	}
	if msg := checkText(n.Reason, 0, MaxText); msg != "" {
		bad.add("reason", "text", msg)
	}
	switch n.Decision {
	case DecisionAccept:
		if msg := checkEmail(n.Contact); msg != "" {
			bad.add("contact", "email", msg)
		}
		if msg := checkText(string(n.Client), 1, MaxName); msg != "" {
			bad.add("client", "text", msg)
		}
		if msg := checkText(string(n.Survey), 1, MaxName); msg != "" {
			bad.add("survey", "text", msg)
		}
	case DecisionDecline:
		if n.Reason == "" {
			bad.add("reason", "required", "a refusal says why")
		}
	case DecisionAsk:
		if n.Asked == nil {
			bad.add("asked", "required", "a counter-offer brings its terms")
			break
		}
		if msg := checkText(n.Asked.Note, 0, MaxText); msg != "" {
			bad.add("asked.note", "text", msg)
		}
		s.checkTerms(bad, n.Asked.Terms, SurveyContent{Rules: []Rule{{}}})
	default:
		bad.add("decision", "required", "accept, decline or ask")
	}
	return bad.orNil()
}

// Progress counts the Secondary's shops of a project by status.
func (in inbound) Progress(ctx context.Context, other SystemID, id ProjectID) ([]StatusCount, error) {
	return read(ctx, in.s, other, "progress", func(ctx context.Context, v View) ([]StatusCount, error) {
		p, err := partnersProject(ctx, v.Projects, other, id, PartySecondary)
		if err != nil {
			return nil, err
		}
		if err := p.need(StateAccepted); err != nil {
			return nil, err
		}
		if !p.Sharing {
			return nil, fmt.Errorf("project %s: %w", id, ErrNotShared)
		}
		return v.Shops.CountByStatus(ctx, p.Survey)
	})
}

// Progress asks the Secondary of a project for its shops by status. Refusals: ErrNotShared unless it shares them, ErrParty,
// ErrModuleOff, ErrPartner.
func (s *Service) Progress(ctx context.Context, a Actor, id ProjectID) ([]StatusCount, error) {
	if err := s.allow(a); err != nil {
		return nil, err
	}
	peer, err := s.peer()
	if err != nil {
		return nil, err
	}
	var p Project
	if err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		p, err = s.asPrimary(ctx, v, id)
		return err
	}); err != nil {
		return nil, fmt.Errorf("collab: progress: %w", err)
	}
	return peer.Progress(ctx, p.Partner, id)
}
