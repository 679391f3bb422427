package api

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/store"
)

type listProjects struct {
	State   string `query:"state" enum:"current,inactive,all" default:"all"`
	Party   string `query:"party" enum:"primary,secondary" doc:"only those in which this system is that side"`
	Partner string `query:"partner"`
	After   string `query:"after"`
	Paged
}

// states are those that a list of projects names by one word.
func states(word string) []collab.State {
	var out []collab.State
	for _, s := range []collab.State{collab.StateProposed, collab.StateAccepted, collab.StateDeclined, collab.StateWithdrawn, collab.StateInactive} {
		if word == "all" || s.Current() == (word == "current") {
			out = append(out, s)
		}
	}
	return out
}

// projects serves what the two sides decide about a project.
func (a *api) projects() {
	const area = "Projects"
	gated(a, route("listProjects", "GET projects", area, "Projects by id"), func(ctx context.Context, in *listProjects) (shapes.List[shapes.Project], error) {
		ps, err := view(ctx, a, func(ctx context.Context, v store.View) ([]collab.Project, error) {
			return v.Collab.Projects.List(ctx, collab.ProjectQuery{
				Party: collab.ParseParty(in.Party), Partner: collab.SystemID(in.Partner), States: states(in.State), After: collab.ProjectID(in.After), Limit: in.Limit + 1,
			})
		})
		return page(ps, in.Limit, func(p collab.Project) string { return string(p.ID) }, toProject), err
	})
	gated(a, route("getProject", "GET projects/{id}", area, "One project"), func(ctx context.Context, in *byID) (shapes.Project, error) {
		return project(a.project(ctx, in.ID))
	})
	gated(a, route("checkProject", "POST projects/check", area, "What proposing would answer; nothing is sent"), func(ctx context.Context, in *take[shapes.Proposal]) (shapes.ProposalCheck, error) {
		c, err := a.Collab.CheckProposal(ctx, a.Actor(ctx), a.proposal(in.Body))
		return shapes.ProposalCheck{Refused: refused(c.Refused), Warnings: each(c.Warnings, toWarning)}, err
	})
	gated(a, route("proposeProject", "POST projects", area, "Offer a project to a partner"), func(ctx context.Context, in *take[shapes.Proposal]) (shapes.Project, error) {
		return project(a.Collab.Propose(ctx, a.Actor(ctx), a.proposal(in.Body)))
	})
	gated(a, route("editProject", "PATCH projects/{id}", area, "Change the terms of a proposal (Primary)"), func(ctx context.Context, in *takeByID[shapes.EditProposal]) (shapes.Project, error) {
		p, err := a.project(ctx, in.ID)
		if err != nil {
			return shapes.Project{}, err
		}
		return project(a.Collab.EditProposal(ctx, a.Actor(ctx), p.ID, over(p.Terms, in.Body.Terms), in.Body.Version))
	})
	gated(a, route("withdrawProject", "POST projects/{id}/withdraw", area, "Take a proposal back (Primary)"), func(ctx context.Context, in *takeByID[shapes.Reasoned]) (shapes.Project, error) {
		return project(a.Collab.Withdraw(ctx, a.Actor(ctx), collab.ProjectID(in.ID), in.Body.Reason, in.Body.Version))
	})
	gated(a, route("acceptProject", "POST projects/{id}/accept", area, "Accept a proposal (Secondary)"), func(ctx context.Context, in *takeByID[shapes.Accept]) (shapes.Project, error) {
		return project(a.Collab.Accept(ctx, a.Actor(ctx), collab.ProjectID(in.ID), collab.Acceptance{Email: in.Body.Email, Agreed: in.Body.Agreed}, in.Body.Version))
	})
	gated(a, route("declineProject", "POST projects/{id}/decline", area, "Refuse a proposal for good (Secondary)"), func(ctx context.Context, in *takeByID[shapes.Reasoned]) (shapes.Project, error) {
		return project(a.Collab.Decline(ctx, a.Actor(ctx), collab.ProjectID(in.ID), in.Body.Reason, in.Body.Version))
	})
	gated(a, route("counterProject", "POST projects/{id}/counter", area, "Ask for other terms (Secondary)"), func(ctx context.Context, in *takeByID[shapes.Counter]) (shapes.Project, error) {
		p, err := a.project(ctx, in.ID)
		if err != nil {
			return shapes.Project{}, err
		}
		return project(a.Collab.Counter(ctx, a.Actor(ctx), p.ID, collab.Ask{Terms: over(p.Terms, in.Body.Terms), Note: in.Body.Note}, in.Body.Version))
	})
	gated(a, route("updateSettings", "PATCH projects/{id}/settings", area, "Change settings of an accepted project"), func(ctx context.Context, in *takeByID[shapes.Settings]) (shapes.Project, error) {
		p, err := a.project(ctx, in.ID)
		if err != nil {
			return shapes.Project{}, err
		}
		b := in.Body
		change := collab.SettingsChange{Master: b.Master, Mask: each(b.Mask, as[collab.Field]), Terms: over(p.Terms, b.Terms), Contact: b.Contact, Sharing: b.Sharing}
		return project(a.Collab.UpdateSettings(ctx, a.Actor(ctx), p.ID, change, b.Version))
	})
	gated(a, route("activateProject", "POST projects/{id}/activate", area, "Make an inactive project work again (Primary)"), func(ctx context.Context, in *takeByID[shapes.Versioned]) (shapes.Project, error) {
		return project(a.Collab.Activate(ctx, a.Actor(ctx), collab.ProjectID(in.ID), in.Body.Version))
	})
	gated(a, route("deactivateProject", "POST projects/{id}/deactivate", area, "Stop imports, updates and returns (Primary)"), func(ctx context.Context, in *takeByID[shapes.Reasoned]) (shapes.Project, error) {
		return project(a.Collab.Deactivate(ctx, a.Actor(ctx), collab.ProjectID(in.ID), in.Body.Reason, in.Body.Version))
	})
	gated(a, route("getProgress", "GET projects/{id}/progress", area, "The Secondary's shops by status, where it shares them"), func(ctx context.Context, in *byID) (shapes.List[shapes.StatusCount], error) {
		counts, err := a.Collab.Progress(ctx, a.Actor(ctx), collab.ProjectID(in.ID))
		return shapes.List[shapes.StatusCount]{Items: each(counts, func(c collab.StatusCount) shapes.StatusCount {
			return shapes.StatusCount{Status: string(c.Status), Count: c.Count}
		})}, err
	})
}

