package storetest

import (
	"context"
	"slices"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

func recordCases() []Case {
	return slices.Concat(partnerKind.cases(), invitationKind.cases(), clientKind.cases(), surveyKind.cases(), exchangeKind.cases(),
		projectKind.cases(), shopKind.cases(), linkKind.cases(), eventKind.cases(), runKind.cases(), itemKind.cases(),
		replyKind.cases(), placeReplyKind.cases(), entryKind.cases(), recordKind.cases(), pushKind.cases(), stagedKind.cases(), nodeKind.cases(),
		orgRecordCases())
}

var partnerKind = kind[collab.Partner]{
	name: "partners", key: []string{"ID"}, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.Partner) error {
		return tx.Collab.Partners.PutPartner(ctx, v)
	},
	gets: []reading[collab.Partner]{
		{"Partner", func(ctx context.Context, v store.View, _ store.Tx, p collab.Partner) ([]collab.Partner, error) {
			return one(v.Collab.Partners.Partner(ctx, p.ID))
		}},
	},
	lists: []reading[collab.Partner]{
		{"List", func(ctx context.Context, v store.View, _ store.Tx, _ collab.Partner) ([]collab.Partner, error) {
			return v.Collab.Partners.List(ctx)
		}},
	},
}

var invitationKind = kind[collab.Invitation]{
	name: "invitations", key: []string{"ID", "TokenHash"}, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.Invitation) error {
		return tx.Collab.Partners.PutInvitation(ctx, v)
	},
	gets: []reading[collab.Invitation]{
		{"Invitation", func(ctx context.Context, v store.View, _ store.Tx, i collab.Invitation) ([]collab.Invitation, error) {
			return one(v.Collab.Partners.Invitation(ctx, i.TokenHash))
		}},
	},
}

var clientKind = kind[collab.Client]{
	name: "clients", key: []string{"ID"}, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.Client) error { return tx.Collab.Clients.Put(ctx, v) },
	gets: []reading[collab.Client]{
		{"Client", func(ctx context.Context, v store.View, _ store.Tx, c collab.Client) ([]collab.Client, error) {
			return one(v.Collab.Clients.Client(ctx, c.ID))
		}},
	},
	lists: []reading[collab.Client]{
		{"List", func(ctx context.Context, v store.View, _ store.Tx, _ collab.Client) ([]collab.Client, error) {
			return v.Collab.Clients.List(ctx, "", 10)
		}},
	},
}

var surveyKind = kind[collab.Survey]{
	name: "surveys", key: []string{"ID", "Client"}, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.Survey) error { return tx.Collab.Surveys.Put(ctx, v) },
	gets: []reading[collab.Survey]{
		{"Survey", func(ctx context.Context, v store.View, _ store.Tx, s collab.Survey) ([]collab.Survey, error) {
			return one(v.Collab.Surveys.Survey(ctx, s.ID))
		}},
	},
	lists: []reading[collab.Survey]{
		{"List of the client", func(ctx context.Context, v store.View, _ store.Tx, s collab.Survey) ([]collab.Survey, error) {
			return v.Collab.Surveys.List(ctx, s.Client)
		}},
		{"List of all", func(ctx context.Context, v store.View, _ store.Tx, _ collab.Survey) ([]collab.Survey, error) {
			return v.Collab.Surveys.List(ctx, "")
		}},
	},
}

var exchangeKind = kind[collab.Exchange]{
	name: "exchanges", key: []string{"Project", "Rev"}, rule: replaced, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.Exchange) error {
		return tx.Collab.Surveys.KeepExchange(ctx, v)
	},
	gets: []reading[collab.Exchange]{
		{"Exchanged", func(ctx context.Context, v store.View, _ store.Tx, e collab.Exchange) ([]collab.Exchange, error) {
			return one(v.Collab.Surveys.Exchanged(ctx, e.Project))
		}},
	},
}

var projectKind = kind[collab.Project]{
	name: "projects", key: []string{"ID"}, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.Project) error { return tx.Collab.Projects.Put(ctx, v) },
	gets: []reading[collab.Project]{
		{"Project", func(ctx context.Context, v store.View, _ store.Tx, p collab.Project) ([]collab.Project, error) {
			return one(v.Collab.Projects.Project(ctx, p.ID))
		}},
	},
	lists: []reading[collab.Project]{
		{"List", func(ctx context.Context, v store.View, _ store.Tx, _ collab.Project) ([]collab.Project, error) {
			return v.Collab.Projects.List(ctx, collab.ProjectQuery{})
		}},
	},
}

