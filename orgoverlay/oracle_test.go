package orgoverlay_test

import (
	"cmp"
	"flag"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

var worlds = flag.Int("worlds", 1, "random worlds of 1,000 accounts that sight is compared in")

// expected is one organization that an account must see.
type expected struct {
	ID   orgoverlay.OrgID
	Name string
	Kind orgoverlay.Kind
	Whys []string // account of the agreement, agreement, what the organization is to the account
}

// look says what an account must see, by going over every organization and every agreement of the world, each time.
func (w *world) look(v orgoverlay.Account) []expected {
	var out []expected
	var active []orgoverlay.Agreement // of those that it takes part in
	for _, g := range w.agreements {
		if (g.Account == v || g.With == v) && w.activeNow(*g) {
			active = append(active, w.provided(*g))
		}
	}
	for _, o := range w.orgs {
		e := expected{ID: o.ID, Name: o.Name}
		above := w.tenants[v].Directory
		switch {
		case o.Deleted: // V18
		case o.Account == v && w.under(o.ID, w.tenants[v].Organization):
			e.Kind = orgoverlay.KindInternal
		case o.Account == v, above != "" && o.Account == above: // V14
			e.Kind = orgoverlay.KindExternal
		default:
			for _, g := range active {
				if side := opens(v, o.ID, g); side != "" && w.trusted(v, o.Account) {
					e.Kind = orgoverlay.KindTrusted
					e.Whys = append(e.Whys, string(g.Account)+" "+string(g.ID)+" "+side)
				}
			}
		}
		if e.Kind != orgoverlay.KindNone {
			slices.Sort(e.Whys)
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b expected) int {
		return cmp.Or(strings.Compare(lowered(a.Name), lowered(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// provided fills in the provider of an SLA, which is that of its service now (V11).
func (w *world) provided(g orgoverlay.Agreement) orgoverlay.Agreement {
	for _, e := range w.services {
		if g.Kind == orgoverlay.SLA && e.Account == g.Account && e.ID == g.Service {
			g.Provider = orgoverlay.Ref{Account: e.Account, Org: e.Provider}
		}
	}
	return g
}

// opens says what another's organization is to an account by one agreement, "" when the agreement opens nothing (V1-V5, V12, V13, V16).
func opens(v orgoverlay.Account, o orgoverlay.OrgID, g orgoverlay.Agreement) string {
	isProvider, isCustomer := g.Provider.Org == o, g.Customer.Org == o
	if !isProvider && !isCustomer || g.Account == g.With || g.Provider.Account == g.Customer.Account {
		return ""
	}
	providing, buying := g.Account == v, g.With == v
	switch {
	case buying && isProvider:
		return "provider"
	case providing && isCustomer:
		return "customer"
	case g.Kind == orgoverlay.FLSA && (providing && isProvider || buying && isCustomer):
		return "third"
	}
	return ""
}

// activeNow goes by the calendar of the agreement's zone (V6, V7).
func (w *world) activeNow(g orgoverlay.Agreement) bool {
	zone, err := time.LoadLocation(g.Zone)
	require.NoError(w.t, err)
	today := w.clock.In(zone).Format(time.DateOnly)
	return !g.Prepared && g.Start <= today && (g.Expiry == "" || today <= g.Expiry)
}

// trusted says whether both sides agree, the owner itself or an account below it (V8, V15).
func (w *world) trusted(v, owner orgoverlay.Account) bool {
	for _, b := range w.accounts {
		both := w.halves[[2]orgoverlay.Account{v, b}] == orgoverlay.TrustEstablished && w.halves[[2]orgoverlay.Account{b, v}] == orgoverlay.TrustEstablished
		if both && (b == owner || w.tenants[b].Directory == owner) {
			return true
		}
	}
	return false
}

func (w *world) under(id, tied orgoverlay.OrgID) bool {
	for id != "" && id != tied {
		parent := orgoverlay.OrgID("")
		for _, o := range w.orgs {
			if o.ID == id {
				parent = o.Parent
			}
		}
		id = parent
	}
	return id != ""
}

// listed is what the service lists of an account, page by page, with the reasons of each organization.
func (w *world) listed(v orgoverlay.Account, limit int) []expected {
	w.t.Helper()
	var out []expected
	q := orgoverlay.ListQuery{Limit: limit, Whys: true}
	for {
		page, err := w.of(v).List(w.ctx, w.boss(v), q)
		require.NoError(w.t, err)
		for _, r := range page.Records {
			one, err := w.of(v).Organization(w.ctx, w.boss(v), r.ID)
			require.NoError(w.t, err)
			e := expected{ID: r.ID, Name: r.Name, Kind: r.Kind}
			if d := gocmp.Diff(one.Whys, r.Whys); d != "" {
				w.t.Fatalf("at %s %s reads of %s other reasons in the list (-record +list):\n%s", w.clock, v, r.ID, d)
			}
			for _, why := range r.Whys {
				e.Whys = append(e.Whys, string(why.Account)+" "+string(why.Agreement)+" "+why.Direction.String())
			}
			slices.Sort(e.Whys)
			out = append(out, e)
		}
		if q.After = page.Next; q.After == "" {
			return out
		}
	}
}

// compare asks as some accounts, and requires what the plain lists say.
func (w *world) compare(accounts []orgoverlay.Account) (trusted int) {
	w.t.Helper()
	for _, v := range accounts {
		want := w.look(v)
		if d := gocmp.Diff(want, w.listed(v, 1+w.rng.IntN(orgoverlay.MaxPage))); d != "" {
			w.t.Fatalf("at %s %s sees (-want +got):\n%s", w.clock, v, d)
		}
		n, err := w.of(v).Count(w.ctx, w.boss(v), orgoverlay.ListQuery{})
		require.NoError(w.t, err)
		require.EqualValues(w.t, len(want), n, "%s counts", v)
		for range 5 {
			o := pick(w.rng, w.orgs)
			seen := slices.ContainsFunc(want, func(e expected) bool { return e.ID == o.ID })
			_, err := w.of(v).Organization(w.ctx, w.boss(v), o.ID)
			if seen != (err == nil) {
				w.t.Fatalf("at %s %s asks for %s, seen %v: %v", w.clock, v, o.ID, seen, err)
			}
		}
		for _, e := range want {
			if e.Kind == orgoverlay.KindTrusted {
				trusted++
			}
		}
	}
	return trusted
}

// moments are about the beginnings and ends of days in the zones of the world's agreements. In Cairo the 24th begins at one o'clock.
func moments() []time.Time {
	var out []time.Time
	for _, zone := range worldZones {
		at, err := time.LoadLocation(zone)
		if err != nil {
			panic(err)
		}
		for day := 23; day <= 26; day++ {
			begin := time.Date(2026, 4, day, 0, 0, 0, 0, at)
			for begin.In(at).Day() < day {
				begin = begin.Add(time.Minute)
			}
			out = append(out, begin.UTC(), begin.Add(-time.Microsecond).UTC())
		}
	}
	return out
}

// In some places clocks leap over midnight, and the day begins at one.
func TestDaysBeginWhereMidnightIsLeaptOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day, before string }{
		{"Africa/Cairo", "2026-04-24", "2026-04-23"}, {"America/Havana", "2026-03-08", "2026-03-07"}, {"America/Santiago", "2026-09-06", "2026-09-05"},
		{"America/Havana", "2026-11-01", "2026-10-31"}, {"Asia/Beirut", "2026-10-25", "2026-10-24"}, {"Australia/Lord_Howe", "2026-10-04", "2026-10-03"},
	} {
		zone, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		from, _, err := orgoverlay.Window(c.day, "", zone)
		require.NoError(t, err)
		_, until, err := orgoverlay.Window("2026-01-01", c.before, zone)
		require.NoError(t, err)
		require.Equal(t, from, until, "no gap between the days")
		require.Equal(t, c.day, from.In(zone).Format(time.DateOnly), c.zone)
		require.Equal(t, c.before, from.Add(-time.Microsecond).In(zone).Format(time.DateOnly), c.zone)
	}
}

// sightInWorlds compares random worlds in a store.
func sightInWorlds(t *testing.T, db func(testing.TB) store.DB, seeds, accounts int) {
	for seed := range uint64(seeds) {
		w := newWorld(t, db(t), seed+1, accounts)
		trusted := w.compare(w.accounts)
		require.Greater(t, trusted, accounts/4, "too little to be seen")
		for _, at := range moments() {
			w.clock = at
			w.compare(w.accounts[:min(len(w.accounts), 30)])
		}
	}
}

func TestSightInRandomWorlds(t *testing.T) {
	t.Parallel()
	sightInWorlds(t, newMemory, 4, 40)
}

func TestSightOfAThousandAccounts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	sightInWorlds(t, newMemory, *worlds, 1000)
}
