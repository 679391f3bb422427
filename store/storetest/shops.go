package storetest

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
)

func shopCases() []Case {
	return []Case{
		newCase("shops/query", "a query selects by each of its fields, and by all together", shopQuery),
		newCase("shops/count by status", "counts are of one survey, ordered by status, without empty ones", shopCounts),
		newCase("shops/origins", "origins that imported shops have are answered in order, each once", shopOrigins),
		newCase("shops/many", "a put of many shops is all of them or, refused, none", manyShops),
		newCase("clients/by origin", "a client is found by its origin in its own account, and not by an earlier origin", clientByOrigin),
		newCase("partners/by key", "a partner is found by each of its keys in its own account, and not by one that it gave up", partnerByKey),
		newCase("projects/query", "a query selects by each of its fields, and by all together", projectQuery),
	}
}

func shopQuery(p *probe) {
	mk := func(id collab.ShopID, s collab.SurveyID, c collab.ClientID, st collab.Status, pl collab.PlaceKey) collab.Shop {
		return collab.Shop{ID: id, Survey: s, Client: c, Content: collab.Content{Status: st, Place: pl}}
	}
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Shops.Put(ctx, []collab.Shop{
			mk("1", "s1", "c1", "Open", "p1"), mk("2", "s2", "c1", "Open", "p1"), mk("3", "s1", "c2", "Open", "p1"),
			mk("4", "s1", "c1", "Locked", "p1"), mk("5", "s1", "c1", "Open", "p2"), mk("6", "s1", "c1", "Excluded", "p1"), mk("7", "s1", "c1", "Open", "p1")})
	})
	for _, c := range []struct {
		q    collab.ShopQuery
		want []string
	}{
		{collab.ShopQuery{}, []string{"1", "2", "3", "4", "5", "6", "7"}},
		{collab.ShopQuery{Survey: "s2"}, []string{"2"}},
		{collab.ShopQuery{Client: "c2"}, []string{"3"}},
		{collab.ShopQuery{Statuses: []collab.Status{"Locked", "Excluded", "none"}}, []string{"4", "6"}},
		{collab.ShopQuery{Place: "p2"}, []string{"5"}},
		{collab.ShopQuery{Survey: "s1", Client: "c1", Statuses: []collab.Status{"Open"}, Place: "p1"}, []string{"1", "7"}},
		{collab.ShopQuery{Survey: "s1", Client: "c1", Statuses: []collab.Status{"Open"}, Place: "p1", After: "1", Limit: 1}, []string{"7"}},
		{collab.ShopQuery{Survey: "s1", After: "3", Limit: 2}, []string{"4", "5"}},
		{collab.ShopQuery{Survey: "none"}, nil},
	} {
		p.read("read", alder, func(ctx context.Context, v store.View) error {
			got, err := shopIDs(v.Collab.Shops.List(ctx, c.q))
			p.equal(fmt.Sprintf("%+v", c.q), got, c.want)
			return err
		})
	}
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		got, err := shopIDs(v.Collab.Shops.ByID(ctx, []collab.ShopID{"5", "2", "none", "5", "1"}))
		p.ok("ByID", err)
		p.equal("ByID", got, []string{"1", "2", "5"})
		got, err = shopIDs(v.Collab.Shops.ByID(ctx, nil))
		p.equal("ByID of none", got, []string(nil))
		return err
	})
}

func shopCounts(p *probe) {
	put := func(account string, n int, survey collab.SurveyID, status collab.Status) {
		p.write("put", account, func(ctx context.Context, tx store.Tx) error {
			var shops []collab.Shop
			for i := range n {
				shops = append(shops, collab.Shop{ID: collab.ShopID(fmt.Sprint(survey, status, i)), Survey: survey, Content: collab.Content{Status: status}})
			}
			return tx.Collab.Shops.Put(ctx, shops)
		})
	}
	put(alder, 3, "s", "b")
	put(alder, 2, "s", "B")
	put(alder, 1, "s", "é")
	put(alder, 4, "s", "a b")
	put(alder, 5, "other", "b")
	put(birch, 6, "s", "b")
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		got, err := v.Collab.Shops.CountByStatus(ctx, "s")
		p.ok("CountByStatus", err)
		p.equal("CountByStatus", got, []collab.StatusCount{{Status: "B", Count: 2}, {Status: "a b", Count: 4}, {Status: "b", Count: 3}, {Status: "é", Count: 1}})
		got, err = v.Collab.Shops.CountByStatus(ctx, "none")
		p.equal("CountByStatus of a survey without shops", got, []collab.StatusCount(nil))
		return err
	})
}

