package orgoverlay_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// A dry run reads page by page, and looks at each record once, though names be alike where a page ends.
func TestADryRunReachesTheLastPage(t *testing.T) {
	t.Parallel()
	const own, laid = 1_101, 501
	s := newStage(t, "wdc")
	values := []orgoverlay.CustomValue{{ID: "n", Value: []byte(`7`)}}
	require.NoError(t, s.db.For("wdc").Update(s.ctx, func(ctx context.Context, tx store.Tx) error {
		for i := range own {
			name := fmt.Sprintf("shop %04d", i/2)
			if i%2 == 0 {
				name = fmt.Sprintf("Shop %04d", i/2)
			}
			if i == own-1 {
				name = "a first one, which lets a pair lie over the end of a page"
			}
			o := orgoverlay.Organization{Shared: orgoverlay.Shared{ID: orgoverlay.OrgID(fmt.Sprintf("own-%04d", i)), Name: name}, Local: orgoverlay.Local{Custom: values}}
			if err := tx.Orgoverlay.Orgs.Put(ctx, o); err != nil {
				return err
			}
		}
		overlays := make([]orgoverlay.Overlay, laid)
		for i := range overlays {
			overlays[i] = orgoverlay.Overlay{Org: orgoverlay.OrgID(fmt.Sprintf("gone-%04d", i)), Owner: "former", Local: orgoverlay.Local{Custom: values}}
		}
		return tx.Orgoverlay.Overlays.Put(ctx, overlays)
	}))
	try := func(schema string) orgoverlay.DryRun {
		t.Helper()
		form := orgoverlay.Extension{Name: "x", Fields: []orgoverlay.ExtensionField{field("n", schema)}}
		out, err := s.of("wdc").DryRunExtension(s.ctx, admin("wdc"), form)
		require.NoError(t, err)
		return out
	}
	require.Equal(t, orgoverlay.DryRun{Values: own + laid}, try(`{"type":"integer"}`))
	got := try(`{"type":"string"}`)
	require.Equal(t, own+laid, got.Values)
	require.Equal(t, own+laid, got.Flagged)
	require.Len(t, got.Kept, orgoverlay.MaxKept)
	named := map[orgoverlay.OrgID]bool{}
	for _, kept := range got.Kept {
		require.False(t, named[kept.Org], "%s twice", kept.Org)
		named[kept.Org] = true
	}
}
