package staff_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

func TestTheRolesOfOrganizationRecordsCanBeHeldOnEveryAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		records := []orgoverlay.Role{orgoverlay.RoleAdministrator, orgoverlay.RoleAuditor, orgoverlay.RoleEndUser, orgoverlay.RoleKeyContact, orgoverlay.RoleServiceLevel, orgoverlay.RoleSpecialist}
		for _, r := range records {
			require.Contains(t, w.RolesOf("wdc"), string(r))
			require.Contains(t, w.RolesOf("alder"), string(r))
		}
		require.Len(t, w.RolesOf("wdc"), len(records))
		require.Len(t, w.RolesOf("alder"), len(records)+2)
	})
}

func TestAdministratorsKeepTheirOwnAccountAndOperatorsEach(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada := w.first()
		operator := w.as(ada, "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		require.NoError(t, w.OpenAccount(ctx, operator, "gigatera", "Gigatera"))
		bo := w.join(operator, "wdc", "bo@wdc.example", staff.Administers)
		cy := w.join(w.as(bo, "wdc"), "wdc", "cy@wdc.example", "auditor")
		set := func(by staff.Who, account string, p staff.Person, roles ...string) error {
			_, err := w.SetRoles(ctx, by, account, p.ID, roles, w.now(p, p.Home).Version)
			return err
		}

		require.NoError(t, set(w.as(bo, "wdc"), "wdc", cy, "auditor", "specialist"), "an administrator, of theirs")
		require.NoError(t, set(operator, "wdc", cy, "specialist", "auditor", "auditor", "end_user"), "an operator, of another's")
		require.Equal(t, []string{"auditor", "end_user", "specialist"}, w.now(cy, "wdc").Roles)
		require.Contains(t, w.kinds("wdc"), staff.EventRoles)

		before := w.dump()
		require.ErrorIs(t, set(w.as(cy, "wdc"), "wdc", cy, staff.Administers), staff.ErrForbidden, "nobody else")
		require.ErrorIs(t, set(w.as(bo, "wdc"), "gigatera", ada, "auditor"), staff.ErrForbidden, "an administrator of another account")
		made := w.as(cy, "wdc")
		made.Roles = []string{staff.Administers}
		require.ErrorIs(t, set(made, "wdc", cy, "auditor"), staff.ErrForbidden, "what counts is what they hold, not what they say")
		require.ErrorIs(t, set(staff.Who{}, "wdc", cy, "auditor"), staff.ErrForbidden)
		require.ErrorIs(t, set(w.as(ada, "wdc"), "alder", ada, staff.Administers), staff.ErrForbidden, "an operator who acts in another account is none there")
		require.ErrorIs(t, set(operator, "gigatera", cy, "auditor"), staff.ErrNotFound, "somebody without a role there is to be invited")
		require.Equal(t, "roles unknown, roles unknown", rules(t, set(operator, "wdc", cy, "operator", "staff", "auditor")), "roles of the system's own account")
		_, err := w.SetRoles(ctx, operator, "wdc", cy.ID, []string{"auditor"}, 1)
		require.ErrorIs(t, err, staff.ErrConflict)
		_, err = w.SetRoles(ctx, operator, "wdc", "no\x00body\xff", []string{"auditor"}, 1)
		require.ErrorIs(t, err, staff.ErrNotFound)
		require.NoError(t, set(operator, "wdc", cy, "auditor", "end_user", "specialist"), "the same again")
		require.Empty(t, cmp.Diff(before, w.dump()), "none of these changed anything")

		require.NoError(t, set(w.as(bo, "wdc"), "wdc", cy), "they leave")
		require.Empty(t, w.now(cy, "wdc").Roles)
	})
}

