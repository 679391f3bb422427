package collabhttp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

// pair has alder invite birch, and both operators confirm.
func (w *world) pair() {
	w.t.Helper()
	_, token, err := w.Alder.Collab.Invite(w.ctx, w.Alder.Admin, w.birch.url)
	require.NoError(w.t, err)
	_, err = w.Birch.Collab.Join(w.ctx, w.Birch.Admin, w.alder.url, token)
	require.NoError(w.t, err)
	w.confirm(w.alder, w.birch)
	w.confirm(w.birch, w.alder)
}

// confirm makes other active at n.
func (w *world) confirm(n, other *node) {
	w.t.Helper()
	_, err := n.Collab.Confirm(w.ctx, n.Admin, other.ID, collab.KeyID(other.key.ID()))
	require.NoError(w.t, err)
}

// partner is other as n has it.
func (w *world) partner(n, other *node) (p collab.Partner, found bool) {
	w.t.Helper()
	ps, err := n.Collab.Partners(w.ctx)
	require.NoError(w.t, err)
	for _, p := range ps {
		if p.ID == other.ID {
			return p, true
		}
	}
	return collab.Partner{}, false
}

func greeting(from *node) collab.Hello {
	return collab.Hello{System: from.ID, Name: string(from.ID), Protocol: collab.Protocol, ModuleOn: true}
}

func TestPairingTakesAnInvitationAndBothConfirmations(t *testing.T) {
	w := strangers(t)
	_, token, err := w.Alder.Collab.Invite(w.ctx, w.Alder.Admin, w.birch.url)
	require.NoError(t, err)
	p, err := w.Birch.Collab.Join(w.ctx, w.Birch.Admin, w.alder.url, token)
	require.NoError(t, err)
	require.Equal(t, collab.PartnerPending, p.State)
	require.Equal(t, collabtest.Alder, p.ID)
	require.Equal(t, "System alder", p.Name)
	require.Equal(t, Fingerprint(w.alder.key.Public()), Fingerprint(p.Keys[0].Public), "the operators compare the same fingerprint")
	at, found := w.partner(w.alder, w.birch)
	require.True(t, found)
	require.Equal(t, collab.PartnerPending, at.State)
	require.Equal(t, Fingerprint(w.birch.key.Public()), Fingerprint(at.Keys[0].Public))

	_, err = w.birch.client.Hello(w.ctx, collabtest.Alder, greeting(w.birch))
	require.ErrorIs(t, err, collab.ErrPartner, "birch does not ask whom it has not confirmed")
	w.confirm(w.birch, w.alder)
	_, err = w.birch.client.Hello(w.ctx, collabtest.Alder, greeting(w.birch))
	require.ErrorIs(t, err, collab.ErrPartner, "alder does not answer whom it has not confirmed")
	w.confirm(w.alder, w.birch)
	got, err := w.birch.client.Hello(w.ctx, collabtest.Alder, greeting(w.birch))
	require.NoError(t, err)
	require.Equal(t, collabtest.Alder, got.System)
	_, err = w.alder.client.Hello(w.ctx, collabtest.Birch, greeting(w.alder))
	require.NoError(t, err)
}

func TestInvitationIsForOneSystemAndOneDay(t *testing.T) {
	w := strangers(t)
	cedar := newNode(t, "cedar")
	_, token, err := w.Alder.Collab.Invite(w.ctx, w.Alder.Admin, w.birch.url)
	require.NoError(t, err)
	request := func(n *node, id collab.SystemID) collab.PairRequest {
		return collab.PairRequest{Token: token, System: id, Name: string(id), URL: n.url, Key: n.public()}
	}
	refused := func(n *node, r collab.PairRequest, why string) {
		t.Helper()
		before := w.history(w.alder)
		_, err := n.client.Pair(w.ctx, w.alder.url, r)
		require.ErrorIs(t, err, collab.ErrInvitation, why)
		require.Equal(t, before, w.history(w.alder), why)
	}
	refused(cedar, request(cedar, "cedar"), "an invitation is for the URL that it names")
	wrong := request(w.birch, collabtest.Birch)
	wrong.Token = collab.NewToken("guessed")
	refused(w.birch, wrong, "nobody made this one")
	w.alder.ahead.Store(int64(25 * time.Hour))
	w.birch.ahead.Store(int64(25 * time.Hour))
	refused(w.birch, request(w.birch, collabtest.Birch), "it is too old")
	w.alder.ahead.Store(0)
	w.birch.ahead.Store(0)

	reply, err := w.birch.client.Pair(w.ctx, w.alder.url, request(w.birch, collabtest.Birch))
	require.NoError(t, err)
	before := w.history(w.alder)
	again, err := w.birch.client.Pair(w.ctx, w.alder.url, request(w.birch, collabtest.Birch))
	require.NoError(t, err, "the reply may have been lost")
	require.Equal(t, reply, again)
	require.Equal(t, before, w.history(w.alder), "asking again changes nothing")
	other, err := GenerateKey(nil)
	require.NoError(t, err)
	w.birch.signsWith(t, other)
	refused(w.birch, request(w.birch, collabtest.Birch), "used already, by another key")

	stolen := request(w.birch, collabtest.Birch)
	stolen.Key = w.alder.public()
	_, err = w.birch.client.Pair(w.ctx, w.alder.url, stolen)
	require.ErrorIs(t, err, collab.ErrPartner, "whoever brings a key signs with it")
}

