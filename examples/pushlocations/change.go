package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/mspkit/mspkit/examples/internal/twosystems"
	"github.com/mspkit/mspkit/locations"
)

// most is how many stores change in each way; of a short list, a tenth does.
const most = 60

// storesOf returns alder's stores, ordered by key.
func storesOf(ctx context.Context, s *twosystems.System) ([]locations.Node, error) {
	const page = 1000
	var stores []locations.Node
	for after := locations.Key(""); ; {
		rows, err := s.Locations.List(ctx, set, after, page)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if after = r.Key; r.Level == locations.LocationLevel {
				stores = append(stores, r.Node)
			}
		}
		if len(rows) < page {
			return stores, nil
		}
	}
}

// way is a way in which people change stores.
type way struct {
	done  string
	edits func(stores []locations.Node, i int) []locations.Edit // none: the i-th store is not one for it
}

var ways = []way{
	{"get another name", rename},
	{"are spelled in another way", respell},
	{"move to another city", move},
	{"open", open},
	{"close", func(stores []locations.Node, i int) []locations.Edit {
		return []locations.Edit{locations.Deactivate(stores[i].Key)}
	}},
}

// change changes stores in every way, evenly over the list, and writes all of it at once.
func change(ctx context.Context, alder *twosystems.System, stores []locations.Node, revision int64, out io.Writer) error {
	fmt.Fprintln(out, "\nAt alder things change:")
	each := min(most, (len(stores)+9)/10)
	total := each * len(ways)
	step := max(1, len(stores)/(total+1)-1) // leaves room to pass over stores that a way is not for
	var edits []locations.Edit
	edited := map[locations.Key]bool{} // two stores may open in one new city
	counts := make([]int, len(ways))
	for i, done := 0, 0; done < total && i < len(stores); i++ {
		w := done % len(ways)
		more := ways[w].edits(stores, i)
		if len(more) == 0 {
			continue
		}
		for _, e := range more {
			if !edited[e.Node.Key] {
				edited[e.Node.Key] = true
				edits = append(edits, e)
			}
		}
		counts[w]++
		done++
		i += step - 1
	}
	for w, n := range counts {
		fmt.Fprintf(out, "  %3d stores %s\n", n, ways[w].done)
	}
	_, err := alder.Locations.Edit(ctx, alder.Keeper, set, revision, edits...)
	return err
}

func rename(stores []locations.Node, i int) []locations.Edit {
	return []locations.Edit{locations.Rename(stores[i].Key, stores[i].Name+" Market")}
}

// respell shortens a word or writes the name in capitals, in scripts that have them.
func respell(stores []locations.Node, i int) []locations.Edit {
	name := stores[i].Name
	respelled := strings.ReplaceAll(name, "Street", "St")
	if respelled == name {
		respelled = strings.ToUpper(name)
	}
	if respelled == name {
		return nil
	}
	return []locations.Edit{locations.Rename(stores[i].Key, respelled)}
}

// move takes a store to the city of the next store that is in another one.
func move(stores []locations.Node, i int) []locations.Edit {
	for _, to := range stores[i+1:] {
		if to.Parent != stores[i].Parent {
			n := locations.Node{Key: stores[i].Key, Parent: to.Parent, Place: to.Place}
			return []locations.Edit{{Node: n, Fields: locations.FieldParent | locations.FieldCity | locations.FieldState | locations.FieldCountry}}
		}
	}
	return nil
}

// open adds a store in a city that is new, in the state of one that is there.
func open(stores []locations.Node, i int) []locations.Edit {
	p := stores[i].Place
	if p.City == "" || p.State == "" || p.Country == "" {
		return nil
	}
	city := fmt.Sprintf("New %s", p.City)
	parent := locations.Node{Key: locations.PathKey(p.Country, p.State, city), Parent: locations.PathKey(p.Country, p.State), Level: locations.LocationLevel + 1, Name: city}
	store := locations.Node{
		Key: stores[i].Key + "-N", Parent: parent.Key, Level: locations.LocationLevel, Name: "New " + stores[i].Name,
		Place: locations.Place{Address1: "1 Station Square", City: city, State: p.State, Country: p.Country},
	}
	return []locations.Edit{locations.Put(parent), locations.Put(store)}
}
