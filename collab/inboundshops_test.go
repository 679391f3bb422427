package collab_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

// testAProjectReachesItsOwnShopsAlone asks birch for shops that are none of the project's.
func testAProjectReachesItsOwnShopsAlone(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	birch := w.project(w.Birch, p.ID)
	own, err := w.Birch.Collab.SaveSurvey(w.ctx, w.Birch.Staff, collab.Survey{ID: "own", Client: birch.Client, Content: collabtest.NorthwindSurveys()[1].Content})
	require.NoError(t, err)
	foreign := collabtest.NorthwindShops(birch.Client, own.ID)[:1]
	foreign[0].ID = "901"
	_, err = w.Birch.Collab.CreateShops(w.ctx, w.Birch.Staff, foreign)
	require.NoError(t, err)
	pr := w.proposal()
	pr.Survey, pr.Target, pr.Terms.Rules = collabtest.DriveThru, collab.TargetCopy, false
	pending := w.propose(pr)

	in := w.Birch.Collab.Inbound()
	for _, tc := range []struct {
		project collab.ProjectID
		want    int
	}{{p.ID, 1}, {pending.ID, 0}} {
		both := []collab.ShopID{"501", "901"}
		page, err := in.Shops(w.ctx, collabtest.Alder, collab.HeaderQuery{Project: tc.project, Only: both})
		require.NoError(t, err)
		require.Len(t, page.Headers, tc.want)
		snaps, err := in.Snapshots(w.ctx, collabtest.Alder, tc.project, both)
		require.NoError(t, err)
		require.Len(t, snaps, tc.want)
	}
	page, err := in.Shops(w.ctx, collabtest.Alder, collab.HeaderQuery{Project: pending.ID})
	require.NoError(t, err)
	require.Empty(t, page.Headers, "a project that is not accepted has no shops")
	_, err = in.Shops(w.ctx, collabtest.Alder, collab.HeaderQuery{Project: p.ID, Limit: collab.MaxPage + 1})
	require.ErrorIs(t, err, collab.ErrInvalid)
	_, err = in.Snapshots(w.ctx, collabtest.Alder, p.ID, make([]collab.ShopID, collab.MaxPage+1))
	require.ErrorIs(t, err, collab.ErrInvalid)
	_, err = in.Return(w.ctx, collabtest.Alder, collab.Call{Key: "1"}, w.notice(p.ID, "901", 1))
	require.ErrorIs(t, err, collab.ErrNotFound)
	_, err = in.Return(w.ctx, "cedar", collab.Call{Key: "1"}, w.notice(p.ID, "501", 1))
	require.ErrorIs(t, err, collab.ErrPartner)
}

// notice is a return of a job as it stands.
func (w *world) notice(p collab.ProjectID, remote collab.ShopID, epoch int64) collab.ReturnNotice {
	sh := w.shop(w.Birch, remote)
	n := collab.ReturnNotice{Project: p, Shop: remote, Epoch: epoch, Rev: sh.Version, Content: sh.Content, By: "sam"}
	n.Content.Status, n.Content.Comments = collab.StatusReviewed, fmt.Sprintf("Returned for the %d. time.", epoch)
	return n
}

// testReturnsAreFencedByEpoch sends returns that are late, that are not due, and that are no returns.
func testReturnsAreFencedByEpoch(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	in := w.Birch.Collab.Inbound()
	second, first := w.notice(p.ID, "501", 2), w.notice(p.ID, "501", 1)
	reply, err := in.Return(w.ctx, collabtest.Alder, collab.Call{Key: "second"}, second)
	require.NoError(t, err)
	require.Equal(t, collab.ReturnReply{Done: true, Rev: 2}, reply)
	after := w.shop(w.Birch, "501")
	require.Equal(t, "Returned for the 2. time.", after.Content.Comments)
	for key, n := range map[string]collab.ReturnNotice{"late": first, "again": second} {
		reply, err = in.Return(w.ctx, collabtest.Alder, collab.Call{Key: key}, n)
		require.NoError(t, err)
		require.True(t, reply.Done)
		if d := cmp.Diff(after, w.shop(w.Birch, "501")); d != "" {
			t.Errorf("a return %s changed the shop:\n%s", key, d)
		}
	}
	for name, bend := range map[string]func(*collab.ReturnNotice){
		"an epoch beyond all": func(n *collab.ReturnNotice) { n.Epoch = 1 << 62 },
		"nobody's":            func(n *collab.ReturnNotice) { n.By = "" },
		"a status of its own": func(n *collab.ReturnNotice) { n.Content.Status = "Splendid" },
		"a NUL":               func(n *collab.ReturnNotice) { n.Content.Comments = "\x00" },
	} {
		bad := w.notice(p.ID, "501", 3)
		bend(&bad)
		_, err = in.Return(w.ctx, collabtest.Alder, collab.Call{Key: name}, bad)
		require.ErrorIs(t, err, collab.ErrInvalid, name)
	}
	_, err = w.Alder.Collab.Deactivate(w.ctx, w.Alder.Staff, p.ID, "over", 0)
	require.NoError(t, err)
	w.drain()
	_, err = in.Return(w.ctx, collabtest.Alder, collab.Call{Key: "inactive"}, w.notice(p.ID, "501", 3))
	require.ErrorIs(t, err, collab.ErrState)
	if d := cmp.Diff(after, w.shop(w.Birch, "501")); d != "" {
		t.Errorf("a refused return changed the shop:\n%s", d)
	}
}

