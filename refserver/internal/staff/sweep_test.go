package staff_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

func TestWhatHasRunOutIsSwept(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada := w.first()
		operator := w.as(ada, "alder")
		_, _, err := w.Invite(ctx, operator, staff.Invitation{Email: "x@alder.example", Account: "alder", Roles: []string{staff.Works}})
		require.NoError(t, err)
		_, _, err = w.Issue(ctx, operator, staff.TokenInput{Name: "short", Roles: []string{staff.Works}, Expires: w.cfg.Now().Add(time.Minute)})
		require.NoError(t, err)
		w.browser().signIn(ada.Email, "")
		_, err = w.SignIn(ctx, ada.Email, "a wrong one of these", home)
		require.ErrorIs(t, err, staff.ErrSignIn)
		before := w.dump()
		sweep := func() int64 {
			n, err := w.Sweep(ctx)
			require.NoError(t, err)
			return n
		}
		require.Zero(t, sweep())
		require.Equal(t, before, w.dump(), "nothing has run out")
		w.pass(30 * time.Minute)
		require.Zero(t, sweep())
		require.NotContains(t, w.dump(), "\nsession ")
		require.NotContains(t, w.dump(), "\ntry ")
		require.Contains(t, w.dump(), "\nlink ")
		w.pass(7 * 24 * time.Hour)
		require.Zero(t, sweep())
		require.NotContains(t, w.dump(), "\nlink ")

		old := strings.Fields(w.kinds("alder"))
		w.pass(392*24*time.Hour + 23*time.Hour)
		w.browser().signIn(ada.Email, "")
		require.Zero(t, sweep(), "younger than 400 days")
		w.pass(time.Hour)
		require.EqualValues(t, len(old), sweep())
		require.Equal(t, "signed_in", w.kinds("alder"))
		require.Contains(t, w.dump(), "\ntoken ", "until it is revoked")
	})
}

// More events than go in one transaction, of every account.
func TestManyEventsAreSwept(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada := w.first()
		type row struct {
			bun.BaseModel                                         `bun:"table:mspkit_staff_event"`
			ID, Account, Kind, ByID, ByName, OnID, OnName, Detail string
			IP                                                    string `bun:"ip"`
			At                                                    int64
		}
		var rows []row
		for i := range 2500 {
			rows = append(rows, row{ID: string(rune('!'+i%90)) + time.Duration(i).String(), Account: []string{"alder", "wdc"}[i%2], Kind: "signed_in", ByID: ada.ID, At: int64(i)})
		}
		_, err := w.write.NewInsert().Model(&rows).Exec(ctx)
		require.NoError(t, err)
		n, err := w.Sweep(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 2500, n)
		require.Equal(t, "joined first_made", w.kinds("alder"))
	})
}

func TestEventsAreChosenByKindAndPerson(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada := w.first()
		operator := w.as(ada, "alder")
		bo := w.join(operator, "alder", "Bo@alder.example", staff.Works)
		_, token, err := w.Issue(ctx, operator, staff.TokenInput{Name: "nightly", Roles: []string{staff.Works}})
		require.NoError(t, err)
		w.browser().signIn(bo.Email, "")
		for _, c := range []struct {
			q    staff.EventQuery
			want string
		}{
			{staff.EventQuery{}, "signed_in token_issued joined invited joined first_made"},
			{staff.EventQuery{Kind: "joined"}, "joined joined"},
			{staff.EventQuery{Kind: "joined", Person: bo.ID}, "joined"},
			{staff.EventQuery{Person: " BO@alder.example"}, "signed_in joined invited"},
			{staff.EventQuery{Person: ada.Email}, "token_issued invited joined"},
			{staff.EventQuery{Person: token.ID}, "token_issued"},
			{staff.EventQuery{Person: "nobody@alder.example"}, ""},
			{staff.EventQuery{Kind: "\x00'"}, ""},
		} {
			list, err := w.Events(ctx, "alder", c.q)
			require.NoError(t, err)
			var got []string
			for _, e := range list {
				got = append(got, e.Kind)
			}
			require.Equal(t, c.want, strings.Join(got, " "), "%+v", c.q)
		}
	})
}
