package storetest

import (
	"bytes"
	"context"
	"errors"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

func claimSlots(p *probe) {
	take := func(claims ...orgoverlay.Claim) func(context.Context, store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return tx.Orgoverlay.Claims.Take(ctx, claims) }
	}
	expect := func(when, account string, want ...orgoverlay.Claim) {
		p.read(when, account, func(ctx context.Context, v store.View) error {
			got, err := v.Orgoverlay.Claims.Claims(ctx, []string{"l", "k", "none", "k"})
			p.equal(when+": claims of "+account, got, want)
			return err
		})
	}
	k, l := orgoverlay.Claim{Key: "k", Org: "b"}, orgoverlay.Claim{Key: "l", Org: "b"}
	ka, kc := orgoverlay.Claim{Key: "k", Slot: "a", Org: "a"}, orgoverlay.Claim{Key: "k", Slot: "c", Org: "c"}
	p.write("take", alder, take(k, l, kc, ka))
	expect("taken", alder, ka, k, kc, l)
	expect("taken", birch)
	p.refused("the same organization again", alder, orgoverlay.ErrConflict, take(k))
	p.refused("the slot again", alder, orgoverlay.ErrConflict, take(orgoverlay.Claim{Key: "k", Slot: "a", Org: "d"}))
	p.write("the same in another account", birch, take(k))
	p.write("give back", alder, func(ctx context.Context, tx store.Tx) error {
		return tx.Orgoverlay.Claims.Release(ctx, []orgoverlay.OrgID{"b", "unknown", "c"})
	})
	expect("given back", alder, ka)
	expect("given back by another", birch, k)
	p.write("take what was given back", alder, take(orgoverlay.Claim{Key: "k", Org: "d"}))
	expect("taken again", alder, ka, orgoverlay.Claim{Key: "k", Org: "d"})
}

func extensionActive(p *probe) {
	put := func(e orgoverlay.Extension) {
		p.write("put", alder, func(ctx context.Context, tx store.Tx) error { return tx.Orgoverlay.Extensions.Put(ctx, e) })
	}
	expect := func(when, account, category string, want orgoverlay.Extension, none error) {
		p.read(when, account, func(ctx context.Context, v store.View) error {
			got, err := v.Orgoverlay.Extensions.Active(ctx, category)
			p.is(when+": Active", err, none)
			if none == nil {
				p.equal(when+": Active", got, want)
			}
			return nil
		})
	}
	one := filled[orgoverlay.Extension](seedA)
	one.ID, one.Number, one.Category, one.State, one.Disabled, one.Version = "e", 1, "c", orgoverlay.ExtensionPrepared, false, 0
	expect("nothing", alder, "c", one, orgoverlay.ErrNotFound)
	put(one)
	expect("one in preparation", alder, "c", one, orgoverlay.ErrNotFound)
	one.State, one.Version = orgoverlay.ExtensionActive, 1
	put(one)
	expect("active", alder, "c", withVersion(one, 2), nil)
	expect("of another category", alder, "other", one, orgoverlay.ErrNotFound)
	expect("of another account", birch, "c", one, orgoverlay.ErrNotFound)
	one.Disabled, one.Version = true, 2
	put(one)
	expect("disabled", alder, "c", withVersion(one, 3), nil)
	two := one
	two.Number, two.Disabled, two.Version = 10, false, 0
	p.refused("a second", alder, orgoverlay.ErrConflict, func(ctx context.Context, tx store.Tx) error { return tx.Orgoverlay.Extensions.Put(ctx, two) })
	p.write("one retired for the other", alder, func(ctx context.Context, tx store.Tx) error {
		retired := withVersion(one, 3)
		retired.State = orgoverlay.ExtensionRetired
		return errors.Join(tx.Orgoverlay.Extensions.Put(ctx, retired), tx.Orgoverlay.Extensions.Put(ctx, two))
	})
	expect("the other", alder, "c", withVersion(two, 1), nil)
	nine := withVersion(one, 0)
	nine.Number, nine.State = 9, orgoverlay.ExtensionRetired
	put(nine)
	p.read("all", alder, func(ctx context.Context, v store.View) error {
		var numbers []int64
		got, err := v.Orgoverlay.Extensions.List(ctx)
		for _, e := range got {
			numbers = append(numbers, e.Number)
		}
		p.equal("numbers in order", numbers, []int64{1, 9, 10})
		return err
	})
}

