package collabhttp

import (
	"context"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

// operations lists every operation of the protocol as the mux knows it.
func operations() []string {
	const project = Prefix + "projects/{project}/"
	return []string{
		"GET " + project + "progress", "GET " + project + "shops", "GET " + project + "survey",
		"POST " + Prefix + "hello", "POST " + Prefix + "key", "POST " + Prefix + "pair",
		"POST " + project + "locations/look", "POST " + project + "locations/nodes", "POST " + project + "locations/pushes/{push}/pages",
		"POST " + project + "shops/headers", "POST " + project + "shops/snapshots",
		"PUT " + project + "answer", "PUT " + project + "locations/pushes/{push}", "PUT " + project + "shops/{shop}/return", "PUT " + project + "survey", "PUT " + project + "terms",
	}
}

// TestTwoSystemsShareAProjectOverHTTP goes the whole way, from pairing to a returned shop and a changed survey, and meets
// every operation of the protocol.
func TestTwoSystemsShareAProjectOverHTTP(t *testing.T) {
	w := strangers(t)
	var mu sync.Mutex
	met := map[string]bool{}
	for _, n := range []*node{w.alder, w.birch} {
		n.between(func(o on) bool {
			o.next.ServeHTTP(o.w, o.r)
			mu.Lock()
			defer mu.Unlock()
			met[o.r.Pattern] = true
			return true
		})
	}
	w.pair()
	require.NoError(t, collabtest.SeedNorthwind(w.ctx, w.Alder))
	id := w.accepted()

	set := locations.SetID(w.project(w.birch, id).Client)
	ours, err := w.Alder.Locations.Head(w.ctx, locations.SetID(collabtest.Northwind))
	require.NoError(t, err)
	theirs, err := w.Birch.Locations.Head(w.ctx, set)
	require.NoError(t, err)
	require.Equal(t, ours.Root, theirs.Root, "acceptance copies the locations")

	moved, err := w.Alder.Locations.Node(w.ctx, locations.SetID(collabtest.Northwind), "1001")
	require.NoError(t, err)
	moved.Node.Name = "Pike Place Market"
	_, err = w.Alder.Locations.Load(w.ctx, w.Alder.Keys, locations.SetID(collabtest.Northwind), []locations.Node{moved.Node}, locations.LoadOptions{})
	require.NoError(t, err)
	found, err := w.Alder.Locations.Compare(w.ctx, w.Alder.Keys, locations.ProjectID(id))
	require.NoError(t, err)
	require.Len(t, found.Diff.Changes, 1)
	receipt, err := w.Alder.Locations.Push(w.ctx, w.Alder.Keys, locations.PlanPush(found), locations.PushOptions{})
	require.NoError(t, err)
	require.Equal(t, 1, receipt.Updated)

	plan, err := w.Alder.Collab.PlanImport(w.ctx, w.Alder.Staff, id)
	require.NoError(t, err)
	require.Len(t, plan.Items, 8)
	run, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, id, collab.ImportOptions{})
	require.NoError(t, err)
	w.drain()
	link := w.link("501")
	require.NotEmpty(t, link.Shop, "run %s leaves the finalized job 501 behind", run.ID)

	shop := w.shop(w.alder, link.Shop)
	shop.Content.Comments = "Parked across the street, by the pharmacy."
	shop.Content.Dates.Report = time.Date(2026, 9, 14, 10, 30, 0, 123456000, time.UTC)
	_, err = w.Alder.Collab.SaveShop(w.ctx, w.Alder.Staff, shop)
	require.NoError(t, err)
	back, err := w.Alder.Collab.PlanReturn(w.ctx, w.Alder.Staff, []collab.ShopID{link.Shop})
	require.NoError(t, err)
	require.NoError(t, back.Items[0].Refused)
	_, err = w.Alder.Collab.Return(w.ctx, w.Alder.Staff, []collab.ShopID{link.Shop}, collab.ReturnOptions{Plan: back.Stamps()})
	require.NoError(t, err)
	w.drain()
	require.Equal(t, collab.ReturnDone, w.link("501").Return)
	require.Equal(t, shop.Content.Comments, w.shop(w.birch, "501").Content.Comments)
	require.Equal(t, shop.Content.Dates.Report, w.shop(w.birch, "501").Content.Dates.Report)
	require.Equal(t, "M. Ortiz", w.shop(w.birch, "501").Shopper, "the shopper stays with the Secondary")
	require.NotContains(t, w.shop(w.alder, link.Shop).Shopper, "Ortiz")

	w.updateSurvey(id)

	counts, err := w.Alder.Collab.Progress(w.ctx, w.Alder.Staff, id)
	require.ErrorIs(t, err, collab.ErrNotShared, "%v", counts)
	_, err = w.Birch.Collab.UpdateSettings(w.ctx, w.Birch.Staff, id, collab.SettingsChange{Master: true, Mask: []collab.Field{collab.FieldSharing}, Sharing: true}, 0)
	require.NoError(t, err)
	w.drain()
	counts, err = w.Alder.Collab.Progress(w.ctx, w.Alder.Staff, id)
	require.NoError(t, err)
	require.NotEmpty(t, counts)

	page, err := w.alder.client.Shops(w.ctx, collabtest.Birch, collab.HeaderQuery{Project: id, After: "502", Limit: 2})
	require.NoError(t, err)
	require.Equal(t, []collab.ShopID{"503", "504"}, []collab.ShopID{page.Headers[0].Shop, page.Headers[1].Shop})
	require.Equal(t, collab.ShopID("504"), page.Next)
	page, err = w.alder.client.Shops(w.ctx, collabtest.Birch, collab.HeaderQuery{Project: id, Only: []collab.ShopID{"507"}})
	require.NoError(t, err)
	require.Len(t, page.Headers, 1)

	next, err := GenerateKey(nil)
	require.NoError(t, err)
	require.NoError(t, w.Alder.Collab.AnnounceKey(w.ctx, w.Alder.Admin, collab.PartnerKey{ID: collab.KeyID(next.ID()), Public: next.Public()}, w.alder.now().Add(time.Hour)))
	w.drain()

	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff(operations(), slices.Sorted(maps.Keys(met))); diff != "" {
		t.Errorf("operations of the protocol that the exchange met (-want +got):\n%s", diff)
	}
}

