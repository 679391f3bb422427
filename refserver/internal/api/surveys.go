package api

import (
	"context"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// surveyUpdates serves how a project's survey gets to the Secondary again.
func (a *api) surveyUpdates() {
	const area = "Survey updates"
	gated(a, route("planSurveyUpdate", "GET projects/{id}/survey-update", area, "What an update of the survey would change over there"), func(ctx context.Context, in *byID) (shapes.SurveyPlan, error) {
		p, err := a.Collab.PlanSurveyUpdate(ctx, a.Actor(ctx), collab.ProjectID(in.ID))
		return shapes.SurveyPlan{
			Stamp: shapes.SurveyStamp(p.Stamp), Changes: each(p.Changes, toChange), Lost: each(p.Lost, toChange), Added: p.Added, Changed: p.Changed, Removed: p.Removed,
			Lint: each(p.Lint, func(w collab.LintWarning) shapes.Lint { return shapes.Lint(w) }),
		}, err
	})
	gated(a, route("updateSurvey", "POST projects/{id}/survey-update", area, "Carry a survey plan out"), func(ctx context.Context, in *takeByID[shapes.SurveyUpdate]) (shapes.Project, error) {
		plan := collab.SurveyPlan{Project: collab.ProjectID(in.ID), Stamp: collab.SurveyStamp(in.Body.Stamp)}
		return project(a.Collab.UpdateSurvey(ctx, a.Actor(ctx), plan, collab.SurveyPolicy{Overwrite: in.Body.Overwrite, Keep: in.Body.Keep}))
	})
}

func toChange(c collab.Change) shapes.Change { return shapes.Change(c) }
