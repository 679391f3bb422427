package orgoverlay

import (
	"fmt"
	"testing"
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
		lens := look(e, true)
		var out []Record
		if n := testing.AllocsPerRun(20, func() { out = lens.records(list) }); n > 2 {
			t.Errorf("%d records of %d fields take %v allocations", len(list), fields, n)
		}
		if len(out) != len(list) || len(out[7].Form.Fields) != fields || len(out[7].Local.Custom) != fields {
			t.Errorf("%d records; of %d fields %d show", len(out), fields, len(out[7].Form.Fields))
		}
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
	lens := look(e, true)
	b.ReportAllocs()
	for b.Loop() {
		lens.records(list)
	}
}
