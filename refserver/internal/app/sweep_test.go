package app_test

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

const day = 24 * time.Hour

// clock stands until it is moved.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := new(clock)
	c.at.Store(time.Now().UnixMicro())
	return c
}

func (c *clock) now() time.Time       { return time.UnixMicro(c.at.Load()) }
func (c *clock) pass(d time.Duration) { c.at.Add(d.Microseconds()) }

func TestOldEventsAreForgotten(t *testing.T) { onEach(t, oldEventsAreForgotten) }

func oldEventsAreForgotten(t *testing.T, config configure) {
	cfg, at := config(t), newClock()
	cfg.Now, cfg.KeepEvents = at.now, day
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
	at.pass(day)
	require.Zero(t, count())
}

// hosting opens a system, which does not run, that hosts wdc beside its own account. Both have written about an organization of another, which is
// returned for its own account; wdc does not see the one of gigatera any more.
func hosting(t *testing.T, cfg app.Config) (*app.App, orgoverlay.OrgID) {
	t.Helper()
	ctx := t.Context()
	a, err := app.Open(ctx, cfg)
	require.NoError(t, err)
	p, _, err := firstAdministrator(t, a)
	require.NoError(t, err)
	require.NoError(t, a.Staff.OpenAccount(ctx, staff.Who{Person: p.ID, Account: a.ID()}, "wdc", "Widget Data Center"))
	org := agreed(t, a, "alder", "provider")
	for account, about := range map[string]orgoverlay.OrgID{"alder": org, "wdc": agreed(t, a, "wdc", "gigatera")} {
		_, _, err = a.Orgs(account).Edit(ctx, administrator(account), about, orgoverlay.Patch{Remarks: orgoverlay.Set("remark of " + account)}, 0)
		require.NoError(t, err)
	}
	_, err = a.Orgs("wdc").SetTrust(ctx, administrator("wdc"), "gigatera", orgoverlay.TrustEnded)
	require.NoError(t, err)
	return a, org
}

// purges are those that retention has done in an account.
func purges(t *testing.T, a *app.App, account string) []orgoverlay.Entry {
	t.Helper()
	log, err := a.Orgs(account).Log(t.Context(), administrator(account), orgoverlay.HistoryQuery{Kind: "retention"})
	require.NoError(t, err)
	return log
}

// What an account does not see any more is purged when it has been kept for so long, in every hosted account, looked for once a day; what is seen stays.
func TestWhatIsNotSeenIsPurgedInTime(t *testing.T) { onEach(t, whatIsNotSeenIsPurgedInTime) }

func whatIsNotSeenIsPurgedInTime(t *testing.T, config configure) {
	cfg, at, log := config(t), newClock(), new(buffer)
	cfg.Now, cfg.Retention, cfg.Log = at.now, 30*day, slog.New(slog.NewJSONHandler(log, nil))
	a, org := hosting(t, cfg)
	defer func() { require.NoError(t, a.Close()) }()
	sweep := func() int {
		a.Sweep(t.Context())
		return len(purges(t, a, "wdc"))
	}
	require.Zero(t, sweep()) // notes that it is not seen
	at.pass(30*day - time.Hour)
	require.Zero(t, sweep(), "not yet")
	at.pass(time.Hour)
	require.Zero(t, sweep(), "it was looked for within a day")
	at.pass(day - time.Hour)
	require.Equal(t, 1, sweep())
	require.Equal(t, app.Operator, purges(t, a, "wdc")[0].Actor)
	require.Empty(t, purges(t, a, "alder"))
	r, err := a.Orgs("alder").Organization(t.Context(), administrator("alder"), org)
	require.NoError(t, err)
	require.Equal(t, "remark of alder", r.Local.Remarks)
	require.Contains(t, log.String(), `"purged":1`)
	require.NotContains(t, log.String(), "WARN")
	if file := cfg.DB; !strings.HasPrefix(file, "postgres") {
		require.NotContains(t, onDisk(t, file), "remark of wdc")
	}
}

// A system looks as soon as it runs, however seldom it does so for a whole day. Without a limit nothing is purged, ever.
func TestWhatIsNotSeenIsPurgedAtStart(t *testing.T) {
	t.Parallel()
	cfg, at := config(t), newClock()
	cfg.Now = at.now
	a, _ := hosting(t, cfg)
	a.Sweep(t.Context())
	at.pass(10 * 365 * day)
	a.Sweep(t.Context())
	require.Empty(t, purges(t, a, "wdc"))
	require.NoError(t, a.Close())
	cfg.Retention = 30 * day
	a = serve(t, cfg)
	require.Eventually(t, func() bool { return len(purges(t, a, "wdc")) == 1 }, 10*time.Second, 10*time.Millisecond)
}

// An account of which it cannot be looked at keeps no other from it; it is told and tried again with the next sweep. That the system ends is no failure.
func TestASweepThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	cfg, at, log := config(t), newClock(), new(buffer)
	cfg.Now, cfg.Retention, cfg.Log = at.now, 30*day, slog.New(slog.NewJSONHandler(log, nil))
	a, _ := hosting(t, cfg)
	defer func() { require.NoError(t, a.Close()) }()
	a.Sweep(t.Context())
	at.pass(30 * day)
	ended, end := context.WithCancel(t.Context())
	end()
	a.Sweep(ended)
	require.NotContains(t, log.String(), "WARN")
	stamps := func(account, to string) {
		_, err := a.Writer().NewRaw("UPDATE mspkit_overlay SET stamps = ? WHERE account = ?", to, account).Exec(t.Context())
		require.NoError(t, err)
	}
	stamps("alder", "{")
	a.Sweep(t.Context())
	require.Contains(t, log.String(), `"account":"alder"`)
	require.Equal(t, 1, strings.Count(log.String(), "WARN"))
	require.Len(t, purges(t, a, "wdc"), 1)
	a.Sweep(t.Context())
	require.Equal(t, 2, strings.Count(log.String(), "WARN"), "within the day, since it failed")
	stamps("alder", "[]")
	a.Sweep(t.Context())
	stamps("alder", "{")
	a.Sweep(t.Context())
	require.Equal(t, 2, strings.Count(log.String(), "WARN"), "once it was done it is not done again within a day")
}
