package bunstore_test

import (
	"testing"

	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/storetest"
)

func TestStore(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		storetest.Run(t, func(tb testing.TB) store.DB {
			db, _ := open(tb, bunstore.Config{})
			return db
		})
	})
}
