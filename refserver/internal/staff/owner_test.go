package staff_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// notOurs requires an error to say whose a database is.
func notOurs(t *testing.T, err error, owner, asked string) {
	t.Helper()
	var other *staff.NotOurs
	require.ErrorAs(t, err, &other)
	require.Equal(t, staff.NotOurs{Owner: owner, Asked: asked}, *other)
}

func TestADatabaseIsOfWhoClaimsItFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		claim := func(id string) func() error { return func() error { return staff.Claim(ctx, w.write, id) } }
		errs := together(claim("cedar"), claim("cedra"))
		owner, other := "cedar", "cedra"
		if errs[0] != nil {
			errs[0], errs[1], owner, other = errs[1], errs[0], other, owner
		}
		require.NoError(t, errs[0])
		notOurs(t, errs[1], owner, other)
		require.NoError(t, claim(owner)())
		require.NoError(t, staff.CheckOwner(ctx, w.read, owner))
		notOurs(t, staff.CheckOwner(ctx, w.read, other), owner, other)
	})
}

// A database from before owners were kept is of the system that somebody operates in it, for longest if there are several.
func TestADatabaseIsOfWhoeverOperatesIt(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		require.NoError(t, staff.CheckOwner(ctx, w.read, "zeder"), "nobody's")
		operator := w.as(w.first(), "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "aaa", "First by name"))
		w.pass(time.Second)
		w.cfg.Account = "aaa" // as if it had been started as another system
		w.reopen()
		_, err := w.write.NewRaw("INSERT INTO mspkit_staff_role (account, person, role) SELECT 'aaa', id, 'operator' FROM mspkit_staff_person WHERE id = ?",
			w.join(w.as(w.now(staff.Person{ID: operator.Person}, "aaa"), "aaa"), "aaa", "bo@aaa.example", "auditor").ID).Exec(ctx)
		require.NoError(t, err)
		for _, undo := range []string{"DELETE FROM mspkit_staff_migration WHERE version = 5", "DROP TABLE mspkit_staff_system"} {
			_, err := w.write.NewRaw(undo).Exec(ctx)
			require.NoError(t, err)
		}
		notOurs(t, staff.CheckOwner(ctx, w.read, "aaa"), "alder", "aaa")
		require.NoError(t, staff.CheckOwner(ctx, w.read, "alder"))
		require.NoError(t, staff.Migrate(ctx, w.write))
		notOurs(t, staff.Claim(ctx, w.write, "aaa"), "alder", "aaa")
		require.NoError(t, staff.Claim(ctx, w.write, "alder"))
		_, err = w.write.NewRaw("DELETE FROM mspkit_staff_role").Exec(ctx)
		require.NoError(t, err)
		notOurs(t, staff.CheckOwner(ctx, w.read, "aaa"), "alder", "aaa")
	})
}
