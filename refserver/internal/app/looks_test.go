package app_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// kept is everything that a system on SQLite keeps, table by table, but for what its message engine writes down of itself.
func kept(t *testing.T, db *sql.DB) map[string]string {
	t.Helper()
	read := func(query string) (out [][]any) {
		rows, err := db.QueryContext(t.Context(), query)
		require.NoError(t, err)
		defer func() { require.NoError(t, rows.Close()) }()
		names, err := rows.Columns()
		require.NoError(t, err)
		for rows.Next() {
			row := make([]any, len(names))
			to := make([]any, len(names))
			for i := range row {
				to[i] = &row[i]
			}
			require.NoError(t, rows.Scan(to...))
			out = append(out, row)
		}
		require.NoError(t, rows.Err())
		return out
	}
	all := map[string]string{}
	for _, table := range read("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'river%' AND name NOT LIKE 'sqlite%'") {
		var lines []string
		for _, row := range read(fmt.Sprintf("SELECT * FROM %q", table[0])) {
			lines = append(lines, fmt.Sprint(row...))
		}
		slices.Sort(lines)
		all[fmt.Sprint(table[0])] = strings.Join(lines, "\n")
	}
	return all
}

// furnished is a system with some things to look at, the first administrator's cookie, and the ids that stand in paths.
func furnished(t *testing.T, cfg app.Config) (a *app.App, cookie string, ids map[string]string) {
	t.Helper()
	a = serve(t, cfg)
	c, _ := admit(t, a)
	ctx := t.Context()
	link, err := c.InvitePerson(ctx, shapes.InvitePerson{Email: "eve@alder.example", Name: "Eve", Roles: []string{"end_user"}})
	require.NoError(t, err)
	people, err := c.People(ctx, "", 0)
	require.NoError(t, err)
	ids = map[string]string{"token": link.URL[strings.LastIndexByte(link.URL, '/')+1:], "person": people.Items[0].ID, "set": "northwind"}
	at := enter(t, a, "ann@alder.example", password)
	put := func(method, path, body string) string {
		w := answer(a, request(t, a, method, path, strings.NewReader(body), "Cookie", at, "Content-Type", "application/json"))
		require.Equal(t, http.StatusOK, w.Code, "%s: %s", path, w.Body)
		var made struct {
			ID string `json:"id"`
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &made))
		return made.ID
	}
	put(http.MethodPut, "/api/module", `{"on":true}`)
	put(http.MethodPut, "/api/clients/northwind", `{"name":"Northwind"}`)
	ids["organization"] = put(http.MethodPost, "/api/own-organizations", `{"name":"Widgets"}`)
	return a, at, ids
}

// To look at anything changes nothing, by any way of looking, with a session or without.
func TestALookChangesNothing(t *testing.T) {
	t.Parallel()
	cfg, start := config(t), time.Now()
	cfg.Now = func() time.Time { return start } // once a minute a session's last use is written down
	a, cookie, ids := furnished(t, cfg)
	db, err := sql.Open("sqlite", "file:"+cfg.DB+"?mode=ro")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	before := kept(t, db)
	require.NotEmpty(t, before["mspkit_staff_link"])
	hole := regexp.MustCompile(`\{([^}]*)\}`)
	looks := 0
	for _, route := range a.Routes() {
		method, path, ok := strings.Cut(route, " ")
		if ok && method != http.MethodGet || !ok {
			continue
		}
		path = hole.ReplaceAllStringFunc(path, func(s string) string {
			switch {
			case s == "{$}":
				return ""
			case ids[s[1:len(s)-1]] != "":
				return ids[s[1:len(s)-1]]
			case strings.Contains(path, "people"):
				return ids["person"]
			case strings.Contains(path, "organizations"):
				return ids["organization"]
			}
			return "northwind"
		})
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			for _, header := range [][]string{nil, {"Cookie", cookie}} {
				w := answer(a, request(t, a, method, path, nil, header...))
				if w.Code == http.StatusOK && header != nil {
					looks++
				}
				after := kept(t, db)
				for table, rows := range before {
					require.Equal(t, rows, after[table], "%s %s (%d) changed %s", method, path, w.Code, table)
				}
			}
		}
	}
	require.Greater(t, looks, 80)
}

// hostile is text that would run in a page that did not guard itself.
const hostile = `"'><script>alert(1)</script><svg/onload=alert(1)>{{.}}`

// What people, programs and browsers call themselves is text on every page.
func TestNamesAreText(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	p, _, err := firstAdministrator(t, a)
	require.NoError(t, err)
	ctx, ann := t.Context(), staff.Who{Person: p.ID, Name: p.Name, Account: a.ID()}
	require.NoError(t, a.Staff.OpenAccount(ctx, ann, "wdc", hostile))
	var open string
	for _, email := range []string{hostile + "@evil.example", "x" + hostile + "@evil.example"} {
		open, _, err = a.Staff.Invite(ctx, ann, staff.Invitation{Email: email, Name: hostile, Account: a.ID(), Roles: allRoles})
		require.NoError(t, err)
		if email[0] == '"' {
			p, err = a.Staff.TakeLink(ctx, open, "", "", password)
			require.NoError(t, err)
		}
	}
	_, _, err = a.Staff.Issue(ctx, ann, staff.TokenInput{Name: hostile, Roles: []string{staff.Works}})
	require.NoError(t, err)
	cookie := enter(t, a, p.Email, password, "User-Agent", hostile)
	shown := 0
	for _, path := range []string{"/", "/me", "/people", "/people/" + p.ID, "/people/" + ann.Person, "/tokens", "/accounts", "/links/" + open, "/sign-in?next=/" + "%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/history", "/organizations", "/docs", "/people/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/people?after=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"} {
		w := answer(a, request(t, a, http.MethodGet, path, nil, "Cookie", cookie))
		text := w.Body.String()
		require.NotContains(t, text, "<script>alert", path)
		require.NotContains(t, text, "<svg/onload", path)
		if strings.Contains(text, "&lt;svg/onload") {
			shown++
		}
	}
	require.Greater(t, shown, 6, "they are shown, as text")
	w := answer(a, request(t, a, http.MethodPost, "/sign-in", strings.NewReader("email=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&password=x&next=%22%3E%3Cscript%3Ealert(1)"), "Content-Type", "application/x-www-form-urlencoded"))
	require.Equal(t, http.StatusUnauthorized, w.Code)
	require.NotContains(t, w.Body.String(), "<script>alert")
}

// Nobody is signed in, out or over by another site: what a form of it sends is refused before it is read.
func TestOtherSitesSignNobodyIn(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	cookie := session(t, a)
	for _, path := range []string{"/sign-in", "/sign-out", "/account", "/me/confirm", "/links/" + strings.Repeat("A", 43), "/api/session", "/api/links/" + strings.Repeat("A", 43)} {
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "null"}, {"Origin", "https://elsewhere.example"}, {"Sec-Fetch-Site", ""}} {
			if header[1] == "" {
				header = []string{"Origin", "http://127.0.0.1:1"}
			}
			body := &untouched{}
			w := answer(a, request(t, a, http.MethodPost, path, body, append(header, "Cookie", cookie, "Content-Type", "application/x-www-form-urlencoded")...))
			require.Equal(t, http.StatusForbidden, w.Code, "%s %v", path, header)
			require.Zero(t, body.read, "%s %v", path, header)
			require.Empty(t, w.Result().Cookies())
		}
	}
	w := answer(a, request(t, a, http.MethodGet, "/api/session", nil, "Cookie", cookie))
	require.Equal(t, http.StatusOK, w.Code, "still in")
}
