package staff_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

func TestSignInTellsNothingButWhoItIs(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		bo := w.join(operator, "alder", "bo@alder.example", staff.Works)
		p, err := w.SignIn(ctx, " BO@ALDER.example ", password, home)
		require.NoError(t, err)
		require.Equal(t, bo.ID, p.ID)
		_, err = w.Disable(ctx, operator, bo.ID, true, bo.Version)
		require.NoError(t, err)
		words := map[string]bool{}
		for name, with := range map[string][2]string{
			"disabled": {"bo@alder.example", password}, "wrong": {"ada@alder.example", "a wrong long one"}, "unknown": {"no@alder.example", password}, "no text": {"\x00\xff", "\xff"},
			"empty": {"", ""}, "no password": {"ada@alder.example", ""}, "long": {strings.Repeat("a", 1e5), strings.Repeat("b", 1e6)},
		} {
			_, err := w.SignIn(ctx, with[0], with[1], home)
			require.ErrorIs(t, err, staff.ErrSignIn, name)
			words[err.Error()] = true
		}
		require.Len(t, words, 1)
	})
}

// A known and an unknown address take as long: both have a hash to make. It is what takes time here.
func TestSignInTakesAsLongForUnknownAddresses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.cfg.Hash = staff.Hash{Memory: 8 << 10, Passes: 4, Threads: 1}
		w.reopen()
		w.first()
		median := func(email string) time.Duration {
			var took []time.Duration
			for i := range 9 {
				start := time.Now()
				_, err := w.SignIn(t.Context(), email, "a wrong long one", fmt.Sprintf("192.0.2.%d", i))
				require.ErrorIs(t, err, staff.ErrSignIn)
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			return took[len(took)/2]
		}
		var known, unknown time.Duration
		require.Eventually(t, func() bool { // whatever else the machine does
			known, unknown = median("ada@alder.example"), median("nobody@alder.example")
			return known < 2*unknown && unknown < 2*known
		}, 30*time.Second, time.Millisecond)
		t.Logf("known %v, unknown %v", known, unknown)
		w.cfg.Hash = staff.Hash{Memory: 64, Passes: 1, Threads: 1}
		w.reopen()
		tries := 0
		require.Eventually(t, func() bool {
			tries++
			cheap := time.Now()
			_, err := w.SignIn(t.Context(), "nobody@alder.example", "a wrong long one", fmt.Sprintf("198.51.100.%d", tries))
			return errors.Is(err, staff.ErrSignIn) && 2*time.Since(cheap) < unknown
		}, 30*time.Second, time.Millisecond, "the hash is what takes the time")
	})
}

func TestTheEleventhTryWaits(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		bo := w.join(operator, "alder", "bo@alder.example", staff.Works)
		try := func(email, password, ip string) error {
			_, err := w.SignIn(ctx, email, password, ip)
			return err
		}
		for range 10 {
			require.ErrorIs(t, try(bo.Email, "a wrong long one", home), staff.ErrSignIn)
		}
		var wait *staff.TooMany
		require.ErrorAs(t, try(bo.Email, password, home), &wait)
		require.Equal(t, 90*time.Second, wait.After)
		require.ErrorAs(t, try(bo.Email, password, "::ffff:"+home), &wait, "the same place, written for IPv6")
		w.reopen()
		require.ErrorAs(t, try(" BO@alder.example", password, home), &wait, "also after a restart, however the address is written")
		require.NoError(t, try(bo.Email, password, away), "nobody is locked out from elsewhere")
		require.NoError(t, try("ada@alder.example", password, home), "nor anybody else")
		for range 10 {
			require.ErrorIs(t, try("nobody@alder.example", "a wrong long one", away), staff.ErrSignIn)
		}
		require.ErrorAs(t, try("nobody@alder.example", "a wrong long one", away), &wait, "an unknown address answers alike")
		w.pass(90 * time.Second)
		require.NoError(t, try(bo.Email, password, home))
		for range 10 {
			require.ErrorIs(t, try(bo.Email, "a wrong long one", home), staff.ErrSignIn, "who knew it once begins anew")
		}
		require.ErrorAs(t, try(bo.Email, password, home), &wait)
	})
}

