package scenario_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// twoProcesses starts two systems as processes and drives them through their API.
func twoProcesses(t *testing.T) *world {
	t.Helper()
	return started(t, address{}, address{})
}

// onPostgres is twoProcesses with a PostgreSQL database each.
func onPostgres(t *testing.T) *world {
	t.Helper()
	pgtest.Need(t)
	return started(t, address{database: pgtest.Database(t)}, address{database: pgtest.Database(t)})
}

func started(t *testing.T, alderAt, birchAt address) *world {
	t.Helper()
	alder, birch := prepare(t, "alder", alderAt), prepare(t, "birch", birchAt)
	alder.start()
	birch.start()
	return processes(t, alder, birch)
}

// processes is a world of two processes that run.
func processes(t *testing.T, alder, birch *process) *world {
	return &world{t: t, alder: &served{t.Context(), alder.Client}, birch: &served{t.Context(), birch.Client}, settle: func() {
		t.Helper()
		quiet(t, alder, birch)
	}}
}

// served is a system behind the API.
type served struct {
	ctx context.Context
	c   *apiclient.Client
}

// problem says an answer of the API as people hear it.
func problem(p *shapes.Problem) *no {
	if p == nil {
		return nil
	}
	out := &no{Codes: []string{p.Code}, Detail: p.Detail, System: p.System}
	for _, r := range p.Reasons {
		out.Codes = append(out.Codes, problem(&r).Codes...)
		if out.System == "" {
			out.System = r.System
		}
	}
	out.Fields = each(p.Fields, func(f shapes.Field) string { return f.Field })
	out.Lost = append(each(p.Lost, func(c shapes.Change) string { return c.Field }), each(p.Changes, func(d shapes.NodeDiff) string { return d.Key })...)
	return out
}

// heard converts what the API answered.
func heard[A, B any](a A, err error, to func(A) B) (B, error) {
	var none B
	if e, ok := errors.AsType[*apiclient.Error](err); ok {
		return none, problem(&e.Problem)
	}
	if err != nil {
		return none, err
	}
	return to(a), nil
}

func answered[A any](a A, err error) error {
	_, err = heard(a, err, func(a A) A { return a })
	return err
}

func items[A, B any](l shapes.List[A], err error, to func(A) B) ([]B, error) {
	return heard(l, err, func(l shapes.List[A]) []B { return each(l.Items, to) })
}

// every is the most that the scenarios have of anything: one page.
const every = 500

func (s *served) Module() (bool, error) {
	m, err := s.c.Module(s.ctx)
	return heard(m, err, func(m shapes.Module) bool { return m.On })
}

func (s *served) Switch(on bool) error { return answered(s.c.SetModule(s.ctx, on)) }

func (s *served) Card() (card, error) {
	self, err := s.c.Self(s.ctx)
	return heard(self, err, func(s shapes.Self) card { return card{System: s.System, URL: s.URL, KeyID: s.KeyID, Key: s.Key} })
}

func (s *served) Register(c card) error {
	return answered(s.c.Register(s.ctx, shapes.Self{System: c.System, URL: c.URL, Key: c.Key}))
}

func (s *served) Invite(origin string) (string, error) {
	inv, err := s.c.Invite(s.ctx, origin)
	return heard(inv, err, func(i shapes.Invitation) string { return i.Token })
}

func partnerOf(p shapes.Partner) partner { return partner{p.ID, p.URL, p.State, p.Keys[0].ID} }

func (s *served) Join(url, token string) (partner, error) {
	p, err := s.c.Join(s.ctx, shapes.Join{URL: url, Token: token})
	return heard(p, err, partnerOf)
}

func (s *served) Confirm(id, key string) (partner, error) {
	p, err := s.c.Confirm(s.ctx, id, key)
	return heard(p, err, partnerOf)
}

func (s *served) Partners() ([]partner, error) {
	ps, err := s.c.Partners(s.ctx)
	return items(ps, err, partnerOf)
}

func (s *served) SaveClient(id, name string) error {
	return answered(s.c.SaveClient(s.ctx, id, shapes.SaveClient{Name: name}))
}

