package rivercourier_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/courier"
	"github.com/mspkit/mspkit/store/courier/rivercourier"
)

// A message row and its job are committed together, and the message is on its way a moment later.
func Example() {
	if err := example(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: alder sends offer/1
}

func example(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "rivercourier")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var pools [2]*sql.DB // the host's and River's
	for i := range pools {
		if pools[i], err = sql.Open("sqlite", "file:"+filepath.Join(dir, "alder.db")+pragmas); err != nil {
			return err
		}
		pools[i].SetMaxOpenConns(1)
		defer pools[i].Close()
	}
	host := pools[0]
	if _, err := host.ExecContext(ctx, schema); err != nil { // bunstore.Migrate, in a host
		return err
	}

	driver := riversqlite.New(pools[1])
	if err := rivercourier.Migrate(ctx, driver); err != nil {
		return err
	}
	waker, err := rivercourier.New(driver, rivercourier.Config{})
	if err != nil {
		return err
	}
	sent := make(chan string)
	c := courier.New(sqlQueue{host}, map[string]courier.Deliver{ // DB.Messages(), in a host
		store.DomainCollab: func(_ context.Context, account string, m store.Message) error {
			sent <- account + " sends " + m.Key
			return nil
		},
	}, courier.Config{Holder: "alder"})
	if err := waker.Start(ctx, c); err != nil {
		return err
	}

	tx, err := host.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	id, err := insert(ctx, tx, "offer/1", "project-1", time.Now())
	if err != nil {
		return err
	}
	if err := waker.OnMessages(ctx, tx, []int64{id}); err != nil { // bunstore.Config.OnMessages, in a host
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	fmt.Println(<-sent)
	return waker.Stop(ctx)
}
