package api

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/store"
)

// answers says for every sentinel of the libraries what a program sees of it.
var answers = map[string]struct {
	err    error
	code   string
	status int
}{
	"collab.ErrNotFound":        {collab.ErrNotFound, "not_found", 404},
	"collab.ErrConflict":        {collab.ErrConflict, "conflict", 409},
	"collab.ErrInvalid":         {collab.ErrInvalid, "invalid", 422},
	"collab.ErrUnsupported":     {collab.ErrUnsupported, "unsupported", 501},
	"collab.ErrForbidden":       {collab.ErrForbidden, "forbidden", 403},
	"collab.ErrModuleOff":       {collab.ErrModuleOff, "module_off", 404},
	"collab.ErrPartner":         {collab.ErrPartner, "partner", 409},
	"collab.ErrParty":           {collab.ErrParty, "party", 403},
	"collab.ErrState":           {collab.ErrState, "state", 409},
	"collab.ErrDuplicate":       {collab.ErrDuplicate, "duplicate", 409},
	"collab.ErrPending":         {collab.ErrPending, "pending", 409},
	"collab.ErrClientThere":     {collab.ErrClientThere, "client_there", 409},
	"collab.ErrStale":           {collab.ErrStale, "stale", 409},
	"collab.ErrRunning":         {collab.ErrRunning, "running", 409},
	"collab.ErrOverwrites":      {collab.ErrOverwrites, "overwrites", 409},
	"collab.ErrNotBelow":        {collab.ErrNotBelow, "not_below", 409},
	"collab.ErrNotCollab":       {collab.ErrNotCollab, "not_collab", 409},
	"collab.ErrNotShared":       {collab.ErrNotShared, "not_shared", 403},
	"collab.ErrReplayed":        {collab.ErrReplayed, "replayed", 409},
	"collab.ErrKeyReused":       {collab.ErrKeyReused, "key_reused", 422},
	"collab.ErrProtocol":        {collab.ErrProtocol, "protocol", 502},
	"collab.ErrPeer":            {collab.ErrPeer, "peer", 502},
	"collab.ErrInvitation":      {collab.ErrInvitation, "invitation", 409},
	"locations.ErrNotFound":     {locations.ErrNotFound, "not_found", 404},
	"locations.ErrConflict":     {locations.ErrConflict, "conflict", 409},
	"locations.ErrInvalid":      {locations.ErrInvalid, "invalid", 422},
	"locations.ErrUnsupported":  {locations.ErrUnsupported, "unsupported", 501},
	"locations.ErrLocked":       {locations.ErrLocked, "locked", 409},
	"locations.ErrStale":        {locations.ErrStale, "stale", 409},
	"locations.ErrOverwrites":   {locations.ErrOverwrites, "overwrites", 409},
	"locations.ErrState":        {locations.ErrState, "state", 409},
	"locations.ErrForbidden":    {locations.ErrForbidden, "forbidden", 403},
	"locations.ErrRunning":      {locations.ErrRunning, "running", 409},
	"locations.ErrReplayed":     {locations.ErrReplayed, "replayed", 409},
	"locations.ErrKeyReused":    {locations.ErrKeyReused, "key_reused", 422},
	"orgoverlay.ErrNotFound":    {orgoverlay.ErrNotFound, "not_found", 404},
	"orgoverlay.ErrConflict":    {orgoverlay.ErrConflict, "conflict", 409},
	"orgoverlay.ErrInvalid":     {orgoverlay.ErrInvalid, "invalid", 422},
	"orgoverlay.ErrForbidden":   {orgoverlay.ErrForbidden, "forbidden", 403},
	"orgoverlay.ErrAccount":     {orgoverlay.ErrAccount, "forbidden", 403},
	"orgoverlay.ErrInUse":       {orgoverlay.ErrInUse, "in_use", 409},
	"orgoverlay.ErrAmbiguous":   {orgoverlay.ErrAmbiguous, "ambiguous", 409},
	"orgoverlay.ErrState":       {orgoverlay.ErrState, "state", 409},
	"orgoverlay.ErrTooLarge":    {orgoverlay.ErrTooLarge, "too_large", 413},
	"orgoverlay.ErrUnsupported": {orgoverlay.ErrUnsupported, "unsupported", 501},
	"store.ErrBusy":             {store.ErrBusy, "busy", 503},
	"store.ErrFull":             {store.ErrFull, "full", 507},
	"store.ErrClosed":           {store.ErrClosed, "closed", 503},
	"store.ErrLeaseLost":        {store.ErrLeaseLost, "not_parked", 409},
	// Faults of the program, and what ends a program before it serves.
	"store.ErrNested":    {store.ErrNested, "internal", 500},
	"store.ErrNoAccount": {store.ErrNoAccount, "internal", 500},
	"store.ErrNewer":     {store.ErrNewer, "internal", 500},
}

