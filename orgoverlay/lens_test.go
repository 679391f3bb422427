package orgoverlay

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Resolving takes memory for the page and for all its forms, whatever number of fields and records there is.
func TestResolvingTakesNoMemoryPerField(t *testing.T) {
	for _, fields := range []int{0, 4, 40} {
		var e Extension
		var values []CustomValue
		for i := range fields {
			id := fmt.Sprintf("f%02d", i)
			e.Fields = append(e.Fields, ExtensionField{ID: id, Schema: []byte(`true`), Internal: i%2 == 0})
			values = append(values, CustomValue{id, []byte(`"x"`)})
		}
		list := make([]Listed, 100)
		for i := range list {
			list[i] = Listed{Shared: Shared{ID: OrgID(fmt.Sprint(i))}, Kind: KindTrusted, Local: Local{Remarks: "r", Custom: values}, Version: 1}
		}
		lens := NewLens(e, true)
		var out []Record
		if n := testing.AllocsPerRun(20, func() { out = lens.records(list) }); n > 2 {
			t.Errorf("%d records of %d fields take %v allocations", len(list), fields, n)
		}
		var kept Record
		if n := testing.AllocsPerRun(20, func() { lens.Resolve(&kept, &list[0]) }); n > 0 {
			t.Errorf("one record of %d fields, used again, takes %v allocations", fields, n)
		}
		if len(out) != len(list) || len(out[7].Form.Fields) != fields || len(out[7].Local.Custom) != fields {
			t.Errorf("%d records; of %d fields %d show", len(out), fields, len(out[7].Form.Fields))
		}
	}
}

// A record that is used again holds nothing of what it held before, not even out of sight.
func TestARecordIsUsedAgain(t *testing.T) {
	t.Parallel()
	all := Extension{ID: "x", Number: 2, Fields: []ExtensionField{{ID: "a"}, {ID: "note", Internal: true}}}
	values := []CustomValue{{"a", []byte("1")}, {"gone", []byte("2")}, {"note", []byte("3")}}
	wide, narrow := NewLens(all, true), NewLens(all, false)
	var r Record
	wide.Resolve(&r, &Listed{Shared: Shared{ID: "first"}, Local: Local{Remarks: "first", Custom: values}, Version: 3})
	r.Whys, r.Form.Flagged = []Why{{Agreement: "first"}}, []FieldError{{Path: "first"}}
	if len(r.Local.Custom) != 2 || string(r.Form.Fields[1].Value) != "3" {
		t.Fatalf("the wide lens shows %+v", r)
	}
	narrow.Resolve(&r, &Listed{Shared: Shared{ID: "second"}, Local: Local{Custom: values[2:]}})
	want := Record{Shared: Shared{ID: "second"}, Local: Local{Custom: []CustomValue{}},
		Form: Form{Extension: "x", Number: 2, Fields: []FormField{{ExtensionField: all.Fields[0]}}}}
	if d := cmp.Diff(want, r); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(FormField{}, r.Form.Fields[:2][1]); d != "" {
		t.Errorf("out of sight: %s", d)
	}
	if string(values[1].Value) != "2" || len(values) != 3 {
		t.Errorf("the values have become %+v", values)
	}
	new(Lens).Resolve(&r, &Listed{Shared: Shared{ID: "third"}})
	if len(r.Form.Fields) != 0 || r.Form.Extension != "" || r.ID != "third" {
		t.Errorf("without a form: %+v", r)
	}
}

func BenchmarkResolve(b *testing.B) {
	var e Extension
	var values []CustomValue
	for i := range 4 {
		id := fmt.Sprintf("f%02d", i)
		e.Fields = append(e.Fields, ExtensionField{ID: id})
		values = append(values, CustomValue{id, []byte(`"x"`)})
	}
	list := make([]Listed, 100)
	for i := range list {
		list[i] = Listed{Shared: Shared{Name: "n"}, Kind: KindTrusted, Local: Local{Remarks: "r", Custom: values}, Version: 1}
	}
	lens := NewLens(e, true)
	b.ReportAllocs()
	for b.Loop() {
		lens.records(list)
	}
}
