package collab

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Proposal is what a Primary offers to one Secondary.
type Proposal struct {
	Partner SystemID
	Client  ClientID
	Survey  SurveyID
	Target  Target
	Terms   Terms
}

// DefaultTerms are the usual settings: export at the recommended status, locations copied and locked, the Primary pays.
func (s *Service) DefaultTerms() Terms {
	return Terms{Gate: Gate{Export: s.cfg.Ladder.Recommended}, CopyLocations: true, LockLocations: true, FeePayer: PartyPrimary}
}

// Warning is something that is allowed and often regretted. Code is a stable word.
type Warning struct {
	Code     string // low_export_status, locations_not_copied
	Text     string
	Statuses []Status // of low_export_status: what passes besides the recommended statuses
}

// ProposalCheck is a proposal looked at, not sent: why it would be refused, and what to think about.
type ProposalCheck struct {
	Refused  error // nil, *Invalid or *Refusal
	Warnings []Warning
}

// CheckProposal says what Propose would answer, and changes nothing.
func (s *Service) CheckProposal(ctx context.Context, a Actor, p Proposal) (ProposalCheck, error) {
	remote, err := s.askModule(ctx, a, p.Partner)
	if err != nil {
		return ProposalCheck{}, err
	}
	check := ProposalCheck{Warnings: s.Warnings(p.Terms)}
	err = s.view(ctx, func(ctx context.Context, v View) error {
		_, _, err := s.judge(ctx, v, p, remote)
		var invalid *Invalid
		var refusal *Refusal
		if errors.As(err, &invalid) || errors.As(err, &refusal) {
			check.Refused, err = err, nil
		}
		return err
	})
	return check, err
}

// Propose offers a project to a partner. Nothing runs before the partner accepts it. It is refused, with every reason at
// once, when the module is off on either side, the partner is not active (registered, or paired and confirmed), the same
// survey is shared there already, the client's first project there is still pending, TargetNewClient asks for a client
// that the partner has (ErrClientThere: copy the survey to it with TargetCopy), or TargetCopy for one that it has not.
func (s *Service) Propose(ctx context.Context, a Actor, p Proposal) (Project, error) {
	remote, err := s.askModule(ctx, a, p.Partner)
	if err != nil {
		return Project{}, err
	}
	now, id := s.now(), ProjectID(s.cfg.NewID())
	var out Project
	err = s.update(ctx, func(ctx context.Context, tx Tx) error {
		client, survey, err := s.judge(ctx, tx.View(), p, remote)
		if err != nil {
			return err
		}
		out = Project{
			ID: id, Party: PartyPrimary, Partner: p.Partner, Client: p.Client, Survey: p.Survey, ClientName: client.Name, SurveyName: survey.Content.Name,
			Target: p.Target, State: StateProposed, Attention: PartySecondary, Terms: p.Terms.Clone(), TermsRev: 1, SurveyRev: survey.Revision,
			CreatedAt: now, ChangedAt: now,
		}
		if err := tx.Projects.Put(ctx, out); err != nil {
			return fmt.Errorf("collab: propose: %w", err)
		}
		out.Version++
		if err := tx.Surveys.KeepExchange(ctx, exchangeOf(out, survey.Content, now)); err != nil {
			return err
		}
		if err := tx.History.Append(ctx, []Entry{s.entry(now, a.Name, projectSubject(id), id, "propose", "", termsChanges(Terms{}, p.Terms)...)}); err != nil {
			return err
		}
		return s.sendTerms(ctx, tx, out, now)
	})
	if err != nil {
		return Project{}, err
	}
	return out, nil
}

