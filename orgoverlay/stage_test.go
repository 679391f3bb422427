package orgoverlay_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/orgoverlay/jsonschema"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

// stage is several accounts in one store, on a clock of its own.
type stage struct {
	t      *testing.T
	ctx    context.Context
	db     store.DB
	clock  time.Time
	config orgoverlay.Config
	tied   map[orgoverlay.Account]orgoverlay.OrgID
}

// newStage makes accounts, each with an organization of its name that is tied to it, on 1 June 2026.
func newStage(t *testing.T, accounts ...orgoverlay.Account) *stage {
	t.Helper()
	s := &stage{t: t, ctx: t.Context(), db: memstore.New(memstore.Config{}), clock: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC),
		tied: map[orgoverlay.Account]orgoverlay.OrgID{}}
	var ids atomic.Int64
	s.config = orgoverlay.Config{Schemas: jsonschema.Schemas{}, Now: func() time.Time { return s.clock },
		NewID: func() string { return fmt.Sprintf("id-%06d", ids.Add(1)) }}
	for _, a := range accounts {
		s.account(a, "")
	}
	return s
}

// account makes one, with its tied organization.
func (s *stage) account(id, directory orgoverlay.Account) orgoverlay.OrgID {
	s.t.Helper()
	tenant, err := s.of(id).SaveTenant(s.ctx, admin(id), orgoverlay.Tenant{ID: id, Name: "account " + string(id), Directory: directory})
	require.NoError(s.t, err)
	org := s.org(id, string(id))
	tenant.Organization = org
	_, err = s.of(id).SaveTenant(s.ctx, admin(id), tenant)
	require.NoError(s.t, err)
	s.tied[id] = org
	return org
}

// of is the service of an account.
func (s *stage) of(a orgoverlay.Account) *orgoverlay.Service {
	return orgoverlay.NewService(a, store.Orgoverlay(s.db.For(string(a))), s.config)
}

func admin(a orgoverlay.Account) orgoverlay.Actor { return person(a, orgoverlay.RoleAdministrator) }

// person is somebody of an account with roles there.
func person(a orgoverlay.Account, roles ...orgoverlay.Role) orgoverlay.Actor {
	return orgoverlay.Actor{ID: "p", Name: "somebody of " + string(a), Home: a, On: a, Roles: roles}
}

// org makes an own organization without parent.
func (s *stage) org(a orgoverlay.Account, name string) orgoverlay.OrgID {
	s.t.Helper()
	o, err := s.of(a).SaveOrganization(s.ctx, admin(a), orgoverlay.Organization{Shared: orgoverlay.Shared{Name: name}})
	require.NoError(s.t, err)
	return o.ID
}

// trust establishes trust from both sides.
func (s *stage) trust(a, b orgoverlay.Account) {
	s.t.Helper()
	s.half(a, b, orgoverlay.TrustEstablished)
	s.half(b, a, orgoverlay.TrustEstablished)
}

func (s *stage) half(a, b orgoverlay.Account, state orgoverlay.TrustState) {
	s.t.Helper()
	_, err := s.of(a).SetTrust(s.ctx, admin(a), b, state)
	require.NoError(s.t, err)
}

// service makes a service that the tied organization of an account provides.
func (s *stage) service(a orgoverlay.Account, id orgoverlay.ServiceID) {
	s.t.Helper()
	_, err := s.of(a).SaveService(s.ctx, admin(a), orgoverlay.ServiceEntry{ID: id, Name: string(id), Provider: s.tied[a]})
	require.NoError(s.t, err)
}

// sla makes an SLA from January 2026 with the tied organization of another account, by a service of its own, and the trust for it.
func (s *stage) sla(provider, customer orgoverlay.Account, id orgoverlay.AgreementID, change ...func(*orgoverlay.Agreement)) orgoverlay.Agreement {
	s.t.Helper()
	s.trust(provider, customer)
	s.service(provider, "service of "+orgoverlay.ServiceID(id))
	return s.agree(provider, s.draft(customer, orgoverlay.Agreement{ID: id, Kind: orgoverlay.SLA, Service: "service of " + orgoverlay.ServiceID(id)}), change...)
}

// flsa is sla for first-line support by the tied organization.
func (s *stage) flsa(provider, customer orgoverlay.Account, id orgoverlay.AgreementID, change ...func(*orgoverlay.Agreement)) orgoverlay.Agreement {
	s.t.Helper()
	s.trust(provider, customer)
	g := orgoverlay.Agreement{ID: id, Kind: orgoverlay.FLSA, Provider: orgoverlay.Ref{Account: provider, Org: s.tied[provider]}}
	return s.agree(provider, s.draft(customer, g), change...)
}

func (s *stage) draft(customer orgoverlay.Account, g orgoverlay.Agreement) orgoverlay.Agreement {
	g.With, g.Customer, g.Start = customer, orgoverlay.Ref{Account: customer, Org: s.tied[customer]}, "2026-01-01"
	return g
}

func (s *stage) agree(a orgoverlay.Account, g orgoverlay.Agreement, change ...func(*orgoverlay.Agreement)) orgoverlay.Agreement {
	s.t.Helper()
	for _, c := range change {
		c(&g)
	}
	g, err := s.of(a).SaveAgreement(s.ctx, admin(a), g)
	require.NoError(s.t, err)
	return g
}

// sees lists the names of the trusted organizations that an account sees, in order.
func (s *stage) sees(a orgoverlay.Account) []string {
	s.t.Helper()
	return s.names(a, orgoverlay.ListQuery{Kinds: []orgoverlay.Kind{orgoverlay.KindTrusted}})
}

func (s *stage) names(a orgoverlay.Account, q orgoverlay.ListQuery) []string {
	s.t.Helper()
	page, err := s.of(a).List(s.ctx, admin(a), q)
	require.NoError(s.t, err)
	var names []string
	for _, r := range page.Records {
		names = append(names, r.Name)
	}
	return names
}

// shows requires that an account sees exactly these trusted organizations.
func (s *stage) shows(a orgoverlay.Account, what string, names ...string) {
	s.t.Helper()
	if got := s.sees(a); !slices.Equal(got, names) {
		s.t.Errorf("%s: %s sees %q, want %q", what, a, got, names)
	}
}

// record reads an organization as an account's administrator.
func (s *stage) record(a orgoverlay.Account, org orgoverlay.OrgID) orgoverlay.Record {
	s.t.Helper()
	r, err := s.of(a).Organization(s.ctx, admin(a), org)
	require.NoError(s.t, err)
	return r
}

// edit carries out a patch on the present version.
func (s *stage) edit(a orgoverlay.Account, org orgoverlay.OrgID, p orgoverlay.Patch) orgoverlay.Record {
	s.t.Helper()
	r, _, err := s.of(a).Edit(s.ctx, admin(a), org, p, s.record(a, org).Version)
	require.NoError(s.t, err)
	return r
}

func remarks(text string) orgoverlay.Patch {
	return orgoverlay.Patch{Remarks: orgoverlay.Set(text)}
}

func financial(id string) orgoverlay.Patch {
	return orgoverlay.Patch{FinancialID: orgoverlay.Set(id)}
}
