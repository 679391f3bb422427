package staff_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

func TestTheFirstAdministratorComesByLink(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		there, err := w.HasAdministrator(ctx)
		require.NoError(t, err)
		require.False(t, there)
		replaced, err := w.FirstLink(ctx)
		require.NoError(t, err)
		token, err := w.FirstLink(ctx)
		require.NoError(t, err)
		_, err = w.Link(ctx, replaced)
		require.ErrorIs(t, err, staff.ErrLink, "the second replaced it")

		link, err := w.Link(ctx, token)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(staff.Link{ID: link.ID, Kind: staff.First, Account: "alder", Expires: w.cfg.Now().UTC().Add(24 * time.Hour)}, link, cmp.Transformer("none", func(s []string) int { return len(s) })))
		take := func() error {
			_, err := w.TakeLink(ctx, token, "Ada", "ada@alder.example", password)
			return err
		}
		errs := together(take, take, take)
		through := 0
		for _, err := range errs {
			if err == nil {
				through++
			} else if wrong := new(*staff.Invalid); errors.As(err, wrong) {
				require.Equal(t, "email taken", rules(t, err), "the others came a moment later")
			} else {
				require.ErrorIs(t, err, staff.ErrLink)
			}
		}
		require.Equal(t, 1, through)
		require.ErrorIs(t, take(), staff.ErrLink)
		people, err := w.People(ctx, "alder", staff.PeopleQuery{})
		require.NoError(t, err)
		require.Len(t, people, 1)
		require.Equal(t, []string{"account_administrator", "operator", "specialist", "staff"}, people[0].Roles)
		there, err = w.HasAdministrator(ctx)
		require.NoError(t, err)
		require.True(t, there)
		_, err = w.FirstLink(ctx)
		require.ErrorIs(t, err, staff.ErrConflict)
	})
}

// To look at a link, as mail scanners do, uses nothing; to take it does, once; and it runs out.
func TestLinksAreTakenOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		invite := func(email string) string {
			token, _, err := w.Invite(ctx, operator, staff.Invitation{Email: email, Account: "alder", Roles: []string{staff.Works}})
			require.NoError(t, err)
			return token
		}
		token := invite("bo@alder.example")
		before := w.dump()
		for range 3 {
			link, err := w.Link(ctx, token)
			require.NoError(t, err)
			require.Equal(t, "bo@alder.example", link.Email)
			require.False(t, link.Known)
		}
		require.Equal(t, before, w.dump())
		_, err := w.TakeLink(ctx, token, "Bo", "ignored@alder.example", password)
		require.NoError(t, err)
		_, err = w.TakeLink(ctx, token, "Bo", "", password)
		require.ErrorIs(t, err, staff.ErrLink)
		_, err = w.Link(ctx, token)
		require.ErrorIs(t, err, staff.ErrLink)
		require.ErrorIs(t, w.AcceptLink(ctx, token, operator), staff.ErrLink)

		late, timely := invite("late@alder.example"), invite("timely@alder.example")
		w.pass(7*24*time.Hour - time.Microsecond)
		_, err = w.TakeLink(ctx, timely, "Timely", "", password)
		require.NoError(t, err)
		w.pass(time.Microsecond)
		_, err = w.Link(ctx, late)
		require.ErrorIs(t, err, staff.ErrLink)
		_, err = w.TakeLink(ctx, late, "Late", "", password)
		require.ErrorIs(t, err, staff.ErrLink)
		for _, unknown := range []string{"", "x", strings.Repeat("A", 43), "\x00\xff"} {
			_, err = w.Link(ctx, unknown)
			require.ErrorIs(t, err, staff.ErrLink)
		}
	})
}

