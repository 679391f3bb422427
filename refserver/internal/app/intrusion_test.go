package app_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// untouched is a body that nobody may read.
type untouched struct{ read int }

func (u *untouched) Read(p []byte) (int, error) {
	u.read++
	return len(p), nil
}

// request is one to a system as a browser of its own pages sends it.
func request(t *testing.T, a *app.App, method, path string, body io.Reader, header ...string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://"+a.Addr()+path, body)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// answer has the whole server answer a request, but for the network.
func answer(a *app.App, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	return w
}

// session signs the first administrator of a system in and returns the cookie.
func session(t *testing.T, a *app.App) string {
	t.Helper()
	_, _, err := firstAdministrator(t, a)
	require.NoError(t, err)
	return enter(t, a, "ann@alder.example", password)
}

func enter(t *testing.T, a *app.App, email, password string, header ...string) string {
	t.Helper()
	body := fmt.Sprintf(`{"email":%q,"password":%q}`, email, password)
	w := answer(a, request(t, a, http.MethodPost, "/api/session", strings.NewReader(body), append(header, "Content-Type", "application/json")...))
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	require.Len(t, w.Result().Cookies(), 1)
	c := w.Result().Cookies()[0]
	return c.Name + "=" + c.Value
}

// What a stranger sends is not read before it is known that they may send it: with no login, a bad token or a dead cookie, and from elsewhere.
// Of one of our own pages the form of somebody whose session has ended is read, as far as a form goes, to be kept for them: as /sign-in reads it.
func TestStrangersAreNotListenedTo(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	cookie := session(t, a)
	for _, path := range []string{"/api/sets/c1/load", "/api/organizations/7/attachments", "/api/organizations/import", "/organizations/import", "/organizations/7/files", "/locations/c1/load", "/projects/new", "/api/projects", "/nothing"} {
		for _, header := range [][]string{
			nil, {"Authorization", "Bearer mspkit_" + strings.Repeat("A", 43)}, {"Cookie", "mspkit-alder=" + strings.Repeat("A", 43)},
			{"Cookie", cookie, "Sec-Fetch-Site", "cross-site"}, {"Cookie", cookie, "Sec-Fetch-Site", "same-site"}, {"Cookie", cookie, "Origin", "null"}, {"Cookie", cookie, "Origin", "http://127.0.0.1:1"},
		} {
			for _, kind := range []string{"application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/csv"} {
				body := &untouched{}
				w := answer(a, request(t, a, http.MethodPost, path, body, append(header, "Content-Type", kind)...))
				require.Contains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, w.Code, "%s %v", path, header)
				ended := len(header) == 0 || strings.HasPrefix(header[1], "mspkit-alder=A")
				if ended && !strings.HasPrefix(path, "/api/") && kind == "application/x-www-form-urlencoded" {
					require.Less(t, body.read, 100, "%s %v: the body has no end", path, header)
					continue
				}
				require.Zero(t, body.read, "%s %v", path, header)
			}
		}
	}
	w := answer(a, request(t, a, http.MethodPost, "/api/sets/c1/edits", strings.NewReader(`{}`), "Cookie", cookie, "Content-Type", "text/plain"))
	require.Equal(t, http.StatusUnsupportedMediaType, w.Code, "what a form of any site can send is no JSON: %s", w.Body)
}