func shopOrigins(p *probe) {
	mk := func(id collab.ShopID, system collab.SystemID, origin string) collab.Shop {
		return collab.Shop{ID: id, Content: collab.Content{Origin: collab.Origin{System: system, ID: origin}}}
	}
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Shops.Put(ctx, []collab.Shop{mk("1", "y", "2"), mk("2", "y", "10"), mk("3", "x", "2"), mk("4", "x", "3"), {ID: "5"}})
	})
	p.write("put for another account", birch, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Shops.Put(ctx, []collab.Shop{mk("6", "y", "7")})
	})
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		got, err := v.Collab.Shops.Origins(ctx, []collab.Origin{{System: "y", ID: "2"}, {System: "x", ID: "2"}, {System: "y", ID: "10"}, {System: "y", ID: "2"},
			{System: "x", ID: "10"}, {System: "z", ID: "2"}, {System: "y", ID: "7"}})
		p.ok("Origins", err)
		p.equal("Origins", got, []collab.OriginShop{{Origin: collab.Origin{System: "x", ID: "2"}, Shop: "3"},
			{Origin: collab.Origin{System: "y", ID: "10"}, Shop: "2"}, {Origin: collab.Origin{System: "y", ID: "2"}, Shop: "1"}})
		got, err = v.Collab.Shops.Origins(ctx, nil)
		p.equal("Origins of none", got, []collab.OriginShop(nil))
		return err
	})
}

func manyShops(p *probe) {
	const n = 700 // more than one statement may take
	var shops []collab.Shop
	var all []collab.ShopID
	var origins []collab.Origin
	for i := range n {
		id := collab.ShopID(fmt.Sprintf("%04d", i))
		all = append(all, id)
		origins = append(origins, collab.Origin{System: birch, ID: string(id)})
		shops = append(shops, collab.Shop{ID: id, Content: collab.Content{Origin: origins[i]}})
	}
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Shops.Put(ctx, shops) })
	for i := range shops {
		shops[i].Version = 1
	}
	shops[n-1].Version = 2
	p.refused("put with one stale version", alder, collab.ErrConflict, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Shops.Put(ctx, shops) })
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		got, err := v.Collab.Shops.ByID(ctx, all)
		p.equal("shops by id", len(got), n)
		for _, s := range got {
			if s.Version != 1 {
				p.failf("shop %s has version %d after a refused put of many", s.ID, s.Version)
				break
			}
		}
		p.ok("ByID", err)
		found, err := v.Collab.Shops.Origins(ctx, origins)
		p.equal("shops by origin", len(found), n)
		return err
	})
	p.write("put of none", alder, func(ctx context.Context, tx store.Tx) error { return tx.Collab.Shops.Put(ctx, nil) })
}

func clientByOrigin(p *probe) {
	first, second := collab.Origin{System: birch, ID: "1"}, collab.Origin{System: birch, ID: "2"}
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Clients.Put(ctx, collab.Client{ID: "c", Name: "n", Origin: first})
	})
	by := func(what, account string, o collab.Origin, found bool) {
		p.read(what, account, func(ctx context.Context, v store.View) error {
			c, err := v.Collab.Clients.ByOrigin(ctx, o)
			if !found {
				p.is(what, err, collab.ErrNotFound)
				return nil
			}
			p.equal(what, c.ID, collab.ClientID("c"))
			return err
		})
	}
	by("by its origin", alder, first, true)
	by("by the same id of another system", alder, collab.Origin{System: cedar, ID: "1"}, false)
	by("by another account", birch, first, false)
	p.write("change the origin", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Clients.Put(ctx, collab.Client{ID: "c", Name: "n", Origin: second, Version: 1})
	})
	by("by the earlier origin", alder, first, false)
	by("by the new origin", alder, second, true)
}

