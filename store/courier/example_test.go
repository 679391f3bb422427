package courier_test

import (
	"context"
	"fmt"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/courier"
	"github.com/mspkit/mspkit/store/memstore"
)

// A message is written together with what it announces, and delivered after.
func Example() {
	ctx := context.Background()
	db := memstore.New(memstore.Config{})
	err := db.For("alder").Update(ctx, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Outbox.Enqueue(ctx, []collab.Message{
			{Key: "offer/1", Stream: "project-1", Kind: "offer", Due: time.Now().UTC()},
		})
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	c := courier.New(db.Messages(), map[string]courier.Deliver{
		store.DomainCollab: func(_ context.Context, account string, m store.Message) error {
			fmt.Printf("%s sends %s\n", account, m.Key)
			return nil
		},
	}, courier.Config{Holder: "alder"})
	report, err := c.Start(ctx)
	fmt.Println(report, err)
	// Output:
	// alder sends offer/1
	// 1 delivered, 0 retried, 0 parked, 0 lost <nil>
}
