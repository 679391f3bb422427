package locations_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/courier"
	"github.com/mspkit/mspkit/store/memstore"
	"github.com/mspkit/mspkit/store/storetest"
)

// crashes is a push between two systems whose databases fail as planned. A system that is down starts again on the same data.
type crashes struct {
	t            *testing.T
	memory       map[string]*memstore.DB
	faulty       map[string]*storetest.FaultyDB
	alder, birch *system
	line         *wire
	now          time.Time
	courier      *courier.Courier
}

func newCrashes(t *testing.T, where string, plan storetest.Plan) *crashes {
	c := &crashes{t: t, memory: map[string]*memstore.DB{}, faulty: map[string]*storetest.FaultyDB{}, line: &wire{self: alderID, calls: map[string]int{}}, now: start}
	c.line.to = func(locations.PartnerID) locations.Peer { return c.birch.Inbound() }
	for _, name := range []string{alderID, birchID} {
		c.memory[name] = memstore.New(memstore.Config{})
		c.start(name, c.memory[name])
	}
	nodes := []locations.Node{{Key: "/R", Level: 2, Name: "R"}}
	_, err := c.alder.Load(t.Context(), c.alder.actor, ours, nodes, locations.LoadOptions{})
	require.NoError(t, err)
	require.NoError(t, c.alder.Deliver(t.Context(), locations.PushMessage(project, start)))
	nodes = append(nodes, heavy(40)...) // two pages, because of their text
	_, err = c.alder.Load(t.Context(), c.alder.actor, ours, nodes, locations.LoadOptions{})
	require.NoError(t, err)
	clear(c.line.calls)
	for _, name := range []string{alderID, birchID} {
		p := storetest.Plan{}
		if name == where {
			p = plan
		}
		c.faulty[name] = storetest.Faulty(c.memory[name], p)
		c.start(name, c.faulty[name])
	}
	return c
}

// heavy makes nodes of which 31 fill a page.
func heavy(n int) (out []locations.Node) {
	text := strings.Repeat("x", locations.MaxPageText/32)
	for i := range n {
		out = append(out, locations.Node{Key: locations.Key(fmt.Sprintf("T%03d", i)), Parent: "/R", Level: 1, Name: text})
	}
	return out
}

// start starts a system over a database.
func (c *crashes) start(name string, db store.DB) {
	share := locations.Share{Project: project, Partner: birchID, Set: ours, Owner: true, Live: true, Locked: true, State: "accepted"}
	if name == birchID {
		share = locations.Share{Project: project, Partner: alderID, Set: theirs, Live: true, Locked: true, State: "accepted"}
	}
	s := &system{actor: locations.Actor{Name: "ann", System: locations.Account(name)}, shares: &shares{list: []locations.Share{share}}}
	s.store = &hostStore{Store: store.Locations(db.For(name)), shares: s.shares}
	s.Service = locations.NewService(s.store, locations.Config{Peer: c.line, Now: func() time.Time { return start }})
	if name == birchID {
		c.birch = s
		return
	}
	c.alder = s
	c.courier = courier.New(db.Messages(), map[string]courier.Deliver{
		store.DomainLocations: func(ctx context.Context, _ string, m store.Message) error {
			return s.Deliver(ctx, locations.Message{Key: m.Key, Stream: m.Stream, Kind: m.Kind, Payload: m.Payload, Due: m.NextAt})
		},
	}, courier.Config{Holder: alderID, Now: func() time.Time { return c.now }})
}

// revive starts what is down again.
func (c *crashes) revive(plan storetest.Plan) {
	for name, db := range c.faulty {
		if plan.Down && db.Tripped() {
			c.start(name, c.memory[name])
		}
	}
}

// push starts a push, again when that failed, and lets the courier work until there is nothing more to do.
func (c *crashes) push(plan storetest.Plan) {
	ctx := c.t.Context()
	seen := locations.PushStamp{Ours: 2, Theirs: 1}
	for range 3 {
		_, err := c.alder.StartPush(ctx, c.alder.actor, project, seen, locations.PushOptions{})
		c.revive(plan)
		if err == nil || errors.Is(err, locations.ErrRunning) {
			break
		}
		require.True(c.t, errors.Is(err, storetest.ErrFault) || errors.Is(err, errBroken), "%v", err)
	}
	for range 6 {
		_, _ = c.courier.Start(ctx)
		c.revive(plan)
		c.now = c.now.Add(time.Hour)
	}
	open, err := c.memory[alderID].Messages().List(ctx, store.MessageQuery{Account: alderID, State: store.MessageWaiting})
	require.NoError(c.t, err)
	require.Empty(c.t, open)
}

// end is everything that the push has come to, but for ids and how often it was tried.
func (c *crashes) end() (out []string) {
	t := c.t
	runs, err := c.alder.Pushes(t.Context(), "", "", 10)
	require.NoError(t, err)
	for _, r := range runs {
		r.ID, r.Version = "", 0
		out = append(out, fmt.Sprintf("run %+v", r))
	}
	out = append(out, c.alder.actions(t, ours)...)
	out = append(out, c.birch.actions(t, theirs)...)
	out = append(out, fmt.Sprintf("copy %+v", c.birch.head(t, theirs)))
	for _, row := range c.birch.all(t, theirs) {
		out = append(out, fmt.Sprintf("%s %s %s", row.Key, row.Own, row.Sub))
	}
	ms, err := c.memory[alderID].Messages().List(t.Context(), store.MessageQuery{Account: alderID})
	require.NoError(t, err)
	for _, m := range ms {
		out = append(out, "message "+m.State.String())
	}
	return out
}

func TestAPushEndsAlikeWhateverFailsOnce(t *testing.T) {
	t.Parallel()
	calm := newCrashes(t, "", storetest.Plan{})
	calm.push(storetest.Plan{})
	want := calm.end()
	require.Contains(t, want[0], "State:done")
	require.Equal(t, 2, calm.line.calls["stage"], "several pages")

	suffer := func(where string, plan storetest.Plan, call int, after bool) {
		t.Run(fmt.Sprintf("%s moment %d at %d, down %t, call %d after %t", where, plan.Moment, plan.N, plan.Down, call, after), func(t *testing.T) {
			t.Parallel()
			c := newCrashes(t, where, plan)
			c.line.fail, c.line.after = call, after
			c.push(plan)
			if where != "" {
				require.True(t, c.faulty[where].Tripped())
			}
			c.start(alderID, c.memory[alderID])
			c.start(birchID, c.memory[birchID])
			require.Empty(t, cmp.Diff(want, c.end()))
		})
	}
	points := 0
	for _, where := range []string{alderID, birchID} {
		db := calm.faulty[where]
		for moment, n := range map[storetest.Moment]int{
			storetest.BeforeWrite: db.Writes(), storetest.AfterWrite: db.Writes(), storetest.BeforeCommit: db.Commits(), storetest.AfterCommit: db.Commits(),
		} {
			for k := 1; k <= n; k++ {
				suffer(where, storetest.Plan{Moment: moment, N: k}, 0, false)
				points++
				if moment == storetest.BeforeCommit || moment == storetest.AfterCommit { // a process that dies at a write has not committed either
					suffer(where, storetest.Plan{Moment: moment, N: k, Down: true}, 0, false)
					points++
				}
			}
		}
	}
	calls := 0
	for _, n := range calm.line.calls {
		calls += n
	}
	for k := 1; k <= calls; k++ {
		suffer("", storetest.Plan{}, k, false)
		suffer("", storetest.Plan{}, k, true)
		points += 2
	}
	require.Greater(t, points, 100)
	t.Logf("%d points", points)
}
