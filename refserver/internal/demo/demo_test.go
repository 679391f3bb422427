package demo_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/demo"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pair is a running demonstration as programs see it.
type pair struct {
	alder, birch *apiclient.Client
	stop         func() error // stops it in order, once
}

func start(t *testing.T, data string) pair {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	d, err := demo.Open(ctx, demo.Config{AlderAddr: "127.0.0.1:0", BirchAddr: "127.0.0.1:0", Data: data})
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	p := pair{alder: apiclient.New(d.Alder.Home()).As(d.AlderToken), birch: apiclient.New(d.Birch.Home()).As(d.BirchToken)}
	stopped := false
	p.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		p.alder.Close()
		p.birch.Close()
		cancel()
		return <-done
	}
	t.Cleanup(func() { require.NoError(t, p.stop(), "an orderly stop is no error") })
	require.NoError(t, p.alder.WaitReady(ctx))
	require.NoError(t, p.birch.WaitReady(ctx))
	return p
}

// A start that fails takes the folder away again that it made, and no other.
func TestFailedStartLeavesNothing(t *testing.T) {
	t.Parallel()
	kept := t.TempDir()
	for _, data := range []string{filepath.Join(kept, "new"), kept} {
		_, err := demo.Open(t.Context(), demo.Config{AlderAddr: "127.0.0.1:0", BirchAddr: "192.0.2.1:0", Data: data})
		require.ErrorContains(t, err, "not a loopback address")
	}
	require.NoDirExists(t, filepath.Join(kept, "new"))
	require.DirExists(t, kept)
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func ptr[T any](v T) *T { return &v }

// propose sends a proposal to birch and waits until it has arrived.
func (p pair) propose(t *testing.T, survey, target string, terms shapes.TermsInput) shapes.Project {
	t.Helper()
	ctx := soon(t)
	sent, err := p.alder.Propose(ctx, shapes.Proposal{Partner: "birch", Client: "northwind", Survey: survey, Target: target, Terms: terms})
	require.NoError(t, err)
	there, err := p.birch.WaitProject(ctx, sent.ID, func(q shapes.Project) bool { return q.Attention == "secondary" })
	require.NoError(t, err)
	return there
}

// accept accepts at birch and waits until alder knows and the locations have arrived.
func (p pair) accept(t *testing.T, id string) shapes.Project {
	t.Helper()
	ctx := soon(t)
	_, err := p.birch.Accept(ctx, id, shapes.Accept{Email: "ops@birch.example", Agreed: true})
	require.NoError(t, err)
	there, err := p.birch.WaitProject(ctx, id, func(q shapes.Project) bool { return q.Confirmed })
	require.NoError(t, err)
	require.NoError(t, p.alder.WaitQuiet(ctx))
	return there
}

// A1: a first project, refused while birch's module is off, accepted with a tick, and others of the same client after it.
func TestFirstProject(t *testing.T) {
	t.Parallel()
	p, ctx := start(t, ""), soon(t)

	_, err := p.birch.SetModule(ctx, false)
	require.NoError(t, err)
	dineIn := shapes.Proposal{Partner: "birch", Client: "northwind", Survey: "dine-in", Target: "new_client", Terms: shapes.TermsInput{Rules: ptr(true)}}
	_, err = p.alder.Propose(ctx, dineIn)
	require.True(t, apiclient.Is(err, "module_off"), "%v", err)
	require.ErrorContains(t, err, "birch", "the error names whose module is off")
	_, err = p.birch.SetModule(ctx, true)
	require.NoError(t, err)

	first := p.propose(t, "dine-in", "new_client", shapes.TermsInput{Rules: ptr(true)})
	require.Equal(t, "Requires Attention", first.Label)
	ours, err := p.alder.Project(ctx, first.ID)
	require.NoError(t, err)
	require.Equal(t, "Pending", ours.Label)

	drive := shapes.Proposal{Partner: "birch", Client: "northwind", Survey: "drive-thru", Target: "new_client"}
	check, err := p.alder.CheckProposal(ctx, drive)
	require.NoError(t, err)
	require.NotNil(t, check.Refused)
	require.Equal(t, "pending", check.Refused.Code)
	_, err = p.alder.Propose(ctx, drive)
	require.True(t, apiclient.Is(err, "pending"), "%v", err)

	_, err = p.birch.Accept(ctx, first.ID, shapes.Accept{Email: "ops@birch.example"})
	require.True(t, apiclient.Is(err, "invalid"), "without the tick it is not accepted: %v", err)
	first = p.accept(t, first.ID)
	require.Equal(t, "Accepted", first.Label)

	clients, err := p.birch.Clients(ctx, "", 0)
	require.NoError(t, err)
	require.Len(t, clients.Items, 1)
	require.Equal(t, &shapes.Origin{System: "alder", ID: "northwind"}, clients.Items[0].Origin)
	survey, err := p.birch.Survey(ctx, first.Survey)
	require.NoError(t, err)
	require.Len(t, survey.Content.Rules, 1)
	nodes, err := p.birch.Nodes(ctx, first.Client, "", 0)
	require.NoError(t, err)
	levels, group := map[int]int{}, ""
	for _, n := range nodes.Items {
		levels[n.Level]++
		if n.Key == "2002" {
			group = n.Place.Group
		}
	}
	require.Empty(t, cmp.Diff(map[int]int{1: 6, 2: 4, 3: 2}, levels), "six locations, four districts, two regions")
	require.Equal(t, "DT", group)
	head, err := p.birch.Set(ctx, first.Client)
	require.NoError(t, err)
	_, err = p.birch.EditSet(ctx, first.Client, shapes.Edit{Revision: head.Revision, Edits: []shapes.EditNode{{Node: shapes.Node{Key: "3001", Name: "Mine"}, Fields: []string{"name"}}}})
	require.True(t, apiclient.Is(err, "locked"), "%v", err)

	_, err = p.alder.Propose(ctx, drive)
	require.True(t, apiclient.Is(err, "client_there"), "the client exists at birch now: %v", err)
	second := p.propose(t, "drive-thru", "copy_survey", shapes.TermsInput{})
	_, err = p.alder.SaveSurvey(ctx, "drive-thru-2", shapes.SaveSurvey{Client: "northwind", Content: survey.Content})
	require.NoError(t, err)
	third := p.propose(t, "drive-thru-2", "copy_survey", shapes.TermsInput{})
	p.accept(t, third.ID)
	p.accept(t, second.ID)
	clients, err = p.birch.Clients(ctx, "", 0)
	require.NoError(t, err)
	require.Len(t, clients.Items, 1, "no second Northwind")

	jobs, err := p.birch.Shops(ctx, apiclient.ShopQuery{})
	require.NoError(t, err)
	require.Len(t, jobs.Items, 8, "the jobs are made once")
	require.Equal(t, first.Survey, jobs.Items[0].Survey)
}

// A2: of eight shops four may leave; again, none is new.
func TestImportWithMixedEligibility(t *testing.T) {
	t.Parallel()
	p, ctx := start(t, ""), soon(t)
	id := p.propose(t, "dine-in", "new_client", shapes.TermsInput{}).ID
	p.accept(t, id)

	plan, err := p.alder.PlanImport(ctx, id)
	require.NoError(t, err)
	held := []shapes.ReasonCount{{Reason: "below_export_status", Help: "The shop has not reached the export status yet.", Count: 4}}
	want := shapes.Counts{Imported: 4, Held: held}
	require.Empty(t, cmp.Diff(want, plan.Counts))

	run, err := p.alder.Import(ctx, id, shapes.Import{PageSize: 3, Stamp: &plan.Stamp})
	require.NoError(t, err)
	run, err = p.alder.WaitRun(ctx, run.ID)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want, run.Counts))
	require.Empty(t, cmp.Diff(&shapes.LedgerCounts{Imported: 4}, run.Ledger))
	require.EqualValues(t, 3, run.Pages)

	remotes := map[string]string{}
	for s, err := range apiclient.All(func(next string) (shapes.List[shapes.Shop], error) {
		return p.alder.Shops(ctx, apiclient.ShopQuery{After: next, Limit: 3})
	}) {
		require.NoError(t, err)
		require.Equal(t, "*collabShopper", s.Shopper)
		require.Empty(t, s.Wave)
		one, err := p.alder.Shop(ctx, s.ID)
		require.NoError(t, err)
		require.NotNil(t, one.Link, "an imported shop keeps its cross-reference")
		remotes[one.Link.Remote] = s.Content.Status
	}
	require.Empty(t, cmp.Diff(map[string]string{"501": "Collaboration Shop", "503": "Collaboration Shop", "505": "Collaboration Shop", "507": "Collaboration Shop"}, remotes))

	again, err := p.alder.Import(ctx, id, shapes.Import{})
	require.NoError(t, err)
	again, err = p.alder.WaitRun(ctx, again.ID)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(shapes.Counts{Already: 4, Held: held}, again.Counts))
	items, err := p.alder.RunItems(ctx, again.ID, "", 0)
	require.NoError(t, err)
	require.Len(t, items.Items, 4)

	_, err = p.alder.Import(ctx, id, shapes.Import{Stamp: &shapes.ImportStamp{TermsRev: 99}})
	require.True(t, apiclient.Is(err, "stale"), "%v", err)
	runs, err := p.alder.Runs(ctx, id, "", 1)
	require.NoError(t, err)
	require.Equal(t, again.ID, runs.Items[0].ID, "a refused import makes no run")
	require.NotEmpty(t, runs.Next)
}

