package scenario_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// everything is what a system has to show, by the path of the question.
func everything(t *testing.T, p *process) map[string]string {
	t.Helper()
	out := map[string]string{}
	paths := []string{"module", "partners", "clients?limit=500", "surveys", "projects?limit=500", "shops?limit=500", "runs?limit=500", "history?limit=500", "messages?limit=500"}
	cs, err := p.Clients(t.Context(), "", every)
	require.NoError(t, err)
	for _, c := range cs.Items {
		paths = append(paths, "sets/"+c.ID, "sets/"+c.ID+"/nodes?limit=500", "sets/"+c.ID+"/history?limit=500")
	}
	for _, path := range paths {
		_, _, text := send(t, p, "GET", "/api/"+path, "", "")
		out[path] = text
	}
	return out
}

// send sends a request of the operator's as it is, and returns the status, the content type and the body of the answer.
func send(t *testing.T, p *process, method, path, kind, body string) (status int, contentType, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.home+path, strings.NewReader(body))
	require.NoError(t, err)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	resp, err := p.raw.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(b)
}

// ill is one thing that must not work.
type ill struct {
	name   string
	code   string
	status int
	do     func() error
}

// unchanged tries each, wants its code and status, and wants both systems to be as they were.
func unchanged(t *testing.T, w *world, alder, birch *process, ills []ill) {
	t.Helper()
	a, b := everything(t, alder), everything(t, birch)
	for _, bad := range ills {
		err := bad.do()
		e, ok := errors.AsType[*apiclient.Error](err)
		if !ok {
			t.Errorf("%s: wanted %s, got %v", bad.name, bad.code, err)
			continue
		}
		if e.Status != bad.status || !apiclient.Is(err, bad.code) {
			t.Errorf("%s: wanted %d %s, got %v", bad.name, bad.status, bad.code, err)
		}
		w.same(a, everything(t, alder), bad.name+": alder has changed")
		w.same(b, everything(t, birch), bad.name+": birch has changed")
	}
}

// two starts both systems, with Dine-In accepted, jobs at birch, and Drive-Thru pending.
func two(t *testing.T) (w *world, alder, birch *process, accepted, pending project) {
	t.Helper()
	alder, birch = prepare(t, "alder", address{}), prepare(t, "birch", address{})
	alder.start()
	birch.start()
	w = processes(t, alder, birch)
	accepted = w.shareWithJobs(dineInOffer())
	pending, err := w.alder.Propose(proposal{Partner: "birch", Client: northwind, Survey: driveThru, Target: "copy_survey"})
	require.NoError(t, err)
	w.settle()
	return w, alder, birch, accepted, pending
}

// offer asks for a project with somebody.
func offer(p *process, partner, survey, target string) error {
	return second(p.Propose(p.t.Context(), shapes.Proposal{Partner: partner, Client: northwind, Survey: survey, Target: target}))
}

func TestBadInputIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	w, alder, birch, p, pending := two(t)
	ctx := t.Context()
	w.imports(p.ID)
	ours := w.shopsByOrigin()["birch/501"].ID
	planned, err := alder.PlanReturn(ctx, ours)
	require.NoError(t, err)
	stale := shapes.SurveyUpdate{Stamp: shapes.SurveyStamp{Ours: 1, Theirs: 99, TermsRev: 1}}
	accept := shapes.Accept{Email: "ops@birch.example", Agreed: true}
	lock := false

	t.Run("unknown ids", func(t *testing.T) {
		unchanged(t, w, alder, birch, []ill{
			{"project", "not_found", 404, func() error { return second(alder.Project(ctx, "nobody")) }},
			{"accept", "not_found", 404, func() error { return second(birch.Accept(ctx, "nobody", accept)) }},
			{"plan import", "not_found", 404, func() error { return second(alder.PlanImport(ctx, "nobody")) }},
			{"import", "not_found", 404, func() error { return second(alder.Import(ctx, "nobody", shapes.Import{})) }},
			{"compare", "not_found", 404, func() error { return second(alder.CompareLocations(ctx, "nobody", "", 0)) }},
			{"push", "not_found", 404, func() error { return second(alder.PushLocations(ctx, "nobody", shapes.Push{})) }},
			{"start of a push", "not_found", 404, func() error { return second(alder.StartPush(ctx, "nobody", shapes.Push{})) }},
			{"push run", "not_found", 404, func() error { return second(alder.PushRun(ctx, "nobody")) }},
			{"stop of a push", "not_found", 404, func() error { return second(alder.StopPush(ctx, "nobody", "enough")) }},
			{"settings", "not_found", 404, func() error {
				return second(alder.UpdateSettings(ctx, "nobody", shapes.Settings{Master: true, Mask: []string{"rules"}}))
			}},
			{"survey update", "not_found", 404, func() error { return second(alder.UpdateSurvey(ctx, "nobody", stale)) }},
			{"progress", "not_found", 404, func() error { return second(alder.Progress(ctx, "nobody")) }},
			{"run", "not_found", 404, func() error { return second(alder.Run(ctx, "nobody")) }},
			{"stop run", "not_found", 404, func() error { return second(alder.StopRun(ctx, "nobody", "enough")) }},
			{"shop", "not_found", 404, func() error { return second(alder.Shop(ctx, "nobody")) }},
			{"save shop", "not_found", 404, func() error { return second(alder.SaveShop(ctx, shapes.Shop{ID: "nobody"})) }},
			{"set status", "not_found", 404, func() error { return second(birch.SetStatus(ctx, "Reviewed", "501", "nobody")) }},
			{"return", "not_found", 404, func() error { return second(alder.Return(ctx, shapes.Return{Shops: []string{ours, "nobody"}})) }},
			{"reimport", "not_collab", 409, func() error {
				return second(alder.Reimport(ctx, p.ID, shapes.Reimport{Shops: []string{"nobody"}}))
			}},
			{"client", "not_found", 404, func() error { return second(alder.Client.Client(ctx, "nobody")) }},
			{"survey", "not_found", 404, func() error { return second(alder.Survey(ctx, "nobody")) }},
			{"node", "not_found", 404, func() error { return second(alder.Node(ctx, northwind, "nowhere")) }},
			{"revoke", "not_found", 404, func() error { return second(alder.Revoke(ctx, "nobody")) }},
			{"offer to nobody", "partner", 409, func() error { return offer(alder, "nobody", dineIn, "new_client") }},
			{"offer of no survey", "invalid", 422, func() error { return offer(alder, "birch", "nothing", "copy_survey") }},
			{"offer to itself", "invalid", 422, func() error { return offer(alder, "alder", dineIn, "new_client") }},
			{"replay of no message", "not_found", 404, func() error { return second(alder.Replay(ctx, 1<<40)) }},
		})
	})
	t.Run("wrong party", func(t *testing.T) {
		unchanged(t, w, alder, birch, []ill{
			{"the Primary accepts", "party", 403, func() error { return second(alder.Accept(ctx, pending.ID, accept)) }},
			{"the Primary declines", "party", 403, func() error { return second(alder.Decline(ctx, pending.ID, shapes.Reasoned{Reason: "no"})) }},
			{"the Primary makes a counter-offer", "party", 403, func() error { return second(alder.Counter(ctx, pending.ID, shapes.Counter{Note: "cheaper"})) }},
			{"the Secondary edits", "party", 403, func() error {
				return second(birch.EditProposal(ctx, pending.ID, shapes.EditProposal{Terms: shapes.TermsInput{LockLocations: &lock}}))
			}},
			{"the Secondary withdraws", "party", 403, func() error { return second(birch.Withdraw(ctx, pending.ID, shapes.Reasoned{Reason: "no"})) }},
			{"the Secondary deactivates", "party", 403, func() error { return second(birch.Deactivate(ctx, p.ID, shapes.Reasoned{Reason: "no"})) }},
			{"the Secondary imports", "party", 403, func() error { return second(birch.Import(ctx, p.ID, shapes.Import{})) }},
			{"the Secondary changes the export status", "party", 403, func() error {
				return second(birch.UpdateSettings(ctx, p.ID, shapes.Settings{Master: true, Mask: []string{"exact"}}))
			}},
			{"the Primary changes the contact", "party", 403, func() error {
				return second(alder.UpdateSettings(ctx, p.ID, shapes.Settings{Master: true, Mask: []string{"contact"}, Contact: "a@b.example"}))
			}},
			{"the Secondary compares", "forbidden", 403, func() error { return second(birch.CompareLocations(ctx, p.ID, "", 0)) }},
			{"the Secondary pushes", "forbidden", 403, func() error { return second(birch.PushLocations(ctx, p.ID, shapes.Push{})) }},
			{"the Secondary starts a push", "forbidden", 403, func() error { return second(birch.StartPush(ctx, p.ID, shapes.Push{})) }},
			{"the Secondary updates the survey", "party", 403, func() error { return second(birch.UpdateSurvey(ctx, p.ID, stale)) }},
			{"the Secondary returns", "not_collab", 409, func() error { return second(birch.Return(ctx, shapes.Return{Shops: []string{"501"}})) }},
		})
	})
	t.Run("wrong state", func(t *testing.T) {
		unchanged(t, w, alder, birch, []ill{
			{"import of a pending project", "state", 409, func() error { return second(alder.Import(ctx, pending.ID, shapes.Import{})) }},
			{"push for a pending project", "state", 409, func() error { return second(alder.PushLocations(ctx, pending.ID, shapes.Push{})) }},
			{"start of a push for a pending project", "state", 409, func() error { return second(alder.StartPush(ctx, pending.ID, shapes.Push{})) }},
			{"survey update of a pending project", "state", 409, func() error { return second(alder.UpdateSurvey(ctx, pending.ID, stale)) }},
			{"settings of a pending project", "state", 409, func() error {
				return second(alder.UpdateSettings(ctx, pending.ID, shapes.Settings{Master: true, Mask: []string{"exact"}}))
			}},
			{"edit of an accepted project", "state", 409, func() error { return second(alder.EditProposal(ctx, p.ID, shapes.EditProposal{})) }},
			{"withdrawal of an accepted project", "state", 409, func() error { return second(alder.Withdraw(ctx, p.ID, shapes.Reasoned{Reason: "no"})) }},
			{"decline of an accepted project", "state", 409, func() error { return second(birch.Decline(ctx, p.ID, shapes.Reasoned{Reason: "no"})) }},
			{"activation of an accepted project", "state", 409, func() error { return second(alder.Activate(ctx, p.ID, shapes.Versioned{})) }},
			{"progress that is not shared", "not_shared", 403, func() error { return second(alder.Progress(ctx, p.ID)) }},
			{"the same project twice", "duplicate", 409, func() error { return offer(alder, "birch", dineIn, "copy_survey") }},
			{"the same client twice", "client_there", 409, func() error { return offer(alder, "birch", driveThru, "new_client") }},
		})
	})
	t.Run("stale", func(t *testing.T) {
		seen := planned.Items[0].Seen
		seen.Version++
		unchanged(t, w, alder, birch, []ill{
			{"import plan", "stale", 409, func() error {
				return second(alder.Import(ctx, p.ID, shapes.Import{Stamp: &shapes.ImportStamp{TermsRev: 99, SurveyRev: 1}}))
			}},
			{"our locations", "stale", 409, func() error { return second(alder.PushLocations(ctx, p.ID, shapes.Push{Ours: 99})) }},
			{"their locations", "stale", 409, func() error { return second(alder.PushLocations(ctx, p.ID, shapes.Push{Theirs: 99})) }},
			{"their locations in a push that is started", "stale", 409, func() error { return second(alder.StartPush(ctx, p.ID, shapes.Push{Theirs: 99})) }},
			{"survey plan", "stale", 409, func() error { return second(alder.UpdateSurvey(ctx, p.ID, stale)) }},
			{"return plan", "stale", 409, func() error {
				return second(alder.Return(ctx, shapes.Return{Shops: []string{ours}, Plan: []shapes.ReturnStamp{seen}}))
			}},
			{"version of a project", "conflict", 409, func() error {
				return second(birch.Accept(ctx, pending.ID, shapes.Accept{Email: accept.Email, Agreed: true, Version: 99}))
			}},
			{"version of a shop", "conflict", 409, func() error {
				sh, err := birch.Shop(ctx, "502")
				sh.Version, sh.Content.Status = sh.Version+1, "Finalized"
				return errors.Join(second(birch.SaveShop(ctx, sh)), err)
			}},
			{"version of a client", "conflict", 409, func() error {
				return second(alder.SaveClient(ctx, northwind, shapes.SaveClient{Name: "x", Version: 99}))
			}},
			{"revision of a set", "conflict", 409, func() error {
				return second(alder.EditSet(ctx, northwind, shapes.Edit{Revision: 99, Edits: []shapes.EditNode{{Node: shapes.Node{Key: "1001", Name: "x"}, Fields: []string{"name"}}}}))
			}},
		})
	})
	t.Run("wrong values", func(t *testing.T) {
		job := func(change func(*shapes.Shop)) func() error {
			return func() error {
				sh := shapeOf(collabtest.NorthwindShops("", collab.SurveyID(w.project(w.birch, p.ID).Survey))[0])
				sh.ID = "new"
				change(&sh)
				good := sh
				good.ID, good.Content = "good", shapes.Content{Place: "1001", Status: "Open"}
				return second(birch.CreateShops(ctx, []shapes.Shop{good, sh}))
			}
		}
		unchanged(t, w, alder, birch, []ill{
			{"target", "invalid", 422, func() error { return offer(alder, "birch", driveThru, "elsewhere") }},
			{"e-mail", "invalid", 422, func() error {
				return second(birch.Accept(ctx, pending.ID, shapes.Accept{Email: "nobody", Agreed: true}))
			}},
			{"no reason", "invalid", 422, func() error { return second(birch.Decline(ctx, pending.ID, shapes.Reasoned{})) }},
			{"setting", "invalid", 422, func() error {
				return second(alder.UpdateSettings(ctx, p.ID, shapes.Settings{Master: true, Mask: []string{"client"}}))
			}},
			{"status", "invalid", 422, func() error { return second(birch.SetStatus(ctx, "Gone", "501")) }},
			{"shop's status", "invalid", 422, job(func(s *shapes.Shop) { s.Content.Status = "Gone" })},
			{"shop's survey", "invalid", 422, job(func(s *shapes.Shop) { s.Survey = "nothing" })},
			{"shop's score", "invalid", 422, job(func(s *shapes.Shop) { s.Content.Score.Earned = "ten" })},
			{"shop's id that is taken", "conflict", 409, job(func(s *shapes.Shop) { s.ID = "501" })},
			{"shop's text that is too long", "invalid", 422, job(func(s *shapes.Shop) { s.Content.Comments = strings.Repeat("x", 1<<20) })},
			{"too many shops", "invalid", 422, func() error { return second(birch.CreateShops(ctx, make([]shapes.Shop, 501))) }},
			{"partner's key", "invalid", 422, func() error {
				return second(alder.Register(ctx, shapes.Self{System: "cedar", URL: birch.home, Key: []byte("short")}))
			}},
			{"partner's address", "invalid", 422, func() error {
				return second(alder.Register(ctx, shapes.Self{System: "cedar", URL: "birch", Key: make([]byte, 32)}))
			}},
			{"the system itself as partner", "invalid", 422, func() error {
				return second(alder.Register(ctx, shapes.Self{System: "alder", URL: birch.home, Key: make([]byte, 32)}))
			}},
			{"parent of a node", "invalid", 422, func() error {
				head, err := alder.Set(ctx, northwind)
				edit := shapes.Edit{Revision: head.Revision, Edits: []shapes.EditNode{{Node: shapes.Node{Key: "1001", Parent: "/Nowhere"}, Fields: []string{"parent"}}}}
				return errors.Join(second(alder.EditSet(ctx, northwind, edit)), err)
			}},
			{"locked set", "locked", 409, func() error {
				copied := w.project(w.birch, p.ID).Client
				head, err := birch.Set(ctx, copied)
				edit := shapes.Edit{Revision: head.Revision, Edits: []shapes.EditNode{{Node: shapes.Node{Key: "1001", Name: "x"}, Fields: []string{"name"}}}}
				return errors.Join(second(birch.EditSet(ctx, copied, edit)), err)
			}},
			{"table without the columns", "invalid", 422, func() error { return second(alder.LoadTable(ctx, northwind, []byte("a,b\n1,2\n"), apiclient.Load{})) }},
		})
	})
	t.Run("bodies", func(t *testing.T) {
		const kind = "application/json"
		large := `{"reason":"` + strings.Repeat("x", 9<<20) + `"}`
		var ills []ill
		for _, b := range []struct {
			name, method, path, kind, body, code string
			status                               int
		}{
			{"no JSON", "POST", "/api/projects", kind, "survey=dine-in", "body", 400},
			{"half JSON", "POST", "/api/projects", kind, `{"partner":"birch"`, "body", 400},
			{"two values", "POST", "/api/projects", kind, `{} {}`, "body", 400},
			{"not UTF-8", "POST", "/api/projects", kind, "{\"partner\":\"\xff\"}", "body", 400},
			{"nothing", "POST", "/api/projects", kind, "", "body", 400},
			{"unknown member", "POST", "/api/projects", kind, `{"partner":"birch","colour":"red"}`, "invalid", 422},
			{"wrong type", "POST", "/api/projects/" + p.ID + "/import", kind, `{"page_size":"all"}`, "invalid", 422},
			{"other media", "POST", "/api/projects", "text/plain", `{}`, "media_type", 415},
			{"deep", "POST", "/api/projects", kind, strings.Repeat(`{"terms":`, 100000), "body", 400},
			{"too large", "POST", "/api/projects/" + pending.ID + "/withdraw", kind, large, "too_large", 413},
			{"too large a table", "POST", "/api/sets/northwind/load", "text/csv", strings.Repeat("x", 33<<20), "too_large", 413},
			{"limit", "GET", "/api/projects?limit=501", "", "", "invalid", 422},
			{"unknown parameter", "GET", "/api/projects?stat=all", "", "", "invalid", 422},
			{"unknown path", "GET", "/api/project", "", "", "no_such_path", 404},
			{"method", "DELETE", "/api/projects/" + p.ID, "", "", "method", 405},
		} {
			ills = append(ills, ill{b.name, b.code, b.status, func() error {
				status, contentType, text := send(t, alder, b.method, b.path, b.kind, b.body)
				e := &apiclient.Error{}
				if err := json.Unmarshal([]byte(text), &e.Problem); err != nil || contentType != "application/problem+json" {
					return fmt.Errorf("%d, %s, not a problem: %.200s", status, contentType, text)
				}
				if e.Status != status || e.Type != "urn:mspkit:"+e.Code || e.Title == "" {
					return fmt.Errorf("%d, an ill-formed problem: %.200s", status, text)
				}
				return e
			}})
		}
		unchanged(t, w, alder, birch, ills)
	})
	t.Run("strangers", func(t *testing.T) {
		nobody := apiclient.New(alder.home)
		t.Cleanup(nobody.Close)
		var ills []ill
		for who, c := range map[string]*apiclient.Client{"nobody": nobody, "a program of birch's": nobody.As(birch.token), "a guess": nobody.As("mspkit_" + strings.Repeat("A", 43))} {
			ills = append(ills,
				ill{who + " reads shops", "sign_in", 401, func() error { return second(c.Shops(ctx, apiclient.ShopQuery{})) }},
				ill{who + " offers", "sign_in", 401, func() error {
					return second(c.Propose(ctx, shapes.Proposal{Partner: "birch", Client: northwind, Survey: dineIn, Target: "new_client"}))
				}},
				ill{who + " switches the module off", "sign_in", 401, func() error { return second(c.SetModule(ctx, false)) }},
				ill{who + " registers a partner", "sign_in", 401, func() error {
					return second(c.Register(ctx, shapes.Self{System: "cedar", URL: birch.home, Key: make([]byte, 32)}))
				}},
				ill{who + " asks for a token", "sign_in", 401, func() error {
					return second(c.IssueToken(ctx, shapes.IssueToken{Name: "mine", Roles: []string{"operator"}}))
				}},
			)
		}
		unchanged(t, w, alder, birch, ills)
	})
	t.Run("unsigned peers", func(t *testing.T) {
		a := everything(t, alder)
		for _, path := range []string{"/peer/v1/projects/" + p.ID + "/shops", "/peer/v1/projects/nobody/shops", "/peer/v1/projects/nobody/survey"} {
			status, contentType, text := send(t, alder, "GET", path, "", "")
			require.Equal(t, []any{http.StatusUnauthorized, "application/problem+json"}, []any{status, contentType}, text)
			require.Contains(t, text, `"urn:mspkit:signature"`)
			require.NotContains(t, text, p.ID)
		}
		w.same(a, everything(t, alder), "alder has changed")
	})
}