func (a *api) project(ctx context.Context, id string) (collab.Project, error) {
	return view(ctx, a, func(ctx context.Context, v store.View) (collab.Project, error) {
		p, err := v.Collab.Projects.Project(ctx, collab.ProjectID(id))
		if err != nil {
			return p, fmt.Errorf("project %s: %w", id, err)
		}
		return p, nil
	})
}

func project(p collab.Project, err error) (shapes.Project, error) { return toProject(p), err }

func (a *api) proposal(b shapes.Proposal) collab.Proposal {
	return collab.Proposal{
		Partner: collab.SystemID(b.Partner), Client: collab.ClientID(b.Client), Survey: collab.SurveyID(b.Survey),
		Target: collab.ParseTarget(b.Target), Terms: over(a.Collab.DefaultTerms(), b.Terms),
	}
}

// over puts the terms that are given over those that stand.
func over(t collab.Terms, in shapes.TermsInput) collab.Terms {
	set(&t.Export, in.Export, as[collab.Status])
	set(&t.Exact, in.Exact, same)
	set(&t.Except, in.Except, func(s []string) []collab.Status { return each(s, as[collab.Status]) })
	set(&t.CopyLocations, in.CopyLocations, same)
	set(&t.LockLocations, in.LockLocations, same)
	set(&t.FeePayer, in.FeePayer, collab.ParseParty)
	set(&t.Rules, in.Rules, same)
	return t
}

func same(b bool) bool { return b }

func set[A, B any](to *B, from *A, convert func(A) B) {
	if from != nil {
		*to = convert(*from)
	}
}

func toTerms(t collab.Terms) shapes.Terms {
	return shapes.Terms{
		Export: string(t.Export), Exact: t.Exact, Except: each(t.Except, as[string]), CopyLocations: t.CopyLocations, LockLocations: t.LockLocations,
		FeePayer: t.FeePayer.String(), Rules: t.Rules,
	}
}

func toWarning(w collab.Warning) shapes.Warning {
	return shapes.Warning{Code: w.Code, Text: w.Text, Statuses: each(w.Statuses, as[string])}
}

func toProject(p collab.Project) shapes.Project {
	out := shapes.Project{
		ID: string(p.ID), Party: p.Party.String(), Partner: string(p.Partner), State: p.State.String(), Label: p.Label(), Reason: p.Reason, Attention: p.Attention.String(),
		Client: string(p.Client), Survey: string(p.Survey), ClientName: p.ClientName, SurveyName: p.SurveyName, TheirClient: string(p.TheirClient), TheirSurvey: string(p.TheirSurvey),
		Target: p.Target.String(), Terms: toTerms(p.Terms), Contact: p.Contact, Sharing: p.Sharing, Confirmed: p.Confirmed,
		TermsRev: p.TermsRev, AnswerRev: p.AnswerRev, SurveyRev: p.SurveyRev, CreatedAt: p.CreatedAt, ChangedAt: p.ChangedAt, Version: p.Version,
	}
	if p.Asked != nil {
		out.Asked = &shapes.Ask{Terms: toTerms(p.Asked.Terms), Note: p.Asked.Note}
	}
	return out
}
