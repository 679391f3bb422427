package bunstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/orgoverlay"
)

type registry struct{ s *session }

var _ orgoverlay.Registry = registry{}

type tenantRow struct {
	bun.BaseModel `bun:"table:mspkit_tenant"`
	Account       orgoverlay.Account `bun:",pk"`
	Name          string
	Directory     orgoverlay.Account
	Organization  orgoverlay.OrgID
	Version       int64
}

func (r *tenantRow) tenant() (orgoverlay.Tenant, error) {
	return orgoverlay.Tenant{ID: r.Account, Name: r.Name, Directory: r.Directory, Organization: r.Organization, Version: r.Version}, nil
}

func (r registry) Tenant(ctx context.Context) (orgoverlay.Tenant, error) {
	return one(ctx, r.s, from[tenantRow](r.s), (*tenantRow).tenant, noSuch(orgoverlay.ErrNotFound, "tenant", r.s.account))
}

// tenant returns the account's own record; of one that is not there its ID alone.
func (s *session) tenant(ctx context.Context) (orgoverlay.Tenant, error) {
	t := orgoverlay.Tenant{ID: orgoverlay.Account(s.account)}
	var directory, organization string
	err := s.row(ctx, "read tenant", []any{&t.Name, &directory, &organization, &t.Version},
		"SELECT name, directory, organization, version FROM mspkit_tenant WHERE account = ?", s.account)
	if errors.Is(err, sql.ErrNoRows) {
		return t, nil
	}
	t.Directory, t.Organization = orgoverlay.Account(directory), orgoverlay.OrgID(organization)
	return t, err
}

func (r registry) PutTenant(ctx context.Context, t orgoverlay.Tenant) error {
	row := tenantRow{Account: orgoverlay.Account(r.s.account), Name: t.Name, Directory: t.Directory, Organization: t.Organization, Version: t.Version + 1}
	if ok, err := put(ctx, r.s, &row, t.Version); !ok {
		return refuse(err, orgoverlay.ErrConflict, "tenant", r.s.account)
	}
	return nil
}

type halfRow struct {
	bun.BaseModel `bun:"table:mspkit_trust"`
	Account       string             `bun:",pk"`
	Other         orgoverlay.Account `bun:",pk"`
	State         string
	SinceAt       int64
	Version       int64
}

func (r *halfRow) half() (orgoverlay.TrustHalf, error) {
	return orgoverlay.TrustHalf{Account: orgoverlay.Account(r.Account), Other: r.Other, State: orgoverlay.ParseTrustState(r.State),
		Since: fromMicros(r.SinceAt), Version: r.Version}, nil
}

func (r registry) Half(ctx context.Context, other orgoverlay.Account) (orgoverlay.TrustHalf, error) {
	return one(ctx, r.s, from[halfRow](r.s).Where("other = ?", other), (*halfRow).half, noSuch(orgoverlay.ErrNotFound, "half of the trust with", string(other)))
}

func (r registry) PutHalf(ctx context.Context, h orgoverlay.TrustHalf) error {
	row := halfRow{Account: r.s.account, Other: h.Other, State: h.State.String(), SinceAt: micros(h.Since), Version: h.Version + 1}
	if ok, err := put(ctx, r.s, &row, h.Version); !ok {
		return refuse(err, orgoverlay.ErrConflict, "half of the trust with", string(h.Other))
	}
	return nil
}

func (r registry) Trusts(ctx context.Context) ([]orgoverlay.Trust, error) {
	found, err := r.s.trusts(ctx, r.s.account, "TRUE")
	return each(found, func(t trustWith) orgoverlay.Trust { return t.Trust }), err
}

// trustWith is a trust with an account, and what that account's directory is.
type trustWith struct {
	orgoverlay.Trust
	directory orgoverlay.Account
}

