package memstore_test

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

func Example() {
	ctx := context.Background()
	alder := memstore.New(memstore.Config{}).For("alder")
	put := func(c collab.Client) error {
		return alder.Update(ctx, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Clients.Put(ctx, c) })
	}
	fmt.Println(put(collab.Client{ID: "acme", Name: "Acme Stores"}))
	fmt.Println(put(collab.Client{ID: "acme", Name: "Acme", Version: 1}))
	fmt.Println(put(collab.Client{ID: "acme", Name: "Stale", Version: 1}))
	err := alder.View(ctx, func(ctx context.Context, v store.View) error {
		c, err := v.Collab.Clients.Client(ctx, "acme")
		fmt.Println(c.Name, c.Version)
		return err
	})
	fmt.Println(err)
	// Output:
	// <nil>
	// <nil>
	// memstore: put client acme: conflict: the record has changed
	// Acme 2
	// <nil>
}
