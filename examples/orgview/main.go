// Command orgview tells of accounts that see each other's organizations, and what each keeps to itself.
//
// Widget Data Center (wdc) buys from GigaTera (gigatera) and from GlobalNet. Trust alone opens nothing; with an active
// agreement wdc reads GigaTera's name, picture, contacts and addresses as GigaTera keeps them, and GigaTera reads wdc's. Over them
// each lays fields of its own: remarks, a financial ID, a contact person. Neither learns of the other's, and what one
// leaves blank stays blank, whatever the other has written there. A first-line agreement ends by itself, at midnight in
// the zone that it names; what was laid over its organization sleeps, and is there again when the agreement is renewed.
//
// All accounts are in one SQLite database; each is worked in through a service of its own. The clock is the story's.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"time"
	_ "time/tzdata" // for machines without time zones

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/orgoverlay/jsonschema"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

func main() {
	dir, err := os.MkdirTemp("", "orgview")
	if err == nil {
		defer os.RemoveAll(dir)
		err = run(context.Background(), dir, os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite"

func run(ctx context.Context, dir string, out io.Writer) error {
	file, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "accounts.db")+pragmas)
	if err != nil {
		return err
	}
	defer file.Close()
	file.SetMaxOpenConns(1)
	host := bun.NewDB(file, sqlitedialect.New())
	if err := bunstore.Migrate(ctx, host); err != nil {
		return err
	}
	db, err := bunstore.New(host, bunstore.Config{})
	if err != nil {
		return err
	}
	s := &story{out: out, clock: time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC), accounts: map[orgoverlay.Account]*account{}}
	ids := 0
	cfg := orgoverlay.Config{Schemas: jsonschema.Schemas{}, Now: func() time.Time { return s.clock },
		NewID: func() string { ids++; return fmt.Sprintf("id-%03d", ids) }} // counted, so that every run prints the same
	for _, id := range []orgoverlay.Account{wdc, gigatera, globalnet, virtualsupport} {
		s.accounts[id] = &account{
			Service: orgoverlay.NewService(id, store.Orgoverlay(db.For(string(id))), cfg),
			admin:   orgoverlay.Actor{Name: "ada of " + string(id), Home: id, On: id, Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}},
			manager: orgoverlay.Actor{Name: "sly of " + string(id), Home: id, On: id, Roles: []orgoverlay.Role{orgoverlay.RoleSpecialist, orgoverlay.RoleServiceLevel}},
		}
	}
	for _, step := range []func(context.Context) error{s.register, s.trust, s.agree, s.lay, s.blank, s.explain, s.whoSees, s.support, s.renew} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
