// Package api serves the JSON API under /api/ of one system, its OpenAPI 3.1 document and the page that shows it. It
// translates between shapes and the services of the domains, and decides nothing.
//
// Whoever asks acts as package staff knows them from the request, in the one account of their session or token. With the module off, projects, runs and returns answer
// module_off; the switch, partners, locations and a system's own records stay.
package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
	"github.com/mspkit/mspkit/store"
)

// Config is what the API speaks for. All is required but what has a default.
type Config struct {
	Collab    *collab.Service
	Locations *locations.Service
	Store     store.Scoped // for reading what the services have no question for
	Queue     store.Queue
	Staff     *staff.Directory
	Orgs      func(account string) *orgoverlay.Service // of a hosted account; the same for the same account
	Self      Self
	Door      string // where people come in, such as https://alder.example
	// Purged is called after overlays were purged for good, outside any transaction. Default: nothing.
	Purged func(ctx context.Context)
	Log    *slog.Logger
}

// Self introduces the system to its operator.
type Self struct {
	System, Name, URL string
	Key               collab.PartnerKey
	Fingerprint       string
}

// purged tells that overlays were purged.
func (c Config) purged(ctx context.Context, n int) {
	if n > 0 && c.Purged != nil {
		c.Purged(ctx)
	}
}

type api struct {
	Config
	huma huma.API
}

// Version is that of the API.
const Version = "0.1.0"

// Mount adds the API, /openapi.json and /docs to a mux.
func Mount(mux *web.Mux, cfg Config) error {
	hc := huma.DefaultConfig("mspkit reference server", Version)
	hc.Info.Description = "One system: its projects with partners, its shops, its locations, and the organizations of the accounts it hosts. Errors are application/problem+json with a stable code. " +
		"Lists are pages: next, when present, is what the following page's after (or before) takes."
	hc.CreateHooks, hc.SchemasPath, hc.DocsPath, hc.OpenAPIPath = nil, "", "", ""
	hc.FieldsOptionalByDefault = true // what is missing is the domains' to refuse, with all that is wrong at once
	hc.RejectUnknownQueryParameters = true
	hc.Formats = map[string]huma.Format{"application/json": strictJSON, "json": strictJSON}
	hc.Transformers = []huma.Transformer{requestErrors}
	hc.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[shapes.Problem]())
	a := &api{Config: cfg, huma: humago.New(mux, hc)}
	a.partners()
	a.clients()
	a.projects()
	a.surveyUpdates()
	a.imports()
	a.shops()
	a.returns()
	a.sets()
	a.pushes()
	a.messages()
	a.sessions()
	a.people()
	a.tokens()
	a.organizations()
	a.attachments()
	a.ownOrganizations()
	a.agreements()
	a.extensions()
	a.trustedOrganizations()
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		if allowed := mux.Allowed(r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			web.Problem(w, shapes.Problem{Status: http.StatusMethodNotAllowed, Code: "method", Title: "no such method", Detail: r.URL.Path + " is not for " + r.Method})
			return
		}
		web.Problem(w, shapes.Problem{Status: http.StatusNotFound, Code: "no_such_path", Title: "no such path or method", Detail: r.Method + " " + r.URL.Path})
	})
	return a.document(mux)
}

// strictJSON refuses what encoding/json lets through: repeated members, other letter case, invalid UTF-8, trailing data. It writes equal
// values as equal bytes. Custom values of organizations go out as they are kept, whatever may be odd in them.
var strictJSON = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		return json.MarshalWrite(w, v, json.Deterministic(true), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	},
	Unmarshal: func(data []byte, v any) error {
		if err := json.Unmarshal(data, v, json.RejectUnknownMembers(true)); err != nil {
			return plainly(err)
		}
		if _, untyped := v.(*any); untyped { // the first of two readings, of which an error says that there is no JSON
			return nil
		}
		return refuseNUL(data)
	},
}

// plainly says what is wrong with JSON without the names of Go types.
func plainly(err error) error {
	e, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return err
	case errors.Is(err, json.ErrUnknownName):
		return fmt.Errorf("unknown member %q at %s", e.JSONPointer.LastToken(), e.JSONPointer)
	}
	return fmt.Errorf("unfit value at %q", string(e.JSONPointer))
}

// refuseNUL refuses JSON of which a text holds a NUL, which no database takes. It says where.
func refuseNUL(data []byte) error {
	if !bytes.Contains(data, []byte(`\u0000`)) { // the only way to write one
		return nil
	}
	for d := jsontext.NewDecoder(bytes.NewReader(data)); ; {
		t, err := d.ReadToken()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case t.Kind() == '"' && strings.Contains(t.String(), "\x00"):
			return fmt.Errorf("%s holds a NUL character", d.StackPointer())
		}
	}
}

type reply[R any] struct{ Body R }

// route describes an operation. Its id is what generated clients call it.
func route(id, pattern, area, summary string) huma.Operation {
	method, path, _ := strings.Cut(pattern, " ")
	return huma.Operation{OperationID: id, Method: method, Path: "/api/" + path, Tags: []string{area}, Summary: summary, MaxBodyBytes: 8 << 20, BodyReadTimeout: time.Minute}
}

// handle serves an operation: its errors become problems.
func handle[I, R any](a *api, op huma.Operation, fn func(context.Context, *I) (R, error)) {
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*reply[R], error) {
		out, err := fn(ctx, in)
		if err != nil {
			return nil, a.failure(ctx, err)
		}
		return &reply[R]{out}, nil
	})
}

// gated is handle for what is absent while the module is off.
func gated[I, R any](a *api, op huma.Operation, fn func(context.Context, *I) (R, error)) {
	handle(a, op, func(ctx context.Context, in *I) (R, error) {
		on, err := a.Collab.ModuleOn(ctx)
		if err == nil && !on {
			err = fmt.Errorf("%s: %w", op.OperationID, &collab.ModuleError{System: a.Collab.System()})
		}
		if err != nil {
			var none R
			return none, err
		}
		return fn(ctx, in)
	})
}

// Inputs that many operations share.
type (
	nothing struct{}
	byID    struct {
		ID string `path:"id"`
	}
	take[B any] struct {
		Body B
	}
	takeByID[B any] struct {
		ID   string `path:"id"`
		Body B
	}
	Paged struct {
		Limit int `query:"limit" minimum:"1" maximum:"500" default:"100"`
	}
)

// page cuts a list that was asked for with one item more than the limit, to see whether there is a next page.
func page[A, B any](items []A, limit int, id func(A) string, to func(A) B) shapes.List[B] {
	var next string
	if len(items) > limit {
		items = items[:limit]
		next = id(items[limit-1])
	}
	return shapes.List[B]{Items: each(items, to), Next: next}
}

// each translates a list; none stays none.
func each[A, B any](in []A, to func(A) B) []B {
	if in == nil {
		return nil
	}
	out := make([]B, len(in))
	for i, v := range in {
		out[i] = to(v)
	}
	return out
}

// as converts between kinds of text.
func as[B, A ~string](a A) B { return B(a) }

// view reads in one transaction.
func view[R any](ctx context.Context, a *api, fn func(context.Context, store.View) (R, error)) (out R, err error) {
	err = a.Store.View(ctx, func(ctx context.Context, v store.View) (err error) {
		out, err = fn(ctx, v)
		return err
	})
	return out, err
}
