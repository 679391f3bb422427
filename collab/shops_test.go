package collab_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

func job(place collab.PlaceKey) collab.Shop {
	return collab.Shop{Survey: collabtest.DineIn, Shopper: "R. Vance", Pay: "9.50", Payable: true, Content: collab.Content{
		Place: place, Status: collab.StatusNew, Answers: []collab.Answer{{Question: "greeting", Value: "yes"}}, Score: collab.Score{Earned: "5", Possible: "10", By: "nobody"},
		Origin: collab.Origin{System: "nobody", ID: "1"},
	}}
}

func TestCreateShops(t *testing.T) {
	w := newWorld(t)
	got, err := w.Alder.Collab.CreateShops(w.ctx, w.Alder.Staff, []collab.Shop{job("1001"), job("1002")})
	require.NoError(t, err)
	first := w.shop(w.Alder, got[0].ID)
	if d := cmp.Diff(got[0], first); d != "" {
		t.Errorf("answered and stored differ:\n%s", d)
	}
	require.Equal(t, collabtest.Northwind, first.Client)
	require.Equal(t, collab.QuestionSet(collabtest.NorthwindSurveys()[0].Content), first.Content.Questions)
	require.Equal(t, collab.Origin{}, first.Content.Origin, "a shop of our own has no other origin")
	require.Empty(t, first.Content.Score.By)
	require.Equal(t, "create", w.history(w.Alder, first.ID)[0].Action)

	bad := job("")
	bad.Content.Status, bad.Pay, bad.Survey = "Splendid", "much", "no survey"
	_, err = w.Alder.Collab.CreateShops(w.ctx, w.Alder.Staff, []collab.Shop{job("1003"), bad})
	var invalid *collab.Invalid
	require.ErrorAs(t, err, &invalid)
	var fields []string
	for _, f := range invalid.Fields {
		fields = append(fields, f.Field)
	}
	require.ElementsMatch(t, []string{"shops[1].survey", "shops[1].status", "shops[1].place", "shops[1].pay"}, fields)
	taken := job("1001")
	taken.ID = first.ID
	_, err = w.Alder.Collab.CreateShops(w.ctx, w.Alder.Staff, []collab.Shop{job("1003"), taken})
	require.ErrorIs(t, err, collab.ErrConflict)
	w.view(w.Alder, func(ctx context.Context, v collab.View) error {
		all, err := v.Shops.List(ctx, collab.ShopQuery{})
		require.Len(t, all, 2, "all or none")
		return err
	})
}

func TestSaveShop(t *testing.T) {
	w := newWorld(t)
	made, err := w.Alder.Collab.CreateShops(w.ctx, w.Alder.Staff, []collab.Shop{job("1001")})
	require.NoError(t, err)
	opened := made[0]
	change := opened.Clone()
	change.Client, change.Survey, change.Epoch, change.Awaiting = "other", "other", 9, true
	change.Content.Origin = collab.Origin{System: "other", ID: "2"}
	change.Content.Answers[0].Value, change.Content.Comments, change.Wave = "no", "It rained.", "May"
	saved, err := w.Alder.Collab.SaveShop(w.ctx, w.Alder.Staff, change)
	require.NoError(t, err)
	want := opened.Clone()
	want.Content.Answers[0].Value, want.Content.Comments, want.Wave, want.Version = "no", "It rained.", "May", 2
	want.SavedAt, want.SavedBy = saved.SavedAt, w.Alder.Staff.Name
	if d := cmp.Diff(want, w.shop(w.Alder, opened.ID)); d != "" {
		t.Errorf("stored (-want +got):\n%s", d)
	}
	changes := []collab.Change{
		{Field: "answers[greeting]", Before: "yes", After: "no"}, {Field: "comments", After: "It rained."}, {Field: "wave", After: "May"}, {Field: "version", Before: "1", After: "2"},
	}
	if d := cmp.Diff(changes, w.history(w.Alder, opened.ID)[0].Changes); d != "" {
		t.Errorf("history (-want +got):\n%s", d)
	}
	_, err = w.Alder.Collab.SaveShop(w.ctx, w.Alder.Staff, opened)
	require.ErrorIs(t, err, collab.ErrConflict)
	require.ErrorContains(t, err, "was version 1 and is 2")
	same, err := w.Alder.Collab.SaveShop(w.ctx, w.Alder.Staff, saved)
	require.NoError(t, err)
	require.Equal(t, int64(2), same.Version, "nothing changed, nothing written")
	for name, bend := range map[string]func(*collab.Shop){
		"status":    status("Splendid"),
		"questions": func(sh *collab.Shop) { sh.Content.Questions = "never heard of" },
		"pay":       func(sh *collab.Shop) { sh.Pay = "1e3" },
	} {
		bad := saved.Clone()
		bend(&bad)
		_, err = w.Alder.Collab.SaveShop(w.ctx, w.Alder.Staff, bad)
		require.ErrorIs(t, err, collab.ErrInvalid, name)
	}
	_, err = w.Alder.Collab.SaveShop(w.ctx, w.Birch.Staff, saved)
	require.ErrorIs(t, err, collab.ErrForbidden)
	saved.ID = "nothing"
	_, err = w.Alder.Collab.SaveShop(w.ctx, w.Alder.Staff, saved)
	require.ErrorIs(t, err, collab.ErrNotFound)
}

