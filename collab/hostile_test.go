package collab_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

// liar is birch as alder sees it, with answers that can be bent.
type liar struct {
	collab.Peer
	page  func(collab.HeaderQuery, *collab.HeaderPage)
	snaps func([]collab.Snapshot) []collab.Snapshot
}

func (l *liar) Shops(ctx context.Context, to collab.SystemID, q collab.HeaderQuery) (collab.HeaderPage, error) {
	p, err := l.Peer.Shops(ctx, to, q)
	if l.page != nil && err == nil {
		l.page(q, &p)
	}
	return p, err
}

func (l *liar) Snapshots(ctx context.Context, to collab.SystemID, p collab.ProjectID, shops []collab.ShopID) ([]collab.Snapshot, error) {
	out, err := l.Peer.Snapshots(ctx, to, p, shops)
	if l.snaps != nil && err == nil {
		out = l.snaps(out)
	}
	return out, err
}

func newLiar(t *testing.T) (*world, *liar) {
	t.Helper()
	t.Parallel()
	l := &liar{}
	w := worldWith(t, collabtest.Options{Paired: true, Collab: func(id collab.SystemID, cfg *collab.Config) {
		if id == collabtest.Alder {
			l.Peer = cfg.Peer
			cfg.Peer = l
		}
	}})
	return w, l
}

// bend changes the snapshot of one shop.
func bend(shop collab.ShopID, change func(*collab.Snapshot)) func([]collab.Snapshot) []collab.Snapshot {
	return func(snaps []collab.Snapshot) []collab.Snapshot {
		for i := range snaps {
			if snaps[i].Shop == shop {
				change(&snaps[i])
			}
		}
		return snaps
	}
}

// testOneBadShopDoesNotStopTheOthers bends one of four shops in every way that content can be bent.
func testOneBadShopDoesNotStopTheOthers(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*collab.Snapshot)
		reason collab.Reason
	}{
		"NUL in a text":        {func(s *collab.Snapshot) { s.Content.Comments = "a\x00b" }, collab.ReasonUnreadable},
		"broken UTF-8":         {func(s *collab.Snapshot) { s.Content.Answers[0].Value = "\xff" }, collab.ReasonUnreadable},
		"a question twice":     {func(s *collab.Snapshot) { s.Content.Answers[1].Question = s.Content.Answers[0].Question }, collab.ReasonUnreadable},
		"a score of words":     {func(s *collab.Snapshot) { s.Content.Score.Earned = "ten" }, collab.ReasonUnreadable},
		"text without end":     {func(s *collab.Snapshot) { s.Content.Comments = string(make([]byte, 1<<20)) }, collab.ReasonUnreadable},
		"a status of its own":  {func(s *collab.Snapshot) { s.Content.Status = "Splendid" }, collab.ReasonUnreadable},
		"not passing the gate": {func(s *collab.Snapshot) { s.Content.Status = collab.StatusReviewed }, collab.ReasonUnreadable},
		"another place":        {func(s *collab.Snapshot) { s.Content.Place = "1002" }, collab.ReasonUnreadable},
		"another origin":       {func(s *collab.Snapshot) { s.Content.Origin.ID = "1" }, collab.ReasonUnreadable},
		"other questions":      {func(s *collab.Snapshot) { s.Content.Questions = "1" }, collab.ReasonUnreadable},
		"saved since":          {func(s *collab.Snapshot) { s.Rev++ }, collab.ReasonNotAvailable},
		"returned since":       {func(s *collab.Snapshot) { s.Epoch++ }, collab.ReasonNotAvailable},
	} {
		t.Run(name, func(t *testing.T) {
			w, l := newLiar(t)
			p := w.withJobs()
			l.snaps = bend("503", tc.change)
			run := w.imports(p.ID)
			require.Equal(t, collab.RunDone, run.State)
			require.Equal(t, int64(3), run.Counts.Imported)
			require.Equal(t, int64(8), run.Counts.Total())
			require.Equal(t, []collab.Reason{tc.reason}, w.held(run.ID)["503"])
			require.Equal(t, tc.reason == collab.ReasonUnreadable, run.Reason != "", "run says: %q", run.Reason)
			l.snaps = nil
			require.Equal(t, int64(1), w.imports(p.ID).Counts.Imported, "put right, it comes in")
		})
	}
}

