package storetest

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

func TestFilledLeavesNoFieldEmptyAndRepeatsNoText(t *testing.T) {
	t.Parallel()
	for _, v := range []any{filled[collab.Partner](seedA), filled[collab.Project](seedA), filled[collab.Shop](seedA), filled[collab.Run](seedA), filled[locations.Stored](seedA)} {
		seen := map[string]bool{}
		leaves(reflect.ValueOf(v), func(f reflect.Value) {
			if f.IsZero() {
				t.Errorf("%T: a field of type %s is empty", v, f.Type())
			}
			if f.Kind() == reflect.String {
				if seen[f.String()] {
					t.Errorf("%T: %q is there twice", v, f)
				}
				seen[f.String()] = true
			}
		})
		if len(seen) == 0 {
			t.Errorf("%T: no text", v)
		}
	}
	if d := cmp.Diff(filled[collab.Shop](seedA), filled[collab.Shop](seedA)); d != "" {
		t.Errorf("the same seed made two values:\n%s", d)
	}
}

func leaves(v reflect.Value, fn func(reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				leaves(v.Field(i), fn)
			}
		}
	case reflect.Slice:
		fn(v)
		for i := range v.Len() {
			leaves(v.Index(i), fn)
		}
	case reflect.Pointer:
		fn(v)
		leaves(v.Elem(), fn)
	default:
		fn(v)
	}
}

func TestSparseKeepsEnumsAndKeysAlone(t *testing.T) {
	t.Parallel()
	full := filled[collab.Run](seedA)
	want := collab.Run{ID: full.ID, Kind: full.Kind, State: full.State}
	if d := cmp.Diff(want, sparse[collab.Run](seedA, []string{"ID"})); d != "" {
		t.Error(d)
	}
}

func TestScribbleReachesSharedMemoryAlone(t *testing.T) {
	t.Parallel()
	v := filled[collab.Project](seedA)
	copied := v
	scribble(&copied)
	if v.Asked.Note != "scribbled" || v.Terms.Except[1] != "scribbled" || v.ID == "scribbled" {
		t.Errorf("not scribbled: %+v", v)
	}
}
