package app_test

import (
	"math"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// client serves a system and asks it as a program that may do everything.
func client(t *testing.T, config configure) (*apiclient.Client, site) {
	t.Helper()
	return admit(t, serve(t, config(t)))
}

func TestBodiesAreReadStrictly(t *testing.T) { onEach(t, bodiesAreReadStrictly) }

func bodiesAreReadStrictly(t *testing.T, config configure) {
	_, at := client(t, config)
	for name, c := range map[string]struct {
		body, kind string
		status     int
		code       string
	}{
		"unknown member":  {`{"name":"x","nmae":"y"}`, "application/json", 422, "invalid"},
		"letter case":     {`{"Name":"x"}`, "application/json", 422, "invalid"},
		"repeated member": {`{"name":"x","name":"y"}`, "application/json", 400, "body"},
		"trailing data":   {`{"name":"x"} {}`, "application/json", 400, "body"},
		"not UTF-8":       {"{\"name\":\"\xff\"}", "application/json", 400, "body"},
		"no JSON":         {`name=x`, "application/json", 400, "body"},
		"wrong type":      {`{"name":3}`, "application/json", 422, "invalid"},
		"other media":     {`{"name":"x"}`, "text/plain", 415, "media_type"},
		"too large":       {`{"name":"` + strings.Repeat("x", 8<<20) + `"}`, "application/json", 413, "too_large"},
	} {
		resp, text := at.ask(t, http.MethodPut, "/api/clients/c1", c.body, "Content-Type", c.kind)
		require.Equal(t, c.status, resp.StatusCode, "%s: %s", name, text)
		require.Equal(t, "application/problem+json", resp.Header.Get("Content-Type"), name)
		require.Contains(t, text, `"code":"`+c.code+`"`, name)
	}
	for body, says := range map[string]string{`{"Partner":"birch"}`: `unknown member \"Partner\"`, `{"terms":{"Exact":true}}`: `at /terms/Exact`} {
		resp, text := at.ask(t, http.MethodPost, "/api/projects", body, "Content-Type", "application/json")
		require.Equal(t, 422, resp.StatusCode, text)
		require.Contains(t, text, says)
		require.NotContains(t, text, "shapes.", "the names of Go types are ours alone")
	}
	resp, text := at.ask(t, http.MethodGet, "/api/clients?limt=3", "")
	require.Equal(t, http.StatusUnprocessableEntity, resp.StatusCode, "a misspelt parameter: %s", text)
	resp, text = at.ask(t, http.MethodGet, "/api/clients/c1", "")
	require.Equal(t, http.StatusNotFound, resp.StatusCode, "nothing was written: %s", text)
}

// What is no text reaches no handler and no database.
func TestWhatIsNoTextIsRefused(t *testing.T) { onEach(t, whatIsNoTextIsRefused) }

func whatIsNoTextIsRefused(t *testing.T, config configure) {
	c, at := client(t, config)
	_, err := c.SetModule(t.Context(), true)
	require.NoError(t, err)
	for _, r := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/api/clients/%00", "", 404},
		{"GET", "/api/clients/%ff", "", 404},
		{"PUT", "/api/clients/a%00b", `{"name":"x"}`, 404},
		{"GET", "/api/nothing/%ff", "", 404},
		{"GET", "/api/clients?after=%00", "", 422},
		{"GET", "/api/clients?after=%ff", "", 422},
		{"GET", "/api/clients?after=%zz", "", 422},
		{"GET", "/api/clients?%00=x", "", 422},
		{"GET", "/api/shops?status=Open&status=%00", "", 422},
		{"POST", "/api/projects", `{"partner":"bo\u0000lt","client":"c","survey":"s","target":"new_client"}`, 422},
		{"PUT", "/api/clients/c1", `{"name":"x\u0000"}`, 422},
		{"PUT", "/api/clients/c1", `{"name":"x\\\u0000"}`, 422},
		{"PUT", "/api/clients/c1", `{"name":"x\\u0000"}`, 200}, // a backslash before u0000
	} {
		resp, text := at.ask(t, r.method, r.path, r.body, "Content-Type", "application/json")
		require.Equal(t, r.status, resp.StatusCode, "%s %s %s: %s", r.method, r.path, r.body, text)
		if r.status != 200 {
			require.Equal(t, "application/problem+json", resp.Header.Get("Content-Type"), r.path)
			require.Contains(t, text, map[int]string{404: `"code":"not_found"`, 422: `"code":"invalid"`}[r.status])
		}
	}
}

