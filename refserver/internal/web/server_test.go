package web_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/web"
)

// buffer is a log that is written while the test reads it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// line is a server on a real listener, and who asks it by one protocol.
type line struct {
	*http.Client
	home string
	log  *buffer
}

// onLines runs a test on a server of the handler by HTTP/1 and by HTTP/2 over TLS; tweak changes the server before it listens.
func onLines(t *testing.T, h http.HandlerFunc, tweak func(*http.Server), test func(*testing.T, line)) {
	t.Helper()
	for _, major := range []int{1, 2} {
		t.Run(map[int]string{1: "HTTP1", 2: "HTTP2"}[major], func(t *testing.T) {
			t.Parallel()
			test(t, newLine(t, h, tweak, major))
		})
	}
}

func newLine(t *testing.T, h http.HandlerFunc, tweak func(*http.Server), major int) line {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	log := new(buffer)
	s.Config = web.Server(h, web.Config{Log: slog.New(slog.NewJSONHandler(log, nil)), Hosts: []string{s.Listener.Addr().String()}})
	if tweak != nil {
		tweak(s.Config)
	}
	if s.EnableHTTP2 = major == 2; s.EnableHTTP2 {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	c := s.Client()
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return line{c, s.URL, log}
}

// get asks for a path; the answer is closed with the test.
func (l line) get(t *testing.T, path string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.home+path, nil)
	require.NoError(t, err)
	res, err := l.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func hurried(s *http.Server) { s.WriteTimeout = time.Second }

// A long answer takes as long as it takes, while it moves: in many pieces that are slow to come, and in one that is slow to go.
func TestALongAnswerIsNotCutOff(t *testing.T) {
	t.Parallel()
	const size = 24 << 20
	onLines(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/whole" {
			_, _ = w.Write(make([]byte, size))
			return
		}
		for range 12 {
			time.Sleep(150 * time.Millisecond)
			_, _ = w.Write(make([]byte, size/12))
		}
	}, hurried, func(t *testing.T, l line) {
		n, err := io.Copy(io.Discard, l.get(t, "/pieces").Body)
		require.NoError(t, err)
		require.EqualValues(t, size, n)
		body := l.get(t, "/whole").Body
		for n = 0; err == nil; time.Sleep(150 * time.Millisecond) {
			var k int64
			k, err = io.CopyN(io.Discard, body, size/12)
			n += k
		}
		require.ErrorIs(t, err, io.EOF)
		require.EqualValues(t, size, n)
	})
}

// An answer that nobody takes ends; where its handler gave it less time, or none any more, then.
func TestAnAnswerThatNobodyTakesEnds(t *testing.T) {
	t.Parallel()
	ended := map[int]chan time.Duration{1: make(chan time.Duration, 1), 2: make(chan time.Duration, 1)} // by protocol
	onLines(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("it begins"))
		_ = http.NewResponseController(w).Flush()
		time.Sleep(500 * time.Millisecond) // the time for the next piece is due to be renewed
		switch r.URL.Path {
		case "/less":
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		case "/none":
			_ = http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0))
		}
		begun := time.Now()
		for err := error(nil); err == nil; {
			_, err = w.Write(make([]byte, 1<<20))
		}
		ended[r.ProtoMajor] <- time.Since(begun)
	}, func(s *http.Server) { s.WriteTimeout = 3 * time.Second }, func(t *testing.T, l line) {
		for path, most := range map[string]time.Duration{"/none": 2 * time.Second, "/less": 2 * time.Second, "/": 10 * time.Second} {
			select {
			case took := <-ended[l.get(t, path).ProtoMajor]:
				require.Less(t, took, most, path)
			case <-time.After(20 * time.Second):
				t.Fatal("it goes on for ever")
			}
		}
	})
}

