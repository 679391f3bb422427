package locations_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
)

// realFile opens the public list of coffee shops, which is not part of the repository.
func realFile(tb testing.TB) *os.File {
	dir := os.Getenv("MSPKIT_DATA")
	if dir == "" {
		tb.Skip("MSPKIT_DATA does not name the folder that holds stores-world-2017.csv")
	}
	f, err := os.Open(filepath.Join(dir, "stores-world-2017.csv"))
	if os.IsNotExist(err) {
		tb.Skip("stores-world-2017.csv is not in the folder that MSPKIT_DATA names")
	}
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = f.Close() })
	return f
}

func TestRealStoreListGoesInButForOneRow(t *testing.T) {
	t.Parallel()
	got, err := locations.ReadTable(realFile(t), locations.StoreListLayout(), locations.Rules{})
	require.NoError(t, err)
	require.Equal(t, 25_600, got.Rows)
	require.Equal(t, 25_599, got.Stores)
	require.Len(t, got.Refused, 1, "%v", got.Refused)
	require.Equal(t, locations.RuleIDDuplicate, got.Refused[0].Rule)
	require.Greater(t, got.Refused[0].Line, 1)
	counts := map[locations.Rule]int{}
	for _, w := range got.Warnings {
		require.Greater(t, w.Line, 1, "%v", w)
		counts[w.Rule]++
	}
	for _, rule := range []locations.Rule{locations.RuleControl, locations.RuleBlank, locations.RuleEmpty, locations.RuleNear, locations.RuleNonHierarchy} {
		require.NotZero(t, counts[rule], "warnings by rule: %v", counts)
	}
	tree, err := locations.Build(got.Nodes, locations.Rules{})
	require.NoError(t, err)
	t.Logf("%d nodes, refused %v, warnings %v", tree.Len(), got.Refused, counts)
}

func TestRealStoreListIsCopiedChangedAndInSyncAgain(t *testing.T) {
	t.Parallel()
	alder, birch, line := pair()
	res, err := alder.LoadTable(t.Context(), alder.actor, ours, realFile(t), locations.StoreListLayout(), locations.LoadOptions{})
	require.NoError(t, err)
	require.Len(t, res.Refused, 1)
	require.NoError(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)))
	require.Equal(t, alder.head(t, ours).Root, birch.head(t, theirs).Root)
	require.Equal(t, res.Created, birch.head(t, theirs).Nodes)

	var edits []locations.Edit
	for i, r := range alder.all(t, ours) {
		if r.Level == locations.LocationLevel && i%400 == 0 {
			edits = append(edits, locations.Rename(r.Key, r.Name+" (new)"))
		}
	}
	require.NotEmpty(t, edits)
	alder.edit(t, ours, edits...)
	clear(line.calls)
	require.Equal(t, locations.Counts{Changed: len(edits)}, alder.compare(t).Diff.Counts())
	require.Equal(t, 1, line.calls["nodes"])
	require.LessOrEqual(t, line.calls["look"], 4, "one look a level")
	require.NoError(t, alder.Deliver(t.Context(), locations.PushMessage(project, start)))
	require.True(t, alder.compare(t).Diff.Empty())
}
