package collab

import (
	"context"
	"fmt"
	"net/mail"
	"strings"
	"time"
)

// Acceptance is what a Secondary gives to accept a project: who is responsible, and the tick.
type Acceptance struct {
	Email  string
	Agreed bool
}

// Accept makes the project's client and survey here, where they are not yet, and tells the Primary. A project that is
// accepted already stays as it is. The acceptance counts once the Primary has heard of it (Project.Confirmed): had it
// edited or withdrawn the proposal meanwhile, the project goes back to what it says now.
func (s *Service) Accept(ctx context.Context, a Actor, id ProjectID, acc Acceptance, version int64) (Project, error) {
	return s.change(ctx, a, id, PartySecondary, "accept", "", version, func(ctx context.Context, tx Tx, p *Project, now time.Time) error {
		if p.State == StateAccepted {
			return nil
		}
		if err := p.need(StateProposed); err != nil {
			return err
		}
		if _, err := active(ctx, tx.Partners, p.Partner); err != nil {
			return err
		}
		bad := &Invalid{Op: "accept"}
		if msg := checkEmail(acc.Email); msg != "" {
			bad.add("email", "email", msg)
		}
		if !acc.Agreed {
			bad.add("agreed", "required", "tick that you accept the project's settings")
		}
		if err := bad.orNil(); err != nil {
			return err
		}
		if err := s.makeClient(ctx, tx, p, a.Name, now); err != nil {
			return err
		}
		if err := s.makeSurvey(ctx, tx, p, a.Name, now); err != nil {
			return err
		}
		p.State, p.Attention, p.Asked, p.Contact, p.Confirmed = StateAccepted, PartyNone, nil, acc.Email, false
		if s.cfg.Accepted == nil {
			return nil
		}
		stored := *p
		stored.Version++
		return s.cfg.Accepted(ctx, tx, stored)
	})
}

// makeClient finds or makes the client of a project that is being accepted.
func (s *Service) makeClient(ctx context.Context, tx Tx, p *Project, by string, now time.Time) error {
	c, err := acceptedClient(ctx, tx.Clients, *p)
	if err != nil {
		return err
	}
	if c.ID != "" {
		p.Client = c.ID
		return nil
	}
	c = Client{ID: ClientID(s.cfg.NewID()), Name: p.ClientName, Origin: Origin{System: p.Partner, ID: string(p.TheirClient)}}
	if err := tx.Clients.Put(ctx, c); err != nil {
		return err
	}
	p.Client = c.ID
	return tx.History.Append(ctx, []Entry{s.entry(now, by, Subject{"client", string(c.ID)}, p.ID, "create", "", Change{Field: "name", After: c.Name})})
}

// makeSurvey makes the survey of a project that is being accepted, or brings the one of its origin up to the offer.
func (s *Service) makeSurvey(ctx context.Context, tx Tx, p *Project, by string, now time.Time) error {
	offer, err := tx.Surveys.Exchanged(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("survey as offered: %w", err)
	}
	survey, err := acceptedSurvey(ctx, tx.Surveys, *p, p.Client)
	if err != nil {
		return err
	}
	action := "renew"
	if survey.ID == "" {
		action, survey = "create", Survey{ID: SurveyID(s.cfg.NewID()), Client: p.Client, Origin: Origin{System: p.Partner, ID: string(p.TheirSurvey)}}
	}
	p.Survey = survey.ID
	if action == "renew" && survey.Content.Digest() == offer.Content.Digest() {
		return nil
	}
	changes := contentChanges(survey.Content, offer.Content)
	survey.Content = offer.Content.Clone()
	survey.Revision++
	if err := tx.Surveys.Put(ctx, survey); err != nil {
		return err
	}
	return tx.History.Append(ctx, []Entry{s.entry(now, by, Subject{"survey", string(survey.ID)}, p.ID, action, "", changes...)})
}

// Decline refuses a proposal for good, with a reason.
func (s *Service) Decline(ctx context.Context, a Actor, id ProjectID, reason string, version int64) (Project, error) {
	return s.change(ctx, a, id, PartySecondary, "decline", reason, version, func(_ context.Context, _ Tx, p *Project, _ time.Time) error {
		if err := p.need(StateProposed); err != nil {
			return err
		}
		if err := needReason("decline", reason); err != nil {
			return err
		}
		p.State, p.Reason, p.Attention, p.Asked = StateDeclined, reason, PartyNone, nil
		return nil
	})
}

// Counter answers a proposal with the terms that this Secondary would accept. The project stays proposed; attention
// moves to the Primary until it edits or withdraws.
func (s *Service) Counter(ctx context.Context, a Actor, id ProjectID, ask Ask, version int64) (Project, error) {
	return s.change(ctx, a, id, PartySecondary, "counter", ask.Note, version, func(ctx context.Context, tx Tx, p *Project, _ time.Time) error {
		if err := p.need(StateProposed); err != nil {
			return err
		}
		offer, err := tx.Surveys.Exchanged(ctx, p.ID)
		if err != nil {
			return err
		}
		bad := &Invalid{Op: "counter"}
		s.checkTerms(bad, ask.Terms, withRulesOf(ask.Terms, offer.Content))
		if len(termsChanges(p.Terms, ask.Terms)) == 0 && strings.TrimSpace(ask.Note) == "" {
			bad.add("note", "required", "say what should change")
		}
		if err := bad.orNil(); err != nil {
			return err
		}
		p.Asked, p.Attention = &Ask{Terms: ask.Terms.Clone(), Note: ask.Note}, PartyPrimary
		return nil
	})
}

// withRulesOf lets a counter-offer ask for rules that the offer left out: the Secondary cannot know whether there are any.
func withRulesOf(t Terms, c SurveyContent) SurveyContent {
	if t.Rules && len(c.Rules) == 0 {
		c.Rules = []Rule{{}}
	}
	return c
}

// checkEmail says what is wrong with an address, or nothing.
func checkEmail(s string) string {
	if s == "" {
		return "give the e-mail of the person responsible"
	}
	addr, err := mail.ParseAddress(s)
	if err != nil || addr.Address != s || len(s) > 254 {
		return fmt.Sprintf("%q is not an e-mail address", s)
	}
	return ""
}

func needReason(op, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return &Invalid{Op: op, Fields: []FieldError{{"reason", "required", "say why"}}}
	}
	return nil
}
