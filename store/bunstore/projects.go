package bunstore

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
)

type projects struct{ s *session }

type projectRow struct {
	bun.BaseModel `bun:"table:mspkit_project"`
	Account       string           `bun:",pk"`
	ID            collab.ProjectID `bun:",pk"`
	Party         string
	Partner       collab.SystemID
	Client        collab.ClientID
	Survey        collab.SurveyID
	ClientName    string
	SurveyName    string
	TheirClient   collab.ClientID
	TheirSurvey   collab.SurveyID
	Target        string
	State         string
	Reason        string
	Attention     string
	Terms         string
	TermsRev      int64
	Contact       string
	Sharing       bool
	Asked         string // empty: no counter-offer
	AnswerRev     int64
	Confirmed     bool
	SurveyRev     int64
	CreatedAt     int64
	ChangedAt     int64
	Version       int64
}

type storedTerms struct {
	Export        collab.Status   `json:"export"`
	Exact         bool            `json:"exact,omitempty"`
	Except        []collab.Status `json:"except,omitempty"`
	CopyLocations bool            `json:"copy_locations,omitempty"`
	LockLocations bool            `json:"lock_locations,omitempty"`
	FeePayer      string          `json:"fee_payer"`
	Rules         bool            `json:"rules,omitempty"`
}

type storedAsk struct {
	Terms storedTerms `json:"terms"`
	Note  string      `json:"note"`
}

func termsOf(t collab.Terms) storedTerms {
	return storedTerms{Export: t.Export, Exact: t.Exact, Except: t.Except, CopyLocations: t.CopyLocations, LockLocations: t.LockLocations,
		FeePayer: t.FeePayer.String(), Rules: t.Rules}
}

func (t storedTerms) terms() collab.Terms {
	return collab.Terms{Gate: collab.Gate{Export: t.Export, Exact: t.Exact, Except: t.Except}, CopyLocations: t.CopyLocations,
		LockLocations: t.LockLocations, FeePayer: collab.ParseParty(t.FeePayer), Rules: t.Rules}
}

func (r *projectRow) project() (collab.Project, error) {
	var terms storedTerms
	if err := unpackOne(r.Terms, &terms); err != nil {
		return collab.Project{}, err
	}
	var asked *collab.Ask
	if r.Asked != "" {
		var ask storedAsk
		if err := unpackOne(r.Asked, &ask); err != nil {
			return collab.Project{}, err
		}
		asked = &collab.Ask{Terms: ask.Terms.terms(), Note: ask.Note}
	}
	return collab.Project{
		ID: r.ID, Party: collab.ParseParty(r.Party), Partner: r.Partner,
		Client: r.Client, Survey: r.Survey, ClientName: r.ClientName, SurveyName: r.SurveyName,
		TheirClient: r.TheirClient, TheirSurvey: r.TheirSurvey, Target: collab.ParseTarget(r.Target),
		State: collab.ParseState(r.State), Reason: r.Reason, Attention: collab.ParseParty(r.Attention),
		Terms: terms.terms(), TermsRev: r.TermsRev,
		Contact: r.Contact, Sharing: r.Sharing, Asked: asked, AnswerRev: r.AnswerRev, Confirmed: r.Confirmed,
		SurveyRev: r.SurveyRev, CreatedAt: fromMicros(r.CreatedAt), ChangedAt: fromMicros(r.ChangedAt), Version: r.Version,
	}, nil
}

func (p projects) Project(ctx context.Context, id collab.ProjectID) (collab.Project, error) {
	return one(ctx, p.s, from[projectRow](p.s).Where("id = ?", id), (*projectRow).project, noSuch(collab.ErrNotFound, "project", string(id)))
}

func (p projects) List(ctx context.Context, query collab.ProjectQuery) ([]collab.Project, error) {
	q := from[projectRow](p.s).Where("id > ?", query.After).Order("id")
	if query.Party != collab.PartyNone {
		q.Where("party = ?", query.Party.String())
	}
	if query.Partner != "" {
		q.Where("partner = ?", query.Partner)
	}
	if query.Client != "" {
		q.Where("client = ?", query.Client)
	}
	if query.Survey != "" {
		q.Where("survey = ?", query.Survey)
	}
	if len(query.States) > 0 {
		q.Where("state IN (?)", bun.List(each(query.States, collab.State.String)))
	}
	return many(ctx, p.s, limit(q, query.Limit), (*projectRow).project)
}

func (p projects) Put(ctx context.Context, pr collab.Project) error {
	asked := ""
	if pr.Asked != nil {
		asked = packOne(storedAsk{Terms: termsOf(pr.Asked.Terms), Note: pr.Asked.Note})
	}
	row := projectRow{
		Account: p.s.account, ID: pr.ID, Party: pr.Party.String(), Partner: pr.Partner,
		Client: pr.Client, Survey: pr.Survey, ClientName: pr.ClientName, SurveyName: pr.SurveyName,
		TheirClient: pr.TheirClient, TheirSurvey: pr.TheirSurvey, Target: pr.Target.String(),
		State: pr.State.String(), Reason: pr.Reason, Attention: pr.Attention.String(),
		Terms: packOne(termsOf(pr.Terms)), TermsRev: pr.TermsRev,
		Contact: pr.Contact, Sharing: pr.Sharing, Asked: asked, AnswerRev: pr.AnswerRev, Confirmed: pr.Confirmed,
		SurveyRev: pr.SurveyRev, CreatedAt: micros(pr.CreatedAt), ChangedAt: micros(pr.ChangedAt), Version: pr.Version + 1,
	}
	if ok, err := put(ctx, p.s, &row, pr.Version); !ok {
		return refuse(err, collab.ErrConflict, "project", string(pr.ID))
	}
	return nil
}
