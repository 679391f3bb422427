package staff_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// Neither a password nor a token, a link or a session's id stands anywhere in the database or in an error.
func TestNoSecretIsKept(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		secrets := map[string]string{"password": password, "another password": "another long one", "a wrong password": "a wrong long one", "password for address": "typed in the wrong field"}
		first, err := w.FirstLink(ctx)
		require.NoError(t, err)
		secrets["first link"] = first
		ada, err := w.TakeLink(ctx, first, "Ada", "ada@alder.example", password)
		require.NoError(t, err)
		operator := w.as(ada, "alder")
		invite, _, err := w.Invite(ctx, operator, staff.Invitation{Email: "bo@alder.example", Name: "Bo", Account: "alder", Roles: []string{staff.Works}})
		require.NoError(t, err)
		secrets["invitation"] = invite
		bo, err := w.TakeLink(ctx, invite, "", "", password)
		require.NoError(t, err)
		secrets["open invitation"], _, err = w.Invite(ctx, operator, staff.Invitation{Email: "cy@alder.example", Account: "alder", Roles: []string{staff.Works}})
		require.NoError(t, err)
		secrets["reset"], _, err = w.Reset(ctx, operator, bo.ID)
		require.NoError(t, err)
		secrets["token"], _, err = w.Issue(ctx, operator, staff.TokenInput{Name: "n", Roles: []string{staff.Works}})
		require.NoError(t, err)
		b := w.browser()
		b.signIn(ada.Email, "")
		secrets["session"] = b.cookies["mspkit-alder"]
		require.NoError(t, b.try(func(r *http.Request) error { return w.Confirm(r.Context(), password) }))
		secrets["confirmed session"] = b.cookies["mspkit-alder"]
		w.pass(time.Hour)
		w.program(secrets["token"]).who()

		_, wrong := w.SignIn(ctx, ada.Email, "a wrong long one", home)
		_, odd := w.SignIn(ctx, "typed in the wrong field", "a wrong long one", home)
		_, short := w.TakeLink(ctx, secrets["reset"], "", "", "\xffanother long one")
		_, used := w.TakeLink(ctx, first, "", "", "another long one")
		changed := w.ChangePassword(ctx, operator, "a wrong long one", "another long one")
		errs := errors.Join(wrong, odd, short, used, changed)
		require.Len(t, errs.(interface{ Unwrap() []error }).Unwrap(), 5)

		places := map[string]string{"tables": w.dump(), "errors": errs.Error()}
		if w.file != "" {
			files, err := filepath.Glob(w.file + "*")
			require.NoError(t, err)
			require.NotEmpty(t, files)
			for _, f := range files {
				content, err := os.ReadFile(f)
				require.NoError(t, err)
				places[filepath.Base(f)] = string(content)
			}
			all := ""
			for _, content := range places {
				all += content
			}
			require.Contains(t, all, "ada@alder.example", "which is no secret: this looks in the right place")
		}
		for place, content := range places {
			for name, secret := range secrets {
				secret = strings.TrimPrefix(secret, "mspkit_")
				require.GreaterOrEqual(t, len(secret), 16, name)
				require.NotContains(t, content, secret, "%s in %s", name, place)
			}
		}
		require.Equal(t, 2, strings.Count(w.dump(), "$argon2id$v=19$"))
	})
}
