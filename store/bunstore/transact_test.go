package bunstore_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// collectIDs is an OnMessages that keeps what it is told.
func collectIDs(ids *[]int64) func(context.Context, *sql.Tx, []int64) error {
	return func(_ context.Context, tx *sql.Tx, new []int64) error {
		if tx == nil {
			return errors.New("no transaction")
		}
		*ids = append(*ids, new...)
		return nil
	}
}

func putClient(id collab.ClientID) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Clients.Put(ctx, collab.Client{ID: id, Name: "n"})
	}
}

func countClients(t *testing.T, s store.Scoped) int {
	t.Helper()
	var n int
	require.NoError(t, s.View(context.Background(), func(ctx context.Context, v store.View) error {
		found, err := v.Collab.Clients.List(ctx, "", 1000)
		n = len(found)
		return err
	}))
	return n
}

func TestClosureDecidesTheCommit(t *testing.T) { onEach(t, closureDecidesTheCommit) }

func closureDecidesTheCommit(t *testing.T, open opener) {
	db, _ := open(t, bunstore.Config{})
	alder := db.For("alder")
	ctx := context.Background()
	fails := errors.New("mine")
	require.ErrorIs(t, alder.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		require.NoError(t, putClient("c1")(ctx, tx))
		return fails
	}), fails)
	require.PanicsWithValue(t, "mine", func() {
		_ = alder.Update(ctx, func(ctx context.Context, tx store.Tx) error {
			require.NoError(t, putClient("c1")(ctx, tx))
			panic("mine")
		})
	})
	require.Zero(t, countClients(t, alder))
	require.NoError(t, alder.Update(ctx, putClient("c1")))
	require.Equal(t, 1, countClients(t, alder))
}

func TestConflictLeavesTheTransactionUsable(t *testing.T) {
	onEach(t, conflictLeavesTheTransactionUsable)
}

func conflictLeavesTheTransactionUsable(t *testing.T, open opener) {
	db, _ := open(t, bunstore.Config{})
	alder := db.For("alder")
	require.NoError(t, alder.Update(context.Background(), func(ctx context.Context, tx store.Tx) error {
		require.NoError(t, putClient("c1")(ctx, tx))
		require.ErrorIs(t, putClient("c1")(ctx, tx), collab.ErrConflict)
		return putClient("c2")(ctx, tx)
	}))
	require.Equal(t, 2, countClients(t, alder))
}

func TestNestedIsRefused(t *testing.T) { onEach(t, nestedIsRefused) }

func nestedIsRefused(t *testing.T, open opener) {
	db, _ := open(t, bunstore.Config{})
	other, _ := open(t, bunstore.Config{})
	alder := db.For("alder")
	view := func(context.Context, store.View) error { return nil }
	inside := func(ctx context.Context) {
		require.ErrorIs(t, alder.View(ctx, view), store.ErrNested)
		require.ErrorIs(t, db.For("birch").Update(ctx, putClient("c")), store.ErrNested)
		_, err := db.Messages().Next(ctx)
		require.ErrorIs(t, err, store.ErrNested)
		require.NoError(t, other.For("alder").View(ctx, view)) // another DB's transactions are its own
	}
	require.NoError(t, alder.Update(context.Background(), func(ctx context.Context, tx store.Tx) error { inside(ctx); return nil }))
	require.NoError(t, alder.View(context.Background(), func(ctx context.Context, v store.View) error { inside(ctx); return nil }))
}

func TestWaitToBeginIsBounded(t *testing.T) {
	t.Parallel()
	db, _ := openFile(t, bunstore.Config{BeginTimeout: 50 * time.Millisecond})
	alder := db.For("alder")
	outer := context.Background()
	require.NoError(t, alder.Update(outer, func(ctx context.Context, tx store.Tx) error {
		start := time.Now()
		require.ErrorIs(t, alder.Update(outer, putClient("c1")), store.ErrBusy) // the outer ctx was captured
		require.Less(t, time.Since(start), 4*time.Second)
		ended, cancel := context.WithCancel(outer)
		cancel()
		require.ErrorIs(t, alder.Update(ended, putClient("c1")), context.Canceled)
		return nil
	}))
	require.NoError(t, alder.Update(outer, putClient("c1")))
}

func TestViewsRunBesideTheWriter(t *testing.T) { onEach(t, viewsRunBesideTheWriter) }

func viewsRunBesideTheWriter(t *testing.T, open opener) {
	db, _ := open(t, bunstore.Config{BeginTimeout: time.Second})
	alder := db.For("alder")
	outer := context.Background()
	require.NoError(t, alder.Update(outer, func(ctx context.Context, tx store.Tx) error {
		require.NoError(t, putClient("c1")(ctx, tx))
		require.Zero(t, countClients(t, alder)) // what is not committed is not seen
		return nil
	}))
	require.Equal(t, 1, countClients(t, alder))
}