func TestModuleOffOnEitherSide(t *testing.T) {
	t.Parallel()
	w, alder, birch, p, pending := two(t)
	ctx := t.Context()
	off := func(who string, ask func() error) func() error {
		return func() error {
			err := ask()
			if e, ok := errors.AsType[*apiclient.Error](err); ok && problem(&e.Problem).System != who {
				return fmt.Errorf("blamed on %q: %w", problem(&e.Problem).System, errors.New(e.Error()))
			}
			return err
		}
	}
	w.imports(p.ID)
	ours := w.shopsByOrigin()["birch/501"].ID
	require.NoError(t, w.birch.Switch(false))
	unchanged(t, w, alder, birch, []ill{
		{"offer", "module_off", 404, off("birch", func() error { return offer(alder, "birch", dineIn, "copy_survey") })},
		{"plan of an import", "module_off", 404, off("birch", func() error { return second(alder.PlanImport(ctx, p.ID)) })},
		{"plan of a return", "module_off", 404, off("birch", func() error { return second(alder.PlanReturn(ctx, ours)) })},
		{"plan of a survey update", "module_off", 404, off("birch", func() error { return second(alder.PlanSurveyUpdate(ctx, p.ID)) })},
		{"acceptance", "module_off", 404, off("birch", func() error {
			return second(birch.Accept(ctx, pending.ID, shapes.Accept{Email: "ops@birch.example", Agreed: true}))
		})},
		{"the list of projects", "module_off", 404, off("birch", func() error { return second(birch.Projects(ctx, apiclient.ProjectQuery{})) })},
	})
	started, err := alder.Import(ctx, p.ID, shapes.Import{})
	require.NoError(t, err)
	r, err := alder.WaitRun(ctx, started.ID)
	require.NoError(t, err)
	require.Equal(t, "stopped", r.State, "an import says why it cannot go on")
	require.Contains(t, r.Reason, "module is off at birch")
	require.NoError(t, w.birch.Switch(true))
	require.NoError(t, w.alder.Switch(false))
	unchanged(t, w, alder, birch, []ill{
		{"offer", "module_off", 404, off("alder", func() error { return offer(alder, "birch", dineIn, "copy_survey") })},
		{"import", "module_off", 404, off("alder", func() error { return second(alder.Import(ctx, p.ID, shapes.Import{})) })},
		{"return", "module_off", 404, off("alder", func() error { return second(alder.Return(ctx, shapes.Return{Shops: []string{ours}})) })},
		{"push", "module_off", 404, off("alder", func() error { return second(alder.PushLocations(ctx, p.ID, shapes.Push{})) })},
		{"withdrawal", "module_off", 404, off("alder", func() error { return second(alder.Withdraw(ctx, pending.ID, shapes.Reasoned{Reason: "no"})) })},
	})
	require.NoError(t, w.alder.Switch(true))
	require.Equal(t, []string{"Drive-Thru", "Dine-In"}, []string{w.project(w.alder, pending.ID).SurveyName, w.project(w.alder, p.ID).SurveyName}, "all is there again")
	w.same(map[string]string{"Dine-In": "Accepted", "Drive-Thru": "Pending"}, w.labels(w.alder), "as it was")
}
