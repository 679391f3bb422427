package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

func sightCases() []Case {
	out := []Case{
		newCase("sight/nothing", "of an organization without any agreement with us nothing is told, whatever is asked", sightNothing),
		newCase("sight/shared fields alone", "of another's organization the shared fields come back, each of them, and what we laid over it", sightShared),
		newCase("sight/status", "facts hold agreements of any status; what is listed follows the status and the trust of now", sightStatus),
		newCase("sight/own transaction", "what a transaction has written is seen in it, and by others after it", sightInTransaction),
		newCase("sight/search", "a text is found in name, contacts, remarks, financial ID and the custom fields that are asked for", sightSearch),
		newCase("sight/pages", "lists are ordered by the folded name and the id; a page begins after its cursor and ends at its limit", sightPages),
		newCase("sight/partner", "a partner is told of while trust is in force", sightPartner),
	}
	for seed := range uint64(2) {
		out = append(out, newCase(fmt.Sprintf("sight/random world %d", seed), "every answer is what a look at everything says, also after changes",
			func(p *probe) { randomWorld(p, seed) }))
	}
	return out
}

func (p *probe) sight(when string, account orgoverlay.Account, fn func(context.Context, orgoverlay.View)) {
	p.read(when, string(account), func(ctx context.Context, v store.View) error { fn(ctx, v.Orgoverlay); return nil })
}

func sightNothing(p *probe) {
	w := small()
	w.put(p)
	for account, hidden := range map[orgoverlay.Account][]orgoverlay.OrgID{alder: {"b2", "c1", "unknown"}, cedar: {"b2", "a1"}, birch: {"unknown"}, "stranger": {"a1", "b1", "b2", "c1"}} {
		p.sight("read", account, func(ctx context.Context, v orgoverlay.View) {
			f, err := v.Sight.Facts(ctx, hidden)
			p.ok("Facts", err)
			viewer := w.tenant(account)
			viewer.ID = account
			p.equal("Facts as "+string(account), f, orgoverlay.Facts{Viewer: viewer})
			q := orgoverlay.Query{Now: day, Ids: hidden}
			list, err := v.Sight.List(ctx, q)
			p.ok("List", err)
			p.equal("List as "+string(account), len(list), 0)
			n, err := v.Sight.Count(ctx, q)
			p.ok("Count", err)
			p.equal("Count as "+string(account), n, int64(0))
			for _, id := range hidden {
				watchers, err := v.Sight.Watchers(ctx, id)
				p.ok("Watchers", err)
				p.equal("Watchers as "+string(account), len(watchers), 0)
				for _, o := range w.orgs {
					if o.ID != id {
						continue
					}
					named, err := v.Sight.Named(ctx, []orgoverlay.OrgName{{Account: o.Account, Name: o.Name}})
					p.ok("Named", err)
					p.equal("Named as "+string(account), len(named), 0)
				}
			}
			all, err := v.Sight.Count(ctx, orgoverlay.Query{Now: day})
			p.ok("Count", err)
			p.equal("all that is seen as "+string(account), all, int64(map[orgoverlay.Account]int{alder: 2, cedar: 2, birch: 4}[account]))
		})
	}
	p.sight("watchers of another's", alder, func(ctx context.Context, v orgoverlay.View) {
		got, err := v.Sight.Watchers(ctx, "b1")
		p.ok("Watchers", err)
		p.equal("Watchers", len(got), 0)
		between, err := v.Sight.Between(ctx, cedar)
		p.ok("Between", err)
		p.equal("agreements of others", len(between), 0)
		elsewhere, err := v.Sight.Elsewhere(ctx, orgoverlay.AgreementPlace{}, 100)
		p.ok("Elsewhere", err)
		for _, a := range elsewhere {
			p.equal("the other side of an agreement elsewhere", a.With, orgoverlay.Account(alder))
		}
	})
}

