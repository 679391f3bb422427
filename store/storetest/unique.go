package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// uniqueRule is one unique key beside the ids: taker(i) puts record i, all of which want the same key. Of them all one
// can be there; one that is changed away from the key makes room. A transaction that meets a conflict can go on.
type uniqueRule struct {
	name, rule string
	taker      func(ctx context.Context, tx store.Tx, i int) error
	leave      func(ctx context.Context, tx store.Tx) error // changes record 0, of version 1, away from the key; nil: that never happens
	hold       func(ctx context.Context, tx store.Tx) error // changes record 0, of version 1, and stays on the key
	stray      func(ctx context.Context, tx store.Tx) error // puts record 9 off the key and then changes it to the key
	conflict   error
}

func uniqueCases() []Case {
	var out []Case
	for _, u := range slices.Concat(uniqueRules, orgUniqueRules) {
		out = append(out,
			newCase("unique/"+u.name, u.rule, u.sequence),
			newCase("unique/"+u.name+" at once", u.rule+", however many try it at once", u.race))
	}
	return append(out, newCase("unique/projects that may stand together", "keys of projects bind the Primary's current projects alone", projectsTogether),
		newCase("unique/origins that are not set", "records without an origin are no duplicates of each other", noOrigin))
}

func (u uniqueRule) sequence(p *probe) {
	taker := func(i int) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return u.taker(ctx, tx, i) }
	}
	p.write("the first", alder, taker(0))
	p.refused("the second", alder, u.conflict, taker(1))
	p.refused("both in one transaction", birch, u.conflict, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(u.taker(ctx, tx, 0), u.taker(ctx, tx, 1))
	})
	p.write("the same in another account", birch, taker(1))
	if u.stray != nil {
		p.refused("a record changed to take the key of another", alder, u.conflict, u.stray)
	}
	if u.leave == nil {
		return
	}
	p.write("the holder changed, keeping the key", cedar, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(u.taker(ctx, tx, 0), u.hold(ctx, tx))
	})
	p.refused("the second, after the holder was changed", cedar, u.conflict, taker(1))
	p.write("a transaction that meets both conflicts and goes on", cedar, func(ctx context.Context, tx store.Tx) error {
		p.is("the insert", u.taker(ctx, tx, 1), u.conflict)
		p.is("the change", u.stray(ctx, tx), u.conflict)
		return tx.Collab.Clients.Put(ctx, collab.Client{ID: "after"})
	})
	p.read("what was put after the conflicts", cedar, func(ctx context.Context, v store.View) error {
		_, err := v.Collab.Clients.Client(ctx, "after")
		return err
	})
	p.write("the holder leaves the key", alder, u.leave)
	p.write("the second, once there is room", alder, taker(1))
	p.refused("the third", alder, u.conflict, taker(2))
}

func (u uniqueRule) race(p *probe) {
	const racers = 6
	results := make([]error, racers)
	var wg sync.WaitGroup
	for i := range racers {
		wg.Go(func() {
			results[i] = p.db.For(alder).Update(p.ctx, func(ctx context.Context, tx store.Tx) error { return u.taker(ctx, tx, i) })
		})
	}
	wg.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
			continue
		}
		p.is("a loser", err, u.conflict)
	}
	p.equal("winners", won, 1)
}

// primary is a project of ours; every i has the same partner, client and survey.
func primary(i int) collab.Project {
	return collab.Project{ID: collab.ProjectID(fmt.Sprintf("p%d", i)), Party: collab.PartyPrimary, Partner: birch, Client: "c", Survey: "s",
		State: collab.StateProposed, Target: collab.TargetCopy}
}

// pending is a first project of a client; every i has the same partner and client.
func pending(i int) collab.Project {
	v := primary(i)
	v.Target, v.Survey = collab.TargetNewClient, collab.SurveyID(fmt.Sprintf("s%d", i))
	return v
}

func running(i int) collab.Run {
	return collab.Run{ID: collab.RunID(fmt.Sprintf("r%d", i)), Project: "p", Kind: collab.RunImport, State: collab.RunRunning}
}

