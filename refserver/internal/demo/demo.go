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
	"strings"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/pages"
	"github.com/mspkit/mspkit/refserver/internal/staff"
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
	// AlderToken and BirchToken let programs act as the operators of the systems while they run. Empty where no operator is left.
	AlderToken, BirchToken string

	logins    map[string][]pages.Login // by system, as of the start
	tied      map[string]string        // the organization that a hosted account is
	temporary string                   // folder to remove
	made      string                   // folder that was not there before, to remove when the start fails
}

// Open opens both systems, registers them with each other by their keys, and seeds alder the first time.
func Open(ctx context.Context, cfg Config) (*Demo, error) {
	d := &Demo{logins: map[string][]pages.Login{}}
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
			Start: d.start, Logins: func() []pages.Login { return d.logins[id] },
			Hash:         staff.Hash{Memory: 8 << 10, Passes: 1, Threads: 1}, // of a password that everybody knows
			AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		}
	}
	primary := system(alder, "Alder (Primary)", cfg.AlderAddr, "-alder-addr")
	if d.Alder, err = app.Open(ctx, primary); err != nil {
		return err
	}
	secondary := system(birch, "Birch (Secondary)", cfg.BirchAddr, "-birch-addr")
	secondary.Accepted, secondary.Hue = makeJobs, "amber"
	if d.Birch, err = app.Open(ctx, secondary); err != nil {
		return err
	}
	if err := introduce(ctx, d.Alder, d.Birch); err != nil {
		return err
	}
	if err := introduce(ctx, d.Birch, d.Alder); err != nil {
		return err
	}
	if err := seed(ctx, d.Alder); err != nil {
		return err
	}
	return d.people(ctx)
}

// people makes everybody the first time, and then what they come in by.
func (d *Demo) people(ctx context.Context) error {
	done, err := furnished(ctx, d.Alder)
	if err != nil {
		return err
	}
	led, err := d.Birch.Staff.HasAdministrator(ctx)
	if err != nil {
		return err
	}
	if !done || !led {
		if err := populate(ctx, d.Birch); err != nil {
			return err
		}
	}
	if !done {
		if err := populate(ctx, d.Alder); err != nil {
			return err
		}
		if err := furnish(ctx, d.Alder); err != nil {
			return err
		}
	}
	for _, a := range []*app.App{d.Alder, d.Birch} {
		if d.logins[a.ID()], err = logins(ctx, a); err != nil {
			return err
		}
	}
	if d.AlderToken, err = issue(ctx, d.Alder); err != nil {
		return err
	}
	if d.BirchToken, err = issue(ctx, d.Birch); err != nil {
		return err
	}
	d.tied, err = tied(ctx, d.Alder)
	return err
}

// start tells a newcomer what to click first, at either system. Who acts in an account that alder hosts hears that account's part.
func (d *Demo) start(who staff.Who) []ui.Part {
	if tell, ok := tours[who.Account]; ok {
		return tell(d, who)
	}
	if who.Account != alder && who.Account != birch {
		return nil
	}
	at := func(a *app.App, path string) string { return a.Home() + path }
	return []ui.Part{ui.Preview{Title: "Start here: two systems share one survey", Parts: []ui.Part{ui.List{Numbered: true, Lines: []ui.Line{
		ui.Say(ui.Text("Alder (green) owns the client Northwind Coffee."), ui.To("Offer its survey Dine-In to birch.", at(d.Alder, "/projects/new"))),
		ui.Say(ui.Text("Birch (amber) will shop it."), ui.To("At birch, open what requires attention and accept it.", at(d.Birch, "/projects"))),
		ui.Say(ui.Text("Birch now has the client, the survey, six locations and eight jobs."), ui.To("Look at its shops.", at(d.Birch, "/shops"))),
		ui.Say(ui.Text("Back at alder,"), ui.To("open the project and import:", at(d.Alder, "/projects")), ui.Text("four shops have got far enough, and four say why they have not.")),
		ui.Say(ui.Text("At alder,"), ui.To("open a shop that came in,", at(d.Alder, "/shops")), ui.Text("change an answer, save, and return it: birch has it back.")),
		ui.Say(ui.Text("Alder also hosts accounts of firms that serve one another."), ui.To("Sign in as Howard Tanner", at(d.Alder, "/sign-in?next=%2Forganizations")), ui.Text("and see what Widget Data Center keeps of GigaTera, then as Gita Rao to see it from the other side.")),
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
	_, err := fmt.Fprintf(w, welcome, d.Alder.Home(), d.Birch.Home(), kept, d.table(), Password, d.AlderToken, d.BirchToken)
	return err
}

// table lists who can sign in where.
func (d *Demo) table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, a := range []*app.App{d.Alder, d.Birch} {
		for _, l := range d.logins[a.ID()] {
			_, _ = fmt.Fprintf(w, "  %s\t%s\tat %s: %s\n", l.Person.Name, l.Person.Email, a.ID(), l.Does) // a strings.Builder takes everything
		}
	}
	_ = w.Flush()
	return b.String()
}

const welcome = `Two systems are running, each with a database, a key and an address of its own:

  alder (Primary)     %[1]s
  birch (Secondary)   %[2]s

Open both addresses in a browser and sign in, by a button or with these addresses and the password "%[5]s":

%[4]s
The page on which each of them begins says what to click first.
API:                  %[1]s/docs

Or try, in another terminal, with tokens that are good while this runs:

  ALDER=%[6]s
  BIRCH=%[7]s

  # alder offers birch the Dine-In survey of Northwind Coffee
  curl -H "Authorization: Bearer $ALDER" --json '{"partner":"birch","client":"northwind","survey":"dine-in","target":"new_client"}' %[1]s/api/projects

  # birch sees it; take its id from here
  curl -H "Authorization: Bearer $BIRCH" '%[2]s/api/projects'
  P=...

  # birch accepts: client, survey, six locations and the jobs 501 to 508 appear there
  curl -H "Authorization: Bearer $BIRCH" --json '{"email":"ops@birch.example","agreed":true}' %[2]s/api/projects/$P/accept

  # alder looks at what an import would do, and imports
  curl -H "Authorization: Bearer $ALDER" %[1]s/api/projects/$P/import
  curl -H "Authorization: Bearer $ALDER" --json '{}' %[1]s/api/projects/$P/import
  curl -H "Authorization: Bearer $ALDER" '%[1]s/api/runs'

%[3]s Stop with Ctrl-C.
`
