package bunstore_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
	"github.com/mspkit/mspkit/store/courier"
	"github.com/mspkit/mspkit/store/memstore"
)

// cutOff is a partner that is reached for so many pages of a push, and not any more.
type cutOff struct {
	locations.Peer
	pages int
}

var errCutOff = errors.New("the line is cut")

func (c *cutOff) Stage(ctx context.Context, _ locations.PartnerID, call locations.Call, page locations.PushPage) error {
	if c.pages--; c.pages < 0 {
		return errCutOff
	}
	return c.Peer.Stage(ctx, "alder", call, page)
}

func (c *cutOff) Commit(ctx context.Context, _ locations.PartnerID, call locations.Call, commit locations.PushCommit) (locations.PushReceipt, error) {
	return c.Peer.Commit(ctx, "alder", call, commit)
}

func (c *cutOff) Look(ctx context.Context, _ locations.PartnerID, p locations.ProjectID, parents []locations.Key) (locations.Look, error) {
	return c.Peer.Look(ctx, "alder", p, parents)
}

// A process that ends in the midst of a push finds the run in its file and goes on where that stood.
func TestAPushSurvivesARestart(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "alder.db")
	project := func(party collab.Party, partner collab.SystemID) collab.Project {
		return collab.Project{ID: "p", Party: party, Partner: partner, Client: "c", Survey: "s", State: collab.StateAccepted, Target: collab.TargetCopy}
	}
	theirs := memstore.New(memstore.Config{}).For("birch")
	require.NoError(t, theirs.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Projects.Put(ctx, project(collab.PartySecondary, "alder"))
	}))
	peer := &cutOff{Peer: locations.NewService(store.Locations(theirs), locations.Config{}).Inbound(), pages: 2}

	now := noon
	start := func() (*bunstore.DB, *locations.Service, *courier.Courier, func()) {
		pool := pool(t, "sqlite", path, 1)
		require.NoError(t, bunstore.Migrate(ctx, pool))
		db, err := bunstore.New(pool, bunstore.Config{})
		require.NoError(t, err)
		s := locations.NewService(store.Locations(db.For("alder")), locations.Config{Peer: peer, Now: func() time.Time { return now }})
		c := courier.New(db.Messages(), map[string]courier.Deliver{
			store.DomainLocations: func(ctx context.Context, _ string, m store.Message) error {
				return s.Deliver(ctx, locations.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload, Due: m.NextAt})
			},
		}, courier.Config{Holder: "alder", Now: func() time.Time { return now }})
		return db, s, c, func() { require.NoError(t, pool.Close()) }
	}

	db, alder, carrier, stop := start()
	require.NoError(t, db.For("alder").Update(ctx, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Projects.Put(ctx, project(collab.PartyPrimary, "birch"))
	}))
	ann := locations.Actor{Name: "ann", System: "alder"}
	var nodes []locations.Node
	for i := range 2500 {
		nodes = append(nodes, locations.Node{Key: locations.Key(fmt.Sprintf("%04d", i)), Level: 1, Name: "x"})
	}
	_, err := alder.Load(ctx, ann, "c", nodes, locations.LoadOptions{})
	require.NoError(t, err)
	run, err := alder.StartPush(ctx, ann, "p", locations.PushStamp{Ours: 1}, locations.PushOptions{})
	require.NoError(t, err)
	report, err := carrier.Start(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, report.Retried)
	stop()

	peer.pages, now = 1, now.Add(time.Hour) // a page more than is left would show that it began anew
	_, alder, carrier, stop = start()
	defer stop()
	waits, err := alder.PushRun(ctx, run.ID)
	require.NoError(t, err)
	require.Equal(t, locations.RunRunning, waits.State)
	require.Equal(t, 2000, waits.Staged)
	require.Contains(t, waits.LastError, errCutOff.Error())
	report, err = carrier.Start(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, report.Delivered)
	done, err := alder.PushRun(ctx, run.ID)
	require.NoError(t, err)
	require.Equal(t, locations.RunDone, done.State)
	require.Equal(t, []int{2500, 2500}, []int{done.Staged, done.Created})
	require.NoError(t, theirs.View(ctx, func(ctx context.Context, v store.View) error {
		head, err := v.Locations.Trees.Head(ctx, "c")
		require.Equal(t, done.Commit.Root, head.Root)
		require.Equal(t, done.Revision, head.Revision)
		return err
	}))
}
