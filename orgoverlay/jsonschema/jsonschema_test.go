package jsonschema

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

func TestValuesAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		schema, value string
		want          []orgoverlay.FieldError
	}{
		{`{}`, `"anything"`, nil},
		{`{"type":"integer","minimum":1,"maximum":5}`, `5`, nil},
		{`{"type":"integer","minimum":1,"maximum":5}`, `9`, []orgoverlay.FieldError{{Rule: "maximum", Message: "maximum: got 9, want 5"}}},
		{`{"type":"integer"}`, `1.5`, []orgoverlay.FieldError{{Rule: "type", Message: "got number, want integer"}}},
		{`{"enum":["bronze","silver","gold"]}`, `"lead"`, []orgoverlay.FieldError{{Rule: "enum", Message: "value must be one of 'bronze', 'silver', 'gold'"}}},
		{`{"type":"array","items":{"type":"object","properties":{"a/b":{"maxLength":1}}}}`, `[{},{"a/b":"xy"}]`, []orgoverlay.FieldError{{Path: "/1/a~1b", Rule: "maxLength", Message: "maxLength: got 2, want 1"}}},
		{`{"format":"date"}`, `"2026-02-30"`, []orgoverlay.FieldError{{Rule: "format", Message: "'2026-02-30' is not valid date: parsing time \"2026-02-30\": day out of range"}}},
		{`{"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{"type":"string"}],"items":false}`, `["a"]`, nil},
		{`{"type":"string"}`, `nonsense`, []orgoverlay.FieldError{{Rule: "json", Message: "is no JSON"}}},
		{`{"type":"string"}`, `"a" "b"`, []orgoverlay.FieldError{{Rule: "json", Message: "is no JSON"}}},
		{`{"type":"integer"}`, `1e999999999999`, []orgoverlay.FieldError{{Rule: "type", Message: "got number, want integer"}}},
	} {
		s, err := Schemas{}.Compile([]byte(c.schema))
		require.NoError(t, err, c.schema)
		require.Empty(t, cmp.Diff(c.want, s.Check([]byte(c.value))), "%s of %s", c.value, c.schema)
	}
}

func TestEverythingThatIsWrongIsTold(t *testing.T) {
	t.Parallel()
	s, err := Schemas{}.Compile([]byte(`{"type":"array","items":{"type":"integer","maximum":3}}`))
	require.NoError(t, err)
	var paths []string
	for _, e := range s.Check([]byte(`[1,"x",3,4]`)) {
		paths = append(paths, e.Path+" "+e.Rule)
	}
	require.Equal(t, []string{"/1 type", "/3 maximum"}, paths)
}

func TestSchemasThatAreRefused(t *testing.T) {
	t.Parallel()
	for schema, why := range map[string]string{
		`{`:                                     "no JSON",
		`{"type":"colour"}`:                     `at "/type"`,
		`{"minimum":"1"}`:                       `at "/minimum"`,
		`{"pattern":"("}`:                       "regex",
		`{"allOf":[{"$ref":"#"}]}`:              "$ref is not taken",
		`{"$ref":"https://example.com/schema"}`: "$ref is not taken",
		`{"$dynamicRef":"#x"}`:                  "$dynamicRef is not taken",
		`{"$schema":"https://example.com/own"}`: "nothing is loaded",
		`"` + strings.Repeat("x", MaxSchema):    "at most 65536 are taken",
	} {
		_, err := Schemas{}.Compile([]byte(schema))
		require.ErrorContains(t, err, why, schema)
	}
}

func FuzzCompileAndCheck(f *testing.F) {
	f.Add(`{"type":"integer","maximum":5}`, `9`)
	f.Add(`{"anyOf":[{"pattern":"^a+$"},{"multipleOf":0.1}]}`, `1e400`)
	f.Add(`{"propertyNames":{"format":"uri"},"unevaluatedProperties":false}`, `{"a":[null]}`)
	f.Fuzz(func(t *testing.T, schema, value string) {
		s, err := Schemas{}.Compile([]byte(schema))
		if err != nil {
			return
		}
		for _, e := range s.Check([]byte(value)) {
			if e.Message == "" {
				t.Errorf("%s of %s: no words", value, schema)
			}
		}
	})
}