func TestEverySentinelHasItsStatus(t *testing.T) {
	t.Parallel()
	for name, want := range answers {
		p := ProblemOf(fmt.Errorf("somewhere: %w", want.err))
		require.Equal(t, want.code, p.Code, name)
		require.Equal(t, want.status, p.Status, name)
		require.Equal(t, "urn:mspkit:"+want.code, p.Type, name)
	}
	for _, pkg := range []string{"collab", "locations", "orgoverlay", "store"} {
		for _, name := range sentinels(t, pkg) {
			require.Contains(t, answers, name, "a sentinel that programs would see as an internal error")
		}
	}
}

// sentinels reads the names of a package's error variables from its source.
func sentinels(t *testing.T, pkg string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", pkg, "*.go"))
	require.NoError(t, err)
	var names []string
	for _, path := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				for _, id := range s.(*ast.ValueSpec).Names {
					if strings.HasPrefix(id.Name, "Err") {
						names = append(names, pkg+"."+id.Name)
					}
				}
			}
		}
	}
	require.NotEmpty(t, names, pkg)
	return names
}

// What a typed error knows travels with its code.
func TestProblemsCarryWhatTheErrorKnows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want shapes.Problem
	}{
		{&collab.Invalid{Op: "accept", Fields: []collab.FieldError{{Field: "email", Rule: "email", Message: "is none"}}}, shapes.Problem{Code: "invalid", Fields: []shapes.Field{{Field: "email", Rule: "email", Message: "is none"}}}},
		{&collab.ModuleError{System: "birch"}, shapes.Problem{Code: "module_off", System: "birch"}},
		{&collab.StateError{Project: "p", State: collab.StateDeclined, Need: []collab.State{collab.StateProposed}}, shapes.Problem{Code: "state", State: "declined", Need: []string{"proposed"}}},
		{&collab.RunningError{Run: "r"}, shapes.Problem{Code: "running", Run: "r"}},
		{&collab.OverwritesError{Op: "return", Lost: []collab.Change{{Field: "comments", Before: "theirs", After: "ours"}}}, shapes.Problem{Code: "overwrites", Lost: []shapes.Change{{Field: "comments", Before: "theirs", After: "ours"}}}},
		{&orgoverlay.Invalid{Op: "edit", Fields: []orgoverlay.FieldError{{Path: "custom.tier", Rule: "enum", Message: "is none of them"}}}, shapes.Problem{Code: "invalid", Fields: []shapes.Field{{Field: "custom.tier", Rule: "enum", Message: "is none of them"}}}},
		{&orgoverlay.Conflict{Org: "o", Version: 3, Fields: []orgoverlay.FieldConflict{{Path: "remarks", Seen: "a", Now: "b", Mine: "c"}}}, shapes.Problem{Code: "conflict", Version: 3, Conflicts: []shapes.FieldConflict{{Path: "remarks", Seen: "a", Now: "b", Mine: "c"}}}},
		{&orgoverlay.InUse{Key: "V-100", Org: "o"}, shapes.Problem{Code: "in_use", Organization: "o"}},
		{&orgoverlay.InUse{Key: "V-100", Retained: true}, shapes.Problem{Code: "in_use", Retained: true}},
		{&locations.LockedError{Set: "s", Projects: []locations.ProjectID{"p"}}, shapes.Problem{Code: "locked", Locks: []string{"p"}}},
		{locations.Problems{{Line: 3, Key: "1001", Field: "City", Rule: locations.RuleEmpty, Message: "is empty"}}, shapes.Problem{Code: "invalid", Fields: []shapes.Field{{Line: 3, Key: "1001", Field: "City", Rule: "empty", Message: "is empty"}}}},
		{&locations.OverwritesError{Changes: []locations.Change{{Key: "1001", Kind: locations.Extra, Edited: true}}}, shapes.Problem{Code: "overwrites", Changes: []shapes.NodeDiff{{Key: "1001", Kind: "extra", Edited: true}}}},
	} {
		got := ProblemOf(fmt.Errorf("op: %w", c.err))
		got.Type, got.Title, got.Status, got.Detail = "", "", 0, ""
		require.Empty(t, cmp.Diff(c.want, got))
	}
	no := ProblemOf(&collab.Refusal{Op: "propose", Reasons: []error{&collab.ModuleError{System: "birch"}, collab.ErrPartner}})
	require.Len(t, no.Reasons, 2, "a refusal lists every reason")
	require.Equal(t, "partner", no.Reasons[1].Code)
}

// The caller of a failed request learns an id to ask about, the log has the rest.
func TestInternalErrorsAreBland(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	a := &api{Config: Config{Log: slog.New(slog.NewJSONHandler(&log, nil))}}
	err := a.failure(context.Background(), errors.New("the secret path /srv/x failed"))
	f, ok := errors.AsType[*failure](err)
	require.True(t, ok)
	require.Equal(t, http.StatusInternalServerError, f.GetStatus())
	require.NotContains(t, fmt.Sprintf("%+v", f.Problem), "secret")
	require.Contains(t, log.String(), "secret path")
}