// A stream gives each event little time to go out, and may then be silent for longer than that.
func TestAStreamMayBeSilent(t *testing.T) {
	t.Parallel()
	onLines(t, func(w http.ResponseWriter, r *http.Request) {
		out := http.NewResponseController(w)
		for range 3 {
			_ = out.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
			if _, err := w.Write([]byte("event\n")); err != nil || out.Flush() != nil {
				return
			}
			select {
			case <-r.Context().Done():
				return
			case <-time.After(300 * time.Millisecond):
			}
		}
	}, nil, func(t *testing.T, l line) {
		begun := time.Now()
		lines := bufio.NewScanner(l.get(t, "/").Body)
		require.True(t, lines.Scan())
		require.Less(t, time.Since(begun), 250*time.Millisecond, "the first event comes by itself")
		n := 1
		for lines.Scan() {
			n++
		}
		require.NoError(t, lines.Err())
		require.Equal(t, 3, n)
	})
}

// What breaks in the middle does not look like the whole; what breaks before is told.
func TestABrokenAnswerLooksBroken(t *testing.T) {
	t.Parallel()
	onLines(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/late" {
			_, _ = w.Write([]byte("a,b\n1,2\n"))
			_ = http.NewResponseController(w).Flush()
		}
		panic("at the disco")
	}, nil, func(t *testing.T, l line) {
		res := l.get(t, "/late")
		require.Equal(t, http.StatusOK, res.StatusCode)
		_, err := io.ReadAll(res.Body)
		require.Error(t, err)
		require.Equal(t, http.StatusInternalServerError, l.get(t, "/soon").StatusCode)
		require.Eventually(t, func() bool { return strings.Count(l.log.String(), "at the disco") == 2 }, 5*time.Second, 10*time.Millisecond)
	})
}

// Time for a body that there is none of ends no work: the request is not over when it has run out.
func TestARequestWithoutABodyIsNeverLate(t *testing.T) {
	t.Parallel()
	onLines(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			web.Text(w, http.StatusRequestTimeout, "too late")
			return
		}
		select {
		case <-r.Context().Done():
			web.Text(w, http.StatusInternalServerError, "broken off")
		case <-time.After(300 * time.Millisecond):
			web.Text(w, http.StatusOK, "done")
		}
	}, nil, func(t *testing.T, l line) {
		for range 2 { // the second on the same connection
			require.Equal(t, http.StatusOK, l.get(t, "/").StatusCode)
			for _, body := range []io.Reader{nil, http.NoBody, strings.NewReader("ok")} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.home, body)
				require.NoError(t, err)
				res, err := l.Do(r)
				require.NoError(t, err)
				_ = res.Body.Close()
				require.Equal(t, http.StatusOK, res.StatusCode)
			}
		}
		half, send := io.Pipe()
		defer func() { _ = send.Close() }()
		go func() { _, _ = send.Write([]byte("half")) }()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.home, half)
		require.NoError(t, err)
		res, err := l.Do(r)
		require.NoError(t, err)
		_ = res.Body.Close()
		require.Equal(t, http.StatusRequestTimeout, res.StatusCode, "one of which the body does not come is")
	})
}

// Of a caller who has hung up the log says so, and that nothing was amiss here.
func TestTheLogTellsWhoHungUp(t *testing.T) {
	t.Parallel()
	onLines(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("wait"))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		panic("broken pipe")
	}, nil, func(t *testing.T, l line) {
		require.NoError(t, l.get(t, "/").Body.Close())
		require.Eventually(t, func() bool { return strings.Contains(l.log.String(), `"hung_up":true`) }, 5*time.Second, 10*time.Millisecond)
		require.NotContains(t, l.log.String(), "ERROR")
	})
}

// A header may be so long, by either protocol.
func TestLongHeadersAreRefused(t *testing.T) {
	t.Parallel()
	onLines(t, func(w http.ResponseWriter, _ *http.Request) { web.Text(w, http.StatusOK, "in") }, nil, func(t *testing.T, l line) {
		ask := func(bytes int) int {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.home, nil)
			require.NoError(t, err)
			r.Header.Set("X-Long", strings.Repeat("x", bytes))
			res, err := l.Do(r)
			if err != nil {
				return 0 // HTTP/2 lets the client find out by itself
			}
			_ = res.Body.Close()
			return res.StatusCode
		}
		require.Equal(t, http.StatusOK, ask(web.MaxHeader-2000))
		require.Contains(t, []int{0, http.StatusRequestHeaderFieldsTooLarge}, ask(web.MaxHeader+8000))
	})
}