// trusts returns an account's trusts, ordered by the other account, as far as the condition holds on that account, which it calls {other}.
func (s *session) trusts(ctx context.Context, of, condition string, args ...any) ([]trustWith, error) {
	where := func(column string) string { return strings.ReplaceAll(condition, "{other}", column) }
	query := "SELECT x.other, coalesce(o.state, ''), coalesce(o.since_at, ?), coalesce(t.state, ''), coalesce(t.since_at, ?), coalesce(n.directory, '') FROM (" +
		"SELECT other FROM mspkit_trust WHERE account = ? AND " + where("other") +
		" UNION SELECT account FROM mspkit_trust WHERE other = ? AND " + where("account") + ") AS x" +
		" LEFT JOIN mspkit_trust AS o ON o.account = ? AND o.other = x.other LEFT JOIN mspkit_trust AS t ON t.account = x.other AND t.other = ?" +
		" LEFT JOIN mspkit_tenant AS n ON n.account = x.other ORDER BY x.other"
	never := micros(orgoverlay.TrustHalf{}.Since)
	all := slices.Concat([]any{never, never, of}, args, []any{of}, args, []any{of, of})
	var out []trustWith
	err := s.rows(ctx, "read trusts", query, all, func(rows *sql.Rows) error {
		var other, ours, theirs, directory string
		var oursAt, theirsAt int64
		if err := rows.Scan(&other, &ours, &oursAt, &theirs, &theirsAt, &directory); err != nil {
			return err
		}
		t := orgoverlay.Together(
			orgoverlay.TrustHalf{State: orgoverlay.ParseTrustState(ours), Since: fromMicros(oursAt)},
			orgoverlay.TrustHalf{State: orgoverlay.ParseTrustState(theirs), Since: fromMicros(theirsAt)})
		t.Other = orgoverlay.Account(other)
		out = append(out, trustWith{t, orgoverlay.Account(directory)})
		return nil
	})
	return out, err
}

type serviceRow struct {
	bun.BaseModel `bun:"table:mspkit_service"`
	Account       string               `bun:",pk"`
	ID            orgoverlay.ServiceID `bun:",pk"`
	Name          string
	Provider      orgoverlay.OrgID
	Version       int64
}

func (r *serviceRow) service() (orgoverlay.ServiceEntry, error) {
	return orgoverlay.ServiceEntry{ID: r.ID, Account: orgoverlay.Account(r.Account), Name: r.Name, Provider: r.Provider, Version: r.Version}, nil
}

func (r registry) Service(ctx context.Context, id orgoverlay.ServiceID) (orgoverlay.ServiceEntry, error) {
	return one(ctx, r.s, from[serviceRow](r.s).Where("id = ?", id), (*serviceRow).service, noSuch(orgoverlay.ErrNotFound, "service", string(id)))
}

func (r registry) Services(ctx context.Context, after orgoverlay.ServiceID, limit int) ([]orgoverlay.ServiceEntry, error) {
	return many(ctx, r.s, page(from[serviceRow](r.s).Where("id > ?", after).Order("id"), limit), (*serviceRow).service)
}

func (r registry) PutService(ctx context.Context, e orgoverlay.ServiceEntry) error {
	before, err := r.Service(ctx, e.ID)
	if err != nil && !errors.Is(err, orgoverlay.ErrNotFound) {
		return err
	}
	row := serviceRow{Account: r.s.account, ID: e.ID, Name: e.Name, Provider: e.Provider, Version: e.Version + 1}
	if ok, err := put(ctx, r.s, &row, e.Version); !ok {
		return refuse(err, orgoverlay.ErrConflict, "service", string(e.ID))
	}
	if before.Provider == e.Provider {
		return nil
	}
	return r.s.provide(ctx, e, before.Provider)
}

// byPlace orders agreements by account and id.
const byPlace = " ORDER BY a.account, a.id"

type agreementRow struct {
	bun.BaseModel   `bun:"table:mspkit_agreement"`
	Account         orgoverlay.Account     `bun:",pk"`
	ID              orgoverlay.AgreementID `bun:",pk"`
	Kind            string
	WithAccount     orgoverlay.Account
	Service         orgoverlay.ServiceID
	ProviderAccount orgoverlay.Account
	ProviderOrg     orgoverlay.OrgID
	CustomerAccount orgoverlay.Account
	CustomerOrg     orgoverlay.OrgID
	Prepared        bool
	StartDate       string
	ExpiryDate      string
	Zone            string
	FromAt          int64
	UntilAt         int64
	Version         int64
}

