package scenario_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// cast is accounts on one system, and people of each who are signed in.
type cast struct {
	t      *testing.T
	home   string // the system's address
	db     string // its database
	clock  *clock // its clock; nil: that of the machine
	first  *colleague
	people map[string]*colleague
	tied   map[string]string // the organization of each account
}

// clock is a time that passes when a test says so.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// colleague is somebody who acts in one account: as a program on their machine, and in a browser.
type colleague struct {
	*apiclient.Client
	cast           *cast
	email, account string
	browser        *http.Client // signed in when it is first used
}

const (
	administrator = staff.Administers
	specialist    = staff.Specialist
	serviceLevel  = "service_level_manager"

	peoplesPassword = "seven barges pass at noon"
)

// casting is cast of a process with a database of its own.
func casting(t *testing.T, database string) *cast {
	t.Helper()
	p := prepare(t, "alder", address{database: database})
	p.start()
	if database == "" {
		database = filepath.Join(filepath.Dir(p.log), "system.db")
	}
	return castAt(t, p.home, database, nil)
}

// rehearsing is cast of a system in this process, which can wait for days.
func rehearsing(t *testing.T, begin time.Time) *cast {
	t.Helper()
	at := &clock{at: begin}
	a := running(t, app.Config{Now: at.now})
	return castAt(t, a.Home(), "", at)
}

// running serves a system in this process until the test ends. Everything that a configuration does not say is filled in, and everybody may
// ask as much as they like. Its first administrator is the operator of all tests.
func running(t testing.TB, cfg app.Config) *app.App {
	t.Helper()
	dir := t.TempDir()
	cfg.ID, cfg.Addr, cfg.Key = "alder", "127.0.0.1:0", filepath.Join(dir, "system.key")
	if cfg.DB == "" {
		cfg.DB = filepath.Join(dir, "system.db")
	}
	cfg.Hash, cfg.Limits = staff.Hash{Memory: 64, Passes: 1, Threads: 1}, &web.Limits{Scale: 1e6}
	a, err := app.Open(t.Context(), cfg)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("alder: %v", err)
		}
	})
	token, err := a.Staff.FirstLink(t.Context())
	require.NoError(t, err)
	_, err = a.Staff.TakeLink(t.Context(), token, operatorName, operatorEmail, operatorPassword)
	require.NoError(t, err)
	c := apiclient.New(a.Home())
	defer c.Close()
	require.NoError(t, c.WaitReady(t.Context()))
	return a
}

func castAt(t *testing.T, home, db string, at *clock) *cast {
	t.Helper()
	c := &cast{t: t, home: home, db: db, clock: at, people: map[string]*colleague{}, tied: map[string]string{}}
	c.first = &colleague{Client: apiclient.New(home), cast: c, email: operatorEmail, account: "alder"}
	t.Cleanup(c.first.Close)
	c.first.signIn()
	return c
}

func (p *colleague) password() string {
	if p.email == operatorEmail {
		return operatorPassword
	}
	return peoplesPassword
}

func (p *colleague) signIn() {
	p.cast.t.Helper()
	require.NoError(p.cast.t, second(p.SignIn(p.cast.t.Context(), shapes.SignIn{Email: p.email, Password: p.password(), Account: p.account})))
}

// admin is the administrator of an account.
func (c *cast) admin(account string) *colleague { return c.as(account, administrator) }

// as is somebody of an account who holds roles there. They were sent a link when they were first asked for.
func (c *cast) as(account string, roles ...string) *colleague {
	c.t.Helper()
	email := strings.Join(roles, ".") + "@" + account + ".example"
	if p, ok := c.people[email]; ok {
		return p
	}
	joined, err := apiclient.Admit(c.t.Context(), c.invite(account, email, roles...), shapes.TakeLink{Password: peoplesPassword})
	require.NoError(c.t, err)
	c.t.Cleanup(joined.Close)
	p := &colleague{Client: joined, cast: c, email: email, account: account}
	c.people[email] = p
	return p
}

// guest is somebody of one account who was given roles in another, and acts there.
func (c *cast) guest(home, account string, roles ...string) *colleague {
	c.t.Helper()
	p := *c.as(home, "end_user")
	link := c.invite(account, p.email, roles...)
	p.Client, p.browser = apiclient.New(c.home), nil
	c.t.Cleanup(p.Close)
	p.signIn()
	_, token, _ := strings.Cut(link, "/links/")
	require.NoError(c.t, second(p.AcceptLink(c.t.Context(), token)))
	p.account = account
	require.NoError(c.t, second(p.ChooseAccount(c.t.Context(), account)))
	return &p
}

// invite returns a link that gives roles on an account.
func (c *cast) invite(account, email string, roles ...string) string {
	c.t.Helper()
	require.NoError(c.t, second(c.first.ChooseAccount(c.t.Context(), account)))
	invited, err := c.first.InvitePerson(c.t.Context(), shapes.InvitePerson{Email: email, Name: "somebody of " + account, Roles: roles})
	require.NoError(c.t, err)
	return invited.URL
}

