// Command importshops brings a partner's shops in, exactly once.
//
//	go run ./examples/importshops [N]
//
// Birch carries out N shops (100 unless you say) for a client of alder's, and they stand in every status of the ladder. Alder
// looks at what an import would do and imports: what has reached the export status comes in, and each shop that stays behind
// has its reason. A second import brings nothing new. Then alder returns some shops with a question, birch answers and finalizes
// them, and the next import updates those very shops.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strconv"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/examples/internal/progress"
	"github.com/mspkit/mspkit/examples/internal/twosystems"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // so that Ctrl-C leaves no files behind
	err := run(ctx, os.Args[1:], os.Stdout, progress.On(os.Stderr))
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, args []string, out io.Writer, line progress.Line) error {
	n := 100
	if len(args) > 0 {
		var err error
		if n, err = strconv.Atoi(args[0]); err != nil || n < 1 {
			return fmt.Errorf("%q is not a number of shops", args[0])
		}
	}
	dir, err := os.MkdirTemp("", "importshops")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	pair, err := twosystems.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer pair.Close()
	w := work{Pair: pair, out: out, line: line, shops: n}
	for _, step := range []func(context.Context) error{w.agree, w.carryOut, w.look, w.bring, w.bring, w.giveBack, w.mend, w.bring, w.count} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// work is what the steps of the story share.
type work struct {
	*twosystems.Pair
	out          io.Writer
	line         progress.Line
	shops        int            // how many birch carries out
	alder, birch collab.Project // the project as each side has it
}

// agree makes the project. After birch has its copy of the locations, alder gives one another name: until alder pushes it, the
// shops of that location are held.
func (w *work) agree(ctx context.Context) (err error) {
	a := w.Alder
	if _, err := a.Collab.SaveClient(ctx, a.Staff, collab.Client{ID: collabtest.Northwind, Name: "Northwind Coffee"}); err != nil {
		return err
	}
	if _, err := a.Collab.SaveSurvey(ctx, a.Staff, collabtest.NorthwindSurveys()[0]); err != nil {
		return err
	}
	set := store.SetOf(collabtest.Northwind)
	loaded, err := a.Locations.Load(ctx, a.Keeper, set, collabtest.NorthwindPlaces(), locations.LoadOptions{})
	if err != nil {
		return err
	}
	if w.alder, w.birch, err = w.Share(ctx, collabtest.Northwind, collabtest.DineIn); err != nil {
		return err
	}
	fmt.Fprintf(w.out, "Alder and birch share %q of %s; shops may leave birch from %s on.\n", w.alder.SurveyName, w.alder.ClientName, w.alder.Terms.Export)
	fmt.Fprintln(w.out, "Since birch has its copy, alder has renamed location 3001.")
	_, err = a.Locations.Edit(ctx, a.Keeper, set, loaded.Head.Revision, locations.Rename("3001", "Saint Paul Main"))
	return err
}

// bring imports at alder and reports.
func (w *work) bring(ctx context.Context) error {
	a := w.Alder
	run, err := a.Collab.Import(ctx, a.Staff, w.alder.ID, collab.ImportOptions{})
	if err != nil {
		return err
	}
	stand := func() (r collab.Run, err error) {
		err = a.Collab.Read(ctx, a.Staff, func(ctx context.Context, v collab.View) error {
			r, err = v.Runs.Run(ctx, run.ID)
			return err
		})
		return r, err
	}
	if err := w.line.During(func() string {
		r, err := stand()
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf("alder imports: %d of %d shops", r.Counts.Total(), w.shops)
	}, func() error { return w.Drain(ctx) }); err != nil {
		return err
	}
	if run, err = stand(); err != nil {
		return err
	}
	fmt.Fprintf(w.out, "\nAlder imports (%s):\n", run.State)
	w.show(run.Counts)
	return nil
}

// show lists counts; every shop stands in one of them.
func (w *work) show(c collab.Counts) {
	fmt.Fprintf(w.out, "  %6d new\n  %6d updated\n  %6d imported before\n", c.Imported, c.Updated, c.Already)
	for _, h := range c.Held {
		fmt.Fprintf(w.out, "  %6d held: %s\n", h.Count, h.Reason)
	}
}

// look asks what an import would do, which changes nothing.
func (w *work) look(ctx context.Context) error {
	plan, err := w.Alder.Collab.PlanImport(ctx, w.Alder.Staff, w.alder.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "\nAn import would do this with %d shops:\n", len(plan.Items))
	w.show(plan.Counts)
	fmt.Fprintln(w.out, "  What the reasons mean:")
	for _, h := range plan.Counts.Held {
		fmt.Fprintf(w.out, "    %s: %s\n", h.Reason, h.Reason.Help())
	}
	return nil
}