func runningPush(i int) locations.PushRun {
	return locations.PushRun{ID: locations.RunID(fmt.Sprintf("r%d", i)), Project: "p", State: locations.RunRunning}
}

func link(i int) collab.Link {
	return collab.Link{Partner: birch, Remote: collab.ShopID(fmt.Sprintf("remote%d", i)), Shop: "ours"}
}

func client(i int) collab.Client {
	return collab.Client{ID: collab.ClientID(fmt.Sprintf("c%d", i)), Origin: collab.Origin{System: birch, ID: "o"}}
}

func survey(i int) collab.Survey {
	return collab.Survey{ID: collab.SurveyID(fmt.Sprintf("s%d", i)), Origin: collab.Origin{System: birch, ID: "o"}}
}

func shop(i int) collab.Shop {
	return collab.Shop{ID: collab.ShopID(fmt.Sprintf("s%d", i)), Content: collab.Content{Origin: collab.Origin{System: birch, ID: "o"}}}
}

func partner(i int) collab.Partner {
	own := collab.KeyID(fmt.Sprintf("own%d", i))
	return collab.Partner{ID: collab.SystemID(fmt.Sprintf("p%d", i)), State: collab.PartnerActive, Keys: []collab.PartnerKey{{ID: own}, {ID: "k"}}}
}

func invitation(i int) collab.Invitation {
	return collab.Invitation{ID: collab.InvitationID(fmt.Sprintf("i%d", i)), TokenHash: "hash"}
}

// unique makes a rule out of a record and the change that gives up the key.
func unique[V any](name, rule string, record func(int) V, put func(context.Context, store.Tx, V) error, off func(*V)) uniqueRule {
	u := uniqueRule{name: name, rule: rule, conflict: collab.ErrConflict,
		taker: func(ctx context.Context, tx store.Tx, i int) error { return put(ctx, tx, record(i)) },
		hold:  func(ctx context.Context, tx store.Tx) error { return put(ctx, tx, withVersion(record(0), 1)) },
	}
	if off != nil {
		u.leave = func(ctx context.Context, tx store.Tx) error {
			v := withVersion(record(0), 1)
			off(&v)
			return put(ctx, tx, v)
		}
		u.stray = func(ctx context.Context, tx store.Tx) error {
			v := record(9)
			off(&v)
			if err := put(ctx, tx, v); err != nil {
				return fmt.Errorf("put off the key: %v", err) // not the conflict that is wanted
			}
			return put(ctx, tx, withVersion(record(9), 1))
		}
	}
	return u
}

// refusing is the rule with the sentinel of another domain.
func (u uniqueRule) refusing(sentinel error) uniqueRule {
	u.conflict = sentinel
	return u
}

