// Package web is what every request to a system passes through: request ids, logs, security headers, limits.
package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// MaxBody is the greatest request body in bytes, for any path. Routes have lower limits of their own.
const MaxBody = 64 << 20

// MaxHeader is the greatest header of a request in bytes.
const MaxHeader = 16 << 10

// Config says how requests are taken.
type Config struct {
	// Log gets a line for each request. Required.
	Log *slog.Logger
	// Hosts are the Host values that are answered. Required.
	Hosts []string
	// Open is a path prefix that is answered under any Host: that of the signed protocol, which checks for itself whom a
	// request was meant for.
	Open string
	// Proxies are whose X-Forwarded-For is believed. Default: nobody's.
	Proxies []netip.Prefix
	// HTTPS says that people reach the system by https alone, which their browsers are told to keep to.
	HTTPS bool
	// Foreign answers what another site's page sends in its visitor's name. Default: a problem, as programs are answered at any rate.
	Foreign http.Handler
	// Limits counts what each address asks. Default: nothing is counted.
	Limits *Limits
}

// Server returns a server of the handler with timeouts and everything that this package adds.
func Server(h http.Handler, cfg Config) *http.Server {
	h = http.MaxBytesHandler(h, MaxBody)
	h = sameOrigin(h, cfg.Foreign)
	h = checkText(h)
	h = checkHost(h, cfg)
	h = counted(h, cfg.Limits)
	h = headers(h, cfg.HTTPS)
	h = logged(h, cfg.Log)
	h = addressed(h, cfg.Proxies)
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      5 * time.Minute, // a push of a whole hierarchy is one request; each piece of an answer has as long again
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    MaxHeader,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: 100, SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second, WriteByteTimeout: 30 * time.Second},
		ErrorLog:          slog.NewLogLogger(cfg.Log.Handler(), slog.LevelWarn),

		DisableGeneralOptionsHandler: true, // "OPTIONS *" is no way around what every request passes through
	}
}

// Text answers with a line of plain text.
func Text(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(line + "\n"))
}

// URN starts the type of every problem; its code follows.
const URN = "urn:mspkit:"

// Problem answers with a problem, whose type it makes from the code.
func Problem(w http.ResponseWriter, p shapes.Problem) {
	p.Type = URN + p.Code
	maps.Copy(w.Header(), HeaderOf(p))
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.MarshalWrite(w, p)
}

// TooMany is the problem of who asks too often, and how long they wait.
func TooMany(after time.Duration) shapes.Problem {
	wait := max(1, int(math.Ceil(after.Seconds())))
	return shapes.Problem{
		Type: URN + "too_many", Title: "too many requests", Status: http.StatusTooManyRequests, Code: "too_many",
		Detail: fmt.Sprintf("too many requests: wait for %d seconds", wait), After: wait,
	}
}

// HeaderOf is what a problem says in the header, too.
func HeaderOf(p shapes.Problem) http.Header {
	h := http.Header{}
	if p.After > 0 {
		h.Set("Retry-After", strconv.Itoa(p.After))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	return h
}

// policy lets pages load and run nothing but what this server serves. Pictures that stand in the style sheet itself are data.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// strict makes browsers come by https for a year.
const strict = "max-age=31536000"

func headers(next http.Handler, https bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if https {
			h.Set("Strict-Transport-Security", strict)
		}
		next.ServeHTTP(w, r)
	})
}

// counted refuses who asks more than anybody needs, before any work is done for it.
func counted(next http.Handler, limits *Limits) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait := limits.Take(r.Context(), "", Everything); wait > 0 {
			Problem(w, TooMany(wait))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// checkHost refuses requests for a host that is not this one: a page in a browser could otherwise ask in its user's name by having
// its own name resolved to this address.
func checkHost(next http.Handler, cfg Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		open := cfg.Open != "" && strings.HasPrefix(r.URL.Path, cfg.Open)
		if !open && !slices.ContainsFunc(cfg.Hosts, func(h string) bool { return strings.EqualFold(h, r.Host) }) {
			Text(w, http.StatusMisdirectedRequest, "this host is not served here")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses what the page of another site has a browser send.
func sameOrigin(next, foreign http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if foreign != nil && !strings.HasPrefix(r.URL.Path, "/api/") {
			foreign.ServeHTTP(w, r)
			return
		}
		Problem(w, shapes.Problem{Status: http.StatusForbidden, Code: "cross_origin", Title: "cross-origin request", Detail: "this came from a page of another site, which may not act here: nothing was done"})
	}))
	return protection.Handler(next)
}

// checkText refuses paths and queries that are not text: what is invalid UTF-8 or holds a NUL byte names nothing, and no database
// takes it.
func checkText(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !IsText(r.URL.Path) {
			Problem(w, shapes.Problem{Status: http.StatusNotFound, Code: "not_found", Title: "not found", Detail: "the path is not text: it holds a NUL byte or invalid UTF-8"})
			return
		}
		if q, err := url.QueryUnescape(r.URL.RawQuery); err != nil || !IsText(q) {
			Problem(w, shapes.Problem{Status: http.StatusUnprocessableEntity, Code: "invalid", Title: "invalid", Detail: "the query is not text: it holds a NUL byte, invalid UTF-8 or a stray %"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// IsText reports whether s can be stored as text: valid UTF-8 without NUL.
func IsText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

type requestID struct{}

// RequestID returns the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestID{}).(string)
	return id
}

// IDHeader carries the request id, in and out.
const IDHeader = "X-Request-Id"

// goodID reports whether an id that a caller chose can go into logs and headers.
func goodID(id string) bool {
	return id != "" && len(id) <= 100 && strings.IndexFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-' && r != '_' && r != '.'
	}) < 0
}

// Shown is a path as logs may show it: without the secret that stands in that of a link.
func Shown(path string) string {
	if before, secret, ok := strings.Cut(path, "/links/"); ok && secret != "" {
		return before + "/links/..."
	}
	return path
}

// Severity is how loud the failure of a request is in the log: that of one whose caller has hung up is nobody's fault here.
func Severity(ctx context.Context) slog.Level {
	if errors.Is(ctx.Err(), context.Canceled) {
		return slog.LevelInfo
	}
	return slog.LevelError
}

// logged gives each request an id and writes one line when it is done. A panic is logged, and answered with 500; where the answer has begun
// it breaks off, so that nobody takes a part for the whole.
func logged(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, start := r.Header.Get(IDHeader), time.Now()
		if !goodID(id) {
			id = rand.Text()
		}
		w.Header().Set(IDHeader, id)
		seen := record(w, r, start)
		defer func() {
			broken := false
			level, attrs := slog.LevelInfo, []any{"request_id", id, "method", r.Method, "path", Shown(r.URL.Path), "ip", IP(r.Context())}
			if r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
				level = slog.LevelDebug
			}
			if p := recover(); p != nil {
				level, attrs = Severity(r.Context()), append(attrs, "panic", p, "stack", string(debug.Stack()))
				if broken = seen.status != 0; !broken {
					Text(seen, http.StatusInternalServerError, "internal error")
				}
			}
			if errors.Is(r.Context().Err(), context.Canceled) {
				attrs = append(attrs, "hung_up", true) // nobody was there for what is said of the answer
			}
			log.Log(r.Context(), level, "request", append(attrs, "status", seen.status, "bytes", seen.bytes, "ms", time.Since(start).Milliseconds())...)
			if broken {
				panic(http.ErrAbortHandler)
			}
		}()
		next.ServeHTTP(seen, r.WithContext(context.WithValue(r.Context(), requestID{}, id)))
	})
}
