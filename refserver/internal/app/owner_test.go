package app_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/app"
)

func TestADatabaseKnowsWhoseItIs(t *testing.T) { onEach(t, aDatabaseKnowsWhoseItIs) }

// A slip in -id opens nobody's door.
func aDatabaseKnowsWhoseItIs(t *testing.T, config configure) {
	cfg := config(t)
	require.NoError(t, app.Migrate(t.Context(), cfg.DB, cfg.ID, false, io.Discard), "which does not make it anybody's")
	slip := cfg
	slip.ID, slip.Addr = "aldr", "127.0.0.1:0"
	a, err := app.Open(t.Context(), cfg)
	require.NoError(t, err)
	require.NoError(t, a.Close())

	refused := func(err error) {
		t.Helper()
		require.ErrorContains(t, err, `it belongs to "alder", not to "aldr": give that as -id, or another database as -db`)
		require.NotContains(t, err.Error(), "administrator")
	}
	_, err = app.Open(t.Context(), slip)
	refused(err)
	_, err = app.Admit(t.Context(), cfg.DB, slip.ID, "")
	refused(err)
	for _, dry := range []bool{true, false} {
		refused(app.Migrate(t.Context(), cfg.DB, slip.ID, dry, io.Discard))
		require.NoError(t, app.Migrate(t.Context(), cfg.DB, cfg.ID, dry, io.Discard))
		require.NoError(t, app.Migrate(t.Context(), cfg.DB, "", dry, io.Discard))
	}
	slip.Addr, slip.URL = "192.0.2.1:0", "https://aldr.example"
	_, err = app.Open(t.Context(), slip)
	refused(err)

	a, err = app.Open(t.Context(), cfg)
	require.NoError(t, err)
	require.NoError(t, a.Close())
}