func sightShared(p *probe) {
	w := small()
	b1 := filled[orgoverlay.Organization](seedA)
	b1.ID, b1.Account, b1.AccountName, b1.Deleted, b1.Version = "b1", birch, "Birch", false, 0
	w.orgs[1] = b1
	w.put(p)
	over := filled[orgoverlay.Overlay](seedB)
	over.Org, over.Owner, over.Version = "b1", birch, 0
	p.write("lay over", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Orgoverlay.Overlays.Put(ctx, []orgoverlay.Overlay{over})
	})
	look := func(account orgoverlay.Account, want orgoverlay.Listed) {
		p.sight("read", account, func(ctx context.Context, v orgoverlay.View) {
			for range 2 {
				list, err := v.Sight.List(ctx, orgoverlay.Query{Now: day, Ids: []orgoverlay.OrgID{"b1", "b1"}})
				p.ok("List", err)
				p.equal("List as "+string(account), list, []orgoverlay.Listed{want})
				f, err := v.Sight.Facts(ctx, []orgoverlay.OrgID{"b1", "b1"})
				p.ok("Facts", err)
				p.equal("Facts as "+string(account), f.Orgs, []orgoverlay.Seen{{Shared: b1.Shared, Own: account == birch, Internal: account == birch}})
				scribble(list)
				scribble(f)
			}
		})
	}
	look(alder, orgoverlay.Listed{Shared: b1.Shared, Kind: orgoverlay.KindTrusted, Local: over.Local, Version: 1})
	look(cedar, orgoverlay.Listed{Shared: b1.Shared, Kind: orgoverlay.KindTrusted})
	look(birch, orgoverlay.Listed{Shared: b1.Shared, Kind: orgoverlay.KindInternal, Local: b1.Local, Version: 1})
}

func sightStatus(p *probe) {
	w := small()
	a := &w.agreements[0]
	a.From, a.Until = at(10), at(20)
	w.put(p)
	expect := func(when string, seconds, n int) {
		p.sight(when, alder, func(ctx context.Context, v orgoverlay.View) {
			got, err := v.Sight.Count(ctx, orgoverlay.Query{Now: at(seconds), Owner: birch})
			p.ok("Count", err)
			p.equal(when, got, int64(n))
			f, err := v.Sight.Facts(ctx, []orgoverlay.OrgID{"b1"})
			p.ok("Facts", err)
			p.equal(when+": facts", []int{len(f.Orgs), len(f.Agreements), len(f.Trusts)}, []int{1, 1, 1})
		})
	}
	expect("before it begins", 9, 0)
	expect("when it begins", 10, 1)
	expect("before it ends", 19, 1)
	expect("when it ends", 20, 0)
	a.Prepared = true
	again(&a.Version)
	w.put(p)
	expect("being prepared", 15, 0)
	a.Prepared = false
	again(&a.Version)
	w.halves[1].State = orgoverlay.TrustSuspended
	again(&w.halves[1].Version)
	w.put(p)
	expect("trust suspended", 15, 0)
	w.halves[1].State = orgoverlay.TrustEstablished
	again(&w.halves[1].Version)
	w.put(p)
	expect("trust in force again", 15, 1)
}

func sightInTransaction(p *probe) {
	w := small()
	w.put(p)
	stop := fmt.Errorf("stop")
	count := func(ctx context.Context, v orgoverlay.View) int64 {
		n, err := v.Sight.Count(ctx, orgoverlay.Query{Now: day})
		p.ok("Count", err)
		return n
	}
	end := func(ctx context.Context, tx store.Tx) error {
		a, err := tx.Orgoverlay.Registry.Agreement(ctx, "1")
		p.ok("Agreement", err)
		a.Until = at(-1)
		p.ok("end", tx.Orgoverlay.Registry.PutAgreement(ctx, a))
		p.ok("put", tx.Orgoverlay.Orgs.Put(ctx, org("b3", "new")))
		p.equal("in the transaction", count(ctx, tx.Orgoverlay.View()), int64(4)) // a1 is gone, b3 is there
		return nil
	}
	p.refused("roll back", birch, stop, func(ctx context.Context, tx store.Tx) error { p.ok("end", end(ctx, tx)); return stop })
	p.sight("after a rollback", alder, func(ctx context.Context, v orgoverlay.View) {
		p.equal("after a rollback", count(ctx, v), int64(2))
	})
	p.write("commit", birch, end)
	p.sight("after the commit", alder, func(ctx context.Context, v orgoverlay.View) {
		p.equal("after the commit", count(ctx, v), int64(1))
	})
}

