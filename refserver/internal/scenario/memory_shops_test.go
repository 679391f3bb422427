package scenario_test

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

func (s *services) CreateShops(shops []collab.Shop) error {
	_, err := s.Collab.CreateShops(s.ctx, s.Staff, shops)
	return refused(err)
}

func toShop(s collab.Shop) shop {
	c := s.Content
	out := shop{
		ID: string(s.ID), Client: string(s.Client), Survey: string(s.Survey), Place: string(c.Place), Status: string(c.Status), Shopper: s.Shopper, Wave: s.Wave,
		Pay: s.Pay, Payable: s.Payable, Awaiting: s.Awaiting, Answers: map[string]string{}, Earned: c.Score.Earned, Possible: c.Score.Possible,
		ScoredBy: string(c.Score.By), Comments: c.Comments, ReviewerComments: c.ReviewerComments, Origin: origin(string(c.Origin.System), c.Origin.ID),
		Epoch: s.Epoch, Version: s.Version,
	}
	for _, a := range c.Answers {
		out.Answers[a.Question] = a.Value
	}
	return out
}

func (s *services) Shop(id string) (shop, error) {
	return read(s, func(ctx context.Context, v collab.View) (shop, error) {
		sh, err := v.Shops.Shop(ctx, collab.ShopID(id))
		if err != nil {
			return shop{}, err
		}
		out := toShop(sh)
		links, err := v.Ledger.LinksOf(ctx, []collab.ShopID{sh.ID})
		for _, l := range links {
			out.Link = &link{string(l.Partner), string(l.Remote), string(l.Project), l.Return.String(), l.Epoch}
		}
		return out, err
	})
}

func (s *services) Shops() ([]shop, error) {
	return read(s, func(ctx context.Context, v collab.View) ([]shop, error) {
		ss, err := v.Shops.List(ctx, collab.ShopQuery{})
		return each(ss, toShop), err
	})
}

func (s *services) Save(to shop) error {
	sh, err := read(s, func(ctx context.Context, v collab.View) (collab.Shop, error) {
		return v.Shops.Shop(ctx, collab.ShopID(to.ID))
	})
	if err != nil {
		return err
	}
	c := &sh.Content
	sh.Shopper, sh.Wave, sh.Pay, sh.Payable, sh.Version = to.Shopper, to.Wave, to.Pay, to.Payable, to.Version
	c.Status, c.Score.Earned, c.Score.Possible, c.Comments, c.ReviewerComments = collab.Status(to.Status), to.Earned, to.Possible, to.Comments, to.ReviewerComments
	for i, a := range c.Answers {
		c.Answers[i].Value = to.Answers[a.Question]
	}
	_, err = s.Collab.SaveShop(s.ctx, s.Staff, sh)
	return refused(err)
}

func toCounts(c collab.Counts) counts {
	out := counts{Imported: c.Imported, Updated: c.Updated, Already: c.Already, Held: map[string]int64{}}
	for _, h := range c.Held {
		out.Held[string(h.Reason)] = h.Count
	}
	return out
}

func words[T ~string](in []T) []string { return each(in, func(v T) string { return string(v) }) }

func (s *services) PlanImport(id string) (plan, error) {
	p, err := s.Collab.PlanImport(s.ctx, s.Staff, collab.ProjectID(id))
	return seen(p, err, func(p collab.ImportPlan) plan {
		out := plan{Terms: p.Stamp.TermsRev, Survey: p.Stamp.SurveyRev, Counts: toCounts(p.Counts), Would: map[string]string{}, Reasons: map[string][]string{}}
		for _, it := range p.Items {
			out.Would[string(it.Remote)], out.Reasons[string(it.Remote)] = it.Kind.String(), words(it.Reasons)
		}
		return out
	})
}

func (s *services) Import(id string, agreed plan) (string, error) {
	r, err := s.Collab.Import(s.ctx, s.Staff, collab.ProjectID(id), collab.ImportOptions{Plan: &collab.ImportStamp{TermsRev: agreed.Terms, SurveyRev: agreed.Survey}})
	return seen(r, err, func(r collab.Run) string { return string(r.ID) })
}

func (s *services) Run(id string) (run, error) {
	return read(s, func(ctx context.Context, v collab.View) (run, error) {
		r, err := v.Runs.Run(ctx, collab.RunID(id))
		if err != nil {
			return run{}, err
		}
		out := run{State: r.State.String(), Reason: r.Reason, Counts: toCounts(r.Counts), Ledger: map[string]int64{}, Events: map[string]string{}, Left: map[string][]string{}}
		byKind, err1 := v.Ledger.CountEvents(ctx, r.ID)
		for kind := range maps.Keys(byKind) {
			out.Ledger[kind.String()] = byKind[kind]
		}
		events, err2 := v.Ledger.Events(ctx, r.ID, collabtest.Birch, "", 1000)
		for _, e := range events {
			out.Events[string(e.Remote)] = string(e.Shop)
		}
		items, err3 := v.Runs.Items(ctx, r.ID, "", 1000)
		for _, it := range items {
			out.Left[string(it.Remote)] = words(it.Reasons)
		}
		return out, errors.Join(err1, err2, err3)
	})
}

func (s *services) PlanReturn(id string) (returnPlan, error) {
	p, err := s.Collab.PlanReturn(s.ctx, s.Staff, []collab.ShopID{collab.ShopID(id)})
	return seen(p, err, func(p collab.ReturnPlan) returnPlan {
		it := p.Items[0]
		return returnPlan{Remote: string(it.Remote), Refused: refusal(it.Refused), Lost: it.Lost}
	})
}

func (s *services) Return(id string, overwrite bool) error {
	_, err := s.Collab.Return(s.ctx, s.Staff, []collab.ShopID{collab.ShopID(id)}, collab.ReturnOptions{Overwrite: overwrite})
	return refused(err)
}

func (s *services) History(kind, id string) ([]entry, error) {
	return read(s, func(ctx context.Context, v collab.View) ([]entry, error) {
		es, err := v.History.List(ctx, collab.HistoryQuery{Subject: collab.Subject{Kind: kind, ID: id}})
		slices.Reverse(es)
		return each(es, func(e collab.Entry) entry { return entry{e.Actor, e.Action, e.Why, e.Changes} }), err
	})
}
