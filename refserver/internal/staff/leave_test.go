package staff_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// Whoever opened an account for others leaves it once it is in other hands.
func TestPeopleLeaveAnAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada := w.first()
		operator := w.as(ada, "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		before := w.dump()
		require.Equal(t, "account last", rules(t, w.Leave(ctx, operator, "wdc")))
		require.ErrorIs(t, w.Leave(ctx, operator, "none"), staff.ErrNotFound)
		require.ErrorIs(t, w.Leave(ctx, staff.Who{}, "wdc"), staff.ErrForbidden)
		require.Equal(t, before, w.dump())
		bo := w.join(operator, "wdc", "bo@wdc.example", staff.Administers)
		here, there := w.browser(), w.browser()
		here.signIn(ada.Email, "alder")
		there.signIn(ada.Email, "wdc")
		require.NoError(t, w.Leave(ctx, operator, "wdc"))
		_, in := there.who()
		require.False(t, in)
		_, in = here.who()
		require.True(t, in)
		require.Empty(t, w.as(ada, "wdc").Roles)
		require.Equal(t, "account only", rules(t, w.Leave(ctx, w.as(bo, "wdc"), "wdc")))
		require.Equal(t, "account only", rules(t, w.Leave(ctx, operator, "alder")))
		require.Equal(t, "roles signed_in joined invited account_opened", w.kinds("wdc"))
	})
}