func TestModuleOffHidesTheArea(t *testing.T) { onEach(t, moduleOffHidesTheArea) }

func moduleOffHidesTheArea(t *testing.T, config configure) {
	c, _ := client(t, config)
	_, err := c.Projects(t.Context(), apiclient.ProjectQuery{})
	require.True(t, apiclient.Is(err, "module_off"), "%v", err)
	_, err = c.Runs(t.Context(), "", "", 0)
	require.True(t, apiclient.Is(err, "module_off"), "%v", err)
	_, err = c.PlanReturn(t.Context(), "x")
	require.True(t, apiclient.Is(err, "module_off"), "%v", err)
	_, err = c.SetModule(t.Context(), true)
	require.NoError(t, err)
	_, err = c.Projects(t.Context(), apiclient.ProjectQuery{})
	require.NoError(t, err)
	h, err := c.History(t.Context(), apiclient.HistoryQuery{SubjectKind: "module", SubjectID: "alder"})
	require.NoError(t, err)
	require.Len(t, h.Items, 1)
	require.Equal(t, "everything", h.Items[0].Actor, "the program's name")
}

const stores = `Store Number,Store Name,Street Address,City,State/Province,Country,Postcode,Phone Number,Brand,Ownership Type,Timezone,Longitude,Latitude
1001,Pike Place,1 Pike,Seattle,WA,US,98101,,B,O,T,1,2
1002,Capitol Hill,2 Hill,Seattle,WA,US,98102,,B,O,T,1,2
1001,Again,3 Pike,Seattle,WA,US,98101,,B,O,T,1,2
1003,Pearl St,4 Pearl,,OR,US,97209,,B,O,T,1,2
`

func TestLocationsAreLoadedAndEdited(t *testing.T) { onEach(t, locationsAreLoadedAndEdited) }

func locationsAreLoadedAndEdited(t *testing.T, config configure) {
	c, _ := client(t, config)
	ctx := t.Context()
	preview, err := c.LoadTable(ctx, "northwind", []byte(stores), apiclient.Load{Preview: true})
	require.NoError(t, err)
	require.Positive(t, preview.Created)
	head, err := c.Set(ctx, "northwind")
	require.NoError(t, err)
	require.Zero(t, head.Revision, "a preview writes nothing")

	done, err := c.LoadTable(ctx, "northwind", []byte(stores), apiclient.Load{})
	require.NoError(t, err)
	require.Equal(t, preview.Created, done.Created)
	require.Len(t, done.Refused, 1)
	require.Equal(t, 4, done.Refused[0].Line)
	require.Equal(t, "id_duplicate", done.Refused[0].Rule)
	require.NotEmpty(t, done.Warnings, "an empty city")

	var keys []string
	for n, err := range apiclient.All(func(next string) (shapes.List[shapes.Node], error) { return c.Nodes(ctx, "northwind", next, 2) }) {
		require.NoError(t, err)
		keys = append(keys, n.Key)
	}
	require.Empty(t, cmp.Diff([]string{"/US", "/US/OR", "/US/WA", "/US/WA/Seattle", "1001", "1002", "1003"}, keys), "pages join without gap or repeat")

	rename := shapes.Edit{Revision: done.Head.Revision, Edits: []shapes.EditNode{{Node: shapes.Node{Key: "1001", Name: "Pike Market"}, Fields: []string{"name"}}}}
	_, err = c.EditSet(ctx, "northwind", rename)
	require.NoError(t, err)
	n, err := c.Node(ctx, "northwind", "1001")
	require.NoError(t, err)
	require.Equal(t, "Pike Market", n.Name)
	require.Equal(t, "Seattle", n.Place.City, "what is not named stays")
	_, err = c.EditSet(ctx, "northwind", rename)
	require.True(t, apiclient.Is(err, "conflict"), "the set has moved on: %v", err)
	rename.Edits[0].Fields = []string{"nmae"}
	_, err = c.EditSet(ctx, "northwind", rename)
	require.True(t, apiclient.Is(err, "invalid"), "%v", err)
	_, err = c.Node(ctx, "northwind", "9999")
	require.True(t, apiclient.Is(err, "not_found"), "%v", err)
	h, err := c.SetHistory(ctx, "northwind", "", 1)
	require.NoError(t, err)
	require.Equal(t, "edit", h.Items[0].Action)
	require.NotEmpty(t, h.Next)
}

