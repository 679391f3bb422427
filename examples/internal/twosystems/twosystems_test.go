package twosystems

import (
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

func open(t *testing.T) *Pair {
	t.Helper()
	dir := t.TempDir()
	p, err := Open(t.Context(), dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	_, err = p.Alder.Collab.SaveClient(t.Context(), p.Alder.Staff, collab.Client{ID: collabtest.Northwind, Name: "Northwind Coffee"})
	require.NoError(t, err)
	_, err = p.Alder.Collab.SaveSurvey(t.Context(), p.Alder.Staff, collabtest.NorthwindSurveys()[0])
	require.NoError(t, err)
	for _, id := range []string{Alder, Birch} {
		require.FileExists(t, dir+string(os.PathSeparator)+id+".db")
	}
	return p
}

func TestAProjectIsAcceptedOverTheWire(t *testing.T) {
	t.Parallel()
	p := open(t)
	alder, birch, err := p.Share(t.Context(), collabtest.Northwind, collabtest.DineIn)
	require.NoError(t, err)
	require.Equal(t, collab.StateAccepted, alder.State)
	require.Equal(t, collab.StateAccepted, birch.State)
	require.Equal(t, alder.ID, birch.ID)
	require.NotZero(t, p.Alder.Requests())
	require.NotZero(t, p.Birch.Requests())
}

func TestAnUnsignedRequestIsRefused(t *testing.T) {
	t.Parallel()
	p := open(t)
	for url, want := range map[string]int{p.Birch.url + "/peer/v1/projects/any/progress": http.StatusUnauthorized, p.Birch.url + "/": http.StatusNotFound} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, want, resp.StatusCode, url)
	}
}

func TestAFailedDeliveryIsSaid(t *testing.T) {
	t.Parallel()
	p := open(t)
	_, err := p.Alder.Collab.Propose(t.Context(), p.Alder.Staff, collab.Proposal{
		Partner: Birch, Client: collabtest.Northwind, Survey: collabtest.DineIn, Target: collab.TargetNewClient, Terms: p.Alder.Collab.DefaultTerms(),
	})
	require.NoError(t, err)
	require.NoError(t, p.Birch.server.Close())
	require.ErrorIs(t, p.Drain(t.Context()), collab.ErrPeer)
}
