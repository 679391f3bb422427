package storetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

func ledgerCases() []Case {
	return []Case{
		newCase("links/order", "links are ordered by the shop that was asked for, and belong to the partner that was asked for", linkOrder),
		newCase("links/standings", "the links of the remote shops that were asked for stand in order, each with its own return state, whatever lies between them", standings),
		newCase("events/count", "events of a run are counted by kind", eventCount),
		newCase("events/epochs", "every epoch of a remote shop has an event of its own, in order", eventEpochs),
		newCase("exchanges/latest", "the exchange with the highest revision of a project is the latest", latestExchange),
	}
}

func inboxCases() []Case {
	return []Case{
		newCase("inbox/partners", "nonces and replies of one partner are nothing to another", inboxPartners),
		newCase("inbox/forget", "nonces that expired and replies that are old are forgotten, and nothing else", inboxForget),
	}
}

func historyCases() []Case {
	return []Case{newCase("history/query", "a query selects by subject and by project, and by both together", historyQuery)}
}

func linkOrder(p *probe) {
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Ledger.PutLinks(ctx, []collab.Link{{Partner: "x", Remote: "a", Shop: "3"}, {Partner: "x", Remote: "B", Shop: "1"},
			{Partner: "x", Remote: "c", Shop: "20"}, {Partner: "y", Remote: "a", Shop: "0"}})
	})
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		remotes := ids(func(l collab.Link) collab.ShopID { return l.Remote })
		shops := ids(func(l collab.Link) collab.ShopID { return l.Shop })
		got, err := remotes(v.Collab.Ledger.Links(ctx, "x", []collab.ShopID{"c", "a", "none", "B", "a"}))
		p.ok("Links", err)
		p.equal("Links by remote shop", got, []string{"B", "a", "c"})
		got, err = shops(v.Collab.Ledger.Links(ctx, "y", []collab.ShopID{"c", "a", "B"}))
		p.ok("Links", err)
		p.equal("Links of another partner", got, []string{"0"})
		got, err = shops(v.Collab.Ledger.LinksOf(ctx, []collab.ShopID{"3", "20", "none", "1", "0", "3"}))
		p.ok("LinksOf", err)
		p.equal("LinksOf by shop", got, []string{"0", "1", "20", "3"})
		got, err = shops(v.Collab.Ledger.LinksOf(ctx, nil))
		p.equal("LinksOf none", got, []string(nil))
		return err
	})
}

func standings(p *probe) {
	states := []collab.ReturnState{collab.ReturnNone, collab.ReturnSending, collab.ReturnDone, collab.ReturnConflict, collab.ReturnRefused}
	remote := func(i int) collab.ShopID { return collab.ShopID(fmt.Sprintf("%04d", i)) }
	const many = 1200
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
		links := []collab.Link{{Partner: "y", Remote: remote(7), Shop: "y"}}
		for i := range many {
			links = append(links, collab.Link{Partner: "x", Remote: remote(i), Shop: remote(i), Return: states[i%len(states)]})
		}
		return tx.Collab.Ledger.PutLinks(ctx, links)
	})
	standing := func(partner collab.SystemID, ids ...collab.ShopID) (got []collab.Standing) {
		p.read("read", alder, func(ctx context.Context, v store.View) (err error) {
			got, err = v.Collab.Ledger.Standings(ctx, partner, ids)
			return err
		})
		return got
	}
	p.equal("none", standing("x"), []collab.Standing(nil))
	p.equal("of another partner", standing("y", remote(6), remote(7), remote(8)), []collab.Standing{{Remote: remote(7)}})
	p.equal("of nobody", standing("z", remote(7)), []collab.Standing(nil))
	var all, some []collab.ShopID
	var wantAll, wantSome []collab.Standing
	for i := range many {
		k := collab.Standing{Remote: remote(i), Return: states[i%len(states)]}
		all, wantAll = append(all, k.Remote, k.Remote+"a"), append(wantAll, k)
		if i%301 == 0 {
			some, wantSome = append(some, k.Remote, k.Remote+"a", k.Remote), append(wantSome, k)
		}
	}
	p.equal("a stretch of all", standing("x", all...), wantAll)
	slices.Reverse(some)
	p.equal("some that lie far apart", standing("x", some...), wantSome)
	p.equal("of another account", func() (got []collab.Standing) {
		p.read("read", birch, func(ctx context.Context, v store.View) (err error) {
			got, err = v.Collab.Ledger.Standings(ctx, "x", some)
			return err
		})
		return got
	}(), []collab.Standing(nil))
}

