package storetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// paged is a list that is read in pages: how to insert a row under an id, and how to read the page after an id.
type paged struct {
	name   string
	insert func(ctx context.Context, tx store.Tx, id string) error
	// page returns the ids; tx is set only if inUpdate is.
	page        func(ctx context.Context, v store.View, tx store.Tx, after string, limit int) ([]string, error)
	newestFirst bool
	inUpdate    bool
	zeroIsAll   bool // limit 0 stands for all, else for none
}

// oddIDs in byte order: a collation of a language would order them otherwise.
var oddIDs = []string{" ", "!", "-1", "0", "10", "9", "A", "B", "Z", "_", "a", "a b", "a-b", "a.b", "aB", "a_b", "ab", "b", "z", "Ä", "ä", "é", "日"}

func listCases() []Case {
	var out []Case
	for _, l := range slices.Concat(pagedLists, orgPagedLists) {
		order := "by byte order of the id"
		if l.newestFirst {
			order = "newest id first, by byte order"
		}
		out = append(out, newCase("lists/"+l.name, "a list is ordered "+order+"; a page begins after its key and ends at its limit", l.check))
	}
	return append(out, newCase("lists/of orgoverlay", "lists of orgoverlay without pages are ordered by byte order too, and name each thing once", orgLists),
		newCase("lists/without pages", "lists without pages are ordered by byte order too, and name each thing once", wholeLists))
}

func (l paged) check(p *probe) {
	p.write("insert in no order", alder, func(ctx context.Context, tx store.Tx) error {
		for i := range oddIDs {
			if err := l.insert(ctx, tx, oddIDs[i*7%len(oddIDs)]); err != nil {
				return err
			}
		}
		return nil
	})
	p.write("insert for another account", birch, func(ctx context.Context, tx store.Tx) error { return l.insert(ctx, tx, "foreign") })
	want := slices.Clone(oddIDs)
	if l.newestFirst {
		slices.Reverse(want)
	}
	look := func(ctx context.Context, v store.View, tx store.Tx) error {
		page := func(after string, limit int) []string {
			ids, err := l.page(ctx, v, tx, after, limit)
			p.ok(fmt.Sprintf("%d after %q", limit, after), err)
			return ids
		}
		p.equal("all", page("", 100), want)
		p.equal("exactly all", page("", len(want)), want)
		var walked []string
		for after := ""; len(walked) <= len(want); {
			ids := page(after, 5)
			walked = append(walked, ids...)
			if len(ids) < 5 {
				break
			}
			after = ids[4]
		}
		p.equal("pages of 5", walked, want)
		p.equal("after the last", page(want[len(want)-1], 5), []string(nil))
		between := "a!" // no row has it
		i, _ := slices.BinarySearch(oddIDs, between)
		if l.newestFirst {
			i = len(oddIDs) - i
		}
		p.equal("from between two rows", page(between, 2), want[i:i+2])
		none := []string(nil)
		if l.zeroIsAll {
			none = want
		}
		p.equal("limit 0", page("", 0), none)
		return nil
	}
	if l.inUpdate {
		p.write("read", alder, func(ctx context.Context, tx store.Tx) error { return look(ctx, tx.View(), tx) })
	} else {
		p.read("read", alder, func(ctx context.Context, v store.View) error { return look(ctx, v, store.Tx{}) })
	}
}

// ids turns a list into the ids of its rows.
func ids[V any, T ~string](id func(V) T) func([]V, error) ([]string, error) {
	return func(list []V, err error) ([]string, error) {
		var out []string
		for _, v := range list {
			out = append(out, string(id(v)))
		}
		return out, err
	}
}

var (
	clientIDs  = ids(func(c collab.Client) collab.ClientID { return c.ID })
	projectIDs = ids(func(p collab.Project) collab.ProjectID { return p.ID })
	shopIDs    = ids(func(s collab.Shop) collab.ShopID { return s.ID })
	eventIDs   = ids(func(e collab.Event) collab.ShopID { return e.Remote })
	runIDs     = ids(func(r collab.Run) collab.RunID { return r.ID })
	itemIDs    = ids(func(i collab.RunItem) collab.ShopID { return i.Remote })
	entryIDs   = ids(func(e collab.Entry) string { return e.ID })
	recordIDs  = ids(func(r locations.Record) string { return r.ID })
	pushIDs    = ids(func(r locations.PushRun) locations.RunID { return r.ID })
	nodeIDs    = ids(func(n locations.Stored) locations.Key { return n.Key })
)

