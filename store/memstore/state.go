package memstore

import (
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// state is everything; copying it copies it all, because tables are immutable.
type state struct {
	accounts    table[account]
	messages    table[store.Message] // by id
	open        table[struct{}]      // ids of the messages that are neither done nor parked
	messageKeys table[struct{}]      // account, key
	lastMessage int64
	owners      table[orgoverlay.Account] // of organizations, by id
	trusting    table[struct{}]           // other account, account that has a half of a trust with it
	agreed      table[struct{}]           // other account of an agreement, account where it is registered, agreement
}

// account holds the rows of one account. Roles are given one account and so cannot reach another's; what crosses accounts has a scope.
type account struct {
	module      collab.Module
	partners    records[collab.Partner]
	invitations records[collab.Invitation]
	clients     records[collab.Client]
	surveys     records[collab.Survey]
	exchanges   table[collab.Exchange] // project, revision
	projects    records[collab.Project]
	shops       records[collab.Shop]
	links       records[collab.Link]
	events      table[collab.Event] // partner, remote shop, epoch
	runs        records[collab.Run]
	items       table[collab.RunItem] // run, remote shop
	nonces      table[time.Time]      // partner, nonce
	replies     table[collab.Reply]   // partner, key
	entries     table[collab.Entry]   // id
	trees       table[tree]           // set
	staged      table[rows]           // push
	pushes      records[locations.PushRun]
	records     table[locations.Record] // id

	tenant        orgoverlay.Tenant // of version 0: none
	halves        records[orgoverlay.TrustHalf]
	services      records[orgoverlay.ServiceEntry]
	agreements    records[orgoverlay.Agreement]
	organizations records[orgoverlay.Organization]
	overlays      records[orgoverlay.Overlay]
	claims        table[orgoverlay.Claim] // key, slot
	extensions    records[orgoverlay.Extension]
	chunks        table[[]byte] // content, number of the piece
	people        records[orgoverlay.Person]
	orgEntries    table[orgoverlay.Entry] // id
}

func (s *state) account(name string) account {
	if a := s.accounts.get(keyOf(name)); a != nil {
		return *a
	}
	return account{}
}

// bind makes the transaction of an account out of its rows.
func bind(s *state, a *account, name string) store.Tx {
	out := outbox{s, name}
	scope := scope{s, a, orgoverlay.Account(name)}
	return store.Tx{
		Collab: collab.Tx{
			Account:  collab.SystemID(name),
			Partners: partners{a},
			Clients:  clients{a},
			Surveys:  surveys{a},
			Projects: projects{a},
			Shops:    shops{a},
			Ledger:   ledger{a},
			Runs:     runs{a},
			Places:   store.Places(trees{a}, locationsOutbox{out}),
			Inbox:    collabInbox{inbox{a}},
			Outbox:   collabOutbox{out},
			History:  history{a},
		},
		Locations: locations.Tx{
			Account: locations.Account(name),
			Trees:   trees{a},
			Shares:  store.Shares(projects{a}),
			Inbox:   locationsInbox{inbox{a}},
			Outbox:  locationsOutbox{out},
			Pushes:  pushes{a},
			History: setHistory{a},
		},
		Orgoverlay: orgoverlay.Tx{
			Account:    orgoverlay.Account(name),
			Registry:   registry{scope},
			Orgs:       organizations{scope},
			Sight:      sight{scope},
			Overlays:   overlays{a},
			Claims:     claims{a},
			Extensions: extensions{a},
			Files:      files{a},
			People:     people{scope},
			History:    orgHistory{a},
		},
	}
}
