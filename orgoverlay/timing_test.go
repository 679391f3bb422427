package orgoverlay_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// What is not seen takes as long as what is not there, for whatever reason it is not seen.
func TestInvisibleTakesAsLongAsNonexistent(t *testing.T) {
	takesAsLong(t, newSQLite, "Organization", "Edit", "Attachment", "History")
}

func TestInvisibleTakesAsLongAsNonexistentOnPostgres(t *testing.T) {
	takesAsLong(t, newPostgres, "Organization", "Edit")
}

// takesAsLong compares medians of 200 calls, in turns, on a database. Whoever else uses the machine disturbs some tries, so one good try
// of many is enough; a difference that is real is in all of them.
func takesAsLong(t *testing.T, open func(testing.TB) store.DB, names ...string) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	s := newStage(t)
	s.db = open(t)
	for _, a := range []orgoverlay.Account{"wdc", "gigatera", "globalnet", "virtualsupport", "formernet", "doubtfulnet"} {
		s.account(a, "")
	}
	s.sla("globalnet", "wdc", "N1") // so that wdc sees something
	s.sla("gigatera", "globalnet", "G1")
	s.sla("virtualsupport", "wdc", "V1", func(g *orgoverlay.Agreement) { g.Prepared = true })
	s.sla("formernet", "wdc", "F1", func(g *orgoverlay.Agreement) { g.Expiry = "2026-05-01" })
	s.sla("doubtfulnet", "wdc", "D1")
	s.half("doubtfulnet", "wdc", orgoverlay.TrustSuspended)
	s.edit("globalnet", s.tied["gigatera"], financial("hidden-77"))
	s.edit("wdc", s.tied["globalnet"], financial("ours-1"))
	file := s.attach("globalnet", s.tied["gigatera"], "notes.txt", "not wdc's").ID
	wdc, actor, ctx := s.of("wdc"), admin("wdc"), context.Background()
	alike := func(name string, invisible, nonexistent func() error) {
		t.Helper()
		best := math.Inf(1)
		for try := 0; try < 15 && best >= 0.10; try++ {
			hidden, absent := inTurns(t, 200, invisible, nonexistent)
			if apart := math.Abs(float64(hidden)/float64(absent) - 1); apart < best {
				best = apart
				t.Logf("%s: %v invisible, %v nonexistent, %.1f%% apart", name, hidden, absent, 100*apart)
			}
		}
		if best >= 0.10 {
			t.Errorf("%s: what is invisible and what does not exist can be told apart by the time it takes: %.0f%% at best", name, 100*best)
		}
	}
	find := func(financial string) func() error {
		return func() error {
			_, err := wdc.FindFinancial(ctx, actor, financial)
			return err
		}
	}
	alike("FindFinancial", find("hidden-77"), find("absent-77"))
	calls := map[string]func(orgoverlay.OrgID, orgoverlay.AttachmentID) error{
		"Organization": func(org orgoverlay.OrgID, _ orgoverlay.AttachmentID) error {
			_, err := wdc.Organization(ctx, actor, org)
			return err
		},
		"Edit": func(org orgoverlay.OrgID, _ orgoverlay.AttachmentID) error {
			_, _, err := wdc.Edit(ctx, actor, org, remarks("x"), 0)
			return err
		},
		"Attachment": func(org orgoverlay.OrgID, file orgoverlay.AttachmentID) error {
			_, err := wdc.Attachment(ctx, actor, org, file)
			return err
		},
		"History": func(org orgoverlay.OrgID, _ orgoverlay.AttachmentID) error {
			_, err := wdc.History(ctx, actor, org, "", 0)
			return err
		},
	}
	for _, name := range names {
		for why, hidden := range map[string]orgoverlay.Account{"of strangers": "gigatera", "of an agreement being prepared": "virtualsupport",
			"of an agreement that has ended": "formernet", "of one that is not trusted now": "doubtfulnet"} {
			alike(name+" "+why, func() error { return calls[name](s.tied[hidden], file) }, func() error { return calls[name]("id-999999", "id-999998") })
		}
	}
}

// inTurns calls two things a number of times, who begins changing, and returns the median of each. Both must find nothing.
func inTurns(t *testing.T, n int, things ...func() error) (first, second time.Duration) {
	t.Helper()
	took := make([][]time.Duration, len(things))
	for round := range n {
		for i := range things {
			i = (i + round) % len(things)
			start := time.Now()
			err := things[i]()
			took[i] = append(took[i], time.Since(start))
			if !errors.Is(err, orgoverlay.ErrNotFound) {
				require.ErrorIs(t, err, orgoverlay.ErrNotFound)
			}
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	return took[0][n/2], took[1][n/2]
}