// raw sends bytes over one connection and returns what reads the answers.
func (l line) raw(t *testing.T, bytes string) *bufio.Reader {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(l.home, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(c, strings.ReplaceAll(bytes, "HOST", strings.TrimPrefix(l.home, "http://")))
	require.NoError(t, err)
	return bufio.NewReader(c)
}

// answer reads one from a connection.
func answer(t *testing.T, from *bufio.Reader) *http.Response {
	t.Helper()
	res, err := http.ReadResponse(from, nil)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, res.Body)
	require.NoError(t, err)
	return res
}

// A body that was not read is not taken for the next request: it is passed over, or the connection ends.
func TestABodyThatIsRefusedIsNoRequest(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	l := newLine(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.URL.Path)
		web.Text(w, map[bool]int{true: http.StatusOK, false: http.StatusForbidden}[r.Method == http.MethodGet], "")
	}, nil, 1)
	smuggled := "GET /smuggled HTTP/1.1\r\nHost: HOST\r\n\r\n"
	inside := strings.ReplaceAll(smuggled, "HOST", strings.TrimPrefix(l.home, "http://"))
	from := l.raw(t, "POST /short HTTP/1.1\r\nHost: HOST\r\nContent-Length: "+strconv.Itoa(len(inside))+"\r\n\r\n"+smuggled+
		"POST /chunked HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n"+strconv.FormatInt(int64(len(inside)), 16)+"\r\n"+smuggled+"\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: HOST\r\n\r\n")
	for _, want := range []int{http.StatusForbidden, http.StatusForbidden, http.StatusOK} {
		require.Equal(t, want, answer(t, from).StatusCode)
	}
	from = l.raw(t, "POST /long HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1000000\r\n\r\n"+smuggled)
	require.True(t, answer(t, from).Close)
	_, err := from.ReadByte()
	require.Error(t, err)
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, []string{"/short", "/chunked", "/next", "/long"}, seen)
}

// Who asks first whether a body is wanted is not told to send it where it is not.
func TestARefusedBodyIsNotAskedFor(t *testing.T) {
	t.Parallel()
	l := newLine(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/taken" {
			_, _ = io.Copy(io.Discard, r.Body)
			return
		}
		web.Text(w, http.StatusUnauthorized, "no")
	}, func(s *http.Server) { s.ReadTimeout = 300 * time.Millisecond }, 1)
	const head = " HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
	from := l.raw(t, "PUT /refused"+head)
	res := answer(t, from)
	require.Equal(t, http.StatusUnauthorized, res.StatusCode)
	require.True(t, res.Close, "nobody knows whether the body comes, so the connection ends")
	_, err := from.ReadByte()
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, http.StatusContinue, answer(t, l.raw(t, "PUT /taken"+head)).StatusCode)
}

// No spelling of a request leads around what every request passes through.
func TestEveryRequestPassesThrough(t *testing.T) {
	t.Parallel()
	l := newLine(t, http.NewServeMux().ServeHTTP, nil, 1)
	for _, first := range []string{"OPTIONS * HTTP/1.1", "OPTIONS / HTTP/1.1", "TRACE / HTTP/1.1", "GET / HTTP/1.0", "CONNECT HOST HTTP/1.1", "GET http://HOST/ HTTP/1.1", "HEAD / HTTP/1.1"} {
		from := l.raw(t, first+"\r\nHost: HOST\r\n\r\n")
		res, err := http.ReadResponse(from, &http.Request{Method: strings.Fields(first)[0]})
		require.NoError(t, err, first)
		require.NotEmpty(t, res.Header.Get("Content-Security-Policy"), first)
		require.NotEmpty(t, res.Header.Get(web.IDHeader), first)
	}
}

// Over TLS both protocols are offered, none older than TLS 1.2.
func TestProtocols(t *testing.T) {
	t.Parallel()
	l := newLine(t, func(w http.ResponseWriter, _ *http.Request) { web.Text(w, http.StatusOK, "in") }, nil, 2)
	res := l.get(t, "/")
	require.Equal(t, 2, res.ProtoMajor)
	require.GreaterOrEqual(t, res.TLS.Version, uint16(tls.VersionTLS12))
	c, err := tls.Dial("tcp", strings.TrimPrefix(l.home, "https://"), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11})
	if err == nil {
		_ = c.Close()
	}
	require.Error(t, err)
}