func (s *served) SaveSurvey(sv collab.Survey) error {
	c := sv.Content
	return answered(s.c.SaveSurvey(s.ctx, string(sv.ID), shapes.SaveSurvey{Client: string(sv.Client), Content: shapes.SurveyContent{
		Name: c.Name, Distribution: string(c.Distribution),
		Settings: each(c.Settings, func(s collab.Setting) shapes.Setting { return shapes.Setting(s) }),
		Rules:    each(c.Rules, func(r collab.Rule) shapes.Rule { return shapes.Rule(r) }),
		Sections: each(c.Sections, func(s collab.Section) shapes.Section {
			return shapes.Section{ID: s.ID, Name: s.Name, Questions: each(s.Questions, func(q collab.Question) shapes.Question {
				return shapes.Question{ID: q.ID, Kind: q.Kind, Text: q.Text, Required: q.Required, Options: each(q.Options, func(o collab.Option) shapes.Option { return shapes.Option(o) })}
			})}
		}),
	}}))
}

// from writes where a record was first made.
func from(o *shapes.Origin) string {
	if o == nil {
		return ""
	}
	return origin(o.System, o.ID)
}

func (s *served) Clients() ([]client, error) {
	cs, err := s.c.Clients(s.ctx, "", every)
	return items(cs, err, func(c shapes.Client) client { return client{c.ID, c.Name, from(c.Origin)} })
}

func (s *served) Surveys(of string) ([]survey, error) {
	ss, err := s.c.Surveys(s.ctx, of)
	return items(ss, err, func(s shapes.Survey) survey {
		out := survey{ID: s.ID, Name: s.Content.Name, Origin: from(s.Origin)}
		for _, sec := range s.Content.Sections {
			out.Questions = append(out.Questions, each(sec.Questions, func(q shapes.Question) string { return q.ID })...)
		}
		out.Rules = each(s.Content.Rules, func(r shapes.Rule) string { return r.Name })
		return out
	})
}

func (s *served) Load(set, table string) (int, error) {
	layout := shapes.Layout{ID: northwindLayout.ID, Fields: map[string]string{}}
	for f, header := range northwindLayout.Fields {
		layout.Fields[f.String()] = header
	}
	layout.Levels = each(northwindLayout.Levels, func(l locations.LevelColumn) shapes.LevelColumn { return shapes.LevelColumn(l) })
	r, err := s.c.LoadTable(s.ctx, set, []byte(table), apiclient.Load{Layout: &layout})
	return heard(r, err, func(r shapes.LoadResult) int { return r.Created })
}

func (s *served) Places(set string) (map[string]place, error) {
	ns, err := s.c.Nodes(s.ctx, set, "", every)
	return heard(ns, err, func(l shapes.List[shapes.Node]) map[string]place {
		out := map[string]place{}
		for _, n := range l.Items {
			out[n.Key] = place{Name: n.Name, Parent: n.Parent, Group: n.Place.Group, Level: n.Level, Inactive: n.Inactive, Edited: n.Edited}
		}
		return out
	})
}

func (s *served) EditPlaces(set string, edits ...locations.Edit) error {
	head, err := s.c.Set(s.ctx, set)
	if err != nil {
		return answered(head, err)
	}
	in := shapes.Edit{Revision: head.Revision}
	for _, e := range edits {
		n, p := e.Node, e.Node.Place
		out := shapes.EditNode{Node: shapes.Node{Key: string(n.Key), Parent: string(n.Parent), Level: int(n.Level), Name: n.Name, Inactive: n.Inactive, Place: shapes.Place{
			Address1: p.Address1, City: p.City, State: p.State, PostalCode: p.PostalCode, Phone: p.Phone, Group: p.Group,
		}}}
		if e.Fields != locations.AllFields {
			out.Fields = e.Fields.Names()
		}
		in.Edits = append(in.Edits, out)
	}
	return answered(s.c.EditSet(s.ctx, set, in))
}

func offerOf(p proposal) shapes.Proposal {
	out := shapes.Proposal{Partner: p.Partner, Client: p.Client, Survey: p.Survey, Target: p.Target}
	if p.Export != "" {
		out.Terms.Export = &p.Export
	}
	lock := !p.Unlocked
	out.Terms.Exact, out.Terms.Rules, out.Terms.LockLocations = &p.Exact, &p.Rules, &lock
	return out
}

func (s *served) Check(p proposal) (check, error) {
	c, err := s.c.CheckProposal(s.ctx, offerOf(p))
	return heard(c, err, func(c shapes.ProposalCheck) check {
		return check{Refused: problem(c.Refused), Warnings: each(c.Warnings, func(w shapes.Warning) warning { return warning{w.Code, w.Statuses} })}
	})
}

