package collab_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

func TestSaveSurveyRaisesTheRevisionWhenContentChanges(t *testing.T) {
	t.Parallel()
	w := worldWith(t, collabtest.Options{Paired: true})
	svc, staff := w.Alder.Collab, w.Alder.Staff
	made, err := svc.SaveSurvey(w.ctx, staff, collab.Survey{Client: collabtest.Northwind, Content: collab.SurveyContent{Name: "Kiosk", Distribution: collab.StatusFinalized}})
	require.NoError(t, err)
	require.NotEmpty(t, made.ID)
	require.EqualValues(t, 1, made.Revision)
	same, err := svc.SaveSurvey(w.ctx, staff, made)
	require.NoError(t, err)
	require.Equal(t, made, same, "nothing changed, nothing is written")

	edited := made
	edited.Content = made.Content.Clone()
	edited.Content.Settings = []collab.Setting{{Name: "pay", Value: "9"}}
	next, err := svc.SaveSurvey(w.ctx, staff, edited)
	require.NoError(t, err)
	require.EqualValues(t, 2, next.Revision)
	var entries []collab.Entry
	w.view(w.Alder, func(ctx context.Context, v collab.View) (err error) {
		entries, err = v.History.List(ctx, collab.HistoryQuery{Subject: collab.Subject{Kind: "survey", ID: string(made.ID)}})
		return err
	})
	want := []collab.Entry{
		{Actor: staff.Name, Action: "save", Changes: []collab.Change{{Field: "settings[pay]", After: "9"}}},
		{Actor: staff.Name, Action: "create", Changes: []collab.Change{{Field: "name", After: "Kiosk"}, {Field: "distribution", After: "Finalized"}}},
	}
	if d := cmp.Diff(want, entries, cmpopts.IgnoreFields(collab.Entry{}, "ID", "At", "Subject")); d != "" {
		t.Errorf("history (-want +got):\n%s", d)
	}

	for name, tc := range map[string]struct {
		edit func(sv *collab.Survey)
		want error
	}{
		"an old version":   {func(sv *collab.Survey) { sv.Version-- }, collab.ErrConflict},
		"made twice":       {func(sv *collab.Survey) { sv.Version = 0 }, collab.ErrConflict},
		"another client":   {func(sv *collab.Survey) { sv.Client = "other" }, collab.ErrInvalid},
		"no such client":   {func(sv *collab.Survey) { sv.ID, sv.Version, sv.Client = "", 0, "other" }, collab.ErrNotFound},
		"no such survey":   {func(sv *collab.Survey) { sv.ID = "other" }, collab.ErrNotFound},
		"no name":          {func(sv *collab.Survey) { sv.Content.Name = "" }, collab.ErrInvalid},
		"no such status":   {func(sv *collab.Survey) { sv.Content.Distribution = "Done" }, collab.ErrInvalid},
		"id of a thousand": {func(sv *collab.Survey) { sv.ID = collab.SurveyID(make([]byte, 1000)) }, collab.ErrInvalid},
	} {
		sv := next
		tc.edit(&sv)
		_, err := svc.SaveSurvey(w.ctx, staff, sv)
		require.ErrorIs(t, err, tc.want, name)
	}
	_, err = svc.SaveSurvey(w.ctx, w.Birch.Staff, next)
	require.ErrorIs(t, err, collab.ErrForbidden)
}

func TestSaveClientReplacesTheVersionThatWasSeen(t *testing.T) {
	t.Parallel()
	w := worldWith(t, collabtest.Options{Paired: true})
	svc, staff := w.Alder.Collab, w.Alder.Staff
	made, err := svc.SaveClient(w.ctx, staff, collab.Client{Name: "Acme"})
	require.NoError(t, err)
	renamed, err := svc.SaveClient(w.ctx, staff, collab.Client{ID: made.ID, Name: "Acme & Sons", Version: made.Version, Origin: collab.Origin{System: "x", ID: "y"}})
	require.NoError(t, err)
	require.Equal(t, collab.Client{ID: made.ID, Name: "Acme & Sons", Version: 2}, renamed)
	for name, c := range map[string]collab.Client{
		"an old version": made, "made twice": {ID: made.ID, Name: "Acme"},
	} {
		_, err := svc.SaveClient(w.ctx, staff, c)
		require.ErrorIs(t, err, collab.ErrConflict, name)
	}
	_, err = svc.SaveClient(w.ctx, staff, collab.Client{ID: "none", Name: "X", Version: 1})
	require.ErrorIs(t, err, collab.ErrNotFound)
	_, err = svc.SaveClient(w.ctx, staff, collab.Client{Name: "\xff"})
	require.ErrorIs(t, err, collab.ErrInvalid)
	_, err = svc.SaveClient(w.ctx, w.Birch.Staff, collab.Client{Name: "X"})
	require.ErrorIs(t, err, collab.ErrForbidden)
}

// An id that a person chose can stand in an address and in a line of a log.
func TestIDsThatNoAddressCanHold(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	for id, fine := range map[string]bool{"..": false, ".": false, "a\nb": false, "a\x7fb": false, "a\x00b": false, "\xff": false, "...": true, "a/b?c#d%e": true, "Zürich 1": true} {
		_, client := w.Alder.Collab.SaveClient(w.ctx, w.Alder.Staff, collab.Client{ID: collab.ClientID(id), Name: "Other"})
		survey := collabtest.NorthwindSurveys()[1]
		survey.ID, survey.Version = collab.SurveyID(id), 0
		_, asked := w.Alder.Collab.SaveSurvey(w.ctx, w.Alder.Staff, survey)
		shop := collabtest.NorthwindShops(w.project(w.Birch, p.ID).Client, w.project(w.Birch, p.ID).Survey)[0]
		shop.ID = collab.ShopID(id)
		_, made := w.Birch.Collab.CreateShops(w.ctx, w.Birch.Staff, []collab.Shop{shop})
		for _, err := range []error{client, asked, made} {
			if fine {
				require.NoError(t, err, "%q", id)
			} else {
				require.ErrorIs(t, err, collab.ErrInvalid, "%q", id)
			}
		}
	}
}