// However the address of a route is spelled, strangers get nowhere and the guard is the one of what answers.
func TestNoSpellingLeadsAroundTheGuard(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	a := serve(t, cfg)
	session(t, a)
	for _, line := range []string{
		"GET //people HTTP/1.1", "GET /people/ HTTP/1.1", "GET /./people HTTP/1.1", "GET /static/../people HTTP/1.1", "GET /static/%2e%2e/people HTTP/1.1", "GET /sign-in/../people HTTP/1.1",
		"GET /%70eople HTTP/1.1", "GET /people%2f HTTP/1.1", "GET /peer/v1/../../people HTTP/1.1", "GET /peer/v1/%2e%2e/%2e%2e/people HTTP/1.1", "GET /peer%2fv1/people HTTP/1.1",
		"GET /links/..%2f..%2fpeople HTTP/1.1", "GET /healthz/../api/people HTTP/1.1", "GET /api//people HTTP/1.1", "GET /api/people;x HTTP/1.1", "GET /API/people HTTP/1.1", "HEAD /people HTTP/1.1", "HEAD /api/people HTTP/1.1",
		"OPTIONS /api/people HTTP/1.1", "CONNECT /api/people HTTP/1.1", "PROPFIND /people HTTP/1.1", "POST /people HTTP/1.1", "GET http://HOST/api/people HTTP/1.1", "GET http://HOST//people HTTP/1.1", "GET people:x HTTP/1.1",
		"GET /people HTTP/1.0", "GET http://elsewhere.example/peer/v1/../../people HTTP/1.1", "POST //api/session/../people/invitations HTTP/1.1",
	} {
		c, err := net.Dial("tcp", a.Addr())
		require.NoError(t, err)
		_, err = fmt.Fprintf(c, "%s\r\nHost: %s\r\nX-Http-Method-Override: GET\r\nX-Original-Url: /sign-in\r\nX-Rewrite-Url: /sign-in\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", strings.ReplaceAll(line, "HOST", a.Addr()), a.Addr())
		require.NoError(t, err)
		answer, err := io.ReadAll(c)
		require.NoError(t, err)
		require.NoError(t, c.Close())
		status, rest, _ := strings.Cut(string(answer), "\r\n")
		require.NotContains(t, rest, "ann@alder.example", line)
		require.NotContains(t, status, " 200", line)
		for _, h := range strings.Split(rest, "\r\n") {
			if to, ok := strings.CutPrefix(h, "Location: "); ok {
				require.Regexp(t, `^/([^/\\]|$)`, to, line)
			}
		}
	}
	c, err := net.Dial("tcp", a.Addr())
	require.NoError(t, err)
	_, err = fmt.Fprint(c, "GET /people HTTP/1.0\r\n\r\n")
	require.NoError(t, err)
	text, err := io.ReadAll(c)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	require.Contains(t, string(text), " 421 ", "no host is not ours")
}

// Partners sign what they ask, and nothing else counts: a session opens nothing of theirs, and nothing of a session comes back.
func TestASessionOpensNothingOfPartners(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	cookie := session(t, a)
	for _, path := range []string{"", "pair", "projects", "projects/p1", "places/p1/head", "people", "../../api/people"} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut} {
			plain := answer(a, request(t, a, method, "/peer/v1/"+path, strings.NewReader("{}"), "Content-Type", "application/json"))
			for _, header := range [][]string{{"Cookie", cookie}, {"Authorization", "Bearer mspkit_none"}} {
				w := answer(a, request(t, a, method, "/peer/v1/"+path, strings.NewReader("{}"), append(header, "Content-Type", "application/json")...))
				require.Equal(t, plain.Code, w.Code, path)
				require.NotEqual(t, http.StatusOK, w.Code, path)
				require.NotContains(t, w.Body.String(), "sign_in")
				require.Empty(t, w.Result().Cookies())
				require.NotContains(t, w.Header().Get("Vary"), "Cookie")
			}
		}
	}
}

// formOfParts is a form of so many parts.
func formOfParts(t *testing.T, parts int) (kind string, body *bytes.Buffer) {
	t.Helper()
	body = new(bytes.Buffer)
	form := multipart.NewWriter(body)
	for i := range parts - 1 {
		require.NoError(t, form.WriteField(fmt.Sprint("f", i), strings.Repeat("\r\n-", 100)))
	}
	file, err := form.CreateFormFile("file", "a.csv")
	require.NoError(t, err)
	_, err = file.Write([]byte("Store Number,Store Name\n1,Pike\n"))
	require.NoError(t, err)
	require.NoError(t, form.Close())
	return form.FormDataContentType(), body
}

// A form has at most 20 parts: on pages, in the API, and where no file is taken.
func TestFormsOfManyPartsAreRefused(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	cookie := session(t, a)
	send := func(path string, parts int) *httptest.ResponseRecorder {
		kind, body := formOfParts(t, parts)
		return answer(a, request(t, a, http.MethodPost, path, body, "Cookie", cookie, "Content-Type", kind))
	}
	for _, path := range []string{"/locations/c1/load", "/organizations/7/files", "/organizations/import", "/sign-in", "/me/password", "/projects/new"} {
		w := send(path, 21)
		require.Equal(t, http.StatusBadRequest, w.Code, path)
		require.NotEqual(t, http.StatusBadRequest, send(path, 20).Code, path)
	}
	w := send("/api/organizations/7/attachments", 21)
	require.Equal(t, http.StatusBadRequest, w.Code, w.Body)
	require.Contains(t, w.Body.String(), "more than 20 parts")
	require.NotContains(t, send("/api/organizations/7/attachments", 20).Body.String(), "more than 20 parts")
}