func (s *served) Propose(p proposal) (project, error) {
	out, err := s.c.Propose(s.ctx, offerOf(p))
	return heard(out, err, projectOf)
}

func projectOf(p shapes.Project) project {
	return project{
		ID: p.ID, Partner: p.Partner, State: p.State, Label: p.Label, ClientName: p.ClientName, SurveyName: p.SurveyName, Client: p.Client, Survey: p.Survey,
		Contact: p.Contact, Export: p.Terms.Export, FeePayer: p.Terms.FeePayer, Copy: p.Terms.CopyLocations, Lock: p.Terms.LockLocations, Rules: p.Terms.Rules,
	}
}

func (s *served) Withdraw(id, reason string) error {
	return answered(s.c.Withdraw(s.ctx, id, shapes.Reasoned{Reason: reason}))
}

func (s *served) Accept(id, email string, agreed bool) error {
	return answered(s.c.Accept(s.ctx, id, shapes.Accept{Email: email, Agreed: agreed}))
}

func (s *served) Decline(id, reason string) error {
	return answered(s.c.Decline(s.ctx, id, shapes.Reasoned{Reason: reason}))
}

func (s *served) Settings(id string, c settings) error {
	return answered(s.c.UpdateSettings(s.ctx, id, shapes.Settings{Master: c.Master, Mask: c.Mask, Terms: shapes.TermsInput{Export: &c.Export, LockLocations: &c.Lock}, Contact: c.Contact}))
}

func (s *served) Projects() ([]project, error) {
	ps, err := s.c.Projects(s.ctx, apiclient.ProjectQuery{Limit: every})
	return items(ps, err, projectOf)
}

func (s *served) Compare(id string) (comparison, error) {
	c, err := s.c.CompareLocations(s.ctx, id, "", every)
	return heard(c, err, func(c shapes.Comparison) comparison {
		out := comparison{Counts: locations.Counts(c.Counts)}
		for _, d := range c.Changes {
			out.Changes = append(out.Changes, differs(d.Key, d.Kind, d.Fields, d.Edited))
		}
		for _, h := range c.Hints {
			out.Hints = append(out.Hints, h.Theirs+" "+h.Why)
		}
		return out
	})
}

func (s *served) Push(id string, overwrite bool) (pushed, error) {
	p, err := s.c.PlanPush(s.ctx, id)
	if err != nil {
		return pushed{}, answered(p, err)
	}
	r, err := s.c.PushLocations(s.ctx, id, shapes.Push{Overwrite: overwrite, Ours: p.Ours.Revision, Theirs: p.Theirs.Revision})
	return heard(r, err, func(r shapes.PushReceipt) pushed { return pushed{r.Created, r.Updated, r.Deactivated} })
}

// shapeOf is a shop as the API takes it.
func shapeOf(s collab.Shop) shapes.Shop {
	c := s.Content
	return shapes.Shop{
		ID: string(s.ID), Survey: string(s.Survey), Shopper: s.Shopper, Wave: s.Wave, Pay: s.Pay, Payable: s.Payable,
		Content: shapes.Content{
			Place: string(c.Place), Status: string(c.Status), Dates: shapes.Dates(c.Dates), Comments: c.Comments, ReviewerComments: c.ReviewerComments,
			Answers: each(c.Answers, func(a collab.Answer) shapes.Answer { return shapes.Answer(a) }),
			Score:   shapes.Score{Earned: c.Score.Earned, Possible: c.Score.Possible},
		},
	}
}

func (s *served) CreateShops(shops []collab.Shop) error {
	return answered(s.c.CreateShops(s.ctx, each(shops, shapeOf)))
}

func shopOf(s shapes.Shop) shop {
	c := s.Content
	out := shop{
		ID: s.ID, Client: s.Client, Survey: s.Survey, Place: c.Place, Status: c.Status, Shopper: s.Shopper, Wave: s.Wave, Pay: s.Pay, Payable: s.Payable,
		Awaiting: s.Awaiting, Answers: map[string]string{}, Earned: c.Score.Earned, Possible: c.Score.Possible, ScoredBy: c.Score.By, Comments: c.Comments,
		ReviewerComments: c.ReviewerComments, Origin: from(c.Origin), Epoch: s.Epoch, Version: s.Version,
	}
	for _, a := range c.Answers {
		out.Answers[a.Question] = a.Value
	}
	if l := s.Link; l != nil {
		out.Link = &link{l.Partner, l.Remote, l.Project, l.Return, l.Epoch}
	}
	return out
}

