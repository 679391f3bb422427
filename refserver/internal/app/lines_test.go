package app_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// line is a whole system on a real listener, and who asks it by one protocol as a person who may do everything, or with a token.
type line struct {
	*app.App
	*http.Client
	log    *buffer
	cookie string
	token  string
	stop   func() error // ends the system
}

// onLines runs a test on a system by HTTP/1 and by HTTP/2, which is over TLS. What is prepared is done before it listens.
func onLines(t *testing.T, limits *web.Limits, prepare func(*app.App), test func(*testing.T, line)) {
	t.Helper()
	t.Parallel()
	for _, major := range []int{1, 2} {
		t.Run(map[int]string{1: "HTTP1", 2: "HTTP2"}[major], func(t *testing.T) {
			t.Parallel()
			test(t, newLine(t, limits, prepare, major))
		})
	}
}

func newLine(t *testing.T, limits *web.Limits, prepare func(*app.App), major int) line {
	t.Helper()
	cfg := config(t)
	l := line{log: new(buffer)}
	cfg.Limits, cfg.Log = limits, slog.New(slog.NewJSONHandler(l.log, nil))
	transport := &http.Transport{}
	if major == 2 {
		var pool *x509.CertPool
		cfg.TLSCert, cfg.TLSKey, pool = certificate(t)
		transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}
	}
	var err error
	l.App, err = app.Open(t.Context(), cfg)
	require.NoError(t, err)
	l.cookie = session(t, l.App)
	_, l.token = issued(t, l.App)
	if prepare != nil {
		prepare(l.App)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	ended := false
	l.stop = func() error {
		if ended {
			return nil
		}
		ended = true
		cancel()
		return <-done
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		require.NoError(t, l.stop())
	})
	l.Client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	require.Eventually(t, func() bool {
		res := l.ask(t, http.MethodGet, "/readyz", nil)
		return res.StatusCode == http.StatusOK && res.ProtoMajor == major
	}, 10*time.Second, 20*time.Millisecond)
	return l
}

// issued gives a program everything that the first administrator holds.
func issued(t *testing.T, a *app.App) (staff.Token, string) {
	t.Helper()
	people, err := a.Staff.People(t.Context(), a.ID(), staff.PeopleQuery{})
	require.NoError(t, err)
	secret, token, err := a.Staff.Issue(t.Context(), staff.Who{Person: people[0].ID, Account: a.ID()}, staff.TokenInput{Name: "everything", Roles: allRoles})
	require.NoError(t, err)
	return token, secret
}

// certificate makes one for this machine.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	dir := t.TempDir()
	cert, key, pool = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), x509.NewCertPool()
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	require.True(t, pool.AppendCertsFromPEM(text))
	require.NoError(t, os.WriteFile(cert, text, 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	return cert, key, pool
}

// ask sends a request in the session, unless the header says otherwise; the answer is closed with the test.
func (l line) ask(t *testing.T, method, path string, body io.Reader, header ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, l.Home()+path, body)
	require.NoError(t, err)
	r.Header.Set("Cookie", l.cookie)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := l.Do(r)
	require.NoError(t, err, "%s %s", method, path)
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// bearer is the header by which the program comes in.
func (l line) bearer() []string {
	return []string{"Cookie", "none=none", "Authorization", "Bearer " + l.token}
}

// A file leaves whole over a slow line, from a page and from the API, though it takes longer than a request is given.
func TestASlowDownloadIsNotCutOff(t *testing.T) {
	const size = 12 << 20
	onLines(t, nil, func(a *app.App) {
		a.Server().WriteTimeout = time.Second
	}, func(t *testing.T, l line) {
		org := agreed(t, l.App, "alder", "provider")
		f, err := l.Orgs("alder").Attach(t.Context(), administrator("alder"), org, orgoverlay.Upload{Name: "a.txt"}, strings.NewReader(strings.Repeat("a line of text.\n", size/16)))
		require.NoError(t, err)
		for _, path := range []string{"/organizations/" + string(org) + "/files/" + string(f.ID), "/api/organizations/" + string(org) + "/attachments/" + string(f.ID)} {
			res := l.ask(t, http.MethodGet, path, nil)
			require.Equal(t, http.StatusOK, res.StatusCode, path)
			n := int64(0)
			for err = nil; err == nil; time.Sleep(120 * time.Millisecond) {
				var k int64
				k, err = io.CopyN(io.Discard, res.Body, size/20)
				n += k
			}
			require.ErrorIs(t, err, io.EOF, path)
			require.EqualValues(t, size, n, path)
		}
	})
}

// tick is a stream that tells something at once, and then waits until whoever listens is gone or the system stops.
func tick(stop <-chan struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.WriteString(w, "tick\n"); err != nil || http.NewResponseController(w).Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
		case <-stop:
		}
	}
}

