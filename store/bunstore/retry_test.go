package bunstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// refusing is a PostgreSQL database that takes transactions back as they commit, when refuse says so of the n-th commit, from 1.
type refusing struct {
	dsn     string
	commits int
	refuse  func(n int) error
}

func (r *refusing) Driver() driver.Driver { return stdlib.GetDefaultDriver() }

func (r *refusing) Connect(context.Context) (driver.Conn, error) {
	c, err := r.Driver().Open(r.dsn)
	if err != nil {
		return nil, err
	}
	return &refusingConn{c.(*stdlib.Conn), r}, nil
}

type refusingConn struct {
	*stdlib.Conn
	r *refusing
}

func (c *refusingConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.BeginTx(ctx, opts)
	return refusingTx{tx, c.r, opts.ReadOnly}, err
}

type refusingTx struct {
	driver.Tx
	r    *refusing
	view bool
}

func (t refusingTx) Commit() error {
	if t.view {
		return t.Tx.Commit()
	}
	t.r.commits++
	if err := t.r.refuse(t.r.commits); err != nil {
		_ = t.Tx.Rollback()
		return err
	}
	return t.Tx.Commit()
}

var serialization = &pgconn.PgError{Severity: "ERROR", Code: "40001", Message: "could not serialize access"}

func openRefusing(t *testing.T, refuse func(n int) error, cfg bunstore.Config) (*bunstore.DB, *refusing) {
	t.Helper()
	r := &refusing{dsn: migrated.Database(t), refuse: refuse}
	host := bun.NewDB(sql.OpenDB(r), pgdialect.New())
	t.Cleanup(func() { _ = host.Close() })
	db, err := bunstore.New(host, cfg)
	require.NoError(t, err)
	return db, r
}

// severalTransactions does something of each kind, every Update and every step of the queue a transaction of its own.
func severalTransactions(ctx context.Context, db *bunstore.DB) error {
	alder, q := db.For("alder"), db.Messages()
	var leased []store.Message
	for _, step := range []func() error{
		func() error { return alder.Update(ctx, putClient("c1")) },
		func() error {
			return alder.Update(ctx, func(ctx context.Context, tx store.Tx) error {
				c, err := tx.Collab.Clients.Client(ctx, "c1")
				if err != nil {
					return err
				}
				c.Name += "+"
				if err := tx.Collab.Clients.Put(ctx, c); err != nil {
					return err
				}
				return tx.Collab.Outbox.Enqueue(ctx, []collab.Message{{Key: "k" + c.Name, Stream: "s", Due: noon}})
			})
		},
		func() error {
			return alder.Update(ctx, func(ctx context.Context, tx store.Tx) error {
				return tx.Locations.Trees.Stage(ctx, "push", []locations.Stored{{Node: locations.Node{Key: "n", Level: 1}}})
			})
		},
		func() error {
			return alder.Update(ctx, func(ctx context.Context, tx store.Tx) error {
				return tx.Locations.Trees.Switch(ctx, "push", locations.Head{Set: "c1", Revision: 1, Nodes: 1}, 0)
			})
		},
		func() (err error) {
			leased, err = q.Lease(ctx, "me", noon, noon.Add(time.Minute), 5)
			return err
		},
		func() error {
			if len(leased) != 1 {
				return fmt.Errorf("leased %v", leased)
			}
			return q.Settle(ctx, leased[0].ID, leased[0].Token, store.Settlement{State: store.MessageDone, At: noon})
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// content is what severalTransactions has left behind, but for the numbers that PostgreSQL gave messages, which rollbacks skip.
func content(t *testing.T, db *bunstore.DB) (out []any) {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, db.For("alder").View(ctx, func(ctx context.Context, v store.View) error {
		clients, err := v.Collab.Clients.List(ctx, "", 10)
		require.NoError(t, err)
		head, err := v.Locations.Trees.Head(ctx, "c1")
		require.NoError(t, err)
		nodes, err := v.Locations.Trees.List(ctx, "c1", "", 10)
		out = append(out, clients, head, nodes)
		return err
	}))
	messages, err := db.Messages().List(ctx, store.MessageQuery{})
	require.NoError(t, err)
	for i := range messages {
		messages[i].ID = 0
	}
	return append(out, messages)
}

func TestCommitsThatAreTakenBackAreRunAgain(t *testing.T) {
	t.Parallel()
	pgtest.Need(t)
	calm, r := openRefusing(t, func(int) error { return nil }, bunstore.Config{})
	require.NoError(t, severalTransactions(t.Context(), calm))
	want, commits := content(t, calm), r.commits
	require.Equal(t, 6, commits)
	for k := range commits + 1 {
		t.Run(fmt.Sprintf("the first attempt of %d transactions", k), func(t *testing.T) {
			t.Parallel()
			db, r := openRefusing(t, func(n int) error {
				if n <= 2*k && n%2 == 1 {
					return serialization
				}
				return nil
			}, bunstore.Config{})
			require.NoError(t, severalTransactions(t.Context(), db))
			require.Equal(t, commits+k, r.commits)
			require.Empty(t, cmp.Diff(want, content(t, db)))
		})
	}
	const attempts = 4
	for k := range attempts + 2 {
		t.Run(fmt.Sprintf("%d attempts of one transaction", k), func(t *testing.T) {
			t.Parallel()
			runs, told := 0, 0
			db, _ := openRefusing(t, func(n int) error {
				if n > 1 && n <= 1+k {
					return serialization
				}
				return nil
			}, bunstore.Config{Attempts: attempts, OnMessages: func(context.Context, *sql.Tx, []int64) error { told++; return nil }})
			alder := db.For("alder")
			require.NoError(t, alder.Update(t.Context(), putClient("c1")))
			err := alder.Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
				runs++
				c, err := tx.Collab.Clients.Client(ctx, "c1")
				require.NoError(t, err)
				require.EqualValues(t, 1, c.Version, "a run begins where the first did")
				require.NoError(t, tx.Collab.Clients.Put(ctx, c))
				return tx.Collab.Outbox.Enqueue(ctx, []collab.Message{{Key: "k", Due: noon}})
			})
			done := min(k+1, attempts)
			require.Equal(t, [2]int{done, done}, [2]int{runs, told})
			messages, listErr := db.Messages().List(t.Context(), store.MessageQuery{})
			require.NoError(t, listErr)
			if k < attempts {
				require.NoError(t, err)
				require.Len(t, messages, 1)
				return
			}
			require.ErrorIs(t, err, store.ErrBusy)
			require.ErrorIs(t, err, serialization)
			require.Empty(t, messages)
		})
	}
}

// What the database refuses when it commits is told apart there, too.
func TestFullDiskAtTheCommit(t *testing.T) {
	t.Parallel()
	pgtest.Need(t)
	full := &pgconn.PgError{Code: "53100", Message: "no room"}
	db, r := openRefusing(t, func(n int) error {
		if n == 1 {
			return full
		}
		return nil
	}, bunstore.Config{})
	require.ErrorIs(t, db.For("alder").Update(t.Context(), putClient("c1")), store.ErrFull)
	require.Equal(t, 1, r.commits, "a full disk is not tried again")
	require.Zero(t, countClients(t, db.For("alder")))
}
