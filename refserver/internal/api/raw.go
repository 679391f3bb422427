package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// Raw is part of an input whose body the operation reads by itself.
type Raw struct {
	exchange func() (*http.Request, http.ResponseWriter)
}

// Resolve takes hold of the request.
func (raw *Raw) Resolve(c huma.Context) []error {
	raw.exchange = func() (*http.Request, http.ResponseWriter) { return humago.Unwrap(c) }
	return nil
}

// request returns the request with a body that refuses to be longer than limit bytes, with orgoverlay.ErrTooLarge, and that has to come
// within web.FileTime.
func (raw *Raw) request(limit int64) *http.Request {
	r, w := raw.exchange()
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(web.FileTime)) // not every writer has one
	r.Body = limited{http.MaxBytesReader(w, r.Body, limit)}
	return r
}

type limited struct{ io.ReadCloser }

func (l limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return n, fmt.Errorf("a body of more than %d bytes: %w", large.Limit, orgoverlay.ErrTooLarge)
	}
	return n, err
}

// unread says why a body could not be read.
func unread(err error) error {
	if errors.Is(err, orgoverlay.ErrTooLarge) {
		return err
	}
	return fmt.Errorf("%w: %w", errBody, err)
}

// takes documents the body of an operation that reads it by itself: a schema by media type.
func (a *api) takes(op huma.Operation, content map[string]*huma.Schema) {
	item := a.huma.OpenAPI().Paths[op.Path]
	body := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	for kind, schema := range content {
		body.Content[kind] = &huma.MediaType{Schema: schema}
	}
	switch op.Method {
	case http.MethodPost:
		item.Post.RequestBody = body
	case http.MethodPatch:
		item.Patch.RequestBody = body
	}
}

var binary = &huma.Schema{Type: huma.TypeString, Format: "binary"}

// Expected is the version of a record that a change was made on.
type Expected struct {
	Match   string `header:"If-Match" doc:"the version that the change was made on, such as \"3\"; or version"`
	Version string `query:"version" pattern:"^[0-9]{1,18}$" doc:"the same"`
}

// errVersion says that a change names no version.
var errVersion = errors.New("the version that the change was made on is missing")

// expected reads it. A change that names none would overwrite what its author has not seen.
func (e Expected) expected() (int64, error) {
	text := strings.TrimPrefix(e.Match, "W/")
	if inner, quoted := strings.CutPrefix(text, `"`); quoted {
		text = strings.TrimSuffix(inner, `"`)
	}
	switch {
	case e.Match == "" && e.Version == "":
		return 0, fmt.Errorf("give If-Match or version: %w", errVersion)
	case e.Match == "":
		text = e.Version
	case e.Version != "" && e.Version != text:
		return 0, unfit("If-Match", "is another version than version names")
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, unfit("If-Match", "is not a version")
	}
	return n, nil
}

// unfit refuses one part of a request.
func unfit(field, message string) error {
	return &orgoverlay.Invalid{Op: "read the request", Fields: []orgoverlay.FieldError{{Path: field, Rule: "shape", Message: message}}}
}

// none answers an operation that has nothing to say with 204.
func none[I any](a *api, op huma.Operation, fn func(context.Context, *I) error) {
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*nothing, error) {
		if err := fn(ctx, in); err != nil {
			return nil, a.failure(ctx, err)
		}
		return &nothing{}, nil
	})
}

// outflow is an answer that is written piece by piece.
type outflow struct {
	header map[string]string
	write  func(io.Writer) error
}

// streamed serves an operation whose answer is not JSON. What fails before the first piece is a problem; later the connection ends, so
// that nobody takes a part for the whole. Nothing written is 204.
func streamed[I any](a *api, op huma.Operation, media string, fn func(context.Context, *I) (outflow, error)) {
	op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{media: {Schema: binary}}}}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*struct{ Body func(huma.Context) }, error) {
		out, err := fn(ctx, in)
		if err != nil {
			return nil, a.failure(ctx, err)
		}
		return &struct{ Body func(huma.Context) }{func(c huma.Context) {
			_, w := humago.Unwrap(c)
			a.pour(ctx, w, out)
		}}, nil
	})
}

func (a *api) pour(ctx context.Context, w http.ResponseWriter, out outflow) {
	to := &late{ResponseWriter: w, header: out.header}
	err := out.write(to)
	switch {
	case err == nil && !to.begun:
		w.WriteHeader(http.StatusNoContent)
	case err == nil:
	case to.begun:
		a.Log.Log(ctx, min(web.Severity(ctx), slog.LevelWarn), "answer cut short", "request_id", web.RequestID(ctx), "err", err)
		_ = http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0)) // so that its end cannot be written
	default:
		if f, ok := errors.AsType[*failure](a.failure(ctx, err)); ok {
			web.Problem(w, f.Problem)
		}
	}
}

// late sets the header of an answer when its first piece comes.
type late struct {
	http.ResponseWriter
	header map[string]string
	begun  bool
}

func (l *late) Write(p []byte) (int, error) {
	if !l.begun {
		l.begun = true
		for name, value := range l.header {
			l.Header().Set(name, value)
		}
	}
	return l.ResponseWriter.Write(p)
}