func testHeadersAreNotBelieved(t *testing.T) {
	on := func(shop collab.ShopID, change func(*collab.Header)) func(collab.HeaderQuery, *collab.HeaderPage) {
		return func(_ collab.HeaderQuery, p *collab.HeaderPage) {
			for i := range p.Headers {
				if p.Headers[i].Shop == shop {
					change(&p.Headers[i])
				}
			}
		}
	}
	for name, tc := range map[string]struct {
		page   func(collab.HeaderQuery, *collab.HeaderPage)
		shop   collab.ShopID
		reason collab.Reason
	}{
		"released below the gate":      {on("508", func(h *collab.Header) { h.Held, h.Status = nil, collab.StatusReviewed }), "508", collab.ReasonBelowExport},
		"released without a status":    {on("508", func(h *collab.Header) { h.Held = nil }), "508", collab.ReasonUnreadable},
		"an epoch below zero":          {on("501", func(h *collab.Header) { h.Epoch = -1 }), "501", collab.ReasonUnreadable},
		"an epoch beyond all":          {on("501", func(h *collab.Header) { h.Epoch = 1 << 62 }), "501", collab.ReasonUnreadable},
		"a place with a NUL":           {on("501", func(h *collab.Header) { h.Place = "10\x0001" }), "501", collab.ReasonUnreadable},
		"a reason that is ours to say": {on("501", func(h *collab.Header) { h.Held = []collab.Reason{collab.ReasonAlreadyImported} }), "501", collab.ReasonUnreadable},
		"another print":                {on("501", func(h *collab.Header) { h.Print = "p" }), "501", collab.ReasonLocationDiffers},
	} {
		t.Run(name, func(t *testing.T) {
			w, l := newLiar(t)
			p := w.withJobs()
			l.page = tc.page
			run := w.imports(p.ID)
			require.Equal(t, tc.reason, w.held(run.ID)[tc.shop][0])
			require.Equal(t, int64(8), run.Counts.Total())
			require.GreaterOrEqual(t, run.Counts.Imported, int64(3))
			require.Empty(t, w.link(tc.shop).Shop)
		})
	}
	t.Run("a shop that was ours to begin with", func(t *testing.T) {
		w, l := newLiar(t)
		p := w.withJobs()
		l.page = on("501", func(h *collab.Header) { h.Origin = collab.Origin{System: collabtest.Alder, ID: "9"} })
		run := w.imports(p.ID)
		require.Equal(t, int64(1), run.Counts.Already)
		require.Equal(t, int64(3), run.Counts.Imported)
	})
	t.Run("two shops of one origin", func(t *testing.T) {
		w, l := newLiar(t)
		p := w.withJobs()
		origin := collab.Origin{System: "cedar", ID: "9"}
		l.page = func(_ collab.HeaderQuery, p *collab.HeaderPage) {
			for i := range p.Headers {
				p.Headers[i].Origin = origin
			}
		}
		l.snaps = func(s []collab.Snapshot) []collab.Snapshot {
			for i := range s {
				s[i].Content.Origin = origin
			}
			return s
		}
		run := w.imports(p.ID)
		require.Equal(t, int64(1), run.Counts.Imported)
		require.Equal(t, int64(8), run.Counts.Total())
	})
}

// testRubbishIsNoAnswer sends pages that cannot be: nothing is written, and the same page can be asked for again.
func testRubbishIsNoAnswer(t *testing.T) {
	for name, page := range map[string]func(collab.HeaderQuery, *collab.HeaderPage){
		"out of order": func(_ collab.HeaderQuery, p *collab.HeaderPage) {
			p.Headers[0], p.Headers[1] = p.Headers[1], p.Headers[0]
		},
		"twice the same": func(_ collab.HeaderQuery, p *collab.HeaderPage) { p.Headers[1] = p.Headers[0] },
		"more than asked for": func(_ collab.HeaderQuery, p *collab.HeaderPage) {
			p.Headers = append(p.Headers, make([]collab.Header, collab.MaxPage)...)
		},
		"without an id":        func(_ collab.HeaderQuery, p *collab.HeaderPage) { p.Headers[0].Shop = "" },
		"always the same page": func(_ collab.HeaderQuery, p *collab.HeaderPage) { p.Next = "1" },
		"an empty page without end": func(_ collab.HeaderQuery, p *collab.HeaderPage) {
			p.Headers, p.Next = nil, "9"
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, l := newLiar(t)
			p := w.withJobs()
			l.page = page
			_, err := w.Alder.Collab.PlanImport(w.ctx, w.Alder.Staff, p.ID)
			require.ErrorIs(t, err, collab.ErrPeer)
			run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{PageSize: 3})
			require.NoError(t, err)
			require.ErrorIs(t, w.Drain(w.ctx), collab.ErrPeer)
			require.Equal(t, collab.RunRunning, w.run(run.ID).State)
			require.Empty(t, w.statuses(p))
			l.page = nil
			w.drainLater()
			w.drain()
			require.Equal(t, int64(4), w.run(run.ID).Counts.Imported)
		})
	}
	t.Run("and a run that waits for it can be stopped", func(t *testing.T) {
		w, l := newLiar(t)
		p := w.withJobs()
		l.page = func(_ collab.HeaderQuery, p *collab.HeaderPage) { p.Next = "1" }
		run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
		require.NoError(t, err)
		require.Error(t, w.Drain(w.ctx))
		_, err = w.Alder.Collab.StopRun(w.ctx, w.Alder.Staff, run.ID, "birch answers rubbish")
		require.NoError(t, err)
		_, err = w.Alder.Collab.StopRun(w.ctx, w.Alder.Staff, run.ID, "again")
		require.ErrorIs(t, err, collab.ErrState)
		l.page = nil
		w.drainLater()
		require.Equal(t, collab.Counts{}, w.run(run.ID).Counts, "a stopped run does nothing more")
		require.Equal(t, int64(4), w.imports(p.ID).Counts.Imported)
	})
}

// testTheGateInForceDecides changes our terms after the partner has handed out content: what is written is what passes then.
func testTheGateInForceDecides(t *testing.T) {
	w, l := newLiar(t)
	p := w.withJobs()
	l.snaps = func(s []collab.Snapshot) []collab.Snapshot {
		l.snaps = nil
		_, err := w.Alder.Collab.UpdateSettings(w.ctx, w.Alder.Staff, p.ID, collab.SettingsChange{
			Master: true, Mask: []collab.Field{collab.FieldExport}, Terms: collab.Terms{Gate: collab.Gate{Export: collab.StatusLocked}},
		}, 0)
		require.NoError(t, err)
		return s
	}
	run := w.imports(p.ID)
	require.Equal(t, collab.Counts{Imported: 1, Held: []collab.ReasonCount{{Reason: collab.ReasonBelowExport, Count: 7}}}, run.Counts)
	w.view(w.Alder, func(ctx context.Context, v collab.View) error {
		events, err := v.Ledger.Events(ctx, run.ID, collabtest.Birch, "", 10)
		require.Len(t, events, 1)
		require.Equal(t, collab.ShopID("505"), events[0].Remote)
		require.Equal(t, p.TermsRev+1, events[0].TermsRev)
		return err
	})
}
