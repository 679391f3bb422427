package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabhttp"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
	"github.com/mspkit/mspkit/store"
)

// problems is the one table from errors to codes and statuses. The most telling come first: an error that matches several
// gets the first. What no row matches is an internal error, of which the caller learns nothing.
var problems = []struct {
	code   string
	status int
	is     []error
}{
	{"sign_in", http.StatusUnauthorized, []error{ErrSignIn, staff.ErrSignIn}},
	{"confirm", http.StatusForbidden, []error{ErrConfirm}},
	{"link", http.StatusGone, []error{staff.ErrLink}},
	{"full", http.StatusInsufficientStorage, []error{store.ErrFull}},
	{"busy", http.StatusServiceUnavailable, []error{store.ErrBusy}},
	{"closed", http.StatusServiceUnavailable, []error{store.ErrClosed}},
	{"module_off", http.StatusNotFound, []error{collab.ErrModuleOff}},
	{"duplicate", http.StatusConflict, []error{collab.ErrDuplicate}},
	{"pending", http.StatusConflict, []error{collab.ErrPending}},
	{"client_there", http.StatusConflict, []error{collab.ErrClientThere}},
	{"partner", http.StatusConflict, []error{collab.ErrPartner}},
	{"invitation", http.StatusConflict, []error{collab.ErrInvitation}},
	{"protocol", http.StatusBadGateway, []error{collab.ErrProtocol}},
	{"clock_skew", http.StatusBadGateway, []error{collabhttp.ErrSkew}},
	{"signature", http.StatusBadGateway, []error{collabhttp.ErrSignature}},
	{"address", http.StatusUnprocessableEntity, []error{collabhttp.ErrURL, collabhttp.ErrAddress}},
	{"running", http.StatusConflict, []error{collab.ErrRunning, locations.ErrRunning}},
	{"not_below", http.StatusConflict, []error{collab.ErrNotBelow}},
	{"not_collab", http.StatusConflict, []error{collab.ErrNotCollab}},
	{"not_shared", http.StatusForbidden, []error{collab.ErrNotShared}},
	{"replayed", http.StatusConflict, []error{collab.ErrReplayed, locations.ErrReplayed}},
	{"key_reused", http.StatusUnprocessableEntity, []error{collab.ErrKeyReused, locations.ErrKeyReused}},
	{"stale", http.StatusConflict, []error{collab.ErrStale, locations.ErrStale}},
	{"overwrites", http.StatusConflict, []error{collab.ErrOverwrites, locations.ErrOverwrites}},
	{"locked", http.StatusConflict, []error{locations.ErrLocked}},
	{"party", http.StatusForbidden, []error{collab.ErrParty}},
	{"in_use", http.StatusConflict, []error{orgoverlay.ErrInUse}},
	{"ambiguous", http.StatusConflict, []error{orgoverlay.ErrAmbiguous}},
	{"too_large", http.StatusRequestEntityTooLarge, []error{orgoverlay.ErrTooLarge}},
	{"invalid", http.StatusUnprocessableEntity, []error{collab.ErrInvalid, locations.ErrInvalid, orgoverlay.ErrInvalid}},
	{"state", http.StatusConflict, []error{collab.ErrState, locations.ErrState, orgoverlay.ErrState}},
	{"forbidden", http.StatusForbidden, []error{collab.ErrForbidden, locations.ErrForbidden, orgoverlay.ErrForbidden, orgoverlay.ErrAccount, staff.ErrForbidden}},
	{"not_found", http.StatusNotFound, []error{collab.ErrNotFound, locations.ErrNotFound, orgoverlay.ErrNotFound, staff.ErrNotFound}},
	{"conflict", http.StatusConflict, []error{collab.ErrConflict, locations.ErrConflict, orgoverlay.ErrConflict, staff.ErrConflict}},
	{"not_parked", http.StatusConflict, []error{store.ErrLeaseLost}},
	{"unsupported", http.StatusNotImplemented, []error{collab.ErrUnsupported, locations.ErrUnsupported, orgoverlay.ErrUnsupported}},
	{"body", http.StatusBadRequest, []error{errBody}},
	{"media_type", http.StatusUnsupportedMediaType, []error{errMedia}},
	{"version", http.StatusPreconditionRequired, []error{errVersion}},
	{"peer", http.StatusBadGateway, []error{collab.ErrPeer}},
	{"timeout", http.StatusGatewayTimeout, []error{context.DeadlineExceeded}},
}

// What is wrong with a request before any service hears of it.
var (
	errBody  = errors.New("request cannot be read")
	errMedia = errors.New("a body of this media type is not taken here")
)

// Internal is the code of an error that callers learn nothing of.
const Internal = "internal"