func testImportedShopsPayNobody(t *testing.T) {
	w := newWorld(t)
	w.imports(w.withJobs().ID)
	sh := w.imported("501")
	pay := sh.Clone()
	pay.Payable = true
	_, err := w.Alder.Collab.SaveShop(w.ctx, w.Alder.Staff, pay)
	require.ErrorIs(t, err, collab.ErrInvalid)
	saved := w.save(w.Alder, sh.ID, func(s *collab.Shop) {
		s.Shopper, s.Content.Questions, s.Content.Score.Earned = "M. Ortiz", "", "7"
	})
	require.Equal(t, "*collabShopper", saved.Shopper)
	require.Equal(t, sh.Content.Questions, saved.Content.Questions)
	require.Empty(t, saved.Content.Score.By, "a score that alder changed is alder's")
	require.Equal(t, collabtest.Birch, sh.Content.Score.By, "a score that it left was birch's")
}

func testStatusByHandIsNoCollaboration(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	own, err := w.Alder.Collab.CreateShops(w.ctx, w.Alder.Staff, []collab.Shop{job("1001"), job("1002")})
	require.NoError(t, err)
	ids := []collab.ShopID{own[0].ID, own[1].ID}
	set, err := w.Alder.Collab.SetStatus(w.ctx, w.Alder.Staff, ids, collab.StatusCollaboration)
	require.NoError(t, err)
	if d := cmp.Diff(set[1], w.shop(w.Alder, ids[1])); d != "" {
		t.Errorf("answered and stored differ:\n%s", d)
	}
	require.Equal(t, []collab.Change{{Field: "status", Before: "New", After: "Collaboration Shop"}, {Field: "version", Before: "1", After: "2"}}, w.history(w.Alder, ids[0])[0].Changes)
	w.refusesReturn(collab.ErrNotCollab, ids[0])
	_, err = w.Alder.Collab.SetStatus(w.ctx, w.Alder.Staff, append(ids, "nothing"), collab.StatusOpen)
	require.ErrorIs(t, err, collab.ErrNotFound)
	_, err = w.Alder.Collab.SetStatus(w.ctx, w.Alder.Staff, ids, "Splendid")
	require.ErrorIs(t, err, collab.ErrInvalid)
	require.Equal(t, collab.StatusCollaboration, w.shop(w.Alder, ids[0]).Content.Status)
	w.imports(p.ID)
	imported := w.imported("501").ID
	_, err = w.Alder.Collab.SetStatus(w.ctx, w.Alder.Staff, []collab.ShopID{imported}, collab.StatusExcluded)
	require.NoError(t, err)
	w.returns(collab.ReturnOptions{}, imported)
	require.Equal(t, collab.ReturnDone, w.link("501").Return, "a link makes it one, whatever its status")
}