func TestInvitationsSayEverythingThatIsWrongWithThem(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		bo := w.join(operator, "wdc", "bo@wdc.example", staff.Administers)
		invite := func(by staff.Who, in staff.Invitation) error {
			_, _, err := w.Invite(ctx, by, in)
			return err
		}
		before := w.dump()
		require.Equal(t, "email shape, name length, home unknown, roles unknown", rules(t, invite(operator,
			staff.Invitation{Email: "a b@c", Name: strings.Repeat("x", 101), Account: "wdc", Home: "nowhere", Roles: []string{"emperor"}})))
		require.ErrorIs(t, invite(operator, staff.Invitation{Email: "x@y", Account: "none", Roles: []string{"auditor"}}), staff.ErrForbidden)
		require.Equal(t, "email required, roles required", rules(t, invite(operator, staff.Invitation{Account: "alder"})))
		for _, email := range []string{"a", "@", "a@", "@b", "a@b@c", "a@b\x00", "a\n@b", "a@b\xff"} {
			require.Equal(t, "email shape", rules(t, invite(operator, staff.Invitation{Email: email, Account: "alder", Roles: []string{staff.Works}})), email)
		}
		long := strings.Repeat("a", 252) + "@b"
		require.Equal(t, "email length", rules(t, invite(operator, staff.Invitation{Email: "a" + long, Account: "alder", Roles: []string{staff.Works}})))
		require.ErrorIs(t, invite(w.as(bo, "wdc"), staff.Invitation{Email: "x@y", Account: "wdc", Home: "alder", Roles: []string{"auditor"}}), staff.ErrForbidden)
		require.ErrorIs(t, invite(w.as(bo, "wdc"), staff.Invitation{Email: "x@y", Account: "alder", Roles: []string{"auditor"}}), staff.ErrForbidden)
		require.Equal(t, before, w.dump())
		require.NoError(t, invite(operator, staff.Invitation{Email: long, Account: "wdc", Home: "alder", Roles: []string{"auditor"}}))
		require.NoError(t, invite(w.as(bo, "wdc"), staff.Invitation{Email: "x@y", Account: "wdc", Roles: []string{"auditor"}}))
	})
}

func TestSomebodyWhoIsThereAcceptsAnInvitation(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		bo := w.join(operator, "alder", "bo@alder.example", staff.Works)
		token, _, err := w.Invite(ctx, operator, staff.Invitation{Email: " BO@Alder.example", Account: "wdc", Roles: []string{"auditor"}})
		require.NoError(t, err)
		link, err := w.Link(ctx, token)
		require.NoError(t, err)
		require.True(t, link.Known)
		before := w.dump()
		_, err = w.TakeLink(ctx, token, "", "", "another long one")
		require.ErrorIs(t, err, staff.ErrConflict, "the link is no way to somebody's password")
		require.ErrorIs(t, w.AcceptLink(ctx, token, operator), staff.ErrForbidden, "nor for anybody else")
		require.ErrorIs(t, w.AcceptLink(ctx, token, staff.Who{Token: "t", Email: bo.Email}), staff.ErrForbidden)
		require.Equal(t, before, w.dump())
		require.NoError(t, w.AcceptLink(ctx, token, w.as(bo, "alder")))
		require.Equal(t, []string{"auditor"}, w.now(bo, "wdc").Roles)
		require.Equal(t, []string{staff.Works}, w.now(bo, "alder").Roles)
		require.Equal(t, "alder", w.now(bo, "wdc").Home)
		require.ErrorIs(t, w.AcceptLink(ctx, token, w.as(bo, "alder")), staff.ErrLink)

		token, _, err = w.Invite(ctx, operator, staff.Invitation{Email: bo.Email, Account: "wdc", Roles: []string{"specialist"}})
		require.NoError(t, err)
		require.NoError(t, w.AcceptLink(ctx, token, w.as(bo, "alder")))
		require.Equal(t, []string{"auditor", "specialist"}, w.now(bo, "wdc").Roles, "beside those that they had")
	})
}

