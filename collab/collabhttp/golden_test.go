package collabhttp

import (
	"bytes"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

// filler gives every field of a value something to say, so that one that is forgotten on the way is missed.
type filler struct{ count int64 }

// fixed are values of types that cannot say just anything.
var fixed = []any{
	collab.StateAccepted, collab.TargetCopy, collab.PartySecondary, collab.DecisionAsk, locations.LocationLevel,
}

func (f *filler) fill(name string, v reflect.Value) {
	f.count++
	for _, x := range fixed {
		if v.Type() == reflect.TypeOf(x) {
			v.Set(reflect.ValueOf(x))
			return
		}
	}
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Date(2026, 9, int(f.count%30), 10, 30, 0, 123456000, time.UTC)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("%s %d", strings.ToLower(name), f.count))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(f.count)
	case reflect.Uint8:
		v.SetUint(uint64(f.count % 251))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(name, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			f.fill(name, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Type().Field(i).Name, v.Field(i))
		}
	default:
		panic("no filling for " + v.Type().String())
	}
}

// full returns a value without an empty field.
func full[T any]() (v T) {
	f := filler{count: 100} // three digits each
	f.fill(reflect.TypeFor[T]().Name(), reflect.ValueOf(&v).Elem())
	return v
}

// TestGoldenPayloads calls every operation with all that it can carry. The other side must hear and answer all of it, in
// exactly the bytes that testdata/golden has. Those files are kept for ever: other software speaks them. A member may be
// added to one, never changed or taken away.
func TestGoldenPayloads(t *testing.T) {
	w := partners(t)
	for n, seed := range map[*node]string{w.alder: "a", w.birch: "b"} { // the same keys in every run
		n.signsWith(t, testKey(t, seed))
	}
	w.register(w.alder, w.birch)
	w.register(w.birch, w.alder)
	next := testKey(t, "c")
	nextKey := collab.PartnerKey{ID: collab.KeyID(next.ID()), Public: next.Public()}
	there := &script{paired: collab.PairReply{System: collabtest.Birch, Name: "System birch", URL: "https://birch.example", Key: w.birch.public()}}
	w.birch.handler = NewHandler(HandlerConfig{Peer: there, Pairer: there, Places: there, Partner: w.Birch.Collab.PartnerByKey, Signer: w.birch.signer})
	var request, reply []byte
	pattern := ""
	w.birch.between(func(o on) bool {
		request, _ = io.ReadAll(o.r.Body)
		o.r.Body = readCloser(request)
		rec := httptest.NewRecorder()
		o.next.ServeHTTP(rec, o.r)
		reply, pattern = rec.Body.Bytes(), o.r.Pattern
		for k, v := range rec.Header() {
			o.w.Header()[k] = v
		}
		o.w.WriteHeader(rec.Code)
		_, _ = o.w.Write(reply)
		return true
	})
	ctx, c, places := w.ctx, w.alder.client, w.alder.client.Places()
	const key, birch, place = "k", collabtest.Birch, locations.PartnerID(collabtest.Birch)
	ids, keys := full[[]collab.ShopID](), full[[]locations.Key]()
	until := time.Date(2026, 9, 20, 0, 0, 0, 0, time.UTC)
	pairing := collab.PairRequest{System: collabtest.Alder, Name: "System alder", URL: "https://alder.example", Key: w.alder.public()}
	none := wireNothing{}
	type both struct {
		name    string
		request any // its wire type; nil without a body
		reply   any // its wire type
		heard   []any
		want    any
		call    func() (any, error)
	}
	nothing := func(err error) (any, error) { return none, err }
	hello, terms, answer, back, survey := full[collab.Hello](), full[collab.TermsNotice](), full[collab.AnswerNotice](), full[collab.ReturnNotice](), full[collab.SurveyNotice]()
	page, commit := full[locations.PushPage](), full[locations.PushCommit]()
	ours := full[collab.Hello]()
	ours.System = birch
	met := map[string]bool{}
	for _, x := range []both{
		{"hello", &wireHello{}, &wireHello{}, []any{hello}, ours, func() (any, error) { return c.Hello(ctx, birch, hello) }},
		{"terms", &wireNotice{}, &none, []any{key, terms}, none, func() (any, error) { return nothing(c.Terms(ctx, birch, collab.Call{Key: key}, terms)) }},
		{"answer", &wireAnswer{}, &wireAnswerReply{}, []any{key, answer}, full[collab.AnswerReply](), func() (any, error) { return c.Answer(ctx, birch, collab.Call{Key: key}, answer) }},
		{"shops", nil, &wireHeaderPage{}, []any{collab.HeaderQuery{Project: "p", After: "s 1", Limit: 7}}, full[collab.HeaderPage](), func() (any, error) {
			return c.Shops(ctx, birch, collab.HeaderQuery{Project: "p", After: "s 1", Limit: 7})
		}},
		{"headers", &wireShopIDs{}, &wireHeaderPage{}, []any{collab.HeaderQuery{Project: "p", Only: ids}}, full[collab.HeaderPage](), func() (any, error) {
			return c.Shops(ctx, birch, collab.HeaderQuery{Project: "p", Only: ids})
		}},
		{"snapshots", &wireShopIDs{}, &wireSnapshots{}, []any{collab.ProjectID("p"), ids}, full[[]collab.Snapshot](), func() (any, error) { return c.Snapshots(ctx, birch, "p", ids) }},
		{"return", &wireReturn{}, &wireReturnReply{}, []any{key, back}, full[collab.ReturnReply](), func() (any, error) { return c.Return(ctx, birch, collab.Call{Key: key}, back) }},
		{"survey", nil, &wireSurvey{}, []any{collab.ProjectID("p")}, full[collab.SurveyState](), func() (any, error) { return c.Survey(ctx, birch, "p") }},
		{"update_survey", &wireSurveyNotice{}, &none, []any{key, survey}, none, func() (any, error) { return nothing(c.UpdateSurvey(ctx, birch, collab.Call{Key: key}, survey)) }},
		{"progress", nil, &wireProgress{}, []any{collab.ProjectID("p")}, full[[]collab.StatusCount](), func() (any, error) { return c.Progress(ctx, birch, "p") }},
		{"key", &wireRotate{}, &none, []any{key, nextKey, until}, none, func() (any, error) { return nothing(c.Rotate(ctx, birch, collab.Call{Key: key}, nextKey, until)) }},
		{"pair", &wirePair{}, &wirePaired{}, []any{pairing.URL, "one-time", pairing}, there.paired, func() (any, error) {
			r := pairing
			r.Token = collab.NewToken("one-time")
			return c.Pair(ctx, w.birch.url, r)
		}},
		{"look", &wireLookQuery{}, &wireLook{}, []any{locations.ProjectID("p"), keys}, fullLook(), func() (any, error) { return places.Look(ctx, place, "p", keys) }},
		{"nodes", &wireKeys{}, &wireNodes{}, []any{locations.ProjectID("p"), keys}, full[[]locations.Stored](), func() (any, error) { return places.Nodes(ctx, place, "p", keys) }},
		{"page", &wirePage{}, &none, []any{key, page}, none, func() (any, error) { return nothing(places.Stage(ctx, place, locations.Call{Key: key}, page)) }},
		{"commit", &wireCommit{}, &wireReceipt{}, []any{key, commit}, full[locations.PushReceipt](), func() (any, error) { return places.Commit(ctx, place, locations.Call{Key: key}, commit) }},
	} {
		got, err := x.call()
		require.NoError(t, err, x.name)
		if diff := cmp.Diff(x.heard, there.heard[1:], cmpopts.EquateComparable(collab.Token{})); diff != "" {
			t.Errorf("%s: what was said and what was heard (-said +heard):\n%s", x.name, diff)
		}
		if diff := cmp.Diff(x.want, got); diff != "" {
			t.Errorf("%s: the answer that was given and taken (-given +taken):\n%s", x.name, diff)
		}
		if x.request != nil {
			checkGolden(t, x.name+".request", request, x.request)
		}
		checkGolden(t, x.name+".reply", reply, x.reply)
		met[pattern] = true
	}
	require.Len(t, met, len(operations()), "each operation has its golden payloads")
	checkGolden(t, "problem", mustMarshal(t, wireProblem{
		Type: "urn:mspkit:code", Title: "title", Status: 409, Detail: "detail", Op: "return", Reasons: []wireProblem{{Type: "urn:mspkit:not_below", Title: "title", Status: 409}},
		Skew: -600.5, System: "birch", Fields: []wireField{{"rev", "range", "message"}}, Rows: []wireRow{{7, "1001", "name", "text", "message"}},
		State: &wireState{"p", collab.StateInactive, []collab.State{collab.StateAccepted}}, Lost: []wireChange{{"comments", "before", "after"}}, Keys: []string{"1001"},
		Locked: &wireLocked{"northwind", []string{"p"}}, Run: "run",
	}), &wireProblem{})
}

func mustMarshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return b
}

// checkGolden compares a body with its file, which has the same indented, and the file with the wire type.
func checkGolden(t *testing.T, name string, body []byte, wire any) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".json")
	file, err := os.ReadFile(path)
	if err != nil {
		v := jsontext.Value(bytes.Clone(body))
		require.NoError(t, v.Indent())
		t.Errorf("%v; it would be:\n%s", err, v)
		return
	}
	golden := jsontext.Value(bytes.Clone(file))
	require.NoError(t, golden.Compact())
	if diff := cmp.Diff(string(golden), string(body)); diff != "" {
		t.Errorf("%s is not what is sent (-file +sent):\n%s", path, diff)
	}
	require.NoError(t, decodeStrict(file, wire, bodyLimits), path)
	require.Equal(t, string(golden), string(mustMarshal(t, wire)), "%s decoded and encoded again", path)
	for _, empty := range empties(name, reflect.ValueOf(wire).Elem()) {
		if strings.HasPrefix(empty, "problem.Reasons[0].") { // the members of a problem once are enough
			continue
		}
		t.Errorf("%s says nothing for %s", path, empty)
	}
}

// empties lists the fields of a value that are empty, and what lies below those that are not.
func empties(path string, v reflect.Value) (out []string) {
	_, isTime := v.Interface().(time.Time)
	switch {
	case v.IsZero() && v.Type() != reflect.TypeFor[wireNothing]():
		return []string{path}
	case isTime:
	case v.Kind() == reflect.Pointer:
		return empties(path, v.Elem())
	case v.Kind() == reflect.Slice && v.Len() == 0:
		return []string{path}
	case v.Kind() == reflect.Slice:
		return empties(path+"[0]", v.Index(0))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			out = append(out, empties(path+"."+v.Type().Field(i).Name, v.Field(i))...)
		}
	}
	return out
}
