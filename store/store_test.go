package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

func newDB(t *testing.T) store.Scoped {
	t.Helper()
	return memstore.New(memstore.Config{}).For("alder")
}

func clients(t *testing.T, s store.Scoped) (out []collab.Client) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(ctx context.Context, v store.View) (err error) {
		out, err = v.Collab.Clients.List(ctx, "", 100)
		return err
	}))
	return out
}

func TestJoinWorksInsideTheOwnersTransaction(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	for _, end := range []error{nil, stop} {
		s := newDB(t)
		runs := 0
		err := s.Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
			joined := store.Join(tx)
			err := store.Collab(joined).Update(ctx, func(ctx context.Context, tx collab.Tx) error {
				runs++
				return tx.Clients.Put(ctx, collab.Client{ID: "c", Name: "Acme"})
			})
			require.NoError(t, err)
			err = store.Locations(joined).Update(ctx, func(ctx context.Context, tx locations.Tx) error {
				return tx.Outbox.Enqueue(ctx, []locations.Message{{Key: "k"}})
			})
			require.NoError(t, err)
			err = store.Orgoverlay(joined).Update(ctx, func(ctx context.Context, tx orgoverlay.Tx) error {
				return tx.People.PutPerson(ctx, orgoverlay.Person{ID: "p", Name: "Ann"})
			})
			require.NoError(t, err)
			err = store.Orgoverlay(joined).View(ctx, func(ctx context.Context, v orgoverlay.View) error {
				people, err := v.People.People(ctx, []orgoverlay.PersonID{"p"})
				require.Len(t, people, 1, "a joined view sees what the transaction wrote")
				return err
			})
			require.NoError(t, err)
			err = store.Collab(joined).View(ctx, func(ctx context.Context, v collab.View) error {
				c, err := v.Clients.Client(ctx, "c")
				require.Equal(t, "Acme", c.Name, "a joined view sees what the transaction wrote")
				return err
			})
			require.NoError(t, err)
			return end
		})
		require.ErrorIs(t, err, end)
		require.Equal(t, 1, runs)
		require.Equal(t, end == nil, len(clients(t, s)) == 1, "the owner decides")
	}
}

func TestJoinHandsErrorsToItsCaller(t *testing.T) {
	t.Parallel()
	stop := errors.New("stop")
	require.NoError(t, newDB(t).Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
		joined := store.Join(tx)
		require.ErrorIs(t, joined.Update(ctx, func(context.Context, store.Tx) error { return stop }), stop)
		require.ErrorIs(t, joined.View(ctx, func(context.Context, store.View) error { return stop }), stop)
		require.ErrorIs(t, store.Locations(joined).View(ctx, func(context.Context, locations.View) error { return stop }), stop)
		require.ErrorIs(t, store.Orgoverlay(joined).View(ctx, func(context.Context, orgoverlay.View) error { return stop }), stop)
		return nil
	}))
}

func TestViewHasEveryReadingRole(t *testing.T) {
	t.Parallel()
	require.NoError(t, newDB(t).Update(t.Context(), func(_ context.Context, tx store.Tx) error {
		v, c, l, o := tx.View(), tx.Collab, tx.Locations, tx.Orgoverlay
		require.Equal(t, collab.View{Account: "alder", Partners: c.Partners, Clients: c.Clients, Surveys: c.Surveys, Projects: c.Projects, Shops: c.Shops,
			Ledger: c.Ledger, Runs: c.Runs, Places: c.Places, History: c.History}, v.Collab)
		require.Equal(t, locations.View{Account: "alder", Trees: l.Trees, Shares: l.Shares, Pushes: l.Pushes, History: l.History}, v.Locations)
		require.Equal(t, orgoverlay.View{Account: "alder", Registry: o.Registry, Orgs: o.Orgs, Sight: o.Sight, Overlays: o.Overlays, Claims: o.Claims,
			Extensions: o.Extensions, Files: o.Files, People: o.People, History: o.History}, v.Orgoverlay)
		return nil
	}))
}