func partnerByKey(p *probe) {
	put := func(version int64, keys ...collab.KeyID) {
		p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
			v := collab.Partner{ID: birch, State: collab.PartnerRevoked, Version: version}
			for _, k := range keys {
				v.Keys = append(v.Keys, collab.PartnerKey{ID: k, Public: []byte(k), Since: day})
			}
			return tx.Collab.Partners.PutPartner(ctx, v)
		})
	}
	by := func(what, account string, k collab.KeyID, found bool) {
		p.read(what, account, func(ctx context.Context, v store.View) error {
			got, err := v.Collab.Partners.PartnerByKey(ctx, k)
			if !found {
				p.is(what, err, collab.ErrNotFound)
				return nil
			}
			p.equal(what, got.ID, collab.SystemID(birch))
			return err
		})
	}
	put(0, "k1", "k2")
	by("first key", alder, "k1", true)
	by("second key", alder, "k2", true)
	by("no key of that id", alder, "k3", false)
	by("by another account", birch, "k1", false)
	put(1, "k2", "k3")
	by("key that was given up", alder, "k1", false)
	by("key that was kept", alder, "k2", true)
	by("new key", alder, "k3", true)
	put(2, "k2", "k3", "k2") // nobody else's
	p.write("another partner takes the key that was given up", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Collab.Partners.PutPartner(ctx, collab.Partner{ID: cedar, Keys: []collab.PartnerKey{{ID: "k1"}}})
	})
}

func projectQuery(p *probe) {
	mk := func(id collab.ProjectID, party collab.Party, partner collab.SystemID, c collab.ClientID, s collab.SurveyID, st collab.State) collab.Project {
		return collab.Project{ID: id, Party: party, Partner: partner, Client: c, Survey: s, State: st}
	}
	const prim, sec = collab.PartyPrimary, collab.PartySecondary
	const acc, dec, ina = collab.StateAccepted, collab.StateDeclined, collab.StateInactive
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
		for _, v := range []collab.Project{mk("1", prim, "x", "c1", "s1", dec), mk("2", sec, "x", "c1", "s1", dec), mk("3", prim, "y", "c1", "s1", dec),
			mk("4", prim, "x", "c2", "s1", dec), mk("5", prim, "x", "c1", "s2", dec), mk("6", prim, "x", "c1", "s1", acc), mk("7", prim, "x", "c1", "s1", ina),
			mk("8", prim, "x", "c1", "s1", dec)} {
			if err := tx.Collab.Projects.Put(ctx, v); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range []struct {
		q    collab.ProjectQuery
		want []string
	}{
		{collab.ProjectQuery{Party: sec}, []string{"2"}},
		{collab.ProjectQuery{Partner: "y"}, []string{"3"}},
		{collab.ProjectQuery{Client: "c2"}, []string{"4"}},
		{collab.ProjectQuery{Survey: "s2"}, []string{"5"}},
		{collab.ProjectQuery{States: []collab.State{acc, ina}}, []string{"6", "7"}},
		{collab.ProjectQuery{Party: prim, Partner: "x", Client: "c1", Survey: "s1", States: []collab.State{dec}}, []string{"1", "8"}},
		{collab.ProjectQuery{Party: prim, Partner: "x", Client: "c1", Survey: "s1", States: []collab.State{dec}, After: "1", Limit: 1}, []string{"8"}},
		{collab.ProjectQuery{After: "2", Limit: 2}, []string{"3", "4"}},
		{collab.ProjectQuery{Partner: "none"}, nil},
	} {
		p.read("read", alder, func(ctx context.Context, v store.View) error {
			got, err := projectIDs(v.Collab.Projects.List(ctx, c.q))
			p.equal(fmt.Sprintf("%+v", c.q), got, c.want)
			return err
		})
	}
}