// testLongAnswersComeInParts imports shops whose content does not fit into one answer.
func testLongAnswersComeInParts(t *testing.T) {
	w := newWorld(t)
	p := w.propose(w.proposal())
	w.accept(p.ID)
	birch := w.project(w.Birch, p.ID)
	var ids []collab.ShopID
	for i := range 5 {
		sh := collabtest.NorthwindShops(birch.Client, birch.Survey)[:1]
		sh[0].ID = collab.ShopID(fmt.Sprint(700 + i))
		for q := range 14 {
			sh[0].Content.Answers = append(sh[0].Content.Answers, collab.Answer{Question: fmt.Sprint("long", q), Value: strings.Repeat("x", collab.MaxText)})
		}
		_, err := w.Birch.Collab.CreateShops(w.ctx, w.Birch.Staff, sh)
		require.NoError(t, err)
		ids = append(ids, sh[0].ID)
	}
	snaps, err := w.Birch.Collab.Inbound().Snapshots(w.ctx, collabtest.Alder, p.ID, ids)
	require.NoError(t, err)
	require.Len(t, snaps, 2)
	require.Equal(t, collab.Counts{Imported: 5}, w.imports(p.ID).Counts)
}

// testOneOriginOneShop offers a shop that has come by another way already.
func testOneOriginOneShop(t *testing.T) {
	w, l := newLiar(t)
	p := w.withJobs()
	origin := collab.Origin{System: "cedar", ID: "9"}
	claim := func(shop collab.ShopID) {
		l.page = func(_ collab.HeaderQuery, p *collab.HeaderPage) {
			for i := range p.Headers {
				if p.Headers[i].Shop == shop {
					p.Headers[i].Origin = origin
				} else {
					p.Headers[i].Held = []collab.Reason{collab.ReasonBelowExport}
				}
			}
		}
		l.snaps = bend(shop, func(s *collab.Snapshot) { s.Content.Origin = origin })
	}
	claim("501")
	require.Equal(t, int64(1), w.imports(p.ID).Counts.Imported)
	claim("503")
	run := w.imports(p.ID)
	require.Equal(t, int64(0), run.Counts.Imported)
	require.Equal(t, int64(2), run.Counts.Already, "501, and 503 with the origin of 501")
	require.Empty(t, w.link("503").Shop)
	require.NotContains(t, w.held(run.ID), collab.ShopID("503"), "what is here is counted, not listed")
}

// testWhatPassesTooLateWaits lets a shop become eligible after the content was asked for.
func testWhatPassesTooLateWaits(t *testing.T) {
	w, l := newLiar(t)
	p := w.withJobs()
	w.edit(locations.Rename("2002", "Elsewhere"))
	l.snaps = func(s []collab.Snapshot) []collab.Snapshot {
		l.snaps = nil
		w.edit(locations.Rename("2002", "Wicker Park"))
		return s
	}
	run := w.imports(p.ID)
	require.Equal(t, collab.ReasonLocationDiffers, w.held(run.ID)["505"][0])
	require.Equal(t, int64(3), run.Counts.Imported)
	require.Equal(t, int64(1), w.imports(p.ID).Counts.Imported)
	l.snaps = func(s []collab.Snapshot) []collab.Snapshot {
		return append([]collab.Snapshot{{Shop: "100"}}, s...)
	}
	w.save(w.Birch, "502", status(collab.StatusFinalized))
	_, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{})
	require.NoError(t, err)
	require.ErrorIs(t, w.Drain(w.ctx), collab.ErrPeer, "content that was not asked for is no answer")
}

// testAnySaveReleasesAReturnedShop sets the status of a returned shop in bulk instead of saving it in the Review View.
func testAnySaveReleasesAReturnedShop(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.imports(p.ID)
	w.returns(collab.ReturnOptions{}, w.imported("501").ID, w.imported("503").ID)
	_, err := w.Birch.Collab.SetStatus(w.ctx, w.Birch.Staff, []collab.ShopID{"501"}, collab.StatusLocked)
	require.NoError(t, err)
	w.save(w.Birch, "503", func(*collab.Shop) {})
	require.False(t, w.shop(w.Birch, "503").Awaiting, "a save that changes nothing else counts too")
	run := w.imports(p.ID)
	require.Equal(t, int64(1), run.Counts.Updated)
	require.Equal(t, collab.ReasonBelowExport, w.held(run.ID)["503"][0])
}
