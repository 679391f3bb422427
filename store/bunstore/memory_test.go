package bunstore_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store/bunstore"
)

// What an import holds in memory is a page, however many there are. With MSPKIT_DEEP set, the growth from 10,000 to 100,000 shops is looked at.
func TestMemoryOfAnImportIsBoundedByThePage(t *testing.T) { // not parallel: it looks at the whole process
	few, many, most := 2000, 10_000, uint64(16<<20)
	if os.Getenv("MSPKIT_DEEP") != "" {
		few, many, most = 10_000, 100_000, 64<<20
	}
	if testing.Short() {
		t.Skip("imports 10,000 shops")
	}
	db, _ := openFile(t, bunstore.Config{})
	im := newImporter(t, db)
	im.offered.total = many
	run := im.start(t)
	var highest, atFew uint64
	for done := 0; done < many; done += collab.MaxPage {
		if done == few {
			atFew = highest
		}
		require.NoError(t, im.next(context.Background()))
		highest = max(highest, resident(t))
	}
	im.requireDone(t, run.ID, collab.Counts{Imported: int64(many)})
	t.Logf("%d MiB at %d shops, %d MiB at %d", atFew>>20, few, highest>>20, many)
	require.Less(t, highest-atFew, most, "the memory of %d shops more", many-few)
}

// resident is the memory of this process in bytes: what the system says, or else what the runtime took from it.
func resident(t *testing.T) uint64 {
	t.Helper()
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		var size, pages uint64
		_, err := fmt.Fscan(strings.NewReader(string(text)), &size, &pages)
		require.NoError(t, err)
		return pages * uint64(os.Getpagesize())
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}
