package scenario_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPairingByInvitation(t *testing.T) { onEach(t, scenarioPairing) }

// scenarioPairing makes the systems partners without either operator typing a key.
func scenarioPairing(w *world) {
	t := w.t
	w.seed()
	for _, s := range []system{w.alder, w.birch} {
		require.NoError(t, s.Switch(true))
	}
	alder, err := w.alder.Card()
	require.NoError(t, err)
	birch, err := w.birch.Card()
	require.NoError(t, err)
	token, err := w.alder.Invite(birch.URL)
	require.NoError(t, err)
	w.refused("invitation", second(w.birch.Join(alder.URL, token+"x")))
	require.Empty(t, w.partners(w.birch), "a wrong token leaves nothing behind")
	joined, err := w.birch.Join(alder.URL, token)
	require.NoError(t, err)
	w.same(partner{"alder", alder.URL, "pending", alder.KeyID}, joined, "birch knows alder")
	w.same([]partner{{"birch", birch.URL, "pending", birch.KeyID}}, w.partners(w.alder), "alder knows birch")
	w.refused("partner", second(w.alder.Propose(dineInOffer())))
	w.refused("invalid", second(w.alder.Confirm("birch", alder.KeyID)))
	for s, other := range map[system]card{w.alder: birch, w.birch: alder} {
		p, err := s.Confirm(other.System, other.KeyID)
		require.NoError(t, err)
		require.Equal(t, "active", p.State)
	}
	out, err := w.alder.Propose(dineInOffer())
	require.NoError(t, err)
	w.settle()
	require.NoError(t, w.birch.Decline(out.ID, "too many shops"))
	w.settle()
	require.Equal(t, "Declined", w.project(w.alder, out.ID).Label)
	require.Equal(t, "Declined", w.project(w.birch, out.ID).Label)
}