func TestTablesOfOtherLayouts(t *testing.T) { onEach(t, tablesOfOtherLayouts) }

func tablesOfOtherLayouts(t *testing.T, config configure) {
	c, _ := client(t, config)
	layout := &shapes.Layout{ID: "no", Fields: map[string]string{"name": "title"}, Levels: []shapes.LevelColumn{{Name: "area", Code: "area no"}}}
	r, err := c.LoadTable(t.Context(), "northwind", []byte("no\ttitle\tarea\tarea no\n7\tSeven\tWest\tW\n"), apiclient.Load{Layout: layout})
	require.NoError(t, err)
	require.Equal(t, 2, r.Created)
	n, err := c.Node(t.Context(), "northwind", "7")
	require.NoError(t, err)
	require.Equal(t, "W", n.Parent)
	layout.Fields = map[string]string{"nmae": "title"}
	_, err = c.LoadTable(t.Context(), "northwind", []byte("no\n7\n"), apiclient.Load{Layout: layout})
	require.True(t, apiclient.Is(err, "invalid"), "%v", err)
}

func TestShopsAreEnteredListedAndSaved(t *testing.T) { onEach(t, shopsAreEnteredListedAndSaved) }

func shopsAreEnteredListedAndSaved(t *testing.T, config configure) {
	c, _ := client(t, config)
	ctx := t.Context()
	_, err := c.SaveClient(ctx, "northwind", shapes.SaveClient{Name: "Northwind Coffee"})
	require.NoError(t, err)
	_, err = c.SaveClient(ctx, "northwind", shapes.SaveClient{Name: "Other"})
	require.True(t, apiclient.Is(err, "conflict"), "it is there already: %v", err)
	content := shapes.SurveyContent{Name: "Dine-In", Distribution: "Finalized", Sections: []shapes.Section{{ID: "s", Name: "S", Questions: []shapes.Question{{ID: "q", Kind: "text", Text: "How?"}}}}}
	saved, err := c.SaveSurvey(ctx, "dine-in", shapes.SaveSurvey{Client: "northwind", Content: content})
	require.NoError(t, err)
	got, err := c.Survey(ctx, "dine-in")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(saved, got), "what is saved is what is there")

	shop := func(id, status string) shapes.Shop {
		return shapes.Shop{ID: id, Survey: "dine-in", Content: shapes.Content{Place: "1001", Status: status, Answers: []shapes.Answer{{Question: "q", Value: "well"}}}}
	}
	_, err = c.CreateShops(ctx, []shapes.Shop{shop("1", "Completed"), shop("2", "Nonsense")})
	require.True(t, apiclient.Is(err, "invalid"), "%v", err)
	none, err := c.Shops(ctx, apiclient.ShopQuery{})
	require.NoError(t, err)
	require.Empty(t, none.Items, "all or none")
	_, err = c.CreateShops(ctx, []shapes.Shop{shop("1", "Completed"), shop("2", "Hold A"), shop("3", "Finalized")})
	require.NoError(t, err)
	some, err := c.Shops(ctx, apiclient.ShopQuery{Statuses: []string{"Hold A", "Finalized"}})
	require.NoError(t, err)
	require.Len(t, some.Items, 2)

	one, err := c.Shop(ctx, "1")
	require.NoError(t, err)
	require.Nil(t, one.Link)
	one.Content.Comments = "seen"
	two, err := c.SaveShop(ctx, one)
	require.NoError(t, err)
	require.Equal(t, "seen", two.Content.Comments)
	_, err = c.SaveShop(ctx, one)
	require.True(t, apiclient.Is(err, "conflict"), "%v", err)
	_, err = c.SetStatus(ctx, "Reviewed", "1", "nobody")
	require.True(t, apiclient.Is(err, "not_found"), "%v", err)
	moved, err := c.SetStatus(ctx, "Reviewed", "1", "2")
	require.NoError(t, err)
	require.Equal(t, "Reviewed", moved.Items[1].Content.Status)
}

