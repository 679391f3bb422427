package collab_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
)

func TestEditsSinceImport(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	w.imports(p.ID)
	id, other := w.imported("501").ID, w.imported("503").ID
	edits := func() []collab.Edits {
		t.Helper()
		out, err := w.Alder.Collab.EditsSinceImport(w.ctx, w.Alder.Staff, []collab.ShopID{id, other})
		require.NoError(t, err)
		return out
	}
	require.Empty(t, edits(), "as they came")

	w.save(w.Alder, id, answer("narrative", "First try."))
	w.save(w.Alder, id, func(sh *collab.Shop) {
		answer("narrative", "Rewritten.")(sh)
		sh.Content.Comments = "Taken back below."
	})
	w.save(w.Alder, id, func(sh *collab.Shop) {
		sh.Content.Comments = "Parked across the street."
		sh.Content.ReviewerComments = "Please look again."
	})
	want := []collab.Edits{{Shop: id, Changes: []collab.Change{
		{Field: "answers[narrative]", Before: "Friendly and quick.", After: "Rewritten."},
		{Field: "reviewer_comments", After: "Please look again."},
	}}}
	if d := cmp.Diff(want, edits()); d != "" {
		t.Error(d)
	}
	w.returns(collab.ReturnOptions{}, id)
	require.Len(t, edits(), 1, "what went back still differs from what was imported")

	w.save(w.Birch, "501", status(collab.StatusFinalized))
	w.imports(p.ID)
	require.Empty(t, edits(), "the next import begins anew")

	_, err := w.Alder.Collab.EditsSinceImport(w.ctx, w.Birch.Staff, []collab.ShopID{id})
	require.ErrorIs(t, err, collab.ErrForbidden)
	_, err = w.Alder.Collab.EditsSinceImport(w.ctx, w.Alder.Staff, nil)
	require.ErrorIs(t, err, collab.ErrInvalid)
	jobs, err := w.Birch.Collab.EditsSinceImport(w.ctx, w.Birch.Staff, []collab.ShopID{"501"})
	require.NoError(t, err)
	require.Empty(t, jobs, "birch made its job itself")
}
