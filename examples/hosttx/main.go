// Command hosttx shows a row of the host and a write of collab that commit together or not at all.
//
// A host keeps a table of its own, contracts, in the database that mspkit uses too. When it accepts a partner's project, it
// wants its contract row, the acceptance with all that it makes, and the message that tells the partner to be there together:
// bunstore.Bind joins the host's transaction, and store.Join makes a store of it for the service. Nothing is sent from
// inside the transaction; the message leaves when it has committed.
package main

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

const us, partner = "birch", "alder"

// contract is a row of the host.
type contract struct {
	bun.BaseModel `bun:"table:contracts"`
	Number        string `bun:",pk"`
	Project       string
}

func main() {
	dir, err := os.MkdirTemp("", "hosttx")
	if err == nil {
		defer os.RemoveAll(dir)
		err = run(context.Background(), dir, os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string, out io.Writer) error {
	sqldb, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "host.db")+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite")
	if err != nil {
		return err
	}
	defer sqldb.Close()
	sqldb.SetMaxOpenConns(1)
	host := bun.NewDB(sqldb, sqlitedialect.New())
	if _, err := host.NewCreateTable().Model((*contract)(nil)).Exec(ctx); err != nil {
		return err
	}
	if err := bunstore.Migrate(ctx, host); err != nil {
		return err
	}
	db, err := bunstore.New(host, bunstore.Config{})
	if err != nil {
		return err
	}
	svc := collab.NewService(us, store.Collab(db.For(us)), collab.Config{})
	project, err := receive(ctx, svc)
	if err != nil {
		return err
	}
	staff := collab.Actor{Name: "sam", System: us}

	// sign writes the host's row and the acceptance in one transaction of the host.
	sign := func(number, email string, mishap error) error {
		return host.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
			joined, err := db.Bind(tx, us)
			if err != nil {
				return err
			}
			if _, err := tx.NewInsert().Model(&contract{Number: number, Project: string(project)}).Exec(ctx); err != nil {
				return err
			}
			within := svc.With(store.Collab(store.Join(joined)))
			if _, err := within.Accept(ctx, staff, project, collab.Acceptance{Email: email, Agreed: true}, 0); err != nil {
				return err
			}
			return mishap
		})
	}
	report := func() error {
		contracts, err := host.NewSelect().Model((*contract)(nil)).Count(ctx)
		if err != nil {
			return err
		}
		var state collab.State
		var clients []collab.Client
		if err := svc.Read(ctx, staff, func(ctx context.Context, v collab.View) error {
			p, err := v.Projects.Project(ctx, project)
			if err != nil {
				return err
			}
			state = p.State
			clients, err = v.Clients.List(ctx, "", 10)
			return err
		}); err != nil {
			return err
		}
		messages, err := db.Messages().List(ctx, store.MessageQuery{Account: us, Limit: 10})
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "  contracts %d, project %s, clients %d, messages waiting %d\n", contracts, state, len(clients), len(messages))
		return nil
	}

	fmt.Fprintln(out, "The host changes its mind before the commit:")
	mishap := errors.New("the credit check failed")
	if err := sign("C-1", "ops@birch.example", mishap); !errors.Is(err, mishap) {
		return fmt.Errorf("want the host's own error, got %w", err)
	}
	if err := report(); err != nil {
		return err
	}
	fmt.Fprintln(out, "The acceptance is refused, and takes the host's row with it:")
	if err := sign("C-1", "nobody", nil); !errors.Is(err, collab.ErrInvalid) {
		return fmt.Errorf("want a refusal, got %w", err)
	}
	if err := report(); err != nil {
		return err
	}
	fmt.Fprintln(out, "All goes well:")
	if err := sign("C-1", "ops@birch.example", nil); err != nil {
		return err
	}
	return report()
}

// receive registers the partner and takes in its proposal, as it would arrive over the peer protocol.
func receive(ctx context.Context, svc *collab.Service) (collab.ProjectID, error) {
	operator := collab.Actor{Name: "olga", System: us, Operator: true}
	key := make([]byte, ed25519.PublicKeySize)
	_, err := svc.Register(ctx, operator, collab.Partner{ID: partner, URL: "https://alder.example", Keys: []collab.PartnerKey{{ID: "alder-1", Public: key}}})
	if err != nil {
		return "", err
	}
	if err := svc.SetModule(ctx, operator, true); err != nil {
		return "", err
	}
	notice := collab.TermsNotice{
		Project: "p-1", Rev: 1, State: collab.StateProposed, Target: collab.TargetNewClient, Client: "northwind", Name: "Northwind Coffee", Survey: "dine-in", Title: "Dine-In",
		Terms: svc.DefaultTerms(), SurveyRev: 1,
		Content: &collab.SurveyContent{Name: "Dine-In", Distribution: collab.StatusFinalized,
			Sections: []collab.Section{{ID: "s1", Name: "Visit", Questions: []collab.Question{{ID: "q1", Kind: "text", Text: "How was it?"}}}}},
	}
	return notice.Project, svc.Inbound().Terms(ctx, partner, collab.Call{Key: "terms/p-1/1"}, notice)
}
