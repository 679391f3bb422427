package orgoverlay_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

func TestReadPatchTellsAbsentFromCleared(t *testing.T) {
	t.Parallel()
	p, err := orgoverlay.ReadPatch([]byte(` {"remarks": null, "custom": {"tier": "gold", "risk": null, "x": {"a": [1]}}, "remove_attachments": ["a", "b"]} `))
	require.NoError(t, err)
	want := orgoverlay.Patch{Remarks: orgoverlay.Clear[string](), Remove: []orgoverlay.AttachmentID{"a", "b"}, Custom: map[string]orgoverlay.Opt[[]byte]{
		"tier": orgoverlay.Set([]byte(`"gold"`)), "risk": orgoverlay.Clear[[]byte](), "x": orgoverlay.Set([]byte(`{"a": [1]}`))}}
	if d := cmp.Diff(want, p, cmp.AllowUnexported(orgoverlay.Opt[string]{}, orgoverlay.Opt[[]byte]{})); d != "" {
		t.Errorf("patch (-want +got):\n%s", d)
	}
	if p.FinancialID.Given() || !p.Remarks.Given() || p.Remarks.Value() != "" {
		t.Error("what is not given stays, null clears")
	}
	empty, err := orgoverlay.ReadPatch([]byte(`{}`))
	require.NoError(t, err)
	if empty.Remarks.Given() || empty.Custom != nil {
		t.Errorf("an empty patch: %+v", empty)
	}
}

func TestReadPatchNamesEveryFault(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		`[]`:                                 {""},
		``:                                   {""},
		`{"remarks": "x"`:                    {""},
		`{"remarks": "x"} {}`:                {""},
		"{\"remarks\": \"\xff\"}":            {""},
		`{"remarks": 1, "Remarks": "x"}`:     {"remarks", "Remarks"},
		`{"remarks": "x", "remarks": "y"}`:   {"remarks"},
		`{"custom": null}`:                   {"custom"},
		`{"custom": {"a": 1, "a": 2}}`:       {"custom.a"},
		`{"custom": {"a": [{"b":1,"b":2}]}}`: {"custom.a[0].b"},
		`{"remove_attachments": "a"}`:        {"remove_attachments"},
		`{"remove_attachments": null}`:       {"remove_attachments"},
		`{"name": "x", "manager": "y", "financial_id": {}}`: {"name", "manager", "financial_id"},
	} {
		p, err := orgoverlay.ReadPatch([]byte(text))
		if d := cmp.Diff(want, paths(t, err)); d != "" {
			t.Errorf("%s (-want +got):\n%s", text, d)
		}
		if p.Remarks.Given() || p.FinancialID.Given() || p.Custom != nil || p.Remove != nil {
			t.Errorf("%s: a refused patch gives something: %+v", text, p)
		}
	}
}

// A patch that is read is one that JSON has, and reading does not fail in another way than by naming fields.
func FuzzReadPatch(f *testing.F) {
	for _, seed := range []string{`{"remarks":"x"}`, `{"custom":{"a":[{"b":1}],"c":null}}`, `{"remove_attachments":["a"]}`, `{"a":{"a":1,"a":1}}`, `[`, `{"remarks":null}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := orgoverlay.ReadPatch(data)
		if err != nil {
			if len(paths(t, err)) == 0 {
				t.Error("refused without a field")
			}
			return
		}
		again, err := orgoverlay.ReadPatch(data)
		require.NoError(t, err)
		if d := cmp.Diff(p, again, cmp.AllowUnexported(orgoverlay.Opt[string]{}, orgoverlay.Opt[[]byte]{})); d != "" {
			t.Errorf("read twice:\n%s", d)
		}
	})
}
