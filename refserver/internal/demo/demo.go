// Package demo runs two systems side by side: alder, the Primary, with the fictional client Northwind Coffee, and birch,
// its Secondary. Each is a whole system with a database, a key and an address of its own; they talk over HTTP.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// Config says where the two systems live.
type Config struct {
	// AlderAddr and BirchAddr are where they listen. Required.
	AlderAddr, BirchAddr string
	// Data is a folder that keeps both databases and keys, so that the next start goes on from there. Default: a temporary
	// folder, removed by Close.
	Data string
	// Log hears of requests, deliveries and failures. Default: nothing is logged.
	Log *slog.Logger
}

// Demo is the two systems, ready to run.
type Demo struct {
	Alder, Birch *app.App

	temporary string // folder to remove
	made      string // folder that was not there before, to remove when the start fails
}

// Open opens both systems, registers them with each other by their keys, and seeds alder the first time.
func Open(ctx context.Context, cfg Config) (*Demo, error) {
	d := &Demo{}
	if err := d.open(ctx, cfg); err != nil {
		if d.made != "" {
			d.temporary = d.made
		}
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Demo) open(ctx context.Context, cfg Config) (err error) {
	data := cfg.Data
	if data == "" {
		if data, err = os.MkdirTemp("", "mspkit-demo-"); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		d.temporary = data
	}
	if _, err := os.Stat(data); errors.Is(err, os.ErrNotExist) {
		d.made = data
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("demo: folder for -data: %w", err)
	}
	system := func(id, name, addr, flag string) app.Config {
		return app.Config{
			ID: id, Name: name, Addr: addr, AddrFlag: flag, Log: cfg.Log,
			DB: filepath.Join(data, id+".db"), Key: filepath.Join(data, id+".key"),
			AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		}
	}
	alder := system("alder", "Alder (Primary)", cfg.AlderAddr, "-alder-addr")
	alder.Start = d.start
	if d.Alder, err = app.Open(ctx, alder); err != nil {
		return err
	}
	birch := system("birch", "Birch (Secondary)", cfg.BirchAddr, "-birch-addr")
	birch.Accepted, birch.Hue, birch.Start = makeJobs, "amber", d.start
	if d.Birch, err = app.Open(ctx, birch); err != nil {
		return err
	}
	if err := introduce(ctx, d.Alder, d.Birch); err != nil {
		return err
	}
	if err := introduce(ctx, d.Birch, d.Alder); err != nil {
		return err
	}
	return seed(ctx, d.Alder)
}

// start tells a newcomer what to click first, at either system.
func (d *Demo) start() []ui.Part {
	at := func(a *app.App, path string) string { return a.Home() + path }
	return []ui.Part{ui.Preview{Title: "Start here: two systems share one survey", Parts: []ui.Part{ui.List{Numbered: true, Lines: []ui.Line{
		ui.Say(ui.Text("Alder (green) owns the client Northwind Coffee."), ui.To("Offer its survey Dine-In to birch.", at(d.Alder, "/projects/new"))),
		ui.Say(ui.Text("Birch (amber) will shop it."), ui.To("At birch, open what requires attention and accept it.", at(d.Birch, "/projects"))),
		ui.Say(ui.Text("Birch now has the client, the survey, six locations and eight jobs."), ui.To("Look at its shops.", at(d.Birch, "/shops"))),
		ui.Say(ui.Text("Back at alder,"), ui.To("open the project and import:", at(d.Alder, "/projects")), ui.Text("four shops have got far enough, and four say why they have not.")),
		ui.Say(ui.Text("At alder,"), ui.To("open a shop that came in,", at(d.Alder, "/shops")), ui.Text("change an answer, save, and return it: birch has it back.")),
	}}}}}
}

// introduce registers other at a, once and again when its address or key is another than last time. The module is
// switched on with the first registration, and stays as people set it after that.
func introduce(ctx context.Context, a, other *app.App) error {
	partners, err := a.Collab.Partners(ctx)
	if err != nil {
		return err
	}
	id := other.Collab.System()
	for _, p := range partners {
		known := len(p.Keys) > 0 && p.Keys[0].ID == other.Key.ID
		if p.ID == id && p.URL == other.URL() && known {
			return nil
		}
	}
	if len(partners) == 0 {
		if err := a.Collab.SetModule(ctx, a.Actor, true); err != nil {
			return err
		}
	}
	_, err = a.Collab.Register(ctx, a.Actor, collab.Partner{ID: id, Name: string(id), URL: other.URL(), Keys: []collab.PartnerKey{other.Key}})
	return err
}

// seed gives the Primary its client, surveys and locations. What is there already stays as it is.
func seed(ctx context.Context, a *app.App) error {
	head, err := a.Locations.Head(ctx, locations.SetID(collabtest.Northwind))
	if err != nil || head.Revision > 0 { // written last of all
		return err
	}
	ours := func(err error) error {
		if errors.Is(err, collab.ErrConflict) {
			return nil
		}
		return err
	}
	if _, err := a.Collab.SaveClient(ctx, a.Actor, collab.Client{ID: collabtest.Northwind, Name: "Northwind Coffee"}); ours(err) != nil {
		return err
	}
	for _, survey := range collabtest.NorthwindSurveys() {
		survey.Version = 0
		if _, err := a.Collab.SaveSurvey(ctx, a.Actor, survey); ours(err) != nil {
			return err
		}
	}
	_, err = a.Locations.Load(ctx, a.Keeper, locations.SetID(collabtest.Northwind), collabtest.NorthwindPlaces(), locations.LoadOptions{})
	return err
}

// makeJobs gives the Secondary its jobs 501 to 508, in the transaction that accepts the first project.
func makeJobs(ctx context.Context, tx collab.Tx, p collab.Project) error {
	jobs := collabtest.NorthwindShops(p.Client, p.Survey)
	_, err := tx.Shops.Shop(ctx, jobs[0].ID)
	if !errors.Is(err, collab.ErrNotFound) {
		return err
	}
	s := collab.NewService(tx.Account, store.Collab(store.Join(store.Tx{Collab: tx})), collab.Config{})
	_, err = s.CreateShops(ctx, collab.Actor{Name: app.Operator, System: tx.Account, Operator: true}, jobs)
	return err
}

// Run serves both systems until ctx ends or one fails, stops them in order and removes what is not to be kept.
func (d *Demo) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.Alder.Run(ctx) })
	g.Go(func() error { return d.Birch.Run(ctx) })
	return errors.Join(g.Wait(), d.Close())
}

