package pages_test

import (
	"bufio"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// A stream ends with the right of who looks: when they sign out, and when they lose the role by which they were let in.
func TestAStreamEndsWithTheRightToIt(t *testing.T) {
	b := newBuilding(t)
	require.NoError(t, collabtest.SeedNorthwind(t.Context(), b.pair.Alder))
	o := &offices{Pair: b.pair}
	sam := b.hire("Sam Works", "sam@alder.example", "alder", staff.Works, "auditor")
	d := b.signIn("sam@alder.example")
	running := d.open("/projects/" + string(o.accepted(t).ID) + "/import").press("Import 4 shops")
	follow := func() (rest func() string) {
		stream, err := d.browser.Get(b.url + running.Path + "/live")
		require.NoError(t, err)
		t.Cleanup(func() { _ = stream.Body.Close() })
		require.Equal(t, "text/event-stream", stream.Header.Get("Content-Type"))
		lines := bufio.NewReader(stream.Body)
		first, err := lines.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "event: progress\n", first)
		return func() string {
			watch := time.AfterFunc(10*time.Second, func() { _ = stream.Body.Close() })
			defer watch.Stop()
			text, err := io.ReadAll(lines)
			require.NoError(t, err, "the stream goes on")
			return string(text)
		}
	}
	rest := follow()
	d.open("/me").press("Sign out").is(http.StatusOK)
	require.NotContains(t, rest(), "event: end")

	d = b.signIn("sam@alder.example")
	rest = follow()
	p, err := b.staff.PersonByID(t.Context(), "alder", sam.ID)
	require.NoError(t, err)
	_, err = b.staff.SetRoles(t.Context(), b.as(b.ada, "alder"), "alder", sam.ID, []string{"auditor"}, p.Version)
	require.NoError(t, err)
	require.NotContains(t, rest(), "event: end")
}