// updateSurvey corrects a question at alder and brings it to birch.
func (w *world) updateSurvey(id collab.ProjectID) {
	w.t.Helper()
	survey := collabtest.NorthwindSurveys()[0]
	stored := w.survey(w.alder, survey.ID)
	stored.Content.Sections[0].Questions[0].Text = "Were you greeted within two minutes?"
	_, err := w.Alder.Collab.SaveSurvey(w.ctx, w.Alder.Staff, stored)
	require.NoError(w.t, err)
	plan, err := w.Alder.Collab.PlanSurveyUpdate(w.ctx, w.Alder.Staff, id)
	require.NoError(w.t, err)
	_, err = w.Alder.Collab.UpdateSurvey(w.ctx, w.Alder.Staff, plan, collab.SurveyPolicy{})
	require.NoError(w.t, err)
	copied := w.survey(w.birch, w.project(w.birch, id).Survey)
	require.Equal(w.t, stored.Content.Sections, copied.Content.Sections)
}

func (w *world) link(remote collab.ShopID) (out collab.Link) {
	w.t.Helper()
	w.view(w.alder, func(ctx context.Context, v collab.View) error {
		links, err := v.Ledger.Links(ctx, collabtest.Birch, []collab.ShopID{remote})
		if len(links) > 0 {
			out = links[0]
		}
		return err
	})
	return out
}

func (w *world) shop(n *node, id collab.ShopID) (sh collab.Shop) {
	w.t.Helper()
	w.view(n, func(ctx context.Context, v collab.View) (err error) {
		sh, err = v.Shops.Shop(ctx, id)
		return err
	})
	return sh
}

func (w *world) survey(n *node, id collab.SurveyID) (s collab.Survey) {
	w.t.Helper()
	w.view(n, func(ctx context.Context, v collab.View) (err error) {
		s, err = v.Surveys.Survey(ctx, id)
		return err
	})
	return s
}

// TestDocumentationIsComplete compares the routes and the codes of problems with the package documentation.
func TestDocumentationIsComplete(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	(&handler{}).routes(mux)
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for _, op := range operations() {
		method, path, _ := strings.Cut(op, " ")
		r, err := http.NewRequestWithContext(t.Context(), method, strings.NewReplacer("{", "", "}", "").Replace(path), nil)
		require.NoError(t, err)
		_, pattern := mux.Handler(r)
		require.Equal(t, op, pattern)
		line := regexp.MustCompile(`(?m)^//\t` + method + ` +` + regexp.QuoteMeta(strings.TrimPrefix(path, Prefix)) + `(\?\S*)? +`)
		require.Regexp(t, line, string(doc), "the documentation lists the operation")
	}
	for _, row := range problems {
		line := regexp.MustCompile(`(?m)^//\t(` + strconv.Itoa(row.status) + `|   ) .*\b` + row.code + `\b`)
		require.Regexp(t, line, string(doc), "the documentation lists the code")
	}
}
