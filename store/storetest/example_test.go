package storetest_test

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
	"github.com/mspkit/mspkit/store/storetest"
)

func ExampleCheck() {
	err := storetest.Check(context.Background(), func() (store.DB, error) { return memstore.New(memstore.Config{}), nil })
	fmt.Println(err)
	// Output: <nil>
}