// patience is a writer that remembers how long it was told to wait for the request.
type patience struct {
	*httptest.ResponseRecorder
	until time.Time
}

func (p *patience) SetReadDeadline(t time.Time) error {
	p.until = t
	return nil
}

// Who sends a form slowly is not waited for; a file takes as long as a slow line needs. What has no body has no time: to run out of it would break off
// the work.
func TestSlowBodiesAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	a := serve(t, config(t))
	within := func(route string, body io.Reader) time.Duration {
		method, path, _ := strings.Cut(route, " ")
		w := &patience{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequestWithContext(staff.With(t.Context(), everything), method, path, body)
		a.Guarded(route).ServeHTTP(w, r)
		require.Equal(t, http.StatusNoContent, w.Code)
		if w.until.IsZero() {
			return 0
		}
		return time.Until(w.until).Round(time.Minute / 4)
	}
	require.Equal(t, 15*time.Second, within("POST /sign-in", strings.NewReader("email=a")))
	require.Equal(t, 15*time.Second, within("POST /projects/new", strings.NewReader("a=b")))
	require.Equal(t, 4*time.Minute, within("POST /organizations/import", strings.NewReader("a=b")))
	require.Equal(t, 4*time.Minute, within("POST /api/organizations/{id}/attachments", strings.NewReader("a=b")))
	require.Zero(t, within("POST /projects/new", nil))
	require.Zero(t, within("GET /projects", nil))

	cookie := session(t, a)
	w := &patience{ResponseRecorder: httptest.NewRecorder()}
	a.Handler().ServeHTTP(w, request(t, a, http.MethodGet, "/organizations", nil, "Cookie", cookie))
	require.Equal(t, http.StatusOK, w.Code)
	require.Zero(t, w.until, "nor behind all that the server does before")
	w = &patience{ResponseRecorder: httptest.NewRecorder()}
	a.Handler().ServeHTTP(w, request(t, a, http.MethodPost, "/projects/new", strings.NewReader("a=b"), "Cookie", cookie, "Content-Type", "application/x-www-form-urlencoded"))
	require.False(t, w.until.IsZero())
}

// Work that lasts is not broken off by the time that a request had to come.
func TestWorkOutlivesTheTimeForItsRequest(t *testing.T) {
	t.Parallel()
	s := web.Server(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done():
		case <-time.After(600 * time.Millisecond):
			web.Text(w, http.StatusOK, "done")
		}
	}), web.Config{Log: slog.New(slog.DiscardHandler), Hosts: []string{"here.example"}})
	s.ReadTimeout = 200 * time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		require.ErrorIs(t, <-done, http.ErrServerClosed)
	})
	for _, request := range []string{"GET / HTTP/1.1\r\nHost: here.example\r\nConnection: close\r\n\r\n", "POST / HTTP/1.1\r\nHost: here.example\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"} {
		c, err := net.Dial("tcp", l.Addr().String())
		require.NoError(t, err)
		_, err = io.WriteString(c, request)
		require.NoError(t, err)
		text, err := io.ReadAll(c)
		require.NoError(t, err)
		require.NoError(t, c.Close())
		require.Contains(t, string(text), " 200 OK")
	}
}

// To check a password costs much, so whoever is signed in does it no oftener than who is not.
func TestPasswordsOfWhoIsSignedInAreCounted(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.Limits = &web.Limits{Scale: 0.1} // six passwords, two hundred writes
	a := serve(t, cfg)
	cookie := session(t, a)
	for _, path := range []string{"/api/session/confirm", "/me/confirm", "/me/password"} {
		kind, body := "application/x-www-form-urlencoded", "confirm.password=x&old=x&password=x&again=x"
		if strings.HasPrefix(path, "/api/") {
			kind, body = "application/json", `{"password":"x"}`
		}
		last := 0
		for range 8 {
			last = answer(a, request(t, a, http.MethodPost, path, strings.NewReader(body), "Cookie", cookie, "Content-Type", kind)).Code
		}
		require.Equal(t, http.StatusTooManyRequests, last, path)
	}
	w := answer(a, request(t, a, http.MethodPost, "/me/sessions/others", strings.NewReader(""), "Cookie", cookie, "Content-Type", "application/x-www-form-urlencoded"))
	require.Equal(t, http.StatusSeeOther, w.Code, "other things go on")
}

