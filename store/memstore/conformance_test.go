package memstore_test

import (
	"testing"

	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
	"github.com/mspkit/mspkit/store/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(testing.TB) store.DB { return memstore.New(memstore.Config{}) })
}
