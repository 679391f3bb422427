package collab_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

func (w *world) partner(s *collabtest.Side, id collab.SystemID) (p collab.Partner) {
	w.t.Helper()
	w.view(s, func(ctx context.Context, v collab.View) (err error) {
		p, err = v.Partners.Partner(ctx, id)
		return err
	})
	return p
}

// request introduces a system at a url with a key.
func request(token collab.Token, system collab.SystemID, url string, key collab.KeyID) collab.PairRequest {
	return collab.PairRequest{Token: token, System: system, Name: "X", URL: url, Key: collab.PartnerKey{ID: key, Public: make([]byte, 32)}}
}

// An invitation lets a system in under its own name: not in the place of a partner that is here.
func TestPairingDoesNotTakeAPartnersPlace(t *testing.T) {
	w := newWorld(t)
	pair := func(url string, key collab.KeyID) error {
		_, token, err := w.Alder.Collab.Invite(w.ctx, w.Alder.Admin, url)
		require.NoError(t, err)
		_, err = w.Alder.Collab.InboundPairer().Pair(w.ctx, url, request(token, collabtest.Birch, url, key))
		return err
	}
	before, url := w.partner(w.Alder, collabtest.Birch), collabtest.URL(collabtest.Birch)
	require.ErrorIs(t, pair("http://mallory.test", "m"), collab.ErrInvitation)
	require.ErrorIs(t, pair(url, "m"), collab.ErrInvitation, "an active partner keeps its keys until it is revoked")
	require.Equal(t, before, w.partner(w.Alder, collabtest.Birch))
	_, err := w.Alder.Collab.Revoke(w.ctx, w.Alder.Admin, collabtest.Birch)
	require.NoError(t, err)
	require.ErrorIs(t, pair("http://mallory.test", "m"), collab.ErrInvitation, "nor is the place of a revoked one free for another")
	require.NoError(t, pair(url, "new"))
	require.Equal(t, collab.PartnerPending, w.partner(w.Alder, collabtest.Birch).State)
}

// mask answers a pairing by the name of another system.
type mask struct {
	collab.Pairer
	name collab.SystemID
}

func (m mask) Pair(ctx context.Context, url string, r collab.PairRequest) (collab.PairReply, error) {
	reply, err := m.Pairer.Pair(ctx, url, r)
	reply.System = m.name
	return reply, err
}

func TestJoiningDoesNotReplaceAPartner(t *testing.T) {
	t.Parallel()
	w := worldWith(t, collabtest.Options{Paired: true, Collab: func(id collab.SystemID, cfg *collab.Config) {
		if id == collabtest.Birch {
			cfg.Pairer = mask{cfg.Pairer, "cedar"}
		}
	}})
	_, err := w.Birch.Collab.Register(w.ctx, w.Birch.Admin, collabtest.PartnerOf("cedar"))
	require.NoError(t, err)
	before := w.partner(w.Birch, "cedar")
	_, token, err := w.Alder.Collab.Invite(w.ctx, w.Alder.Admin, collabtest.URL(collabtest.Birch))
	require.NoError(t, err)
	_, err = w.Birch.Collab.Join(w.ctx, w.Birch.Admin, collabtest.URL(collabtest.Alder), token)
	require.ErrorIs(t, err, collab.ErrState)
	require.Equal(t, before, w.partner(w.Birch, "cedar"))
}

func TestJoiningAgainChangesNothing(t *testing.T) {
	t.Parallel()
	w := worldOf(t, memory(), memory(), collabtest.Options{})
	_, token, err := w.Alder.Collab.Invite(w.ctx, w.Alder.Admin, collabtest.URL(collabtest.Birch))
	require.NoError(t, err)
	join := func() (collab.Partner, error) {
		return w.Birch.Collab.Join(w.ctx, w.Birch.Admin, collabtest.URL(collabtest.Alder), token)
	}
	p, err := join()
	require.NoError(t, err)
	confirmed, err := w.Birch.Collab.Confirm(w.ctx, w.Birch.Admin, p.ID, p.Keys[0].ID)
	require.NoError(t, err)
	again, err := join()
	require.NoError(t, err)
	require.Equal(t, confirmed, again, "who pressed the button twice is not pending again")
}

func TestKeysOfAPartnerAreBounded(t *testing.T) {
	w := newWorld(t)
	rotate := func(n int) error {
		key := collab.PartnerKey{ID: collab.KeyID(fmt.Sprint("k", n)), Public: make([]byte, 32)}
		return w.Alder.Collab.InboundPairer().Rotate(w.ctx, collabtest.Birch, collab.Call{Key: fmt.Sprint(n)}, key, time.Now().Add(time.Hour))
	}
	var err error
	n := 0
	for ; err == nil && n < 100; n++ {
		err = rotate(n)
	}
	require.ErrorIs(t, err, collab.ErrInvalid)
	require.Greater(t, n, 2, "a rotation can overlap another")
	require.Len(t, w.partner(w.Alder, collabtest.Birch).Keys, n)
}