// One who listens to much leaves room for the others of the account, and for themselves once they have listened enough.
func TestOnePersonDoesNotKeepTheOthersWaiting(t *testing.T) {
	onLines(t, &web.Limits{AtOnce: 4, AtOnceEach: 2}, func(a *app.App) {
		a.Serve("GET /projects/tick", tick(nil))
	}, func(t *testing.T, l line) {
		listen := func(header ...string) *http.Response {
			res := l.ask(t, http.MethodGet, "/projects/tick", nil, header...)
			if res.StatusCode == http.StatusOK {
				text, err := bufio.NewReader(res.Body).ReadString('\n')
				require.NoError(t, err)
				require.Equal(t, "tick\n", text, "it comes while the stream goes on")
			}
			return res
		}
		first := listen()
		require.Equal(t, http.StatusOK, first.StatusCode)
		require.Equal(t, http.StatusOK, listen().StatusCode)
		refused := listen()
		require.Equal(t, http.StatusTooManyRequests, refused.StatusCode)
		require.NotEmpty(t, refused.Header.Get("Retry-After"))
		require.Equal(t, http.StatusOK, listen(l.bearer()...).StatusCode, "the program of the same account")
		require.NoError(t, first.Body.Close())
		require.Eventually(t, func() bool { return listen().StatusCode == http.StatusOK }, 5*time.Second, 20*time.Millisecond)
	})
}

// What fails since whoever asked has hung up is no failure of ours.
func TestWhoHangsUpIsNoFailure(t *testing.T) {
	asked := map[int]chan struct{}{1: make(chan struct{}), 2: make(chan struct{})}
	onLines(t, nil, func(a *app.App) {
		a.Serve("GET /projects/wait", func(w http.ResponseWriter, r *http.Request) {
			close(asked[r.ProtoMajor])
			<-r.Context().Done()
			_, err := a.Staff.Accounts(r.Context())
			a.Fail(w, r, err)
		})
	}, func(t *testing.T, l line) {
		major := l.ask(t, http.MethodGet, "/healthz", nil).ProtoMajor
		ctx, hangUp := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.Home()+"/projects/wait", nil)
		require.NoError(t, err)
		r.Header.Set("Cookie", l.cookie)
		go func() { <-asked[major]; hangUp() }()
		_, err = l.Do(r)
		require.ErrorIs(t, err, context.Canceled)
		require.Eventually(t, func() bool { return strings.Contains(l.log.String(), `"hung_up":true`) }, 5*time.Second, 10*time.Millisecond)
		require.Contains(t, l.log.String(), "context canceled")
		require.NotContains(t, l.log.String(), `"ERROR"`)
		require.NotContains(t, l.log.String(), `"WARN"`)
	})
}

