package collab

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// purged is a history that somebody has purged.
type purged struct{}

func (purged) List(context.Context, HistoryQuery) ([]Entry, error) { return nil, nil }

// What history no longer tells counts as changed: a conflict too many rather than one too few.
func TestLostWithoutHistory(t *testing.T) {
	t.Parallel()
	sh := Shop{ID: "501", Version: 3, Content: Content{Comments: "theirs", Place: "1001"}}
	next := Content{Comments: "ours", Place: "1001"}
	lost, err := lostSince(t.Context(), purged{}, sh, 2, next)
	require.NoError(t, err)
	if d := cmp.Diff([]Change{{"comments", "theirs", "ours"}}, lost); d != "" {
		t.Error(d)
	}
	lost, err = lostSince(t.Context(), purged{}, sh, 3, next)
	require.NoError(t, err)
	require.Empty(t, lost, "unchanged since, nothing is lost")
}

func TestIsDecimal(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "0", "12", "12.00", "-3.5"} {
		require.True(t, isDecimal(s), s)
	}
	for _, s := range []string{"-", ".", "1.", ".5", "+1", "1e3", "1,5", "--1", "1.2.3", "٣", " 1", "1234567890123456789012345678901"} {
		require.False(t, isDecimal(s), s)
	}
}

// FuzzContentDigest looks for two different contents of one digest among those that put the same text into other fields.
func FuzzContentDigest(f *testing.F) {
	f.Add("q1", "yes", "q1].comment", "no")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		contents := []Content{
			{Answers: []Answer{{a, b, c}}},
			{Answers: []Answer{{a, b, ""}, {c, d, ""}}},
			{Answers: []Answer{{a, b, d}, {c, "", ""}}},
			{Comments: a, ReviewerComments: b},
			{Comments: a + b},
			{Score: Score{Sections: []SectionScore{{a, b, c}}}},
			{Place: PlaceKey(a), Questions: b, Origin: Origin{SystemID(c), d}},
		}
		for i, x := range contents {
			for _, y := range contents[i+1:] {
				if x.Digest() == y.Digest() && !cmp.Equal(x, y) && len(shopChanges(x, y))+len(shopChanges(y, x)) > 0 {
					t.Fatalf("%+v and %+v have one digest", x, y)
				}
			}
		}
	})
}
