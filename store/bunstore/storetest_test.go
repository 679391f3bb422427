package bunstore_test

import (
	"testing"

	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(tb testing.TB) store.DB {
		db, _ := openFile(tb, bunstore.Config{})
		return db
	})
}