// Close closes both systems. It is for a Demo whose Run was not called, and harmless after it.
func (d *Demo) Close() error {
	var errs []error
	for _, a := range []*app.App{d.Alder, d.Birch} {
		if a != nil {
			errs = append(errs, a.Close())
		}
	}
	if d.temporary != "" {
		errs = append(errs, os.RemoveAll(d.temporary))
	}
	return errors.Join(errs...)
}

// Welcome writes the addresses and commands to try.
func (d *Demo) Welcome(w io.Writer) error {
	kept := "Nothing is kept when it stops; -data DIR keeps it."
	if d.temporary == "" {
		kept = "The data are kept; start again with the same -data to go on."
	}
	_, err := fmt.Fprintf(w, welcome, d.Alder.Home(), d.Birch.Home(), kept)
	return err
}

const welcome = `Two systems are running, each with a database, a key and an address of its own:

  alder (Primary)     %[1]s
  birch (Secondary)   %[2]s

Open both addresses in a browser: each Home page says what to click first.
API:                  %[1]s/docs

Or try, in another terminal:

  # alder offers birch the Dine-In survey of Northwind Coffee
  curl --json '{"partner":"birch","client":"northwind","survey":"dine-in","target":"new_client"}' %[1]s/api/projects

  # birch sees it; take its id from here
  curl '%[2]s/api/projects'
  P=...

  # birch accepts: client, survey, six locations and the jobs 501 to 508 appear there
  curl --json '{"email":"ops@birch.example","agreed":true}' %[2]s/api/projects/$P/accept

  # alder looks at what an import would do, and imports
  curl %[1]s/api/projects/$P/import
  curl --json '{}' %[1]s/api/projects/$P/import
  curl '%[1]s/api/runs'

%[3]s Stop with Ctrl-C.
`
