package scenario_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The links of the bar stand in one line while the window has room for it, also for somebody who can switch between accounts.
func TestTheBarsLinksStandInALine(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	needBrowser(t)
	alder := serveHere(t, "alder", "green")
	openHosted(t, session(t, alder.home), "wdc", "Widget Data Center")
	b := signedIn(t, alder.home, desktop)
	b.goTo("/")
	require.True(t, b.has("button", "Switch account"))
	lines := ask[[]float64](b, `() => [...new Set([...document.querySelectorAll(".bar nav li")].map(e => Math.round(e.getBoundingClientRect().top)))]`)
	require.Len(t, lines, 1, "tops of the links")
	require.Greater(t, ask[int](b, `() => document.querySelectorAll(".bar nav li").length`), 10)
}
