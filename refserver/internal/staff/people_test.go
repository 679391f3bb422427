package staff_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/store"
)

func TestTheTablesAreMadeOnceAndNeverByAnOlderProgram(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.first()
		before := w.dump()
		steps, err := staff.Status(t.Context(), w.write)
		require.NoError(t, err)
		for i, m := range steps {
			require.Equal(t, i+1, m.Version)
			require.True(t, m.Applied, m.Name)
			require.NotContains(t, m.SQL, "{")
		}
		migrate := func() error { return staff.Migrate(t.Context(), w.write) }
		for _, err := range together(migrate, migrate, migrate) {
			require.NoError(t, err)
		}
		require.Equal(t, before, w.dump())
		_, err = w.write.NewRaw("INSERT INTO mspkit_staff_migration (version, name) VALUES (99, 'later')").Exec(t.Context())
		require.NoError(t, err)
		require.ErrorIs(t, migrate(), store.ErrNewer)
		_, err = staff.Status(t.Context(), w.write)
		require.ErrorIs(t, err, store.ErrNewer)
	})
}

func TestPeopleAreListedByAddressAccountByAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada := w.first()
		operator := w.as(ada, "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		for i := range 5 {
			w.join(operator, "wdc", fmt.Sprintf("P%d@wdc.example", 4-i), "auditor", "end_user")
		}
		var got []string
		for after, pages := "", 0; ; pages++ {
			list, err := w.People(ctx, "wdc", staff.PeopleQuery{Query: staff.Query{After: after, Limit: 2}})
			require.NoError(t, err)
			if len(list) == 0 {
				require.Equal(t, 3, pages)
				break
			}
			for _, p := range list {
				got = append(got, p.Email+" "+strings.Join(p.Roles, ","))
				after = p.Email
			}
		}
		want := []string{"ada@alder.example account_administrator,specialist"}
		for i := range 5 {
			want = append(want, fmt.Sprintf("P%d@wdc.example auditor,end_user", i))
		}
		require.Empty(t, cmp.Diff(want, got))
		list, err := w.People(ctx, "alder", staff.PeopleQuery{})
		require.NoError(t, err)
		require.Len(t, list, 1)

		bo := w.join(operator, "wdc", "bo@wdc.example", "auditor")
		require.Empty(t, cmp.Diff(bo, w.now(bo, "wdc"), cmpopts.IgnoreUnexported(staff.Person{})))
		for _, id := range []string{bo.ID, "", "nobody", "\x00\xff'"} {
			_, err = w.PersonByID(ctx, "alder", id)
			require.ErrorIs(t, err, staff.ErrNotFound)
		}
		memberships, err := w.Memberships(ctx, ada.ID)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff([]staff.Membership{
			{Account: "alder", Name: "alder", Roles: []string{"account_administrator", "operator", "specialist", "staff"}},
			{Account: "wdc", Name: "Widget Data Center", Roles: []string{"account_administrator", "specialist"}},
		}, memberships))
	})
}

func TestAccountsAreOpenedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		open := func() error { return w.OpenAccount(ctx, operator, "wdc", " Widget Data Center ") }
		errs := together(open, open)
		if errs[0] != nil {
			errs[0], errs[1] = errs[1], errs[0]
		}
		require.NoError(t, errs[0])
		require.Equal(t, "account taken", rules(t, errs[1]))
		require.Equal(t, "account taken, name required", rules(t, w.OpenAccount(ctx, operator, "alder", "")))
		require.Equal(t, "account shape, name required", rules(t, w.OpenAccount(ctx, operator, "WDC/2", " ")))
		require.Equal(t, "account length, name length", rules(t, w.OpenAccount(ctx, operator, strings.Repeat("a", 61), strings.Repeat("é", 101))))
		require.Equal(t, "account required, name shape", rules(t, w.OpenAccount(ctx, operator, "", "W\x00D")))
		require.NoError(t, w.OpenAccount(ctx, operator, strings.Repeat("a", 60), strings.Repeat("é", 100)))
		accounts, err := w.Accounts(ctx)
		require.NoError(t, err)
		require.Equal(t, []staff.Account{{ID: "alder", Name: "alder"}, {ID: strings.Repeat("a", 60), Name: strings.Repeat("é", 100)}, {ID: "wdc", Name: "Widget Data Center"}}, accounts)
	})
}