// askModule refuses early what needs no transaction, and asks the partner whether its module is on.
func (s *Service) askModule(ctx context.Context, a Actor, partner SystemID) (on bool, err error) {
	if err := s.allow(a); err != nil {
		return false, err
	}
	if partner == s.system || partner == "" {
		return true, nil // judge says what is wrong
	}
	if err := s.view(ctx, func(ctx context.Context, v View) error {
		if err := s.moduleOn(ctx, v.Partners); err != nil {
			return err
		}
		_, err := active(ctx, v.Partners, partner)
		return err
	}); err != nil {
		return false, fmt.Errorf("collab: propose: %w", err)
	}
	peer, err := s.peer()
	if err != nil {
		return false, err
	}
	h, err := peer.Hello(ctx, partner, Hello{System: s.system, Name: s.cfg.Name, Protocol: Protocol, ModuleOn: true})
	if err != nil {
		return false, fmt.Errorf("collab: propose: ask %s: %w", partner, err)
	}
	if h.System != partner {
		return false, fmt.Errorf("collab: propose: %.64q answers in the place of %s: %w", h.System, partner, ErrPeer)
	}
	if err := h.spoken(); err != nil {
		return false, fmt.Errorf("collab: propose: %w", err)
	}
	return h.ModuleOn, nil
}

// judge decides on a proposal with every reason at once.
func (s *Service) judge(ctx context.Context, v View, p Proposal, remoteOn bool) (Client, Survey, error) {
	bad := &Invalid{Op: "propose"}
	if p.Partner == "" {
		bad.add("partner", "required", "choose the Secondary")
	}
	if p.Partner == s.system {
		bad.add("partner", "self", "a system cannot share a project with itself")
	}
	if p.Target != TargetNewClient && p.Target != TargetCopy {
		bad.add("target", "required", "choose whether the client is new at the Secondary")
	}
	client, err := v.Clients.Client(ctx, p.Client)
	if errors.Is(err, ErrNotFound) {
		bad.add("client", "unknown", "there is no such client")
	} else if err != nil {
		return Client{}, Survey{}, err
	}
	survey, err := v.Surveys.Survey(ctx, p.Survey)
	switch {
	case errors.Is(err, ErrNotFound):
		bad.add("survey", "unknown", "there is no such survey")
	case err != nil:
		return Client{}, Survey{}, err
	case survey.Client != p.Client:
		bad.add("survey", "other_client", "the survey belongs to another client")
	}
	s.checkTerms(bad, p.Terms, survey.Content)
	if err := bad.orNil(); err != nil {
		return Client{}, Survey{}, err
	}

	no := &Refusal{Op: "propose"}
	if err := no.note(s.moduleOn(ctx, v.Partners), ErrModuleOff); err != nil {
		return Client{}, Survey{}, err
	}
	if !remoteOn {
		no.Reasons = append(no.Reasons, &ModuleError{System: p.Partner})
	}
	_, err = active(ctx, v.Partners, p.Partner)
	if err := no.note(err, ErrPartner); err != nil {
		return Client{}, Survey{}, err
	}
	others, err := v.Projects.List(ctx, ProjectQuery{Party: PartyPrimary, Partner: p.Partner, Client: p.Client})
	if err != nil {
		return Client{}, Survey{}, err
	}
	no.Reasons = append(no.Reasons, s.clashes(p, client, others)...)
	if len(no.Reasons) > 0 {
		return Client{}, Survey{}, no
	}
	return client, survey, nil
}

// clashes lists what the projects of the same client and partner say against a proposal.
func (s *Service) clashes(p Proposal, client Client, others []Project) []error {
	var reasons []error
	var there bool
	var pending *Project
	for i, o := range others {
		if o.Survey == p.Survey && o.State.Current() {
			reasons = append(reasons, fmt.Errorf("project %s shares this survey with %s and is %s: %w", o.ID, o.Partner, o.State, ErrDuplicate))
		}
		if o.TheirClient != "" {
			there = true
		}
		if o.State == StateProposed {
			pending = &others[i]
		}
	}
	switch {
	case !there && pending != nil:
		reasons = append(reasons, fmt.Errorf("project %s (%s) would first bring client %s to %s and is pending: %w", pending.ID, pending.SurveyName, client.Name, p.Partner, ErrPending))
	case there && p.Target == TargetNewClient:
		reasons = append(reasons, fmt.Errorf("%s has client %s (%s); copy the survey to that client instead: %w", p.Partner, client.Name, client.ID, ErrClientThere))
	case !there && p.Target == TargetCopy:
		reasons = append(reasons, fmt.Errorf("no accepted project has brought client %s to %s yet; create it there first: %w", client.Name, p.Partner, ErrState))
	}
	return reasons
}