// Every page is there without its body, too, with the same header; nothing is compressed, since a secret and what somebody else wrote would stand in one page.
func TestHeadIsGetWithoutABody(t *testing.T) {
	onLines(t, nil, nil, func(t *testing.T, l line) {
		hole := regexp.MustCompile(`\{[^}]*\}`)
		same := 0
		for _, route := range l.Routes() {
			path, ok := strings.CutPrefix(route, "GET ")
			if !ok || strings.HasSuffix(path, "/live") {
				continue
			}
			path = hole.ReplaceAllStringFunc(path, func(s string) string { return map[bool]string{true: "", false: "7"}[s == "{$}"] })
			get := l.ask(t, http.MethodGet, path, nil, "Accept-Encoding", "gzip, br")
			body, err := io.ReadAll(get.Body)
			require.NoError(t, err, route)
			head := l.ask(t, http.MethodHead, path, nil, "Accept-Encoding", "gzip, br")
			require.Equal(t, get.StatusCode, head.StatusCode, route)
			none, err := io.ReadAll(head.Body)
			require.NoError(t, err, route)
			require.Empty(t, none, route)
			for _, name := range []string{"Content-Type", "Content-Security-Policy", "Cache-Control", "Location", "Content-Encoding"} {
				require.Equal(t, get.Header.Get(name), head.Header.Get(name), "%s of %s", name, route)
			}
			require.Empty(t, get.Header.Get("Content-Encoding"), route)
			if get.StatusCode == http.StatusOK && len(body) > 0 {
				same++
			}
		}
		require.Greater(t, same, 20)
	})
}

// What a stranger sends is not asked for; who is known is asked.
func TestStrangersAreNotAskedForABody(t *testing.T) {
	t.Parallel()
	l := newLine(t, nil, nil, 1)
	for _, c := range []struct{ method, path, cookie, want string }{
		{"POST", "/organizations/import", "", "HTTP/1.1 401 "}, {"PUT", "/api/clients/northwind", "", "HTTP/1.1 401 "}, {"POST", "/api/organizations/7/attachments", "", "HTTP/1.1 401 "},
		{"PUT", "/api/clients/northwind", l.cookie, "HTTP/1.1 100 "},
	} {
		conn, err := net.Dial("tcp", l.Addr())
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
		_, err = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: application/json\r\nContent-Length: 20\r\nExpect: 100-continue\r\n\r\n", c.method, c.path, l.Addr(), c.cookie)
		require.NoError(t, err)
		first, err := bufio.NewReader(conn).ReadString('\n')
		require.NoError(t, err)
		require.Contains(t, first, c.want, c.path)
		require.NoError(t, conn.Close())
	}
}

// A body that is too long is refused by either protocol, and the next request is answered.
func TestALongBodyIsRefused(t *testing.T) {
	onLines(t, nil, nil, func(t *testing.T, l line) {
		for range 2 {
			res := l.ask(t, http.MethodPut, "/api/clients/northwind", bytes.NewReader(make([]byte, 9<<20)), "Content-Type", "application/json")
			require.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)
			_ = res.Body.Close()
			require.Equal(t, http.StatusOK, l.ask(t, http.MethodGet, "/api/module", nil).StatusCode)
		}
	})
}

// A stop ends streams to browsers, and does not wait until it cuts them off.
func TestAStopEndsStreams(t *testing.T) {
	onLines(t, nil, func(a *app.App) {
		stop := make(chan struct{})
		a.Server().RegisterOnShutdown(func() { close(stop) })
		a.Serve("GET /projects/tick", tick(stop))
	}, func(t *testing.T, l line) {
		res := l.ask(t, http.MethodGet, "/projects/tick", nil)
		lines := bufio.NewReader(res.Body)
		_, err := lines.ReadString('\n')
		require.NoError(t, err)
		begun := time.Now()
		require.NoError(t, l.stop())
		require.Less(t, time.Since(begun), 8*time.Second)
		_, err = lines.ReadString('\n')
		require.ErrorIs(t, err, io.EOF, "it ended whole")
		require.NotContains(t, l.log.String(), "cut off")
	})
}