func TestUnknownMessagesAreNotReplayed(t *testing.T) { onEach(t, unknownMessagesAreNotReplayed) }

func unknownMessagesAreNotReplayed(t *testing.T, config configure) {
	c, _ := client(t, config)
	for _, id := range []int64{7, 0, -1, math.MinInt64, math.MaxInt64} {
		_, err := c.Replay(t.Context(), id)
		require.True(t, apiclient.Is(err, "not_found"), "%d: %v", id, err)
	}
	ms, err := c.Messages(t.Context(), "", 0, 0)
	require.NoError(t, err)
	require.Empty(t, ms.Items)
	_, err = c.Messages(t.Context(), "lost", 0, 0)
	require.True(t, apiclient.Is(err, "invalid"), "no such state: %v", err)
}

// Two systems that know nothing of each other pair by an invitation and by comparing fingerprints.
func TestPairing(t *testing.T) { onEach(t, pairing) }

func pairing(t *testing.T, config configure) {
	ctx := t.Context()
	open := func(id string) (*apiclient.Client, shapes.Self) {
		cfg := config(t)
		cfg.ID, cfg.AllowPrivate = id, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		c, _ := admit(t, serve(t, cfg))
		self, err := c.Self(ctx)
		require.NoError(t, err)
		return c, self
	}
	alder, alderSelf := open("alder")
	birch, birchSelf := open("birch")

	inv, err := alder.Invite(ctx, birchSelf.URL)
	require.NoError(t, err)
	_, err = birch.Join(ctx, shapes.Join{URL: alderSelf.URL, Token: "not it"})
	require.True(t, apiclient.Is(err, "invitation"), "%v", err)
	p, err := birch.Join(ctx, shapes.Join{URL: alderSelf.URL, Token: inv.Token})
	require.NoError(t, err)
	require.Equal(t, "pending", p.State)
	require.Equal(t, alderSelf.Fingerprint, p.Keys[0].Fingerprint)

	_, err = alder.Confirm(ctx, "birch", alderSelf.KeyID)
	require.True(t, apiclient.Is(err, "invalid"), "that is not birch's key: %v", err)
	p, err = alder.Confirm(ctx, "birch", birchSelf.KeyID)
	require.NoError(t, err)
	require.Equal(t, "active", p.State)
	_, err = birch.Confirm(ctx, "alder", alderSelf.KeyID)
	require.NoError(t, err)
	p, err = alder.Revoke(ctx, "birch")
	require.NoError(t, err)
	require.Equal(t, "revoked", p.State)
	ps, err := alder.Partners(ctx)
	require.NoError(t, err)
	require.Len(t, ps.Items, 1)

	_, err = alder.Register(ctx, shapes.Self{System: "cedar", URL: "https://cedar.example", Key: []byte("short")})
	require.True(t, apiclient.Is(err, "invalid"), "that is no key: %v", err)
}