var pagedLists = []paged{
	{name: "clients",
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Collab.Clients.Put(ctx, collab.Client{ID: collab.ClientID(id)})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return clientIDs(v.Collab.Clients.List(ctx, collab.ClientID(after), limit))
		}},
	{name: "projects", zeroIsAll: true,
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Collab.Projects.Put(ctx, collab.Project{ID: collab.ProjectID(id), Party: collab.PartySecondary, State: collab.StateAccepted})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return projectIDs(v.Collab.Projects.List(ctx, collab.ProjectQuery{After: collab.ProjectID(after), Limit: limit}))
		}},
	{name: "shops", zeroIsAll: true,
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Collab.Shops.Put(ctx, []collab.Shop{{ID: collab.ShopID(id)}})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return shopIDs(v.Collab.Shops.List(ctx, collab.ShopQuery{After: collab.ShopID(after), Limit: limit}))
		}},
	{name: "shops of a survey in a status", zeroIsAll: true,
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Collab.Shops.Put(ctx, []collab.Shop{
				{ID: collab.ShopID(id), Survey: "s", Content: collab.Content{Status: collab.StatusReviewed}},
				{ID: collab.ShopID(id + "#"), Survey: "s", Content: collab.Content{Status: collab.StatusOpen}},
				{ID: collab.ShopID(id + "$"), Survey: "other", Content: collab.Content{Status: collab.StatusReviewed}}})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return shopIDs(v.Collab.Shops.List(ctx, collab.ShopQuery{Survey: "s", Statuses: []collab.Status{collab.StatusReviewed},
				After: collab.ShopID(after), Limit: limit}))
		}},
	{name: "events of a run",
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			e := collab.Event{Partner: birch, Remote: collab.ShopID(id), Epoch: 1, Kind: collab.EventImported, Run: "r"}
			later, foreign := e, e
			later.Epoch, later.Run = 2, "later"
			foreign.Partner = cedar
			return tx.Collab.Ledger.Append(ctx, []collab.Event{e, later, foreign})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return eventIDs(v.Collab.Ledger.Events(ctx, "r", birch, collab.ShopID(after), limit))
		}},
	{name: "runs", newestFirst: true,
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Collab.Runs.Put(ctx, collab.Run{ID: collab.RunID(id), Project: "p", State: collab.RunDone})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return runIDs(v.Collab.Runs.List(ctx, "", collab.RunID(after), limit))
		}},
	{name: "runs of a project", newestFirst: true,
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			if err := tx.Collab.Runs.Put(ctx, collab.Run{ID: collab.RunID(id + "#"), Project: "other", State: collab.RunDone}); err != nil {
				return err
			}
			return tx.Collab.Runs.Put(ctx, collab.Run{ID: collab.RunID(id), Project: "p", State: collab.RunDone})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return runIDs(v.Collab.Runs.List(ctx, "p", collab.RunID(after), limit))
		}},
	{name: "items of a run",
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Collab.Runs.PutItems(ctx, []collab.RunItem{{Run: "r", Remote: collab.ShopID(id)}, {Run: "other", Remote: collab.ShopID(id + "#")}})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return itemIDs(v.Collab.Runs.Items(ctx, "r", collab.ShopID(after), limit))
		}},
	{name: "history", newestFirst: true, zeroIsAll: true,
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Collab.History.Append(ctx, []collab.Entry{{ID: id, At: day}})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return entryIDs(v.Collab.History.List(ctx, collab.HistoryQuery{Before: after, Limit: limit}))
		}},
	{name: "locations history", newestFirst: true,
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Locations.History.Append(ctx, []locations.Record{{ID: id, Set: aSet, At: day}, {ID: id + "#", Set: "other", At: day}})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return recordIDs(v.Locations.History.List(ctx, aSet, after, limit))
		}},
	{name: "nodes",
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			if err := putNodes(ctx, tx, "other", node(id+"#", "")); err != nil {
				return err
			}
			return putNodes(ctx, tx, aSet, node(id, ""))
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, after string, limit int) ([]string, error) {
			return nodeIDs(v.Locations.Trees.List(ctx, aSet, locations.Key(after), limit))
		}},
	{name: "push runs", newestFirst: true,
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			return tx.Locations.Pushes.Put(ctx, locations.PushRun{ID: locations.RunID(id), Project: "p" + locations.ProjectID(id), State: locations.RunRunning})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, before string, limit int) ([]string, error) {
			return pushIDs(v.Locations.Pushes.List(ctx, "", locations.RunID(before), limit))
		}},
	{name: "push runs of a project", newestFirst: true,
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			if err := tx.Locations.Pushes.Put(ctx, locations.PushRun{ID: locations.RunID(id + "#"), Project: "other", State: locations.RunDone}); err != nil {
				return err
			}
			return tx.Locations.Pushes.Put(ctx, locations.PushRun{ID: locations.RunID(id), Project: "p", State: locations.RunDone})
		},
		page: func(ctx context.Context, v store.View, _ store.Tx, before string, limit int) ([]string, error) {
			return pushIDs(v.Locations.Pushes.List(ctx, "p", locations.RunID(before), limit))
		}},
	{name: "staged nodes", inUpdate: true,
		insert: func(ctx context.Context, tx store.Tx, id string) error {
			if err := tx.Locations.Trees.Stage(ctx, "other", []locations.Stored{node(id+"#", "")}); err != nil {
				return err
			}
			return tx.Locations.Trees.Stage(ctx, aPush, []locations.Stored{node(id, "")})
		},
		page: func(ctx context.Context, _ store.View, tx store.Tx, after string, limit int) ([]string, error) {
			return nodeIDs(tx.Locations.Trees.Staged(ctx, aPush, locations.Key(after), limit))
		}},
}

