package demo_test

import (
	"bytes"
	"context"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/demo"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// run starts a demonstration in a folder, "" for one that goes with it, until the returned function is called or the test ends.
func run(t *testing.T, data string) (*demo.Demo, func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	d, err := demo.Open(ctx, demo.Config{AlderAddr: "127.0.0.1:0", BirchAddr: "127.0.0.1:0", Data: data})
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	stopped := false
	stop := func() {
		if !stopped {
			stopped = true
			cancel()
			require.NoError(t, <-ended)
		}
	}
	t.Cleanup(stop)
	for _, home := range []string{d.Alder.Home(), d.Birch.Home()} {
		c := apiclient.New(home)
		require.NoError(t, c.WaitReady(ctx))
		c.Close()
	}
	return d, stop
}

// What is printed can be pasted into a shell and works, and everybody who is printed can sign in.
func TestWelcomeIsTrue(t *testing.T) {
	t.Parallel()
	d, _ := run(t, "")
	var out bytes.Buffer
	require.NoError(t, d.Welcome(&out))
	text := out.String()
	people := regexp.MustCompile(`(?m)^  \S.*?  (\S+@(?:\S+)\.example) +at (alder|birch): `).FindAllStringSubmatch(text, -1)
	require.Len(t, people, 10, text)
	require.Contains(t, text, `the password "`+demo.Password+`"`)
	for _, p := range people {
		directory := d.Alder.Staff
		if p[2] == "birch" {
			directory = d.Birch.Staff
		}
		_, err := directory.SignIn(t.Context(), p[1], demo.Password, "127.0.0.1")
		require.NoError(t, err, p[1])
	}

	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed")
		}
	}
	var before []string // variables
	for line := range strings.Lines(text) {
		switch line = strings.TrimSpace(line); {
		case line == "P=...":
			before = append(before, "P="+projectAtBirch(t, d))
		case strings.HasPrefix(line, "ALDER="), strings.HasPrefix(line, "BIRCH="):
			before = append(before, line)
		case strings.HasPrefix(line, "curl"):
			script := strings.Join(before, "\n") + "\n" + strings.Replace(line, "curl", "curl -sS --fail-with-body", 1)
			var said string
			works := func() bool { // what one system has sent takes a moment to arrive at the other
				b, err := exec.CommandContext(t.Context(), "sh", "-c", script).CombinedOutput()
				said = string(b)
				return err == nil
			}
			require.Eventually(t, works, 20*time.Second, 200*time.Millisecond, "%s\n%s", line, &said)
			require.NotContains(t, said, "urn:mspkit:", line)
		}
	}
	c := apiclient.New(d.Alder.Home()).As(d.AlderToken)
	defer c.Close()
	runs, err := c.Runs(t.Context(), "", "", 10)
	require.NoError(t, err)
	require.Len(t, runs.Items, 1, "the import has begun")
}

// projectAtBirch waits until birch knows of the project that alder offers.
func projectAtBirch(t *testing.T, d *demo.Demo) (id string) {
	t.Helper()
	c := apiclient.New(d.Birch.Home()).As(d.BirchToken)
	defer c.Close()
	there := func() bool {
		all, err := c.Projects(t.Context(), apiclient.ProjectQuery{})
		if err != nil || len(all.Items) == 0 {
			return false
		}
		id = all.Items[0].ID
		return true
	}
	require.Eventually(t, there, 20*time.Second, 100*time.Millisecond)
	return id
}

// Each sees of the other what their agreement opens, and none what the other keeps.
func TestEachSideKeepsItsOwn(t *testing.T) {
	t.Parallel()
	d, _ := run(t, "")
	seen := map[string]string{}
	for _, name := range []string{"Howard Tanner", "Uma Hill", "Otto Sayer", "Gita Rao", "Ada Alder"} {
		client := visit(t, d.Alder, name)
		list := fetch(t, client, d.Alder.Home()+"/organizations?kind=internal&kind=external&kind=trusted")
		seen[name] = list
		for _, m := range regexp.MustCompile(`<a href="(/organizations/[^"/?]+)">`).FindAllStringSubmatch(list, -1) {
			seen[name] += fetch(t, client, d.Alder.Home()+m[1])
		}
	}
	for name, want := range map[string]struct{ has, lacks []string }{
		"Howard Tanner": {[]string{"GigaTera", "GlobalNet", "Escalate via J. Doe", "wdc-1234", "wdc-5689", "Howard Tanner (196)"}, []string{"margin 31%", "GT-ACC-9", "Tera Group", "GT-CUST-77"}},
		"Uma Hill":      {[]string{"GigaTera", "wdc-1234"}, []string{"margin 31%", "GT-CUST-77", "Credit note"}},
		"Otto Sayer":    {[]string{"GigaTera", "wdc-1234", "Credit note"}, []string{"margin 31%"}},
		"Gita Rao":      {[]string{"Widget Data Center", "GT-CUST-77", "margin 31%", "Tera Group"}, []string{"Escalate", "wdc-1234", "GlobalNet", "Fiscal year"}},
		"Ada Alder":     {nil, []string{"margin 31%", "wdc-1234", "GT-CUST-77"}}, // in alder, which sees none of them
	} {
		for _, text := range want.has {
			require.True(t, strings.Contains(seen[name], text), "%s reads %q", name, text)
		}
		for _, text := range want.lacks {
			require.False(t, strings.Contains(seen[name], text), "%s does not read %q", name, text)
		}
	}
}

