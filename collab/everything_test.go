package collab_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// someday is when everything happens in a steady world.
var someday = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// minted matches the ids that the services of a steady world mint.
var minted = regexp.MustCompile(`(alder|birch)-\d{6}`)

// steady makes two runs of the same actions comparable: time stands still and ids are counted. Pages are small.
func steady(o collabtest.Options) collabtest.Options {
	now := func() time.Time { return someday }
	counted := func(id string) func() string {
		n := 0
		return func() string { n++; return fmt.Sprintf("%s-%06d", id, n) }
	}
	inner := o.Collab
	o.Collab = func(id collab.SystemID, cfg *collab.Config) {
		cfg.Now, cfg.NewID, cfg.PageSize = now, counted(string(id)), 3
		if inner != nil {
			inner(id, cfg)
		}
	}
	o.Locations = func(id collab.SystemID, cfg *locations.Config) {
		cfg.Now, cfg.NewID = now, counted(string(id)+"-place")
	}
	return o
}

// everything lists what both systems hold, a line for each record, ids told by the order in which they come. It wants every
// run to have counted what the ledger has.
func (w *world) everything() []string {
	w.t.Helper()
	var out []string
	for _, s := range []*collabtest.Side{w.Alder, w.Birch} {
		note := func(kind string, v any) {
			body, err := json.Marshal(v)
			require.NoError(w.t, err)
			out = append(out, fmt.Sprintf("%s %s %s", s.ID, kind, body))
		}
		w.view(s, func(ctx context.Context, v collab.View) error {
			return w.noteAll(ctx, v, note)
		})
		ms, err := s.DB.Messages().List(w.ctx, store.MessageQuery{})
		require.NoError(w.t, err)
		for _, m := range ms {
			note("message", []string{m.Domain, m.Key, m.Stream, m.Kind, string(m.Payload), m.State.String()})
		}
		for _, set := range []collab.ClientID{collabtest.Northwind, w.clientOf(s)} {
			head, err := s.Locations.Head(w.ctx, locations.SetID(set))
			require.NoError(w.t, err)
			note("places", head)
			rows, err := s.Locations.List(w.ctx, locations.SetID(set), "", 1000)
			require.NoError(w.t, err)
			for _, row := range rows {
				note("place", row)
			}
		}
	}
	text, seen := strings.Join(out, "\n"), map[string]string{}
	text = minted.ReplaceAllStringFunc(text, func(id string) string {
		if seen[id] == "" {
			seen[id] = fmt.Sprintf("#%d", len(seen)+1)
		}
		return seen[id]
	})
	return slices.Compact(strings.Split(text, "\n"))
}

func (w *world) noteAll(ctx context.Context, v collab.View, note func(string, any)) error {
	module, err := v.Partners.Module(ctx)
	require.NoError(w.t, err)
	note("module", module)
	partners, err := v.Partners.List(ctx)
	require.NoError(w.t, err)
	note("partners", partners)
	clients, err := v.Clients.List(ctx, "", 1000)
	require.NoError(w.t, err)
	note("clients", clients)
	surveys, err := v.Surveys.List(ctx, "")
	require.NoError(w.t, err)
	note("surveys", surveys)
	projects, err := v.Projects.List(ctx, collab.ProjectQuery{})
	require.NoError(w.t, err)
	for _, p := range projects {
		note("project", p)
		exchanged, err := v.Surveys.Exchanged(ctx, p.ID)
		require.NoError(w.t, err)
		sets, err := v.Surveys.QuestionSets(ctx, p.ID)
		require.NoError(w.t, err)
		note("exchanged", []any{exchanged, sets})
	}
	shops, err := v.Shops.List(ctx, collab.ShopQuery{})
	require.NoError(w.t, err)
	var ids []collab.ShopID
	for _, sh := range shops {
		note("shop", sh)
		ids = append(ids, sh.ID)
	}
	links, err := v.Ledger.LinksOf(ctx, ids)
	require.NoError(w.t, err)
	for _, l := range links {
		note("link", l)
	}
	runs, err := v.Runs.List(ctx, "", "", 1000)
	require.NoError(w.t, err)
	for _, run := range runs {
		require.Equal(w.t, collab.RunDone, run.State, run.Reason)
		items, err := v.Runs.Items(ctx, run.ID, "", 1000)
		require.NoError(w.t, err)
		events, err := v.Ledger.Events(ctx, run.ID, collabtest.Birch, "", 1000)
		require.NoError(w.t, err)
		note("run", []any{run, items, events})
		did, err := v.Ledger.CountEvents(ctx, run.ID)
		require.NoError(w.t, err)
		require.Equal(w.t, run.Counts.Imported, did[collab.EventImported])
		require.Equal(w.t, run.Counts.Updated, did[collab.EventUpdated]+did[collab.EventReimported])
	}
	history, err := v.History.List(ctx, collab.HistoryQuery{})
	require.NoError(w.t, err)
	for _, e := range history {
		e.ID = ""
		note("history", e)
	}
	return nil
}

// theProject is the one project of a world.
func (w *world) theProject() (id collab.ProjectID) {
	w.view(w.Alder, func(ctx context.Context, v collab.View) error {
		ps, err := v.Projects.List(ctx, collab.ProjectQuery{})
		require.Len(w.t, ps, 1)
		id = ps[0].ID
		return err
	})
	return id
}

// clientOf is the client that a project made at a side, or none.
func (w *world) clientOf(s *collabtest.Side) (id collab.ClientID) {
	id = "none"
	w.view(s, func(ctx context.Context, v collab.View) error {
		ps, err := v.Projects.List(ctx, collab.ProjectQuery{Party: collab.PartySecondary})
		if len(ps) > 0 && ps[0].Client != "" {
			id = ps[0].Client
		}
		return err
	})
	return id
}