func node(key, parent string) locations.Stored {
	return locations.Stored{Node: locations.Node{Key: locations.Key(key), Parent: locations.Key(parent), Level: 1}}
}

func wholeLists(p *probe) {
	p.write("insert in no order", alder, func(ctx context.Context, tx store.Tx) error {
		for i := range oddIDs {
			id := oddIDs[i*7%len(oddIDs)]
			if err := tx.Collab.Partners.PutPartner(ctx, collab.Partner{ID: collab.SystemID(id)}); err != nil {
				return err
			}
			if err := tx.Collab.Surveys.Put(ctx, collab.Survey{ID: collab.SurveyID(id), Client: "c"}); err != nil {
				return err
			}
			for rev := range 2 {
				e := collab.Exchange{Project: "p", Rev: int64(2*i + rev + 1), Questions: id, At: day}
				if err := tx.Collab.Surveys.KeepExchange(ctx, e); err != nil {
					return err
				}
			}
			if err := tx.Collab.Surveys.KeepExchange(ctx, collab.Exchange{Project: "p" + collab.ProjectID(id), Rev: 1, Questions: "other"}); err != nil {
				return err
			}
		}
		return tx.Collab.Surveys.Put(ctx, collab.Survey{ID: "other", Client: "other"})
	})
	partnerIDs := ids(func(p collab.Partner) collab.SystemID { return p.ID })
	surveyIDs := ids(func(s collab.Survey) collab.SurveyID { return s.ID })
	p.read("read", alder, func(ctx context.Context, v store.View) error {
		got, err := partnerIDs(v.Collab.Partners.List(ctx))
		p.ok("partners", err)
		p.equal("partners", got, oddIDs)
		got, err = surveyIDs(v.Collab.Surveys.List(ctx, "c"))
		p.ok("surveys of a client", err)
		p.equal("surveys of a client", got, oddIDs)
		got, err = surveyIDs(v.Collab.Surveys.List(ctx, ""))
		p.ok("surveys", err)
		all := append(slices.Clone(oddIDs), "other")
		slices.Sort(all)
		p.equal("surveys", got, all)
		got, err = v.Collab.Surveys.QuestionSets(ctx, "p")
		p.ok("question sets", err)
		p.equal("question sets", got, oddIDs)
		return nil
	})
	p.read("read another account", birch, func(ctx context.Context, v store.View) error {
		got, err := v.Collab.Surveys.QuestionSets(ctx, "p")
		p.equal("question sets of another account", got, []string(nil))
		return err
	})
}
