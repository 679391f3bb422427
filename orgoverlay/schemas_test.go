package orgoverlay

import (
	"errors"
	"fmt"
	"testing"
)

type counting struct{ compiled map[string]int }

func (c counting) Compile(text []byte) (Schema, error) {
	if c.compiled[string(text)]++; string(text) == "wrong" {
		return nil, errors.New("is wrong")
	}
	return anything{}, nil
}

type anything struct{}

func (anything) Check([]byte) []FieldError { return nil }

func TestASchemaIsCompiledOnce(t *testing.T) {
	t.Parallel()
	with := counting{map[string]int{}}
	s := NewService("wdc", nil, Config{Schemas: with})
	form := func(fields ...ExtensionField) Extension {
		return Extension{Name: "x", Category: Category, Fields: fields}
	}
	a, b := ExtensionField{ID: "a", Label: "a", Schema: []byte("one")}, ExtensionField{ID: "b", Label: "b", Schema: []byte("one")}
	for range 3 {
		if err := s.checkExtension(form(a, b)); err != nil {
			t.Fatal(err)
		}
		d := desk{s: s.With(nil), extension: form(a, b)}
		if _, err := d.check(CustomValue{ID: "b", Value: []byte("1")}); err != nil {
			t.Fatal(err)
		}
	}
	if with.compiled["one"] != 1 {
		t.Errorf("compiled %d times", with.compiled["one"])
	}
	b.Schema = []byte("wrong")
	for range 2 {
		if err := s.checkExtension(form(b)); !errors.Is(err, ErrInvalid) {
			t.Errorf("a wrong schema: %v", err)
		}
	}
	if with.compiled["wrong"] != 2 {
		t.Errorf("what cannot be compiled was asked for %d times", with.compiled["wrong"])
	}
	for n := range 3 * maxCompiled {
		if _, err := s.schemas.compile(with, fmt.Append(nil, n)); err != nil {
			t.Fatal(err)
		}
		if kept := len(s.schemas.byText); kept > maxCompiled {
			t.Fatalf("%d are kept", kept)
		}
	}
}
