package collab_test

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

// withJobs proposes Dine-In, accepts it, and makes jobs 501 to 508 at birch.
func (w *world) withJobs() collab.Project {
	w.t.Helper()
	return w.withJobsUnder(w.proposal())
}

func (w *world) withJobsUnder(pr collab.Proposal) collab.Project {
	w.t.Helper()
	p := w.propose(pr)
	w.accept(p.ID)
	birch := w.project(w.Birch, p.ID)
	_, err := w.Birch.Collab.CreateShops(w.ctx, w.Birch.Staff, collabtest.NorthwindShops(birch.Client, birch.Survey))
	require.NoError(w.t, err)
	return w.project(w.Alder, p.ID)
}

// imports runs an import to its end.
func (w *world) imports(id collab.ProjectID) collab.Run {
	w.t.Helper()
	run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, id, collab.ImportOptions{})
	require.NoError(w.t, err)
	w.drain()
	return w.run(run.ID)
}

func (w *world) run(id collab.RunID) collab.Run {
	w.t.Helper()
	var run collab.Run
	w.view(w.Alder, func(ctx context.Context, v collab.View) (err error) {
		run, err = v.Runs.Run(ctx, id)
		return err
	})
	return run
}

// held lists what a run left behind and why.
func (w *world) held(id collab.RunID) map[collab.ShopID][]collab.Reason {
	w.t.Helper()
	out := map[collab.ShopID][]collab.Reason{}
	w.view(w.Alder, func(ctx context.Context, v collab.View) error {
		items, err := v.Runs.Items(ctx, id, "", 1000)
		for _, it := range items {
			out[it.Remote] = it.Reasons
		}
		return err
	})
	return out
}

// planned lists what a plan says of each shop.
func planned(p collab.ImportPlan) map[collab.ShopID][]collab.Reason {
	out := map[collab.ShopID][]collab.Reason{}
	for _, it := range p.Items {
		out[it.Remote] = it.Reasons
	}
	return out
}

// link is alder's link to a shop of birch's; its Shop is empty where there is none.
func (w *world) link(remote collab.ShopID) collab.Link {
	w.t.Helper()
	var out collab.Link
	w.view(w.Alder, func(ctx context.Context, v collab.View) error {
		links, err := v.Ledger.Links(ctx, collabtest.Birch, []collab.ShopID{remote})
		if len(links) > 0 {
			out = links[0]
		}
		return err
	})
	return out
}

func (w *world) shop(s *collabtest.Side, id collab.ShopID) collab.Shop {
	w.t.Helper()
	var sh collab.Shop
	w.view(s, func(ctx context.Context, v collab.View) (err error) {
		sh, err = v.Shops.Shop(ctx, id)
		return err
	})
	return sh
}

// imported is alder's shop of a job of birch's.
func (w *world) imported(remote collab.ShopID) collab.Shop {
	w.t.Helper()
	l := w.link(remote)
	require.NotEmpty(w.t, l.Shop, "job %s is not imported", remote)
	return w.shop(w.Alder, l.Shop)
}

// save changes a stored shop and saves it.
func (w *world) save(s *collabtest.Side, id collab.ShopID, change func(*collab.Shop)) collab.Shop {
	w.t.Helper()
	sh := w.shop(s, id)
	change(&sh)
	out, err := s.Collab.SaveShop(w.ctx, s.Staff, sh)
	require.NoError(w.t, err)
	return out
}

func status(to collab.Status) func(*collab.Shop) {
	return func(sh *collab.Shop) { sh.Content.Status = to }
}

func answer(question, value string) func(*collab.Shop) {
	return func(sh *collab.Shop) {
		for i, a := range sh.Content.Answers {
			if a.Question == question {
				sh.Content.Answers[i].Value = value
			}
		}
	}
}

func answerOf(sh collab.Shop, question string) string {
	for _, a := range sh.Content.Answers {
		if a.Question == question {
			return a.Value
		}
	}
	return ""
}

// returns sends shops of alder's back and delivers.
func (w *world) returns(o collab.ReturnOptions, shops ...collab.ShopID) {
	w.t.Helper()
	_, err := w.Alder.Collab.Return(w.ctx, w.Alder.Staff, shops, o)
	require.NoError(w.t, err)
	w.drain()
}

// history lists what a side's history says of a shop, newest first.
func (w *world) history(s *collabtest.Side, id collab.ShopID) []collab.Entry {
	w.t.Helper()
	var out []collab.Entry
	w.view(s, func(ctx context.Context, v collab.View) (err error) {
		out, err = v.History.List(ctx, collab.HistoryQuery{Subject: collab.Subject{Kind: "shop", ID: string(id)}, Limit: 100})
		return err
	})
	return out
}

func reasonCounts(counts collab.Counts) map[collab.Reason]int64 {
	out := map[collab.Reason]int64{}
	for _, h := range counts.Held {
		out[h.Reason] = h.Count
	}
	return out
}