var shopKind = kind[collab.Shop]{
	name: "shops", key: []string{"ID"}, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.Shop) error {
		return tx.Collab.Shops.Put(ctx, []collab.Shop{v})
	},
	gets: []reading[collab.Shop]{
		{"Shop", func(ctx context.Context, v store.View, _ store.Tx, s collab.Shop) ([]collab.Shop, error) {
			return one(v.Collab.Shops.Shop(ctx, s.ID))
		}},
	},
	lists: []reading[collab.Shop]{
		{"List", func(ctx context.Context, v store.View, _ store.Tx, _ collab.Shop) ([]collab.Shop, error) {
			return v.Collab.Shops.List(ctx, collab.ShopQuery{})
		}},
		{"ByID", func(ctx context.Context, v store.View, _ store.Tx, s collab.Shop) ([]collab.Shop, error) {
			return v.Collab.Shops.ByID(ctx, []collab.ShopID{"unknown", s.ID, s.ID})
		}},
	},
}

var linkKind = kind[collab.Link]{
	name: "links", key: []string{"Partner", "Remote", "Shop"}, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.Link) error {
		return tx.Collab.Ledger.PutLinks(ctx, []collab.Link{v})
	},
	lists: []reading[collab.Link]{
		{"Links", func(ctx context.Context, v store.View, _ store.Tx, l collab.Link) ([]collab.Link, error) {
			return v.Collab.Ledger.Links(ctx, l.Partner, []collab.ShopID{"unknown", l.Remote, l.Remote})
		}},
		{"LinksOf", func(ctx context.Context, v store.View, _ store.Tx, l collab.Link) ([]collab.Link, error) {
			return v.Collab.Ledger.LinksOf(ctx, []collab.ShopID{"unknown", l.Shop, l.Shop})
		}},
	},
}

var eventKind = kind[collab.Event]{
	name: "events", key: []string{"Partner", "Remote", "Epoch", "Run"}, rule: once, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.Event) error {
		return tx.Collab.Ledger.Append(ctx, []collab.Event{v})
	},
	lists: []reading[collab.Event]{
		{"Events of the run", func(ctx context.Context, v store.View, _ store.Tx, e collab.Event) ([]collab.Event, error) {
			return v.Collab.Ledger.Events(ctx, e.Run, e.Partner, "", 10)
		}},
	},
}

var runKind = kind[collab.Run]{
	name: "runs", key: []string{"ID", "Project"}, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.Run) error { return tx.Collab.Runs.Put(ctx, v) },
	gets: []reading[collab.Run]{
		{"Run", func(ctx context.Context, v store.View, _ store.Tx, r collab.Run) ([]collab.Run, error) {
			return one(v.Collab.Runs.Run(ctx, r.ID))
		}},
	},
	lists: []reading[collab.Run]{
		{"List of the project", func(ctx context.Context, v store.View, _ store.Tx, r collab.Run) ([]collab.Run, error) {
			return v.Collab.Runs.List(ctx, r.Project, "", 10)
		}},
		{"List of all", func(ctx context.Context, v store.View, _ store.Tx, _ collab.Run) ([]collab.Run, error) {
			return v.Collab.Runs.List(ctx, "", "", 10)
		}},
	},
}

var itemKind = kind[collab.RunItem]{
	name: "items", key: []string{"Run", "Remote"}, rule: replaced, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.RunItem) error {
		return tx.Collab.Runs.PutItems(ctx, []collab.RunItem{v})
	},
	lists: []reading[collab.RunItem]{
		{"Items", func(ctx context.Context, v store.View, _ store.Tx, i collab.RunItem) ([]collab.RunItem, error) {
			return v.Collab.Runs.Items(ctx, i.Run, "", 10)
		}},
	},
}

var replyKind = kind[collab.Reply]{
	name: "replies", key: []string{"Key"}, rule: once, inUpdate: true, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.Reply) error {
		return tx.Collab.Inbox.Keep(ctx, birch, v)
	},
	gets: []reading[collab.Reply]{
		{"Reply", func(ctx context.Context, _ store.View, tx store.Tx, r collab.Reply) ([]collab.Reply, error) {
			return one(tx.Collab.Inbox.Reply(ctx, birch, r.Key))
		}},
	},
}

var placeReplyKind = kind[locations.Reply]{
	name: "locations replies", key: []string{"Key"}, rule: once, inUpdate: true, notFound: locations.ErrNotFound, conflict: locations.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v locations.Reply) error {
		return tx.Locations.Inbox.Keep(ctx, birch, v)
	},
	gets: []reading[locations.Reply]{
		{"Reply", func(ctx context.Context, _ store.View, tx store.Tx, r locations.Reply) ([]locations.Reply, error) {
			return one(tx.Locations.Inbox.Reply(ctx, birch, r.Key))
		}},
	},
}

