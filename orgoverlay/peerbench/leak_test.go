package peerbench

import (
	"maps"
	"testing"

	"dario.cat/mergo"

	"github.com/mspkit/mspkit/orgoverlay"
)

// What a merge of whole records does where this is not left to the caller: why Resolve merges nothing. The owner's record is whole here, with the
// remarks that are the owner's own.
func owners() flat {
	f := organization(1, false).base
	f.Remarks, f.FinancialID = "margin 31%", "GT-ACC-9"
	return f
}

func TestMergingShowsTheOwnersRemarksWhereTheViewerHasNone(t *testing.T) {
	t.Parallel()
	merged := owners()
	check(mergo.Merge(&merged, flat{FinancialID: "wdc-1234"}, mergo.WithOverride)) // cleared remarks, and none at all, are the same
	if merged.Remarks != "margin 31%" || merged.FinancialID != "wdc-1234" {
		t.Errorf("mergo has changed: remarks %q, financial ID %q", merged.Remarks, merged.FinancialID)
	}
	if got := resolvedOf(t, orgoverlay.Local{FinancialID: "wdc-1234"}); got.Remarks != "" || got.FinancialID != "wdc-1234" {
		t.Errorf("resolved to remarks %q, financial ID %q", got.Remarks, got.FinancialID)
	}
}

func TestMergingOfEmptyValuesWipesWhatTheViewerDidNotMention(t *testing.T) {
	t.Parallel()
	merged := owners()
	check(mergo.Merge(&merged, flat{FinancialID: "wdc-1234"}, mergo.WithOverwriteWithEmptyValue))
	if merged.Remarks != "" || merged.Name != "" {
		t.Errorf("mergo has changed: remarks %q, name %q", merged.Remarks, merged.Name)
	}
	if got := resolvedOf(t, orgoverlay.Local{FinancialID: "wdc-1234"}); got.Name != owners().Name || got.Country != "US" {
		t.Errorf("resolved to name %q, country %q", got.Name, got.Country)
	}
}

func TestMergingIntoACopyWritesIntoTheOwnersRecord(t *testing.T) {
	t.Parallel()
	base := map[string]any{"name": "GigaTera", "custom": map[string]any{"segment": "A"}}
	merged := maps.Clone(base)
	check(mergo.Merge(&merged, map[string]any{"custom": map[string]any{"tier": "gold"}}, mergo.WithOverride))
	if _, there := base["custom"].(map[string]any)["tier"]; !there {
		t.Error("mergo has changed: the owner's record stays as it was")
	}

	listed := organization(1, false).listed
	listed.Local.Custom = []orgoverlay.CustomValue{{ID: "tier", Value: []byte(`"gold"`)}}
	before := listed.Shared.Clone()
	lens := form()
	var r orgoverlay.Record
	lens.Resolve(&r, &listed)
	r.Name, r.Form.Fields[0].Value, r.Form.Fields[0].Label = "Mine", []byte(`"lead"`), "Mine"
	var again orgoverlay.Record
	lens.Resolve(&again, &listed)
	if again.Name != before.Name || string(again.Form.Fields[0].Value) != `"gold"` || again.Form.Fields[0].Label != "tier" {
		t.Errorf("writing to a record reached its source: %+v", again)
	}
}

// resolvedOf resolves the organization of owners, as one who has laid these fields over it.
func resolvedOf(t *testing.T, local orgoverlay.Local) flat {
	t.Helper()
	listed := organization(1, false).listed // of the owner's record all that there is to read
	listed.Local = local
	lens := form()
	var r orgoverlay.Record
	lens.Resolve(&r, &listed)
	return resolved(t, r)
}