// With a folder of its own the demonstration goes on where it was, on other ports.
func TestRestartGoesOn(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	p := start(t, data)
	id := p.propose(t, "dine-in", "new_client", shapes.TermsInput{}).ID
	key, err := p.alder.Self(soon(t))
	require.NoError(t, err)
	require.NoError(t, p.stop())

	p = start(t, data)
	ctx := soon(t)
	same, err := p.alder.Self(ctx)
	require.NoError(t, err)
	require.Equal(t, key.KeyID, same.KeyID)
	set, err := p.alder.Set(ctx, "northwind")
	require.NoError(t, err)
	require.EqualValues(t, 1, set.Revision, "seeded once")
	p.accept(t, id) // birch reaches alder at its new address
	run, err := p.alder.Import(ctx, id, shapes.Import{})
	require.NoError(t, err)
	run, err = p.alder.WaitRun(ctx, run.ID)
	require.NoError(t, err)
	require.EqualValues(t, 4, run.Counts.Imported)
}

// Locations are compared page by page, and a push is refused when it would not be the one that was looked at.
func TestLocationsArePushed(t *testing.T) {
	t.Parallel()
	p, ctx := start(t, ""), soon(t)
	id := p.propose(t, "dine-in", "new_client", shapes.TermsInput{LockLocations: ptr(false)}).ID
	there := p.accept(t, id)
	same, err := p.alder.CompareLocations(ctx, id, "", 0)
	require.NoError(t, err)
	require.True(t, same.InSync)

	name := func(c *apiclient.Client, set, key, name string) {
		t.Helper()
		head, err := c.Set(ctx, set)
		require.NoError(t, err)
		_, err = c.EditSet(ctx, set, shapes.Edit{Revision: head.Revision, Edits: []shapes.EditNode{{Node: shapes.Node{Key: key, Name: name}, Fields: []string{"name"}}}})
		require.NoError(t, err)
	}
	name(p.alder, "northwind", "3001", "Saint Paul Main")
	name(p.alder, "northwind", "1003", "Pearl Street")
	name(p.birch, there.Client, "2001", "Lakeshore")

	var keys []string
	for after := ""; ; {
		page, err := p.alder.CompareLocations(ctx, id, after, 1)
		require.NoError(t, err)
		require.Equal(t, 3, page.Counts.Changed)
		require.Len(t, page.Hints, 3, "each is nearly the same name")
		for _, d := range page.Changes {
			keys = append(keys, d.Key)
			require.Equal(t, []string{"name"}, d.Fields)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	require.Empty(t, cmp.Diff([]string{"1003", "2001", "3001"}, keys))

	plan, err := p.alder.PlanPush(ctx, id)
	require.NoError(t, err)
	require.Equal(t, 3, plan.Updated)
	require.Len(t, plan.Overwrites, 1)
	push := shapes.Push{Ours: plan.Ours.Revision, Theirs: plan.Theirs.Revision}
	_, err = p.alder.PushLocations(ctx, id, push)
	require.True(t, apiclient.Is(err, "overwrites"), "birch's own name would be lost: %v", err)
	name(p.alder, "northwind", "1001", "Pike")
	push.Overwrite = true
	_, err = p.alder.PushLocations(ctx, id, push)
	require.True(t, apiclient.Is(err, "stale"), "alder has moved on: %v", err)
	done, err := p.alder.PushLocations(ctx, id, shapes.Push{Overwrite: true})
	require.NoError(t, err)
	require.Equal(t, 4, done.Updated)
	same, err = p.alder.CompareLocations(ctx, id, "", 0)
	require.NoError(t, err)
	require.True(t, same.InSync)
	_, err = p.birch.PlanPush(ctx, id)
	require.True(t, apiclient.Is(err, "forbidden"), "only the Primary compares: %v", err)
}

// Home at either system leads to what waits there, and shows text as text.
func TestHomeShowsWhatWaits(t *testing.T) {
	t.Parallel()
	p, ctx := start(t, ""), soon(t)
	_, err := p.alder.SaveClient(ctx, "odd", shapes.SaveClient{Name: "<b>Odd</b> & Sons"})
	require.NoError(t, err)
	content, err := p.alder.Survey(ctx, "dine-in")
	require.NoError(t, err)
	_, err = p.alder.SaveSurvey(ctx, "odd-1", shapes.SaveSurvey{Client: "odd", Content: content.Content})
	require.NoError(t, err)
	sent, err := p.alder.Propose(ctx, shapes.Proposal{Partner: "birch", Client: "odd", Survey: "odd-1", Target: "new_client"})
	require.NoError(t, err)
	require.NoError(t, p.alder.WaitQuiet(ctx))
	for _, c := range []struct {
		at    *apiclient.Client
		path  string
		wants []string
	}{
		{p.birch, "/", []string{"Start here", "Requires Attention", "/projects/" + sent.ID + "/accept"}},
		{p.birch, "/projects", []string{"&lt;b&gt;Odd&lt;/b&gt; &amp; Sons"}},
		{p.alder, "/", []string{"Start here", "Nothing waits for you"}},
		{p.alder, "/projects", []string{"Pending", "&lt;b&gt;Odd&lt;/b&gt; &amp; Sons"}},
		{p.alder, "/messages", []string{"Terms of a project", "Done"}},
	} {
		page, _, err := c.at.Page(ctx, c.path)
		require.NoError(t, err)
		for _, want := range c.wants {
			require.Contains(t, page, want)
		}
		require.NotContains(t, page, "<b>Odd")
	}
}