func sightSearch(p *probe) {
	w := small()
	local := func(text string) orgoverlay.Local {
		return orgoverlay.Local{Remarks: "rémarks " + text, FinancialID: "F%" + text,
			Custom: []orgoverlay.CustomValue{{ID: "open", Value: []byte(`"ópen ` + text + `"`)}, {ID: "hidden", Value: []byte(`["hidden ` + text + `"]`)}}}
	}
	w.orgs[0].Local = local("alder")
	w.orgs[1].Local = local("birch")
	w.orgs[1].Contacts = []orgoverlay.Contact{{Kind: "kind", Label: "Déskbook", Value: "Ask_Me@b"}}
	w.orgs[1].Addresses = []orgoverlay.Address{{City: "Óslo"}}
	w.overlays = map[orgoverlay.Account][]orgoverlay.Overlay{alder: {{Org: "b1", Owner: birch, Local: local("over")}}, cedar: {{Org: "b1", Owner: birch, Local: local("theirs")}}}
	w.put(p)
	open, both := []string{"open"}, []string{"hidden", "open"}
	p.sight("read", alder, func(ctx context.Context, v orgoverlay.View) {
		for _, c := range []struct {
			search string
			fields []string
			want   []string
		}{
			{"ltd", nil, []string{"a1", "b1"}}, {"birch l", nil, []string{"b1"}}, {"deskbook", nil, []string{"b1"}}, {"ask_me@", nil, []string{"b1"}}, {"askxme", nil, nil},
			{"Ltd", both, nil}, // a text that was not folded
			{"kind", both, nil}, {"oslo", both, nil}, {"f%over", nil, []string{"b1"}}, {"f%", nil, []string{"a1", "b1"}}, {"fxover", nil, nil},
			{"remarks over", nil, []string{"b1"}}, {"remarks alder", nil, []string{"a1"}}, {"open alder", nil, nil}, {"open alder", open, []string{"a1"}}, {"open over", open, []string{"b1"}},
			{"hidden over", open, nil}, {"hidden over", both, []string{"b1"}}, {"hidden alder", both, []string{"a1"}}, {"n", []string{"unknown"}, nil},
			{"remarks birch", both, nil}, {"theirs", both, nil}, {"private", both, nil}, {"%", nil, []string{"a1", "b1"}}, {"_", nil, []string{"b1"}}, {`\`, both, nil}, {"", nil, []string{"a1", "b1"}},
		} {
			q := orgoverlay.Query{Now: day, Search: c.search, Fields: c.fields}
			got, err := listedIDs(v.Sight.List(ctx, q))
			p.ok("List", err)
			p.equal(fmt.Sprintf("found by %q in %v", c.search, c.fields), got, c.want)
			n, err := v.Sight.Count(ctx, q)
			p.ok("Count", err)
			p.equal(fmt.Sprintf("counted by %q in %v", c.search, c.fields), n, int64(len(c.want)))
		}
	})
}

var listedIDs = ids(func(l orgoverlay.Listed) orgoverlay.OrgID { return l.ID })

func sightPages(p *probe) {
	names := []string{"Bravo", "alfa", "Ärger", "arger", "ARGER", "zulu", "", "日", "bravo 2", "Bravo (2)"}
	var want []orgoverlay.Listed
	p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
		for i, name := range names {
			if err := tx.Orgoverlay.Orgs.Put(ctx, org(fmt.Sprint((i*7)%10), name)); err != nil {
				return err
			}
		}
		return nil
	})
	v := (&world{tenants: []orgoverlay.Tenant{{ID: alder}}}).as(alder)
	for i, name := range names {
		o := org(fmt.Sprint((i*7)%10), name)
		o.Account, o.Version = alder, 1
		v.orgs = append(v.orgs, o)
	}
	want = v.list(orgoverlay.Query{Now: day})
	p.equal("as many as were put", len(want), len(names))
	p.sight("read", alder, func(ctx context.Context, v orgoverlay.View) {
		page := func(after orgoverlay.Cursor, limit int) []orgoverlay.Listed {
			got, err := v.Sight.List(ctx, orgoverlay.Query{Now: day, After: after, Limit: limit})
			p.ok("List", err)
			return got
		}
		p.equal("all", page(orgoverlay.Cursor{}, 0), want)
		p.equal("as many as there are", page(orgoverlay.Cursor{}, len(want)), want)
		for i, l := range want {
			cursor := orgoverlay.Cursor{Name: orgoverlay.SortKey(l.Name), Org: l.ID}
			p.equal("the rest", page(cursor, 0), want[i+1:])
			p.equal("a page", page(cursor, 3), want[i+1:min(i+4, len(want))])
			cursor.Org = "" // no organization's
			p.equal("after no organization of the name", orgoverlay.SortKey(page(cursor, 1)[0].Name), cursor.Name)
			n, err := v.Sight.Count(ctx, orgoverlay.Query{Now: day, After: cursor, Limit: 1})
			p.ok("Count", err)
			p.equal("Count of all pages", n, int64(len(want)))
		}
	})
}

func sightPartner(p *probe) {
	w := small()
	w.put(p)
	expect := func(account, other orgoverlay.Account, want orgoverlay.Tenant) {
		p.sight("read", account, func(ctx context.Context, v orgoverlay.View) {
			got, err := v.Sight.Partner(ctx, other)
			if want.ID == "" {
				p.is("Partner", err, orgoverlay.ErrNotFound)
				return
			}
			p.ok("Partner", err)
			p.equal("Partner", got, want)
		})
	}
	b := orgoverlay.Tenant{ID: birch, Name: "Birch", Organization: "b1"}
	expect(alder, birch, b)
	expect(cedar, birch, b)
	expect(birch, cedar, orgoverlay.Tenant{ID: cedar, Name: "Cedar"})
	expect(alder, cedar, orgoverlay.Tenant{})
	expect(alder, "stranger", orgoverlay.Tenant{})
	w.halves[0].State = orgoverlay.TrustNone
	again(&w.halves[0].Version)
	w.put(p)
	expect(alder, birch, orgoverlay.Tenant{})
	expect(birch, alder, orgoverlay.Tenant{})
}

func randomWorld(p *probe, seed uint64) {
	w, r := random(seed), rand.New(rand.NewPCG(seed, 2))
	for range 2 {
		w.put(p)
		for _, me := range w.accounts() {
			v := w.as(me)
			p.sight("read", me, func(ctx context.Context, view orgoverlay.View) { v.compare(p, ctx, view, r) })
		}
		w.change(r)
	}
}

// compare asks everything that Sight can be asked.
func (v viewer) compare(p *probe, ctx context.Context, view orgoverlay.View, r *rand.Rand) {
	as := " as " + string(v.me)
	trusts, err := view.Registry.Trusts(ctx)
	p.ok("Trusts", err)
	p.equal("Trusts"+as, trusts, v.trusts())
	var some, all []orgoverlay.OrgID
	for _, o := range v.orgs {
		all = append(all, o.ID)
		if r.IntN(3) == 0 {
			some = append(some, o.ID)
		}
		watchers, err := view.Sight.Watchers(ctx, o.ID)
		p.ok("Watchers", err)
		p.equal("Watchers of "+string(o.ID)+as, watchers, v.watchers(o))
	}
	asked, want := v.names()
	named, err := view.Sight.Named(ctx, asked)
	p.ok("Named", err)
	p.equal("Named"+as, named, want)
	for _, other := range v.accounts() {
		between, err := view.Sight.Between(ctx, other)
		p.ok("Between", err)
		p.equal("Between "+string(other)+as, between, slices.DeleteFunc(slices.Clone(v.agreed), func(a orgoverlay.Agreement) bool {
			return (a.Account != other || a.With != v.me) && (a.Account != v.me || a.With != other)
		}))
		t, _ := v.trust(v.me, other)
		partner, err := view.Sight.Partner(ctx, other)
		if t.State != orgoverlay.TrustEstablished {
			p.is("Partner "+string(other)+as, err, orgoverlay.ErrNotFound)
			continue
		}
		p.ok("Partner", err)
		p.equal("Partner "+string(other)+as, partner, withVersion(v.tenant(other), 0))
	}
	for _, ids := range [][]orgoverlay.OrgID{all, some, nil} {
		facts, err := view.Sight.Facts(ctx, ids)
		p.ok("Facts", err)
		p.equal(fmt.Sprint("Facts of ", ids, as), facts, v.facts(func(id orgoverlay.OrgID) bool { return slices.Contains(ids, id) }))
	}
	var elsewhere []orgoverlay.Agreement
	for _, a := range v.agreed {
		if a.With == v.me && a.Account != v.me && !a.Prepared {
			elsewhere = append(elsewhere, a)
		}
	}
	for i := range len(elsewhere) + 1 {
		var after orgoverlay.AgreementPlace
		if i > 0 {
			after = orgoverlay.AgreementPlace{Account: elsewhere[i-1].Account, ID: elsewhere[i-1].ID}
		}
		for _, limit := range []int{0, 2, 1000} {
			got, err := view.Sight.Elsewhere(ctx, after, limit)
			p.ok("Elsewhere", err)
			p.equal(fmt.Sprint("Elsewhere after ", after, ", ", limit, as), got, elsewhere[i:min(i+limit, len(elsewhere))])
		}
	}
	yes, no := true, false
	for _, second := range []int{0, 2, 3} {
		for i, q := range []orgoverlay.Query{{}, {Kinds: []orgoverlay.Kind{orgoverlay.KindTrusted}}, {Kinds: []orgoverlay.Kind{orgoverlay.KindInternal, orgoverlay.KindExternal}}, {Owner: "dir1"},
			{Enabled: &yes}, {Enabled: &no}, {FinancialID: "1"}, {Search: "ask"}, {Search: "unit", Fields: []string{"c"}}, {Search: "7", Fields: []string{"d"}}, {Search: `100%_\`}, {Ids: some, Owner: "e"}} {
			q.Now = at(second)
			want := v.list(q)
			n, err := view.Sight.Count(ctx, q)
			p.ok("Count", err)
			p.equal(fmt.Sprint("Count of query ", i, " at ", second, as), n, int64(len(want)))
			got, err := view.Sight.List(ctx, q)
			p.ok("List", err)
			p.equal(fmt.Sprint("List of query ", i, " at ", second, as), got, want)
		}
	}
}
