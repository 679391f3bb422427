package locations_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mspkit/mspkit/locations"
)

func TestWithTextChangesOneTextOfACopy(t *testing.T) {
	t.Parallel()
	n := northwind()[6]
	for _, f := range locations.Fields(locations.AllFields).Each() {
		got := n.WithText(f, "other")
		switch f {
		case locations.FieldParent, locations.FieldLevel, locations.FieldInactive, locations.FieldAttributes:
			if d := cmp.Diff(n, got); d != "" {
				t.Errorf("%s is not one text: %s", f, d)
			}
		default:
			if got.Value(f) != "other" || n.Value(f) == "other" {
				t.Errorf("%s: %q, and %q before", f, got.Value(f), n.Value(f))
			}
			if d := cmp.Diff(n, got.WithText(f, n.Value(f))); d != "" {
				t.Errorf("%s changes more: %s", f, d)
			}
		}
	}
}
