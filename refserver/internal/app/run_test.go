package app_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

func TestOldEventsAreForgotten(t *testing.T) { onEach(t, oldEventsAreForgotten) }

func oldEventsAreForgotten(t *testing.T, config configure) {
	cfg := config(t)
	now := time.Now()
	cfg.Now = func() time.Time { return now }
	cfg.KeepEvents = 24 * time.Hour
	a := serve(t, cfg)
	_, _, err := firstAdministrator(t, a)
	require.NoError(t, err)
	count := func() int {
		a.Sweep(t.Context())
		events, err := a.Staff.Events(t.Context(), a.ID(), staff.EventQuery{})
		require.NoError(t, err)
		return len(events)
	}
	require.NotZero(t, count())
	now = now.Add(24 * time.Hour)
	require.Zero(t, count())
}