// checkTerms notes what is wrong with terms for a survey.
func (s *Service) checkTerms(bad *Invalid, t Terms, c SurveyContent) {
	l := s.cfg.Ladder
	if _, ok := l.Rank(t.Export); !ok {
		bad.add("terms.export", "unknown_status", fmt.Sprintf("%.64q is no status", t.Export))
	}
	if len(t.Except) > len(l.Steps) {
		bad.add("terms.except", "too_many", fmt.Sprintf("are %d; there are %d statuses", len(t.Except), len(l.Steps)))
		t.Except = nil
	}
	for _, st := range t.Except {
		if _, ok := l.Rank(st); !ok {
			bad.add("terms.except", "unknown_status", fmt.Sprintf("%.64q is no status", st))
		}
	}
	if t.FeePayer != PartyPrimary && t.FeePayer != PartySecondary {
		bad.add("terms.fee_payer", "required", "choose who pays the fees")
	}
	if t.Rules && len(c.Rules) == 0 {
		bad.add("terms.rules", "no_rules", "the survey has no rules to share")
	}
	if c.Name != "" && !l.Below(l.Imported, c.Distribution) {
		bad.add("survey", "distribution", fmt.Sprintf("its distribution level (%s) is not above %s: the client would see shops as soon as they are imported", c.Distribution, l.Imported))
	}
}

// Warnings lists what to think about before sending terms.
func (s *Service) Warnings(t Terms) []Warning {
	var out []Warning
	l := s.cfg.Ladder
	if l.Below(t.Export, l.Recommended) {
		w := Warning{Code: "low_export_status"}
		for _, st := range l.Passing(t.Gate) {
			if l.Below(st, l.Recommended) {
				w.Statuses = append(w.Statuses, st)
			}
		}
		w.Text = fmt.Sprintf("Below %s, shops may leave before the Secondary is ready with them. Also passing: %s.", l.Recommended, joinText(w.Statuses))
		out = append(out, w)
	}
	if !t.CopyLocations {
		out = append(out, Warning{Code: "locations_not_copied", Text: "Shops at locations that the Secondary does not have are held."})
	}
	return out
}

// EditProposal replaces the terms of a project that is not accepted yet; version is the one the person saw (0: any).
// A counter-offer is answered by it, and the Secondary's attention asked for again.
func (s *Service) EditProposal(ctx context.Context, a Actor, id ProjectID, terms Terms, version int64) (Project, error) {
	return s.change(ctx, a, id, PartyPrimary, "edit", "", version, func(ctx context.Context, tx Tx, p *Project, now time.Time) error {
		if err := p.need(StateProposed); err != nil {
			return err
		}
		survey, err := tx.Surveys.Survey(ctx, p.Survey)
		if err != nil {
			return err
		}
		bad := &Invalid{Op: "edit"}
		s.checkTerms(bad, terms, survey.Content)
		if err := bad.orNil(); err != nil {
			return err
		}
		p.Terms, p.Asked, p.Attention = terms.Clone(), nil, PartySecondary
		p.SurveyName, p.SurveyRev = survey.Content.Name, survey.Revision
		return tx.Surveys.KeepExchange(ctx, exchangeOf(*p, survey.Content, now))
	})
}

// Withdraw takes a proposal back, which lifts what it stood in the way of.
func (s *Service) Withdraw(ctx context.Context, a Actor, id ProjectID, reason string, version int64) (Project, error) {
	return s.change(ctx, a, id, PartyPrimary, "withdraw", reason, version, func(_ context.Context, _ Tx, p *Project, _ time.Time) error {
		if err := p.need(StateProposed); err != nil {
			return err
		}
		p.State, p.Reason, p.Attention, p.Asked = StateWithdrawn, reason, PartyNone, nil
		return nil
	})
}

// exchangeOf is the survey as a project's two sides have it: rules stay at home unless the terms let them travel.
func exchangeOf(p Project, c SurveyContent, at time.Time) Exchange {
	c = c.Clone()
	if !p.Terms.Rules {
		c.Rules = nil
	}
	return Exchange{Project: p.ID, Rev: p.SurveyRev, Content: c, Questions: QuestionSet(c), At: at}
}
