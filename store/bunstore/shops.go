package bunstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
)

type shops struct{ s *session }

type shopRow struct {
	bun.BaseModel    `bun:"table:mspkit_shop"`
	Account          string        `bun:",pk"`
	ID               collab.ShopID `bun:",pk"`
	Client           collab.ClientID
	Survey           collab.SurveyID
	Shopper          string
	Wave             string
	Pay              string
	Payable          bool
	Place            collab.PlaceKey
	Status           collab.Status
	Questions        string
	StartAt          int64
	DueAt            int64
	SubmitDueAt      int64
	ShoppedAt        int64
	SubmittedAt      int64
	ReportAt         int64
	Answers          string
	Earned           string
	Possible         string
	ScoredBy         collab.SystemID
	Sections         string
	Comments         string
	ReviewerComments string
	OriginSystem     collab.SystemID
	OriginID         string
	Epoch            int64
	Awaiting         bool
	SavedBy          string
	SavedAt          int64
	Version          int64
}

type storedAnswer struct {
	Question string `json:"question"`
	Value    string `json:"value"`
	Comment  string `json:"comment,omitempty"`
}

type storedScore struct {
	Section  string `json:"section"`
	Earned   string `json:"earned"`
	Possible string `json:"possible"`
}

func shopOf(account string, s *collab.Shop) shopRow {
	c := &s.Content
	return shopRow{
		Account: account, ID: s.ID, Client: s.Client, Survey: s.Survey, Shopper: s.Shopper, Wave: s.Wave, Pay: s.Pay, Payable: s.Payable,
		Place: c.Place, Status: c.Status, Questions: c.Questions,
		StartAt: micros(c.Dates.Start), DueAt: micros(c.Dates.Due), SubmitDueAt: micros(c.Dates.SubmitDue),
		ShoppedAt: micros(c.Dates.Shopped), SubmittedAt: micros(c.Dates.Submitted), ReportAt: micros(c.Dates.Report),
		Answers: packAnswers(c.Answers),
		Earned:  c.Score.Earned, Possible: c.Score.Possible, ScoredBy: c.Score.By,
		Sections: packScores(c.Score.Sections),
		Comments: c.Comments, ReviewerComments: c.ReviewerComments, OriginSystem: c.Origin.System, OriginID: c.Origin.ID,
		Epoch: s.Epoch, Awaiting: s.Awaiting, SavedBy: s.SavedBy, SavedAt: micros(s.SavedAt), Version: s.Version + 1,
	}
}

func (r *shopRow) shop() (collab.Shop, error) {
	answers, err := unpack[storedAnswer](r.Answers)
	if err != nil {
		return collab.Shop{}, err
	}
	sections, err := unpack[storedScore](r.Sections)
	if err != nil {
		return collab.Shop{}, err
	}
	return collab.Shop{
		ID: r.ID, Client: r.Client, Survey: r.Survey, Shopper: r.Shopper, Wave: r.Wave, Pay: r.Pay, Payable: r.Payable,
		Content: collab.Content{
			Place: r.Place, Status: r.Status, Questions: r.Questions,
			Dates: collab.Dates{Start: fromMicros(r.StartAt), Due: fromMicros(r.DueAt), SubmitDue: fromMicros(r.SubmitDueAt),
				Shopped: fromMicros(r.ShoppedAt), Submitted: fromMicros(r.SubmittedAt), Report: fromMicros(r.ReportAt)},
			Answers: each(answers, func(a storedAnswer) collab.Answer { return collab.Answer(a) }),
			Score: collab.Score{Earned: r.Earned, Possible: r.Possible, By: r.ScoredBy,
				Sections: each(sections, func(s storedScore) collab.SectionScore { return collab.SectionScore(s) })},
			Comments: r.Comments, ReviewerComments: r.ReviewerComments, Origin: collab.Origin{System: r.OriginSystem, ID: r.OriginID},
		},
		Epoch: r.Epoch, Awaiting: r.Awaiting, SavedBy: r.SavedBy, SavedAt: fromMicros(r.SavedAt), Version: r.Version,
	}, nil
}

func (h shops) Shop(ctx context.Context, id collab.ShopID) (collab.Shop, error) {
	return one(ctx, h.s, from[shopRow](h.s).Where("id = ?", id), (*shopRow).shop, noSuch(collab.ErrNotFound, "shop", string(id)))
}

func (h shops) List(ctx context.Context, query collab.ShopQuery) ([]collab.Shop, error) {
	q := from[shopRow](h.s).Where("id > ?", query.After).Order("id")
	if query.Survey != "" {
		q.Where("survey = ?", query.Survey)
	}
	if query.Client != "" {
		q.Where("client = ?", query.Client)
	}
	if len(query.Statuses) > 0 {
		q.Where("status IN (?)", bun.List(query.Statuses))
	}
	if query.Place != "" {
		q.Where("place = ?", query.Place)
	}
	return many(ctx, h.s, limit(q, query.Limit), (*shopRow).shop)
}

func (h shops) ByID(ctx context.Context, ids []collab.ShopID) ([]collab.Shop, error) {
	return inLists(ids, func(chunk []collab.ShopID) ([]collab.Shop, error) {
		return many(ctx, h.s, among[shopRow](h.s, from[shopRow](h.s), chunk, "id"), (*shopRow).shop)
	})
}

func (h shops) CountByStatus(ctx context.Context, survey collab.SurveyID) ([]collab.StatusCount, error) {
	var counts []collab.StatusCount
	q := from[shopRow](h.s).ColumnExpr("status, count(*) AS count").Where("survey = ?", survey).Group("status").Order("status")
	return counts, h.s.scan(ctx, q, &counts)
}

func (h shops) Origins(ctx context.Context, origins []collab.Origin) ([]collab.OriginShop, error) {
	bySystem := map[collab.SystemID][]string{}
	for _, o := range origins {
		if o != (collab.Origin{}) {
			bySystem[o.System] = append(bySystem[o.System], o.ID)
		}
	}
	var out []collab.OriginShop
	for system, ids := range bySystem {
		found, err := inLists(ids, func(chunk []string) ([]collab.OriginShop, error) {
			q := from[shopRow](h.s).Column("origin_system", "origin_id", "id").Where(originSet).Where("origin_system = ?", system)
			return many(ctx, h.s, among[shopRow](h.s, q, chunk, "origin_id"), func(r *shopRow) (collab.OriginShop, error) {
				return collab.OriginShop{Origin: collab.Origin{System: r.OriginSystem, ID: r.OriginID}, Shop: r.ID}, nil
			})
		})
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortFunc(out, func(a, b collab.OriginShop) int {
		return cmp.Or(cmp.Compare(a.Origin.System, b.Origin.System), cmp.Compare(a.Origin.ID, b.Origin.ID))
	})
	return out, nil
}

func (h shops) Put(ctx context.Context, shops []collab.Shop) error {
	return putAll(ctx, h.s, shops, func(s *collab.Shop) int64 { return s.Version }, func(s *collab.Shop) shopRow { return shopOf(h.s.account, s) },
		func(s *collab.Shop, err error) error { return refuse(err, collab.ErrConflict, "shop", string(s.ID)) })
}
