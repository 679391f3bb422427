package pages_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
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
	require.Equal(t, "text/event-stream", headOf(t, d.browser, b.url, running.Path+"/live").Get("Content-Type"))
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

// headOf asks for nothing but the header, and waits until the server has done with it.
func headOf(t *testing.T, browser *http.Client, home, path string) http.Header {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, home+path, nil)
	require.NoError(t, err)
	for _, c := range browser.Jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	r.Close = true
	line, err := net.Dial("tcp", r.URL.Host)
	require.NoError(t, err)
	defer func() { _ = line.Close() }()
	require.NoError(t, line.SetDeadline(time.Now().Add(10*time.Second)))
	require.NoError(t, r.Write(line))
	all, err := io.ReadAll(line)
	require.NoError(t, err, "the server goes on")
	answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(all)), r)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.Header
}
