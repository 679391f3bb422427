package collabhttp

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

// sentinels are those of the domains by package and name.
var sentinels = map[string]error{
	"collab.ErrNotFound": collab.ErrNotFound, "collab.ErrConflict": collab.ErrConflict, "collab.ErrInvalid": collab.ErrInvalid, "collab.ErrUnsupported": collab.ErrUnsupported,
	"collab.ErrForbidden": collab.ErrForbidden, "collab.ErrModuleOff": collab.ErrModuleOff, "collab.ErrPartner": collab.ErrPartner, "collab.ErrParty": collab.ErrParty,
	"collab.ErrState": collab.ErrState, "collab.ErrDuplicate": collab.ErrDuplicate, "collab.ErrPending": collab.ErrPending, "collab.ErrClientThere": collab.ErrClientThere,
	"collab.ErrStale": collab.ErrStale, "collab.ErrRunning": collab.ErrRunning, "collab.ErrOverwrites": collab.ErrOverwrites, "collab.ErrNotBelow": collab.ErrNotBelow,
	"collab.ErrNotCollab": collab.ErrNotCollab, "collab.ErrNotShared": collab.ErrNotShared, "collab.ErrReplayed": collab.ErrReplayed, "collab.ErrKeyReused": collab.ErrKeyReused,
	"collab.ErrProtocol": collab.ErrProtocol, "collab.ErrPeer": collab.ErrPeer, "collab.ErrInvitation": collab.ErrInvitation,
	"locations.ErrNotFound": locations.ErrNotFound, "locations.ErrConflict": locations.ErrConflict, "locations.ErrInvalid": locations.ErrInvalid,
	"locations.ErrUnsupported": locations.ErrUnsupported, "locations.ErrLocked": locations.ErrLocked, "locations.ErrStale": locations.ErrStale,
	"locations.ErrOverwrites": locations.ErrOverwrites, "locations.ErrState": locations.ErrState, "locations.ErrForbidden": locations.ErrForbidden,
	"locations.ErrRunning": locations.ErrRunning, "locations.ErrReplayed": locations.ErrReplayed, "locations.ErrKeyReused": locations.ErrKeyReused,
}

// TestSentinelsAreComplete reads the domains' sentinels from their source.
func TestSentinelsAreComplete(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for name, file := range map[string]string{"collab": "../errors.go", "locations": "../../locations/errors.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(v.Names[0].Name, "Err") {
				found[name+"."+v.Names[0].Name] = true
			}
			return true
		})
	}
	for name := range found {
		require.Contains(t, sentinels, name, "a new sentinel needs its code in the table of problems")
	}
	require.Len(t, sentinels, len(found))
}

func TestErrorsComeBackAsTheyWere(t *testing.T) {
	w := partners(t)
	there := &script{}
	w.birch.handler = NewHandler(HandlerConfig{Peer: there, Pairer: there, Places: there, Partner: w.Birch.Collab.PartnerByKey, Signer: w.birch.signer})
	answer := func(err error) error {
		there.refuse = fmt.Errorf("collab: terms from alder: %w", err)
		return w.alder.client.Terms(w.ctx, collabtest.Birch, collab.Call{Key: "k"}, collab.TermsNotice{Project: "p"})
	}
	for name, sentinel := range sentinels {
		got := answer(sentinel)
		require.ErrorIs(t, got, sentinel, name)
		var remote *RemoteError
		require.ErrorAs(t, got, &remote, name)
		require.Equal(t, collabtest.Birch, remote.System)
		for other, e := range sentinels {
			if _, bare, _ := strings.Cut(name, "."); !strings.HasSuffix(other, "."+bare) {
				require.NotErrorIs(t, got, e, "%s is not %s", name, other)
			}
		}
	}
	refusal := &collab.Refusal{Op: "return", Reasons: []error{
		&collab.StateError{Project: "p", State: collab.StateInactive, Need: []collab.State{collab.StateAccepted}}, fmt.Errorf("shop 1: %w", collab.ErrNotBelow), &collab.ModuleError{System: "birch"},
	}}
	got := answer(refusal)
	for _, reason := range []error{collab.ErrState, collab.ErrNotBelow, collab.ErrModuleOff} {
		require.ErrorIs(t, got, reason, "every reason travels")
	}
	var r *collab.Refusal
	require.ErrorAs(t, got, &r)
	require.Equal(t, "return", r.Op)
	require.Len(t, r.Reasons, 3)
	same[*collab.StateError](t, refusal, got)
	same[*collab.ModuleError](t, refusal, got)

	invalid := &collab.Invalid{Op: "terms", Fields: []collab.FieldError{{Field: "rev", Rule: "range", Message: "needs to be 1 or more"}, {Field: "name", Rule: "text", Message: "must not be empty"}}}
	same[*collab.Invalid](t, invalid, answer(invalid))
	running, lost := &collab.RunningError{Run: "r"}, &collab.OverwritesError{Op: "return", Lost: []collab.Change{{Field: "comments", Before: "theirs", After: "ours"}}}
	same[*collab.RunningError](t, running, answer(running))
	same[*collab.OverwritesError](t, lost, answer(lost))
	same[*collab.StateError](t, refusal.Reasons[0], answer(refusal.Reasons[0]))
	same[*collab.ModuleError](t, refusal.Reasons[2], answer(refusal.Reasons[2]))
	rows := locations.Problems{{Line: 3, Key: "1001", Field: "phone", Rule: "required_missing:phone", Message: "give one"}, {Key: "1002", Rule: locations.RuleCycle, Message: "is below itself"}}
	same[locations.Problems](t, rows, answer(rows))
	locked := &locations.LockedError{Set: "northwind", Projects: []locations.ProjectID{"p", "q"}}
	same[*locations.LockedError](t, locked, answer(locked))
	edits := &locations.OverwritesError{Changes: []locations.Change{{Key: "1001"}, {Key: "1002"}}}
	same[*locations.OverwritesError](t, edits, answer(edits))

	for name, e := range map[string]error{"an unknown error": errors.New("disk full at /var/lib"), "text that is not UTF-8": fmt.Errorf("\xff: %w", collab.ErrStale)} {
		got := answer(e)
		require.NotContains(t, got.Error(), "/var/lib", "%s: what is inside stays inside", name)
		require.NotContains(t, got.Error(), "\xff")
	}
	long := answer(fmt.Errorf("%s\n\x1b[31m: %w", strings.Repeat("x", 100_000), collab.ErrStale))
	require.ErrorIs(t, long, collab.ErrStale)
	require.Less(t, len(long.Error()), 2000)
	require.NotContains(t, long.Error(), "\n")
}

// same wants the typed error of got to be equal to that of sent.
func same[E error](t *testing.T, sent, got error) {
	t.Helper()
	var a, b E
	require.ErrorAs(t, sent, &a)
	require.ErrorAs(t, got, &b)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("%T (-sent +got):\n%s", a, diff)
	}
}

// TestProblemsOfThePartnerStayShort has a partner that is out to fill our history.
func TestProblemsOfThePartnerStayShort(t *testing.T) {
	t.Parallel()
	err := remoteError("birch", wireProblem{Type: problemType + "state", Detail: strings.Repeat("x\r\n\x00", 100_000)})
	require.ErrorIs(t, err, collab.ErrState)
	require.Less(t, len(err.Error()), 2*maxDetail)
	require.NotContains(t, err.Error(), "\n")
	require.NotContains(t, err.Error(), "\x00")
}
