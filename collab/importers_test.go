package collab_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
)

// TestManyImportersAreOne starts imports of one project from many goroutines, and delivers their pages from many.
func TestManyImportersAreOne(t *testing.T) {
	w := newWorld(t)
	p := w.withJobs()
	const many = 16
	started := make(chan error, many)
	for range many {
		go func() {
			_, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, p.ID, collab.ImportOptions{PageSize: 3})
			started <- err
		}()
	}
	ran := 0
	for range many {
		if err := <-started; err == nil {
			ran++
		} else {
			require.ErrorIs(t, err, collab.ErrRunning)
		}
	}
	require.Equal(t, 1, ran)
	var run collab.Run
	w.view(w.Alder, func(ctx context.Context, v collab.View) error {
		runs, err := v.Runs.List(ctx, p.ID, "", 10)
		require.Len(t, runs, 1)
		run = runs[0]
		return err
	})
	for page := range 3 {
		delivered := make(chan error, many)
		for range many {
			go func() {
				body := fmt.Appendf(nil, `{"run":%q,"page":%d}`, run.ID, page)
				delivered <- w.Alder.Collab.Deliver(w.ctx, collab.Message{Key: "again", Kind: collab.KindImportPage, Payload: body})
			}()
		}
		for range many {
			if err := <-delivered; err != nil {
				require.ErrorIs(t, err, collab.ErrConflict)
			}
		}
	}
	got := w.run(run.ID)
	require.Equal(t, collab.RunDone, got.State)
	require.Equal(t, collab.Counts{Imported: 4, Held: []collab.ReasonCount{{Reason: collab.ReasonBelowExport, Count: 4}}}, got.Counts)
}
