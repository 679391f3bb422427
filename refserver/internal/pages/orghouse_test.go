package pages_test

import (
	"bytes"
	"context"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/orgoverlay/jsonschema"
	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/pages"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

// house is a system that hosts accounts: Widget Data Center with its providers GigaTera and GlobalNet, and one that none of them deals with.
type house struct {
	db     store.DB
	orgs   map[string]orgoverlay.OrgID
	purged atomic.Int32 // how often a purge was told of
}

// What gigatera keeps of itself and of its customers. No page of another account may hold any of it.
var gigateraSecrets = []string{"margin 31%", "GT-ACC-9", "canary-region", "canary-source", "GT-CUST-77", "canary-customer", "canary-file.txt", "canary-service", "Boss of gigatera"}

const onePixel = "data:image/png;base64,iVBORw0KGgo="

func newHouse(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	h := &house{db: memstore.New(memstore.Config{}), orgs: map[string]orgoverlay.OrgID{}}
	ctx := t.Context()
	for account, name := range map[string]string{"wdc": "Widget Data Center", "gigatera": "GigaTera", "globalnet": "GlobalNet", "outsider": "Outsider"} {
		svc, a := h.as(account)
		tenant, err := svc.SaveTenant(ctx, a, orgoverlay.Tenant{ID: orgoverlay.Account(account), Name: name})
		require.NoError(t, err)
		o := orgoverlay.Organization{Shared: orgoverlay.Shared{Name: name}}
		if account == "gigatera" {
			o.Picture, o.Region, o.Source = onePixel, "canary-region", "canary-source"
			o.Contacts = []orgoverlay.Contact{{Kind: "email", Label: "desk", Value: "help@gigatera.example"}, {Kind: "phone", Value: "+1 555 0100"}, {Kind: "website", Value: "https://gigatera.example"}}
			o.Addresses = []orgoverlay.Address{{Label: "billing", Street: "1 Fibre Way", City: "Austin", Country: "US"}}
		}
		o, err = svc.SaveOrganization(ctx, a, o)
		require.NoError(t, err)
		tenant.Organization, h.orgs[account] = o.ID, o.ID
		_, err = svc.SaveTenant(ctx, a, tenant)
		require.NoError(t, err)
	}
	h.deal(t, "gigatera", "wdc", "G1")
	h.deal(t, "globalnet", "wdc", "N1")
	svc, a := h.as("wdc")
	e, err := svc.SaveExtension(ctx, a, orgoverlay.Extension{Name: "Provider facts", Fields: []orgoverlay.ExtensionField{
		{ID: "contact_person", Label: "Contact person", Schema: []byte(`{"type":"integer"}`), Person: true},
		{ID: "credit_note", Label: "Credit note", Schema: []byte(`{"type":"string"}`), Internal: true},
		{ID: "tier", Label: "Tier", Schema: []byte(`{"enum":["gold", "silver"]}`)},
	}})
	require.NoError(t, err)
	_, err = svc.ActivateExtension(ctx, a, e.ID, e.Number, e.Version)
	require.NoError(t, err)
	_, err = svc.SavePerson(ctx, a, orgoverlay.Person{ID: "196", Name: "Howard Tanner"})
	require.NoError(t, err)

	svc, a = h.as("gigatera")
	own, err := svc.Own(ctx, a, h.orgs["gigatera"])
	require.NoError(t, err)
	_, _, err = svc.Edit(ctx, a, own.ID, orgoverlay.Patch{Remarks: orgoverlay.Set("margin 31%"), FinancialID: orgoverlay.Set("GT-ACC-9")}, own.Version)
	require.NoError(t, err)
	_, _, err = svc.Edit(ctx, a, h.orgs["wdc"], orgoverlay.Patch{Remarks: orgoverlay.Set("canary-customer"), FinancialID: orgoverlay.Set("GT-CUST-77")}, 0)
	require.NoError(t, err)
	_, err = svc.Attach(ctx, a, own.ID, orgoverlay.Upload{Name: "canary-file.txt"}, strings.NewReader("text"))
	require.NoError(t, err)
	return h
}

// deal makes an active agreement by which each of two accounts sees the other's organization.
func (h *house) deal(t *testing.T, provider, customer, id string) {
	t.Helper()
	h.trusted(t, provider, customer)
	svc, a := h.as(provider)
	_, err := svc.SaveService(t.Context(), a, orgoverlay.ServiceEntry{ID: "lines", Name: "canary-service of " + provider, Provider: h.orgs[provider]})
	if err != nil {
		require.ErrorIs(t, err, orgoverlay.ErrConflict)
	}
	with := orgoverlay.Account(customer)
	_, err = svc.SaveAgreement(t.Context(), a, orgoverlay.Agreement{ID: orgoverlay.AgreementID(id), Kind: orgoverlay.SLA, With: with, Service: "lines", Customer: orgoverlay.Ref{Account: with, Org: h.orgs[customer]}, Start: "2020-01-01"})
	require.NoError(t, err)
}

// trusted puts a trust between two accounts in force.
func (h *house) trusted(t *testing.T, one, other string) {
	t.Helper()
	for _, side := range [][2]string{{one, other}, {other, one}} {
		svc, a := h.as(side[0])
		_, err := svc.SetTrust(t.Context(), a, orgoverlay.Account(side[1]), orgoverlay.TrustEstablished)
		require.NoError(t, err)
	}
}

// of is the service of an account.
func (h *house) of(account string) *orgoverlay.Service {
	return orgoverlay.NewService(orgoverlay.Account(account), store.Orgoverlay(h.db.For(account)), orgoverlay.Config{Schemas: jsonschema.Schemas{}})
}

// as is the service of an account with somebody who administers it.
func (h *house) as(account string) (*orgoverlay.Service, orgoverlay.Actor) {
	on := orgoverlay.Account(account)
	return h.of(account), orgoverlay.Actor{ID: "boss", Name: "Boss of " + account, Home: on, On: on, Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
}

// desk is the browser of somebody who acts in an account with these roles.
func (h *house) desk(t *testing.T, account string, roles ...orgoverlay.Role) *desk {
	t.Helper()
	who := staff.Who{Person: "p-" + account, Name: "Pat of " + account, Home: account, Account: account, Fresh: true}
	for _, r := range roles {
		who.Roles = append(who.Roles, string(r))
	}
	mux, log := &web.Mux{}, slog.New(slog.NewTextHandler(t.Output(), nil))
	pages.Mount(mux, pages.Config{Config: api.Config{Orgs: h.of, Self: api.Self{System: "alder", Name: "alder"}, Log: log, Purged: func(context.Context) { h.purged.Add(1) }}, Closing: t.Context()})
	server := httptest.NewUnstartedServer(nil)
	signedIn := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(staff.With(r.Context(), who)))
	})
	server.Config = web.Server(signedIn, web.Config{Log: log, Hosts: []string{server.Listener.Addr().String()}})
	server.Start()
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &desk{t, server.URL, &http.Client{Jar: jar}}
}

func (h *house) admin(t *testing.T, account string) *desk {
	t.Helper()
	return h.desk(t, account, orgoverlay.RoleAdministrator)
}

// page is the address of an account's tied organization, or one below it.
func (h *house) page(account string, below ...string) string {
	return strings.Join(append([]string{"/organizations/" + string(h.orgs[account])}, below...), "/")
}

// send posts a form with a file.
func (d *desk) send(path string, values url.Values, field, name, content string) page {
	d.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, vs := range values {
		for _, v := range vs {
			require.NoError(d.t, w.WriteField(k, v))
		}
	}
	if field != "" {
		part, err := w.CreateFormFile(field, name)
		require.NoError(d.t, err)
		_, err = part.Write([]byte(content))
		require.NoError(d.t, err)
	}
	require.NoError(d.t, w.Close())
	r, err := d.browser.Post(d.url+path, w.FormDataContentType(), &body)
	require.NoError(d.t, err)
	return d.read(r)
}

func (h *house) record(t *testing.T, account string) orgoverlay.Organization {
	t.Helper()
	svc, a := h.as(account)
	o, err := svc.Own(t.Context(), a, h.orgs[account])
	require.NoError(t, err)
	return o
}