func TestOnePlaceHasThirtyTriesWhateverTheAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.first()
		try := func(i int, ip string) error {
			_, err := w.SignIn(t.Context(), fmt.Sprintf("nobody%d@alder.example", i), "a wrong long one", ip)
			return err
		}
		acts := make([]func() error, 40)
		for i := range acts {
			acts[i] = func() error { return try(i, fmt.Sprintf("2001:db8:1:2::%x", i)) } // one network
		}
		tried, waited := 0, 0
		for _, err := range together(acts...) {
			if wait := (*staff.TooMany)(nil); errors.As(err, &wait) {
				waited++
			} else {
				require.ErrorIs(t, err, staff.ErrSignIn)
				tried++
			}
		}
		require.Equal(t, []int{30, 10}, []int{tried, waited})
		require.ErrorIs(t, try(0, "2001:db8:1:3::1"), staff.ErrSignIn, "another network")
		require.ErrorIs(t, try(0, "::ffff:192.0.2.1"), staff.ErrSignIn)
		for range 50 { // the right password costs none
			_, err := w.SignIn(t.Context(), "ada@alder.example", password, home)
			require.NoError(t, err)
		}
	})
}

func TestPasswordsAreLongAndNotTheFirstToBeGuessed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		token, err := w.FirstLink(ctx)
		require.NoError(t, err)
		take := func(password string) error {
			_, err := w.TakeLink(ctx, token, "Bartholomew Cubbins", "bartholomew@alder.example", password)
			return err
		}
		for password, rule := range map[string]string{
			"": "required", "elevenchars": "length", strings.Repeat("x", 201): "length", strings.Repeat("é", 11): "length", "no text here\xff": "shape",
			"bartholomew@ALDER.example": "common", "bartholomew cubbins": "common", "PasswordPassword": "common", "123456789012": "common",
		} {
			require.Equal(t, "password "+rule, rules(t, take(password)), password)
		}
		_, err = w.TakeLink(ctx, token, "", "x", "")
		require.Equal(t, "email shape, name required, password required", rules(t, err))
		require.NoError(t, take("twelve chars"), "nothing else is asked of it")
		who, err := w.People(ctx, "alder", staff.PeopleQuery{})
		require.NoError(t, err)
		require.NoError(t, w.ChangePassword(ctx, w.as(who[0], "alder"), "twelve chars", strings.Repeat("e\u0301", 200)))
		_, err = w.SignIn(ctx, who[0].Email, strings.Repeat("é", 200), home)
		require.NoError(t, err, "however the keyboard spells it")
	})
}

func TestANewPasswordEndsTheOtherSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		here, there := w.browser(), w.browser()
		here.signIn(ada.Email, "")
		there.signIn(ada.Email, "")
		change := func(old, replacement string) error {
			return here.try(func(r *http.Request) error {
				who, _ := staff.Of(r.Context())
				return w.ChangePassword(r.Context(), who, old, replacement)
			})
		}
		require.ErrorIs(t, change("a wrong long one", "another long one"), staff.ErrSignIn)
		require.Equal(t, "password length", rules(t, change(password, "short")))
		_, in := there.who()
		require.True(t, in)
		require.NoError(t, change(password, "another long one"))
		_, in = there.who()
		require.False(t, in)
		_, in = here.who()
		require.True(t, in)
		require.Equal(t, "signed_in password_changed sign_in_failed signed_in signed_in joined first_made", w.kinds("alder"))
	})
}

// When hashes come to cost more, who signs in gets one of the new kind, and the old password still counts.
func TestHashesAreRenewed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.first()
		require.Contains(t, w.dump(), "m=64,t=1,p=1")
		w.cfg.Hash = staff.Hash{Memory: 128, Passes: 2, Threads: 1}
		w.reopen()
		for range 2 {
			_, err := w.SignIn(t.Context(), "ada@alder.example", password, home)
			require.NoError(t, err)
			require.Contains(t, w.dump(), "m=128,t=2,p=1")
			require.NotContains(t, w.dump(), "m=64,t=1,p=1")
		}
		_, err := w.SignIn(t.Context(), "ada@alder.example", "a wrong long one", home)
		require.ErrorIs(t, err, staff.ErrSignIn)
	})
}

// Of changes from one password at once, one goes through.
func TestAPasswordIsChangedOnceFromTheOldOne(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.as(w.first(), "alder")
		acts := make([]func() error, 6)
		for i := range acts {
			acts[i] = func() error {
				return w.ChangePassword(t.Context(), ada, password, fmt.Sprintf("another long one %d", i))
			}
		}
		through := -1
		for i, err := range together(acts...) {
			if err == nil {
				require.Equal(t, -1, through, "a second one")
				through = i
			} else if !errors.Is(err, staff.ErrConflict) {
				require.ErrorIs(t, err, staff.ErrSignIn)
			}
		}
		_, err := w.SignIn(t.Context(), ada.Email, fmt.Sprintf("another long one %d", through), away)
		require.NoError(t, err)
	})
}
