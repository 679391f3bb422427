package collabhttp

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

type page struct {
	Shops []shop            `json:"shops"`
	Next  string            `json:"next"`
	Extra map[string]string `json:"extra"`
	At    time.Time         `json:"at"`
	Tree  any               `json:"tree"`
}

type shop struct {
	ID    string `json:"id"`
	Score int8   `json:"score"`
}

var roomy = jsonLimits{Depth: 4, Items: 12}

func TestStrictJSON(t *testing.T) {
	t.Parallel()
	var got page
	require.NoError(t, decodeStrict([]byte(` {"shops":[{"id":"501","score":-3},{"id":"\u00fc"}],"next":"","extra":{"a":"b"}} `), &got, roomy))
	want := page{Shops: []shop{{"501", -3}, {"ü", 0}}, Extra: map[string]string{"a": "b"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}

	for name, c := range map[string]struct{ data, pointer, reason string }{
		"empty":                 {"", "", "EOF"},
		"blank":                 {" ", "", "EOF"},
		"cut":                   {`{"shops":[`, "/shops", "EOF"},
		"not json":              {`<html>`, "", "invalid character '<'"},
		"byte order mark":       {"\xef\xbb\xbf{}", "", "invalid character"},
		"trailing data":         {`{} {}`, "", "after top-level value"},
		"trailing brace":        {`{}}`, "", "after top-level value"},
		"comment":               {`{/**/}`, "", "invalid character"},
		"unknown name":          {`{"shops":[{"id":"1","x":2}]}`, "/shops/0/x", "unknown name"},
		"name in another case":  {`{"Next":"a"}`, "/Next", "unknown name"},
		"name twice":            {`{"next":"a","next":"b"}`, "/next", "duplicate"},
		"name twice, escaped":   {`{"next":"a","\u006eext":"b"}`, "/next", "duplicate"},
		"name twice in a map":   {`{"extra":{"a":"b","a":"b"}}`, "/extra/a", "duplicate"},
		"name twice in any":     {`{"tree":{"a":{"b":1,"b":2}}}`, "/tree/a/b", "duplicate"},
		"not utf-8":             {"{\"next\":\"\xff\"}", "/next", "invalid UTF-8"},
		"half a surrogate":      {`{"next":"\ud800"}`, "/next", "surrogate"},
		"control character":     {"{\"next\":\"a\nb\"}", "/next", "invalid character"},
		"string for a number":   {`{"shops":[{"score":"1"}]}`, "/shops/0/score", "a string does not fit"},
		"number for a string":   {`{"next":1}`, "/next", "a number does not fit"},
		"number out of range":   {`{"shops":[{},{"score":128}]}`, "/shops/1/score", "a number does not fit: value out of range"},
		"fraction for a number": {`{"shops":[{"score":1.5}]}`, "/shops/0/score", "a number does not fit"},
		"object for a list":     {`{"shops":{}}`, "/shops", "an object does not fit"},
		"list for the whole":    {`[]`, "", "an array does not fit"},
		"not a time":            {`{"at":"noon"}`, "/at", "a string does not fit"},
		"too deep":              {`{"tree":[[[[]]]]}`, "/tree/0/0/0", "nested deeper than 4"},
		"too many elements":     {`{"tree":[1,2,3,4,5,6,7,8,9,10,11,12]}`, "/tree/11", "more than 12 items"},
		"too many members":      {`{"extra":{"a":"","b":"","c":"","d":"","e":"","f":"","g":"","h":"","i":"","j":"","k":"","l":""}}`, "/extra/l", "more than 12 items"},
	} {
		var into page
		err := decodeStrict([]byte(c.data), &into, roomy)
		var body *BodyError
		if !errors.As(err, &body) || !errors.Is(err, ErrBody) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if body.Pointer != c.pointer || !strings.Contains(body.Reason, c.reason) {
			t.Errorf("%s: at %q: %s; want at %q: %s", name, body.Pointer, body.Reason, c.pointer, c.reason)
		}
		if strings.Contains(err.Error(), "collabhttp.") || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%s: tells of our types: %v", name, err)
		}
	}

	for name, data := range map[string]string{
		"as deep as allowed": `{"tree":[[[1]]]}`,
		"as many as allowed": `{"tree":[1,2,3,4,5,6,7,8,9,10,11]}`,
	} {
		if err := decodeStrict([]byte(data), new(page), roomy); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErrorsOfHugeNamesStayShort(t *testing.T) {
	t.Parallel()
	err := decodeStrict([]byte(`{"`+strings.Repeat("ü", 100_000)+`":1}`), new(page), roomy)
	if !errors.Is(err, ErrBody) || len(err.Error()) > 1000 {
		t.Fatalf("%d bytes", len(err.Error()))
	}
	err = decodeStrict([]byte(`{"next":`+strings.Repeat("1", 100_000)+`}`), new(page), roomy)
	if !errors.Is(err, ErrBody) || len(err.Error()) > 1000 {
		t.Fatalf("%d bytes", len(err.Error()))
	}
	err = decodeStrict([]byte(`{"at":"`+strings.Repeat("1", 100_000)+`"}`), new(page), roomy)
	if !errors.Is(err, ErrBody) || len(err.Error()) > 1000 {
		t.Fatalf("%d bytes", len(err.Error()))
	}
}

func TestBodyIsReadUpToItsLimit(t *testing.T) {
	t.Parallel()
	if got, err := readBody(strings.NewReader("12345"), 5); err != nil || string(got) != "12345" {
		t.Fatalf("%q, %v", got, err)
	}
	endless := &counter{r: zeros{}}
	_, err := readBody(endless, 5)
	var large *TooLargeError
	if !errors.As(err, &large) || large.Limit != 5 || !errors.Is(err, ErrBody) || endless.n > 6 {
		t.Fatalf("%v after %d bytes", err, endless.n)
	}
	broken := errors.New("connection reset")
	if _, err := readBody(iotest.ErrReader(broken), 5); !errors.Is(err, broken) || errors.Is(err, ErrBody) {
		t.Fatal(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// What is let through decodes to the same value from its own encoding, and the
// input is left as it was.
func FuzzStrictJSON(f *testing.F) {
	f.Add([]byte(`{"shops":[{"id":"501","score":1}],"next":"a","extra":{"k":"v"},"tree":[null,true,1.5e3]}`))
	f.Add([]byte(`{"next":"a","next":"b"}`))
	f.Add([]byte(`{"at":"2026-03-04T12:00:00Z"} x`))
	f.Fuzz(func(t *testing.T, data []byte) {
		input := bytes.Clone(data)
		var got page
		err := decodeStrict(data, &got, jsonLimits{Depth: 8, Items: 100})
		if !bytes.Equal(input, data) {
			t.Fatal("input changed")
		}
		if err != nil {
			if !errors.Is(err, ErrBody) {
				t.Fatalf("not a body error: %v", err)
			}
			return
		}
		out, err := json.Marshal(got, json.Deterministic(true))
		if err != nil {
			t.Fatalf("accepted %q, which cannot be written: %v", data, err)
		}
		var again page
		if err := decodeStrict(out, &again, jsonLimits{Depth: 8, Items: 200}); err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		twice, err := json.Marshal(again, json.Deterministic(true))
		if err != nil || !bytes.Equal(out, twice) {
			t.Fatalf("%s\n%s", out, twice)
		}
	})
}
