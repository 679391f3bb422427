package locations_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
)

func TestComparisonIsKeptUntilEitherSideMoves(t *testing.T) {
	t.Parallel()
	alder, birch, line := synced(t)
	alder.edit(t, ours, locations.Rename("3001", "Saint Paul Main"))
	first := alder.compare(t)
	since := func(last locations.Comparison) locations.Comparison {
		clear(line.calls)
		c, err := alder.CompareSince(t.Context(), alder.actor, project, last)
		require.NoError(t, err)
		return c
	}
	if d := cmp.Diff(first, since(first)); d != "" {
		t.Fatal(d)
	}
	require.Equal(t, map[string]int{"look": 1}, line.calls, "one exchange says that nothing moved")

	other := first
	other.Project = "P2"
	require.Equal(t, []string{"3001 changed name"}, kinds(since(other)), "another project's comparison is no answer")

	alder.edit(t, ours, locations.Rename("1001", "Pike"))
	second := since(first)
	require.Equal(t, []string{"1001 changed name", "3001 changed name"}, kinds(second), "our set moved")

	birch.shares.change(func(s *locations.Share) { s.Locked = false })
	birch.edit(t, theirs, locations.Rename("3001", "Saint Paul Main"))
	require.Equal(t, []string{"1001 changed name"}, kinds(since(second)), "the copy moved")

	alder.shares.change(func(s *locations.Share) { s.Owner = false })
	_, err := alder.CompareSince(t.Context(), alder.actor, project, second)
	require.ErrorIs(t, err, locations.ErrForbidden, "what was kept opens nothing")
}