func TestALinkForANewPasswordEndsWhatWasBefore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		bo := w.join(operator, "alder", "bo@alder.example", staff.Works)
		b := w.browser()
		b.signIn(bo.Email, "")
		token, link, err := w.Reset(ctx, operator, bo.ID)
		require.NoError(t, err)
		require.Equal(t, staff.Reset, link.Kind)
		require.Equal(t, bo.Email, link.Email)
		_, in := b.who()
		require.True(t, in, "until it is taken")
		_, err = w.TakeLink(ctx, token, "", "", "short")
		require.Equal(t, "password length", rules(t, err))
		_, err = w.TakeLink(ctx, token, "Not Bo", "not@bo.example", "another long one")
		require.NoError(t, err)
		_, in = b.who()
		require.False(t, in)
		_, err = w.SignIn(ctx, bo.Email, password, home)
		require.ErrorIs(t, err, staff.ErrSignIn)
		p, err := w.SignIn(ctx, bo.Email, "another long one", home)
		require.NoError(t, err)
		require.Equal(t, bo.Name, p.Name)

		token, _, err = w.Reset(ctx, operator, bo.ID)
		require.NoError(t, err)
		require.NoError(t, w.ChangePassword(ctx, w.as(bo, "alder"), "another long one", password))
		_, err = w.Link(ctx, token)
		require.ErrorIs(t, err, staff.ErrLink, "they found it themselves")
		token, _, err = w.Reset(ctx, operator, bo.ID)
		require.NoError(t, err)
		_, err = w.Disable(ctx, operator, bo.ID, true, w.now(bo, "alder").Version)
		require.NoError(t, err)
		_, err = w.TakeLink(ctx, token, "", "", password)
		require.ErrorIs(t, err, staff.ErrLink)
	})
}

// Invitations are listed and taken back, and end with the right of who made them.
func TestInvitationsAreTakenBack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		bo := w.join(operator, "wdc", "bo@wdc.example", staff.Administers)
		invite := func(by staff.Who, email string) (string, staff.Link) {
			token, link, err := w.Invite(ctx, by, staff.Invitation{Email: email, Account: "wdc", Roles: []string{"auditor"}})
			require.NoError(t, err)
			return token, link
		}
		open := func() (out []string) {
			links, err := w.Links(ctx, "wdc")
			require.NoError(t, err)
			for _, l := range links {
				out = append(out, l.Email)
			}
			return out
		}
		first, _ := invite(w.as(bo, "wdc"), "x@wdc.example")
		second, link := invite(w.as(bo, "wdc"), "X@wdc.example")
		_, err := w.Link(ctx, first)
		require.ErrorIs(t, err, staff.ErrLink, "a second to the same address replaces it")
		require.ErrorIs(t, w.Withdraw(ctx, staff.Who{Person: bo.ID, Account: "alder"}, link.ID), staff.ErrForbidden)
		require.NoError(t, w.Withdraw(ctx, w.as(bo, "wdc"), link.ID))
		require.ErrorIs(t, w.Withdraw(ctx, w.as(bo, "wdc"), link.ID), staff.ErrNotFound)
		_, err = w.Link(ctx, second)
		require.ErrorIs(t, err, staff.ErrLink)

		invite(w.as(bo, "wdc"), "x@wdc.example")
		secret, token, err := w.Issue(ctx, w.as(bo, "wdc"), staff.TokenInput{Name: "hr", Roles: []string{staff.Administers}})
		require.NoError(t, err)
		require.NotEmpty(t, secret)
		invite(staff.Who{Token: token.ID, Account: "wdc"}, "y@wdc.example")
		invite(operator, "z@wdc.example")
		require.Equal(t, []string{"x@wdc.example", "y@wdc.example", "z@wdc.example"}, open())
		_, stolen, err := w.Issue(ctx, w.as(bo, "wdc"), staff.TokenInput{Name: "stolen", Roles: []string{staff.Administers}})
		require.NoError(t, err)
		kept, _ := invite(staff.Who{Token: stolen.ID, Account: "wdc"}, "thief@wdc.example")
		require.NoError(t, w.Revoke(ctx, w.as(bo, "wdc"), stolen.ID))
		_, err = w.Link(ctx, kept)
		require.ErrorIs(t, err, staff.ErrLink, "what a token made ends with it")
		require.Equal(t, []string{"x@wdc.example", "y@wdc.example", "z@wdc.example"}, open())
		_, err = w.SetRoles(ctx, operator, "wdc", bo.ID, []string{"auditor"}, w.now(bo, "wdc").Version)
		require.NoError(t, err)
		require.Equal(t, []string{"z@wdc.example"}, open())
	})
}
