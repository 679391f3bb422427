package storetest

import (
	"context"
	"errors"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

func bridgeCases() []Case {
	return []Case{
		newCase("places/prints", "collab reads the places of a client from the locations of the same transaction", placePrints),
		newCase("places/copy", "a requested copy is a message of the same transaction, once for a project and time", placeCopy),
		newCase("shares/share", "locations reads what a project says of its set from the projects of the same transaction", sharedSet),
		newCase("shares/locks", "the accepted projects that lock a set at the Secondary are its locks, in order", setLocks),
	}
}

func placePrints(p *probe) {
	mk := func(key, parent string, own byte) locations.Stored {
		n := node(key, parent)
		n.Own = locations.Print{own}
		return n
	}
	keys := []collab.PlaceKey{"a", "none"}
	prints := func(account string) map[collab.PlaceKey]string {
		var got map[collab.PlaceKey]string
		p.read("read", account, func(ctx context.Context, v store.View) (err error) {
			got, err = v.Collab.Places.Prints(ctx, "c", keys)
			return err
		})
		return got
	}
	put := func(account string, nodes ...locations.Stored) {
		p.write("put", account, func(ctx context.Context, tx store.Tx) error {
			err := putNodes(ctx, tx, "c", nodes...)
			got, printErr := tx.Collab.Places.Prints(ctx, "c", keys)
			p.ok("Prints in the transaction", printErr)
			p.equal("places in the transaction that wrote them", len(got), 1)
			return err
		})
	}
	p.equal("places of a client without any", prints(alder), map[collab.PlaceKey]string{})
	put(alder, mk("top", "", 1), mk("a", "top", 2))
	p.equal("places of another account", prints(birch), map[collab.PlaceKey]string{})
	put(birch, mk("top", "", 1), mk("a", "top", 2))
	p.equal("equal places of two accounts", prints(alder), prints(birch))
	p.equal("places that are there", len(prints(alder)), 1)
	put(birch, mk("top", "", 3))
	if got := prints(birch)["a"]; got == prints(alder)["a"] || got == "" {
		p.failf("the print %q of a place does not follow the level above it", got)
	}
}

func placeCopy(p *probe) {
	request := func(project collab.ProjectID, seconds int) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error {
			return tx.Collab.Places.RequestCopy(ctx, project, at(seconds))
		}
	}
	count := func(when string, want int) {
		ms, err := p.db.Messages().List(p.ctx, store.MessageQuery{Account: alder})
		p.ok("list messages", err)
		p.equal(when, len(ms), want)
		for _, m := range ms {
			p.equal("domain", m.Domain, store.DomainLocations)
			p.equal("kind", m.Kind, locations.KindPush)
		}
	}
	stop := errors.New("stop")
	p.refused("a request that is rolled back", alder, stop, func(ctx context.Context, tx store.Tx) error { return errors.Join(request("p", 0)(ctx, tx), stop) })
	count("after a rollback", 0)
	p.write("a request", alder, request("p", 0))
	p.write("the same request", alder, request("p", 0))
	count("after the same request", 1)
	p.write("a later request", alder, request("p", 1))
	count("after a later request", 2)
}

func sharedSet(p *probe) {
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
		for _, v := range []collab.Project{
			{ID: "ours", Party: collab.PartyPrimary, Partner: birch, Client: "c", State: collab.StateAccepted},
			{ID: "theirs", Party: collab.PartySecondary, Partner: cedar, Client: "d", State: collab.StateInactive, Terms: collab.Terms{LockLocations: true}},
		} {
			if err := tx.Collab.Projects.Put(ctx, v); err != nil {
				return err
			}
		}
		s, err := tx.Locations.Shares.Share(ctx, "ours")
		p.equal("in the transaction", s.Set, locations.SetID("c"))
		return err
	})
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		ours, err := v.Locations.Shares.Share(ctx, "ours")
		p.ok("Share", err)
		p.equal("at the Primary", ours, locations.Share{Project: "ours", Partner: birch, Set: "c", Owner: true, Live: true, State: "accepted"})
		theirs, err := v.Locations.Shares.Share(ctx, "theirs")
		p.ok("Share", err)
		p.equal("at the Secondary", theirs, locations.Share{Project: "theirs", Partner: cedar, Set: "d", Locked: true, State: "inactive"})
		_, err = v.Locations.Shares.Share(ctx, "none")
		p.is("of an unknown project", err, locations.ErrNotFound)
		return nil
	})
	p.read("read another account", birch, func(ctx context.Context, v store.View) error {
		_, err := v.Locations.Shares.Share(ctx, "ours")
		p.is("of another account's project", err, locations.ErrNotFound)
		return nil
	})
}

func setLocks(p *probe) {
	lock := collab.Terms{LockLocations: true}
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
		for _, v := range []collab.Project{
			{ID: "b", Party: collab.PartySecondary, Client: "c", State: collab.StateAccepted, Terms: lock},
			{ID: "B", Party: collab.PartySecondary, Client: "c", State: collab.StateAccepted, Terms: lock},
			{ID: "open", Party: collab.PartySecondary, Client: "c", State: collab.StateAccepted},
			{ID: "inactive", Party: collab.PartySecondary, Client: "c", State: collab.StateInactive, Terms: lock},
			{ID: "primary", Party: collab.PartyPrimary, Client: "c", State: collab.StateAccepted, Terms: lock},
			{ID: "elsewhere", Party: collab.PartySecondary, Client: "d", State: collab.StateAccepted, Terms: lock},
		} {
			if err := tx.Collab.Projects.Put(ctx, v); err != nil {
				return err
			}
		}
		return nil
	})
	for account, want := range map[string][]locations.ProjectID{alder: {"B", "b"}, birch: nil} {
		p.read("read", account, func(ctx context.Context, v store.View) error {
			got, err := v.Locations.Shares.Locks(ctx, "c")
			p.equal("locks in "+account, got, want)
			return err
		})
	}
}
