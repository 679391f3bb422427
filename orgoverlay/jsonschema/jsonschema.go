// Package jsonschema checks the custom fields of package orgoverlay by JSON Schema 2020-12.
//
// A field's schema is one self-contained document. Formats such as date, email and uri are asserted; patterns are Go's, whose time
// grows no faster than the text. References ($ref and its kin) are not taken: nothing is ever loaded, and a short schema cannot be
// made to take long by pointing at itself again and again.
package jsonschema

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/mspkit/mspkit/orgoverlay"
)

// MaxSchema is how many bytes a schema may have.
const MaxSchema = 64 << 10

// Schemas compiles schemas; it is a Config.Schemas. The zero value is ready.
type Schemas struct{}

var _ orgoverlay.Schemas = Schemas{}

// Compile reads one schema. Its error says what is wrong with it.
func (Schemas) Compile(schema []byte) (orgoverlay.Schema, error) {
	if len(schema) > MaxSchema {
		return nil, fmt.Errorf("jsonschema: the schema has %d bytes, at most %d are taken", len(schema), MaxSchema)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, fmt.Errorf("jsonschema: the schema is no JSON: %w", err)
	}
	if key := reference(document); key != "" {
		return nil, fmt.Errorf("jsonschema: %s is not taken", key)
	}
	const name = "field:schema"
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	c.UseLoader(nothing{})
	if err := c.AddResource(name, document); err != nil {
		return nil, fmt.Errorf("jsonschema: %w", err)
	}
	compiled, err := c.Compile(name)
	if err != nil {
		var wrong *jsonschema.SchemaValidationError
		var detail *jsonschema.ValidationError
		if errors.As(err, &wrong) && errors.As(wrong.Err, &detail) {
			found := flatten(nil, detail)
			return nil, fmt.Errorf("jsonschema: the schema is none: at %q: %s", found[0].Path, found[0].Message)
		}
		return nil, fmt.Errorf("jsonschema: %w", err)
	}
	return checker{compiled}, nil
}

// nothing loads nothing.
type nothing struct{}

func (nothing) Load(string) (any, error) { return nil, errors.New("nothing is loaded") }

// reference returns the keyword by which a document refers to something, and "" without one. A property of such a name counts too.
func reference(v any) string {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if slices.Contains([]string{"$ref", "$dynamicRef", "$recursiveRef"}, key) {
				return key
			}
			if found := reference(value); found != "" {
				return found
			}
		}
	case []any:
		for _, value := range v {
			if found := reference(value); found != "" {
				return found
			}
		}
	}
	return ""
}

type checker struct{ schema *jsonschema.Schema }

// Check returns everything that is wrong with a JSON value. Path is a JSON pointer within it, empty for the value itself; Rule is the keyword.
func (c checker) Check(value []byte) []orgoverlay.FieldError {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
	if err != nil {
		return []orgoverlay.FieldError{{Rule: "json", Message: "is no JSON"}}
	}
	err = c.schema.Validate(v)
	var wrong *jsonschema.ValidationError
	if errors.As(err, &wrong) {
		return flatten(nil, wrong)
	}
	if err != nil {
		return []orgoverlay.FieldError{{Rule: "schema", Message: err.Error()}}
	}
	return nil
}

var pointer = strings.NewReplacer("~", "~0", "/", "~1")

// flatten appends the errors that have no causes of their own.
func flatten(to []orgoverlay.FieldError, e *jsonschema.ValidationError) []orgoverlay.FieldError {
	if len(e.Causes) > 0 {
		for _, cause := range e.Causes {
			to = flatten(to, cause)
		}
		return to
	}
	var path strings.Builder
	for _, token := range e.InstanceLocation {
		path.WriteString("/" + pointer.Replace(token))
	}
	words := e.ErrorKind.LocalizedString(message.NewPrinter(language.English))
	return append(to, orgoverlay.FieldError{Path: path.String(), Rule: strings.Join(e.ErrorKind.KeywordPath(), "/"), Message: words})
}
