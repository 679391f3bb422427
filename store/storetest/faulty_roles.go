package storetest

import (
	"context"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// roles wraps every role of a transaction that writes.
func (f *FaultyDB) roles(tx store.Tx) store.Tx {
	c, l := &tx.Collab, &tx.Locations
	c.Partners = faultyPartners{c.Partners, f}
	c.Clients = faultyClients{c.Clients, f}
	c.Surveys = faultySurveys{c.Surveys, f}
	c.Projects = faultyProjects{c.Projects, f}
	c.Shops = faultyShops{c.Shops, f}
	c.Ledger = faultyLedger{c.Ledger, f}
	c.Runs = faultyRuns{c.Runs, f}
	c.Places = faultyPlaces{c.Places, f}
	c.Inbox = faultyInbox{c.Inbox, f}
	c.Outbox = faultyOutbox{c.Outbox, f}
	c.History = faultyHistory{c.History, f}
	l.Trees = faultyTrees{l.Trees, f}
	l.Inbox = faultySetInbox{l.Inbox, f}
	l.Outbox = faultySetOutbox{l.Outbox, f}
	l.Pushes = faultyPushes{l.Pushes, f}
	l.History = faultySetHistory{l.History, f}
	tx.Orgoverlay = f.orgRoles(tx.Orgoverlay)
	return tx
}

type faultyPartners struct {
	collab.Partners
	f *FaultyDB
}

func (r faultyPartners) PutModule(ctx context.Context, m collab.Module) error {
	return r.f.write(func() error { return r.Partners.PutModule(ctx, m) })
}

func (r faultyPartners) PutPartner(ctx context.Context, p collab.Partner) error {
	return r.f.write(func() error { return r.Partners.PutPartner(ctx, p) })
}

func (r faultyPartners) PutInvitation(ctx context.Context, i collab.Invitation) error {
	return r.f.write(func() error { return r.Partners.PutInvitation(ctx, i) })
}

type faultyClients struct {
	collab.Clients
	f *FaultyDB
}

func (r faultyClients) Put(ctx context.Context, c collab.Client) error {
	return r.f.write(func() error { return r.Clients.Put(ctx, c) })
}

type faultySurveys struct {
	collab.Surveys
	f *FaultyDB
}

func (r faultySurveys) Put(ctx context.Context, s collab.Survey) error {
	return r.f.write(func() error { return r.Surveys.Put(ctx, s) })
}

func (r faultySurveys) KeepExchange(ctx context.Context, e collab.Exchange) error {
	return r.f.write(func() error { return r.Surveys.KeepExchange(ctx, e) })
}

type faultyProjects struct {
	collab.Projects
	f *FaultyDB
}

func (r faultyProjects) Put(ctx context.Context, p collab.Project) error {
	return r.f.write(func() error { return r.Projects.Put(ctx, p) })
}

type faultyShops struct {
	collab.Shops
	f *FaultyDB
}

func (r faultyShops) Put(ctx context.Context, shops []collab.Shop) error {
	return r.f.write(func() error { return r.Shops.Put(ctx, shops) })
}

type faultyLedger struct {
	collab.Ledger
	f *FaultyDB
}

func (r faultyLedger) PutLinks(ctx context.Context, links []collab.Link) error {
	return r.f.write(func() error { return r.Ledger.PutLinks(ctx, links) })
}

func (r faultyLedger) Append(ctx context.Context, events []collab.Event) error {
	return r.f.write(func() error { return r.Ledger.Append(ctx, events) })
}

type faultyRuns struct {
	collab.Runs
	f *FaultyDB
}

func (r faultyRuns) Put(ctx context.Context, run collab.Run) error {
	return r.f.write(func() error { return r.Runs.Put(ctx, run) })
}

func (r faultyRuns) PutItems(ctx context.Context, items []collab.RunItem) error {
	return r.f.write(func() error { return r.Runs.PutItems(ctx, items) })
}

type faultyPlaces struct {
	collab.Places
	f *FaultyDB
}

func (r faultyPlaces) RequestCopy(ctx context.Context, project collab.ProjectID, at time.Time) error {
	return r.f.write(func() error { return r.Places.RequestCopy(ctx, project, at) })
}

type faultyInbox struct {
	collab.Inbox
	f *FaultyDB
}

func (r faultyInbox) UseNonce(ctx context.Context, partner collab.SystemID, nonce string, expires time.Time) error {
	return r.f.write(func() error { return r.Inbox.UseNonce(ctx, partner, nonce, expires) })
}

func (r faultyInbox) Keep(ctx context.Context, partner collab.SystemID, reply collab.Reply) error {
	return r.f.write(func() error { return r.Inbox.Keep(ctx, partner, reply) })
}

func (r faultyInbox) Forget(ctx context.Context, expired, kept time.Time) (n int, err error) {
	err = r.f.write(func() error {
		n, err = r.Inbox.Forget(ctx, expired, kept)
		return err
	})
	return n, err
}

type faultyOutbox struct {
	collab.Outbox
	f *FaultyDB
}

func (r faultyOutbox) Enqueue(ctx context.Context, messages []collab.Message) error {
	return r.f.write(func() error { return r.Outbox.Enqueue(ctx, messages) })
}

type faultyHistory struct {
	collab.History
	f *FaultyDB
}

func (r faultyHistory) Append(ctx context.Context, entries []collab.Entry) error {
	return r.f.write(func() error { return r.History.Append(ctx, entries) })
}

type faultyTrees struct {
	locations.Trees
	f *FaultyDB
}

func (r faultyTrees) Stage(ctx context.Context, push locations.PushID, rows []locations.Stored) error {
	return r.f.write(func() error { return r.Trees.Stage(ctx, push, rows) })
}

func (r faultyTrees) Switch(ctx context.Context, push locations.PushID, head locations.Head, expect int64) error {
	return r.f.write(func() error { return r.Trees.Switch(ctx, push, head, expect) })
}

func (r faultyTrees) Drop(ctx context.Context, push locations.PushID) error {
	return r.f.write(func() error { return r.Trees.Drop(ctx, push) })
}

type faultySetInbox struct {
	locations.Inbox
	f *FaultyDB
}

func (r faultySetInbox) UseNonce(ctx context.Context, partner locations.PartnerID, nonce string, expires time.Time) error {
	return r.f.write(func() error { return r.Inbox.UseNonce(ctx, partner, nonce, expires) })
}

func (r faultySetInbox) Keep(ctx context.Context, partner locations.PartnerID, reply locations.Reply) error {
	return r.f.write(func() error { return r.Inbox.Keep(ctx, partner, reply) })
}

type faultySetOutbox struct {
	locations.Outbox
	f *FaultyDB
}

func (r faultySetOutbox) Enqueue(ctx context.Context, messages []locations.Message) error {
	return r.f.write(func() error { return r.Outbox.Enqueue(ctx, messages) })
}

type faultyPushes struct {
	locations.Pushes
	f *FaultyDB
}

func (r faultyPushes) Put(ctx context.Context, run locations.PushRun) error {
	return r.f.write(func() error { return r.Pushes.Put(ctx, run) })
}

type faultySetHistory struct {
	locations.History
	f *FaultyDB
}

func (r faultySetHistory) Append(ctx context.Context, records []locations.Record) error {
	return r.f.write(func() error { return r.History.Append(ctx, records) })
}
