package pages_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/refserver/internal/pages"
	"github.com/mspkit/mspkit/store/memstore"
)

func TestAddressesWithoutPage(t *testing.T) {
	o := newOffices(t)
	for _, path := range []string{"/nothing", "/projects/", "/static/none.css", "/shops/501/none"} {
		o.alder.open(path).is(http.StatusNotFound).says("There is no page at this address", "Back to Home", "Messages")
	}
	o.alder.open("/shops/none").is(http.StatusNotFound).says("What you asked for is not here:").lacks("emstore", "unstore")
}

// What cannot be read as a form is refused: it would be one in which nothing is filled in.
func TestOnlyFormsAreRead(t *testing.T) {
	o := newOffices(t)
	for _, kind := range []string{"", "text/plain", "application/json", "application/x-www-form-urlencoded; charset"} {
		r, err := o.alder.browser.Post(o.alder.url+"/partners/module", kind, strings.NewReader("on=no"))
		require.NoError(t, err)
		o.alder.read(r).is(http.StatusBadRequest).says("The form could not be read")
	}
	o.alder.post("/partners/module", url.Values{}).is(http.StatusBadRequest)
	on, err := o.Alder.Collab.ModuleOn(t.Context())
	require.NoError(t, err)
	require.True(t, on)
	o.alder.open("/partners").press("Switch collaboration off").says("Collaboration is off")
	o.alder.open("/partners").press("Switch collaboration on").says("Collaboration is on")
}

// What was done twice leads to the project, not to a dead end.
func TestAcceptTwice(t *testing.T) {
	o := newOffices(t)
	p, err := o.Alder.Collab.Propose(t.Context(), o.Alder.Staff, collab.Proposal{
		Partner: collabtest.Birch, Client: collabtest.Northwind, Survey: collabtest.DineIn, Target: collab.TargetNewClient, Terms: o.Alder.Collab.DefaultTerms(),
	})
	require.NoError(t, err)
	o.drain(t)
	form := o.birch.open("/projects/" + string(p.ID) + "/accept")
	form.press("Accept the project", "email", "ops@birch.example", "agreed", "yes").is(http.StatusOK).says("Accepted")
	form.press("Accept the project", "email", "ops@birch.example", "agreed", "yes").is(http.StatusConflict).
		says("The project is accepted, so this cannot be done now").follow("Open the project").says("Responsible at birch")
}

// hanging is a partner that takes calls for its shops and never answers, once it is told to.
type hanging struct {
	collab.Peer
	now *atomic.Bool
}

func (h hanging) Shops(ctx context.Context, to collab.SystemID, q collab.HeaderQuery) (collab.HeaderPage, error) {
	if !h.now.Load() {
		return h.Peer.Shops(ctx, to, q)
	}
	<-ctx.Done()
	return collab.HeaderPage{}, fmt.Errorf("ask %s: %w: %w", to, ctx.Err(), collab.ErrPeer)
}

func TestPartnerThatHangsIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	var now atomic.Bool
	pair, err := collabtest.NewPair(t.Context(), memstore.New(memstore.Config{}), memstore.New(memstore.Config{}), collabtest.Options{
		Paired: true, Collab: func(_ collab.SystemID, cfg *collab.Config) { cfg.Peer = hanging{cfg.Peer, &now} },
	})
	require.NoError(t, err)
	require.NoError(t, collabtest.SeedNorthwind(t.Context(), pair.Alder))
	o := &offices{pair, deskOf(t, pair.Alder, func(cfg *pages.Config) { cfg.Patience = 500 * time.Millisecond }), deskOf(t, pair.Birch)}
	home := "/projects/" + string(o.accepted(t).ID)
	preview := o.alder.open(home + "/import").is(http.StatusOK).says("Import 4 shops")
	now.Store(true)
	o.alder.open(home + "/import").is(http.StatusBadGateway).says("The partner cannot be reached now").follow("Open the project").is(http.StatusOK)
	preview.press("Import 4 shops").is(http.StatusOK).says("The import has begun")
	preview.press("Import 4 shops").is(http.StatusConflict).says("An import of this project is under way already") // although its preview cannot be shown again
}
