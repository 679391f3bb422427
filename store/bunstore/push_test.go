package bunstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"modernc.org/sqlite"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabhttp"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store/bunstore"
)

// pushCost is what a push took: bytes of requests and answers, reading and writing statements of both systems.
type pushCost struct{ bytes, reads, writes int64 }

// meter counts the bytes of bodies in both directions.
type meter struct {
	http.RoundTripper
	bytes atomic.Int64
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	m.bytes.Add(max(r.ContentLength, 0))
	resp, err := m.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Body = &meteredBody{resp.Body, m}
	}
	return resp, err
}

type meteredBody struct {
	io.ReadCloser
	m *meter
}

func (b *meteredBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.m.bytes.Add(int64(n))
	return n, err
}

// pushers are two systems, each on a file of its own, whose locations travel over HTTP.
type pushers struct {
	*collabtest.Pair
	driver  *countingDriver
	meter   *meter
	project collab.ProjectID
}

// newPushers makes alder with the nodes as a set that it shares with birch. What carries the project there is a call; the copy of the
// set is still to be pushed.
func newPushers(t *testing.T, nodes []locations.Node) *pushers {
	t.Helper()
	ctx := t.Context()
	p := &pushers{driver: &countingDriver{Driver: &sqlite.Driver{}}, meter: &meter{}}
	name := "counting-" + t.Name()
	sql.Register(name, p.driver)
	open := func(file string) *bunstore.DB {
		path := filepath.Join(t.TempDir(), file)
		write := pool(t, name, path, 1)
		require.NoError(t, bunstore.Migrate(ctx, write))
		db, err := bunstore.New(write, bunstore.Config{Read: pool(t, name, path, 4)})
		require.NoError(t, err)
		return db
	}
	var protocol http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { protocol.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	require.NoError(t, err)
	alderKey, err := collabhttp.GenerateKey(nil)
	require.NoError(t, err)
	birchKey, err := collabhttp.GenerateKey(nil)
	require.NoError(t, err)
	known := func(id collab.SystemID, key collabhttp.PrivateKey) collab.Partner {
		return collab.Partner{ID: id, URL: server.URL, State: collab.PartnerActive, Keys: []collab.PartnerKey{{ID: collab.KeyID(key.ID()), Public: key.Public()}}}
	}
	client := collabhttp.NewHTTPClient(collabhttp.DialPolicy{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup((&http.Client{Transport: client.Transport}).CloseIdleConnections)
	p.meter.RoundTripper, client.Transport = client.Transport, p.meter
	peer := collabhttp.NewClient(collabhttp.ClientConfig{HTTP: client, Signer: &collabhttp.Signer{Key: alderKey, Authority: "alder.test"},
		Partner: func(context.Context, collab.SystemID) (collab.Partner, error) {
			return known(collabtest.Birch, birchKey), nil
		}})
	p.Pair, err = collabtest.NewPair(ctx, open("alder.db"), open("birch.db"), collabtest.Options{Paired: true, Locations: func(_ collab.SystemID, cfg *locations.Config) { cfg.Peer = peer.Places() }})
	require.NoError(t, err)
	protocol = collabhttp.NewHandler(collabhttp.HandlerConfig{
		Peer: p.Birch.Collab.Inbound(), Pairer: p.Birch.Collab.InboundPairer(), Places: p.Birch.Locations.Inbound(),
		Partner: func(context.Context, collab.KeyID) (collab.Partner, collab.PartnerKey, error) {
			alder := known(collabtest.Alder, alderKey)
			return alder, alder.Keys[0], nil
		},
		Signer: &collabhttp.Signer{Key: birchKey, Authority: collabhttp.Authority(at)},
	})

	require.NoError(t, collabtest.SeedNorthwind(ctx, p.Alder))
	_, err = p.Alder.Locations.Load(ctx, p.Alder.Keys, locations.SetID(collabtest.Northwind), nodes, locations.LoadOptions{})
	require.NoError(t, err)
	terms := p.Alder.Collab.DefaultTerms()
	terms.CopyLocations = false
	project, err := p.Alder.Collab.Propose(ctx, p.Alder.Staff, collab.Proposal{Partner: collabtest.Birch, Client: collabtest.Northwind,
		Survey: collabtest.DriveThru, Target: collab.TargetNewClient, Terms: terms})
	require.NoError(t, err)
	require.NoError(t, p.Drain(ctx))
	_, err = p.Birch.Collab.Accept(ctx, p.Birch.Staff, project.ID, collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
	require.NoError(t, err)
	require.NoError(t, p.Drain(ctx))
	p.project = project.ID
	return p
}

// push makes birch's copy equal and says what it took.
func (p *pushers) push(t *testing.T) pushCost {
	t.Helper()
	p.driver.take()
	p.driver.rows.Store(0)
	p.meter.bytes.Store(0)
	require.NoError(t, p.Alder.Locations.Deliver(t.Context(), locations.PushMessage(locations.ProjectID(p.project), time.Now())))
	c := p.driver.take()
	cost := pushCost{p.meter.bytes.Load(), c.Queries, c.Execs + p.driver.rows.Load()}
	left, err := p.Alder.Locations.Compare(t.Context(), p.Alder.Keys, locations.ProjectID(p.project))
	require.NoError(t, err)
	require.True(t, left.Diff.Empty())
	return cost
}

// worldOf makes regions of 1,000 stores, in ten districts each.
func worldOf(regions int) []locations.Node {
	var nodes []locations.Node
	for r := range regions {
		region := fmt.Sprintf("Region %03d", r)
		nodes = append(nodes, locations.Node{Key: locations.PathKey(region), Level: 3, Name: region})
		for d := range 10 {
			district := fmt.Sprintf("District %d", d)
			up := locations.PathKey(region, district)
			nodes = append(nodes, locations.Node{Key: up, Parent: locations.PathKey(region), Level: 2, Name: district})
			for s := range 100 {
				nodes = append(nodes, locations.Node{Key: locations.Key(fmt.Sprintf("%03d-%d-%03d", r, d, s)), Parent: up, Level: 1, Name: fmt.Sprintf("Store %d", s),
					Place: locations.Place{Address1: fmt.Sprintf("%d Main Street", s), City: district, Country: "US", PostalCode: "98101", Phone: "206 555 0100"}})
			}
		}
	}
	return nodes
}

// Pushing 100 changes costs what they and their neighbours are: about the same in a directory of 30,000 places as in one of 3,000. A
// first copy alone reads whole trees, in pages.
func TestAPushCostsWhatChanged(t *testing.T) {
	if testing.Short() {
		t.Skip("pushes 30,000 places")
	}
	t.Parallel()
	var first, later [2]pushCost
	sizes := [2]int{3, 30}
	for i, regions := range sizes {
		t.Run(fmt.Sprint(regions, " regions"), func(t *testing.T) {
			nodes := worldOf(regions)
			p := newPushers(t, nodes)
			first[i] = p.push(t)
			head, err := p.Alder.Locations.Head(t.Context(), locations.SetID(collabtest.Northwind))
			require.NoError(t, err)
			var edits []locations.Edit
			for n := range 100 { // in 25 districts of 3 regions
				d := n % 25
				edits = append(edits, locations.Rename(locations.Key(fmt.Sprintf("%03d-%d-%03d", d/10, d%10, n/25)), fmt.Sprint("New name ", n)))
			}
			_, err = p.Alder.Locations.Edit(t.Context(), p.Alder.Keys, locations.SetID(collabtest.Northwind), head.Revision, edits...)
			require.NoError(t, err)
			later[i] = p.push(t)
			t.Logf("%d places: all of them %+v, 100 changes %+v", len(nodes), first[i], later[i])
		})
	}
	if t.Failed() {
		return
	}
	small, large := later[0], later[1]
	require.Less(t, float64(large.bytes), 1.25*float64(small.bytes), "bytes of 100 changes")
	require.LessOrEqual(t, large.writes, small.writes+10, "writing statements of 100 changes")
	require.LessOrEqual(t, large.reads, small.reads+10, "reading statements of 100 changes")
	require.Greater(t, first[1].bytes, 10*large.bytes, "bytes of the whole directory")
	require.Greater(t, first[1].writes, 20*large.writes, "writing statements of the whole directory")
}

// The public list of coffee shops goes over as a whole, and then 10 and 100 changes in it, and nothing: each costs what it brings.
func TestThePublicListIsPushedByWhatChanged(t *testing.T) {
	if testing.Short() {
		t.Skip("pushes 25,600 places")
	}
	dir := os.Getenv("MSPKIT_DATA")
	if dir == "" {
		t.Skip("MSPKIT_DATA does not name the folder that holds stores-world-2017.csv")
	}
	file, err := os.Open(filepath.Join(dir, "stores-world-2017.csv"))
	if os.IsNotExist(err) {
		t.Skip("stores-world-2017.csv is not in the folder that MSPKIT_DATA names")
	}
	require.NoError(t, err)
	defer file.Close()
	t.Parallel()
	list, err := locations.ReadTable(file, locations.StoreListLayout(), locations.Rules{})
	require.NoError(t, err)
	require.Greater(t, list.Stores, 25_000)
	var stores []locations.Node
	for _, n := range list.Nodes {
		if n.Level == locations.LocationLevel {
			stores = append(stores, n)
		}
	}
	p := newPushers(t, list.Nodes)
	rename := func(n int) pushCost { // stores all over the list
		head, err := p.Alder.Locations.Head(t.Context(), locations.SetID(collabtest.Northwind))
		require.NoError(t, err)
		var edits []locations.Edit
		for i := range n {
			s := stores[i*len(stores)/n]
			edits = append(edits, locations.Rename(s.Key, fmt.Sprint(s.Name, " ", n)))
		}
		_, err = p.Alder.Locations.Edit(t.Context(), p.Alder.Keys, locations.SetID(collabtest.Northwind), head.Revision, edits...)
		require.NoError(t, err)
		return p.push(t)
	}
	all, ten, hundred, none := p.push(t), rename(10), rename(100), p.push(t)
	t.Logf("%d nodes: all of them %+v, 10 changes %+v, 100 changes %+v, none %+v", len(list.Nodes), all, ten, hundred, none)
	require.Less(t, 10*none.bytes, ten.bytes, "equal trees cost one exchange")
	require.Less(t, 2*ten.bytes, hundred.bytes)
	require.Less(t, hundred.bytes, 10*ten.bytes, "changes share their way down")
	require.Less(t, 8*hundred.bytes, all.bytes, "a change brings its neighbours on every level along")
	require.Less(t, 2*ten.writes, hundred.writes)
	require.Less(t, hundred.writes, 10*ten.writes)
	require.Less(t, 100*hundred.writes, all.writes)
	require.Less(t, none.reads, int64(15))
	require.LessOrEqual(t, hundred.reads, ten.reads+20)
	require.Less(t, 2*hundred.reads, all.reads)
}