// ProblemOf says an error in the words of the API.
func ProblemOf(err error) shapes.Problem {
	if e, ok := errors.AsType[*staff.Invalid](err); ok {
		return shapes.Problem{
			Type: web.URN + "invalid", Title: "invalid", Status: http.StatusUnprocessableEntity, Code: "invalid", Detail: e.Error(),
			Fields: each(e.Fields, func(f staff.Field) shapes.Field {
				return shapes.Field{Field: f.Field, Rule: f.Rule, Message: f.Message}
			}),
		}
	}
	if e, ok := errors.AsType[*staff.TooMany](err); ok {
		return web.TooMany(e.After)
	}
	for _, row := range problems {
		for _, sentinel := range row.is {
			if errors.Is(err, sentinel) {
				return detailed(shapes.Problem{Type: web.URN + row.code, Title: sentinel.Error(), Status: row.status, Code: row.code, Detail: err.Error()}, err)
			}
		}
	}
	return shapes.Problem{Type: web.URN + Internal, Title: "internal error", Status: http.StatusInternalServerError, Code: Internal}
}

// detailed adds what programs need of the errors that carry more than their words.
func detailed(p shapes.Problem, err error) shapes.Problem {
	if no, ok := errors.AsType[*collab.Refusal](err); ok {
		p.Reasons = each(no.Reasons, ProblemOf)
	}
	if e, ok := errors.AsType[*collabhttp.RemoteError](err); ok {
		p.System = string(e.System)
	}
	if e, ok := errors.AsType[*collab.ModuleError](err); ok {
		p.System = string(e.System)
	}
	if e, ok := errors.AsType[*collab.Invalid](err); ok {
		p.Fields = each(e.Fields, func(f collab.FieldError) shapes.Field {
			return shapes.Field{Field: f.Field, Rule: f.Rule, Message: f.Message}
		})
	}
	if e, ok := errors.AsType[*orgoverlay.Invalid](err); ok {
		p.Fields = each(e.Fields, func(f orgoverlay.FieldError) shapes.Field {
			return shapes.Field{Field: f.Path, Rule: f.Rule, Message: f.Message}
		})
	}
	if e, ok := errors.AsType[*orgoverlay.Conflict](err); ok {
		p.Version = e.Version
		p.Conflicts = each(e.Fields, func(f orgoverlay.FieldConflict) shapes.FieldConflict { return shapes.FieldConflict(f) })
	}
	if e, ok := errors.AsType[*orgoverlay.InUse](err); ok {
		p.Organization, p.Retained = string(e.Org), e.Retained
	}
	if e, ok := errors.AsType[locations.Problems](err); ok {
		p.Fields = each(e, toRowProblem)
	}
	if e, ok := errors.AsType[*collab.OverwritesError](err); ok {
		p.Lost = each(e.Lost, toChange)
	}
	if e, ok := errors.AsType[*locations.OverwritesError](err); ok {
		p.Changes = each(e.Changes, toDiff)
	}
	if e, ok := errors.AsType[*locations.LockedError](err); ok {
		p.Locks = each(e.Projects, as[string])
	}
	if e, ok := errors.AsType[*collab.StateError](err); ok {
		p.State, p.Need = e.State.String(), each(e.Need, collab.State.String)
	}
	if e, ok := errors.AsType[*collab.RunningError](err); ok {
		p.Run = string(e.Run)
	}
	if e, ok := errors.AsType[*locations.RunningError](err); ok {
		p.Run = string(e.Run)
	}
	return p
}

// refused is the problem of an error that is part of an answer, or nil.
func refused(err error) *shapes.Problem {
	if err == nil {
		return nil
	}
	p := ProblemOf(err)
	return &p
}

// failure is a problem as huma takes errors.
type failure struct{ shapes.Problem }

func (f *failure) Error() string  { return f.Title }
func (f *failure) GetStatus() int { return f.Status }

// GetHeaders are those that go with the problem.
func (f *failure) GetHeaders() http.Header { return web.HeaderOf(f.Problem) }

func (f *failure) ContentType(string) string { return "application/problem+json" }

// failure makes the answer to an error, and logs in full what the caller is not told.
func (a *api) failure(ctx context.Context, err error) error {
	p := ProblemOf(err)
	if p.Code == Internal {
		p.Request = web.RequestID(ctx)
		a.Log.Log(ctx, web.Severity(ctx), "internal error", "request_id", p.Request, "err", err)
	}
	return &failure{p}
}

// requestErrors gives what huma refuses by itself the same form. The values that it would echo are dropped: one may be a secret.
func requestErrors(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	code := "request"
	switch m.Status {
	case http.StatusBadRequest:
		code = "body"
	case http.StatusRequestEntityTooLarge:
		code = "too_large"
	case http.StatusUnprocessableEntity:
		code = "invalid"
	case http.StatusUnsupportedMediaType:
		code = "media_type"
	case http.StatusInternalServerError:
		return &failure{shapes.Problem{Type: web.URN + Internal, Title: "internal error", Status: m.Status, Code: Internal}}, nil
	}
	p := shapes.Problem{Type: web.URN + code, Title: m.Title, Status: m.Status, Code: code, Detail: m.Detail}
	for _, e := range m.Errors {
		if e != nil {
			p.Fields = append(p.Fields, shapes.Field{Field: e.Location, Rule: "shape", Message: e.Message})
		}
	}
	return &failure{p}, nil
}
