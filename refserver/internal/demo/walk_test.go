package demo_test

import (
	"context"
	"database/sql"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/demo"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// A walk gets every route and follows every link of both systems, in the middle of a story: nothing that a GET does may change a row,
// no link may lead nowhere, and every answer carries the headers that keep a page to itself.
func TestWalkEveryRoute(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	d, err := demo.Open(ctx, demo.Config{AlderAddr: "127.0.0.1:0", BirchAddr: "127.0.0.1:0", Data: data})
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	p := pair{alder: apiclient.New(d.Alder.Home()).As(d.AlderToken), birch: apiclient.New(d.Birch.Home()).As(d.BirchToken)}
	t.Cleanup(func() {
		p.alder.Close()
		p.birch.Close()
		cancel()
		require.NoError(t, <-ended)
	})
	require.NoError(t, p.alder.WaitReady(ctx))
	require.NoError(t, p.birch.WaitReady(ctx))
	at := p.story(t)

	visitors := []struct {
		of      *app.App
		name    string
		pages   int // at least
		browser *http.Client
	}{
		{of: d.Alder, name: "Ada Alder", pages: 70}, {of: d.Alder, name: "Sam Alder", pages: 60}, {of: d.Alder, name: "Howard Tanner", pages: 15},
		{of: d.Alder, name: "Ellen Brown", pages: 15}, {of: d.Alder, name: "Uma Hill", pages: 8}, {of: d.Birch, name: "Bea Birch", pages: 60}, {of: d.Alder},
	}
	for i, visitor := range visitors {
		visitors[i].browser = visit(t, visitor.of, visitor.name)
	}
	before := rows(t, data)
	for _, visitor := range visitors {
		w := walk{t: t, client: visitor.browser, home: visitor.of.Home(), who: visitor.name, seen: map[string]int{}, others: []string{d.Alder.Home(), d.Birch.Home()}, routes: visitor.of.Routes()}
		for _, pattern := range visitor.of.Routes() {
			if path, ok := strings.CutPrefix(pattern, "GET "); ok {
				w.get(at.fill(path, visitor.of.ID()), false)
			} else if !strings.Contains(pattern, " ") {
				w.get(pattern, false)
			}
		}
		for w.next() {
		}
		require.GreaterOrEqual(t, len(w.shown), visitor.pages, "pages of %s for %q", visitor.of.ID(), visitor.name)
	}
	require.Empty(t, cmp.Diff(before, rows(t, data)), "a GET has changed something")
}

// visit returns a browser in which somebody has signed in by the button of that name, or nobody.
func visit(t *testing.T, a *app.App, name string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := &http.Client{Jar: jar, Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(client.CloseIdleConnections)
	if name == "" {
		return client
	}
	door := fetch(t, client, a.Home()+"/sign-in")
	m := regexp.MustCompile(`name="person" value="([^"]+)">(?:[^<]|<[^b]|<b[^u])*<button[^>]*>Sign in as ` + name + `</button>`).FindStringSubmatch(door)
	require.NotNil(t, m, "%s: %s", name, door)
	r, err := client.PostForm(a.Home()+"/sign-in/as", url.Values{"person": {m[1]}})
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	require.Equal(t, http.StatusSeeOther, r.StatusCode)
	require.Equal(t, "/", r.Header.Get("Location"))
	return client
}

// fetch gets a page.
func fetch(t *testing.T, client *http.Client, address string) string {
	t.Helper()
	r, err := client.Get(address)
	require.NoError(t, err)
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(body)
}

// places are ids that routes can be filled with.
type places struct{ project, run, push, shop, theirs, client, survey string }

// story brings both systems to a point where every page has something to show: one project accepted and imported, another offered.
func (p pair) story(t *testing.T) places {
	t.Helper()
	ctx := soon(t)
	offered := p.propose(t, "dine-in", "new_client", shapes.TermsInput{})
	_, err := p.birch.Accept(ctx, offered.ID, shapes.Accept{Email: "ops@birch.example", Agreed: true})
	require.NoError(t, err)
	_, err = p.alder.WaitProject(ctx, offered.ID, func(q shapes.Project) bool { return q.State == "accepted" })
	require.NoError(t, err)
	require.NoError(t, p.birch.WaitQuiet(ctx))
	require.NoError(t, p.alder.WaitQuiet(ctx))
	started, err := p.alder.Import(ctx, offered.ID, shapes.Import{})
	require.NoError(t, err)
	_, err = p.alder.WaitRun(ctx, started.ID)
	require.NoError(t, err)
	p.propose(t, "drive-thru", "copy_survey", shapes.TermsInput{})
	require.NoError(t, p.birch.WaitQuiet(ctx))
	require.NoError(t, p.alder.WaitQuiet(ctx))
	here, err := p.birch.Project(ctx, offered.ID)
	require.NoError(t, err)
	shops, err := p.alder.Shops(ctx, apiclient.ShopQuery{})
	require.NoError(t, err)
	pushes, err := p.alder.Pushes(ctx, offered.ID, "", 1)
	require.NoError(t, err)
	return places{project: offered.ID, run: started.ID, push: pushes.Items[0].ID, shop: shops.Items[0].ID, theirs: "501", client: here.Client, survey: here.Survey}
}

// fill puts ids into a pattern.
func (at places) fill(path, system string) string {
	alder := system == "alder"
	pick := func(a, b string) string {
		if alder {
			return a
		}
		return b
	}
	ids := map[string]string{
		"projects": at.project, "runs": at.run, "pushes": at.push, "shops": pick(at.shop, at.theirs), "clients": pick("northwind", at.client), "surveys": pick("dine-in", at.survey),
		"sets": pick("northwind", at.client), "locations": pick("northwind", at.client), "partners": pick("birch", "alder"), "messages": "1", "questions": "greeting",
	}
	steps := strings.Split(strings.TrimSuffix(path, "{$}"), "/")
	for i, s := range steps {
		if strings.HasPrefix(s, "{") {
			if steps[i] = ids[steps[i-1]]; steps[i] == "" {
				steps[i] = "none" // links lead to those that are there
			}
		}
	}
	out := strings.Join(steps, "/")
	if strings.HasSuffix(path, "/node") {
		out += "?key=1001"
	}
	return out
}

// walk gets the pages of one system.
type walk struct {
	t      *testing.T
	client *http.Client
	home   string
	who    string // has signed in; empty: nobody
	others []string
	routes []string
	seen   map[string]int
	shown  []string // what was let through
	queue  []string
}

// maxPages bounds a walk; lists in other orders and filters would go on for long.
const maxPages = 400

func (w *walk) next() bool {
	if len(w.queue) == 0 || len(w.seen) >= maxPages {
		return false
	}
	path := w.queue[0]
	w.queue = w.queue[1:]
	w.get(path, true)
	return true
}

var (
	links   = regexp.MustCompile(`<a [^>]*href="([^"]*)"`)
	loads   = regexp.MustCompile(`(?i)<(?:script|img|link|iframe|source|object|embed|video|audio|input)\b[^>]*\b(?:src|href|data)="([^"]*)"`)
	actions = regexp.MustCompile(`<form method="post"[^>]*>`)
	action  = regexp.MustCompile(`action="([^"]*)"`)
	inline  = regexp.MustCompile(`(?i)<style\b|\sstyle="|\son[a-z]+="|<script>|javascript:`)
)

// get asks for one address. What is linked must be there.
func (w *walk) get(path string, linked bool) {
	w.t.Helper()
	if _, ok := w.seen[path]; ok {
		return
	}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.home+path, nil)
	require.NoError(w.t, err)
	resp, err := w.client.Do(req)
	require.NoError(w.t, err, path)
	body, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err, path)
	_ = resp.Body.Close()
	w.seen[path] = resp.StatusCode
	require.Less(w.t, resp.StatusCode, 500, "%s: %s", path, body)
	home := path == "/" && resp.StatusCode == http.StatusSeeOther // leads those who do not work with projects to organizations
	if linked && !home {
		require.Equal(w.t, http.StatusOK, resp.StatusCode, "%s is linked for %q: %s", path, w.who, body)
	}
	if resp.StatusCode == http.StatusOK {
		w.shown = append(w.shown, path)
	}
	h := resp.Header
	require.Contains(w.t, h.Get("Content-Security-Policy"), "default-src 'none'", path)
	require.NotContains(w.t, h.Get("Content-Security-Policy"), "unsafe", path)
	want := map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin"}
	for name, value := range want {
		require.Equal(w.t, value, h.Get(name), "%s of %s", name, path)
	}
	if !strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		return
	}
	text := string(body)
	require.Empty(w.t, inline.FindString(text), "inline script or style in %s", path)
	for _, m := range loads.FindAllStringSubmatch(text, -1) {
		require.True(w.t, strings.HasPrefix(m[1], "/static/"), "%s loads %s", path, m[1])
	}
	for _, f := range actions.FindAllString(text, -1) {
		to := path
		if m := action.FindStringSubmatch(f); m != nil {
			to = m[1]
		}
		require.True(w.t, w.takes(to), "a form of %s is sent to %s, which nobody serves", path, to)
	}
	for _, m := range links.FindAllStringSubmatch(text, -1) {
		w.link(path, html.UnescapeString(m[1]))
	}
}

