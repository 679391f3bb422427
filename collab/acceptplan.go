package collab

import (
	"context"
	"errors"
	"fmt"
)

// AcceptPlan says what accepting a project would make at the Secondary. Nothing is changed by making it.
type AcceptPlan struct {
	Project Project
	Client  Client // the one that is here and would be used; the zero Client: one would be made
	Survey  Survey // the one that is here and would be brought up to the offer; the zero Survey: one would be made
	Content SurveyContent
}

// PlanAccept says what Accept would make here, at the Secondary of a proposed project. It answers the refusals of Accept that
// no form can put right: ErrParty, a StateError, ErrPartner, and ErrState when the project needs a client that is not here yet.
func (s *Service) PlanAccept(ctx context.Context, a Actor, id ProjectID) (AcceptPlan, error) {
	var plan AcceptPlan
	err := s.Read(ctx, a, func(ctx context.Context, v View) (err error) {
		p, err := v.Projects.Project(ctx, id)
		if err != nil {
			return err
		}
		if p.Party != PartySecondary {
			return fmt.Errorf("only the %s of project %s may do this: %w", PartySecondary, id, ErrParty)
		}
		if err := p.need(StateProposed); err != nil {
			return err
		}
		if _, err := active(ctx, v.Partners, p.Partner); err != nil {
			return err
		}
		plan.Project = p
		if plan.Client, err = acceptedClient(ctx, v.Clients, p); err != nil {
			return err
		}
		offer, err := v.Surveys.Exchanged(ctx, id)
		if err != nil {
			return fmt.Errorf("survey as offered: %w", err)
		}
		plan.Content = offer.Content
		if plan.Client.ID != "" {
			plan.Survey, err = acceptedSurvey(ctx, v.Surveys, p, plan.Client.ID)
		}
		return err
	})
	if err != nil {
		return AcceptPlan{}, fmt.Errorf("collab: plan acceptance of project %s: %w", id, err)
	}
	return plan, nil
}

// acceptedClient returns the client that a project's acceptance would use, or the zero Client when it would make one.
func acceptedClient(ctx context.Context, v ClientsView, p Project) (Client, error) {
	c, err := v.ByOrigin(ctx, Origin{System: p.Partner, ID: string(p.TheirClient)})
	switch {
	case !errors.Is(err, ErrNotFound):
		return c, err
	case p.Target == TargetCopy:
		return Client{}, fmt.Errorf("client %s of %s is not here: accept the project that brings it first: %w", p.ClientName, p.Partner, ErrState)
	}
	return Client{}, nil
}

// acceptedSurvey returns the survey of that client which a project's acceptance would renew, or the zero Survey when it would
// make one.
func acceptedSurvey(ctx context.Context, v SurveysView, p Project, client ClientID) (Survey, error) {
	surveys, err := v.List(ctx, client)
	if err != nil {
		return Survey{}, err
	}
	for _, have := range surveys {
		if have.Origin == (Origin{System: p.Partner, ID: string(p.TheirSurvey)}) {
			return have, nil
		}
	}
	return Survey{}, nil
}