func (s *served) Shop(id string) (shop, error) {
	sh, err := s.c.Shop(s.ctx, id)
	return heard(sh, err, shopOf)
}

func (s *served) Shops() ([]shop, error) {
	l, err := s.c.Shops(s.ctx, apiclient.ShopQuery{Limit: every})
	return items(l, err, shopOf)
}

func (s *served) Save(to shop) error {
	sh, err := s.c.Shop(s.ctx, to.ID)
	if err != nil {
		return answered(sh, err)
	}
	c := &sh.Content
	sh.Shopper, sh.Wave, sh.Pay, sh.Payable, sh.Version = to.Shopper, to.Wave, to.Pay, to.Payable, to.Version
	c.Status, c.Score.Earned, c.Score.Possible, c.Comments, c.ReviewerComments = to.Status, to.Earned, to.Possible, to.Comments, to.ReviewerComments
	for i, a := range c.Answers {
		c.Answers[i].Value = to.Answers[a.Question]
	}
	return answered(s.c.SaveShop(s.ctx, sh))
}

func countsOf(c shapes.Counts) counts {
	out := counts{Imported: c.Imported, Updated: c.Updated, Already: c.Already, Held: map[string]int64{}}
	for _, h := range c.Held {
		out.Held[h.Reason] = h.Count
	}
	return out
}

func (s *served) PlanImport(id string) (plan, error) {
	p, err := s.c.PlanImport(s.ctx, id)
	return heard(p, err, func(p shapes.ImportPlan) plan {
		out := plan{Terms: p.Stamp.TermsRev, Survey: p.Stamp.SurveyRev, Counts: countsOf(p.Counts), Would: map[string]string{}, Reasons: map[string][]string{}}
		for _, it := range p.Items {
			out.Would[it.Remote], out.Reasons[it.Remote] = it.Kind, it.Reasons
		}
		return out
	})
}

func (s *served) Import(id string, agreed plan) (string, error) {
	r, err := s.c.Import(s.ctx, id, shapes.Import{Stamp: &shapes.ImportStamp{TermsRev: agreed.Terms, SurveyRev: agreed.Survey}})
	return heard(r, err, func(r shapes.Run) string { return r.ID })
}

func (s *served) Run(id string) (run, error) {
	r, err1 := s.c.Run(s.ctx, id)
	events, err2 := s.c.RunEvents(s.ctx, id, "", every)
	left, err3 := s.c.RunItems(s.ctx, id, "", every)
	if err := errors.Join(err1, err2, err3); err != nil {
		return run{}, answered(r, err)
	}
	out := run{State: r.State, Reason: r.Reason, Counts: countsOf(r.Counts), Ledger: map[string]int64{}, Events: map[string]string{}, Left: map[string][]string{}}
	for kind, n := range map[string]int64{"imported": r.Ledger.Imported, "updated": r.Ledger.Updated, "reimported": r.Ledger.Reimported} {
		if n > 0 {
			out.Ledger[kind] = n
		}
	}
	for _, e := range events.Items {
		out.Events[e.Remote] = e.Shop
	}
	for _, it := range left.Items {
		out.Left[it.Remote] = it.Reasons
	}
	return out, nil
}

func (s *served) PlanReturn(id string) (returnPlan, error) {
	p, err := s.c.PlanReturn(s.ctx, id)
	return heard(p, err, func(p shapes.ReturnPlan) returnPlan {
		it := p.Items[0]
		return returnPlan{Remote: it.Remote, Refused: problem(it.Refused), Lost: each(it.Lost, func(c shapes.Change) collab.Change { return collab.Change(c) })}
	})
}

func (s *served) Return(id string, overwrite bool) error {
	return answered(s.c.Return(s.ctx, shapes.Return{Shops: []string{id}, Overwrite: overwrite}))
}

func (s *served) History(kind, id string) ([]entry, error) {
	l, err := s.c.History(s.ctx, apiclient.HistoryQuery{SubjectKind: kind, SubjectID: id, Limit: every})
	es, err := items(l, err, func(e shapes.Entry) entry {
		return entry{e.Actor, e.Action, e.Why, each(e.Changes, func(c shapes.Change) collab.Change { return collab.Change(c) })}
	})
	slices.Reverse(es)
	return es, err
}
