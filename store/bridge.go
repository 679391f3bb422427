package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

// The two domains meet here: collab asks locations whether places are in step, and locations asks collab which
// projects share and lock a set. A client's hierarchy is the set whose id is the client's id.

// SetOf returns the location set of a client.
func SetOf(client collab.ClientID) locations.SetID { return locations.SetID(client) }

// Places answers collab's Places from the locations roles of the same transaction.
func Places(trees locations.TreesView, outbox locations.Outbox) collab.Places {
	return places{placesView{trees}, outbox}
}

// PlacesView is Places for a transaction that only reads.
func PlacesView(trees locations.TreesView) collab.PlacesView { return placesView{trees} }

type placesView struct{ trees locations.TreesView }

func (p placesView) Prints(ctx context.Context, client collab.ClientID, keys []collab.PlaceKey) (map[collab.PlaceKey]string, error) {
	ks := make([]locations.Key, len(keys))
	for i, k := range keys {
		ks[i] = locations.Key(k)
	}
	chains, err := locations.Chains(ctx, p.trees, SetOf(client), ks)
	if err != nil {
		return nil, fmt.Errorf("store: places of client %s: %w", client, err)
	}
	out := make(map[collab.PlaceKey]string, len(chains))
	for k, print := range chains {
		out[collab.PlaceKey(k)] = print.String()
	}
	return out, nil
}

type places struct {
	placesView
	outbox locations.Outbox
}

func (p places) RequestCopy(ctx context.Context, project collab.ProjectID, at time.Time) error {
	return p.outbox.Enqueue(ctx, []locations.Message{locations.PushMessage(locations.ProjectID(project), at)})
}

// Shares answers locations' Shares from the collab roles of the same transaction.
func Shares(projects collab.ProjectsView) locations.Shares { return shares{projects} }

type shares struct{ projects collab.ProjectsView }

func (s shares) Share(ctx context.Context, id locations.ProjectID) (locations.Share, error) {
	p, err := s.projects.Project(ctx, collab.ProjectID(id))
	if err != nil {
		if errors.Is(err, collab.ErrNotFound) {
			return locations.Share{}, fmt.Errorf("store: project %s: %w", id, locations.ErrNotFound)
		}
		return locations.Share{}, err
	}
	return locations.Share{
		Project: id,
		Partner: locations.PartnerID(p.Partner),
		Set:     SetOf(p.Client),
		Owner:   p.Party == collab.PartyPrimary,
		Live:    p.State == collab.StateAccepted,
		Locked:  p.Terms.LockLocations,
		State:   p.State.String(),
	}, nil
}

func (s shares) Locks(ctx context.Context, set locations.SetID) ([]locations.ProjectID, error) {
	if set == "" {
		return nil, nil // a project that is not accepted has no set yet
	}
	ps, err := s.projects.List(ctx, collab.ProjectQuery{Party: collab.PartySecondary, Client: collab.ClientID(set), States: []collab.State{collab.StateAccepted}})
	if err != nil {
		return nil, err
	}
	var out []locations.ProjectID
	for _, p := range ps {
		if p.Terms.LockLocations {
			out = append(out, locations.ProjectID(p.ID))
		}
	}
	return out, nil
}