func fileChunks(p *probe) {
	put := func(account, digest string, n int, data []byte) {
		p.write("put", account, func(ctx context.Context, tx store.Tx) error {
			err := tx.Orgoverlay.Files.PutChunk(ctx, digest, n, data)
			clear(data)
			return err
		})
	}
	expect := func(when, account, digest string, n int, want []byte) {
		p.read(when, account, func(ctx context.Context, v store.View) error {
			for range 2 {
				got, err := v.Orgoverlay.Files.Chunk(ctx, digest, n)
				if want == nil {
					p.is(when+": Chunk", err, orgoverlay.ErrNotFound)
					continue
				}
				p.ok(when+": Chunk", err)
				p.equal(when+": Chunk", bytes.Equal(got, want), true)
				clear(got)
			}
			return nil
		})
	}
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	large := bytes.Repeat(all, 300)
	expect("nothing", alder, "d", 0, nil)
	put(alder, "d", 0, bytes.Clone(large))
	put(alder, "d", 10, []byte("ten"))
	put(alder, "d", 1, []byte{})
	put(alder, "d2", 0, []byte("other"))
	put(birch, "d", 0, []byte("birch's"))
	expect("a large piece", alder, "d", 0, large)
	expect("an empty piece", alder, "d", 1, []byte{})
	expect("a later piece", alder, "d", 10, []byte("ten"))
	expect("a piece between", alder, "d", 2, nil)
	expect("of another account", birch, "d", 0, []byte("birch's"))
	expect("of another account", birch, "d", 10, nil)
	expect("of no account", cedar, "d", 0, nil)
	put(alder, "d", 10, []byte("again"))
	expect("put again", alder, "d", 10, []byte("ten"))
	for range 2 {
		p.write("delete", alder, func(ctx context.Context, tx store.Tx) error { return tx.Orgoverlay.Files.Delete(ctx, "d") })
		for _, n := range []int{0, 1, 10} {
			expect("deleted", alder, "d", n, nil)
		}
	}
	expect("another content", alder, "d2", 0, []byte("other"))
	expect("the content of another account", birch, "d", 0, []byte("birch's"))
}

func filesUsed(p *probe) {
	expect := func(when string, want map[string]bool) {
		for _, account := range []string{alder, birch} {
			p.read(when, account, func(ctx context.Context, v store.View) error {
				for _, digest := range []string{"org", "over", "none"} {
					got, err := v.Orgoverlay.Files.Used(ctx, digest)
					p.ok(when+": Used", err)
					p.equal(when+": "+account+" uses "+digest, got, want[digest] && account == alder)
				}
				return nil
			})
		}
	}
	naming := func(digests ...string) (l orgoverlay.Local) {
		for _, d := range digests {
			l.Attachments = append(l.Attachments, orgoverlay.Attachment{SHA256: d, Name: "none"})
		}
		return l
	}
	put := func(o, over orgoverlay.Local, version int64) {
		p.write("put", alder, func(ctx context.Context, tx store.Tx) error {
			own := org("o", "n")
			own.Local, own.Version = o, version
			p.ok("piece", tx.Orgoverlay.Files.PutChunk(ctx, "none", 0, []byte("unused")))
			return errors.Join(tx.Orgoverlay.Orgs.Put(ctx, own),
				tx.Orgoverlay.Overlays.Put(ctx, []orgoverlay.Overlay{{Org: "x", Local: over, Version: version}}))
		})
	}
	expect("nothing", nil)
	put(naming("other", "org"), naming("over", "other"), 0)
	expect("both", map[string]bool{"org": true, "over": true})
	put(naming("other"), naming("over"), 1)
	expect("the organization names it no more", map[string]bool{"over": true})
	put(naming("org"), naming(), 2)
	expect("the overlay names it no more", map[string]bool{"org": true})
	put(naming(), naming("over"), 3)
	p.write("delete the overlay", alder, func(ctx context.Context, tx store.Tx) error { return tx.Orgoverlay.Overlays.Delete(ctx, "x") })
	expect("the overlay is deleted", nil)
}