// link queues what a page links to.
func (w *walk) link(from, to string) {
	u, err := url.Parse(to)
	require.NoError(w.t, err, "%s links %s", from, to)
	if u.Host != "" {
		require.Contains(w.t, w.others, u.Scheme+"://"+u.Host, "%s links to elsewhere", from)
		return
	}
	if u.Path == "" {
		return // a place in the page
	}
	u.Fragment = ""
	w.queue = append(w.queue, u.String())
}

// takes reports whether a POST to the address is served.
func (w *walk) takes(to string) bool {
	path, _, _ := strings.Cut(to, "?")
	steps := strings.Split(path, "/")
	return slices.ContainsFunc(w.routes, func(pattern string) bool {
		p, ok := strings.CutPrefix(pattern, "POST ")
		if !ok {
			return false
		}
		want := strings.Split(p, "/")
		if len(want) != len(steps) {
			return false
		}
		for i := range want {
			if want[i] != steps[i] && !strings.HasPrefix(want[i], "{") {
				return false
			}
		}
		return true
	})
}

// looks are tables that a look at a page may write to: when a session was used last, and by whom, and a token.
var looks = []string{"mspkit_staff_session", "mspkit_staff_seen", "mspkit_staff_token"}

// rows reads everything that the systems have stored, but for looks and what the engine that wakes the courier keeps of itself.
func rows(t *testing.T, data string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, system := range []string{"alder", "birch"} {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(data, system+".db")+"?mode=ro&_pragma=busy_timeout(5000)")
		require.NoError(t, err)
		defer db.Close()
		for _, name := range query(t, db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'mspkit%' ORDER BY name") {
			name = strings.Trim(name, "[]")
			if slices.Contains(looks, name) {
				continue
			}
			read := query(t, db, fmt.Sprintf("SELECT * FROM %q", name))
			slices.Sort(read)
			out[system+" "+name] = read
		}
	}
	require.Greater(t, len(slices.Collect(maps.Keys(out))), 20)
	return out
}

func query(t *testing.T, db *sql.DB, text string) []string {
	t.Helper()
	rs, err := db.QueryContext(t.Context(), text)
	require.NoError(t, err)
	defer rs.Close()
	cols, err := rs.Columns()
	require.NoError(t, err)
	var out []string
	for rs.Next() {
		values, into := make([]any, len(cols)), make([]any, len(cols))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(t, rs.Scan(into...))
		out = append(out, fmt.Sprint(values))
	}
	require.NoError(t, rs.Err())
	return out
}
