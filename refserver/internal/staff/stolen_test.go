package staff_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// Whoever changes their password because somebody else got hold of their session is alone in it afterwards.
func TestANewPasswordLeavesACopiedCookieBehind(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		here, thief := w.browser(), w.browser()
		here.signIn(ada.Email, "")
		thief.cookies["mspkit-alder"] = here.cookies["mspkit-alder"]
		_, in := thief.who()
		require.True(t, in)
		require.NoError(t, here.try(func(r *http.Request) error {
			who, _ := staff.Of(r.Context())
			return w.ChangePassword(r.Context(), who, password, "another long one")
		}))
		_, in = thief.who()
		require.False(t, in)
		who, in := here.who()
		require.True(t, in)
		require.Equal(t, "alder", who.Account)
		require.True(t, who.Fresh)
	})
}

// Between giving a password and beginning a session the password can be replaced. What was given then counts no more.
func TestAnOldPasswordBeginsNoSession(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		bo := w.join(operator, "alder", "bo@alder.example", staff.Works)
		steps := []struct {
			given   string
			replace func()
		}{
			{password, func() {
				token, _, err := w.Reset(ctx, operator, bo.ID)
				require.NoError(t, err)
				_, err = w.TakeLink(ctx, token, "", "", "another long one")
				require.NoError(t, err)
			}},
			{"another long one", func() { require.NoError(t, w.ChangePassword(ctx, w.as(bo, "alder"), "another long one", password)) }},
		}
		for _, step := range steps {
			before, err := w.SignIn(ctx, bo.Email, step.given, home)
			require.NoError(t, err)
			step.replace()
			b := w.browser()
			require.ErrorIs(t, b.try(func(r *http.Request) error { return w.Begin(r.Context(), before, "") }), staff.ErrSignIn, step.given)
			_, in := b.who()
			require.False(t, in, step.given)
		}
	})
}

// Who may give somebody a new password gets hold of what that person holds then, and of nothing that the person is given later.
func TestALinkForANewPasswordOpensNothingThatCameLater(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		require.NoError(t, w.OpenAccount(ctx, operator, "gigatera", "Gigatera"))
		mia := w.join(operator, "wdc", "mia@wdc.example", staff.Administers)
		eve := w.join(operator, "wdc", "eve@wdc.example", "end_user")
		kept, _, err := w.Reset(ctx, w.as(mia, "wdc"), eve.ID)
		require.NoError(t, err)
		token, _, err := w.Invite(ctx, operator, staff.Invitation{Email: eve.Email, Account: "gigatera", Roles: []string{"auditor"}})
		require.NoError(t, err)
		require.NoError(t, w.AcceptLink(ctx, token, w.as(eve, "wdc")))
		_, err = w.TakeLink(ctx, kept, "", "", "a password of Mia's")
		require.ErrorIs(t, err, staff.ErrLink, "Mia would act in gigatera")

		ann := w.join(operator, "alder", "ann@alder.example", staff.Administers)
		bo := w.join(operator, "alder", "bo@alder.example", staff.Works)
		kept, _, err = w.Reset(ctx, w.as(ann, "alder"), bo.ID)
		require.NoError(t, err)
		_, err = w.SetRoles(ctx, operator, "alder", bo.ID, []string{staff.Works, staff.Operates}, w.now(bo, "alder").Version)
		require.NoError(t, err)
		_, err = w.TakeLink(ctx, kept, "", "", "a password of Ann's")
		require.ErrorIs(t, err, staff.ErrLink, "Ann would operate the system")
		_, err = w.SignIn(ctx, bo.Email, password, home)
		require.NoError(t, err)
	})
}

// A stream that was let in tells what holds now: also when a role went and another stayed.
func TestAStreamKnowsWhatIsHeldByNow(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		operator := w.as(w.first(), "alder")
		bo := w.join(operator, "alder", "bo@alder.example", staff.Works, "auditor")
		b := w.browser()
		b.signIn(bo.Email, "")
		b.do(func(_ http.ResponseWriter, r *http.Request) {
			who, in, err := w.Stands(r.Context())
			require.NoError(t, err)
			require.True(t, in)
			require.Equal(t, []string{"auditor", staff.Works}, who.Roles)
			_, err = w.SetRoles(t.Context(), operator, "alder", bo.ID, []string{"auditor"}, bo.Version)
			require.NoError(t, err)
			who, in, err = w.Stands(r.Context())
			require.NoError(t, err)
			require.True(t, in)
			require.Equal(t, []string{"auditor"}, who.Roles)
		})
	})
}
