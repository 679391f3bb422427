package api_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/orgoverlay/jsonschema"
	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

// world is several accounts in one store, behind the API.
type world struct {
	t      *testing.T
	db     store.DB
	clock  time.Time
	config orgoverlay.Config
	mux    *web.Mux
	tied   map[string]string // the organization of each account's own name
	faulty func() error      // what views meet, when it is set
}

// newWorld has Widget Data Center, a customer of GigaTera (SLA G1) and GlobalNet (SLA N1), and an account that has to do with nobody.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: memstore.New(memstore.Config{}), clock: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), tied: map[string]string{}, mux: &web.Mux{}}
	var ids atomic.Int64
	w.config = orgoverlay.Config{Schemas: jsonschema.Schemas{}, Now: func() time.Time { return w.clock },
		NewID: func() string { return fmt.Sprintf("id-%06d", ids.Add(1)) }}
	require.NoError(t, api.Mount(w.mux, api.Config{
		Orgs: func(account string) *orgoverlay.Service { return w.of(account) }, Log: slog.New(slog.DiscardHandler), Self: api.Self{System: "alder"},
	}))
	for _, a := range [][2]string{{"wdc", "Widget Data Center"}, {"gigatera", "GigaTera"}, {"globalnet", "GlobalNet"}, {"outsider", "Outsider"}} {
		w.open(a[0], a[1])
	}
	w.serve("gigatera", "wdc", "G1")
	w.serve("globalnet", "wdc", "N1")
	return w
}

// of is the service of an account.
func (w *world) of(account string) *orgoverlay.Service {
	return orgoverlay.NewService(orgoverlay.Account(account), faultyStore{store.Orgoverlay(w.db.For(account)), w}, w.config)
}

// faultyStore fails as its world says.
type faultyStore struct {
	orgoverlay.Store
	w *world
}

func (s faultyStore) View(ctx context.Context, fn func(context.Context, orgoverlay.View) error) error {
	if s.w.faulty != nil {
		if err := s.w.faulty(); err != nil {
			return err
		}
	}
	return s.Store.View(ctx, fn)
}

func admin(account string) orgoverlay.Actor {
	return orgoverlay.Actor{ID: "p", Name: "Setup", Home: orgoverlay.Account(account), On: orgoverlay.Account(account), Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
}

// open makes an account with an organization that is tied to it, with private fields of its own.
func (w *world) open(id, name string) {
	w.t.Helper()
	ctx, svc := w.t.Context(), w.of(id)
	tenant, err := svc.SaveTenant(ctx, admin(id), orgoverlay.Tenant{ID: orgoverlay.Account(id), Name: name})
	require.NoError(w.t, err)
	o, err := svc.SaveOrganization(ctx, admin(id), orgoverlay.Organization{Region: "canary-" + id, Shared: orgoverlay.Shared{
		Name: name, Contacts: []orgoverlay.Contact{{Kind: "phone", Value: "+1 555 0100"}}, Addresses: []orgoverlay.Address{{City: "Mumbai"}},
	}})
	require.NoError(w.t, err)
	tenant.Organization = o.ID
	_, err = svc.SaveTenant(ctx, admin(id), tenant)
	require.NoError(w.t, err)
	_, _, err = svc.Edit(ctx, admin(id), o.ID, orgoverlay.Patch{Remarks: orgoverlay.Set("canary-" + id)}, o.Version+1) // tying it marked it internal
	require.NoError(w.t, err)
	w.tied[id] = string(o.ID)
}

// serve makes an SLA between the tied organizations of two accounts, with the trust for it.
func (w *world) serve(provider, customer, id string) {
	w.t.Helper()
	ctx := w.t.Context()
	for _, half := range [][2]string{{provider, customer}, {customer, provider}} {
		_, err := w.of(half[0]).SetTrust(ctx, admin(half[0]), orgoverlay.Account(half[1]), orgoverlay.TrustEstablished)
		require.NoError(w.t, err)
	}
	svc := w.of(provider)
	_, err := svc.SaveService(ctx, admin(provider), orgoverlay.ServiceEntry{ID: orgoverlay.ServiceID("service " + id), Name: "Service", Provider: orgoverlay.OrgID(w.tied[provider])})
	require.NoError(w.t, err)
	_, err = svc.SaveAgreement(ctx, admin(provider), orgoverlay.Agreement{ID: orgoverlay.AgreementID(id), Kind: orgoverlay.SLA, Service: orgoverlay.ServiceID("service " + id),
		With: orgoverlay.Account(customer), Customer: orgoverlay.Ref{Account: orgoverlay.Account(customer), Org: orgoverlay.OrgID(w.tied[customer])}, Start: "2026-01-01"})
	require.NoError(w.t, err)
}

// as is a server at which everybody is one person of an account with roles there.
func (w *world) as(account string, roles ...string) string {
	w.t.Helper()
	who := staff.Who{Person: "p-" + account, Name: "Ann of " + account, Home: account, Account: account, Roles: roles}
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mux.ServeHTTP(rw, r.WithContext(staff.With(r.Context(), who)))
	}))
	w.t.Cleanup(s.Close)
	return s.URL
}