// at lets time pass; sessions end meanwhile, and everybody signs in again.
func (c *cast) at(now time.Time) {
	c.t.Helper()
	c.clock.set(now)
	c.first.signIn()
	for _, email := range slices.Sorted(maps.Keys(c.people)) { // in the same order in every realm
		c.people[email].signIn()
		c.people[email].browser = nil
	}
}

// open opens an account with an organization of its name, which is tied to it.
func (c *cast) open(account, name string) {
	c.t.Helper()
	ctx := c.t.Context()
	require.NoError(c.t, second(c.first.ChooseAccount(ctx, "alder")))
	require.NoError(c.t, second(c.first.OpenAccount(ctx, shapes.OpenAccount{ID: account, Name: "account " + account})))
	a := c.admin(account)
	o, err := a.MakeOwnOrganization(ctx, shapes.SaveOwnOrganization{Name: name, Contacts: []shapes.Contact{{Kind: "phone", Label: new("desk"), Value: "+1 555 0199"}}})
	require.NoError(c.t, err)
	tenant, err := a.Tenant(ctx)
	require.NoError(c.t, err)
	require.NoError(c.t, second(a.SaveTenant(ctx, shapes.SaveTenant{Name: tenant.Name, Organization: &o.ID, Version: tenant.Version})))
	c.tied[account] = o.ID
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request such as "PATCH /api/organizations/1?version=0 {}" from the browser. The body is JSON where it begins with a brace, else
// a table.
func (p *colleague) ask(request string) answer {
	p.cast.t.Helper()
	if p.browser == nil {
		p.browser = browserlike(p.cast.t, &http.Transport{})
		p.browser.Timeout = time.Minute
		said, err := json.Marshal(shapes.SignIn{Email: p.email, Password: p.password(), Account: p.account})
		require.NoError(p.cast.t, err)
		require.Equal(p.cast.t, http.StatusOK, p.ask("POST /api/session "+string(said)).status)
	}
	method, rest, _ := strings.Cut(request, " ")
	path, body, _ := strings.Cut(rest, " ")
	req, err := http.NewRequestWithContext(p.cast.t.Context(), method, p.cast.home+path, strings.NewReader(body))
	require.NoError(p.cast.t, err)
	switch {
	case strings.HasPrefix(body, "{"):
		req.Header.Set("Content-Type", "application/json")
	case strings.HasPrefix(path, "/api/organizations/import"):
		req.Header.Set("Content-Type", "text/csv")
	case strings.HasPrefix(path, "/api/"):
		req.Header.Set("Content-Type", "application/octet-stream")
	default:
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := p.browser.Do(req)
	require.NoError(p.cast.t, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(p.cast.t, err)
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// own is one's own organization, word for word.
func (p *colleague) own(org string) string {
	p.cast.t.Helper()
	a := p.ask("GET /api/own-organizations/" + org)
	require.Equal(p.cast.t, http.StatusOK, a.status, a.body)
	return a.body
}

// record reads an organization.
func (p *colleague) record(org string) shapes.OrganizationRecord {
	p.cast.t.Helper()
	r, err := p.Organization(p.cast.t.Context(), org)
	require.NoError(p.cast.t, err)
	return r
}

// edit changes the present version of what is kept of an organization.
func (p *colleague) edit(org string, patch map[string]any) shapes.OrganizationRecord {
	p.cast.t.Helper()
	e, err := p.EditOrganization(p.cast.t.Context(), org, p.record(org).Version, patch)
	require.NoError(p.cast.t, err)
	return e.Organization
}

// refused requires that the present version cannot be edited so, for such a reason.
func (p *colleague) refused(code, org string, patch map[string]any) *shapes.Problem {
	p.cast.t.Helper()
	_, err := p.EditOrganization(p.cast.t.Context(), org, p.record(org).Version, patch)
	require.True(p.cast.t, apiclient.Is(err, code), "%s: %v", code, err)
	return problemIn(err)
}

// names lists the names of the organizations that are selected.
func (p *colleague) names(q apiclient.OrganizationQuery) []string {
	p.cast.t.Helper()
	l, err := p.Organizations(p.cast.t.Context(), q)
	require.NoError(p.cast.t, err)
	return each(l.Items, func(o shapes.Organization) string { return o.Name })
}

// sees requires that exactly these organizations of others are seen.
func (p *colleague) sees(what string, names ...string) {
	p.cast.t.Helper()
	got := p.names(apiclient.OrganizationQuery{Kinds: []string{"trusted"}})
	require.Equal(p.cast.t, each(names, func(n string) string { return n }), got, "%s: %s", p.account, what)
}

// onSystems runs a story on a process with an SQLite file, and with a PostgreSQL database.
func onSystems(t *testing.T, tell func(*testing.T, *cast, bool)) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		tell(t, casting(t, ""), true)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		pgtest.Need(t)
		tell(t, casting(t, pgtest.Database(t)), deep())
	})
}