var uniqueRules = []uniqueRule{
	unique("projects of a survey", "the Primary has one proposed or accepted project of a partner, client and survey", primary,
		projectKind.put, func(v *collab.Project) { v.State = collab.StateDeclined }),
	unique("pending projects of a client", "the Primary has one proposed project of a new client for a partner and client", pending,
		projectKind.put, func(v *collab.Project) { v.State = collab.StateAccepted }),
	unique("running runs", "a project has one running run", running, runKind.put, func(v *collab.Run) { v.State = collab.RunDone }),
	unique("running pushes", "a project has one running push", runningPush, pushKind.put, func(v *locations.PushRun) { v.State = locations.RunDone }).refusing(locations.ErrConflict),
	unique("linked shops", "a shop of ours has one link", link, linkKind.put, func(v *collab.Link) { v.Shop = "other" }),
	unique("clients of an origin", "an origin has one client", client, clientKind.put, func(v *collab.Client) { v.Origin.ID = "other" }),
	unique("surveys of an origin", "an origin has one survey", survey, surveyKind.put, func(v *collab.Survey) { v.Origin.ID = "other" }),
	unique("shops of an origin", "an origin has one shop", shop, shopKind.put, func(v *collab.Shop) { v.Content.Origin.ID = "other" }),
	unique("keys of partners", "a key id belongs to one partner", partner, partnerKind.put, func(v *collab.Partner) { v.Keys = v.Keys[:1] }),
	unique("invitations of a token", "a token belongs to one invitation", invitation, invitationKind.put,
		func(v *collab.Invitation) { v.TokenHash = "other" }),
	{name: "events", rule: "an effect is there once for a partner, remote shop and epoch", conflict: collab.ErrConflict,
		taker: func(ctx context.Context, tx store.Tx, i int) error {
			return tx.Collab.Ledger.Append(ctx, []collab.Event{{Partner: birch, Remote: "x", Epoch: 2, Run: collab.RunID(fmt.Sprintf("r%d", i)), Kind: collab.EventImported}})
		}},
	{name: "links", rule: "a remote shop of a partner has one link", conflict: collab.ErrConflict,
		taker: func(ctx context.Context, tx store.Tx, i int) error {
			return tx.Collab.Ledger.PutLinks(ctx, []collab.Link{{Partner: birch, Remote: "x", Shop: collab.ShopID(fmt.Sprintf("s%d", i))}})
		}},
	{name: "nonces", rule: "a nonce of a partner is good once", conflict: collab.ErrReplayed,
		taker: func(ctx context.Context, tx store.Tx, i int) error {
			return tx.Collab.Inbox.UseNonce(ctx, birch, "n", at(i))
		}},
	{name: "replies", rule: "a key of a partner has one reply", conflict: collab.ErrConflict,
		taker: func(ctx context.Context, tx store.Tx, i int) error {
			return tx.Collab.Inbox.Keep(ctx, birch, collab.Reply{Key: "k", Digest: fmt.Sprint(i), At: day})
		}},
}

func projectsTogether(p *probe) {
	put := func(what string, change func(*collab.Project)) {
		p.write(what, alder, func(ctx context.Context, tx store.Tx) error {
			v := pending(0)
			v.ID = collab.ProjectID(what)
			change(&v)
			return tx.Collab.Projects.Put(ctx, v)
		})
	}
	put("a pending project", func(*collab.Project) {})
	put("declined", func(v *collab.Project) { v.State = collab.StateDeclined })
	put("withdrawn", func(v *collab.Project) { v.State = collab.StateWithdrawn })
	put("inactive", func(v *collab.Project) { v.State = collab.StateInactive })
	put("of another partner", func(v *collab.Project) { v.Partner = cedar })
	put("of another client", func(v *collab.Project) { v.Client = "other" })
	put("accepted, of another survey", func(v *collab.Project) { v.State, v.Survey = collab.StateAccepted, "accepted" })
	put("a copied survey", func(v *collab.Project) { v.Target, v.Survey = collab.TargetCopy, "copied" })
	put("at the Secondary", func(v *collab.Project) { v.Party = collab.PartySecondary })
	put("at the Secondary once more", func(v *collab.Project) { v.Party = collab.PartySecondary })
}

func noOrigin(p *probe) {
	p.write("two of each", alder, func(ctx context.Context, tx store.Tx) error {
		return errors.Join(
			tx.Collab.Clients.Put(ctx, collab.Client{ID: "a"}), tx.Collab.Clients.Put(ctx, collab.Client{ID: "b"}),
			tx.Collab.Surveys.Put(ctx, collab.Survey{ID: "a"}), tx.Collab.Surveys.Put(ctx, collab.Survey{ID: "b"}),
			tx.Collab.Shops.Put(ctx, []collab.Shop{{ID: "a"}, {ID: "b"}}))
	})
	p.read("by an empty origin", alder, func(ctx context.Context, v store.View) error {
		_, err := v.Collab.Clients.ByOrigin(ctx, collab.Origin{})
		p.is("ByOrigin", err, collab.ErrNotFound)
		got, err := v.Collab.Shops.Origins(ctx, []collab.Origin{{}})
		p.equal("Origins", got, []collab.OriginShop(nil))
		return err
	})
}
