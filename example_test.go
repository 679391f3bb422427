package mspkit_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

func Example() {
	ctx := context.Background()
	db := memstore.New(memstore.Config{}) // in a product: bunstore.New with the host's *bun.DB
	alder := locations.NewService(store.Locations(db.For("alder")), locations.Config{})
	sam := locations.Actor{Name: "sam", System: "alder"}

	// A client's table comes in; a row that breaks a rule stays out, with its line.
	table := strings.NewReader("id,name,city\n1001,Pike Place,Seattle\n1002,Pearl St,Portland\n1002,Pearl Annex,Portland\n")
	layout := locations.Layout{
		ID:     "id",
		Fields: map[locations.Fields]string{locations.FieldName: "name", locations.FieldCity: "city"},
		Levels: []locations.LevelColumn{{Name: "city"}},
	}
	loaded, err := alder.LoadTable(ctx, sam, "northwind", table, layout, locations.LoadOptions{})
	fmt.Println(loaded.Created, "places,", "refused:", loaded.Refused[0], err)

	// A person changes one by hand, on the revision that was looked at.
	head, err := alder.Edit(ctx, sam, "northwind", loaded.Head.Revision, locations.Rename("1002", "Pearl Street"))
	fmt.Println("revision", head.Revision, err)

	// Nothing is changed without a trace.
	records, err := alder.History(ctx, "northwind", "", 1)
	for _, c := range records[0].Changes {
		fmt.Printf("%s: %s %s %q -> %q %v\n", records[0].Actor, c.Key, c.Field, c.Before, c.After, err)
	}
	// Output:
	// 4 places, refused: line 4: 1002: id: the ID stands on line 3 already (id_duplicate) <nil>
	// revision 2 <nil>
	// sam: 1002 name "Pearl St" -> "Pearl Street" <nil>
}
