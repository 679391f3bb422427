package api

import (
	"context"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/store"
)

type listClients struct {
	After string `query:"after"`
	Paged
}

type listSurveys struct {
	Client string `query:"client" doc:"only this client's"`
}

// clients serves clients and their surveys.
func (a *api) clients() {
	const area = "Clients and surveys"
	handle(a, route("listClients", "GET clients", area, "Clients by id"), func(ctx context.Context, in *listClients) (shapes.List[shapes.Client], error) {
		cs, err := view(ctx, a, func(ctx context.Context, v store.View) ([]collab.Client, error) {
			return v.Collab.Clients.List(ctx, collab.ClientID(in.After), in.Limit+1)
		})
		return page(cs, in.Limit, func(c collab.Client) string { return string(c.ID) }, toClient), err
	})
	handle(a, route("getClient", "GET clients/{id}", area, "One client"), func(ctx context.Context, in *byID) (shapes.Client, error) {
		c, err := view(ctx, a, func(ctx context.Context, v store.View) (collab.Client, error) {
			return v.Collab.Clients.Client(ctx, collab.ClientID(in.ID))
		})
		return toClient(c), err
	})
	handle(a, route("saveClient", "PUT clients/{id}", area, "Make a client, or rename one"), func(ctx context.Context, in *takeByID[shapes.SaveClient]) (shapes.Client, error) {
		c, err := a.Collab.SaveClient(ctx, a.Actor(ctx), collab.Client{ID: collab.ClientID(in.ID), Name: in.Body.Name, Version: in.Body.Version})
		return toClient(c), err
	})
	handle(a, route("listSurveys", "GET surveys", area, "All surveys by id"), func(ctx context.Context, in *listSurveys) (shapes.List[shapes.Survey], error) {
		ss, err := view(ctx, a, func(ctx context.Context, v store.View) ([]collab.Survey, error) {
			return v.Collab.Surveys.List(ctx, collab.ClientID(in.Client))
		})
		return shapes.List[shapes.Survey]{Items: each(ss, toSurvey)}, err
	})
	handle(a, route("getSurvey", "GET surveys/{id}", area, "One survey"), func(ctx context.Context, in *byID) (shapes.Survey, error) {
		s, err := view(ctx, a, func(ctx context.Context, v store.View) (collab.Survey, error) {
			return v.Collab.Surveys.Survey(ctx, collab.SurveyID(in.ID))
		})
		return toSurvey(s), err
	})
	handle(a, route("saveSurvey", "PUT surveys/{id}", area, "Make a survey, or replace its content"), func(ctx context.Context, in *takeByID[shapes.SaveSurvey]) (shapes.Survey, error) {
		s, err := a.Collab.SaveSurvey(ctx, a.Actor(ctx), collab.Survey{
			ID: collab.SurveyID(in.ID), Client: collab.ClientID(in.Body.Client), Content: fromSurveyContent(in.Body.Content), Version: in.Body.Version,
		})
		return toSurvey(s), err
	})
}

func toOrigin(o collab.Origin) *shapes.Origin {
	if o == (collab.Origin{}) {
		return nil
	}
	return &shapes.Origin{System: string(o.System), ID: o.ID}
}

func toClient(c collab.Client) shapes.Client {
	return shapes.Client{ID: string(c.ID), Name: c.Name, Origin: toOrigin(c.Origin), Version: c.Version}
}

func toSurvey(s collab.Survey) shapes.Survey {
	return shapes.Survey{ID: string(s.ID), Client: string(s.Client), Revision: s.Revision, Origin: toOrigin(s.Origin), Content: toSurveyContent(s.Content), Version: s.Version}
}

func toSurveyContent(c collab.SurveyContent) shapes.SurveyContent {
	return shapes.SurveyContent{
		Name: c.Name, Distribution: string(c.Distribution),
		Settings: each(c.Settings, func(s collab.Setting) shapes.Setting { return shapes.Setting(s) }),
		Rules:    each(c.Rules, func(r collab.Rule) shapes.Rule { return shapes.Rule(r) }),
		Sections: each(c.Sections, func(s collab.Section) shapes.Section {
			return shapes.Section{ID: s.ID, Name: s.Name, Questions: each(s.Questions, func(q collab.Question) shapes.Question {
				return shapes.Question{ID: q.ID, Kind: q.Kind, Text: q.Text, Required: q.Required, Options: each(q.Options, func(o collab.Option) shapes.Option { return shapes.Option(o) })}
			})}
		}),
	}
}

func fromSurveyContent(c shapes.SurveyContent) collab.SurveyContent {
	return collab.SurveyContent{
		Name: c.Name, Distribution: collab.Status(c.Distribution),
		Settings: each(c.Settings, func(s shapes.Setting) collab.Setting { return collab.Setting(s) }),
		Rules:    each(c.Rules, func(r shapes.Rule) collab.Rule { return collab.Rule(r) }),
		Sections: each(c.Sections, func(s shapes.Section) collab.Section {
			return collab.Section{ID: s.ID, Name: s.Name, Questions: each(s.Questions, func(q shapes.Question) collab.Question {
				return collab.Question{ID: q.ID, Kind: q.Kind, Text: q.Text, Required: q.Required, Options: each(q.Options, func(o shapes.Option) collab.Option { return collab.Option(o) })}
			})}
		}),
	}
}
