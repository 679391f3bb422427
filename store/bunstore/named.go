package bunstore

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/orgoverlay"
)

// namedRow says that an agreement names an organization, to one of the two accounts that take part in it.
type namedRow struct {
	bun.BaseModel `bun:"table:mspkit_named"`
	Viewer        orgoverlay.Account     `bun:",pk"`
	Org           orgoverlay.OrgID       `bun:",pk"`
	Owner         orgoverlay.Account     `bun:",pk"`
	Account       orgoverlay.Account     `bun:",pk"`
	Agreement     orgoverlay.AgreementID `bun:",pk"`
	Side          string                 `bun:",pk"`
	Opens         bool                   // while it is active, and trust with the owner in force
	FromAt        int64
	UntilAt       int64
}

const provider, customer = "provider", "customer"

// namedBy makes an agreement's rows.
func namedBy(a *orgoverlay.Agreement) []namedRow {
	until := int64(math.MaxInt64)
	if !a.Until.IsZero() {
		until = micros(a.Until)
	}
	var rows []namedRow
	add := func(viewer orgoverlay.Account, ref orgoverlay.Ref, side string) {
		if viewer == "" || ref == (orgoverlay.Ref{}) {
			return
		}
		rows = append(rows, namedRow{Viewer: viewer, Org: ref.Org, Owner: ref.Account, Account: a.Account, Agreement: a.ID, Side: side,
			Opens: !a.Prepared && a.Direction(viewer, ref) != orgoverlay.DirectionNone, FromAt: micros(a.From), UntilAt: until})
	}
	for _, viewer := range slices.Compact([]orgoverlay.Account{a.Account, a.With}) {
		add(viewer, a.Provider, provider)
		add(viewer, a.Customer, customer)
	}
	return rows
}

func (s *session) putNamed(ctx context.Context, rows []namedRow) error {
	return putAll(ctx, s, rows, always0, func(r *namedRow) namedRow { return *r },
		func(r *namedRow, err error) error {
			return refuse(err, orgoverlay.ErrConflict, "what an agreement names", string(r.Account), string(r.Agreement))
		})
}

// name brings up to date what is kept of an agreement for those who take part in it.
func (s *session) name(ctx context.Context, id orgoverlay.AgreementID) error {
	now, err := s.agreements(ctx, "a.account = ? AND a.id = ?"+byPlace, s.account, id)
	if err != nil {
		return err
	}
	var opened []opening // before or now
	touch := func(viewer orgoverlay.Account, org orgoverlay.OrgID) {
		if o := (opening{viewer, org}); !slices.Contains(opened, o) {
			opened = append(opened, o)
		}
	}
	if err := s.rows(ctx, "read what an agreement named", "SELECT viewer, org FROM mspkit_named WHERE account = ? AND agreement = ? AND opens",
		[]any{s.account, id}, func(rows *sql.Rows) error {
			var viewer, org string
			err := rows.Scan(&viewer, &org)
			touch(orgoverlay.Account(viewer), orgoverlay.OrgID(org))
			return err
		}); err != nil {
		return err
	}
	if _, err := s.exec(ctx, "forget what an agreement named", "DELETE FROM mspkit_named WHERE account = ? AND agreement = ?", s.account, id); err != nil {
		return err
	}
	var rows []namedRow
	for i := range now {
		rows = append(rows, namedBy(&now[i])...)
	}
	for _, r := range rows {
		if r.Opens {
			touch(r.Viewer, r.Org)
		}
	}
	if err := s.putNamed(ctx, rows); err != nil {
		return err
	}
	for _, o := range opened {
		if err := s.rebuildSight(ctx, "{}org = ? AND {}viewer = ?", o.org, o.viewer); err != nil {
			return err
		}
	}
	return nil
}

// opening is what an agreement opens: an organization to an account.
type opening struct {
	viewer orgoverlay.Account
	org    orgoverlay.OrgID
}

// provide brings it up to date for every SLA of a service whose provider has changed.
func (s *session) provide(ctx context.Context, e orgoverlay.ServiceEntry, before orgoverlay.OrgID) error {
	const slas = "a.account = ? AND a.service = ? AND a.kind = 'sla'"
	now, err := s.agreements(ctx, slas+byPlace, s.account, e.ID)
	if err != nil || len(now) == 0 {
		return err
	}
	if _, err := s.exec(ctx, "forget what agreements named",
		"DELETE FROM mspkit_named WHERE account = ? AND agreement IN (SELECT a.id FROM mspkit_agreement AS a WHERE "+slas+")", s.account, s.account, e.ID); err != nil {
		return err
	}
	orgs := []orgoverlay.OrgID{before, e.Provider}
	var rows []namedRow
	for i := range now {
		rows = append(rows, namedBy(&now[i])...)
	}
	// A provider that comes or goes decides also whether the customer is another account's.
	for _, a := range now {
		orgs = append(orgs, a.Customer.Org)
	}
	if err := s.putNamed(ctx, rows); err != nil {
		return err
	}
	return s.rebuildSight(ctx, s.anyOf("{}org"), listOf(s, orgs))
}

// rebuildSight makes the rows of mspkit_sight anew of which a condition on organizations and viewers holds; it calls their columns {}org and
// {}viewer. The condition should hold of no more than what has changed: to an account, its own organizations are named by every agreement it has.
func (s *session) rebuildSight(ctx context.Context, which string, args ...any) error {
	if _, err := s.exec(ctx, "forget sight", "DELETE FROM mspkit_sight WHERE "+of(which, ""), args...); err != nil {
		return err
	}
	_, err := s.exec(ctx, "note sight", fmt.Sprintf("INSERT INTO mspkit_sight (viewer, sort_key, org, owner, from_at, until_at, reasons)"+
		" SELECT n.viewer, o.sort_key, n.org, n.owner, min(n.from_at), max(n.until_at), count(*)"+
		" FROM mspkit_named AS n JOIN mspkit_organization AS o ON o.account = n.owner AND o.id = n.org"+
		" WHERE %s AND n.opens AND NOT o.deleted GROUP BY n.viewer, o.sort_key, n.org, n.owner", of(which, "n.")), args...)
	return err
}