// client asks as that person.
func (w *world) client(account string, roles ...string) *apiclient.Client {
	w.t.Helper()
	c := apiclient.New(w.as(account, roles...))
	w.t.Cleanup(c.Close)
	return c
}

// manager may edit and sees internal fields, but does not administer.
var manager = []string{"service_level_manager", "specialist"}

const administrator = "account_administrator"

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) problem(t *testing.T) shapes.Problem {
	t.Helper()
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"), a.body)
	var p shapes.Problem
	require.NoError(t, json.Unmarshal([]byte(a.body), &p), a.body)
	require.Equal(t, a.status, p.Status)
	require.Equal(t, web.URN+p.Code, p.Type)
	return p
}

// ask sends one request. The body is JSON unless a header says otherwise.
func ask(t *testing.T, base, pattern, body string, header ...string) answer {
	t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	req, err := http.NewRequestWithContext(t.Context(), method, base+"/api/"+path, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// good requires that a request succeeds.
func good(t *testing.T, base, pattern, body string, header ...string) answer {
	t.Helper()
	a := ask(t, base, pattern, body, header...)
	require.Equal(t, 2, a.status/100, "%s: %s", pattern, a.body)
	return a
}

// bad requires that a request is refused with a code.
func bad(t *testing.T, base string, status int, code, pattern, body string, header ...string) shapes.Problem {
	t.Helper()
	a := ask(t, base, pattern, body, header...)
	require.Equal(t, status, a.status, "%s: %s", pattern, a.body)
	p := a.problem(t)
	require.Equal(t, code, p.Code, "%s: %s", pattern, a.body)
	return p
}

// extension makes the extension of an account that fields of tests belong to, and people whom they can name.
func (w *world) extension(account string) {
	w.t.Helper()
	svc, ctx := w.of(account), w.t.Context()
	e, err := svc.SaveExtension(ctx, admin(account), orgoverlay.Extension{ID: "orgs", Name: "Organizations", Fields: []orgoverlay.ExtensionField{
		{ID: "contact_person", Label: "Contact", Schema: []byte(`{"type":"integer"}`), Person: true},
		{ID: "tier", Label: "Tier", Schema: []byte(`{"enum":["bronze","silver","gold"]}`)},
		{ID: "credit_note", Label: "Credit", Schema: []byte(`{"type":"string"}`), Internal: true},
	}})
	require.NoError(w.t, err)
	_, err = svc.ActivateExtension(ctx, admin(account), e.ID, e.Number, e.Version)
	require.NoError(w.t, err)
	_, err = svc.SavePerson(ctx, admin(account), orgoverlay.Person{ID: "196", Name: "Howard Tanner"})
	require.NoError(w.t, err)
}
