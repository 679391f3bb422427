package bunstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

// importer is a system whose partner offers any number of shops: whole imports on a store, with nothing on the other side that costs.
type importer struct {
	*collabtest.Pair
	project collab.ProjectID
	offered *offering
}

// offering answers for a partner with shops that are all like the one it has. Their number may change.
type offering struct {
	collab.Peer
	total   int
	header  collab.Header
	content collab.Content
	asked   int             // up to which number the last page went
	made    []collab.Header // beforehand, where making them would be measured
}

func (o *offering) Shops(_ context.Context, _ collab.SystemID, q collab.HeaderQuery) (collab.HeaderPage, error) {
	from := 0
	if q.After != "" {
		if _, err := fmt.Sscanf(string(q.After), "job%d", &from); err != nil {
			return collab.HeaderPage{}, err
		}
		from++
	}
	o.asked = min(from+q.Limit, o.total)
	page := collab.HeaderPage{Headers: o.headers(from, o.asked)}
	if o.asked < o.total {
		page.Next = page.Headers[len(page.Headers)-1].Shop
	}
	return page, nil
}

// headers makes the headers from one number up to another, or takes those that are made.
func (o *offering) headers(from, to int) []collab.Header {
	if to <= len(o.made) {
		return o.made[from:to]
	}
	headers := make([]collab.Header, to-from)
	for i := range headers {
		h := &headers[i]
		*h = o.header
		h.Shop = collab.ShopID(fmt.Sprintf("job%07d", from+i))
		h.Origin.ID = string(h.Shop)
	}
	return headers
}

func (o *offering) Snapshots(_ context.Context, _ collab.SystemID, _ collab.ProjectID, ids []collab.ShopID) ([]collab.Snapshot, error) {
	out := make([]collab.Snapshot, len(ids))
	for i, id := range ids {
		out[i] = collab.Snapshot{Shop: id, Epoch: o.header.Epoch, Rev: o.header.Rev, Content: o.content}
		out[i].Content.Origin.ID = string(id)
		out[i].Content.Comments += " " + string(id)
	}
	return out, nil
}

// newImporter makes alder on the store with an accepted project.
func newImporter(tb testing.TB, db store.DB) *importer {
	tb.Helper()
	ctx := context.Background()
	var offers offering
	p, err := collabtest.NewPair(ctx, db, memstore.New(memstore.Config{}), collabtest.Options{Paired: true})
	require.NoError(tb, err)
	require.NoError(tb, collabtest.SeedNorthwind(ctx, p.Alder))
	terms := p.Alder.Collab.DefaultTerms()
	project, err := p.Alder.Collab.Propose(ctx, p.Alder.Staff, collab.Proposal{Partner: collabtest.Birch, Client: collabtest.Northwind, Survey: collabtest.DriveThru,
		Target: collab.TargetNewClient, Terms: terms})
	require.NoError(tb, err)
	require.NoError(tb, p.Drain(ctx))
	accepted, err := p.Birch.Collab.Accept(ctx, p.Birch.Staff, project.ID, collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
	require.NoError(tb, err)
	require.NoError(tb, p.Drain(ctx))

	first := collabtest.NorthwindShops(accepted.Client, accepted.Survey)[:1] // finalized, and so released
	first[0].Content.Answers[2].Value = strings.Repeat("The staff were friendly, and the order came at once. ", 18)
	_, err = p.Birch.Collab.CreateShops(ctx, p.Birch.Staff, first)
	require.NoError(tb, err)
	page, err := p.Birch.Collab.Inbound().Shops(ctx, collabtest.Alder, collab.HeaderQuery{Project: project.ID, Limit: 1})
	require.NoError(tb, err)
	require.Len(tb, page.Headers, 1)
	snaps, err := p.Birch.Collab.Inbound().Snapshots(ctx, collabtest.Alder, project.ID, []collab.ShopID{first[0].ID})
	require.NoError(tb, err)
	require.Len(tb, snaps, 1)
	offers.header, offers.content = page.Headers[0], snaps[0].Content
	offers.header.HasWave = false
	p.Alder.Collab = collab.NewService(collabtest.Alder, store.Collab(db.For(string(collabtest.Alder))), collab.Config{Peer: &offers})
	return &importer{p, project.ID, &offers}
}

// start begins an import; next does one page of it.
func (im *importer) start(tb testing.TB) collab.Run {
	tb.Helper()
	run, err := im.Alder.Collab.Import(context.Background(), im.Alder.Staff, im.project, collab.ImportOptions{})
	require.NoError(tb, err)
	return run
}

// next delivers one page as a courier does, with its lease and what becomes of it.
func (im *importer) next(ctx context.Context) error {
	q, now := im.Alder.DB.Messages(), time.Now().Add(time.Hour)
	ms, err := q.Lease(ctx, "bench", now, now.Add(time.Hour), 1)
	if err != nil {
		return err
	}
	if len(ms) != 1 {
		return fmt.Errorf("%d pages to import", len(ms))
	}
	m := ms[0]
	if err := im.Alder.Collab.Deliver(ctx, collab.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload}); err != nil {
		return err
	}
	return q.Settle(ctx, m.ID, m.Token, store.Settlement{State: store.MessageDone, At: now})
}

func (im *importer) requireDone(tb testing.TB, id collab.RunID, want collab.Counts) {
	tb.Helper()
	require.NoError(tb, im.Alder.Collab.Read(context.Background(), im.Alder.Staff, func(ctx context.Context, v collab.View) error {
		run, err := v.Runs.Run(ctx, id)
		require.Equal(tb, collab.RunDone, run.State)
		require.Equal(tb, want, run.Counts)
		return err
	}))
}
