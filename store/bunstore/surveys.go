package bunstore

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
)

type surveys struct{ s *session }

type surveyRow struct {
	bun.BaseModel `bun:"table:mspkit_survey"`
	Account       string          `bun:",pk"`
	ID            collab.SurveyID `bun:",pk"`
	Client        collab.ClientID
	Content       string
	Revision      int64
	OriginSystem  collab.SystemID
	OriginID      string
	Version       int64
}

func (r *surveyRow) survey() (collab.Survey, error) {
	content, err := unpackSurvey(r.Content)
	return collab.Survey{ID: r.ID, Client: r.Client, Content: content, Revision: r.Revision,
		Origin: collab.Origin{System: r.OriginSystem, ID: r.OriginID}, Version: r.Version}, err
}

type exchangeRow struct {
	bun.BaseModel `bun:"table:mspkit_exchange"`
	Account       string           `bun:",pk"`
	Project       collab.ProjectID `bun:",pk"`
	Rev           int64            `bun:",pk"`
	Content       string
	Questions     string
	ExchangedAt   int64
}

func (r *exchangeRow) exchange() (collab.Exchange, error) {
	content, err := unpackSurvey(r.Content)
	return collab.Exchange{Project: r.Project, Rev: r.Rev, Content: content, Questions: r.Questions, At: fromMicros(r.ExchangedAt)}, err
}

func (v surveys) Survey(ctx context.Context, id collab.SurveyID) (collab.Survey, error) {
	return one(ctx, v.s, from[surveyRow](v.s).Where("id = ?", id), (*surveyRow).survey, noSuch(collab.ErrNotFound, "survey", string(id)))
}

func (v surveys) List(ctx context.Context, client collab.ClientID) ([]collab.Survey, error) {
	q := from[surveyRow](v.s).Order("id")
	if client != "" {
		q.Where("client = ?", client)
	}
	return many(ctx, v.s, q, (*surveyRow).survey)
}

func (v surveys) Exchanged(ctx context.Context, project collab.ProjectID) (collab.Exchange, error) {
	q := from[exchangeRow](v.s).Where("project = ?", project).Order("rev DESC").Limit(1)
	return one(ctx, v.s, q, (*exchangeRow).exchange, noSuch(collab.ErrNotFound, "exchange of project", string(project)))
}

func (v surveys) QuestionSets(ctx context.Context, project collab.ProjectID) ([]string, error) {
	var sets []string
	q := from[exchangeRow](v.s).Column("questions").Distinct().Where("project = ?", project).Order("questions")
	return sets, v.s.scan(ctx, q, &sets)
}

func (v surveys) Put(ctx context.Context, sv collab.Survey) error {
	row := surveyRow{Account: v.s.account, ID: sv.ID, Client: sv.Client, Content: packSurvey(sv.Content), Revision: sv.Revision,
		OriginSystem: sv.Origin.System, OriginID: sv.Origin.ID, Version: sv.Version + 1}
	if ok, err := put(ctx, v.s, &row, sv.Version); !ok {
		return refuse(err, collab.ErrConflict, "survey", string(sv.ID))
	}
	return nil
}

func (v surveys) KeepExchange(ctx context.Context, e collab.Exchange) error {
	row := exchangeRow{Account: v.s.account, Project: e.Project, Rev: e.Rev, Content: packSurvey(e.Content), Questions: e.Questions, ExchangedAt: micros(e.At)}
	if ok, err := write(ctx, v.s, verbReplace, &row); !ok {
		return refuse(err, collab.ErrConflict, "exchange", string(e.Project), strconv.FormatInt(e.Rev, 10))
	}
	return nil
}