// What people change is theirs: another start with the same folder makes nobody and nothing anew.
func TestRestartKeepsPeople(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	d, stop := run(t, data)
	ctx, dir := t.Context(), d.Alder.Staff
	people, err := dir.People(ctx, "wdc", staff.PeopleQuery{})
	require.NoError(t, err)
	at := func(name string) staff.Person {
		for _, p := range people {
			if p.Name == name {
				return p
			}
		}
		t.Fatalf("no %s in %v", name, people)
		return staff.Person{}
	}
	ada, ellen := at("Ada Alder"), at("Ellen Brown")
	by := staff.Who{Person: ellen.ID, Name: ellen.Name, Account: "wdc", Home: "wdc", Fresh: true}
	uma := at("Uma Hill")
	_, err = dir.SetRoles(ctx, by, "wdc", uma.ID, nil, uma.Version)
	require.NoError(t, err)
	_, err = dir.SetRoles(ctx, by, "wdc", ada.ID, []string{"auditor"}, ada.Version)
	require.NoError(t, err)
	otto := at("Otto Sayer")
	_, err = dir.SetRoles(ctx, by, "wdc", otto.ID, []string{"end_user"}, otto.Version)
	require.NoError(t, err)
	before := d.AlderToken
	stop()

	d, _ = run(t, data)
	people, err = d.Alder.Staff.People(ctx, "wdc", staff.PeopleQuery{})
	require.NoError(t, err)
	require.Len(t, people, 4, "Uma has left")
	require.Equal(t, []string{"auditor"}, at("Ada Alder").Roles)
	require.Equal(t, []string{"end_user"}, at("Otto Sayer").Roles)
	var out bytes.Buffer
	require.NoError(t, d.Welcome(&out))
	require.NotContains(t, out.String(), "Uma Hill")
	tokens, err := d.Alder.Staff.Tokens(ctx, "alder", staff.Query{})
	require.NoError(t, err)
	require.Len(t, tokens, 1)
	for token, want := range map[string]int{before: http.StatusUnauthorized, d.AlderToken: http.StatusOK} {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.Alder.Home()+"/api/projects", nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		client := &http.Client{Transport: &http.Transport{}}
		resp, err := client.Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		client.CloseIdleConnections()
		require.Equal(t, want, resp.StatusCode)
	}
}

// Whoever comes to an account that alder hosts is told there what to click first, and each step of it leads somewhere.
func TestHostedAccountsSayWhatToClickFirst(t *testing.T) {
	t.Parallel()
	d, _ := run(t, "")
	for name, want := range map[string]struct {
		title string
		links int
	}{
		"Howard Tanner": {"what Widget Data Center keeps of those who serve it", 4}, "Uma Hill": {"what Widget Data Center keeps of those who serve it", 3},
		"Otto Sayer": {"what Widget Data Center keeps of those who serve it", 4}, "Gita Rao": {"the same agreement from GigaTera&#39;s side", 4},
	} {
		client := visit(t, d.Alder, name)
		first := fetch(t, client, d.Alder.Home()+"/organizations")
		_, tour, there := strings.Cut(first, "Start here: "+want.title)
		require.True(t, there, "%s: %s", name, first)
		tour, _, _ = strings.Cut(tour, "</section>")
		links := regexp.MustCompile(`<a href="([^"]+)"`).FindAllStringSubmatch(tour, -1)
		require.Len(t, links, want.links, "%s: %s", name, tour)
		require.Equal(t, 4, strings.Count(tour, "<li>"))
		for _, l := range links {
			r, err := client.Get(d.Alder.Home() + strings.ReplaceAll(l[1], "&amp;", "&"))
			require.NoError(t, err)
			require.NoError(t, r.Body.Close())
			require.Equal(t, http.StatusOK, r.StatusCode, "%s follows %s", name, l[1])
		}
		require.NotContains(t, fetch(t, client, d.Alder.Home()+"/organizations?q=GigaTera"), "Start here", "not in the way of a search")
	}
	require.NotContains(t, fetch(t, visit(t, d.Alder, "Ada Alder"), d.Alder.Home()+"/organizations"), "Start here", "alder says it on Home")
}
