// Package apiclient asks the JSON API of a system: one method an operation, in the shapes of package shapes.
//
//	c := apiclient.New("http://127.0.0.1:8081")
//	p, err := c.Propose(ctx, shapes.Proposal{Partner: "birch", Client: "northwind", Survey: "dine-in", Target: "new_client"})
//	if apiclient.Is(err, "pending") { ... }
package apiclient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// Client asks one system: as nobody, as the person whose session it keeps, or as the program of a token. It is safe for concurrent use.
type Client struct {
	base  string
	http  *http.Client
	token string
}

// New returns a client for the system at base, such as http://127.0.0.1:8081.
func New(base string) *Client {
	jar, _ := cookiejar.New(nil) // never fails
	return &Client{base: strings.TrimSuffix(base, "/"), http: &http.Client{Timeout: 5 * time.Minute, Transport: &http.Transport{}, Jar: jar}}
}

// Close closes connections that are kept open.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Error is a problem that the system answered with.
type Error struct{ shapes.Problem }

func (e *Error) Error() string {
	return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Detail)
}

// Is reports whether err is a problem of that code, or a refusal with such a reason among others.
func Is(err error, code string) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	for _, r := range e.Reasons {
		if r.Code == code {
			return true
		}
	}
	return e.Code == code
}

// table is a table that is sent as it comes.
type table struct{ io.Reader }

// do sends a request. in is nil, a table (also as bytes), other raw content, or a shape; out is nil or where the answer goes: a shape, or
// what it is written to as it comes.
func (c *Client) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	kind := "application/json"
	switch v := in.(type) {
	case nil:
	case []byte:
		kind, body = "text/csv", bytes.NewReader(v)
	case table:
		kind, body = "text/csv", v.Reader
	case io.Reader:
		kind, body = "application/octet-stream", v
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("apiclient: %s %s: %w", method, path, err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fmt.Errorf("apiclient: %s %s: %w", method, path, err)
	}
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	c.sign(req)
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("apiclient: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if to, ok := out.(io.Writer); ok && resp.StatusCode/100 == 2 {
		if _, err := io.Copy(to, resp.Body); err != nil {
			return fmt.Errorf("apiclient: %s %s: %w", method, path, err)
		}
		return nil
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("apiclient: %s %s: %w", method, path, err)
	}
	if resp.StatusCode/100 != 2 {
		e := &Error{}
		if err := json.Unmarshal(text, &e.Problem); err != nil {
			e.Problem = shapes.Problem{Code: "unknown", Title: resp.Status, Detail: string(text)}
		}
		e.Status = resp.StatusCode
		return fmt.Errorf("%s %s: %w", method, path, e)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("apiclient: %s %s: %w", method, path, err)
	}
	return nil
}

// sign puts the token into a request.
func (c *Client) sign(req *http.Request) {
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
}

// Page returns a page for people as it stands, with its header.
func (c *Client) Page(ctx context.Context, path string) (string, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return "", nil, fmt.Errorf("apiclient: %w", err)
	}
	c.sign(req)
	resp, err := c.http.Do(req)
	if err != nil {
		return "", nil, fmt.Errorf("apiclient: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("apiclient: GET %s: %s", path, resp.Status)
	}
	return string(text), resp.Header, err
}

func call[R any](ctx context.Context, c *Client, method, path string, in any) (R, error) {
	var out R
	err := c.do(ctx, method, "/api/"+path, in, &out)
	return out, err
}

// at makes a path of segments, each escaped.
func at(segments ...string) string {
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.Join(segments, "/")
}

// with adds a query of pairs; empty values are left out.
func with(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return ""
}

// All walks every page of a list. get asks for the page that begins at next, which is empty for the first.
func All[T any](get func(next string) (shapes.List[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for next := ""; ; {
			page, err := get(next)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if next = page.Next; next == "" {
				return
			}
		}
	}
}

// pause is the time between two questions of those that wait.
const pause = 50 * time.Millisecond

// Wait asks until ask says true, and returns ctx's error when that ends first, with the last error of ask.
func Wait(ctx context.Context, ask func() (bool, error)) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		ok, err := ask()
		if ok && err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// WaitReady waits until the system says that it can work.
func (c *Client) WaitReady(ctx context.Context) error {
	return Wait(ctx, func() (bool, error) { return true, c.do(ctx, http.MethodGet, "/readyz", nil, nil) })
}

// WaitRun waits until a run is no longer running, and returns it.
func (c *Client) WaitRun(ctx context.Context, id string) (shapes.Run, error) {
	var run shapes.Run
	err := Wait(ctx, func() (_ bool, err error) {
		run, err = c.Run(ctx, id)
		return run.State != "running", err
	})
	return run, err
}

// WaitProject waits until the project is as ok says, and returns it.
func (c *Client) WaitProject(ctx context.Context, id string, ok func(shapes.Project) bool) (shapes.Project, error) {
	var p shapes.Project
	err := Wait(ctx, func() (_ bool, err error) {
		p, err = c.Project(ctx, id)
		return err == nil && ok(p), err
	})
	return p, err
}

// WaitQuiet waits until no message is on its way: each is done, or parked.
func (c *Client) WaitQuiet(ctx context.Context) error {
	return Wait(ctx, func() (bool, error) {
		for _, state := range []string{"waiting", "leased"} {
			ms, err := c.Messages(ctx, state, 0, 1)
			if err != nil || len(ms.Items) > 0 {
				return false, err
			}
		}
		return true, nil
	})
}