func TestMessageStatesReadBackTheirNames(t *testing.T) {
	t.Parallel()
	for s, name := range map[store.MessageState]string{store.MessageNone: "", store.MessageWaiting: "waiting", store.MessageLeased: "leased",
		store.MessageDone: "done", store.MessageParked: "parked"} {
		require.Equal(t, name, s.String())
		require.Equal(t, s, store.ParseMessageState(name))
	}
	require.Equal(t, store.MessageNone, store.ParseMessageState("lost"))
	require.Empty(t, store.MessageState(99).String())
}

var day = time.Date(2031, 5, 17, 9, 30, 15, 0, time.UTC)

// stored is a location tree: a country, a city in it, and two stores in the city.
func stored() []locations.Stored {
	mk := func(key, parent locations.Key, level locations.Level, own byte) locations.Stored {
		return locations.Stored{Node: locations.Node{Key: key, Parent: parent, Level: level, Name: string(key)}, Own: locations.Print{own}}
	}
	return []locations.Stored{mk("no", "", 3, 1), mk("oslo", "no", 2, 2), mk("s1", "oslo", 1, 3), mk("s2", "oslo", 1, 4)}
}

func prints(t *testing.T, s store.Scoped, nodes []locations.Stored) (out map[collab.PlaceKey]string) {
	t.Helper()
	require.NoError(t, s.Update(t.Context(), func(ctx context.Context, tx store.Tx) (err error) {
		head, err := tx.Locations.Trees.Head(ctx, "c")
		require.NoError(t, err)
		require.NoError(t, tx.Locations.Trees.Stage(ctx, "push", nodes))
		require.NoError(t, tx.Locations.Trees.Switch(ctx, "push", locations.Head{Set: "c", Revision: head.Revision + 1}, head.Revision))
		out, err = store.PlacesView(tx.Locations.Trees).Prints(ctx, "c", []collab.PlaceKey{"s2", "s1", "none"})
		return err
	}))
	return out
}

func TestPlacesPrintTheWholeChain(t *testing.T) {
	t.Parallel()
	s := newDB(t)
	before := prints(t, s, stored())
	require.Len(t, before, 2, "a place that is not there has no print")
	require.NotEqual(t, before["s1"], before["s2"])
	same := prints(t, newDB(t), stored())
	require.Empty(t, cmp.Diff(before, same), "equal places have equal prints on two systems")

	moved := stored()[3:]
	moved[0].Parent = "no"
	after := prints(t, s, moved)
	require.Equal(t, before["s1"], after["s1"])
	require.NotEqual(t, before["s2"], after["s2"], "a place that moved is another")

	country := stored()[:1]
	country[0].Own = locations.Print{9}
	renamed := prints(t, s, country)
	require.NotEqual(t, after["s1"], renamed["s1"], "a level far above counts too")
	require.NotEqual(t, after["s2"], renamed["s2"])

	closed := stored()[2:]
	closed[0].Inactive, closed[1].Inactive = true, true
	inactive := prints(t, s, closed)
	require.Equal(t, inactive["s1"], inactive["s2"], "two inactive places are in step")
	require.NotEmpty(t, inactive["s1"])
}

var errDown = errors.New("down")

type downTrees struct{ locations.TreesView }

func (downTrees) Entries(context.Context, locations.SetID, []locations.Key) ([]locations.Entry, error) {
	return nil, errDown
}

type downProjects struct{ collab.ProjectsView }

func (downProjects) Project(context.Context, collab.ProjectID) (collab.Project, error) {
	return collab.Project{}, errDown
}

func (downProjects) List(context.Context, collab.ProjectQuery) ([]collab.Project, error) {
	return nil, errDown
}