func TestAdministratorsHaveChargeOfThoseWhoAreTheirsAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada := w.first()
		operator := w.as(ada, "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		bo := w.join(operator, "wdc", "bo@wdc.example", staff.Administers)
		own := w.join(operator, "wdc", "own@wdc.example", "auditor")
		both := w.join(operator, "wdc", "both@wdc.example", "auditor")
		token, _, err := w.Invite(ctx, operator, staff.Invitation{Email: both.Email, Account: "alder", Roles: []string{staff.Works}})
		require.NoError(t, err)
		require.NoError(t, w.AcceptLink(ctx, token, w.as(both, "wdc")))
		token, _, err = w.Invite(ctx, operator, staff.Invitation{Email: "guest@alder.example", Name: "Guest", Home: "alder", Account: "wdc", Roles: []string{"auditor"}})
		require.NoError(t, err)
		guest, err := w.TakeLink(ctx, token, "", "", password)
		require.NoError(t, err)
		stranger := w.join(operator, "alder", "stranger@alder.example", staff.Works)

		by := w.as(bo, "wdc")
		acts := map[string]func(staff.Who, staff.Person) error{
			"disable": func(by staff.Who, p staff.Person) error {
				_, err := w.Disable(ctx, by, p.ID, true, w.now(p, p.Home).Version)
				return err
			},
			"reset": func(by staff.Who, p staff.Person) error {
				_, _, err := w.Reset(ctx, by, p.ID)
				return err
			},
		}
		for name, act := range acts {
			require.ErrorIs(t, act(by, both), staff.ErrForbidden, "%s: they would get hold of what is held elsewhere", name)
			require.ErrorIs(t, act(by, ada), staff.ErrForbidden, "%s: who belongs elsewhere", name)
			require.ErrorIs(t, act(by, guest), staff.ErrForbidden, "%s: also without a role elsewhere", name)
			require.ErrorIs(t, act(by, stranger), staff.ErrNotFound, name)
			require.ErrorIs(t, act(w.as(own, "wdc"), bo), staff.ErrForbidden, name)
		}
		for _, name := range []string{"reset", "disable"} {
			require.NoError(t, acts[name](by, own), name)
			require.NoError(t, acts[name](operator, both), name)
		}
		require.ErrorIs(t, acts["reset"](operator, own), staff.ErrConflict, "somebody disabled")
		ann := w.as(w.join(operator, "alder", "ann@alder.example", staff.Administers), "alder")
		olga := w.join(operator, "alder", "olga@alder.example", staff.Operates)
		for name, act := range acts {
			require.ErrorIs(t, act(ann, olga), staff.ErrForbidden, "%s: they would operate the system", name)
			require.NoError(t, act(ann, stranger), name)
			_, err = w.Disable(ctx, ann, stranger.ID, false, w.now(stranger, "alder").Version)
			require.NoError(t, err)
		}
	})
}

