package locations_test

import (
	"fmt"
	"strings"

	"github.com/mspkit/mspkit/locations"
)

func ExampleCompare() {
	region := locations.Node{Key: "/West", Level: 3, Name: "West"}
	portland := locations.Node{Key: "/West/Portland", Parent: "/West", Level: 2, Name: "Portland"}
	eugene := locations.Node{Key: "/West/Eugene", Parent: "/West", Level: 2, Name: "Eugene"}
	owner, err := locations.Build([]locations.Node{
		region, portland, eugene,
		{Key: "1001", Parent: "/West/Portland", Level: 1, Name: "Pearl Street"},
		{Key: "1002", Parent: "/West/Eugene", Level: 1, Name: "Oak Alley"},
	}, locations.Rules{})
	if err != nil {
		fmt.Println(err)
		return
	}
	other, err := locations.Build([]locations.Node{
		region, portland,
		{Key: "1001", Parent: "/West/Portland", Level: 1, Name: "Pearl St"},
		{Key: "1002", Parent: "/West/Portland", Level: 1, Name: "Oak Alley"},
	}, locations.Rules{})
	if err != nil {
		fmt.Println(err)
		return
	}
	diff := locations.Compare(owner, other)
	for _, c := range diff.Changes {
		fmt.Println(c.Key, c.Kind, c.Fields.Names())
	}
	for _, h := range diff.Hints() {
		fmt.Println("hint:", h.Ours, h.Why)
	}
	plan := locations.PlanPush(locations.Comparison{Diff: diff})
	after, err := locations.Apply(other, plan.Put, locations.Rules{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("in sync after the push:", after.Root() == owner.Root())
	// Output:
	// /West/Eugene missing []
	// 1001 changed [name]
	// 1002 moved [parent]
	// hint: 1001 abbreviation
	// in sync after the push: true
}

func ExampleReadTable() {
	const file = `Number,Name,Region,District
1001,Pearl Street,West,Portland
1002,Oak Alley,West,portland
1001,Lake Shore,Midwest,Chicago
`
	loaded, err := locations.ReadTable(strings.NewReader(file), locations.Layout{
		ID:     "Number",
		Fields: map[locations.Fields]string{locations.FieldName: "Name"},
		Levels: []locations.LevelColumn{{Name: "Region"}, {Name: "District"}},
	}, locations.Rules{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range loaded.Nodes {
		fmt.Println(n.Level, n.Key)
	}
	for _, p := range loaded.Refused {
		fmt.Println("refused:", p)
	}
	for _, p := range loaded.Warnings {
		fmt.Println("warning:", p)
	}
	// Output:
	// 3 /West
	// 2 /West/Portland
	// 2 /West/portland
	// 1 1001
	// 1 1002
	// refused: line 4: 1001: Number: the ID stands on line 2 already (id_duplicate)
	// warning: line 3: /West/portland: District: "portland" looks like "Portland" of line 2 (letter case) (near)
}