func TestBridgePassesErrorsOn(t *testing.T) {
	t.Parallel()
	_, err := store.PlacesView(downTrees{}).Prints(t.Context(), "c", []collab.PlaceKey{"s1"})
	require.ErrorIs(t, err, errDown)
	shares := store.Shares(downProjects{})
	_, err = shares.Share(t.Context(), "p")
	require.ErrorIs(t, err, errDown)
	_, err = shares.Locks(t.Context(), "c")
	require.ErrorIs(t, err, errDown)
}

func TestRequestCopyIsThePushMessageOfLocations(t *testing.T) {
	t.Parallel()
	db := memstore.New(memstore.Config{})
	require.NoError(t, db.For("alder").Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
		return store.Places(tx.Locations.Trees, tx.Locations.Outbox).RequestCopy(ctx, "p", day)
	}))
	got, err := db.Messages().List(t.Context(), store.MessageQuery{})
	require.NoError(t, err)
	m := locations.PushMessage("p", day)
	require.Empty(t, cmp.Diff([]store.Message{{ID: got[0].ID, Account: "alder", Domain: store.DomainLocations, Key: m.Key, Stream: m.Stream, Kind: m.Kind,
		Payload: m.Payload, State: store.MessageWaiting, NextAt: day, CreatedAt: day}}, got))
}

func TestSharesFollowTheProjects(t *testing.T) {
	t.Parallel()
	s := newDB(t)
	lock := collab.Terms{LockLocations: true}
	for _, c := range []struct {
		project collab.Project
		share   locations.Share
		locks   bool
	}{
		{collab.Project{ID: "p1", Party: collab.PartyPrimary, Partner: "birch", Client: "c", State: collab.StateProposed, Terms: lock},
			locations.Share{Project: "p1", Partner: "birch", Set: "c", Owner: true, Locked: true, State: "proposed"}, false},
		{collab.Project{ID: "p2", Party: collab.PartySecondary, Partner: "birch", State: collab.StateProposed, Terms: lock},
			locations.Share{Project: "p2", Partner: "birch", Locked: true, State: "proposed"}, false},
		{collab.Project{ID: "p3", Party: collab.PartySecondary, Partner: "birch", Client: "c", State: collab.StateAccepted},
			locations.Share{Project: "p3", Partner: "birch", Set: "c", Live: true, State: "accepted"}, false},
		{collab.Project{ID: "p4", Party: collab.PartySecondary, Partner: "birch", Client: "c", State: collab.StateAccepted, Terms: lock},
			locations.Share{Project: "p4", Partner: "birch", Set: "c", Live: true, Locked: true, State: "accepted"}, true},
		{collab.Project{ID: "p5", Party: collab.PartySecondary, Partner: "birch", Client: "c", State: collab.StateInactive, Terms: lock},
			locations.Share{Project: "p5", Partner: "birch", Set: "c", Locked: true, State: "inactive"}, false},
	} {
		require.NoError(t, s.Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
			before, err := tx.Locations.Shares.Locks(ctx, "c")
			require.NoError(t, err)
			require.NoError(t, tx.Collab.Projects.Put(ctx, c.project))
			got, err := tx.Locations.Shares.Share(ctx, c.share.Project)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(c.share, got))
			after, err := tx.Locations.Shares.Locks(ctx, "c")
			require.Equal(t, c.locks, len(after) == len(before)+1, "%s: locks %v after %v", c.project.ID, after, before)
			return err
		}))
	}
}

// Locks of a set that is no client's: the empty set id must not ask for every project.
func TestLocksOfNoSet(t *testing.T) {
	t.Parallel()
	require.NoError(t, newDB(t).Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
		require.NoError(t, tx.Collab.Projects.Put(ctx, collab.Project{ID: "p", Party: collab.PartySecondary, Client: "c", State: collab.StateAccepted,
			Terms: collab.Terms{LockLocations: true}}))
		locks, err := tx.Locations.Shares.Locks(ctx, "")
		require.Empty(t, locks)
		return err
	}))
}
