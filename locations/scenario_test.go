package locations_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
)

// chain asks one system for the chain print of a location, as collab does before it imports a shop.
func (s *system) chain(t *testing.T, set locations.SetID, key locations.Key) locations.Print {
	t.Helper()
	var out map[locations.Key]locations.Print
	require.NoError(t, s.store.View(t.Context(), func(ctx context.Context, v locations.View) (err error) {
		out, err = locations.Chains(ctx, v.Trees, set, []locations.Key{key})
		return err
	}))
	return out[key]
}

// Scenario A4: a renamed store and a moved one.
func TestRenamedStoreAndNewDistrictAreListedPushedAndInSync(t *testing.T) {
	t.Parallel()
	alder, birch, _ := synced(t)
	alder.edit(t, ours, locations.Rename("3001", "Saint Paul Main"),
		locations.Put(locations.Node{Key: "/West/Eugene", Parent: "/West", Level: 2, Name: "Eugene"}), locations.Move("1003", "/West/Eugene"))

	c := alder.compare(t)
	if diff := cmp.Diff([]string{"/West/Eugene missing", "1003 moved parent", "3001 changed name"}, kinds(c)); diff != "" {
		t.Fatalf("differences (-want +got):\n%s", diff)
	}
	require.Equal(t, locations.Counts{Missing: 1, Changed: 1, Moved: 1}, c.Diff.Counts())
	require.NotEqual(t, alder.chain(t, ours, "3001"), birch.chain(t, theirs, "3001"), "3001 is out of step")
	require.Equal(t, alder.chain(t, ours, "1001"), birch.chain(t, theirs, "1001"), "1001 is not")

	_, err := birch.Edit(t.Context(), birch.actor, theirs, birch.head(t, theirs).Revision, locations.Rename("3001", "ours now"))
	var locked *locations.LockedError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, []locations.ProjectID{project}, locked.Projects)

	receipt, err := alder.Push(t.Context(), alder.actor, locations.PlanPush(c), locations.PushOptions{})
	require.NoError(t, err)
	require.Equal(t, [3]int{1, 2, 0}, [3]int{receipt.Created, receipt.Updated, receipt.Deactivated})
	require.True(t, alder.compare(t).Diff.Empty())
	require.Equal(t, alder.chain(t, ours, "3001"), birch.chain(t, theirs, "3001"))
	portland, err := birch.Node(t.Context(), theirs, "/West/Portland")
	require.NoError(t, err)
	require.False(t, portland.Inactive, "Portland stays, empty")

	// The unlocked variant: a trailing blank typed at birch is a difference, with a hint and marked as birch's edit.
	birch.shares.change(func(s *locations.Share) { s.Locked = false })
	birch.edit(t, theirs, locations.Rename("1003", "Pearl St "))
	c = alder.compare(t)
	require.Equal(t, []string{"1003 changed name"}, kinds(c))
	require.True(t, c.Diff.Changes[0].Edited)
	require.Equal(t, []locations.Hint{{Ours: "1003", Theirs: "1003", Why: "blanks"}}, c.Diff.Hints())
}

// Scenario A5: a new store here, an extra one there.
func TestExtraStoreBecomesInactiveAndIsNeverDeleted(t *testing.T) {
	t.Parallel()
	alder, birch, _ := synced(t)
	birch.shares.change(func(s *locations.Share) { s.Locked = false })
	place := locations.Place{Address1: "9 Far Road", Phone: "999"}
	birch.edit(t, theirs, locations.Put(locations.Node{Key: "9999", Parent: "/West/Portland", Level: 1, Name: "Our own", Place: place}))
	alder.edit(t, ours, locations.Put(locations.Node{Key: "2003", Parent: "/Midwest/Chicago", Level: 1, Name: "Loop"}))

	c := alder.compare(t)
	require.Equal(t, []string{"2003 missing", "9999 extra"}, kinds(c))
	plan := locations.PlanPush(c)
	require.Equal(t, [4]int{1, 0, 0, 1}, [4]int{plan.Created, plan.Updated, plan.Moved, plan.Deactivated})
	before := birch.all(t, theirs)
	_, err := alder.Push(t.Context(), alder.actor, plan, locations.PushOptions{})
	var lost *locations.OverwritesError
	require.ErrorAs(t, err, &lost)
	require.Equal(t, locations.Key("9999"), lost.Changes[0].Key)
	require.Equal(t, before, birch.all(t, theirs), "a refused push changes nothing")

	_, err = alder.Push(t.Context(), alder.actor, plan, locations.PushOptions{Overwrite: true})
	require.NoError(t, err)
	require.True(t, alder.compare(t).Diff.Empty())
	extra, err := birch.Node(t.Context(), theirs, "9999")
	require.NoError(t, err)
	require.True(t, extra.Inactive)
	require.Equal(t, place, extra.Place)
	require.Zero(t, alder.chain(t, ours, "9999"), "alder does not have it: its shops stay held")
}