func directoryPeople(p *probe) {
	put := func(account, directory string, people ...orgoverlay.Person) {
		p.write("put", account, func(ctx context.Context, tx store.Tx) error {
			for _, v := range people {
				if err := tx.Orgoverlay.People.PutPerson(ctx, v); err != nil {
					return err
				}
			}
			return tx.Orgoverlay.Registry.PutTenant(ctx, orgoverlay.Tenant{Directory: orgoverlay.Account(directory)})
		})
	}
	expect := func(when, account string, want ...string) {
		p.read(when, account, func(ctx context.Context, v store.View) error {
			got, err := ids(func(p orgoverlay.Person) string { return string(p.ID) + " " + p.Name })(v.Orgoverlay.People.People(ctx, []orgoverlay.PersonID{"z", "B", "a", "x", "a", "none"}))
			p.equal(when+": people as "+account, got, want)
			return err
		})
	}
	put(alder, birch, orgoverlay.Person{ID: "a", Name: "alder's"}, orgoverlay.Person{ID: "z", Name: "alder's"})
	expect("before the directory is there", alder, "a alder's", "z alder's")
	put(birch, "", orgoverlay.Person{ID: "a", Name: "birch's"}, orgoverlay.Person{ID: "B", Name: "birch's"})
	put(cedar, birch, orgoverlay.Person{ID: "x", Name: "cedar's"})
	expect("below the directory", alder, "B birch's", "a alder's", "z alder's")
	expect("below the directory", cedar, "B birch's", "a birch's", "x cedar's")
	expect("the directory", birch, "B birch's", "a birch's")
	p.write("leave the directory", cedar, func(ctx context.Context, tx store.Tx) error {
		return tx.Orgoverlay.Registry.PutTenant(ctx, orgoverlay.Tenant{Version: 1})
	})
	expect("after it left", cedar, "x cedar's")
}

func orgEntries(p *probe, account string) {
	p.write("append", account, func(ctx context.Context, tx store.Tx) error {
		var es []orgoverlay.Entry
		for i, k := range []string{"overlay", "organization", "overlay", "overlay", "organization"} {
			e := filled[orgoverlay.Entry](seedA + 100*i)
			e.ID, e.Kind, e.Subject = string(rune('a'+i)), k, []string{"o", "o", "p", "o", "p"}[i]
			es = append(es, e)
		}
		return tx.Orgoverlay.History.Append(ctx, es)
	})
}

var orgEntryIDs = ids(func(e orgoverlay.Entry) string { return e.ID })

func orgHistoryQuery(p *probe) {
	orgEntries(p, alder)
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		for want, q := range map[string]orgoverlay.HistoryQuery{
			"edcba": {}, "dca": {Kind: "overlay"}, "dba": {Subject: "o"}, "da": {Kind: "overlay", Subject: "o"}, "a": {Kind: "overlay", Subject: "o", Before: "d"},
			"dc": {Kind: "overlay", Limit: 2}, "": {Kind: "o", Subject: "overlay"},
		} {
			got, err := orgEntryIDs(v.Orgoverlay.History.List(ctx, q))
			p.ok("List", err)
			var w []string
			for _, id := range want {
				w = append(w, string(id))
			}
			p.equal("entries", got, w)
		}
		return nil
	})
}

func orgHistoryStrip(p *probe) {
	orgEntries(p, alder)
	orgEntries(p, birch)
	all := func(account string) (got []orgoverlay.Entry) {
		p.read("read", account, func(ctx context.Context, v store.View) (err error) {
			got, err = v.Orgoverlay.History.List(ctx, orgoverlay.HistoryQuery{})
			return err
		})
		return got
	}
	want := all(alder)
	p.equal("entries", len(want), 5)
	for i := range want {
		if want[i].Kind == "overlay" && want[i].Subject == "o" {
			for j := range want[i].Changes {
				want[i].Changes[j].Before, want[i].Changes[j].After = "", ""
			}
		}
	}
	for range 2 {
		p.write("strip", alder, func(ctx context.Context, tx store.Tx) error { return tx.Orgoverlay.History.Strip(ctx, "overlay", "o") })
		p.equal("stripped", all(alder), want)
	}
	p.write("strip nothing", birch, func(ctx context.Context, tx store.Tx) error { return tx.Orgoverlay.History.Strip(ctx, "o", "overlay") })
	for _, e := range all(birch) {
		p.equal("values of another account", e.Changes[0].Before != "" && e.Changes[1].After != "", true)
	}
}
