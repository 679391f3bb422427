package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/examples/internal/progress"
)

func story(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), args, &out, progress.Line{}))
	return out.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/golden.txt")
	require.NoError(t, err)
	if diff := cmp.Diff(string(want), story(t)); diff != "" {
		t.Error(diff)
	}
}

// 1,400 shops make three pages: a hundred in each of 14 statuses, of which four pass the gate, less what two of the seven
// locations hold back.
func TestManyPagesComeInOnce(t *testing.T) {
	t.Parallel()
	held := "    1000 held: below_export_status\n      58 held: location_differs\n      58 held: location_missing\n"
	got := story(t, "1400")
	for _, want := range []string{
		"1400 shops:\n     284 new\n       0 updated\n       0 imported before\n" + held,
		"(done):\n     284 new\n       0 updated\n       0 imported before\n" + held,
		"(done):\n       0 new\n       0 updated\n     284 imported before\n" + held,
		"returns 71 shops.\n",
		"(done):\n       0 new\n      71 updated\n     213 imported before\n" + held,
		"Alder has 284 shops, made from 284 shops of birch; 71 of them hold question and answer.\n",
	} {
		require.Contains(t, got, want)
	}
}

func TestFewShopsAreNoTrouble(t *testing.T) {
	t.Parallel()
	require.Contains(t, story(t, "1"), "Alder has no shops to return.\n")
}

func TestANumberIsAskedFor(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{"many", "0", "-3"} {
		var out bytes.Buffer
		require.ErrorContains(t, run(t.Context(), []string{arg}, &out, progress.Line{}), "is not a number of shops")
		require.Empty(t, out.String())
	}
}
