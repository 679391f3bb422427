// Command pushlocations shares a client's list of stores with a partner and keeps the partner's copy equal.
//
//	go run ./examples/pushlocations [FILE]
//
// Alder loads a CSV file as a hierarchy (Country, State/Province, City, store), hears which rows are refused and which only
// look odd, and proposes a project to birch. When birch accepts, the whole hierarchy is copied over. Then stores change in the
// ways people change them: one gets another name, another is only spelled in another way, some move to another city, open or
// close. Alder looks at the difference, pushes it, and sees that nothing differs any more, for which one request is enough.
//
// The columns of the file are those of locations.StoreListLayout. Without a file, a fictional list of its own is used.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/examples/internal/progress"
	"github.com/mspkit/mspkit/examples/internal/twosystems"
	"github.com/mspkit/mspkit/locations"
)

//go:embed stores.csv
var sample []byte

// set is alder's hierarchy: a client's places are the set that has the client's id.
const set = locations.SetID(collabtest.Northwind)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // so that Ctrl-C leaves no files behind
	err := run(ctx, os.Args[1:], os.Stdout, progress.On(os.Stderr))
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, args []string, out io.Writer, line progress.Line) (err error) {
	table := io.Reader(bytes.NewReader(sample))
	if len(args) > 0 {
		f, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer f.Close()
		table = f
	}
	dir, err := os.MkdirTemp("", "pushlocations")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	pair, err := twosystems.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer pair.Close()
	alder := pair.Alder

	var loaded locations.LoadResult
	if err := line.During(func() string { return "alder loads its list of stores" }, func() error {
		loaded, err = alder.Locations.LoadTable(ctx, alder.Keeper, set, table, locations.StoreListLayout(), locations.LoadOptions{})
		return err
	}); err != nil {
		return err
	}
	stores, err := storesOf(ctx, alder)
	if err != nil {
		return err
	}
	showLoad(out, loaded, len(stores))

	project, err := share(ctx, pair, line, loaded.Head.Nodes)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nBirch accepts the project %q and has a copy:\n", project.SurveyName)
	if err := compare(ctx, pair, project, out); err != nil {
		return err
	}

	if err := change(ctx, alder, stores, loaded.Head.Revision, out); err != nil {
		return err
	}
	fmt.Fprintln(out, "\nWhat differs at birch now:")
	differs, err := alder.Locations.Compare(ctx, alder.Keeper, locations.ProjectID(project.ID))
	if err != nil {
		return err
	}
	showDiff(out, differs.Diff)

	receipt, err := alder.Locations.Push(ctx, alder.Keeper, locations.PlanPush(differs), locations.PushOptions{})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nAlder pushes all of it: birch has created %d, updated %d and closed %d.\n", receipt.Created, receipt.Updated, receipt.Deactivated)
	return compare(ctx, pair, project, out)
}

// share gives alder a survey of the client, and brings it with the stores to birch.
func share(ctx context.Context, pair *twosystems.Pair, line progress.Line, nodes int) (p collab.Project, err error) {
	alder := pair.Alder
	if _, err := alder.Collab.SaveClient(ctx, alder.Staff, collab.Client{ID: collabtest.Northwind, Name: "Northwind Coffee"}); err != nil {
		return p, err
	}
	if _, err := alder.Collab.SaveSurvey(ctx, alder.Staff, collabtest.NorthwindSurveys()[0]); err != nil {
		return p, err
	}
	pages := (nodes + locations.MaxNodes - 1) / locations.MaxNodes
	err = line.During(func() string {
		return fmt.Sprintf("alder copies %d places to birch in %d pages: %d requests", nodes, pages, pair.Birch.Requests())
	}, func() error {
		p, _, err = pair.Share(ctx, collabtest.Northwind, collabtest.DineIn)
		return err
	})
	return p, err
}

// compare says how much differs, and what it took to find out.
func compare(ctx context.Context, pair *twosystems.Pair, p collab.Project, out io.Writer) error {
	before := pair.Birch.Requests()
	c, err := pair.Alder.Locations.Compare(ctx, pair.Alder.Keeper, locations.ProjectID(p.ID))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "  %d places at alder, %d at birch, %d differ; requests to find out: %d\n", c.Ours.Nodes, c.Theirs.Nodes, len(c.Diff.Changes), pair.Birch.Requests()-before)
	return nil
}