// agreements returns those for which a condition holds, with the providers that their services have now. What is asked for calls the
// agreement a, and ends with byPlace.
func (s *session) agreements(ctx context.Context, asked string, args ...any) ([]orgoverlay.Agreement, error) {
	query := "SELECT a.account, a.id, a.kind, a.with_account, a.service, a.provider_account, a.provider_org, a.customer_account, a.customer_org, a.prepared," +
		" a.start_date, a.expiry_date, a.zone, a.from_at, a.until_at, a.version, coalesce(s.provider, '')" +
		" FROM mspkit_agreement AS a LEFT JOIN mspkit_service AS s ON s.account = a.account AND s.id = a.service WHERE " + asked
	var out []orgoverlay.Agreement
	err := s.rows(ctx, "read agreements", query, args, func(rows *sql.Rows) error {
		var account, id, kind, with, service, providerAccount, providerOrg, customerAccount, customerOrg, provides string
		var a orgoverlay.Agreement
		var fromAt, untilAt int64
		if err := rows.Scan(&account, &id, &kind, &with, &service, &providerAccount, &providerOrg, &customerAccount, &customerOrg, &a.Prepared,
			&a.Start, &a.Expiry, &a.Zone, &fromAt, &untilAt, &a.Version, &provides); err != nil {
			return err
		}
		a.Account, a.ID, a.Kind, a.With = orgoverlay.Account(account), orgoverlay.AgreementID(id), orgoverlay.ParseAgreementKind(kind), orgoverlay.Account(with)
		a.Service = orgoverlay.ServiceID(service)
		a.Provider = orgoverlay.Ref{Account: orgoverlay.Account(providerAccount), Org: orgoverlay.OrgID(providerOrg)}
		a.Customer = orgoverlay.Ref{Account: orgoverlay.Account(customerAccount), Org: orgoverlay.OrgID(customerOrg)}
		a.From, a.Until = fromMicros(fromAt), fromMicros(untilAt)
		if a.Kind == orgoverlay.SLA && provides != "" {
			a.Provider = orgoverlay.Ref{Account: a.Account, Org: orgoverlay.OrgID(provides)}
		}
		out = append(out, a)
		return nil
	})
	return out, err
}

func (r registry) Agreement(ctx context.Context, id orgoverlay.AgreementID) (orgoverlay.Agreement, error) {
	found, err := r.s.agreements(ctx, "a.account = ? AND a.id = ?"+byPlace, r.s.account, id)
	if err == nil && len(found) == 0 {
		err = noSuch(orgoverlay.ErrNotFound, "agreement", string(id))
	}
	if err != nil {
		return orgoverlay.Agreement{}, err
	}
	return found[0], nil
}

func (r registry) Agreements(ctx context.Context, after orgoverlay.AgreementID, limit int) ([]orgoverlay.Agreement, error) {
	return r.s.agreements(ctx, "a.account = ? AND a.id > ?"+byPlace+" LIMIT ?", r.s.account, after, max(limit, 0))
}

func (r registry) PutAgreement(ctx context.Context, a orgoverlay.Agreement) error {
	if a.Kind == orgoverlay.SLA {
		a.Provider = orgoverlay.Ref{}
	}
	row := agreementRow{Account: orgoverlay.Account(r.s.account), ID: a.ID, Kind: a.Kind.String(), WithAccount: a.With, Service: a.Service,
		ProviderAccount: a.Provider.Account, ProviderOrg: a.Provider.Org, CustomerAccount: a.Customer.Account, CustomerOrg: a.Customer.Org,
		Prepared: a.Prepared, StartDate: a.Start, ExpiryDate: a.Expiry, Zone: a.Zone, FromAt: micros(a.From), UntilAt: micros(a.Until), Version: a.Version + 1}
	if ok, err := put(ctx, r.s, &row, a.Version); !ok {
		return refuse(err, orgoverlay.ErrConflict, "agreement", string(a.ID))
	}
	if err := r.s.name(ctx, a.ID); err != nil {
		return fmt.Errorf("bunstore: put agreement %s: %w", a.ID, err)
	}
	return nil
}
