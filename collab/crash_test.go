package collab_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/storetest"
)

// Every use case is run once undisturbed, counting its calls of the other system and the writes and commits of either store.
// Then each of them fails in turn, before and after it took effect, and everybody goes on as they would: messages are
// delivered again, and a person does again what answered an error. Both systems must end exactly where they ended undisturbed.

// useCase is something that people do.
type useCase struct {
	unpaired bool
	pre      func(*world) // what is there before, undisturbed
	do       func(*world)
	but      *regexp.Regexp // lines whose group 1 may be anything; one that is all of it may be missing
}

// fault is one point of failure. The zero fault is none.
type fault struct {
	where  string // alder, birch, or line for a call
	moment storetest.Moment
	n      int // counted from 1 over the whole run, what comes before the use case included
}

func (f fault) String() string {
	what := map[storetest.Moment]string{
		storetest.BeforeWrite: "before write", storetest.AfterWrite: "after write", storetest.BeforeCommit: "before commit", storetest.AfterCommit: "after commit",
	}[f.moment]
	return fmt.Sprintf("%s %s %d", f.where, what, f.n)
}

// counter says how much has happened at each place.
type counter map[string]int

// moments lists what can fail at a place, and by which counter it is reached. A call is a commit of the line: lost on its way
// there, it did not happen; lost on its way back, nobody knows.
var moments = map[string]map[storetest.Moment]string{
	"alder": {storetest.BeforeWrite: "alder writes", storetest.AfterWrite: "alder writes", storetest.BeforeCommit: "alder commits", storetest.AfterCommit: "alder commits"},
	"birch": {storetest.BeforeWrite: "birch writes", storetest.AfterWrite: "birch writes", storetest.BeforeCommit: "birch commits", storetest.AfterCommit: "birch commits"},
	"line":  {storetest.BeforeCommit: "calls", storetest.AfterCommit: "calls"},
}

// suffer runs a use case with faults, and returns the end, and what was counted before the use case and after it.
func (u useCase) suffer(t *testing.T, faults ...fault) (end []string, before, after counter) {
	dbs := map[string]store.DB{"alder": memory(), "birch": memory()}
	var faulty []*storetest.FaultyDB
	for _, f := range faults {
		if f.where != "line" {
			db := storetest.Faulty(dbs[f.where], storetest.Plan{Moment: f.moment, N: f.n})
			dbs[f.where], faulty = db, append(faulty, db)
		}
	}
	alder, birch := storetest.Faulty(dbs["alder"], storetest.Plan{}), storetest.Faulty(dbs["birch"], storetest.Plan{})
	w := worldOf(t, alder, birch, steady(collabtest.Options{Paired: !u.unpaired}))
	calls := 0
	lose := func(m storetest.Moment) func(_, _ collab.SystemID, op string) error {
		return func(_, _ collab.SystemID, op string) error {
			if m == storetest.BeforeCommit {
				calls++
			}
			if slices.Contains(faults, fault{"line", m, calls}) {
				return fmt.Errorf("%s is lost: %w", op, collab.ErrPeer)
			}
			return nil
		}
	}
	w.Net.Before, w.Net.After = lose(storetest.BeforeCommit), lose(storetest.AfterCommit)
	count := func() counter {
		return counter{
			"alder writes": alder.Writes(), "alder commits": alder.Commits(), "birch writes": birch.Writes(), "birch commits": birch.Commits(), "calls": calls,
		}
	}
	if !u.unpaired {
		require.NoError(t, collabtest.SeedNorthwind(w.ctx, w.Alder))
	}
	if u.pre != nil {
		u.pre(w)
	}
	before = count()
	u.do(w)
	for i, db := range faulty {
		require.True(t, db.Tripped() || i > 0, "the planned fault happens")
	}
	for _, line := range w.everything() {
		if u.but != nil {
			if at := u.but.FindStringSubmatchIndex(line); at != nil {
				line = line[:at[2]] + line[at[3]:]
			}
		}
		if line != "" {
			end = append(end, line)
		}
	}
	return end, before, count()
}

// TestFailuresChangeNothing lets everything fail once. With MSPKIT_DEEP=1 (minutes) it lets what mends the failure fail as well.
func TestFailuresChangeNothing(t *testing.T) {
	t.Parallel()
	for name, u := range useCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, before, after := u.suffer(t)
			points := 0
			for _, where := range []string{"alder", "birch", "line"} {
				for moment, counted := range moments[where] {
					for n := before[counted] + 1; n <= after[counted]; n++ {
						first := fault{where, moment, n}
						t.Run(first.String(), func(t *testing.T) { u.compare(t, want, first) })
						if points++; os.Getenv("MSPKIT_DEEP") == "" {
							continue
						}
						for k := n + 1; k <= after[counted]; k++ {
							second := fault{where, moment, k}
							t.Run(fmt.Sprint(first, " and ", second), func(t *testing.T) { u.compare(t, want, first, second) })
						}
					}
				}
			}
			require.Positive(t, points)
			t.Logf("%d points", points)
		})
	}
}

func (u useCase) compare(t *testing.T, want []string, faults ...fault) {
	got, _, _ := u.suffer(t, faults...)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the end (-undisturbed +got):\n%s", d)
	}
}

// insist does what a person does when something fails: the same again, unless it turns out to be done.
func (w *world) insist(do func() error, done ...error) {
	w.t.Helper()
	for try := 0; ; try++ {
		err := do()
		if err == nil || try > 0 && slices.ContainsFunc(done, func(d error) bool { return errors.Is(err, d) }) {
			return
		}
		require.Less(w.t, try, 3, "%v", err)
	}
}

// settle delivers until everything is through, as a courier does: what failed is tried again later, and so is what it lost sight of.
func (w *world) settle() {
	w.t.Helper()
	at := time.Now().UTC()
	for range 10 {
		at = at.Add(24 * time.Hour)
		rest := true
		for _, s := range []*collabtest.Side{w.Alder, w.Birch} {
			for {
				ms, err := s.DB.Messages().Lease(w.ctx, "courier", at, at.Add(time.Hour), 1)
				if rest = rest && err == nil && len(ms) == 0; err != nil || len(ms) == 0 {
					break
				}
				w.try(s, ms[0], at)
			}
		}
		if rest {
			return
		}
	}
	w.t.Fatal("messages never come through")
}

// try delivers one message.
func (w *world) try(s *collabtest.Side, m store.Message, at time.Time) {
	var err error
	if m.Domain == store.DomainLocations {
		err = s.Locations.Deliver(w.ctx, locations.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload})
	} else {
		err = s.Collab.Deliver(w.ctx, collab.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload})
	}
	end := store.Settlement{State: store.MessageDone, At: at}
	if err != nil {
		var permanent interface{ Permanent() bool }
		require.False(w.t, errors.As(err, &permanent) && permanent.Permanent(), "%s is given up: %v", m.Key, err)
		end = store.Settlement{State: store.MessageWaiting, NextAt: at.Add(time.Minute), Reason: err.Error(), At: at}
	}
	_ = s.DB.Messages().Settle(w.ctx, m.ID, m.Token, end) // when it fails, the lease runs out
}
