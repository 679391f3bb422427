package bunstore_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// timed remembers how long the longest update had the writer for itself: from the begin of its closure to its end.
type timed struct {
	store.Scoped
	longest *atomic.Int64
}

func (d timed) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	var begun time.Time
	err := d.Scoped.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		begun = time.Now()
		return fn(ctx, tx)
	})
	if took := int64(time.Since(begun)); !begun.IsZero() && took > d.longest.Load() {
		d.longest.Store(took)
	}
	return err
}

// Big work is staged in pages and switched over in one step, so that nobody waits long for the one writer.
func TestNoUpdateOfALargeSetTakesLong(t *testing.T) {
	if testing.Short() {
		t.Skip("a set of 30,000 places takes some seconds")
	}
	db, _ := openFile(t, bunstore.Config{})
	var longest atomic.Int64
	svc := locations.NewService(store.Locations(timed{db.For("alder"), &longest}), locations.Config{})
	var nodes []locations.Node
	for c := range 300 {
		city := fmt.Sprintf("City %03d", c)
		nodes = append(nodes, locations.Node{Key: locations.PathKey(city), Level: 2, Name: city})
		for s := range 100 {
			nodes = append(nodes, locations.Node{Key: locations.Key(fmt.Sprintf("%03d-%03d", c, s)), Parent: locations.PathKey(city), Level: 1, Name: fmt.Sprintf("Store %d of %s", s, city),
				Place: locations.Place{Address1: fmt.Sprintf("%d Main Street", s), City: city, Country: "US", PostalCode: "98101", Phone: "206 555 0100"}})
		}
	}
	actor := locations.Actor{Name: "sam", System: "alder"}
	_, err := svc.Load(t.Context(), actor, "northwind", nodes, locations.LoadOptions{})
	require.NoError(t, err)
	for i := range nodes { // and once more, with every node changed
		nodes[i].Name += "!"
	}
	_, err = svc.Load(t.Context(), actor, "northwind", nodes, locations.LoadOptions{})
	require.NoError(t, err)
	took := time.Duration(longest.Load())
	t.Logf("the longest of the updates took %v", took)
	require.Less(t, took, 2*time.Second)
}