// Operators keep no hosted account that they do not administer: they are of help where nobody else can be, and everybody else is nobody to them.
func TestOperatorsHelpWhereNobodyElseCan(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada := w.first()
		opener := w.as(ada, "alder")
		require.NoError(t, w.OpenAccount(ctx, opener, "wdc", "Widget Data Center"))
		require.NoError(t, w.OpenAccount(ctx, opener, "gigatera", "GigaTera"))
		mia := w.join(opener, "wdc", "mia@wdc.example", staff.Administers)
		eve := w.join(opener, "wdc", "eve@wdc.example", "end_user")
		zoe := w.join(opener, "wdc", "zoe@wdc.example", "auditor")
		token, _, err := w.Invite(ctx, opener, staff.Invitation{Email: zoe.Email, Account: "gigatera", Roles: []string{"auditor"}})
		require.NoError(t, err)
		require.NoError(t, w.AcceptLink(ctx, token, w.as(zoe, "wdc")))
		token, _, err = w.Invite(ctx, opener, staff.Invitation{Email: "lent@alder.example", Name: "Lent", Home: "alder", Account: "wdc", Roles: []string{"auditor"}})
		require.NoError(t, err)
		lent, err := w.TakeLink(ctx, token, "", "", password)
		require.NoError(t, err)
		olga := w.as(w.join(opener, "alder", "olga@alder.example", staff.Operates), "alder")
		_, invited, err := w.Invite(ctx, w.as(mia, "wdc"), staff.Invitation{Email: "new@wdc.example", Account: "wdc", Roles: []string{"end_user"}})
		require.NoError(t, err)
		_, issued, err := w.Issue(ctx, w.as(mia, "wdc"), staff.TokenInput{Name: "nightly", Roles: []string{staff.Administers}})
		require.NoError(t, err)
		for _, p := range []staff.Person{mia, eve, zoe, lent} {
			w.browser().signIn(p.Email, "wdc")
		}

		acts := map[string]func(by staff.Who, p staff.Person) error{
			"reset": func(by staff.Who, p staff.Person) error {
				_, _, err := w.Reset(ctx, by, p.ID)
				return err
			},
			"see sessions": func(by staff.Who, p staff.Person) error {
				_, err := w.SessionsOf(ctx, by, p.ID)
				return err
			},
			"end a session": func(by staff.Who, p staff.Person) error {
				list, err := w.Sessions(ctx, p.ID)
				require.NoError(t, err)
				require.NotEmpty(t, list)
				err = w.EndSession(ctx, by, list[0].ID)
				w.browser().signIn(p.Email, "wdc")
				return err
			},
			"end sessions": func(by staff.Who, p staff.Person) error {
				_, err := w.EndSessions(ctx, by, p.ID)
				w.browser().signIn(p.Email, "wdc")
				return err
			},
			"let in again": func(by staff.Who, p staff.Person) error {
				_, err := w.Disable(ctx, by, p.ID, false, w.now(p, p.Home).Version)
				return err
			},
		}
		try := func(p staff.Person, want error) {
			t.Helper()
			for name, act := range acts {
				before := w.dump()
				err := act(olga, p)
				require.ErrorIs(t, err, want, "%s %s", name, p.Email)
				if want != nil && !strings.HasPrefix(name, "end") { // these sign in again
					require.Equal(t, before, w.dump(), name)
				}
			}
		}
		for _, p := range []staff.Person{zoe, lent} {
			try(p, nil)
		}
		for _, p := range []staff.Person{mia, eve} {
			try(p, staff.ErrNotFound)
		}
		require.NoError(t, w.Leave(ctx, opener, "wdc"))
		try(eve, staff.ErrNotFound)
		try(mia, nil)
		require.Contains(t, w.kinds("wdc"), "reset_made", "the account is told")
		_, err = w.Disable(ctx, olga, mia.ID, true, w.now(mia, "wdc").Version)
		require.Equal(t, "disabled last", rules(t, err))
		bo := w.join(w.as(mia, "wdc"), "wdc", "bo@wdc.example", staff.Administers)
		try(mia, staff.ErrNotFound)
		_, err = w.Disable(ctx, w.as(mia, "wdc"), bo.ID, true, w.now(bo, "wdc").Version)
		require.NoError(t, err)
		try(mia, nil)

		for _, by := range []staff.Who{olga, opener} { // who opened wdc has left it
			_, _, err = w.Invite(ctx, by, staff.Invitation{Email: "spy@alder.example", Account: "wdc", Roles: []string{staff.Administers}})
			require.ErrorIs(t, err, staff.ErrForbidden)
			_, err = w.SetRoles(ctx, by, "wdc", eve.ID, []string{staff.Administers}, w.now(eve, "wdc").Version)
			require.ErrorIs(t, err, staff.ErrForbidden)
			require.ErrorIs(t, w.Withdraw(ctx, by, invited.ID), staff.ErrNotFound)
			require.ErrorIs(t, w.Revoke(ctx, by, issued.ID), staff.ErrNotFound)
		}
		require.NoError(t, w.Withdraw(ctx, w.as(mia, "wdc"), invited.ID))
		_, _, err = w.Invite(ctx, opener, staff.Invitation{Email: "new@gigatera.example", Account: "gigatera", Roles: []string{"auditor"}})
		require.NoError(t, err, "who opened gigatera administers it")
	})
}

func TestEventsAreReadPageByPageOfOneAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		w.join(operator, "wdc", "bo@wdc.example", "auditor")
		require.Equal(t, "joined invited account_opened", w.kinds("wdc"))
		require.Equal(t, "joined first_made", w.kinds("alder"))
		var kinds []string
		for before := ""; ; {
			page, err := w.Events(ctx, "wdc", staff.EventQuery{Before: before, Limit: 2})
			require.NoError(t, err)
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				kinds = append(kinds, e.Kind)
				before = e.ID
			}
		}
		require.Equal(t, []string{"joined", "invited", "account_opened"}, kinds)
		page, err := w.Events(ctx, "wdc", staff.EventQuery{Before: "", Limit: 2})
		require.NoError(t, err)
		want := staff.Event{ID: page[1].ID, At: w.cfg.Now().UTC(), Account: "wdc", Kind: "invited", By: operator.Person, ByName: "Ada First", On: page[1].On, OnName: "bo@wdc.example", Detail: "auditor"}
		require.Empty(t, cmp.Diff(want, page[1]))
	})
}

// A context that has ended leaves nothing behind.
func TestNothingIsHalfDone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		operator := w.as(w.first(), "alder")
		before := w.dump()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		token, _, err := w.Invite(ctx, operator, staff.Invitation{Email: "x@alder.example", Account: "alder", Roles: []string{staff.Works}})
		require.ErrorIs(t, err, context.Canceled)
		require.Empty(t, token)
		require.Equal(t, before, w.dump())
	})
}