// stateError looks like a driver's error.
type stateError string

func (e stateError) Error() string    { return "driver: " + string(e) }
func (e stateError) SQLState() string { return string(e) }

type codeError int

func (e codeError) Error() string { return "driver" }
func (e codeError) Code() int     { return int(e) }

func TestClassify(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bunstore.Fault{
		stateError("40001"): bunstore.FaultRetry, stateError("40P01"): bunstore.FaultRetry, stateError("53100"): bunstore.FaultFull,
		stateError("53300"): bunstore.FaultRetry, stateError("57P03"): bunstore.FaultRetry, stateError("55P03"): bunstore.FaultBusy,
		stateError("23505"): bunstore.FaultDuplicate, stateError("42601"): bunstore.FaultOther,
		codeError(5): bunstore.FaultRetry, codeError(517): bunstore.FaultRetry, codeError(13): bunstore.FaultFull,
		codeError(2067): bunstore.FaultDuplicate, codeError(1555): bunstore.FaultDuplicate, codeError(1): bunstore.FaultOther,
		errors.New("busy 40001"): bunstore.FaultOther,
	} {
		require.Equal(t, want, bunstore.Classify(err), "%#v", err)
	}
}

func TestRunsAgainWhenTheDatabaseTakesItBack(t *testing.T) {
	onEach(t, runsAgainWhenTheDatabaseTakesItBack)
}

func runsAgainWhenTheDatabaseTakesItBack(t *testing.T, open opener) {
	db, _ := open(t, bunstore.Config{Attempts: 4})
	alder := db.For("alder")
	runs := 0
	require.NoError(t, alder.Update(context.Background(), func(ctx context.Context, tx store.Tx) error {
		require.NoError(t, putClient("c1")(ctx, tx)) // each run begins with nothing
		if runs++; runs < 4 {
			return stateError("40001")
		}
		return nil
	}))
	require.Equal(t, 4, runs)
	runs = 0
	require.ErrorIs(t, alder.Update(context.Background(), func(context.Context, store.Tx) error { runs++; return stateError("40001") }), store.ErrBusy)
	require.Equal(t, 4, runs)
}

func TestBind(t *testing.T) { onEach(t, bind) }

func bind(t *testing.T, open opener) {
	var told []int64
	db, host := open(t, bunstore.Config{OnMessages: collectIDs(&told)})
	ctx := context.Background()
	_, err := host.ExecContext(ctx, "CREATE TABLE host_row (id TEXT PRIMARY KEY)")
	require.NoError(t, err)
	work := func(commit bool) {
		tx, err := host.BeginTx(ctx, nil)
		require.NoError(t, err)
		_, err = tx.ExecContext(ctx, "INSERT INTO host_row VALUES ('h')")
		require.NoError(t, err)
		bound, err := db.Bind(tx, "alder")
		require.NoError(t, err)
		require.NoError(t, store.Collab(store.Join(bound)).Update(ctx, func(ctx context.Context, tx collab.Tx) error {
			require.NoError(t, tx.Clients.Put(ctx, collab.Client{ID: "c1"}))
			return tx.Outbox.Enqueue(ctx, []collab.Message{{Key: "k", Due: noon}})
		}))
		if commit {
			require.NoError(t, tx.Commit())
		} else {
			require.NoError(t, tx.Rollback())
		}
	}
	rows := func() (n int) {
		require.NoError(t, host.QueryRowContext(ctx, "SELECT count(*) FROM host_row").Scan(&n))
		return n
	}
	work(false)
	require.Zero(t, rows())
	require.Zero(t, countClients(t, db.For("alder")))
	work(true)
	require.Equal(t, 1, rows())
	require.Equal(t, 1, countClients(t, db.For("alder")))
	require.Len(t, told, 2)

	tx, err := host.BeginTx(ctx, nil)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback() }()
	_, err = db.Bind(tx, "")
	require.ErrorIs(t, err, store.ErrNoAccount)
}

func TestOnMessagesRefusesTheCommit(t *testing.T) { onEach(t, onMessagesRefusesTheCommit) }

func onMessagesRefusesTheCommit(t *testing.T, open opener) {
	fails := errors.New("no room for a job")
	db, _ := open(t, bunstore.Config{OnMessages: func(context.Context, *sql.Tx, []int64) error { return fails }})
	alder := db.For("alder")
	require.ErrorIs(t, alder.Update(context.Background(), func(ctx context.Context, tx store.Tx) error {
		require.NoError(t, putClient("c1")(ctx, tx))
		return tx.Collab.Outbox.Enqueue(ctx, []collab.Message{{Key: "k", Due: noon}})
	}), fails)
	require.Zero(t, countClients(t, alder))
}