func TestLostReplyOfPairingIsAskedForAgain(t *testing.T) {
	w := strangers(t)
	_, token, err := w.Alder.Collab.Invite(w.ctx, w.Alder.Admin, w.birch.url)
	require.NoError(t, err)
	w.alder.between(loseReplies(1))
	p, err := w.Birch.Collab.Join(w.ctx, w.Birch.Admin, w.alder.url, token)
	require.NoError(t, err)
	require.Equal(t, collabtest.Alder, p.ID)
}

func TestKeysRotateWithAnOverlap(t *testing.T) {
	w := partners(t)
	old := w.alder.key
	next, err := GenerateKey(nil)
	require.NoError(t, err)
	until := w.alder.now().Add(2 * time.Hour)
	require.NoError(t, w.Alder.Collab.AnnounceKey(w.ctx, w.Alder.Admin, collab.PartnerKey{ID: collab.KeyID(next.ID()), Public: next.Public()}, until))
	w.drain()
	works := func(why string) {
		t.Helper()
		_, err := w.alder.client.Hello(w.ctx, collabtest.Birch, greeting(w.alder))
		require.NoError(t, err, why)
		_, err = w.birch.client.Hello(w.ctx, collabtest.Alder, greeting(w.birch))
		require.NoError(t, err, why)
	}
	works("the old key is good until the end of the overlap")
	w.alder.signsWith(t, next)
	works("and so is the new one, for requests and for answers")

	w.alder.signsWith(t, old)
	for _, n := range []*node{w.alder, w.birch} {
		n.ahead.Store(int64(2*time.Hour + time.Minute))
	}
	_, err = w.alder.client.Hello(w.ctx, collabtest.Birch, greeting(w.alder))
	require.ErrorIs(t, err, collab.ErrPartner, "after the overlap the old key is nobody's")
	_, err = w.birch.client.Hello(w.ctx, collabtest.Alder, greeting(w.birch))
	require.ErrorIs(t, err, collab.ErrPeer, "nor does it sign answers")
	require.ErrorIs(t, err, ErrUnknownKey)
	w.alder.signsWith(t, next)
	works("the new one has no end")
}

func TestOverlapIsAWeekAtMost(t *testing.T) {
	w := partners(t)
	next, err := GenerateKey(nil)
	require.NoError(t, err)
	require.NoError(t, w.alder.client.Rotate(w.ctx, collabtest.Birch, collab.Call{Key: "k"}, collab.PartnerKey{ID: collab.KeyID(next.ID()), Public: next.Public()}, w.alder.now().Add(1000*time.Hour)))
	for _, n := range []*node{w.alder, w.birch} {
		n.ahead.Store(int64(8 * 24 * time.Hour))
	}
	_, err = w.alder.client.Hello(w.ctx, collabtest.Birch, greeting(w.alder))
	require.ErrorIs(t, err, collab.ErrPartner)
}

func TestRotationToAKeyThatIsNotOursIsRefused(t *testing.T) {
	w := partners(t)
	cedar := newNode(t, "cedar")
	_, err := w.Birch.Collab.Register(w.ctx, w.Birch.Admin, collab.Partner{ID: "cedar", URL: cedar.url, Keys: []collab.PartnerKey{cedar.public()}})
	require.NoError(t, err)
	before := w.history(w.birch)
	rotate := func(k collab.PartnerKey) error {
		return w.alder.client.Rotate(w.ctx, collabtest.Birch, collab.Call{}, k, w.alder.now().Add(time.Hour))
	}
	require.ErrorIs(t, rotate(cedar.public()), collab.ErrConflict, "another partner's key")
	misnamed := w.alder.public()
	misnamed.ID = "alder-2026"
	require.ErrorIs(t, rotate(misnamed), collab.ErrInvalid, "an id that is not the key's")
	require.ErrorIs(t, rotate(collab.PartnerKey{ID: collab.KeyID(KeyID([]byte("short"))), Public: []byte("short")}), collab.ErrInvalid)
	require.Equal(t, before, w.history(w.birch))
	_, err = w.alder.client.Hello(w.ctx, collabtest.Birch, greeting(w.alder))
	require.NoError(t, err)
}

func TestRevocationEndsTheTrustAtOnce(t *testing.T) {
	w := partners(t)
	id := w.accepted()
	_, err := w.Birch.Collab.Revoke(w.ctx, w.Birch.Admin, collabtest.Alder)
	require.NoError(t, err)
	before := w.history(w.birch)
	_, err = w.alder.client.Survey(w.ctx, collabtest.Birch, id)
	require.ErrorIs(t, err, collab.ErrPartner)
	_, err = w.birch.client.Hello(w.ctx, collabtest.Alder, greeting(w.birch))
	require.ErrorIs(t, err, collab.ErrPartner, "and birch no longer asks it")
	require.Equal(t, before, w.history(w.birch))
}
