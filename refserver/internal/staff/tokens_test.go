package staff_test

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// program is a browser's like with a token.
func (w *world) program(secret string) *browser {
	b := w.browser()
	b.header.Set("Authorization", "Bearer "+secret)
	return b
}

func TestATokenActsOnOneAccountWithWhatItsIssuerHolds(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		bo := w.join(operator, "wdc", "bo@wdc.example", staff.Administers, "auditor", "specialist")
		by := w.as(bo, "wdc")
		secret, token, err := w.Issue(ctx, by, staff.TokenInput{Name: " nightly ", Roles: []string{"specialist", "auditor"}})
		require.NoError(t, err)
		require.Regexp(t, "^mspkit_[A-Za-z0-9_-]{43}$", secret)
		who, in := w.program(secret).who()
		require.True(t, in)
		require.Empty(t, cmp.Diff(staff.Who{Token: token.ID, Name: "nightly", Home: "wdc", Account: "wdc", Roles: []string{"auditor", "specialist"}}, who))
		list, err := w.Tokens(ctx, "wdc", staff.Query{})
		require.NoError(t, err)
		require.Empty(t, cmp.Diff([]staff.Token{{ID: token.ID, Account: "wdc", Name: "nightly", Roles: []string{"auditor", "specialist"}, Issuer: bo.ID, IssuedBy: bo.Name,
			Created: w.cfg.Now().UTC(), Used: w.cfg.Now().UTC()}}, list))
		list, err = w.Tokens(ctx, "alder", staff.Query{})
		require.NoError(t, err)
		require.Empty(t, list)

		set := func(roles ...string) {
			_, err := w.SetRoles(ctx, operator, "wdc", bo.ID, roles, w.now(bo, "wdc").Version)
			require.NoError(t, err)
		}
		set(staff.Administers, "auditor")
		who, in = w.program(secret).who()
		require.True(t, in)
		require.Equal(t, []string{"auditor"}, who.Roles, "what the issuer lost, the token lost")
		set(staff.Administers)
		require.Equal(t, http.StatusUnauthorized, w.program(secret).do(nil).Code)
	})
}

func TestTokensAreIssuedByPeopleWithinTheirRoles(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		bo := w.join(operator, "alder", "bo@alder.example", staff.Administers, staff.Works)
		cy := w.join(operator, "alder", "cy@alder.example", staff.Works)
		issue := func(by staff.Who, roles ...string) (staff.Token, error) {
			_, token, err := w.Issue(ctx, by, staff.TokenInput{Name: "n", Roles: roles})
			return token, err
		}
		token, err := issue(w.as(bo, "alder"), staff.Works, staff.Administers)
		require.NoError(t, err)
		before := w.dump()
		_, err = issue(w.as(bo, "alder"), staff.Operates)
		require.ErrorIs(t, err, staff.ErrForbidden)
		_, err = issue(w.as(cy, "alder"), staff.Works)
		require.ErrorIs(t, err, staff.ErrForbidden)
		_, err = issue(staff.Who{Token: token.ID, Account: "alder"}, staff.Works)
		require.ErrorIs(t, err, staff.ErrForbidden, "no token begets another")
		_, _, err = w.Issue(ctx, operator, staff.TokenInput{Name: "\n", Roles: []string{"emperor"}, Expires: w.cfg.Now()})
		require.Equal(t, "name required, roles unknown, expires future", rules(t, err))
		_, err = issue(operator)
		require.Equal(t, "roles required", rules(t, err))
		require.Equal(t, before, w.dump())
		_, _, err = w.Invite(ctx, staff.Who{Token: token.ID, Account: "alder"}, staff.Invitation{Email: "x@y", Account: "alder", Roles: []string{staff.Works}})
		require.NoError(t, err, "a program with the role keeps people")
	})
}

func TestTokensEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		bo := w.join(operator, "wdc", "bo@wdc.example", staff.Administers)
		issue := func(expires time.Time) (string, staff.Token) {
			secret, token, err := w.Issue(ctx, operator, staff.TokenInput{Name: "n", Roles: []string{staff.Works}, Expires: expires})
			require.NoError(t, err)
			return secret, token
		}
		in := func(secret string) bool { _, in := w.program(secret).who(); return in }
		late, _ := issue(w.cfg.Now().Add(time.Hour))
		secret, token := issue(time.Time{})
		w.pass(time.Hour - time.Microsecond)
		require.True(t, in(late))
		w.pass(time.Microsecond)
		require.False(t, in(late))
		w.pass(1e5 * time.Hour)
		require.True(t, in(secret), "without an end")
		require.ErrorIs(t, w.Revoke(ctx, w.as(bo, "wdc"), token.ID), staff.ErrNotFound, "another account's")
		require.ErrorIs(t, w.Revoke(ctx, operator, "none"), staff.ErrNotFound)
		require.True(t, in(secret))
		require.NoError(t, w.Revoke(ctx, operator, token.ID))
		require.False(t, in(secret))
		require.ErrorIs(t, w.Revoke(ctx, operator, token.ID), staff.ErrNotFound)
		require.Contains(t, w.kinds("alder"), staff.EventTokenRevoked)
	})
}

func TestABadTokenIsRefusedAtOnceAndCountsBeforeASession(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		secret, token, err := w.Issue(t.Context(), w.as(ada, "alder"), staff.TokenInput{Name: "n", Roles: []string{staff.Works}})
		require.NoError(t, err)
		b := w.browser()
		b.signIn(ada.Email, "")
		for _, header := range []string{"Bearer", "Bearer ", "bearer x", "Bearer mspkit_" + strings.Repeat("A", 43), "Bearer " + secret + "A", "Bearer \x00\xff", "Bearer " + token.ID} {
			b.header.Set("Authorization", header)
			out := b.do(func(http.ResponseWriter, *http.Request) { t.Errorf("%q was let through", header) })
			require.Equal(t, http.StatusUnauthorized, out.Code, header)
			require.Equal(t, `Bearer error="invalid_token"`, out.Header().Get("WWW-Authenticate"))
			require.Contains(t, out.Body.String(), `"code":"sign_in"`)
		}
		b.header["Authorization"] = []string{"Bearer " + secret, "Bearer " + secret}
		require.Equal(t, http.StatusUnauthorized, b.do(nil).Code, "two are none")
		b.header.Set("Authorization", "bearer  "+secret)
		who, _ := b.who()
		require.Equal(t, token.ID, who.ID(), "the token counts")
		require.False(t, who.Fresh)
		b.header.Set("Authorization", "Basic eDp5")
		who, _ = b.who()
		require.Equal(t, ada.ID, who.ID(), "which is not for us")
	})
}

// The use of a token is written once an hour at most.
func TestTheUseOfATokenIsKeptCoarsely(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		secret, _, err := w.Issue(t.Context(), w.as(w.first(), "alder"), staff.TokenInput{Name: "n", Roles: []string{staff.Works}})
		require.NoError(t, err)
		p := w.program(secret)
		p.who()
		first := w.dump()
		w.pass(time.Hour - time.Microsecond)
		p.who()
		require.Equal(t, first, w.dump())
		w.pass(time.Microsecond)
		p.who()
		require.NotEqual(t, first, w.dump())
	})
}

// Where the database fails, nobody is let through, and what is said is not the reason.
func TestNobodyIsLetInWhileTheDatabaseFails(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		b := w.browser()
		b.signIn(ada.Email, "")
		var failed error
		w.cfg.Failed = func(rw http.ResponseWriter, _ *http.Request, err error) {
			failed = err
			http.Error(rw, "later", http.StatusServiceUnavailable)
		}
		w.reopen()
		require.NoError(t, w.read.Close())
		out := b.do(func(http.ResponseWriter, *http.Request) { t.Error("let through") })
		require.Equal(t, http.StatusServiceUnavailable, out.Code)
		require.Error(t, failed)
		require.NotErrorIs(t, failed, sql.ErrNoRows)
	})
}