func event(remote collab.ShopID, epoch int64, run collab.RunID, kind collab.EventKind) collab.Event {
	return collab.Event{Partner: birch, Remote: remote, Epoch: epoch, Run: run, Kind: kind, At: day}
}

func eventCount(p *probe) {
	p.write("append", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Ledger.Append(ctx, []collab.Event{event("1", 1, "r", collab.EventImported), event("2", 1, "r", collab.EventImported),
			event("3", 2, "r", collab.EventUpdated), event("4", 1, "other", collab.EventReimported)})
	})
	p.write("append for another account", birch, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Ledger.Append(ctx, []collab.Event{event("5", 1, "r", collab.EventImported)})
	})
	count := func(account string, run collab.RunID, want map[collab.EventKind]int64) {
		p.read("read", account, func(ctx context.Context, v store.View) error {
			got, err := v.Collab.Ledger.CountEvents(ctx, run)
			p.equal("CountEvents", got, want)
			return err
		})
	}
	count(alder, "r", map[collab.EventKind]int64{collab.EventImported: 2, collab.EventUpdated: 1})
	count(alder, "none", map[collab.EventKind]int64{})
	count(cedar, "r", map[collab.EventKind]int64{})
}

func eventEpochs(p *probe) {
	p.write("append", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Ledger.Append(ctx, []collab.Event{event("1", 10, "b", collab.EventUpdated), event("1", 9, "a", collab.EventImported), event("0", 1, "c", collab.EventImported)})
	})
	p.refused("append of an epoch that is there", alder, collab.ErrConflict, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Ledger.Append(ctx, []collab.Event{event("1", 11, "d", collab.EventUpdated), event("1", 9, "d", collab.EventUpdated)})
	})
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		for _, want := range []collab.Event{event("0", 1, "c", collab.EventImported), event("1", 9, "a", collab.EventImported), event("1", 10, "b", collab.EventUpdated)} {
			got, err := v.Collab.Ledger.Events(ctx, want.Run, birch, "", 10)
			if err != nil {
				return err
			}
			p.equal("Events of run "+string(want.Run), got, []collab.Event{want})
		}
		return nil
	})
}