func TestOnlyOperatorsMakeOperators(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		bo := w.join(operator, "alder", "bo@alder.example", staff.Administers)
		administrator := w.as(bo, "alder")
		_, err := w.SetRoles(ctx, administrator, "alder", bo.ID, []string{staff.Administers, staff.Operates}, bo.Version)
		require.ErrorIs(t, err, staff.ErrForbidden)
		_, _, err = w.Invite(ctx, administrator, staff.Invitation{Email: "x@alder.example", Account: "alder", Roles: []string{staff.Operates}})
		require.ErrorIs(t, err, staff.ErrForbidden)
		ada := w.now(staff.Person{ID: operator.Person}, "alder")
		_, err = w.SetRoles(ctx, administrator, "alder", ada.ID, []string{staff.Administers}, ada.Version)
		require.ErrorIs(t, err, staff.ErrForbidden, "nor do they take it")

		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		require.ErrorIs(t, w.OpenAccount(ctx, administrator, "gigatera", "Gigatera"), staff.ErrForbidden)
		_, err = w.SetRoles(ctx, operator, "alder", bo.ID, []string{staff.Administers, staff.Operates}, bo.Version)
		require.NoError(t, err)
		require.NoError(t, w.OpenAccount(ctx, w.as(bo, "alder"), "gigatera", "Gigatera"))
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		ada := staff.Person{ID: operator.Person}
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		bo := w.join(operator, "wdc", "bo@wdc.example", staff.Administers)
		by := operator
		set := func(account string, p staff.Person, roles ...string) error {
			_, err := w.SetRoles(ctx, by, account, p.ID, roles, w.now(p, account).Version)
			return err
		}
		disable := func(p staff.Person, account string) error {
			_, err := w.Disable(ctx, by, p.ID, true, w.now(p, account).Version)
			return err
		}
		before := w.dump()
		require.Equal(t, "roles last", rules(t, set("alder", ada, staff.Operates, staff.Works)))
		require.Equal(t, "roles last", rules(t, set("alder", ada, staff.Administers, staff.Works)), "nor does the last operator go")
		require.Equal(t, "roles last, roles last", rules(t, set("alder", ada)))
		require.Equal(t, "disabled last", rules(t, disable(ada, "alder")))
		require.Equal(t, before, w.dump())

		require.NoError(t, set("wdc", ada), "there is Bo")
		by = w.as(bo, "wdc")
		require.Equal(t, "roles last", rules(t, set("wdc", bo, "auditor")))
		require.Equal(t, "disabled last", rules(t, disable(bo, "wdc")))
		cy := w.join(by, "wdc", "cy@wdc.example", staff.Administers)
		require.NoError(t, disable(cy, "wdc"))
		require.Equal(t, "roles last", rules(t, set("wdc", bo, "auditor")), "somebody disabled is no administrator")
		_, err := w.Disable(ctx, by, cy.ID, false, w.now(cy, "wdc").Version)
		require.NoError(t, err)
		require.NoError(t, disable(bo, "wdc"))
	})
}

// Each of two administrators takes the role from the other at once, time and again: one of them is always left.
func TestTwoAdministratorsWhoTakeEachOthersRole(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		bo := w.join(operator, "wdc", "bo@wdc.example", staff.Administers)
		cy := w.join(operator, "wdc", "cy@wdc.example", staff.Administers)
		_, err := w.SetRoles(ctx, operator, "wdc", operator.Person, nil, w.now(staff.Person{ID: operator.Person}, "alder").Version)
		require.NoError(t, err)
		for range 10 {
			take := func(by, from staff.Person) func() error {
				who, version := w.as(by, "wdc"), w.now(from, "wdc").Version
				return func() error {
					_, err := w.SetRoles(ctx, who, "wdc", from.ID, []string{"auditor"}, version)
					return err
				}
			}
			errs := together(take(bo, cy), take(cy, bo))
			winner, loser := bo, cy
			if errs[0] != nil {
				winner, loser = cy, bo
				errs[0], errs[1] = errs[1], errs[0]
			}
			require.NoError(t, errs[0])
			require.ErrorIs(t, errs[1], staff.ErrForbidden, "who came second was no administrator any more")
			require.Equal(t, []string{staff.Administers}, w.now(winner, "wdc").Roles)
			_, err := w.SetRoles(ctx, w.as(winner, "wdc"), "wdc", loser.ID, []string{staff.Administers}, w.now(loser, "wdc").Version)
			require.NoError(t, err)
		}
	})
}

// Two changes from one version: one goes through.
func TestNoChangeIsLost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		operator := w.as(w.first(), "alder")
		bo := w.join(operator, "alder", "bo@alder.example", staff.Works)
		set := func(role string) func() error {
			return func() error {
				_, err := w.SetRoles(t.Context(), operator, "alder", bo.ID, []string{role}, bo.Version)
				return err
			}
		}
		errs := together(set("auditor"), set("end_user"), set("key_contact"), set("specialist"))
		through := 0
		for _, err := range errs {
			if err == nil {
				through++
			} else {
				require.ErrorIs(t, err, staff.ErrConflict)
			}
		}
		require.Equal(t, 1, through)
	})
}
