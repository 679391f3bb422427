package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/examples/internal/progress"
)

func TestGolden(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), nil, &out, progress.Line{}))
	want, err := os.ReadFile("testdata/golden.txt")
	require.NoError(t, err)
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestAFileThatIsNotThere(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := run(t.Context(), []string{filepath.Join(t.TempDir(), "none.csv")}, &out, progress.Line{})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestTheRealList(t *testing.T) {
	dir := os.Getenv("MSPKIT_DATA")
	if dir == "" {
		t.Skip("MSPKIT_DATA does not name the folder that holds stores-world-2017.csv")
	}
	file := filepath.Join(dir, "stores-world-2017.csv")
	if _, err := os.Stat(file); err != nil {
		t.Skipf("the folder of MSPKIT_DATA does not hold the list: %v", err)
	}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{file}, &out, progress.Line{}))
	got := out.String()
	for _, want := range []string{
		"Alder loads its list: 25599 stores under ",
		"Refused: 1\n  line ",
		"the ID stands on line ",
		"  control: ", "  blank: ", "  empty: ",
		" 60 stores get another name\n", " 60 stores are spelled in another way\n", " 60 stores move to another city\n", " 60 stores open\n", " 60 stores close\n",
		"  stores that birch does not have: 60\n", "  closed: 60\n", "  moved: 60\n", "  spelled in another way: 60\n", "  renamed: 60\n",
	} {
		require.Contains(t, got, want)
	}
	require.Equal(t, 2, strings.Count(got, " 0 differ; requests to find out: 1\n"), "after the copy and after the push:\n%s", got)
}
