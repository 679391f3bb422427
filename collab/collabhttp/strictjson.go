package collabhttp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// ErrBody is matched by every error about a JSON body that was refused.
var ErrBody = errors.New("json body")

// BodyError says where and why a JSON body was refused. It matches ErrBody.
type BodyError struct {
	// Pointer is the JSON pointer (RFC 6901) of the value, "" for the whole
	// body. Pointer and Reason are cut after 200 bytes.
	Pointer string
	Reason  string
}

func (e *BodyError) Error() string {
	if e.Pointer == "" {
		return fmt.Sprintf("%v: %s", ErrBody, e.Reason)
	}
	return fmt.Sprintf("%v: at %q: %s", ErrBody, e.Pointer, e.Reason)
}

// Unwrap makes the error match ErrBody.
func (e *BodyError) Unwrap() error { return ErrBody }

// TooLargeError refuses a body, of a request or of a response, that holds more
// than Limit bytes. It matches ErrBody.
type TooLargeError struct{ Limit int64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%v: larger than %d bytes", ErrBody, e.Limit)
}

// Unwrap makes the error match ErrBody.
func (e *TooLargeError) Unwrap() error { return ErrBody }

// readBody reads r to its end, and answers *TooLargeError once that takes more
// than limit bytes. It reads at most one byte more than limit.
func readBody(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, &TooLargeError{Limit: limit}
	}
	return data, nil
}

const maxErrorText = 200 // bytes

// jsonLimits bounds what a body can make of its bytes.
type jsonLimits struct {
	Depth int // objects and arrays within one another
	Items int // array elements and object members in the whole body
}

// decodeStrict decodes one JSON value into the struct that into points to, which
// should be zero. It refuses, as *BodyError, what is not JSON in valid UTF-8,
// anything after the value, repeated names, names that into does not have
// (compared exactly), values of a wrong type, and what is over limits. The
// limits are checked before anything is built; after an error into may be half
// filled.
func decodeStrict(data []byte, into any, limits jsonLimits) error {
	if err := checkLimits(data, limits); err != nil {
		return err
	}
	if err := json.Unmarshal(data, into, json.RejectUnknownMembers(true)); err != nil {
		return bodyError(err)
	}
	return nil
}

// checkLimits walks the first value of data. What follows it and repeated names
// are left to the decoding.
func checkLimits(data []byte, limits jsonLimits) error {
	d := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true))
	items := 0
	for {
		parent, n := d.StackIndex(d.StackDepth())
		isName := parent == '{' && n%2 == 0
		token, err := d.ReadToken()
		if err != nil {
			return bodyError(err)
		}
		if d.StackDepth() > limits.Depth {
			return newBodyError(d.StackPointer(), fmt.Sprintf("nested deeper than %d", limits.Depth))
		}
		if kind := token.Kind(); !isName && parent != 0 && kind != '}' && kind != ']' {
			items++
		}
		if items > limits.Items {
			return newBodyError(d.StackPointer(), fmt.Sprintf("more than %d items", limits.Items))
		}
		if d.StackDepth() == 0 {
			return nil
		}
	}
}

var jsonKinds = map[jsontext.Kind]string{'n': "null", 'f': "a boolean", 't': "a boolean", '"': "a string", '0': "a number", '{': "an object", '[': "an array"}

// bodyError tells the sender what is wrong with its body in terms of JSON, not
// of our types.
func bodyError(err error) error {
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		return newBodyError(syntactic.JSONPointer, syntactic.Err.Error())
	}
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return newBodyError("", err.Error())
	}
	switch {
	case errors.Is(semantic, json.ErrUnknownName):
		return newBodyError(semantic.JSONPointer, "unknown name")
	case jsonKinds[semantic.JSONKind] == "":
		return newBodyError(semantic.JSONPointer, "value does not fit")
	case semantic.Err != nil:
		return newBodyError(semantic.JSONPointer, jsonKinds[semantic.JSONKind]+" does not fit: "+semantic.Err.Error())
	}
	return newBodyError(semantic.JSONPointer, jsonKinds[semantic.JSONKind]+" does not fit")
}

func newBodyError(at jsontext.Pointer, reason string) error {
	return &BodyError{Pointer: short(string(at)), Reason: short(reason)}
}

// short keeps what comes from a peer from filling logs and replies.
func short(s string) string {
	if len(s) > maxErrorText {
		s = s[:maxErrorText]
	}
	return strings.ToValidUTF8(s, "")
}
