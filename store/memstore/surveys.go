package memstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/mspkit/mspkit/collab"
)

type surveys struct{ a *account }

var _ collab.Surveys = surveys{}

var surveyShape = shape[collab.Survey]{
	id:      func(s *collab.Survey) key { return keyOf(s.ID) },
	version: func(s *collab.Survey) *int64 { return &s.Version },
	clone: func(s collab.Survey) collab.Survey {
		s.Content = s.Content.Clone()
		return s
	},
	unique: func(s *collab.Survey) []key { return originKeys(s.Origin) },
}

func (r surveys) Survey(_ context.Context, id collab.SurveyID) (collab.Survey, error) {
	s, ok := r.a.surveys.get(surveyShape, keyOf(id))
	if !ok {
		return s, fmt.Errorf("memstore: survey %s: %w", id, collab.ErrNotFound)
	}
	return s, nil
}

func (r surveys) List(_ context.Context, client collab.ClientID) ([]collab.Survey, error) {
	var out []collab.Survey
	for _, s := range r.a.surveys.rows.from(key{}) {
		if client == "" || s.Client == client {
			out = append(out, surveyShape.clone(*s))
		}
	}
	return out, nil
}

func (r surveys) Put(_ context.Context, s collab.Survey) error {
	if !r.a.surveys.put(surveyShape, s) {
		return fmt.Errorf("memstore: put survey %s: %w", s.ID, collab.ErrConflict)
	}
	return nil
}

func (r surveys) Exchanged(_ context.Context, project collab.ProjectID) (collab.Exchange, error) {
	for k, e := range r.a.exchanges.before(keyOf(past(project))) {
		if k[0] != string(project) {
			break
		}
		out := *e
		out.Content = out.Content.Clone()
		return out, nil
	}
	return collab.Exchange{}, fmt.Errorf("memstore: exchange of project %s: %w", project, collab.ErrNotFound)
}

func (r surveys) QuestionSets(_ context.Context, project collab.ProjectID) ([]string, error) {
	var out []string
	for k, e := range r.a.exchanges.from(keyOf(project)) {
		if k[0] != string(project) {
			break
		}
		out = append(out, e.Questions)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func (r surveys) KeepExchange(_ context.Context, e collab.Exchange) error {
	e.Content = e.Content.Clone()
	r.a.exchanges.put(keyOf(e.Project, number(e.Rev)), e)
	return nil
}
