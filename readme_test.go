package mspkit_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheReadmeHoldsTheExampleAsItIsTested(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, example, ok := strings.Cut(string(source), "\nfunc Example() {\n")
	require.True(t, ok)
	example, _, ok = strings.Cut(example, "\n}\n")
	require.True(t, ok)
	require.Contains(t, string(readme), "```go\nfunc Example() {\n"+example+"\n}\n```\n")
	require.Less(t, strings.Count(string(readme), "\n"), 200)
}