// One customer has a whole network of IPv6, and no more at once than one address.
func TestStrangersOfOneNetworkAreBoundedTogether(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.Limits = &web.Limits{AtOnce: 1}
	a := serve(t, cfg)
	ask := func(from string, body io.Reader) *httptest.ResponseRecorder {
		r := request(t, a, http.MethodPost, "/sign-in", body, "Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = from
		return answer(a, r)
	}
	out, in := io.Pipe()
	first := make(chan int, 1)
	go func() { first <- ask("[2001:db8::1]:1", out).Code }()
	_, err := in.Write([]byte("email=a&password=b")) // it is read: the request is at work
	require.NoError(t, err)
	require.Equal(t, http.StatusTooManyRequests, ask("[2001:db8::2]:1", strings.NewReader("email=a&password=b")).Code)
	require.Equal(t, http.StatusUnauthorized, ask("[2001:db8:0:1::2]:1", strings.NewReader("email=a&password=b")).Code)
	require.NoError(t, in.Close())
	require.Equal(t, http.StatusUnauthorized, <-first)
}

// Behind a proxy that is believed people are where it says, in sessions and in counts; without one nobody is where they say.
func TestPeopleBehindAProxy(t *testing.T) {
	t.Parallel()
	cfg := config(t)
	cfg.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for _, believed := range []bool{true, false} {
		cfg := cfg
		if !believed {
			cfg = config(t)
		}
		a := serve(t, cfg)
		p, _, err := firstAdministrator(t, a)
		require.NoError(t, err)
		at := site{home: a.Home()}
		try := func(from, password string) int {
			resp, _ := at.ask(t, http.MethodPost, "/api/session", fmt.Sprintf(`{"email":"ann@alder.example","password":%q}`, password), "Content-Type", "application/json", "X-Forwarded-For", "203.0.113.9, "+from)
			return resp.StatusCode
		}
		require.Equal(t, http.StatusOK, try("198.51.100.7", password))
		list, err := a.Staff.Sessions(t.Context(), p.ID)
		require.NoError(t, err)
		require.Equal(t, map[bool]string{true: "198.51.100.7", false: "127.0.0.1"}[believed], list[0].IP)
		for range 10 {
			require.Equal(t, http.StatusUnauthorized, try("198.51.100.8", "wrong"))
		}
		require.Equal(t, http.StatusTooManyRequests, try("198.51.100.8", password))
		require.Equal(t, map[bool]int{true: http.StatusOK, false: http.StatusTooManyRequests}[believed], try("198.51.100.9", password))
	}
}

// Every cookie of a system that is reached by https keeps to it.
func TestReceiptsKeepToHTTPS(t *testing.T) {
	t.Parallel()
	for _, https := range []bool{true, false} {
		cfg := config(t)
		if https {
			cfg.URL = "https://alder.example"
		}
		a := serve(t, cfg)
		cookie := session(t, a)
		w := answer(a, request(t, a, http.MethodPost, "/me/sessions/others", strings.NewReader(""), "Cookie", cookie, "Content-Type", "application/x-www-form-urlencoded"))
		require.Equal(t, http.StatusSeeOther, w.Code)
		cookies := w.Result().Cookies()
		require.NotEmpty(t, cookies)
		header := []string{"Cookie", cookie}
		for _, c := range cookies {
			header[1] += "; " + c.Name + "=" + c.Value
		}
		taken := answer(a, request(t, a, http.MethodGet, "/me", nil, header...))
		require.Contains(t, taken.Body.String(), "0 sessions ended")
		for _, c := range append(cookies, taken.Result().Cookies()...) {
			require.Equal(t, https, c.Secure, c.Name)
			require.True(t, c.HttpOnly, c.Name)
		}
	}
}