var entryKind = kind[collab.Entry]{
	name: "history", key: []string{"ID", "Subject", "Project"}, rule: once, notFound: collab.ErrNotFound, conflict: collab.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v collab.Entry) error {
		return tx.Collab.History.Append(ctx, []collab.Entry{v})
	},
	lists: []reading[collab.Entry]{
		{"List of all", func(ctx context.Context, v store.View, _ store.Tx, _ collab.Entry) ([]collab.Entry, error) {
			return v.Collab.History.List(ctx, collab.HistoryQuery{})
		}},
		{"List of the subject", func(ctx context.Context, v store.View, _ store.Tx, e collab.Entry) ([]collab.Entry, error) {
			return v.Collab.History.List(ctx, collab.HistoryQuery{Subject: e.Subject})
		}},
		{"List of the project", func(ctx context.Context, v store.View, _ store.Tx, e collab.Entry) ([]collab.Entry, error) {
			return v.Collab.History.List(ctx, collab.HistoryQuery{Project: e.Project})
		}},
	},
}

var recordKind = kind[locations.Record]{
	name: "locations history", key: []string{"ID", "Set"}, rule: once, notFound: locations.ErrNotFound, conflict: locations.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v locations.Record) error {
		return tx.Locations.History.Append(ctx, []locations.Record{v})
	},
	lists: []reading[locations.Record]{
		{"List", func(ctx context.Context, v store.View, _ store.Tx, r locations.Record) ([]locations.Record, error) {
			return v.Locations.History.List(ctx, r.Set, "", 10)
		}},
	},
}

var pushKind = kind[locations.PushRun]{
	name: "push runs", key: []string{"ID", "Project"}, notFound: locations.ErrNotFound, conflict: locations.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v locations.PushRun) error {
		return tx.Locations.Pushes.Put(ctx, v)
	},
	gets: []reading[locations.PushRun]{
		{"Push", func(ctx context.Context, v store.View, _ store.Tx, r locations.PushRun) ([]locations.PushRun, error) {
			return one(v.Locations.Pushes.Push(ctx, r.ID))
		}},
	},
	lists: []reading[locations.PushRun]{
		{"List of the project", func(ctx context.Context, v store.View, _ store.Tx, r locations.PushRun) ([]locations.PushRun, error) {
			return v.Locations.Pushes.List(ctx, r.Project, "", 10)
		}},
		{"List of all", func(ctx context.Context, v store.View, _ store.Tx, _ locations.PushRun) ([]locations.PushRun, error) {
			return v.Locations.Pushes.List(ctx, "", "", 10)
		}},
	},
}

const (
	aSet  locations.SetID  = "set"
	aPush locations.PushID = "push"
)

var stagedKind = kind[locations.Stored]{
	name: "staged nodes", key: []string{"Key"}, rule: replaced, inUpdate: true, notFound: locations.ErrNotFound, conflict: locations.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v locations.Stored) error {
		return tx.Locations.Trees.Stage(ctx, aPush, []locations.Stored{v})
	},
	lists: []reading[locations.Stored]{
		{"Staged", func(ctx context.Context, _ store.View, tx store.Tx, _ locations.Stored) ([]locations.Stored, error) {
			return tx.Locations.Trees.Staged(ctx, aPush, "", 10)
		}},
	},
}

var nodeKind = kind[locations.Stored]{
	name: "nodes", key: []string{"Key"}, rule: replaced, notFound: locations.ErrNotFound, conflict: locations.ErrConflict,
	put: func(ctx context.Context, tx store.Tx, v locations.Stored) error {
		return putNodes(ctx, tx, aSet, v)
	},
	lists: []reading[locations.Stored]{
		{"Nodes", func(ctx context.Context, v store.View, _ store.Tx, n locations.Stored) ([]locations.Stored, error) {
			return v.Locations.Trees.Nodes(ctx, aSet, []locations.Key{"unknown", n.Key, n.Key})
		}},
		{"List", func(ctx context.Context, v store.View, _ store.Tx, _ locations.Stored) ([]locations.Stored, error) {
			return v.Locations.Trees.List(ctx, aSet, "", 10)
		}},
	},
}

// putNodes stages nodes and switches the set over, whatever its revision.
func putNodes(ctx context.Context, tx store.Tx, set locations.SetID, nodes ...locations.Stored) error {
	head, err := tx.Locations.Trees.Head(ctx, set)
	if err != nil {
		return err
	}
	if err := tx.Locations.Trees.Stage(ctx, "push of "+locations.PushID(set), nodes); err != nil {
		return err
	}
	expect := head.Revision
	head.Set = set
	head.Revision++
	return tx.Locations.Trees.Switch(ctx, "push of "+locations.PushID(set), head, expect)
}