func latestExchange(p *probe) {
	p.write("keep", alder, func(ctx context.Context, tx store.Tx) error {
		for _, e := range []collab.Exchange{{Project: "p", Rev: 9}, {Project: "p", Rev: 10}, {Project: "p", Rev: 2}, {Project: "q", Rev: 30}, {Project: "a", Rev: 1}} {
			if err := tx.Collab.Surveys.KeepExchange(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		e, err := v.Collab.Surveys.Exchanged(ctx, "p")
		p.equal("revision", e.Rev, int64(10))
		_, missing := v.Collab.Surveys.Exchanged(ctx, "b")
		p.is("of a project without one", missing, collab.ErrNotFound)
		return err
	})
}

func inboxPartners(p *probe) {
	p.write("birch and cedar use the same nonce and key", alder, func(ctx context.Context, tx store.Tx) error {
		for _, partner := range []collab.SystemID{birch, cedar} {
			if err := tx.Collab.Inbox.UseNonce(ctx, partner, "n", day); err != nil {
				return err
			}
			if err := tx.Collab.Inbox.Keep(ctx, partner, collab.Reply{Key: "k", Body: []byte(partner), At: day}); err != nil {
				return err
			}
		}
		r, err := tx.Collab.Inbox.Reply(ctx, birch, "k")
		p.equal("the reply to birch", string(r.Body), birch)
		_, missing := tx.Collab.Inbox.Reply(ctx, "other", "k")
		p.is("the reply to another", missing, collab.ErrNotFound)
		return err
	})
	use := func(partner locations.PartnerID, nonce string, expires time.Time) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error {
			return tx.Locations.Inbox.UseNonce(ctx, partner, nonce, expires)
		}
	}
	p.write("locations: a new nonce", alder, use(birch, "m", day))
	p.refused("locations: the nonce once more", alder, locations.ErrReplayed, use(birch, "m", at(60)))
	p.write("locations: the same nonce of another partner", alder, use(cedar, "m", day))
}

func inboxForget(p *probe) {
	fill := func(ctx context.Context, tx store.Tx) error {
		for i, n := range []string{"old", "present", "new"} {
			if err := tx.Collab.Inbox.UseNonce(ctx, birch, n, at(i)); err != nil {
				return err
			}
			if err := tx.Locations.Inbox.Keep(ctx, "cedar", locations.Reply{Key: n, At: at(i)}); err != nil {
				return err
			}
		}
		return nil
	}
	p.write("fill", alder, fill)
	p.write("fill another account", cedar, fill)
	p.write("forget", alder, func(ctx context.Context, tx store.Tx) error {
		n, err := tx.Collab.Inbox.Forget(ctx, at(1), at(2))
		p.equal("how many", n, 1+2)
		return err
	})
	p.write("what expired is good again", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Inbox.UseNonce(ctx, birch, "old", at(9))
	})
	for _, n := range []string{"present", "new"} {
		p.refused("what did not expire is not", alder, collab.ErrReplayed, func(ctx context.Context, tx store.Tx) error {
			return tx.Collab.Inbox.UseNonce(ctx, birch, n, at(9))
		})
	}
	p.write("replies", alder, func(ctx context.Context, tx store.Tx) error {
		for _, n := range []string{"old", "present"} {
			_, err := tx.Locations.Inbox.Reply(ctx, "cedar", n)
			p.is("the reply "+n, err, locations.ErrNotFound)
		}
		_, err := tx.Locations.Inbox.Reply(ctx, "cedar", "new")
		return err
	})
	p.refused("another account keeps its own", cedar, collab.ErrReplayed, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Inbox.UseNonce(ctx, birch, "old", at(9))
	})
}

func historyQuery(p *probe) {
	mk := func(id, kind, subject string, project collab.ProjectID) collab.Entry {
		return collab.Entry{ID: id, At: day, Subject: collab.Subject{Kind: kind, ID: subject}, Project: project}
	}
	p.write("append", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.History.Append(ctx, []collab.Entry{mk("1", "shop", "a", "p"), mk("2", "shop", "b", "p"), mk("3", "survey", "a", "p"), mk("4", "shop", "a", "q"),
			mk("5", "shop", "a", "p")})
	})
	for _, c := range []struct {
		what string
		q    collab.HistoryQuery
		want []string
	}{
		{"subject", collab.HistoryQuery{Subject: collab.Subject{Kind: "shop", ID: "a"}}, []string{"5", "4", "1"}},
		{"project", collab.HistoryQuery{Project: "p"}, []string{"5", "3", "2", "1"}},
		{"both", collab.HistoryQuery{Project: "p", Subject: collab.Subject{Kind: "shop", ID: "a"}}, []string{"5", "1"}},
		{"both before", collab.HistoryQuery{Project: "p", Subject: collab.Subject{Kind: "shop", ID: "a"}, Before: "5", Limit: 1}, []string{"1"}},
		{"project, limited", collab.HistoryQuery{Project: "p", Limit: 2}, []string{"5", "3"}},
	} {
		p.read("read", alder, func(ctx context.Context, v store.View) error {
			got, err := entryIDs(v.Collab.History.List(ctx, c.q))
			p.equal(c.what, got, c.want)
			return err
		})
	}
}
